"""One raw sheet to the data rows of its table; titles, totals and blank rows are set apart and logged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.cells.privacy import PRIVATE, without_person
from eit_analysis.intake.sheets import asides, filling, headers, implied, regions, subjects
from eit_analysis.intake.sheets.headers import PEOPLE
from eit_analysis.intake.sheets.hearing import hear_quantities, held_in_others
from eit_analysis.intake.sheets.ledger import NO_ROW, Ledger, SheetAccount
from eit_analysis.intake.sheets.personal import without_personal
from eit_analysis.intake.sheets.preferred import named, shown
from eit_analysis.intake.sheets.spec import ROWS_SEARCHED, Layout, find_layout
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.intake.sheets.two_ways import one_quantity
from eit_analysis.intake.sheets.workbook import SILENT_SHEETS, RawSheet, own_name
from eit_analysis.reference.findings import finding

LEFT_OUT = "direction", "category", "unit"  # what the rest of a sheet of flows may tell
NO_ANSWER = {"ignored_title_row", "ignored_blank_row", "ignored_header_row"}  # no row to say again


def find_sheet(file: str, sheet: RawSheet, ledger: Ledger, told: str = "") -> SurveySheet | None:
    """The table of a sheet, if it is not told, by its name, else by its headers; None when it has none."""
    place, cells = ledger.place(file, sheet.name), Rows.of(sheet.rows)
    if not len(cells):
        return None
    table, layout, sure = headers.understood(sheet.name, cells, told)
    if table and (top := layout or find_layout(headers.form_spec(table), cells)):
        layout, cells = _headed(layout, top, cells)
    hidden = any(rule == "hidden_sheet_read" for *_, rule in sheet.notes)
    account, stem = SheetAccount(sheet.name, table, NO_ROW, len(cells)), PurePosixPath(file).stem
    if not table or (layout and not sure and not subjects.speaks(layout, [sheet.name, stem], cells)):
        if sheet.name in SILENT_SHEETS:
            return None
        if layout and len(layout.columns) >= headers.LEAST_HEADERS:
            return SurveySheet(place, account, cells, None, layout, hidden)
        ledger.correct(place, NO_ROW, "", "", "", "ignored_unknown_sheet")
        return None
    if not layout:
        return SurveySheet(place, account, cells, None, hidden=hidden)
    if told:  # whoever confirmed the mapping has left the other columns out
        layout = replace(layout, unknown={})
    layout, cells = one_quantity(named(shown(layout, sheet), cells), cells)
    row = layout.header_row
    may_lack = (layout.key, *LEFT_OUT) if table == "flows" else (layout.key,)
    added = [name for name in may_lack if name not in layout.columns]
    if added:
        layout.columns.update({name: cells.numbers.shape[1] + n for n, name in enumerate(added)})
        wider = np.pad(cells.numbers, ((0, 0), (0, len(added))), constant_values=len(cells.values))
        cells = Rows([*cells.values, ""], wider)
    if table in PEOPLE:
        header = list(map(clean_text, cells[row]))
        cells, dropped = without_personal(layout, cells)
        for index, reason in dropped.items():
            ledger.correct(place, row + 1, header[index], header[index], "", f"dropped_{reason}")
            layout.unknown.pop(index, None)
            layout.repeated.pop(index, None)
    layout, cells = regions.one_layout(layout, cells, place, ledger)
    noted = dict[int, str]()
    for number, raw, _, rule in sheet.notes:
        if number is not None and rule == "note_on_text":
            noted[number] = f"{noted[number]} ; {raw}" if number in noted else raw
    return SurveySheet(
        place, account, cells, layout, hidden=hidden, added=frozenset(added), by_columns=not sure, noted=noted
    )


def _headed(layout: Layout | None, top: Layout, cells: Rows) -> tuple[Layout | None, Rows]:
    """The layout and the rows of a sheet whose header may stand on two rows: its best, and one beside it."""
    for first in range(top.header_row, max(top.header_row - 2, -1), -1):
        whole = regions.one_header(top.spec, cells, first)
        better = headers.find_form(top.table, whole) if whole is not cells else None
        more = better and layout and _told(better) > _told(layout)
        if better and (first == top.header_row or not layout or more):
            return better, whole
        if whole is not cells and first == top.header_row:
            return None, whole  # a group of quantities of which none is the whole
    return layout, cells


def _told(layout: Layout) -> tuple[int, bool]:
    """How many columns its headers tell, and whether they tell the unit of the quantity."""
    return layout.found, bool(split_unit(layout.units.get("quantity", ""))[0])


def set_aside(sheet: SurveySheet, removed: Collection[int], ledger: Ledger) -> None:
    """Find the data rows of a sheet; every other row is counted and logged with its reason.

    A sheet whose header row is not found gives no data: its rows are quarantined. ``removed`` are the row
    numbers that the firm has withdrawn.
    """
    layout, place, cells, account = sheet.layout, sheet.place, sheet.cells, sheet.account
    stem = PurePosixPath(ledger.origins[place][0]).stem
    if layout is None:
        _refuse_rows(sheet, ledger)
        return
    data = np.ones(len(cells), dtype=bool)
    data[layout.header_row] = False
    own = {name: i for name, i in layout.columns.items() if name == layout.key or name not in sheet.added}
    typed = replace(layout, columns=own)  # what the sheet itself has
    rules = {
        index: asides.ignored_rule(typed, cells[index], index) for index in asides.suspects(typed, cells)
    }
    rules |= {row - 1: "removed_by_firm" for row in removed}
    rules = {index: rule for index, rule in sorted(rules.items()) if rule}
    if len(rules) == len(cells) - 1:  # a total of no other row is the answer itself
        keys = {index: fold_words(clean_text(cells[index][layout.columns[layout.key]])) for index in rules}
        rules = {
            index: rule
            for index, rule in rules.items()
            if rule != "ignored_total_row" or not keys[index] or asides.TOTAL.match(keys[index])
        }
    rules = _with_own_totals(rules, cells, layout)
    rules |= asides.of_parts(typed, cells, rules)
    data[[*rules]] = False
    titles = {
        index: " ".join(dict.fromkeys(filter(None, map(clean_text, cells[index]))))
        for index, rule in rules.items()
        if rule == "ignored_title_row"
    }
    asked, others, sheet.problem = implied.of_years(sheet, layout, data, titles)
    tops = [layout.header_row, *(index for index, rule in rules.items() if rule == "ignored_header_row")]
    if not sheet.problem and _says_twice(sheet, layout, np.flatnonzero(data & ~others), titles, tops[1:]):
        sheet.problem = finding("no_header.twice", sheet=own_name(sheet.name))
    if sheet.problem:
        sheet.layout = None
        _refuse_rows(sheet, ledger)
        return
    _log_headers(layout, cells, place, ledger)
    account.header_row, account.rows_read = layout.header_row + 1, len(cells) - 1
    data[others] = False
    rules |= dict.fromkeys(np.flatnonzero(others).tolist(), "ignored_other_year")
    quantity = layout.columns.get("quantity")
    for index, ignored in rules.items():
        account.rows_ignored += 1
        shown = (
            cells[index] if index < layout.header_row else [cells[index][i] for i in layout.columns.values()]
        )
        ledger.correct(place, index + 1, "", _shown(shown), "", ignored)
        if ignored == "ignored_total_row":
            sheet.totals[index + 1] = {name: cells[index][i] for name, i in layout.columns.items()}
    kept = np.flatnonzero(data)
    sheet.rows = kept + 1
    if layout.table == "flows" and quantity is not None:
        of_year = bool(asked[kept].all() and len(kept))
        hear_quantities(sheet, titles, tops, kept, of_year, stem, ledger)
        regions.beside_quantity(layout, cells, kept, place, ledger)
        if sheet.by_columns:
            regions.doubt_own(layout, cells, kept, place, ledger)
    sheet.columns = {name: cells.numbers[kept, i] for name, i in layout.columns.items()}
    skipped, totals = np.zeros((2, len(cells)), dtype=bool)
    skipped[[index for index, rule in rules.items() if rule in NO_ANSWER]] = True
    totals[[row - 1 for row in sheet.totals]] = True
    filling.read_dittos(sheet, skipped, totals, ledger)
    filling.read_years(sheet, ledger)
    guessed = filling.fill_blanks(sheet, titles, [sheet.name, stem], ledger)
    if layout.table == "flows" and quantity is not None:
        doubted = kept if sheet.by_columns else np.union1d(guessed - 1, held_in_others(layout, cells, kept))
        regions.doubt_weights(layout, cells, doubted.tolist(), place, ledger)


def _with_own_totals(rules: dict[int, str | None], cells: Rows, layout: Layout) -> dict[int, str | None]:
    """The rows left aside, but for the sub-totals of no row: whoever folds the rows away answers by these."""
    closed, kept = layout.header_row, dict(rules)
    for index in [index for index, rule in rules.items() if rule == "ignored_total_row"]:
        first = next(filter(None, map(clean_text, cells[index])), "")
        if asides.SUBTOTAL.match(fold_words(first)) and all(row in rules for row in range(closed + 1, index)):
            del kept[index]
        closed = index
    return kept


def _says_twice(
    sheet: SurveySheet, layout: Layout, kept: np.ndarray, titles: Mapping[int, str], tops: Sequence[int]
) -> bool:
    """Whether parts of a sheet of flows, under titles or headers among its rows, hold the same tonnes."""
    if layout.table != "flows" or "quantity" not in layout.columns or not len(kept):
        return False
    above = find_layout(layout.spec, sheet.cells[: layout.header_row])
    beside = above and above.header_row + 1 == layout.header_row  # the first row of the same header
    if above and not beside and above.found >= headers.LEAST_HEADERS and "quantity" in above.columns:
        return True  # a table above the header that is read
    within = [index for index in sorted({*titles, *tops}) if kept[0] < index < kept[-1]]
    if not within:
        return False
    cells = [
        [sheet.cells[row][layout.columns["quantity"]] for row in part]
        for part in np.split(kept, np.searchsorted(kept, within))
    ]
    named = [*(text for index, text in titles.items() if index < kept[0])]
    texts = [" ".join(named), *(titles.get(index, "") for index in within)]
    blocks: dict[str, list[tuple[str, list[Any]]]] = {}
    for text, own in zip(texts, cells, strict=True):
        if own:
            blocks.setdefault(implied.direction_of(text)[0], []).append((text, own))
    return any(
        subjects.said_twice(some) and (sheet.by_columns or any(len(own) > 1 for _, own in some))
        for some in blocks.values()
    )


def _refuse_rows(sheet: SurveySheet, ledger: Ledger) -> None:
    """Every row of a sheet that cannot be read goes to quarantine, but for the blank ones."""
    table, likely, header = sheet.table, sheet.likely, ""
    if likely:
        sheet.problem = finding("no_header.no_table", sheet=tables.sheet_name(table))
    elif not sheet.problem or sheet.problem.code == "no_header.no_firm":
        header = tables.form(table)[headers.form_spec(table).key]["header"]
        sheet.problem = sheet.problem or finding("no_header", column=header, rows=ROWS_SEARCHED)
    for number, cells in enumerate(sheet.cells, start=1):
        if any(map(clean_text, cells)):
            sheet.account.rows_quarantined += 1
            # Of a sheet that may be something else, only what the questionnaire asks for.
            asked = [cells[i] for i in likely.columns.values()] if likely else cells
            shown = PRIVATE if table in PEOPLE else _shown(asked)
            ledger.quarantine(sheet.place, number, header, shown, sheet.problem)
        else:
            sheet.account.rows_ignored += 1
            ledger.correct(sheet.place, number, "", "", "", "ignored_blank_row")


def _shown(cells: Sequence[Any]) -> str:
    return " | ".join(without_person(text) for text in map(clean_text, cells) if text)


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
