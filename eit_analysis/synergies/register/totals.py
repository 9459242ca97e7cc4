"""Tonnes possible one by one, possible together and realised, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.synergies.allocation.exposed import exposed_side
from eit_analysis.synergies.register.actors import actors


def first_hand(exchanges: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """What is given less what the same exchanges have brought: given × (1 − min(brought, given) / given).

    An outlet or an ESS structure that takes in a family and gives it on passes tonnes that already count when
    they reach it, up to those that the exchanges bring it. Its own waste of that family, which nothing tells
    from them, is taken for them first: no tonne counts twice.

    Parameters
    ----------
    exchanges : pandas.DataFrame
        ``giver_site_id, taker_site_id, category, input_category, yield_central``, potential
        (``diverted_t_per_year``) and retained (``allocated_t_per_year``) tonnes.
    sites : pandas.DataFrame
        Tidy table.

    Returns
    -------
    pandas.DataFrame
        The same rows, both tonnages lessened, each by what it brings itself.
    """
    structures = sites.loc[sites["actor_type"].isin(["outlet", "ess"]), "site_id"]
    giver = pd.MultiIndex.from_frame(exchanges[["giver_site_id", "category"]])
    taker = pd.MultiIndex.from_frame(exchanges[["taker_site_id", "input_category"]])
    passes_on = exchanges["giver_site_id"].isin(structures).to_numpy()
    lessened = {}
    for column in ("diverted_t_per_year", "allocated_t_per_year"):
        tonnes = exchanges[column].to_numpy(dtype=float)
        received = pd.Series(tonnes * exchanges["yield_central"].to_numpy(dtype=float), taker)
        brought = received.groupby(taker).sum().reindex(giver, fill_value=0.0).to_numpy()
        given = pd.Series(tonnes, giver).groupby(giver).transform("sum").to_numpy()
        left = np.divide(np.maximum(0, given - brought), given, out=np.ones(len(given)), where=given > 0)
        lessened[column] = tonnes * np.where(passes_on, left, 1.0)
    return exchanges.assign(**lessened)


def totals(plan: pd.DataFrame, most: pd.DataFrame, register: pd.DataFrame, total: str) -> pd.DataFrame:
    """Potential, feasible, retained and realised tonnes by category, one line per measure, with total lines.

    Parameters
    ----------
    plan, most : pandas.DataFrame
        Exchanges of the joint plans of largest net gain and of most tonnes, :func:`first_hand`.
    register : pandas.DataFrame
        Tidy ``synergy_register``.
    total : str
        Name of the total lines in ``category``.

    Returns
    -------
    pandas.DataFrame
        ``category, measure, mass_t_per_year``; measures ``potential`` (sum of individual maxima: one tonne
        counts once per candidate), ``feasible`` (the plan of most tonnes), ``allocated`` and ``realised``.
    """
    done = register[register["status"] == "done"]
    columns = {
        "potential": plan.groupby("category")["diverted_t_per_year"].sum(),
        "feasible": most.groupby("category")["allocated_t_per_year"].sum(),
        "allocated": plan.groupby("category")["allocated_t_per_year"].sum(),
        "realised": done.groupby("category")["realised_t_per_year"].sum(),
    }
    wide = pd.DataFrame(columns, dtype=float).fillna(0.0).rename_axis("category")
    wide = wide.sort_values(["allocated", "potential", "realised"], ascending=False)
    wide = pd.concat([wide, wide.sum().to_frame(total).T.rename_axis("category")])
    order = {category: i for i, category in enumerate(wide.index)}
    tall = wide.reset_index().melt("category", var_name="measure", value_name="mass_t_per_year")
    return tall.sort_values("category", key=lambda c: c.map(order), kind="stable", ignore_index=True)


def totals_contributors(
    plan: pd.DataFrame, most: pd.DataFrame, register: pd.DataFrame, minimum_units: int, maximum_share: float
) -> pd.DataFrame:
    """Who stands behind each line of :func:`totals`: ``category, measure, site_id, mass_t_per_year``."""
    done = actors(register[register["status"] == "done"]).rename(
        columns={"realised_t_per_year": "mass_t_per_year"}
    )
    parts = [
        exposed_side(exchanges, column, minimum_units, maximum_share)
        .rename(columns={column: "mass_t_per_year"})
        .assign(measure=measure)
        for measure, exchanges, column in (
            ("potential", plan, "diverted_t_per_year"),
            ("feasible", most, "allocated_t_per_year"),
            ("allocated", plan, "allocated_t_per_year"),
        )
    ]
    columns = ["category", "measure", "site_id", "mass_t_per_year"]
    return pd.concat([*parts, done.assign(measure="realised")], ignore_index=True)[columns]
