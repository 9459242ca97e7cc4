"""What a firm makes of the matter that it takes in, where its answers close.

    p = P / I,   r = I - W - P

P what it makes, I what it declares to take in, W what leaves it as waste or by-product (t/year). r has the
bounds of MOVER, as has ln p. Where r lies below zero some inputs are not declared: p would be too high, and
there is none; nor where P alone exceeds I, though r reaches zero: no yield is above 1, nor is its high bound.
Energy, what is bought to be burnt included, and piped water are in neither.

Source: Zou & Donner (2008), Statistics in Medicine 27, 1693-1702 (MOVER); ISO 14051:2011 (the parts).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.full_cost import is_fuel
from eit_analysis.flows.uncertainty.lognormal import difference_interval, interval
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, propagate

PRODUCT = "product_t_per_year"
TAKEN, LEFT = "incoming_t_per_year", "outgoing_t_per_year"
REMAINDER, RATIO = (
    [name.format(end) for end in ("", "_low", "_high")]
    for name in ("remainder{}_t_per_year", "material_productivity{}_percent")
)


def material_productivity(
    out: pd.DataFrame, incoming: pd.DataFrame, sites: pd.DataFrame, half_width: float
) -> pd.DataFrame:
    """The firms that declare what they make (a later column of the form) and what they take in.

    ``half_width`` is that of the 95 % interval of what is declared to be made, as a share of it.

    Returns
    -------
    pandas.DataFrame
        ``site_id``, P, I, W, r with its bounds, ``verdict`` (``missing_input``, ``balanced`` or
        ``missing_output``), p with its bounds (percent), ``product_t_per_employee``.
    """
    asked = sites if PRODUCT in sites else sites.assign(**{PRODUCT: np.nan})
    made = asked[(asked[PRODUCT] > 0) & (asked["actor_type"] == "firm")].drop_duplicates("site_id")
    incoming = incoming[~is_fuel(incoming)]
    made = made[made["site_id"].isin(incoming.loc[incoming[LOW] > 0, "site_id"])].set_index("site_id")
    taken, left = (_sums(flows, made.index) for flows in (incoming, out))
    mass = made[PRODUCT].to_numpy(float)
    product = np.array([mass, *interval(mass, half_width * mass)])
    rest = _less(_less(taken, left), product)
    verdict = np.select([rest[2] < 0, rest[1] > 0], ["missing_input", "missing_output"], "balanced")
    ratio = 100 * np.exp(_less(np.log(product), np.log(taken)))
    told = np.where((verdict == "missing_input") | (ratio[0] > 100), np.nan, np.minimum(ratio, 100.0))
    found = {PRODUCT: mass, TAKEN: taken[0], LEFT: left[0], **dict(zip(REMAINDER, rest, strict=True))}
    found |= {"verdict": verdict, **dict(zip(RATIO, told, strict=True))}
    found["product_t_per_employee"] = mass / made["headcount"].where(made["headcount"] > 0)
    return pd.DataFrame(found, index=made.index).reset_index()


def _less(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """One value less another, each with its bounds; (3, sites)."""
    low, high = difference_interval((one[0], one[1], one[2]), (other[0], other[1], other[2]))
    return np.array([one[0] - other[0], low, high])


def _sums(flows: pd.DataFrame, sites: pd.Index) -> np.ndarray:
    """Mass and bounds of each site, zero where it declares none; (3, sites)."""
    sums = propagate(flows, ["site_id"])
    rows = sums.assign(site_id=sums["site_id"].astype("str")).set_index("site_id")[[MASS, LOW, HIGH]]
    return rows.reindex(sites).fillna(0.0).to_numpy(float).T
