"""The joint plan as a mixed-integer programme: matrices, limits and benefits, without a loop over exchanges.

    t_k tonnes diverted (t/year), z_k = 1 when the exchange takes place

    supply      Σ_{k from i} t_k ≤ S_i            demand      Σ_{k to j} n_k t_k ≤ D_j
    lot         ℓ_k z_k ≤ t_k ≤ u_k z_k           projects    Σ z_k ≤ N
    accepted    Σ_{k in answer} z_k ≥ 1
    exclusive   Σ_{k in group} z_k ≤ 1            budget      Σ max(0, −g_k) t_k + p Σ z_k ≤ B
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

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array, diags_array, vstack

from eit_analysis.config_synergies import Allocation
from eit_analysis.synergies.allocation.hierarchy import break_even, lower_and_higher
from eit_analysis.synergies.allocation.validation import same_mass

# The joint surplus before the fixed cost of the exchange, which the programme counts itself.
MARGIN = "margin_eur_per_year"
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


def fixed_cost(settings: Allocation) -> float:
    """p: what each exchange costs in a year, none where nobody says so."""
    return settings.project_cost_eur_per_year or 0.0


def least_gain(settings: Allocation) -> float:
    """G: what each exchange must bring in a year, nothing where nobody says so."""
    return settings.minimum_gain_eur_per_year or 0.0


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


def build(
    candidates: pd.DataFrame,
    settings: Allocation,
    indicators: list[str],
    accepted: Sequence[Sequence[str]] = (),
) -> Model:
    """The programme of the candidates (:func:`validation.ordered`) whose indicators are known.

    The plan is judged by the columns ``indicators``: an exchange that misses one, or its margin when there is
    a budget, cannot be weighed against the others and is left out. Of each group ``accepted``, by
    ``candidate_id``, one exchange takes place.

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
    supply, supply_row = _flows(
        pairs, "supply", ("out_flow_id", "giver_site_id", "supply_t_per_year"), np.ones(len(pairs))
    )
    demand, demand_row = _flows(
        pairs, "demand", ("in_flow_id", "taker_site_id", "demand_t_per_year"), taken_up
    )
    crossed = _crossed(pairs)
    both = np.minimum(pairs["supply_t_per_year"], pairs["demand_t_per_year"] / taken_up)
    alone = pairs["diverted_t_per_year"]
    # Where nobody says what exchanges bring, none is known to pay, and none holds another back.
    margin = per_tonne(pairs, MARGIN) if MARGIN in pairs else np.zeros(len(pairs))
    paid = fixed_cost(settings) + least_gain(settings)
    pays_from = break_even(margin, alone.to_numpy(dtype=float), paid)
    least = np.maximum(settings.minimum_lot_t, np.where(np.isfinite(pays_from), pays_from, 0.0))
    hierarchy, waits = _hierarchy(pairs, np.isfinite(pays_from), settings.minimum_lot_t)
    rows = [supply, demand, crossed, *_ceilings(pairs, settings, accepted), hierarchy]
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


def _hierarchy(pairs: pd.DataFrame, pays: np.ndarray, minimum_lot_t: float) -> tuple[_Rows, csr_array]:
    """One limit for each lower option and each higher one that pays, and which option waits in each."""
    lower, higher = lower_and_higher(pairs, pays)
    taken_up = pairs["need_t_per_t"].to_numpy(dtype=float)
    rows, shape = np.arange(len(lower)), (len(lower), len(pairs))
    room = (taken_up * minimum_lot_t)[higher]
    full = pairs["demand_t_per_year"].to_numpy(dtype=float)[higher]
    needs, _ = pd.factorize(pairs["in_flow_id"])
    filling = coo_array(
        (taken_up * pays, (needs, np.arange(len(pairs)))), shape=(needs.max(initial=-1) + 1, len(pairs))
    )
    waits = coo_array((np.ones(len(lower)), (rows, lower)), shape=shape).tocsr()
    on_projects = coo_array((np.r_[full, room], (np.r_[rows, rows], np.r_[lower, higher])), shape=shape)
    about = {"limit_kind": "hierarchy", "flow_id": pairs["in_flow_id"].to_numpy()[higher]}
    limits = _Rows(pd.DataFrame(about), -filling.tocsr()[needs[higher]], on_projects.tocsr(), room)
    return limits, waits


def without(model: Model, gone: np.ndarray) -> Model:
    """The programme without some of its exchanges, which hold no lower option back any more."""
    higher = csr_array((model.on_projects != 0).astype(int) - (model.waits != 0).astype(int))
    freed = (model.rows["limit_kind"] == "hierarchy") & (higher @ gone.astype(int) > 0)
    limits = np.where(freed, model.on_projects.sum(axis=1), model.limits)
    return replace(model, own_most=np.where(gone, 0.0, model.own_most), limits=limits)


def raised(model: Model, row: int, by: float = 1.0) -> Model:
    """The programme with so many units more of a limit, by default one: a need that grows is full later."""
    limit = model.rows.loc[row]
    grows = (model.rows["limit_kind"] == "hierarchy") & (model.rows["flow_id"] == limit["flow_id"])
    more = by * diags_array((grows & (limit["limit_kind"] == "demand")).to_numpy(dtype=float))
    limits = model.limits + by * (np.arange(len(model.limits)) == row)
    return replace(model, limits=limits, on_projects=csr_array(model.on_projects + more @ model.waits))


def _ceilings(pairs: pd.DataFrame, settings: Allocation, accepted: Sequence[Sequence[str]]) -> list[_Rows]:
    """The limits of the whole plan: budget, number of projects, exclusive exchanges, accepted ones."""
    every, none = np.ones(len(pairs)), np.zeros(len(pairs))
    rows = []
    if settings.budget_eur_per_year is not None:
        extra = np.maximum(0, -per_tonne(pairs, MARGIN))
        paid = fixed_cost(settings) * every
        rows.append(_ceiling("budget", extra, paid, settings.budget_eur_per_year))
    if settings.maximum_projects is not None:
        rows.append(_ceiling("projects", none, every, settings.maximum_projects))
    for group in settings.exclusive:
        member = pairs["candidate_id"].isin(group).to_numpy(dtype=float)
        rows.append(_ceiling("exclusive", none, member, 1))
    for names in accepted:
        member = pairs["candidate_id"].isin(list(names)).to_numpy(dtype=float)
        if member.any():  # none may be among those that a plan is sought of
            rows.append(_ceiling("accepted", none, none - member, -1))
    return rows


def _ceiling(kind: str, on_tonnes: np.ndarray, on_projects: np.ndarray, limit: float) -> _Rows:
    return _Rows(
        about=pd.DataFrame({"limit_kind": [kind]}),
        on_tonnes=csr_array(on_tonnes[None]),
        on_projects=csr_array(on_projects[None]),
        limits=np.array([limit], dtype=float),
    )
