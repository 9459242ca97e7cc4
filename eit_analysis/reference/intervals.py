"""The interval of a share, how many cases it takes to be narrow; tests corrected for their number.

    (p̂ + z²/2n ± z √(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)        Wilson's, z = 1.96
    ± h at most, whatever the share:   n ≥ z² (1/4h² − 1)

Source: Newcombe, Statistics in Medicine 17 (1998), 857.
"""

from __future__ import annotations

from math import ceil

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm

Z = float(norm.ppf(0.975))


def wilson(hits: int, cases: int) -> tuple[float, float]:
    """The ends of Wilson's interval at 95 % of a share, in percent."""
    interval = binomtest(hits, cases).proportion_ci(0.95, method="wilson")
    return 100 * float(interval.low), 100 * float(interval.high)


def enough(half_width: float) -> int:
    """The fewest cases of which Wilson's interval is that narrow on either side, whatever their share."""
    return ceil(Z**2 * (1 / (4 * half_width**2) - 1))


def holm(chances: pd.Series) -> pd.Series:
    """Probabilities corrected for their number (Holm 1979); what is missing stays so.

    >>> holm(pd.Series([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    ranked = chances.dropna().sort_values(kind="stable")
    corrected = (ranked * np.arange(len(ranked), 0, -1)).cummax().clip(upper=1.0)
    return corrected.reindex(chances.index)
