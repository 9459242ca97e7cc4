"""What the outflows emit where they go, what that spares elsewhere, and the direct jobs that they keep.

    impact_g   = sum of m f_impact,      f_impact of collection and treatment      tCO2e/year
    spared_g   = -sum of m f_avoided,    f_avoided never positive                  tCO2e/year
    jobs_g     = sum of m f_jobs         direct ones, collection and treatment     FTE

over the flows of group g, each factor that of the family and route of the flow (:mod:`reference.factors`).
What is emitted (boundary *impact*) and what is spared elsewhere (boundary *avoided*) are two accounts: they
are never added. Collection is in the factors at a flat rate, whatever the distance of a flow (Base Carbone,
*Contributions transverses*: 18 kgCO2e/t). A food that is used again and named a liquid (whey) spares by what
of it is not water, a row of its own; so do recycled minerals that are of no demolition. A flow whose outlet
is not known, or of which no factor answers, is in none of the sums: :func:`covered` says how many tonnes are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.costs import estimates
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.dimensions import UNKNOWN
from eit_analysis.flows.uncertainty.propagation import MASS
from eit_analysis.reference.factors import QUARRY_MINERAL, for_flows, is_quarry_mineral
from eit_analysis.reference.law_flows import is_liquid


class Account(NamedTuple):
    """A factor, what a unit of it is in that of the sum (below zero: turned round), and that unit."""

    factor: str
    scale: float
    unit: str


ACCOUNTS = {
    "impact": Account("emissions_impact", 1e-3, "tco2e_per_year"),
    "spared": Account("emissions_avoided", -1e-3, "tco2e_per_year"),
    "direct_jobs": Account("jobs", 1e-3, "fte"),
}
LIQUID_FOOD = "liquid_food"
RATES = ["rate_low_per_t", "rate_per_t", "rate_high_per_t"]


def rated(flows: pd.DataFrame, factors: pd.DataFrame, account: str) -> pd.DataFrame:
    """The flows with ``RATES``: low, central and high of an account for a tonne, missing without a factor.

    The factors for an unknown outlet, of a mean end of life, credit a flow with energy that nobody recovers:
    they answer for none.

    Parameters
    ----------
    flows : pandas.DataFrame
        ``category``, ``route`` and, where they are known, ``waste_code`` and ``description``.
    factors : pandas.DataFrame
        :func:`reference.factors.factor_table`.
    account : str
        ``impact``, ``spared`` or ``direct_jobs``.
    """
    factor, scale, _ = ACCOUNTS[account]
    families = flows
    if account != "direct_jobs" and "waste_code" in flows:
        dug = is_quarry_mineral(flows) & (flows["route"] == "recycling")
        families = flows.assign(category=flows["category"].mask(dug, QUARRY_MINERAL))
    if account == "spared" and {"waste_code", "description"} <= set(flows):
        again = (flows["category"] == "food") & (flows["route"] == "reuse")
        families = families.assign(category=families["category"].mask(again & is_liquid(flows), LIQUID_FOOD))
    rates = np.sort(scale * for_flows(families, factors, factor).to_numpy(dtype=float), axis=1)
    rates[(flows["route"] == UNKNOWN).to_numpy()] = np.nan
    return flows.assign(**dict(zip(RATES, rates.T, strict=True)))


def emitted(
    out: pd.DataFrame, factors: pd.DataFrame, account: str, by: str | list[str], total: bool = True
) -> Breakdown:
    """One account by group, with an interval of both mass and factor (:func:`costs.estimates`).

    Parameters
    ----------
    out : pandas.DataFrame
        Described outflows (:mod:`dimensions`); t/year.
    factors, account
        As for :func:`rated`.
    by : str or list of str
        Key columns.
    total : bool
        Add the rows « Total » of :func:`diagnosis.totals`.

    Returns
    -------
    Breakdown
        ``by``, the account and its bounds (``impact_tco2e_per_year``...), ``n_sites``; the largest first.
    """
    known = rated(out, factors, account).dropna(subset=RATES)
    return estimates(known, by, account, total, MASS, RATES, ACCOUNTS[account].unit)


def covered(out: pd.DataFrame, factors: pd.DataFrame) -> Breakdown:
    """The tonnes by whether a factor of the *impact* boundary answers: ``factor_known``, yes or no."""
    known = rated(out, factors, "impact")[RATES[1]].notna()
    return totals(out.assign(factor_known=np.where(known, "yes", "no")), "factor_known")


def heaviest(out: pd.DataFrame, factors: pd.DataFrame, count: int = 5) -> pd.DataFrame:
    """The ``count`` flows that emit most, one row each.

    Returns
    -------
    pandas.DataFrame
        ``site_id``, ``category``, ``description``, ``route``, mass (t/year), emissions and their bounds
        (tCO2e/year).
    """
    impact = emitted(out, factors, "impact", "flow_id", total=False).frame.head(count)
    told = ["site_id", "category", "description", "route", MASS]
    return impact.merge(out[["flow_id", *told]], on="flow_id")[[*told, *impact.columns[1:-1]]]
