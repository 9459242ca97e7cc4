"""The joint plan as a mixed-integer programme: matrices, limits and benefits, without a loop over exchanges.

    t_k tonnes diverted (t/year), z_k = 1 when the exchange takes place

    supply      Σ_{k from i} t_k ≤ S_i            demand      Σ_{k to j} n_k t_k ≤ D_j
    lot         ℓ_k z_k ≤ t_k ≤ u_k z_k           projects    Σ z_k ≤ N
    accepted    t_k ≥ what is served first of it (:mod:`joint_plan`)
    exclusive   Σ_{k in group} z_k ≤ 1            budget      Σ max(0, −g_k) t_k + p Σ z_k ≤ B
    part        Σ n_k t_k ≤ most_k D_j            over the k to j that are a part at most of a need (fines)
    crossed     z_k + z_l ≤ 1 when k goes from a site to another and l back, both for the same use
    hierarchy   a lower option of a flow waits for the higher ones that pay (:mod:`hierarchy`)

with n_k the tonnes of the need that one tonne takes up (the yield for a firm, 1 for an outlet or an ESS
structure, whose need is an intake), u_k = min(S_i, D_j / n_k) or less, g_k the margin per tonne and p the
fixed yearly cost of an exchange. The budget is what the plan spends in a year: fixed costs, and what
exchanges without a margin cost more than today. Gains elsewhere do not refill it. To swap like for like makes
no sense: who sends pallets to a neighbour for reuse wants none of the neighbour's for reuse. Broken ones out
and mended ones back are two uses, and may both travel. Without lot, projects, groups, crossed exchanges or p,
no z_k exists and the programme is linear. ℓ_k is the smallest lot L, or what it takes, where the exchange can
pay its fixed cost, to bring the smallest gain G too: one that pays and never brings G is in no plan.

Each lot is written with its own u_k, the tightest that holds. Adding Σ z_k ≤ S_i / L for each flow made no
difference that could be measured on 100 × 100 sites.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array, vstack

from eit_analysis.config_synergies import Allocation
from eit_analysis.synergies.allocation import limits
from eit_analysis.synergies.allocation.hierarchy import break_even
from eit_analysis.synergies.allocation.limits import MARGIN, fixed_cost, least_gain, per_tonne

# Of these indicators of `impacts`, less is better.
LESS_IS_BETTER = ("emissions_tco2e_per_year",)
# An exchange's own maximum is that of its flows when they differ by no more than this share.
ROUNDING = 1e-9


class Benefit(NamedTuple):
    """What a plan is worth: Σ per_tonne_k t_k + per_project Σ z_k."""

    per_tonne: np.ndarray
    per_project: float

    def value(self, tonnes: np.ndarray, projects: np.ndarray) -> float:
        return float(self.per_tonne @ tonnes + self.per_project * projects.sum())


@dataclass(frozen=True)
class Model:
    """A programme over n exchanges and m limits.

    Attributes
    ----------
    pairs : pandas.DataFrame
        The n candidates that a plan may hold, numbered by their place in the table given.
    rows : pandas.DataFrame
        ``limit_kind, flow_id, site_id`` of each limit; the last two for ``supply`` and ``demand`` alone, not
        for those of the whole plan; the need's flow for ``hierarchy``.
    limits : (m,) array
    on_tonnes, on_projects : (m, n) csr_array
        Coefficients of t and of z in each limit.
    supply_row, demand_row : (n,) arrays of int
        The limits of each exchange's two flows.
    own_most : (n,) array
        Largest tonnage of each exchange where something else than its two flows sets it, else infinite.
    least : (n,) array
        Smallest tonnage of each exchange that takes place.
    waits : (m, n) csr_array
        1 where a limit of the hierarchy holds an exchange back until a need is full.
    project_cost_eur_per_year : float
    has_projects : bool
        Whether z exists.
    """

    pairs: pd.DataFrame
    rows: pd.DataFrame
    limits: np.ndarray
    on_tonnes: csr_array
    on_projects: csr_array
    supply_row: np.ndarray
    demand_row: np.ndarray
    own_most: np.ndarray
    least: np.ndarray
    waits: csr_array
    project_cost_eur_per_year: float
    has_projects: bool

    @property
    def most(self) -> np.ndarray:
        """u_k: the most each exchange could divert alone."""
        taken_up = self.pairs["need_t_per_t"].to_numpy(dtype=float)
        return np.minimum.reduce(
            [self.own_most, self.limits[self.supply_row], self.limits[self.demand_row] / taken_up]
        )

    def benefit(self, indicator: str) -> Benefit:
        """An indicator as something to maximise; the cost of the exchanges counts in the margin alone."""
        sign = -1.0 if indicator in LESS_IS_BETTER else 1.0
        paid = self.project_cost_eur_per_year if indicator == MARGIN else 0.0
        return Benefit(sign * per_tonne(self.pairs, indicator), -paid)


def build(
    candidates: pd.DataFrame,
    settings: Allocation,
    indicators: list[str],
    accepted: Mapping[str, float] = MappingProxyType({}),
) -> Model:
    """The programme of the candidates (:func:`validation.ordered`) whose indicators are known.

    The plan is judged by the columns ``indicators``: an exchange that misses one, or its margin when there is
    a budget, cannot be weighed against the others and is left out. Of each ``accepted``, by
    ``candidate_id``, so many tonnes pass at least.

    Raises
    ------
    InputError
        A flow whose mass differs from one exchange to another.
    """
    needed = indicators + ([MARGIN] if settings.budget_eur_per_year is not None else [])
    known = candidates[needed].notna().all(axis=1)
    possible = candidates["diverted_t_per_year"] >= max(settings.minimum_lot_t, np.finfo(float).tiny)
    pairs = candidates[known & possible & ~_trifles(candidates, settings)]
    taken_up = pairs["need_t_per_t"].to_numpy(dtype=float)
    supply, supply_row = limits.flow_limits(
        pairs, "supply", ("out_flow_id", "giver_site_id", "supply_t_per_year"), np.ones(len(pairs))
    )
    demand, demand_row = limits.flow_limits(
        pairs, "demand", ("in_flow_id", "taker_site_id", "demand_t_per_year"), taken_up
    )
    crossed, part = limits.crossed(pairs), limits.part(pairs)
    room = pairs["most_of_need"] * pairs["demand_t_per_year"] / taken_up
    both = np.minimum(pairs["supply_t_per_year"], room)
    alone = pairs["diverted_t_per_year"]
    # Where nobody says what exchanges bring, none is known to pay, and none holds another back.
    margin = per_tonne(pairs, MARGIN) if MARGIN in pairs else np.zeros(len(pairs))
    paid = fixed_cost(settings) + least_gain(settings)
    pays_from = break_even(margin, alone.to_numpy(dtype=float), paid)
    least = np.maximum(settings.minimum_lot_t, np.where(np.isfinite(pays_from), pays_from, 0.0))
    hierarchy, waits = limits.hierarchy(pairs, np.isfinite(pays_from), settings.minimum_lot_t)
    rows = [supply, demand, part, crossed, *limits.ceilings(pairs, settings, accepted), hierarchy]
    return Model(
        pairs=pairs,
        rows=pd.concat([r.about for r in rows], ignore_index=True),
        limits=np.concatenate([r.limits for r in rows]),
        on_tonnes=vstack([r.on_tonnes for r in rows], format="csr"),
        on_projects=vstack([r.on_projects for r in rows], format="csr"),
        supply_row=supply_row,
        demand_row=len(supply.limits) + demand_row,
        own_most=np.where(alone >= both * (1 - ROUNDING), np.inf, alone),
        least=least,
        waits=vstack([csr_array((sum(len(r.limits) for r in rows[:-1]), len(pairs))), waits], format="csr"),
        project_cost_eur_per_year=fixed_cost(settings),
        has_projects=bool(
            settings.minimum_lot_t > 0
            or fixed_cost(settings) > 0
            or settings.maximum_projects is not None
            or settings.exclusive
            or accepted
            or len(crossed.limits)
            or len(hierarchy.limits)
        ),
    )


def _trifles(candidates: pd.DataFrame, settings: Allocation) -> np.ndarray:
    """The exchanges that pay at their own most and bring less than they must."""
    if MARGIN not in candidates:
        return np.zeros(len(candidates), dtype=bool)
    gain = candidates[MARGIN].to_numpy(dtype=float) - fixed_cost(settings)
    return (gain > 0) & (gain <= least_gain(settings))


def without(model: Model, gone: np.ndarray) -> Model:
    """The programme without some of its exchanges, which hold no lower option back any more."""
    higher = csr_array((model.on_projects != 0).astype(int) - (model.waits != 0).astype(int))
    freed = (model.rows["limit_kind"] == "hierarchy") & (higher @ gone.astype(int) > 0)
    allowed = np.where(freed, model.on_projects.sum(axis=1), model.limits)
    return replace(model, own_most=np.where(gone, 0.0, model.own_most), limits=allowed)


def raised(model: Model, row: int, by: float = 1.0) -> Model:
    """The programme with so many units more of a limit, by default one.

    A need that grows is full later, and a part of it grows in proportion.
    """
    limit, kind = model.rows.loc[row], model.rows["limit_kind"]
    of_need = (model.rows["flow_id"] == limit["flow_id"]) & (limit["limit_kind"] == "demand")
    more = by * diags_array((of_need & (kind == "hierarchy")).to_numpy(dtype=float))
    share = model.rows["share"].where(of_need & (kind == "part"), 0.0).to_numpy(dtype=float)
    allowed = model.limits + by * ((np.arange(len(model.limits)) == row) + share)
    return replace(model, limits=allowed, on_projects=csr_array(model.on_projects + more @ model.waits))
