"""The possible poolings of one need: groups within reach, further parts, offers with their takers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.reference.distance import road_km
from eit_analysis.synergies.pooling.costs import Costs
from eit_analysis.synergies.pooling.neighbourhoods import neighbourhoods
from eit_analysis.synergies.pooling.parts import NO_PART, described, start_of
from eit_analysis.synergies.pooling.rounds import one_pass
from eit_analysis.synergies.pooling.savings import UNKNOWN, avoided, offer_saving
from eit_analysis.synergies.pooling.thresholds import Target

FURTHER = "further"
# Whoever offers one of these has it already. An offer of goods or of a service is a supplier's: it is paid.
SPARE = ("equipment", "space", "training", "skill")


class Found(NamedTuple):
    """One possible pooling: ``volumes`` is what each member brings or takes, by site, ``alone`` what it pays
    a year for doing alone what would be common, ``part`` its values of ``PART_COLUMNS``."""

    kind: str
    centre: str
    volumes: pd.Series
    n_enough: float
    least: float
    span_km: float
    round_km: float
    part: tuple[object, ...]
    alone: np.ndarray


def positions(sites: pd.DataFrame) -> pd.DataFrame:
    """``latitude`` and ``longitude`` of the sites that have both, by ``site_id``, in its order."""
    places = sites[["site_id", "latitude", "longitude"]].dropna().astype({"site_id": str})
    return places.sort_values("site_id").set_index("site_id")


def below(target: Target, places: pd.DataFrame, detour_factor: float) -> tuple[pd.DataFrame, np.ndarray]:
    """The needs that stay below the threshold alone, and the distances by road between their sites, km."""
    small = target.needs[target.needs["volume"] < target.threshold.least]
    near = places[places.index.isin(small.index)]
    return small.loc[near.index], road_km(near, detour_factor)


def within_reach(
    target: Target,
    places: pd.DataFrame,
    costs: Costs,
    radius_km: float,
    detour_factor: float,
    further: bool = True,
) -> Iterator[Found]:
    """The largest neighbourhoods that cross the threshold, then (``further``) what those in no part could.

    Without ``further``, nor is the round that would visit all of a neighbourhood.
    """
    threshold = target.threshold
    small, km = below(target, places, detour_factor)
    paid = (small["volume"] * small["price"]).to_numpy()
    left = np.ones(len(small), dtype=bool)
    for inside, centre, span_km in neighbourhoods(km, radius_km):
        volumes, apart = small["volume"].to_numpy()[inside], km[np.ix_(inside, inside)]
        if volumes.sum() < threshold.least:
            continue
        rounds = (
            one_pass(apart, volumes, int(np.searchsorted(inside, centre)), threshold, costs)
            if further
            else None
        )
        enough = np.searchsorted(np.cumsum(np.sort(volumes)[::-1]), threshold.least * (1 - 1e-12)) + 1
        start = start_of(volumes, paid[inside], apart, radius_km, threshold, costs, target.free)
        if start and start.lacks is None:
            left[inside[start.members]] = False
        yield Found(
            "group",
            str(small.index[centre]),
            small["volume"].iloc[inside],
            float(enough),
            threshold.least,
            span_km,
            rounds.km if rounds else np.nan,
            described(start, small.index[inside].to_list(), volumes),
            avoided(volumes, paid[inside], threshold, *costs.alone),
        )
    if further and not left.all():
        yield from _further(target, small, km, paid, left, radius_km, costs)


def _further(
    target: Target,
    small: pd.DataFrame,
    km: np.ndarray,
    paid: np.ndarray,
    left: np.ndarray,
    radius_km: float,
    costs: Costs,
) -> Iterator[Found]:
    """Groups that pay among those in no part so far, the best first: another lorry, another session."""
    threshold = target.threshold
    while left.sum() > 1:
        rest = np.flatnonzero(left)
        volumes, apart = small["volume"].to_numpy()[rest], km[np.ix_(rest, rest)]
        start = start_of(volumes, paid[rest], apart, radius_km, threshold, costs, target.free)
        if start is None or start.lacks is not None:
            return
        inside = rest[start.members]
        left[inside] = False
        spans = km[np.ix_(inside, inside)].max(axis=1)
        yield Found(
            FURTHER,
            str(small.index[inside[spans.argmin()]]),
            small["volume"].iloc[inside],
            np.nan,
            threshold.least,
            float(spans.min()),
            start.rounds.km if start.rounds else np.nan,
            described(start, small.index[rest].to_list(), volumes),
            avoided(volumes[start.members], paid[inside], threshold, *costs.alone),
        )


def offered_by(
    target: Target, places: pd.DataFrame, costs: Costs, radius_km: float, detour_factor: float
) -> Iterator[Found]:
    """Each offer with the needs within its reach, nearest first, until it is used up."""
    threshold = target.threshold
    both = places[places.index.isin(target.needs.index.union(target.offers.index))]
    km = pd.DataFrame(road_km(both, detour_factor), index=both.index, columns=both.index)
    offers = target.offers.loc[target.offers.index.isin(both.index), "volume"]
    for host, offered in zip(offers.index, offers.to_numpy(dtype=float), strict=True):
        reach = km.loc[host].drop(host)
        reach = reach[(reach <= radius_km) & reach.index.isin(target.needs.index)].sort_values(kind="stable")
        needs = target.needs.loc[reach.index]
        left = offered - needs["volume"].cumsum().shift(fill_value=0.0)
        takers = needs.assign(volume=np.minimum(needs["volume"], left))[left > 1e-9 * offered]
        if takers.empty:
            continue
        volumes = takers["volume"].to_numpy()
        saving = UNKNOWN
        if threshold.nature in SPARE:
            saving = offer_saving(volumes, volumes * takers["price"].to_numpy(), threshold, costs)
        taken = pd.concat([takers["volume"], pd.Series({host: 0.0})]).sort_index()
        span_km = float(reach[takers.index].max())
        part = (*NO_PART[:4], saving.central, saving.low, saving.high, *NO_PART[7:])
        alone = np.full(len(taken), np.nan)
        yield Found("offer", str(host), taken, np.nan, np.nan, span_km, np.nan, part, alone)
