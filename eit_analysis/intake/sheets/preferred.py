"""Of two columns of a sheet that mean one thing, the one that is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.reading.looks import column_number
from eit_analysis.intake.sheets import headers
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.workbook import RawSheet

HIDDEN = re.compile("colonne ([A-Z]+) masquée")  # as `reading.book` notes it


def of_year(layout: Layout, cells: Rows, asked: frozenset[str]) -> Layout:
    """The layout with the amount of a year asked; beside years, one without any is their total."""
    own = (i for name, i in layout.columns.items() if name in headers.AMOUNTS)
    means = [*layout.repeated, *own]
    years = {headers.header_year(clean_text(cells[layout.header_row][i])) for i in means}
    wanted = asked if years & asked else asked | {""}
    return _preferring(layout, cells, lambda _, text: headers.header_year(text) in wanted)


def shown(layout: Layout, sheet: RawSheet) -> Layout:
    """The layout with the second of two columns that mean one thing where the first is hidden."""
    letters = [HIDDEN.fullmatch(raw) for _, raw, _, rule in sheet.notes if rule == "hidden_column_read"]
    hidden = {column_number(found[1].encode()) - 1 for found in letters if found}
    return _preferring(layout, sheet.rows, lambda index, _: index not in hidden) if hidden else layout


def named(layout: Layout, cells: Rows) -> Layout:
    """The layout with the column of names for the designation, where the first so called holds codes."""

    def fits(index: int, text: str) -> bool:
        meaning = layout.spec.means(text)
        under = (clean_text(row[index]) for row in cells[layout.sample])
        return (
            not meaning or meaning.column != "description" or not all(map(str.isdecimal, filter(None, under)))
        )

    return _preferring(layout, cells, fits) if layout.table == "flows" and layout.repeated else layout


def _preferring(layout: Layout, cells: Sequence[Sequence[Any]], fits: Callable[[int, str], bool]) -> Layout:
    """The layout with the second of two columns that mean one thing where the first does not fit."""
    columns, units, repeated = dict(layout.columns), dict(layout.units), dict(layout.repeated)
    for index, text in layout.repeated.items():
        meaning = layout.spec.means(text)
        left = columns[meaning.column] if meaning else index
        typed = clean_text(cells[layout.header_row][left])
        if meaning and fits(index, text) and not fits(left, typed):
            repeated[left] = typed
            del repeated[index]
            columns[meaning.column], units[meaning.column] = index, meaning.unit
    return headers.with_unit(replace(layout, columns=columns, units=units, repeated=repeated))
