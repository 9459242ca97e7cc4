"""A firm's own departures, posts and verdicts, from its people alone and from what is public.

The cohort, the account and the verdicts are those of the territory, given the rows of one firm: what comes
out tells of nobody else, and an occupation that only this firm has gets its verdict. Who comes is what would
come to a team of that size; a small team keeps its wide intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment import priorities
from eit_analysis.employment.context.sources import Heard
from eit_analysis.employment.forecast import labour_gap
from eit_analysis.employment.forecast.outlook import quantiles
from eit_analysis.employment.skills.mobility import bridges
from eit_analysis.employment.skills.skill_gaps import gaps_by_occupation
from eit_analysis.employment.workforce import occupations

COLUMNS = [
    "occupation", "headcount", "departures_said", "posts_said", "gap_verdict", "shortage_chances",
    "tension_said", "who_acts",
]  # fmt: skip


@dataclass(frozen=True)
class OwnPosts:
    """``steps``: the account of all its occupations; ``gap`` and ``lines`` (`COLUMNS`): each, by priority."""

    steps: Breakdown
    gap: Breakdown
    lines: pd.DataFrame


def own_posts(
    people: pd.DataFrame,
    skills: pd.DataFrame,
    heard: Heard,
    hazards: pd.DataFrame,
    market: pd.DataFrame,
    parameters: Scenarios,
    *,
    base_year: int,
    sites: pd.DataFrame,
) -> OwnPosts:
    """Over ``labour_gap.YEARS`` years, with the firm's plans.

    Parameters
    ----------
    people, skills : DataFrame
        Rows of one firm, from ``workforce.prepare`` (nothing merged) and ``skill_gaps.prepare``.
    heard : Heard
        From ``sources.Sources.of`` these people.
    hazards, market : DataFrame
        ``reference/hazards.csv`` and ``reference/labour_market.csv``.
    """
    rules = (hazards, market, parameters)
    found = labour_gap.outlook(people, heard.known, *rules, base_year=base_year, sites=sites)
    plans = found.drawn.simulation
    gap = found.by_occupation.frame.set_index("occupation", drop=False)
    trades, taught = occupations(people), gaps_by_occupation(skills)
    tables = trades, heard.basin, heard.dares, bridges(skills, skills), taught
    lines = priorities.lines(gap, *(table.frame for table in tables))
    leave = (plans.retirements + plans.quits, plans.retirements)
    left, retired = (
        pd.DataFrame(quantiles(people_by_year.sum(axis=1), "people"), index=plans.occupations).apply(
            priorities.ranged, axis=1, args=("people",)
        )
        for people_by_year in leave
    )
    said = (left + ", dont " + retired).str.removesuffix(", dont 0 (0 à 0)")
    lines["departures_said"] = lines["occupation"].map(said)
    who = "own_" + lines["who_acts"]  # the same advice, to the reader
    lines = lines.assign(headcount=lines["occupation"].map(gap["headcount"]), who_acts=who)
    return OwnPosts(found.steps, found.by_occupation, lines[COLUMNS])
