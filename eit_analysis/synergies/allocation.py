"""What can happen together: competing exchanges share limited tonnes.

    max Σ_k b_k t_k
    s.t. Σ_{k from i} t_k ≤ S_i,  Σ_{k to j} y_k t_k ≤ D_j,  t_k = 0 or L ≤ t_k ≤ min(S_i, D_j / y_k)

with t_k the tonnes diverted (t/year), y_k the yield, b_k the net benefit per tonne (here the score), S_i the
supply of an output, D_j the demand or capacity of an input, L the smallest lot worth a lorry. Solved as a
mixed-integer programme by HiGHS. No tonne counts twice, so totals in a report come from here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

GAP = 1e-6


def allocate(candidates: pd.DataFrame, minimum_lot_t: float) -> pd.DataFrame:
    """Tonnes of each candidate in the best joint plan.

    Parameters
    ----------
    candidates : pandas.DataFrame
        Needs ``candidate_id, out_flow_id, in_flow_id, yield_central, supply_t_per_year, demand_t_per_year,
        diverted_t_per_year`` (each one's own maximum) and ``score``, the benefit per tonne.
    minimum_lot_t : float
        Smallest yearly tonnage worth exchanging; 0 for none.

    Returns
    -------
    pandas.DataFrame
        The candidates, in order of ``candidate_id``, with ``allocated_t_per_year`` (diverted) and
        ``received_t_per_year`` (after yield).

    Raises
    ------
    RuntimeError
        When the solver finds no plan, which the null plan excludes unless the numbers are not finite.
    """
    plan = candidates.sort_values("candidate_id").reset_index(drop=True)
    if plan.empty:
        return plan.assign(
            allocated_t_per_year=pd.Series(dtype=float), received_t_per_year=pd.Series(dtype=float)
        )
    n = len(plan)
    y, most = (plan[c].to_numpy(dtype=float) for c in ("yield_central", "diverted_t_per_year"))
    supply, supplies = _sums(plan["out_flow_id"], plan["supply_t_per_year"], np.ones(n))
    demand, demands = _sums(plan["in_flow_id"], plan["demand_t_per_year"], y)
    flows = vstack([supply, demand])
    limits = np.concatenate([supplies, demands])
    eye = csr_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, n))
    # t_k − most_k z_k ≤ 0 and L z_k − t_k ≤ 0, z_k = 1 when the exchange takes place.
    lots = vstack([hstack([eye, -eye * most]), hstack([-eye, eye * minimum_lot_t])])
    blank = csr_array(flows.shape)
    solution = milp(
        c=np.concatenate([-plan["score"].to_numpy(dtype=float), np.zeros(n)]),
        constraints=[
            LinearConstraint(hstack([flows, blank]), -np.inf, limits),
            LinearConstraint(lots, -np.inf, 0),
        ],
        integrality=np.concatenate([np.zeros(n), np.full(n, 1 if minimum_lot_t > 0 else 0)]),
        bounds=Bounds(0, np.concatenate([most, np.where(most >= minimum_lot_t, 1.0, 0.0)])),
        options={"mip_rel_gap": GAP},
    )
    if solution.x is None:
        raise RuntimeError(f"the allocation has no solution: {solution.message}")
    tonnes = np.round(np.clip(solution.x[:n], 0, most), 6)
    return plan.assign(allocated_t_per_year=tonnes, received_t_per_year=tonnes * y)


def _sums(key: pd.Series, amount: pd.Series, weight: np.ndarray) -> tuple[csr_array, np.ndarray]:
    """Rows Σ weight_k t_k, one per distinct flow, and the amount each may not exceed."""
    codes, uniques = pd.factorize(key)
    matrix = coo_array((weight, (codes, np.arange(len(key)))), shape=(len(uniques), len(key))).tocsr()
    return matrix, amount.groupby(codes).first().to_numpy(dtype=float)


def exposed_side(plan: pd.DataFrame, weight: str, minimum_units: int, maximum_share: float) -> pd.DataFrame:
    """Who stands behind each category: givers or takers, whichever the disclosure rules protect more.

    Every tonne has a giver and a taker, and a total reveals the taker as surely as the giver. The release
    gate judges one set of contributors, so each category is given the side that breaks a rule if one does,
    else the side with fewer sites.

    Returns
    -------
    pandas.DataFrame
        ``category, site_id`` and the weight.
    """
    sides = pd.concat(
        [
            plan[["category", column, weight]].rename(columns={column: "site_id"}).assign(side=column)
            for column in ("giver_site_id", "taker_site_id")
        ]
    )
    by_site = sides[sides[weight] > 0].groupby(["category", "side", "site_id"])[[weight]].sum().reset_index()
    grouped = by_site.groupby(["category", "side"])
    sizes = pd.DataFrame(
        {"units": grouped.size(), "largest": grouped[weight].max(), "whole": grouped[weight].sum()}
    ).reset_index()
    sizes["safe"] = (sizes["units"] >= minimum_units) & (sizes["largest"] <= maximum_share * sizes["whole"])
    chosen = sizes.sort_values(["category", "safe", "units", "side"]).drop_duplicates("category")
    kept = by_site.merge(chosen[["category", "side"]], on=["category", "side"])
    return kept[["category", "site_id", weight]]
