"""What changes: of each row where it is and where it would be, or the steps from one level to another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, by_row, drawn, empty, labels, row_height, wrapped
from eit_analysis.publishing.figures.palette import NEUTRAL, PALETTE
from eit_analysis.publishing.figures.ranked import at_end, whiskers
from eit_analysis.publishing.release.tables import Table

LEAST = 0.002  # of the largest value: a smaller change is none to see
ROOM = 0.16  # of the axis, for the numbers to the right
LEVEL, RISE, FALL = "#5B5B5B", PALETTE[0], "#A9CBE2"  # neither good nor bad: signs are printed


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
