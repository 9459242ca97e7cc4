"""Those who came since the survey, hired or from another occupation.

Neither their ages nor their years of arrival are followed. Whoever comes is of any age of hiring alike and
as many come each year, so that those who are there in a year leave with the mean hazard of these people, at
pace r

1 − (1 − h)^r,        h = Σ S h_a / Σ S    over ages and years of arrival, S being the chance to have stayed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eit_analysis.employment import counts
from eit_analysis.employment.hazards import AGES, Hazards

HIRE_AGES = np.flatnonzero((AGES >= 20) & (AGES <= 49))  # no source by occupation: spread evenly


@dataclass(frozen=True)
class Newcomers:
    """Means over those who may be there, arrays (years, draws); zero in the first year, when nobody has come.

    Each is −log(1 − hazard); who retires does not quit, who does neither may move.
    """

    retirement: np.ndarray
    quit: np.ndarray
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
        expected = -there * np.expm1(-pace * (self.retirement[year] + self.quit[year]))
        hazards = {
            "retirements": pace * self.retirement[year],
            "quits": pace * self.quit[year],
            "moves": pace * self.mobility[year],
        }
        if lost.any():
            with np.errstate(divide="ignore"):
                hazards["losses"] = np.broadcast_to(-np.log1p(-lost)[:, None], pace.shape)
        left = {}
        for (reason, hazard), stream in zip(hazards.items(), rng.spawn(len(hazards)), strict=True):
            left[reason] = counts.leaving(there, hazard, stream)
            there = there - left[reason]
        return expected, left


def arriving(chances: Hazards) -> Newcomers:
    """Mean hazards by year (module's equation)."""
    years, draws = chances.quit.shape[1:]
    means = [np.zeros((years, draws)) for _ in range(3)]
    staying = np.zeros((len(AGES), draws))
    for year in range(years):
        for mean, hazard in zip(means, (chances.retirement, chances.quit, chances.mobility), strict=True):
            gone = staying * hazard[:, year]
            mean[year] = -np.log1p(-_ratio(gone, staying))
            staying = staying - gone
        there = staying
        staying = np.zeros_like(there)
        staying[1:] = there[:-1]
        staying[-1] += there[-1]  # 70 stands for 70 and more
        staying[HIRE_AGES + 1] += 1  # those of the year, a year older in the next
    return Newcomers(*means)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Σ part / Σ whole over ages, below 1; zero where the whole is."""
    total = whole.sum(axis=0)
    return np.divide(part.sum(axis=0), total, out=np.zeros_like(total), where=total > 0).clip(0, 1 - 1e-12)
