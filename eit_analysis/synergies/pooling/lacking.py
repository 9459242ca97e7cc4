"""From which volume a group pays and, where it does not, what it lacks: volume, members, a cheaper operation.

    least λ V with w(λ v) > 0        ⌈−w / ḡ⌉ members        F' = F + w / n

with w what the group saves, V = Σ_i v_i, ḡ what one more member like its average would bring (its own stop
and part of the round paid), and n the operations of a year. Bills follow the volumes; the round stays.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eit_analysis.synergies.pooling.costs import Costs
from eit_analysis.synergies.pooling.rounds import Rounds
from eit_analysis.synergies.pooling.savings import central_saving
from eit_analysis.synergies.pooling.thresholds import Threshold

STEP = 1.01  # between the volumes that are tried
MOST = 10.0  # times the volume: farther, it is another group


class Lacking(NamedTuple):
    """``paying_volume_per_year``: the least volume at which these members save something; ``more_members``;
    ``operation_limit_eur``: what the common operation may cost at most. Missing where no such value would do,
    and the last two where the group pays already."""

    paying_volume_per_year: float
    more_members: float
    operation_limit_eur: float


def lacking(
    volumes: np.ndarray, paid: np.ndarray, threshold: Threshold, costs: Costs, rounds: Rounds | None
) -> Lacking:
    """What a group with these volumes, bills and rounds lacks; as for :func:`savings.group_saving`."""
    total, n = float(volumes.sum()), len(volumes)
    saving = central_saving(volumes, paid, threshold, costs, rounds)
    volume = total * _least_factor(volumes, paid, threshold, costs, rounds, saving > 0)
    if saving > 0:
        return Lacking(volume, np.nan, np.nan)
    passes, fixed = threshold.per_year, costs.fixed_cost.central
    if rounds:
        operations, room = passes * rounds.number, (rounds.number * threshold.lot * passes - total) / total
        own = passes * (costs.stop_cost.central + costs.km_cost.central * rounds.km / n)
        common = fixed * operations + passes * costs.stop_cost.central * (n - rounds.number)
        common += passes * costs.km_cost.central * rounds.km
    else:
        operations = max(passes, int(np.ceil(total / threshold.lot)))
        room, own, common = (operations * threshold.lot - total) / total, 0.0, fixed * operations
    each = (saving + common) / n - own
    more = float(np.ceil(-saving / each)) if each > 0 else np.inf
    limit = fixed + saving / operations
    return Lacking(volume, more if more <= room * n else np.nan, limit if limit > 0 else np.nan)


def _least_factor(
    volumes: np.ndarray,
    paid: np.ndarray,
    threshold: Threshold,
    costs: Costs,
    rounds: Rounds | None,
    pays: bool,
) -> float:
    """The volumes times this are the nearest at which the group turns from losing to saving."""
    fits = threshold.lot * threshold.per_year * rounds.number / volumes.sum() if rounds else np.inf
    factor = 1.0
    while 1 / MOST < factor < min(MOST, fits):
        tried = factor / STEP if pays else factor * STEP
        saves = central_saving(tried * volumes, tried * paid, threshold, costs, rounds) > 0
        if saves != pays:
            return factor if pays else tried
        factor = tried
    return factor if pays else np.nan
