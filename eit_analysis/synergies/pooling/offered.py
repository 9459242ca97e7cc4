"""What each site would bring to a common operation, and what that costs: a set's saving as one sum.

    w(S) = Σ_{i∈S} (g_i − s − h) − F − k × tour(S)        g_i = a_i + d (p_i − a_i)

with the symbols of ``savings`` and h the time that a group takes of each member, so that nobody is in a part
who brings the others less than that; F, s and k are of a year's operations, F less the first member's stop.
One lorry goes round (two rounds are two groups); where nothing travels, F grows with each lot that is full.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eit_analysis.synergies.pooling.costs import Costs
from eit_analysis.synergies.pooling.rounds import whole
from eit_analysis.synergies.pooling.savings import avoided
from eit_analysis.synergies.pooling.thresholds import Threshold


class Sharers(NamedTuple):
    """Sites that could do one operation together: what each needs and pays a year, how far apart they are.

    Euros are infinite where the price is not known; ``km`` are by road, and one site is within reach of
    another up to ``radius_km``.
    """

    volumes: np.ndarray
    paid: np.ndarray
    km: np.ndarray
    radius_km: float
    threshold: Threshold
    costs: Costs

    def only(self, places: np.ndarray) -> Sharers:
        """Those at these places, in that order."""
        apart = self.km[np.ix_(places, places)]
        return self._replace(volumes=self.volumes[places], paid=self.paid[places], km=apart)


class Offered(NamedTuple):
    """Euros are per year, and central.

    Of each site: ``worth``, what it stops paying less what its stop and its time cost; ``volume``; ``load``,
    what it gives at a pass, in millionths of a lorry. ``near``: whether one is within reach of another.
    ``road``: what the way between two costs, zero where nothing ``travels``. ``fixed`` pays for the first
    ``full`` units, and ``more`` for each further ``lot``. ``least``: the volume that a group must have.
    """

    worth: np.ndarray
    volume: np.ndarray
    load: np.ndarray
    near: np.ndarray
    road: np.ndarray
    travels: bool
    fixed: float
    more: float
    full: float
    lot: float
    least: float


def required(sharers: Sharers) -> float:
    """The volume that those who begin must have: that of a supplier's discount, else none.

    Of a round, a session or a machine, what they stop paying decides.
    """
    return sharers.threshold.least if sharers.costs.discount.central else 0.0


def spared(sharers: Sharers) -> np.ndarray:
    """g_i, what each site stops paying a year: what it does alone, and the discount on the rest."""
    alone = avoided(sharers.volumes, sharers.paid, sharers.threshold, *sharers.costs.alone)
    rest = np.where(np.isfinite(sharers.paid), sharers.paid, alone) - alone
    return np.asarray(alone + sharers.costs.discount.central * rest)


def offered(sharers: Sharers) -> Offered:
    """What each of the sites would bring to one operation."""
    volumes, _, km, radius_km, threshold, costs = sharers
    passes, fixed, stop = threshold.per_year, costs.fixed_cost.central, costs.stop_cost.central
    stop *= costs.travels
    load, metres, _ = whole(km, volumes / passes / threshold.lot * costs.travels, 0.0)
    return Offered(
        worth=spared(sharers) - passes * stop - costs.own_time,
        volume=volumes,
        load=load,
        near=km <= radius_km,
        road=passes * costs.km_cost.central * metres / 1000,
        travels=costs.travels,
        fixed=passes * (fixed - stop),
        more=fixed,
        full=passes * threshold.lot,
        lot=threshold.lot,
        least=required(sharers),
    )
