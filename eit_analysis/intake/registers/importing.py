"""A register into a study: limited to its territory, beside its survey, in tables that cleaning leaves alone.

Importing twice changes nothing: a file replaces what it covers (the whole table, or the rows of the same
establishment and year, or of the same waste slip), whatever the order of the imports.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.config import StudyConfig
from eit_analysis.errors import InputError, UsageError
from eit_analysis.files import write_atomic
from eit_analysis.french import counted, fold_words, whole
from eit_analysis.intake.output import json_bytes, write_files
from eit_analysis.intake.registers.files import REGISTERS, RegisterTable, left_out, read_register
from eit_analysis.intake.registers.two_communes import two_communes
from eit_analysis.intake.sheets.ledger import SOURCE, typed
from eit_analysis.reference.commune_tables import DISTRICT_CODES, former_by_code
from eit_analysis.reference.communes import departments_of, regions_with
from eit_analysis.study import Study

COUNTS = ("rows_read", "rows_kept", "rows_ignored", "rows_refused", "rows_masked")


def import_register(register: str, file: Path, study: Study) -> str:
    """Import a file of a register into the processed folder of a study's wave.

    Written: ``<table>`` and ``<table>.quarantine`` (refused rows) as ``.parquet`` and ``.csv``, and
    ``<table>.manifest.json`` with the counts of every file that was imported into the table. What was
    imported comes back as a French sentence.

    Raises
    ------
    UsageError
        When the register is unknown, or the study lacks the parameter it needs.
    InputError
        When the file cannot be read or is not this register.
    """
    read = read_register(register, file, communes_of(study.settings))
    if read.table == "bmo":
        read = _in_region_of_basin(read, study.settings)
    frame, replaced = _merged(study, read)
    refused = _merged_refused(study, read)
    manifest = _merged_manifest(study, read, len(frame))
    write_files(study, {read.table: frame}, {f"{read.table}.quarantine": lambda: refused})
    write_atomic(study.processed / f"{read.table}.manifest.json", json_bytes(manifest))
    if read.table == "bmo":
        return _bmo_imported(read.frame, study.settings.basin)
    said = [_imported(REGISTERS[register].title, read.manifest, replaced)]
    return " ".join(said + (two_communes(read.frame) if read.table == "sirene" else []))


def communes_of(config: StudyConfig) -> frozenset[str]:
    """Codes of the communes of the study's EPCIs, of their districts and of the communes that they replace.

    Empty when the study names no EPCI.
    """
    communes = reference.load("communes")
    codes = frozenset(communes.loc[communes["epci_code"].isin(config.epci_codes), "commune_code"])
    # SIRENE writes the districts of Paris, Lyon and Marseille, and an old extract the codes of its day.
    districts = {str(code) for city in codes & DISTRICT_CODES.keys() for code in DISTRICT_CODES[city]}
    return codes.union(districts, (old for old, new in former_by_code().items() if new in codes))


def bmo_of_basin(table: pd.DataFrame, config: StudyConfig, file: str = "") -> pd.DataFrame:
    """Rows of the région of the study's employment basin, named in any case.

    Where it is not named, or not there, those of the departments of the study are proposed.
    """
    basin = config.basin
    departments = departments_of(pd.Series(sorted(communes_of(config)), dtype="str"))
    near = sorted(table.loc[table["department_code"].isin(departments), "basin"].unique())
    listed = reference.sentence("basin_near", basins=", ".join(near)) if near else ""
    if not basin:
        raise UsageError(reference.sentence("basin_untold", listed=listed))
    folded = {name: fold_words(name) for name in table["basin"].unique()}
    match = table["basin"].map(folded) == fold_words(basin)
    if not match.any():
        raise InputError(reference.sentence("basin_absent", basin=basin, listed=listed), file=file)
    own = set(table.loc[match, "department_code"])
    around = own.union(*regions_with(own).values())
    return table[table["department_code"].isin(around)].reset_index(drop=True)


def _in_region_of_basin(read: RegisterTable, config: StudyConfig) -> RegisterTable:
    kept = bmo_of_basin(read.frame, config, read.manifest["file"])
    outside = len(read.frame) - len(kept)
    manifest = read.manifest | {
        "basin": config.basin,
        "rows_kept": len(kept),
        "rows_ignored": read.manifest["rows_ignored"] + outside,
        "ignored": {**read.manifest["ignored"], "outside_territory": outside},
        "rows_masked": int(kept["masked"].sum()),
    }
    return RegisterTable(read.match, kept, manifest, read.refused)


def _merged(study: Study, read: RegisterTable) -> tuple[pd.DataFrame, int]:
    """The table with this file in it, and how many rows of earlier files it replaces."""
    keys, merged, replaced = read.match.spec.replaces, read.frame, 0
    if study.has(read.table):
        # Its file holds no pandas types: a flag with a blank would come back as an object.
        old = study.load(read.table).reindex(columns=merged.columns).astype(merged.dtypes)
        again = np.ones(len(old), dtype=bool)
        if keys:
            again = pd.MultiIndex.from_frame(old[keys].astype("str")).isin(
                pd.MultiIndex.from_frame(merged[keys].astype("str"))
            )
        replaced = len(old.loc[again, SOURCE].drop_duplicates())
        merged = pd.concat([old[~again], merged], ignore_index=True)
    if not keys:
        return merged, replaced
    # One order whatever was imported first.
    return merged.sort_values([*keys, *SOURCE], kind="stable").reset_index(drop=True), replaced


def _merged_refused(study: Study, read: RegisterTable) -> pd.DataFrame:
    log, merged = f"{read.table}.quarantine", read.refused
    if not read.match.spec.replaces:
        return merged
    if study.has(log):
        old = typed(study.load(log))
        merged = pd.concat([old[old["source_file"] != read.manifest["file"]], merged], ignore_index=True)
    return merged.sort_values(SOURCE, kind="stable", ignore_index=True)


def _merged_manifest(study: Study, read: RegisterTable, rows: int) -> dict[str, Any]:
    path = study.processed / f"{read.table}.manifest.json"
    files = [read.manifest]
    if read.match.spec.replaces and path.exists():
        old = json.loads(path.read_text(encoding="utf-8"))["files"]
        files += [entry for entry in old if entry["file"] != read.manifest["file"]]
    files.sort(key=lambda entry: entry["file"])
    return {
        "register": read.manifest["register"],
        "table": read.table,
        **{name: sum(entry[name] for entry in files) for name in COUNTS},
        "rows_in_table": rows,
        "files": files,
    }


def _imported(title: str, manifest: Mapping[str, Any], replaced: int = 0) -> str:
    """What was imported, from the manifest of the file and the number of earlier rows that it replaces."""
    counts = {"masked": manifest["rows_masked"], "refused": manifest["rows_refused"], "replaced": replaced}
    table = manifest["table"]
    notes = left_out(manifest)
    notes += [
        reference.sentence(f"import_{name}", rows=whole(n), table=table) for name, n in counts.items() if n
    ]
    notes += [reference.sentence("import_cut")] if manifest.get("ends_inside_row") else []
    rows = counted(manifest["rows_kept"], "ligne importée", "lignes importées")
    listed = "\u00a0; ".join(notes)
    listed = f" ({listed})" if notes else ""
    return f"{title[:1].upper()}{title[1:]}\u00a0: {rows} dans {table}{listed}."


def _bmo_imported(frame: pd.DataFrame, basin: str) -> str:
    own = frame[frame["basin"].map(fold_words) == fold_words(basin)]
    jobs, others = len(own), len(frame) - len(own)
    return reference.sentence(
        "import_bmo", year=own["year"].iloc[0], jobs=counted(jobs, "métier", "métiers"),
        basin=own["basin"].iloc[0], imported="importés" if jobs > 1 else "importé",
        masked=whole(int(own["masked"].sum())), others=counted(others, "ligne", "lignes"),
    )  # fmt: skip
