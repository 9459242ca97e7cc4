"""The joint plan as a mixed-integer programme: matrices, limits and benefits, without a loop over exchanges.

    t_k tonnes diverted (t/year), z_k = 1 when the exchange takes place

    supply      Σ_{k from i} t_k ≤ S_i            demand      Σ_{k to j} n_k t_k ≤ D_j
    lot         L z_k ≤ t_k ≤ u_k z_k             projects    Σ z_k ≤ N
    exclusive   Σ_{k in group} z_k ≤ 1            budget      Σ max(0, −g_k) t_k + p Σ z_k ≤ B
    crossed     z_k + z_l ≤ 1 when k goes from a site to another and l back, both for the same use

with n_k the tonnes of the need that one tonne takes up (the yield for a firm, 1 for an outlet or an ESS
structure, whose need is an intake), u_k = min(S_i, D_j / n_k) or less, g_k the joint surplus per tonne and p
the yearly cost of setting up and following an exchange. The budget is what the plan spends in a year: set-up,
and what exchanges dearer than today cost more. Gains elsewhere do not refill it. To swap like for like makes
no sense: who sends pallets to a neighbour for reuse wants none of the neighbour's for reuse. Broken ones out
and mended ones back are two uses, and may both travel. Without lot, projects, groups, crossed exchanges or p,
no z_k exists and the programme is linear.

Each lot is written with its own u_k, the tightest that holds. Adding Σ z_k ≤ S_i / L for each flow made no
difference that could be measured on 100 × 100 sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array, vstack

from eit_analysis.config import Allocation
from eit_analysis.synergies.allocation.validation import same_mass

SURPLUS = "joint_surplus_eur_per_year"
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
        for ``crossed``, ``budget``, ``projects`` and ``exclusive``.
    limits : (m,) array
    on_tonnes, on_projects : (m, n) csr_array
        Coefficients of t and of z in each limit.
    supply_row, demand_row : (n,) arrays of int
        The limits of each exchange's two flows.
    own_most : (n,) array
        Largest tonnage of each exchange where something else than its two flows sets it, else infinite.
    lot : float
        Smallest tonnage of an exchange that takes place.
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
    lot: float
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
        """An indicator as something to maximise; the cost of exchanges counts in the joint surplus alone."""
        sign = -1.0 if indicator in LESS_IS_BETTER else 1.0
        paid = self.project_cost_eur_per_year if indicator == SURPLUS else 0.0
        return Benefit(sign * per_tonne(self.pairs, indicator), -paid)


def per_tonne(candidates: pd.DataFrame, column: str) -> np.ndarray:
    """A yearly column over the tonnes it was reckoned for, missing where it is."""
    year, tonnes = (candidates[c].to_numpy(dtype=float) for c in (column, "diverted_t_per_year"))
    return np.divide(year, tonnes, out=np.zeros(len(year)), where=tonnes > 0)


class _Rows(NamedTuple):
    """Some limits of the programme: what they are, coefficients of t and of z, and what they allow."""

    about: pd.DataFrame
    on_tonnes: csr_array
    on_projects: csr_array
    limits: np.ndarray


def build(candidates: pd.DataFrame, settings: Allocation, indicators: list[str]) -> Model:
    """The programme of the candidates (:func:`validation.ordered`) whose indicators are known.

    The plan is judged by the columns ``indicators``: an exchange that misses one, or its joint surplus when
    there is a budget, cannot be weighed against the others and is left out.

    Raises
    ------
    InputError
        A flow whose mass differs from one exchange to another.
    """
    needed = indicators + ([SURPLUS] if settings.budget_eur_per_year is not None else [])
    known = candidates[needed].notna().all(axis=1)
    possible = candidates["diverted_t_per_year"] >= max(settings.minimum_lot_t, np.finfo(float).tiny)
    pairs = candidates[known & possible]
    taken_up = pairs["need_t_per_t"].to_numpy(dtype=float)
    supply, supply_row = _flows(
        pairs, "supply", ("out_flow_id", "giver_site_id", "supply_t_per_year"), np.ones(len(pairs))
    )
    demand, demand_row = _flows(
        pairs, "demand", ("in_flow_id", "taker_site_id", "demand_t_per_year"), taken_up
    )
    crossed = _crossed(pairs)
    rows = [supply, demand, crossed, *_ceilings(pairs, settings)]
    both = np.minimum(pairs["supply_t_per_year"], pairs["demand_t_per_year"] / taken_up)
    alone = pairs["diverted_t_per_year"]
    return Model(
        pairs=pairs,
        rows=pd.concat([r.about for r in rows], ignore_index=True),
        limits=np.concatenate([r.limits for r in rows]),
        on_tonnes=vstack([r.on_tonnes for r in rows], format="csr"),
        on_projects=vstack([r.on_projects for r in rows], format="csr"),
        supply_row=supply_row,
        demand_row=len(supply.limits) + demand_row,
        own_most=np.where(alone >= both * (1 - ROUNDING), np.inf, alone),
        lot=settings.minimum_lot_t,
        project_cost_eur_per_year=settings.project_cost_eur_per_year,
        has_projects=bool(
            settings.minimum_lot_t > 0
            or settings.project_cost_eur_per_year > 0
            or settings.maximum_projects is not None
            or settings.exclusive
            or len(crossed.limits)
        ),
    )


def _flows(
    pairs: pd.DataFrame, kind: str, columns: tuple[str, str, str], weight: np.ndarray
) -> tuple[_Rows, np.ndarray]:
    """Σ weight_k t_k ≤ amount for each distinct flow, and the row of each exchange."""
    flow, site, amount = columns
    codes, flows = pd.factorize(pairs[flow])
    shape = (len(flows), len(pairs))
    first = np.zeros(len(flows), dtype=int)
    first[codes[::-1]] = np.arange(len(pairs))[::-1]
    about = {"limit_kind": kind, "flow_id": flows, "site_id": pairs[site].to_numpy()[first]}
    limits = pairs[amount].to_numpy(dtype=float)[first]
    same_mass(pairs[flow], codes, pairs[amount], limits)
    rows = _Rows(
        about=pd.DataFrame(about),
        on_tonnes=coo_array((weight, (codes, np.arange(len(pairs)))), shape=shape).tocsr(),
        on_projects=csr_array(shape),
        limits=limits,
    )
    return rows, codes


def _crossed(pairs: pd.DataFrame) -> _Rows:
    """One limit for each two exchanges that would swap the same kind of thing between two sites."""
    sides = pairs[["giver_site_id", "taker_site_id", "use"]].assign(place=np.arange(len(pairs)))
    back = {"giver_site_id": "taker_site_id", "taker_site_id": "giver_site_id"}
    swaps = sides.merge(sides.rename(columns=back), on=["giver_site_id", "taker_site_id", "use"])
    places = swaps.loc[swaps["place_x"] < swaps["place_y"], ["place_x", "place_y"]].to_numpy()
    shape = (len(places), len(pairs))
    members = (np.ones(places.size), (np.repeat(np.arange(len(places)), 2), places.ravel()))
    return _Rows(
        about=pd.DataFrame({"limit_kind": ["crossed"] * len(places)}),
        on_tonnes=csr_array(shape),
        on_projects=coo_array(members, shape=shape).tocsr(),
        limits=np.ones(len(places)),
    )


def _ceilings(pairs: pd.DataFrame, settings: Allocation) -> list[_Rows]:
    """The limits of the whole plan: budget, number of projects, exchanges that exclude one another."""
    every, none = np.ones(len(pairs)), np.zeros(len(pairs))
    rows = []
    if settings.budget_eur_per_year is not None:
        extra = np.maximum(0, -per_tonne(pairs, SURPLUS))
        paid = settings.project_cost_eur_per_year * every
        rows.append(_ceiling("budget", extra, paid, settings.budget_eur_per_year))
    if settings.maximum_projects is not None:
        rows.append(_ceiling("projects", none, every, settings.maximum_projects))
    for group in settings.exclusive:
        member = pairs["candidate_id"].isin(group).to_numpy(dtype=float)
        rows.append(_ceiling("exclusive", none, member, 1))
    return rows


def _ceiling(kind: str, on_tonnes: np.ndarray, on_projects: np.ndarray, limit: float) -> _Rows:
    return _Rows(
        about=pd.DataFrame({"limit_kind": [kind]}),
        on_tonnes=csr_array(on_tonnes[None]),
        on_projects=csr_array(on_projects[None]),
        limits=np.array([limit], dtype=float),
    )
