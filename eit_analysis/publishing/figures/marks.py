"""The mark of each type of actor, the same on a map and in a network: a shape and a fill, never one alone."""

from __future__ import annotations

from typing import NamedTuple


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
