"""Who weighs most: sites from the heaviest down, how many of them hold a share, where one of them stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import MASS


def ranked(out: pd.DataFrame) -> Breakdown:
    """The Pareto table of outflows: S_k = (m_1 + ... + m_k) / M with m_1 >= m_2 >= ..., in percent.

    Returns
    -------
    Breakdown
        ``site_id``, mass and bounds (t/year), ``share_percent``, ``cumulative_percent``, ``rank`` from 1.
    """
    by_site = totals(out, "site_id", total=False)
    rows = by_site.frame.drop(columns="n_sites")
    rows = rows.assign(cumulative_percent=rows["share_percent"].cumsum(), rank=range(1, len(rows) + 1))
    return replace(by_site, frame=rows)


def holders(out: pd.DataFrame, thresholds: Iterable[int] = (50, 80, 95)) -> Breakdown:
    """The fewest sites that together hold each share of the tonnage: how many they are.

    Returns
    -------
    Breakdown
        ``threshold_percent``, ``n_sites``; its records are the sites inside each threshold, heaviest first.
        No row when the whole tonnage is zero.
    """
    mass = out.groupby("site_id")[MASS].sum().reset_index()
    mass = mass.sort_values([MASS, "site_id"], ascending=[False, True])
    before = mass[MASS].cumsum() - mass[MASS]
    whole = mass[MASS].sum()
    # A relative 1e-9 keeps a rounding error of the sum from adding one more site.
    inside = [
        mass.loc[before < t / 100 * whole * (1 - 1e-9), ["site_id"]].assign(threshold_percent=t)
        for t in thresholds
    ]
    held = pd.concat(inside, ignore_index=True)[["threshold_percent", "site_id"]]
    counted = held.groupby("threshold_percent")["site_id"].nunique().rename("n_sites").reset_index()
    return Breakdown(counted, ["threshold_percent"], held)


def third(out: pd.DataFrame, firm: str | None) -> int:
    """In which third of the sites a firm is by its tonnage: 1 for the heaviest, 2, 3.

    Zero where nothing may be said: a site that is not there, or thirds of fewer than three sites.
    """
    mass = out.groupby("site_id")[MASS].sum().rank(method="first", ascending=False)
    if firm is None or firm not in mass or len(mass) < 9:
        return 0
    return int((mass[firm] - 1) * 3 // len(mass)) + 1
