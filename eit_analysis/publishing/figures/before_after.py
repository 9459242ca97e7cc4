"""What would change: of each row where it is today, where it would be, and an arrow between."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, by_row, drawn, empty, labels, row_height, wrapped
from eit_analysis.publishing.figures.palette import NEUTRAL, PALETTE
from eit_analysis.publishing.figures.ranked import at_end
from eit_analysis.publishing.release.tables import Table

LEAST = 0.002  # of the largest value: a smaller change is none to see
ROOM = 0.16  # of the axis, for the numbers to the right


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

    columns = [name for name in (value, low, high, "before") if name]
    ends = found[columns].min().min(), found[columns].max().max()

    def paint(own: pd.DataFrame, axes: Axes) -> None:
        places = np.arange(len(own))
        if low and high:
            axes.hlines(places, own[low], own[high], color=NEUTRAL, linewidth=2.2)
        style: Any = {"arrowstyle": "->", "color": DARK, "linewidth": 1.1}
        for place, start, end in zip(places, own["before"], own[value], strict=True):
            if not np.isnan(start):
                axes.annotate("", (end, place), (start, place), arrowprops=style)
        today: Any = {"facecolor": "white", "label": wording.cell(first, panel)}
        axes.scatter(own["before"], places, s=46, edgecolor=DARK, zorder=3, **today)
        then: Any = {"color": PALETTE[0], "label": wording.heading(panel).header.lower()}
        axes.scatter(own[value], places, s=52, edgecolor=DARK, zorder=4, **then)
        for place, end, amount in zip(places, own[columns].max(axis=1), own[value], strict=True):
            at_end(axes, end, place, wording.measured(amount, value))
        by_row(axes, labels(own, [by], 34), value)
        axes.set_ylim(-0.6, len(own) - 0.4)
        axes.set_xlim(min(0.0, ends[0]), ends[1] + ROOM * (ends[1] - min(0.0, ends[0])))
        name = wrapped(wording.cell(own[panel].iloc[0], panel), 62)
        axes.set_title(name, loc="left", weight="bold", fontsize=11)
        if own is parts[-1]:
            axes.figure.legend(
                *axes.get_legend_handles_labels(), loc="outside lower left", ncols=2, frameon=False
            )
        else:
            axes.set_xlabel("")

    parts = [own[::-1] for _, own in found[::-1].groupby(panel, sort=False)]
    heights = [0.65 + row_height(labels(own, [by], 34)) * len(own) for own in parts]
    return drawn(
        sum(heights) + 0.6,
        *(partial(paint, own) for own in parts),
        columns=1,
        height_ratios=heights,
        sharex=True,
    )
