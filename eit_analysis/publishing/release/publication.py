"""The tables that one audience gets together, and which of their rows may leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from eit_analysis.publishing.release.audit import Audit
from eit_analysis.publishing.release.statements import NOTHING, Statements, joined, once, to_frame
from eit_analysis.publishing.release.system import NOBODY, System, row_contents
from eit_analysis.records import known_by

MORE = 0.1  # of the sum of what a table withholds: what it may withhold more, for that sum to be read


class Publication:
    """The tables of one page, or of all pages of an audience: audited together when one of them is read.

    What was told before is wanted first, then what stands first on the pages: grand totals, then the tables
    in their order with their largest rows, those of three keys and more after all others.

    Parameters
    ----------
    reader : str or None
        The only firm that reads.
    earlier : sequence of Statements
        What this audience, or a wider one, knows already.
    among : bool
        Whether the reader gets, of what is about others, only what is known already: were it told more of
        them, all that later leaves to others would have to be audited with that.
    """

    def __init__(
        self, reader: str | None = None, earlier: Sequence[Statements] = (), among: bool = False
    ) -> None:
        self.reader, self.earlier, self.among = reader, earlier, among
        self.tables: list[Statements] = []

    def __getstate__(self) -> dict[str, Any]:
        """What goes to the process that draws a page: once audited, which rows leave and no more."""
        return {"_settled": self._settled[:2]} if "_settled" in vars(self) else vars(self)

    def add(self, told: Statements) -> int:
        """The number under which :meth:`shown` knows the table."""
        self.tables.append(told)
        for name in ("_together", "_settled"):
            self.__dict__.pop(name, None)
        return len(self.tables) - 1

    def shown(self, number: int) -> np.ndarray:
        """Shape (rows,): the rows of a table that may leave."""
        return self._settled[0][number]

    def rest_shown(self, number: int) -> bool:
        """Whether it may be printed what the withheld rows of a table are together."""
        return number in self._settled[1]

    def told(self) -> pd.DataFrame:
        """All numbers that leave or may leave, and those that must stay closed, for the log of releases.

        A row that is only withheld for the sake of a rest may leave: were it not known, the next audit could
        withhold it for another and, of the same numbers, show others. For the same reason a sum is as close
        as the audit took it, the closest of all tables that have it. ``private`` are those that the reader
        alone is told.
        """
        if not self.tables:
            return NOTHING.assign(private=False)
        _, rests, told, may_leave, read = self._settled
        leaving = zip(self._together.rows, may_leave, strict=True)
        numbers = {number for row, leaves in leaving if leaves for number in row}
        system = read.system
        numbers |= set(np.flatnonzero(system.defined | (system.closed & self._own)).tolist())
        frame = to_frame(read, sorted(numbers), list(rests.values()))
        private = np.append(~told[sorted(numbers)], np.ones(len(rests), dtype=bool)) & self.among
        return once([frame.assign(private=private[frame["number"]])])

    @cached_property
    def _together(self) -> Statements:
        """What the tables tell, and after it what is known already."""
        return joined([*self.tables, *self.earlier])

    @property
    def _own(self) -> np.ndarray:
        """Shape (numbers,): those of the tables, which are not known already."""
        n_own = sum(table.system.forms.shape[0] for table in self.tables)
        return np.arange(self._together.system.forms.shape[0]) < n_own

    @cached_property
    def _settled(self) -> tuple[list[np.ndarray], dict[int, list[int]], np.ndarray, np.ndarray, Statements]:
        """What leaves.

        For each table its rows; by table whose rest may be printed, its numbers; which numbers are known; of
        all rows those that may leave; all numbers as closely as the audit takes them to be read.
        """
        together = self._together
        system = together.system
        value = np.where(system.relation, 0.0, np.abs(system.forms @ system.amounts))
        says = np.diff(csr_array(system.forms).indptr) > 0
        ends = np.cumsum([len(table.rows) for table in self.tables])
        wanted: dict[tuple[int, ...], list[int]] = {}
        rows = range(len(together.rows))
        table = np.searchsorted(ends, np.arange(len(rows)), side="right")
        size = [value[list(numbers)].max(initial=0.0) for numbers in together.rows]
        depth = together.depth
        known = (~self._own & ~system.closed) | system.defined
        sure, doubtful = known & ~system.assumed, known & system.assumed
        silent = self._answered_otherwise(system)
        likened, _ = _alike(system, known, np.zeros_like(known))
        logged = np.isin(likened, likened[known])
        first, system = _alike(system, sure, doubtful)
        # What is only taken to be told, by numbers of which it was taken before, is told.
        told = np.isin(first, first[sure]) | (logged & system.assumed)
        for row in sorted(rows, key=lambda r: (depth[r] > 0, depth[r] > 2, table[r], -size[r])):
            numbers = tuple(sorted({int(first[n]) for n in together.rows[row] if says[n]}))
            leaves = together.allowed[row] and not system.closed[list(numbers)].any()
            leaves &= not (silent and self.tables[table[row]].answers)
            if self.among and not self.tables[table[row]].private:
                leaves &= told[list(numbers)].all() or self._is_own(system, numbers)
            if leaves:
                wanted.setdefault(numbers, []).append(row)
        empty = wanted.pop((), [])
        readers = [self.reader] if self.reader else []
        audit = Audit(
            system, list(wanted), np.unique(first[sure]).tolist(), readers, np.flatnonzero(doubtful).tolist()
        )
        shown = np.zeros(len(rows), dtype=bool)
        shown[empty] = True
        for alike, one in zip(wanted.values(), audit.shown, strict=True):
            shown[alike] = one
        by_table, rests = np.split(shown.copy(), ends[:-1]), {}
        for number, start in enumerate(np.cumsum([0, *(len(t.system.low) for t in self.tables)])[:-1]):
            for pooled in self._rests(number, by_table[number]):
                of_rest = (start + pooled).tolist()
                if audit.leaves_open(of_rest):
                    rests[number] = of_rest
                    by_table[number][pooled] = False
                    break
        as_close = replace(together.system, low=system.low[first], high=system.high[first])
        return by_table, rests, told, shown, replace(together, system=as_close)

    def _answered_otherwise(self, system: System) -> bool:
        """Whether the persons whose answers are counted were counted otherwise before, the reader's apart.

        Which counts changed would say what was answered, also where these were withheld alone: all are.
        """
        answers = [np.full(len(table.system.low), table.answers) for table in self.tables]
        own = np.flatnonzero(np.concatenate([*answers, np.zeros(0, dtype=bool)]))
        others = (system.firms != NOBODY) & (system.firms != self.reader)
        persons = np.isin(np.arange(len(others)), system.forms[own].indices) & others
        before = np.flatnonzero(~self._own & ~system.relation)

        def forms(numbers: np.ndarray) -> set[tuple[bytes, bytes]]:
            kept = csr_array(system.forms[numbers] * others)
            kept.eliminate_zeros()
            return set(row_contents(kept))

        touched = before[np.isin(before, (system.forms[:, persons] != 0).tocoo().row)]
        return not forms(touched) <= forms(own)

    def _is_own(self, system: System, numbers: Sequence[int]) -> bool:
        """Whether sums are the reader's alone; beside them their shares of a whole may be told."""
        sums = [number for number in numbers if not system.relation[number]]
        return all(self.reader in known_by(who) for who in set(system.firms[system.forms[sums].indices]))

    def _rests(self, number: int, shown: np.ndarray) -> Iterator[np.ndarray]:
        """Rows of a table that may be printed as one, where its printed total tells their sum.

        Those withheld; where the rules refuse their sum, with as few of the smallest others as needed.
        """
        told = self.tables[number]
        own, depth, leaves = told.system, told.depth[:-1], shown[:-1]
        if told.limits is None or not leaves[depth == 0].any() or (own.amounts < 0).any():
            return
        finest = np.flatnonzero(depth == depth.max())
        whole = np.flatnonzero(depth == 0)[:1]
        together, of_total = (own.forms[rows].sum(axis=0) for rows in (finest, whole))
        value = own.forms @ own.amounts
        withheld = finest[~leaves[finest]]
        if not value[withheld].any() or not np.allclose(together, of_total):
            return
        others = finest[leaves[finest]]
        others = others[np.argsort(value[others], kind="stable")]
        more = others[np.cumsum(value[others]) <= MORE * value[withheld].sum()]
        for n_more in range(len(more) + 1):
            rows = np.append(withheld, more[:n_more])
            amounts = pd.Series(own.forms[rows].sum(axis=0) * own.amounts).groupby(own.firms).sum()
            weights = {str(firm): float(amount) for firm, amount in amounts.items() if amount}
            if not told.limits.refuse(weights):
                yield rows


