"""A wave of survey files to tidy tables, every correction named, every unusable row or cell kept apart.

The accounts hold for every sheet: rows_read = rows_clean + rows_quarantined + rows_merged + rows_ignored.
``rows_read`` counts the rows of the sheet down to the last filled one, its header row left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import Any

import pandas as pd

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.intake.answers.applied import Applied, Cell, Grid, Place
from eit_analysis.intake.answers.applying import apply
from eit_analysis.intake.answers.sheets import find_header, read_answers
from eit_analysis.intake.cells.periods import PERIODS_PER_YEAR
from eit_analysis.intake.checks.doubles import doubles
from eit_analysis.intake.checks.marks import gathered
from eit_analysis.intake.checks.plausibility import implausible
from eit_analysis.intake.checks.reconcile import reconcile
from eit_analysis.intake.checks.stated_totals import check_totals
from eit_analysis.intake.cleaning.tidy import clean_tables
from eit_analysis.intake.registers import waste_register
from eit_analysis.intake.sheets.headers import ROWS_SEARCHED, Layout, key_column
from eit_analysis.intake.sheets.ledger import NO_ROW, Ledger, SheetAccount
from eit_analysis.intake.sheets.rows import (
    PEOPLE,
    FoundSheet,
    SheetRows,
    find_sheet,
    sheet_rows,
    stated_totals,
)
from eit_analysis.intake.sheets.workbook import Finding, RawFile, read_files, survey_files
from eit_analysis.study import Study

ANSWERS = "answers"  # the table that the accounts of answer sheets name
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
    implausible : pandas.DataFrame
        Values that are kept but marked, with the columns of the quarantine.
    conflicts : pandas.DataFrame
        Registers beside the questionnaire, by site and waste code.
    row_sites : pandas.DataFrame
        ``source_file, source_sheet, source_row, site_id`` of every data row read, quarantined ones too.
    grids : dict of (file, sheet) to Grid
        The data sheets as they were cleaned: answers put in, personal data taken out.
    applied : Applied
        What the answers of the firms did.
    manifest : dict
        Inputs with their SHA-256, accounts by sheet, versions, parameters.
    """

    tables: dict[str, pd.DataFrame]
    quarantine: pd.DataFrame
    corrections: pd.DataFrame
    implausible: pd.DataFrame
    conflicts: pd.DataFrame
    row_sites: pd.DataFrame
    grids: dict[Place, Grid]
    applied: Applied
    manifest: dict[str, Any]


def clean_wave(study: Study, progress: Callable[[Iterable], Iterable] = iter) -> Cleaned:
    """Read and clean every survey file of a wave.

    Answers that firms gave on a *fiche de relance* go into the raw cells first, so that every rule of
    cleaning applies to them too. A register imported into the wave is set beside the answers last.

    Parameters
    ----------
    study : Study
        Opened on the wave.
    progress : callable
        Wraps the list of files while they are read (a progress bar).

    Raises
    ------
    InputError
        When the wave has no usable row.
    """
    files, left_alone = _read(study, progress)
    ledger = Ledger()
    accounts: dict[str, list[SheetAccount]] = {file.name: [] for file in files}
    found, answering = _find_sheets(files, ledger)
    applied = _answer(answering, found, ledger)
    for file, answered in applied.accounts.items():
        accounts[file] += answered
    rows = []
    for file, sheet in found:
        name = sheet.raw.name
        removed = {row for f, s, row in applied.removed if (f, s) == (file, name)}
        rows.append(sheet_rows(sheet, removed, ledger))
        accounts[file].append(rows[-1].account)
    _refuse_nothing(study, files, rows, ledger)
    tidy = clean_tables(rows, study.config.evidence_half_width, ledger)
    totals = check_totals(*stated_totals(rows, ledger))
    grids = {ledger.origins[sheet.place]: _grid(sheet.layout, sheet.cells) for sheet in rows if sheet.layout}
    del rows, found  # as large as the tables, and of no use to what follows
    for account in (account for sheets in accounts.values() for account in sheets):
        account.check()
    reconciled = reconcile(
        tidy.tables["flows"], tidy.tables["sites"], waste_register(study),
        study.config.prefer_register, study.config.evidence_half_width["measured"],
    )  # fmt: skip
    tidy.tables["flows"] = reconciled.flows
    marks = gathered([ledger.implausible_frame(), *doubles(tidy.tables), implausible(tidy.tables), totals])
    return Cleaned(
        tables=tidy.tables,
        quarantine=ledger.quarantine_frame(),
        corrections=pd.concat([ledger.corrections_frame(), reconciled.corrections], ignore_index=True),
        implausible=_not_confirmed(marks, applied.confirmed),
        conflicts=reconciled.conflicts,
        row_sites=tidy.row_sites,
        grids=grids,
        applied=applied,
        manifest=_manifest(study, files, left_alone, accounts, tidy.tables),
    )


