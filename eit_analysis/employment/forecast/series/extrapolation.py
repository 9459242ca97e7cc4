"""log y(T+h) = log y(T) + growth: the forecasts that extend each series by itself, without smoothing.

Every function takes logarithms, an array (years, series), and the number of years ahead H; it returns an
array (H, series) of logarithms. On this scale growth is a rate, no forecast falls below zero, and a change of
unit changes no forecast.
"""

from __future__ import annotations

import numpy as np


def ahead(horizon: int) -> np.ndarray:
    """1 … H as a column."""
    return np.arange(1.0, horizon + 1)[:, None]


def naive(logs: np.ndarray, horizon: int) -> np.ndarray:
    """l(T): the last value goes on."""
    return np.repeat(logs[-1:], horizon, axis=0)


def drift(logs: np.ndarray, horizon: int) -> np.ndarray:
    """l(T) + h (l(T) − l(1)) / (T − 1): the mean growth since the first year goes on."""
    return logs[-1] + ahead(horizon) * (logs[-1] - logs[0]) / (len(logs) - 1)


def ols_10_years(logs: np.ndarray, horizon: int) -> np.ndarray:
    """a + b (T + h): the least-squares line through the last ten years goes on."""
    last = logs[-10:]
    time = np.arange(len(last)) - (len(last) - 1) / 2
    slope = time @ last / (time @ time)
    return last.mean(axis=0) + slope * (time[-1] + ahead(horizon))
