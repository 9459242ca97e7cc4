"""How many people each occupation will have, lose and need: a simulated cohort by single year of age.

next stock = stock − retirements − quits + net moves in + hires        (people, exactly, in every draw)
openings   = hires = retirements + quits + growth − net moves in

Retirements, quits and moves are binomial draws on each age; hires are Poisson around what replaces expected
departures and follows the trend; under the firms' plans, departures they foresee are only made good by the
hires they announce (binomial: some never happen), the others are replaced. Hazards and trends are themselves
drawn between their low and high values, so that the intervals hold what is not known as well as chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.config import Scenarios
from eit_analysis.employment.hazards import (
    AGES,
    draw_hazard,
    retirement_reference_age,
    triangular,
    uniform_over,
)

HIRE_AGES = (20, 49)  # no source by age and occupation: hires are spread evenly over these ages
PLAN_YEARS = 3  # the questionnaire asks for plans under three years
SCENARIOS = ("trend", "plans", "synergies")


@dataclass(frozen=True)
class Simulation:
    """All draws of one scenario.

    Attributes
    ----------
    stock : array (draws, years + 1, occupations)
        People at the end of each year, the first being the survey's.
    retirements, quits, moves, hires : array (draws, years, occupations)
        People in each year; ``moves`` is net and sums to zero over occupations.
    """

    scenario: str
    occupations: list[str]
    base_year: int
    stock: np.ndarray
    retirements: np.ndarray
    quits: np.ndarray
    moves: np.ndarray
    hires: np.ndarray


def initial_ages(
    workforce: pd.DataFrame, names: list[str], rng: np.random.Generator, draws: int
) -> np.ndarray:
    """People by age, array (draws, occupations, ages): each band spread uniformly over its years.

    Unknown bands follow the ages of everyone known, or are uniform when nobody's is.
    """
    people = workforce.groupby(["occupation", "age_band"])["headcount"].sum().reset_index().to_dict("records")
    weights = {row["age_band"]: _band_weights(row["age_band"]) for row in people}
    known = sum((row["headcount"] * weights[row["age_band"]] for row in people), np.zeros(len(AGES)))
    everyone = known / known.sum() if known.sum() else np.full(len(AGES), 1 / len(AGES))
    counts = np.zeros((draws, len(names), len(AGES)), dtype=np.int64)
    for row in people:
        share = weights[row["age_band"]]
        ages = rng.multinomial(round(row["headcount"]), share if share.any() else everyone, size=draws)
        counts[:, names.index(row["occupation"]), :] += ages
    return counts


def _band_weights(band: str) -> np.ndarray:
    """Uniform shares over the years of a band, all zero when the band is not known."""
    first, _, last = band.replace("60 et plus", "60-64").partition("-")
    if not (first.isdigit() and last.isdigit()):
        return np.zeros(len(AGES))
    return uniform_over(int(first), int(last))


def declared_plans(workforce: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """What firms announce for three years, by occupation in the order of ``names``.

    Returns
    -------
    DataFrame
        ``hires, departures`` (whole people), ``answered``: share of people whose firm gave planned hires. No
        answer is not zero: the rest of the people follow the trend.
    """
    team = workforce.groupby(["occupation", "site_id"]).agg(
        people=("headcount", "sum"),
        hires=("planned_hires_3y", lambda plan: plan.sum(min_count=1)),
        departures=("planned_departures_3y", "sum"),
    )
    team["answered"] = team["people"].where(team["hires"].notna(), 0.0)
    team["departures"] = team["departures"].where(team["hires"].notna(), 0.0)
    total = team.groupby("occupation").sum().reindex(names, fill_value=0.0)
    total["answered"] = (total["answered"] / total["people"].where(total["people"] > 0)).fillna(0.0)
    return total[["hires", "departures", "answered"]].round({"hires": 0})


def simulate(
    workforce: pd.DataFrame,
    hazards: pd.DataFrame,
    parameters: Scenarios,
    *,
    scenario: str,
    base_year: int,
    synergy_jobs: pd.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Simulation:
    """Draw one scenario: ``trend``, ``plans`` (firms', then the trend) or ``synergies`` (plans and new jobs).

    Parameters
    ----------
    workforce : DataFrame
        Prepared ``workforce`` rows: ``occupation, site_id, age_band, headcount, planned_hires_3y``.
    hazards : DataFrame
        ``reference/hazards.csv``: ``hazard, first_age, last_age, low, central, high``.
    parameters : Scenarios
        Horizon, legal retirement age, quit rate and trend rate per year, share of plans that come true.
    synergy_jobs : DataFrame, optional
        ``occupation, jobs_low, jobs, jobs_high`` (FTE, signed), reached linearly within three years; only
        used by ``synergies``.

    Returns
    -------
    Simulation
        Same seed, same draws, whatever the order of the rows. Layoffs are not simulated: when the trend
        falls faster than people leave, nobody is hired and the stock is only what departures leave.

    Raises
    ------
    ValueError
        When the scenario is not one of ``SCENARIOS``.
    """
    if scenario not in SCENARIOS:
        raise ValueError(f"unknown scenario {scenario!r}, expected one of {SCENARIOS}")
    rng = np.random.default_rng(seed)
    jobs = synergy_jobs if scenario == "synergies" and synergy_jobs is not None else _NO_JOBS
    jobs = jobs[jobs[["jobs_low", "jobs_high"]].ne(0).any(axis=1)].sort_values("occupation")
    names = sorted({*workforce["occupation"], *jobs["occupation"]})
    years = parameters.horizon_years
    counts = initial_ages(workforce, names, rng, draws)

    retire = draw_hazard(
        hazards, "retirement", rng, (draws, 1), retirement_reference_age(parameters.retirement_age)
    )
    leave = np.clip(parameters.quit_rate * draw_hazard(hazards, "quit", rng, (draws, 1), AGES), 0, 1)
    move = draw_hazard(hazards, "mobility", rng, (draws, 1), AGES)
    common = draw_hazard(hazards, "trend_gap_territory", rng, (draws, 1), AGES[:1])[..., 0]
    own = draw_hazard(hazards, "trend_gap_occupation", rng, (draws, len(names)), AGES[:1])[..., 0]
    shock = common + own
    gap = draw_hazard(hazards, "plan_gap", rng, (draws, 1), AGES[:1])[..., 0]
    realised = np.clip(parameters.plan_realisation + gap, 0, 1)

    declared = declared_plans(workforce, names)
    answered = declared["answered"].to_numpy(float)
    foreseen = declared["departures"].to_numpy(float) / PLAN_YEARS
    announced = declared["hires"].to_numpy(float).astype(np.int64)
    plans = _spread(rng, rng.binomial(announced, np.broadcast_to(realised, (draws, len(names)))))
    extra = np.zeros((PLAN_YEARS, draws, len(names)), dtype=np.int64)
    for row in jobs.to_dict("records"):
        posts = triangular(rng.random(draws), row["jobs_low"], row["jobs"], row["jobs_high"])
        whole = np.floor(posts + rng.random(draws)).astype(
            np.int64
        )  # 0.3 job is one job in three draws of ten
        signed = _spread(rng, np.abs(whole)[:, None]) * np.sign(whole)[:, None]
        extra[..., names.index(row["occupation"])] += signed[..., 0]

    size = counts.sum(axis=(0, 2)).astype(float)
    shares = size / size.sum() if size.sum() else np.full(len(names), 1 / max(len(names), 1))
    hire_share = uniform_over(*HIRE_AGES)
    hiring = hire_share > 0
    flows = {k: np.zeros((draws, years, len(names)), np.int64) for k in ("retired", "left", "moved", "hired")}
    stock = np.zeros((draws, years + 1, len(names)), dtype=np.int64)
    stock[:, 0] = counts.sum(axis=2)
    for year in range(years if names else 0):
        expected = (counts * (retire + (1 - retire) * leave)).sum(axis=2)
        wanted = np.clip(expected + (parameters.trend_rate + shock) * stock[:, year], 0, None)
        retired = _leavers(rng, counts, retire)
        left = _leavers(rng, counts - retired, leave)
        stayed = counts - retired - left
        movers = _leavers(rng, stayed, move)
        # No source says where movers go: to every occupation in proportion to its size.
        arrivals = np.moveaxis(rng.multinomial(movers.sum(axis=1), shares), 2, 1)
        if scenario == "trend" or year >= PLAN_YEARS:
            hired = rng.poisson(wanted)
        else:
            # What happens to firms beside their plans moves them as much as it moves the trend.
            unforeseen = np.clip(answered * (expected + shock * stock[:, year]) - foreseen, 0, None)
            hired = plans[year] + rng.poisson((1 - answered) * wanted + unforeseen)
        if year < PLAN_YEARS:
            hired = np.clip(hired + extra[year], 0, None)
        older = np.roll(stayed - movers + arrivals, 1, axis=2)
        older[..., -1] += older[..., 0]  # nobody vanishes past the last age
        older[..., 0] = 0
        counts = older
        counts[..., hiring] += rng.multinomial(hired, hire_share[hiring])
        for key, people in (("retired", retired), ("left", left), ("moved", arrivals - movers)):
            flows[key][:, year] = people.sum(axis=2)
        flows["hired"][:, year] = hired
        stock[:, year + 1] = counts.sum(axis=2)
    return Simulation(
        scenario, names, base_year, stock, flows["retired"], flows["left"], flows["moved"], flows["hired"]
    )


_NO_JOBS = pd.DataFrame(columns=["occupation", "jobs_low", "jobs", "jobs_high"])


def _leavers(rng: np.random.Generator, people: np.ndarray, hazard: np.ndarray) -> np.ndarray:
    """Binomial draws, array like ``people``; ages at which nobody may leave cost nothing."""
    leavers = np.zeros_like(people)
    ages = hazard.any(axis=(0, 1))
    leavers[..., ages] = rng.binomial(people[..., ages], hazard[..., ages])
    return leavers


def _spread(rng: np.random.Generator, people: np.ndarray) -> np.ndarray:
    """People (draws, occupations) dealt at random over the plan years: (plan years, draws, occupations)."""
    return np.moveaxis(rng.multinomial(people, [1 / PLAN_YEARS] * PLAN_YEARS), 2, 0)
