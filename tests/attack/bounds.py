"""Bounds of many forms under one system, for each insider: warm-started linear programmes and witnesses.

For an insider k, its own groups do not move. A solution y of any programme is a witness for all forms at
once: a form that it moves up by the margin is not bounded from above within it.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import csr_array

from .knowledge import knows
from .system import LARGE, System

MARGIN = 0.15
FEW = 3


@dataclass
class Bound:
    """How far a form can go, as a multiple of its true value, and the rows that stop it."""

    up: float
    down: float
    because_up: tuple[str, ...] = ()
    because_down: tuple[str, ...] = ()


class Programme:
    """One connected part of a system, ready to be asked again and again."""

    def __init__(self, system: System, block: int) -> None:
        self.system = system
        self.groups = np.flatnonzero(system.blocks == block)
        matrix = system.matrix[:, self.groups].tocsr()
        self.rows = np.flatnonzero(np.diff(matrix.indptr))
        self.matrix = csr_array(matrix[self.rows])
        self.owner = system.owner[self.groups]
        self.lower, self.upper = system.lower[self.groups], system.upper[self.groups]
        self.solver = highspy.Highs()
        for option in ("output_flag", "log_to_console"):
            self.solver.setOptionValue(option, False)
        self.solver.setOptionValue("threads", 1)
        self.solver.setOptionValue("presolve", "off")
        self._load()

    def _load(self) -> None:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.groups), len(self.rows)
        model.col_cost_ = np.zeros(len(self.groups))
        model.col_lower_, model.col_upper_ = self.lower, self.upper
        low, high = self.system.low[self.rows], self.system.high[self.rows]
        model.row_lower_ = np.where(np.isinf(low), -highspy.kHighsInf, low)
        model.row_upper_ = np.where(np.isinf(high), highspy.kHighsInf, high)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = self.matrix.indptr
        model.a_matrix_.index_ = self.matrix.indices
        model.a_matrix_.value_ = self.matrix.data
        self.solver.passModel(model)

    def hold(self, owner: str | None) -> None:
        """Take the place of one reader: the groups that it knows are what they are."""
        own = np.array([knows(owner, who) for who in self.owner])
        columns = np.arange(len(self.groups), dtype=np.int32)
        self.solver.changeColsBounds(
            len(columns), columns, np.where(own, 0.0, self.lower), np.where(own, 0.0, self.upper)
        )

    def push(self, direction: np.ndarray) -> np.ndarray:
        """The feasible y that goes farthest in a direction."""
        columns = np.arange(len(direction), dtype=np.int32)
        self.solver.changeColsCost(len(columns), columns, -direction)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.solver.clearSolver()
            self.solver.run()
        status = self.solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"a programme that has a solution gave {status}")
        return np.asarray(self.solver.getSolution().col_value)

    def reasons(self) -> tuple[str, ...]:
        """The printed cells that hold the last optimum, the strongest first."""
        duals = np.abs(np.asarray(self.solver.getSolution().row_dual))
        order = [i for i in np.argsort(-duals) if duals[i] > 1e-7][:8]
        return tuple(self.system.sources[self.rows[i]] for i in order)


def settle(
    programme: Programme, forms: csr_array, values: np.ndarray, insider: str | None, seed: int = 0
) -> dict[int, Bound]:
    """The forms that an insider can bound within the margin on one side at least.

    ``forms`` (forms, groups of the programme), ``values`` their true values, not zero. Every other form has a
    witness on both sides.
    """
    programme.hold(insider)
    size, count = np.abs(values), forms.shape[0]
    upward, downward = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    random = np.random.default_rng(seed)

    def see(y: np.ndarray) -> None:
        moved = (forms @ y) / size
        upward[moved >= MARGIN - 1e-7] = True
        downward[moved <= -MARGIN + 1e-7] = True

    # Many at once first, as long as that serves several: a random mixture of what is still open moves a
    # good part of it.
    for sign, done in ((1.0, upward), (-1.0, downward)):
        served = FEW
        while served >= FEW and (~done).sum() > FEW:
            before = done.sum()
            weights = np.where(done, 0.0, random.exponential(size=count) / size)
            see(programme.push(sign * (forms.T @ weights)))
            served = done.sum() - before
    found: dict[int, Bound] = {}
    for sign, done in ((1.0, upward), (-1.0, downward)):
        for number in np.flatnonzero(~done):
            if done[number]:
                continue
            direction = forms[[number]].toarray()[0]
            y = programme.push(sign * direction)
            see(y)
            if not done[number]:
                ratio = 1.0 + float(direction @ y) / size[number]
                bound = found.setdefault(int(number), Bound(LARGE, -LARGE))
                if sign > 0:
                    bound.up, bound.because_up = ratio, programme.reasons()
                else:
                    bound.down, bound.because_down = ratio, programme.reasons()
    return found
