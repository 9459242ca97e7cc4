"""Who could buy, hire, train or collect together, and what it would save.

    a group G is worth naming when Σ_{i∈G} v_i ≥ T and v_i < T for each i in G

with v_i the yearly volume of one site and T an economic threshold (a full container, a milk run, a minimum
order). An offer needs no threshold: the thing is there, and the nearest needs fill it first. Groups may
overlap; a group inside a larger one of the same need is dropped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.reference.distance import road_km
from eit_analysis.synergies.pooling.costs import Costs, Range, by_profile
from eit_analysis.synergies.pooling.crossing import crossed
from eit_analysis.synergies.pooling.neighbourhoods import neighbourhoods
from eit_analysis.synergies.pooling.rounds import ITERATIONS, Rounds, milk_run
from eit_analysis.synergies.pooling.savings import UNKNOWN, group_saving, offer_saving
from eit_analysis.synergies.pooling.thresholds import Target, Threshold, targets

POOL_COLUMNS = [
    "pooling_id", "kind", "nature", "label", "keyword", "category", "members", "centre_site_id", "n_sites",
    "n_enough", "volume_per_year", "unit", "threshold", "span_km", "round_km", "saving_eur_per_year",
    "saving_low_eur_per_year", "saving_high_eur_per_year",
]  # fmt: skip
POOLED = "pooled_volume_per_year"
SHARE_COLUMNS = ["pooling_id", "site_id", "volume_per_year"]
# Whoever offers one of these has it already. An offer of goods or of a service is a supplier's: it is paid.
SPARE = ("equipment", "space", "training", "skill")


class Found(NamedTuple):
    """One possible pooling; ``volumes`` is what each member brings or takes, by site."""

    kind: str
    centre: str
    volumes: pd.Series
    n_enough: float
    least: float
    span_km: float
    round_km: float
    saving: Range


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
        ``reference/pooling_thresholds.csv``, see :func:`thresholds.targets`.
    costs : pandas.DataFrame
        From :func:`costs.cost_table`.
    radius_km, detour_factor : float
        Reach by road from the centre of the group, or from whoever offers.

    Returns
    -------
    groups : pandas.DataFrame
        Columns ``POOL_COLUMNS``. ``kind`` is ``group`` or ``offer``; ``members`` are site ids separated by
        spaces; ``centre_site_id`` is the member nearest to all, where the rounds start and end, or the one
        who offers; ``n_enough`` how many members would do to cross the threshold; ``span_km`` the longest
        distance from the centre; ``round_km`` one pass over the members, missing when nothing travels.
        ``volume_per_year`` is pooled, or covered by the offer, which has no threshold. Savings are missing
        where an offer is a supplier's, and where nothing travels and nobody states a cost. ``category`` only
        for a collection.
    shares : pandas.DataFrame
        Columns ``SHARE_COLUMNS``: what each member brings, or takes from the offer; whoever offers takes 0.
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
            key += [found.centre] if found.kind == "offer" else []
            identifier = "M-" + hashlib.sha256("|".join(key).encode()).hexdigest()[:8]
            saving = (found.saving.central, found.saving.low, found.saving.high)
            about = (threshold.nature, threshold.label, threshold.keyword, category, text, found.centre)
            size = (
                len(found.volumes),
                found.n_enough,
                float(found.volumes.sum()),
                threshold.unit,
                found.least,
            )
            rows.append((identifier, found.kind, *about, *size, found.span_km, found.round_km, *saving))
            shares += [(identifier, site, float(v)) for site, v in found.volumes.items()]
    frame = pd.DataFrame(rows, columns=POOL_COLUMNS)
    frame = frame.sort_values(["kind", "nature", "label", "keyword", "members", "centre_site_id"])
    return frame.reset_index(drop=True), pd.DataFrame(shares, columns=SHARE_COLUMNS)


def numbered(pools: pd.DataFrame) -> pd.DataFrame:
    """The groups of :func:`pooled` (not its offers), numbered from 1 in ``group_number``."""
    groups = pools[pools["kind"] == "group"].rename(columns={"volume_per_year": POOLED})
    return groups.assign(group_number=range(1, len(groups) + 1))


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
    records = groups[["pooling_id", *keys]].merge(shares, on="pooling_id")
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


def one_pass(
    km: np.ndarray,
    volumes: np.ndarray,
    centre: int,
    threshold: Threshold,
    costs: Costs,
    iterations: int = ITERATIONS,
) -> Rounds | None:
    """The rounds of one pass over the members of a group, from its centre; none where nothing travels."""
    if not costs.travels:
        return None
    loads, worth_km = lorries(volumes, threshold, costs)
    return milk_run(km, loads, centre, worth_km, iterations=iterations)


def lorries(volumes: np.ndarray, threshold: Threshold, costs: Costs) -> tuple[np.ndarray, float]:
    """What each member gives at a pass, as a share of a lorry, and the km that one round less is worth."""
    worth = max(costs.fixed_cost.central - costs.stop_cost.central, 0.0)
    return volumes / threshold.per_year / threshold.lot, worth / costs.km_cost.central


def _groups(
    target: Target, places: pd.DataFrame, costs: Costs, radius_km: float, detour_factor: float
) -> Iterator[Found]:
    threshold = target.threshold
    small, km = below(target, places, detour_factor)
    for inside, centre, span_km in neighbourhoods(km, radius_km):
        members = small.iloc[inside]
        volumes = members["volume"].to_numpy()
        if volumes.sum() < threshold.least:
            continue
        place = int(np.searchsorted(inside, centre))
        rounds = one_pass(km[np.ix_(inside, inside)], volumes, place, threshold, costs)
        enough = np.searchsorted(np.cumsum(np.sort(volumes)[::-1]), threshold.least * (1 - 1e-12)) + 1
        yield Found(
            "group",
            str(small.index[centre]),
            members["volume"],
            float(enough),
            threshold.least,
            span_km,
            rounds.km if rounds else np.nan,
            group_saving(volumes, volumes * members["price"].to_numpy(), threshold, costs, rounds),
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
        yield Found("offer", str(host), taken, np.nan, np.nan, span_km, np.nan, saving)
