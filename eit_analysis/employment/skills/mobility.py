"""Occupational mobility: which occupation leads to which, by the skills that they share.

bridge = |skills of origin ∩ skills of destination| / |skills of destination|        [0 to 1]
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from eit_analysis.breakdown import Breakdown

ROME_CORE = "6"
LEAST_SHARE = 0.5  # of the destination's skills that the origin has
LEAST_SKILLS = 2  # in common: a single one proves nothing


def study_bridges(
    skills: pd.DataFrame, declared: pd.DataFrame, labels: dict[str, str], rome: Mapping[str, pd.DataFrame]
) -> Breakdown:
    """:func:`bridges` between the occupations of the study, by the ROME when it is imported.

    Until then by the skills that firms declared (``skill_gaps.prepare``). ``declared`` is the tidy
    ``workforce``, ``labels`` are ``{rome_code: occupation}``, ``rome`` the imported tables by name.
    """
    if not {"rome_links", "rome_skills"} <= rome.keys():
        return bridges(skills, skills)
    required = rome_requirements(rome["rome_links"], rome["rome_skills"], labels)
    return bridges(required, declared.assign(occupation=declared["rome_code"].map(labels)))


def rome_requirements(
    rome_links: pd.DataFrame, rome_skills: pd.DataFrame, occupation_labels: dict[str, str]
) -> pd.DataFrame:
    """What ROME requires of the study's occupations: ``occupation, skill``, as :func:`bridges` reads them.

    Only its core know-how (section 6, *savoir-faire de base*) is kept: knowledge, sectors and work settings,
    shared by half of the occupations, would make bridges of what is no skill.

    Links to job titles, which the register mixes in, find no skill.
    """
    core = rome_skills.loc[rome_skills["section_code"].astype(str) == ROME_CORE, ["skill_code", "skill"]]
    linked = rome_links[["rome_code", "skill_code"]].merge(
        core.drop_duplicates("skill_code"), on="skill_code"
    )
    linked["occupation"] = linked["rome_code"].map(occupation_labels).astype(object)
    return linked.dropna(subset=["occupation"])[["occupation", "skill"]].drop_duplicates(ignore_index=True)


def bridges(required: pd.DataFrame, employed: pd.DataFrame) -> Breakdown:
    """Which occupation leads to which, and the skills still to learn.

    share = |skills_o ∩ skills_d| / |skills_d| ≥ `LEAST_SHARE`, over the skills that each requires, with
    |skills_o ∩ skills_d| ≥ `LEAST_SKILLS`.

    ``required`` is ``occupation, skill``, of ROME (:func:`rome_requirements`) or declared by the firms
    (``skill_gaps.prepare``); ``employed`` is ``occupation, site_id``.

    Returns
    -------
    Breakdown
        ``origin, destination, shared_skills, destination_skills, bridge_percent, missing_skills`` (names
        separated by commas, empty when none), best bridges first. Behind each are the firms of the end that
        fewer firms have: were both ends counted, the many firms of one would hide that the other is of one.
    """
    known = required.dropna(subset=["occupation"])
    held = {str(name): set(group) for name, group in known.groupby("occupation")["skill"]}
    rows = [
        (origin, destination, len(mine & theirs), len(theirs), 100 * len(mine & theirs) / len(theirs),
         ", ".join(sorted(theirs - mine)))
        for origin, mine in held.items()
        for destination, theirs in held.items()
        if origin != destination and len(mine & theirs) >= max(LEAST_SKILLS, LEAST_SHARE * len(theirs))
    ]  # fmt: skip
    columns = ["origin", "destination", "shared_skills", "destination_skills", "bridge_percent"]
    table = pd.DataFrame(rows, columns=[*columns, "missing_skills"])
    order = ["bridge_percent", "shared_skills", "origin", "destination"]
    table = table.sort_values(order, ascending=[False, False, True, True]).reset_index(drop=True)
    return Breakdown(table, ["origin", "destination"], _rarer_ends(table, employed))


def _rarer_ends(table: pd.DataFrame, employed: pd.DataFrame) -> pd.DataFrame:
    where = employed[["occupation", "site_id"]].dropna().drop_duplicates()
    pairs, firms = table[["origin", "destination"]], where["occupation"].value_counts()
    rarer = pairs["origin"].map(firms) <= pairs["destination"].map(firms)
    ends = pairs.assign(occupation=pairs["origin"].where(rarer, pairs["destination"]))
    return ends.merge(where, on="occupation")[["origin", "destination", "site_id"]]
