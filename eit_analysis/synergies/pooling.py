"""Who could buy, hire, train or collect together: volumes that only a group can reach.

    a group G is worth naming when Σ_{i∈G} v_i ≥ T and v_i < T for each i in G

with v_i the yearly volume of one site and T an economic threshold (a full container, a milk run, a minimum
order). Groups are the neighbourhoods of each site: all like sites within reach of it. They may overlap; a group
inside a larger one is dropped.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.reference.factors import normalise_unit
from eit_analysis.synergies.substitution import haversine_km

# (unit of the need, unit of the threshold): factor. A working day is 7 h (35 h over five days).
SAME_UNIT = {
    ("kg", "t"): 0.001, ("place", "personne"): 1.0, ("palette", "unite"): 1.0, ("jour", "h"): 7.0,
}  # fmt: skip
COLLECTION = "collection"
POOL_COLUMNS = [
    "pooling_id", "nature", "label", "keyword", "category", "members", "n_sites", "volume_per_year", "unit",
    "threshold", "span_km",
]  # fmt: skip


class Target(NamedTuple):
    """One threshold and the yearly volume of each site that it speaks of."""

    nature: str
    keyword: str
    category: str | None
    unit: str
    threshold: float
    label: str
    volumes: pd.Series


def plain(text: object) -> str:
    """Lower case without accents, for matching words a respondent typed."""
    decomposed = unicodedata.normalize("NFKD", str(text).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def pooled(
    sharing: pd.DataFrame,
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    thresholds: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Groups whose pooled volume crosses a threshold that no member crosses alone.

    Parameters
    ----------
    sharing, flows, sites : pandas.DataFrame
        Tidy tables; only needs are pooled, and only outgoing flows.
    thresholds : pandas.DataFrame
        ``reference/pooling_thresholds.csv``. A row without keyword speaks of each item that no other row of
        its nature and unit names. A row of nature ``collection`` speaks of the outgoing flows of the family
        that is its keyword.
    radius_km, detour_factor : float
        Reach by road from the centre of the group.

    Returns
    -------
    groups : pandas.DataFrame
        Columns ``POOL_COLUMNS``; ``members`` are site ids separated by spaces, ``span_km`` the longest distance
        from the centre; ``category`` only for a collection. No saving is estimated: no source gives one.
    shares : pandas.DataFrame
        ``pooling_id, site_id, volume_per_year``: what each member brings.
    """
    places = sites[["site_id", "latitude", "longitude"]].dropna()
    groups, shares = [], []
    for target in [*_needs(sharing, thresholds), *_collections(flows, thresholds)]:
        volumes = target.volumes[(target.volumes > 0) & (target.volumes < target.threshold)]
        near = places[places["site_id"].isin(volumes.index)].sort_values("site_id")
        for members, span in _neighbourhoods(near, radius_km, detour_factor):
            volume = float(volumes.loc[members].sum())
            if len(members) > 1 and volume >= target.threshold:
                text = " ".join(members)
                key = "|".join((target.nature, target.keyword, target.category or "", target.unit, text))
                identifier = "M-" + hashlib.sha256(key.encode()).hexdigest()[:8]
                groups.append(
                    (identifier, target.nature, target.label, target.keyword, target.category, text)
                    + (len(members), volume, target.unit, target.threshold, span)
                )
                shares += [(identifier, site, float(volumes.loc[site])) for site in members]
    frame = pd.DataFrame(groups, columns=POOL_COLUMNS)
    frame = frame.sort_values(["nature", "label", "keyword", "members"]).reset_index(drop=True)
    return frame, pd.DataFrame(shares, columns=["pooling_id", "site_id", "volume_per_year"])


def unseen(sharing: pd.DataFrame, thresholds: pd.DataFrame) -> pd.DataFrame:
    """Needs that no threshold speaks of, by nature and unit: what the groups cannot show."""
    needs = sharing[sharing["side"] == "need"].assign(unit=sharing["unit"].map(normalise_unit))
    seen = np.zeros(len(needs), dtype=bool)
    # A row without keyword takes every item of its nature and unit.
    for row in thresholds[thresholds["nature"] != COLLECTION].itertuples(index=False):
        keyword = "" if pd.isna(row.item_keyword) else plain(row.item_keyword)
        holds = needs["item"].map(plain).str.contains(keyword, regex=False).to_numpy(dtype=bool)
        seen = seen | (_alike(needs, row.nature, row.unit) & holds)
    return needs[~seen][["nature", "item", "unit", "site_id"]].reset_index(drop=True)


