"""What is declared and in no pooling that is listed: one reason each, so that nothing vanishes.

    enough alone  ⇔  v_i ≥ T        beside a large one  ⇔  v_i < T, v_j ≥ T of some j near i
    too little    ⇔  v_i + Σ_{j near i} v_j < T

with the symbols of ``groups``; whoever should call others is told with whom (``calls``). A need and an offer
of like things, or of one keyword of the thresholds, in two units (tonnes to shred, hours of a shredder) are
told of each other: one of the two has to be asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
import pandas as pd

from eit_analysis.reference.distance import road_km
from eit_analysis.reference.units import normalise_unit
from eit_analysis.reference.vocabulary import heading
from eit_analysis.synergies.pooling.calls import POST, REST, SEASON, UNPRICED, in_season, of_a_post, with_rest
from eit_analysis.synergies.pooling.own_units import alike
from eit_analysis.synergies.pooling.public_buyers import public_buyers
from eit_analysis.synergies.pooling.search import positions
from eit_analysis.synergies.pooling.thresholds import (
    COLLECTION,
    NOTHING,
    Target,
    by_keyword,
    in_euros,
    keyword_in,
    keyword_of,
    scale,
    without_threshold,
)

LEFT_COLUMNS = [
    "site_id", "side", "nature", "item", "volume_per_year", "unit", "left_out", "wanted_units",
    "common_operation", "threshold", "with_site_ids",
]  # fmt: skip


def left_out(
    sharing: pd.DataFrame,
    asked: Sequence[Target],
    thresholds: pd.DataFrame,
    pools: pd.DataFrame,
    listed: pd.DataFrame,
    sites: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
) -> pd.DataFrame:
    """The rows of ``sharing`` that no listed pooling holds, as ``LEFT_COLUMNS``.

    Parameters
    ----------
    sharing, sites, thresholds : pandas.DataFrame
        Tidy tables, and :func:`costs.threshold_table`.
    asked, pools, listed
        From :func:`thresholds.targets` and :func:`groups.pooled`, and the rows of ``pools`` that are read
        somewhere.
    radius_km, detour_factor : float
        Reach by road, as for ``pools``.

    Returns
    -------
    pandas.DataFrame
        Volumes are in the unit of the threshold, where there is one. ``wanted_units``: in which to ask again,
        ``with_site_ids``: whom to call with them.
    """
    places = positions(sites)
    km = pd.DataFrame(road_km(places, detour_factor), places.index, places.index)
    read, public = by_keyword(thresholds), public_buyers(sites)
    kinds = [keyword_of(nature, item, read) for nature, item in sharing[["nature", "item"]].to_numpy()]
    sharing = in_euros(sharing, thresholds)
    told = sharing.assign(unit=sharing["unit"].map(normalise_unit), kind=kinds)
    unread = without_threshold(sharing, thresholds).frame
    to_ask = dict(
        zip(
            unread[["nature", "item", "unit"]].itertuples(index=False, name=None),
            unread["wanted_units"],
            strict=True,
        )
    )
    rows = []
    for row in cast("Iterator[Any]", told.itertuples()):
        target = _target_of(row, asked)
        own = target.threshold if target else NOTHING._replace(unit=row.unit)
        if target and len(_holding(row, target, listed)):
            continue
        near = km.index[km[row.site_id] <= own.reach_km(radius_km)] if row.site_id in km else km.index[:0]
        other_unit = (told["nature"] == row.nature) & (told["unit"] != row.unit)
        others = told[(told["side"] != row.side) & other_unit & told["site_id"].isin(near)]
        called = others["item"].map(partial(alike, row.item)).astype(bool)
        like = others.loc[called | _akin(row, others), "unit"]
        wanted, whom = to_ask.get((row.nature, row.item, row.unit)), list[str]()
        if not row.volume_per_year > 0:
            reason = "no_volume"
        elif row.site_id not in km:
            reason = "unlocated"
        elif len(like):
            reason, wanted = "other_unit", heading("unit").labels.get(like.iloc[0], like.iloc[0])
        elif target is None:
            reason = "no_threshold" if row.side == "need" else "not_needed"
        else:
            reason, whom = _reason(row, target, pools, near.drop(row.site_id), public)
        one = scale(row.unit, own.unit)
        least = own.least if np.isfinite(own.least) and row.side == "need" else np.nan
        declared = (row.site_id, row.side, row.nature, row.item, row.volume_per_year * one, own.unit)
        rows.append((*declared, reason, wanted, own.label or None, least, " ".join(whom)))
    return pd.DataFrame(rows, columns=LEFT_COLUMNS)


def _target_of(row: Any, asked: Sequence[Target]) -> Target | None:
    """The first that takes a row: what a service collects by weight counts with the flows of its family."""
    for target in asked:
        own = target.threshold
        if own.nature != row.nature or not scale(row.unit, own.unit) > 0:
            continue
        if keyword_in(own.keyword, row.item) is None:
            continue
        if row.side == "need" and own.category and not np.isfinite(own.least):
            family = (t for t in asked if t.threshold.nature == COLLECTION and t.category == own.category)
            return next(t for t in family if not t.threshold.keyword)
        return target
    return None


def _akin(row: Any, others: pd.DataFrame) -> np.ndarray:
    """Of which of the others the keyword is in the item of a row, or its own in theirs: of a shredder of
    pallets that of shredders."""
    pairs = [(kind, row.item) for kind in others["kind"]], [(row.kind, item) for item in others["item"]]
    held = [[kind != "" and keyword_in(kind, item) is not None for kind, item in side] for side in pairs]
    return np.logical_or(*np.array(held, dtype=bool).reshape(2, -1))


def _holding(row: Any, target: Target, pools: pd.DataFrame) -> pd.DataFrame:
    """The poolings of a need that have the site of a row."""
    own = _of(target, pools)
    inside = [row.site_id in members.split() for members in own["members"].astype(str)]
    return own[np.array(inside, dtype=bool)]


def _of(target: Target, pools: pd.DataFrame) -> pd.DataFrame:
    own = target.threshold
    same = (pools["label"] == own.label) & (pools["keyword"] == own.keyword) & (pools["nature"] == own.nature)
    return pools[same]


def _reason(
    row: Any, target: Target, pools: pd.DataFrame, near: pd.Index, public: set[str]
) -> tuple[str, list[str]]:
    """Why a located volume of a known need is in no listed pooling, and whom to call all the same.

    ``near`` are the other sites in reach; a price is asked with ``public`` buyers by an agreement.
    """
    if row.side == "offer" or not target.threshold.reckoned:
        return _of_offer(row, target, pools, near), []
    needs, least = target.needs["volume"], target.threshold.least
    others = needs[needs.index.isin(near)]
    if whom := in_season(row.site_id, target, near):
        return SEASON, whom
    if needs[row.site_id] >= least:
        whom = with_rest(row.site_id, target, near)
        with_public = not public.isdisjoint([row.site_id, *others.index])
        alone = [*others[others >= least].index]
        return (REST, whom) if whom else ("enough_alone" + "_public" * with_public, alone)
    found = _holding(row, target, pools)
    groups = found[found["kind"] != "offer"]
    if len(groups) and (groups["group_lacks"] == "no_price").all():
        members = {site for each in groups["members"] for site in str(each).split()}
        return UNPRICED, sorted(members - {row.site_id})
    if len(groups):
        return "variant" if groups["group_lacks"].isna().any() else "no_gain", []
    if len(found):
        return "small_offer", []
    if len(large := others[others >= least]):
        return "beside_large" + "_public" * (not public.isdisjoint(large.index)), []
    whom = of_a_post(row.site_id, target, near)
    return (POST if whom else "too_little") if len(others) else "nobody_near", whom


def _of_offer(row: Any, target: Target, pools: pd.DataFrame, near: pd.Index) -> str:
    wanted = target.needs.index.drop(row.site_id, errors="ignore")
    if wanted.empty:
        return "not_needed"
    met = _holding(row, target, pools)
    if met.empty:
        return "too_far"
    # What those in reach leave of it, others would take.
    left = met["volume_per_year"].max() < target.offers["volume"].get(row.site_id, 0.0)
    return "takers_too_far" if left and len(wanted.difference(near)) else "small_offer"
