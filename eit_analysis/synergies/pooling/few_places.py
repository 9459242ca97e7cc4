"""The round among few places that saves most: of each set of places, whom to take with one lorry. Exact.

    max_S max_x Σ_i (g_i − s) x_i − k tour(S) − F        Σ_i v_i x_i ≥ T,    Σ_i load_i x_i ≤ 1

with S a set of places and i at one of them: for each set a knapsack. Where its answer is of one site, or of
none within reach of all of S, it does not tell.
"""

from __future__ import annotations

import numpy as np

from eit_analysis.synergies.pooling.first_rounds import NEAR
from eit_analysis.synergies.pooling.knapsack import knapsack
from eit_analysis.synergies.pooling.offered import Offered
from eit_analysis.synergies.pooling.rounds import FULL, every_tour
from eit_analysis.synergies.pooling.subsets import members_of

Chosen = tuple[np.ndarray, float]  # sites, and what they save


def best_round(offered: Offered, first: np.ndarray, place: np.ndarray, best: Chosen) -> Chosen | None:
    """The round that saves most, or the best known where none saves more; None where knapsacks do not tell.

    ``first`` : a site of each place; ``place`` : the place of each site.
    """
    tours = every_tour(offered.road[np.ix_(first, first)]) + offered.fixed
    near, sets = offered.near[np.ix_(first, first)], []
    for visited, tour in zip(members_of(len(first))[1:], tours[1:], strict=True):
        central, at = visited & near[visited].all(axis=0), np.flatnonzero(visited[place])
        if central.any() and len(at) > 1:
            sets.append((offered.worth[at].clip(min=0).sum() - tour, tour, at, central[place]))
    # A load is rounded up, so that the least volume may weigh as little as this.
    least = np.floor(FULL * offered.least / offered.full - 1) if offered.least else 0.0
    for most, tour, at, central in sorted(sets, key=lambda one: -one[0]):
        if most <= best[1] + NEAR:
            break
        taken = knapsack(offered.worth[at], offered.load[at], least, FULL, best[1] + NEAR + tour)
        if taken is None:
            return None
        found = at[taken]
        if len(found):
            if len(found) == 1 or not central[found].any() or offered.volume[found].sum() < offered.least:
                return None
            best = found, float(offered.worth[found].sum() - tour)
    return best
