"""Forecasts made again at every past year with what was known then: the only fair source of errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.employment.forecast.series import extrapolation, smoothing
from eit_analysis.employment.forecast.series.autoregression import pooled_autoregression
from eit_analysis.employment.forecast.series.panel import MINIMUM_YEARS
from eit_analysis.employment.forecast.series.variability import usual_change

METHODS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "naive": extrapolation.naive,
    "drift": extrapolation.drift,
    "damped_trend": smoothing.damped_trend,
    "ets": smoothing.best_form,
    "theta": smoothing.theta,
    "pooled_autoregression": pooled_autoregression,
}
BASELINES = {"ols_10_years": extrapolation.ols_10_years}
MEAN, CHOSEN = "mean", "chosen"
LEAST_ORIGINS = 2


@dataclass(frozen=True)
class Rolled:
    """Forecasts of a panel from every origin.

    Attributes
    ----------
    years : array (years,)
    logs : array (years, series)
        Logarithms of the values.
    first : int
        Place of the first origin among the years; the last year is the last origin.
    scale : array (origins, series)
        Usual change of each series as known at the origin.
    points : dict of arrays (origins, horizon, series)
        By method, logarithms of the forecasts.
    """

    years: np.ndarray
    logs: np.ndarray
    first: int
    scale: np.ndarray
    points: dict[str, np.ndarray]

    @property
    def origins(self) -> np.ndarray:
        """The years forecasts are made from."""
        return self.years[self.first :]

    def known_errors(self, method: str, step: int, origin: int) -> np.ndarray:
        """(log observed − log forecast) / usual change, for targets no later than the origin.

        Parameters
        ----------
        step : int
            Years ahead, from 1.
        origin : int
            Place among the origins.

        Returns
        -------
        array (earlier origins, series)
            Empty where no target has been reached.
        """
        earlier = max(origin - step + 1, 0)
        start = self.first + step
        observed = self.logs[start : start + earlier]
        return (observed - self.points[method][:earlier, step - 1]) / self.scale[:earlier]

    def best_known_step(self, step: int, origin: int) -> int:
        """The step itself, or the longest shorter one whose errors are known from two origins at least."""
        return max(min(step, origin - LEAST_ORIGINS + 1), 0)


def roll(values: pd.DataFrame, horizon: int) -> Rolled:
    """Forecasts of every method from the eighth year to the last, each from the years up to its origin alone.

    ``mean`` is the plain mean, of logarithms, of `METHODS`; `BASELINES` are for comparison only. ``values``
    are from `panel.usable`, long enough, ``horizon`` is in years.
    """
    logs = np.log(values.to_numpy())
    first = MINIMUM_YEARS - 1
    pasts = [logs[: place + 1] for place in range(first, len(logs))]
    points = {
        name: np.stack([method(past, horizon) for past in pasts])
        for name, method in (METHODS | BASELINES).items()
    }
    points[MEAN] = np.mean([points[name] for name in METHODS], axis=0)
    scale = np.stack([usual_change(past) for past in pasts])
    return Rolled(values.index.to_numpy(), logs, first, scale, points)


def choice(rolled: Rolled, step: int, origin: int) -> str:
    """Among the methods and their mean, the one with the least errors known at the origin for this step.

    The error is the mean absolute one over all series and earlier origins, in usual changes. The mean is
    chosen as long as no error is known.
    """
    known = rolled.best_known_step(step, origin)
    if known == 0:
        return MEAN
    candidates = [*METHODS, MEAN]
    errors = [np.abs(rolled.known_errors(name, known, origin)).mean() for name in candidates]
    return candidates[int(np.argmin(errors))]
