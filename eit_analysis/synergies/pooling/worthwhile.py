"""From which volume an operation is worth its while: the thresholds, by the costs that the savings use.

    T = P F / (φ u)

with F the fixed cost of an operation, P of them a year, u the price of a unit to who does it alone and φ
its part that does not follow the volume: at T units a year, P operations cost each unit what it costs alone.
Where what an operation holds says when it is full (a lorry, a skip, a supplier's first discount), the table
gives the threshold: who is there alone has nobody to wait for, and ``savings`` tells which groups pay.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.synergies.pooling.costs import by_profile


def threshold_table(costs: pd.DataFrame) -> pd.DataFrame:
    """``reference/pooling_thresholds.csv`` with every ``threshold``, in whole units where derived.

    Parameters
    ----------
    costs : pandas.DataFrame
        From :func:`costs.cost_table`: a study that has a quote moves the threshold with it.
    """
    table, profiles = reference.load("pooling_thresholds"), by_profile(costs)
    used = [profiles[name] for name in table["cost_profile"]]
    per_unit = table["unit_price_eur"] * [each.fixed_share.central for each in used]
    fixed = table["operations_per_year"] * [each.fixed_cost.central for each in used]
    return table.assign(threshold=table["threshold"].fillna(np.ceil(fixed / per_unit - 1e-9)))
