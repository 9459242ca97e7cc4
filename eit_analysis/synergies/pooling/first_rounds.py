"""Rounds worth starting from: pairs, grown by whoever gains, then without each member in turn.

A round that is found saves what it says, so that ``best_part`` need only look where more may be saved.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from eit_analysis.synergies.pooling.offered import Offered
from eit_analysis.synergies.pooling.rounds import FULL

STARTS = 8  # rounds that are shaken
NEAR = 1e-6  # EUR/year

Round = tuple[list[int], float]  # sites in the order of their visits, and what they save


def first_round(offered: Offered) -> Round | None:
    """A round of two sites or more that saves much, be it below zero; None where no two can be on one."""
    grown = sorted((_grown(offered, pair) for pair in _pairs(offered)), key=_saving, reverse=True)
    return max((_shaken(offered, one) for one in grown[:STARTS]), key=_saving, default=None)


def _saving(one: Round) -> float:
    return one[1]


def _pairs(offered: Offered) -> Iterator[Round]:
    """Each site with its best partner: the only tours whose road is driven twice."""
    both = offered.near & (offered.load[:, None] + offered.load <= FULL)
    both &= (offered.volume[:, None] + offered.volume >= offered.least) & ~np.eye(len(both), dtype=bool)
    total = offered.worth[:, None] + offered.worth - 2 * offered.road - offered.fixed
    total = np.where(both, total, -np.inf)
    for site, partner in enumerate(total.argmax(axis=1).tolist()):
        if both[site, partner]:
            yield [site, partner], float(total[site, partner])


def _grown(offered: Offered, start: Round, left_out: int | None = None) -> Round:
    """A round with whoever gains by being visited, each time the one who gains most."""
    (tour, saving), road = (list(start[0]), start[1]), offered.road
    while True:
        ahead = np.roll(tour, -1)
        way = road[:, tour] + road[:, ahead] - road[tour, ahead]
        within = offered.near[:, tour]
        centres = within[tour].all(axis=0)
        can = within.all(axis=1) | within[:, centres].any(axis=1)
        can &= offered.load + offered.load[tour].sum() <= FULL
        can[tour] = False
        if left_out is not None:
            can[left_out] = False
        gain = np.where(can, offered.worth - way.min(axis=1), -np.inf)
        new = int(gain.argmax())
        if not gain[new] > NEAR:
            return tour, saving
        tour.insert(int(way[new].argmin()) + 1, new)
        saving += float(gain[new])


def _shaken(offered: Offered, start: Round) -> Round:
    """The round without one of its members, grown again, as long as that gains."""
    best = start
    while True:
        tour, saving = best
        others = []
        for place, out in enumerate(tour):
            rest = tour[:place] + tour[place + 1 :]
            if len(rest) >= 2 and _stands(offered, rest):
                before, after = tour[place - 1], tour[(place + 1) % len(tour)]
                road = offered.road
                way = road[before, out] + road[out, after] - road[before, after]
                others.append(_grown(offered, (rest, saving - float(offered.worth[out] - way)), out))
        other = max(others, key=_saving, default=best)
        if not other[1] > saving + NEAR:
            return best
        best = other


def _stands(offered: Offered, sites: list[int]) -> bool:
    """Whether these sites have the volume of a group and one of them is within reach of all."""
    reached = offered.near[np.ix_(sites, sites)].all(axis=0).any()
    return bool(reached and offered.volume[sites].sum() >= offered.least)
