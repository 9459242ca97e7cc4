"""The studies of a project on one map: a mark each, amid its actors, that leads to what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from eit_analysis.publishing.figures.ground import Ground
from eit_analysis.publishing.figures.palette import MARKS
from eit_analysis.publishing.html import accessible

# In words, with its mark.
STATES = {
    "failed": ("À reprendre", MARKS["outlet"].path, "#D55E00"),
    "needing": ("À aider", MARKS["ess"].path, "#E69F00"),
    "open": ("Étude", MARKS["firm"].path, "#5B9BD0"),  # to outsiders
    "good": ("Pas d’autre besoin", MARKS["firm"].path, "#5B9BD0"),
}
MOST_NAMED = 20
SIDE = 6.0  # units: half of a mark
ACROSS = 350.0  # units: the map, whose text is read on a telephone that shows it whole


def studies_map(communes: Mapping[str, list[str]], states: Mapping[str, str]) -> str:
    """The map of studies by their state (``STATES``), as SVG; empty where no commune is known.

    ``communes`` are those of their actors, one code for each actor: a study stands in their middle.
    """
    ground = Ground({code for codes in communes.values() for code in codes}, ACROSS)
    centres = ground.centres("commune_code")
    places, middles = dict[str, tuple[float, float, float]](), dict[str, tuple[float, float]]()
    for name, codes in communes.items():
        known = centres.loc[[code for code in codes if code in centres.index]]
        if len(known):
            x, y = float(known["x"].mean()), float(known["y"].mean())
            beside = sum((x, y) == middle for middle in middles.values())  # of one intercommunalité
            middles[name], places[name] = (x, y), (x + 2 * SIDE * beside, y, SIDE)
    if not places:
        return ""
    # Those to look at are drawn last, over the others, and named first; where there are many, they alone.
    first = sorted(places, key=lambda name: list(STATES).index(states[name]))
    named = [name for name in first if len(places) <= MOST_NAMED or states[name] != "good"]
    marks = [
        f'<a href="#{escape(name)}"><title>{escape(name)}, {STATES[states[name]][0].lower()}</title>'
        f'<path transform="translate({x:.1f} {y:.1f})" d="{STATES[states[name]][1]}" '
        f'fill="{STATES[states[name]][2]}" stroke="#1b1f23"/></a>'
        for name, (x, y, _) in ((name, places[name]) for name in reversed(first))
    ]
    captions = ground.captions({name: [name] for name in named}, places)
    key = ground.key(look for state, look in STATES.items() if state in states.values())
    drawing = ground.drawing([*marks, *captions, *key], [""])
    # Links lead to « etudes-… »: what names a figure begins the names of all that is in it.
    return accessible(drawing, "etudes", "Carte des études", "Une marque par étude, selon son état.")
