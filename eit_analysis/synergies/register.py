"""From lead to tonnes: how far each synergy of the register has come, and whether the methods find it again.

conversion to a stage = synergies that reached it / synergies that reached the stage before
recall = leads found again among the candidates / leads of the register
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from eit_analysis.synergies.allocation import allocate, exposed_side
from eit_analysis.synergies.pooling import COLLECTION, plain

# Shorter words (du, des, pour) say nothing about what is shared.
LONG_WORD = 5
STAGES = ("lead", "study", "committed", "done")
FUNNEL_COLUMNS = ["wave", "status", "n_synergies", "conversion_percent", "realised_t_per_year"]
RECALL_COLUMNS = [
    "synergy_id", "title", "kind", "category", "site_ids", "status", "realised_t_per_year", "found",
    "potential_t_per_year", "miss_reason",
]  # fmt: skip


def funnel(registers: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Synergies that reached each stage, wave by wave.

    A synergy that is done has been a lead, a study and a commitment. A dropped one is counted as a lead, the
    only stage known to have been reached, and shown on a line of its own.

    Parameters
    ----------
    registers : dict of str to pandas.DataFrame
        Tidy ``synergy_register`` by wave.

    Returns
    -------
    pandas.DataFrame
        Columns ``FUNNEL_COLUMNS``; ``realised_t_per_year`` sums the tonnes of those that stand there now.
    """
    rows = []
    for wave, register in registers.items():
        reached = register["status"].map({s: i for i, s in enumerate(STAGES)} | {"dropped": 0})
        before = 0
        for i, stage in enumerate(STAGES):
            here = register[reached >= i]
            conversion = 100 * len(here) / before if before else np.nan
            now = register.loc[register["status"] == stage, "realised_t_per_year"]
            rows.append((wave, stage, len(here), conversion, now.sum()))
            before = len(here)
        dropped = register[register["status"] == "dropped"]
        rows.append((wave, "dropped", len(dropped), np.nan, dropped["realised_t_per_year"].sum()))
    return pd.DataFrame(rows, columns=FUNNEL_COLUMNS)


