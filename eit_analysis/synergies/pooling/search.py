"""The possible poolings of one need: groups within reach, further parts, offers with their takers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.reference.distance import road_km
from eit_analysis.synergies.pooling.costs import Costs
from eit_analysis.synergies.pooling.neighbourhoods import neighbourhoods
from eit_analysis.synergies.pooling.offered import Sharers, spared
from eit_analysis.synergies.pooling.parts import NO_PART, PART_COLUMNS, start_of
from eit_analysis.synergies.pooling.rounds import one_pass
from eit_analysis.synergies.pooling.savings import UNKNOWN, offer_saving
from eit_analysis.synergies.pooling.thresholds import Target

FURTHER = "further"
BEST_FIRST = ["saving_eur_per_year", "part_members"]  # the most, then in a fixed order
# Whoever offers one of these has it already. An offer of goods or of a service is a supplier's: it is paid.
SPARE = ("equipment", "space", "training", "skill")


class Found(NamedTuple):
    """One possible pooling: ``volumes`` is what each member brings or takes, by site, ``spared`` what it
    stops paying a year, ``part`` its values of ``PART_COLUMNS``."""

    kind: str
    centre: str
    volumes: pd.Series
    least: float
    span_km: float
    round_km: float
    part: tuple[object, ...]
    spared: np.ndarray


def positions(sites: pd.DataFrame) -> pd.DataFrame:
    """``latitude`` and ``longitude`` of the sites that have both, by ``site_id``, in its order."""
    places = sites[["site_id", "latitude", "longitude"]].dropna().astype({"site_id": str})
    return places.sort_values("site_id").set_index("site_id")


def below(
    target: Target, places: pd.DataFrame, costs: Costs, radius_km: float, detour_factor: float
) -> tuple[pd.Index, Sharers]:
    """The sites that stay below the threshold alone, those of ``places``, and what they could share."""
    small = target.needs[target.needs["volume"] < target.threshold.least]
    near = places[places.index.isin(small.index)]
    small = small.loc[near.index]
    volumes = small["volume"].to_numpy()
    paid, km = volumes * small["price"].to_numpy(), road_km(near, detour_factor)
    reach_km = target.threshold.reach_km(radius_km)
    return small.index, Sharers(volumes, paid, km, reach_km, target.threshold, costs)


def within_reach(names: pd.Index, sharers: Sharers, free: bool) -> Iterator[Found]:
    """The largest neighbourhoods (:func:`below`) that cross the threshold, without the round of each."""
    least = sharers.threshold.least
    for inside, centre, span_km in neighbourhoods(sharers.km, sharers.radius_km):
        some = sharers.only(inside)
        if some.volumes.sum() < least:
            continue
        part = start_of(some, names[inside], free).values
        yield _found("group", names, inside, centre, sharers, span_km, np.nan, part)


def with_round(group: Found, names: pd.Index, sharers: Sharers) -> Found:
    """A group with the length of one pass over all its members, missing where nothing travels."""
    inside = names.get_indexer(group.volumes.index)
    some, centre = sharers.only(inside), list(group.volumes.index).index(group.centre)
    rounds = one_pass(some.km, some.volumes, centre, some.threshold, some.costs)
    return group._replace(round_km=rounds.km if rounds else np.nan)


def apart(parts: Iterable[str], needs: Iterable[str]) -> np.ndarray:
    """Which parts, the best first, share no member with a better one of the same need that is kept."""
    taken: set[tuple[str, str]] = set()
    kept = []
    for members, need in zip(parts, needs, strict=True):
        own = {(need, site) for site in members.split()}
        kept.append(not own & taken)
        taken |= own if kept[-1] else set()
    return np.array(kept, dtype=bool)


def further_parts(names: pd.Index, sharers: Sharers, free: bool, groups: Sequence[Found]) -> Iterator[Found]:
    """What pays among those whom the best parts leave, the best first: another lorry, another session.

    The best parts of these groups, but those that share a member with a better one.
    """
    paying = [group.part for group in groups if group.part[-1] is None]
    best = pd.DataFrame(paying, columns=PART_COLUMNS).sort_values(BEST_FIRST, ascending=[False, True])
    kept = best.loc[apart(best["part_members"], [""] * len(best)), "part_members"]
    begun = " ".join(kept).split()
    left = ~names.isin(begun)
    while begun and left.sum() > 1:
        rest = np.flatnonzero(left)
        some = sharers.only(rest)
        start = start_of(some, names[rest], free)
        if start.values[-1] is not None:
            return
        inside = rest[start.members]
        left[inside] = False
        spans = sharers.only(inside).km.max(axis=1)
        centre, km = int(inside[spans.argmin()]), start.values[PART_COLUMNS.index("part_round_km")]
        yield _found(FURTHER, names, inside, centre, sharers, float(spans.min()), km, start.values)


def _found(
    kind: str, names: pd.Index, inside: np.ndarray, centre: int, sharers: Sharers,
    span_km: float, round_km: float, part: tuple[object, ...],
) -> Found:  # fmt: skip
    by_site = pd.Series(sharers.volumes[inside], names[inside])
    least = sharers.threshold.least
    own = spared(sharers.only(inside))
    return Found(kind, str(names[centre]), by_site, least, span_km, round_km, part, own)


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
        near = reach <= threshold.reach_km(radius_km)
        reach = reach[near & reach.index.isin(target.needs.index)].sort_values(kind="stable")
        needs = target.needs.loc[reach.index]
        left = offered - needs["volume"].cumsum().shift(fill_value=0.0)
        takers = needs.assign(volume=np.minimum(needs["volume"], left))[left > 1e-9 * offered]
        if takers.empty:
            continue
        volumes = takers["volume"].to_numpy()
        saving = UNKNOWN
        if threshold.nature in SPARE and threshold.reckoned:
            saving = offer_saving(volumes, volumes * takers["price"].to_numpy(), threshold, costs)
        taken = pd.concat([takers["volume"], pd.Series({host: 0.0})]).sort_index()
        span_km = float(reach[takers.index].max())
        part = (*NO_PART[:3], saving.central, saving.low, saving.high, *NO_PART[6:])
        unknown = np.full(len(taken), np.nan)
        yield Found("offer", str(host), taken, np.nan, span_km, np.nan, part, unknown)
