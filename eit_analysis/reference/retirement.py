"""Legal ages of retirement and of long careers, by month of birth, in the law of a day.

    age of a birth year = mean over its twelve months of the age of the month

A long career is that of who began before 20: who began before 16, 18 or 21 leaves at other ages, and how many
they are is not known apart. A law is every row of one name in ``retirement_ages.csv``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.dated import in_force

AGES = ("legal_age", "long_career_age")


def law_in_force(year: int) -> str:
    """The law at the middle of a year, the first that is known for an earlier one.

    The day of the answers is not asked: the middle is the least far from all the days it may have been.
    """
    table = reference.load("retirement_ages")
    return next(iter(in_force(table, f"{year}-07-01")["law"]), table["law"].iloc[0])


def law_of_today() -> str:
    """The law that nothing ended."""
    return str(in_force(reference.load("retirement_ages"))["law"].iloc[0])


def text_of(law: str) -> str:
    """Its reference, in French."""
    table = reference.load("retirement_ages")
    return str(table.loc[table["law"] == law, "text_ref"].iloc[0])


def name_of(law: str) -> str:
    """Its reference without articles: ``loi n° 2023-270 du 14 avril 2023``."""
    return text_of(law).split(",")[0]


def month(born: str) -> int:
    """The number of a month, ``1961-09``, as periods count them."""
    return int(pd.Period(born, freq="M").ordinal)


def months_of(births: np.ndarray) -> np.ndarray:
    """The numbers of the twelve months of each year, on a new last axis."""
    return (np.asarray(births)[..., None] - 1970) * 12 + np.arange(12)


def ages_of(law: str, months: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Legal age and age of long careers (years) of who was born in each month, arrays like ``months``.

    Those born before the first row have its ages.
    """
    table = reference.load("retirement_ages")
    steps = table[table["law"] == law].sort_values("born_from")
    starts = np.array([month(born) for born in steps["born_from"]])
    rows = np.clip(np.searchsorted(starts, months, side="right") - 1, 0, None)
    legal, early = ((steps[f"{age}_years"] + steps[f"{age}_months"] / 12).to_numpy(float) for age in AGES)
    return legal[rows], early[rows]
