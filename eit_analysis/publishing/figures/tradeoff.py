"""What one aim costs another: plans between which only a preference can choose."""

from __future__ import annotations

from matplotlib.axes import Axes

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, GRID, axis_title, drawn, empty, french_axis
from eit_analysis.publishing.figures.palette import PALETTE
from eit_analysis.publishing.release.tables import Table


def tradeoff(table: Table, across: str, value: str) -> str:
    """A point for each row at (``across``, ``value``), named by its first key, joined from left to right.

    Points that fall on one another share a label.
    """
    rows = table.visible.dropna(subset=[across, value]).sort_values([across, value], kind="stable")
    if rows.empty:
        return empty()
    names = rows.groupby([across, value])[table.keys[0]].agg(
        lambda keys: ", ".join(wording.cell(key, table.keys[0]) for key in keys)
    )
    points = [(float(x), float(y)) for x, y in names.index]

    def paint(axes: Axes) -> None:
        x, y = zip(*points, strict=True)
        axes.plot(x, y, color=PALETTE[0], linewidth=1.4, marker="o", markersize=7, markeredgecolor=DARK)
        for edge, line in ((axes.get_xlim(), axes.axvline), (axes.get_ylim(), axes.axhline)):
            if edge[0] < 0 < edge[1]:
                line(0, color="#333333", linewidth=0.9)
        axes.margins(x=0.12, y=0.15)
        for text, point in zip(names, points, strict=True):
            axes.annotate(text, point, xytext=(8, 8), textcoords="offset points", weight="bold")
        axes.set_xlabel(axis_title(across))
        axes.set_ylabel(axis_title(value))
        axes.grid(color=GRID, linewidth=0.6)
        french_axis(axes.xaxis)
        french_axis(axes.yaxis)

    return drawn(4.4, paint)
