"""The ground of a map: outlines of communes, north up, on one scale in both directions.

x = (lon − lon_0) cos(lat_0), y = lat_0 − lat (equirectangular), in km, then in units of the drawing.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape
from itertools import product

import numpy as np
import pandas as pd

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.label_places import Box, overlap, round_below
from eit_analysis.reference.outlines import communes_of, rings_of

KM_PER_DEGREE = 111.2  # of latitude, mean of the ellipsoid WGS 84
WIDTH, TALLEST, MARGIN, SIZE = 626, 300, 14, 11  # units: of a drawing, its margin, its text
FILLS = ("#F1F3EF", "#DFE6DC", "#E9EDF2")  # of neighbouring intercommunalités
AWAY = 3  # of a caption from its place
HALO = 'paint-order="stroke" stroke="#fff" stroke-width="2.5" stroke-linejoin="round"'
# Where a caption may stand around its place: side along x, side along y, the best first.
SIDES = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]
FARTHER = range(0, 121, 10)  # from its place, for the first caption
Place = tuple[float, float, float]


class Ground:
    """A map of the *intercommunalités* that some communes belong to.

    Parameters
    ----------
    codes : collection of str
        Codes of communes, or names of *intercommunalités*.
    across : float
        How wide the drawing is; one that a telephone shows whole is half as wide as other figures.
    """

    def __init__(self, codes: Collection[str], across: float = WIDTH) -> None:
        self.across = across
        self.communes = communes_of(codes)
        self.rings = rings_of(self.communes["commune_code"]) if len(self.communes) else {}
        # The frame is that of the communes asked for; those around them go on to its edges.
        given = self.communes[self.communes[["commune_code", "epci_name"]].isin(list(codes)).any(axis=1)]
        points = [ring for code in given["commune_code"] for ring in self.rings.get(code, [])]
        points.append(given[["longitude", "latitude"]].dropna().to_numpy())
        every = np.concatenate(points)
        low, high = (every.min(axis=0), every.max(axis=0)) if len(every) else (np.zeros(2), np.ones(2))
        self.middle = float(low[1] + high[1]) / 2
        self.origin = np.array([low[0], high[1]])
        span = self._km(np.array([high[0], low[1]]))
        self.scale = min(
            (across - 2 * MARGIN) / max(span[0], 1.0), (TALLEST - 2 * MARGIN) / max(span[1], 1.0)
        )
        self.width, self.height = (float(side) * self.scale + 2 * MARGIN for side in span)

    def _km(self, point: np.ndarray) -> np.ndarray:
        east = np.array([math.cos(math.radians(self.middle)), -1.0]) * KM_PER_DEGREE
        return (point - self.origin) * east

    @property
    def frame(self) -> Box:
        """What there is to write on."""
        left = (self.width - self.across) / 2
        return left, 0.0, left + self.across, self.height

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a place is on the drawing."""
        x, y = self._km(np.array([longitude, latitude])) * self.scale + MARGIN
        return float(x), float(y)

    def centres(self, key: str) -> pd.DataFrame:
        """Where each commune (``commune_code``) or group (``epci_name``) is: ``x, y`` by its code."""
        known = self.communes.dropna(subset=["longitude", "latitude"])
        middles = known.groupby(key)[["longitude", "latitude"]].mean()
        places = [self.at(*row) for row in middles.itertuples(index=False)]
        return pd.DataFrame(places, index=middles.index, columns=["x", "y"], dtype=float)

    @property
    def groups(self) -> list[str]:
        """The *intercommunalités* of the communes, by name."""
        return sorted(set(self.communes["epci_name"].dropna()))

    @property
    def scale_km(self) -> float:
        """What the bar of the scale stands for."""
        return round_below(self.width / 4 / self.scale)

    def _words(self) -> list[tuple[float, float, str]]:
        """What is written of the scale and of the tints: where each begins, on its line."""
        km = self.scale_km
        scale = (6.0, self.height - 11, f"{wording.number(km, 0 if km >= 1 else 1)}{wording.NBSP}km")
        # Beside the scale: a line more beneath each map would cost a page its last sheet.
        words = f"Teintes{wording.NBSP}: intercommunalités"
        tints = (km * self.scale + 14, self.height - 4, words)
        return [scale, tints] if len(self.groups) > 1 else [scale]

    def captions(self, texts: Mapping[str, Sequence[str]], places: Mapping[str, Place]) -> list[str]:
        """Captions around places (:func:`labels`), off the north, the scale and what is written beside it."""
        right, foot = self.frame[2], self.height
        boxes = [(x - AWAY, y - SIZE, x + AWAY + _across(words), foot) for x, y, words in self._words()]
        bar = (6.0 - AWAY, foot - 6 - AWAY, 6 + AWAY + self.scale_km * self.scale, foot)
        return labels(texts, places, self.frame, [(right - 20, 0.0, right, 42.0), bar, *boxes])

    def svg(self) -> str:
        """The outlines and the scale."""
        groups = {name: i for i, name in enumerate(self.groups)}
        own = dict(self.communes[["commune_code", "epci_name"]].to_numpy())
        fills = {code: FILLS[groups.get(str(own.get(code)), 0) % len(FILLS)] for code in self.rings}
        shapes = [
            f'<path d="{"".join(map(self._path, rings))}" fill="{fills[code]}"/>'
            for code, rings in sorted(self.rings.items())
        ]
        words = [f'<text x="{x:.0f}" y="{y:.0f}">{text}</text>' for x, y, text in self._words()]
        return (
            f'<g stroke="#B4BDB0" stroke-width="0.6" stroke-linejoin="round">{"".join(shapes)}</g>'
            f'<path d="M6 {self.height - 6:.0f}h{self.scale_km * self.scale:.1f}" stroke="#1b1f23" '
            f'stroke-width="2.5"/>{"".join(words)}'
        )

    def _path(self, ring: np.ndarray) -> str:
        points = self._km(ring) * self.scale + MARGIN
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"

    def key(self, marks: Iterable[tuple[str, str, str]]) -> list[str]:
        """What marks mean, in a line beneath the map: of each its words, path and fill."""
        left, _, _, foot = self.frame
        parts, x = [], left + 6
        for words, path, fill in marks:
            parts.append(
                f'<path transform="translate({x + 6:.0f} {foot + 11:.0f})" d="{path}" fill="{fill}" '
                f'stroke="#1b1f23"/><text x="{x + 17:.0f}" y="{foot + 15:.0f}">{escape(words)}</text>'
            )
            x += 34 + 6 * len(words)
        return parts

    def drawing(self, parts: Iterable[str], notes: Sequence[str]) -> str:
        """The map as an SVG element: outlines, north, what is drawn on them, lines of text beneath."""
        left, _, right, foot = self.frame
        lines = [
            f'<text x="{left + 6:.0f}" y="{foot + 15 * i:.0f}">{escape(note)}</text>'
            for i, note in enumerate(notes, 1)
        ]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.1f} 0 {self.across:g} '
            f'{foot + 15 * len(notes) + 4:.0f}" font-size="{SIZE}" '
            f'font-family="Arial, Helvetica, sans-serif" fill="#1b1f23">'
            # A side of paper wider than the drawing would show the communes around on its margins.
            f'<clipPath id="edge"><path d="M{left:.1f} 0h{self.across:g}v{foot:.1f}h-{self.across:g}z"/>'
            f'</clipPath><g clip-path="url(#edge)">{self.svg()}</g>'
            f'<path d="M{left + 0.5:.1f} 0.5h{self.across - 1:g}v{foot - 1:.1f}h-{self.across - 1:g}z" '
            'fill="none" stroke="#C9CED3"/>'
            f'<path d="M{right - 14:.0f} 24l5 -14l5 14z" fill="#1b1f23"/>'
            f'<text x="{right - 9:.0f}" y="36" text-anchor="middle" font-weight="bold">N</text>'
            f"{''.join([*parts, *lines])}</svg>"
        )


