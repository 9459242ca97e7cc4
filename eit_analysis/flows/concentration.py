"""Who weighs most: sites from the heaviest down, how many of them hold a share, where one of them stands.

And which flows decide the recovery rate, each way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from scipy.linalg import block_diag
from scipy.sparse import csr_array

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.diagnosis import recovery_rates, totals
from eit_analysis.flows.uncertainty.propagation import MASS
from eit_analysis.records import SOURCE, TOTAL, Facts, cell_columns

LITTLE, MUCH = 1.0, 10.0  # points of a rate


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
    return Breakdown(counted, ["threshold_percent"], held, facts=partial(_no_fewer, out, mass, counted))


def _no_fewer(out: pd.DataFrame, mass: pd.DataFrame, counted: pd.DataFrame) -> Facts:
    """What the number n of sites that hold a share p of M tells of the tonnes m_i of each.

    They hold it, and no n - 1 sites do. The sum of the n - 1 largest is convex:

        (n - 1) u + sum_i s_i <= p M  for some  u >= 0  and  s_i >= max(m_i - u, 0).
    """
    flows, sites = out[["site_id", MASS, *cell_columns(out)]], len(mass)
    free, of_totals, of_free = [mass[MASS].to_numpy()], [np.zeros((0, sites))], []
    for share, n in zip(counted["threshold_percent"] / 100, counted["n_sites"], strict=True):
        level = mass[MASS].iloc[max(n - 2, 0)]
        free.append(np.array([level, *(mass[MASS] - level).clip(lower=0)]))
        of_totals += [np.full((1, sites), share), (np.arange(sites) < n)[None, :] - share, -np.eye(sites)]
        none_fewer, held = [1.0 - n, *np.full(sites, -1.0)], np.zeros(sites + 1)
        of_free.append(np.vstack([none_fewer, held, np.hstack([np.ones((sites, 1)), np.eye(sites)])]))
    rows = np.repeat(np.arange(len(counted)), sites + 2)
    facts = np.hstack([np.vstack(of_totals), *([block_diag(*of_free)] if of_free else [])])
    # The totals of the sites are variables of their own: three rows of sparse facts serve all thresholds.
    of_site = mass["site_id"].to_numpy()[:, None] == flows["site_id"].to_numpy()[None, :]
    sums = np.hstack([of_site, -np.eye(sites, facts.shape[1])])
    forms = np.vstack([np.hstack([np.zeros((len(facts), len(flows))), facts]), sums])
    high = np.repeat([np.inf, 0.0], [len(facts), sites])
    variables = pd.DataFrame({"site_id": "", MASS: np.concatenate(free)})
    if SOURCE[0] in out:
        names = [f"{number}" for number, part in enumerate(free) for _ in part]
        variables = variables.assign(**dict.fromkeys(SOURCE, names))
    records = pd.concat([flows, variables], ignore_index=True)
    return Facts(records, MASS, csr_array(forms), np.zeros(len(high)), high, rows)


def third(out: pd.DataFrame, firm: str | None) -> int:
    """In which third of the sites a firm is by its tonnage: 1 for the heaviest, 2, 3.

    Zero where nothing may be said: a site that is not there, or thirds of fewer than three sites.
    """
    mass = out.groupby("site_id")[MASS].sum().rank(method="first", ascending=False)
    if firm is None or firm not in mass or len(mass) < 9:
        return 0
    return int((mass[firm] - 1) * 3 // len(mass)) + 1


def deciding(out: pd.DataFrame) -> pd.DataFrame:
    """The flows that decide the recovery rate r = R / M, of all outflows, and the rate without each of them.

        r_i = (R - v_i m_i) / (M - m_i),    v_i: 1 where flow i is valorised, else 0

    Those that lower and that raise it most by their absence, where r_i is outside the 95 % interval of r and
    ``LITTLE`` points away, or ``MUCH`` points away: one alone would tell what flatters the rate, or does not.

    Returns
    -------
    pandas.DataFrame
        ``valorised`` (whether flow i is: yes or no), ``site_id``, ``description``, mass (t/year),
        ``share_percent`` (r_i); two rows at most, the largest |r_i - r| first.
    """
    rates = recovery_rates(out).frame
    rates = rates[(rates["valorised"] == "yes") & (rates["recovery"] == TOTAL)]
    told = ["valorised", "site_id", "description", MASS, "share_percent"]
    without = out.reindex(columns=told).assign(valorised=np.where(out["valorised"] == "yes", "yes", "no"))
    if rates.empty:
        return without.head(0)
    rate, low, high = rates[[f"share{end}_percent" for end in ("", "_low", "_high")]].to_numpy(float)[0]
    mass = out[MASS].to_numpy(float)
    kept = mass * (without["valorised"] == "yes").to_numpy()
    rest = mass.sum() - mass
    without["share_percent"] = 100 * np.divide(
        kept.sum() - kept, rest, np.full(len(out), np.nan), where=rest > 0
    )
    moved = (without["share_percent"] - rate).abs()
    outside = ~without["share_percent"].between(low, high)
    decides = (outside & (moved > LITTLE)) | (moved > MUCH)
    rows = without.loc[moved[decides].sort_values(ascending=False, kind="stable").index]
    return rows.drop_duplicates("valorised")
