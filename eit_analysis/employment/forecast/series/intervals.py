"""log y(q) = log f ± s Q(|2q − 1|): conformal quantiles, from past errors pooled over series and scaled.

Q is the empirical quantile of the absolute errors known at the origin, all series and earlier origins
together, each divided by its series' usual change s at its time. Nothing is assumed on their law but that
those to come are like those seen, and that too high is as likely as too low. Where a step's errors are not
yet known from two origins, the longest shorter step lends its own, times √(step / its step), as a random
walk's grow.
Source: Lei et al. (2018), split conformal prediction; with level (n + 1) / n, for the error to come counts.
"""

from __future__ import annotations

import numpy as np

from eit_analysis.employment.forecast.series.rolling import CHOSEN, Rolled, choice

LEVELS = np.arange(1, 40) / 40  # 2.5 % to 97.5 %: holds the bounds at 95 and 80 % and the median
MEDIAN, BOUNDS = 19, {80: (3, 35), 95: (0, 38)}


def quantiles(rolled: Rolled, method: str, step: int, origin: int) -> np.ndarray:
    """Quantiles of the value forecast, in its own unit.

    ``chosen`` has the forecast, and the past errors, of the method that `choice` follows at this origin.

    Returns
    -------
    array (levels, series)
        At `LEVELS`; as long as no error is known, missing but for the median.
    """
    if method == CHOSEN:
        method = choice(rolled, step, origin)
    centre = rolled.points[method][origin, step - 1]
    known = rolled.best_known_step(step, origin)
    if known == 0:
        spread = np.full(len(LEVELS), np.nan)
        spread[MEDIAN] = 0.0
    else:
        errors = np.abs(rolled.known_errors(method, known, origin)).ravel()
        reach = np.minimum(np.abs(2 * LEVELS - 1) * (1 + 1 / errors.size), 1.0)
        width = np.quantile(errors, reach) * np.sqrt(step / known)
        spread = np.sign(LEVELS - 0.5) * width
    return np.exp(centre + spread[:, None] * rolled.scale[origin])
