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
from collections.abc import Callable, Sequence

import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.french import fold
from eit_analysis.synergies.ask.remarks import on_offers
from eit_analysis.synergies.pooling.asked_of_offers import questions
from eit_analysis.synergies.pooling.costs import FREE, by_profile
from eit_analysis.synergies.pooling.crossing import crossed
from eit_analysis.synergies.pooling.parts import PART_COLUMNS
from eit_analysis.synergies.pooling.search import (
    BEST_FIRST,
    FURTHER,
    apart,
    below,
    further_parts,
    offered_by,
    positions,
    with_round,
    within_reach,
)
from eit_analysis.synergies.pooling.thresholds import COLLECTION, PEOPLE, Target

POOL_COLUMNS = [
    "pooling_id", "kind", "nature", "label", "keyword", "category", "members", "centre_site_id", "n_sites",
    "volume_per_year", "unit", "threshold", "span_km", "round_km", *PART_COLUMNS,
]  # fmt: skip
POOLED = "pooled_volume_per_year"
MEMBER_COLUMNS = [
    "start_number", "label", "site_id", "volume_per_year", "unit", "spared_eur_per_year",
    "shapley_share_eur_per_year",
]  # fmt: skip
# Share of the members that a group has in common with a larger one of its need, from which it is a variant.
LIKE = 0.7
# Hours a year of people lent, under which no agreement is worth its writing: ten days, an assumption of ours.
LENT_H = 80
SHARE_COLUMNS = ["pooling_id", "site_id", "volume_per_year", "spared_eur_per_year"]


