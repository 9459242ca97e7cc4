"""One colour per family of flows and one mark per type of actor, across every report, and one hatch.

The hatch is for what is not shown. The colours keep a distance from one another for readers with any of the
three colour deficiencies, and differ in lightness for a grey print (both are measured by a test); every shape
has its label beside it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import matplotlib as mpl

# For what is no family of flows: Okabe & Ito (2008), by decreasing distance.
PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#5B5B5B"]
FAMILIES = {
    "textile": "#D20C6B", "wood": "#97510B", "cardboard": "#DE780F", "paper": "#EDD925", "weee": "#043C80",
    "biowaste": "#BEEDBD", "food": "#2DDF5C", "plastic": "#2B80C8", "metal": "#778794", "glass": "#A2FAFF",
    "mineral": "#694525", "chemical": "#D28D73", "mixed": "#3A3431", "other": "#B6B9B7",
}  # fmt: skip
# What becomes of a flow, in the order of the waste hierarchy: purples, which no family wears, for what is
# recovered, the best darkest.
RECOVERIES = {
    "material": "#6A3FB5", "organic": "#A184D8", "energy": "#D3BFF2", "disposal": "#222222",
    "unknown": "#FFFFFF",
}  # fmt: skip
NEUTRAL = "#8A8F94"
OTHERS = "#DADDE0"
WITHHELD: Any = {"facecolor": "#FFFFFF", "edgecolor": "#777777", "hatch": "////", "linewidth": 0.6}


def colour(code: str) -> str:
    """The colour of a family of flows or of what becomes of one, else the first of the palette."""
    return FAMILIES.get(code) or RECOVERIES.get(code) or PALETTE[0]


def edge(fill: str) -> str:
    """A darker shade of a fill, for outlines and lines: light families show on white paper too."""
    red, green, blue = mpl.colors.to_rgb(fill)
    return mpl.colors.to_hex((0.6 * red, 0.6 * green, 0.6 * blue))


class Mark(NamedTuple):
    """``path`` is SVG, around (0, 0); ``symbol`` the same shape for matplotlib."""

    path: str
    symbol: str
    fill: str


MARKS = {
    "firm": Mark("M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z", "o", "#5B9BD0"),
    "ess": Mark("M-5 -5h10v10h-10z", "s", "#009E73"),
    "outlet": Mark("M0 -6.5l6.5 11.5h-13z", "^", "#E69F00"),
    "public": Mark("M0 -7l7 7l-7 7l-7 -7z", "D", "#FFFFFF"),
}
