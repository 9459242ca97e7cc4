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
    the years before the last. A series that begins later is missing until then, has more changes than there
    are lags, and teaches from its own years alone. The result is an array (``horizon``, series).
    """
    scale = usual_change(logs)
    growth = np.diff(logs, axis=0) / scale
    lags = min(LAGS, len(growth) // 2)
    seen = np.isfinite(growth)
    means = np.where(seen, growth, 0.0).cumsum(axis=0) / np.maximum(seen.cumsum(axis=0), 1)

    def causes(past: np.ndarray, mean: np.ndarray) -> np.ndarray:
        return np.vstack([past[: -lags - 1 : -1], mean]).T

    x = np.concatenate([causes(growth[:t], means[t - 1]) for t in range(lags, len(growth))])
    y = growth[lags:].ravel()
    known = np.isfinite(x).all(axis=1) & np.isfinite(y)
    x, y = x[known], y[known]
    coefficients = np.linalg.solve(x.T @ x + RIDGE * np.eye(lags + 1), x.T @ y)
    path = growth
    for _ in range(horizon):
        path = np.vstack([path, causes(path, means[-1]) @ coefficients])
    return logs[-1] + scale * path[len(growth) :].cumsum(axis=0)
