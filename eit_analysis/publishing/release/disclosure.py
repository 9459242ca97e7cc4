"""Disclosure control, one cell at a time: may the sum behind a published row be read?

A cell is the sum of one weight over the records that share its keys. With w₁ ≥ w₂ ≥ … the weights of its
units, it is sensitive when fewer than a minimum of units are behind it, when w₁ exceeds a maximum share
of the sum, when the sum less w₁ and w₂ is below p·w₁ (the p % rule: the second unit could then reckon the
first), or when it counts fewer people than a minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure

# Relative uncertainty that must remain around a unit of a cell, and around a cell among published ones.
PROTECTION = 0.15

# Columns whose exact value would say more than the table shows: how they are rounded, to how many digits.
# The first of these words that a name has counts.
ROUNDINGS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], int]] = {
    "employee": (np.round, 2),
    "low": (np.floor, 2),
    "high": (np.ceil, 2),
    "pooled": (np.round, 1),
    # What stands for others is one ratio times public headcounts: exact, it would give the ratio's own sum.
    "extrapolated": (np.round, 2),
}

# Columns that begin so hold public statistics about whole branches: they tell nothing about an actor.
REFERENCE = "eurostat_"

CellKey = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Limits:
    """The rules a cell is held to; no weight means that only units count."""

    rules: Disclosure
    weighted: bool
    people: bool

    def refuse(self, weights: dict[str, float]) -> bool:
        """Whether the sum of these weights by unit must be withheld."""
        if not weights:
            # No one answered: that is not about anyone.
            return False
        size = sum(weights.values())
        units = sum(w > 0 for w in weights.values()) if size else len(weights)
        if units < self.rules.minimum_units or (self.people and size < self.rules.minimum_people):
            return True
        largest, second = [*sorted(weights.values(), reverse=True), 0.0][:2]
        dominated = largest > self.rules.maximum_share * size
        return self.weighted and size > 0 and (dominated or size - largest - second < PROTECTION * largest)


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell: its identity over all tables, the weight of each unit behind it, the rules it is held to."""

    key: CellKey
    weights: dict[str, float]
    limits: Limits

    @cached_property
    def size(self) -> float:
        return float(sum(self.weights.values()))

    @cached_property
    def sensitive(self) -> bool:
        return self.limits.refuse(self.weights)


def population(breakdown: Breakdown) -> str:
    """A name for the records and the measure behind a table: equal names mean additive cells."""
    measure = breakdown.measure
    columns = ["site_id"] + ([measure] if measure else [])
    parts = pd.util.hash_pandas_object(breakdown.records[columns], index=False).to_numpy()
    return f"{measure}:{len(parts)}:{int(parts.sum())}"


def judge(breakdown: Breakdown, rules: Disclosure) -> tuple[list[Cell], Cell]:
    """The cell behind each row of a table, and the one behind its grand total.

    Returns
    -------
    list of Cell
        In the order of the rows.
    Cell
        Every record: a reader is taken to know it, from a share or from another page.
    """
    name = population(breakdown)
    limits = Limits(rules, breakdown.measure is not None, breakdown.people)
    sites, amounts = breakdown.records["site_id"].to_numpy(dtype=object), breakdown.weights

    def weighed(mask: np.ndarray | slice) -> dict[str, float]:
        weights: dict[str, float] = {}
        for site, amount in zip(sites[mask], amounts[mask], strict=True):
            weights[site] = weights.get(site, 0.0) + float(amount)
        return weights

    cells = []
    for identity, mask in zip(breakdown.identities(), breakdown.members(), strict=True):
        weights = weighed(mask)
        if not weights and len(identity) > 1:
            # That nobody is here tells something of each of the few who are in the same group.
            group = set(sites[breakdown.behind(identity[:-1])])
            weights = dict.fromkeys(sorted(group), 0.0) if len(group) < rules.minimum_units else {}
        cells.append(Cell((name, frozenset(identity)), weights, limits))
    return cells, Cell((name, frozenset()), weighed(slice(None)), limits)


def blurred(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Interval bounds rounded outward to two digits and pooled volumes to one, by column.

    Exact bounds are a second equation between the rows: with the totals, they would give withheld rows away.
    So would a group's exact volume beside the total of its family, or beside another group's. The digits are
    those of the wider bound of the pair, for a change those of the largest number it is made of (a relative
    change counts as the ratio it stands for): a bound near zero would be told to far more than two digits of
    the half-width.
    """
    numbers = frame.select_dtypes("number")
    rounded = {}
    for column in map(str, numbers.columns):
        words = [] if column.startswith(REFERENCE) else column.split("_")
        place = next((words.index(word) for word in ROUNDINGS if word in words), None)
        # A bare `low` beside a `unit` is a parameter with its source, about no actor.
        if place is None or (place == 0 and "unit" in frame):
            continue
        edge, digits = ROUNDINGS[words[place]]
        stem, unit = words[:place], words[place + 1 :]
        if stem == ["change"]:
            together = numbers.filter(regex=f"_{'_'.join(unit)}$")
        else:
            together = numbers.filter(["_".join([*stem, side, *unit]) for side in ROUNDINGS])
        ratio = 100.0 if stem == ["change"] and unit == ["percent"] else 0.0
        largest = together.add(ratio).abs().max(axis=1).to_numpy(dtype=float)
        values = numbers[column].to_numpy(dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = 10.0 ** (np.floor(np.log10(largest)) + 1 - digits)
            rounded[column] = np.where(np.isfinite(step) & (step > 0), edge(values / step) * step, values)
    return rounded
