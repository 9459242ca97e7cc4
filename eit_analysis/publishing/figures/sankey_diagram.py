"""Our own Sankey drawing: stages from left to right, widths to scale, labels that never cover one another."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import empty
from eit_analysis.publishing.figures.label_places import Box, overlap, round_below
from eit_analysis.publishing.figures.palette import NEUTRAL, colour, edge
from eit_analysis.publishing.figures.palette import OTHERS as GREY
from eit_analysis.publishing.figures.sankey_layout import (
    OTHERS,
    UNEXPLAINED,
    WITHHELD,
    Layout,
    Node,
    Ribbon,
    grouped,
    layout,
    withheld,
)
from eit_analysis.publishing.release.tables import Table

WIDTH, NODE, HEAD, FOOT = 900, 14, 40, 40
SIZE, LINE = 16, 19  # px: of the text and of a line of it
LETTER = 0.5 * SIZE  # mean width of a letter of Arial in French text, a little over
MOST_LINKS = 25
WIDEST = 265  # px left to the labels on either side
HALO = 'paint-order="stroke" stroke="#fff" stroke-width="3" stroke-linejoin="round"'
GAPS = (
    '<pattern id="gap" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="8" height="8" fill="#fff"/><path d="M0 4H8" stroke="#8a8f94" stroke-width="1.3"/></pattern>'
)


def sankey(table: Table, value: str, stages: Sequence[str]) -> str:
    """Ribbons between the values of successive key columns, ``value`` as width; a row of the table per path.

    Ribbons wear the colour of their family where ``category`` is one of the ``stages``, else of the first.
    What the table withholds of a printed total is hatched, at the foot. The code ``unexplained`` of any stage
    is the gap of a balance. The smaller nodes of a stage are grouped as *Autres*, with their number, until no
    more than :data:`MOST_LINKS` paths are left.

    Returns
    -------
    str
        An SVG element whose node heights at each stage add up to the same total.
    """
    rows = table.visible.dropna(subset=[value])
    rows = rows[rows[value] > 0]
    if rows.empty:
        return empty()
    stages = list(stages)
    paths = rows[stages].astype(str).assign(amount=rows[value].astype(float))
    rest = withheld(table, value, stages)
    limits = range(max(paths[stage].nunique() for stage in stages), 1, -1)
    each = (grouped(pd.concat([paths, rest]), stages, limit) for limit in limits)
    paths, hidden = next((one for one in each if len(one[0]) <= MOST_LINKS), grouped(paths, stages, 1))
    family = "category" if "category" in stages else stages[0]
    # What passes through a node may be withheld in part: its bar is then no total.
    closed = table.frame[table.hidden]
    partial = {stage: {*closed[stage].astype(str), *([OTHERS] if len(closed) else [])} for stage in stages}
    if len(rest):  # what leaves is whole
        partial[stages[0]] -= set(rest[stages[0]])
    words = {
        (i, str(code)): (
            _name(str(code), stage, hidden),
            # Of what arrives, the part that is shown may be far from the whole.
            "en partie"
            if i and str(code) in partial[stage]
            else "au\u00a0moins\u00a0" * (str(code) in partial[stage]) + _amount(table, float(amount), value),
        )
        for i, stage in enumerate(stages)
        for code, amount in paths.groupby(stage)["amount"].sum().items()
    }
    left, right = (_margin(words, i) for i in (0, len(stages) - 1))
    step = (WIDTH - left - right - NODE) / max(1, len(stages) - 1)
    rooms = [left, *[step - NODE] * (len(stages) - 2), right]
    lines = {key: _lines(*caption, rooms[key[0]] - 16) for key, caption in words.items()}
    plan = layout(paths, stages, family, {key: LINE * len(caption) for key, caption in lines.items()})
    columns = [left + i * step for i in range(len(stages))]
    middle = range(1, len(stages) - 1)
    taken = [_box(node, columns, lines[node.stage, node.code]) for node in plan.nodes if node.stage in middle]
    whole = float(paths["amount"].sum())
    if complete := WITHHELD in set(rest[stages[0]]):  # with the rest of the printed total
        whole = float(table.frame[value].iloc[table.row(tuple([table.total] * len(table.keys)))])
    total = _amount(table, whole, value) if complete or not len(closed) else ""
    parts = [
        f"<defs>{GAPS}</defs>",
        *(_ribbon(r, columns, words, stages) for r in sorted(plan.ribbons, key=lambda r: -r.size)),
        *(_bar(node, columns, stages, family) for node in plan.nodes),
        *(_label(node, columns, lines, len(stages)) for node in plan.nodes),
        *(
            _on_ribbon(r, columns, wording.cell(r.family, family), taken)
            for r in plan.ribbons
            if stages.index(family) not in (r.stage, r.stage + 1)
            and r.family not in (OTHERS, UNEXPLAINED, WITHHELD)
        ),
        *(_heading(x, i, wording.heading(stages[i]).header, total) for i, x in enumerate(columns)),
        _measure(plan, value),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {plan.height + HEAD + FOOT:.0f}" '
        f'font-size="{SIZE}" font-family="Arial, Helvetica, sans-serif" fill="#1b1f23">{"".join(parts)}</svg>'
    )


def _amount(table: Table, amount: float, value: str) -> str:
    """A sum of rounded numbers has no more digits than they have."""
    return wording.measured(float(f"{amount:.3g}") if table.coarse else amount, value)


def _name(code: str, stage: str, hidden: Mapping[str, int]) -> str:
    if code == OTHERS:
        return f"Autres ({hidden[stage]})"
    named = {UNEXPLAINED: "non expliqué", WITHHELD: "autres, non diffusé"}
    return named.get(code) or wording.cell(code, stage)


def _margin(words: Mapping[tuple[int, str], tuple[str, str]], stage: int) -> float:
    """Room for the labels outside the drawing, no more than they need."""
    longest = max(len(" ".join(caption)) for (i, _), caption in words.items() if i == stage)
    return min(WIDEST, longest * LETTER + 24)


def _lines(name: str, amount: str, room: float) -> list[tuple[str, str]]:
    """The name on lines of whole words, each with what follows it in grey: the amount, on the last."""
    letters = max(8, int(room / LETTER))
    lines = textwrap.wrap(f"{name} {amount}", letters, break_on_hyphens=False, max_lines=4, placeholder="…")
    last = lines[-1].removesuffix(amount)
    caption = [(line, "") for line in lines[:-1]]
    return [*caption, (last.rstrip(), amount)] if last != lines[-1] else [*caption, (last, "")]


def _ribbon(
    ribbon: Ribbon, columns: list[float], words: Mapping[tuple[int, str], tuple[str, str]], stages: list[str]
) -> str:
    x0, x1 = columns[ribbon.stage] + NODE, columns[ribbon.stage + 1]
    y0, y1, size, middle = HEAD + ribbon.start, HEAD + ribbon.end, ribbon.size, (x0 + x1) / 2
    shade = _shade(ribbon.family)
    fill = f'fill="{shade}" fill-opacity="0.7" stroke="{edge(shade)}"'
    ends = {ribbon.source, ribbon.target, ribbon.family}
    if UNEXPLAINED in ends:
        fill = 'fill="#fff" stroke="#333" stroke-dasharray="4 2"'
    if WITHHELD in ends:
        fill = 'fill="url(#gap)" stroke="#777"'
    caption = " → ".join(
        words[i, code][0] for i, code in ((ribbon.stage, ribbon.source), (ribbon.stage + 1, ribbon.target))
    )
    return (
        f'<path d="M{x0:.1f},{y0:.2f}C{middle:.1f},{y0:.2f} {middle:.1f},{y1:.2f} {x1:.1f},{y1:.2f}'
        f"V{y1 + size:.2f}C{middle:.1f},{y1 + size:.2f} {middle:.1f},{y0 + size:.2f} {x0:.1f},{y0 + size:.2f}"
        f'Z" {fill} stroke-width="0.4" stroke-opacity="0.6"><title>{escape(caption)}</title></path>'
    )


def _shade(code: str) -> str:
    return GREY if code == OTHERS else colour(code)


def _bar(node: Node, columns: list[float], stages: list[str], family: str) -> str:
    fill = _shade(node.code) if stages[node.stage] == family or node.code == OTHERS else NEUTRAL
    style = f'fill="{fill}" stroke="#333" stroke-width="0.6"'
    if node.code == UNEXPLAINED:
        style = 'fill="#fff" stroke="#333" stroke-width="1.2" stroke-dasharray="4 2"'
    if node.code == WITHHELD:
        style = 'fill="url(#gap)" stroke="#777"'
    return (
        f'<rect x="{columns[node.stage]:.1f}" y="{HEAD + node.top:.2f}" width="{NODE}" '
        f'height="{node.size:.2f}" {style}/>'
    )


def _label(
    node: Node, columns: list[float], lines: Mapping[tuple[int, str], list[tuple[str, str]]], count: int
) -> str:
    first = node.stage == 0
    x = columns[node.stage] + (-8 if first else NODE + 8)
    caption = lines[node.stage, node.code]
    top = HEAD + node.middle - LINE * len(caption) / 2 + 13
    paper = "" if first or node.stage == count - 1 else _paper(_box(node, columns, caption))
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{top + LINE * i:.1f}">{escape(name)}{" " if name and amount else ""}'
        + (f'<tspan fill="#4a5157">{escape(amount)}</tspan>' if amount else "")
        + "</tspan>"
        for i, (name, amount) in enumerate(caption)
    )
    return f'{paper}<text text-anchor="{"end" if first else "start"}">{spans}</text>'


def _box(node: Node, columns: list[float], caption: list[tuple[str, str]]) -> Box:
    """The ground of the label of a node in the middle of the drawing."""
    x, y = columns[node.stage] + NODE + 4, HEAD + node.middle - LINE * len(caption) / 2
    width = max(len(f"{name} {amount}".strip()) for name, amount in caption) * LETTER + 8
    return x, y, x + width, y + LINE * len(caption)


def _paper(box: Box) -> str:
    """Ribbons show faintly behind a label, which stays readable."""
    x0, y0, x1, y1 = box
    return (
        f'<rect x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}" fill="#fff" '
        'fill-opacity="0.82"/>'
    )


def _on_ribbon(ribbon: Ribbon, columns: list[float], name: str, taken: list[Box]) -> str:
    """The family at the end of a ribbon thick enough to write on, where no node beside it says it."""
    x, y = columns[ribbon.stage + 1] - 6, HEAD + ribbon.end + ribbon.size / 2 + 4
    box = (x - len(name) * LETTER, y - SIZE + 2, x, y + 3)
    if ribbon.size < SIZE or any(overlap(box, other) for other in taken):
        return ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="end" {HALO}>{escape(name)}</text>'


def _heading(x: float, stage: int, title: str, whole: str) -> str:
    at, anchor = (x + NODE, "end") if stage == 0 else (x, "start")
    total = f' <tspan font-weight="normal" fill="#4a5157">{escape(whole)}</tspan>' if whole else ""
    return (
        f'<text x="{at:.1f}" y="16" text-anchor="{anchor}" font-weight="bold">{escape(title)}{total}</text>'
    )


def _measure(plan: Layout, value: str) -> str:
    """A bar of a round amount, at the scale of the drawing."""
    amount = round_below(30 / plan.scale)
    size, foot = amount * plan.scale, plan.height + HEAD + FOOT - 4
    unit = wording.heading(value).unit
    caption = f"{wording.number(amount, max(0, -math.floor(math.log10(amount))))}{wording.NBSP}{unit}"
    return (
        f'<rect x="4" y="{foot - size:.2f}" width="5" height="{size:.2f}" fill="#333"/>'
        f'<text x="15" y="{foot - size / 2 + 4.5:.1f}" fill="#4a5157">'
        f"Épaisseurs à l'échelle\u00a0: ce trait vaut {escape(caption)}</text>"
    )
