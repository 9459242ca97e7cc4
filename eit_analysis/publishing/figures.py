"""Drawings of released tables, as SVG text. Every function takes the table and names of its columns.

Only the visible rows of the table are drawn: what is withheld cannot be read off a picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter

from eit_analysis.publishing import wording
from eit_analysis.publishing.drawing import (
    PALETTE,
    PARTIAL,
    STYLE,
    axis_title,
    colour,
    drawn,
    empty,
    french_axis,
    labels,
    row_height,
    shortened,
    to_svg,
    wrapped,
)
from eit_analysis.publishing.released import Table
from eit_analysis.publishing.sankey import sankey as sankey


def bars(table: Table, value: str, low: str | None = None, high: str | None = None) -> str:
    """Horizontal bars in the order of the table, with interval whiskers; a number at the end of each."""
    rows = table.visible.dropna(subset=[value]).iloc[::-1]
    if rows.empty:
        return empty()
    names = [wrapped(text) for text in labels(rows, table.keys)]

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows))
        shades = [colour(str(code), 0) for code in rows[table.keys[0]]]
        axes.barh(places, rows[value], color=shades, edgecolor="#333333", linewidth=0.4, height=0.68)
        ends = rows[[value]].max(axis=1).clip(lower=0)
        if low and high:
            errors = np.vstack(
                [(rows[value] - rows[low]).clip(lower=0), (rows[high] - rows[value]).clip(lower=0)]
            )
            axes.errorbar(
                rows[value], places, xerr=errors, fmt="none", ecolor="#222222", elinewidth=1.1, capsize=3
            )
            ends = rows[[value, high]].max(axis=1)
        for place, end, amount in zip(places, ends, rows[value], strict=True):
            axes.annotate(
                wording.cell(amount, value),
                (end, place),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
            )
        axes.set_yticks(places, names)
        axes.set_xlabel(axis_title(value))
        axes.margins(x=0.12, y=0.02)
        axes.set_xlim(left=min(0.0, float(rows[value].min()) * 1.15))
        axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
        french_axis(axes.xaxis)

    return drawn(8, 1.1 + row_height(names) * len(rows), paint)


def stacked(table: Table, value: str, by: str) -> str:
    """Stacked horizontal bars: the first key on the axis, key ``by`` as colours, with hatches for print."""
    rows = table.visible.dropna(subset=[value])
    if rows.empty:
        return empty()
    first = next(key for key in table.keys if key != by)
    wide = rows.pivot_table(index=first, columns=by, values=value, aggfunc="sum", sort=False, fill_value=0.0)
    wide = wide.loc[wide.sum(axis=1).sort_values(kind="stable").index]
    hatches = ["", "//", "..", "xx", "\\\\", "--", "oo", "++"]

    def paint(axes: Axes) -> None:
        left = np.zeros(len(wide))
        for i, code in enumerate(wide.columns):
            axes.barh(
                np.arange(len(wide)), wide[code], left=left, height=0.7, label=wording.cell(code, by),
                color=colour(str(code), i), hatch=hatches[i % len(hatches)], edgecolor="white", linewidth=0.5,
            )  # fmt: skip
            left += wide[code].to_numpy()
        axes.set_yticks(np.arange(len(wide)), [shortened(wording.cell(code, first)) for code in wide.index])
        axes.set_xlabel(axis_title(value))
        axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
        axes.margins(x=0.04, y=0.02)
        # Legends placed by the canvas never cover the axis, whatever the number of bars.
        names = axes.get_legend_handles_labels()
        axes.figure.legend(
            *names, loc="outside lower center", ncols=len(wide.columns) if len(wide.columns) < 4 else 3,
            frameon=False, title=PARTIAL if table.hidden.any() else None,
        )  # fmt: skip
        french_axis(axes.xaxis)

    return drawn(8, 2.2 + 0.36 * len(wide), paint)


def pareto(table: Table, value: str) -> str:
    """Bars in decreasing order and the cumulative share, with the 80 % line."""
    rows = table.visible.dropna(subset=[value]).sort_values(value, ascending=False, kind="stable")
    if rows.empty or rows[value].sum() <= 0:
        return empty()
    share = rows[value].cumsum() / rows[value].sum() * 100

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows))
        axes.bar(places, rows[value], color=PALETTE[0], edgecolor="#333333", linewidth=0.4)
        axes.set_xticks(places, [shortened(t, 24) for t in labels(rows, table.keys)], rotation=55, ha="right")
        axes.set_ylabel(axis_title(value))
        french_axis(axes.yaxis)
        right = axes.twinx()
        right.plot(places, share, color=PALETTE[5], marker="o", markersize=4)
        right.axhline(80, color="#555555", linestyle="--", linewidth=0.9)
        right.spines["right"].set_visible(True)
        right.set_ylim(0, 105)
        right.set_ylabel("Part cumulée (%)")

    return drawn(9, 4.6, paint)


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
            axes.barh(
                places,
                rows[right],
                color=PALETTE[1],
                label=axis_title(right),
                height=0.78,
                hatch="//",
                edgecolor="white",
            )
            axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)
            axes.axvline(0, color="#333333", linewidth=0.8)
        axes.set_yticks(places, labels(rows, table.keys[:1]))
        axes.set_ylabel("Tranche d'âge")
        axes.set_xlabel("" if right else axis_title(left))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: wording.number(abs(v), 0)))
        axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)

    return drawn(8, 4.4, paint)


def fan(table: Table, x: str, central: str, bands: Sequence[tuple[str, str]], by: str | None = None) -> str:
    """A line with nested interval bands, narrowest first in ``bands``; one panel per value of ``by``."""
    rows = table.visible.dropna(subset=[central])
    if rows.empty:
        return empty()
    groups = list(rows.groupby(by, sort=False)) if by else [("", rows)]
    columns = min(3, len(groups))
    lines = -(-len(groups) // columns)
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(3.4 * columns + 0.6, 3.1 * lines + 0.5), layout="constrained")
        FigureCanvasSVG(canvas)
        panels = canvas.subplots(lines, columns, sharey=True, squeeze=False).ravel()
        for i, (code, part) in enumerate(groups):
            part, axes = part.sort_values(x), panels[i]
            for depth, (lower, upper) in enumerate(reversed(list(bands))):
                axes.fill_between(
                    part[x],
                    part[lower],
                    part[upper],
                    color=PALETTE[0],
                    alpha=0.20 + 0.22 * depth,
                    linewidth=0,
                )
            axes.plot(part[x], part[central], color="#00344F", linewidth=1.8)
            axes.set_title(shortened(wording.cell(code, by), 34) if by else "", fontsize=11)
            axes.grid(color="#E3E3E3", linewidth=0.6)
            axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))
            axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(nbins=4, integer=True))
            french_axis(axes.yaxis)
            if i % columns == 0:
                axes.set_ylabel(axis_title(central))
        # Once all is drawn: set panel by panel, the first would cut off the others of the shared axis.
        panels[0].set_ylim(bottom=0)
        for axes in panels[len(groups) :]:
            axes.set_axis_off()
        return to_svg(canvas)


def dots(table: Table, value: str, low: str, high: str, names: Sequence[str] | None = None) -> str:
    """A point and its interval for each row, in the order of the table; zero is marked when it is inside.

    ``names`` are the columns that name a row when its keys do not tell it from the others.
    """
    rows = table.visible.dropna(subset=[value]).iloc[::-1]
    if rows.empty:
        return empty()
    texts = [wrapped(text, 48) for text in labels(rows, names or table.keys)]

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows))
        axes.hlines(places, rows[low], rows[high], color="#555555", linewidth=2.2)
        axes.plot(rows[value], places, "o", color=PALETTE[0], markersize=7, markeredgecolor="#222222")
        if rows[low].min() < 0 < rows[high].max():
            axes.axvline(0, color="#333333", linewidth=0.9)
        axes.set_yticks(places, texts)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xlabel(axis_title(value))
        axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
        french_axis(axes.xaxis)

    return drawn(8.5, 1.2 + row_height(texts) * len(rows), paint)


def funnel(table: Table, value: str) -> str:
    """Centred bars in the order of the table, each with its number."""
    rows = table.visible.dropna(subset=[value]).iloc[::-1]
    if rows.empty:
        return empty()

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows))
        axes.barh(
            places,
            rows[value],
            left=-rows[value] / 2,
            color=PALETTE[2],
            height=0.8,
            edgecolor="#333333",
            linewidth=0.4,
        )
        for place, amount in zip(places, rows[value], strict=True):
            axes.text(0, float(place), wording.cell(amount, value), ha="center", va="center", weight="bold")
        axes.set_yticks(places, labels(rows, table.keys))
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)

    return drawn(8, 1.0 + 0.5 * len(rows), paint)


def lines(table: Table, x: str, value: str, by: str) -> str:
    """One line per value of key ``by``, told apart by colour, dash and marker."""
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
        axes.grid(color="#E3E3E3", linewidth=0.6)
        french_axis(axes.yaxis)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))

    return drawn(8, 4, paint)
