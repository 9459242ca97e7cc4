"""What SMAA-2 draws: weights around the stated ones, and values within their intervals.

    w ~ Dirichlet(CONCENTRATION × stated weights)
    x_ij = F⁻¹_ij(u_gj),  F the triangular law of (low, central, high),  u_gj uniform on [0, 1]

One u serves all candidates of a group g: the tonnes of one flow are small or large for all who could take
them, so that its candidates are compared on the same tonnes. The u of two criteria are independent, and so
are those of two flows: that one factor moves surpluses, emissions and jobs together, or the candidates of
all flows, is not in the draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

# A weight of 20 % then moves by about ±7 points (1 s.d.).
CONCENTRATION = 30.0
# Draws × candidates × uncertain criteria held at once: half a MB, which a core's own cache holds.
BLOCK = 1 << 16


class Intervals(NamedTuple):
    """Distances to the best bound, (m, n) each: smallest, central, largest, and the group of each error."""

    low: np.ndarray
    central: np.ndarray
    high: np.ndarray
    group: np.ndarray


def weights(stated: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """(draws, n) weights around the stated ones: they do not depend on the candidates."""
    return np.random.default_rng([seed, 0]).dirichlet(CONCENTRATION * stated, size=draws)


def blocks(intervals: Intervals, drawn: np.ndarray, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Weights and distances Σ_j w_j x_ij of the draws, block by block, as :func:`smaa.count` takes them."""
    sure = _sure(intervals)
    fixed = np.ascontiguousarray(intervals.central[:, sure].T)
    start = 0
    for values in _values(intervals, ~sure, len(drawn), seed):
        part = drawn[start : start + len(values)]
        start += len(values)
        # One product a draw: BLAS cuts larger ones over all cores, and waits for those that are busy.
        distance = (part[:, None, sure] @ fixed)[:, 0]
        for j, criterion in enumerate(np.flatnonzero(~sure)):
            distance += part[:, criterion, None] * values[:, j]
        yield part, distance


def confidence(intervals: Intervals, central: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """P(first | w = central weights) of each candidate; NaN for one without central weights.

    ``central``, (m, n), is from :meth:`smaa.Acceptability.central_weights`.
    """
    sure = _sure(intervals)
    known = np.flatnonzero(~np.isnan(central).any(axis=1))
    fixed = central[known][:, sure] @ intervals.central[:, sure].T
    unsure = central[known][:, ~sure]
    first = np.zeros(len(known))
    for values in _values(intervals, ~sure, draws, seed):
        for i, candidate in enumerate(known):
            distance = fixed[i] + np.einsum("j,djm->dm", unsure[i], values)
            first[i] += np.count_nonzero(distance[:, candidate] <= distance.min(axis=1) + 1e-12)
    share = np.full(len(central), np.nan)
    share[known] = first / draws
    return share


def _sure(intervals: Intervals) -> np.ndarray:
    """(n,) criteria on which no candidate has an interval."""
    return (intervals.low == intervals.high).all(axis=0)


def _values(intervals: Intervals, wanted: np.ndarray, draws: int, seed: int) -> Iterator[np.ndarray]:
    """(d, criteria wanted, m) values, block by block, by the inverse of the triangular law."""
    rng = np.random.default_rng([seed, 1])
    low, central, high = (x[:, wanted].T for x in intervals[:3])
    span = high - low
    mode = np.divide(central - low, span, out=np.zeros_like(span), where=span > 0)
    bend = np.sqrt(mode)
    rise, fall = span * bend, span * np.sqrt(1 - mode)
    group = intervals.group[:, wanted].T
    groups = group.max(axis=1, initial=-1) + 1
    size = max(BLOCK // max(low.size, len(intervals.low)), 1)
    for start in range(0, draws, size):
        count = min(size, draws - start)
        values = np.empty((count, *low.shape))
        for j, members in enumerate(group):
            u = rng.random((count, groups[j]))
            # Roots are taken by group, then handed to its members; below the mode, u < mode is √u < √mode.
            root, other = (np.take(np.sqrt(x), members, axis=1) for x in (u, 1 - u))
            values[:, j] = np.where(root < bend[j], low[j] + root * rise[j], high[j] - other * fall[j])
        yield values
