"""Who would have to think what for a candidate to come first.

A candidate's central weights are the mean of those under which it is first. Where they differ from the stated
ones by more than chance, they say which criteria its partisans hold for more, and which for less, important.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.synergies.scoring.draws import CONCENTRATION

# A difference below this many points, or this many standard errors of the draws, counts as none.
POINTS, ERRORS = 3.0, 3.0
COLUMNS = [
    "candidate_id", "leads_if", "more_on", "more_stated_percent", "more_central_percent", "less_on",
    "less_stated_percent", "less_central_percent",
]  # fmt: skip


def preferences(
    ranked: pd.DataFrame, criteria: pd.DataFrame, central: np.ndarray, n_first: np.ndarray
) -> pd.DataFrame:
    """For each candidate, the criterion to value most above the stated weight, and most below.

    Of m candidates and n criteria (``criterion, weight``): ``central``, (m, n), are the central weights, NaN
    for a candidate that is never first, and ``n_first``, (m,), the draws in which each was first.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS``. ``leads_if`` is ``never`` (first in no draw: no weights are known to lead there),
        ``data`` (no other weights needed: what is first or not hangs on the values) or ``weights``; then
        ``more_on`` and ``less_on`` are criteria, with the stated and the central weight of each.
    """
    stated = criteria["weight"].to_numpy(dtype=float)
    names = criteria["criterion"].to_numpy(dtype=object)
    # Standard deviation of a Dirichlet weight, over the root of the draws averaged.
    error = np.sqrt(stated * (1 - stated) / (CONCENTRATION + 1) / np.maximum(n_first, 1)[:, None])
    gap = central - stated
    telling = np.abs(gap) > np.maximum(POINTS / 100, ERRORS * error)
    never = np.isnan(central).any(axis=1)
    result = pd.DataFrame({"candidate_id": ranked["candidate_id"].to_numpy(dtype=object)})
    result["leads_if"] = np.where(never, "never", np.where(telling.any(axis=1), "weights", "data"))
    rows = np.arange(len(ranked))
    for side, sign in (("more", 1), ("less", -1)):
        lean = np.where(telling, sign * gap, 0.0)
        most = lean.argmax(axis=1)
        found = lean[rows, most] > 0
        result[f"{side}_on"] = pd.Series(names[most]).where(found)
        result[f"{side}_stated_percent"] = np.where(found, 100 * stated[most], np.nan)
        result[f"{side}_central_percent"] = np.where(found, 100 * central[rows, most], np.nan)
    return result[COLUMNS]
