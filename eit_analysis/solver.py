"""HiGHS, quiet: programmes that change from question to question, or that scipy has not the options for.

Huangfu & Hall 2018, Mathematical Programming Computation 10, 119-142.
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import highspy
import numpy as np
from scipy.sparse import csr_array


class Mixed(NamedTuple):
    """Values (n,) of the best solution found, what none falls below, and whether time ran out."""

    x: np.ndarray | None  #: none where no solution was found
    bound: float
    late: bool


def quiet_solver() -> highspy.Highs:
    """A HiGHS of one thread that prints nothing, its banner neither: that goes past Python's own output.

    With more threads, whose workers a forked process does not have, it would wait there for ever.
    """
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


def add_rows(solver: highspy.Highs, forms: csr_array, low: np.ndarray, high: np.ndarray) -> None:
    """Hold the forms, of shape (rows, columns), between their ends."""
    columns, starts = forms.indices.astype(np.int32), forms.indptr[:-1].astype(np.int32)
    solver.addRows(len(low), low, high, forms.nnz, starts, columns, forms.data)


def run(solver: highspy.Highs) -> highspy.HighsModelStatus:
    """Solve, and how it ended. No answer for want of a working solver must not pass for no solution.

    HiGHS has one set of threads for a whole process: where another caller took more, it is set up anew.

    Raises
    ------
    RuntimeError
        HiGHS could not run.
    """
    if solver.run() == highspy.HighsStatus.kError:
        highspy.Highs.resetGlobalScheduler(False)
        if solver.run() == highspy.HighsStatus.kError:
            raise RuntimeError("HiGHS did not run: its options, its memory or its threads")
    return solver.getModelStatus()


def mixed(
    cost: np.ndarray,
    rows: csr_array,
    limits: np.ndarray,
    most: np.ndarray,
    whole: np.ndarray,
    gap: float,
    time_limit_s: float,
) -> Mixed:
    """min c·x, A x ≤ limits, 0 ≤ x ≤ most, x whole where marked, within a relative ``gap`` of the best.

    The search does not start again at its root once some columns are fixed: on joint plans of 90 to 110
    exchanges that share limits it did so for nothing, and took 1.7 times as long (thirteen programmes).
    """
    solver, columns = quiet_solver(), np.arange(len(cost), dtype=np.int32)
    solver.setOptionValue("mip_rel_gap", gap)
    solver.setOptionValue("time_limit", time_limit_s)
    solver.setOptionValue("mip_allow_restart", False)
    solver.addVars(len(cost), np.zeros(len(cost)), most)
    solver.changeColsCost(len(cost), columns, cost)
    solver.changeColsIntegrality(len(cost), columns, whole.astype(np.uint8))
    add_rows(solver, rows, np.full(len(limits), -np.inf), limits)
    status = run(solver)
    info, late = solver.getInfo(), status == highspy.HighsModelStatus.kTimeLimit
    found = info.primal_solution_status == highspy.kSolutionStatusFeasible
    return Mixed(np.array(solver.getSolution().col_value) if found else None, info.mip_dual_bound, late)
