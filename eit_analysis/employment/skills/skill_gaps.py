"""Skills that are missing, and whom to train.

gap          = Σ people × max(required level − current level, 0)                   [people × levels]
criticality  = (firms that lack it / firms that require it + difficulty / 4) / 2   [0 to 1]
critical gap = gap × criticality                                                   [people × levels]

A skill is critical when it can neither be borrowed from a neighbour nor hired: difficulty is what the study's
firms answer on recruiting the occupations that lack it, from 0 to 4. ``skills`` are rows of :func:`prepare`.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.workforce import occupation_names, rome_domain


def prepare(skills: pd.DataFrame, occupation_labels: dict[str, str]) -> pd.DataFrame:
    """Rows with both levels, one spelling per skill, and the name of the occupation behind the ROME code.

    A skill required at level 0 is not required.

    Two spellings that differ by case or spaces are one skill, written as it is most often. A row without a
    number of people counts as one person: somebody has the gap, or it would not have been written.
    """
    rows = skills.dropna(subset=["current_level", "required_level"])
    rows = rows[rows["required_level"] > 0].copy()
    key = rows["skill"].str.split().str.join(" ").str.casefold()
    common = rows.assign(key=key).groupby("key")["skill"].agg(lambda names: sorted(names.mode())[0])
    rows["skill"] = key.map(common).astype(object)
    rows["headcount"] = rows["headcount"].fillna(1.0)
    rows["occupation"] = occupation_names(rows["rome_code"], occupation_labels)
    rows["rome_domain"] = rome_domain(rows["rome_code"])
    rows["level_gap"] = (rows["required_level"] - rows["current_level"]).clip(lower=0)
    rows["to_train"] = rows["headcount"].where(rows["level_gap"] > 0, 0.0)
    rows["gap_people_levels"] = rows["headcount"] * rows["level_gap"]
    return rows


def training_plan(skills: pd.DataFrame) -> Breakdown:
    """Whom to train in what, only skills somebody lacks: those of most firms first, then of most people
    and levels.

    Returns
    -------
    Breakdown
        ``skill, to_train`` (people below the required level), ``n_sites, gap_people_levels`` (the gap of this
        module, for the team: levels are few, so that a sum of whole people times levels tells both) and
        ``mean_gap`` (missing levels per person to train).
    """
    lacking = skills[skills["to_train"] > 0]
    plan = lacking.groupby("skill").agg(
        to_train=("to_train", "sum"),
        n_sites=("site_id", "nunique"),
        gap_people_levels=("gap_people_levels", "sum"),
    )
    plan["mean_gap"] = plan["gap_people_levels"] / plan["to_train"]
    heaviest = ["n_sites", "to_train", "gap_people_levels"]
    order = plan.reset_index().sort_values([*heaviest, "skill"], ascending=[False, False, False, True])
    return Breakdown(
        order.reset_index(drop=True), ["skill"], lacking, "to_train", people=True,
        sums=["gap_people_levels"], team=["gap_people_levels"],
    )  # fmt: skip


def gaps_by_occupation(skills: pd.DataFrame, by: str = "occupation") -> Breakdown:
    """People below the required level, by occupation (or ``rome_domain``) and skill: both, ``to_train``."""
    lacking = skills[skills["to_train"] > 0]
    table = lacking.groupby([by, "skill"])[["to_train"]].sum().reset_index()
    return Breakdown(
        table, [by, "skill"], lacking, "to_train", people=True,
        regrouped=lambda keys: gaps_by_occupation(skills, keys[0]),
    )  # fmt: skip


def critical_gaps(skills: pd.DataFrame, workforce: pd.DataFrame) -> Breakdown:
    """Gaps by skill weighted by criticality, the most pressing first.

    Returns
    -------
    Breakdown
        ``skill, to_train, n_sites, gap_people_levels, n_requiring_sites, lacking_sites_percent`` (of those),
        ``hiring_difficulty`` (mean of the occupations that lack the skill, weighted by people, missing where
        none is rated: criticality then takes the mean of all occupations), ``criticality_percent`` (for the
        team: beside the share of the firms it tells the difficulty), ``critical_gap``.
    """
    rated = workforce[workforce["hiring_difficulty"].notna() & workforce["headcount"].gt(0)]
    weighted = (rated["headcount"] * rated["hiring_difficulty"]).groupby(rated["rome_code"]).sum()
    people = rated.groupby("rome_code")["headcount"].sum()
    difficulty, usual = weighted / people, weighted.sum() / people.sum() if len(people) else 0.0
    plan = training_plan(skills)
    lacking = plan.records
    # Without any row, mapping would make text of it.
    lacking = lacking.assign(difficulty=lacking["rome_code"].map(difficulty).astype(float))
    known = lacking[lacking["difficulty"].notna()]
    mean = (known["to_train"] * known["difficulty"]).groupby(known["skill"]).sum()
    table = plan.frame.drop(columns="mean_gap")
    requiring = skills.groupby("skill")["site_id"].nunique()
    table["n_requiring_sites"] = table["skill"].map(requiring).astype(int)
    share = table["n_sites"] / table["n_requiring_sites"]
    table["lacking_sites_percent"] = 100 * share
    table["hiring_difficulty"] = table["skill"].map(mean / known.groupby("skill")["to_train"].sum())
    table["criticality_percent"] = 50 * (share + table["hiring_difficulty"].fillna(usual) / 4)
    table["critical_gap"] = table["gap_people_levels"] * table["criticality_percent"] / 100
    order = table.sort_values(["critical_gap", "skill"], ascending=[False, True])
    hidden = [*plan.team, "criticality_percent"]
    return replace(plan, frame=order.reset_index(drop=True), team=hidden)
