"""Intervals of totals, shares and differences: by plain sums, by law, and against Monte Carlo."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from eit_analysis.flows.uncertainty import lognormal, monte_carlo, propagation
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, prepare, propagate

Z = 1.959963984540054
HALF_WIDTHS = {"measured": 0.05, "declared": 0.20, "estimated": 0.50, "inferred": 1.00}
masses = st.floats(0, 1e5)


def flows_of(values: list[tuple], sources: list | None = None) -> pd.DataFrame:
    """Flows from (mass, low, high), with their error sources (none by default)."""
    flows = pd.DataFrame(values, columns=[MASS, LOW, HIGH], dtype=float)
    sources = sources or [None] * len(flows)
    return flows.assign(
        error_source=pd.Series(sources, dtype=object),
        flow_id=[f"f{i:04d}" for i in range(len(flows))],
        site_id="A",
        category="wood",
    )


def around(mass: float, width: float) -> tuple[float, float, float]:
    """The interval of a class of evidence: m (1 - w) to m (1 + w)."""
    return mass, mass * (1 - width), mass * (1 + width)


def sigma_of(relative_half_width: float) -> float:
    return brentq(lambda s: np.exp(-(s**2) / 2) * np.sinh(Z * s) - relative_half_width, 0, 1, xtol=1e-14)


def plain_moments(flows: pd.DataFrame, correlation: float) -> tuple[float, float, float]:
    """M, V and K3 by the double and triple sums over flows, without any series."""
    mass = flows[MASS].to_numpy()
    sigma = np.array([sigma_of(h / m) for m, h in zip(mass, (flows[HIGH] - flows[LOW]) / 2, strict=True)])
    same = np.equal.outer(flows["error_source"].to_numpy(), flows["error_source"].to_numpy())
    same &= flows["error_source"].notna().to_numpy()
    rho = np.where(same, correlation, 0.0)
    np.fill_diagonal(rho, 1.0)
    c = np.expm1(rho * np.outer(sigma, sigma))
    variance, third = mass @ c @ mass, 0.0
    for i, j, k in product(range(len(mass)), repeat=3):
        pairs = c[i, j] * c[j, k] + c[j, k] * c[i, k] + c[i, j] * c[i, k]
        third += mass[i] * mass[j] * mass[k] * (pairs + c[i, j] * c[j, k] * c[i, k])
    return mass.sum(), variance, third


def plain_moved(flows: pd.DataFrame, correlation: float) -> float:
    """d of the sum by the double sum: that of each flow times its squared correlation with the sum."""
    mass, half = flows[MASS].to_numpy(), ((flows[HIGH] - flows[LOW]) / 2).to_numpy()
    sigma = np.array([sigma_of(h / m) for m, h in zip(mass, half, strict=True)])
    off = mass * np.exp(-(sigma**2) / 2) * np.cosh(Z * sigma) - flows[LOW].to_numpy() - half
    same = np.equal.outer(flows["error_source"].to_numpy(), flows["error_source"].to_numpy())
    same &= flows["error_source"].notna().to_numpy()
    shared = mass * np.sqrt(np.expm1(correlation * sigma**2))
    covariance = np.where(same, np.outer(shared, shared), 0.0)
    own = mass**2 * np.expm1(sigma**2)
    np.fill_diagonal(covariance, own)
    _, variance, _ = plain_moments(flows, correlation)
    return (off * covariance.sum(axis=1) ** 2 / (own * variance)).sum()


def plain_interval(mean: float, variance: float, third: float) -> tuple[float, float]:
    """Bounds of the shifted lognormal of these moments."""
    skewness = third / variance**1.5
    c = max(variance**0.5 / mean, brentq(lambda x: x**3 + 3 * x - skewness, 0, 10, xtol=1e-14))
    s, scale = np.log1p(c**2) ** 0.5, variance**0.5 / c
    return tuple(mean - scale + scale * np.exp(-(s**2) / 2 + side * Z * s) for side in (-1, 1))


def test_a_sum_by_hand():
    # 3 (2 to 5) and 10 (7 to 15): h = 1.5 and 4, so sigma = 0.2529 and 0.2030.
    row = propagate(flows_of([(3, 2, 5), (10, 7, 15)]), []).iloc[0]
    one, two = sigma_of(0.5), sigma_of(0.4)
    assert (one, two) == pytest.approx((0.25291, 0.20294), abs=1e-5)
    variance = 9 * np.expm1(one**2) + 100 * np.expm1(two**2)
    third = sum(m**3 * np.expm1(s**2) ** 2 * (np.expm1(s**2) + 3) for m, s in ((3, one), (10, two)))
    assert row[MASS] == 13
    assert row["sd_t_per_year"] == pytest.approx(variance**0.5)
    low, high = plain_interval(13, variance, third)
    # Both lie higher as lognormals, by 3 exp(-s^2 / 2) cosh(z s) - 3.5 and 10 exp(-s^2 / 2) cosh(z s) - 11.
    off = [
        3 * np.exp(-(one**2) / 2) * np.cosh(Z * one) - 3.5,
        10 * np.exp(-(two**2) / 2) * np.cosh(Z * two) - 11,
    ]
    assert off == pytest.approx([-0.2301, -0.4186], abs=1e-4)
    moved = (off[0] * 9 * np.expm1(one**2) + off[1] * 100 * np.expm1(two**2)) / variance
    assert (row[LOW], row[HIGH]) == pytest.approx((low - moved, high - moved))
    assert row["half_t_per_year"] == pytest.approx((row[HIGH] - row[LOW]) / 2)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_few_sums_are_the_double_and_the_triple_sum(correlation):
    rng = np.random.default_rng(3)
    for largest in (0.2, 1.0, 2.0):
        values = [
            around(m, w) for m, w in zip(rng.lognormal(2, 1, 12), rng.uniform(0, largest, 12), strict=True)
        ]
        flows = flows_of(values, [*"aaaabbbcc", None, None, "d"])
        mean, variance, third = plain_moments(flows, correlation)
        known = prepare(flows, correlation)
        sums = propagation.error_cells(known, propagation.group(known, []))
        found = [moment[0] for moment in propagation.group_moments(sums)]
        assert found[:2] == pytest.approx([mean, variance], rel=6e-4)
        assert found[2] == pytest.approx(third, rel=0.01)
        assert found[3] == pytest.approx(plain_moved(flows, correlation), rel=2e-3)
        bounds = lognormal.moment_interval(*found[:3])
        wanted = plain_interval(mean, variance, third)
        assert bounds == pytest.approx(wanted, abs=0.001 * lognormal.half_width(*wanted))


@pytest.mark.parametrize("largest", [0.001, 0.018, 0.03, 0.35, 0.38, 0.5, 1.0])
def test_few_terms_are_enough(largest):
    terms = propagation.terms_needed(largest)
    x = np.linspace(1e-9, largest**2, 101)
    found = sum(w * x**k for k, w in enumerate(propagation.WEIGHTS[terms], start=1))
    assert found == pytest.approx(np.expm1(x), rel=6e-4)
    assert terms <= (2 if largest < 0.387 else 4)


def test_errors_wholly_shared_make_one_lognormal():
    # The same sigma in one source: the sum is the first flow, three times as large.
    row = propagate(prepare(flows_of([around(10, 0.5), around(20, 0.5)], ["a", "a"]), 1.0), []).iloc[0]
    alone = propagate(flows_of([around(30, 0.5)]), []).iloc[0]
    assert row[[LOW, HIGH]].tolist() == pytest.approx(alone[[LOW, HIGH]].tolist(), rel=1e-3)


def test_shared_errors_widen_a_total_and_distinct_sources_do_not():
    values = [around(m, 0.2) for m in (10, 20, 30)]
    halves = [
        propagate(flows_of(values, sources), [])["half_t_per_year"].iloc[0]
        for sources in ([None] * 3, ["a", "b", "c"], ["a", "a", "b"], ["a", "a", "a"])
    ]
    assert halves[0] == pytest.approx(halves[1], rel=1e-3)
    assert halves[1] < halves[2] < halves[3]


@pytest.mark.parametrize("width", [0.001, 0.05, 0.2, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("middle", [1.0, 1.2, 0.95])
def test_a_lone_flow_keeps_its_range_and_its_mean(width, middle):
    mass = 40.0
    low = max(0.0, 40 * (min(max(middle, 1 - width), 1 + width) - width))
    high = low + 80 * width
    for sources in ([None], ["a"]):
        row = propagate(flows_of([(mass, low, high)], sources), ["category"]).iloc[0]
        assert row["half_t_per_year"] == pytest.approx((high - low) / 2, rel=3e-4)
        assert row[[MASS, LOW, HIGH]].tolist() == pytest.approx([mass, low, high], rel=1e-3, abs=0.02)


@pytest.mark.parametrize(
    ("mass", "low", "high"),
    [
        (106.08, 31.07, 165.38),
        (6000, 2501.4, 9841.9),
        (14000, 7000, 21000),
        (10, 2, 50),
        (3, 3, 5),
        (4, 1, 4),
    ],
)
def test_what_was_stated_of_a_flow_is_told_of_its_group_too(mass, low, high):
    # A lognormal of that mean and width says 54.0 to 188.3 of the first, and 8,260 to 22,260 of the third.
    flows = flows_of([(mass, low, high), (0.001, 0.0005, 0.002)])
    alone = propagate(flows.head(1), ["category"]).iloc[0]
    assert alone[[LOW, HIGH]].tolist() == pytest.approx([low, high], rel=1e-3)
    # What hardly weighs beside it moves nothing, and neither do two halves that err as one.
    # (What is wider than any lognormal shares no error.)
    beside = propagate(flows, ["category"]).iloc[0]
    assert beside[[LOW, HIGH]].tolist() == pytest.approx([low, high], rel=2e-3)
    if (high - low) / 2 < lognormal.WIDEST_RELATIVE * mass:
        halves = flows_of([(mass / 2, low / 2, high / 2)] * 2, ["a", "a"])
        together = propagate(prepare(halves, 1.0), []).iloc[0]
        assert together[[LOW, HIGH]].tolist() == pytest.approx([low, high], rel=0.01)


def test_many_flows_of_even_ranges_make_an_even_range():
    row = propagate(flows_of([around(10, 0.5)] * 40), []).iloc[0]
    assert row[HIGH] - row[MASS] == pytest.approx(row[MASS] - row[LOW], rel=0.01)
    assert row["half_t_per_year"] == pytest.approx(40**0.5 * 5, rel=0.02)


def test_zero_mass_and_zero_low():
    zero = propagate(flows_of([(0, 0, 5)]), []).iloc[0]
    assert [zero[LOW], zero[HIGH]] == pytest.approx([0, 5])
    certain = propagate(flows_of([(0, 0, 0)]), []).iloc[0]
    assert [certain[LOW], certain[HIGH]] == [0, 0]
    exact = propagate(flows_of([(7, 7, 7)], ["a"]), []).iloc[0]
    assert [exact[LOW], exact[HIGH]] == [7, 7]
    below_five = propagate(flows_of([(2.5, 0, 5)]), []).iloc[0]
    assert [below_five[LOW], below_five[HIGH]] == pytest.approx([0, 5], abs=1e-3)


def test_what_no_lognormal_can_be_keeps_its_width():
    wide = propagate(flows_of([(1, 0, 12)]), []).iloc[0]
    assert [wide[LOW], wide[HIGH]] == pytest.approx([0, 12])
    # Just within and just beyond sigma = 1.
    edge = float(lognormal.WIDEST_RELATIVE)
    for half in (edge * 0.9999, edge * 1.0001):
        low, high = lognormal.interval(1.0, half)
        assert high - low == pytest.approx(2 * half)
    # In a total that is large, it counts by its standard deviation.
    row = propagate(flows_of([(1, 0, 12), (1000, 1000, 1000)]), []).iloc[0]
    assert row["sd_t_per_year"] == pytest.approx(6 / lognormal.HALF_WIDTH_PER_SD)


def test_no_flow_gives_no_group():
    empty = flows_of([])
    assert propagate(empty, ["category"]).empty
    assert propagate(empty, [])[MASS].tolist() == [0]


values_and_sources = st.lists(
    st.tuples(masses, masses, masses, st.sampled_from([None, "a", "b"])).map(
        lambda t: (sorted(t[:3])[1], min(t[:3]), max(t[:3]), t[3])
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40)
@given(values_and_sources, st.sampled_from([0.0, 0.5, 1.0]))
def test_the_interval_holds_the_total_and_is_never_negative(values, correlation):
    flows = flows_of([v[:3] for v in values], [v[3] for v in values])
    row = propagate(prepare(flows, correlation), []).iloc[0]
    tolerance = 1e-9 * (1 + row[HIGH])
    assert 0 <= row[LOW] <= row[MASS] + tolerance
    assert row[MASS] <= row[HIGH] + tolerance


@settings(max_examples=20)
@given(values_and_sources)
def test_the_unit_does_not_matter(values):
    flows = flows_of([v[:3] for v in values], [v[3] for v in values])
    kilograms = flows.assign(**{column: 1000 * flows[column] for column in (MASS, LOW, HIGH)})
    one, other = (propagate(f, []).iloc[0].to_numpy(float) for f in (flows, kilograms))
    assert other == pytest.approx(1000 * one, rel=1e-6, abs=1e-6)


@settings(max_examples=20)
@given(values_and_sources, st.randoms())
def test_splitting_a_firm_or_shuffling_changes_no_total(values, random):
    flows = flows_of([v[:3] for v in values], [v[3] for v in values])
    split = flows.assign(site_id=[random.choice("AB") for _ in values]).sample(frac=1, random_state=1)
    one, other = (propagate(f, ["category"]) for f in (flows, split))
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_who_gave_the_mass():
    rows = [
        ("A", "measured", "Bennes", "contractor Bennes"),
        ("B", "declared", "Bennes", "contractor Bennes"),
        ("A", "measured", None, "site A"),
        ("A", "measured", "unknown", "site A"),
        ("A", "declared", None, None),
        ("A", "estimated", "Bennes", None),
        ("A", "inferred", "Bennes", None),
    ]
    flows = pd.DataFrame(rows, columns=["site_id", "evidence", "contractor", "wanted"])
    for frame in (flows, flows.astype("category"), flows.set_axis(range(10, 17))):
        found = propagation.error_sources(frame)
        assert [None if pd.isna(s) else s for s in found] == [row[3] for row in rows]
        assert found.index.equals(frame.index)
    assert propagation.error_sources(flows.head(0)).empty
    nobody = flows.assign(contractor=np.nan)
    assert propagation.error_sources(nobody).dropna().tolist() == ["site A"] * 3


def test_prepared_flows_stay_right_when_rows_are_chosen():
    flows = flows_of([around(m, 0.2) for m in (10, 20, 30, 40)], ["a", "a", "b", None])
    chosen = propagate(prepare(flows)[[True, False, True, True]], [])
    pd.testing.assert_frame_equal(chosen, propagate(flows[[True, False, True, True]], []))


def own_range(mass: np.ndarray, width: np.ndarray) -> dict[str, np.ndarray]:
    """The bounds that a lognormal of that mean and relative half-width has."""
    sigma = np.array([sigma_of(each) for each in width])
    return {LOW: mass * np.exp(-(sigma**2) / 2 - Z * sigma), HIGH: mass * np.exp(-(sigma**2) / 2 + Z * sigma)}


def random_study(rng: np.random.Generator) -> pd.DataFrame:
    """1 to 500 flows of any mix of evidence, some with the respondent's own interval, some contractors."""
    count = int(np.exp(rng.uniform(0, np.log(500))))
    evidence = rng.choice(list(HALF_WIDTHS), count, p=rng.dirichlet(np.ones(4)))
    width = np.array([HALF_WIDTHS[e] for e in evidence])
    width = np.where(rng.random(count) < 0.15, rng.uniform(0.02, 1, count), width)
    mass = rng.lognormal(3, rng.uniform(0.3, 2), count)
    contractor = pd.Series(rng.integers(0, rng.integers(2, 8), count)).map("P{}".format)
    flows = pd.DataFrame({MASS: mass, LOW: mass * (1 - width), HIGH: mass * (1 + width)})
    return flows.assign(
        flow_id=[f"f{i:04d}" for i in range(count)],
        site_id=[f"E{i}" for i in rng.integers(0, 25, count)],
        evidence=evidence,
        contractor=contractor.where(rng.random(count) < 0.7),
    )


