"""The limits of the joint plan (:mod:`model`), each kind as rows of coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from eit_analysis.config_synergies import Allocation
from eit_analysis.synergies.allocation.hierarchy import lower_and_higher
from eit_analysis.synergies.allocation.validation import same_mass

# The joint surplus before the fixed cost of the exchange, which the programme counts itself.
MARGIN = "margin_eur_per_year"
# Tonnes per year, of a floor: what a plan was rounded to.
ROUNDING = 1e-6


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


class Rows(NamedTuple):
    """Some limits of the programme: what they are, coefficients of t and of z, and what they allow."""

    about: pd.DataFrame
    on_tonnes: csr_array
    on_projects: csr_array
    limits: np.ndarray


def flow_limits(
    pairs: pd.DataFrame, kind: str, columns: tuple[str, str, str], weight: np.ndarray
) -> tuple[Rows, np.ndarray]:
    """Σ weight_k t_k ≤ amount for each distinct flow, and the row of each exchange."""
    flow, site, amount = columns
    codes, flows = pd.factorize(pairs[flow])
    shape = (len(flows), len(pairs))
    first = np.zeros(len(flows), dtype=int)
    first[codes[::-1]] = np.arange(len(pairs))[::-1]
    about = {"limit_kind": kind, "flow_id": flows, "site_id": pairs[site].to_numpy()[first]}
    limits = pairs[amount].to_numpy(dtype=float)[first]
    same_mass(pairs[flow], codes, pairs[amount], limits)
    rows = Rows(
        about=pd.DataFrame(about),
        on_tonnes=coo_array((weight, (codes, np.arange(len(pairs)))), shape=shape).tocsr(),
        on_projects=csr_array(shape),
        limits=limits,
    )
    return rows, codes


def part(pairs: pd.DataFrame) -> Rows:
    """Σ n_k t_k ≤ most × D_j for what may together be a part of a need at most, others filling the rest."""
    some = np.flatnonzero(pairs["most_of_need"] < 1)
    few = pairs.iloc[some]
    codes, groups = pd.factorize(pd.MultiIndex.from_frame(few[["in_flow_id", "most_of_need"]]))
    first = np.flatnonzero(~pd.Series(codes).duplicated())
    about = pd.DataFrame(list(groups), columns=["flow_id", "share"]).assign(limit_kind="part")
    return Rows(
        about=about,
        on_tonnes=coo_array(
            (few["need_t_per_t"].to_numpy(dtype=float), (codes, some)), shape=(len(groups), len(pairs))
        ).tocsr(),
        on_projects=csr_array((len(groups), len(pairs))),
        limits=(few["most_of_need"] * few["demand_t_per_year"]).to_numpy(dtype=float)[first],
    )


def crossed(pairs: pd.DataFrame) -> Rows:
    """One limit for each two exchanges that would swap the same kind of thing between two sites."""
    sides = pairs[["giver_site_id", "taker_site_id", "use"]].assign(place=np.arange(len(pairs)))
    back = {"giver_site_id": "taker_site_id", "taker_site_id": "giver_site_id"}
    swaps = sides.merge(sides.rename(columns=back), on=["giver_site_id", "taker_site_id", "use"])
    places = swaps.loc[swaps["place_x"] < swaps["place_y"], ["place_x", "place_y"]].to_numpy()
    shape = (len(places), len(pairs))
    members = (np.ones(places.size), (np.repeat(np.arange(len(places)), 2), places.ravel()))
    return Rows(
        about=pd.DataFrame({"limit_kind": ["crossed"] * len(places)}),
        on_tonnes=csr_array(shape),
        on_projects=coo_array(members, shape=shape).tocsr(),
        limits=np.ones(len(places)),
    )


def hierarchy(pairs: pd.DataFrame, pays: np.ndarray, minimum_lot_t: float) -> tuple[Rows, csr_array]:
    """One limit for each lower option and each higher one that pays, and which option waits in each."""
    # What is a part of a need at most never fills it.
    lower, higher = lower_and_higher(pairs, pays & (pairs["most_of_need"] == 1).to_numpy())
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
    limits = Rows(pd.DataFrame(about), -filling.tocsr()[needs[higher]], on_projects.tocsr(), room)
    return limits, waits


def ceilings(pairs: pd.DataFrame, settings: Allocation, accepted: Mapping[str, float]) -> list[Rows]:
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
    for name, tonnes in accepted.items():
        member = pairs["candidate_id"].eq(name).to_numpy(dtype=float)
        if member.any():  # it may not be among those that a plan is sought of
            rows.append(_ceiling("accepted", none - member, none, ROUNDING - tonnes))
    return rows


def _ceiling(kind: str, on_tonnes: np.ndarray, on_projects: np.ndarray, limit: float) -> Rows:
    return Rows(
        about=pd.DataFrame({"limit_kind": [kind]}),
        on_tonnes=csr_array(on_tonnes[None]),
        on_projects=csr_array(on_projects[None]),
        limits=np.array([limit], dtype=float),
    )
