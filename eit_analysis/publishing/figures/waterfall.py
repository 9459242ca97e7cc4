"""How one level becomes another: the steps between, each from where the last one ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, by_row, drawn, empty, labels, row_height
from eit_analysis.publishing.figures.palette import PALETTE
from eit_analysis.publishing.figures.ranked import at_end, whiskers
from eit_analysis.publishing.release.tables import Table

LEVEL, RISE, FALL = "#5B5B5B", PALETTE[0], "#A9CBE2"  # neither good nor bad: signs are printed


def waterfall(
    table: Table, value: str, levels: Sequence[str], low: str | None = None, high: str | None = None
) -> str:
    """Bars from top to bottom in the order of the table, each step starting where the one above ended.

    Rows whose first key is in ``levels`` are amounts, drawn from zero; the others are signed changes. The
    interval of a change is drawn around its own end.
    """
    rows = table.visible.dropna(subset=[value])
    if rows.empty:
        return empty()
    names = labels(rows, table.keys[:1])
    amounts = rows[value].to_numpy(dtype=float)
    is_level = rows[table.keys[0]].isin(list(levels)).to_numpy()
    starts, ends, reached = np.zeros(len(rows)), np.zeros(len(rows)), 0.0
    for i, amount in enumerate(amounts):
        starts[i] = 0.0 if is_level[i] else reached
        ends[i] = reached = starts[i] + amount

    falls = ~is_level & (amounts < 0)
    shades = np.where(is_level, LEVEL, np.where(falls, FALL, RISE))
    style: Any = {"edgecolor": DARK, "linewidth": 0.4, "height": 0.62}

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows))
        axes.barh(places, ends - starts, left=starts, color=shades, **style)
        for place in places[1:]:
            if not is_level[place]:
                axes.plot([starts[place]] * 2, [place - 0.69, place - 0.31], color=DARK, linewidth=0.8)
        tips = np.maximum(starts, ends)
        if low and high:
            bounds = rows[[low, high]].to_numpy(dtype=float) + starts[:, None]
            bounds = np.where(np.isnan(bounds), ends[:, None], bounds)
            whiskers(axes, ends, bounds[:, 0], bounds[:, 1], places)
            tips = np.maximum(tips, bounds.max(axis=1))
        for place, amount in enumerate(amounts):
            text = wording.measured(amount, value)
            sign = "+" if amount > 0 and not is_level[place] else ""
            at_end(axes, tips[place], place, sign + text)
        by_row(axes, names, value)
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]) if ends.min() < 0 else 0.0)

    return drawn(0.9 + row_height(names) * len(rows), paint)
