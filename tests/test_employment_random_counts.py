"""Counts against their laws, and what common random numbers promise: more never gives less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eit_analysis.employment.forecast import random_counts

DRAWS = 20_000


def fits(seen: np.ndarray, law: np.ndarray) -> None:
    """Chi-square of counts against a law; fails by chance once in 10,000 seeds."""
    often = law * len(seen) >= 5
    found = np.bincount(seen, minlength=len(law))
    expected = np.append(law[often], law[~often].sum() + 1e-12) * len(seen)
    observed = np.append(found[often], found[~often].sum())
    assert len(found) == len(law)
    assert stats.chisquare(observed, expected / expected.sum() * len(seen)).pvalue > 1e-4


@pytest.mark.parametrize("mean", [0.03, 8.0, 99.9, 250.0])
def test_poisson_counts_follow_their_law(mean: float) -> None:
    seen = random_counts.poisson(np.full((1, DRAWS), mean), np.random.default_rng(4))[0]
    fits(seen, stats.poisson.pmf(np.arange(int(mean + 12 * mean**0.5 + 10)), mean))


@pytest.mark.parametrize(("people", "chance"), [(1, 0.3), (40, 0.002), (40, 0.6), (255, 0.5), (700, 0.07)])
def test_people_leave_by_the_binomial_law(people: int, chance: float) -> None:
    there, hazard = np.full((1, DRAWS), people), np.full((1, DRAWS), -np.log1p(-chance))
    seen = random_counts.leaving(there, hazard, np.random.default_rng(4))[0]
    fits(seen, stats.binom.pmf(np.arange(people + 1), people, chance))


def test_nobody_leaves_at_no_hazard_and_everybody_at_an_infinite_one() -> None:
    there = np.tile(np.arange(600), (2, 1))
    hazard = np.array([0.0, np.inf])[:, None] * np.ones(there.shape)
    hazard[0] = 0.0
    left = random_counts.leaving(there, hazard, np.random.default_rng(1))
    assert (left == there * np.array([[0], [1]])).all()
    assert random_counts.poisson(np.zeros((2, 50)), np.random.default_rng(1)).sum() == 0
    assert random_counts.poisson(np.zeros((0, 50)), np.random.default_rng(1)).shape == (0, 50)


@given(
    size=st.lists(st.integers(0, 700), min_size=1, max_size=4),
    more=st.integers(0, 40),
    chance=st.floats(0, 0.999),
    seed=st.integers(0, 999),
)
@settings(max_examples=60)
def test_more_people_or_demand_never_give_less(size: list, more: int, chance: float, seed: int) -> None:
    """Nor does one more occupation, below, change any number of those above it."""
    there = np.repeat(np.array(size)[:, None], 50, axis=1)
    hazard = np.full(there.shape, -np.log1p(-chance))
    wider = np.vstack([there + more, np.full((1, 50), 900)])

    def drawn(people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        at = np.resize(hazard, people.shape)
        first, second = np.random.default_rng(seed), np.random.default_rng(seed)
        return random_counts.leaving(people, at, first), random_counts.poisson(chance * people, second)

    (few, wanted), (many, wanted_more) = drawn(there), drawn(wider)
    extra = many[:-1] - few
    assert ((extra >= 0) & (extra <= more)).all()
    assert (wanted_more[:-1] >= wanted).all()
    if more == 0:
        assert (extra == 0).all()
