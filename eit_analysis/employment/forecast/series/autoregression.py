"""d(t) = c₁ d(t−1) + … + c₆ d(t−6) + c₇ d̄: one autoregression of yearly growth for the whole panel.

d is the growth of a series over its usual change, d̄ its mean so far. One series is too short to show its own
momentum; all together show a common one. Six lags are two windows of the three-year means by which labour
statistics are often smoothed: such a mean gives momentum over two years and takes back, in the third, what
chance had brought.
"""

from __future__ import annotations

import numpy as np

from eit_analysis.employment.forecast.series.variability import usual_change

LAGS = 6
RIDGE = 10.0  # as if ten more changes had been seen, of which nothing followed


def pooled_autoregression(logs: np.ndarray, horizon: int) -> np.ndarray:
    """Coefficients by ridge regression over all series and years, then one year after the other.

    ``logs``, array (years, series), has at least four years; with fewer than fourteen, fewer lags: half of
    the years before the last. The result is an array (``horizon``, series).
    """
    scale = usual_change(logs)
    growth = np.diff(logs, axis=0) / scale
    lags = min(LAGS, len(growth) // 2)

    def causes(past: np.ndarray, mean: np.ndarray) -> np.ndarray:
        return np.vstack([past[: -lags - 1 : -1], mean]).T

    times = range(lags, len(growth))
    x = np.concatenate([causes(growth[:t], growth[:t].mean(axis=0)) for t in times])
    y = growth[lags:].ravel()
    coefficients = np.linalg.solve(x.T @ x + RIDGE * np.eye(lags + 1), x.T @ y)
    mean, path = growth.mean(axis=0), growth
    for _ in range(horizon):
        path = np.vstack([path, causes(path, mean) @ coefficients])
    return logs[-1] + scale * path[len(growth) :].cumsum(axis=0)
