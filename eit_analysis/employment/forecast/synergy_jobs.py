"""Jobs brought by synergies, less those they displace.

    created   = tonnes × jobs per tonne of the new route                              [FTE, gross]
    displaced = tonnes × jobs per tonne of the old route                              [FTE, gross]
    jobs      = created − displaced, 0 where the route stays the same                 [FTE, net, direct]
    indirect  = indirect jobs per direct job × jobs, beside them and never added      [FTE]

A tonne that goes from one recycler to another makes no job in France, and yet is work for whoever takes it:
gross jobs count it. Thirty tonnes a year are less than one full-time job (:func:`for_scale`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.employment.forecast import synergy_tonnes
from eit_analysis.employment.forecast.synergy_tonnes import (
    ALLOCATED,
    REALISED,
    TONNES,
)
from eit_analysis.records import SOURCE, TOTAL
from eit_analysis.reference.factors import KEY, MissingFactorError, check_units, lookup
from eit_analysis.reference.stages import wholes

BOUNDS = ["low", "central", "high"]
JOBS, CREATED, DISPLACED, INDIRECT = (
    [f"{name}_low", name, f"{name}_high"]
    for name in ("jobs", "jobs_created", "jobs_displaced", "indirect_jobs")
)
DECLARED = ("realised_fte", "insertion_hours_per_year")
SCALE_T = 30.0  # realised in three years by the first territory
SCALE_ROUTES = ("landfill", "recycling")


def bounds(factors: pd.DataFrame, factor: str, category: str = "", route: str = "") -> np.ndarray:
    """Low, central and high of a factor, array (3,), missing where no row answers."""
    try:
        return lookup(factors, factor, category, route)[BOUNDS].to_numpy(dtype=float)
    except MissingFactorError:
        return np.full(3, np.nan)


def corners(values: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Products of three-point numbers whatever their signs: (n, 3) by (n, 3) or (3,), low, central, high."""
    ends = np.hstack([values[:, [i]] * factor[..., [j]] for i in (0, 2) for j in (0, 2)])
    return np.column_stack([ends.min(axis=1), values[:, 1] * factor[..., 1], ends.max(axis=1)])


