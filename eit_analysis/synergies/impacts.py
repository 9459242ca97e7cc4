"""What an exchange changes in euros, emissions and jobs, and how sure that is.

    net gain  = (old cost − new cost) × t − transport cost × km × t                       €/year
    emissions = (new impact − old impact) × t + transport emissions × km × t              tCO2e/year
    avoided   = (old avoided − new avoided) × t                                           tCO2e/year
    jobs      = (new jobs − old jobs) × t / 1000                                          FTE

with t the tonnes that leave their old route. Emissions caused (boundary *impact*) and emissions avoided
elsewhere (boundary *avoided*, negative in the factors, so that more avoided is positive here) stay in columns
of their own and are never added up. Signs are kept as they fall: an exchange may cost money, emit more or
displace jobs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.reference.factors import MissingFactorError, lookup

BOUNDS = ("low", "central", "high")
# indicator: (central, low, high) columns.
INDICATORS = {
    "net_gain": ("net_gain_eur_per_year", "net_gain_low_eur_per_year", "net_gain_high_eur_per_year"),
    "emissions": (
        "emissions_tco2e_per_year", "emissions_low_tco2e_per_year", "emissions_high_tco2e_per_year",
    ),
    "avoided": ("avoided_tco2e_per_year", "avoided_low_tco2e_per_year", "avoided_high_tco2e_per_year"),
    "jobs": ("jobs", "jobs_low", "jobs_high"),
}  # fmt: skip


def impacts(candidates: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Candidates with the change each would bring, low, central and high.

    The giver's declared cost, when there is one, replaces the reference cost of his old route. When old and
    new route are the same, emissions and jobs per tonne cancel exactly: only transport is left. The transport
    of the old route is unknown and not credited, which is prudent. Bounds take every bound of the factors and
    of the tonnes at its worst and at its best.

    Parameters
    ----------
    candidates : pandas.DataFrame
        Needs ``category, old_route, new_route, old_cost_eur_per_t, distance_km`` and the three
        ``diverted…_t_per_year``.
    factors : pandas.DataFrame
        From ``reference.factors.factor_table``.

    Returns
    -------
    pandas.DataFrame
        The candidates with the columns of ``INDICATORS`` and ``cost_basis`` (``declared`` or ``reference``).
        A missing factor gives a missing value, never zero.
    """
    tonnes = candidates[
        ["diverted_low_t_per_year", "diverted_t_per_year", "diverted_high_t_per_year"]
    ].to_numpy(dtype=float)
    km = candidates["distance_km"].to_numpy(dtype=float)[:, None]
    declared = candidates["old_cost_eur_per_t"].to_numpy(dtype=float)
    old_cost = np.where(
        np.isnan(declared)[:, None],
        _rates(candidates, factors, "treatment_cost", "old_route"),
        declared[:, None],
    )
    gain = _less(old_cost, _rates(candidates, factors, "treatment_cost", "new_route"))
    gain = _less(gain, km * _rates(candidates, factors, "transport_cost", None))
    emissions = _change(candidates, factors, "emissions_impact") + km * _rates(
        candidates, factors, "transport_emissions", None
    )
    per_tonne = {
        "net_gain": gain,
        "emissions": emissions / 1000,
        "avoided": -_change(candidates, factors, "emissions_avoided")[:, ::-1] / 1000,
        "jobs": _change(candidates, factors, "jobs") / 1000,
    }
    columns: dict[str, np.ndarray] = {}
    for name, rate in per_tonne.items():
        central, low, high = INDICATORS[name]
        corners = np.stack([rate[:, i] * tonnes[:, j] for i in (0, 2) for j in (0, 2)])
        columns |= {central: rate[:, 1] * tonnes[:, 1], low: corners.min(axis=0), high: corners.max(axis=0)}
    basis = np.where(np.isnan(declared), "reference", "declared")
    return candidates.assign(**columns, cost_basis=basis)


def by_category(plan: pd.DataFrame, indicator: str, total: str) -> pd.DataFrame:
    """Change by category of what can happen together: each candidate in proportion to its allocated tonnes.

    Parameters
    ----------
    plan : pandas.DataFrame
        Rows of ``allocation.allocate`` with the columns of :func:`impacts`.
    indicator : str
        A key of ``INDICATORS``.
    total : str
        Name of the total row.

    Returns
    -------
    pandas.DataFrame
        ``category`` and the three columns of the indicator; bounds add up as if all errors went the same way.
        A category where a factor is missing has no value.
    """
    columns = list(INDICATORS[indicator])
    kept = plan[plan["allocated_t_per_year"] > 0]
    share = kept["allocated_t_per_year"] / kept["diverted_t_per_year"]
    scaled = kept[columns].mul(share, axis=0).assign(category=kept["category"])
    table = scaled.groupby("category")[columns].sum(skipna=False).reset_index()
    if table.empty:
        return table
    everything = {"category": total} | {c: table[c].sum(skipna=False) for c in columns}
    return pd.concat([table, pd.DataFrame([everything])], ignore_index=True)


def _rates(candidates: pd.DataFrame, factors: pd.DataFrame, factor: str, route: str | None) -> np.ndarray:
    """Shape (n, 3): low, central, high of a factor for each candidate, NaN where the table has none."""
    asked = pd.DataFrame({"category": candidates["category"].astype(str)})
    asked["route"] = candidates[route].astype(str) if route else ""
    unique = asked.drop_duplicates()
    found = [_answer(factors, factor, c, r) for c, r in unique.itertuples(index=False)]
    known = unique.assign(**{b: [f[i] for f in found] for i, b in enumerate(BOUNDS)})
    return asked.merge(known, on=["category", "route"], how="left")[list(BOUNDS)].to_numpy(dtype=float)


def _answer(factors: pd.DataFrame, factor: str, category: str, route: str) -> list[float]:
    try:
        row = lookup(factors, factor, category, route)
    except MissingFactorError:
        return [np.nan] * len(BOUNDS)
    return [float(row[bound]) for bound in BOUNDS]


def _change(candidates: pd.DataFrame, factors: pd.DataFrame, factor: str) -> np.ndarray:
    new, old = (_rates(candidates, factors, factor, route) for route in ("new_route", "old_route"))
    same = (candidates["old_route"] == candidates["new_route"]).to_numpy()
    return np.where(same[:, None] & ~np.isnan(new), 0.0, _less(new, old))


def _less(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Interval subtraction: [a_low − b_high, a − b, a_high − b_low]."""
    return a - b[:, ::-1]
