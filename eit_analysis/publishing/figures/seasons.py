"""Through the year: the monthly profile, of our own making: matplotlib takes seconds for a dozen panels."""

from __future__ import annotations

import textwrap
from html import escape

import numpy as np
import pandas as pd
from babel.dates import get_month_names

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import axis_title, empty
from eit_analysis.publishing.figures.label_places import round_below
from eit_analysis.publishing.figures.palette import colour
from eit_analysis.publishing.release.tables import Table

INITIALS = [get_month_names("abbreviated", locale="fr_FR")[m][0].upper() for m in range(1, 13)]
COLUMNS, WIDTH, HEIGHT, BARS, LEFT, TOP = 3, 285, 150, 86, 48, 38  # px, of a panel and inside it


def monthly(table: Table, value: str, by: str, month: str = "month") -> str:
    """Twelve bars for each value of key ``by``, one panel each, the heaviest first; ``month`` is 1 to 12.

    Each panel has its own scale, written beside it: the season of a small flow shows as well as that of a
    large one; what is the same every month is named in a line. A month without a row has no bar, one that is
    withheld a cross.
    """
    rows = table.visible.dropna(subset=[value])
    if rows.empty:
        return empty()
    weights = rows.groupby(by, sort=False)[value].sum().sort_values(ascending=False, kind="stable")
    panels: list[str] = []
    steady: list[str] = []
    for code in weights.index:
        mine = rows[rows[by] == code]
        amounts = mine.groupby(mine[month].astype(int))[value].sum()
        name = wording.cell(code, by)
        if len(amounts) == 12 and np.ptp(amounts) <= 1e-6 * amounts.max():
            steady.append(name)
            continue
        closed = table.frame.loc[table.hidden & (table.frame[by] == code).to_numpy(), month]
        drawing = _panel(amounts, [int(m) for m in closed if str(m).isdigit()], colour(str(code)), value)
        corner = f"translate({len(panels) % COLUMNS * WIDTH} {24 + len(panels) // COLUMNS * HEIGHT})"
        title = f'<text x="{LEFT}" y="22" font-weight="bold">{escape(name)}</text>'
        panels.append(f'<g transform="{corner}">{title}{drawing}</g>')
    crosses = "\u00a0; ×\u00a0: non diffusé" if table.hidden.any() else ""
    notes = [f"{axis_title(value)}, une échelle par cadre{crosses}"] if panels else []
    foot = textwrap.wrap(f"Réguliers toute l'année\u00a0: {', '.join(steady)}", 110) if steady else []
    top = 24 * len(notes) + -(-len(panels) // COLUMNS) * HEIGHT
    caption = [(14, note) for note in notes] + [(top + 20 + 20 * i, line) for i, line in enumerate(foot)]
    texts = "".join(f'<text x="{LEFT}" y="{y}" fill="#4a5157">{escape(text)}</text>' for y, text in caption)
    height = top + 20 * len(foot) + 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS * WIDTH} {height}" font-size="15" '
        f'font-family="Arial, Helvetica, sans-serif" fill="#1b1f23">{texts}{"".join(panels)}</svg>'
    )


def _panel(amounts: pd.Series, closed: list[int], fill: str, value: str) -> str:
    """The bars of one panel over their axis, with one round amount to read them against."""
    top = float(amounts.max()) or 1.0
    mark = round_below(top)
    step = (WIDTH - LEFT - 14) / 12
    foot = TOP + BARS
    parts = []
    for amount in (0.0, mark):
        y = foot - amount / top * BARS
        caption = wording.number(
            amount, 0 if mark >= 1 or not amount else len(f"{mark:.10f}".rstrip("0")) - 2
        )
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - 14}" stroke="#{"333" if not amount else "ccc"}"/>'
            f'<text x="{LEFT - 6}" y="{y + 4.5:.1f}" text-anchor="end">{caption}</text>'
        )
    for month, initial in enumerate(INITIALS, 1):
        x = LEFT + (month - 0.5) * step
        parts.append(f'<text x="{x:.1f}" y="{foot + 16}" text-anchor="middle">{initial}</text>')
        if month in closed:
            parts.append(
                f'<path d="M{x - 4:.1f} {foot - 10}l8 8m0 -8l-8 8" stroke="#555" stroke-width="1.4"/>'
            )
        elif amounts.get(month, 0) > 0:
            size = float(amounts[month]) / top * BARS
            caption = f"{initial}\u00a0: {wording.measured(float(amounts[month]), value)}"
            parts.append(
                f'<rect x="{x - 0.4 * step:.1f}" y="{foot - size:.1f}" width="{0.8 * step:.1f}" '
                f'height="{size:.1f}" fill="{fill}" stroke="#333" stroke-width="0.5">'
                f"<title>{caption}</title></rect>"
            )
    return "".join(parts)
