"""A cleaning and its files: tables, logs, *fiches de relance*, and the manifest that vouches for them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator

from eit_analysis.errors import CONTROLS
from eit_analysis.files import all_or_none, write_atomic
from eit_analysis.intake.cleaning.wave import Cleaned, clean_wave
from eit_analysis.intake.output import json_bytes, write_files
from eit_analysis.intake.relance.fiches import write_sheets
from eit_analysis.intake.sheets.ledger import FINDING
from eit_analysis.intake.summary import summary
from eit_analysis.study import Study


def write_tables(study: Study, cleaned: Cleaned) -> None:
    """Write the tables and the logs, then the manifest that vouches for them.

    Only these files are written: a table imported from a register stays as it is.
    """
    manifest = copy.deepcopy(cleaned.manifest)
    frames = cleaned.tables | {
        "register_conflicts": cleaned.reconciled.conflicts,
        "row_sites": cleaned.row_sites,
        "unread_flows": cleaned.unread_flows,
    }
    logs = {
        name: lambda name=name: getattr(cleaned, name).drop(columns=FINDING)
        for name in ("implausible", "corrections", "quarantine")
    }
    digests = write_files(study, frames, logs)
    for table in cleaned.tables:
        # A run refuses tables that a killed cleaning left of two different ages.
        manifest["tables"][table]["sha256"] = digests[table]
    write_atomic(study.processed / "manifest.json", json_bytes(manifest))


def write_cleaned(study: Study, cleaned: Cleaned) -> int:
    """Write the tables and logs, then a *fiche de relance* for each firm; the number of questions asked."""
    write_tables(study, cleaned)
    return write_sheets(study, cleaned)


def clean(study: Study, progress: Callable[[Iterable], Iterable] = iter) -> Iterator[str]:
    """Clean a wave and write all of it, or nothing; then what was done, in French lines for a terminal.

    Raises
    ------
    InputError
        When the wave has no usable row.
    """
    cleaned = clean_wave(study, progress)
    with all_or_none():
        questions = write_cleaned(study, cleaned)
    for line in summary(study, cleaned, questions):
        yield CONTROLS.sub(" ", line)
