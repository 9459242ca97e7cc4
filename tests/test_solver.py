"""HiGHS beside another caller of HiGHS in the same process, and in a process forked from it."""

import multiprocessing

import highspy
import numpy as np
import pytest
from scipy.sparse import csr_array

from eit_analysis import solver


def knapsack() -> float:
    """max 3 x + 2 y + 2 z, 2 x + y + z <= 2, whole: 4."""
    worth, ones = np.array([3.0, 2.0, 2.0]), np.ones(3)
    found = solver.mixed(-worth, csr_array([[2.0, 1.0, 1.0]]), np.array([2.0]), ones, ones, 1e-6, 10.0)
    return np.nan if found.x is None else float(found.x @ worth)


def set_up(threads: int) -> None:
    """Another caller solves something with so many threads, which HiGHS then keeps."""
    highspy.Highs.resetGlobalScheduler(True)
    other = solver.quiet_solver()
    other.setOptionValue("threads", threads)
    other.addVars(1, np.zeros(1), np.ones(1))
    assert other.run() == highspy.HighsStatus.kOk


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_plan_is_found_whatever_threads_another_caller_has_set_up(threads: int) -> None:
    set_up(threads)
    assert knapsack() == pytest.approx(4.0)
    assert knapsack() == pytest.approx(4.0)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_a_forked_process_that_lacks_the_threads_of_its_parent_finds_it_too() -> None:
    set_up(2)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(knapsack).get(timeout=60) == pytest.approx(4.0)


def test_a_solver_that_cannot_run_is_no_answer() -> None:
    broken = solver.quiet_solver()
    broken.addVars(1, np.zeros(1), np.ones(1))
    concave = np.array([0, 1], dtype=np.int32), np.array([0], dtype=np.int32), np.array([-1.0])
    broken.passHessian(1, 1, int(highspy.HessianFormat.kTriangular), *concave)
    with pytest.raises(RuntimeError, match="HiGHS did not run"):
        solver.run(broken)
