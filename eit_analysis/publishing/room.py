"""What room a territory's outlets have for the one flow that an action is mostly about, from page 02.

Page 01 knows flows, page 02 outlets: « proposer ces flux à une filière » of 624 t stood on the decision page,
of which the only outlet within reach has room for 150 t.
"""

from __future__ import annotations

import re
from collections import defaultdict

from markupsafe import Markup

from eit_analysis.reference.vocabulary import heading

TABLE = re.compile(r"<thead>(.*?)</thead>\s*<tbody>(.*?)</tbody>", re.S)
COLUMNS = (
    "out_flow_id", "output_description", "outlet_name", "room_t_per_year", "room_basis", "to_ask",
    "remaining_t_per_year",
)  # fmt: skip
SHORT = ("rest", "rest_fee")  # what is asked where an outlet's room is less than what it is proposed
TO_AN_OUTLET = ("divert", "recover_energy")  # actions that need one
NEXT = re.compile(r"(<dt>Et ensuite</dt> <dd>.*?)(</dd>)", re.S)


def short_rooms(page: str) -> dict[str, Markup]:
    """By designation of a flow, the room of its outlets within reach, where none of them can take all.

    Read in the table of a page that tells an outlet's room beside what is left of the flow: who does not
    read that table is told nothing. A designation of several flows is left out.
    """
    rows = defaultdict(list)
    names = [_printed(heading(name).header) for name in COLUMNS]
    asked = {_printed(heading("to_ask").labels[case]) for case in SHORT}
    for head, body in TABLE.findall(page):
        headers = [re.sub(r"\s\(.*\)$", "", text) for text in re.findall(r"<th[^>]*>(.*?)</th>", head)]
        if not set(names) <= set(headers):
            continue
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S):
            cells = dict(zip(headers, re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S), strict=True))
            rows[cells[names[1]]].append([cells[name] for name in names])
    told = {}
    for description, flows in rows.items():
        one, short = len({row[0] for row in flows}) == 1, all(row[5] in asked for row in flows)
        # A room that is short for all that it is proposed may do for one.
        if one and short and sum(_number(row[3]) for row in flows) < _number(flows[0][6]):
            places = ", ".join(f"{row[3]}\u00a0t/an chez {row[2]} ({row[4]})" for row in flows)
            told[description] = Markup(f"{places}, pour {flows[0][6]}\u00a0t/an à placer")
    return told


def with_room(card: Markup, rooms: dict[str, Markup]) -> Markup:
    """A card, with the room for the one flow that it names, if that is short."""
    action = re.search(r'<p class="action">(.*?)</p>', card)
    named = re.search(r"<dt>Quoi</dt> <dd>.*?\s:\s(.*?)(?:\s;.*?)?</dd>", card)
    labels = heading("action").labels
    to_an_outlet = action and action[1] in {_printed(labels[name]).capitalize() for name in TO_AN_OUTLET}
    if not (to_an_outlet and named and named[1] in rooms):
        return card
    told = f"\\1. Place connue pour «\u00a0{named[1]}\u00a0»\u00a0: {rooms[named[1]]}\\2"
    return Markup(NEXT.sub(told, str(card), count=1))


def _printed(text: str) -> str:
    return text.replace("'", "\u2019")


def _number(text: str) -> float:
    return float(re.sub(r"\s", "", text).replace(",", "."))