def _alike(system: System, known: np.ndarray, apart: np.ndarray) -> tuple[np.ndarray, System]:
    """For each number the first of the same form; and the system where that is as close as the closest.

    Two tables may print one sum to different digits: a reader takes the finer. A number is as good as one of
    the same form that is known already, unless it is closer. Those ``apart`` are like no other.
    """
    low, high, closed = system.low.copy(), system.high.copy(), system.closed.copy()
    of_form: dict[tuple[bytes, bytes], int] = {}
    keys = enumerate(row_contents(system.forms))
    form = np.array([of_form.setdefault(key, number) for number, key in keys], dtype=int)
    first, old = np.where(apart, np.arange(len(form)), form), np.full(len(form), -1)
    for alike in (np.flatnonzero(known), np.flatnonzero(~known & ~apart)):
        before = old[form[alike]]
        closer = (before < 0) | (low[alike] > low[before]) | (high[alike] < high[before])
        first[alike[~closer]] = before[~closer]
        alike = alike[closer]
        one = np.full(len(form), len(form))
        np.minimum.at(one, form[alike], alike)
        first[alike] = one[form[alike]]
        np.maximum.at(low, first[alike], system.low[alike])
        np.minimum.at(high, first[alike], system.high[alike])
        old[form[alike]] = first[alike]
    np.logical_or.at(closed, form, system.closed)
    return first, replace(system, low=low, high=high, closed=closed[form])
