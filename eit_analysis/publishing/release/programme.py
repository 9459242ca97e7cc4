"""What is published as a linear programme: how far amounts that agree with it may be from the true ones."""

from __future__ import annotations

import highspy
import numpy as np
from scipy.sparse import csr_array

from eit_analysis.solver import add_rows, quiet_solver, run

SLACK = 1e-6  # of what is asked: HiGHS keeps its constraints to 1e-7


class Programme:
    """low <= F (x + d) <= high for every number held, for the moves d from the true amounts x.

    Parameters
    ----------
    amounts : numpy.ndarray
        Shape (amounts,): the true ones, whose sign is known.
    known : numpy.ndarray
        Shape (amounts, readers), bool: which of them each reader knows.
    told : scipy.sparse.csr_array
        Shape (numbers, amounts), F.
    low, high : numpy.ndarray
        Shape (numbers,).
    ones : scipy.sparse.csr_array
        Shape (groups, amounts): amounts that are one together at least.
    """

    def __init__(
        self,
        amounts: np.ndarray,
        known: np.ndarray,
        told: csr_array,
        low: np.ndarray,
        high: np.ndarray,
        ones: csr_array,
    ) -> None:
        self.known, self.told, self.positive = known.astype(np.float32), told, amounts >= 0  # for BLAS
        self.size, self.spare = np.abs(amounts), np.abs(amounts)
        value, far = told @ amounts, highspy.kHighsInf
        self.low, self.high = np.minimum(low - value, 0.0), np.maximum(high - value, 0.0)
        self._columns = np.arange(len(amounts), dtype=np.int32)
        self._solver = quiet_solver()
        self._solver.addVars(len(amounts), np.zeros(len(amounts)), np.zeros(len(amounts)))
        add_rows(self._solver, told, self.low, self.high)
        # A group of one amount is a bound of it, which costs nothing.
        single = np.diff(ones.indptr) == 1
        self.spare[ones[single].indices] -= 1.0
        several = csr_array(ones[~single])
        add_rows(self._solver, several, 1.0 - several @ amounts, np.full(several.shape[0], far))

    def relax(self, row: int) -> None:
        """Withhold a number."""
        self._solver.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)

    def hold(self, rows: list[int]) -> None:
        """Publish numbers that were withheld."""
        for row in rows:
            self._solver.changeRowBounds(row, self.low[row], self.high[row])

    def agree(self, moves: np.ndarray, rows: list[int]) -> np.ndarray:
        """Shape (rows, moves): which of these agree with some numbers, be they held or not."""
        told = self.told[rows]
        slack = SLACK * 1e-2 * (abs(told) @ self.size)[:, None]
        low, high = (end[rows][:, None] for end in (self.low, self.high))
        moved = told @ moves.T
        return (moved >= low - slack) & (moved <= high + slack)

    def farthest(self, direction: np.ndarray, readers: np.ndarray, reach: float) -> np.ndarray:
        """The move d with the greatest c d that some readers do not see; nowhere where none is found.

        No amount grows by more than ``reach`` times itself.
        """
        low, high = -self.spare, reach * self.size
        low, high = np.where(self.positive, low, -high), np.where(self.positive, high, -low)
        seen = self.known @ readers > 0
        low[seen] = high[seen] = 0.0
        self._solver.changeColsBounds(len(low), self._columns, low, high)
        self._solver.changeColsCost(len(low), self._columns, -direction)
        if run(self._solver) != highspy.HighsModelStatus.kOptimal:
            return np.zeros(len(low))
        move = np.array(self._solver.getSolution().col_value)
        move[np.abs(move) < 1e-9 * self.size] = 0.0
        return move

    def holding(self) -> list[int]:
        """The rows of numbers that keep the last move from going farther."""
        duals = np.abs(self._solver.getSolution().row_dual)[: len(self.low)]
        return np.flatnonzero(duals > 1e-9 * duals.max(initial=0.0)).tolist()
