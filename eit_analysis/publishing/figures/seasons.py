"""Through the year: the monthly profile."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from babel.dates import get_month_names
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from eit_analysis.publishing import wording
from eit_analysis.publishing.drawing import GRID, STYLE, WIDE, axis_title, empty, french_axis, to_svg, wrapped
from eit_analysis.publishing.palette import colour
from eit_analysis.publishing.released import Table

MONTHS = np.arange(1, 13)
NAMES = get_month_names("abbreviated", locale="fr_FR")


def monthly(table: Table, value: str, by: str, month: str = "month") -> str:
    """Twelve bars for each value of key ``by``, one panel each, the heaviest first; ``month`` is 1 to 12.

    Each panel has its own scale, written on its axis: the season of a small flow shows as well as that of a
    large one. A month without a row has no bar, one that is withheld a cross.
    """
    rows = table.visible.dropna(subset=[value])
    if rows.empty:
        return empty()
    weights = rows.groupby(by, sort=False)[value].sum().sort_values(ascending=False, kind="stable")
    columns = min(3, len(weights))
    lines = -(-len(weights) // columns)
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(WIDE, 1.75 * lines + 0.3), layout="constrained")
        FigureCanvasSVG(canvas)
        panels = canvas.subplots(lines, columns, squeeze=False).ravel()
        for axes, code in zip(panels, weights.index, strict=False):
            mine = rows[rows[by] == code].set_index(month)[value]
            closed = table.frame.loc[table.hidden & (table.frame[by] == code).to_numpy(), month]
            _panel(axes, mine.groupby(level=0).sum().reindex(MONTHS), closed, colour(str(code)))
            axes.set_title(wrapped(wording.cell(code, by), 34), fontsize=11, loc="left", weight="bold")
        for axes in panels[len(weights) :]:
            axes.set_axis_off()
        canvas.supylabel(axis_title(value), fontsize=11)
        return to_svg(canvas)


def _panel(axes: Axes, amounts: pd.Series, closed: pd.Series, fill: str) -> None:
    axes.bar(MONTHS, amounts, color=fill, edgecolor="#333333", linewidth=0.4, width=0.8)
    months = [int(m) for m in closed if str(m).isdigit()]
    axes.plot(months, np.zeros(len(months)), "x", color="#555555", clip_on=False)
    axes.set_xticks(MONTHS, [NAMES[int(m)][0].upper() for m in MONTHS])
    axes.set_xlim(0.4, 12.6)
    axes.set_ylim(0, (amounts.max() or 1.0) * 1.08)
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    french_axis(axes.yaxis)
