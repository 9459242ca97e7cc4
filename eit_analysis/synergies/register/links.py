"""Which exchanges and groups found by calculation are those that a line of the register names.

    exchange: same family, giver and taker both among the lead's actors
    pooling:  a group holds two of the lead's actors, for a collection of its family or a need in its title

Two firms of a lead may exchange other things than the one it names. So, of what a giver declares in its
family, where some outputs share a word with the title, only those are of the lead: a need that it names does
not make it one of another output. Then, where some of the pairs share a word with the title, and where some
have the carrier at one end, the other pairs are set aside.

An exchange of no family whose title names heat, energy or water is of a network, and of no waste: what joins
two of its actors is an exchange of heat, water or gas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.french import fold, fold_words
from eit_analysis.reference.designation_words import told
from eit_analysis.reference.stages import actors
from eit_analysis.synergies.pooling.thresholds import keyword_in

# Shorter words (du, des, pour) say nothing about what is shared.
LONG_WORD = 5
# Nor do these, which stand in the title of any lead.
GENERIC = frozenset(
    {"achat", "collecte", "dechet", "groupe", "groupee", "mutualise", "mutualisee", "partage", "partagee",
     "chez", "dans", "entre", "non", "vallee", "vers"}
)  # fmt: skip
STEM = 5  # letters: « réemploi » and « réemployé » say the same
POOLING = "pooling"
# What a network carries, as titles name it; spaces around a word say that it stands alone.
CARRIED = "chaleur|vapeur|calorie|thermique|energie|condensat|biogaz| eau | eaux "


class Methods(NamedTuple):
    """What the methods found and refused, and by which rules.

    ``passed, rejected`` from ``substitution.candidates``, ``pools`` from ``pooling.pooled``, and the
    reference tables ``compatibility`` and ``pooling_thresholds``; ``networks`` from
    ``utilities.together.possible``, for the team alone. ``takers``: by output, who takes it in an exchange
    that is still possible (``Assessment.candidates``). ``structures``: who takes in what others bring.
    """

    passed: pd.DataFrame
    rejected: pd.DataFrame
    pools: pd.DataFrame
    compatibility: pd.DataFrame
    thresholds: pd.DataFrame
    networks: pd.DataFrame | None = None
    takers: Mapping[str, frozenset[str]] = MappingProxyType({})
    structures: frozenset[str] = frozenset()
    schemes: pd.DataFrame | None = None


def words(text: object) -> frozenset[str]:
    """The long words of a text, without accents nor plural, that say what it is about."""
    found = (re.sub("[sx]$", "", word) for word in re.findall(r"[a-z]+", fold(str(text))))
    return frozenset(word for word in found if len(word) >= LONG_WORD) - GENERIC


def names_need(title: object, item: object, keyword: str = "") -> bool:
    """Whether a title names a need: by the keyword, or by half of the long words of its wording."""
    word = keyword_in(keyword, title)
    if word and word not in GENERIC:
        return True
    wanted = words(item)
    return bool(wanted) and 2 * len(wanted & words(title)) >= len(wanted)


def is_collection(title: object) -> bool:
    """Whether a title names a collection."""
    return "collect" in fold(str(title))


def is_network(register: pd.DataFrame) -> pd.Series:
    """Which exchanges of the register are of heat, energy or water, and of no family of matter."""
    carried = register["title"].map(lambda title: keyword_in(CARRIED, fold_words(str(title)))).notna()
    return carried & (register["kind"] != POOLING) & register["category"].fillna("other").isin(["other", ""])


def piped(register: pd.DataFrame, networks: pd.DataFrame | None) -> pd.DataFrame:
    """The exchanges of heat, water or gas that join two actors of each such line, with ``synergy_id``."""
    ids = actors(register[is_network(register)])[["synergy_id", "site_id"]]
    if networks is None:
        return ids.head(0).assign(candidate_id="")
    found = networks
    for side in ("giver_site_id", "taker_site_id"):
        found = found.merge(ids.rename(columns={"site_id": side}))
    return found


def linked(register: pd.DataFrame, pairs: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Pairs that answer each exchange of the register.

    The pairs (``passed`` or ``rejected`` of ``substitution.candidates``) with ``synergy_id`` and ``n_words``,
    how many words the title shares with the two flows: none where only actors and family agree.
    """
    ids = actors(register[(register["kind"] != POOLING) & ~is_network(register)])
    givers = ids[["synergy_id", "title", "carrier", "category", "site_id"]]
    givers = givers.rename(columns={"site_id": "giver_site_id"})
    takers = ids[["synergy_id", "site_id"]].rename(columns={"site_id": "taker_site_id"})
    found = pairs.merge(givers, on=["category", "giver_site_id"])
    found = found.merge(takers, on=["synergy_id", "taker_site_id"])
    found = found[found["giver_site_id"] != found["taker_site_id"]]
    found = found[_is_named(found, flows)]
    about = flows.drop_duplicates("flow_id").set_index("flow_id")["description"]
    texts = zip(found["title"], found["out_flow_id"].map(about), found["in_flow_id"].map(about), strict=True)
    shared = np.array([len(words(t) & (words(out) | words(need))) for t, out, need in texts], dtype=int)
    found = found.assign(n_words=shared)
    kept = found[_preferred(found["synergy_id"], shared > 0)]
    carried = (kept["carrier"] == kept["giver_site_id"]) | (kept["carrier"] == kept["taker_site_id"])
    kept = kept[_preferred(kept["synergy_id"], carried.to_numpy(dtype=bool))]
    return kept.drop(columns=["title", "carrier"]).reset_index(drop=True)


