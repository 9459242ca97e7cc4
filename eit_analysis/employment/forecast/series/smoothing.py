"""l(t) = l(t−1) + φ b(t−1) + α e(t);  b(t) = φ b(t−1) + α β e(t): exponential smoothing of a whole panel.

The constants of each series are those, on a grid, whose one-year errors e have the least sum of squares. All
series and all points of the grid are smoothed at once: 111 series take milliseconds where an optimiser run
series by series takes seconds (``benchmarks/series.py``), and the answer does not depend on where it starts.

Sources: Gardner & McKenzie (1985), damped trend; Hyndman & Billah (2003), theta as smoothing with half the
trend; Hyndman et al. (2008), *Forecasting with exponential smoothing*, choice of the form by AICc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eit_analysis.employment.forecast.series.extrapolation import ahead

ALPHA = np.array([0.05, *np.linspace(0.1, 0.9, 9), 0.99])
BETA = np.array([0.0, 0.1, 0.2, 0.4, 0.6, 0.8])
PHI = np.array([0.8, 0.85, 0.9, 0.95, 0.98])
NONE, FULL = np.zeros(1), np.ones(1)


@dataclass(frozen=True)
class Smoothed:
    """Last level and trend of each series, the constants chosen, and the sum of squared one-year errors."""

    level: np.ndarray
    trend: np.ndarray
    alpha: np.ndarray
    phi: np.ndarray
    squared_error: np.ndarray

    def extended(self, horizon: int) -> np.ndarray:
        """l + b (φ + φ² + … + φ^h)."""
        return self.level + self.trend * np.cumsum(self.phi ** ahead(horizon), axis=0)


def smooth(logs: np.ndarray, alpha: np.ndarray, beta: np.ndarray, phi: np.ndarray, trend: bool) -> Smoothed:
    """The best point of the grid by series; level starts at the first value, trend at the first change."""
    a, b, p = (axis.reshape(-1, 1) for axis in np.meshgrid(alpha, beta, phi, indexing="ij"))
    level = np.repeat(logs[:1], len(a), axis=0)
    slope = np.repeat((logs[1:2] - logs[:1]) * trend, len(a), axis=0)
    squares = np.zeros_like(level)
    for value in logs[1:]:
        expected = level + p * slope
        error = value - expected
        squares += error**2
        level = expected + a * error
        slope = p * slope + a * b * error
    best, series = squares.argmin(axis=0), np.arange(logs.shape[1])
    return Smoothed(level[best, series], slope[best, series], a[best, 0], p[best, 0], squares[best, series])


def damped_trend(logs: np.ndarray, horizon: int) -> np.ndarray:
    """A trend that fades by φ each year."""
    return smooth(logs, ALPHA, BETA, PHI, trend=True).extended(horizon)


def theta(logs: np.ndarray, horizon: int) -> np.ndarray:
    """l + (b / 2) (h − 1 + (1 − (1 − α)^T) / α): smoothing with half the slope b of the line."""
    level, n = smooth(logs, ALPHA, NONE, FULL, trend=False), len(logs)
    time = np.arange(n) - (n - 1) / 2
    slope = time @ logs / (time @ time)
    return level.level + slope / 2 * (ahead(horizon) - 1 + (1 - (1 - level.alpha) ** n) / level.alpha)


def best_form(logs: np.ndarray, horizon: int) -> np.ndarray:
    """No trend, a trend or a damped trend: for each series the form of least AICc (ETS, additive, no season).

    AICc = n log(SSE / n) + 2 k n / (n − k − 1), with k = 2, 4, 5 constants and starting values.
    """
    n = len(logs) - 1
    forms = {
        2: smooth(logs, ALPHA, NONE, FULL, trend=False),
        4: smooth(logs, ALPHA, BETA, FULL, trend=True),
        5: smooth(logs, ALPHA, BETA, PHI, trend=True),
    }
    # A series without any change fits all forms exactly; the simplest is first.
    tiny = np.finfo(float).tiny
    criteria = [
        n * np.log(np.maximum(form.squared_error, tiny) / n) + 2 * k * n / max(n - k - 1, 1)
        for k, form in forms.items()
    ]
    forecasts = np.stack([form.extended(horizon) for form in forms.values()])
    return np.take_along_axis(forecasts, np.argmin(criteria, axis=0)[None, None], axis=0)[0]
