"""Who should call each other though no group is proposed: seasons, rests of sessions, lent posts, prices.

    season    the season of j follows that of i, or goes before it (``seasons``)
    rest      v_i ≥ T,  r_i > 0,  r_i + Σ_{j near i} r_j ≥ T,  r = v mod L, of sessions of L places
    post      v_i + Σ_{j near i} v_j < T, and H / 5 or more, of a skill in hours
    price     the volume of T together, and too few prices to reckon a gain; or v_i ≥ T and v_j ≥ T

with the symbols of ``groups`` and H a full-time post: a *groupement d'employeurs* that is there already lends
somebody a day a week (an assumption of ours). Told, and not reckoned in euros.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis import french, reference
from eit_analysis.reference.vocabulary import heading
from eit_analysis.synergies.pooling.seasons import follow, in_words
from eit_analysis.synergies.pooling.thresholds import Target

LENT_LEAST_H = 1607 / 5
# Reasons of ``left_out``, in the order in which they are told.
TOLD = SEASON, REST, POST, UNPRICED = "next_season", "rest", "shared_post", "unpriced"
ALONE = ["enough_alone", "enough_alone_public"]
MOST = 3  # needs whose price is asked together, in one sentence


def in_season(site: str, target: Target, near: pd.Index) -> list[str]:
    """Those near whose season follows that of a site, or goes before it."""
    own = target.seasons.get(site)
    return [other for other, its in target.seasons.items() if own and other in near and follow(own, its)]


def with_rest(site: str, target: Target, near: pd.Index) -> list[str]:
    """Those near whose rests, beyond full sessions, fill another with that of a site."""
    own = target.threshold
    if own.nature != "training" or not np.isfinite(own.lot):
        return []
    rest = target.needs["volume"] % own.lot
    others = rest[rest.index.isin(near) & (rest > 0)]
    return [*others.index] if rest[site] > 0 and rest[site] + others.sum() >= own.least else []


def of_a_post(site: str, target: Target, near: pd.Index) -> list[str]:
    """Those near with whom a site needs enough for a lent post, too little as they are for one of theirs."""
    own, needs = target.threshold, target.needs["volume"]
    others = needs[needs.index.isin(near)]
    lent = (own.nature, own.unit) == ("skill", "h") and needs[site] + others.sum() >= LENT_LEAST_H
    return [*others.index] if lent else []


def to_call(
    left: pd.DataFrame, asked: Sequence[Target], sites: pd.DataFrame, offered: pd.DataFrame
) -> pd.DataFrame:
    """``call_number`` from 1, ``to_call``, in French: each set of those who should, once.

    ``left`` from :func:`left_out.left_out`; a set within another of the same need is not told. First, which
    of the offers (``Assessment.offered``) the register has already.
    """
    names = sites.drop_duplicates("site_id").set_index("site_id")["name"].to_dict()
    of = {(target.threshold.nature, target.threshold.label): target for target in asked}
    sets: dict[tuple[str, str, str, frozenset[str]], str] = {}
    row: Any
    for row in left[left["left_out"].isin(TOLD)].itertuples():
        who = frozenset({row.site_id, *row.with_site_ids.split()})
        sets.setdefault((row.left_out, row.nature, row.common_operation, who), row.item)
    kept = [key for key in sets if not any(key[:3] == other[:3] and key[3] < other[3] for other in sets)]
    kept = sorted(kept, key=lambda key: TOLD.index(key[0]))
    known = french.listed([*dict.fromkeys(offered["registered"].dropna())] or [""])
    told = [reference.sentence("call_registered", lines=known)] * bool(known)
    told += [_told(sets[key], key[0], of[key[1:3]], key[3], names) for key in kept]
    told += _common_prices(left)
    return pd.DataFrame({"call_number": range(1, len(told) + 1), "to_call": pd.Series(told, dtype="str")})


def _common_prices(left: pd.DataFrame) -> list[str]:
    """What several need enough of alone: nobody waits for another, and all may ask one price."""
    alone = left[left["left_out"].isin(ALONE) & (left["with_site_ids"] != "")]
    who: dict[str, set[str]] = {}
    items = alone.drop_duplicates("common_operation").set_index("common_operation")["item"]
    for need, site, others in alone[["common_operation", "site_id", "with_site_ids"]].itertuples(index=False):
        who.setdefault(need, set()).update([site, *others.split()])
    needs = sorted(who, key=lambda need: -len(who[need]))
    told = [
        f"« {items[need]} » ({french.counted(len(who[need]), 'acteur', 'acteurs')})" for need in needs[:MOST]
    ]
    if more := len(needs[MOST:]):
        told.append(french.counted(more, "autre besoin", "autres besoins"))
    return [reference.sentence("call_price", needs=french.listed(told))] if told else []


def _told(item: str, reason: str, target: Target, who: frozenset[str], names: dict[Any, Any]) -> str:
    own, needs, seasons = target.threshold, target.needs["volume"][sorted(who)], target.seasons
    volumes = needs.sort_values(ascending=False, kind="stable")
    if reason == SEASON:
        volumes = needs[sorted(needs.index, key=seasons.__getitem__)]
    unit = heading("unit").labels.get(own.unit, own.unit)
    when = {site: f", {in_words(seasons[site])}" for site in volumes.index if reason == SEASON}
    members = [
        f"{names.get(site, site)} ({french.short(volume)}\u00a0{unit}{when.get(site, '')})"
        for site, volume in volumes.items()
    ]
    fields = {"item": item, "members": french.listed(members)}
    if reason == REST:
        fields |= {"n": french.whole(int(np.ceil(needs.sum() / own.lot))), "lot": french.whole(int(own.lot))}
    return reference.sentence(f"call_{reason}", **fields)
