"""Disclosure control, one cell at a time: may the sum behind a published row be read?

A cell is the sum of one weight over the records that share its keys. With w₁ ≥ w₂ ≥ … the weights of its
units, it is sensitive when fewer than a minimum of units are behind it, when w₁ exceeds a maximum share
of the sum, when the sum less w₁ and w₂ is below p·w₁ (the p % rule: the second unit could then reckon the
first), or when it counts fewer people than a minimum. Of people, everybody knows that each unit counts one at
least: the p % rule takes that from what the others hide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.publishing.release.system import PROTECTION


@dataclass(frozen=True)
class Limits:
    """The rules a cell is held to, for all readers or for one; no weight means that only units count."""

    rules: Disclosure
    weighted: bool
    people: bool
    reader: str | None = None

    def refuse(self, weights: dict[str, float]) -> bool:
        """Whether the sum of these weights by unit must be withheld."""
        if not set(weights) - {self.reader}:
            # About nobody, or about the reader alone.
            return False
        size = sum(weights.values())
        units = sum(w > 0 for w in weights.values()) if size else len(weights)
        if units < self.rules.minimum_units or (self.people and size < self.rules.minimum_people):
            return True
        largest, second = [*sorted(weights.values(), reverse=True), 0.0][:2]
        dominated = largest > self.rules.maximum_share * size
        others = size - largest - second - max(units - 2, 0) * self.people
        return self.weighted and size > 0 and (dominated or others < PROTECTION * largest)


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


def judge(breakdown: Breakdown, rules: Disclosure, reader: str | None = None) -> tuple[list[Cell], Cell]:
    """The cell behind each row of a table, and the one behind its grand total.

    Parameters
    ----------
    reader : str or None
        The only firm that reads: what is its own is not kept from it.

    Returns
    -------
    list of Cell
        In the order of the rows.
    Cell
        Every record: a reader is taken to know it, from a share or from another page.
    """
    limits = Limits(rules, breakdown.measure is not None, breakdown.people, reader)
    sites = breakdown.records["site_id"].to_numpy(dtype=object)
    cells = []
    for identity, mask in zip(breakdown.identities(), breakdown.members(), strict=True):
        weights, net = _weighed(breakdown, mask)
        if not weights and len(identity) > 1:
            # That nobody is here tells something of each of the few who are in the same group.
            group = set(sites[breakdown.behind(identity[:-1])])
            weights = dict.fromkeys(sorted(group), 0.0) if len(group) < rules.minimum_units else {}
            net = weights
        cells.append(Cell(tuple(identity), weights, net, limits))
    return cells, Cell((), *_weighed(breakdown, slice(None)), limits)


def sensitive(breakdown: Breakdown, masks: Sequence[np.ndarray], limits: Limits) -> np.ndarray:
    """Shape (masks,): whether the sum of the records of each may not be read."""
    cells = [Cell((), *_weighed(breakdown, mask), limits) for mask in masks]
    return np.array([cell.sensitive for cell in cells], dtype=bool)


def _weighed(breakdown: Breakdown, mask: np.ndarray | slice) -> tuple[dict[str, float], dict[str, float]]:
    """What each unit weighs in some records: whatever it pays or earns, and what is left of both."""
    sites, amounts = breakdown.records["site_id"].to_numpy(dtype=object), breakdown.signed_weights
    weights: dict[str, float] = {}
    net: dict[str, float] = {}
    for site, amount in zip(sites[mask], amounts[mask].tolist(), strict=True):
        weights[site] = weights.get(site, 0.0) + abs(amount)
        net[site] = net.get(site, 0.0) + amount
    return weights, {site: abs(amount) for site, amount in net.items()}


def closed_rows(
    breakdown: Breakdown, cells: list[Cell], rules: Disclosure, reader: str | None = None
) -> np.ndarray:
    """Shape (rows,): rows of which the cell, or that of any further sum they print, is sensitive."""
    closed = np.array([cell.sensitive for cell in cells], dtype=bool)
    for name in set(breakdown.sums) & set(breakdown.frame):
        beside, _ = judge(replace(breakdown, measure=name), rules, reader)
        closed |= np.array([cell.sensitive for cell in beside], dtype=bool)
    return closed
