"""What would change: of each row where it is today, where it would be, and an arrow between."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, by_row, drawn, empty, labels, row_height
from eit_analysis.publishing.figures.palette import NEUTRAL, PALETTE
from eit_analysis.publishing.figures.ranked import at_end
from eit_analysis.publishing.release.tables import Table

LEAST = 0.002  # of the largest value: a smaller change is none to see


def before_after(
    table: Table, value: str, by: str, panel: str, first: str, low: str | None = None, high: str | None = None
) -> str:
    """One picture for each value of key ``panel`` but ``first``, whose values are the hollow points.

    Only rows of key ``by`` that change are drawn, with the interval of what they would be.
    """
    rows = table.visible.dropna(subset=[value])
    before = rows[rows[panel] == first].set_index(by)[value]
    least = LEAST * rows[value].abs().max()
    found = rows[rows[panel] != first]
    found = found.assign(before=found[by].map(before))
    found = found[~((found[value] - found["before"]).abs() <= least)][::-1]
    if found.empty:
        return empty()

    def paint(own: pd.DataFrame, axes: Axes) -> None:
        places = np.arange(len(own))
        if low and high:
            axes.hlines(places, own[low], own[high], color=NEUTRAL, linewidth=2.2)
        style: Any = {"arrowstyle": "->", "color": DARK, "linewidth": 1.1}
        for place, start, end in zip(places, own["before"], own[value], strict=True):
            if not np.isnan(start):
                axes.annotate("", (end, place), (start, place), arrowprops=style)
        axes.scatter(own["before"], places, s=46, facecolor="white", edgecolor=DARK, zorder=3)
        axes.scatter(own[value], places, s=52, color=PALETTE[0], edgecolor=DARK, zorder=4)
        ends = own[[name for name in ("before", value, high) if name]].max(axis=1)
        for place, end, amount in zip(places, ends, own[value], strict=True):
            at_end(axes, end, place, wording.measured(amount, value))
        by_row(axes, labels(own, [by], 34), value)
        axes.set_ylim(-0.6, len(own) - 0.4)
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]) if own[value].min() < 0 else 0.0)
        axes.margins(x=0.14)
        start = wording.cell(first, panel)
        title = f"{wording.cell(own[panel].iloc[0], panel)} (cercle vide{wording.NBSP}: {start})"
        axes.set_title(title, loc="left", weight="bold", fontsize=11)

    parts = [own for _, own in found[::-1].groupby(panel, sort=False)]
    parts = [own[::-1] for own in parts]
    heights = [0.75 + row_height(labels(own, [by], 34)) * len(own) for own in parts]
    return drawn(
        sum(heights) + 0.1,
        *(partial(paint, own) for own in parts),
        columns=1,
        height_ratios=heights,
        sharex=True,
    )
