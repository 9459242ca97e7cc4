"""Numbers along time, age or one another: forecast fans, lines, age pyramids, survivals, trade-offs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import (
    DARK,
    GRID,
    axis_title,
    drawn,
    empty,
    french_axis,
    labels,
    wrapped,
)
from eit_analysis.publishing.figures.label_places import spread
from eit_analysis.publishing.figures.palette import PALETTE, edge
from eit_analysis.publishing.release.tables import Table

DASHES = ("-", "--", ":", "-.")


def pyramid(table: Table, left: str, right: str | None = None) -> str:
    """Bars by age band, from young below to old above; two sides when ``right`` is given."""
    rows = table.visible.dropna(subset=[left])
    if rows.empty:
        return empty()

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows))
        sign = -1 if right else 1
        axes.barh(places, sign * rows[left], color=PALETTE[0], label=axis_title(left), height=0.78)
        if right:
            axes.barh(places, rows[right], color=PALETTE[1], label=axis_title(right), height=0.78)
            axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)
            axes.axvline(0, color="#333333", linewidth=0.8)
        axes.set_yticks(places, labels(rows, table.keys[:1]))
        axes.set_ylabel("Tranche d'âge")
        axes.set_xlabel("" if right else axis_title(left))
        axes.locator_params(axis="x", integer=True)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: wording.number(abs(v), 0)))
        axes.grid(axis="x", color=GRID, linewidth=0.6)

    return drawn(3.2, paint)


def fan(table: Table, x: str, central: str, bands: Sequence[tuple[str, str]], by: str | None = None) -> str:
    """A line with nested interval bands, narrowest first in ``bands``.

    Of several values of ``by`` the first has the bands; the others are thin lines, named at their end.
    """
    rows = table.visible.dropna(subset=[central])
    if rows.empty:
        return empty()
    parts = rows.groupby(by, sort=False) if by else [("", rows)]
    groups = [(code, part.sort_values(x)) for code, part in parts]

    def paint(axes: Axes) -> None:
        first = groups[0][1]
        for depth, (lower, upper) in enumerate(reversed(list(bands))):
            shade: Any = {"color": PALETTE[0], "alpha": 0.20 + 0.22 * depth, "linewidth": 0}
            below, above = (first[end].fillna(first[central]) for end in (lower, upper))  # known, it has none
            axes.fill_between(first[x], below, above, **shade)
        for place, (_, part) in enumerate(groups):
            thin: Any = {"color": DARK, "linewidth": 1.2, "linestyle": DASHES[place % len(DASHES)]}
            axes.plot(part[x], part[central], **(thin if place else {"color": "#00344F", "linewidth": 2.2}))
        axes.grid(color=GRID, linewidth=0.6)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))
        # The first and the last year are those that a reader looks for.
        axes.set_xticks(np.unique(np.linspace(first[x].min(), first[x].max(), 3).round()))
        french_axis(axes.yaxis)
        axes.set_ylabel(axis_title(central))
        axes.set_ylim(bottom=0)
        if by:
            name_ends(axes, [(wording.cell(code, by), part.iloc[-1][[x, central]]) for code, part in groups])

    return drawn(3.0, paint)


def name_ends(axes: Axes, ends: Sequence[tuple[str, Any]]) -> None:
    """The name of each line beside its last point, spread so that none covers another."""
    low, high = axes.get_ylim()
    ordered = sorted(ends, key=lambda end: float(end[1].iloc[1]))
    heights = [float(point.iloc[1]) for _, point in ordered]
    spots = spread(np.array(heights), [(high - low) / 15] * len(ordered), low, high)
    for (name, point), spot in zip(ordered, spots, strict=True):
        axes.annotate(
            wrapped(name, 24), (float(point.iloc[0]), float(point.iloc[1])), (1.02, spot), va="center",
            textcoords=axes.get_yaxis_transform(), annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "#8A8F94", "linewidth": 0.6, "relpos": (0, 0.5)},
        )  # fmt: skip


def lines(table: Table, x: str, value: str, by: str) -> str:
    """One line per value of key ``by``, each with its own colour, dash and marker."""
    import seaborn as sns

    rows = table.visible.dropna(subset=[value])
    if rows.empty:
        return empty()
    data = rows.assign(**{by: [wording.cell(v, by) for v in rows[by]]})

    def paint(axes: Axes) -> None:
        sns.lineplot(
            data, x=x, y=value, hue=by, style=by, markers=True, palette=PALETTE[: data[by].nunique()], ax=axes
        )
        axes.set(xlabel=axis_title(x), ylabel=axis_title(value), ylim=(0, None))
        axes.legend(title="", frameon=False)
        axes.grid(color=GRID, linewidth=0.6)
        french_axis(axes.yaxis)
        axes.set_xticks(years := sorted(rows[x].unique()), [f"{year:.0f}" for year in years])

    return drawn(4, paint)


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
        for (low, high), line in ((axes.get_xlim(), axes.axvline), (axes.get_ylim(), axes.axhline)):
            if low < 0 < high:
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
