"""The best part of a group of firms: against every part where they can be tried, and against a greedy peer.

    python -m benchmarks.pooling [--sizes 10 12 20 40 60] [--seeds 3]

Firms at random in a square of 20 km, a skip of cardboard each, one lorry of 8 t twelve times a year, 15 km of
reach, the reference costs. Prints, for each territory: members and saving of the best part, what is proven
that no part saves more than, the saving by enumeration (up to 12 firms, tours by dynamic programming), that
of a greedy insertion from the best pair, and seconds of wall clock and of processor.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from eit_analysis.synergies.pooling.best_part import best_part
from eit_analysis.synergies.pooling.costs import by_profile, cost_table
from eit_analysis.synergies.pooling.offered import Offered, Sharers, offered
from eit_analysis.synergies.pooling.rounds import FULL, every_tour
from eit_analysis.synergies.pooling.subsets import members_of
from eit_analysis.synergies.pooling.thresholds import Threshold

SKIP = Threshold("collection", "", "t", 36.0, 12, 8.0, "collection", "une benne de carton")
TRIED = 12


def territory(n: int, seed: int) -> Offered:
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 20, (n, 2))
    km = 1.3 * np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    volumes = rng.lognormal(1.6, 0.9, n).clip(0.5, 35)
    paid = volumes * rng.uniform(40, 200, n)
    return offered(Sharers(volumes, paid, km, 15.0, SKIP, by_profile(cost_table())["collection"]))


def enumerated(of: Offered) -> float:
    """The most that a part saves, each tried."""
    inside = members_of(len(of.worth))
    saving = inside @ of.worth - of.fixed - every_tour(of.road)
    within = np.zeros(len(inside), dtype=bool)
    for centre, near in enumerate(of.near):
        within |= inside[:, centre] & ~inside[:, ~near].any(axis=1)
    can = within & (inside.sum(axis=1) > 1) & (inside @ of.load <= FULL) & (inside @ of.volume >= of.least)
    return float(np.where(can, saving, -np.inf).max())


def greedy(of: Offered) -> float:
    """From the pair that saves most, whoever adds most is inserted where its way is least."""
    n = len(of.worth)
    pairs = of.worth[:, None] + of.worth - 2 * of.road - of.fixed
    pairs[~of.near | np.eye(n, dtype=bool) | (of.load[:, None] + of.load > FULL)] = -np.inf
    tour = [int(i) for i in np.unravel_index(pairs.argmax(), pairs.shape)]
    saving = float(pairs.max())
    while True:
        moves = []
        for site in set(range(n)) - set(tour):
            new = [*tour, site]
            if of.load[new].sum() <= FULL and of.near[np.ix_(new, new)].all(axis=0).any():
                ways = [
                    of.road[a, site] + of.road[site, b] - of.road[a, b]
                    for a, b in zip(tour, (*tour[1:], tour[0]), strict=True)
                ]
                at = int(np.argmin(ways))
                moves.append((of.worth[site] - ways[at], at + 1, site))
        gain, at, site = max(moves, default=(0.0, 0, 0))
        if gain <= 0:
            return saving
        tour.insert(at, site)
        saving += float(gain)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 12, 20, 40, 60])
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    best_part(territory(5, 0))  # loads the solver
    print("firms seed members  best €/y  bound €/y  every part  greedy €/y  wall s   cpu s")
    for n in asked.sizes:
        for seed in range(asked.seeds):
            of = territory(n, seed)
            wall, processor = time.perf_counter(), time.process_time()
            part = best_part(of)
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            every = f"{enumerated(of):>10.2f}" if n <= TRIED else " " * 9 + "-"
            if part is None:
                print(f"{n:>5} {seed:>4}    none")
                continue
            print(f"{n:>5} {seed:>4} {len(part.members):>7} {part.saving:>9.2f} {part.bound:>10.2f}  {every} "
                  f"{greedy(of):>11.2f} {wall:>7.2f} {processor:>7.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