def _needs(sharing: pd.DataFrame, thresholds: pd.DataFrame) -> list[Target]:
    needs = sharing[(sharing["side"] == "need") & sharing["volume_per_year"].notna()]
    needs = needs.assign(plain_item=needs["item"].map(plain), unit=needs["unit"].map(normalise_unit))
    targets = []
    named = np.zeros(len(needs), dtype=bool)
    thresholds = thresholds[thresholds["nature"] != COLLECTION]
    specific = thresholds["item_keyword"].notna()
    for row in thresholds[specific].itertuples(index=False):
        holds = needs["plain_item"].str.contains(plain(row.item_keyword), regex=False).to_numpy(dtype=bool)
        like = _alike(needs, row.nature, row.unit) & holds
        named = named | like
        targets.append(_target(needs[like], row, plain(row.item_keyword), str(row.label_fr)))
    for row in thresholds[~specific].itertuples(index=False):
        others = needs[_alike(needs, row.nature, row.unit) & ~named]
        for keyword, part in others.groupby("plain_item"):
            label = f"{row.label_fr} ({part['item'].min()})"
            targets.append(_target(part, row, str(keyword), label))
    return targets


def _target(needs: pd.DataFrame, row: object, keyword: str, label: str) -> Target:
    unit = str(row.unit)  # type: ignore[attr-defined]
    scaled = needs["volume_per_year"].astype(float) * needs["unit"].map(lambda u: _scale(u, unit)).astype(
        float
    )
    volumes = scaled.groupby(needs["site_id"]).sum()
    return Target(str(row.nature), keyword, None, unit, float(row.threshold), label, volumes)  # type: ignore[attr-defined]


def _scale(unit: str, wanted: str) -> float:
    wanted = normalise_unit(wanted)
    return 1.0 if unit == wanted else SAME_UNIT.get((unit, wanted), 0.0)


def _alike(needs: pd.DataFrame, nature: str, unit: str) -> np.ndarray:
    scales = {u: _scale(u, unit) for u in needs["unit"].unique()}
    return ((needs["nature"] == nature) & (needs["unit"].map(scales).astype(float) > 0)).to_numpy(dtype=bool)


def _collections(flows: pd.DataFrame, thresholds: pd.DataFrame) -> list[Target]:
    targets = []
    for row in thresholds[thresholds["nature"] == COLLECTION].itertuples(index=False):
        like = (flows["direction"] == "out") & (flows["category"] == row.item_keyword)
        volumes = flows[like].groupby("site_id")["mass_t_per_year"].sum()
        category = str(row.item_keyword)
        targets.append(
            Target(COLLECTION, "", category, str(row.unit), float(row.threshold), str(row.label_fr), volumes)
        )
    return targets


def _neighbourhoods(
    near: pd.DataFrame, radius_km: float, detour_factor: float
) -> list[tuple[list[str], float]]:
    """Distinct maximal sets of sites within reach of a centre, with the longest distance to it."""
    if near.empty:
        return []
    ids = near["site_id"].to_numpy()
    lat, lon = (near[c].to_numpy(dtype=float) for c in ("latitude", "longitude"))
    km = detour_factor * haversine_km(lat[:, None], lon[:, None], lat[None, :], lon[None, :])
    within = km <= radius_km
    # The tightest centre names the span of a set that several centres share.
    spans = np.where(within, km, 0.0).max(axis=1)
    order = np.argsort(spans, kind="stable")
    _, first = np.unique(within[order], axis=0, return_index=True)
    distinct = order[np.sort(first)]
    sets = within[distinct].astype(int)
    sizes = sets.sum(axis=1)
    nested = ((sets @ sets.T == sizes[:, None]) & (sizes[None, :] > sizes[:, None])).any(axis=1)
    return [
        ([str(s) for s in ids[within[k]]], float(spans[k]))
        for k, inside in zip(distinct, nested, strict=True)
        if not inside
    ]
