"""Forecasts made again at every past year with what was known then: the only fair source of errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
POOLED = {"pooled_autoregression"}
MEAN, CHOSEN = "mean", "chosen"
LEAST_ORIGINS = 2
DOUBT = 0.25  # the mean weighs as a quarter of a stretch of years whose errors are known


@dataclass(frozen=True)
class Rolled:
    """Forecasts of a panel from every origin.

    Attributes
    ----------
    years : array (years,)
    logs : array (years, series)
        Logarithms of the values, missing before a series begins.
    first : int
        Place of the first origin among the years; the last year is the last origin.
    scale : array (origins, series)
        Usual change of each series as known at the origin.
    points : dict of arrays (origins, horizon, series)
        By method, logarithms of the forecasts. Like ``scale``, missing for a series of fewer years than
        `MINIMUM_YEARS` at the origin.
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

    def point(self, parts: Mapping[str, float], step: int, origin: int) -> np.ndarray:
        """Logarithms forecast by a mix of methods, ``{method: part}``."""
        return sum(part * self.points[name][origin, step - 1] for name, part in parts.items())

    def known_errors(self, parts: Mapping[str, float], step: int, origin: int) -> np.ndarray:
        """(log observed − log forecast) / usual change, for targets no later than the origin.

        Parameters
        ----------
        parts : mapping
            The mix of methods, ``{method: part}``.
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
        forecast = sum(part * self.points[name][:earlier, step - 1] for name, part in parts.items())
        return (self.logs[start : start + earlier] - forecast) / self.scale[:earlier]

    def changes(self, years: int, origin: int) -> np.ndarray:
        """Changes over so many years up to the origin, over the usual change: array (times, series)."""
        past = self.logs[: self.first + origin + 1]
        return (past[years:] - past[:-years]) / self.scale[origin]

    def best_known_step(self, step: int, origin: int) -> int:
        """The step itself, or the longest shorter one whose errors are known from two origins at least."""
        return max(min(step, origin - LEAST_ORIGINS + 1), 0)


def roll(values: pd.DataFrame, horizon: int) -> Rolled:
    """Forecasts of every method from the eighth year to the last, each from the years up to its origin alone.

    ``mean`` is the plain mean, of logarithms, of `METHODS`; `BASELINES` are for comparison only. ``values``
    are from `panel.usable`, long enough, ``horizon`` is in years. A series takes part from its own eighth
    year on.
    """
    logs = np.log(values.to_numpy())
    first, begins = MINIMUM_YEARS - 1, np.isfinite(logs).argmax(axis=0)
    origins = range(first, len(logs))
    methods = METHODS | BASELINES
    points = {name: np.full((len(origins), horizon, logs.shape[1]), np.nan) for name in methods}
    scale = np.full((len(origins), logs.shape[1]), np.nan)
    for origin, last in enumerate(origins):
        ready = np.flatnonzero(last - begins >= first)
        past = logs[begins[ready].min() : last + 1]
        scale[origin, ready] = usual_change(past[:, ready])
        for name, method in methods.items():
            # One by one series need no other: those that begin together are forecast together.
            together = [ready] if name in POOLED else [ready[begins[ready] == b] for b in set(begins[ready])]
            for series in together:
                own = logs[begins[series].min() : last + 1, series]
                points[name][origin, :, series] = method(own, horizon).T
    points[MEAN] = np.mean([points[name] for name in METHODS], axis=0)
    return Rolled(values.index.to_numpy(), logs, first, scale, points)


def best(rolled: Rolled, step: int, origin: int) -> str:
    """Among the methods and their mean, the one with the least errors known at the origin, up to this step.

    The error of a step is the mean absolute one over all series and earlier origins, in usual changes, over
    that of the mean; steps count alike, by the geometric mean. Without any error known it is the mean.
    """
    errors = {
        name: [
            np.nanmean(np.abs(rolled.known_errors({name: 1.0}, known, origin)))
            for known in range(1, min(step, origin) + 1)
        ]
        for name in (MEAN, *METHODS)
    }
    tiny = np.finfo(float).tiny
    return min(errors, key=lambda name: np.sum(np.log(np.maximum(errors[name], tiny))))


def followed(rolled: Rolled, method: str, step: int, origin: int) -> dict[str, float]:
    """The mix behind a name: a method alone or, behind ``chosen``, the `best` drawn to the mean.

    part = n / (n + DOUBT), with n = (origins whose error at this step is known) / step: how many stretches of
    years, one after the other, they tell of. A short panel tells of few, and the mean of methods that are
    wrong in different ways is then the surer forecast.
    """
    if method != CHOSEN:
        return {method: 1.0}
    stretches = max(origin - step + 1, 0) / step
    part = stretches / (stretches + DOUBT)
    name = best(rolled, step, origin)
    return {MEAN: 1.0} if name == MEAN or not part else {name: part, MEAN: 1 - part}
