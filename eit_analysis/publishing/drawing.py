"""What every drawing shares: style, colours, French axes, and an SVG element fit for our pages.

One colour per
family of flows across every report (Okabe-Ito palette and shades of it, distinct for colour-blind readers and
of different lightness in grey).
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter

from eit_analysis.publishing import wording

PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#5B5B5B"]
COLOURS = {
    "textile": "#CC79A7", "wood": "#8C5A2B", "cardboard": "#E69F00", "paper": "#F0E442", "weee": "#0072B2",
    "biowaste": "#009E73", "food": "#6BBF59", "plastic": "#56B4E9", "metal": "#7A7A7A", "glass": "#9AD9D0",
    "mineral": "#C8B89A", "chemical": "#D55E00", "mixed": "#404040", "other": "#BDBDBD",
    # What becomes of a flow: colours that no neighbouring family wears.
    "material": "#0072B2", "organic": "#6BBF59", "energy": "#E69F00", "disposal": "#404040",
    "unknown": "#BDBDBD",
}  # fmt: skip
NEUTRAL = "#8A8F94"
PARTIAL = "Les valeurs non diffusées ne sont pas tracées\u00a0: les tailles ne donnent pas les totaux."
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


def colour(code: str, position: int = 0) -> str:
    """The colour of a family of flows, or the next one of the palette."""
    return COLOURS.get(code, PALETTE[position % len(PALETTE)])


def drawn(width: float, height: float, paint: Callable[[Axes], None]) -> str:
    """Run ``paint`` on fresh axes and return the SVG element, without its style sheet and prologue."""
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(canvas)
        paint(canvas.add_subplot())
        return to_svg(canvas)


def to_svg(canvas: Canvas) -> str:
    buffer = io.StringIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    # Its style element would apply to the whole page; the page's own sheet says the same for figures.
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, count=1, flags=re.S)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, count=1, flags=re.S)
    return re.sub(
        r'(<svg[^>]*?) width="[^"]*"',
        r"\1",
        re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1),
        count=1,
    )


def axis_title(column: str) -> str:
    style = wording.heading(column)
    return f"{style.header} ({style.unit})" if style.unit else style.header


def french_axis(axis: mpl.axis.Axis, decimals: int | None = None) -> None:
    """French numbers on an axis, with as many decimals as its step needs."""

    def tick(value: float, _: int) -> str:
        ticks = axis.get_majorticklocs()
        step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
        places = (
            decimals if decimals is not None else max(0, -int(np.floor(np.log10(step)))) if step > 0 else 0
        )
        return wording.number(value, places)

    axis.set_major_formatter(FuncFormatter(tick))


def labels(rows: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    return [
        ", ".join(wording.cell(v, k) for k, v in zip(keys, row, strict=True))
        for row in rows[list(keys)].itertuples(index=False)
    ]


def shortened(text: str, limit: int = 42) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def wrapped(text: str, width: int = 40) -> str:
    """A label on at most two lines, whole words; what does not fit is cut with an ellipsis."""
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    cut = [lines[0], shortened(lines[1], width - 1) + "…"] if len(lines) > 2 else lines
    return "\n".join(cut)


def row_height(texts: Sequence[str]) -> float:
    """Inches that each row of a chart needs for its label."""
    return 0.46 if any("\n" in text for text in texts) else 0.36


def empty(message: str = "Aucune donnée diffusable") -> str:
    """What is drawn when no row may be."""

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        axes.text(0.5, 0.5, message, ha="center", va="center", transform=axes.transAxes)

    return drawn(8, 1.2, paint)