def funnel_contributors(registers: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per wave, stage reached and actor: who stands behind each line of :func:`funnel`."""
    rows = []
    for wave, register in registers.items():
        reached = register["status"].map({s: i for i, s in enumerate(STAGES)} | {"dropped": 0})
        for i, stage in enumerate(STAGES):
            rows.append(actors(register[reached >= i]).assign(wave=wave, status=stage))
        rows.append(actors(register[register["status"] == "dropped"]).assign(wave=wave, status="dropped"))
    if not rows:
        return pd.DataFrame(columns=["wave", "status", "site_id"])
    return pd.concat(rows, ignore_index=True)[["wave", "status", "site_id"]]


def actors(register: pd.DataFrame) -> pd.DataFrame:
    """The register with one row per synergy and actor, ``site_id`` added."""
    split = register.assign(site_id=register["site_ids"].fillna("").astype(str).str.split())
    return split.explode("site_id").dropna(subset="site_id").reset_index(drop=True)


def totals(plan: pd.DataFrame, register: pd.DataFrame, total: str) -> pd.DataFrame:
    """Potential, jointly feasible and realised tonnes by category, one line per measure, with total lines.

    Parameters
    ----------
    plan : pandas.DataFrame
        From :func:`allocate`.
    register : pandas.DataFrame
        Tidy ``synergy_register``.
    total : str
        Name of the total lines in ``category``.

    Returns
    -------
    pandas.DataFrame
        ``category, measure, mass_t_per_year``; measures ``potential`` (sum of individual maxima: one tonne
        counts once per candidate), ``allocated`` and ``realised``.
    """
    done = register[register["status"] == "done"]
    columns = {
        "potential": plan.groupby("category")["diverted_t_per_year"].sum(),
        "allocated": plan.groupby("category")["allocated_t_per_year"].sum(),
        "realised": done.groupby("category")["realised_t_per_year"].sum(),
    }
    wide = pd.DataFrame(columns, dtype=float).fillna(0.0).rename_axis("category")
    wide = wide.sort_values(["potential", "realised"], ascending=False)
    wide = pd.concat([wide, wide.sum().to_frame(total).T.rename_axis("category")])
    order = {category: i for i, category in enumerate(wide.index)}
    tall = wide.reset_index().melt("category", var_name="measure", value_name="mass_t_per_year")
    return tall.sort_values("category", key=lambda c: c.map(order), kind="stable", ignore_index=True)


def totals_contributors(
    plan: pd.DataFrame, register: pd.DataFrame, minimum_units: int, maximum_share: float
) -> pd.DataFrame:
    """Who stands behind each line of :func:`totals`: ``category, measure, site_id, mass_t_per_year``."""
    done = actors(register[register["status"] == "done"]).rename(
        columns={"realised_t_per_year": "mass_t_per_year"}
    )
    parts = [
        exposed_side(plan, column, minimum_units, maximum_share)
        .rename(columns={column: "mass_t_per_year"})
        .assign(measure=measure)
        for measure, column in (("potential", "diverted_t_per_year"), ("allocated", "allocated_t_per_year"))
    ]
    columns = ["category", "measure", "site_id", "mass_t_per_year"]
    return pd.concat([*parts, done.assign(measure="realised")], ignore_index=True)[columns]


def recall(
    register: pd.DataFrame,
    passed: pd.DataFrame,
    rejected: pd.DataFrame,
    pools: pd.DataFrame,
    flows: pd.DataFrame,
) -> pd.DataFrame:
    """Which synergies of the register the methods find again, and why any is missed.

    An exchange is found when a candidate of its category links two of its actors. A pooling is found when a
    group holds two of its actors and either collects its category, if its title speaks of a collection, or
    shares something whose every long word stands in its title.

    Parameters
    ----------
    register, flows : pandas.DataFrame
        Tidy tables.
    passed, rejected : pandas.DataFrame
        From ``substitution.candidates``.
    pools : pandas.DataFrame
        From ``pooling.pooled``.

    Returns
    -------
    pandas.DataFrame
        Columns ``RECALL_COLUMNS``, one row per synergy. ``found`` is ``yes`` or ``no``.
        ``potential_t_per_year``: what the matching candidates could divert together, competing ones shared
        out. ``miss_reason`` when missed: ``one_actor``, ``no_group``, ``no_answer`` (no actor in the survey),
        ``no_output``, ``gate_<gate>``, ``no_input`` or ``no_rule``.
    """
    leads = register[["synergy_id", "title", "kind", "category", "site_ids"]]
    ids = leads.assign(site_id=leads["site_ids"].fillna("").astype(str).str.split())
    ids = ids.explode("site_id").dropna(subset="site_id").drop_duplicates(["synergy_id", "site_id"])
    exchanges = ids[ids["kind"] != "pooling"]
    linked, refused = _linked(exchanges, passed), _linked(exchanges, rejected)
    grouped = _grouped(ids[ids["kind"] == "pooling"], pools)
    result = register.drop(columns=[c for c in register if str(c).startswith("source_")])
    found = result["synergy_id"].isin(set(linked["synergy_id"]) | grouped)
    potential = {
        name: allocate(part.assign(score=1.0), 0.0)["allocated_t_per_year"].sum()
        for name, part in linked.groupby("synergy_id")
    }
    result = result.assign(
        found=np.where(found, "yes", "no"),
        potential_t_per_year=result["synergy_id"].map(potential).astype(float),
    )
    result["miss_reason"] = _reasons(result, ids, refused, flows)
    return result[RECALL_COLUMNS].reset_index(drop=True)


def _linked(ids: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of the category of each lead whose giver and taker are both among its actors."""
    givers = ids[["synergy_id", "category", "site_id"]].rename(columns={"site_id": "giver_site_id"})
    takers = ids[["synergy_id", "site_id"]].rename(columns={"site_id": "taker_site_id"})
    linked = pairs.merge(givers, on=["category", "giver_site_id"])
    linked = linked.merge(takers, on=["synergy_id", "taker_site_id"])
    return linked[linked["giver_site_id"] != linked["taker_site_id"]]


def _grouped(ids: pd.DataFrame, pools: pd.DataFrame) -> set[str]:
    members = pools.assign(site_id=pools["members"].astype(str).str.split()).explode("site_id")
    members = members[["pooling_id", "nature", "keyword", "category", "site_id"]]
    hits = ids.merge(members, on="site_id", suffixes=("", "_pool"))
    collected = (hits["category"] == hits["category_pool"]) & hits["title"].map(plain).str.contains("collect")
    named = [
        bool(_words(keyword)) and _words(keyword) <= _words(title)
        for keyword, title in zip(hits["keyword"], hits["title"], strict=True)
    ]
    same = np.where(hits["nature"] == COLLECTION, collected, named).astype(bool)
    counts = hits[same].groupby(["synergy_id", "pooling_id"])["site_id"].nunique()
    return set(counts[counts >= 2].index.get_level_values("synergy_id"))


def _words(text: object) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", plain(text)) if len(word) >= LONG_WORD}


def _reasons(
    result: pd.DataFrame, ids: pd.DataFrame, refused: pd.DataFrame, flows: pd.DataFrame
) -> pd.Series:
    """Why each missed synergy is missed: the first link of the chain that is absent."""
    name = result["synergy_id"]
    actors_named = name.map(ids.groupby("synergy_id")["site_id"].nunique()).fillna(0)
    own = ids.merge(flows[["site_id", "category", "direction"]], on="site_id", suffixes=("", "_flow"))
    gives = own[(own["direction"] == "out") & (own["category"] == own["category_flow"])]
    # A rule may turn one category into another, so any input of an actor could be the other end.
    takes = own[own["direction"] == "in"]
    gates = refused.drop_duplicates("synergy_id").set_index("synergy_id")["gate"].to_dict()
    reasons = np.select(
        [
            result["found"] == "yes",
            actors_named < 2,
            result["kind"] == "pooling",
            ~name.isin(set(own["synergy_id"])),
            ~name.isin(set(gives["synergy_id"])),
            name.isin(set(gates)),
            ~name.isin(set(takes["synergy_id"])),
        ],
        ["", "one_actor", "no_group", "no_answer", "no_output", "gate", "no_input"],
        default="no_rule",
    )
    texts = [f"gate_{gates[n]}" if r == "gate" else r or None for n, r in zip(name, reasons, strict=True)]
    return pd.Series(texts, index=result.index, dtype="str")
