"""What a flow is worth, or weighs in a month: its mass times a factor, interval included; parts of a flow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, OFF_CENTRE

# Columns of `uncertainty.prepare` that go with a power of the mass; its log errors do not change.
POWERS = {MASS: 1, LOW: 1, HIGH: 1, "own_variance": 2, "own_third_cumulant": 3, OFF_CENTRE: 1}


def scaled(flows: pd.DataFrame, factor: pd.Series | np.ndarray) -> pd.DataFrame:
    """The flows (t/year) with m f, l f and u f for m, l and u: every total of them is one of sum of m f.

    ``factor``, f of each flow, is not negative and has no error of its own: EUR/t, months...
    """
    weight = np.asarray(factor, dtype=float)
    changed = {name: flows[name] * weight**power for name, power in POWERS.items() if name in flows}
    return flows.assign(**changed)


def together(parts: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Parts of one flow alike in all keys as one: they err together, since the flow is one mass.

    ``part`` is which part of its flow a row is (:func:`diversion.as_declared`); without it flows are whole.
    """
    if "part" not in parts:
        return parts
    by = ["flow_id", *keys]
    whole = parts.groupby(by, dropna=False, observed=True)["part"].transform("sum")
    first = ~parts.duplicated(by)
    joined = scaled(parts[first], (whole / parts["part"])[first])
    return joined.assign(part=whole[first]).reset_index(drop=True)
