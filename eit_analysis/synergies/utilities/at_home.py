"""Heat, water and fuels that a site could use again itself, before any exchange of them with others.

The hours, months, temperatures and qualities are those of an exchange (:mod:`matching`), without a pipe: what
warms directly, also the water of the site's own boiler, or burns in the place of what it burns, at the
largest amount first, each source and each need once. What a heat pump would lift is
asked instead. What is left is offered to others, at less power in all hours: who shares an amount is taken to
share the power too. Where its own site said no, nothing is set aside. Heat of which only the hours are not
known is listed to ask them, and not set aside.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd

from eit_analysis.synergies.answers import not_refused
from eit_analysis.synergies.ask import remarks
from eit_analysis.synergies.register.meeting import BETWEEN, sheet_words
from eit_analysis.synergies.utilities.answered import FAMILY, as_flows
from eit_analysis.synergies.utilities.matching import own_pairs

AMOUNTS = ["energy_mwh_per_year", "volume_m3_per_year"]
LISTED = [
    "site_id", "lead_kind", "output_description", "need_description", "delivered_mwh_per_year",
    "delivered_m3_per_year", "ask_first",
]  # fmt: skip


def reused(
    utilities: pd.DataFrame, sites: pd.DataFrame, factors: pd.DataFrame, answers: pd.DataFrame
) -> pd.DataFrame:
    """:func:`matching.own_pairs` that their site did not refuse, with ``out_share``, ``in_share`` and what
    was written of each source and need.

    The shares of the source and of the need that each takes; amounts delivered are those. Of pairs whose
    amount is not known both are 0.
    """
    found = own_pairs(utilities, sites, factors).assign(category=FAMILY)
    found = not_refused(found, answers, as_flows(utilities))
    found = found.sort_values(["delivered_per_year", "candidate_id"], ascending=[False, True])
    left: dict[str, float] = defaultdict(lambda: 1.0)
    rows = []
    one: Any
    for one in found.itertuples(index=False):
        whole = one.taken_per_year / one.out_amount_per_year, one.delivered_per_year / one.in_amount_per_year
        if pd.isna(one.delivered_per_year):  # the last ones
            rows.append((0.0, 0.0, one.delivered_per_year))
            continue
        part = min(1.0, left[one.out_flow_id] / whole[0], left[one.in_flow_id] / whole[1])
        left[one.out_flow_id] -= part * whole[0]
        left[one.in_flow_id] -= part * whole[1]
        rows.append((part * whole[0], part * whole[1], part * one.delivered_per_year))
    names = ["out_share", "in_share", "delivered_per_year"]
    shares = pd.DataFrame(rows, columns=names, index=found.index, dtype=float)
    asked = shares["delivered_per_year"].isna() & (found["out_flow_id"].map(left).fillna(1.0) > 1e-9)
    ids = {"wrote_of_out": found["out_flow_id"], "wrote_of_in": found["in_flow_id"]}
    found = found.assign(**{name: remarks.on_flows(utilities, of) for name, of in ids.items()})
    return found.assign(**{name: shares[name] for name in names})[(shares["out_share"] > 1e-9) | asked]


def left_for_others(utilities: pd.DataFrame, home: pd.DataFrame) -> pd.DataFrame:
    """The tidy table without what sites use again themselves (:func:`reused`), zero where that is all."""
    sides = [home.groupby(f"{side}_flow_id")[f"{side}_share"].sum() for side in ("out", "in")]
    left = 1 - utilities["flow_id"].map(pd.concat(sides)).astype(float).fillna(0.0)
    return utilities.assign(**{name: utilities[name] * left.where(left > 1e-9, 0.0) for name in AMOUNTS})


def listed(home: pd.DataFrame) -> pd.DataFrame:
    """``LISTED`` of :func:`reused`; without ``ask_first`` where nothing is asked."""
    water, said = home["utility"] == "water", sheet_words().loc["ask_first"]
    unknown, heat = home["delivered_per_year"].isna(), home["serves"] == "heat"
    questions = {
        "own_feed": home["feeds"].astype(bool),
        "own_hours": unknown,
        "own_heat_use": heat & ~unknown,
    }
    told = [[said[name] for name in questions if questions[name][row]] for row in home.index]
    wrote = home[["wrote_of_out", "wrote_of_in"]].T
    told = [[*wrote[row].dropna(), *each] for row, each in zip(home.index, told, strict=True)]
    asked = pd.Series([BETWEEN.join(each) or None for each in told], home.index, dtype="str")
    return home.assign(
        site_id=home["giver_site_id"],
        lead_kind=home["utility"].astype("str"),
        output_description=home["out_description"],
        need_description=home["in_description"],
        delivered_mwh_per_year=home["delivered_per_year"].mask(water),
        delivered_m3_per_year=home["delivered_per_year"].where(water),
        ask_first=asked,
    )[LISTED if asked.notna().any() else LISTED[:-1]]
