"""The matching of a country: inputs sorted by class, band of mass, strip of latitude and longitude.

Outputs are sorted alike and shared out among threads; each looks for its partners (:mod:`search`) in the
strips and bands that it may reach.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from eit_analysis.reference.distance import EARTH_RADIUS_KM, half_angles
from eit_analysis.synergies.matching.located_flows import Located
from eit_analysis.synergies.matching.search import SLACK, compiled, search

STRIPS_PER_RADIUS = 2
# Inputs of a class in a strip, below which they are not parted by mass, and bands at most.
IN_A_BAND, MOST_BANDS = 64, 16


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
        search(givers, places, rows, takers, targets, order, starts, strips, bands, *rules, radius_km, found)

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
