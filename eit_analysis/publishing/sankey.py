"""Our own Sankey drawing: stages from left to right, heights to scale, labels that do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from eit_analysis.publishing import wording
from eit_analysis.publishing.drawing import empty
from eit_analysis.publishing.palette import NEUTRAL, colour
from eit_analysis.publishing.released import Table

WIDTH, NODE, GAP, MARGIN, LABEL = 960, 16, 16, 8, 250
OTHERS = "Autres"


def sankey(table: Table, value: str, stages: Sequence[str], limit: int = 14) -> str:
    """Links between the values of successive key columns, ``value`` as width.

    Parameters
    ----------
    table : Table
        One row per path: key columns ``stages`` and ``value``.
    limit : int
        Nodes drawn per stage; the smaller ones are grouped as *Autres*.

    Returns
    -------
    str
        An SVG element whose node heights at each stage add up to the same total.
    """
    rows = table.visible.dropna(subset=[value])
    rows = rows[rows[value] > 0]
    if rows.empty:
        return empty()
    paths = pd.DataFrame({stage: _grouped(rows, stage, value, limit) for stage in stages})
    paths["value"] = rows[value].to_numpy(dtype=float)
    nodes = {
        s: paths.groupby(s, sort=False)["value"].sum().sort_values(ascending=False, kind="stable")
        for s in stages
    }
    tallest = max(len(n) for n in nodes.values())
    height = max(300, 34 * tallest + 60)
    scale = (height - 2 * MARGIN - GAP * (tallest - 1)) / paths["value"].sum()
    step = (WIDTH - 2 * LABEL - NODE) / max(1, len(stages) - 1)
    tops: dict[tuple[int, str], float] = {}
    shapes, texts = [], []
    for i, stage in enumerate(stages):
        x = LABEL + i * step
        used = nodes[stage].sum() * scale + GAP * (len(nodes[stage]) - 1)
        y = MARGIN + (height - 2 * MARGIN - used) / 2
        for j, (code, amount) in enumerate(nodes[stage].items()):
            tops[i, str(code)] = y
            size = amount * scale
            shapes.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{NODE}" height="{max(size, 1):.1f}" '
                f'fill="{colour(str(code), j) if i == 0 else NEUTRAL}" stroke="#333" stroke-width="0.5"/>'
            )
            label = wording.cell(code, stage) if code != OTHERS else OTHERS
            at, anchor = (x - 7, "end") if i == 0 else (x + NODE + 7, "start")
            texts.append(
                f'<text x="{at:.1f}" y="{y + size / 2 + 4.5:.1f}" text-anchor="{anchor}">'
                f'{escape(label)} <tspan fill="#444">{escape(wording.measured(amount, value))}</tspan></text>'
            )
            y += size + GAP
    ribbons = []
    for i in range(len(stages) - 1):
        links = paths.groupby([stages[i], stages[i + 1]], sort=False)["value"].sum().reset_index()
        ranks = [{str(c): r for r, c in enumerate(nodes[s].index)} for s in (stages[i], stages[i + 1])]
        links = links.assign(
            a=links[stages[i]].map(ranks[0]), b=links[stages[i + 1]].map(ranks[1])
        ).sort_values(["a", "b"])
        starts = {key: top for key, top in tops.items() if key[0] in (i, i + 1)}
        for source, target, amount in links[[stages[i], stages[i + 1], "value"]].itertuples(index=False):
            x0, x1 = LABEL + i * step + NODE, LABEL + (i + 1) * step
            y0, y1, size = starts[i, source], starts[i + 1, target], amount * scale
            starts[i, source] += size
            starts[i + 1, target] += size
            middle = (x0 + x1) / 2
            ribbons.append(
                f'<path d="M{x0:.1f},{y0:.1f} C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f} '
                f"L{x1:.1f},{y1 + size:.1f} C{middle:.1f},{y1 + size:.1f} {middle:.1f},{y0 + size:.1f} "
                f'{x0:.1f},{y0 + size:.1f} Z" fill="{colour(source, ranks[0][source])}" fill-opacity="0.45"/>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-size="13" '
        f'font-family="Arial, Helvetica, sans-serif">{"".join([*ribbons, *shapes, *texts])}</svg>'
    )


def _grouped(rows: pd.DataFrame, stage: str, value: str, limit: int) -> list[str]:
    """The codes of a stage as text, the smallest ones grouped when there are too many to read."""
    codes = rows[stage].astype(str)
    totals = rows.groupby(codes, sort=False)[value].sum().sort_values(ascending=False, kind="stable")
    kept = set(totals.index[: limit - 1]) if len(totals) > limit else set(totals.index)
    return [code if code in kept else OTHERS for code in codes]
