"""A wave of survey files to tidy tables, with every correction named and every unusable row or cell kept apart.

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
import pandera.errors

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.intake import headers, mass
from eit_analysis.intake.ledger import Ledger, Origin, SheetAccount
from eit_analysis.intake.parsing import clean_text
from eit_analysis.intake.rows import Record, clean_row
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
        ``source_file, source_sheet, source_row, column, raw_value, reason_code, message``. A reason that starts
        with ``cell_`` speaks of one cell set missing; any other of a whole row (or file) left out.
    corrections : pandas.DataFrame
        ``source_file, source_sheet, source_row, column, raw_value, clean_value, rule``.
    manifest : dict
        Inputs with their SHA-256, accounts by sheet, versions, parameters.
    """

    tables: dict[str, pd.DataFrame]
    quarantine: pd.DataFrame
    corrections: pd.DataFrame
    manifest: dict[str, Any]


@dataclass(frozen=True)
class RawRow:
    """A row that is data, where it comes from, and the account of its sheet."""

    origin: Origin
    account: SheetAccount
    cells: dict[str, Any]


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
        raise problems[0]
    _refuse_nothing(study, files, rows)
    clean = _clean_tables(rows, study.config.evidence_half_width, ledger)
    for account in (account for sheets in accounts.values() for account in sheets):
        account.check()
    return Cleaned(clean, ledger.quarantine_frame(), ledger.corrections_frame(),
                   _manifest(study, files, left_alone, accounts, clean))  # fmt: skip


