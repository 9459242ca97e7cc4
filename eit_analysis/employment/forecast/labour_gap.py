"""Posts to fill less people who come, by occupation: short, balanced, in surplus or uncertain, and how sure.

    gap = O − E                                                          over T = 3 years, people
    O   = openings of the cohort with the firms' plans + (1 − w) s (r − r̄) n T

E is who comes (``entrants``), r the growth per year that the families of the occupation are forecast in
France, r̄ its mean over the people of the study, s the share of that difference that holds here, w the weight
of the firms' plans (``demand``): a small team goes as its family, a large one as it plans. Centred, families
leave the total to the scenario. The gap is then drawn towards what scarcity says of it (``scarcity``), and
who comes with it. Without what firms planned and answered, the same tells what the survey adds.

An occupation is ``short`` in a draw when gap > O / 10, in ``surplus`` when gap < −O / 10, else ``balanced``.
It is called what P ≥ 0.75 of the draws say; ``enough`` where so many only say that it is not short, which may
be a balance or a surplus; ``no_post`` instead of these three where the median of O rounds to none; else
``uncertain``. Where nothing is known of who comes, or no firm told anything, it is ``unjudged``. P of N draws
counts for two errors less, P − 2 √(P (1 − P) / N): no verdict is owed to the luck of the draws.

All who read a study read one verdict. Small occupations, which others read as one, are drawn apart for them
too; a verdict without the firms that refused, as others read it, is the team's, with its chances, for two
draws differ by luck. Only where all people say the contrary the team's is ``uncertain``, and why: a verdict
hushed elsewhere would tell of who refused.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.forecast import cohort, declared_plans, entrants, scarcity
from eit_analysis.employment.forecast import hazards as rates
from eit_analysis.employment.forecast.account import account
from eit_analysis.employment.forecast.outlook import breakdown, quantiles
from eit_analysis.employment.workforce import OTHER, PLANS
from eit_analysis.french import exact

YEARS = declared_plans.PLAN_YEARS
TOLERATED, SURE = 0.1, 0.75
LUCK = 2.0  # errors of the draws, beyond `SURE`
VERDICTS = ("short", "uncertain", "enough", "balanced", "surplus", "no_post")
HOLDING = {name: {name} for name in ("short", "balanced", "surplus")}  # what a verdict leaves possible
HOLDING |= {name: {*HOLDING} for name in ("uncertain", "unjudged")}
HOLDING |= {name: {"balanced", "surplus"} for name in ("enough", "no_post")}
AGREED = ("gap_verdict", "shortage_chances", "surplus_chances", "uncertain_reason")  # one for all who read
SILENT = ("no_entrants", "no_survey")  # reasons for no verdict at all
RANGES = ["openings", "entrants", "gap_people"]
COLUMNS = [
    *(f"{name}{end}" for name in RANGES for end in ("", "_low80", "_high80")),
    "gap_verdict", "shortage_chances", "surplus_chances", "chances_before_survey", "survey_weight_share",
    "uncertain_reason",
]  # fmt: skip


@dataclass(frozen=True)
class Gap:
    """All draws: arrays (draws, occupations) by step, entrants by origin; what is known of each."""

    simulation: cohort.Simulation
    openings: dict[str, np.ndarray]
    entrants: dict[str, np.ndarray]
    known: pd.DataFrame
    entrants_known: np.ndarray
    survey_weight: np.ndarray


def draw(
    plans: cohort.Simulation,
    known: pd.DataFrame,
    hazards: pd.DataFrame,
    market: pd.DataFrame,
    parameters: Scenarios,
) -> Gap:
    """The draws of one scenario, ``plans`` of the cohort, over its first `YEARS` years.

    ``known`` is from ``signals.signals``, ``market`` is ``reference/labour_market.csv``.
    """
    years = min(YEARS, plans.hires.shape[1])
    draws, rng = len(plans.stock), np.random.default_rng([parameters.seed, YEARS])
    known = known.set_index("occupation").reindex(plans.occupations).reset_index()
    known["headcount"] = known["headcount"].fillna(0.0)
    told = declared_plans.declared(plans.workforce, plans.occupations).filter(like="answered")
    known["surveyed"] = (told.sum(axis=1).to_numpy() > 0) | (known["rated_people"] > 0)
    steps = {name: getattr(plans, name)[:, :years].sum(axis=1) for name in ("retirements", "quits")}
    hires = plans.hires[:, :years].sum(axis=1).astype(float)
    family = _family_growth(plans.workforce, known, hazards, market, rng.random(draws)) * years
    openings = np.clip(np.floor(hires + family + rng.random(hires.shape)), 0, None)
    steps["growth"] = openings - steps["retirements"] - steps["quits"]
    posts = openings.mean(axis=0)
    coming = entrants.drawn(known, posts, parameters.entrants, market, years, draws, rng)
    coming = scarcity.informed(openings, coming, known, market, rng)
    weight = scarcity.survey_weight(known, market)
    return Gap(plans, steps, coming, known, entrants.are_known(known, parameters.entrants), weight)


def _family_growth(
    workforce: pd.DataFrame, known: pd.DataFrame, hazards: pd.DataFrame, market: pd.DataFrame, u: np.ndarray
) -> np.ndarray:
    """What families add to a year's openings, array (draws, occupations); zero where none is known."""
    plans = declared_plans.declared(workforce, list(known["occupation"]))
    answered, people = plans["hires_answered"].to_numpy(float), known["headcount"].to_numpy(float)
    k = rates.value(hazards, "plan_weight", np.array([0.5]), 0.0)[0]
    share = np.divide(answered, people, out=np.zeros_like(people), where=people > 0)
    trust = share * np.divide(answered, answered + k, out=np.zeros_like(people), where=answered > 0)
    growth, moved = known["national_growth"].to_numpy(float), people * (1 - trust)
    moved = np.where(np.isfinite(growth), moved, 0.0)
    growth = np.nan_to_num(growth)
    apart = growth - (moved @ growth / moved.sum() if moved.any() else 0.0)
    return entrants.parameter(market, "family_growth", u)[:, None] * (moved * apart)


