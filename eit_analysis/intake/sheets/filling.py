"""Blank cells filled with what the rest of the file tells: the word above, a year, a family, a firm."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells, Rows, matches, objects, pick
from eit_analysis.intake.cells.contract import readable
from eit_analysis.intake.cells.parsing import clean_text, singular
from eit_analysis.intake.cells.periods import PERIOD_LABELS
from eit_analysis.intake.cells.remarks import WORDS, YEAR, holds
from eit_analysis.intake.sheets.implied import Told, family, quantity_in, told
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.intake.sheets.titles import whole_year
from eit_analysis.reference.findings import finding
from eit_analysis.tables import CATEGORIES

NO_ROWS = np.zeros(0, dtype=np.int64)
KINDS = "kind_out", "kind_in", "kind_any"  # of words that are typed for a family
# A pattern of RE2, and whether any line of all texts may be one.
DITTO = r"""(?i)^\s*(?:["'«»“”„〃]+|id\.?|idem|ibid\.?|dito)\s*$"""
SOME_DITTO = re.compile(DITTO.replace(r"\s", r"[^\S\n]"), re.MULTILINE)  # a line at a time


def fill_blanks(
    sheet: SurveySheet, titles: Mapping[int, str], names: Sequence[str], ledger: Ledger
) -> np.ndarray:
    """Fill what the columns that a sheet lacks would hold; the rows, from 1, whose family is so told.

    ``names`` are those of the sheet and of its file.
    """
    layout, cells = sheet.layout, sheet.cells
    if layout is None:
        return NO_ROWS
    if layout.key != "site_id" or layout.table == "sites":
        sheet.firm = ""
    flows, tells = layout.table == "flows", dict[str, Told]()
    if flows and sheet.added:
        tells = told(layout, cells, titles, names)
    if sheet.firm:
        tells["site_id"] = lambda _: (sheet.firm, "identifier_from_file")
    if flows and {"quantity", "description"} <= layout.columns.keys():
        designation = layout.columns["description"]
        tells["quantity"] = lambda row: quantity_in(clean_text(cells[row][designation]))
    if {"respondent_role", layout.key} <= layout.columns.keys():
        tells["respondent_role"] = _role_above(layout, cells)
    families = read_kinds(sheet, ledger) if flows else NO_ROWS
    for name, tell in tells.items():
        if name in ("site_id", "quantity", "respondent_role") or name in sheet.added:
            filled = fill(sheet, name, tell, ledger)
            families = filled if name == "category" else families
    return families


def _role_above(layout: Layout, cells: Rows) -> Told:
    """Who answered is often written once, above the statements that he answers."""
    site, role = (cells.numbers[:, layout.columns[name]] for name in (layout.key, "respondent_role"))
    filled, places = cells.filled(), np.arange(len(role))
    above = np.maximum.accumulate(np.where(filled[role] & (places > layout.header_row), places, 0))

    def tell(row: int) -> tuple[str, str]:
        same = above[row] > layout.header_row and site[above[row]] == site[row]
        return (clean_text(cells.values[role[above[row]]]), "role_from_above") if same else ("", "")

    return tell


def read_dittos(sheet: SurveySheet, skipped: np.ndarray, totals: np.ndarray, ledger: Ledger) -> None:
    """Take the word above for the marks (``"``, ``idem``) that say it again; a number is asked.

    The word above is that of the sheet, of a row that is not kept too, but for titles and blank rows
    (``skipped``); below one of ``totals``, it is asked.
    """
    layout = sheet.layout
    if layout is None or not SOME_DITTO.search(sheet.cells.said):
        return
    marks, form = matches(sheet.cells.texts, DITTO), tables.form(sheet.table)
    asked, kept = {"quantity", *tables.used_for(sheet.table, "names")}, sheet.rows - 1
    for name, index in layout.columns.items() if marks.any() else ():
        column = sheet.cells.numbers[:, index]
        ditto = marks[column]
        if form[name]["dtype"] == "float" or name in asked or not ditto[kept].any():
            continue
        above = np.maximum.accumulate(np.where(ditto | skipped, 0, np.arange(len(column))))[kept]
        where = np.flatnonzero(ditto[kept] & (above > layout.header_row) & ~totals[above])
        numbers = sheet.columns[name].copy()
        numbers[where] = column[above[where]]
        raw, clean = (objects(pick(sheet.cells.values, own[where])) for own in (sheet.columns[name], numbers))
        sheet.columns[name] = numbers
        places = np.full(len(where), sheet.place)
        ledger.correct(places, sheet.rows[where], form[name]["header"], raw, clean, "ditto_read")


def read_years(sheet: SurveySheet, ledger: Ledger) -> None:
    """Take a period that is the year asked (``exercice 2018``) for a year, where no other is typed."""
    cells = np.unique(sheet.columns.get("period", sheet.rows[:0]))
    typed = {*map(clean_text, pick(sheet.cells.values, cells))}
    if len({*YEAR.findall(" ".join(typed))} & sheet.years) == 1:
        years = {text for text in typed if whole_year(text, sheet.years)}
        fill(sheet, "period", lambda _: (PERIOD_LABELS["year"], "period_from_year"), ledger, years)


def read_kinds(sheet: SurveySheet, ledger: Ledger) -> np.ndarray:
    """Take a family that only says what kind of flow it is (``Déchets``, ``Matières premières``) for none.

    Not where it says another direction than its row, whose two answers are then asked. The rows that are so
    told, from 1.
    """
    layout, cells = sheet.layout, sheet.cells
    if layout is None or not {"category", "direction", "description"} <= layout.columns.keys():
        return NO_ROWS
    typed = {
        text: kind
        for text in map(clean_text, pick(cells.values, np.unique(sheet.columns["category"])))
        if (kind := next((kind for kind in KINDS if singular(fold_words(text)) in WORDS[kind]), ""))
    }
    category, direction, designation = (
        layout.columns[name] for name in ("category", "direction", "description")
    )

    def tell(row: int) -> tuple[str, str]:
        way = readable("flows", "direction", cells[row][direction])
        kind = typed[clean_text(cells[row][category])]
        found = family("", clean_text(cells[row][designation]))
        words = singular(fold_words(clean_text(cells[row][designation])))
        doubt = any(holds(words, means) for means in ("row_doubt", "row_no_matter", "elsewhere", "energy"))
        if doubt or (kind != "kind_any" and way != kind.removeprefix("kind_")):
            return "", ""
        return found if any(found) else (CATEGORIES["other"], "category_assumed_other")

    return fill(sheet, "category", tell, ledger, typed) if typed else NO_ROWS


def fill(
    sheet: SurveySheet, name: str, tell: Told, ledger: Ledger, typed: Collection[str] = frozenset([""])
) -> np.ndarray:
    """Put into the cells of a column, blank or so typed, what the rest of the file tells; those rows."""
    values, numbers = sheet.cells.values, sheet.columns[name]
    blank = [number for number in np.unique(numbers).tolist() if clean_text(values[number]) in typed]
    where = np.flatnonzero(np.isin(numbers, blank))
    found = [tell(row - 1) for row in sheet.rows[where].tolist()]
    where = where[np.array([bool(text) for text, _ in found], dtype=bool)]
    if not len(where):
        return NO_ROWS
    texts, rules = zip(*filter(any, found), strict=True)
    if unknown := [row for row, rule in zip(where, rules, strict=True) if rule == "category_assumed_other"]:
        column = tables.header(sheet.table, name)
        ledger.mark(sheet.place, sheet.rows[unknown], column, raw="", found=finding("category_unknown"))
    own = Cells.of(texts)
    sheet.cells = Rows([*values, *own.values], sheet.cells.numbers)
    sheet.columns[name] = numbers.copy()
    sheet.columns[name][where] = len(values) + own.codes
    places, header = np.full(len(where), sheet.place), tables.header(sheet.table, name)
    raw = objects([clean_text(cell) for cell in pick(values, numbers[where])])
    ledger.correct(places, sheet.rows[where], header, raw, objects(texts), objects(rules))
    return sheet.rows[where]
