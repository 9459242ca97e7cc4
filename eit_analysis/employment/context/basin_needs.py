"""How hard an occupation is to recruit: the answers of the firms beside those of the basin's employers.

The basin's side is the yearly survey *Besoins en main-d'œuvre* (BMO) of France Travail, imported by the user.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.workforce import families, occupations
from eit_analysis.french import fold_words
from eit_analysis.reference import sentence

SHARES = ["difficult_share_percent", "seasonal_share_percent"]
NEEDS = ["occupation_code", "occupation", "planned_hires", *SHARES, "year"]
MOST = 12


def basin_needs(bmo: pd.DataFrame | None, basin: str) -> pd.DataFrame:
    """The last *Besoins en main-d'œuvre* survey of one basin, by its name or code: one row per occupation.

    A basin over several départements has rows in each: their hires add up, a share is weighted by those it is
    a share of. A masked cell counts neither way. None, when the survey has not been imported, gives no rows.
    """
    if bmo is None:
        return pd.DataFrame(columns=NEEDS)
    named = bmo["basin"].astype(str).map(fold_words) == fold_words(basin)
    match = named | (bmo["basin_code"].astype(str) == basin.strip())
    rows = bmo[match & (bmo["year"] == bmo.loc[match, "year"].max())]
    groups = [rows[name] for name in ("occupation_code", "occupation", "year")]
    table = rows["planned_hires"].groupby(groups).sum(min_count=1).to_frame()
    for name in SHARES:
        of = rows["planned_hires"].where(rows[name].notna())
        table[name] = (of * rows[name]).groupby(groups).sum(min_count=1) / of.groupby(groups).sum(min_count=1)
    return table.reset_index()[NEEDS]


def needs_source(needs: pd.DataFrame, basin: str) -> str:
    """French sentence saying where the basin's needs come from, or that they have not been imported."""
    if needs.empty:
        return sentence("basin_needs_missing")
    years = ", ".join(str(int(year)) for year in sorted(set(needs["year"])))
    return sentence("basin_needs", years=years, basin=basin)


def most_wanted(needs: pd.DataFrame) -> pd.DataFrame:
    """The `MOST` occupations that the basin's employers want most, as published; no masked cell."""
    named = needs[["occupation", "planned_hires", *SHARES]].add_prefix("basin_")
    known = named.dropna(subset=["basin_planned_hires"])
    order = known.sort_values(["basin_planned_hires", "basin_occupation"], ascending=[False, True])
    return order.head(MOST).reset_index(drop=True)


def tension(workforce: pd.DataFrame, rome_fap: pd.DataFrame, needs: pd.DataFrame) -> Breakdown:
    """Firms' own difficulty beside the basin's: occupation → ROME → FAP → planned hires of the survey.

    A ROME code may map to several families (FAP, in ``rome_fap``): their planned hires add up, and the
    difficult share is weighted by them. A cell the survey masks (``*``) counts neither way.

    Returns
    -------
    Breakdown
        ``occupation, hiring_difficulty, basin_occupation, basin_planned_hires,
        basin_difficult_share_percent``, of the occupations whose need in the basin is published.
    """
    own = replace(occupations(workforce), regrouped=None)  # a published figure is of one occupation
    linked = families(workforce, rome_fap).merge(
        needs, left_on="fap_code", right_on="occupation_code", suffixes=("", "_basin")
    )
    difficult = linked["planned_hires"] * linked["difficult_share_percent"]
    linked["difficult"] = difficult
    linked["rated"] = linked["planned_hires"].where(difficult.notna())
    groups = linked.groupby("occupation")
    basin = groups[["planned_hires", "difficult", "rated"]].sum(min_count=1)
    basin["basin_occupation"] = groups["occupation_basin"].agg(lambda names: ", ".join(sorted(set(names))))
    basin["basin_difficult_share_percent"] = basin["difficult"] / basin["rated"].where(basin["rated"] > 0)
    basin = basin.rename(columns={"planned_hires": "basin_planned_hires"})
    kept = ["basin_occupation", "basin_planned_hires", "basin_difficult_share_percent"]
    table = own.frame.merge(basin[kept].dropna(subset=kept[1:2]), left_on="occupation", right_index=True)
    return replace(own, frame=table.drop(columns="headcount").reset_index(drop=True))
