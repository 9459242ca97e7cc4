"""Size classes of establishments: micro, small, medium and large, as the European Union parts them.

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
