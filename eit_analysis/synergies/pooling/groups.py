"""Who could buy, hire, train or collect together, and what it would save.

    a group G is worth naming when Σ_{i∈G} v_i ≥ T and v_i < T for each i in G

with v_i the yearly volume of one site and T an economic threshold (a full container, a milk run, a minimum
order). An offer needs no threshold: the thing is there, and the nearest needs fill it first. Groups may
overlap; a group inside a larger one of the same need is dropped. Its savings are those of the part of G that
saves most (``best_part``), which is whom to start with: a member that costs the others more than it brings is
within reach, and no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.reference.distance import road_km
from eit_analysis.synergies.pooling.costs import Costs, by_profile
from eit_analysis.synergies.pooling.crossing import crossed
from eit_analysis.synergies.pooling.neighbourhoods import neighbourhoods
from eit_analysis.synergies.pooling.parts import NO_PART, PART_COLUMNS, described, start_of
from eit_analysis.synergies.pooling.rounds import one_pass
from eit_analysis.synergies.pooling.savings import UNKNOWN, avoided, offer_saving
from eit_analysis.synergies.pooling.thresholds import Target, targets

POOL_COLUMNS = [
    "pooling_id", "kind", "nature", "label", "keyword", "category", "members", "centre_site_id", "n_sites",
    "n_enough", "volume_per_year", "unit", "threshold", "span_km", "round_km", *PART_COLUMNS,
]  # fmt: skip
FURTHER = "further"
POOLED = "pooled_volume_per_year"
SHARE_COLUMNS = ["pooling_id", "site_id", "volume_per_year", "alone_eur_per_year"]
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


def pooled(
    sharing: pd.DataFrame,
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    thresholds: pd.DataFrame,
    costs: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Groups whose pooled volume crosses a threshold that no member crosses alone; offers and their takers.

    Parameters
    ----------
    sharing, flows, sites : pandas.DataFrame
        Tidy tables; of the flows, only outgoing ones. A site without a position is in no group.
    thresholds : pandas.DataFrame
        Of :func:`worthwhile.threshold_table`, see :func:`thresholds.targets`.
    costs : pandas.DataFrame
        From :func:`costs.cost_table`.
    radius_km, detour_factor : float
        Reach by road from the centre of the group, or from whoever offers.

    Returns
    -------
    groups : pandas.DataFrame
        Columns ``POOL_COLUMNS``. ``kind`` is ``group``, ``offer``, or ``further`` (a part that pays among
        those whom the parts of the groups leave out); ``members`` are site ids separated by spaces;
        ``centre_site_id`` is the member nearest to all, where the rounds start and end, or the one who
        offers; ``n_enough`` how many members would do to cross the threshold; ``span_km`` the longest
        distance from the centre; ``round_km`` one pass over the members, missing when nothing travels.
        ``volume_per_year`` is pooled, or covered by the offer, which has no threshold. ``part_members`` are
        those of the members that save most together, ``n_part_members``, ``part_volume_per_year`` and
        ``part_round_km`` theirs; savings are of that part (of the takers, for an offer), and
        ``saving_bound_eur_per_year`` what no part saves more than. Savings are missing where a group has no
        part (``parts.start_of``), an offer is a supplier's, and where nothing travels and nobody states a
        cost. ``group_lacks``, where no part pays, and the three columns before it: see ``lacking``.
        ``category`` only for a collection.
    shares : pandas.DataFrame
        Columns ``SHARE_COLUMNS``: what each member brings, or takes from the offer; whoever offers takes 0.
        ``alone_eur_per_year`` : what a member of a group pays alone for what would be common.
    """
    return pooled_for(targets(sharing, flows, thresholds), sites, costs, radius_km, detour_factor)


