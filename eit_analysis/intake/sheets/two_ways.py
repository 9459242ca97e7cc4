"""A column of what enters beside one of what leaves (``Entrées (t)``, ``Sorties (t)``), as one quantity."""

from __future__ import annotations

from dataclasses import replace

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.contract import readable
from eit_analysis.intake.cells.parsing import clean_text, header_unit, singular
from eit_analysis.intake.cells.remarks import YEAR, holds
from eit_analysis.intake.sheets.spec import Layout


def way_of(header: str) -> str | None:
    """The direction that a header is, but for a unit and a year."""
    return readable("flows", "direction", YEAR.sub("", header_unit(header)[0]).strip())


def one_quantity(layout: Layout, cells: Rows) -> tuple[Layout, Rows]:
    """The layout and rows of such a sheet with one more column for each of quantity and direction.

    As they are where it has other quantities, or the two another unit or year. Of a row that has both, the
    quantities stand in one cell, and are asked.
    """
    own = layout.columns.get("quantity")
    if layout.table != "flows" or own is None or "direction" in layout.columns or len(layout.repeated) != 1:
        return layout, cells
    header = list(map(clean_text, cells[layout.header_row]))
    ways, others = {}, set()
    for index in (own, *layout.repeated):
        text, unit = header_unit(header[index])
        ways[way_of(text)] = index
        others.add((unit, *YEAR.findall(text)))
    if ways.keys() != {"in", "out"} or len(others) > 1:
        return layout, cells
    names = layout.columns.get("description", own)
    labels, rows = tables.fields("flows")["direction"]["labels"], []
    for number, row in enumerate(cells):
        said = [(clean_text(row[index]), row[index], labels[way]) for way, index in ways.items()]
        filled = [one for one in said if one[0]] if number > layout.header_row else []
        told = filled[0][1:] if len(filled) == 1 else (" / ".join(text for text, *_ in filled), "")
        words = singular(fold_words(clean_text(row[names])))
        if holds(words, "sheet_else") or holds(words, "row_doubt"):  # what is in stock, or was sold
            told = told[0], ""
        rows.append([*row, *told])
    columns = layout.columns | {"quantity": len(header), "direction": len(header) + 1}
    return replace(layout, columns=columns, repeated={}), Rows.of(rows)
