"""The part of some sites that saves most as one operation: exact, or with a proven gap.

    max Σ_i (g_i − s) x_i − Σ_e k_e z_e − F − f n
    Σ_i v_i x_i ≥ T,    x_i ≤ Σ_{c near i} y_c,    y_c ≤ x_c,    Σ_c y_c = 1

with y_c = 1 for the centre. Where nothing travels, Σ_i v_i x_i ≤ full + lot n: a whole programme, by HiGHS.
Otherwise n = 0 and the lorry goes round, a prize-collecting travelling salesman (Balas 1989) whose load is
bounded: Σ_{e at i} z_e = 2 x_i, Σ_i load_i x_i ≤ 1 and the rows of ``round_cuts``, too many to write down.
Branch and cut: the relaxation of each branch, given the rows that it breaks until it breaks none, bounds what
the branch can save; what would cost more than is left to gain over the best known is left out.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import highspy
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from eit_analysis.solver import quiet_solver
from eit_analysis.synergies.pooling.first_rounds import NEAR, first_round
from eit_analysis.synergies.pooling.offered import Offered
from eit_analysis.synergies.pooling.round_cuts import loops, overfilled
from eit_analysis.synergies.pooling.rounds import FULL

# Branches looked at, the same on every machine where a limit of time is not: 3,000 of 30 sites, 94 of 60, as
# there is a road between any two.
BRANCHES, LARGE = 3000, 30
# Sites of which a round is searched by branches at all.
SEARCHED = 60


class Part(NamedTuple):
    """Positions of the members, what they save and what no part of these sites saves more than, EUR/year."""

    members: np.ndarray
    saving: float
    bound: float


def best_part(offered: Offered) -> Part | None:
    """The part of two sites or more that saves most, be it below zero; None where no two can be one group.

    ``bound`` is above ``saving`` only where the branches were not enough, or for a round among more than
    ``SEARCHED`` sites: the part is then that of :func:`first_rounds.first_round`, bounded by what all who are
    worth a stop would save without a road.
    """
    if len(offered.worth) < 2:
        return None
    return _round(offered) if offered.travels else _lots(offered)


def _lots(offered: Offered) -> Part | None:
    """Where nothing travels."""
    cost, rows, low, high, most = _programme(offered, np.array([offered.more]), 2)
    if np.isfinite(offered.lot):
        last = np.concatenate([offered.volume, np.zeros(len(offered.worth)), [-offered.lot]])
        rows, low, high = _with(rows, low, high, last, -np.inf, offered.full)
        most[-1] = np.inf
    limits = LinearConstraint(rows, low, high)
    options = {"mip_rel_gap": 0.0, "node_limit": BRANCHES}
    found = milp(
        cost, constraints=limits, integrality=np.ones(len(cost)), bounds=Bounds(0, most), options=options
    )
    if found.x is None:
        return None
    members = np.flatnonzero(found.x[: len(offered.worth)] > 0.5)
    return Part(members, -found.fun - offered.fixed, -found.mip_dual_bound - offered.fixed)


def _round(offered: Offered) -> Part | None:
    """Where one lorry goes round."""
    start = first_round(offered)
    best = Part(np.sort(start[0]), start[1], start[1]) if start else Part(np.array([]), -np.inf, -np.inf)
    if len(offered.worth) > SEARCHED:
        best = best._replace(bound=float(offered.worth.clip(min=0).sum()) - offered.fixed)
    elif len(offered.worth) > 2:
        best = _Search(offered, best).run()
    return best if len(best.members) else None


class _Search:
    """Branch and cut over x, y and z, from the best part known."""

    def __init__(self, offered: Offered, best: Part) -> None:
        self.offered, self.best, n = offered, best, len(offered.worth)
        self.i, self.j = np.triu_indices(n, 1)
        programme = _programme(offered, offered.road[self.i, self.j], 3)  # pairs are known
        cost, rows, low, high, self.most = programme
        ends = np.zeros((n, len(self.i)))
        ends[self.i, np.arange(len(self.i))] = ends[self.j, np.arange(len(self.i))] = 1
        degree = np.hstack([-2 * np.eye(n), np.zeros((n, n)), ends])
        rows, low, high = _with(rows, low, high, degree, 0.0, 0.0)
        self.columns, self.solver = np.arange(len(cost), dtype=np.int32), quiet_solver()
        self.solver.addVars(len(cost), np.zeros(len(cost)), self.most)
        self.solver.changeColsCost(len(cost), self.columns, cost)
        self._add(*_with(rows, low, high, self._row(offered.load / FULL), -np.inf, 1.0))

    def run(self) -> Part:
        branches = [(-np.inf, 0, np.zeros(len(self.columns)), self.most)]
        count, n = 0, len(self.offered.worth)
        most_branches = BRANCHES * min(1.0, (LARGE / n) ** 5)
        while branches and count < most_branches:
            cost, _, least, most = heapq.heappop(branches)
            if self._pays(cost) and (solved := self._bounded(least, most)):
                cost, solution, reduced = solved
                at = _undecided(np.split(solution, [n, 2 * n]))
                if at is None:
                    members = np.flatnonzero(solution[:n] > 0.5)
                    self.best = Part(members, -cost - self.offered.fixed, -np.inf)
                    continue
                # What costs more than the branch has left to gain is in no better part.
                spare = -cost - self.offered.fixed - self.best.saving
                least, most = np.where(-reduced > spare, most, least), np.where(reduced > spare, least, most)
                for value in (1.0, 0.0):
                    count += 1
                    low, high = least.copy(), most.copy()
                    low[at] = high[at] = value
                    heapq.heappush(branches, (cost, count, low, high))
        left = -min((branch[0] for branch in branches), default=np.inf) - self.offered.fixed
        return self.best._replace(bound=max(self.best.saving, left))

    def _pays(self, cost: float) -> bool:
        """Whether a branch whose relaxation costs so much may hold a better part."""
        return -cost - self.offered.fixed > self.best.saving + NEAR

    def _bounded(self, least: np.ndarray, most: np.ndarray) -> tuple[float, np.ndarray, np.ndarray] | None:
        """Cost, solution and reduced costs of a branch's relaxation; None where it has no better part."""
        self.solver.changeColsBounds(len(least), self.columns, least, most)
        while True:
            self.solver.run()
            cost = self.solver.getObjectiveValue()
            optimal = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            if not (optimal and self._pays(cost)):
                return None
            found = self.solver.getSolution()
            solution = np.array(found.col_value)
            if not self._cut(solution):
                return cost, solution, np.array(found.col_dual)

    def _cut(self, solution: np.ndarray) -> bool:
        """Adds the rows that a solution breaks; whether there were any."""
        n = len(self.offered.worth)
        x, y, z = np.split(solution, [n, 2 * n])
        roads = np.zeros((n, n))
        roads[self.i, self.j] = roads[self.j, self.i] = z
        rows, least = [], []
        for inside, site in loops(x, y, roads):
            row = self._row(np.where(np.arange(n) == site, -2.0, 0.0))
            row[n : 2 * n] = 2.0 * inside
            row[2 * n :] = inside[self.i] != inside[self.j]
            rows.append(row)
            least.append(0.0)
        if cover := overfilled(x, self.offered.load):
            rows.append(self._row(-cover[0].astype(float)))
            least.append(-float(cover[1]))
        if rows:
            self._add(csr_array(np.array(rows)), np.array(least), np.full(len(rows), np.inf))
        return bool(rows)

    def _add(self, rows: csr_array, low: np.ndarray, high: np.ndarray) -> None:
        columns, starts = rows.indices.astype(np.int32), rows.indptr[:-1].astype(np.int32)
        self.solver.addRows(len(low), low, high, rows.nnz, starts, columns, rows.data)

    def _row(self, on_sites: np.ndarray) -> np.ndarray:
        return np.concatenate([on_sites, np.zeros(len(self.columns) - len(on_sites))])