def outputs_named(title: object, outputs: pd.DataFrame) -> pd.DataFrame:
    """The outputs whose description shares a word with a title, or all of them where none does."""
    named = np.array([bool(words(title) & words(text)) for text in outputs["description"]], dtype=bool)
    return outputs[named] if named.any() else outputs


def _is_named(found: pd.DataFrame, flows: pd.DataFrame) -> np.ndarray:
    """Whether the output of each pair shares a word with the title, or no output of the giver's family does.

    Also one that no pair joins: what it does is not to be said of its neighbours. Short words count here
    (fil, film): beside the other outputs of one firm they tell one from another.
    """
    leads = found[["synergy_id", "title", "giver_site_id", "category"]].drop_duplicates()
    outputs = flows.loc[flows["direction"] == "out", ["flow_id", "site_id", "category", "description"]]
    declared = leads.merge(outputs.rename(columns={"site_id": "giver_site_id"}))
    texts = zip(declared["title"], declared["description"], strict=True)
    shared = np.array([bool(_stems(title) & _stems(out)) for title, out in texts], dtype=bool)
    group = declared["synergy_id"] + " " + declared["giver_site_id"] + " " + declared["category"]
    named = pd.MultiIndex.from_frame(declared.loc[_preferred(group, shared), ["synergy_id", "flow_id"]])
    return pd.MultiIndex.from_frame(found[["synergy_id", "out_flow_id"]]).isin(named)


def _stems(text: object) -> frozenset[str]:
    return frozenset(word[:STEM] for word in told(text).split() if word not in GENERIC)


def _preferred(group: pd.Series, wanted: np.ndarray) -> np.ndarray:
    """Which rows to keep: the wanted ones of each group, or all of a group that has none."""
    some = pd.Series(wanted, index=group.index).groupby(group).transform("any").to_numpy(dtype=bool)
    return wanted | ~some


def grouped(
    register: pd.DataFrame, pools: pd.DataFrame, sharing: pd.DataFrame, fewest: int = 2
) -> pd.DataFrame:
    """Groups that answer each pooling of the register: ``synergy_id, pooling_id, category_pool, site_id``.

    One row per actor of the lead that the group holds; a group holding fewer than ``fewest`` of them is left
    out.
    """
    ids = actors(register[register["kind"] == POOLING])[["synergy_id", "title", "category", "site_id"]]
    members = pools.assign(site_id=pools["members"].astype(str).str.split()).explode("site_id")
    members = members[["pooling_id", "nature", "keyword", "category", "site_id"]]
    hits = ids.merge(members, on="site_id", suffixes=("", "_pool"))
    columns = ["synergy_id", "pooling_id", "category_pool", "site_id"]
    collected = hits[
        (hits["category"] == hits["category_pool"]) & hits["title"].map(is_collection).astype(bool)
    ]
    # Whoever offers is a member of the group too.
    wanted = hits.merge(sharing[["site_id", "nature", "item"]], on=["site_id", "nature"])
    named = [
        keyword_in(keyword, item) is not None and names_need(title, item, keyword)
        for title, item, keyword in zip(wanted["title"], wanted["item"], wanted["keyword"], strict=True)
    ]
    found = pd.concat([collected[columns], wanted.loc[np.array(named, dtype=bool), columns]])
    found = found.drop_duplicates(ignore_index=True)
    held = found.groupby(["synergy_id", "pooling_id"])["site_id"].transform("size")
    return found[held >= fewest].reset_index(drop=True)
