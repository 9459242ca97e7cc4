"""What a reader could reckon from everything published, and which numbers may be published all the same.

    low_j <= sum_v F_jv x_v <= high_j   for every published number j,     x_v >= least_v,

is all that a reader knows of the amounts x that actors declared: F holds public coefficients, [low, high] is
what the rounding of a number leaves open, least is 1 where people are counted, else 0. A reader k knows some
x as well, K: a firm its own; an actor of synergies the tonnes of all those that it is in, as their other
actors do; an outsider nothing. A unit u is a firm with all its x, or one synergy. For every unit u, every
cell c and every reader k who does not know u,

    max (part of u in c) >= 1.15 x the true one,   min <= 0.85 x the true one,   over all x with x_K as it is,

unless least alone forbids it. Of a cell that the primary rules close, the parts of two or more units that k
does not know, together, must stay open within 15 % on one side at least.

Each bound is a linear programme (HiGHS). An answer that reaches it, a *witness*, is another set of amounts
that agrees with all that is published; it serves all the parts that it moves far enough, for every reader
who knows nothing of what it moves. Where no answer reaches it, the multipliers of the programme name the
numbers that hold the part fast: the one least wanted is withheld. Withholding only widens bounds: witnesses
stay witnesses, and one pass is enough. What was withheld early and need not be is then published after all,
until nothing withheld may leave beside what does: a second release of the same numbers is the first again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from eit_analysis.publishing.release.system import System, components
from eit_analysis.publishing.release.witnesses import Witnesses


class Audit:
    """Which numbers may be published together; of those that clash, the first ones.

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
    doubtful : sequence of int
        Numbers that are only taken to be published: no part is given up for them alone.

    Attributes
    ----------
    shown : numpy.ndarray
        Shape (lines,), bool: those that may leave.
    """

    def __init__(
        self,
        system: System,
        lines: Sequence[Sequence[int]],
        known: Sequence[int] = (),
        readers: Sequence[str] = (),
        doubtful: Sequence[int] = (),
    ) -> None:
        self._of_number = of_number = components(system)
        numbers = [*(number for line in lines for number in line), *known]
        asked = np.unique([*numbers, *doubtful]).astype(int)
        self._witnesses = {
            name: Witnesses(system, np.flatnonzero(of_number == name), asked, list(readers))
            for name in np.unique(of_number[np.array(numbers, dtype=int)])  # of what is doubtful alone, none
        }
        self._board = _Board(lines, known, doubtful, self._relax)
        for part in self._witnesses.values():
            part.cover(self._board.withhold, concede=True)
        doubted = set(of_number[sorted(set(doubtful) - self._board.doubtful)].tolist())
        # A line that clashed may leave once another is withheld for good: until none does, a second
        # release of the same numbers would show more than the first. What is bare for certain with a line
        # alone is bare with more: from then on that line stays where it is.
        self.shown = self._board.shown
        withheld = np.flatnonzero(~self.shown).tolist()
        while withheld:
            likely = [line for line in withheld if self._could_leave(line)]
            self._publish(likely)
            withheld = [line for line in likely if not self.shown[line]]
            if len(withheld) == len(likely):
                break
        # All that are left may clash together where one alone does not; refused alone, it is so for good.
        for line in withheld:
            if self._could_leave(line):
                self._publish([line])
        # One part that was bare before must not cost the others what is only taken to be published.
        self._without_doubt: dict[int, Audit] = {}
        if doubted:
            left = [
                line
                for line in np.flatnonzero(self.shown).tolist()
                if doubted & {*of_number[list(lines[line])].tolist()}
            ]
            taken = [number for number in (*known, *doubtful) if of_number[number] in doubted]
            again = Audit(system, [lines[line] for line in left], taken, readers)
            self.shown[left] = again.shown
            self._without_doubt = dict.fromkeys(doubted, again)

    def leaves_open(self, numbers: Sequence[int]) -> bool:
        """Whether a sum of numbers, which follows from what is published, could be printed as they are."""
        part = self._of_number[numbers[0]]
        again = self._without_doubt.get(part)
        return self._witnesses[part].leave_open(numbers) and (again is None or again.leaves_open(numbers))

    def _relax(self, number: int) -> None:
        self._witnesses[self._of_number[number]].relax(number)

    def _could_leave(self, line: int) -> bool:
        apart = self._by_part(self._board.missing(line))
        return all(self._witnesses[name].could_leave(numbers) for name, numbers in apart.items())

    def _publish(self, lines: list[int]) -> None:
        """Publish lines that were withheld, but for those of them that clash with one another."""
        apart = self._by_part(sorted({number for line in lines for number in self._board.missing(line)}))
        self._board.show(lines)
        for name, numbers in apart.items():
            self._witnesses[name].publish(numbers)
        for name in apart:
            # Nothing new holds a part as it seems where a number says the same as one of old.
            while not self._witnesses[name].cover(self._board.withhold) and self._board.withhold_last():
                pass

    def _by_part(self, numbers: list[int]) -> dict[int, list[int]]:
        parts: dict[int, list[int]] = {}
        for number in numbers:
            parts.setdefault(self._of_number[number], []).append(number)
        return parts


class _Board:
    """Which lines are shown, and the numbers that they tell: a number leaves when no shown line tells it."""

    def __init__(
        self,
        lines: Sequence[Sequence[int]],
        known: Sequence[int],
        doubtful: Sequence[int],
        relax: Callable[[int], None],
    ) -> None:
        self.lines, self.known, self.relax = lines, set(known), relax
        self.doubtful = set(doubtful)
        self.shown = np.ones(len(lines), dtype=bool)
        self.open = set(range(len(lines)))  # lines that may be withheld
        self.users: dict[int, set[int]] = {}
        for line, numbers in enumerate(lines):
            for number in numbers:
                self.users.setdefault(number, set()).add(line)

    def missing(self, line: int) -> list[int]:
        """The numbers of a line that nothing tells."""
        return [n for n in self.lines[line] if n not in self.known and not self.users[n]]

    def withhold(self, holding: list[list[int]]) -> bool:
        """Withhold one of the numbers that hold a part fast, of the first way that has one to give.

        The one least wanted, with all lines that tell it. Where a way has none, those that are doubtful are
        taken not to be known after all. False when all are known already.
        """
        for numbers in holding:
            free = [
                number
                for number in numbers
                if number not in self.known and self.users.get(number) and self.users[number] <= self.open
            ]
            if free:
                self._hide(self.users[max(free, key=lambda number: min(self.users[number]))])
                return True
            doubted = self.doubtful & set(numbers)
            for number in doubted:
                self.relax(number)
            self.doubtful -= doubted
            if doubted:
                return True
        return False

    def withhold_last(self) -> bool:
        """Withhold the line least wanted; False when none is left that may be."""
        left = [line for line in self.open if self.shown[line]]
        self._hide(left and [max(left)])
        return bool(left)

    def _hide(self, lines: Collection[int]) -> None:
        for line in sorted(lines):
            self.shown[line] = False
            for number in self.lines[line]:
                self.users[number].discard(line)
                if not self.users[number] and number not in self.known:
                    self.relax(number)

    def show(self, lines: list[int]) -> None:
        """Publish lines that were withheld; from now on only they may be withheld."""
        self.open, self.doubtful = set(lines), set()
        for line in lines:
            self.shown[line] = True
            for number in self.lines[line]:
                self.users[number].add(line)
