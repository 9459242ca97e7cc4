"""From one wave to the next: the slope chart, and the lines of many waves with their breaks."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, GRID, axis_title, drawn, empty, french_axis
from eit_analysis.publishing.figures.label_places import spread
from eit_analysis.publishing.figures.palette import PALETTE, colour, edge
from eit_analysis.publishing.figures.projection import DASHES
from eit_analysis.publishing.release.tables import Table

# How a line is drawn by the verdict on its change, and the words of the legend.
VERDICTS: dict[str, tuple[Any, float, str]] = {
    "increase": ("-", 2.6, "▲ hausse qui dépasse son incertitude"),
    "decrease": ("-", 2.6, "▼ baisse qui dépasse son incertitude"),
    "within": ("--", 1.3, "écart dans l'incertitude"),
    "not_comparable": (":", 1.3, "non comparable"),
}
ARROWS = {"increase": "▲", "decrease": "▼"}


def slope(
    table: Table,
    value: str,
    by: str,
    wave: str = "wave",
    low: str | None = None,
    high: str | None = None,
    verdict: str | None = None,
) -> str:
    """One line per value of key ``by`` over the waves, its number at both ends, intervals as thin bars.

    ``verdict`` names the column of :data:`VERDICTS`. The scale is logarithmic where every value is above
    zero: the same slope is the same relative change.
    """
    rows = table.visible.dropna(subset=[value])
    if rows.empty:
        return empty()
    waves = sorted(rows[wave].astype(str).unique())
    logarithmic = bool((rows[value] > 0).all())
    lowest = float(rows[value].min())
    groups = list(rows.sort_values(wave, kind="stable").groupby(by, sort=False))

    def scaled(amounts: object) -> np.ndarray:
        numbers = np.asarray(amounts, dtype=float)
        # An interval may reach down to zero, which has no logarithm: its bar stops a decade below.
        return np.log10(np.maximum(numbers, lowest / 10)) if logarithmic else numbers

    bounds = np.concatenate([scaled(rows[column]) for column in (value, low, high) if column])
    margin = 0.04 * float(np.ptp(bounds)) or 0.5
    ends = bounds.min() - margin, bounds.max() + margin

    def paint(axes: Axes) -> None:
        verdicts = {}
        for code, part in groups:
            at = [waves.index(str(w)) for w in part[wave]]
            verdicts[code] = str(part[verdict].iloc[-1]) if verdict else ""
            style, width, _ = VERDICTS.get(verdicts[code], ("-", 1.6, ""))
            shade = colour(str(code))
            axes.plot(
                at, scaled(part[value]), color=shade, linestyle=style, linewidth=width,
                path_effects=[withStroke(linewidth=width + 0.9, foreground=edge(shade))],
            )  # fmt: skip
            axes.scatter(
                at, scaled(part[value]), s=42, color=shade, edgecolors=DARK, linewidths=0.8, zorder=3
            )
            if low and high:
                axes.vlines(at, scaled(part[low]), scaled(part[high]), color=DARK, linewidth=0.9)
        for side in {0, len(waves) - 1}:
            here = rows[rows[wave].astype(str) == waves[side]].sort_values(value, kind="stable")
            heights = scaled(here[value])
            line = 0.7 * (ends[1] - ends[0]) / len(groups)
            right = side > 0
            for spot, height, code, amount in zip(
                spread(heights, [line] * len(here), *ends), heights, here[by], here[value], strict=True
            ):
                words = [wording.cell(code, by), wording.measured(float(amount), value)]
                text = " ".join(
                    [words[1], words[0], ARROWS.get(verdicts[code], "")] if right else words
                ).strip()
                axes.annotate(
                    text, (side, height), (side + (0.12 if right else -0.12), spot), va="center",
                    ha="left" if right else "right", annotation_clip=False, fontsize=11,
                    arrowprops={"arrowstyle": "-", "color": "#8A8F94", "linewidth": 0.6, "shrinkB": 4,
                                "relpos": (0 if right else 1, 0.5)},
                )  # fmt: skip
        axes.set_xticks(range(len(waves)), waves, weight="bold")
        axes.set_xlim(-0.05, max(len(waves) - 0.95, 0.05))
        axes.set_ylim(*ends)
        axes.yaxis.set_visible(False)
        axes.tick_params(axis="x", length=0)
        axes.spines[:].set_visible(False)
        axes.set_xlabel(axis_title(value) + (", échelle logarithmique" if logarithmic else ""))
        seen = [VERDICTS[name] for name in VERDICTS if name in verdicts.values()]
        legend = [
            Line2D([], [], color=DARK, linestyle=style, linewidth=width, label=text)
            for style, width, text in seen
        ]
        axes.figure.legend(handles=legend, loc="outside upper left", ncols=2, frameon=False)

    return drawn(1.5 + 0.29 * len(groups), paint)


def series(
    table: Table,
    value: str,
    by: str,
    breaks: str,
    wave: str = "wave",
    low: str | None = None,
    high: str | None = None,
) -> str:
    """One line per value of key ``by`` over the waves, from zero; intervals as bars where there are any.

    ``breaks`` is the column of the number of breaks since the wave before: a dotted line between the two.
    """
    rows = table.visible.dropna(subset=[value])
    if rows.empty:
        return empty()
    waves = sorted(rows[wave].astype(str).unique())
    at = rows[wave].astype(str).map(waves.index)
    groups = list(rows.assign(at=at).sort_values("at").groupby(by, sort=False))

    def paint(axes: Axes) -> None:
        for place, (code, part) in enumerate(groups):
            shade, style = PALETTE[place], DASHES[place]
            words = wording.cell(code, by)
            axes.plot(part["at"], part[value], style, color=shade, marker="o", linewidth=2, label=words)
            if low and high:
                axes.vlines(part["at"], part[low], part[high], color=shade, linewidth=1)
        axes.set_ylim(bottom=0)
        for spot in sorted(set(at[rows[breaks] > 0])):
            axes.axvline(spot - 0.5, color=DARK, linewidth=1, linestyle=":")
            axes.annotate(
                "rupture", (spot - 0.5, 0.03), xycoords=axes.get_xaxis_transform(), rotation=90, ha="right"
            )
        axes.set_xticks(range(len(waves)), waves, rotation=45 if len(waves) > 5 else 0)
        axes.set_ylabel(axis_title(value))
        axes.grid(axis="y", color=GRID, linewidth=0.6)
        french_axis(axes.yaxis)
        axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)

    return drawn(3.6, paint)
