"""The milk run: the shortest rounds of a lorry that visit every member of a group."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eit_analysis.synergies.pooling.costs import Costs
from eit_analysis.synergies.pooling.subsets import least_partition, members_of
from eit_analysis.synergies.pooling.thresholds import Threshold

# A load is counted in millionths of a lorry, rounded up: a lorry is never overloaded.
FULL = 1_000_000
ITERATIONS = 200


class Rounds(NamedTuple):
    """Length of all the rounds of one pass over the members, km, and how many they are."""

    km: float
    number: int


def one_pass(
    km: np.ndarray,
    volumes: np.ndarray,
    centre: int,
    threshold: Threshold,
    costs: Costs,
    iterations: int = ITERATIONS,
) -> Rounds | None:
    """The rounds of one pass over the members of a group, from its centre; none where nothing travels."""
    if not costs.travels:
        return None
    loads, worth_km = lorries(volumes, threshold, costs)
    return milk_run(km, loads, centre, worth_km, iterations=iterations)


def lorries(volumes: np.ndarray, threshold: Threshold, costs: Costs) -> tuple[np.ndarray, float]:
    """What each member gives at a pass, as a share of a lorry, and the km that one round less is worth."""
    worth = max(costs.fixed_cost.central - costs.stop_cost.central, 0.0)
    return volumes / threshold.per_year / threshold.lot, worth / costs.km_cost.central


def milk_run(
    km: np.ndarray,
    loads: np.ndarray,
    depot: int,
    worth_km: float,
    *,
    iterations: int = ITERATIONS,
    seed: int = 0,
) -> Rounds:
    """min Σ_r (length(r) + w), each member on one round r, Σ_{i∈r} load_i ≤ 1, every round from the depot.

    Iterated local search of the library PyVRP, the same for a same seed; distances are whole metres there.
    ``km`` are by road between the members, ``loads`` what each gives, as a share of a lorry, ``depot`` the
    position of the member where rounds start and end, ``worth_km`` the length that one round less is worth.

    Raises
    ------
    ValueError
        When a member fills more than a lorry.
    """
    from pyvrp import Model
    from pyvrp.stop import MaxIterations

    units, metres, worth = whole(km, loads, worth_km)
    model = Model()
    places = [model.add_location(0, 0) for _ in metres]
    model.add_depot(places[depot])
    for place, load in zip(places, units, strict=True):
        model.add_client(place, pickup=int(load))
    model.add_vehicle_type(len(places), capacity=FULL, fixed_cost=worth)
    for i, start in enumerate(places):
        for j, end in enumerate(places):
            model.add_edge(start, end, int(metres[i, j]))
    best = model.solve(MaxIterations(iterations), seed=seed, display=False, collect_stats=False).best
    return Rounds(best.distance() / 1000, best.num_routes())


def every_milk_run(
    km: np.ndarray, loads: np.ndarray, worth_km: float, depots: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The shortest rounds over each subset of a few members, exact: (2^n, m) of km, and of rounds.

    The same programme as :func:`milk_run`, for every subset (numbered as in ``subsets``) from each of m
    depots. One round by dynamic programming over its last stop (Held and Karp 1962), then the best way to
    cut a subset into rounds: 3^n steps, for 16 members at most or so. Of a subset without its depot the
    result means nothing.

    ``depots`` : positions of the members from which rounds start.

    Raises
    ------
    ValueError
        When a member fills more than a lorry.
    """
    units, metres, worth = whole(km, loads, worth_km)
    inside = members_of(len(units))
    # A round from a depot is the tour of whom it visits and of the depot, which needs no stop twice.
    length = every_tour(metres)[np.arange(len(inside))[:, None] | 1 << depots]
    length[inside @ units > FULL] = np.inf
    length[0] = 0
    total, number = least_partition(length + worth * (inside.sum(axis=1, keepdims=True) > 0))
    return (total - worth * number) / 1000, number


def one_round(km: np.ndarray, loads: np.ndarray) -> np.ndarray:
    """The shortest round over each subset that one lorry can carry, from any of its members; (2^n,) of km.

    Infinite where the loads take more than a lorry. Distances are direct, so that no two rounds are shorter.
    """
    units, metres, _ = whole(km, loads, 0.0)
    return np.where(members_of(len(units)) @ units > FULL, np.inf, every_tour(metres) / 1000)


def every_tour(lengths: np.ndarray) -> np.ndarray:
    """The shortest tour of each subset, (2^n,), exact: Held and Karp 1962, from the first member of each."""
    n, inside = len(lengths), members_of(len(lengths))
    sizes, first = inside.sum(axis=1), inside.argmax(axis=1)
    # way[set, last]: from the first member over the whole set, ending at its last stop.
    way = np.full((1 << n, n), np.inf)
    way[1 << np.arange(n), np.arange(n)] = 0
    for size in range(2, n + 1):
        for last in range(n):
            sets = np.flatnonzero((sizes == size) & inside[:, last] & (first != last))
            way[sets, last] = (way[sets ^ 1 << last] + lengths[:, last]).min(axis=1)
    tour = (way + lengths[:, first].T).min(axis=1)
    tour[0] = 0
    return tour


def whole(km: np.ndarray, loads: np.ndarray, worth_km: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Loads in millionths of a lorry, distances and worth of a round in metres."""
    units = np.ceil(np.asarray(loads) * FULL - 1e-3).astype(int)
    if (units > FULL).any():
        raise ValueError("a member fills more than one lorry")
    return units, np.rint(np.asarray(km) * 1000).astype(int), round(worth_km * 1000)
