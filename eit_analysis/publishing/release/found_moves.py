"""The moves found so far: other amounts that agree with all that is published, and which parts they serve."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from eit_analysis.publishing.release.parts import Parts
from eit_analysis.publishing.release.programme import SLACK
from eit_analysis.publishing.release.system import PROTECTION


class FoundMoves:
    """Moves from the true amounts, and how many of them serve each part before each reader.

    A move serves a part that it brings far enough, up (1) or down (-1), before whom knows nothing of what it
    moves.

    Attributes
    ----------
    parts : Parts
        What is protected.
    """

    def __init__(self, parts: Parts, known: np.ndarray, numbers: int) -> None:
        # BLAS multiplies no integers.
        self.parts, self.known, self._weighed = parts, known, known.astype(np.float32)
        self._moves = np.zeros((0, len(known)))
        self._fresh: list[np.ndarray] = []  # the last moves, not yet among them
        self._aside = self._moves  # those that contradict numbers held now, and by number which
        self._against = np.zeros((numbers, 0), dtype=bool)
        self._served = self._count(parts, self._moves)

    @property
    def moves(self) -> np.ndarray:
        """Shape (moves, amounts)."""
        if self._fresh:
            self._moves, self._fresh = np.vstack([self._moves, *self._fresh]), []
        return self._moves

    def keep(self, moves: np.ndarray) -> None:
        """Add moves, of shape (moves, amounts)."""
        self._fresh.append(moves)
        far = enough(self.parts.size)
        for move in moves:  # most go far for few parts, or before few readers: the others are not touched
            moved, blind = self.parts.forms @ move, np.flatnonzero((move != 0) @ self._weighed == 0)
            for way, count in self._served.items():
                count.T[blind] += way * moved >= far

    def strike(self, rows: list[int], agree: Callable[[np.ndarray, list[int]], np.ndarray]) -> None:
        """Set the moves aside that contradict numbers, for as long as these are held."""
        moves = np.vstack([self._aside, self.moves])
        against = np.pad(self._against, ((0, 0), (0, len(self.moves))))
        against[rows] = ~agree(moves, rows)
        aside, before = np.asarray(against.any(axis=0)), len(self._aside)
        self._serve(self.moves[aside[before:]], -1)
        self._aside, self._against = moves[aside], against[:, aside]
        self._moves = self.moves[~aside[before:]]

    def take_back(self, row: int) -> None:
        """Take the moves back that only a number contradicted that is held no more."""
        if self._against[row].any():
            self._against[row] = False
            aside = np.asarray(self._against.any(axis=0))
            self._serve(self._aside[~aside], 1)
            self._fresh.append(self._aside[~aside])
            self._aside, self._against = self._aside[aside], self._against[:, aside]

    def _serve(self, moves: np.ndarray, times: int) -> None:
        for way, count in self._count(self.parts, moves).items():
            self._served[way] += times * count

    def protect(self, more: Parts) -> None:
        """Protect further parts."""
        for way, count in self._count(more, self.moves).items():
            self._served[way] = np.vstack([self._served[way], count])
        self.parts += more

    def unprotect(self, before: Parts) -> None:
        """Go back to the parts that were protected first."""
        self.parts = before
        self._served = {way: count[: len(before.size)] for way, count in self._served.items()}

    def lacking(
        self, sign: int, parts: list[int] | slice = slice(None), readers: np.ndarray | slice = slice(None)
    ) -> np.ndarray:
        """Shape (parts, readers): before whom which parts still lack a witness on one side."""
        kept = self.parts.kept(sign)[parts][:, readers] & (self._served[sign][parts][:, readers] == 0)
        either = self.parts.either[parts]
        return kept & ~(either & (self._served[-sign][parts][:, readers] > 0)) if either.any() else kept

    def serves(self, target: int, reader: int, sign: int, fits: np.ndarray) -> bool:
        """Whether a move serves a part before a reader, of those that fit, a mask, and of all after them."""
        moves = self.moves
        fits = np.pad(fits, (0, len(moves) - len(fits)), constant_values=True)
        blind = fits & ~moves[:, self.known[:, reader]].any(axis=1)
        at, weights = self.parts.of(target)
        moved = sign * (moves[np.ix_(blind, at)] @ weights)
        moved = np.abs(moved) if self.parts.either[target, 0] else moved
        return bool((moved >= enough(self.parts.size[target])).any())

    def _count(self, parts: Parts, moves: np.ndarray) -> dict[int, np.ndarray]:
        """By way, shape (parts, readers): how many moves bring a part there, unseen by a reader."""
        moved, least = parts.forms @ moves.T, enough(parts.size)[:, None]
        blind = ((moves != 0) @ self._weighed == 0).astype(np.float32)
        reached = {way: (way * moved >= least).astype(np.float32) for way in (1, -1)}
        return {way: (far @ blind).astype(np.int32, "F") for way, far in reached.items()}


def enough(size: np.ndarray) -> np.ndarray:
    """How far parts must move."""
    return PROTECTION * size * (1 - SLACK)
