"""How tense an occupation is where the study is, by DARES' indicator, beside its firms' answers.

The indicator (DARES and France Travail, imported by the user) is published by family of occupations, for each
département, region and the country; its classes go from 1 (easy to recruit) to 5 (tense).
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.workforce import occupations
from eit_analysis.reference import advised, sentence
from eit_analysis.reference.communes import departments_of

# DARES' levels, finest first; the column that names the area (none for the country).
AREAS = {"dep": "department_code", "reg": "region_code", "nat": ""}
# Its complementary indicators, each a class from 1 to 5 (5 weighs most on recruitment).
CAUSES = {
    "hiring_intensity_class": "embauches nombreuses",
    "training_link_class": "formation particulière exigée",
    "labour_shortage_class": "main-d'œuvre rare",
    "unstable_jobs_class": "emplois peu durables",
    "hard_conditions_class": "conditions de travail contraignantes",
    "location_mismatch_class": "offre et demande éloignées",
}
STRONG = 4  # classes 4 and 5 are named as causes
TENSION_COLUMNS = [
    "occupation", "headcount", "hiring_difficulty", "tension_class", "tension_class_low",
    "tension_class_high", "tension_level", "tension_causes", "fap_codes", "tension_year"
]  # fmt: skip


def finest_tension(tensions: pd.DataFrame | None, commune_codes: pd.Series) -> pd.DataFrame:
    """DARES' indicator of each family at the finest level that covers these communes and is published there.

    A level covers them when they all lie in one area of it. Families too small in an area have no class there
    (in half of the cases of a département): the next level answers for them. The columns are those of
    ``dares_tension``, whose last year is read, one row per ``fap_code``, in order of codes.
    """
    if tensions is None:
        return pd.DataFrame(columns=["fap_code", "geographic_level", "year", "tension_class", *CAUSES])
    departments = departments_of(commune_codes)
    regions = reference.load("regions").set_index("region_code")["department_codes"].str.split()
    covering: dict[str, set[str]] = {
        "department_code": departments,
        "region_code": {str(code) for code, inside in regions.items() if departments & set(inside)},
    }
    rows = tensions[(tensions["year"] == tensions["year"].max()) & tensions["tension_class"].notna()]
    parts = []
    for level, column in AREAS.items():
        here = rows["geographic_level"] == level
        if column:
            here &= rows[column].isin(covering[column]) & (len(covering[column]) == 1)
        parts.append(rows[here])
    return pd.concat(parts).drop_duplicates("fap_code").sort_values("fap_code", ignore_index=True)


def published_tension(workforce: pd.DataFrame, linked: pd.DataFrame, finest: pd.DataFrame) -> Breakdown:
    """Firms' own difficulty beside the tension class of their occupation.

    An occupation of several families has the class of that which employs most in the area, among those
    published at the finest level, and the extremes of them all as its range. ``linked`` is from
    ``workforce.families``, in the FAP of the indicator (2009), ``finest`` from :func:`finest_tension`.

    Returns
    -------
    Breakdown
        ``TENSION_COLUMNS``; occupations without a published class are left out. ``hiring_difficulty`` goes
        from 0 to 4, ``tension_class`` from 1 to 5, ``tension_causes`` names the indicators of class 4 or 5,
        ``fap_codes`` the families published at that level.
    """
    own = replace(occupations(workforce), regrouped=None)  # a published class is of one occupation
    rows = linked.merge(finest, on="fap_code")
    if rows.empty:
        return replace(own, frame=pd.DataFrame(columns=TENSION_COLUMNS))
    rows["depth"] = rows["geographic_level"].map({level: i for i, level in enumerate(AREAS)})
    rows = rows[rows["depth"] == rows.groupby("occupation")["depth"].transform("min")]
    rows = rows.sort_values(["mean_employment", "fap_code"], ascending=[False, True])
    groups = rows.groupby("occupation")
    largest = rows.drop_duplicates("occupation").set_index("occupation")
    table = largest[["tension_class", "geographic_level", "year", *CAUSES]].astype({"tension_class": float})
    table["tension_class_low"] = groups["tension_class"].min().astype(float)
    table["tension_class_high"] = groups["tension_class"].max().astype(float)
    table["tension_causes"] = [
        ", ".join(
            cause for column, cause in CAUSES.items() if pd.notna(row[column]) and row[column] >= STRONG
        )
        for row in table.to_dict("records")
    ]
    table["fap_codes"] = groups["fap_code"].agg(lambda codes: ", ".join(sorted(codes)))
    table = table.rename(columns={"geographic_level": "tension_level", "year": "tension_year"})
    return replace(own, frame=own.frame.merge(table.reset_index(), on="occupation")[TENSION_COLUMNS])


def tension_source(finest: pd.DataFrame, team: bool = False) -> str:
    """French sentence: where the classes come from, or that they lack and, for the team, what to import."""
    if finest.empty:
        return advised("tension_missing", team)
    return sentence("tension", year=int(finest["year"].max()))
