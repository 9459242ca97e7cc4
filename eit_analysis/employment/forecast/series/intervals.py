"""log y(q) = log f ± s Q(|2q − 1|) √g √(1 + γ h / T): conformal quantiles, from past errors.

    g = c(h) / c(k) for the naive forecast, √(c(h) / c(k) · h / k) for all others

Q is the empirical quantile of absolute errors known at the origin, over series and origins together, each
divided by its series' usual change s at its time: those of h years ahead, or of the longest shorter step k
known from two origins. c(h) is the mean square of the panel's changes over h years: between k and h the
errors of the naive forecast grow as changes do, since labour statistics are often means of several years,
whose changes go on where a random walk's do not. A forecast that foresees a part of what goes on has errors
that grow less, half-way to a random walk's on the log scale. Without any error known the changes themselves
are those of the naive forecast. γ is the part of the mean square that all series share: of such shocks T
years hold T / h, and the next one is new.

Nothing is assumed on the law of errors but that those to come are like those seen, and that too high is as
likely as too low. Of the origins known, the later half counts: earlier ones learnt from fewer years.
Source: Lei et al. (2018), split conformal prediction; with level (n + 1) / n, for the error to come counts.
"""

from __future__ import annotations

import numpy as np

from eit_analysis.employment.forecast.series.rolling import LEAST_ORIGINS, Rolled, followed

LEVELS = np.arange(1, 40) / 40  # 2.5 % to 97.5 %: holds the bounds at 95 and 80 % and the median
NAIVE, FORESEEN = {"naive": 1.0}, 0.5
MEDIAN, BOUNDS = 19, {80: (3, 35), 95: (0, 38)}


def quantiles(rolled: Rolled, method: str, step: int, origin: int) -> np.ndarray:
    """Quantiles of the value forecast, in its own unit.

    ``chosen`` has the forecast, and the past errors, of the mix that `followed` gives at this origin.

    Returns
    -------
    array (levels, series)
        At `LEVELS`; missing for a series that is not forecast yet.
    """
    parts = followed(rolled, method, step, origin)
    centre = rolled.point(parts, step, origin)
    part = 1.0 if parts == NAIVE else FORESEEN
    known = rolled.best_known_step(step, origin)
    if known:
        errors = rolled.known_errors(parts, known, origin)
        if len(errors) >= 2 * LEAST_ORIGINS:
            errors = errors[len(errors) // 2 :]
    else:
        known = min(step, rolled.first + origin)
        errors = rolled.changes(known, origin)
    spread = _reach(errors) * np.sqrt(
        _growth(rolled, known, step, origin) ** part * (step / known) ** (1 - part)
    )
    spread *= np.sqrt(1 + _shared(errors) * step / (rolled.first + origin))
    return np.exp(centre + (np.sign(LEVELS - 0.5) * spread)[:, None] * rolled.scale[origin])


def _reach(errors: np.ndarray) -> np.ndarray:
    known = np.abs(errors[np.isfinite(errors)])
    return np.quantile(known, np.minimum(np.abs(2 * LEVELS - 1) * (1 + 1 / known.size), 1.0))


def _growth(rolled: Rolled, known: int, step: int, origin: int) -> float:
    """c(step) / c(known); as a random walk's beyond the years there are, or where nothing ever changed."""
    longest = min(step, rolled.first + origin)
    squares = [np.nanmean(rolled.changes(years, origin) ** 2) for years in (known, longest)]
    if not squares[0]:
        return step / known
    return float(squares[1] / squares[0] * step / longest)


def _shared(errors: np.ndarray) -> float:
    """The part of the mean square error that is the same for all series."""
    whole = np.nanmean(errors**2)
    return float(np.mean(np.nanmean(errors, axis=1) ** 2) / whole) if whole else 0.0
