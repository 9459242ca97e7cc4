"""What a sheet of flows says around its quantities: their unit, their time, what puts them in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells, Rows
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.cells.remarks import is_harmless
from eit_analysis.intake.cells.stated import PIECE, counted
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.intake.sheets.titles import (
    EACH_TIME,
    OFTEN,
    TitleRemark,
    hear,
    hear_beside,
    of_no_time,
    years_told,
)
from eit_analysis.reference.findings import finding
from eit_analysis.reference.units import normalise_unit

HEAVY = 500.0  # tonnes a year: a number that may be of kilograms
PIECES = {*PIECE.split("|")} - {"unite", "piece"}


def hear_quantities(
    sheet: SurveySheet,
    titles: Mapping[int, str],
    tops: Sequence[int],
    kept: np.ndarray,
    of_year: bool,
    file: str,
    ledger: Ledger,
) -> None:
    """Set what titles, names and notes say of each row ``kept``, and mark what they put in doubt.

    ``tops`` are the rows of headers; ``of_year`` tells that all rows are of the year asked. What is of no
    form is named after what it holds: its sheet and its ``file`` are heard too.
    """
    layout, cells = sheet.layout, sheet.cells
    if layout is None:
        return
    quantity, note = layout.columns["quantity"], sheet.noted.get(layout.header_row + 1, "")
    year = max(sheet.years) if of_year else sheet.name if sheet.by_columns else ""
    silent = not any(map(years_told, [f"Bilan {year}", *titles.values()]))
    named = {-2: file} if sheet.by_columns and silent else {}
    named |= {-1: f"Bilan {year}"} if year else {}
    named |= {-3: note} if note else {}
    dated = {index: clean_text(cells[index][quantity]) for index in tops}
    sheet.said = hear({**named, **titles}, dated, cells, kept, sheet.years)
    often = any(OFTEN.match(header_key(text)) for text in layout.unknown.values())
    if often or any(EACH_TIME.search(fold_words(text)) for text in titles.values()):
        sheet.said = [one._replace(year="") for one in sheet.said]
    heads = [sheet.name, file, *titles.values(), note, *map(clean_text, cells[layout.header_row])]
    if sheet.by_columns and of_no_time(heads, map(clean_text, cells.values), sheet.years):
        said = sheet.said or [TitleRemark()] * len(kept)
        sheet.said = [one._replace(year=one.year or "period_assumed") for one in said]
    noted = {row - 1: text for row, text in sheet.noted.items() if not is_harmless(text)}
    doubts = {index: noted[index] for index in kept.tolist() if index in noted}
    if note and not of_no_time([note], [], sheet.years):
        doubts |= dict.fromkeys(kept.tolist(), note)
    doubts |= _heavy_beside_kilograms(layout, cells, kept)
    for index, text in (doubts | hear_beside(layout, cells, kept, sheet.years)).items():
        found, header = finding("doubted_by_title", title=text), tables.header("flows", "quantity")
        ledger.mark(sheet.place, index + 1, header, clean_text(cells[index][quantity]), found)


def _heavy_beside_kilograms(layout: Layout, cells: Rows, kept: np.ndarray) -> dict[int, str]:
    """The cell in kilograms of a column of tonnes, by index of the bare rows that may forget to say so."""
    if normalise_unit(split_unit(layout.units.get("quantity", ""))[0]) != "t":
        return {}
    column = Cells.among(cells.values, cells.numbers[kept, layout.columns["quantity"]])
    numbers = {clean_text(cell): parse_number(cell) for cell in column.values}
    light = [text for text, one in numbers.items() if normalise_unit(split_unit(one.suffix)[0]) == "kg"]
    heavy = {text for text, one in numbers.items() if not one.suffix and (one.value or 0.0) >= HEAVY}
    rows = kept[column.where(lambda cell: clean_text(cell) in heavy)] if light else kept[:0]
    return dict.fromkeys(rows.tolist(), min(light, default=""))


def held_in_others(layout: Layout, cells: Rows, kept: np.ndarray) -> np.ndarray:
    """Which of the rows ``kept`` count one by one what is called by what holds it: a roll is no garment."""
    for name, of in (("unit", {"unite"}), ("description", PIECES)):
        if name not in layout.columns or not len(kept):
            return kept[:0]
        own = Cells.among(cells.values, cells.numbers[kept, layout.columns[name]])
        pieces = {cell for cell in own.values if isinstance(cell, str) and counted(cell) in of}
        kept = kept[own.where(pieces.__contains__)]
    return kept
