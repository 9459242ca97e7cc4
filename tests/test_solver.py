"""HiGHS beside another caller of HiGHS in the same process."""

import highspy
import numpy as np
import pytest
from scipy.sparse import csr_array

from eit_analysis import solver


def knapsack() -> solver.Mixed:
    """max 3 x + 2 y + 2 z, 2 x + y + z <= 2, whole."""
    rows, ones = csr_array([[2.0, 1.0, 1.0]]), np.ones(3)
    return solver.mixed(-np.array([3.0, 2.0, 2.0]), rows, np.array([2.0]), ones, ones, 1e-6, 10.0)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_plan_is_found_whatever_threads_another_caller_has_set_up(threads: int) -> None:
    highspy.Highs.resetGlobalScheduler(True)
    other = solver.quiet_solver()
    other.setOptionValue("threads", threads)
    other.addVars(1, np.zeros(1), np.ones(1))
    assert other.run() == highspy.HighsStatus.kOk
    try:
        found = knapsack()
    finally:
        highspy.Highs.resetGlobalScheduler(True)
    assert found.x is not None
    assert found.x @ [3.0, 2.0, 2.0] == pytest.approx(4.0)


def test_a_solver_that_cannot_run_is_no_answer() -> None:
    broken = solver.quiet_solver()
    broken.setOptionValue("threads", 2)
    highspy.Highs.resetGlobalScheduler(True)
    first = solver.quiet_solver()
    first.setOptionValue("threads", 3)
    first.addVars(1, np.zeros(1), np.ones(1))
    first.run()
    broken.addVars(1, np.zeros(1), np.ones(1))
    try:
        with pytest.raises(RuntimeError, match="HiGHS did not run"):
            solver.run(broken)
    finally:
        highspy.Highs.resetGlobalScheduler(True)