def pooled(
    asked: Sequence[Target],
    sites: pd.DataFrame,
    costs: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
    every: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Groups whose pooled volume crosses a threshold that no member crosses alone; offers and their takers.

    Parameters
    ----------
    asked : sequence of Target
        Every threshold with who needs or offers what it applies to (:func:`thresholds.targets`).
    sites : pandas.DataFrame
        Tidy table; a site without a position is in no group.
    costs : pandas.DataFrame
        From :func:`costs.cost_table`.
    radius_km, detour_factor : float
        Reach by road from the centre of the group, or from whoever offers.
    every : bool
        Whether to look for further parts, and for the round that visits all of a group.

    Returns
    -------
    groups : pandas.DataFrame
        Columns ``POOL_COLUMNS``. ``kind`` is ``group``, ``offer``, or ``further`` (a part that pays among
        those whom the parts of the groups leave out); ``members`` are site ids separated by spaces;
        ``centre_site_id`` is the member nearest to all, where the rounds start and end, or the one who
        offers; ``span_km`` the longest distance from the centre; ``round_km`` one pass over the
        members, missing when nothing travels. ``volume_per_year`` is pooled, or covered by the
        offer, which has no threshold. ``part_members`` are those of the members that save most together,
        ``part_volume_per_year`` and ``part_round_km`` theirs; savings are of that part (of the takers, for
        an offer), missing where a group has no part (``parts.start_of``), an offer is a supplier's, and
        where nothing travels and nobody states a cost.
        ``group_lacks``, where no part pays, and the three columns before it: see ``parts``.
        ``category`` only for a collection.
    shares : pandas.DataFrame
        Columns ``SHARE_COLUMNS``: what each member brings, or takes from the offer; whoever offers takes 0.
        ``spared_eur_per_year`` : what a member of a group stops paying.
    """
    profiles, places, reach = by_profile(costs), positions(sites), (radius_km, detour_factor)
    rows, shares = [], []
    for target in asked:
        if target.needs.empty:
            continue
        threshold, category = target.threshold, target.category
        own_costs = profiles[threshold.profile] if threshold.reckoned else FREE
        names, sharers = below(target, places, own_costs, *reach)
        groups = list(within_reach(names, sharers, target.free))
        more = [*further_parts(names, sharers, target.free, groups)] if every else []
        if every:
            groups = [with_round(group, names, sharers) for group in groups]
        for found in (*groups, *more, *offered_by(target, places, own_costs, *reach)):
            text = " ".join(found.volumes.index)
            key = [threshold.nature, threshold.keyword, category or "", threshold.unit, text]
            key += {"group": [], "offer": [found.centre]}.get(found.kind, [found.kind])
            identifier = "M-" + hashlib.sha256("|".join(key).encode()).hexdigest()[:8]
            about = (threshold.nature, threshold.label, threshold.keyword, category, text, found.centre)
            size = (len(found.volumes), float(found.volumes.sum()), threshold.unit, found.least)
            rows.append((identifier, found.kind, *about, *size, found.span_km, found.round_km, *found.part))
            own = zip(found.volumes.items(), found.spared, strict=True)
            shares += [(identifier, site, float(v), float(spared)) for (site, v), spared in own]
    frame = pd.DataFrame(rows, columns=POOL_COLUMNS)
    frame = frame.sort_values(["kind", "nature", "label", "keyword", "members", "centre_site_id"])
    return frame.reset_index(drop=True), pd.DataFrame(shares, columns=SHARE_COLUMNS)


def with_km(pools: pd.DataFrame) -> pd.DataFrame:
    """Without the length of a round of none: sites at the centre of one commune are apart all the same."""
    rounds = [name for name in ("round_km", "part_round_km") if name in pools]
    return pools.assign(**{name: pools[name].where(pools[name] > 0) for name in rounds})


def numbered(pools: pd.DataFrame) -> pd.DataFrame:
    """The groups of :func:`pooled` of which a part pays, most actors first: from 1 in ``group_number``.

    One that shares more than ``LIKE`` of its members with a larger one of its need is counted with it, in
    ``n_variants``. It pays where its members save more a year than the time that it takes, theirs and
    that of who brings them together, without the risk of losing several times that (``parts.start_of``).
    That is all that outsiders learn of what members pay: whom to start with is the team's.
    """
    groups = pools[(pools["kind"] == "group") & pools["group_lacks"].isna()]
    # The order of what they save would tell it.
    groups = groups.sort_values("n_sites", ascending=False, kind="stable", ignore_index=True)
    groups = _without_variants(groups).rename(columns={"volume_per_year": POOLED})
    return with_km(groups).assign(group_number=range(1, len(groups) + 1))


def _without_variants(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups, the largest first, without those that are nearly one before them: their ``n_variants``."""
    kept: list[tuple[int, tuple[str, ...], set[str]]] = []
    variants = pd.Series(0, groups.index)
    for place, *need, members in groups[["nature", "label", "keyword", "members"]].itertuples():
        own, most = set(members.split()), LIKE
        like = [at for at, same, all_ in kept if same == tuple(need) and len(own & all_) > most * len(own)]
        if like:
            variants[like[0]] += 1
        else:
            kept.append((place, tuple(need), own))
    places = [place for place, *_ in kept]
    return groups.loc[places].assign(n_variants=variants[places]).reset_index(drop=True)


def starts(pools: pd.DataFrame) -> pd.DataFrame:
    """Whom to start with: the parts that pay, numbered in ``start_number`` from the one that saves most.

    ``n_sites`` are those within reach. A member pools once for a need: a part that shares one with a better
    part is another way to begin, and left out.
    """
    paying = pools[pools["kind"].isin(["group", FURTHER]) & pools["group_lacks"].isna()]
    best = paying.sort_values(BEST_FIRST, ascending=[False, True], kind="stable")
    need = best["nature"] + "|" + best["label"]
    best = best[apart(best["part_members"], need)]
    return with_km(best).assign(start_number=range(1, len(best) + 1))


def losing(pools: pd.DataFrame) -> pd.DataFrame:
    """Of each need of which groups cross the threshold and no part pays, the group that saves most.

    ``group_lacks`` says what its best part lacks, ``little`` where it saves less than the time it takes,
    ``risky`` where it may lose several times what it saves.
    """
    groups = pools[pools["kind"] == "group"].sort_values(
        "saving_eur_per_year", ascending=False, kind="stable"
    )
    pays = groups["group_lacks"].isna().groupby([groups["nature"], groups["label"]]).transform("any")
    return groups[~pays.astype(bool)].drop_duplicates(["nature", "label"])


def members_spared(starts: pd.DataFrame, shares: pd.DataFrame, fair: pd.DataFrame) -> pd.DataFrame:
    """``MEMBER_COLUMNS`` of the parts' members: what each stops paying, and its share of what the part saves.

    ``starts`` from :func:`starts`, ``shares`` from :func:`pooled`; ``fair`` has the shares of some of the
    parts, whose number is its ``synergy_id``.
    """
    members = starts.assign(site_id=starts["part_members"].str.split()).explode("site_id")
    keys = ["pooling_id", "start_number", "label", "site_id", "unit"]
    known = members[keys].merge(shares, on=["pooling_id", "site_id"])
    gains = fair.set_index(["synergy_id", "site_id"])["shapley_share_eur_per_year"].to_dict()
    own = [gains.get(key) for key in zip(known["start_number"], known["site_id"], strict=True)]
    return known.assign(shapley_share_eur_per_year=pd.Series(own, known.index, dtype=float))[MEMBER_COLUMNS]


def offers(pools: pd.DataFrame, least_eur: float, sharing: pd.DataFrame) -> pd.DataFrame:
    """The offers of :func:`pooled`, under the names that tell who offers what to whom, and ``ask_first``.

    Not those that are known to save less than ``least_eur`` a year, what they take of anybody's time, nor
    people lent for less than ``LENT_H``. ``distance_km`` : the way to the farthest. What is offered is not
    always to be had: each kind has its question, and a place those of what its needs say in ``sharing``
    (:mod:`asked_of_offers`). A service that collects waste is asked as a collection, and one in hours, which
    lends people, as a skill.
    """
    names = {"members": "site_ids", "centre_site_id": "offering_site_id", "label": "offered"}
    names["span_km"] = "distance_km"
    found = pools[pools["kind"] == "offer"].rename(columns=names)
    lends = (found["unit"] == "h") & found["nature"].isin(PEOPLE)
    saved, volume = (found[name].astype(float) for name in ("saving_eur_per_year", "volume_per_year"))
    found = found[~((saved < least_eur) | (lends & (volume < LENT_H)))]
    lends = lends[found.index]
    # A threshold, « un mi-temps partagé », is no measure of what one lends.
    keywords = found["keyword"].astype("str")
    named = keywords.replace(_as_written()).str.split("|").str[0]
    # Both of one commune are placed at its centre.
    way = found["distance_km"].where(found["distance_km"] > 0)
    found = found.assign(offered=found["offered"].mask(lends & (named != ""), named), distance_km=way)
    kinds = found["nature"].mask(lends, "skill").mask(found["category"].notna(), COLLECTION)
    return found.assign(ask_first=on_offers(found, sharing) + questions(found, kinds, sharing))


def _as_written() -> dict[str, str]:
    """The keywords of thresholds, which are read folded, with their accents."""
    written = reference.load("pooling_thresholds")["item_keyword"].dropna()
    return dict(zip(written.map(fold), written, strict=True))


def by_group(groups: pd.DataFrame, shares: pd.DataFrame, asked: Callable[[], list[Target]]) -> Breakdown:
    """Pooled volume, threshold and round of each group, with the share of each member.

    ``groups`` from :func:`numbered`, with what each kind asks, ``question_fr``; ``shares`` from
    :func:`pooled`, ``asked`` makes what :func:`thresholds.targets` gives: only the audit of outsiders'
    pages asks for it.
    """
    keys = ["group_number", "nature", "label"]
    records = groups[["pooling_id", *keys]].merge(
        shares[["pooling_id", "site_id", "volume_per_year"]], on="pooling_id"
    )
    frame = groups[[*keys, "n_sites", POOLED, "threshold", "unit", "round_km", "question_fr"]]
    records = records.rename(columns={"volume_per_year": POOLED})
    # A volume sums several flows of each member: two groups that share most members tell one of them.
    return Breakdown(frame, keys, records, POOLED, team=[POOLED], facts=lambda: crossed(groups, asked()))
