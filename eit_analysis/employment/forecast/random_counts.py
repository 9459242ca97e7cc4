"""Random counts that more demand or more people can only raise: the same quantile of either law.

N = min {k : F(k) ≥ u},        F(k) = p_0 + … + p_k,        p_k = p_{k−1} (b / k − a)        (Panjer 1981)

Poisson of mean m: p_0 = exp(−m), a = 0, b = m. Binomial of n people at hazard h, each leaving with chance
1 − exp(−h): p_0 = exp(−n h), a = exp(h) − 1, b = (n + 1) a. With the same uniform u, N rises with m and n,
and n − N with n too: two scenarios that draw from the same stream differ by nothing but what they state
(common random numbers). A mean or a crowd too large for a byte is the sum of several, each with its own u.
"""

from __future__ import annotations

import numpy as np

LARGEST = 255  # counted in one byte
MEAN = 100.0  # a Poisson count of this mean passes LARGEST once in 10³⁵ draws


def poisson(mean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Poisson counts of ``mean``, array (occupations, draws)."""
    one = np.ones((len(mean), 1))
    return _in_stretches(mean, MEAN, one, one, 0 * one, rng)


def leaving(there: np.ndarray, hazard: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """How many of the people ``there`` leave at ``hazard``, both (occupations, draws): binomial counts."""
    mostly = hazard > np.log(2)  # then those who stay are counted, so that no chance comes near 0 or 1
    if mostly.any():
        hazard = hazard.copy()
        hazard[mostly] = -np.log1p(-np.exp(-hazard[mostly]))
    odds = np.expm1(hazard)
    counted = np.minimum(_in_stretches(there, LARGEST, hazard, odds, odds, rng), there)
    return np.where(mostly, there - counted, counted)


def _in_stretches(
    size: np.ndarray,
    stretch: float,
    hazard: np.ndarray,
    slope: np.ndarray,
    a: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Counts of ``size`` (m or n), stretch by stretch: p_0 = exp(−hazard · size), b = slope · size + a."""
    counts = np.zeros(size.shape, dtype=np.int64)
    most = size.max(axis=1, initial=0)
    for first in np.arange(0, most.max(initial=0), stretch):
        stream = rng.spawn(1)[0] if first else rng
        u = stream.random(size.shape)  # for all rows: how large one is does not shift the numbers of others
        rows = slice(None) if (most > first).all() else most > first
        part = np.clip(size[rows] - first, 0, stretch)
        counts[rows] += _quantile(
            u[rows], np.exp(-hazard[rows] * part), slope[rows] * part + a[rows], a[rows]
        )
    return counts


def _quantile(u: np.ndarray, chance: np.ndarray, b: np.ndarray, a: np.ndarray) -> np.ndarray:
    """The module's equation from p_0, for all cells at once: as many rounds as the largest count."""
    count, later = np.zeros(u.shape, dtype=np.uint8), np.empty(u.shape, dtype=bool)
    below, factor = chance.copy(), np.empty_like(u)
    for k in range(1, LARGEST + 1):
        np.greater(u, below, out=later)
        if not later.any():
            break
        np.add(count, later.view(np.uint8), out=count)
        np.subtract(np.multiply(b, 1 / k, out=factor), a, out=factor)
        np.multiply(chance, factor, out=chance)
        np.add(below, chance, out=below)
    return count