def _find_sheets(files: list[RawFile], ledger: Ledger) -> tuple[list[tuple[str, FoundSheet]], list[RawFile]]:
    """The sheets of every file that belong to a table, and the files with answers to a *fiche de relance*.

    What the reader itself found goes to the ledger.
    """
    found: list[tuple[str, FoundSheet]] = []
    answering: set[str] = set()
    for file in files:
        if file.problem:
            place = ledger.place(file.name)
            ledger.quarantine(place, NO_ROW, "", "", "unreadable_file", f"{file.problem.removesuffix('.')}.")
        _log_findings(ledger, file.name, "", file.findings, shown=True)
        for sheet in file.sheets:
            known = None
            if find_header(sheet):  # an answer sheet is no table
                answering.add(file.name)
            elif known := find_sheet(file.name, sheet, ledger):
                found.append((file.name, known))
            shown = known is not None and known.table not in PEOPLE
            _log_findings(ledger, file.name, sheet.name, sheet.findings, shown)
    return found, [file for file in files if file.name in answering]


def _log_findings(ledger: Ledger, file: str, sheet: str, findings: list[Finding], shown: bool) -> None:
    """What the reader found; a sheet of people, or one that belongs to no table, may name persons."""
    place = ledger.place(file, sheet) if findings else 0
    for row, raw, clean, rule in findings:
        ledger.correct(place, row or NO_ROW, "", raw if shown else "", clean if shown else "", rule)


def _answer(files: list[RawFile], found: list[tuple[str, FoundSheet]], ledger: Ledger) -> Applied:
    """Put the answers of the firms into the raw sheets they speak of."""
    sheets = read_answers(files)
    if not sheets:
        return Applied()
    grids = {
        (file, sheet.raw.name): _grid(sheet.layout, sheet.raw.rows) for file, sheet in found if sheet.layout
    }
    applied = apply(sheets, grids)
    for position, (file, sheet) in enumerate(found):
        rows = applied.rows.get((file, sheet.raw.name))
        if rows is not None:
            found[position] = (file, replace(sheet, raw=replace(sheet.raw, rows=rows)))
    for file, name, row, *line in applied.corrections:
        ledger.correct(ledger.place(file, name), row, *line)
    for file, name, row, *line in applied.quarantine:
        ledger.quarantine(ledger.place(file, name), row, *line)
    return applied


def _grid(layout: Layout, rows: Sequence[list[Any]]) -> Grid:
    form = tables.form(layout.table)
    columns = {form[name]["header"]: index for name, index in layout.columns.items()}
    return Grid(layout.table, rows, layout.header_row, columns)


def _not_confirmed(marks: pd.DataFrame, confirmed: set[Cell]) -> pd.DataFrame:
    """Marks but for those of the cells that the firm says are right."""
    cells = zip(*(marks[n] for n in ("source_file", "source_sheet", "source_row", "column")), strict=True)
    kept = pd.Series([cell not in confirmed for cell in cells], dtype=bool)
    return marks[kept].reset_index(drop=True)


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


def _refuse_nothing(study: Study, files: list[RawFile], sheets: list[SheetRows], ledger: Ledger) -> None:
    if any(len(sheet.rows) for sheet in sheets):
        return
    broken = next((file for file in files if file.problem), None)
    if broken is not None:
        raise InputError(
            f"aucun fichier utilisable dans cette vague\u00a0: {broken.problem}", file=broken.name
        )
    lost = next((sheet for sheet in sheets if sheet.account.rows_quarantined), None)
    if lost is not None:
        header = tables.form(lost.account.table)[key_column(lost.account.table)]["header"]
        raise InputError(
            f"cette colonne est introuvable dans les {ROWS_SEARCHED} premières lignes, "
            "remettez la ligne d'en-têtes du questionnaire",
            file=ledger.origins[lost.place][0],
            sheet=lost.account.sheet,
            column=header,
        )
    expected = ", ".join(tables.sheet_name(table) for table in tables.TABLES)
    raise InputError(
        f"aucune ligne remplie n'a été trouvée, remplissez au moins une des feuilles {expected}",
        file=files[0].name,
    )


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
    totals: dict[str, Counter[str]] = {table: Counter() for table in (*tables.TABLES, ANSWERS)}
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
        "answers": {**SheetAccount.zero(), **totals[ANSWERS]},
        "parameters": {
            "evidence_half_width": study.config.evidence_half_width,
            "prefer_register": study.config.prefer_register,
            "periods_per_year": {period: list(values) for period, values in PERIODS_PER_YEAR.items()},
        },
        "versions": {name: version(name) for name in VERSIONS},
    }
