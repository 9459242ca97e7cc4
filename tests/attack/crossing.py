"""What a group says that crosses a threshold together: all its members do, and none of them does alone."""

from __future__ import annotations

import numpy as np

from .knowledge import Form, Known, Universe, cell
from .layout import Cell, places_of
from .pages import Table
from .rounding import number
from .rule import contributions

VOLUME = "pooled_volume_per_year"


def read_crossings(table: Table, pools: Universe | None, known: Known) -> list[Cell]:
    """The inequalities of a table of groups and thresholds; none where it is no such table."""
    places = places_of(table, ("group_number", "threshold"))
    if pools is None or None in places:
        return []
    found, truth = [], known.truth
    for row in table.rows:
        group, least = (row[place] for place in places)  # type: ignore[index]
        threshold = number(least)
        whole = cell(pools, VOLUME, pools.rows("group_number", group))
        if threshold is None or not len(whole.variables):
            continue
        own = contributions(whole, known)
        volumes = {who: form.at(truth) for who, form in own.items()}
        # People come whole: less than four is three.
        counted = all(float(volume).is_integer() for volume in volumes.values())
        most = np.ceil(threshold) - 1 if counted else threshold
        label = f"{group} {row[2]}"
        found.append(_told(table, label, whole, (threshold, np.inf), "leaf"))
        found += [_told(table, label, form, (-np.inf, most), "relation") for form in own.values()]
    return found


def _told(table: Table, label: str, form: Form, interval: tuple[float, float], kind: str) -> Cell:
    return Cell(table.title or table.file, label, VOLUME, form, interval, False, kind=kind)
