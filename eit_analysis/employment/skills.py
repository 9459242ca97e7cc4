"""Skills: gaps, whom to train, and bridges from one occupation to another.

gap    = Σ people × max(required level − current level, 0)                        [people × levels]
bridge = |skills of origin ∩ skills of destination| / |skills of destination|      [0 to 1]
"""

from __future__ import annotations

import pandas as pd


def prepare(skills: pd.DataFrame, occupation_labels: dict[str, str]) -> pd.DataFrame:
    """Rows with both levels, one spelling per skill, and the name of the occupation behind the ROME code.

    Two spellings that differ by case or spaces are one skill, written as it is most often. A row without a
    number of people stands for one person: somebody has the gap, or it would not have been written.
    """
    rows = skills.dropna(subset=["current_level", "required_level"]).copy()
    key = rows["skill"].str.split().str.join(" ").str.casefold()
    common = rows.assign(key=key).groupby("key")["skill"].agg(lambda names: sorted(names.mode())[0])
    rows["skill"] = key.map(common).astype(object)
    rows["headcount"] = rows["headcount"].fillna(1.0)
    rows["occupation"] = rows["rome_code"].map(occupation_labels).astype(object).fillna(rows["rome_code"])
    rows["level_gap"] = (rows["required_level"] - rows["current_level"]).clip(lower=0)
    rows["to_train"] = rows["headcount"].where(rows["level_gap"] > 0, 0.0)
    rows["gap_people_levels"] = rows["headcount"] * rows["level_gap"]
    return rows


def training_plan(skills: pd.DataFrame) -> pd.DataFrame:
    """Whom to train in what, only skills somebody lacks; those that most firms could train for come first.

    Parameters
    ----------
    skills : DataFrame
        Rows of :func:`prepare`.

    Returns
    -------
    DataFrame
        ``skill, to_train`` (people below the required level), ``n_sites, gap_people_levels`` (the gap of this
        module) and ``mean_gap`` (missing levels per person to train).
    """
    lacking = skills[skills["to_train"] > 0]
    plan = lacking.groupby("skill").agg(
        to_train=("to_train", "sum"),
        n_sites=("site_id", "nunique"),
        gap_people_levels=("gap_people_levels", "sum"),
    )
    plan["mean_gap"] = plan["gap_people_levels"] / plan["to_train"]
    order = plan.reset_index().sort_values(["n_sites", "to_train", "skill"], ascending=[False, False, True])
    return order.reset_index(drop=True)


def bridges(skills: pd.DataFrame, minimum_share: float = 0.5, minimum_skills: int = 2) -> pd.DataFrame:
    """Which occupation leads to which, and the skills still to learn.

    share = |skills_o ∩ skills_d| / |skills_d|, over the skills the study's own firms declared as required.

    Parameters
    ----------
    minimum_share : float
        Least share of the destination's skills the origin already has.
    minimum_skills : int
        A destination described by fewer skills proves nothing and is left out.

    Returns
    -------
    DataFrame
        ``origin, destination, shared_skills, destination_skills, bridge_percent, missing_skills`` (names
        separated by commas, empty when none), best bridges first.
    """
    required = skills[skills["required_level"] > 0].dropna(subset=["occupation"])
    held = {str(name): set(group) for name, group in required.groupby("occupation")["skill"]}
    rows = [
        (origin, destination, len(mine & theirs), len(theirs), 100 * len(mine & theirs) / len(theirs),
         ", ".join(sorted(theirs - mine)))
        for origin, mine in held.items()
        for destination, theirs in held.items()
        if origin != destination and len(theirs) >= minimum_skills
        and len(mine & theirs) >= max(1, minimum_share * len(theirs))
    ]  # fmt: skip
    columns = ["origin", "destination", "shared_skills", "destination_skills", "bridge_percent"]
    table = pd.DataFrame(rows, columns=[*columns, "missing_skills"])
    order = ["bridge_percent", "shared_skills", "origin", "destination"]
    return table.sort_values(order, ascending=[False, False, True, True]).reset_index(drop=True)


def behind_bridges(skills: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Firms behind each bridge, those that employ either end: ``origin, destination, site_id``."""
    where = skills[["occupation", "site_id"]].drop_duplicates()
    pairs = table[["origin", "destination"]]
    ends = [pairs.merge(where, left_on=end, right_on="occupation") for end in ("origin", "destination")]
    return pd.concat(ends)[["origin", "destination", "site_id"]].drop_duplicates().reset_index(drop=True)
