"""The milk run: never longer than enumeration finds, never an overloaded lorry, the same each time."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.synergies.pooling.rounds import Rounds, every_milk_run, milk_run


def enumerated(km, loads, depot, worth_km):
    """Least Σ (length + w) over every partition into rounds that a lorry can carry, by subsets."""
    n = len(loads)
    full = (1 << n) - 1
    tour = {}
    for subset in range(1, full + 1):
        inside = [i for i in range(n) if subset >> i & 1]
        if sum(loads[i] for i in inside) <= 1 + 1e-9:
            tour[subset] = worth_km + min(
                sum(km[a][b] for a, b in zip((depot, *order), (*order, depot), strict=True))
                for order in permutations(inside)
            )
    best = {0: 0.0}
    for covered in range(1, full + 1):
        first = covered & -covered
        best[covered] = min(
            (
                cost + best[covered & ~subset]
                for subset, cost in tour.items()
                if subset & covered == subset and subset & first
            ),
            default=np.inf,
        )
    return best[full]


def test_a_lorry_is_never_overloaded_by_a_rounding():
    # Three loads of a third and a millionth are more than one lorry.
    km = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    assert milk_run(km, np.full(3, 1 / 3 + 5e-7), 0, 10.0).number == 2
    assert milk_run(km, np.full(3, 1 / 3 - 5e-7), 0, 10.0).number == 1


@st.composite
def groups(draw):
    n = draw(st.integers(2, 6))
    spots = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=n, max_size=n))
    points = np.array(spots, dtype=float)
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)).round(3)
    loads = np.array(draw(st.lists(st.integers(0, 20), min_size=n, max_size=n))) / 20
    return km, loads, draw(st.integers(0, n - 1)), float(draw(st.integers(0, 60)))


@given(groups())
@settings(max_examples=60)
def test_the_heuristic_equals_enumeration(group):
    km, loads, depot, worth_km = group
    found = milk_run(km, loads, depot, worth_km)
    assert found.km + worth_km * found.number == pytest.approx(
        enumerated(km, loads, depot, worth_km), abs=0.02
    )
    assert found.number >= loads.sum() - 1e-9


@given(groups())
@settings(max_examples=30)
def test_the_rounds_of_every_subset_equal_enumeration(group):
    km, loads, depot, worth_km = group
    lengths, numbers = every_milk_run(km, loads, worth_km, np.array([depot]))
    assert lengths[0] == numbers[0] == 0
    for subset in range(1, 1 << len(loads)):
        inside = [i for i in range(len(loads)) if subset >> i & 1]
        if depot in inside:
            least = enumerated(km[np.ix_(inside, inside)], loads[inside], inside.index(depot), worth_km)
            assert lengths[subset, 0] + worth_km * numbers[subset, 0] == pytest.approx(least, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_eleven_sites_are_never_longer_than_by_the_heuristic(seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 15, (11, 2))
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)).round(3)
    loads, depots = rng.uniform(0.02, 0.5, 11), np.array([3, 8])
    lengths, numbers = every_milk_run(km, loads, 40.0, depots)
    for column, depot in enumerate(depots):
        found = milk_run(km, loads, int(depot), 40.0)
        exact = lengths[-1, column] + 40 * numbers[-1, column]
        assert exact <= found.km + 40 * found.number + 1e-6
        assert exact == pytest.approx(found.km + 40 * found.number, rel=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_seven_sites_equal_enumeration(seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 15, (7, 2))
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)).round(3)
    loads = rng.uniform(0.05, 0.7, 7)
    found = milk_run(km, loads, 2, 40.0)
    assert found.km + 40 * found.number == pytest.approx(enumerated(km, loads, 2, 40.0), abs=0.02)


def test_a_square_is_driven_around_and_the_same_place_costs_nothing():
    side = np.array([(0, 0), (0, 3), (3, 0), (3, 3)], dtype=float)
    km = np.abs(side[:, None] - side[None]).sum(axis=2)
    assert milk_run(km, np.full(4, 0.25), 0, 10.0) == Rounds(12.0, 1)
    assert milk_run(np.zeros((3, 3)), np.full(3, 0.5), 0, 10.0) == Rounds(0.0, 2)


def test_a_full_lorry_goes_home_first():
    km = np.array([[0, 10, 10], [10, 0, 1], [10, 1, 0]], dtype=float)
    assert milk_run(km, np.array([0.0, 0.5, 0.5]), 0, 5.0) == Rounds(21.0, 1)
    assert milk_run(km, np.array([0.0, 0.6, 0.6]), 0, 5.0) == Rounds(40.0, 2)


def test_more_than_a_lorry_at_one_site_is_refused():
    with pytest.raises(ValueError, match="more than one lorry"):
        milk_run(np.zeros((2, 2)), np.array([0.2, 1.1]), 0, 5.0)


def test_the_same_seed_gives_the_same_rounds():
    rng = np.random.default_rng(7)
    points = rng.uniform(0, 30, (25, 2))
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    loads = rng.uniform(0.05, 0.4, 25)
    assert milk_run(km, loads, 0, 30.0, seed=3) == milk_run(km, loads, 0, 30.0, seed=3)
