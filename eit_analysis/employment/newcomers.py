"""Those who came since the survey, hired or from another occupation, by year of arrival.

Their ages are not followed: whoever comes is of any age of hiring alike, so that those who came in one year
and are still there leave, in a later year, with the mean hazard of these ages after as many years, at pace
r

1 − (1 − h)^r,        h = Σ_a S_a h_a / Σ_a S_a,        S_a: chance of who came at age a to have stayed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eit_analysis.employment.hazards import AGES, Hazards

HIRE_AGES = np.flatnonzero((AGES >= 20) & (AGES <= 49))  # no source by occupation: spread evenly


@dataclass(frozen=True)
class Newcomers:
    """Means over ages, arrays (years of arrival, years, draws); zero until the year after the arrival.

    ``departure`` and ``mobility`` are −log(1 − hazard), ``retired_share`` that of departures.
    """

    departure: np.ndarray
    retired_share: np.ndarray
    mobility: np.ndarray

    def leave(
        self, there: np.ndarray, year: int, pace: np.ndarray, lost: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Draw the exits of one year and take them from ``there`` (years of arrival, occupations, draws).

        Parameters
        ----------
        pace : array (occupations, draws)
        lost : array (occupations)
            Share of the jobs lost in the year.

        Returns
        -------
        expected, left : array (occupations, draws), dict of such arrays
            Departures expected before the draw; exits by reason.
        """
        came = there[:year]
        chance = -np.expm1(-pace * self.departure[:year, year, None])
        expected = np.einsum("aod,aod->od", came, chance)
        departed = rng.binomial(came, chance)
        came -= departed
        ages = self.retired_share[:year, year].any(axis=-1)
        retired = rng.binomial(departed[ages], self.retired_share[:year, year, None][ages]).sum(axis=0)
        moved = rng.binomial(came, -np.expm1(-pace * self.mobility[:year, year, None]))
        came -= moved
        quits = departed.sum(axis=0) - retired
        left = {"retirements": retired, "quits": quits, "moves": moved.sum(axis=0)}
        if lost.any():
            dismissed = rng.binomial(came, lost[:, None])
            came -= dismissed
            left["losses"] = dismissed.sum(axis=0)
        return expected, left


def arriving(chances: Hazards) -> Newcomers:
    """Mean hazards by year of arrival and year (module's equation)."""
    years, draws = chances.quit.shape[1:]
    departure, share, mobility = (np.zeros((years, years, draws)) for _ in range(3))
    for arrival in range(years):
        staying = np.ones((len(HIRE_AGES), draws))
        for year in range(arrival + 1, years):
            age = np.minimum(HIRE_AGES + year - arrival, len(AGES) - 1)
            retiring = staying * chances.retirement[age, year]
            leaving = retiring + (staying - retiring) * chances.quit[age, year]
            moving = (staying - leaving) * chances.mobility[age, year]
            departure[arrival, year] = _hazard(leaving, staying)
            share[arrival, year] = _ratio(retiring, leaving)
            mobility[arrival, year] = _hazard(moving, staying - leaving)
            staying = staying - leaving - moving
    return Newcomers(departure, share, mobility)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Σ part / Σ whole over ages, within [0, 1]; zero where the whole is."""
    total = whole.sum(axis=0)
    return np.divide(part.sum(axis=0), total, out=np.zeros_like(total), where=total > 0).clip(0, 1)


def _hazard(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return -np.log1p(-np.minimum(_ratio(part, whole), 1 - 1e-12))
