"""Values that a sentence may quote: each reads its text off a released table at the moment of writing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.grid import LEAST_COVERED, Grid
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.row_keys import row_name
from eit_analysis.publishing.release.viewer import Viewer

MOST_TIED = 3  # named


class Value:
    """One published value: a table's cell, the label of its n-th largest row, or a plain count."""

    table: Grid | None

    def __repr__(self) -> str:
        return f"Value: {self.render()}"

    def render(self) -> str:
        """Its text, or the words that say why there is none."""
        raise NotImplementedError

    @property
    def readable(self) -> bool:
        """Whether the audience reads a value here, not the words that say why there is none."""
        return True

    @property
    def quotable(self) -> bool:
        """Whether there is a value to quote, be it the first of those that are shown only."""
        return self.readable

    def among(self, others: Iterable[Value]) -> str:
        """Its text in a sentence that quotes others too: what ties with the last of several ranks is said."""
        return self.render()

    def seen_by(self, viewer: Viewer, seen: Seen) -> Self:
        if self.table is None:
            return self
        return replace(self, table=self.table.seen_by(viewer, seen))  # type: ignore[type-var]


@dataclass(eq=False, repr=False)
class CellText(Value):
    """A cell of a table, with its bounds where these are named."""

    table: Grid
    key: object
    column: str
    low: str | None
    high: str | None

    @property
    def readable(self) -> bool:
        position = self.table.row(self.key)
        if position < 0 or self._closed(position):
            return False
        return not wording.is_missing(self.table.frame[self.column].iloc[position])

    def _closed(self, position: int) -> bool:
        """Whether the table prints ``s`` where the sentence would quote a number."""
        shut = dict(zip(self.table.frame.columns, self.table.shut[position], strict=True))
        return any(shut[name] for name in (self.column, self.low, self.high) if name)

    def render(self) -> str:
        position = self.table.row(self.key)
        if position < 0:
            return "non diffusé" if self.table.levels or self.table.unread else "aucune donnée"
        if self._closed(position):
            return "non diffusé"
        row = self.table.frame.iloc[position]
        coarse = self.table.coarse
        text = wording.measured(row[self.column], self.column, coarse, row.get("unit", ""))
        ends = [row[name] for name in (self.low, self.high) if name and not wording.is_missing(row[name])]
        if ends and set(ends) != {row[self.column]}:
            text += f" ({' à '.join(wording.rounded(end, self.column, coarse) for end in ends)})"
        return text


@dataclass(eq=False, repr=False)
class FirstLabel(Value):
    """The n-th largest row, with those that tie with it for the rank and are not before it."""

    table: Grid
    column: str
    rank: int
    ascending: bool = False
    said: Sequence[str] = ()  # the columns that name it, its keys unless there are any

    @property
    def readable(self) -> bool:
        if len(self._rows) < self.rank:
            return False
        # A withheld row could be larger, unless all of them together are not.
        most = self.table.pooled.get(self.column, float("inf")) if self.table.hidden.any() else 0.0
        ordered = self._ordered[self.column]
        return most == 0.0 or (not self.ascending and ordered.iloc[self.rank - 1] >= most)

    @property
    def quotable(self) -> bool:
        # No row is the first of itself alone, and the order of the smaller part is not that of the whole.
        enough = len(self._rows) >= max(self.rank, 2) and self.table.coverage >= LEAST_COVERED
        return self.readable or enough

    @property
    def _ordered(self) -> pd.DataFrame:
        return self._rows.sort_values(self.column, ascending=self.ascending, kind="stable", key=_levels)

    @property
    def _rows(self) -> pd.DataFrame:
        """The rows that may be compared: none where the column is closed, whose order would tell nothing."""
        closed = getattr(self.table, "closed", None)
        at = self.table.frame.columns.get_loc(self.column)
        return self.table.visible if closed is None or not closed[:, at].any() else self.table.frame.head(0)

    def among(self, others: Iterable[Value]) -> str:
        ranked = list(others)
        earlier = ranked[: next(place for place, other in enumerate(ranked) if other is self)]
        # What ties with a row is said once, where other columns of it are quoted too.
        told = any(self._after(other) == 0 for other in earlier)
        return self.name if told or any(map(self.precedes, ranked)) else self.render()

    def precedes(self, other: Value) -> bool:
        """Whether the other is a later row in the same order."""
        return (self._after(other) or 0) > 0

    def _after(self, other: Value) -> int | None:
        """How many ranks the other comes later in the same order, None where it is of another."""
        order = (self.table, self.column, self.ascending)
        if not isinstance(other, FirstLabel) or order != (other.table, other.column, other.ascending):
            return None
        return other.rank - self.rank

    @property
    def name(self) -> str:
        return next(iter(self._level), "aucune ligne diffusable")

    @property
    def _level(self) -> list[str]:
        """Names of the row and of those after it that tie with it."""
        ordered = self._ordered.iloc[self.rank - 1 :]
        levels = _levels(ordered[self.column]).to_numpy()
        level = ordered[(levels == levels[:1]) | (np.arange(len(levels)) == 0)]
        return [self._called(row) for _, row in level.iterrows()]

    def _called(self, row: pd.Series) -> str:
        first, *more = self.said or self.table.keys
        if self.said and not more and isinstance(row[first], float):  # an amount, as a sentence rounds it
            return wording.rounded(row[first], first, self.table.coarse)
        return row_name(row, [first, *more])

    def render(self) -> str:
        others = self._level[1:]
        if not others:
            return self.name
        tied = french.listed(others) if len(others) <= MOST_TIED else f"{len(others)} autres"
        return f"{self.name} (à égalité avec {tied})"


def _levels(values: pd.Series) -> pd.Series:
    """Values without what makes a sum in another order another number."""
    return values.astype(float).map("{:.10g}".format).astype(float)


@dataclass(eq=False, repr=False)
class Constant(Value):
    """A text known in advance, such as a count with its noun."""

    text: str
    table = None

    def render(self) -> str:
        return self.text
