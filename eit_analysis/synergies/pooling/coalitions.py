"""What the members of one group would save by pooling among themselves, for every set of them.

    w(S) = saving of S as one group, where it is within reach and has the volume that a group must have
    v(S) = max over the partitions of S of the sum of max(w, 0) over their parts,      v(N) = w(N)

Nobody pools at a loss, and who pools may leave somebody out or form two groups: v(S) is the best that the
members of S can do, the superadditive cover of w. Where nothing travels and all are within reach, one group
is as good as two (what is avoided adds up, operations together are never more), and v(S) is the best of the
parts of S. Rounds are otherwise: two clusters may each do better on its own. Only the whole group keeps the
saving it is listed with, where a part of it would save more too: its members have to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
import pandas as pd

from eit_analysis.synergies.pooling.costs import by_profile
from eit_analysis.synergies.pooling.neighbourhoods import centre_of_all
from eit_analysis.synergies.pooling.offered import Sharers, required, spared
from eit_analysis.synergies.pooling.rounds import (
    ITERATIONS,
    Rounds,
    every_milk_run,
    lorries,
    one_pass,
    one_round,
)
from eit_analysis.synergies.pooling.savings import central_saving
from eit_analysis.synergies.pooling.search import below, positions
from eit_analysis.synergies.pooling.subsets import least_partition, members_of, with_most, with_own_time
from eit_analysis.synergies.pooling.thresholds import Target, Threshold

MOST = 12  # members: every set of them is reckoned; of more, those that are asked for
MOST_TOURS = 16  # members: of more, the tours of all sets would fill the memory
# Of the search for the rounds of a set asked for: 10 found the shortest of each of 242 sets among 16 sites.
ASKED_ITERATIONS = 10


# The sites that stay below the threshold of a need alone, and what they could share; none of an unknown need.
SharersOf = Callable[[tuple[str, ...]], tuple[pd.Index, Sharers] | None]


def sharers_by_need(
    asked: Sequence[Target], sites: pd.DataFrame, costs: pd.DataFrame, radius_km: float, detour_factor: float
) -> SharersOf:
    """:func:`search.below` of each need asked for, once; parameters as for :func:`groups.pooled`."""
    places, profiles = positions(sites), by_profile(costs)
    target_of = {_about(target.threshold): target for target in reversed(asked)}

    @cache
    def sharers(need: tuple[str, ...]) -> tuple[pd.Index, Sharers] | None:
        if need not in target_of:
            return None
        target = target_of[need]
        return below(target, places, profiles[target.threshold.profile], radius_km, detour_factor)

    return sharers


def coalition_values(
    pool: pd.Series, sharers_of: SharersOf
) -> tuple[list[str], np.ndarray | Callable[[int], float]]:
    """The members of a group, and what each set of them would save in EUR/year.

    ``pool`` is a group of :func:`groups.pooled` (not an offer); only its need and its ``members`` are read,
    so that a part of it can be asked for. ``sharers_of`` is of the parameters that it was found with.

    Returns
    -------
    members : list of str
        In the order of the bits: a set is a whole number whose bit i is set when ``members[i]`` is in it.
    values : numpy.ndarray or callable
        Of at most ``MOST`` members v of the 2^n sets, in the order of their numbers, with the shortest
        rounds. Of more, a function that gives w of the best group that ``neighbourhoods`` finds among the set
        that is asked for, minus infinity where none crosses: less than v, for who leaves somebody out or
        forms two groups is not known without reckoning all sets. Both give the whole group its
        ``saving_eur_per_year``, to the cent.

    Raises
    ------
    ValueError
        When the tables have no such group, its members cannot pool as one, or their saving is not known.
    """
    members, sharers = _of(pool, sharers_of)
    group = _Group(sharers)
    if not np.isfinite(group.own(group.whole)):
        raise ValueError("these members are no group, or their saving is not known")
    return members, group.every() if len(members) <= MOST else group.asked


def bounded_values(pool: pd.Series, sharers_of: SharersOf, time: float) -> tuple[list[str], np.ndarray]:
    """:func:`coalition_values` of ``MOST`` members at most, where none gets less than its time, in EUR/year.

    Nor more than it stops paying: who is needed to cross, or stands between the others, is not paid to come.
    """
    members, values = coalition_values(pool, sharers_of)
    most = spared(_of(pool, sharers_of)[1]).clip(time)
    return members, with_most(with_own_time(np.asarray(values), time), most)


def _of(pool: pd.Series, sharers_of: SharersOf) -> tuple[list[str], Sharers]:
    found = sharers_of(tuple(pool[["nature", "label", "keyword", "unit"]]))
    members = str(pool["members"]).split()
    if found is None or pool["kind"] != "group":
        raise ValueError("no such group in these tables")
    small, sharers = found
    at = small.get_indexer(pd.Index(members))
    if (at < 0).any():
        raise ValueError("no such group in these tables")
    return members, sharers.only(at)


@dataclass(frozen=True)
class _Group:
    """The members of a group; a set is an array of their places."""

    sharers: Sharers
    # w by the number of a set: sets that are asked for often have one best group in common.
    known: dict[int, float] = field(default_factory=dict)

    @property
    def whole(self) -> int:
        """The number of the set of all members."""
        return (1 << len(self.sharers.volumes)) - 1

    @cached_property
    def _near(self) -> list[int]:
        """By member the number of the set within its reach."""
        within = self.sharers.km <= self.sharers.radius_km
        return [sum(1 << i for i in np.flatnonzero(row).tolist()) for row in within]

    def every(self) -> np.ndarray:
        """v of all sets."""
        sets = [np.flatnonzero(row) for row in members_of(len(self.sharers.volumes))]
        centres = {
            place: centre for place, one in enumerate(sets) if (centre := self.centre(one)) is not None
        }
        depots, savings = np.unique(list(centres.values())), np.zeros(len(sets))
        if self.sharers.costs.travels:
            loads, worth_km = self._lorries
            lengths, numbers = every_milk_run(self.sharers.km, loads, worth_km, depots)
        for place, centre in centres.items():
            rounds = None
            if self.sharers.costs.travels:
                column = np.searchsorted(depots, centre)
                rounds = Rounds(float(lengths[place, column]), int(numbers[place, column]))
            savings[place] = self.saving(sets[place], rounds)
        best = np.abs(least_partition(-np.maximum(savings, 0.0)[:, None])[0][:, 0])
        best[-1] = self.own(self.whole)
        return best

    def asked(self, number: int) -> float:
        """w of the best group found among the set of this number; of the whole group, its own."""
        if number == self.whole:
            return self.own(number)
        # The neighbourhoods of the set, and those alone that lie inside no other.
        found = {near & number for i, near in enumerate(self._near) if number >> i & 1}
        largest = (one for one in found if not any(one & other == one != other for other in found))
        return max(map(self.own, largest), default=-np.inf)

    def own(self, number: int) -> float:
        """w of one set, by the rounds of ``groups``."""
        if number not in self.known:
            self.known[number] = self._own(number)
        return self.known[number]

    def _own(self, number: int) -> float:
        size = len(self.sharers.volumes)
        one = np.array([i for i in range(size) if number >> i & 1], dtype=int)
        centre = self.centre(one)
        if centre is None:
            return -np.inf
        km = np.inf if self._one_round is None else self._one_round[number]
        if np.isfinite(km):
            return self.saving(one, Rounds(float(km), 1))
        effort = ITERATIONS if len(one) == size else ASKED_ITERATIONS
        place, some = int(np.searchsorted(one, centre)), self.sharers.only(one)
        return self.saving(one, one_pass(some.km, some.volumes, place, some.threshold, some.costs, effort))

    @cached_property
    def _one_round(self) -> np.ndarray | None:
        """Rounds of the sets that fit in one lorry; none where nothing travels or sets are too many."""
        if not self.sharers.costs.travels or len(self.sharers.volumes) > MOST_TOURS:
            return None
        return one_round(self.sharers.km, self._lorries[0])

    @property
    def _lorries(self) -> tuple[np.ndarray, float]:
        return lorries(self.sharers.volumes, self.sharers.threshold, self.sharers.costs)

    def centre(self, one: np.ndarray) -> int | None:
        """The member nearest to all; none when the set is no group: out of reach, or too little of a need."""
        some = self.sharers.only(one)
        if len(one) < 2 or some.volumes.sum() < required(some):
            return None
        place = centre_of_all(some.km, some.radius_km)
        return None if place is None else int(one[place])

    def saving(self, one: np.ndarray, rounds: Rounds | None) -> float:
        some = self.sharers.only(one)
        return central_saving(some.volumes, some.paid, some.threshold, some.costs, rounds)


def _about(threshold: Threshold) -> tuple[str, str, str, str]:
    return threshold.nature, threshold.label, threshold.keyword, threshold.unit
