"""How far off the estimates were: what done synergies bring, beside what the same ones had promised.

    kept = Σ realised / Σ promised,   and the median of realised_i / promised_i

Its interval is distribution-free: the k-th smallest ratio to the k-th largest, k the largest for which
P(B < k) ≤ 2.5 %, B binomial of n trials at 1/2 (sign test; Nair 1940). Below six leads there is none; below
``LEAST`` nothing is said.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import binom

from eit_analysis.change.results import RESULTS

LEAST = 3  # leads
COLUMNS = [
    "indicator", "n_compared", "kept_percent", "median_kept_percent", "median_kept_low_percent",
    "median_kept_high_percent", "n_short", "calibration_basis",
]  # fmt: skip


def calibration(register: pd.DataFrame) -> pd.DataFrame:
    """Realised against promised of the synergies that are done, of which the register has both.

    Given those that last alone (``stages.lasting``): estimates may then look better than they were.

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS``, one row per indicator of ``RESULTS``. ``n_short`` brought less than half of
        what they promised. ``calibration_basis`` is ``interval``, ``no_interval`` or ``few_leads``, of
        which only the number is told.
    """
    rows = []
    done = register[register["status"] == "done"]
    for indicator in RESULTS:
        promised = f"promised_{indicator.removeprefix('realised_')}"
        both = done.reindex(columns=[promised, indicator]).astype(float).dropna()
        both = both[both[promised] > 0]
        ratio = 100 * (both[indicator] / both[promised]).to_numpy(dtype=float)
        told: tuple = (np.nan, np.nan, np.nan, np.nan, np.nan, "few_leads")
        if len(ratio) >= LEAST:
            low, high = median_interval(ratio)
            kept = 100 * both[indicator].sum() / both[promised].sum()
            basis = "no_interval" if np.isnan(low) else "interval"
            told = (kept, float(np.median(ratio)), low, high, int((ratio < 50).sum()), basis)
        rows.append((indicator, len(ratio), *told))
    return pd.DataFrame(rows, columns=COLUMNS)


def median_interval(values: np.ndarray) -> tuple[float, float]:
    """The interval at 95 % or more of the median of independent values, missing below six of them."""
    k = int(binom.ppf(0.025, len(values), 0.5))
    ordered = np.sort(values)
    return (float(ordered[k - 1]), float(ordered[-k])) if k else (np.nan, np.nan)