def drawn(
    workforce: pd.DataFrame,
    known: pd.DataFrame,
    hazards: pd.DataFrame,
    market: pd.DataFrame,
    parameters: Scenarios,
    **where: Any,
) -> Gap:
    """The draws of these people as of :func:`draw`, simulated over `YEARS` years alone."""
    short = parameters.model_copy(update={"horizon_years": min(YEARS, parameters.horizon_years)})
    plans = cohort.simulate(workforce, hazards, short, scenario="plans", **where)
    return draw(plans, known, hazards, market, short)


def before_survey(workforce: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same people by ages, families and public signals alone: no plan, no difficulty declared."""
    return workforce.assign(**dict.fromkeys(PLANS, np.nan)), known.assign(firms=np.nan, rated_people=0.0)


@dataclass(frozen=True)
class Outlook:
    """What a page shows: the account of all occupations, then each one, then each family; their draws."""

    drawn: Gap
    steps: Breakdown
    by_occupation: Breakdown
    by_family: Breakdown


def outlook(
    people: pd.DataFrame,
    known: pd.DataFrame,
    hazards: pd.DataFrame,
    market: pd.DataFrame,
    parameters: Scenarios,
    *,
    named: Collection[str] | None = None,
    others: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    **where: Any,
) -> Outlook:
    """The three tables with the firms' plans, with and without the survey; parameters as in :func:`drawn`.

    ``people`` are each under their own occupation, of which those ``named`` have a row (None: all of them).
    ``others`` are those of them that every audience counts, and what is known of these.
    """
    refused = others is not None and len(others[0]) < len(people)
    who = (people, known), before_survey(people, known), *([others] if others and refused else [])
    gap, before, *rest = (drawn(*each, hazards, market, parameters, **where) for each in who)
    counted = next(iter(rest), None)
    tables = (by_occupation(gap, before, counted, by, named) for by in ("occupation", "fap_family"))
    return Outlook(gap, steps(gap), *tables)


def least_chances(draws: int) -> str:
    """The chances in a hundred that a verdict asks for, the luck of so many draws counted, as printed."""
    every = (hits / draws for hits in range(draws + 1))
    return exact(100 * next(p for p in every if _beyond_luck(p, draws) >= SURE), 2)


def _beyond_luck(p: float, draws: int) -> float:
    return p - LUCK * float(np.sqrt(p * (1 - p) / draws))


def counts(occupations: pd.DataFrame) -> dict[str, int]:
    """How many of these rows have each ``gap_verdict``: how many are short, then those that some have."""
    found = occupations["gap_verdict"].value_counts()
    return {name: int(found.get(name, 0)) for name in VERDICTS if name in ("short", *found.index)}


def steps(gap: Gap) -> Breakdown:
    """The account of all occupations together over `YEARS` years (``account.account``)."""
    opened, coming = (
        {name: people.sum(axis=1) for name, people in part.items()} for part in (gap.openings, gap.entrants)
    )
    return breakdown(gap.simulation, account(opened, coming), "account_step")


def by_occupation(
    gap: Gap,
    before: Gap,
    counted: Gap | None = None,
    by: str = "occupation",
    named: Collection[str] | None = None,
) -> Breakdown:
    """Each occupation, or those ``named``: ``occupation, headcount``, then `COLUMNS`.

    Short ones first, then uncertain ones, those in surplus last; of one verdict, most openings first, but of
    those uncertain the likeliest to be short, to ten chances in a hundred.
    By ``fap_family`` (FAP 2021, three characters), its occupations drawn together, where all are named: of a
    part of them the verdict would be another.
    """
    occupation = gap.known["occupation"]
    shown = (occupation != OTHER) & (occupation.isin(occupation if named is None else named))
    of = gap.known[by].mask(gap.known[by].isin(gap.known.loc[~shown, by].dropna()))
    places = {name: rows.index.to_numpy() for name, rows in gap.known.groupby(of)}
    others = by_occupation(counted, counted, by=by).frame.set_index(by).to_dict("index") if counted else {}
    rows = [{by: n} | _row(gap, before, at, others.get(n, {})) for n, at in places.items()]
    table = pd.DataFrame(rows, columns=[by, "headcount", *COLUMNS])
    rank = table["gap_verdict"].map({"short": 0, "uncertain": 1, "unjudged": 1, "surplus": 3}).fillna(2)
    likely = -table["shortage_chances"].astype(float).round(-1).where(rank == 1, 0.0)
    order = table.assign(rank=rank, likely=likely, most=-table["openings"])
    order = order.sort_values(["rank", "likely", "most", by])
    table = order[[by, "headcount", *COLUMNS]].reset_index(drop=True)
    key = dict(zip(occupation, of.fillna(OTHER) if by == "occupation" else of, strict=True))
    records = gap.simulation.behind
    records = records.assign(**{by: records["occupation"].map(key)}).dropna(subset=[by])
    return Breakdown(table, [by], records, "headcount", people=True)


def _row(gap: Gap, before: Gap, at: np.ndarray, elsewhere: Mapping[Hashable, Any]) -> dict[str, object]:
    """The row of these occupations together; ``elsewhere`` is that of the people whom all count."""
    openings, coming = _sums(gap, at)
    known, chances = bool(gap.entrants_known[at].all()), _chances(openings, coming)
    sure = (name for name, p in chances.items() if _beyond_luck(p, len(openings)) >= SURE)
    verdict = next(sure, "uncertain")
    surveyed = bool(gap.known["surveyed"].to_numpy()[at].any())
    doubts = {"no_entrants": not known, "no_survey": not surveyed, "close": verdict == "uncertain"}
    theirs = elsewhere.get("gap_verdict", "uncertain")
    doubts["apart"] = not HOLDING[verdict] & HOLDING[theirs]
    reason = next((name for name, holds in doubts.items() if holds), None)
    people = gap.known["headcount"].to_numpy()[at]
    given = zip(RANGES, (openings, coming, openings - coming), strict=True)
    ranges = [quantiles(values, name) for name, values in given]
    if "short" not in HOLDING[verdict] and not round(float(ranges[0]["openings"])):
        verdict = "no_post"
    row = {
        "headcount": people.sum(),
        **{name: float(value) for each in ranges for name, value in each.items() if not name.endswith("95")},
        "gap_verdict": "unjudged" if reason in SILENT else "uncertain" if reason else verdict,
        "shortage_chances": 100 * chances["short"] if known and surveyed else np.nan,
        "surplus_chances": 100 * chances["surplus"] if known and surveyed else np.nan,
        "chances_before_survey": 100 * _chances(*_sums(before, at))["short"] if known else np.nan,
        "survey_weight_share": 100 * np.average(gap.survey_weight[at], weights=np.maximum(people, 1e-9)),
        "uncertain_reason": reason,
    }
    other = theirs not in ("uncertain", "unjudged", row["gap_verdict"])
    return row | {name: elsewhere[name] for name in AGREED} if other and reason in (None, "close") else row


def _sums(gap: Gap, at: np.ndarray) -> Iterator[np.ndarray]:
    """Openings, then entrants, of these occupations together: arrays (draws)."""
    for part in (gap.openings, gap.entrants):
        yield np.sum([people[:, at].sum(axis=1) for people in part.values()], axis=0)


def _chances(openings: np.ndarray, coming: np.ndarray) -> dict[str, float]:
    """In which part of the draws each verdict is true, the closest first."""
    beyond, room = openings - coming, TOLERATED * openings
    short, surplus = float((beyond > room).mean()), float((-beyond > room).mean())
    return {"short": short, "surplus": surplus, "balanced": 1 - short - surplus, "enough": 1 - short}
