"""Whether the methods find again what the partners had seen themselves, and what they see beyond.

recall = synergies found again among the candidates and the groups / synergies of the register
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.config_synergies import Allocation
from eit_analysis.synergies.allocation.joint_plan import allocate
from eit_analysis.synergies.register.links import (
    POOLING,
    Methods,
    grouped,
    is_network,
    linked,
    outputs_named,
    piped,
)
from eit_analysis.synergies.register.reasons import why_missed

# Beside the realised tonnes.
PROMISED = [
    "promised_t_per_year", "promised_eur_per_year", "realised_eur_per_year",
    "promised_insertion_hours_per_year", "insertion_hours_per_year",
]  # fmt: skip
RECALL_COLUMNS = [
    "synergy_id", "title", "kind", "category", "site_ids", "carrier", "status", "realised_t_per_year",
    *PROMISED, "found", "potential_t_per_year", "miss_reason", "candidate_ids", "pooling_ids",
    "falls_short",
]  # fmt: skip


def recall(
    register: pd.DataFrame, flows: pd.DataFrame, sharing: pd.DataFrame, methods: Methods
) -> pd.DataFrame:
    """Which synergies of the register (tidy tables) the methods find again, and why any is missed.

    Returns
    -------
    pandas.DataFrame
        Columns ``RECALL_COLUMNS``, one row per synergy. ``found`` is ``yes`` or ``no``.
        ``potential_t_per_year``: what the matching candidates could divert together, competing ones shared
        out; for a collection, the outputs of its family at the actors of the lead; missing otherwise.
        ``miss_reason``: the first of ``reasons.why_missed``. ``candidate_ids`` and ``pooling_ids`` are
        separated by spaces. ``falls_short``: a pooling whose own actors stay below the threshold, also where
        a wider group crosses it.
    """
    pairs, groups = linked(register, methods.passed, flows), grouped(register, methods.pools, sharing)
    pipes, name = piped(register, methods.networks), register["synergy_id"]
    found = name.isin({*pairs["synergy_id"], *groups["synergy_id"], *pipes["synergy_id"]})
    result = register.assign(
        found=np.where(found, "yes", "no"),
        potential_t_per_year=name.map(_potential(pairs, groups, register, flows)).astype(float),
        candidate_ids=name.map(_listed(pairs, "candidate_id") | _listed(pipes, "candidate_id")),
        pooling_ids=name.map(_listed(groups, "pooling_id")),
    )
    reasons = why_missed(result[~found | (result["kind"] == POOLING)], flows, sharing, methods)
    first = reasons[reasons["reason_rank"] == 1].set_index("synergy_id")["miss_reason"].to_dict()
    told = name.map(first).astype("str")
    result["miss_reason"], result["falls_short"] = told.where(~found), told == "below_threshold"
    return result[RECALL_COLUMNS].reset_index(drop=True)


def of_matter(recalled: pd.DataFrame) -> pd.DataFrame:
    """The lines but those of heat, energy or water: what answers them is looked for by the team alone.

    How many are found again, and why others are not, is thus one figure for all who read it. Nor what a firm
    alone has dropped: it says that it does not reuse its own waste, and there is no exchange to find.
    """
    alone = recalled["site_ids"].fillna("").str.split().map(len) == 1
    at_home = (recalled["status"] == "dropped") & (recalled["kind"] != POOLING) & alone
    return recalled[~is_network(recalled) & ~at_home]


def beyond(ranked: pd.DataFrame, recalled: pd.DataFrame) -> pd.DataFrame:
    """Candidates with their ``rank`` that no line of the register names (:func:`recall`), best first.

    Nor is one of the same family between two actors of a line that nothing answers: it may well speak of it.
    Of no register nothing is beyond.
    """
    known = set(" ".join(recalled["candidate_ids"].dropna()).split())
    lines = recalled[recalled["candidate_ids"].isna() & (recalled["kind"] != POOLING)]
    of_line = [(set(str(ids).split()), family) for ids, family in lines[["site_ids", "category"]].to_numpy()]
    pairs = ranked[["giver_site_id", "taker_site_id", "category"]].to_numpy()
    spoken_of = [
        any({giver, taker} <= ids and family == named for ids, named in of_line)
        for giver, taker, family in pairs
    ]
    unnamed = ~ranked["candidate_id"].isin(known) & ~np.array(spoken_of, dtype=bool)
    unknown = ranked[unnamed & (len(recalled) > 0)]
    return unknown.sort_values(["rank", "candidate_id"], ignore_index=True)


def _listed(rows: pd.DataFrame, column: str) -> dict[str, str]:
    return {
        str(name): " ".join(sorted(set(part[column])))
        for name, part in rows.groupby("synergy_id", sort=False)
    }


def _potential(
    pairs: pd.DataFrame, groups: pd.DataFrame, register: pd.DataFrame, flows: pd.DataFrame
) -> dict[str, float]:
    together = {
        str(name): allocate(part, Allocation(minimum_lot_t=0), "diverted_t_per_year").value
        for name, part in pairs.groupby("synergy_id")
    }
    collected = groups[groups["category_pool"].notna()][["synergy_id", "site_id"]].drop_duplicates()
    collected = collected.merge(register[["synergy_id", "title", "category"]], on="synergy_id")
    outputs = flows.loc[
        flows["direction"] == "out", ["site_id", "category", "description", "mass_t_per_year"]
    ]
    masses = collected.merge(outputs, on=["site_id", "category"])
    return together | {
        str(name): float(outputs_named(part["title"].iloc[0], part)["mass_t_per_year"].sum())
        for name, part in masses.groupby("synergy_id")
    }
