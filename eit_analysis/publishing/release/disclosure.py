"""Disclosure control, one cell at a time: may the sum behind a published row be read?

A cell is the sum of one weight over the records that share its keys, by unit: a firm, or the actors of a
synergy together. It is sensitive when fewer than a minimum of actors are behind it, when the largest weight
exceeds a maximum share of the sum, when it counts fewer people than a minimum, or when for some reader

    sum of what it does not know - w < p w,   w the largest weight that it does not know

(the p % rule: it could then reckon w). A firm knows its own, an actor of synergies all those that it is in,
an outsider nothing: of single firms the second largest comes nearest, and where no two synergies have the
same actors there must be three. Of people, everybody knows that each unit counts one at least: the p % rule
takes that from what the others hide. A bound that is a sum of its own (at the lowest rates, at the highest)
is a cell too, which closes its row: the middle and the other bound would tell it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.publishing.release.system import PROTECTION
from eit_analysis.records import actors_behind, known_by


@dataclass(frozen=True)
class Limits:
    """The rules a cell is held to, for all readers or for one; no weight means that only units count."""

    rules: Disclosure
    weighted: bool
    people: bool
    reader: str | None = None

    def refuse(self, weights: dict[str, float]) -> bool:
        """Whether the sum of these weights by unit must be withheld."""
        return self.few(weights) or self._reckoned(weights)

    def few(self, weights: dict[str, float]) -> bool:
        """Whether too few are behind the sum, or one nearly alone: no class of it may be read either."""
        if self._own(weights):
            return False
        size, behind = sum(weights.values()), self._behind(weights)
        if len(actors_behind(behind)) < self.rules.minimum_units:
            return True
        if self.people and size < self.rules.minimum_people:
            return True
        return self.weighted and size > 0 and max(weights.values()) > self.rules.maximum_share * size

    def _own(self, weights: dict[str, float]) -> bool:
        """Whether a sum is about nobody, or about the reader alone."""
        return all(self.reader in known_by(unit) for unit in weights)

    def _behind(self, weights: dict[str, float]) -> list[str]:
        size = sum(weights.values())
        return [unit for unit, weight in weights.items() if weight > 0 or not size]

    def _reckoned(self, weights: dict[str, float]) -> bool:
        """Whether somebody could reckon the largest weight that it does not know."""
        if not self.weighted or self._own(weights) or not sum(weights.values()) > 0:
            return False
        ranked = sorted(
            ((weights[unit], known_by(unit)) for unit in self._behind(weights)), key=lambda one: -one[0]
        )
        shared = any(len(actors) > 1 for _, actors in ranked)
        for reader in {"", *chain(*(actors for _, actors in (ranked if shared else ranked[:2])))}:
            secret = [weight for weight, actors in ranked if reader not in actors]
            others = sum(secret[1:]) - len(secret[1:]) * self.people
            if secret and others < PROTECTION * secret[0]:
                return True
        return False


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell: the keys that tell it apart, the weight of each unit behind it, the rules it is held to.

    Where a unit both pays and earns, its records weigh together, and what is left of them in ``net`` too.
    """

    key: tuple[tuple[str, str], ...]
    weights: dict[str, float]
    net: dict[str, float]
    limits: Limits

    @cached_property
    def size(self) -> float:
        return float(sum(self.weights.values()))

    @cached_property
    def sensitive(self) -> bool:
        return any(self.limits.refuse(weights) for weights in (self.weights, self.net))

    @property
    def few(self) -> bool:
        return any(self.limits.few(weights) for weights in (self.weights, self.net))


class Judged(NamedTuple):
    """A table as these rules see it."""

    cells: list[Cell]  #: behind each row
    base: Cell  #: every record: a reader is taken to know it, from a share or from another page
    #: By sum that the rows print, shape (rows,): those whose cell is sensitive; one is enough for a row.
    closed: dict[str | None, np.ndarray]

    @property
    def shut(self) -> np.ndarray:
        """Shape (rows,): those of which a sum is closed."""
        return np.logical_or.reduce([*self.closed.values()])


def judge(breakdown: Breakdown, rules: Disclosure, reader: str | None = None) -> Judged:
    """The cells of a table; ``reader`` is the only firm that reads: what is its own is not kept from it."""
    printed: dict[str | None, Breakdown] = {breakdown.measure: breakdown}
    others = [name for name in (*breakdown.sums, *breakdown.ends) if name in breakdown.frame]
    printed |= {name: replace(breakdown, measure=name) for name in others}
    cells = {name: _cells(own, rules, reader) for name, own in printed.items()}
    closed = {name: np.array([cell.sensitive for cell in own], dtype=bool) for name, own in cells.items()}
    limits = Limits(rules, breakdown.measure is not None, breakdown.people, reader)
    return Judged(cells[breakdown.measure], Cell((), *_weighed(breakdown, slice(None)), limits), closed)


def _cells(breakdown: Breakdown, rules: Disclosure, reader: str | None) -> list[Cell]:
    """The cell behind each row, by the measure."""
    limits = Limits(rules, breakdown.measure is not None, breakdown.people, reader)
    cells = []
    for identity, mask in zip(breakdown.identities, breakdown.members(), strict=True):
        weights, net = _weighed(breakdown, mask)
        if not weights and len(identity) > 1:
            # That nobody is here tells something of each of the few who are in the same group.
            group = set(breakdown.sites[breakdown.behind(identity[:-1])])
            few = len(actors_behind(group)) < rules.minimum_units
            weights = dict.fromkeys(sorted(group), 0.0) if few else {}
            net = weights
        cells.append(Cell(tuple(identity), weights, net, limits))
    return cells


def sensitive(breakdown: Breakdown, masks: Sequence[np.ndarray], limits: Limits) -> np.ndarray:
    """Shape (masks,): whether the sum of the records of each may not be read."""
    cells = [Cell((), *_weighed(breakdown, mask), limits) for mask in masks]
    return np.array([cell.sensitive for cell in cells], dtype=bool)


def _weighed(breakdown: Breakdown, mask: np.ndarray | slice) -> tuple[dict[str, float], dict[str, float]]:
    """What each unit weighs in some records: whatever it pays or earns, and what is left of both."""
    codes, units = breakdown.units
    own, amounts = codes[mask], breakdown.signed_weights[mask]
    paid, left = np.bincount(own, np.abs(amounts)).tolist(), np.abs(np.bincount(own, amounts)).tolist()
    behind = [(units[code], code) for code in pd.unique(own).tolist()]
    return {unit: paid[code] for unit, code in behind}, {unit: left[code] for unit, code in behind}
