"""Those who came since the survey: hired between 20 and 49, or from another occupation at the age they had.

Which of them is of what age is not followed. Those who are there in a year leave with the mean hazard of
the newcomers expected then, of all occupations, at pace r

1 − (1 − h)^r,        h = Σ S_a h_a / Σ S_a,
S_{a+1} = S_a (1 − d_a) + T_a (1 − d_a) m_a + hires of age a,        hires = Σ (S_a + T_a) (d_a + g),

S and T being newcomers and today's people by age, d the chance to retire or quit in the year, m that to
change occupation, after which a newcomer is still one, g the growth that the trend wants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eit_analysis.employment.forecast import random_counts
from eit_analysis.employment.forecast.hazards import AGES, Hazards

HIRE_AGES = np.flatnonzero((AGES >= 20) & (AGES <= 49))  # no source by occupation: spread evenly


@dataclass(frozen=True)
class Newcomers:
    """Means over those expected there, arrays (years, draws); zero in the first year, when nobody has come.

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
            left[reason] = random_counts.leaving(there, hazard, stream)
            there = there - left[reason]
        return expected, left


def arriving(chances: Hazards, people: np.ndarray, growth: np.ndarray) -> Newcomers:
    """Mean hazards by year (module's equation).

    ``people``, array (ages), are today's of all occupations; ``growth``, array (draws), is theirs per year.
    """
    years, draws = chances.quit.shape[1:]
    means = [np.zeros((years, draws)) for _ in range(3)]
    today = np.repeat(people[:, None].astype(float), draws, axis=1)
    since = np.zeros_like(today)
    for year in range(years):
        there = since
        for mean, hazard in zip(means, (chances.retirement, chances.quit, chances.mobility), strict=True):
            gone = there * hazard[:, year]
            mean[year] = -np.log1p(-_ratio(gone, there))
            there = there - gone
        staying = (1 - chances.retirement[:, year]) * (1 - chances.quit[:, year])
        hired = ((since + today) * (1 - staying + growth)).sum(axis=0)
        moved = today * staying * chances.mobility[:, year]
        since = _older(since * staying + moved)
        today = _older(today * staying - moved)
        # A year older in the next; where nobody is wanted, whoever comes all the same is of these ages.
        since[HIRE_AGES + 1] += np.maximum(hired, 1e-9) / len(HIRE_AGES)
    return Newcomers(*means)


def _older(people: np.ndarray) -> np.ndarray:
    aged = np.zeros_like(people)
    aged[1:] = people[:-1]
    aged[-1] += people[-1]  # 70 is 70 and more
    return aged


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Σ part / Σ whole over ages, below 1; zero where the whole is."""
    total = whole.sum(axis=0)
    return np.divide(part.sum(axis=0), total, out=np.zeros_like(total), where=total > 0).clip(0, 1 - 1e-12)
