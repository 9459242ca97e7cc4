"""Numbers along time or age: forecast fans, lines and the age pyramid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import (
    GRID,
    WIDE,
    axis_title,
    drawn,
    empty,
    french_axis,
    labels,
    wrapped,
)  # fmt: skip
from eit_analysis.publishing.figures.palette import PALETTE
from eit_analysis.publishing.release.tables import Table


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
            style: Any = {"color": PALETTE[1], "hatch": "//", "edgecolor": "white"}
            axes.barh(places, rows[right], label=axis_title(right), height=0.78, **style)
            axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)
            axes.axvline(0, color="#333333", linewidth=0.8)
        axes.set_yticks(places, labels(rows, table.keys[:1]))
        axes.set_ylabel("Tranche d'âge")
        axes.set_xlabel("" if right else axis_title(left))
        axes.locator_params(axis="x", integer=True)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: wording.number(abs(v), 0)))
        axes.grid(axis="x", color=GRID, linewidth=0.6)

    return drawn(4.4, paint)


def fan(table: Table, x: str, central: str, bands: Sequence[tuple[str, str]], by: str | None = None) -> str:
    """A line with nested interval bands, narrowest first in ``bands``; one panel per value of ``by``."""
    rows = table.visible.dropna(subset=[central])
    if rows.empty:
        return empty()
    groups = list(rows.groupby(by, sort=False)) if by else [("", rows)]
    columns = min(3, len(groups))
    width = WIDE if columns == 3 else 3.4 * columns + 0.6

    def paint(number: int, axes: Axes) -> None:
        code, part = groups[number][0], groups[number][1].sort_values(x)
        for depth, (lower, upper) in enumerate(reversed(list(bands))):
            shade: Any = {"color": PALETTE[0], "alpha": 0.20 + 0.22 * depth, "linewidth": 0}
            axes.fill_between(part[x], part[lower], part[upper], **shade)
        axes.plot(part[x], part[central], color="#00344F", linewidth=1.8)
        axes.set_title(wrapped(wording.cell(code, by), 30) if by else "", fontsize=11)
        axes.grid(color=GRID, linewidth=0.6)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))
        # The first and the last year are those that a reader looks for.
        axes.set_xticks(np.unique(np.linspace(part[x].min(), part[x].max(), 3).round()))
        french_axis(axes.yaxis)
        if number % columns == 0:
            axes.set_ylabel(axis_title(central))
        # Once all is drawn: set panel by panel, the first would cut off the others of the shared axis.
        if number == len(groups) - 1:
            axes.set_ylim(bottom=0)

    paints = [partial(paint, number) for number in range(len(groups))]
    height = 3.1 * -(-len(groups) // columns) + 0.5
    return drawn(height, *paints, columns=columns, width=width, sharey=True)


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
