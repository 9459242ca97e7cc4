"""How many people each occupation will have, lose and need: a simulated cohort by single year of age.

next stock = stock − retirements − quits − losses + net moves + hires        (people, exactly, in every draw)
openings   = hires = retirements + quits + growth − net moves in

Today's people are followed one by one by the year and reason of their exit (``exits``), those who came
since by year of arrival (``newcomers``); hires follow demand (``demand``). Rates are drawn too, given what
firms declared (``declared_plans``), so that the intervals hold what is not known as well as chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.forecast import declared_plans, demand, exits, newcomers, random_counts
from eit_analysis.employment.forecast import hazards as rates
from eit_analysis.employment.forecast.ages import cells_of, people_by_age
from eit_analysis.remembered import remembered

SCENARIOS = ("trend", "plans", "synergies", "reform", "shock")
FLOWS = ("retirements", "quits", "moves", "losses", "hires")
BLOCK = 625  # draws at once: their laws stay in the processor's cache


@dataclass(frozen=True)
class Simulation:
    """All draws of one scenario.

    Attributes
    ----------
    workforce : DataFrame
        The people it was made from.
    behind : DataFrame
        Those whose headcounts follow from its numbers: all of them, or those whom a shock strikes, as its
        gap to the trend over its share is their headcount.
    stock : array (draws, years + 1, occupations)
        People at the end of each year, the first being the survey's.
    retirements, quits, moves, losses, hires : array (draws, years, occupations)
        People in each year; ``moves`` is net and sums to zero over occupations, ``losses`` are those of
        shocks.
    """

    scenario: str
    occupations: list[str]
    base_year: int
    workforce: pd.DataFrame
    behind: pd.DataFrame
    stock: np.ndarray
    retirements: np.ndarray
    quits: np.ndarray
    moves: np.ndarray
    losses: np.ndarray
    hires: np.ndarray


@dataclass(frozen=True)
class Forecast:
    """All scenarios: ``scenarios``, the trend first; apart the ``shock``, of nobody where none is stated."""

    scenarios: list[Simulation]
    shock: Simulation

    @property
    def trend(self) -> Simulation:
        """What the other scenarios are compared with."""
        return self.scenarios[0]

    @property
    def plans(self) -> Simulation:
        """The firms' plans, then the trend."""
        return next(drawn for drawn in self.scenarios if drawn.scenario == "plans")


@remembered
def simulate_all(
    workforce: pd.DataFrame, hazards: pd.DataFrame, parameters: Scenarios, **given: Any
) -> Forecast:
    """Draw every scenario that a study states; parameters as in :func:`simulate`."""
    names, known = scenarios(parameters), (hazards, parameters)
    struck = workforce if "shock" in names else workforce.head(0)
    others = [simulate(workforce, *known, scenario=name, **given) for name in names if name != "shock"]
    return Forecast(others, simulate(struck, *known, scenario="shock", **given))


def scenarios(parameters: Scenarios) -> list[str]:
    """The scenarios a study states: those of its own reform and shocks only when it has any."""
    stated = {"reform": parameters.reform, "shock": parameters.shocks}
    return [name for name in SCENARIOS if stated.get(name, True)]


