"""Whom to start a group with: the part of it that saves most, and what that lacks where it saves nothing.

    least λ V with w(λ v) > 0        ⌈−w / ḡ⌉ members        F' = F + w / n

with w what the part saves, V = Σ_i v_i, ḡ what one more member like its average would bring (its own stop and
part of the round paid), and n the operations of a year. Bills follow the volumes; the round stays.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.synergies.pooling.best_part import best_part
from eit_analysis.synergies.pooling.costs import Costs
from eit_analysis.synergies.pooling.offered import Sharers, offered, required
from eit_analysis.synergies.pooling.rounds import Rounds
from eit_analysis.synergies.pooling.savings import avoided, central_saving, group_saving
from eit_analysis.synergies.pooling.thresholds import Threshold

PART_COLUMNS = [
    "part_members", "part_volume_per_year", "part_round_km", "saving_eur_per_year", "saving_low_eur_per_year",
    "saving_high_eur_per_year", "paying_volume_per_year", "more_members", "operation_limit_eur",
    "group_lacks",
]  # fmt: skip
NO_PART: tuple[object, ...] = ("", *[np.nan] * 8, None)
STEP = 1.01  # between the volumes that are tried
MOST = 10.0  # times the volume: farther, it is another group
RISKED = 3  # times what a part saves, that it may lose at worst


class Start(NamedTuple):
    """Positions of the members, and the values of ``PART_COLUMNS``."""

    members: np.ndarray
    values: tuple[Any, ...]


def start_of(sharers: Sharers, names: pd.Index, free: bool) -> Start:
    """The best part of some sites; nobody where they have none. ``free``: a producer scheme collects.

    A part is of two members or more within reach of one of them; it has the volume that ``offered.required``
    tells, and where something travels it fits in one lorry. Where nothing travels, a site whose price is not
    known is in no part. It pays where it saves more than the time of its members (``Costs.own_time``) and
    of who brings them together (``Costs.organising``), and would not lose several times what it saves at the
    worst of all costs.
    """
    threshold, costs = sharers.threshold, sharers.costs
    known = np.flatnonzero(np.isfinite(sharers.paid) | costs.travels)
    bring = offered(sharers.only(known))
    best = best_part(bring)
    if best is None:
        return Start(known[:0], (*NO_PART[:-1], "no_load" if costs.travels else "no_price"))
    inside = known[best.members]
    volumes, paid = sharers.volumes[inside], sharers.paid[inside]
    rounds, km = None, np.nan
    if costs.travels:
        road = float(bring.worth[best.members].sum()) - bring.fixed - best.saving
        km = road / threshold.per_year / costs.km_cost.central
        rounds = Rounds(km, 1)
    saving = group_saving(volumes, paid, threshold, costs, rounds)
    lacks = lacking(volumes, paid, threshold, costs, rounds)
    least = max(lacks.paying_volume_per_year, required(sharers))  # missing where no volume would do
    lacks = lacks._replace(paying_volume_per_year=least)
    spared = avoided(volumes, paid, threshold, *costs.alone).sum()
    why = None
    if best.saving <= costs.organising:
        why = "little" if saving.central > 0 else _why(float(spared), lacks, free)
    elif -saving.low > RISKED * saving.central:
        why = "risky"
    of = (" ".join(names[inside]), float(volumes.sum()), km, saving.central, saving.low, saving.high)
    return Start(inside, (*of, *lacks, why))


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


def _why(spared: float, lacks: Lacking, free: bool) -> str:
    """What a part that does not pay lacks: the first that is so."""
    if free:
        return "free_scheme"
    if spared < 1:
        return "nothing_paid"
    if np.isfinite(lacks.operation_limit_eur):
        return "cheaper_operation"
    return "larger_bills" if np.isfinite(lacks.paying_volume_per_year) else "too_far_apart"
