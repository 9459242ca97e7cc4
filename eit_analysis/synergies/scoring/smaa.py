"""SMAA-2: how ranks move when weights and values are drawn (Lahdelma & Salminen 2001, Oper. Res. 49).

    rank acceptability   b_ir = P(candidate i has rank r)
    central weights      w_i  = E(w | candidate i is first)
    confidence factor    p_i  = P(candidate i is first | w = w_i)

This module ranks draws, whatever they were drawn from: :mod:`draws` says that. Ranks are those of a distance,
smaller is better; equal distances (to 1e-12) share the better rank.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil

import numpy as np

TOP = 3
INTERVAL = 0.05, 0.95
RESOLUTION = 2.0**40
PART = 500_000  # ranks set in order at once: few enough for the cache
HELD = 100_000_000  # ranks held at once; of more, only those that an end of the interval may still be
# Blocks sorted before they are counted.
AHEAD = 4


@dataclass(frozen=True)
class Acceptability:
    """What d draws tell of m candidates and n criteria.

    Attributes
    ----------
    low, high : (m,) int array
        Smallest rank with at least this share (``INTERVAL``) of the draws at or under it.
    first, top : (m,) int array
        Draws in which the candidate was first, and among the ``TOP`` first.
    weights : (m, n) array
        Sum of the weights of the draws in which the candidate was first.
    """

    low: np.ndarray
    high: np.ndarray
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


def count(
    blocks: Iterable[tuple[np.ndarray, np.ndarray]], draws: int, candidates: int, criteria: int
) -> Acceptability:
    """Rank and count draws that come block by block.

    ``blocks`` are (weights, distance): (d, n) and (d, m) of d of the ``draws``, n ``criteria`` and m
    ``candidates``.
    """
    first, top = np.zeros((2, candidates), dtype=np.int64)
    sums = np.zeros((candidates, criteria))
    low, high = (ceil(draws * share - 1e-9) for share in INTERVAL)
    ends = low, draws - high + 1
    size, n = min(draws, max(HELD // candidates, 2 * sum(ends))), 0
    held = np.empty((size, candidates), dtype=np.min_scalar_type(candidates))
    for weights, (order, rank) in _sorted_ahead(blocks):
        # Those among the first stand at the front of the order, more of them than TOP only by ties.
        front = order[:, : np.count_nonzero(rank <= TOP, axis=1).max()]
        reached = np.broadcast_to(rank[:, : front.shape[1]], front.shape)
        draw, at = np.nonzero(reached == 1)
        np.add.at(sums, front[draw, at], weights[draw])
        np.add.at(first, front[draw, at], 1)
        np.add.at(top, front[reached <= TOP], 1)
        ranks = by_candidate(order, rank)
        while len(ranks):
            if n == size:
                _outermost(held, *ends)
                n = sum(ends)
            part, ranks = ranks[: size - n], ranks[size - n :]
            held[n : n + len(part)] = part
            n += len(part)
    lowest, highest = _outermost(held[:n], *ends)
    return Acceptability(lowest, highest, first, top, sums)


def _outermost(held: np.ndarray, least: int, most: int) -> np.ndarray:
    """The ``least``-th smallest and the ``most``-th largest rank of each candidate, shape (2, m).

    All that are as far out or farther are brought to the front: no other can be an end of more draws.
    """
    n, found = len(held), []
    step = max(PART // n, 1)
    for start in range(0, held.shape[1], step):
        columns = held[:, start : start + step]
        part = np.partition(columns.T, [least - 1, n - most], axis=1)
        found.append(part[:, [least - 1, n - most]].astype(np.int64))
        if n > least + most:
            columns[: least + most] = np.hstack([part[:, :least], part[:, n - most :]]).T
    return np.concatenate(found).T


def _sorted_ahead(
    blocks: Iterable[tuple[np.ndarray, np.ndarray]],
) -> Iterator[tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]]:
    """The blocks, in their order, each sorted on another core while the one before is counted."""
    with ThreadPoolExecutor(1) as other:
        ahead: collections.deque[tuple[np.ndarray, Future]] = collections.deque()
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
