"""SMAA-2: how ranks move when weights and values are drawn (Lahdelma & Salminen 2001, Oper. Res. 49).

    rank acceptability   b_ir = P(candidate i has rank r)
    central weights      w_i  = E(w | candidate i is first)
    confidence factor    p_i  = P(candidate i is first | w = w_i)

This module ranks draws, whatever they were drawn from: :mod:`draws` says that. Ranks are those of a distance,
smaller is better; equal distances (to 1e-12) share the better rank.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil

import numpy as np

TOP = 3
RESOLUTION = 2.0**40
PART = 500_000  # ranks set in order at once: few enough for the cache
# Blocks sorted before they are counted.
AHEAD = 4


@dataclass(frozen=True)
class Acceptability:
    """What d draws tell of m candidates and n criteria.

    Attributes
    ----------
    ranks : (d, m) unsigned int array
        Of each candidate in each draw.
    first, top : (m,) int array
        Draws in which the candidate was first, and among the ``TOP`` first.
    weights : (m, n) array
        Sum of the weights of the draws in which the candidate was first.
    """

    ranks: np.ndarray
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
        """Smallest rank with at least ``low`` of the draws at or under it, and the same for ``high``."""
        draws, candidates = self.ranks.shape
        at = [ceil(draws * share - 1e-9) - 1 for share in (low, high)]
        step = max(PART // draws, 1)
        parts = (self.ranks[:, start : start + step].T for start in range(0, candidates, step))
        ends = np.concatenate([np.partition(part, at, axis=1)[:, at] for part in parts]).astype(np.int64)
        return ends[:, 0], ends[:, 1]


def count(blocks: Iterable[tuple[np.ndarray, np.ndarray]], candidates: int, criteria: int) -> Acceptability:
    """Rank and count draws that come block by block.

    ``blocks`` are (weights, distance): (d, n) and (d, m) of d draws, n ``criteria`` and m ``candidates``.
    """
    first, top = np.zeros((2, candidates), dtype=np.int64)
    sums, ranks = np.zeros((candidates, criteria)), []
    for weights, (order, rank) in _sorted_ahead(blocks):
        # Those among the first stand at the front of the order, more of them than TOP only by ties.
        front = order[:, : np.count_nonzero(rank <= TOP, axis=1).max()]
        reached = np.broadcast_to(rank[:, : front.shape[1]], front.shape)
        draw, at = np.nonzero(reached == 1)
        np.add.at(sums, front[draw, at], weights[draw])
        np.add.at(first, front[draw, at], 1)
        np.add.at(top, front[reached <= TOP], 1)
        ranks.append(by_candidate(order, rank))
    return Acceptability(np.concatenate(ranks), first, top, sums)


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
