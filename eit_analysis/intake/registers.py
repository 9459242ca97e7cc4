"""Open-data registers into a study, beside its survey: tables of their own, which cleaning leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from eit_analysis.errors import InputError, UsageError
from eit_analysis.intake.headers import ROWS_SEARCHED, header_key
from eit_analysis.intake.output import json_bytes, write_table
from eit_analysis.intake.parsing import clean_text, fold
from eit_analysis.intake.workbook import RawSheet, read_files
from eit_analysis.study import Study, write_atomic

# France Travail, enquête Besoins en main-d'œuvre: header of the open-data file (the basin ones carry the year
# of their zoning: BE24, NOMBE24) to ours. `met` hiring projects, `xmet` judged difficult, `smet` seasonal.
BMO_HEADERS = {
    "annee": "year", "code metier bmo": "occupation_code", "nom metier bmo": "occupation",
    "dept": "department_code", "be": "basin_code", "nombe": "basin", "met": "planned_hires",
    "xmet": "difficult_hires", "smet": "seasonal_hires",
}  # fmt: skip
BMO_COLUMNS = [
    "occupation_code",
    "occupation",
    "department_code",
    "basin_code",
    "basin",
    "planned_hires",
    "difficult_share_percent",
    "seasonal_share_percent",
    "masked",
    "year",
    "source_file",
    "source_sheet",
    "source_row",
]
MASK = "*"


def import_register(register: str, file: Path, study: Study) -> str:
    """Import an open-data register into the processed folder of a study's wave.

    Parameters
    ----------
    register : str
        Name of the register (``bmo``).
    file : pathlib.Path
        The register's own file, as published.
    study : Study
        Opened on the wave.

    Returns
    -------
    str
        What was imported, in French.

    Raises
    ------
    UsageError
        When the register is unknown, or the study lacks the parameter it needs.
    InputError
        When the file cannot be read or is not this register.
    """
    if register not in REGISTERS:
        known = ", ".join(REGISTERS)
        raise UsageError(f"Le registre «\u00a0{register}\u00a0» est inconnu\u00a0: choisissez parmi {known}.")
    if not file.exists():
        raise InputError("ce fichier n'existe pas, vérifiez son chemin", file=file.name)
    return REGISTERS[register](file, study)


def import_bmo(file: Path, study: Study) -> str:
    """Hiring plans by occupation in the study's employment basin and the rest of its département."""
    raw = next(read_files([file], file.parent))
    if raw.problem:
        raise InputError(raw.problem, file=file.name)
    sheet, header_row, columns = _bmo_sheet(raw.sheets, file)
    everything = _bmo_frame(sheet, header_row, columns)
    kept = bmo_of_basin(everything, study.config.basin, file.name)
    kept["source_file"] = file.name
    kept["source_sheet"] = sheet.name
    manifest = {
        "register": "bmo", "file": file.name, "sha256": raw.sha256, "sheet": sheet.name,
        "basin": study.config.basin, "rows_read": len(everything), "rows_kept": len(kept),
        "rows_ignored": len(everything) - len(kept), "rows_masked": int(kept["masked"].sum()),
    }  # fmt: skip
    write_table(study, "bmo", kept[BMO_COLUMNS])
    write_atomic(study.processed / "bmo.manifest.json", json_bytes(manifest))
    own = kept[kept["basin"].map(fold) == fold(study.config.basin)]
    return (
        f"BMO {own['year'].iloc[0]}\u00a0: {len(own)} métiers du bassin {own['basin'].iloc[0]} importés "
        f"(au moins un nombre masqué par la source pour {int(own['masked'].sum())} d'entre eux), "
        f"et {len(kept) - len(own)} lignes des autres bassins du département."
    )


def bmo_of_basin(table: pd.DataFrame, basin: str, file: str = "") -> pd.DataFrame:
    """Rows of the département of a basin, with shares; ``*`` stays missing and is counted as masked.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns named by ``BMO_HEADERS`` and ``source_row``, cells as read.
    basin : str
        Name of the employment basin, in any case.

    Returns
    -------
    pandas.DataFrame
        ``planned_hires`` (projects), ``difficult_share_percent`` and ``seasonal_share_percent`` (of those
        projects, %), ``masked`` true where at least one of the three counts is hidden by the source.
    """
    if not basin:
        raise UsageError("Le bassin d'emploi n'est pas indiqué\u00a0: ajoutez la clé basin dans study.toml.")
    folded = {name: fold(name) for name in table["basin"].unique()}
    match = table["basin"].map(folded) == fold(basin)
    if not match.any():
        raise InputError(
            f"le bassin «\u00a0{basin}\u00a0» n'y est pas, corrigez la clé basin de study.toml", file=file
        )
    kept = table[table["department_code"].isin(table.loc[match, "department_code"])].reset_index(drop=True)
    counts = kept[["planned_hires", "difficult_hires", "seasonal_hires"]]
    kept["masked"] = (counts == MASK).any(axis=1)
    planned, difficult, seasonal = (
        pd.to_numeric(counts[name].where(counts[name] != MASK), errors="coerce").astype("float64")
        for name in counts
    )
    kept["planned_hires"] = planned
    # No project, no share: 0 / 0 is missing.
    kept["difficult_share_percent"] = (100 * difficult / planned.where(planned > 0)).round(1)
    kept["seasonal_share_percent"] = (100 * seasonal / planned.where(planned > 0)).round(1)
    kept["year"] = pd.to_numeric(kept["year"], errors="coerce").astype("Int64")
    return kept


def _bmo_sheet(sheets: list[RawSheet], file: Path) -> tuple[RawSheet, int, dict[str, int]]:
    for sheet in sheets:
        for index, row in enumerate(sheet.rows[:ROWS_SEARCHED]):
            # BE24 and NOMBE24 lose the year of their zoning.
            keys = [header_key(clean_text(cell)).rstrip("0123456789") for cell in row]
            columns = {name: keys.index(key) for key, name in BMO_HEADERS.items() if key in keys}
            if len(columns) == len(BMO_HEADERS):
                return sheet, index, columns
    raise InputError(
        "ce n'est pas un fichier BMO de France Travail (colonnes annee, Code métier BMO, BE24, met, "
        "xmet, smet introuvables), téléchargez la base ouverte complète",
        file=file.name,
    )


def _bmo_frame(sheet: RawSheet, header_row: int, columns: dict[str, int]) -> pd.DataFrame:
    body = sheet.rows[header_row + 1 :]
    values: dict[str, Any] = {
        name: [clean_text(row[index]) for row in body] for name, index in columns.items()
    }
    return pd.DataFrame(values).assign(source_row=range(header_row + 2, header_row + 2 + len(body)))


REGISTERS: dict[str, Callable[[Path, Study], str]] = {"bmo": import_bmo}
