"""Whom to start a group with: the part of it that saves most, and what it lacks where it saves nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eit_analysis.synergies.pooling.best_part import best_part
from eit_analysis.synergies.pooling.costs import Range
from eit_analysis.synergies.pooling.lacking import Lacking, lacking
from eit_analysis.synergies.pooling.offered import Sharers, offered
from eit_analysis.synergies.pooling.rounds import Rounds
from eit_analysis.synergies.pooling.savings import avoided, group_saving

PART_COLUMNS = [
    "part_members", "n_part_members", "part_volume_per_year", "part_round_km", "saving_eur_per_year",
    "saving_low_eur_per_year", "saving_high_eur_per_year", "saving_bound_eur_per_year",
    "paying_volume_per_year", "more_members", "operation_limit_eur", "group_lacks",
]  # fmt: skip
NO_PART: tuple[object, ...] = ("", 0, *[np.nan] * 9, None)


class Start(NamedTuple):
    """Positions of the members, what they save, the bound of the search, and what they lack."""

    members: np.ndarray
    saving: Range
    bound: float
    rounds: Rounds | None
    lacking: Lacking
    lacks: str | None


def start_of(sharers: Sharers, free: bool) -> Start | None:
    """The best part of some sites; None where they have none. ``free``: a producer scheme collects.

    A part is of two members or more within reach of one of them; it has the volume that ``offered.required``
    tells, and where something travels it fits in one lorry. Where nothing travels, a site whose price is not
    known is in no part.
    """
    threshold, costs = sharers.threshold, sharers.costs
    known = np.flatnonzero(np.isfinite(sharers.paid) | costs.travels)
    if len(known) < 2:
        return None
    bring = offered(sharers.only(known))
    best = best_part(bring)
    if best is None:
        return None
    inside = known[best.members]
    volumes, paid = sharers.volumes[inside], sharers.paid[inside]
    rounds = None
    if costs.travels:
        road = float(bring.worth[best.members].sum()) - bring.fixed - best.saving
        rounds = Rounds(road / threshold.per_year / costs.km_cost.central, 1)
    saving = group_saving(volumes, paid, threshold, costs, rounds)
    lacks = lacking(volumes, paid, threshold, costs, rounds)
    spared = avoided(volumes, paid, threshold, *costs.alone).sum()
    why = None if saving.central > 0 else _why(float(spared), lacks, free)
    return Start(inside, saving, max(best.bound, saving.central), rounds, lacks, why)


def _why(spared: float, lacks: Lacking, free: bool) -> str:
    """What a part that does not pay lacks: the first that is so."""
    if free:
        return "free_scheme"
    if spared < 1:
        return "nothing_paid"
    if np.isfinite(lacks.operation_limit_eur):
        return "cheaper_operation"
    return "larger_bills" if np.isfinite(lacks.paying_volume_per_year) else "too_far_apart"


def described(start: Start | None, names: list[str], volumes: np.ndarray) -> tuple[object, ...]:
    """The values of ``PART_COLUMNS``."""
    if start is None:
        return (*NO_PART[:-1], "no_part")
    inside = start.members
    saving, km = start.saving, start.rounds.km if start.rounds else np.nan
    of = (" ".join(names[i] for i in inside), len(inside), float(volumes[inside].sum()), km)
    return (*of, saving.central, saving.low, saving.high, start.bound, *start.lacking, start.lacks)
