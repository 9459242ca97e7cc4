"""Gross errors: which measurement does not agree with the others, by how much, and what it should have been.

With the adjustment a = x - x^ of a measurement and its redundancy p (see :mod:`reconciliation`), on a flow of
standard deviation sigma,

    z = |a| / (sigma sqrt(p)),     x without it = x - a / p,     its standard deviation = sigma sqrt(1/p - 1).

z is standard normal where there is no gross error. V being diagonal, it is at once the measurement test and
its form of maximum power. Among g statistics the level alpha is kept by comparing the largest to the normal
quantile of 1 - (1 - (1 - alpha)^(1/g)) / 2 (Sidak), whatever their correlations: a clean network is accused
at most alpha of the time. An error is suspect nine times in ten from sigma (z_crit + 1.2816) / sqrt(p) on:
below this threshold, silence proves nothing. Two answers of equal sigma about the same tonnes have p = 1/2:
some 6 sigma. No test of the same level names much more (``benchmarks/gross_errors.py``, beside the best one).

Two flows that run between the same two nodes, once unmeasured flows are merged, have the same z whatever
happens: they are named together, one or the other.

Sources: Mah & Tamhane (1982), AIChE J. 28, 828-830; Narasimhan & Jordache (2000), ch. 7 and 8 (serial
elimination); Sidak (1967), J. Am. Stat. Assoc. 62, 626-633; Madron (1992), Process Plant Performance, ch. 4
(threshold values).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.special import ndtri

from eit_analysis.flows.balance.reconciliation import RECONCILED, SD, Balance, reconcile, redundancy
from eit_analysis.flows.uncertainty.propagation import MASS

# The bound is nearly reached: 4 % keeps the rate seen on any thousand clean networks under 5 %.
LEVEL = 0.04
POWER = 0.9
SEEN = 1e-9  # a smaller share of an error is lost in rounding
SUSPECTS = [
    "suspicion_rank", "flow", "statistic", "critical_value", MASS, "suggested_t_per_year",
    "suggested_sd_t_per_year", "distance_t_per_year", "alternatives",
]  # fmt: skip


def measurement_test(balance: Balance, level: float = LEVEL) -> pd.DataFrame:
    """z of each redundant measurement, its critical value, and the error that would be found.

    Returns
    -------
    pandas.DataFrame
        ``flow``, ``group`` (the same number for measurements nobody can tell apart), ``part`` (the same for
        those whose adjustments depend on one another), ``mass_t_per_year``,
        ``statistic``, ``critical_value``, ``suspect``, ``suggested_t_per_year`` with
        ``suggested_sd_t_per_year``, ``threshold_t_per_year``; redundant measurements only, in the order of
        the network.
    """
    share = redundancy(balance)
    redundant = share > SEEN
    rows = balance.flows.loc[redundant, ["flow", MASS]].reset_index(drop=True)
    mass, sd = rows[MASS].to_numpy(float), balance.flows.loc[redundant, SD].to_numpy(float)
    adjustment = mass - balance.flows.loc[redundant, RECONCILED].to_numpy(float)
    seen = np.sqrt(share[redundant])
    low, high = np.sort(balance.ends[:, redundant], axis=0)
    groups, rows["group"] = np.unique(low * (balance.degrees_of_freedom + 1) + high, return_inverse=True)
    rows["part"] = _parts(low, high, balance.degrees_of_freedom)
    critical = critical_value(len(groups), level)
    rows["statistic"] = np.abs(adjustment) / (sd * seen)
    rows["critical_value"] = critical
    rows["suspect"] = rows["statistic"] > critical
    rows["suggested_t_per_year"] = mass - adjustment / seen**2
    rows["suggested_sd_t_per_year"] = sd * np.sqrt(np.maximum(1 / seen**2 - 1, 0.0))
    rows["threshold_t_per_year"] = sd * (critical + ndtri(POWER)) / seen
    return rows


def _parts(low: np.ndarray, high: np.ndarray, size: int) -> np.ndarray:
    """Connected part of the balances, without the nodes that set none, to which each measurement belongs."""
    inner = low >= 0
    graph = csr_matrix((np.ones(inner.sum()), (low[inner], high[inner])), shape=(size + 1, size + 1))
    return connected_components(graph, directed=False)[1][high]


def critical_value(count: int, level: float = LEVEL) -> float:
    """What the largest of ``count`` standard normal |z| passes at most ``level`` of the time (Sidak)."""
    return float(ndtri((1 + (1 - level) ** (1 / count)) / 2)) if count else np.inf


def eliminate(
    arcs: pd.DataFrame, environment: Collection[str], level: float = LEVEL
) -> tuple[Balance, pd.DataFrame]:
    """Serial elimination: the worst measurement is named and taken as unmeasured, until none is suspect.

    Parts of the network that do not depend on one another go through it at the same time.

    Nothing is named on the global test alone: a gap that no measurement explains by itself stays a gap, and
    the p value of the balance returned says so.

    Returns
    -------
    Balance
        Reconciled without the suspects.
    pandas.DataFrame
        ``suspicion_rank`` (1 for the first named), ``flow``, ``statistic``, ``critical_value``,
        ``mass_t_per_year``, ``suggested_t_per_year`` (reconciled without it), ``suggested_sd_t_per_year``,
        ``distance_t_per_year`` (measured less suggested), ``alternatives`` (the other flows that may be the
        one, separated by spaces; they share the rank). Empty when nothing is suspect.
    """
    left = arcs.reset_index(drop=True)
    named: list[pd.DataFrame] = []
    while True:
        balance = reconcile(left, environment)
        tests = measurement_test(balance, level)
        if not tests["suspect"].any():
            break
        ordered = tests[tests["suspect"]].sort_values("statistic", ascending=False, kind="stable")
        worst = ordered.drop_duplicates("part").reset_index(drop=True)
        before = sum(frame["suspicion_rank"].nunique() for frame in named)
        ranks = pd.Series(worst.index + 1 + before, index=worst["group"])
        together = tests[tests["group"].isin(worst["group"])]
        together = together.assign(suspicion_rank=together["group"].map(ranks))
        named.append(together.sort_values("suspicion_rank", kind="stable"))
        # Taking out one of a group unties them all.
        left = left.assign(**{MASS: left[MASS].mask(left["flow"].isin(worst["flow"]))})
    if not named:
        return balance, pd.DataFrame({column: pd.Series(dtype=float) for column in SUSPECTS})
    suspects = pd.concat(named, ignore_index=True)
    suspects["distance_t_per_year"] = suspects[MASS] - suspects["suggested_t_per_year"]
    flows = suspects.groupby("suspicion_rank")["flow"].agg(list)
    suspects["alternatives"] = [
        " ".join(other for other in flows[rank] if other != flow)
        for rank, flow in zip(suspects["suspicion_rank"], suspects["flow"], strict=True)
    ]
    return balance, suspects[SUSPECTS]
