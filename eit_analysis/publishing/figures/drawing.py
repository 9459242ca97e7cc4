"""What every drawing shares: style, French axes, wrapped labels, and an SVG element fit for our pages."""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, MaxNLocator

from eit_analysis.publishing import wording

# Inches: at this width a text of 11 points is as large as the page's own on screen, and 9 points on A4.
WIDE = 8.7
DARK = "#1B1F23"
GRID = "#DDDDDD"
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: searchable, small, read by screen readers
    "svg.hashsalt": "eit",  # same picture, same bytes
    "font.family": "sans-serif",
    "font.sans-serif": ["Arial", "Helvetica", "Liberation Sans", "DejaVu Sans"],
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.parse_math": False,  # a $ in a firm's name is a character, not a formula
    "path.simplify_threshold": 0.3,
}


class OfPart(str):
    """The SVG element of a drawing that shows a part of its table; ``which`` says in words what part."""

    which: str

    def __new__(cls, svg: str, which: str) -> OfPart:
        made = super().__new__(cls, svg)
        made.which = which
        return made


def drawn(
    height: float, *paints: Callable[[Axes], None], columns: int = 2, width: float = WIDE, **grid: Any
) -> str:
    """Run each of ``paints`` on fresh axes, in lines of so many ``columns``, and return the SVG element."""
    columns = min(columns, len(paints))
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(width, height), layout="constrained")
        panels = canvas.subplots(-(-len(paints) // columns), columns, squeeze=False, **grid).ravel()
        for paint, axes in zip(paints, panels, strict=False):
            paint(axes)
        for axes in panels[len(paints) :]:
            axes.set_axis_off()
        return _svg(canvas)


def _svg(canvas: Canvas) -> str:
    """The SVG element of a canvas, without its prologue, style sheet, metadata and fixed size."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # The page's own fonts draw the letters: here they are only measured.
        warnings.filterwarnings("ignore", "Glyph ")
        # Not ``savefig``, which would lay out and draw everything a first time to the same places.
        FigureCanvasSVG(canvas).print_svg(buffer, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    # Fonts are the page's own, and a hundredth of a point is finer than any screen: half the weight goes.
    text = re.sub(r" font-family: [^;\"]*;", "", text)
    text = re.sub(r"\d+\.\d{3,}", lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), text)
    text = re.sub(r"\s*\n\s*", " ", text)
    # Its style element would apply to the whole page; the page's own sheet says the same for figures.
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, count=1, flags=re.S)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, count=1, flags=re.S)
    for side in ("width", "height"):
        text = re.sub(rf'(<svg[^>]*?) {side}="[^"]*"', r"\1", text, count=1)
    return text


def axis_title(column: str) -> str:
    return wording.heading(column).titled


def french_axis(axis: mpl.axis.Axis, whole: bool = False) -> None:
    """French numbers on an axis, a round step apart, with as many decimals as that step needs."""
    locator = axis.get_major_locator()
    if isinstance(locator, MaxNLocator):
        # A step of 2.5 would need a decimal that one of 25 does not: printed without, its marks are untrue.
        locator.set_params(steps=[1, 2, 5, 10], integer=whole)

    def tick(value: float, _: int) -> str:
        ticks = axis.get_majorticklocs()
        step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
        return wording.number(value, max(0, -int(np.floor(np.log10(step)))) if step > 0 else 0)

    axis.set_major_formatter(FuncFormatter(tick))


def by_row(axes: Axes, names: Sequence[str], value: str, whole: bool = False) -> None:
    """The axes of a chart of one row for each name, amounts of the column ``value`` along them."""
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel(axis_title(value))
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    french_axis(axes.xaxis, whole)
    axes.locator_params(axis="x", nbins=6)  # amounts of five digits stand apart beside long names


def labels(rows: pd.DataFrame, keys: Sequence[str], width: int = 40) -> list[str]:
    """What the keys of each row say, wrapped."""
    return [
        wrapped(", ".join(wording.cell(v, k) for k, v in zip(keys, row, strict=True)), width)
        for row in rows[list(keys)].itertuples(index=False)
    ]


def wrapped(text: str, width: int = 40) -> str:
    """A label on lines of whole words; only a label longer than four lines is cut, with an ellipsis."""
    return textwrap.fill(text, width, break_on_hyphens=False, max_lines=4, placeholder="…")


def row_height(texts: Sequence[str]) -> float:
    """Inches that each row of a chart needs for its label."""
    return 0.17 + 0.17 * max((text.count("\n") + 1 for text in texts), default=1)


def empty() -> str:
    """What is drawn when no row may be: no shape, so that the page has no figure."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 626 60" font-size="12" fill="#1b1f23">'
        '<text x="313" y="34" text-anchor="middle">Aucune donnée diffusable</text></svg>'
    )
