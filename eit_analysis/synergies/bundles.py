"""Who together could do what nobody could alone: one output shared between takers, one need fed by givers.

    one to many:   Σ_{i∈B} demand_i / n_i ≥ supply            tonnes that leave the giver
    many to one:   Σ_{o∈B} supply_o × n_o ≥ demand            tonnes of the need that are met

with n the tonnes of a need that one tonne sent takes up, ``need_t_per_t``.

The bundle B is the smallest set of partners that covers the flow and, among the smallest, that of least total
distance: an exact search, not a greedy one. When no set within the limit covers the flow, the one that covers
most is kept, with its partial coverage.
"""

from __future__ import annotations

import heapq

import numpy as np
import pandas as pd

MAXIMUM_PARTNERS = 4  # more partners around one flow are a collection round, not an agreement
COVERED = 1 - 1e-9
BUNDLE_COLUMNS = [
    "bundle_id", "bundle_kind", "out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "distance_km",
    "bundled_t_per_year", "n_partners", "coverage_percent",
]  # fmt: skip


def bundles(passed: pd.DataFrame, maximum_partners: int = MAXIMUM_PARTNERS) -> pd.DataFrame:
    """The bundle of every output, and of every input, that no single partner covers.

    A flow with a partner that covers it alone, with one partner only, or of unknown mass has no bundle. Each
    flow is looked at alone: two bundles may want the same tonnes, which only an allocation shares out.

    ``passed`` : rows of ``substitution.candidates``. ``maximum_partners`` : largest bundle, from 2.

    Returns
    -------
    pandas.DataFrame
        One row per exchange of a bundle, columns ``BUNDLE_COLUMNS``, nearest partner first.
        ``bundle_kind``: ``one_to_many`` or ``many_to_one``. ``bundled_t_per_year``: t/year that leave the
        giver (one to many) or meet the need (many to one), the nearest partners being used up first.
        ``coverage_percent``: of the supply, or of the demand, by the whole bundle.
    """
    found = [
        _bundle(partners, kind, f"{kind}:{flow}", maximum_partners)
        for kind, key, partner in (
            ("one_to_many", "out_flow_id", "in_flow_id"),
            ("many_to_one", "in_flow_id", "out_flow_id"),
        )
        for flow, partners in _uncovered(passed, kind, key)
        .sort_values(["distance_km", partner], kind="stable")
        .groupby(key, sort=True)
    ]
    return pd.concat(found, ignore_index=True) if found else passed.reindex(columns=BUNDLE_COLUMNS).head(0)


def _uncovered(passed: pd.DataFrame, kind: str, key: str) -> pd.DataFrame:
    """The exchanges of flows that several partners want and none covers: ``wanted``, ``offered`` added."""
    if kind == "one_to_many":
        wanted, offered = passed["supply_t_per_year"], passed["demand_t_per_year"] / passed["need_t_per_t"]
    else:
        wanted, offered = passed["demand_t_per_year"], passed["supply_t_per_year"] * passed["need_t_per_t"]
    rows = passed.assign(wanted=wanted, offered=offered)
    rows = rows[(rows["offered"] > 0) & (rows["wanted"] > 0)]
    flows = rows.groupby(key)["offered"]
    return rows[(flows.transform("size") > 1) & (flows.transform("max") < rows["wanted"] * COVERED)]


def _bundle(partners: pd.DataFrame, kind: str, name: str, most: int) -> pd.DataFrame:
    wanted = float(partners["wanted"].iloc[0])
    metres = np.rint(1000 * partners["distance_km"].to_numpy()).astype(int)
    chosen = smallest_cover(partners["offered"].tolist(), metres.tolist(), wanted, most)
    rows = partners.iloc[list(chosen)]
    before = rows["offered"].cumsum() - rows["offered"]
    rows = rows.assign(
        bundle_id=name,
        bundle_kind=kind,
        bundled_t_per_year=np.minimum(rows["offered"], wanted - before),
        n_partners=len(rows),
        coverage_percent=100 * min(1.0, rows["offered"].sum() / wanted),
    )
    return rows[BUNDLE_COLUMNS]


def smallest_cover(offers: list[float], metres: list[int], wanted: float, most: int) -> tuple[int, ...]:
    """Positions of the fewest partners that offer what is wanted, of least total distance among the fewest.

    Partners come nearest first. Branch and bound: a branch is left when its nearest completion is no nearer
    than the best found, or its largest completion does not cover. Without any cover by ``most`` partners, the
    ``most`` largest offers, the nearest among equal ones.
    """
    enough = wanted * COVERED
    sizes = range(1, min(most, len(offers)) + 1)
    size = next((n for n in sizes if sum(heapq.nlargest(n, offers)) >= enough), 0)
    if not size:
        largest = sorted(range(len(offers)), key=lambda i: (-offers[i], i))[:most]
        return tuple(sorted(largest))
    best: tuple[float, tuple[int, ...]] = (float("inf"), ())

    def search(start: int, chosen: tuple[int, ...], distance: int, offered: float) -> None:
        nonlocal best
        left = size - len(chosen)
        if not left:
            if offered >= enough:
                best = (distance, chosen)
            return
        for i in range(start, len(offers) - left + 1):
            if distance + sum(metres[i : i + left]) >= best[0]:
                return
            if offered + sum(heapq.nlargest(left, offers[i:])) < enough:
                return
            search(i + 1, (*chosen, i), distance + metres[i], offered + offers[i])

    search(0, (), 0, 0.0)
    return best[1]
