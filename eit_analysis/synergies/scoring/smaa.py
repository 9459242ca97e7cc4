"""SMAA-2: how ranks move when weights and values are drawn (Lahdelma & Salminen 2001, Oper. Res. 49).

    rank acceptability   b_ir = P(candidate i has rank r)
    central weights      w_i  = E(w | candidate i is first)
    confidence factor    p_i  = P(candidate i is first | w = w_i)

This module counts draws, whatever they were drawn from: :mod:`draws` says that. Ranks are those of a
distance, smaller is better; equal distances (to 1e-12) share the better rank.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil

import numpy as np

TOP = 3
# More candidates than this are counted in classes of several ranks; first and top ranks stay exact.
CLASSES = 1000
RESOLUTION = 2.0**40
# Ranks that wait to be counted, and counters touched at once: both small enough for the cache.
BUFFER, TOUCHED = 5_000_000, 250_000
# Blocks sorted before they are counted.
AHEAD = 4


@dataclass(frozen=True)
class Acceptability:
    """What the draws count for m candidates and n criteria.

    Attributes
    ----------
    draws : int
    counts : (m, classes) int32 array
        Draws in which each candidate had each class of ranks.
    width : int
        Ranks in a class: 1 up to ``CLASSES`` candidates.
    first, top : (m,) int array
        Draws in which the candidate was first, and among the ``TOP`` first.
    weights : (m, n) array
        Sum of the weights of the draws in which the candidate was first.
    """

    draws: int
    counts: np.ndarray
    width: int
    first: np.ndarray
    top: np.ndarray
    weights: np.ndarray

    def central_weights(self) -> np.ndarray:
        """(m, n) mean weights of the draws in which each was first; NaN for one that never was."""
        return np.divide(
            self.weights,
            self.first[:, None],
            out=np.full_like(self.weights, np.nan),
            where=self.first[:, None] > 0,
        )

    def interval(self, low: float = 0.05, high: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Smallest rank with at least ``low`` of the draws at or under it, and the same for ``high``.

        Where ranks are counted in classes, the interval is widened to theirs.
        """
        targets = self.draws * np.array([low, high]) - 1e-9
        reached = np.zeros((len(self.counts), 2), dtype=np.int64)
        for part in _parts(self.counts):
            below = np.cumsum(self.counts[part], axis=1)
            reached[part] = np.stack([np.count_nonzero(below < t, axis=1) for t in targets], axis=1)
        return reached[:, 0] * self.width + 1, np.minimum((reached[:, 1] + 1) * self.width, len(self.counts))


def count(blocks: Iterable[tuple[np.ndarray, np.ndarray]], candidates: int, criteria: int) -> Acceptability:
    """Count the ranks of draws that come block by block: memory is that of the counts, not of the draws.

    ``blocks`` are (weights, distance): (d, n) and (d, m) of d draws, n ``criteria`` and m ``candidates``.
    """
    width = ceil(candidates / CLASSES)
    counts = np.zeros((candidates, ceil(candidates / width)), dtype=np.int32)
    first, top = np.zeros((2, candidates), dtype=np.int64)
    sums = np.zeros((candidates, criteria))
    draws = 0
    waiting: list[np.ndarray] = []
    for weights, (order, rank) in _sorted_ahead(blocks):
        # Those among the first stand at the front of the order, more of them than TOP only by ties.
        front = order[:, : np.count_nonzero(rank <= TOP, axis=1).max()]
        reached = np.broadcast_to(rank[:, : front.shape[1]], front.shape)
        draw, at = np.nonzero(reached == 1)
        np.add.at(sums, front[draw, at], weights[draw])
        np.add.at(first, front[draw, at], 1)
        np.add.at(top, front[reached <= TOP], 1)
        draws += len(order)
        waiting.append(by_candidate(order, (rank - 1) // width))
        if sum(map(len, waiting)) * candidates > BUFFER:
            _add(counts, waiting)
    if waiting:
        _add(counts, waiting)
    return Acceptability(draws, counts, width, first, top, sums)


def _sorted_ahead(
    blocks: Iterable[tuple[np.ndarray, np.ndarray]],
) -> Iterator[tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]]:
    """The blocks, in their order, each sorted on another core while the one before is counted."""
    with ThreadPoolExecutor(1) as other:
        ahead: deque[tuple[np.ndarray, Future]] = deque()
        for weights, distance in blocks:
            ahead.append((weights, other.submit(ordered, distance)))
            if len(ahead) > AHEAD:
                done, sorting = ahead.popleft()
                yield done, sorting.result()
        for done, sorting in ahead:
            yield done, sorting.result()


def ordered(distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Candidates from the nearest to the farthest in each draw, and the ranks that they have in that order.

    Distance and candidate are packed in one integer: sorting those is several times faster than an argsort.

    Parameters
    ----------
    distance : (d, m) array
        Between −16 and 16 and read to the nearest 1e-12, for up to 2^18 candidates: what rounding has put on
        either side of a plain value (a half, a whole) stays one value.

    Returns
    -------
    order : (d, m) int array
    rank : (d, m) or, where no two are equal, (1, m) unsigned int array
        From 1; equal distances share the better rank.
    """
    size = distance.shape[1]
    bits = size.bit_length()
    scaled = distance * RESOLUTION
    key = np.rint(scaled, out=scaled).astype(np.int64)
    key <<= bits
    key |= np.arange(size)
    key.sort(axis=1)
    order = key & ((1 << bits) - 1)
    key >>= bits
    rank = np.arange(1, size + 1, dtype=np.min_scalar_type(size))[None]
    equal = key[:, 1:] == key[:, :-1]
    if equal.any():
        rank = rank.repeat(len(key), axis=0)
        rank[:, 1:][equal] = 0
        np.maximum.accumulate(rank, axis=1, out=rank)
    return order, rank


def by_candidate(order: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The value at each place of the order, (d, m) or (1, m), brought to the candidate of that place."""
    result = np.empty(order.shape, dtype=values.dtype)
    for row, candidates, value in zip(result, order, np.broadcast_to(values, order.shape), strict=True):
        row[candidates] = value
    return result


def _add(counts: np.ndarray, waiting: list[np.ndarray]) -> None:
    """Count and clear the classes that wait, a few candidates at a time: their counters stay in the cache."""
    one = np.int32(1)  # of the counters' own type: numpy then adds several times faster
    for part in _parts(counts):
        counters = counts[part].reshape(-1)
        classes = np.concatenate([of_draws[:, part].T for of_draws in waiting], axis=1)
        places = classes + np.arange(0, counters.size, counts.shape[1])[:, None]
        np.add.at(counters, places.reshape(-1), one)
    waiting.clear()


def _parts(counts: np.ndarray) -> Iterator[slice]:
    step = max(TOUCHED // counts.shape[1], 1)
    return (slice(start, start + step) for start in range(0, len(counts), step))
