"""How long things stay where they are: a falling step curve for each group, with its band."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import GRID, axis_title, drawn, empty, french_axis
from eit_analysis.publishing.figures.palette import PALETTE, edge
from eit_analysis.publishing.figures.projection import DASHES, name_ends
from eit_analysis.publishing.release.tables import Table


def survival(table: Table, value: str, low: str, high: str, x: str, by: str, panel: str = "") -> str:
    """A step curve and its band for each value of key ``by``, named at its end, one picture per ``panel``.

    A curve keeps its value until the next row; it has no band where the table has no bounds.
    """
    rows = table.visible.dropna(subset=[value])
    if rows.empty:
        return empty()

    def paint(part: pd.DataFrame, axes: Axes) -> None:
        ends = []
        for place, (code, own) in enumerate(part.groupby(by, sort=False)):
            curve, shade = own.sort_values(x, kind="stable"), PALETTE[place % len(PALETTE)]
            band: Any = {"step": "post", "color": shade, "alpha": 0.18, "linewidth": 0}
            # The last step is drawn up to where everybody has left, a point without bounds.
            axes.fill_between(curve[x], curve[low].ffill(), curve[high].ffill(), **band)
            line: Any = {"color": edge(shade), "linewidth": 2.2, "linestyle": DASHES[place % len(DASHES)]}
            axes.step(curve[x], curve[value], where="post", **line)
            ends.append((wording.cell(code, by), curve.iloc[-1][[x, value]]))
        axes.grid(color=GRID, linewidth=0.6)
        axes.set(xlabel=axis_title(x), ylabel=axis_title(value), ylim=(0, None), xlim=(0, None))
        french_axis(axes.xaxis)
        french_axis(axes.yaxis)
        if panel:
            axes.set_title(wording.cell(part[panel].iloc[0], panel), loc="left", weight="bold")
        name_ends(axes, ends)

    parts = [part for _, part in rows.groupby(panel, sort=False)] if panel else [rows]
    return drawn(2.9 * len(parts), *(partial(paint, part) for part in parts), columns=1)
