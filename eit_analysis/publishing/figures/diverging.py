"""What people think: those who disagree to the left of a line, those who agree to its right."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, drawn, empty, labels, row_height
from eit_analysis.publishing.figures.palette import OTHERS, PALETTE
from eit_analysis.publishing.release.tables import Table

# Fill and text of each class.
SHADES = {"disagree": (PALETTE[1], DARK), "mixed": (OTHERS, DARK), "agree": (PALETTE[0], "#FFFFFF")}
ROOM = 6.0  # percent that a number needs to stand within its bar


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
