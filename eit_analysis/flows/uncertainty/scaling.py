"""What a flow is worth, or weighs in a month: its mass times a factor, interval included."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

# Columns of `uncertainty.prepare` that go with a power of the mass; its log errors do not change.
POWERS = {MASS: 1, LOW: 1, HIGH: 1, "own_variance": 2, "own_third_cumulant": 3}


def scaled(flows: pd.DataFrame, factor: pd.Series | np.ndarray) -> pd.DataFrame:
    """The flows (t/year) with m f, l f and u f for m, l and u: every total of them is one of sum of m f.

    ``factor``, f of each flow, is not negative and has no error of its own: EUR/t, months...
    """
    weight = np.asarray(factor, dtype=float)
    changed = {name: flows[name] * weight**power for name, power in POWERS.items() if name in flows}
    return flows.assign(**changed)
