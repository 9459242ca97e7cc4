"""A wave of survey files to tidy tables, every correction named, every unusable row or cell kept apart.

The accounts hold for every sheet: rows_read = rows_clean + rows_quarantined + rows_merged + rows_ignored.
``rows_read`` counts the rows of the sheet down to the last filled one, its header row left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import pandas as pd

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.intake import headers, mass
from eit_analysis.intake.ledger import Ledger, Origin, SheetAccount
from eit_analysis.intake.parsing import clean_text
from eit_analysis.intake.tidy import RawRow, clean_tables
from eit_analysis.intake.workbook import RawFile, read_files, survey_files
from eit_analysis.study import Study

SILENT_SHEETS = {"Mode d'emploi", "Listes"}  # the questionnaire's own, known not to hold answers
VERSIONS = ("eit-analysis", "pandas", "pandera", "pyarrow", "python-calamine", "python-stdnum")


@dataclass(frozen=True)
class Cleaned:
    """What cleaning a wave gives.

    Attributes
    ----------
    tables : dict of str to pandas.DataFrame
        Every table of the contract, validated, columns in its order; empty ones too.
    quarantine : pandas.DataFrame
        ``source_file, source_sheet, source_row, column, raw_value, reason_code, message``. A reason that
        starts with ``cell_`` speaks of one cell set missing; any other of a whole row (or file) left out.
    corrections : pandas.DataFrame
        ``source_file, source_sheet, source_row, column, raw_value, clean_value, rule``.
    manifest : dict
        Inputs with their SHA-256, accounts by sheet, versions, parameters.
    """

    tables: dict[str, pd.DataFrame]
    quarantine: pd.DataFrame
    corrections: pd.DataFrame
    manifest: dict[str, Any]


def clean_wave(study: Study, progress: Callable[[Iterable], Iterable] = iter) -> Cleaned:
    """Read and clean every survey file of a wave.

    Parameters
    ----------
    study : Study
        Opened on the wave.
    progress : callable
        Wraps the list of files while they are read (a progress bar).

    Raises
    ------
    InputError
        When the wave has no usable file, or a sheet lacks its key column.
    """
    files, left_alone = _read(study, progress)
    ledger = Ledger()
    accounts: dict[str, list[SheetAccount]] = {file.name: [] for file in files}
    rows: dict[str, list[RawRow]] = {table: [] for table in tables.TABLES}
    problems: list[InputError] = []
    for file in files:
        if file.problem:
            ledger.quarantine(Origin(file.name, "", None), "", "", "unreadable_file", f"{file.problem}.")
            continue
        for sheet in file.sheets:
            try:
                found = _sheet_rows(file.name, sheet.name, sheet.rows, ledger)
            except InputError as error:
                problems.append(error)
                continue
            if found is not None:
                account, data = found
                accounts[file.name].append(account)
                rows[account.table] += data
    if problems:
        others = f" (et {len(problems) - 1} autre(s) feuille(s) dans ce cas)" if len(problems) > 1 else ""
        raise InputError(f"{str(problems[0]).removesuffix('.')}{others}")
    _refuse_nothing(study, files, rows)
    clean = clean_tables(rows, study.config.evidence_half_width, ledger)
    for account in (account for sheets in accounts.values() for account in sheets):
        account.check()
    return Cleaned(clean, ledger.quarantine_frame(), ledger.corrections_frame(),
                   _manifest(study, files, left_alone, accounts, clean))  # fmt: skip


def _read(study: Study, progress: Callable[[Iterable], Iterable]) -> tuple[list[RawFile], list[str]]:
    where = study.raw.relative_to(study.root).as_posix()
    if not study.raw.is_dir():
        raise InputError(
            "ce dossier n'existe pas, créez-le et déposez-y les questionnaires remplis", file=where
        )
    paths, left_alone = survey_files(study.raw)
    if not paths:
        raise InputError(
            "ce dossier ne contient aucun questionnaire (XLSX, ODS ou CSV), déposez-y les fichiers remplis",
            file=where,
        )
    reading = read_files(paths, study.raw)
    files = [next(reading) for _ in progress(paths)]
    reading.close()
    return files, [path.relative_to(study.raw).as_posix() for path in left_alone]


def _refuse_nothing(study: Study, files: list[RawFile], rows: dict[str, list[RawRow]]) -> None:
    if any(rows.values()):
        return
    broken = next((file for file in files if file.problem), None)
    if broken is not None:
        raise InputError(
            f"aucun fichier utilisable dans cette vague\u00a0: {broken.problem}", file=broken.name
        )
    expected = ", ".join(tables.sheet_name(table) for table in tables.TABLES)
    raise InputError(
        f"aucune ligne remplie n'a été trouvée, remplissez au moins une des feuilles {expected}",
        file=files[0].name,
    )


def _sheet_rows(
    file: str, sheet: str, rows: list[list[Any]], ledger: Ledger
) -> tuple[SheetAccount, list[RawRow]] | None:
    """Data rows of one sheet; title, blank and total rows are counted and logged. None for another sheet."""
    if not rows:
        return None
    named = headers.table_of(sheet)
    layout = headers.find_layout(named, rows) if named else headers.guess_layout(rows)
    if layout is None and named:
        raise InputError(
            f"cette colonne est introuvable dans les {headers.ROWS_SEARCHED} premières lignes, "
            "remettez la ligne d'en-têtes du questionnaire",
            file=file, sheet=sheet, column=tables.form(named)[headers.key_column(named)]["header"],
        )  # fmt: skip
    if layout is None:
        if sheet not in SILENT_SHEETS:
            ledger.correct(Origin(file, sheet, None), "", "", "", "ignored_unknown_sheet")
        return None
    heading = Origin(file, sheet, layout.header_row + 1)
    for rule, found in (
        ("ignored_unknown_column", layout.unknown),
        ("ignored_repeated_column", layout.repeated),
    ):
        for text in found.values():
            ledger.correct(heading, text, text, "", rule)
    for column, index in layout.columns.items():
        typed, header = str(rows[layout.header_row][index]), tables.form(layout.table)[column]["header"]
        if typed != header:
            ledger.correct(heading, header, typed, header, "header_recognised")
    account = SheetAccount(sheet, layout.table, layout.header_row + 1, rows_read=len(rows) - 1)
    data = []
    for index, row in enumerate(rows):
        if index == layout.header_row:
            continue
        origin = Origin(file, sheet, index + 1)
        ignored = headers.ignored_rule(layout, row, index)
        if ignored:
            account.rows_ignored += 1
            ledger.correct(origin, "", " | ".join(t for t in map(clean_text, row) if t), "", ignored)
            continue
        data.append(
            RawRow(origin, account, {name: row[i] for name, i in layout.columns.items() if i < len(row)})
        )
    return account, data


def _manifest(
    study: Study,
    files: list[RawFile],
    left_alone: list[str],
    accounts: dict[str, list[SheetAccount]],
    clean: dict[str, pd.DataFrame],
) -> dict[str, Any]:
    inputs = [
        {
            "file": file.name, "sha256": file.sha256, "format": file.format, "encoding": file.encoding,
            "separator": file.separator, "problem": file.problem,
            "sheets": [asdict(account) for account in accounts[file.name]],
        }
        for file in files
    ]  # fmt: skip
    totals: dict[str, Counter[str]] = {table: Counter() for table in tables.TABLES}
    for account in (account for sheets in accounts.values() for account in sheets):
        totals[account.table].update(account.counts())
    return {
        "study": study.name,
        "wave": study.wave,
        "inputs": inputs,
        "files_left_alone": left_alone,
        "tables": {
            t: {**SheetAccount.zero(), **totals[t], "rows_written": len(clean[t])} for t in tables.TABLES
        },
        "parameters": {
            "evidence_half_width": study.config.evidence_half_width,
            "periods_per_year": {period: list(values) for period, values in mass.PERIODS_PER_YEAR.items()},
        },
        "versions": {name: version(name) for name in VERSIONS},
    }
