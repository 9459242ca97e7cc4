"""A cleaning to files: tables, logs, *fiches de relance*, and the manifest that vouches for them."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from eit_analysis.intake.cleaning.wave import Cleaned
from eit_analysis.intake.output import json_bytes, write_log, write_table
from eit_analysis.intake.relance.fiches import write_sheets
from eit_analysis.study import Study, open_atomic, write_atomic


def write_tables(study: Study, cleaned: Cleaned) -> None:
    """Write the tables and the logs, then the manifest that vouches for them.

    Only these files are written: a table imported from a register stays as it is.
    """
    manifest = copy.deepcopy(cleaned.manifest)
    frames = cleaned.tables | {"register_conflicts": cleaned.conflicts, "row_sites": cleaned.row_sites}
    with ThreadPoolExecutor(2) as pool:  # what takes long is pyarrow's, and the disk's
        digests = pool.map(partial(write_table, study), frames, frames.values())
        logs = pool.map(partial(_write_log, study, cleaned), ("quarantine", "corrections", "implausible"))
    for table, digest in zip(frames, digests, strict=True):
        if table in cleaned.tables:
            # A run refuses tables that a killed cleaning left of two different ages.
            manifest["tables"][table]["sha256"] = digest
    list(logs)  # raises what went wrong there
    write_atomic(study.processed / "manifest.json", json_bytes(manifest))


def _write_log(study: Study, cleaned: Cleaned, name: str) -> None:
    with open_atomic(study.processed / f"{name}.csv") as stream:
        write_log(getattr(cleaned, name), stream)


def write_cleaned(study: Study, cleaned: Cleaned) -> int:
    """Write the tables and logs, then a *fiche de relance* for each firm; the number of questions asked."""
    write_tables(study, cleaned)
    return write_sheets(study, cleaned)
