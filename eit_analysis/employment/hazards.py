"""Yearly probabilities of leaving by age, drawn between their low and high values.

The rows are those of ``reference/hazards.csv``: ``hazard, first_age, last_age, low, central, high``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

AGES = np.arange(15, 71)
LEGAL_AGE = 62  # legal age behind the retirement rows of reference/hazards.csv


def uniform_over(first: int, last: int) -> np.ndarray:
    """Shares of people over ages, equal from ``first`` to ``last`` and zero elsewhere; sums to one."""
    inside = np.isin(AGES, np.arange(first, last + 1))
    return inside / inside.sum()


def triangular(u: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """Quantile u of the triangular law: low + √(u·w·(mode − low)) below the mode, mirrored above.

    w = high − low. Equal bounds give their value.
    """
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1 - u) * width * (high - mode))
    return np.where(u * width <= mode - low, rising, falling)


def draw_hazard(
    hazards: pd.DataFrame, hazard: str, rng: np.random.Generator, shape: tuple[int, ...], ages: np.ndarray
) -> np.ndarray:
    """Values of one hazard, array (*shape, ages): one quantile per draw for all ages (they rise together).

    Ages no row covers get zero.
    """
    rows = hazards[hazards["hazard"] == hazard]
    u = rng.random(shape)[..., None]
    values = np.zeros((*shape, len(ages)))
    for row in rows.to_dict("records"):
        inside = (ages >= row["first_age"]) & (ages <= row["last_age"])
        values[..., inside] = triangular(u, row["low"], row["central"], row["high"])
    return values


def retirement_reference_age(retirement_age: int) -> np.ndarray:
    """Age to read in the retirement rows, written for a legal age of 62, for the study's own legal age."""
    shift = retirement_age - LEGAL_AGE
    shifted = np.where(AGES - shift >= 60, np.minimum(AGES - shift, 69), np.minimum(AGES, 59))
    return np.where(AGES >= 70, 70, shifted)
