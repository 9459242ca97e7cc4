"""Why a synergy of the register is not found again: every link of the chain that is absent.

An exchange needs two actors who answered, an output of its family that a rule reads, an input that it can
feed, a rule that reads the pair, and open gates. A pooling needs a threshold for its object, two actors
with the need, none of whom crosses it alone, and a sum that crosses it within reach.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.reference.compatibility import reading, text_read, without_code
from eit_analysis.reference.stages import actors
from eit_analysis.reference.units import normalise_unit
from eit_analysis.synergies.gates import GATES
from eit_analysis.synergies.pooling.schemes import free
from eit_analysis.synergies.pooling.thresholds import COLLECTION, keyword_in, scale
from eit_analysis.synergies.register.links import (
    POOLING,
    Methods,
    is_collection,
    is_network,
    linked,
    names_need,
    outputs_named,
)

REASON_COLUMNS = ["synergy_id", "title", "site_ids", "miss_reason", "reason_rank"]
LEAD = ["synergy_id", "title", "kind", "category", "site_ids"]  # of the register, as far as reasons go
ROUND = normalise_unit("tournée")
NEAREST_COLUMNS = [
    "synergy_id", "out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "category", "gate",
]  # fmt: skip


def why_missed(
    missed: pd.DataFrame, flows: pd.DataFrame, sharing: pd.DataFrame, methods: Methods
) -> pd.DataFrame:
    """Each reason why these rows of the register are not found (tidy tables), the deepest cause first.

    Returns
    -------
    pandas.DataFrame
        Columns ``REASON_COLUMNS``, one row per synergy and reason, ``reason_rank`` from 1. Reasons:
        ``one_actor``, ``no_answer`` (no actor answered), ``silent_actor`` (one did not); for an exchange
        ``no_output``, ``no_use`` (no rule reads the output; ``no_code``: nor can it without a code or words
        that it knows), ``no_input``, ``no_taker_need`` (firms would give, and of the actors only other firms
        declare a need, no structure), ``gate_<gate>`` (the furthest the pairs went first), ``no_rule`` and
        ``other_taker`` (an exchange that is still possible leads the output to a taker outside the lead: none
        that only changes the contractor, nor of tonnes that are served already), ``network`` alone where it
        is of heat, energy or water; for a pooling ``no_threshold``,
        ``no_need``, ``crosses_alone``, ``below_threshold`` and ``no_group`` (too far apart).
    """
    answered = set(flows["site_id"]) | set(sharing["site_id"])
    refused = _onward(linked(missed, methods.rejected, flows), methods.structures)
    out = flows[flows["direction"] == "out"]
    kinds = out[["flow_id", "waste_code", "category"]].assign(description=text_read(out))
    read = reading(kinds, methods.compatibility)
    rows = []
    networks = set(missed.loc[is_network(missed), "synergy_id"])
    for lead in missed[LEAD].fillna("").itertuples(index=False):
        sites = sorted(set(str(lead.site_ids).split()))
        present = [site for site in sites if site in answered]
        reasons = ["one_actor"] if len(sites) < 2 else []
        if not present:
            reasons.append("no_answer")
        else:
            reasons += ["silent_actor"] if len(present) < len(sites) else []
            reasons += (
                ["network"]
                if lead.synergy_id in networks
                else _pooling(lead, present, flows, sharing, methods)
                if lead.kind == POOLING
                else _exchange(lead, present, flows, read, refused, methods)
            )
        rows += [
            (lead.synergy_id, lead.title, lead.site_ids, reason, rank)
            for rank, reason in enumerate(reasons, 1)
        ]
    return pd.DataFrame(rows, columns=REASON_COLUMNS)


def by_reason(reasons: pd.DataFrame) -> Breakdown:
    """Missed synergies counted by reason (:func:`why_missed`), with their actors; one may have several."""
    counts = reasons.groupby("miss_reason", as_index=False).agg(n_synergies=("synergy_id", "nunique"))
    return Breakdown(counts, ["miss_reason"], actors(reasons))


def nearest(
    missed: pd.DataFrame,
    rejected: pd.DataFrame,
    flows: pd.DataFrame,
    structures: Collection[str] = frozenset(),
    most: int = 3,
) -> pd.DataFrame:
    """For each missed exchange, the refused pairs that came nearest, and the gate that stopped each.

    Pairs between two actors of the lead come first, of those with one of the ``structures`` (who takes in
    what others bring) those that lead to it, then those whose giver is one of them; among them, those
    that the latest gate stopped. Columns ``NEAREST_COLUMNS``.
    """
    inside = _onward(linked(missed, rejected, flows), structures).assign(far=False)
    matter = missed[(missed["kind"] != POOLING) & ~is_network(missed)]
    givers = actors(matter)[["synergy_id", "category", "site_id"]]
    outside = rejected.merge(
        givers.rename(columns={"site_id": "giver_site_id"}), on=["category", "giver_site_id"]
    )
    pairs = pd.concat([inside, outside.assign(far=True)], ignore_index=True)
    pairs = pairs.drop_duplicates(["synergy_id", "out_flow_id", "in_flow_id"])
    latest_first = {gate: rank for rank, gate in enumerate(reversed(GATES))}
    pairs = pairs.assign(gate_rank=pairs["gate"].map(latest_first))
    pairs = pairs.sort_values(["synergy_id", "far", "gate_rank", "out_flow_id", "in_flow_id"])
    return pairs.groupby("synergy_id").head(most)[NEAREST_COLUMNS].reset_index(drop=True)


def _onward(pairs: pd.DataFrame, structures: Collection[str]) -> pd.DataFrame:
    """The pairs of each line that lead to a structure, where any does: what it would sell is not its lead."""
    onward = pairs["taker_site_id"].isin(list(structures))
    return pairs[onward | ~onward.groupby(pairs["synergy_id"]).transform("any")]


def _exchange(
    lead: Any,
    present: list[str],
    flows: pd.DataFrame,
    read: pd.DataFrame,
    refused: pd.DataFrame,
    methods: Methods,
) -> list[str]:
    own = flows[flows["site_id"].isin(present)]
    outputs = own[(own["direction"] == "out") & (own["category"] == lead.category)]
    if outputs.empty:
        return ["no_output"]
    outputs = outputs_named(lead.title, outputs)
    fed = read.loc[read["flow_id"].isin(outputs["flow_id"]), "input_category"]
    if fed.empty:
        return ["no_code" if without_code(outputs).any() else "no_use"]
    inputs = own[(own["direction"] == "in") & own["category"].isin(fed)]
    gates = set(refused.loc[refused["synergy_id"] == lead.synergy_id, "gate"])
    reasons = []
    structures = methods.structures.intersection(present)
    firms_give = not methods.structures.issuperset(outputs["site_id"])
    if len(inputs) and firms_give and structures and structures.isdisjoint(inputs["site_id"]):
        # What is refused between the others, or of what it would sell, is not why.
        reasons = ["no_taker_need"]
    elif len(present) > 1:
        reasons = [f"gate_{gate}" for gate in reversed(GATES) if gate in gates]
        reasons = reasons or ["no_input" if inputs.empty else "no_rule"]
    own_actors = set(str(lead.site_ids).split())
    if any(methods.takers.get(flow, own_actors) - own_actors for flow in outputs["flow_id"]):
        reasons.append("other_taker")
    return reasons


def _pooling(
    lead: Any, present: list[str], flows: pd.DataFrame, sharing: pd.DataFrame, methods: Methods
) -> list[str]:
    volumes, alone, row = _alone(lead, present, flows, sharing, methods)
    if len(volumes) < 2:
        return ["no_need"]
    if row.empty:
        return ["no_threshold"]
    threshold = float(row["threshold"].iloc[0])
    reasons = ["crosses_alone"] if alone.any() else []
    if volumes[~alone].sum() < threshold:
        return [*reasons, "below_threshold"]
    return [*reasons, "no_group"]


def crossing_alone(
    poolings: pd.DataFrame, flows: pd.DataFrame, sharing: pd.DataFrame, methods: Methods
) -> pd.Series:
    """How many actors of each of these poolings of the register have alone what its group should, by code."""
    told = {
        lead.synergy_id: int(_alone(lead, str(lead.site_ids).split(), flows, sharing, methods)[1].sum())
        for lead in poolings[LEAD].fillna("").itertuples(index=False)
    }
    return pd.Series(told, dtype="int64")


def _alone(
    lead: Any, present: Collection[str], flows: pd.DataFrame, sharing: pd.DataFrame, methods: Methods
) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    """As :func:`pooled_volumes`, with who crosses the threshold alone: what costs nothing does not."""
    volumes, paid, row = pooled_volumes(lead, present, flows, sharing, methods)
    return volumes, paid >= row["threshold"].astype(float).min(), row


def pooled_volumes(
    lead: Any, present: Collection[str], flows: pd.DataFrame, sharing: pd.DataFrame, methods: Methods
) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    """Yearly volume of each actor for what the title names, what of it no scheme collects for nothing, and
    the row of the threshold that applies.

    A collection is what two of its actors ask for in rounds, or else the outputs of those who ask for none
    (``pooling.one_need``).
    """
    needs = _named(lead, present, sharing, methods.thresholds)
    collection = is_collection(lead.title)
    if collection:
        needs = needs[needs["unit"].map(normalise_unit) == ROUND]
    asked, row = _in_one_unit(needs, methods.thresholds)
    if len(asked) > 1 or not collection:
        return asked, asked, row
    own = flows[flows["site_id"].isin(present) & (flows["direction"] == "out")]
    unpaid = np.zeros(len(own), dtype=bool) if methods.schemes is None else free(own, methods.schemes)
    own = own.assign(paid=own["mass_t_per_year"].mask(unpaid, 0.0))
    own = own[(own["category"] == lead.category) & ~own["site_id"].isin(asked.index)]
    volumes = outputs_named(lead.title, own).groupby("site_id")[["mass_t_per_year", "paid"]].sum()
    volumes = volumes[volumes["mass_t_per_year"] > 0]
    about = methods.thresholds
    row = about[(about["nature"] == COLLECTION) & (about["item_keyword"] == lead.category)]
    return volumes["mass_t_per_year"], volumes["paid"], row.head(1)


def _named(
    lead: Any, present: Collection[str], sharing: pd.DataFrame, thresholds: pd.DataFrame
) -> pd.DataFrame:
    """The needs of these actors that the title names, by their words or by the keyword of a threshold."""
    needs = sharing[sharing["site_id"].isin(present) & (sharing["side"] == "need")]
    keywords = thresholds["item_keyword"].fillna("").groupby(thresholds["nature"]).agg(set)
    named = [
        names_need(lead.title, item)
        or any(
            keyword_in(word, item) and names_need(lead.title, item, word) for word in keywords.get(nature, ())
        )
        for nature, item in zip(needs["nature"], needs["item"], strict=True)
    ]
    return needs[pd.Series(named, index=needs.index, dtype=bool) & needs["volume_per_year"].notna()]


def _in_one_unit(needs: pd.DataFrame, thresholds: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    if needs.empty:
        return pd.Series(dtype=float), thresholds.head(0)
    nature, item, unit = needs[["nature", "item", "unit"]].iloc[0]
    about = thresholds.assign(
        held=thresholds["item_keyword"].fillna("").map(partial(keyword_in, text=item)),
        one=[scale(normalise_unit(unit), wanted) for wanted in thresholds["unit"]],
    )
    about = about[(about["nature"] == nature) & about["held"].notna() & (about["one"] > 0)]
    # A keyword comes before the general row of its nature, whose keyword is empty.
    row = about.iloc[about["held"].str.len().argsort()[::-1]].head(1)
    wanted = row["unit"].iloc[0] if len(row) else unit
    own = needs[needs["nature"] == nature]
    volumes = own["volume_per_year"] * [scale(normalise_unit(each), wanted) for each in own["unit"]]
    volumes = volumes.groupby(own["site_id"]).sum()
    return volumes[volumes > 0], row