def test_half_widths_agree_with_monte_carlo_over_random_studies():
    rng = np.random.default_rng(20180101)
    gaps, off = [], []
    for seed in range(30):
        flows = random_study(rng)
        if len(flows) > 60:  # the wider the sum the rounder: the few are the hard ones
            flows = flows.head(60)
        correlation = rng.choice([0.0, 0.5, 0.8])
        mass = flows[MASS].to_numpy()
        own = flows.assign(**own_range(mass, ((flows[HIGH] - flows[LOW]) / 2).to_numpy() / mass))
        for each in (own, flows):
            row = monte_carlo.beside_formulas(prepare(each, correlation), [], 60_000, seed).frame.iloc[0]
            gaps.append(row["half_width_gap_percent"])
            half = (row["simulated_high_t_per_year"] - row["simulated_low_t_per_year"]) / 2
            off += [(row["simulated_low_t_per_year"] - row[LOW]) / half]
            off += [(row[HIGH] - row["simulated_high_t_per_year"]) / half]
    assert np.abs(gaps[::2]).max() < 2
    # Even ranges are drawn from narrower tails than lognormals of their width: never much too narrow.
    assert min(gaps) > -2 and max(gaps) < 3
    assert min(off) > -0.05 and max(off) < 0.06


def test_the_simulation_is_the_same_whatever_the_order_and_groups_add_up():
    flows = random_study(np.random.default_rng(5)).head(50)
    shuffled = flows.sample(frac=1, random_state=1)
    one, other = (monte_carlo.beside_formulas(f, ["evidence"], draws=2000).frame for f in (flows, shuffled))
    pd.testing.assert_frame_equal(one, other)
    assert one[MASS].is_monotonic_decreasing
    totals = monte_carlo.simulated_totals(flows, ["site_id"], draws=500)
    assert totals.mean(axis=1).sum() == pytest.approx(flows[MASS].sum(), rel=0.05)
    assert monte_carlo.beside_formulas(flows.head(0), ["evidence"]).frame.empty
    certain = flows.assign(**{LOW: flows[MASS], HIGH: flows[MASS]})
    row = monte_carlo.beside_formulas(certain, [], draws=10).frame.iloc[0]
    assert row["simulated_low_t_per_year"] == pytest.approx(row[MASS]) and np.isnan(
        row["half_width_gap_percent"]
    )


