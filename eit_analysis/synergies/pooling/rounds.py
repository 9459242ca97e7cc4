"""The milk run: the shortest rounds of a lorry that visit every member of a group."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# A load is counted in millionths of a lorry, rounded up: a lorry is never overloaded.
FULL = 1_000_000
ITERATIONS = 200


class Rounds(NamedTuple):
    """Length of all the rounds of one pass over the members, km, and how many they are."""

    km: float
    number: int


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

    Parameters
    ----------
    km : numpy.ndarray
        Distances by road between the members.
    loads : numpy.ndarray
        What each gives, as a share of a lorry, at most 1.
    depot : int
        Position of the member where rounds start and end.
    worth_km : float
        Length that one round less is worth (w), km.
    iterations, seed : int
        Effort, and start of the random numbers, of the search.

    Raises
    ------
    ValueError
        When a member fills more than a lorry.
    """
    from pyvrp import Model
    from pyvrp.stop import MaxIterations

    units = np.ceil(np.asarray(loads) * FULL - 1e-3).astype(int)
    if (units > FULL).any():
        raise ValueError("a member fills more than one lorry")
    metres = np.rint(np.asarray(km) * 1000).astype(int)
    model = Model()
    places = [model.add_location(0, 0) for _ in metres]
    model.add_depot(places[depot])
    for place, load in zip(places, units, strict=True):
        model.add_client(place, pickup=int(load))
    model.add_vehicle_type(len(places), capacity=FULL, fixed_cost=round(worth_km * 1000))
    for i, start in enumerate(places):
        for j, end in enumerate(places):
            model.add_edge(start, end, int(metres[i, j]))
    best = model.solve(MaxIterations(iterations), seed=seed, display=False, collect_stats=False).best
    return Rounds(best.distance() / 1000, best.num_routes())