def labels(
    captions: Mapping[str, Sequence[str]],
    places: Mapping[str, Place],
    frame: Box,
    others: Sequence[Box] = (),
) -> list[str]:
    """Captions of a few lines around their places, in their order; one that would cover another is left out.

    A place is a circle, ``x, y`` and radius, and no other caption covers it, nor stands as near as its own.
    None covers ``others``, what else is written on the map.
    The first, which a title may name, goes farther off where it finds no room, with a line to its place.
    """
    boxes = {
        code: (x - r - AWAY, y - r - AWAY, x + r + AWAY, y + r + AWAY) for code, (x, y, r) in places.items()
    }
    taken = list(others)
    texts = []
    for rank, (code, lines) in enumerate(captions.items()):
        x, y, reach = places[code]
        size = max(map(_across, lines)), (SIZE + 2) * len(lines)
        covered = [*taken, *(circle for other, circle in boxes.items() if other != code)]
        for farther, side in product(FARTHER if rank == 0 else FARTHER[:1], SIDES):
            box = _beside(places[code], side, reach + farther, size)
            within = frame[0] < box[0] and frame[1] < box[1] and box[2] < frame[2] and box[3] < frame[3]
            if within and not any(overlap(box, other) for other in covered):
                taken.append(box)
                left, top, right, foot = box
                if farther:
                    end = f"{min(max(x, left), right):.1f} {min(max(y, top), foot):.1f}"
                    texts.append(f'<path d="M{x:.1f} {y:.1f}L{end}" stroke="#1b1f23"/>')
                texts += [
                    f'<text x="{left:.1f}" y="{top + (SIZE + 2) * i - 2:.1f}" {HALO}>{escape(line)}</text>'
                    for i, line in enumerate(lines, 1)
                ]
                break
    return texts


def _across(words: str) -> float:
    """How wide words are, about."""
    return len(words) * 0.54 * SIZE


def _beside(place: Place, side: tuple[int, int], reach: float, size: tuple[float, float]) -> Box:
    """Where a caption of this size stands at one side of a place."""
    # A corner of the caption touches the circle, not the square around it.
    away = reach * (0.75 if all(side) else 1.0) + AWAY
    x, y = (
        at + way * away - {1: 0.0, -1: room, 0: room / 2}[way]
        for at, way, room in zip(place, side, size, strict=False)
    )
    return x, y, x + size[0], y + size[1]
