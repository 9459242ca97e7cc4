"""How few hold how much: the Pareto chart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, GRID, by_row, drawn, empty, labels, row_height
from eit_analysis.publishing.figures.palette import OTHERS
from eit_analysis.publishing.figures.ranked import at_end
from eit_analysis.publishing.release.tables import Table

THRESHOLD = 80


def pareto(table: Table, value: str, limit: int = 20) -> str:
    """Bars from the largest down, the cumulative share beside them, and how many rows reach 80 %.

    The rows up to the threshold are dark; those beyond ``limit`` are one bar, *Autres*, with their number.
    """
    rows = table.visible.dropna(subset=[value]).sort_values(value, ascending=False, kind="stable")
    whole = float(rows[value].sum())
    if rows.empty or whole <= 0:
        return empty()
    amounts, names = _limited(rows, table.keys, value, limit)
    share = np.cumsum(amounts) / whole * 100
    # A relative 1e-9 keeps a rounding error of the sum from adding one more row.
    before = rows[value].cumsum() - rows[value]
    count = int((before < THRESHOLD / 100 * whole * (1 - 1e-9)).sum())

    def paint(axes: Axes) -> None:
        places = np.arange(len(amounts))
        shades = ["#0072B2" if i < count else "#A9CBE2" for i in places]
        if len(rows) > len(amounts):
            shades[-1] = OTHERS
        axes.barh(places, amounts, color=shades, edgecolor="#333333", linewidth=0.4, height=0.68)
        for place, amount in zip(places, amounts, strict=True):
            at_end(axes, amount, place, wording.measured(float(amount), value))
        by_row(axes, names, value)
        axes.set_ylim(len(amounts) - 0.4, -0.9)
        axes.margins(x=0.02)

    def accumulate(axes: Axes) -> None:
        places = np.arange(len(amounts))
        axes.plot(share, places, color=DARK, marker="o", markersize=4, linewidth=1.4)
        axes.axvline(THRESHOLD, color="#555555", linestyle="--", linewidth=1)
        caption = f"{THRESHOLD}{wording.NBSP}% du total{wording.NBSP}: {count} sur {len(rows)}"
        axes.annotate(
            caption, (THRESHOLD, -0.9), xytext=(-5, -4), textcoords="offset points", ha="right", va="top",
            weight="bold",
        )  # fmt: skip
        axes.set_xlim(0, 104)
        axes.set_ylim(len(amounts) - 0.4, -0.9)
        axes.set_yticks(places, [f"{wording.number(s, 0)}{wording.NBSP}%" for s in share])
        axes.yaxis.tick_right()
        axes.spines["right"].set_visible(True)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("Part cumulée (%)")
        axes.grid(axis="x", color=GRID, linewidth=0.6)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: wording.number(v, 0)))

    return drawn(1.1 + row_height(names) * len(amounts), paint, accumulate, width_ratios=(2, 1))


def _limited(rows: pd.DataFrame, keys: Sequence[str], value: str, limit: int) -> tuple[np.ndarray, list[str]]:
    """Amounts and labels, those beyond the limit as one."""
    amounts = rows[value].to_numpy(dtype=float)
    names = labels(rows, keys, 34)
    if len(rows) <= limit + 1:
        return amounts, names
    rest = len(rows) - limit
    return np.append(amounts[:limit], amounts[limit:].sum()), [*names[:limit], f"Autres ({rest})"]
