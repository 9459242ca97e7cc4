"""Tonnes possible one by one, possible together and realised, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.records import SOURCE, TOTAL
from eit_analysis.reference.stages import wholes
from eit_analysis.synergies.allocation.exposed import exposed_side
from eit_analysis.synergies.allocation.limits import ROUNDING
from eit_analysis.synergies.free_flows import TAKEN, lines_tonnes
from eit_analysis.synergies.register.links import POOLING

MASS = "mass_t_per_year"


def first_hand(exchanges: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """What is given less what the same exchanges have brought: given × (1 − min(brought, given) / given).

    An outlet or an ESS structure that takes in a family and gives it on passes tonnes that already count when
    they reach it, up to those that the exchanges bring it. Its own waste of that family, which nothing tells
    from them, is taken for them first: no tonne counts twice.

    The rows of a joint plan, both tonnages (``diverted_t_per_year``, ``allocated_t_per_year``) lessened, each
    by what it brings itself.
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


def at_least(plan: pd.DataFrame, most: pd.DataFrame, bound_together: bool) -> pd.DataFrame:
    """One feasible plan, of which no family has less than in ``plan``, of exchanges that are first hand.

    Of families that share no need and no use, those of ``most`` where each has as many tonnes, else those of
    ``plan``: the two parts take nothing from each other. All are one where limits hold of the whole plan
    (``bound_together``).
    """
    both = pd.concat([plan, most])[["category", "input_category", "use"]].drop_duplicates()
    groups: list[set[str]] = [set(both["category"])] if bound_together else []
    for kind in both.astype("str").itertuples(index=False, name=None):
        near = [group for group in groups if not group.isdisjoint(kind)]
        groups = [group for group in groups if group not in near] + [set(kind).union(*near)]
    tonnes = [one.groupby("category")["allocated_t_per_year"].sum() for one in (plan, most)]
    fewer = tonnes[1].reindex(tonnes[0].index).fillna(0) < tonnes[0] - ROUNDING
    kept = set().union(*(group for group in groups if not group.isdisjoint(fewer.index[fewer])))
    return pd.concat([plan[plan["category"].isin(kept)], most[~most["category"].isin(kept)]])


def totals(
    plan: pd.DataFrame, most: pd.DataFrame, held: pd.DataFrame, register: pd.DataFrame, rules: Disclosure
) -> Breakdown:
    """Potential, feasible, retained, committed and realised tonnes by category, with total lines.

    ``plan`` are the exchanges of the joint plan of largest joint surplus, ``most`` those that could take
    place whatever the gain (:func:`at_least`), both :func:`first_hand`, ``held`` the exchanges done or
    committed (``free_flows.held``); the ``rules`` choose between givers and takers, :func:`exposed_side`.

    Returns
    -------
    Breakdown
        ``category, measure, mass_t_per_year``; measures ``potential`` (sum of individual maxima: one tonne
        counts once per candidate), ``feasible`` (those of ``most``), ``allocated``, ``committed`` and
        ``realised``; the first three are of what the last two leave. The realised tonnes of a synergy are
        one record, which all its actors know. Without a register nothing is known to be realised, not even
        none: the measure is left out, and so is what is committed, also where nobody tells the tonnes of
        what is. What no declared flow explains is committed too, as its line promises it.
    """
    parts = {
        "potential": (plan, "diverted_t_per_year"),
        "feasible": (most, "allocated_t_per_year"),
        "allocated": (plan, "allocated_t_per_year"),
    }
    if len(register):
        agreed = register[(register["status"] == "committed") & (register["kind"] != POOLING)]
        seen = held[(held["status"] == "committed") & ~held["onward"].astype(bool)]
        promised = _promised(agreed[~agreed["synergy_id"].isin(held["synergy_id"])])
        if len(seen) or len(promised) or agreed.empty:
            both = pd.concat([exposed_side(seen, TAKEN, rules), promised], ignore_index=True)
            parts["committed"] = (both, TAKEN)
        parts["realised"] = (_realised(register), "realised_t_per_year")
    columns = {measure: rows.groupby("category")[tonnes].sum() for measure, (rows, tonnes) in parts.items()}
    wide = pd.DataFrame(columns, dtype=float).fillna(0.0).rename_axis("category")
    order_by = [
        measure for measure in ("allocated", "potential", "committed", "realised") if measure in parts
    ]
    wide = wide.sort_values(order_by, ascending=False)
    wide = pd.concat([wide, wide.sum().to_frame(TOTAL).T.rename_axis("category")])
    order = {category: i for i, category in enumerate(wide.index)}
    tall = wide.reset_index().melt("category", var_name="measure", value_name=MASS)
    tall = tall.sort_values("category", key=lambda c: c.map(order), kind="stable", ignore_index=True)
    records = [
        (rows if "site_id" in rows else exposed_side(rows, tonnes, rules))
        .rename(columns={tonnes: MASS})
        .assign(measure=measure)
        .reindex(columns=["category", "measure", "site_id", MASS, *SOURCE])
        for measure, (rows, tonnes) in parts.items()
    ]
    return Breakdown(tall, ["category", "measure"], pd.concat(records, ignore_index=True), MASS, TOTAL)


def overall(tonnes: Breakdown) -> Breakdown:
    """Retained, committed and realised tonnes of all categories, from :func:`totals`."""
    frame = tonnes.frame[tonnes.frame["category"] == TOTAL]
    return _only(tonnes, frame, "measure", ["allocated", "committed", "realised"])


def by_category(tonnes: Breakdown) -> Breakdown:
    """Retained tonnes by category, from :func:`totals`."""
    return _only(tonnes, tonnes.frame, "category", ["allocated"])


def _only(tonnes: Breakdown, frame: pd.DataFrame, key: str, measures: list[str]) -> Breakdown:
    rows = frame.loc[frame["measure"].isin(measures), [key, MASS]].reset_index(drop=True)
    records = tonnes.records[tonnes.records["measure"].isin(measures)]
    return Breakdown(rows, [key], records, MASS, TOTAL if key == "category" else None)


def _realised(register: pd.DataFrame) -> pd.DataFrame:
    """The synergies done with their tonnes; those without a category are among the others."""
    done = register[register["status"] == "done"].fillna({"category": "other"})
    return wholes(done, "realised_t_per_year")


def _promised(lines: pd.DataFrame) -> pd.DataFrame:
    """Those that say what they promise, with those tonnes; without a category they are among the others."""
    tonnes = lines_tonnes(lines)
    return wholes(lines.assign(**{TAKEN: tonnes})[tonnes.notna()].fillna({"category": "other"}), TAKEN)
