"""Those who came since the survey, hired or from another occupation.

Neither their ages nor their years of arrival are followed. Whoever comes is of any age of hiring alike and
as many come each year, so that those who are there in a year leave with the mean hazard of these people, at
pace r

1 − (1 − h)^r,        h = Σ S h_a / Σ S    over ages and years of arrival, S being the chance to have stayed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eit_analysis.employment.hazards import AGES, Hazards

HIRE_AGES = np.flatnonzero((AGES >= 20) & (AGES <= 49))  # no source by occupation: spread evenly


@dataclass(frozen=True)
class Newcomers:
    """Means over those who may be there, arrays (years, draws); zero in the first year, when nobody has come.

    ``departure`` and ``mobility`` are −log(1 − hazard), ``retired_share`` that of departures.
    """

    departure: np.ndarray
    retired_share: np.ndarray
    mobility: np.ndarray

    def leave(
        self, there: np.ndarray, year: int, pace: np.ndarray, lost: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Draw the exits of one year.

        Parameters
        ----------
        there, pace : array (occupations, draws)
        lost : array (occupations)
            Share of the jobs lost in the year.

        Returns
        -------
        expected, left : array (occupations, draws), dict of such arrays
            Departures expected before the draw; exits by reason.
        """
        departure, mobility = pace * self.departure[year], pace * self.mobility[year]
        leaving, going = -np.expm1(-departure), -np.expm1(-departure - mobility)
        gone = rng.binomial(there, going)
        share = np.divide(leaving, going, out=np.zeros_like(going), where=going > 0)
        departed = rng.binomial(gone, share.clip(max=1))
        old = self.retired_share[year].any()  # who was hired before 50 is not at once
        retired = rng.binomial(departed, self.retired_share[year]) if old else np.zeros_like(departed)
        left = {"retirements": retired, "quits": departed - retired, "moves": gone - departed}
        if lost.any():
            left["losses"] = rng.binomial(there - gone, lost[:, None])
        return there * leaving, left


def arriving(chances: Hazards) -> Newcomers:
    """Mean hazards by year (module's equation)."""
    years, draws = chances.quit.shape[1:]
    departure, share, mobility = (np.zeros((years, draws)) for _ in range(3))
    staying = np.zeros((len(AGES), draws))
    for year in range(years):
        retiring = staying * chances.retirement[:, year]
        leaving = retiring + (staying - retiring) * chances.quit[:, year]
        moving = (staying - leaving) * chances.mobility[:, year]
        departure[year] = -np.log1p(-_ratio(leaving, staying))
        share[year] = _ratio(retiring, leaving)
        mobility[year] = -np.log1p(-_ratio(moving, staying - leaving))
        there = staying - leaving - moving
        staying = np.zeros_like(there)
        staying[1:] = there[:-1]
        staying[-1] += there[-1]  # 70 stands for 70 and more
        staying[HIRE_AGES + 1] += 1  # those of the year, a year older in the next
    return Newcomers(departure, share, mobility)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Σ part / Σ whole over ages, below 1; zero where the whole is."""
    total = whole.sum(axis=0)
    return np.divide(part.sum(axis=0), total, out=np.zeros_like(total), where=total > 0).clip(0, 1 - 1e-12)
