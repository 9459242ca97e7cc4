"""What one weight that converts several flows (pallets in, pallets out) adds to the variance of their sum.

Errors of a balance are independent, but for those of a weight. Of sum a_i m_i, where a is 1 for what comes
in, -1 for what goes out, or a part of it,

    V = sum a_i^2 s_i^2 + sum_w [ (sum_{i of w} a_i c_i)^2 - sum_{i of w} (a_i c_i)^2 ],
    c_i = min(m_i s_w, s_i),

s the standard deviation of a flow, s_w the log sd of the weight w (:func:`propagation.common_weights`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.balance.survey_network import stated_sd
from eit_analysis.flows.uncertainty.propagation import MASS, common_weights


def weight_covariance(flows: pd.DataFrame, sign: np.ndarray, groups: pd.DataFrame) -> pd.Series:
    """The second sum of V by group, the columns of ``groups`` of each flow (t2/year2).

    ``sign`` is a. The weight is of the family that was declared, whatever group the flow is in. Only groups
    where a weight converts some flow; the others share nothing.
    """
    weight, log_variance = common_weights(flows)
    c = np.minimum(flows[MASS].to_numpy(float) * np.sqrt(log_variance), stated_sd(flows).to_numpy()) * sign
    keys = list(groups.columns)
    parts = groups.astype("str").assign(weight=weight.to_numpy(), c=c, square=c**2)
    sums = parts.groupby([*keys, "weight"])[["c", "square"]].sum()
    return (sums["c"] ** 2 - sums["square"]).groupby(level=keys).sum()
