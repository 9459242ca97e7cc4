"""SPOTIS: a score that depends on the candidate alone, so that no newcomer can reorder the others.

    d_i = Σ_j w_j |x_ij − best_j| / |bound_max_j − bound_min_j|,   score_i = 100 (1 − d_i)

Dezert, Tchamova, Han, Tacnet (2020), The SPOTIS rank reversal free method for multi-criteria decision-making
support, FUSION 2020.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def distances(values: np.ndarray, bounds: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """|x_ij − best_j| / (bound_max_j − bound_min_j), best_j the bound on the good side: 0 best, 1 worst.

    Parameters
    ----------
    values : (m, n) array
        Candidates by criteria; a value outside the declared bounds counts as the bound.
    bounds : (n, 2) array
        Declared smallest and largest value of each criterion.
    directions : (n,) array
        +1 when more is better, −1 when less is.

    Returns
    -------
    (m, n) array in [0, 1]
    """
    best = np.where(directions > 0, bounds[:, 1], bounds[:, 0])
    inside = np.clip(values, bounds[:, 0], bounds[:, 1])
    return np.abs(inside - best) / (bounds[:, 1] - bounds[:, 0])


def spotis(distance: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """d_i = Σ_j w_j d_ij from the (m, n) :func:`distances` and n weights of sum 1: (m,), smaller is better.

    Added criterion by criterion: numpy sums and products group their terms by the shape of the whole, and the
    last digit of a score would depend on the other candidates.
    """
    total = np.zeros(len(distance))
    for of_criterion, weight in zip(distance.T, weights, strict=True):
        total += weight * of_criterion
    return total


def positions(scores: np.ndarray) -> np.ndarray:
    """Rank 1 for the largest score; equal scores (to 1e-9) share the better rank."""
    return pd.Series(np.round(scores, 9)).rank(ascending=False, method="min").to_numpy(dtype=int)
