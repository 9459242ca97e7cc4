"""Weighted sum and TOPSIS, as scikit-criteria reckons them from our criteria."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.synergies.scoring.comparison import topsis, weighted_sum
from eit_analysis.synergies.scoring.spotis import positions


def test_topsis_facility_location():
    # Papathanasiou & Ploskas (2018), Multiple Criteria Decision Aid, chapter "TOPSIS", as read in the tests
    # of distance_metrics_mcda (matrix, weights and closeness), not in the book.
    values = np.array(
        [[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7], [6, 9, 5, 4]], dtype=float
    )
    found = topsis(values, np.array([0.4, 0.3, 0.1, 0.2]), np.ones(4))
    assert found == pytest.approx([0.387, 0.327, 0.391, 0.615, 0.868, 0.493], abs=5e-4)
    assert list(positions(found)) == [5, 6, 4, 2, 1, 3]


def test_topsis_tzeng_and_huang():
    # Tzeng & Huang (2011), Multiple Attribute Decision Making, as read in scikit-criteria's
    # tests/agg/test_topsis.py (test_TOPSIS_tzeng2011multiple).
    values = np.array([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], dtype=float)
    found = topsis(values, np.array([0.3, 0.4, 0.3]), np.ones(3))
    assert found == pytest.approx([0.5037, 0.6581, 0.7482, 0.3340], abs=1e-4)


def test_weighted_sum_on_a_hand_example():
    values = np.array([[10.0, 1.0], [20.0, 3.0], [15.0, 2.0]])
    assert weighted_sum(values, np.array([0.6, 0.4]), np.array([1, -1])) == pytest.approx([0.4, 0.6, 0.5])


def plain_topsis(values: np.ndarray, weights: np.ndarray, directions: np.ndarray) -> np.ndarray:
    scaled = weights * values / np.linalg.norm(values, axis=0)
    best = np.where(directions > 0, scaled.max(axis=0), scaled.min(axis=0))
    worst = np.where(directions > 0, scaled.min(axis=0), scaled.max(axis=0))
    up, down = (np.linalg.norm(scaled - end, axis=1) for end in (best, worst))
    return down / (up + down)


@settings(max_examples=25)
@given(st.integers(2, 8), st.integers(1, 5), st.integers(0, 10_000))
def test_criteria_to_minimise_and_negative_values_are_read_the_right_way(m, n, seed):
    rng = np.random.default_rng(seed)
    values, weights = rng.normal(0, 10, (m, n)), rng.dirichlet(np.ones(n))
    directions = rng.choice([-1, 1], n)
    assert topsis(values, weights, directions) == pytest.approx(plain_topsis(values, weights, directions))
    # One that is at least as good everywhere is nowhere behind.
    better = np.vstack([values, values[0] + directions])
    for method in (topsis, weighted_sum):
        found = method(better, weights, directions)
        assert found[-1] >= found[0] - 1e-12


def test_methods_survive_identical_alternatives_constant_criteria_and_one_alternative():
    same = np.ones((3, 2))
    half, up = np.array([0.5, 0.5]), np.ones(2)
    assert topsis(same, half, up) == pytest.approx([0.5] * 3)
    assert weighted_sum(same, half, up) == pytest.approx([0] * 3)
    one_constant = np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 3.0]])
    assert topsis(one_constant, half, up) == pytest.approx([0, 0.5, 1])
    assert weighted_sum(one_constant, half, -up) == pytest.approx([0.5, 0.25, 0])
    alone = np.array([[3.0, 4.0]])
    assert topsis(alone, half, up) == pytest.approx([0.5])
    assert weighted_sum(alone, half, up) == pytest.approx([0])


def test_pages_that_rank_nothing_do_not_pay_for_scikit_criteria():
    code = "import sys, eit_analysis.synergies.scoring.ranking; sys.exit('skcriteria' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