def _undecided(parts: list[np.ndarray]) -> int | None:
    """What to branch on: a site, else a centre, else a road, that is farthest from yes or no."""
    start = 0
    for part in parts:
        apart = np.abs(part - np.round(part))
        if apart.max() > NEAR:
            return start + int(apart.argmax())
        start += len(part)
    return None


def _programme(
    offered: Offered, last: np.ndarray, fewest: int
) -> tuple[np.ndarray, csr_array, np.ndarray, np.ndarray, np.ndarray]:
    """Costs, rows, their bounds and the most of each variable: x, y, and those that cost ``last``."""
    n = len(offered.worth)
    one, wide = np.eye(n), np.zeros((n, len(last)))
    sites, centres = np.hstack([one, 0 * one, wide]), np.hstack([0 * one, one, wide])
    reach = np.hstack([one, -offered.near.astype(float), wide])
    rows = np.vstack([reach, centres - sites, centres.sum(axis=0), sites.sum(axis=0), offered.volume @ sites])
    low = np.concatenate([np.full(2 * n, -np.inf), [1.0, fewest, offered.least]])
    high = np.concatenate([np.zeros(2 * n), [1.0, np.inf, np.inf]])
    cost = np.concatenate([-offered.worth, np.zeros(n), last])
    most = np.ones(len(cost))
    if not offered.travels:
        most[-1] = 0.0
    return cost, csr_array(rows), low, high, most


def _with(
    rows: csr_array, low: np.ndarray, high: np.ndarray, added: np.ndarray, least: float, most: float
) -> tuple[csr_array, np.ndarray, np.ndarray]:
    """The rows with more, and their bounds."""
    added = np.atleast_2d(added)
    more = len(added)
    bounds = np.append(low, np.full(more, least)), np.append(high, np.full(more, most))
    return vstack([rows, csr_array(added)], format="csr"), *bounds
