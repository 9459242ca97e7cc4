"""Grading a past forecast on what a later wave observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.forecast.cohort import Simulation, simulate
from eit_analysis.employment.forecast.outlook import by_scenario, fan, outlook
from eit_analysis.employment.workforce import prepare


def comparable(
    earlier: pd.DataFrame, later: pd.DataFrame, minimum_people: float = 5, minimum_sites: int = 3
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two workforces prepared alike, only of firms in both: a missing answer is not a fall in jobs."""
    both = set(earlier["site_id"]) & set(later["site_id"])
    rows = pd.concat([earlier.assign(later=False), later.assign(later=True)], ignore_index=True)
    ready = prepare(rows[rows["site_id"].isin(both)], minimum_people, minimum_sites)
    is_later = ready["later"].astype(bool)
    return ready[~is_later].drop(columns="later"), ready[is_later].drop(columns="later")


def observed(waves: Mapping[str, pd.DataFrame]) -> Breakdown:
    """People in each ``wave``, of firms that are in all (:func:`comparable`): ``headcount``."""
    rows = pd.concat([rows.assign(wave=wave) for wave, rows in waves.items()], ignore_index=True)
    people = rows.groupby("wave", as_index=False)[["headcount"]].sum()
    return Breakdown(people, ["wave"], rows, "headcount", people=True)


def replay(
    earlier: pd.DataFrame, hazards: pd.DataFrame, given: Scenarios, first: int, last: int, sites: pd.DataFrame
) -> list[Simulation]:
    """The trend and the plans of an earlier wave, forecast from its own data up to the year of the later."""
    past = given.model_copy(update={"horizon_years": max(last - first, 1)})
    again = partial(simulate, earlier, hazards, past, base_year=first, sites=sites)
    return [again(scenario=name) for name in ("trend", "plans")]


def foretold(simulations: list[Simulation]) -> Breakdown:
    """Total of each scenario in its last year: ``scenario, year, people`` with its intervals."""
    every_year = by_scenario(fan, simulations)
    table, records = every_year.frame, every_year.records
    last = table[table["year"] == table["year"].max()].reset_index(drop=True)
    return replace(every_year, frame=last, records=records[records["year"].isin(last["year"])])


def grade(forecast: pd.DataFrame, seen: pd.DataFrame, *, wave: str) -> pd.DataFrame:
    """What was :func:`foretold` against the people :func:`observed` in ``wave``, as a reader gets both.

    error = 100 × (forecast median − observed) / observed, in %. ``in_80`` and ``in_95`` are ``yes`` where
    the observed total lies in the interval, else ``no``; all are missing where it is not read, or zero.
    """
    people = seen.groupby("wave")["headcount"].sum(min_count=1).reindex([wave]).iloc[0]
    graded = _against(forecast, pd.Series(people, index=forecast.index, dtype=float))
    names = ["error_percent", "in_80", "in_95"]
    graded.loc[~(graded["observed_people"] > 0), names] = None
    return graded[["scenario", "year", *names]]


def grade_occupations(simulations: list[Simulation], observed: pd.DataFrame) -> pd.DataFrame:
    """How often the 80 % interval of an occupation held what was observed (80 % of them would be perfect).

    For the team: no form of the answers tells it, and of one occupation it would tell the people observed.
    ``mean_absolute_error_percent`` is over the occupations with people observed.
    """
    people = observed.groupby("occupation")["headcount"].sum()
    rows = []
    for simulation in simulations:
        table = outlook(simulation).frame
        table = _against(table, table["occupation"].map(people).astype(float).fillna(0.0))
        error = table.loc[table["observed_people"] > 0, "error_percent"].abs().mean()
        rows.append((simulation.scenario, len(table), error, 100 * (table["in_80"] == "yes").mean()))
    names = ["scenario", "n_occupations", "mean_absolute_error_percent", "coverage_80_percent"]
    scores = pd.DataFrame(rows, columns=names)
    return scores[scores["n_occupations"] > 0].reset_index(drop=True)


def _against(table: pd.DataFrame, observed: pd.Series) -> pd.DataFrame:
    error = 100 * (table["people"] - observed) / observed.where(observed > 0)
    graded = table.assign(observed_people=observed.astype(float), error_percent=error)
    for level in ("80", "95"):
        if f"people_low{level}" in table:
            inside = observed.between(table[f"people_low{level}"], table[f"people_high{level}"])
            graded[f"in_{level}"] = inside.map({True: "yes", False: "no"})
    return graded
