"""The bounds of every part, by linear programmes over what is published (see :mod:`audit`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.sparse import csr_array

from eit_analysis.publishing.release.found_moves import FoundMoves, enough
from eit_analysis.publishing.release.parts import Parts, ones_of, parts_of
from eit_analysis.publishing.release.programme import SLACK, Programme
from eit_analysis.publishing.release.system import PROTECTION, System, merged
from eit_analysis.records import actors_behind, known_by

# How far, in multiples of itself, an amount may be moved by a witness.
NEAR, FAR = 1.0, 20.0
FEW = 30  # parts that one programme for all must serve, for another to be worth its time
MEMORY = 40  # bare parts to try first
KEPT = 0.9  # of the room that earlier releases leave a part


class Witnesses:
    """Numbers that say something of one another, and other amounts that agree with those published."""

    def __init__(self, system: System, numbers: np.ndarray, asked: np.ndarray, readers: list[str]) -> None:
        forms = csr_array(system.forms[numbers])
        used = np.unique(forms.indices)
        forms, self.amounts, firms = merged(
            csr_array(forms[:, used]), system.firms[used], system.amounts[used]
        )
        self.unit, self.known = _read_by(firms, readers)
        self.all_numbers, self.forms = numbers, forms
        self.ones = ones_of(csr_array(forms[system.people[numbers]]), self.unit)
        cells = ~system.relation[numbers]
        parts = self._parts_of(csr_array(forms[cells]), system.closed[numbers][cells])
        at = np.flatnonzero(np.isin(numbers, asked))
        self.found = FoundMoves(parts, self.known, len(at))
        self.alone = np.eye(self.known.shape[1], dtype=bool)
        self.numbers = [int(number) for number in numbers[at]]
        self.row = {number: row for row, number in enumerate(self.numbers)}
        told, ends = csr_array(forms[at]), (system.low[self.numbers], system.high[self.numbers])
        self.programme = Programme(self.amounts, self.known, told, *ends, self.ones)
        self.suspects: list[tuple[int, int, int]] = []
        self.withheld_for: dict[int, tuple[int, int, int]] = {}  # by number the part that it held fast

    def _parts_of(self, cells: csr_array, closed: np.ndarray) -> Parts:
        return parts_of(cells, self.amounts, self.unit, self.known, closed, self.ones)

    def relax(self, number: int) -> None:
        """Withhold a number."""
        if self.suspects:
            self.withheld_for.setdefault(number, self.suspects[0])
        self.programme.relax(self.row[number])
        self.found.take_back(self.row[number])

    def could_leave(self, numbers: Sequence[int]) -> bool:
        """Whether a line, of which these are withheld, may be published: only parts once bare are tried.

        What is found on the way agrees with what is published, which is less.
        """
        likely = [self.withheld_for[number] for number in numbers if number in self.withheld_for]
        agreed = self.programme.agree(self.found.moves, self._hold(numbers))
        fits = np.asarray(agreed.all(axis=0))
        suspects = [one for one in dict.fromkeys([*likely, *self.suspects]) if self._kept_from(*one)]
        free = all(self.found.serves(*one, fits) or self._shielded(*one, _nothing) for one in suspects)
        for number in numbers:
            self.relax(number)
        return free

    def publish(self, numbers: Sequence[int]) -> None:
        """Publish numbers that were withheld: while they are, what contradicts them is no witness."""
        self.found.strike(self._hold(numbers), self.programme.agree)

    def _hold(self, numbers: Sequence[int]) -> list[int]:
        """Hold numbers, and their rows."""
        rows = [self.row[number] for number in numbers]
        self.programme.hold(rows)
        return rows

    def _kept_from(self, target: int, reader: int, sign: int) -> bool:
        """Whether a part is still kept from a reader, and not given up."""
        return bool(self.found.parts.kept(sign)[target, reader])

    def _concede(self, target: int, reader: int, sign: int) -> None:
        """Ask of a part before one reader, on one side, only what the last programme reached."""
        parts, reached = self.found.parts, KEPT * self.reached
        kept = {way: np.zeros((1, len(self.alone)), dtype=bool) for way in (1, -1)}
        for way in (1, -1) if parts.either[target, 0] else (sign,):
            parts.kept(way)[target, reader] = False
            kept[way][0, reader] = True
        if reached > SLACK * parts.size[target]:
            form = csr_array(parts.forms[[target]] * (PROTECTION * parts.size[target] / reached))
            less = Parts(form, parts.size[[target]], kept[1], kept[-1], parts.either[[target]])
            self.found.protect(less)

    def leave_open(self, numbers: Sequence[int]) -> bool:
        """Whether the parts of a sum of some numbers, published or not, have their witnesses."""
        before = self.found.parts
        total = self.forms[np.isin(self.all_numbers, numbers)].sum(axis=0)
        self.found.protect(self._parts_of(csr_array(total[None, :]), np.zeros(1, dtype=bool)))
        is_open = self.cover(_nothing)
        self.found.unprotect(before)
        self.suspects = []
        return is_open

    def cover(self, withhold: Callable[[list[list[int]]], bool], concede: bool = False) -> bool:
        """Find the witnesses of all parts, withholding numbers where there are none: those once bare first.

        False where nothing can be withheld for one. With ``concede``, that part is given up: bare by what is
        known already, it cannot be protected as it should, but what is new must leave it nearly as open as
        it is.
        """
        if not concede and not self._suspects_covered(withhold):
            return False
        # What leaves many firms their own serves before all of them at once.
        for readers in _halves(len(self.alone)):
            self._many(readers)
        # What is found for one serves others as well: who lacks few now will not lack more.
        most = np.max([self.found.lacking(sign).sum(axis=0) for sign in (1, -1)], axis=0)
        for readers in self.alone[most >= FEW]:
            self._many(readers)
        while not self._covered(withhold):
            if not concede:
                return False
            self._concede(*self.suspects[0])
        return True

    def _covered(self, withhold: Callable[[list[list[int]]], bool]) -> bool:
        """Whether all parts have their witnesses, the upper bounds first."""
        for sign in (1, -1):
            lacking = np.unique(np.nonzero(self.found.lacking(sign))[0])
            # Small parts first: what they ask to be withheld is small, and often serves the large ones.
            for target in lacking[np.argsort(self.found.parts.size[lacking], kind="stable")].tolist():
                if not self._part_covered(target, sign, withhold):
                    return False
        return True

    def _part_covered(self, target: int, sign: int, withhold: Callable[[list[list[int]]], bool]) -> bool:
        """Find the witnesses of one part on one side: for several readers at once as long as there are."""
        together = 2
        while len(lacking := np.flatnonzero(self.found.lacking(sign, [target]))):
            readers = lacking[:together]
            if len(readers) == 1:
                if not self._shielded(target, int(readers[0]), sign, withhold):
                    return False
            elif self._witness(target, np.isin(np.arange(len(self.alone)), readers), sign):
                together = len(readers) // 2
                continue
            together = 2 * len(readers)
        return True

    def _suspects_covered(self, withhold: Callable[[list[list[int]]], bool]) -> bool:
        for target, reader, sign in self.suspects:
            lacks = self.found.lacking(sign, [target])[0, reader]
            if lacks and not self._shielded(target, reader, sign, withhold):
                return False
        return True

    def _shielded(
        self, target: int, reader: int, sign: int, withhold: Callable[[list[list[int]]], bool]
    ) -> bool:
        while holding := self._witness(target, self.alone[reader], sign):
            suspect = target, reader, sign
            self.suspects = [suspect, *(old for old in self.suspects if old != suspect)][:MEMORY]
            # One way may be held by what is known already, and the other be enough.
            if not withhold(holding):
                return False
        return True

    def _witness(self, target: int, readers: np.ndarray, sign: int) -> list[list[int]]:
        """Seek amounts that move one part far enough before the eyes of readers; by way what holds it.

        ``readers`` has shape (readers,), bool.
        """
        (at, weights), size = self.found.parts.of(target), self.found.parts.size[target]
        part = np.zeros(len(self.amounts))
        part[at] = weights
        # The sum of several is oftener open below: of the sample nine of ten.
        signs = (-1, 1) if self.found.parts.either[target, 0] else (sign,)
        self.reached, holding = 0.0, []
        for way in signs:
            move = self.programme.farthest(way * part / size, readers, FAR)
            reached = way * float(part @ move)
            self.reached = max(self.reached, reached)
            if reached >= enough(size):
                # A witness near the truth survives more numbers, one farther off serves more parts.
                scales = sorted({min(1.0, PROTECTION * size / reached), 1.0})
                self.found.keep(np.outer(scales, move))
                return []
            holding.append([self.numbers[row] for row in self.programme.holding()])
        return holding

    def _many(self, readers: np.ndarray) -> None:
        """Witnesses for all parts at once, before the eyes of some firms, as long as that serves several."""
        before = self._lacked(readers)
        served = FEW
        while served >= FEW and max(lacking.sum() for lacking in before) >= FEW:
            for lacking, sign in zip(before, (1.0, -1.0), strict=True):
                if lacking.sum() >= FEW:
                    wanted = self.found.parts.forms.T @ (sign * lacking / self.found.parts.size)
                    self.found.keep(self.programme.farthest(wanted, readers, NEAR)[None, :])
            after = self._lacked(readers)
            served, before = int(np.sum(before) - np.sum(after)), after

    def _lacked(self, readers: np.ndarray) -> list[np.ndarray]:
        """Shape (parts,), twice: of how many readers witnesses upward are still wanted, and downward."""
        return [self.found.lacking(sign, readers=readers).sum(axis=1) for sign in (1, -1)]


def _read_by(firms: np.ndarray, readers: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The unit of each amount, from who knows it, and shape (amounts, readers): which readers know it.

    Without readers given, every firm is one, and where all of them know an amount, an outsider.
    """
    apart = [f"{who} {at}" if " " in who else who for at, who in enumerate(map(str, firms))]
    owners = [known_by(who) for who in firms]
    reading = readers or sorted(actors_behind(firms))
    known = np.array([[reader in own for reader in reading] for own in owners], dtype=bool)
    known = known.reshape(len(firms), len(reading))
    if not readers and known[[own != [] for own in owners]].all(axis=1).any():
        known = np.hstack([known, np.zeros((len(firms), 1), dtype=bool)])
    return np.unique(apart, return_inverse=True)[1], known


def _halves(readers: int) -> list[np.ndarray]:
    """Halves of the readers, such that of any two each is in one without the other."""
    bits = np.arange(readers)[:, None] >> np.arange(max(readers - 1, 0).bit_length()) & 1
    return [half for bit in bits.T for half in (bit == 0, bit == 1)]


def _nothing(holding: list[list[int]]) -> bool:
    """Withhold nothing."""
    return False
