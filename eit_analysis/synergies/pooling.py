"""Who could buy, hire, train or collect together: volumes that only a group can reach.

    a group G is worth naming when Σ_{i∈G} v_i ≥ T and v_i < T for each i in G

with v_i the yearly volume of one site and T an economic threshold (a full container, a milk run, a minimum
order). Groups are the neighbourhoods of each site: all like sites within reach of it. They may overlap; a
group inside a larger one is dropped.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.reference.units import normalise_unit
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


class Threshold(NamedTuple):
    """A row of ``reference/pooling_thresholds.csv``; an empty keyword speaks of every item."""

    nature: str
    keyword: str
    unit: str
    value: float
    label: str


class Target(NamedTuple):
    """A threshold, what exactly it is applied to, and the yearly volume of each site."""

    threshold: Threshold
    category: str | None
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
        Columns ``POOL_COLUMNS``; ``members`` are site ids separated by spaces, ``span_km`` the longest
        distance from the centre; ``category`` only for a collection. No saving is estimated: no source gives
        one.
    shares : pandas.DataFrame
        ``pooling_id, site_id, volume_per_year``: what each member brings.
    """
    places = sites[["site_id", "latitude", "longitude"]].dropna()
    groups, shares = [], []
    for (nature, keyword, unit, least, label), category, volumes in _targets(sharing, flows, thresholds):
        volumes = volumes[(volumes > 0) & (volumes < least)]
        near = places[places["site_id"].isin(volumes.index)].sort_values("site_id")
        for members, span in _neighbourhoods(near, radius_km, detour_factor):
            volume = float(volumes.loc[members].sum())
            if len(members) < 2 or volume < least:
                continue
            text, size = " ".join(members), len(members)
            key = "|".join((nature, keyword, category or "", unit, text))
            identifier = "M-" + hashlib.sha256(key.encode()).hexdigest()[:8]
            groups.append(
                (identifier, nature, label, keyword, category, text, size, volume, unit, least, span)
            )
            shares += [(identifier, site, float(volumes.loc[site])) for site in members]
    frame = pd.DataFrame(groups, columns=POOL_COLUMNS)
    frame = frame.sort_values(["nature", "label", "keyword", "members"]).reset_index(drop=True)
    return frame, pd.DataFrame(shares, columns=["pooling_id", "site_id", "volume_per_year"])


def unseen(sharing: pd.DataFrame, thresholds: pd.DataFrame) -> pd.DataFrame:
    """Needs that no threshold speaks of: what the groups cannot show."""
    needs = _needs(sharing)
    seen = np.zeros(len(needs), dtype=bool)
    for threshold in _read(thresholds):
        seen = seen | _speaks_of(threshold, needs)
    return needs[~seen][["nature", "item", "unit", "site_id"]].reset_index(drop=True)


def _read(thresholds: pd.DataFrame) -> list[Threshold]:
    """Specific keywords first: a general row takes what they leave."""
    columns = ["nature", "item_keyword", "unit", "threshold", "label_fr"]
    rows = thresholds[columns].fillna({"item_keyword": ""}).itertuples(index=False)
    read = [Threshold(str(n), str(k), str(u), float(t), str(label)) for n, k, u, t, label in rows]
    return sorted(read, key=lambda threshold: not threshold.keyword)


def _needs(sharing: pd.DataFrame) -> pd.DataFrame:
    needs = sharing[(sharing["side"] == "need") & sharing["volume_per_year"].notna()]
    return needs.assign(plain_item=needs["item"].map(plain), unit=needs["unit"].map(normalise_unit))


def _speaks_of(threshold: Threshold, needs: pd.DataFrame) -> np.ndarray:
    scales = {unit: _scale(unit, threshold.unit) for unit in needs["unit"].unique()}
    holds = needs["plain_item"].str.contains(plain(threshold.keyword), regex=False).astype(bool)
    same = (needs["nature"] == threshold.nature) & (needs["unit"].map(scales).astype(float) > 0)
    return (same & holds).to_numpy(dtype=bool)


def _scale(unit: str, wanted: str) -> float:
    """How many of the wanted unit one unit is, 0 when they do not compare."""
    wanted = normalise_unit(wanted)
    return 1.0 if unit == wanted else SAME_UNIT.get((unit, wanted), 0.0)


def _targets(sharing: pd.DataFrame, flows: pd.DataFrame, thresholds: pd.DataFrame) -> list[Target]:
    needs = _needs(sharing)
    named = np.zeros(len(needs), dtype=bool)
    targets = []
    for threshold in _read(thresholds):
        if threshold.nature == COLLECTION:
            like = (flows["direction"] == "out") & (flows["category"] == threshold.keyword)
            volumes = flows[like].groupby("site_id")["mass_t_per_year"].sum()
            targets.append(Target(threshold._replace(keyword=""), threshold.keyword, volumes))
        elif threshold.keyword:
            spoken = _speaks_of(threshold, needs)
            named = named | spoken
            keyword = plain(threshold.keyword)
            targets.append(
                Target(threshold._replace(keyword=keyword), None, _volumes(needs[spoken], threshold.unit))
            )
        else:
            for item, part in needs[_speaks_of(threshold, needs) & ~named].groupby("plain_item"):
                label = f"{threshold.label} ({part['item'].min()})"
                own = threshold._replace(keyword=str(item), label=label)
                targets.append(Target(own, None, _volumes(part, threshold.unit)))
    return targets


def _volumes(needs: pd.DataFrame, unit: str) -> pd.Series:
    scales = {own: _scale(own, unit) for own in needs["unit"].unique()}
    scaled = needs["volume_per_year"].astype(float) * needs["unit"].map(scales).astype(float)
    return scaled.groupby(needs["site_id"]).sum()


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
