"""On the map: who could exchange with whom, and where the tonnes are."""

from __future__ import annotations

import math
import textwrap
from collections import defaultdict
from html import escape

import pandas as pd

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import empty
from eit_analysis.publishing.figures.ground import Ground, Place
from eit_analysis.publishing.figures.palette import MARKS, colour, edge
from eit_analysis.publishing.release.tables import Table
from eit_analysis.reference import commune_tables

SIDE = 5.5  # units: half of a mark
APART = 15.0  # between the marks of actors of one commune
LARGEST, UNSHOWN = 34.0, 5.0  # radius of the largest circle, of what is withheld
OPEN = 'fill="#5B9BD0" fill-opacity="0.75" stroke="#1b1f23"'
SHUT = (
    '<defs><pattern id="shut" width="4" height="4" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="4" height="4" fill="#fff"/>'
    '<path d="M0 2H4" stroke="#777"/></pattern></defs>'
)


def partners_map(table: Table, by: str = "category") -> str:
    """A line from each giver to its taker, in the colour of its family, over the outlines of communes.

    The table has ``giver_site_id`` and ``taker_site_id``, and of each ``…_commune_code`` and
    ``…_actor_type``. Actors of one commune stand around its centre.
    """
    rows = table.visible
    ends = [
        rows[[f"{end}_site_id", f"{end}_commune_code", f"{end}_actor_type"]].set_axis(
            ["name", "commune", "kind"], axis=1
        )
        for end in ("giver", "taker")
    ]
    actors = pd.concat(ends).drop_duplicates("name").astype(str)
    ground = Ground(set(actors["commune"]))
    centres = ground.centres("commune_code")
    actors = actors[actors["commune"].isin(centres.index)]
    if actors.empty:
        return empty()
    places: dict[str, Place] = {}
    for commune, here in actors.groupby("commune", sort=True):
        x, y = map(float, centres.loc[str(commune)])
        reach = APART / 2 / math.sin(math.pi / len(here)) if len(here) > 1 else 0.0
        for i, name in enumerate(sorted(here["name"])):
            angle = 2 * math.pi * i / len(here)
            places[name] = (x + reach * math.cos(angle), y + reach * math.sin(angle), SIDE)
    marks = [
        f'<path transform="translate({places[name][0]:.1f} {places[name][1]:.1f})" d="{MARKS[kind].path}" '
        f'fill="{MARKS[kind].fill}" stroke="#1b1f23"/>'
        for name, _, kind in actors.itertuples(index=False)
    ]
    lines, families = _lines(rows, places, by)
    lines_of = pd.concat([rows["giver_site_id"], rows["taker_site_id"]]).astype(str).value_counts()
    captions = {name: textwrap.wrap(name, 24) for name in sorted(places, key=lambda name: -lines_of[name])}
    texts = ground.captions(captions, places)
    return ground.drawing([*lines, *marks, *texts, *_key(ground, families, set(actors["kind"]))], ["", ""])


