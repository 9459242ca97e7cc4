"""The part of some sites that saves most as one operation: exact, or with a proven gap.

    max Σ_i (g_i − s − h) x_i − F − f n,    Σ_i v_i x_i ≤ full + lot n        where nothing travels
    max Σ_i (g_i − s − h) x_i − F − k tour,    Σ_i load_i x_i ≤ 1             where a lorry goes round

with Σ_i v_i x_i ≥ T and the rows of ``part_programme``. The first is a whole programme, by HiGHS; the second
a prize-collecting travelling salesman (Balas 1989) of bounded load, by sets of places where these are few,
else by branch and cut.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from eit_analysis.synergies.pooling.branch_and_cut import BRANCHES, Search
from eit_analysis.synergies.pooling.few_places import best_round
from eit_analysis.synergies.pooling.first_rounds import first_round
from eit_analysis.synergies.pooling.offered import Offered
from eit_analysis.synergies.pooling.part_programme import Part, places, programme, wider

# Places of which each set is tried; places, and sites in them, among which branches are.
FEW, SEARCHED, MOST_SITES = 8, 60, 300


def best_part(offered: Offered) -> Part | None:
    """The part of two sites or more that saves most, be it below zero; None where no two can be one group.

    ``bound`` is above ``saving`` only where the branches were not enough, or for a round among more than
    ``SEARCHED`` places or ``MOST_SITES`` sites: the part is then that of :func:`first_rounds.first_round`,
    bounded by what all who are worth a stop would save without a road.
    """
    if len(offered.worth) < 2:
        return None
    return _round(offered) if offered.travels else _lots(offered)


def _lots(offered: Offered) -> Part | None:
    """Where nothing travels."""
    stand = wider(programme(offered), np.array([offered.more]))
    most = np.ones(len(stand.cost))
    most[-1] = np.inf if np.isfinite(offered.lot) else 0.0
    rows, low, high = stand.rows, stand.low, stand.high
    if np.isfinite(offered.lot):
        last = np.bincount(stand.site, offered.volume, len(most))
        last[-1] = -offered.lot
        rows, low, high = np.vstack([rows, last]), np.append(low, -np.inf), np.append(high, offered.full)
    limits, bounds, whole = LinearConstraint(csr_array(rows), low, high), Bounds(0, most), np.ones(len(most))
    options = {"mip_rel_gap": 0.0, "node_limit": BRANCHES}
    found = milp(stand.cost, constraints=limits, integrality=whole, bounds=bounds, options=options)
    if found.x is None:
        return None
    members = np.flatnonzero(found.x[stand.site] > 0.5)
    return Part(members, -found.fun - offered.fixed, -found.mip_dual_bound - offered.fixed)


def _round(offered: Offered) -> Part | None:
    """Where one lorry goes round."""
    start, (first, place) = first_round(offered), places(offered)
    best = Part(np.sort(start[0]), start[1], start[1]) if start else Part(np.array([]), -np.inf, -np.inf)
    if len(first) <= FEW and (found := best_round(offered, first, place, best[:2])):
        best = Part(*found, found[1])
    elif len(offered.worth) > MOST_SITES or len(first) > SEARCHED:
        best = best._replace(bound=float(offered.worth.clip(min=0).sum()) - offered.fixed)
    elif len(offered.worth) > 2:  # pairs are known
        best = Search(offered, best).run()
    return best if len(best.members) else None
