"""One raw sheet to the data rows of its table; titles, totals and blank rows are told apart and logged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis import tables
from eit_analysis.intake import headers
from eit_analysis.intake.columns import Cells, Rows
from eit_analysis.intake.headers import Layout
from eit_analysis.intake.ledger import NO_ROW, Ledger, SheetAccount
from eit_analysis.intake.parsing import clean_text, parse_number
from eit_analysis.intake.personal import PRIVATE, is_personal, personal_columns
from eit_analysis.intake.workbook import RawSheet

SILENT_SHEETS = {"Mode d'emploi", "Listes"}  # the questionnaire's own, known not to hold answers
PEOPLE = ("workforce", "skills", "readiness")  # tables where a name or a birth date has no place
NO_HEADER = (
    f"la colonne «\u00a0{{}}\u00a0» est introuvable dans les {headers.ROWS_SEARCHED} premières lignes "
    "de cette feuille\u00a0; remettez la ligne d'en-têtes du questionnaire"
)


@dataclass(frozen=True)
class FoundSheet:
    """A raw sheet that belongs to a table; ``layout`` is None when its header row is not to be found."""

    place: int
    table: str
    raw: RawSheet
    layout: Layout | None


@dataclass
class SheetRows:
    """Data rows of one sheet.

    Attributes
    ----------
    account : SheetAccount
        Where the rows of the sheet went; ignored ones are counted already.
    place : int
        The sheet in the ledger.
    rows : numpy.ndarray of int
        Row numbers of the data, from 1.
    cells : Rows
        All cells of the sheet.
    columns : dict of str to numpy.ndarray of int, shape (n_rows,)
        Position in ``cells.values`` of the cells of these rows, by form column; columns absent from the sheet
        are absent here.
    layout : Layout or None
        Where the columns are and which units their headers state; None when no header row was found.
    totals : dict of int to dict of str to object
        Raw cells of the total rows, by row number.
    """

    account: SheetAccount
    place: int
    rows: np.ndarray
    cells: Rows
    columns: dict[str, np.ndarray]
    layout: Layout | None
    totals: dict[int, dict[str, Any]] = field(default_factory=dict)


def find_sheet(file: str, sheet: RawSheet, ledger: Ledger) -> FoundSheet | None:
    """The table of a sheet by its name, else by its headers; None for a sheet that belongs to no table."""
    named = headers.table_of(sheet.name)
    layout = headers.find_layout(named, sheet.rows) if named else headers.guess_layout(sheet.rows)
    table = layout.table if layout else named
    if table is None or not sheet.rows:
        if sheet.rows and sheet.name not in SILENT_SHEETS:
            ledger.correct(ledger.place(file, sheet.name), NO_ROW, "", "", "", "ignored_unknown_sheet")
        return None
    return FoundSheet(ledger.place(file, sheet.name), table, sheet, layout)


def sheet_rows(found: FoundSheet, removed: Collection[int], ledger: Ledger) -> SheetRows:
    """Data rows of a sheet; every other row is counted and logged with its reason.

    A sheet whose header row is not found gives no data: its rows are quarantined.

    Parameters
    ----------
    removed : collection of int
        Row numbers that the firm has withdrawn.
    """
    sheet, layout, place = found.raw, found.layout, found.place
    if layout is None:
        return _without_header(found, ledger)
    cells = Rows.of(sheet.rows)
    if layout.table in PEOPLE:
        cells = _without_personal(layout, cells, place, ledger)
    _log_headers(layout, cells, place, ledger)
    account = SheetAccount(sheet.name, layout.table, layout.header_row + 1, len(cells) - 1)
    data = np.ones(len(cells), dtype=bool)
    data[layout.header_row] = False
    totals = {}
    for index in sorted({*_suspects(layout, cells), *(row - 1 for row in removed)}):
        ignored = headers.ignored_rule(layout, cells[index], index)
        if index + 1 in removed:
            ignored = "removed_by_firm"
        if ignored is None:
            continue
        data[index] = False
        account.rows_ignored += 1
        ledger.correct(place, index + 1, "", _shown(cells[index]), "", ignored)
        if ignored == "ignored_total_row":
            totals[index + 1] = {name: cells[index][i] for name, i in layout.columns.items()}
    kept = np.flatnonzero(data)
    columns = {name: cells.numbers[kept, i] for name, i in layout.columns.items()}
    return SheetRows(account, place, kept + 1, cells, columns, layout, totals)


def _without_header(found: FoundSheet, ledger: Ledger) -> SheetRows:
    """Every row of a sheet that cannot be read goes to quarantine, but for the blank ones."""
    table, sheet, place = found.table, found.raw, found.place
    account = SheetAccount(sheet.name, table, NO_ROW, len(sheet.rows))
    header = tables.form(table)[headers.key_column(table)]["header"]
    for number, cells in enumerate(sheet.rows, start=1):
        if any(map(clean_text, cells)):
            account.rows_quarantined += 1
            shown = PRIVATE if table in PEOPLE else _shown(cells)
            ledger.quarantine(place, number, header, shown, "no_header", NO_HEADER.format(header))
        else:
            account.rows_ignored += 1
            ledger.correct(place, number, "", "", "", "ignored_blank_row")
    return SheetRows(account, place, np.zeros(0, dtype=np.int64), Rows.of([]), {}, None)


def _shown(cells: Sequence[Any]) -> str:
    texts = [text for text in map(clean_text, cells) if text]
    return " | ".join(PRIVATE if is_personal(text) else text for text in texts)


def _without_personal(layout: Layout, cells: Rows, place: int, ledger: Ledger) -> Rows:
    """The cells with the columns that hold personal data emptied, before anything else sees them."""
    header = {i: clean_text(cell) for i, cell in enumerate(cells[layout.header_row])}
    found = personal_columns(layout.table, header, cells[layout.header_row + 1 :])
    if not found:
        return cells
    numbers = cells.numbers.copy()
    for index, reason in found.items():
        text = header.get(index, "")
        ledger.correct(place, layout.header_row + 1, text, text, "", f"dropped_{reason}")
        numbers[:, index] = len(cells.values)
        layout.unknown.pop(index, None)
        layout.repeated.pop(index, None)
    return Rows([*cells.values, ""], numbers)


def _log_headers(layout: Layout, cells: Rows, place: int, ledger: Ledger) -> None:
    row = layout.header_row + 1
    for rule, found in (
        ("ignored_unknown_column", layout.unknown),
        ("ignored_repeated_column", layout.repeated),
    ):
        for text in found.values():
            ledger.correct(place, row, text, text, "", rule)
    typed = cells[layout.header_row]
    for name, index in layout.columns.items():
        header = tables.form(layout.table)[name]["header"]
        if typed[index] not in (header, ""):
            ledger.correct(place, row, header, str(typed[index]), header, "header_recognised")


def _suspects(layout: Layout, cells: Rows) -> list[int]:
    """Rows that may not be data: before the header, nearly blank, or with the word of a total or a header.

    A quick look at the distinct cells; `headers.ignored_rule` decides on these few rows.
    """
    key = headers.header_key(tables.form(layout.table)[layout.key]["header"])
    filled = cells.test(lambda cell: cell is not None and not (isinstance(cell, str) and not cell.strip()))
    odd = cells.test(lambda cell: isinstance(cell, str) and _total_like(cell))
    keys = cells.numbers[:, layout.columns[layout.key]]
    suspect = filled[cells.numbers].sum(axis=1) <= 1
    suspect |= odd[cells.numbers].any(axis=1)
    suspect |= _equal(cells, keys, key)
    suspect[: layout.header_row] = True
    suspect[layout.header_row] = False
    return np.flatnonzero(suspect).tolist()


def _equal(cells: Rows, numbers: np.ndarray, key: str) -> np.ndarray:
    """Which cells of a column repeat its header."""
    column = Cells.among(cells.values, numbers)
    same = [isinstance(cell, str) and headers.header_key(cell) == key for cell in column.values]
    return np.array(same, dtype=bool)[column.codes]


def _total_like(text: str) -> bool:
    low = text.casefold()
    return "tota" in low or "somme" in low


def stated_totals(sheets: Sequence[SheetRows], ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numbers of the sheets that state a total, and the totals they state.

    Returns
    -------
    tuple of pandas.DataFrame
        ``source_file, source_sheet, source_row, column, value`` (as typed, before any conversion), ``text``
        (whether it is a text, which a spreadsheet does not add up); and the same of the total rows with their
        ``raw_value``.
    """
    values: list[tuple[Any, ...]] = []
    totals: list[tuple[Any, ...]] = []
    for sheet in sheets:
        if not sheet.totals:
            continue
        origin, table = ledger.origins[sheet.place], sheet.account.table
        for row, cells in sheet.totals.items():
            for name, cell in cells.items():
                number = parse_number(cell).value
                if number is not None:
                    header = tables.form(table)[name]["header"]
                    totals.append((*origin, row, header, number, clean_text(cell)))
        for name, numbers in sheet.columns.items():
            header = tables.form(table)[name]["header"]
            for row, number in zip(sheet.rows.tolist(), numbers.tolist(), strict=True):
                cell = sheet.cells.values[number]
                value = parse_number(cell).value
                if value is not None:
                    values.append((*origin, row, header, value, isinstance(cell, str)))
    names = ["source_file", "source_sheet", "source_row", "column", "value"]
    return pd.DataFrame(values, columns=[*names, "text"]), pd.DataFrame(totals, columns=[*names, "raw_value"])
