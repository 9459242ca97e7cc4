"""Sizes of establishments: classes as the European Union parts them, and the mean of an INSEE class.

Source: Commission recommendation 2003/361/EC, by headcount alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SIZES = {"1-9": 1, "10-49": 10, "50-249": 50, "250+": 250}


def size_class(headcount: np.ndarray | pd.Series) -> pd.Series:
    """The class of ``SIZES`` of each headcount, the smallest below 1, missing where it is."""
    people = pd.Series(headcount, dtype=float)
    place = np.searchsorted([*SIZES.values()][1:], people.fillna(0), side="right")
    return pd.Series(np.array([*SIZES])[place], index=people.index, dtype="str").where(people.notna())


def moments(low: pd.Series, high: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the headcounts within INSEE classes of ``low`` to ``high`` people, 1 or more.

    Sizes follow Zipf's law in whole people, P(size >= x) = 1 / x, so that the class a to b - 1 = high has

        mean m = s / (1 / a - 1 / b),   variance (b - a - s) / (1 / a - 1 / b) - m^2,
        s = 1 / (a + 1) + ... + 1 / b = psi(b + 1) - psi(a + 1),

    30 people for « 20 à 49 », where the middle would be 35. The last class, without ``high``, is closed at
    twice its low bound.

    Source: Axtell (2001), Science 293, 1818-1820 (firm sizes, exponent 1.06).
    """
    from scipy.special import digamma  # a tenth of a second, which most commands do without

    a = low.to_numpy(dtype=float)
    b = np.where(high.isna(), 2 * a, high.to_numpy(dtype=float) + 1)
    chance, reciprocals = 1 / a - 1 / b, digamma(b + 1) - digamma(a + 1)
    mean = reciprocals / chance
    return mean, (b - a - reciprocals) / chance - mean**2
