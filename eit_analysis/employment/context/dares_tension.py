"""How tense an occupation is where the study is, by DARES' indicator, beside its firms' answers.

The indicator (DARES and France Travail, imported by the user) is published by family of occupations, for each
département, region and the country; its classes go from 1 (easy to recruit) to 5 (tense).
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.context.family_figures import of_occupations
from eit_analysis.employment.context.nomenclature import family_labels
from eit_analysis.employment.workforce import occupations
from eit_analysis.reference import advised, pairs, sentence
from eit_analysis.reference.communes import departments_of, regions_with

AREAS = {"dep": "department_code", "reg": "region_code"}  # DARES' levels below the country, finest first
# Its complementary indicators, each a class from 1 to 5 (5 weighs most on recruitment).
CAUSES = pairs("tension_causes", "column", "cause_fr")
STRONG = 3.5  # classes 4 and 5 are named as causes, a mean as it would be rounded
TENSION_COLUMNS = [
    "occupation", "headcount", "hiring_difficulty", "tension_class", "tension_class_low",
    "tension_class_high", "tension_level", "tension_families", "tension_causes", "tension_year"
]  # fmt: skip


def local_tension(tensions: pd.DataFrame | None, commune_codes: pd.Series) -> pd.DataFrame:
    """DARES' indicator of its last year, at each level that covers these communes: `family_figures` cells.

    A level covers them when they all lie in one area of it. Families too small in an area have no class there
    (in half of the cases of a département).

    Returns
    -------
    DataFrame
        ``fap_code, level, family, year, mean_employment, tension_class`` and ``CAUSES``.
    """
    columns = ["fap_code", "year", "mean_employment", "tension_class", *CAUSES]
    if tensions is None:
        return pd.DataFrame(columns=[*columns, "level", "family"])
    departments = departments_of(commune_codes)
    covering = {"department_code": departments, "region_code": set(regions_with(departments))}
    rows = tensions[tensions["year"] == tensions["year"].max()]
    here = rows["geographic_level"] == "nat"
    for level, column in AREAS.items():
        inside = rows[column].isin(covering[column]) & (len(covering[column]) == 1)
        here |= (rows["geographic_level"] == level) & inside
    family = rows["fap_code"].map(family_labels()).fillna("")
    named = {"level": rows["geographic_level"], "family": family}
    return rows.loc[here, columns].assign(**named).reset_index(drop=True)


def published_tension(workforce: pd.DataFrame, linked: pd.DataFrame, local: pd.DataFrame) -> Breakdown:
    """Firms' own difficulty beside the tension class of their occupation.

    An occupation of several families has the mean of their classes by `family_figures`, each weighing as the
    people it employs (in the widest area of ``local``), shared equally among its ROME codes. ``linked`` is
    from ``workforce.families``, in the FAP of the indicator (2009), ``local`` from :func:`local_tension`.

    Returns
    -------
    Breakdown
        ``TENSION_COLUMNS``; occupations without a published class are left out. ``hiring_difficulty`` goes
        from 0 to 4, ``tension_class`` from 1 to 5, ``tension_causes`` names the indicators whose mean is of
        class 4 or 5, ``tension_families`` the families and their parts.
    """
    own = replace(occupations(workforce), regrouped=None)  # a published class is of one occupation
    people = local.groupby("fap_code")["mean_employment"].max()
    sized = linked.assign(weight=linked["weight"] * linked["fap_code"].map(people)).dropna(subset=["weight"])
    table = of_occupations(sized, local, "tension_class", list(CAUSES))
    table["tension_causes"] = [
        ", ".join(cause for column, cause in CAUSES.items() if row[column] >= STRONG)
        for row in table.to_dict("records")
    ]
    named = {"low": "tension_class_low", "high": "tension_class_high", "families": "tension_families"}
    table = table.rename(columns=named | {"level": "tension_level"}).assign(tension_year=local["year"].max())
    return replace(own, frame=own.frame.merge(table.reset_index(), on="occupation")[TENSION_COLUMNS])


def tension_source(local: pd.DataFrame, team: bool = False) -> str:
    """French sentence: where the classes come from, or that they lack and, for the team, what to import."""
    if local.empty:
        return advised("tension_missing", team)
    return sentence("tension", year=int(local["year"].max()))
