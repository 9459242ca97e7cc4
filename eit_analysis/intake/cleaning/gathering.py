"""Rows of all the sheets of one table of the survey, one after the other; repeated rows are merged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eit_analysis import tables
from eit_analysis.intake.cells.columns import Cells, Rows, objects, repeated
from eit_analysis.intake.cells.identifiers import in_capitals
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.sheets.headers import form_spec
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.reader import Batch
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.intake.sheets.titles import TitleRemark

LETTER = re.compile(r"[^\W\d_]")


@dataclass
class SurveyBatch(Batch):
    """Rows of one table of the survey."""

    table: str = ""
    #: That the header of the quantity states.
    header_units: Cells = field(default_factory=lambda: Cells.of([]))
    #: What those of its sheet say of each row: a `TitleRemark`.
    titles: Cells = field(default_factory=lambda: Cells.of([]))
    #: Identifier of the only firm that the file of each row describes, or "".
    firms: np.ndarray = field(default_factory=lambda: objects([]))
    #: Shape (n, 3), of rows that were merged: place, number, and the position here of the row they repeat.
    repeats: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64))


def gather(table: str, sheets: Sequence[SurveySheet], ledger: Ledger) -> SurveyBatch:
    """Rows of all the sheets of one table, one after the other.

    One that repeats another in every cell is merged into the first.
    """
    values, numbers = _pooled(sheets)
    heights = [len(sheet.rows) for sheet in sheets]
    columns = []
    for name in tables.form(table):
        parts = [
            into[sheet.columns[name]] if name in sheet.columns else np.zeros(height, dtype=np.int32)
            for sheet, into, height in zip(sheets, numbers, heights, strict=True)
        ]
        columns.append(Cells.among(values, np.concatenate([np.zeros(0, dtype=np.int32), *parts])))
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(sheet.rows for sheet in sheets)])
    place = np.repeat(np.array([sheet.place for sheet in sheets], dtype=np.int64), heights)
    units = [sheet.layout.units.get("quantity", "") if sheet.layout else "" for sheet in sheets]
    header_units = Cells.of(units)
    header_units = Cells(header_units.values, np.repeat(header_units.codes, heights))
    said: list[TitleRemark] = []
    if any(sheet.said for sheet in sheets):
        said = [one for sheet in sheets for one in sheet.said or [TitleRemark()] * len(sheet.rows)]
    firms = np.repeat(objects([in_capitals(sheet.firm) for sheet in sheets]), heights)
    # Two rows without an identifier may be of two firms; what bears another's in a firm's file is withheld.
    key = columns[0]
    typed = objects([in_capitals(value) for value in key.values])[key.codes]
    apart = (typed == "") | ((firms != "") & (typed != firms))
    home = Cells.of(np.where(apart, place, -1).tolist())
    parted = [*columns, header_units, home, _beside(table, sheets)]
    if said:
        parted.append(_titled(said, dict(zip(tables.form(table), columns, strict=True)), header_units))
    first = repeated(parted)
    again = np.flatnonzero(first != np.arange(len(rows)))
    same = [f"= {', '.join(ledger.origins[place[row]])}, ligne {rows[row]}" for row in first[again]]
    ledger.correct(place[again], rows[again], "", "", objects(same), "merged_repeated_row")
    for sheet in sheets:
        sheet.account.rows_merged += int((place[again] == sheet.place).sum())
    for row in again.tolist() if said else ():  # what doubts a row doubts the one that it repeats
        own, other = said[first[row]], said[row]
        unit = other if other.against and not own.against else own
        said[first[row]] = unit._replace(doubt=own.doubt or other.doubt)
    titles = Cells.of(said) if said else Cells([TitleRemark()], np.zeros(len(rows), dtype=np.int32))
    kept = np.flatnonzero(first == np.arange(len(rows)))
    if len(kept) < len(rows):
        columns = [Cells.among(column.values, column.codes[kept]) for column in columns]
        header_units, titles = (
            Cells.among(cells.values, cells.codes[kept]) for cells in (header_units, titles)
        )
        firms = firms[kept]
    repeats = np.stack([place[again], rows[again], np.searchsorted(kept, first[again])], axis=1)
    cells = dict(zip(tables.form(table), columns, strict=True))
    fatal = np.zeros(len(kept), dtype=bool)
    columns_of = form_spec(table).columns
    return SurveyBatch(
        columns_of, place[kept], rows[kept], cells, ledger, fatal, table=table, header_units=header_units,
        titles=titles, firms=firms, repeats=repeats,
    )  # fmt: skip


def _titled(said: Sequence[TitleRemark], columns: dict[str, Cells], header_units: Cells) -> Cells:
    """The unit of each row that only a title gives it: one that repeats the row changes nothing."""
    blank = np.ones(len(said), dtype=bool)
    for cells in (columns["unit"], header_units):
        blank &= np.array([not split_unit(clean_text(cell))[0] for cell in cells.values])[cells.codes]
    quantity = columns["quantity"]
    blank &= np.array([not LETTER.search(clean_text(cell)) for cell in quantity.values])[quantity.codes]
    return Cells.of([one.unit if bare else "" for one, bare in zip(said, blank.tolist(), strict=True)])


def _beside(table: str, sheets: Sequence[SurveySheet]) -> Cells:
    """What each row holds in columns that are not of the form: flows of two workshops are not one."""
    texts: list[str] = []
    for sheet in sheets:
        left = list(sheet.layout.unknown) if sheet.layout and table == "flows" else []
        if left:
            cells = Rows(sheet.cells.values, sheet.cells.numbers[sheet.rows - 1][:, left])
            texts += (" | ".join(map(clean_text, row)).strip(" |") for row in cells)
        else:
            texts += [""] * len(sheet.rows)
    return Cells.of(texts)


def _pooled(sheets: Sequence[SurveySheet]) -> tuple[Sequence[Any], list[np.ndarray]]:
    """Cells of several sheets, a blank first, and the position there of the cells of each sheet."""
    if len(sheets) == 1:
        values = sheets[0].cells.values
        return ["", *values], [np.arange(1, len(values) + 1, dtype=np.int32)]
    pool: dict[Any, int] = {"": 0}
    numbers = [
        np.array([pool.setdefault(value, len(pool)) for value in sheet.cells.values], dtype=np.int32)
        for sheet in sheets
    ]
    return list(pool), numbers
