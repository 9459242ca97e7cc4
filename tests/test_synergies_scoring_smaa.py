"""SMAA-2: a published example, brute force, and laws that no draw breaks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from eit_analysis.synergies.scoring import draws, smaa
from eit_analysis.synergies.scoring.ranking import leads_if

# Thrombolytics example of the R package smaa (van Valkenhoef): Beta laws and linear scales as read in
# drugis/mcda-elicitation-web (examples/thrombolytics.json), results as read in gertvv/rsmaa
# (smaa/tests/Examples/smaa-Ex.Rout.save), which come from 10,000 draws. Heparin, then enoxaparin; proximal
# thrombosis, distal thrombosis, major bleeding.
BETA = [[(20, 116), (40, 96), (1, 135)], [(8, 121), (32, 97), (5, 124)]]
SCALES = [(0.0, 0.25), (0.15, 0.4), (0.0, 0.1)]
PUBLISHED = {
    "first": [0.3504, 0.6496],
    "central": [[0.1865, 0.2772, 0.5363], [0.4073, 0.3641, 0.2285]],
    "confidence": [0.6682, 0.8956],
    "first_when_stated": [0.1279, 0.8721],
}
# Five standard errors of a share, or of a weight, over their 10,000 draws and ours.
NEAR = 0.03


def ranked(distance: np.ndarray) -> np.ndarray:
    return smaa.by_candidate(*smaa.ordered(distance))


def thrombolytics(n: int) -> np.ndarray:
    """(draws, alternatives, criteria) distances to the best end of each scale."""
    rng = np.random.default_rng(1)
    values = np.empty((n, 2, 3))
    for alternative, laws in enumerate(BETA):
        for criterion, (law, (best, worst)) in enumerate(zip(laws, SCALES, strict=True)):
            values[:, alternative, criterion] = (rng.beta(*law, n) - best) / (worst - best)
    return values


def test_thrombolytics_example_of_the_r_package():
    n = 20_000
    values = thrombolytics(n)
    weights = np.random.default_rng(2).dirichlet(np.ones(3), n)
    blocks = [
        (weights[part], np.einsum("dn,dmn->dm", weights[part], values[part]))
        for part in (slice(0, 7000), slice(7000, None))
    ]
    found = smaa.count(blocks, n, 2, 3)
    assert found.first / n == pytest.approx(PUBLISHED["first"], abs=NEAR)
    second = np.concatenate([ranked(distance) for _, distance in blocks]) == 2
    assert second.mean(axis=0) == pytest.approx(PUBLISHED["first"][::-1], abs=NEAR)
    central = found.central_weights()
    assert central == pytest.approx(np.array(PUBLISHED["central"]), abs=NEAR)
    for alternative, expected in enumerate(PUBLISHED["confidence"]):
        ranks = ranked(values @ central[alternative])
        assert (ranks[:, alternative] == 1).mean() == pytest.approx(expected, abs=NEAR)
    stated = ranked(values @ np.array([0.5, 0.2, 0.3]))
    assert (stated == 1).mean(axis=0) == pytest.approx(PUBLISHED["first_when_stated"], abs=NEAR)


def test_an_alternative_that_is_never_first_has_no_central_weights():
    # As in the tests of gertvv/rsmaa (smaa/tests/nacw.R): the first beats the second on everything.
    weights = np.full((10, 3), 1 / 3)
    distance = weights @ np.array([[0.0] * 3, [1.0] * 3]).T
    found = smaa.count([(weights, distance)], 10, 2, 3).central_weights()
    assert found[0] == pytest.approx([1 / 3] * 3) and np.isnan(found[1]).all()


@settings(max_examples=40)
@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 10_000), st.booleans())
def test_ranks_are_those_of_a_plain_sort(m, n_draws, seed, tied):
    distance = np.random.default_rng(seed).normal(0, 1, (n_draws, m))
    if tied:
        distance = np.round(distance, 1)
    assert np.array_equal(ranked(distance), rankdata(distance, "min", axis=1))


def test_values_that_differ_by_less_than_the_resolution_are_equal():
    distance = np.array([[0.3, 0.1 + 0.2, 0.2]])
    assert ranked(distance).tolist() == [[2, 2, 1]]
    # A half and a whole lie on the grid itself: what a product rounds below them is no other rank.
    around = np.nextafter(np.array([0.5, 0.5, 1.0, 1.0]), [0.0, 1.0, 0.0, 2.0])
    assert ranked(around[None]).tolist() == [[1, 1, 3, 3]]


@settings(max_examples=20)
@given(
    st.integers(1, 25), st.integers(1, 90), st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 90),
    st.sampled_from([1, 500, smaa.HELD]),
)  # fmt: skip
def test_counts_are_those_of_all_draws_at_once_however_they_are_cut(m, n_draws, seed, size, part, held):
    rng = np.random.default_rng(seed)
    weights, distance = rng.dirichlet(np.ones(2), n_draws), np.round(rng.random((n_draws, m)), 2)
    ranks = rankdata(distance, "min", axis=1)
    blocks = ((weights[i : i + size], distance[i : i + size]) for i in range(0, n_draws, size))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(smaa, "PART", part)
        patch.setattr(smaa, "HELD", held)
        found = smaa.count(blocks, n_draws, m, 2)
    assert np.array_equal(found.first, (ranks == 1).sum(axis=0))
    assert np.array_equal(found.top, (ranks <= smaa.TOP).sum(axis=0))
    quantiles = np.percentile(ranks, [5, 95], axis=0, method="inverted_cdf")
    assert np.array_equal([found.low, found.high], quantiles.astype(int))
    for i in range(m):
        if (ranks[:, i] == 1).any():
            assert found.central_weights()[i] == pytest.approx(weights[ranks[:, i] == 1].mean(axis=0))


def intervals(low, central, high, group=None) -> draws.Intervals:
    arrays = [np.asarray(x, dtype=float) for x in (low, central, high)]
    codes = np.arange(len(arrays[0]))[:, None].repeat(arrays[0].shape[1], axis=1) if group is None else group
    return draws.Intervals(*arrays, np.asarray(codes))


def test_values_follow_the_triangular_law_and_weights_the_stated_ones():
    asked = intervals([[0.1], [0.2]], [[0.2], [0.2]], [[0.7], [0.2]])
    drawn = draws.weights(np.array([1.0]), 40_000, 5)
    distance = np.concatenate([d for _, d in draws.blocks(asked, drawn, 5)])
    assert distance.shape == (40_000, 2) and distance[:, 1] == pytest.approx(0.2)
    x = distance[:, 0]
    assert x.min() >= 0.1 and x.max() <= 0.7
    # Mean (a + b + c) / 3 and variance (a² + b² + c² − ab − ac − bc) / 18 of a triangular law.
    assert x.mean() == pytest.approx(1 / 3, abs=0.004)
    assert x.var() == pytest.approx((0.01 + 0.04 + 0.49 - 0.02 - 0.07 - 0.14) / 18, rel=0.03)
    stated = np.array([0.2, 0.5, 0.3])
    weights = draws.weights(stated, 40_000, 5)
    assert weights.sum(axis=1) == pytest.approx(1)
    assert weights.mean(axis=0) == pytest.approx(stated, abs=0.003)
    # √(w (1 − w) / (30 + 1)), the law being Dirichlet of 30 times the weights; three errors of 40,000 draws.
    assert weights.std(axis=0) == pytest.approx(np.sqrt(stated * (1 - stated) / 31), rel=0.011)


def test_candidates_of_one_flow_share_its_error_and_others_do_not():
    low, central, high = np.zeros((3, 1)), np.full((3, 1), 0.5), np.ones((3, 1))
    asked = intervals(low, central, high, [[0], [0], [1]])
    drawn = draws.weights(np.array([1.0]), 5000, 5)
    x = np.concatenate([d for _, d in draws.blocks(asked, drawn, 5)])
    assert np.array_equal(x[:, 0], x[:, 1])
    assert abs(np.corrcoef(x[:, 0], x[:, 2])[0, 1]) < 0.06


def test_one_is_better_by_its_sure_part_when_they_share_the_unsure_part():
    # Same tonnes, known to a factor of 10, and a small difference in distance: the nearer is always first.
    low, central, high = [[0.0, 0.4], [0.0, 0.5]], [[0.5, 0.4], [0.5, 0.5]], [[1.0, 0.4], [1.0, 0.5]]
    shared = intervals(low, central, high, [[0, 0], [0, 1]])
    apart = intervals(low, central, high)
    drawn = draws.weights(np.array([0.5, 0.5]), 500, 5)
    first = [smaa.count(draws.blocks(x, drawn, 5), 500, 2, 2).first for x in (shared, apart)]
    assert list(first[0]) == [500, 0] and 0 < first[1][1] < 500


def test_confidence_factor_by_hand():
    # The triangular law on [0, 1] with mode 0.5 has P(x < t) = 2 t² up to t = 0.5.
    asked = intervals([[0.0, 0.0], [0.25, 0.25]], [[0.5, 0.0], [0.25, 0.25]], [[1.0, 0.0], [0.25, 0.25]])
    found = draws.confidence(asked, np.array([[0.5, 0.5], [np.nan, np.nan]]), 20_000, 5)
    assert found[0] == pytest.approx(1 - 2 * 0.5**2, abs=0.02) and np.isnan(found[1])
    one_criterion = intervals([[0.0], [0.25]], [[0.5], [0.25]], [[1.0], [0.25]])
    found = draws.confidence(one_criterion, np.ones((2, 1)), 20_000, 5)
    assert found == pytest.approx([2 * 0.25**2, 1 - 2 * 0.25**2], abs=0.02)


def test_what_it_would_take_to_come_first():
    # One is best on the first criterion, one on the second, the third behind both.
    distance = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    stated = np.array([0.6, 0.4])
    drawn = draws.weights(stated, 5000, 1)
    found = smaa.count(draws.blocks(intervals(distance, distance, distance), drawn, 1), 5000, 3, 2)
    # The first needs little more than the stated weights, which lead there most of the time.
    assert list(leads_if(stated, found.central_weights(), found.first)) == ["data", "weights", "never"]
    # The second is first where its criterion weighs more than half.
    assert found.central_weights()[1, 1] == pytest.approx(drawn[drawn[:, 1] > 0.5, 1].mean())


def test_a_difference_within_chance_is_told_as_none():
    stated, central = np.array([0.6, 0.4]), np.array([[0.65, 0.35]] * 3)
    assert list(leads_if(stated, central, np.array([4, 16, 4000]))) == ["few", "data", "weights"]
    # Three standard errors of the mean of 16 draws: 3 √(0.6 × 0.4 / (30 + 1) / 16) = 0.06599.
    central = 0.6 + np.array([[0.0659, -0.0659], [0.0661, -0.0661]]) - [[0, 0.2]]
    assert list(leads_if(stated, central, np.array([16, 16]))) == ["data", "weights"]


def test_what_a_few_draws_have_in_common_is_no_condition():
    # One draw, far from the stated weights, or four at them: neither other weights nor the data are told.
    stated, central = np.array([0.6, 0.4]), np.array([[0.9, 0.1], [0.6, 0.4], [0.9, 0.1], [0.6, 0.4]])
    told = leads_if(stated, np.vstack([central, [np.nan] * 2]), np.array([1, 4, 10, 10, 0]))
    assert list(told) == ["few", "few", "weights", "data", "never"]
