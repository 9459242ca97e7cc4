"""Where the tonnes are: a map of dots on the real coordinates of communes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, WIDE, axis_title, drawn, empty
from eit_analysis.publishing.figures.label_places import Box, overlap, round_below
from eit_analysis.publishing.figures.ranked import bars
from eit_analysis.publishing.release.tables import Table
from eit_analysis.reference import commune_tables

KM_PER_DEGREE = 111.2  # of latitude, mean of the ellipsoid WGS 84
PLOT = WIDE - 2.2  # inches; the legend takes the rest
LARGEST = 1500.0  # square points of the largest dot
# Where a name may stand around its dot: side along x, side along y, the best first.
SIDES = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]


def commune_map(table: Table, value: str, by: str = "commune_code") -> str:
    """Dots on the centres of communes, area to scale; x = lon cos(lat_0), y = lat (equirectangular), in km.

    Other communes of the frame are grey points, withheld ones open rings. What has no known centre is said
    in a line beneath. A table that puts communes together is drawn as bars.
    """
    if by in table.levels:
        return bars(table, value)
    seen = table.visible.dropna(subset=[value])
    rows = seen[seen[value] > 0].groupby(by, sort=False)[value].sum().sort_values(ascending=False)
    closed = [code for code in table.frame.loc[table.hidden, by].unique() if code not in rows.index]
    spots = _centres([*rows.index, *closed])
    placed = rows[rows.index.isin(spots.index)]
    if placed.empty:
        return empty()
    middle = float(spots["latitude"].mean())
    stretch = KM_PER_DEGREE * math.cos(math.radians(middle))
    x, y = spots["longitude"] * stretch, spots["latitude"] * KM_PER_DEGREE
    margin = max(2.0, 0.06 * max(np.ptp(x), np.ptp(y)))
    left, right, bottom, top = x.min() - margin, x.max() + margin, y.min() - margin, y.max() + margin
    # A frame neither a ribbon nor a tower keeps the picture on the page.
    width, height = max(right - left, (top - bottom) / 1.1), max(top - bottom, (right - left) / 2.2)
    left, right = (left + right - width) / 2, (left + right + width) / 2
    bottom, top = (bottom + top - height) / 2, (bottom + top + height) / 2
    km_per_point = width / (PLOT * 72)
    frame = (left, bottom, right, top)
    radius = np.sqrt(placed / placed.max() * LARGEST / math.pi) * km_per_point

    def paint(axes: Axes) -> None:
        _background(axes, frame, stretch, set(spots.index))
        axes.scatter(
            x[placed.index], y[placed.index], s=placed / placed.max() * LARGEST, color="#5B9BD0", alpha=0.75,
            edgecolors=DARK, linewidths=0.8, zorder=3,
        )  # fmt: skip
        open_rings = [code for code in closed if code in spots.index]
        ring: Any = {"facecolors": "white", "edgecolors": "#555555", "hatch": "////"}
        axes.scatter(x[open_rings], y[open_rings], s=40, zorder=3, **ring)
        for code, at, side in _names(placed.index, open_rings, x, y, radius, frame):
            align = {1: "left", -1: "right", 0: "center"}[side[0]]
            upright = {1: "bottom", -1: "top", 0: "center"}[side[1]]
            axes.text(*at, _name(code), ha=align, va=upright, fontsize=11, zorder=4)
        _scale_bar(axes, (left, bottom), width, height)
        axes.annotate(
            "N", (right - 0.03 * width, top - 0.14 * height), (right - 0.03 * width, top - 0.02 * height),
            ha="center", va="top", weight="bold", arrowprops={"arrowstyle": "<|-", "color": DARK},
        )  # fmt: skip
        axes.set_xlim(left, right)
        axes.set_ylim(bottom, top)
        axes.set_aspect("equal")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set(visible=True, color="#C9CED3")
        lost = [_name(code) for code in rows.index if code not in spots.index]
        if lost:
            axes.set_xlabel(f"Sans emplacement connu\u00a0: {', '.join(lost)}")
        axes.figure.legend(
            handles=_legend(float(placed.max()), value, bool(open_rings)), title=axis_title(value),
            loc="outside right upper", frameon=False, labelspacing=1.6, handletextpad=1.4, borderpad=1.2,
        )  # fmt: skip

    return drawn(PLOT * height / width + 0.35, paint)


def _centres(codes: list[str]) -> pd.DataFrame:
    """Latitude and longitude (degrees) of the communes found, by code."""
    found = {
        code: commune_tables.commune_at(commune_tables.by_code()[code])
        for code in map(str, codes)
        if code in commune_tables.by_code()
    }
    spots = pd.DataFrame(
        {code: [c.latitude, c.longitude] for code, c in found.items()}, index=["latitude", "longitude"]
    )
    return spots.T.dropna()


def _name(code: str) -> str:
    position = commune_tables.by_code().get(str(code))
    return (
        wording.cell(code, "commune_code") if position is None else commune_tables.commune_at(position).name
    )


def _background(axes: Axes, frame: Box, stretch: float, drawn_already: set[str]) -> None:
    """The other communes of the frame, as points."""
    columns = commune_tables.columns()
    x = np.array(columns["longitude"], dtype=float) * stretch
    y = np.array(columns["latitude"], dtype=float) * KM_PER_DEGREE
    inside = (x > frame[0]) & (x < frame[2]) & (y > frame[1]) & (y < frame[3])
    inside &= ~np.isin(columns["commune_code"], list(drawn_already))
    axes.scatter(x[inside], y[inside], s=4, color="#C9CED3", zorder=1)


def _names(
    placed: pd.Index, rings: list[str], x: pd.Series, y: pd.Series, radius: pd.Series, frame: Box
) -> list[tuple[str, tuple[float, float], tuple[int, int]]]:
    """Names around their dots, the largest dots first; a name that would cover another or a dot is left out.

    What is left out is in the table beneath.
    """
    km_per_point = (frame[2] - frame[0]) / (PLOT * 72)
    reach = pd.concat([radius, pd.Series(3.5 * km_per_point, index=rings, dtype=float)])
    circles = {c: (x[c] - r, y[c] - r, x[c] + r, y[c] + r) for c, r in reach.items()}
    taken: list[Box] = []
    names = []
    for code in [*placed, *rings]:
        wide, tall = len(_name(code)) * 6.2 * km_per_point, 12 * km_per_point
        for side in SIDES:
            # A corner of the name touches the circle, not the square around it.
            away = reach[code] * (0.75 if side[0] and side[1] else 1.0) + 3 * km_per_point
            at = (x[code] + side[0] * away, y[code] + side[1] * away)
            x0 = at[0] + {1: 0.0, -1: -wide, 0: -wide / 2}[side[0]]
            y0 = at[1] + {1: 0.0, -1: -tall, 0: -tall / 2}[side[1]]
            box = (x0, y0, x0 + wide, y0 + tall)
            others = [circle for other, circle in circles.items() if other != code]
            within = frame[0] < x0 and frame[1] < y0 and box[2] < frame[2] and box[3] < frame[3]
            if within and not any(overlap(box, other) for other in [*taken, *others]):
                taken.append(box)
                names.append((code, at, side))
                break
    return names


def _scale_bar(axes: Axes, corner: tuple[float, float], width: float, height: float) -> None:
    length = round_below(width / 4)
    x0, y0 = corner[0] + 0.03 * width, corner[1] + 0.05 * height
    axes.plot([x0, x0 + length], [y0, y0], color=DARK, linewidth=2.5, solid_capstyle="butt", zorder=4)
    axes.text(x0 + length / 2, y0, f"{wording.number(length, 0 if length >= 1 else 1)}{wording.NBSP}km",
              ha="center", va="bottom", zorder=4)  # fmt: skip


def _legend(largest: float, value: str, rings: bool) -> list[Line2D]:
    """Sizes to compare with, and the marks that are no sizes."""
    top = round_below(largest)
    sizes = [
        _mark(
            math.sqrt(amount / largest * LARGEST),
            "#5B9BD0",
            f"{wording.number(amount, 0 if amount >= 1 else 2)}{wording.NBSP}{wording.heading(value).unit}",
        )
        for amount in (top, top / 5, top / 20)
    ]
    if rings:
        sizes.append(_mark(6.3, "#FFFFFF", "non diffusé"))
    return [
        *sizes,
        Line2D([], [], marker="o", linestyle="", color="#C9CED3", markersize=3, label="autre commune"),
    ]


def _mark(size: float, fill: str, label: str) -> Line2D:
    return Line2D(
        [], [], marker="o", linestyle="", markersize=size, color=fill, alpha=0.85, markeredgecolor=DARK,
        markeredgewidth=0.8, label=label,
    )  # fmt: skip
