"""The round among many places that saves most: branch and cut, exact or with a proven gap.

    max Σ_i (g_i − s − h) x_i − Σ_e k_e z_e − F        Σ_{e at p} z_e = 2 u_p,    Σ_i load_i x_i ≤ 1

with the rows of ``part_programme`` and z_e = 1 for a road that is driven: a prize-collecting travelling
salesman (Balas 1989) of bounded load, with the rows of ``round_cuts``, too many to write down. A round of two
places drives one road twice, that of a single one the road from it to itself; others drive no road twice.
The relaxation of each branch, given the rows that it breaks until it breaks none, bounds what the branch can
save; what would cost more than is left to gain over the best known is left out.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import highspy
import numpy as np
from scipy.sparse import csr_array

from eit_analysis.solver import add_rows, quiet_solver, run
from eit_analysis.synergies.pooling.first_rounds import NEAR
from eit_analysis.synergies.pooling.offered import Offered
from eit_analysis.synergies.pooling.part_programme import Part, programme, wider
from eit_analysis.synergies.pooling.round_cuts import loops, overfilled
from eit_analysis.synergies.pooling.rounds import FULL

# Branches looked at, the same on every machine where a limit of time is not: 3,000 of 30 places, 94 of 60, as
# there is a road between any two; a quarter of them for twice as many sites as ``MANY``.
BRANCHES, LARGE, MANY = 3000, 30, 50


class Search:
    """Branch and cut over u, x, y, how many places are visited, and z, from the best part known."""

    def __init__(self, offered: Offered, best: Part) -> None:
        self.offered, self.best = offered, best
        stand = programme(offered)
        self.site, self.n, self.base = stand.site, len(stand.first), len(stand.cost)
        self.i, self.j = np.triu_indices(self.n)
        road = offered.road[np.ix_(stand.first, stand.first)][self.i, self.j]
        stand = wider(stand, np.append(0.0, road))
        self.columns = np.arange(len(stand.cost), dtype=np.int32)
        self.solver = quiet_solver()
        self.solver.addVars(len(self.columns), np.zeros(len(self.columns)), np.ones(len(self.columns)))
        self.solver.changeColsCost(len(self.columns), self.columns, stand.cost)
        self._add(stand.rows, stand.low, stand.high)
        number = np.zeros((1, len(self.columns)))
        number[0, : self.n], number[0, self.base] = 1.0, -1.0
        degree = np.zeros((self.n, len(self.columns)))
        degree[:, : self.n] = -2 * np.eye(self.n)
        for end in (self.i, self.j):
            degree[end, self.base + 1 + np.arange(len(road))] += 1
        self._add(np.vstack([number, degree]), np.zeros(1 + self.n), np.zeros(1 + self.n))
        self._add(self._of_sites(offered.load / FULL), np.array([-np.inf]), np.array([1.0]))

    def _rounds(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Least and most of each column, for rounds of one place, of two, and of more."""
        for fewest, number, loop, road in ((1, 1, 1.0, 0.0), (2, 2, 0.0, 2.0), (3, self.n, 0.0, 1.0)):
            least, most = np.zeros(len(self.columns)), np.ones(len(self.columns))
            least[self.base], most[self.base] = fewest, number
            most[self.base + 1 :] = np.where(self.i == self.j, loop, road)
            if fewest <= number and (fewest > 2 or len(self.site) > self.n):  # else they are the pairs
                yield least, most

    def run(self) -> Part:
        branches = [(-np.inf, count, *limits) for count, limits in enumerate(self._rounds())]
        count = len(branches)
        most_branches = BRANCHES * min(1.0, LARGE / self.n) ** 5 * min(1.0, MANY / len(self.site)) ** 2
        while branches and count < most_branches:
            cost, _, least, most = heapq.heappop(branches)
            if self._pays(cost) and (solved := self._bounded(least, most)):
                cost, solution, reduced = solved
                whole = self.base - self.n, self.base, self.base + 1
                at = _undecided(np.split(solution, whole))
                if at is None:
                    members = np.flatnonzero(solution[self.site] > 0.5)
                    self.best = Part(members, -cost - self.offered.fixed, -np.inf)
                    continue
                # What costs more than the branch has left to gain is in no better part.
                spare = -cost - self.offered.fixed - self.best.saving
                least, most = np.where(-reduced > spare, most, least), np.where(reduced > spare, least, most)
                for side, value in ((least, np.ceil(solution[at])), (most, np.floor(solution[at]))):
                    count += 1
                    before, side[at] = side[at], value
                    heapq.heappush(branches, (cost, count, least.copy(), most.copy()))
                    side[at] = before
        left = -min((branch[0] for branch in branches), default=np.inf) - self.offered.fixed
        return self.best._replace(bound=max(self.best.saving, left))

    def _pays(self, cost: float) -> bool:
        """Whether a branch whose relaxation costs so much may hold a better part."""
        return -cost - self.offered.fixed > self.best.saving + NEAR

    def _bounded(self, least: np.ndarray, most: np.ndarray) -> tuple[float, np.ndarray, np.ndarray] | None:
        """Cost, solution and reduced costs of a branch's relaxation; None where it has no better part."""
        self.solver.changeColsBounds(len(least), self.columns, least, most)
        while True:
            optimal = run(self.solver) == highspy.HighsModelStatus.kOptimal
            cost = self.solver.getObjectiveValue()
            if not (optimal and self._pays(cost)):
                return None
            found = self.solver.getSolution()
            solution = np.array(found.col_value)
            if not self._cut(solution):
                return cost, solution, np.array(found.col_dual)

    def _cut(self, solution: np.ndarray) -> bool:
        """Adds the rows that a solution breaks; whether there were any."""
        n, centres = self.n, slice(self.base - self.n, self.base)
        visits = solution[self.site]
        roads = np.zeros((n, n))
        roads[self.i, self.j] = roads[self.j, self.i] = solution[self.base + 1 :]
        np.fill_diagonal(roads, 0.0)
        rows, least = [], []
        for inside, place in loops(solution[:n], solution[centres], roads):
            row = np.zeros(len(solution))
            row[place], row[centres] = -2.0, 2.0 * inside
            row[self.base + 1 :] = inside[self.i] != inside[self.j]
            rows.append(row)
            least.append(0.0)
        if cover := overfilled(visits, self.offered.load):
            rows.append(-self._of_sites(cover[0])[0])
            least.append(-float(cover[1]))
        if rows:
            self._add(np.array(rows), np.array(least), np.full(len(rows), np.inf))
        return bool(rows)

    def _add(self, rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        add_rows(self.solver, csr_array(rows), low, high)

    def _of_sites(self, values: np.ndarray) -> np.ndarray:
        """A row of one value a site."""
        return np.bincount(self.site, values, len(self.columns))[None]


def _undecided(parts: list[np.ndarray]) -> int | None:
    """What to branch on: a place or a site, else a centre, else a road, that is farthest from whole."""
    start = 0
    for part in parts:
        apart = np.abs(part - np.round(part))
        if apart.max() > NEAR:
            return start + int(apart.argmax())
        start += len(part)
    return None