def jobs_from_tonnes(tonnes: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """FTE created, displaced and net, for tonnes that change route.

    ``tonnes`` are ``category, old_route, new_route, tonnes_low, tonnes, tonnes_high`` (t/year); the rows
    ``jobs`` of ``factors`` (``reference.factors.factor_table``) are in FTE per 1,000 t.

    Returns
    -------
    DataFrame
        ``tonnes`` plus ``jobs_created``, ``jobs_displaced`` and ``jobs`` (FTE) with their bounds, missing
        where a route has no factor. Bounds take the worst and best ends together: an envelope, not a
        confidence interval; two equal routes have one factor, and their net is 0.

    Raises
    ------
    InputError
        When a factor is not in its unit: jobs per 10,000 t would count tenfold.
    """
    check_units(factors)
    tonnes = tonnes.reset_index(drop=True)  # stages are concatenated before this call: labels may repeat
    pairs = {end: [*zip(tonnes["category"], tonnes[f"{end}_route"], strict=True)] for end in ("new", "old")}
    rate = {pair: bounds(factors, "jobs", *pair) / 1000 for pair in {*pairs["new"], *pairs["old"]}}
    rates = {
        end: np.array([rate[pair] for pair in own], dtype=float).reshape(-1, 3) for end, own in pairs.items()
    }
    same = (tonnes["old_route"] == tonnes["new_route"]).to_numpy()[:, None]
    new, old, mass = rates["new"], rates["old"], tonnes[TONNES].to_numpy(dtype=float)
    net = corners(mass, np.where(same, 0.0, new - old[:, ::-1]))
    values = np.hstack([mass * new, mass * old, net])
    return tonnes.join(pd.DataFrame(values, columns=[*CREATED, *DISPLACED, *JOBS]))


def jobs_of_stages(
    register: pd.DataFrame,
    exchanges: pd.DataFrame,
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    factors: pd.DataFrame,
) -> pd.DataFrame:
    """Jobs of the synergies realised, under study or committed, and of the exchanges feasible together.

    ``register, flows, sites`` are tidy tables, ``exchanges`` those of the joint plan. The result is that of
    :func:`jobs_from_tonnes` with the columns of :mod:`synergy_tonnes`.
    """
    outlets, ess = (sites.loc[sites["actor_type"] == kind, "site_id"].tolist() for kind in ("outlet", "ess"))
    given = flows[~flows["site_id"].isin(outlets)]
    parts = [
        synergy_tonnes.realised_tonnes(register, given, ess),
        synergy_tonnes.planned_tonnes(register, given, ess),
        synergy_tonnes.allocated_tonnes(exchanges, ess),
    ]
    return jobs_from_tonnes(pd.concat(parts), factors)


def by_stage(jobs: pd.DataFrame, changes: pd.DataFrame, factors: pd.DataFrame) -> Breakdown:
    """Tonnes and jobs by stage; of the feasible exchanges, with the interval of all of them together.

    indirect = ratio × jobs: a displaced job takes its suppliers' with it. Never added to the direct ones, the
    ratio being that of a service with heavy equipment.

    ``jobs`` are from :func:`jobs_of_stages`; ``changes`` are ``category, jobs_low, jobs, jobs_high`` of the
    joint plan, all categories under `records.TOTAL`.

    Returns
    -------
    Breakdown
        ``stage, tonnes``, then ``jobs`` and ``indirect_jobs`` with their bounds (FTE).
    """
    stages = jobs.groupby("stage", sort=False)[["tonnes", *JOBS]].sum().reset_index()
    of_plan = changes.loc[changes["category"] == TOTAL, JOBS].to_numpy()
    stages.loc[stages["stage"] == ALLOCATED, JOBS] = of_plan
    values = corners(stages[JOBS].to_numpy(dtype=float), bounds(factors, "indirect_jobs"))
    table = stages.join(pd.DataFrame(values, columns=INDIRECT))
    return Breakdown(table, ["stage"], jobs, "tonnes")


def registered(register: pd.DataFrame) -> Derived:
    """What the register itself says that synergies done bring, beside the estimate and never added to it.

    Returns
    -------
    Derived
        ``stage`` (`REALISED`), ``realised_fte`` and ``insertion_hours_per_year``: each the sum over the
        synergies of which it is written, missing where none has it.
    """
    done = register[register["status"] == "done"].assign(stage=REALISED)
    parents = []
    for name in DECLARED:
        known = done.reindex(columns=[*dict.fromkeys([*done, name])]).dropna(subset=[name])
        sums = known.astype({name: float}).groupby("stage", as_index=False)[[name]].sum()
        records = wholes(known, name)[["stage", "site_id", name, *SOURCE]]
        parents.append(Breakdown(sums, ["stage"], records, name))
    table = parents[0].frame.merge(parents[1].frame, how="outer")
    sums_of = {name: [(place, name, 1.0)] for place, name in enumerate(DECLARED)}
    return Derived(table, ["stage"], parents, sums=sums_of)


def by_route(jobs: pd.DataFrame) -> Breakdown:
    """Gross and net jobs by change of route of the exchanges feasible together, most tonnes first.

    Returns
    -------
    Breakdown
        ``old_route, new_route, tonnes``, ``jobs_created`` and ``jobs_displaced`` (gross) and ``jobs`` (net),
        in FTE and with their bounds.
    """
    together = jobs[jobs["stage"] == ALLOCATED]
    keys = ["old_route", "new_route"]
    values = [name for of in (CREATED, DISPLACED, JOBS) for name in (of[1], of[0], of[2])]
    table = together.groupby(keys)[["tonnes", *values]].sum().reset_index()
    order = table.sort_values("tonnes", ascending=False, kind="stable", ignore_index=True)
    return Breakdown(order, keys, together, "tonnes", of="tonnes", sums=values)


def for_scale(factors: pd.DataFrame) -> pd.DataFrame:
    """What `SCALE_T` tonnes a year are worth in jobs (FTE), from landfill to recycling: one row.

    The columns of :func:`jobs_from_tonnes`, ``example_`` before their names: nobody declared these tonnes.
    """
    old, new = SCALE_ROUTES
    routes = {"category": [""], "old_route": [old], "new_route": [new]}
    move = pd.DataFrame(routes | dict.fromkeys(TONNES, SCALE_T))
    worth = jobs_from_tonnes(move, factors)[["old_route", "new_route", "tonnes", *JOBS]]
    return worth.rename(columns={name: f"example_{name}" for name in ("tonnes", *JOBS)})


def coefficients(tonnes: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The rows of the factors that these jobs rest on, each with its unit and its source, in their order.

    Those of :func:`for_scale` are among them.
    """
    wanted = [(factor, "", "") for factor in ("insertion_share", "insertion_hours", "indirect_jobs")]
    wanted += [("jobs", "", route) for route in SCALE_ROUTES]
    for end in ("old_route", "new_route"):
        pairs = tonnes[["category", end]].drop_duplicates().itertuples(index=False)
        wanted += [("jobs", category, route) for category, route in pairs]
    found = set()
    for factor, category, route in wanted:
        try:
            found.add(lookup(factors, factor, category, route).name)
        except MissingFactorError:
            continue
    rows = factors[factors.index.isin(list(found))]
    return rows[[*KEY, *BOUNDS, "unit", "source"]].reset_index(drop=True)


def future_jobs(stages: pd.DataFrame, occupation: str) -> pd.DataFrame:
    """Jobs (FTE) of the joint plan, as the forecast takes them: it may not happen, so the low end is ≤ 0."""
    plan = stages[stages["stage"] == ALLOCATED].assign(occupation=occupation)
    plan["jobs_low"] = plan["jobs_low"].clip(upper=0.0)
    return plan[["occupation", *JOBS]].reset_index(drop=True)
