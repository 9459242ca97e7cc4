"""The search of a country in its index, in numba: who could still be a better partner, and nobody else.

A place of latitude φ' lies within an angle ρ of a place of latitude φ only if

    |φ' − φ| ≤ ρ   and   sin²(Δλ/2) ≤ (sin²(ρ/2) − sin²((φ' − φ)/2)) / (cos φ cos φ')

which is the haversine formula solved for Δλ. Over a strip, the smallest |φ' − φ| and the smallest cos φ'
bound Δλ for all of it; a right side of 1 or more, as around a pole, means the whole circle. Over a band of
masses wanted, the one nearest to what is received bounds the coverage c, and no later factor exceeds 1, so a
pair reaches the worst of the scores kept, w, only if d ≤ r (1 − w / (y c)): ρ shrinks as better partners are
found, and as the band is farther.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from eit_analysis.reference.distance import EARTH_RADIUS_KM, MILLIMETRES_PER_KM
from eit_analysis.synergies.matching.located_flows import SHARE_OF_YEAR

SLACK = 1e-9  # radians (6 mm): more than all rounding, so that no bound loses a pair


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """By numba, and kept on disk for the next time wherever numba may write."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither the package's folder nor the user's is writable
        return numba.njit(nogil=True)(function)


@compiled
def _limit(radius_km: float, worst: float, ceiling: float) -> float:
    """No less than the haversine of where the ceiling falls to the worst: no angle is less than its sine."""
    share = 1 - worst / ceiling if worst > 0 else 1.0
    half = (radius_km * share / EARTH_RADIUS_KM + SLACK) / 2
    return min(half * half * (1 + SLACK), 1.0 + SLACK)


@compiled
def _keep(best: Any, km: Any, score: Any, at: int, row: int, arc: float, value: float) -> None:
    """A partner goes to its rank, those after it one place down and the one at ``at`` out: best first, equal
    scores by row."""
    while at > 0 and (score[at - 1] < value or (score[at - 1] == value and best[at - 1] > row)):
        best[at], km[at], score[at] = best[at - 1], km[at - 1], score[at - 1]
        at -= 1
    best[at], km[at], score[at] = row, arc, value


@compiled
def _fit(value: float, supply: float, demand: float, shared_months: int) -> float:
    """The score at no distance: yield, coverage both ways, months in common."""
    received = value * supply
    larger = max(received, demand)
    coverage = min(received, demand) / larger if larger > 0 else 0.0
    return value * coverage * SHARE_OF_YEAR[shared_months]


@compiled
def _place_among(longitude: Any, at: int, first: int, end: int, wanted: float) -> int:
    """The first of a strip's inputs not west of a longitude, from where the last search ended."""
    while at < end and longitude[at] < wanted:
        at += 1
    while at > first and longitude[at - 1] >= wanted:
        at -= 1
    return at


@compiled
def _outwards(home: int, step: int) -> int:
    """Home, above, below, above..."""
    return home + (step + 1) // 2 if step % 2 else home - step // 2


@compiled
def _most_covered(received: float, least: float, most: float) -> float:
    """No less than the coverage of any mass wanted from the least to the most."""
    return received / least if received < least else most / received if received > most else 1.0


@compiled
def search(
    outputs: Any, places: Any, rows: Any, inputs: Any, targets: Any, order: Any, starts: Any, strips: Any,
    bands: Any, indptr: Any, indices: Any, yields: Any, radius_km: float, result: Any,
) -> None:  # fmt: skip
    """Fill the best partners of some outputs: ``rows`` of the result, ``outputs`` in the same order."""
    n_strips, n_bands, top = len(strips.cosine), len(bands) - 1, result.partner.shape[1]
    within = math.degrees(radius_km / EARTH_RADIUS_KM) / strips.height
    steps = 2 * int(min(within + 1, n_strips + 1)) + 1
    best, km, score = np.empty(top, np.int32), np.empty(top), np.empty(top)
    cursor, diameter = starts[:-1].copy(), 2 * EARTH_RADIUS_KM / radius_km  # in radii of reach
    for o in range(len(rows)):
        sin_phi, cos_phi, cosine, sin_lam, cos_lam = places[o]
        home = int(min(max(math.floor((outputs.latitude[o] - strips.lowest) / strips.height), -1), n_strips))
        found, worst = 0, 0.0  # the score to reach, once there are enough
        first_rule, n_rules = indptr[outputs.kind[o]], indptr[outputs.kind[o] + 1] - indptr[outputs.kind[o]]
        # The bands nearest to what each class would receive, then others: most is found in the first.
        for look in range((2 * n_bands - 1) * n_rules):
            q = first_rule + look % n_rules
            received = yields[q] * outputs.mass[o]
            band = _outwards(np.searchsorted(bands[1:-1], received), look // n_rules)
            if band < 0 or band >= n_bands:
                continue
            ceiling = yields[q] * _most_covered(received, bands[band], bands[band + 1])
            if ceiling < worst:
                continue
            limit = _limit(radius_km, worst, ceiling)
            for step in range(steps):
                strip = _outwards(home, step)
                if strip < 0 or strip >= n_strips:
                    continue
                bucket = (indices[q] * n_bands + band) * n_strips + strip
                first, end = starts[bucket], starts[bucket + 1]
                edge = strip if strip > home else strip + 1
                gap = abs(sin_phi * strips.cos_half[edge] - cos_phi * strips.sin_half[edge]) - SLACK
                gap = gap * gap if strip != home and gap > 0 else 0.0
                if gap > limit or first == end:
                    continue
                cosines = cosine * strips.cosine[strip]
                middle = _place_among(inputs.longitude, cursor[bucket], first, end, outputs.longitude[o])
                cursor[bucket] = middle
                unseen = end - first
                for way in (1, -1):
                    following = middle if way == 1 else middle - 1
                    while unseen > 0:
                        # The strip is a circle: after its last longitude comes its first.
                        i = first if following == end else end - 1 if following < first else following
                        w = sin_lam * targets[i, 4] - cos_lam * targets[i, 3]
                        w = w * w
                        if gap + cosines * w > limit:
                            break
                        following = i + way
                        unseen -= 1
                        u = sin_phi * targets[i, 1] - cos_phi * targets[i, 0]
                        h = u * u + cosine * targets[i, 2] * w
                        if h > limit:
                            continue
                        root = min(math.sqrt(h), 1.0)
                        shared = outputs.months[o] & inputs.months[i]
                        fit = _fit(yields[q], outputs.mass[o], inputs.mass[i], shared)
                        # An arc is never shorter than its chord.
                        if fit * (1 - diameter * (root - SLACK)) < worst:
                            continue
                        arc = 2 * EARTH_RADIUS_KM * math.asin(root)
                        arc = np.rint(arc * MILLIMETRES_PER_KM) / MILLIMETRES_PER_KM
                        if arc > radius_km or outputs.site[o] == inputs.site[i]:
                            continue
                        value = fit * (1 - arc / radius_km)
                        if found < top:
                            found += 1
                        elif value < worst or (value == worst and order[i] > best[top - 1]):
                            continue
                        _keep(best, km, score, found - 1, order[i], arc, value)
                        if found == top:
                            worst = score[top - 1]
                            limit = _limit(radius_km, worst, ceiling)
        row = rows[o]
        result.kept[row] = found
        result.partner[row, :found], result.km[row, :found] = best[:found], km[:found]
        result.score[row, :found] = score[:found]
