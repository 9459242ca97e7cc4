"""Intervals of totals, shares and differences: by hand, by law, and against Monte Carlo."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.flows import uncertainty

Z = 1.959964
masses = st.floats(0, 1e5)


def flows_of(values: list[tuple[float, float, float]]) -> pd.DataFrame:
    """Flows from (mass, low, high)."""
    columns = [uncertainty.MASS, uncertainty.LOW, uncertainty.HIGH]
    return pd.DataFrame(values, columns=columns, dtype=float).assign(category="wood")


def log_symmetric(mass: float, half_width: float) -> tuple[float, float, float]:
    """The interval of a class of evidence: [m / (1 + w), m (1 + w)]."""
    return mass, mass / (1 + half_width), mass * (1 + half_width)


def sample(values: list[tuple[float, float, float]], draws: int, rng: np.random.Generator) -> np.ndarray:
    """Lognormal draws of each flow, of mean its mass and sigma = ln(u / l) / (2 z): shape (draws, flows)."""
    mass, low, high = np.array(values).T
    sigma = np.log(high / low) / (2 * Z)
    return rng.lognormal(np.log(mass) - sigma**2 / 2, sigma, size=(draws, len(mass)))


def test_a_sum_by_hand():
    # 3 (2 to 5) and 10 (7 to 15): h = 1.5 and 4, H = sqrt(18.25) = 4.272, M = 13, middle = sqrt(187.25).
    row = uncertainty.propagate(flows_of([(3, 2, 5), (10, 7, 15)]), []).iloc[0]
    assert row[uncertainty.MASS] == 13
    assert row["half_t_per_year"] == pytest.approx(18.25**0.5)
    assert row[uncertainty.LOW] == pytest.approx(187.25**0.5 - 18.25**0.5)
    assert row[uncertainty.HIGH] == pytest.approx(187.25**0.5 + 18.25**0.5)


@pytest.mark.parametrize("half_width", [0.05, 0.2, 0.5, 1.0])
def test_a_lone_flow_keeps_its_own_interval(half_width):
    mass, low, high = log_symmetric(40.0, half_width)
    row = uncertainty.propagate(flows_of([(mass, low, high)]), ["category"]).iloc[0]
    assert [row[uncertainty.LOW], row[uncertainty.HIGH]] == pytest.approx([low, high])


def test_zero_mass_and_zero_low():
    zero = uncertainty.propagate(flows_of([(0, 0, 5)]), []).iloc[0]
    assert [zero[uncertainty.LOW], zero[uncertainty.HIGH]] == [0, 5]
    certain = uncertainty.propagate(flows_of([(0, 0, 0)]), []).iloc[0]
    assert [certain[uncertainty.LOW], certain[uncertainty.HIGH]] == [0, 0]
    below_five = uncertainty.propagate(flows_of([(2.5, 0, 5)]), []).iloc[0]
    assert 0 < below_five[uncertainty.LOW] < 2.5 < below_five[uncertainty.HIGH]
    assert below_five[uncertainty.HIGH] - below_five[uncertainty.LOW] == pytest.approx(5)


def test_no_flow_gives_no_group():
    empty = flows_of([])
    assert uncertainty.propagate(empty, ["category"]).empty
    assert uncertainty.propagate(empty, [])[uncertainty.MASS].tolist() == [0]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(masses, masses, masses).map(lambda t: (sorted(t)[1], min(t), max(t))), min_size=1))
def test_the_interval_holds_the_total_and_is_never_negative(values):
    row = uncertainty.propagate(flows_of(values), []).iloc[0]
    tolerance = 1e-9 * (1 + row[uncertainty.HIGH])
    assert -tolerance <= row[uncertainty.LOW] <= row[uncertainty.MASS] + tolerance
    assert row[uncertainty.MASS] <= row[uncertainty.HIGH] + tolerance


# The narrower the flows, the closer the rule: 2 % up to declared (20 %), 10 % for two inferred (100 %).
@pytest.mark.parametrize(
    ("values", "tolerance"),
    [
        ([log_symmetric(m, 0.05) for m in (5, 20, 300)], 0.02),
        ([log_symmetric(m, 0.20) for m in (5, 20, 40, 80)], 0.02),
        ([log_symmetric(m, w) for m, w in [(120, 0.05), (60, 0.2), (30, 0.5), (10, 1.0)]], 0.05),
        ([log_symmetric(m, 1.0) for m in (100, 10)], 0.10),
        ([log_symmetric(10, 1.0) for _ in range(40)], 0.06),
    ],
)
def test_half_widths_agree_with_monte_carlo(values, tolerance):
    totals = sample(values, 200_000, np.random.default_rng(20180101)).sum(axis=1)
    low, high = np.quantile(totals, [0.025, 0.975])
    row = uncertainty.propagate(flows_of(values), []).iloc[0]
    assert row["half_t_per_year"] == pytest.approx((high - low) / 2, rel=tolerance)
    covered = np.mean((totals >= row[uncertainty.LOW]) & (totals <= row[uncertainty.HIGH]))
    assert covered == pytest.approx(0.95, abs=0.02)


def test_a_share_agrees_with_monte_carlo():
    part = [log_symmetric(m, w) for m, w in [(60, 0.2), (30, 0.5)]]
    rest = [log_symmetric(m, w) for m, w in [(90, 0.2), (20, 1.0)]]
    rng = np.random.default_rng(7)
    p, r = (sample(v, 200_000, rng).sum(axis=1) for v in (part, rest))
    wanted = np.quantile(p / (p + r), [0.025, 0.975])
    whole = [uncertainty.propagate(flows_of(v), []).iloc[0] for v in (part, rest)]
    arguments = [row[c] for row in whole for c in (uncertainty.MASS, "half_t_per_year")]
    assert np.array(uncertainty.share_interval(*arguments)) == pytest.approx(wanted, abs=0.01)


def test_shares_at_the_ends():
    assert uncertainty.share_interval(10.0, 2.0, 0.0, 0.0) == (1.0, 1.0)
    assert uncertainty.share_interval(0.0, 0.0, 10.0, 2.0) == (0.0, 0.0)
    assert np.isnan(uncertainty.share_interval(np.float64(0), 0.0, np.float64(0), 0.0)).all()


def test_a_difference_by_hand():
    # 20 (17 to 24) less 10 (6 to 13): 10 - sqrt(3^2 + 3^2), 10 + sqrt(4^2 + 4^2).
    low, high = uncertainty.difference_interval((20, 17, 24), (10, 6, 13))
    assert [low, high] == pytest.approx([10 - 18**0.5, 10 + 32**0.5])
