"""What a reader could reckon from everything published, and which numbers may be published all the same.

    low_j <= sum_v F_jv x_v <= high_j   for every published number j,     x_v >= 0,

is all that a reader knows of the amounts x that actors declared: F holds public coefficients, [low, high] is
what the rounding of a number leaves open. A firm knows its own x as well. For every firm i, every cell c and
every other firm k, the greatest part of i in c that k cannot rule out must reach 1.15 times the true one, and
the smallest must come down to 0.85 times it. Of a cell that the primary rules close, what the others put in
it together must stay open within 15 % on one side at least.

Each bound is a linear programme (HiGHS). An answer that reaches it, a *witness*, is another set of amounts
that agrees with all that is published; it serves all the parts that it moves far enough, for every firm whose
amounts it leaves alone. Where no answer reaches it, the multipliers of the programme name the numbers that
hold the part fast: the one least wanted is withheld. Withholding only widens bounds: witnesses stay
witnesses, and one pass is enough. What was withheld early and need not be is then published after all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import block_array, csr_array
from scipy.sparse.csgraph import connected_components

PROTECTION = 0.15
SLACK = 1e-6  # of what is asked: HiGHS keeps its constraints to 1e-7
# How far, in multiples of itself, an amount may be moved by a witness.
NEAR, FAR = (1.0, 3.0), 20.0
ROUNDS = 6
MEMORY = 40  # bare parts to try first


@dataclass(frozen=True)
class System:
    """Numbers that are or may be published, as linear forms.

    Attributes
    ----------
    forms : scipy.sparse.csr_array
        Shape (numbers, variables): public coefficients.
    low, high : numpy.ndarray
        Shape (numbers,): what a reader of the number knows of its value.
    firms : numpy.ndarray
        Shape (variables,): whose amount it is.
    amounts : numpy.ndarray
        Shape (variables,): what was declared; its sign is taken to be known.
    closed : numpy.ndarray
        Shape (numbers,): those that the primary rules close.
    """

    forms: csr_array
    low: np.ndarray
    high: np.ndarray
    firms: np.ndarray
    amounts: np.ndarray
    closed: np.ndarray


def publishable(
    system: System, lines: Sequence[Sequence[int]], known: Sequence[int] = (), readers: Sequence[str] = ()
) -> np.ndarray:
    """Which lines may be published together; of those that clash, the first ones.

    Parameters
    ----------
    system : System
        All numbers, those known before as well.
    lines : sequence of sequence of int
        Numbers that leave together, in the order in which they are wanted.
    known : sequence of int
        Numbers already published: they cannot be withheld any more.
    readers : sequence of str
        The only firms that read; all of them by default.

    Returns
    -------
    numpy.ndarray
        Shape (lines,), bool.
    """
    of_number = _components(system)
    asked = np.unique([*(number for line in lines for number in line), *known]).astype(int)
    parts = {
        name: _Component(system, np.flatnonzero(of_number == name), asked, list(readers))
        for name in np.unique(of_number[asked])
    }
    board = _Board(lines, known, lambda number: parts[of_number[number]].relax(number))
    for part in parts.values():
        part.protect(board.withhold)
    for line in map(int, np.flatnonzero(~board.shown)):
        missing = [number for number in lines[line] if number not in board.told]
        touched = {of_number[number]: parts[of_number[number]] for number in missing}
        before = {name: part.state() for name, part in touched.items()}
        if all(part.publish([n for n in missing if of_number[n] == name]) for name, part in touched.items()):
            board.show(line)
        else:
            for name, part in touched.items():
                part.restore(before[name], [n for n in missing if of_number[n] == name])
    return board.shown


class _Board:
    """Which lines are shown, and the numbers that they tell: a number leaves when no shown line tells it."""

    def __init__(
        self, lines: Sequence[Sequence[int]], known: Sequence[int], relax: Callable[[int], None]
    ) -> None:
        self.lines, self.known, self.relax = lines, set(known), relax
        self.shown = np.ones(len(lines), dtype=bool)
        self.users: dict[int, set[int]] = {}
        for line, numbers in enumerate(lines):
            for number in numbers:
                self.users.setdefault(number, set()).add(line)

    @property
    def told(self) -> set[int]:
        return self.known | {number for number, users in self.users.items() if users}

    def withhold(self, numbers: list[int]) -> bool:
        """Withhold the number least wanted with all lines that tell it; False when all are known already."""
        free = [number for number in numbers if number not in self.known and self.users.get(number)]
        if not free:
            return False
        worst = max(free, key=lambda number: min(self.users[number]))
        for line in sorted(self.users[worst]):
            self.shown[line] = False
            for number in self.lines[line]:
                self.users[number].discard(line)
                if not self.users[number] and number not in self.known:
                    self.relax(number)
        return True

    def show(self, line: int) -> None:
        self.shown[line] = True
        for number in self.lines[line]:
            self.users[number].add(line)


def _components(system: System) -> np.ndarray:
    """Shape (numbers,): numbers of one label have variables in common, directly or through others."""
    numbers = system.forms.shape[0]
    graph = block_array([[None, system.forms], [system.forms.T, None]])
    return connected_components(graph, directed=False)[1][:numbers]


class _Component:
    """Numbers that say something of one another: those published, and the witnesses of what stays unknown."""

    def __init__(self, system: System, numbers: np.ndarray, asked: np.ndarray, readers: list[str]) -> None:
        forms = csr_array(system.forms[numbers])
        used = np.unique(forms.indices)
        forms, self.amounts, self.firm = _merged(
            csr_array(forms[:, used]), system.firms[used], system.amounts[used]
        )
        self.forms = forms
        names, self.firm = np.unique(self.firm.astype(str), return_inverse=True)
        self.readers = np.isin(names, readers) if readers else np.ones(len(names), dtype=bool)
        self._targets(np.flatnonzero(system.closed[numbers]))
        size, firms = len(self.amounts), len(names)
        self.moves = np.zeros((0, size))
        self.up, self.down = (np.zeros((0, len(self.size)), dtype=bool) for _ in range(2))
        self.blind = np.zeros((0, firms), dtype=bool)
        self.ups, self.downs = (np.zeros((len(self.size), firms), dtype=np.int32) for _ in range(2))
        self.random = np.random.default_rng(0)
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

    def _targets(self, closed: np.ndarray) -> None:
        """The parts to protect: of each firm in each cell, and of the others together in a closed cell."""
        firms = self.firm.max(initial=-1) + 1
        found: dict[bytes, tuple[np.ndarray, np.ndarray, np.ndarray, bool]] = {}

        def protect(at: np.ndarray, weights: np.ndarray, against: np.ndarray, either: bool) -> None:
            size = weights @ self.amounts[at]
            if abs(size) <= 1e-9 or not against.any():
                return
            scaled = np.round(weights / weights[np.abs(weights).argmax()], 9)
            key = at.tobytes() + scaled.tobytes() + bytes([either])
            if key in found:
                against = against | found[key][2]
            found[key] = at, weights * np.sign(size), against, either

        for row in range(self.forms.shape[0]):
            span = slice(self.forms.indptr[row], self.forms.indptr[row + 1])
            at, weights = self.forms.indices[span], self.forms.data[span]
            members = np.unique(self.firm[at])
            for firm in members:
                own = self.firm[at] == firm
                protect(at[own], weights[own], self.readers & (np.arange(firms) != firm), either=False)
            if row in closed and len(members) > 1:
                protect(at, weights, self.readers & ~np.isin(np.arange(firms), members), either=True)
                for firm in members if len(members) > 2 else ():
                    rest = self.firm[at] != firm
                    protect(at[rest], weights[rest], self.readers & (np.arange(firms) == firm), either=True)
        self.parts = csr_array(
            (
                np.concatenate([weights for _, weights, _, _ in found.values()] or [np.zeros(0)]),
                np.concatenate([at for at, _, _, _ in found.values()] or [np.zeros(0, dtype=int)]),
                np.cumsum([0, *(len(at) for at, _, _, _ in found.values())]),
            ),
            shape=(len(found), len(self.amounts)),
        )
        self.size = self.parts @ self.amounts
        self.against = np.array([against for _, _, against, _ in found.values()], dtype=bool).reshape(
            len(found), firms
        )
        self.either = np.array([either for *_, either in found.values()], dtype=bool)[:, None]

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

    def publish(self, numbers: Sequence[int]) -> bool:
        """Publish numbers that were withheld; False, for the caller to restore, where a part is then bare."""
        rows = [self.row[number] for number in numbers]
        for row in rows:
            self.solver.changeRowBounds(row, self.low[row], self.high[row])
        moved = self.told[rows] @ self.moves.T
        slack = SLACK * 1e-2 * (abs(self.told[rows]) @ np.abs(self.amounts))[:, None]
        low, high = self.low[rows][:, None] - slack, self.high[rows][:, None] + slack
        self._drop(((moved < low) | (moved > high)).any(axis=0))
        return self._covered(lambda numbers: False)

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

        A part that is bare by what is known already cannot be protected any more.
        """
        while not self._covered(withhold):
            target, firm, _ = self.suspects[0]
            self.against[target, firm] = False

    def _covered(self, withhold: Callable[[list[int]], bool]) -> bool:
        """Whether every part has its witnesses, new ones sought where they lack: those once bare first."""
        for target, firm, sign in self.suspects:
            lacking = self._open()[0 if sign > 0 else 1]
            if lacking[target, firm] and not self._shielded(target, firm, sign, withhold):
                return False
        self._sweep()
        while True:
            up, down = self._open()
            if not up.any() and not down.any():
                return True
            sign = 1 if up.any() else -1
            target, firm = (int(i) for i in np.argwhere(up if sign > 0 else down)[0])
            if not self._shielded(target, firm, sign, withhold):
                return False

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
        return self.against & np.where(self.either, both, up), self.against & np.where(
            self.either, both, down
        )

    def _witness(self, target: int, firm: int, sign: int) -> bool:
        """Seek amounts that move one part far enough before the eyes of one firm."""
        part, size = self.parts[[target]], self.size[target]
        signs = (sign, -sign) if self.either[target, 0] else (sign,)
        for way in signs:
            move = self._solve(way * part.toarray().ravel() / size, np.array([firm]), FAR)
            reached = way * float((part @ move)[0])
            if reached >= PROTECTION * size * (1 - SLACK):
                # No farther than it must: a witness near the truth survives more numbers.
                self._keep(move * min(1.0, PROTECTION * size / reached))
                return True
        return False

    def _sweep(self) -> None:
        """Witnesses for many parts at once: all firms up or down at random, for a few readers together."""
        for turn in range(ROUNDS):
            up, down = self._open()
            if up.sum() + down.sum() < 30:
                return
            width = (4, 4, 2, 2, 1, 1)[turn]
            order = np.argsort(-(up | down).sum(axis=0), kind="stable")
            for start in range(0, len(order), width):
                group = order[start : start + width]
                upward, downward = (lacking[:, group].any(axis=1) for lacking in self._open())
                if not upward.any() and not downward.any():
                    continue
                way = self.random.random(len(order)) < 0.5
                firm = self.firm[self.parts.indices[self.parts.indptr[:-1]]]
                wanted = np.where(way[firm], upward, -1.0 * downward) / self.size
                self._keep(self._solve(self.parts.T @ wanted, group, NEAR[turn % 2]))

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
        moved = self.parts @ move
        enough = PROTECTION * self.size * (1 - SLACK)
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


def _merged(
    forms: csr_array, firms: np.ndarray, amounts: np.ndarray
) -> tuple[csr_array, np.ndarray, np.ndarray]:
    """One variable for those of one firm that no number tells apart: their sum."""
    columns = forms.tocsc()
    groups: dict[tuple, int] = {}
    label = np.empty(len(firms), dtype=int)
    for column in range(len(firms)):
        span = slice(columns.indptr[column], columns.indptr[column + 1])
        key = (
            firms[column], amounts[column] < 0,
            columns.indices[span].tobytes(), np.round(columns.data[span], 12).tobytes(),
        )  # fmt: skip
        label[column] = groups.setdefault(key, len(groups))
    first = np.unique(label, return_index=True)[1]
    return csr_array(forms[:, first]), np.bincount(label, amounts, len(first)), firms[first]