def simulate(
    workforce: pd.DataFrame,
    hazards: pd.DataFrame,
    parameters: Scenarios,
    *,
    scenario: str,
    base_year: int,
    sites: pd.DataFrame | None = None,
    synergy_jobs: pd.DataFrame | None = None,
) -> Simulation:
    """Draw one scenario.

    ``trend``; ``plans``: the firms', then the trend; ``synergies``: plans and new jobs; ``reform``: the
    trend with the study's legal ages by birth year; ``shock``: the trend with the study's losses.

    Parameters
    ----------
    workforce : DataFrame
        Prepared ``workforce`` rows.
    hazards : DataFrame
        ``reference/hazards.csv``.
    sites : DataFrame, optional
        ``site_id, naf_code``; without it no firm belongs to a sector that a trend or a shock names.
    synergy_jobs : DataFrame, optional
        ``occupation, jobs_low, jobs, jobs_high`` (FTE, signed), reached within three years; only used by
        ``synergies``.

    Returns
    -------
    Simulation
        Same seed, same draws, whatever the order of the rows and the firms people are in. All scenarios of
        a seed share their random numbers, so that they differ by what they state alone; occupations that
        only synergies bring come last. Nobody is dismissed but by a shock: when the trend falls faster than
        people leave, the stock is what departures leave.

    Raises
    ------
    ValueError
        When the scenario is not one of ``SCENARIOS``.
    """
    if scenario not in SCENARIOS:
        raise ValueError(f"unknown scenario {scenario!r}, expected one of {SCENARIOS}")
    jobs = synergy_jobs if scenario == "synergies" and synergy_jobs is not None else _NO_JOBS
    jobs = jobs[jobs[["jobs_low", "jobs_high"]].ne(0).any(axis=1)].sort_values("occupation")
    # Small occupations are drawn apart and summed: in one, the departures announced would move rates less,
    # and whom fewer people are told of would read of more posts.
    shown = workforce
    alone = shown.get("merged_occupation", shown["occupation"]).fillna(shown["occupation"])
    workforce = shown.assign(occupation=alone)
    merged = dict(zip(workforce["occupation"], shown["occupation"], strict=True))
    # Occupations that only synergies bring come last: they shift no random number of the others.
    brought = sorted({*jobs["occupation"]} - {*merged})
    names, told = [*sorted(merged), *brought], [*sorted({*merged.values()}), *brought]
    places = [told.index(merged.get(name, name)) for name in names]
    years, draws = parameters.horizon_years, parameters.draws
    cells = cells_of(workforce, names)
    ages = people_by_age(cells, len(names))
    people = ages.sum(axis=1)
    plans = declared_plans.declared(workforce, names)
    wish = demand.of_firms(workforce, sites, parameters, plans, people)
    kept = np.ones((len(names), years))
    if scenario == "shock":
        kept = demand.kept_jobs(shown, sites, parameters, told, base_year)[places]
    today = rates.legal_ages(parameters, [], base_year, declared_plans.PLAN_YEARS)
    reform = parameters.reform if scenario == "reform" else []
    legal = rates.legal_ages(parameters, reform, base_year, years)
    # A team's plan is of all its people, on whichever of its rows it is written.
    team = workforce.groupby(["occupation", "site_id"])["planned_departures_3y"]
    answering = workforce[team.transform("count") > 0]
    answered = people_by_age(cells_of(answering, names), len(names))
    leavers, rng = plans["departures"].to_numpy(float), np.random.default_rng(parameters.seed)
    drawn = declared_plans.posterior(hazards, parameters, today, answered, leavers, rng, draws)
    # Two bytes a number wherever no stock can come near 32,767.
    growth = max(float(wish.growth.max(initial=0.0)), 0.0) + 0.1
    size = np.int16 if people.max(initial=0.0) * (1 + growth) ** years < 2**13 else np.int32
    stock = np.zeros((years + 1, len(names), draws), dtype=size)
    flows = {name: np.zeros((years, len(names), draws), dtype=size) for name in FLOWS}
    for number, first in enumerate(range(0, draws if names else 0, BLOCK)):
        part = slice(first, first + BLOCK)
        # A stream for each purpose and year: what a scenario changes in one shifts no number of the others.
        streams = np.random.default_rng([parameters.seed, number]).spawn(3 + years)
        own = drawn.part(part)
        chances = rates.draw(hazards, parameters, legal, own.u)
        gaps = demand.draw_gaps(hazards, parameters, own.u["plan_weight"], len(names), streams[0])
        ramp = demand.jobs_of_synergies(jobs, names, streams[1], own.pace.shape[1])
        mean_growth = people @ wish.growth / max(people.sum(), 1) + gaps.territory
        since = newcomers.arriving(chances, ages.sum(axis=0), mean_growth)
        there = np.zeros(own.pace.shape, dtype=np.int64)
        stays = exits.staying(chances)
        del chances  # memory that the exits need
        hazard = exits.expected_hazard(ages, stays)
        now = exits.leave(cells, stays, own.pace, kept, streams[2])
        del stays
        stock[0, :, part] = now.stock[0]
        for year, stream in enumerate(streams[3:]):
            leaving, hiring, moving = stream.spawn(3)
            expected, left = since.leave(there, year, own.pace, 1 - kept[:, year], leaving)
            expected -= np.expm1(-own.pace * hazard[year]) * now.stock[year]
            with_plans = scenario in ("plans", "synergies") and year < demand.PLAN_YEARS
            wanted = wish.wanted(expected, stock[year, :, part], gaps, with_plans)
            extra = ramp[year] if year < demand.PLAN_YEARS else 0
            hired = np.clip(random_counts.poisson(wanted, hiring) + extra, 0, None)
            total = {reason: now.left[reason][year] + left.get(reason, 0) for reason in exits.REASONS}
            arrived = _arrivals(total["moves"].sum(axis=0), people, moving)
            there += hired + arrived - sum(left.values())
            total |= {"moves": arrived - total["moves"], "hires": hired}
            for name, number_of in total.items():
                if np.any(number_of):  # memory that nobody writes to is never taken
                    flows[name][year, :, part] = number_of
            stock[year + 1, :, part] = now.stock[year + 1] + there
        del now, hazard
    by_draw = {name: _summed(flow, places) for name, flow in flows.items()}
    behind = demand.struck(shown, sites, parameters) if scenario == "shock" else shown
    return Simulation(scenario, told, base_year, shown, behind, _summed(stock, places), **by_draw)


_NO_JOBS = pd.DataFrame(columns=["occupation", "jobs_low", "jobs", "jobs_high"])


def _summed(drawn: np.ndarray, places: list[int]) -> np.ndarray:
    """Draws (years, occupations, draws), those at the same place summed: array (draws, years, places)."""
    by_draw = np.moveaxis(drawn, 2, 0)
    if places == list(range(len(places))):
        return by_draw
    total = np.zeros((*by_draw.shape[:2], max(places) + 1), dtype=np.int32)
    for occupation, place in enumerate(places):
        total[:, :, place] += by_draw[:, :, occupation]
    return total


def _arrivals(movers: np.ndarray, people: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where movers (draws) go, (occupations, draws): without a source, in proportion to today's people.

    Each takes the occupation of somebody drawn among them: the k-th mover of a draw, the same whatever the
    scenario.
    """
    size = np.rint(people).astype(int) if people.any() else np.ones(len(people), dtype=int)
    occupation = np.repeat(np.arange(len(size), dtype=np.int32) * len(movers), size)
    most = movers.max(initial=0)
    taken = occupation[rng.integers(len(occupation), size=(most, len(movers)), dtype=np.uint32)]
    taken += np.arange(len(movers), dtype=np.int32)
    gone = taken[np.arange(most)[:, None] < movers]
    return np.bincount(gone, minlength=len(size) * len(movers)).reshape(len(size), -1)
