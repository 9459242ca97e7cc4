"""Posts in insertion that synergies bring to the social economy, within what its structures can take.

kept      = min(asked, capacity), structure by structure and family by family     [t/year]
insertion = share in insertion × gross jobs of the new route on the kept tonnes   [FTE]
hours     = insertion × hours of a full-time post in insertion                    [h/year]

Hours are those that people in insertion work for the exchange, as a social clause counts them: what the
tonnes gave others to do before is not taken off.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.forecast.synergy_jobs import CREATED, bounds, corners
from eit_analysis.employment.forecast.synergy_tonnes import ALLOCATED

INSERTION, HOURS = ([f"{name}_low", name, f"{name}_high"] for name in ("insertion_fte", "insertion_hours"))
SUMMED = ["tonnes_asked", "capacity_t_per_year", "tonnes_kept", *INSERTION, *HOURS]


def by_structure(jobs: pd.DataFrame, flows: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """What each structure is asked to take, what it can, and the insertion that comes of it.

    What an exchange brings is shared equally between its structures. ``jobs`` are from
    :func:`synergy_jobs.jobs_of_stages`, of which those feasible together are read; the inputs of a structure
    in the tidy ``flows`` are what it can take: none declared, none taken.

    Returns
    -------
    DataFrame
        ``category, site_id`` (the structure), ``tonnes_asked, capacity_t_per_year, tonnes_kept`` (t/year),
        ``insertion_fte`` and ``insertion_hours`` with their bounds.
    """
    together = jobs[jobs["stage"] == ALLOCATED]
    rows = together.assign(helper=together["ess_site_id"].str.split())
    helpers = rows["helper"].str.len().clip(lower=1)
    rows[[*CREATED, "tonnes"]] = rows[[*CREATED, "tonnes"]].div(helpers, axis=0)
    asked = rows.explode("helper").dropna(subset=["helper"]).groupby(["category", "helper"])
    table = asked[["tonnes", *CREATED]].sum().reset_index().rename(columns={"tonnes": "tonnes_asked"})
    inputs = flows[flows["direction"] == "in"].groupby(["category", "site_id"])["mass_t_per_year"].sum()
    pairs = pd.MultiIndex.from_frame(table[["category", "helper"]])
    table["capacity_t_per_year"] = inputs.reindex(pairs, fill_value=0.0).to_numpy(dtype=float)
    table["tonnes_kept"] = table[["tonnes_asked", "capacity_t_per_year"]].min(axis=1)
    kept = (table["tonnes_kept"] / table["tonnes_asked"].where(table["tonnes_asked"] > 0)).fillna(0.0)
    created = table[CREATED].to_numpy(dtype=float) * kept.to_numpy()[:, None]
    fte = corners(created, bounds(factors, "insertion_share"))
    table[INSERTION], table[HOURS] = fte, corners(fte, bounds(factors, "insertion_hours"))
    return table.rename(columns={"helper": "site_id"})[["category", "site_id", *SUMMED]]


def posts(structures: pd.DataFrame, total: str) -> Breakdown:
    """The structures together by family, and the whole full-time posts of insertion that all this makes.

    ``structures`` are from :func:`by_structure`, ``total`` names the total row.

    Returns
    -------
    Breakdown
        ``category``, the columns of :func:`by_structure` summed, and ``full_time_posts``, on the total row
        alone (its central value rounded down: less than one full-time equivalent is no post).
    """
    table = structures.groupby("category")[SUMMED].sum(min_count=1).reset_index()
    table["full_time_posts"] = np.nan
    if len(table):
        everything = table[SUMMED].sum(min_count=1)
        whole = np.floor(everything["insertion_fte"])
        table.loc[len(table)] = {"category": total, **everything, "full_time_posts": whole}
    return Breakdown(table, ["category"], structures, "tonnes_asked", total, sums=SUMMED[1:])
