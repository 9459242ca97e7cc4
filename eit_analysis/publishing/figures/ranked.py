"""One row of the table, one mark: bars, points with their interval, the funnel, shares to either side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from pandas.api.types import is_integer_dtype

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, by_row, drawn, empty, labels, row_height
from eit_analysis.publishing.figures.palette import OTHERS, PALETTE, WITHHELD, colour
from eit_analysis.publishing.release.tables import Table

# Fill and text of each class.
SHADES = {"disagree": (PALETTE[1], DARK), "mixed": (OTHERS, DARK), "agree": (PALETTE[0], "#FFFFFF")}
ROOM = 9.0  # percent that a number needs to stand within its bar


def bars(
    table: Table, value: str, low: str | None = None, high: str | None = None, most: int | None = None
) -> str:
    """Horizontal bars in the order of the table, with interval whiskers; a number at the end of each.

    What the table withholds, where it says how much that is, is one hatched bar at the foot. ``most`` leaves
    out what comes after so many rows.
    """
    rows = table.visible.dropna(subset=[value]).iloc[:most][::-1]
    if rows.empty:
        return empty()
    names, rest = labels(rows, table.keys, 52), table.rest.get(value, 0.0)

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows)) + (rest > 0)
        if rest > 0:
            axes.barh([0], [rest], height=0.68, **WITHHELD)
            at_end(axes, rest, 0, wording.measured(rest, value))
        shades = [colour(str(code)) for code in rows[table.keys[0]]]
        axes.barh(places, rows[value], color=shades, edgecolor="#333333", linewidth=0.4, height=0.68)
        ends = rows[value].clip(lower=0)
        if low and high:
            whiskers(axes, rows[value], rows[low], rows[high], places)
            ends = rows[[value, high]].max(axis=1).clip(lower=0)
        for place, end, amount in zip(places, ends, rows[value], strict=True):
            at_end(axes, end, place, wording.measured(amount, value))
        called = [*(["autres, non diffusé"] if rest > 0 else []), *names]
        by_row(axes, called, value, is_integer_dtype(rows[value]))
        axes.margins(x=0.02, y=0.02)
        axes.set_xlim(left=min(0.0, float(rows[[low or value, value]].to_numpy().min()) * 1.05))
        if axes.get_xlim()[0] < 0:
            axes.axvline(0, color="#333333", linewidth=0.9)

    return drawn(0.9 + row_height(names) * (len(rows) + (rest > 0)), paint)


def whiskers(axes: Axes, values: Any, low: Any, high: Any, places: Any) -> None:
    """Horizontal 95 % intervals, white under black: they show on dark and on light bars alike."""
    middle, lower, upper = (np.asarray(v, dtype=float) for v in (values, low, high))
    errors = np.vstack([(middle - lower).clip(min=0), (upper - middle).clip(min=0)])
    for shade, width, cap in (("#FFFFFF", 3.2, 4.0), (DARK, 1.2, 3.0)):
        axes.errorbar(middle, places, xerr=errors, fmt="none", ecolor=shade, elinewidth=width, capsize=cap,
                      capthick=width)  # fmt: skip


def at_end(axes: Axes, end: Any, place: Any, text: str) -> None:
    """A number to the right of a bar and of its whisker."""
    axes.annotate(text, (end, place), xytext=(6, 0), textcoords="offset points", va="center")


def dots(table: Table, value: str, low: str, high: str, names: Sequence[str] | None = None) -> str:
    """A point and its interval for each row, in the order of the table; zero is marked when it is inside.

    ``names`` are the columns that name a row when its keys do not tell it from the others.
    """
    rows = table.visible.dropna(subset=[value]).iloc[::-1]
    if rows.empty:
        return empty()
    texts = labels(rows, names or table.keys, 48)

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows))
        axes.hlines(places, rows[low], rows[high], color="#555555", linewidth=2.2)
        axes.plot(rows[value], places, "o", color=PALETTE[0], markersize=7, markeredgecolor=DARK)
        if rows[low].min() < 0 < rows[high].max():
            axes.axvline(0, color="#333333", linewidth=0.9)
        by_row(axes, texts, value, is_integer_dtype(rows[value]))
        axes.set_ylim(-0.6, len(rows) - 0.4)

    return drawn(0.9 + row_height(texts) * len(rows), paint)


def shrinkage(table: Table, value: str, low: str, high: str, raw: str, own: str) -> str:
    """For each row its own value, hollow, and the one drawn to what is common to all, with its interval.

    Rows of which the column ``own`` is ``here`` are marked.
    """
    rows = table.visible.dropna(subset=[value]).iloc[::-1]
    if rows.empty:
        return empty()
    names = labels(rows, table.keys, 34)

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows))
        shades = np.where(rows[own] == "here", PALETTE[0], "#9AA0A6")
        axes.hlines(places, rows[low], rows[high], color="#555555", linewidth=2.2)
        for place, start, end in zip(places, rows[raw], rows[value], strict=True):
            axes.annotate(
                "",
                (end, place),
                (start, place),
                arrowprops={"arrowstyle": "-", "color": DARK, "linestyle": ":"},
            )
        axes.scatter(rows[raw], places, s=52, facecolor="white", edgecolor=DARK, zorder=3, label="part brute")
        axes.scatter(
            rows[value], places, s=62, color=shades, edgecolor=DARK, zorder=4, label="mise en commun"
        )
        by_row(axes, names, value)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xlim(left=0)
        for label, here in zip(axes.get_yticklabels(), rows[own] == "here", strict=True):
            label.set_fontweight("bold" if here else "normal")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False)

    return drawn(1.5 + row_height(names) * len(rows), paint)


def funnel(table: Table, value: str) -> str:
    """Centred bars in the order of the table, each with its number."""
    rows = table.visible.dropna(subset=[value]).iloc[::-1]
    if rows.empty:
        return empty()
    names = labels(rows, table.keys)
    style: Any = {"color": "#BFE3D6", "edgecolor": "#333333", "linewidth": 0.4}

    def paint(axes: Axes) -> None:
        places = np.arange(len(rows))
        axes.barh(places, rows[value], left=-rows[value] / 2, height=0.8, **style)
        for place, amount in zip(places, rows[value], strict=True):
            axes.text(0, float(place), wording.cell(amount, value), ha="center", va="center", weight="bold")
        axes.set_yticks(places, names)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)

    return drawn(0.6 + (0.1 + row_height(names)) * len(rows), paint)


def diverging(table: Table, value: str, by: str) -> str:
    """A bar for each group, of the share of each class ``by``; the middle of the mixed ones at zero.

    Groups of which a class is withheld are left out: the others would look larger than they are.
    """
    rows = table.visible.dropna(subset=[value])
    keys = [key for key in table.keys if key != by]
    if rows.empty:
        return empty()
    shares = rows.pivot_table(index=keys, columns=by, values=value, sort=False, aggfunc="sum")
    shares = shares.reindex(columns=list(SHADES)).dropna()[::-1]
    if shares.empty:
        return empty()
    names = labels(shares.index.to_frame(), keys, 34)
    style: Any = {"edgecolor": "#333333", "linewidth": 0.4, "height": 0.68}

    def paint(axes: Axes) -> None:
        places = np.arange(len(shares))
        left = -(shares["disagree"] + shares["mixed"] / 2).to_numpy(dtype=float)
        for name, (fill, ink) in SHADES.items():
            width = shares[name].to_numpy(dtype=float)
            axes.barh(places, width, left=left, color=fill, **style)
            for place, start, size in zip(places, left, width, strict=True):
                if size >= ROOM:
                    text = f"{wording.number(size, 0)}{wording.NBSP}%"
                    axes.text(start + size / 2, float(place), text, ha="center", va="center", color=ink)
            left = left + width
        # Above the first bar, clear of it: a narrow share has no room for its words.
        low, high = axes.get_xlim()
        axes.set_xlim(low - 2, high + 2)  # their frames stand beyond the words
        ends = {"disagree": (low, "left"), "mixed": (0.0, "center"), "agree": (high, "right")}
        for name, (x, side) in ends.items():
            fill, ink = SHADES[name]
            box = {"facecolor": fill, "edgecolor": "#333333", "linewidth": 0.4, "pad": 3}
            axes.text(x, len(shares) - 0.2, wording.cell(name, by), ha=side, va="bottom", color=ink, bbox=box)
        axes.axvline(0, color=DARK, linewidth=0.9, linestyle=(0, (2, 2)), zorder=0)
        axes.set_yticks(places, names)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.set_ylim(-0.6, len(shares) + 0.3)

    return drawn(0.8 + row_height(names) * len(shares), paint)
