"""Skills: gaps, whom to train, and bridges from one occupation to another.

gap          = Σ people × max(required level − current level, 0)                   [people × levels]
criticality  = (firms that lack it / firms that require it + difficulty / 4) / 2   [0 to 1]
critical gap = gap × criticality                                                   [people × levels]
bridge       = |skills of origin ∩ skills of destination| / |skills of destination|  [0 to 1]

A skill is critical when it can neither be borrowed from a neighbour nor hired: difficulty is what the study's
firms say of recruiting the occupations that lack it, from 0 to 4.
"""

from __future__ import annotations

import pandas as pd

ROME_CORE = "6"
LEAST_SHARE = 0.5  # of the destination's skills that the origin has
LEAST_SKILLS = 2  # a destination described by fewer proves nothing

UNNAMED = "métier ROME "  # before a code that neither the study nor an imported ROME names


def prepare(skills: pd.DataFrame, occupation_labels: dict[str, str]) -> pd.DataFrame:
    """Rows with both levels, one spelling per skill, and the name of the occupation behind the ROME code.

    A skill required at level 0 is not required.

    Two spellings that differ by case or spaces are one skill, written as it is most often. A row without a
    number of people stands for one person: somebody has the gap, or it would not have been written.
    """
    rows = skills.dropna(subset=["current_level", "required_level"])
    rows = rows[rows["required_level"] > 0].copy()
    key = rows["skill"].str.split().str.join(" ").str.casefold()
    common = rows.assign(key=key).groupby("key")["skill"].agg(lambda names: sorted(names.mode())[0])
    rows["skill"] = key.map(common).astype(object)
    rows["headcount"] = rows["headcount"].fillna(1.0)
    named = rows["rome_code"].map(occupation_labels).astype(object)
    rows["occupation"] = named.fillna(UNNAMED + rows["rome_code"])
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


def gaps_by_occupation(skills: pd.DataFrame) -> pd.DataFrame:
    """People below the required level, by occupation and skill: ``occupation, skill, to_train``.

    Parameters
    ----------
    skills : DataFrame
        Rows of :func:`prepare`.
    """
    lacking = skills[skills["to_train"] > 0]
    return lacking.groupby(["occupation", "skill"])[["to_train"]].sum().reset_index()


def critical_gaps(skills: pd.DataFrame, workforce: pd.DataFrame) -> pd.DataFrame:
    """Gaps by skill weighted by criticality, the most pressing first.

    Parameters
    ----------
    skills : DataFrame
        Rows of :func:`prepare`.
    workforce : DataFrame
        ``rome_code, headcount, hiring_difficulty`` (0 to 4).

    Returns
    -------
    DataFrame
        ``skill, to_train, n_sites, gap_people_levels, lacking_sites_percent, hiring_difficulty`` (mean of the
        occupations that lack the skill, weighted by people, missing where none is rated: criticality then
        takes the mean of all occupations), ``criticality_percent, critical_gap``.
    """
    rated = workforce[workforce["hiring_difficulty"].notna() & workforce["headcount"].gt(0)]
    weighted = (rated["headcount"] * rated["hiring_difficulty"]).groupby(rated["rome_code"]).sum()
    people = rated.groupby("rome_code")["headcount"].sum()
    difficulty, usual = weighted / people, weighted.sum() / people.sum() if len(people) else 0.0
    lacking = skills[skills["to_train"] > 0]
    # Without any row, mapping would make text of it.
    lacking = lacking.assign(difficulty=lacking["rome_code"].map(difficulty).astype(float))
    known = lacking[lacking["difficulty"].notna()]
    mean = (known["to_train"] * known["difficulty"]).groupby(known["skill"]).sum()
    table = training_plan(skills).drop(columns="mean_gap")
    requiring = skills.groupby("skill")["site_id"].nunique()
    share = table["n_sites"] / table["skill"].map(requiring)
    table["lacking_sites_percent"] = 100 * share
    table["hiring_difficulty"] = table["skill"].map(mean / known.groupby("skill")["to_train"].sum())
    table["criticality_percent"] = 50 * (share + table["hiring_difficulty"].fillna(usual) / 4)
    table["critical_gap"] = table["gap_people_levels"] * table["criticality_percent"] / 100
    order = table.sort_values(["critical_gap", "skill"], ascending=[False, True])
    return order.reset_index(drop=True)


def rome_requirements(
    rome_links: pd.DataFrame, rome_skills: pd.DataFrame, occupation_labels: dict[str, str]
) -> pd.DataFrame:
    """What ROME requires of the study's occupations: ``occupation, skill``, as :func:`bridges` reads them.

    Only its core know-how (section 6, *savoir-faire de base*) is kept: knowledge, sectors and work settings,
    shared by half of the occupations, would make bridges of what is no skill.

    Parameters
    ----------
    rome_links : DataFrame
        ``rome_code, skill_code``; links to job titles, which the register mixes in, find no skill.
    rome_skills : DataFrame
        ``skill_code, skill, section_code``.
    occupation_labels : dict
        ``{rome_code: occupation}``.
    """
    core = rome_skills.loc[rome_skills["section_code"].astype(str) == ROME_CORE, ["skill_code", "skill"]]
    linked = rome_links[["rome_code", "skill_code"]].merge(
        core.drop_duplicates("skill_code"), on="skill_code"
    )
    linked["occupation"] = linked["rome_code"].map(occupation_labels).astype(object)
    return linked.dropna(subset=["occupation"])[["occupation", "skill"]].drop_duplicates(ignore_index=True)


def bridges(required: pd.DataFrame) -> pd.DataFrame:
    """Which occupation leads to which, and the skills still to learn.

    share = |skills_o ∩ skills_d| / |skills_d| ≥ `LEAST_SHARE`, over the skills that each requires; d requires
    `LEAST_SKILLS` or more.

    Parameters
    ----------
    required : DataFrame
        ``occupation, skill``: of ROME (:func:`rome_requirements`), or declared by the firms
        (:func:`prepare`).

    Returns
    -------
    DataFrame
        ``origin, destination, shared_skills, destination_skills, bridge_percent, missing_skills`` (names
        separated by commas, empty when none), best bridges first.
    """
    known = required.dropna(subset=["occupation"])
    held = {str(name): set(group) for name, group in known.groupby("occupation")["skill"]}
    rows = [
        (origin, destination, len(mine & theirs), len(theirs), 100 * len(mine & theirs) / len(theirs),
         ", ".join(sorted(theirs - mine)))
        for origin, mine in held.items()
        for destination, theirs in held.items()
        if origin != destination and len(theirs) >= LEAST_SKILLS
        and len(mine & theirs) >= LEAST_SHARE * len(theirs)
    ]  # fmt: skip
    columns = ["origin", "destination", "shared_skills", "destination_skills", "bridge_percent"]
    table = pd.DataFrame(rows, columns=[*columns, "missing_skills"])
    order = ["bridge_percent", "shared_skills", "origin", "destination"]
    return table.sort_values(order, ascending=[False, False, True, True]).reset_index(drop=True)


def behind_bridges(skills: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Firms behind each bridge: ``origin, destination, site_id``, those of the end that fewer firms have.

    Were both ends counted, the many firms of one would hide that the other is of one firm alone.
    """
    where = skills[["occupation", "site_id"]].dropna().drop_duplicates()
    pairs, firms = table[["origin", "destination"]], where["occupation"].value_counts()
    rarer = pairs["origin"].map(firms) <= pairs["destination"].map(firms)
    ends = pairs.assign(occupation=pairs["origin"].where(rarer, pairs["destination"]))
    return ends.merge(where, on="occupation")[["origin", "destination", "site_id"]]