def test_a_zero_said_with_doubt_is_drawn_too():
    flows = flows_of([(0, 0, 5), (50, 40, 60)])
    low, high = np.quantile(monte_carlo.simulated_totals(flows, [], draws=50_000), [0.025, 0.975])
    row = propagate(flows, []).iloc[0]
    assert (high - low) / 2 == pytest.approx(row["half_t_per_year"], rel=0.02)


def test_shares_agree_with_monte_carlo_with_and_without_a_common_scale():
    values = [around(m, w) for m, w in [(60, 0.2), (30, 0.5), (90, 0.2), (20, 1.0)]]
    flows = flows_of(values, ["a", None, "a", None]).assign(category=["x", "x", "y", "y"])
    for correlation in (0.0, 0.9):
        known = prepare(flows, correlation)
        x, y = monte_carlo.simulated_totals(known, ["category"], draws=100_000)
        wanted = 100 * np.quantile(x / (x + y), [0.025, 0.975])
        found = propagation.shares(propagation.error_cells(known, propagation.group(known, ["category"])))
        assert found.iloc[0, 1:].tolist() == pytest.approx(wanted, abs=0.7)
        # What is not in the one part is in the other.
        assert found.iloc[1, 1:].tolist() == pytest.approx([100 - found.iloc[0, 2], 100 - found.iloc[0, 1]])


def test_shares_at_the_ends():
    assert lognormal.share_interval(10.0, 2.0, 0.0, 0.0) == (1.0, 1.0)
    assert lognormal.share_interval(0.0, 0.0, 10.0, 2.0) == (0.0, 0.0)
    assert np.isnan(lognormal.share_interval(0.0, 0.0, 0.0, 0.0)).all()


def test_a_difference_by_hand():
    # 20 (17 to 24) less 10 (6 to 13): 10 - sqrt(3^2 + 3^2), 10 + sqrt(4^2 + 4^2).
    low, high = lognormal.difference_interval((20, 17, 24), (10, 6, 13))
    assert [low, high] == pytest.approx([10 - 18**0.5, 10 + 32**0.5])