def pooled_for(
    asked: Sequence[Target], sites: pd.DataFrame, costs: pd.DataFrame, radius_km: float, detour_factor: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As :func:`pooled`, for who has made the targets (:func:`thresholds.targets`) already."""
    profiles, places = by_profile(costs), positions(sites)
    rows, shares = [], []
    for target in asked:
        if target.needs.empty:
            continue
        threshold, category = target.threshold, target.category
        own_costs = profiles[threshold.profile]
        for found in (
            *_groups(target, places, own_costs, radius_km, detour_factor),
            *_offers(target, places, own_costs, radius_km, detour_factor),
        ):
            text = " ".join(found.volumes.index)
            key = [threshold.nature, threshold.keyword, category or "", threshold.unit, text]
            key += {"group": [], "offer": [found.centre]}.get(found.kind, [found.kind])
            identifier = "M-" + hashlib.sha256("|".join(key).encode()).hexdigest()[:8]
            about = (threshold.nature, threshold.label, threshold.keyword, category, text, found.centre)
            size = (
                len(found.volumes),
                found.n_enough,
                float(found.volumes.sum()),
                threshold.unit,
                found.least,
            )
            rows.append((identifier, found.kind, *about, *size, found.span_km, found.round_km, *found.part))
            own = zip(found.volumes.items(), found.alone, strict=True)
            shares += [(identifier, site, float(v), float(alone)) for (site, v), alone in own]
    frame = pd.DataFrame(rows, columns=POOL_COLUMNS)
    frame = frame.sort_values(["kind", "nature", "label", "keyword", "members", "centre_site_id"])
    return frame.reset_index(drop=True), pd.DataFrame(shares, columns=SHARE_COLUMNS)


def numbered(pools: pd.DataFrame) -> pd.DataFrame:
    """The groups of :func:`pooled` of which a part pays, numbered from 1 in ``group_number``.

    That some part pays is all that outsiders learn of what members pay: whom to start with is the team's.
    """
    groups = pools[(pools["kind"] == "group") & (pools["saving_eur_per_year"] > 0)]
    groups = groups.rename(columns={"volume_per_year": POOLED})
    return groups.assign(group_number=range(1, len(groups) + 1))


def starts(pools: pd.DataFrame) -> pd.DataFrame:
    """Whom to start with: the parts that pay, numbered in ``start_number`` from the one that saves most.

    ``n_sites`` are those within reach. A part inside a better one of the same need is left out.
    """
    paying = pools[pools["kind"].isin(["group", FURTHER]) & (pools["saving_eur_per_year"] > 0)]
    best = paying.sort_values(["saving_eur_per_year", "kind"], ascending=False, kind="stable")
    kept: list[tuple[str, set[str]]] = []
    first = []
    for need, members in zip(
        best["nature"] + "|" + best["label"], best["part_members"].str.split(), strict=True
    ):
        first.append(not any(need == other and set(members) <= larger for other, larger in kept))
        kept.append((need, set(members)))
    best = best[np.array(first, dtype=bool)]
    return best.assign(start_number=range(1, len(best) + 1))


def losing(pools: pd.DataFrame) -> pd.DataFrame:
    """Of each need of which groups cross the threshold and no part pays, the group that loses least.

    ``group_lacks`` says what its best part lacks.
    """
    groups = pools[pools["kind"] == "group"].sort_values(
        "saving_eur_per_year", ascending=False, kind="stable"
    )
    best = groups.drop_duplicates(["nature", "label"])
    return best[~(best["saving_eur_per_year"] > 0)]


def members_alone(starts: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """``start_number, label, site_id, volume_per_year, unit, alone_eur_per_year`` of the parts' members.

    ``starts`` from :func:`starts`, ``shares`` from :func:`pooled`.
    """
    members = starts.assign(site_id=starts["part_members"].str.split()).explode("site_id")
    keys = ["pooling_id", "start_number", "label", "site_id", "unit"]
    known = members[keys].merge(shares, on=["pooling_id", "site_id"])
    return known[["start_number", "label", "site_id", "volume_per_year", "unit", "alone_eur_per_year"]]


def offers(pools: pd.DataFrame) -> pd.DataFrame:
    """The offers of :func:`pooled`, under the names that tell who offers what to whom."""
    names = {"members": "site_ids", "centre_site_id": "offering_site_id", "label": "offered"}
    return pools[pools["kind"] == "offer"].rename(columns=names)


def by_group(groups: pd.DataFrame, shares: pd.DataFrame, asked: Callable[[], list[Target]]) -> Breakdown:
    """Pooled volume, threshold and round of each group, with the share of each member.

    ``groups`` from :func:`numbered`, ``shares`` from :func:`pooled`, ``asked`` makes what :func:`targets`
    gives: only the audit of outsiders' pages asks for it.
    """
    keys = ["group_number", "nature", "label"]
    records = groups[["pooling_id", *keys]].merge(
        shares[["pooling_id", "site_id", "volume_per_year"]], on="pooling_id"
    )
    frame = groups[[*keys, "n_sites", POOLED, "threshold", "unit", "round_km"]]
    records = records.rename(columns={"volume_per_year": POOLED})
    # A volume sums several flows of each member: two groups that share most members tell one of them.
    return Breakdown(frame, keys, records, POOLED, team=[POOLED], facts=lambda: crossed(groups, asked()))


def positions(sites: pd.DataFrame) -> pd.DataFrame:
    """``latitude`` and ``longitude`` of the sites that have both, by ``site_id``, in its order."""
    places = sites[["site_id", "latitude", "longitude"]].dropna().astype({"site_id": str})
    return places.sort_values("site_id").set_index("site_id")


def below(target: Target, places: pd.DataFrame, detour_factor: float) -> tuple[pd.DataFrame, np.ndarray]:
    """The needs that stay below the threshold alone, and the distances by road between their sites, km."""
    small = target.needs[target.needs["volume"] < target.threshold.least]
    near = places[places.index.isin(small.index)]
    return small.loc[near.index], road_km(near, detour_factor)


def _groups(
    target: Target, places: pd.DataFrame, costs: Costs, radius_km: float, detour_factor: float
) -> Iterator[Found]:
    """The largest neighbourhoods that cross the threshold, then what those in no part of one could do."""
    threshold = target.threshold
    small, km = below(target, places, detour_factor)
    paid = (small["volume"] * small["price"]).to_numpy()
    left = np.ones(len(small), dtype=bool)
    for inside, centre, span_km in neighbourhoods(km, radius_km):
        volumes, apart = small["volume"].to_numpy()[inside], km[np.ix_(inside, inside)]
        if volumes.sum() < threshold.least:
            continue
        rounds = one_pass(apart, volumes, int(np.searchsorted(inside, centre)), threshold, costs)
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
    yield from _further(target, small, km, paid, left, radius_km, costs) if not left.all() else ()


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


def _offers(
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
