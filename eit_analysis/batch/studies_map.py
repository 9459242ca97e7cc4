"""The studies of a project on one map: a mark each, amid its actors, that leads to what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from eit_analysis.publishing.figures.ground import Ground, labels
from eit_analysis.publishing.html import accessible

STATES = {
    "failed": ("À reprendre", "M0 -6.5l6.5 11.5h-13z", "#D55E00"),
    "needing": ("À aider", "M-5 -5h10v10h-10z", "#E69F00"),
    "open": ("Étude", "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z", "#5B9BD0"),  # to outsiders
    "good": ("Rien à signaler", "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z", "#5B9BD0"),
}
SIDE = 6.0  # units: half of a mark


def studies_map(communes: Mapping[str, list[str]], states: Mapping[str, str]) -> str:
    """The map of studies by their state (``STATES``), as SVG; empty where no commune is known.

    ``communes`` are those of their actors, one code for each actor: a study stands in their middle.
    """
    ground = Ground({code for codes in communes.values() for code in codes})
    centres = ground.centres("commune_code")
    places = {}
    for name, codes in communes.items():
        known = centres.loc[[code for code in codes if code in centres.index]]
        if len(known):
            places[name] = (float(known["x"].mean()), float(known["y"].mean()), SIDE)
    if not places:
        return ""
    marks = [
        f'<a href="#{escape(name)}"><title>{escape(name)}, {STATES[states[name]][0].lower()}</title>'
        f'<path transform="translate({x:.1f} {y:.1f})" d="{STATES[states[name]][1]}" '
        f'fill="{STATES[states[name]][2]}" stroke="#1b1f23"/></a>'
        for name, (x, y, _) in places.items()
    ]
    captions = labels({name: [name] for name in places}, places, ground.frame)
    key, x = [], ground.frame[0] + 6
    for state, (words, path, fill) in STATES.items():
        if state in states.values():
            foot = ground.frame[3]
            key.append(
                f'<path transform="translate({x + 6:.0f} {foot + 11:.0f})" d="{path}" fill="{fill}" '
                f'stroke="#1b1f23"/><text x="{x + 17:.0f}" y="{foot + 15:.0f}">{words}</text>'
            )
            x += 34 + 6 * len(words)
    drawing = ground.drawing([*marks, *captions, *key], [""])
    # Links lead to « etudes-… »: what names a figure begins the names of all that is in it.
    return accessible(drawing, "etudes", "Carte des études", "Une marque par étude, selon son état.")
