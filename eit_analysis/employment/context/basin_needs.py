"""How hard an occupation is to recruit: the answers of the firms beside those of the basin's employers.

The basin's side is the yearly survey *Besoins en main-d'œuvre* (BMO) of France Travail, imported by the user.
Where it masks the basin's figure, or has none, the département's or the région's stands in, and says so.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.context.family_figures import of_occupations
from eit_analysis.employment.workforce import families, occupations
from eit_analysis.french import fold_words
from eit_analysis.reference import sentence
from eit_analysis.reference.communes import regions_with

SHARES = ["difficult_share_percent", "seasonal_share_percent"]
NEEDS = ["fap_code", "family", "level", "planned_hires", *SHARES, "year"]
TENSION = [
    "occupation", "hiring_difficulty", "basin_planned_hires", "basin_level", "basin_difficult_share_percent",
    "basin_difficult_level", "basin_families", "basin_difficult_families"
]  # fmt: skip
MOST = 12


def basin_needs(bmo: pd.DataFrame | None, basin: str) -> pd.DataFrame:
    """The last *Besoins en main-d'œuvre* survey of one basin, by its name or code, and of what is around it.

    A basin over several départements has rows in each: their hires add up, a share is weighted by those it is
    a share of. So are a département and a région the sum of their basins. A masked cell counts neither way:
    a sum over basins is the least that it can be.

    Returns
    -------
    DataFrame
        ``NEEDS``, a row by family and level (``basin, dep, reg``): `family_figures` cells. No rows for None,
        when the survey has not been imported.
    """
    if bmo is None:
        return pd.DataFrame(columns=NEEDS)
    named = bmo["basin"].astype(str).map(fold_words) == fold_words(basin)
    match = named | (bmo["basin_code"].astype(str) == basin.strip())
    last = bmo["year"] == bmo.loc[match, "year"].max()
    departments = set(bmo.loc[match & last, "department_code"].dropna())
    around = set().union(*regions_with(departments).values())
    areas = {
        "basin": match,
        "dep": bmo["department_code"].isin(departments),
        "reg": bmo["department_code"].isin(around),
    }
    return pd.concat([_summed(bmo[last & area], level) for level, area in areas.items()], ignore_index=True)


def _summed(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    groups = [rows[name] for name in ("occupation_code", "occupation", "year")]
    table = rows["planned_hires"].groupby(groups).sum(min_count=1).to_frame()
    for name in SHARES:
        of = rows["planned_hires"].where(rows[name].notna())
        table[name] = (of * rows[name]).groupby(groups).sum(min_count=1) / of.groupby(groups).sum(min_count=1)
    named = table.reset_index().rename(columns={"occupation_code": "fap_code", "occupation": "family"})
    return named.assign(level=level)[NEEDS]


def tension_source(needs: pd.DataFrame, basin: str) -> str:
    """French sentences: where figures come from and how an occupation gets its own, or that they lack."""
    if needs.empty:
        return sentence("basin_needs_missing")
    years = ", ".join(str(int(year)) for year in sorted(set(needs["year"])))
    return " ".join([sentence("basin_needs", years=years, basin=basin), sentence("basin_needs_levels")])


def most_wanted(needs: pd.DataFrame) -> pd.DataFrame:
    """The `MOST` families that the basin's employers want most, as published; no masked cell."""
    here = needs[needs["level"] == "basin"].rename(columns={"family": "occupation"})
    named = here[["occupation", "planned_hires", *SHARES]].add_prefix("basin_")
    known = named.dropna(subset=["basin_planned_hires"])
    order = known.sort_values(["basin_planned_hires", "basin_occupation"], ascending=[False, True])
    return order.head(MOST).reset_index(drop=True)


def tension(workforce: pd.DataFrame, rome_fap: pd.DataFrame, needs: pd.DataFrame) -> Breakdown:
    """Firms' own difficulty beside that of the survey: occupation → ROME → FAP → hiring projects.

    Projects and their difficult share are the means of `family_figures`, each at its own finest level: the
    survey masks the second more often than the first. ``rome_fap`` has the parts of each ROME code.

    Returns
    -------
    Breakdown
        ``TENSION``, of the occupations that have hiring projects published at some level.
    """
    own = replace(occupations(workforce), regrouped=None)  # a published figure is of one occupation
    linked = families(workforce, rome_fap)
    figures = []
    for measure, kind in (("planned_hires", ""), (SHARES[0], "difficult_")):
        found = of_occupations(linked, needs, measure).drop(columns=["low", "high"])
        figures.append(found.rename(columns={name: kind + name for name in ("level", "families")}))
    table = figures[0].join(figures[1]).add_prefix("basin_")
    merged = own.frame.merge(table, left_on="occupation", right_index=True)
    return replace(own, frame=merged[TENSION].reset_index(drop=True))
