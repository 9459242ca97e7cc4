"""The bounds of every part, by linear programmes over what is published (see :mod:`audit`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import highspy
import numpy as np
from scipy.sparse import csr_array

from eit_analysis.publishing.release.parts import Parts, parts_of
from eit_analysis.publishing.release.system import NOBODY, PROTECTION, System, merged

SLACK = 1e-6  # of what is asked: HiGHS keeps its constraints to 1e-7
# How far, in multiples of itself, an amount may be moved by a witness.
NEAR, FAR = 3.0, 20.0
FEW = 3
MEMORY = 40  # bare parts to try first
KEPT = 0.9  # of the room that earlier releases leave a part


class Witnesses:
    """Numbers that say something of one another, and other amounts that agree with those published."""

    def __init__(self, system: System, numbers: np.ndarray, asked: np.ndarray, readers: list[str]) -> None:
        forms = csr_array(system.forms[numbers])
        used = np.unique(forms.indices)
        forms, self.amounts, firm = merged(
            csr_array(forms[:, used]), system.firms[used], system.amounts[used]
        )
        names, self.firm = np.unique(firm.astype(str), return_inverse=True)
        self.reading = np.isin(names, readers) if readers else names != NOBODY
        self.all_numbers, self.forms = numbers, forms
        cells = ~system.relation[numbers]
        self.parts = self._parts_of(csr_array(forms[cells]), system.closed[numbers][cells])
        size, firms = len(self.amounts), len(names)
        self.moves = np.zeros((0, size))
        self.up, self.down = (np.zeros((0, len(self.parts.size)), dtype=bool) for _ in range(2))
        self.blind = np.zeros((0, firms), dtype=bool)
        self.ups, self.downs = (np.zeros((len(self.parts.size), firms), dtype=np.int32) for _ in range(2))
        self.columns = np.arange(size, dtype=np.int32)
        self.solver = _solver()
        self.solver.addVars(size, np.zeros(size), np.zeros(size))
        at = np.flatnonzero(np.isin(numbers, asked))
        self.numbers = [int(number) for number in numbers[at]]
        self.row = {number: row for row, number in enumerate(self.numbers)}
        self.told = told = csr_array(forms[at])
        value = told @ self.amounts
        low, high = system.low[self.numbers] - value, system.high[self.numbers] - value
        self.low, self.high = np.minimum(low, 0.0), np.maximum(high, 0.0)
        columns, starts = told.indices.astype(np.int32), told.indptr[:-1].astype(np.int32)
        self.solver.addRows(len(at), self.low, self.high, told.nnz, starts, columns, told.data)
        self.suspects: list[tuple[int, int, int]] = []

    def _parts_of(self, cells: csr_array, closed: np.ndarray) -> Parts:
        return parts_of(cells, self.amounts, self.firm, self.reading, closed)

    def relax(self, number: int) -> None:
        """Withhold a number."""
        self.solver.changeRowBounds(self.row[number], -highspy.kHighsInf, highspy.kHighsInf)

    def state(self) -> tuple[np.ndarray, ...]:
        return self.moves, self.up, self.down, self.blind, self.ups, self.downs

    def restore(self, state: tuple[np.ndarray, ...], numbers: Sequence[int]) -> None:
        """Take back what :meth:`publish` did."""
        self.moves, self.up, self.down, self.blind, self.ups, self.downs = state
        for number in numbers:
            self.relax(number)

    def publish(self, numbers: Sequence[int], sure: bool) -> bool:
        """Publish numbers that were withheld; False, for the caller to restore, where a part is then bare.

        Not ``sure``, only the parts that were bare before are tried.
        """
        rows = [self.row[number] for number in numbers]
        for row in rows:
            self.solver.changeRowBounds(row, self.low[row], self.high[row])
        moved = self.told[rows] @ self.moves.T
        slack = SLACK * 1e-2 * (abs(self.told[rows]) @ np.abs(self.amounts))[:, None]
        low, high = self.low[rows][:, None] - slack, self.high[rows][:, None] + slack
        self._drop(((moved < low) | (moved > high)).any(axis=0))
        return self._covered(lambda numbers: False) if sure else self._suspects_covered(lambda numbers: False)

    def _drop(self, bad: np.ndarray) -> None:
        """Forget witnesses."""
        blind = self.blind[bad].astype(np.float32)
        self.ups = self.ups - (self.up[bad].T.astype(np.float32) @ blind).astype(np.int32)
        self.downs = self.downs - (self.down[bad].T.astype(np.float32) @ blind).astype(np.int32)
        self.moves, self.up, self.down, self.blind = (
            kept[~bad] for kept in (self.moves, self.up, self.down, self.blind)
        )

    def protect(self, withhold: Callable[[list[int]], bool]) -> None:
        """Find the witnesses of all parts, withholding numbers where there are none.

        A part that is bare by what is known already cannot be protected as it should: what is new must leave
        it nearly as open as it is.
        """
        while not self._covered(withhold):
            self._concede(*self.suspects[0][:2])

    def _concede(self, target: int, firm: int) -> None:
        """Ask of a part before one firm only what the last programme reached, as a part of its own."""
        parts, reached = self.parts, KEPT * self.reached
        parts.against[target, firm] = False
        if reached <= SLACK * parts.size[target]:
            return
        form = csr_array(parts.forms[[target]] * (PROTECTION * parts.size[target] / reached))
        only = np.zeros((1, parts.against.shape[1]), dtype=bool)
        only[0, firm] = True
        self._protect_also(Parts(form, parts.size[[target]], only, parts.either[[target]]))

    def _protect_also(self, more: Parts) -> None:
        self.parts += more
        moved, enough = self.moves @ more.forms.T, PROTECTION * more.size * (1 - SLACK)
        up, down, blind = moved >= enough, moved <= -enough, self.blind.astype(np.int32)
        self.up, self.down = np.hstack([self.up, up]), np.hstack([self.down, down])
        self.ups, self.downs = np.vstack([self.ups, up.T @ blind]), np.vstack([self.downs, down.T @ blind])

    def leave_open(self, numbers: Sequence[int]) -> bool:
        """Whether the parts of a sum of some numbers, published or not, have their witnesses."""
        before, known = self.parts, len(self.parts.size)
        total = self.forms[np.isin(self.all_numbers, numbers)].sum(axis=0)
        self._protect_also(self._parts_of(csr_array(total[None, :]), np.zeros(1, dtype=bool)))
        is_open = self._covered(lambda numbers: False)
        self.parts, self.suspects = before, []
        self.up, self.down = self.up[:, :known], self.down[:, :known]
        self.ups, self.downs = self.ups[:known], self.downs[:known]
        return is_open

    def _covered(self, withhold: Callable[[list[int]], bool]) -> bool:
        """Whether every part has its witnesses, new ones sought where they lack: those once bare first."""
        if not self._suspects_covered(withhold):
            return False
        for firm in range(self.blind.shape[1]):
            self._many(firm)
        # Small parts first: what they ask to be withheld is small, and often serves the large ones.
        order = np.argsort(self.parts.size, kind="stable")
        while True:
            up, down = self._open()
            if not up.any() and not down.any():
                return True
            sign = 1 if up.any() else -1
            place, firm = (int(i) for i in np.argwhere((up if sign > 0 else down)[order])[0])
            if not self._shielded(int(order[place]), firm, sign, withhold):
                return False

    def _suspects_covered(self, withhold: Callable[[list[int]], bool]) -> bool:
        for target, firm, sign in self.suspects:
            lacking = self._open()[0 if sign > 0 else 1]
            if lacking[target, firm] and not self._shielded(target, firm, sign, withhold):
                return False
        return True

    def _shielded(self, target: int, firm: int, sign: int, withhold: Callable[[list[int]], bool]) -> bool:
        while not self._witness(target, firm, sign):
            holding, suspect = self._holding(), (target, firm, sign)
            self.suspects = [suspect, *(old for old in self.suspects if old != suspect)][:MEMORY]
            if not withhold(holding):
                return False
        return True

    def _holding(self) -> list[int]:
        """The published numbers that keep the last part from moving farther."""
        duals = np.abs(self.solver.getSolution().row_dual)
        return [self.numbers[row] for row in np.flatnonzero(duals > 1e-9 * duals.max(initial=0.0))]

    def _open(self) -> tuple[np.ndarray, np.ndarray]:
        """Shape (targets, firms), twice: which still lack a witness upward, which one downward."""
        up, down = self.ups == 0, self.downs == 0
        both = up & down
        return self.parts.against & np.where(self.parts.either, both, up), self.parts.against & np.where(
            self.parts.either, both, down
        )

    def _witness(self, target: int, firm: int, sign: int) -> bool:
        """Seek amounts that move one part far enough before the eyes of one firm."""
        part, size = self.parts.forms[[target]], self.parts.size[target]
        signs = (sign, -sign) if self.parts.either[target, 0] else (sign,)
        self.reached = 0.0
        for way in signs:
            move = self._solve(way * part.toarray().ravel() / size, np.array([firm]), FAR)
            reached = way * float((part @ move)[0])
            self.reached = max(self.reached, reached)
            if reached >= PROTECTION * size * (1 - SLACK):
                # No farther than it must: a witness near the truth survives more numbers.
                self._keep(move * min(1.0, PROTECTION * size / reached))
                return True
        return False

    def _many(self, firm: int) -> None:
        """Witnesses for all parts at once, before the eyes of one firm, as long as that serves several."""
        served = FEW
        while served >= FEW:
            before = [lacking[:, firm] for lacking in self._open()]
            for lacking, sign in zip(before, (1.0, -1.0), strict=True):
                if lacking.sum() >= FEW:
                    wanted = sign * lacking / self.parts.size
                    self._keep(self._solve(self.parts.forms.T @ wanted, np.array([firm]), NEAR))
            served = int(np.sum(before)) - sum(int(lacking[:, firm].sum()) for lacking in self._open())

    def _solve(self, direction: np.ndarray, blind: np.ndarray, reach: float) -> np.ndarray:
        """The move d from the truth with the greatest c d that all published numbers allow."""
        size = np.abs(self.amounts)
        low, high = (
            np.where(self.amounts < 0, -reach * size, -size),
            np.where(self.amounts < 0, size, reach * size),
        )
        kept = np.isin(self.firm, blind)
        low[kept] = high[kept] = 0.0
        self.solver.changeColsBounds(len(size), self.columns, low, high)
        self.solver.changeColsCost(len(size), self.columns, -direction)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return np.zeros(len(size))
        move = np.array(self.solver.getSolution().col_value)
        move[np.abs(move) < 1e-9 * size] = 0.0
        return move

    def _keep(self, move: np.ndarray) -> None:
        moved = self.parts.forms @ move
        enough = PROTECTION * self.parts.size * (1 - SLACK)
        up, down = moved >= enough, moved <= -enough
        blind = np.bincount(self.firm, move != 0, self.blind.shape[1]) == 0
        self.moves, self.up, self.down, self.blind = (
            np.vstack([kept, new])
            for kept, new in ((self.moves, move), (self.up, up), (self.down, down), (self.blind, blind))
        )
        self.ups = self.ups + np.outer(up, blind)
        self.downs = self.downs + np.outer(down, blind)


def _solver() -> highspy.Highs:
    """A HiGHS of one thread that prints nothing, its banner neither: that goes past Python's own output."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        solver = highspy.Highs()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver
