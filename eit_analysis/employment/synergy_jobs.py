"""Jobs brought by synergies, less those they displace.

jobs = tonnes × (jobs per tonne of the new route − jobs per tonne of the old route)        [FTE]
"""

from __future__ import annotations

import pandas as pd

BOUNDS = ("low", "central", "high")
# Where a family usually goes once a synergy exists; the register does not say it.
NEW_ROUTE = {"food": "reuse", "biowaste": "digestion"}
DEFAULT_NEW_ROUTE = "recycling"
RECOVERED = ("reuse", "recycling", "composting", "digestion")
REALISED, PLANNED = "realised", "planned"
PLANNED_STATUSES = ("study", "committed")
DECLARED_HALF_WIDTH = 0.2  # realised tonnes are declared by the synergy's carrier


def factor_of(factors: pd.DataFrame, category: str, route: str) -> dict[str, float]:
    """FTE per 1 000 t, ``{low, central, high}``: the category's own, else the route's, else NaN."""
    rows = factors[(factors["factor"] == "jobs") & (factors["route"] == route)]
    own, general = rows[rows["category"] == category], rows[rows["category"].isna()]
    best = own if len(own) else general
    return {bound: float(best[bound].iloc[0]) if len(best) else float("nan") for bound in BOUNDS}


def jobs_from_tonnes(tonnes: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """FTE gained less FTE displaced, for tonnes that change route.

    Parameters
    ----------
    tonnes : DataFrame
        ``category, old_route, new_route, tonnes_low, tonnes, tonnes_high`` (t/year).
    factors : DataFrame
        ``reference/factors.csv``: rows ``jobs`` in FTE per 1 000 t.

    Returns
    -------
    DataFrame
        ``tonnes`` plus ``jobs_low, jobs, jobs_high`` (FTE, signed), missing where a route has no factor. The
        same route before and after changes nothing. Low and high take the worst and best ends together: an
        envelope, not a confidence interval.
    """
    tonnes = tonnes.reset_index(drop=True)  # stages are concatenated before this call: labels may repeat
    results = []
    for row in tonnes.to_dict("records"):
        new = factor_of(factors, row["category"], row["new_route"])
        old = factor_of(factors, row["category"], row["old_route"])
        per_tonne = [(new["low"] - old["high"]) / 1000, (new["high"] - old["low"]) / 1000]
        central = (new["central"] - old["central"]) / 1000
        if row["old_route"] == row["new_route"]:
            per_tonne, central = [0.0, 0.0], 0.0
        ends = [t * gain for t in (row["tonnes_low"], row["tonnes_high"]) for gain in per_tonne]
        results.append((min(ends), row["tonnes"] * central, max(ends)))
    jobs = pd.DataFrame(results, columns=["jobs_low", "jobs", "jobs_high"], dtype=float)
    return tonnes.join(jobs)


def realised_tonnes(register: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Tonnes the register says are really diverted, with the route they had before.

    The old route is the main one (by mass) of the actors' flows of the family, ``unknown`` when they
    declare none.

    Returns
    -------
    DataFrame
        ``stage, site_id`` (ids separated by spaces), ``category, old_route, new_route, tonnes_low, tonnes,
        tonnes_high``.
    """
    done = register[(register["status"] == "done") & register["realised_t_per_year"].gt(0)]
    rows = []
    for row in done.to_dict("records"):
        sites = str(row["site_ids"]).split()
        mine = flows[flows["site_id"].isin(sites) & (flows["category"] == row["category"])]
        mine = mine[mine["direction"] == "out"]
        mine = mine[~mine["route"].isin(RECOVERED)]  # today's route may already be the synergy's
        mass = mine.groupby("route")["mass_t_per_year"].sum().sort_values(kind="stable")
        old = mass.index[-1] if len(mass) else "unknown"
        central = row["realised_t_per_year"]
        low, high = central * (1 - DECLARED_HALF_WIDTH), central * (1 + DECLARED_HALF_WIDTH)
        rows.append((REALISED, row["site_ids"], row["category"], old, low, central, high))
    return _frame(rows)


def planned_tonnes(register: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Most that the synergies under study or committed could divert: their actors' flows not yet recovered.

    A flow wanted by several synergies counts once. Same columns as :func:`realised_tonnes`.
    """
    wanted = {
        (site, row["category"])
        for row in register[register["status"].isin(PLANNED_STATUSES)].to_dict("records")
        for site in str(row["site_ids"]).split()
    }
    out = flows[(flows["direction"] == "out") & ~flows["route"].isin(RECOVERED)]
    rows = [
        (PLANNED, row["site_id"], row["category"], row["route"], row["mass_low_t_per_year"],
         row["mass_t_per_year"], row["mass_high_t_per_year"])
        for row in out.to_dict("records")
        if (row["site_id"], row["category"]) in wanted
    ]  # fmt: skip
    return _frame(rows)


def _frame(rows: list[tuple]) -> pd.DataFrame:
    names = ["stage", "site_id", "category", "old_route", "tonnes_low", "tonnes", "tonnes_high"]
    frame = pd.DataFrame(rows, columns=names)
    frame["old_route"] = frame["old_route"].fillna("unknown")
    frame["new_route"] = frame["category"].map(NEW_ROUTE).fillna(DEFAULT_NEW_ROUTE)
    return frame.astype({"tonnes_low": float, "tonnes": float, "tonnes_high": float})


def by_stage(jobs: pd.DataFrame) -> pd.DataFrame:
    """Tonnes and net jobs summed by stage: ``stage, tonnes, jobs_low, jobs, jobs_high``."""
    values = ["tonnes", "jobs_low", "jobs", "jobs_high"]
    return jobs.groupby("stage", sort=False)[values].sum().reset_index()


def behind_stages(jobs: pd.DataFrame) -> pd.DataFrame:
    """One row per actor behind each sum, its synergies' tonnes shared equally: ``stage, site_id, tonnes``."""
    rows = jobs.assign(site_id=jobs["site_id"].str.split())
    rows["tonnes"] = rows["tonnes"] / rows["site_id"].str.len()
    return rows[["stage", "site_id", "tonnes"]].explode("site_id").reset_index(drop=True)


def future_jobs(stages: pd.DataFrame, occupation: str) -> pd.DataFrame:
    """Jobs of the planned synergies, as the forecast takes them; none may happen, so that the low end is ≤ 0.

    Returns
    -------
    DataFrame
        ``occupation, jobs_low, jobs, jobs_high`` (FTE), one row, or none when nothing is planned.
    """
    planned = stages[stages["stage"] == PLANNED].assign(occupation=occupation)
    planned["jobs_low"] = planned["jobs_low"].clip(upper=0.0)
    return planned[["occupation", "jobs_low", "jobs", "jobs_high"]].reset_index(drop=True)
