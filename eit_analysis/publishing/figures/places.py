"""Where the tonnes are: circles on the communes, or on the *intercommunalités*, of the territory."""

from __future__ import annotations

import math

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import empty
from eit_analysis.publishing.figures.ground import Ground, Place, labels
from eit_analysis.publishing.release.tables import Table
from eit_analysis.reference import commune_tables

LARGEST, UNSHOWN = 34.0, 5.0  # radius of the largest circle, of what is withheld
OPEN = 'fill="#5B9BD0" fill-opacity="0.75" stroke="#1b1f23"'
SHUT = (
    '<defs><pattern id="shut" width="4" height="4" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="4" height="4" fill="#fff"/>'
    '<path d="M0 2H4" stroke="#777"/></pattern></defs>'
)


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
    return ground.drawing([SHUT, *circles, *labels(captions, places, ground.frame)], notes)


def _name(code: str, by: str) -> str:
    position = commune_tables.by_code().get(code) if by == "commune_code" else None
    return wording.cell(code, by) if position is None else commune_tables.commune_at(position).name
