"""Yearly probabilities of leaving by age and year, one quantile of each rate per draw.

The rows are those of ``reference/hazards.csv``: ``hazard, first_age, last_age, low, central, high``. A
person aged a between the age of long careers and the legal age L retires early with the yearly probability
that makes the share q of long careers over these years,

1 − (1 − q)^(1 / (L − e)),      e the age of long careers

and at L or later with the probability of the rows from 62 years on, written for a legal age of 62. A legal
age within a year of age (62.25) mixes both in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.config_scenarios import Reform, Scenarios
from eit_analysis.reference import retirement as law

AGES = np.arange(15, 71)  # the last is 70 and more
LEGAL_AGE = 62  # legal age behind the retirement rows of reference/hazards.csv
EARLY_AGE = 59  # last age of early retirements in these rows
LEVELS = ("retirement", "long_career", "quit", "mobility", "foresight", "occupation_spread", "plan_weight")


@dataclass(frozen=True)
class Hazards:
    """Yearly probabilities of whoever is aged a in a year: arrays (ages, years, draws).

    Who retires does not quit; who neither retired nor quit may change occupation (``mobility``).
    """

    retirement: np.ndarray
    quit: np.ndarray
    mobility: np.ndarray

    def departure(self) -> np.ndarray:
        """1 − (1 − retirement)(1 − quit)."""
        return 1 - (1 - self.retirement) * (1 - self.quit)


def triangular(u: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """Quantile u of the triangular law: low + √(u·w·(mode − low)) below the mode, mirrored above.

    w = high − low. Equal bounds give their value.
    """
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1 - u) * width * (high - mode))
    return np.where(u * width <= mode - low, rising, falling)


def by_age(hazards: pd.DataFrame, hazard: str, u: np.ndarray, ages: np.ndarray = AGES) -> np.ndarray:
    """One hazard at quantiles u (draws): array (ages, draws), ages rising together; zero without a row."""
    values = np.zeros((len(ages), len(u)))
    for row in hazards[hazards["hazard"] == hazard].to_dict("records"):
        inside = (ages >= row["first_age"]) & (ages <= row["last_age"])
        values[inside] = triangular(u, row["low"], row["central"], row["high"])
    return values


def value(hazards: pd.DataFrame, hazard: str, u: np.ndarray, otherwise: float) -> np.ndarray:
    """A rate without ages at quantiles u: array like u, ``otherwise`` where the table has no such row."""
    rows = hazards[hazards["hazard"] == hazard]
    if rows.empty:
        return np.full(u.shape, otherwise)
    return triangular(u, *rows.iloc[0][["low", "central", "high"]].astype(float))


@dataclass(frozen=True)
class Ages:
    """Of whoever is aged a in each year: ``legal``, ``early`` (long careers), arrays (ages, years)."""

    legal: np.ndarray
    early: np.ndarray


def legal_ages(parameters: Scenarios, reform: list[Reform], base_year: int, years: int) -> Ages:
    """Those of the law in force in the middle of the base year, or of the study's own choice.

    The step of a reform holds from its month of birth until the next one; who was born before the first keeps
    the age of the law. A year of birth has the mean of its months.
    """
    born = law.months_of(base_year + 1 + np.arange(years)[None, :] - AGES[:, None])
    legal, early = law.ages_of(parameters.retirement_law or law.law_in_force(base_year), born)
    if parameters.retirement_age:
        legal = np.full(born.shape, parameters.retirement_age)
    if parameters.long_career_age:
        early = np.full(born.shape, parameters.long_career_age)
    for step in sorted(reform, key=lambda step: step.born_from):
        legal[born >= law.month(step.born_from)] = step.retirement_age
    return Ages(legal.mean(axis=-1), np.minimum(early, legal).mean(axis=-1))


def retirement(hazards: pd.DataFrame, ages: Ages, u: np.ndarray, u_long: np.ndarray) -> np.ndarray:
    """Yearly probability to retire, array (ages, years, draws): the module's equation, nobody left at 70."""
    early = by_age(hazards, "retirement", u, np.minimum(AGES, EARLY_AGE))
    full = by_age(hazards, "retirement", u, np.clip(AGES, LEGAL_AGE, 70))
    share = value(hazards, "long_career", u_long, 0.0)
    both = np.stack([ages.legal.ravel(), ages.early.ravel()])
    steps, step = np.unique(both, axis=1, return_inverse=True)  # few ages, each reckoned once
    values = np.empty((steps.shape[1], *early.shape))
    for place, (age, begins) in enumerate(steps.T):
        yearly = 1 - (1 - share) ** (1 / max(age - begins, 1e-9))
        past = np.clip(AGES[:, None] + 1 - age, 0, 1)
        window = np.clip(AGES[:, None] + 1 - begins, 0, 1) - past
        values[place] = past * full + window * yearly + (1 - past - window) * early
        values[place, AGES == 70] = full[AGES == 70]
    return values[step.reshape(ages.legal.shape), np.arange(len(AGES))[:, None]]


def draw(hazards: pd.DataFrame, parameters: Scenarios, ages: Ages, u: dict[str, np.ndarray]) -> Hazards:
    """Hazards at the quantiles u of each draw, arrays in [0, 1] by name; ``ages`` from :func:`legal_ages`."""
    shape = (*ages.legal.shape, len(u["quit"]))
    leave = np.clip(parameters.quit_rate * by_age(hazards, "quit", u["quit"]), 0, 1)
    move = by_age(hazards, "mobility", u["mobility"])
    retire = retirement(hazards, ages, u["retirement"], u["long_career"])
    return Hazards(retire, np.broadcast_to(leave[:, None], shape), np.broadcast_to(move[:, None], shape))