def _read(study: Study, progress: Callable[[Iterable], Iterable]) -> tuple[list[RawFile], list[str]]:
    where = study.raw.relative_to(study.root).as_posix()
    if not study.raw.is_dir():
        raise InputError("ce dossier n'existe pas, créez-le et déposez-y les questionnaires remplis", file=where)
    paths, left_alone = survey_files(study.raw)
    if not paths:
        raise InputError(
            "ce dossier ne contient aucun questionnaire (XLSX, ODS ou CSV), déposez-y les fichiers remplis", file=where
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
        raise InputError(f"aucun fichier utilisable dans cette vague\u00a0: {broken.problem}", file=broken.name)
    expected = ", ".join(tables.sheet_name(table) for table in tables.TABLES)
    raise InputError(
        f"aucune ligne remplie n'a été trouvée, remplissez au moins une des feuilles {expected}", file=files[0].name
    )


def _sheet_rows(
    file: str, sheet: str, rows: list[list[Any]], ledger: Ledger
) -> tuple[SheetAccount, list[RawRow]] | None:
    """Data rows of one sheet; title, blank and total rows are counted and logged. None for another sheet."""
    if not rows:
        return None
    table = headers.table_of(sheet)
    layout = headers.find_layout(table, rows) if table else headers.guess_layout(rows)
    if layout is None and table:
        raise InputError(
            f"cette colonne est introuvable dans les {headers.ROWS_SEARCHED} premières lignes, "
            "remettez la ligne d'en-têtes du questionnaire",
            file=file, sheet=sheet, column=tables.form(table)[headers.key_column(table)]["header"],
        )  # fmt: skip
    if layout is None:
        if sheet not in SILENT_SHEETS:
            ledger.correct(Origin(file, sheet, None), "", "", "", "ignored_unknown_sheet")
        return None
    heading = Origin(file, sheet, layout.header_row + 1)
    for rule, found in (("ignored_unknown_column", layout.unknown), ("ignored_repeated_column", layout.repeated)):
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
        rule = headers.ignored_rule(layout, row, index)
        if rule:
            account.rows_ignored += 1
            ledger.correct(origin, "", " | ".join(t for t in map(clean_text, row) if t), "", rule)
            continue
        data.append(RawRow(origin, account, {name: row[i] for name, i in layout.columns.items() if i < len(row)}))
    return account, data


def _clean_tables(
    rows: dict[str, list[RawRow]], half_widths: dict[str, float], ledger: Ledger
) -> dict[str, pd.DataFrame]:
    """Clean the sites first: every other row must name one of them."""
    clean: dict[str, pd.DataFrame] = {}
    known: set[str] = set()
    for table, raw_rows in rows.items():
        kept = _clean_rows(table, raw_rows, half_widths, known, ledger)
        if table == "sites":
            known = {values["site_id"] for _, values in kept}
        clean[table] = _validated(table, kept, ledger)
    return clean


def _clean_rows(
    table: str, raw_rows: list[RawRow], half_widths: dict[str, float], known: set[str], ledger: Ledger
) -> list[tuple[RawRow, dict[str, Any]]]:
    kept: list[tuple[RawRow, dict[str, Any]]] = []
    first_seen: dict[tuple[str, ...], Origin] = {}
    sites: dict[str, Origin] = {}
    ranks: Counter[str] = Counter()
    form = list(tables.form(table))
    for row in raw_rows:
        identity = tuple(clean_text(row.cells.get(name, "")).casefold() for name in form)
        if identity in first_seen:
            row.account.rows_merged += 1
            ledger.correct(row.origin, "", "", f"= {first_seen[identity]}", "merged_repeated_row")
            continue
        first_seen[identity] = row.origin
        record = clean_row(table, row.cells, half_widths)
        _check_sites(table, record, row.origin, sites, known)
        for header, raw, value, rule in record.corrections:
            ledger.correct(row.origin, header, raw, value, rule)
        fatal = next((problem for problem in record.problems if problem.fatal), None)
        for problem in record.problems:
            code = problem.code if problem is fatal else f"cell_{problem.code}"
            ledger.quarantine(row.origin, problem.column, problem.raw, code, problem.message)
        site = record.values.get("site_id")
        if table == "flows" and site:
            # Rows in quarantine keep their rank: correcting one never renames the others.
            ranks[site] += 1
            record.values["flow_id"] = f"{site}-F{ranks[site]:02d}"
        if fatal:
            row.account.rows_quarantined += 1
        else:
            row.account.rows_clean += 1
            kept.append((row, record.values))
    return kept


def _check_sites(table: str, record: Record, origin: Origin, sites: dict[str, Origin], known: set[str]) -> None:
    """A site is declared once; every other table only speaks of declared sites."""
    site = record.values.get("site_id")
    if table == "sites" and site and not record.fatal:
        if site in sites:
            message = f"cet acteur est déjà décrit autrement ({sites[site]})\u00a0; gardez une seule ligne"
            record.reject("site_id", "conflicting_site", message, fatal=True)
        else:
            sites[site] = origin
    elif site and table != "sites" and site not in known:
        message = "cet identifiant n'est dans aucune feuille Entreprise utilisable\u00a0; corrigez-le ou ajoutez l'acteur"
        record.reject("site_id", "unknown_site", message, fatal=True)
    if record.values.get("site_ids"):
        parts = record.values["site_ids"].split()
        unknown = [part for part in parts if part not in known]
        if unknown:
            message = f"identifiants inconnus dans cette vague\u00a0: {', '.join(unknown)}\u00a0; corrigez-les"
            record.reject("site_ids", "unknown_site", message, fatal=False)
            record.values["site_ids"] = " ".join(part for part in parts if part in known) or None


def _validated(table: str, kept: list[tuple[RawRow, dict[str, Any]]], ledger: Ledger) -> pd.DataFrame:
    """Table in the contract's order and types; a row that breaks a rule of the contract goes to quarantine."""
    names = list(tables.fields(table))
    records = [{**values, **asdict(row.origin)} for row, values in kept]
    columns: dict[str, pd.Series] = {}
    for name in names:
        values = pd.Series([record.get(name) for record in records], dtype=object)
        columns[name] = values.astype("float64") if "float" in tables.fields(table)[name]["dtype"] else values
    frame = pd.DataFrame(columns, columns=names)
    frame = frame.astype({n: "int64" if n == "source_row" else "str" for n in names if frame[n].dtype == object})
    schema = tables.TABLES[table].to_schema()
    try:
        return schema.validate(frame, lazy=True)[names]
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases.dropna(subset=["index"]).drop_duplicates("index")
    for case in cases.itertuples():
        row = kept[int(case.index)][0]  # type: ignore[call-overload]
        header = tables.fields(table).get(str(case.column), {}).get("header", "")
        message = f"la valeur ne respecte pas la règle du modèle ({case.check})\u00a0; corrigez-la"
        ledger.quarantine(row.origin, header, clean_text(case.failure_case), "contract", message)
        row.account.rows_clean -= 1
        row.account.rows_quarantined += 1
    frame = frame.drop(index=cases["index"].astype(int)).reset_index(drop=True)
    return schema.validate(frame)[names]


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
        "tables": {t: {**SheetAccount.zero(), **totals[t], "rows_written": len(clean[t])} for t in tables.TABLES},
        "parameters": {
            "evidence_half_width": study.config.evidence_half_width,
            "periods_per_year": {period: list(values) for period, values in mass.PERIODS_PER_YEAR.items()},
        },
        "versions": {name: version(name) for name in VERSIONS},
    }