def _lines(rows: pd.DataFrame, places: dict[str, Place], by: str) -> tuple[list[str], list[str]]:
    """Curved lines with a head at the taker; those between the same two actors beside one another."""
    lines, families = [], []
    before: dict[tuple[str, str], int] = defaultdict(int)
    for giver, taker, family in (
        rows[["giver_site_id", "taker_site_id", by]].astype(str).itertuples(index=False)
    ):
        if giver not in places or taker not in places or giver == taker:
            continue
        families += [family] if family not in families else []
        before[giver, taker] += 1
        (x0, y0, _), (x1, y1, _) = places[giver], places[taker]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        across = (y0 - y1) / length, (x1 - x0) / length
        bend = 0.12 * length + 7 * before[giver, taker]
        mx, my = (x0 + x1) / 2 + across[0] * bend, (y0 + y1) / 2 + across[1] * bend
        shade = edge(colour(family))
        turn = math.hypot(x1 - mx, y1 - my) or 1.0
        ux, uy = (x1 - mx) / turn, (y1 - my) / turn
        tip = x1 - ux * (SIDE + 1), y1 - uy * (SIDE + 1)
        left = tip[0] - 7 * ux - 3 * uy, tip[1] - 7 * uy + 3 * ux
        right = tip[0] - 7 * ux + 3 * uy, tip[1] - 7 * uy - 3 * ux
        title = escape(f"{giver} → {taker}, {wording.cell(family, by)}")
        curve = f"M{x0:.1f} {y0:.1f}Q{mx:.1f} {my:.1f} {tip[0]:.1f} {tip[1]:.1f}"
        head = f"M{tip[0]:.1f} {tip[1]:.1f}L{left[0]:.1f} {left[1]:.1f}L{right[0]:.1f} {right[1]:.1f}Z"
        lines.append(
            f'<g><title>{title}</title><path d="{curve}" fill="none" stroke="{shade}" stroke-width="1.6"/>'
            f'<path d="{head}" fill="{shade}"/></g>'
        )
    return lines, families


def _key(ground: Ground, families: list[str], kinds: set[str]) -> list[str]:
    """What marks and colours mean, in two lines beneath the map."""
    marks = [(wording.cell(kind, "actor_type"), m.path, m.fill) for kind, m in MARKS.items() if kind in kinds]
    left, _, _, foot = ground.frame
    parts, x = ground.key(marks), left + 6
    for family in families:
        name = wording.cell(family, "category")
        parts.append(
            f'<path d="M{x:.0f} {foot + 26:.0f}h16" stroke="{edge(colour(family))}" stroke-width="2.4"/>'
            f'<text x="{x + 21:.0f}" y="{foot + 30:.0f}">{escape(name)}</text>'
        )
        x += 38 + 6 * len(name)
    return parts


def commune_map(table: Table, value: str, by: str = "commune_code") -> str:
    """Circles on the centres of communes, area to scale, over the outlines of all communes around.

    A table that puts communes together has a circle for each group. What is withheld is a small hatched
    circle; what has no known place is said in a line beneath.
    """
    by = table.levels.get(by, by)
    seen = table.visible.dropna(subset=[value])
    amounts = seen[seen[value] > 0].groupby(by, sort=False)[value].sum().sort_values(ascending=False)
    amounts.index = amounts.index.astype(str)
    closed = [str(code) for code in table.frame.loc[table.hidden, by].unique() if code not in amounts.index]
    ground = Ground([*amounts.index, *closed])
    spots = ground.centres("commune_code" if by == "commune_code" else "epci_name")
    shown = [code for code in amounts.index if code in spots.index]
    rings = [code for code in closed if code in spots.index]
    if not shown:
        return empty()
    places: dict[str, Place] = {
        code: (*spots.loc[code], math.sqrt(amounts[code] / amounts[shown[0]]) * LARGEST) for code in shown
    }
    places |= {code: (*spots.loc[code], UNSHOWN) for code in rings}
    circles = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.2f}" '
        + (f"{OPEN}/>" if code in amounts.index else 'fill="url(#shut)" stroke="#555"/>')
        for code, (x, y, radius) in places.items()
    ]
    captions = {code: [_name(code, by)] for code in [*shown, *rings]}
    for code in shown:
        captions[code].append(wording.measured(float(amounts[code]), value, table.coarse))
    lost = [_name(code, by) for code in amounts.index if code not in spots.index]
    notes = [f"Sans emplacement connu\u00a0: {', '.join(lost)}"] if lost else []
    notes += ["Hachuré\u00a0: non diffusé"] if rings else []
    return ground.drawing([SHUT, *circles, *ground.captions(captions, places)], notes)


def _name(code: str, by: str) -> str:
    position = commune_tables.by_code().get(code) if by == "commune_code" else None
    return wording.cell(code, by) if position is None else commune_tables.commune_at(position).name
