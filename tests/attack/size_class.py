"""What the class of a total says: it is at least the one end, and less than the other."""

from __future__ import annotations

import numpy as np

from .knowledge import Universe, cell
from .layout import Cell, places_of
from .pages import Table
from .rounding import number


def read_classes(table: Table, universe: Universe) -> list[Cell]:
    """The total of a universe between the two ends; none where it is no such table."""
    places = places_of(table, ("class_low_t_per_year", "class_high_t_per_year"))
    if None in places:
        return []
    whole = cell(universe, "mass_t_per_year", np.ones(len(universe.keys), dtype=bool))
    ends = [tuple(number(row[place]) for place in places) for row in table.rows]  # type: ignore[index]
    title = table.title or table.file
    return [Cell(title, "Total", "mass_t_per_year", whole, end, False, kind="total") for end in ends]
