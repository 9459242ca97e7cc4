"""CRPS ≈ (2 / K) Σ ρ_q(y − y_q): what a forecast given as quantiles is worth, and errors of its median.

Every function takes arrays and scores along the last axis; lower is better, and a sure forecast scores as its
absolute error. They are a few lines each: scoringrules has them too, but importing it compiles kernels for
seconds.
"""

from __future__ import annotations

import numpy as np


def crps(observed: np.ndarray, quantiles: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Twice the mean pinball loss ρ_q(u) = u (q − [u < 0]) over the levels, in the unit of the values.

    Parameters
    ----------
    observed : array (…)
    quantiles : array (levels, …)
    levels : array (levels,)
        Evenly spread between 0 and 1.

    Source: Gneiting & Ranjan (2011), the CRPS as an integral of quantile scores.
    """
    below = observed - quantiles
    share = np.reshape(levels, (-1, *[1] * (below.ndim - 1)))
    return 2 * np.mean(below * (share - (below < 0)), axis=0)


def mase(observed: np.ndarray, forecast: np.ndarray, history: np.ndarray) -> np.ndarray:
    """|y − f| / mean |y(t) − y(t−1)| over the history (years, …), as Hyndman & Koehler (2006).

    Missing for a series that never moved.
    """
    usual = np.nanmean(np.abs(np.diff(history, axis=0)), axis=0)
    return np.abs(observed - forecast) / np.where(usual > 0, usual, np.nan)
