"""The matching of a country, in numba: inputs sorted by class, band of mass, strip of latitude and longitude.

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
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numba
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from eit_analysis.reference.distance import EARTH_RADIUS_KM, MILLIMETRES_PER_KM, half_angles
from eit_analysis.synergies.matching.located_flows import SHARE_OF_YEAR, Located

STRIPS_PER_RADIUS = 2
# Inputs of a class in a strip, below which they are not parted by mass, and bands at most.
IN_A_BAND, MOST_BANDS = 64, 16
SLACK = 1e-9  # radians (6 mm): more than all rounding, so that no bound loses a pair


class Strips(NamedTuple):
    """Strips of latitude: where the lowest begins and their height (degrees); half angles of their edges, one
    more than there are strips; the smallest cosine in each."""

    lowest: float
    height: float
    sin_half: np.ndarray
    cos_half: np.ndarray
    cosine: np.ndarray


class Found(NamedTuple):
    """For each output how many partners are kept, then shape (outputs, top): who, how far, what score."""

    kept: np.ndarray
    partner: np.ndarray
    km: np.ndarray
    score: np.ndarray


def matches(
    outputs: Located, inputs: Located, yields: csr_array, radius_km: float, top: int, threads: int
) -> pd.DataFrame:
    """As ``best_matches``, whose checks are done."""
    top = max(1, min(top, len(inputs.kind)))
    with ThreadPoolExecutor(threads) as pool:
        found = _found(outputs, inputs, yields, radius_km, top, pool, 8 * threads)
        grids = {"input": found.partner, "distance_km": found.km, "score": found.score}
        waiting = {name: pool.submit(_closed_up, grid, found.kept) for name, grid in grids.items()}
        output = np.repeat(np.arange(len(outputs.kind), dtype=np.int32), found.kept)
        columns = {name: column.result() for name, column in waiting.items()}
    return pd.DataFrame({"output": output, **columns}, copy=False)


def _found(
    outputs: Located,
    inputs: Located,
    yields: csr_array,
    radius_km: float,
    top: int,
    pool: ThreadPoolExecutor,
    parts: int,
) -> Found:
    """Every output is served alone, so neither the order nor the number of threads changes anything."""
    strips = _strips(inputs.latitude, radius_km, yields.shape[1])
    bands = _bands(inputs.mass, yields.shape[1] * len(strips.cosine))
    waiting = pool.submit(_sorted, outputs, strips, bands[[0, -1]], yields.shape[0])
    order, starts = _sorted(inputs, strips, bands, yields.shape[1])
    best_first = np.lexsort((-yields.data, np.repeat(np.arange(yields.shape[0]), np.diff(yields.indptr))))
    # One width of index, whoever made the matrix: it is compiled once.
    rules = yields.indptr.astype(int), yields.indices[best_first].astype(int), yields.data[best_first]
    takers = Located(*(column[order] for column in inputs))
    targets = half_angles(takers.latitude, takers.longitude)
    visit, _ = waiting.result()
    shape = len(visit), top
    found = Found(np.zeros(shape[0], np.int32), np.empty(shape, np.int32), np.empty(shape), np.empty(shape))

    def serve(rows: np.ndarray) -> None:
        givers = Located(*(column[rows] for column in outputs))
        places = half_angles(givers.latitude, givers.longitude)
        _search(givers, places, rows, takers, targets, order, starts, strips, bands, *rules, radius_km, found)

    list(pool.map(serve, np.array_split(visit, parts)))
    return found


def _strips(latitude: np.ndarray, radius_km: float, n_classes: int) -> Strips:
    """A radius high, but no more strips than there are inputs to put in them."""
    lowest, highest = (latitude.min(), latitude.max()) if len(latitude) else (0.0, 0.0)
    most = max(1, 4 * len(latitude) // n_classes)
    height = max(np.degrees(radius_km / EARTH_RADIUS_KM) / STRIPS_PER_RADIUS, (highest - lowest) / most)
    edges = lowest + height * np.arange(int((highest - lowest) / height) + 2)
    half = np.radians(edges) / 2
    farthest = np.radians(np.maximum(np.abs(edges[:-1]), np.abs(edges[1:]))) + SLACK
    return Strips(
        float(lowest), float(height), np.sin(half), np.cos(half), np.cos(np.minimum(farthest, math.pi / 2))
    )


def _bands(mass: np.ndarray, n_places: int) -> np.ndarray:
    """Edges of bands of mass, as many inputs in each; as few bands as leave some inputs in each place."""
    n_bands = min(max(len(mass) // (n_places * IN_A_BAND), 1), MOST_BANDS)
    return np.quantile(mass, np.linspace(0, 1, n_bands + 1)) if len(mass) else np.zeros(2)


def _sorted(
    side: Located, strips: Strips, bands: np.ndarray, n_classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows by class, band, strip and longitude, and where each (class, band, strip) starts among them."""
    n_strips, n_bands = len(strips.cosine), len(bands) - 1
    strip = np.clip((side.latitude - strips.lowest) / strips.height, 0, n_strips - 1).astype(np.int64)
    place = (side.kind * n_bands + np.searchsorted(bands[1:-1], side.mass)) * n_strips + strip
    return _gathered(place, np.argsort(side.longitude), n_classes * n_bands * n_strips)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """By numba, and kept on disk for the next time wherever numba may write."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither the package's folder nor the user's is writable
        return numba.njit(nogil=True)(function)


@compiled
def _gathered(bucket: np.ndarray, rows: np.ndarray, n_buckets: int) -> tuple[np.ndarray, np.ndarray]:
    """Counting sort: rows by bucket, in the order in which they come."""
    starts = np.zeros(n_buckets + 1, np.int32)
    for value in bucket:
        starts[value + 1] += 1
    for b in range(n_buckets):
        starts[b + 1] += starts[b]
    following = starts[:-1].copy()
    order = np.empty(len(rows), np.int32)
    for row in rows:
        order[following[bucket[row]]] = row
        following[bucket[row]] += 1
    return order, starts


@compiled
def _closed_up(grid: Any, count: Any) -> Any:
    """The first ``count`` of each row one after the other, in the memory of the grid itself."""
    flat, n = grid.ravel(), 0
    for row in range(len(count)):
        for a in range(count[row]):
            flat[n] = grid[row, a]
            n += 1
    return flat[:n]


@compiled
def _limit(radius_km: float, worst: float, ceiling: float) -> float:
    """No less than the haversine of where the ceiling falls to the worst: no angle is less than its sine."""
    share = 1 - worst / ceiling if worst > 0 else 1.0
    half = (radius_km * share / EARTH_RADIUS_KM + SLACK) / 2
    return min(half * half * (1 + SLACK), 1.0 + SLACK)


@compiled
def _last(best: Any, score: Any) -> int:
    """Which of the partners kept goes first: the lowest score, among equals the highest row."""
    at = 0
    for a in range(1, len(best)):
        if score[a] < score[at] or (score[a] == score[at] and best[a] > best[at]):
            at = a
    return at


@compiled
def _write(best: Any, km: Any, score: Any, n: int, row: int, result: Any) -> None:
    """The n partners kept, best first and equal scores by row, each going straight to its rank."""
    for a in range(n):
        rank = 0
        for b in range(n):
            rank += (score[b] > score[a]) | ((score[b] == score[a]) & (best[b] < best[a]))
        result.partner[row, rank], result.km[row, rank], result.score[row, rank] = best[a], km[a], score[a]
    result.kept[row] = n


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
def _search(
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
        found, last, worst = 0, 0, 0.0  # who would go first and the score to reach, once there are enough
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
                            at = found
                            found += 1
                        elif value > worst or (value == worst and order[i] < best[last]):
                            at = last
                        else:
                            continue
                        best[at], km[at], score[at] = order[i], arc, value
                        if found == top:
                            last = _last(best, score)
                            worst = score[last]
                            limit = _limit(radius_km, worst, ceiling)
        _write(best, km, score, found, rows[o], result)
