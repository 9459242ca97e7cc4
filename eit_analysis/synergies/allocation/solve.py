"""First which exchanges take place, then how many tonnes each carries.

    max Σ b_k t_k − p Σ z_k    under the limits of `model`

Which exchanges take place is a mixed-integer programme; their tonnes are then a linear one, exact. Among
plans of those exchanges that are equally good, the one that diverts most tonnes is kept: by complementary
slackness they are the plans that leave where it is whatever has a price, so a second, small programme finds
it. To search other exchanges of equal value too took 3 to 45 times as long as to find the plan (100 × 100
sites, 1,000 arcs, lots of 5 and 15 t).

Solved by HiGHS, the whole numbers by :func:`~eit_analysis.solver.mixed`, the rest through scipy.
"""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import block_array, csr_array, diags_array, eye_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from eit_analysis.solver import Mixed, mixed
from eit_analysis.synergies.allocation.model import Benefit, Model

# How far from the best plan the search may stop, as a share of its value: of many exchanges that share limits
# the last thousandths cost most of the time (257: 0.3 s and 5 s), far inside what the factors leave open.
EXACT, NEAR, MANY = 1e-6, 5e-3, 100
# A price smaller than this share of the largest is the solver's rounding.
TOLERANCE = 1e-7
DECIMALS = 6


class Solution(NamedTuple):
    """Tonnes (n,), exchanges that take place (n,), their value, and the bound that no plan can exceed."""

    tonnes: np.ndarray
    chosen: np.ndarray
    value: float
    bound: float
    status: str

    @property
    def gap_percent(self) -> float:
        return 100 * max(0.0, self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def solve(model: Model, benefit: Benefit, time_limit_s: float) -> Solution | None:
    """The best tonnes and exchanges, or none: no plan satisfies the limits or none was found in time."""
    n = len(model.pairs)
    if not n:
        return Solution(np.zeros(0), np.zeros(0, dtype=bool), 0.0, 0.0, "optimal")
    # What brings nothing, and helps to no limit, takes no tonne.
    chosen = (benefit.per_tonne >= 0) | (model.on_tonnes.min(axis=0).toarray() < 0)
    start, status, bound = None, "optimal", np.inf
    if model.has_projects:
        choice = _choose(model, benefit, time_limit_s)
        if choice.x is None:
            return None
        chosen, start = choice.x[n:] > 0.5, choice.x[:n]
        if choice.late or gap_asked(n) > EXACT:
            status = "time_limit" if choice.late else "near"
            bound = min(upper_bound(model, benefit), -choice.bound)
    tonnes = share_out(model, benefit, chosen, start, time_limit_s)
    if tonnes is None:
        return None
    value = benefit.value(tonnes, chosen)
    if bound <= value * (1 + EXACT):
        status = "optimal"
    return Solution(tonnes, chosen, value, value if status == "optimal" else bound, status)


def gap_asked(n_exchanges: int) -> float:
    """The share of its value by which a plan of so many exchanges may miss the best one."""
    return EXACT if n_exchanges <= MANY else NEAR


def upper_bound(model: Model, benefit: Benefit) -> float:
    """Every exchange with a benefit at its own most: no plan reaches more."""
    return float(np.maximum(0, benefit.per_tonne) @ model.most)


def programme(
    model: Model, benefit: Benefit
) -> tuple[np.ndarray, csr_array, np.ndarray, np.ndarray, np.ndarray]:
    """min c·x, A x ≤ limits, 0 ≤ x ≤ most, x whole where marked: x = (t, z), or t alone without projects."""
    if not model.has_projects:
        return -benefit.per_tonne, model.on_tonnes, model.limits, model.most, np.zeros(len(model.most))
    n = len(model.pairs)
    eye = eye_array(n, format="csr")
    rows = vstack(
        [
            hstack([model.on_tonnes, model.on_projects]),
            hstack([eye, -diags_array(model.most)]),
            hstack([-eye, diags_array(model.least)]),
        ],
        format="csr",
    )
    return (
        -np.concatenate([benefit.per_tonne, np.full(n, benefit.per_project)]),
        rows,
        np.concatenate([model.limits, np.zeros(2 * n)]),
        np.concatenate([model.most, np.ones(n)]),
        np.repeat([0, 1], n),
    )


def _choose(model: Model, benefit: Benefit, time_limit_s: float) -> Mixed:
    """Parts of the programme that share no limit are chosen apart: most are small enough to be exact."""
    cost, matrix, limits, most, whole = programme(model, benefit)
    matrix.eliminate_zeros()
    _, part = connected_components(block_array([[None, matrix.T], [matrix, None]]), directed=False)
    x, bound, late = np.zeros(len(cost)), 0.0, False
    (of_column, of_row), end = np.split(part, [len(cost)]), monotonic() + time_limit_s
    for number in np.unique(of_column):
        columns, rows = of_column == number, of_row == number
        gap, left = gap_asked(whole[columns].sum()), max(end - monotonic(), 0.1)
        own = cost[columns], matrix[rows][:, columns], limits[rows], most[columns], whole[columns]
        solved = mixed(*own, gap, left)
        if solved.x is None:
            return solved
        x[columns], bound, late = solved.x, bound + solved.bound, late or solved.late
    return Mixed(x, bound, late)


def share_out(
    model: Model, benefit: Benefit, chosen: np.ndarray, start: np.ndarray | None, time_limit_s: float
) -> np.ndarray | None:
    """Tonnes of the chosen exchanges, the most of them where several plans are equally good.

    ``start`` holds tonnes that satisfy the limits but for the solver's rounding, which is forgiven.
    """
    matrix = model.on_tonnes[:, chosen] if not chosen.all() else model.on_tonnes
    limits = model.limits - model.on_projects[:, chosen].sum(axis=1)
    low, high = model.least[chosen], model.most[chosen]
    if start is not None:
        limits = np.maximum(limits, matrix @ start[chosen])
        low = np.minimum(low, start[chosen])
    tonnes = np.zeros(len(chosen))
    if chosen.any():
        best = linear(benefit.per_tonne[chosen], matrix, limits, low, high, time_limit_s)
        if best.x is None:
            return None
        tonnes[chosen] = _most_tonnes(best, matrix, limits, low, high, time_limit_s)
    elif (limits < 0).any():
        return None
    return np.round(np.clip(tonnes, 0, model.most), DECIMALS)


def relaxed(model: Model, benefit: Benefit, time_limit_s: float) -> tuple[np.ndarray, np.ndarray]:
    """The best tonnes and parts of exchanges, where one may take place in part, its fixed cost with it."""
    cost, matrix, limits, most, _ = programme(model, benefit)
    nothing = np.zeros(len(most))
    x = linear(-cost, matrix, limits, nothing, most, time_limit_s).x if len(most) else nothing
    x = nothing if x is None else x
    return x[: len(model.pairs)], x[len(model.pairs) :]


def linear(
    per_tonne: np.ndarray,
    matrix: csr_array,
    limits: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    time_limit_s: float,
) -> OptimizeResult:
    """max b·t under A t ≤ limits, low ≤ t ≤ high, with the prices of all of them."""
    return linprog(
        -per_tonne,
        A_ub=matrix,
        b_ub=limits,
        bounds=np.column_stack([low, high]),
        method="highs",
        # Presolve takes as long as the simplex that it should shorten (100,000 arcs).
        options={"time_limit": time_limit_s, "presolve": False},
    )


def _most_tonnes(
    best: OptimizeResult,
    matrix: csr_array,
    limits: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    time_limit_s: float,
) -> np.ndarray:
    """Of the plans as good as ``best``, the one of most tonnes: what has a price stays where it is."""
    tonnes = best.x
    reduced = best.lower.marginals + best.upper.marginals
    least = TOLERANCE * max(1.0, np.abs(reduced).max(), np.abs(best.ineqlin.marginals).max(initial=0))
    free = np.abs(reduced) <= least
    at_bound = (tonnes <= low) | (tonnes >= high)
    if not (free & at_bound).any():
        return tonnes
    part = matrix[:, free]
    used = part @ tonnes[free]
    priced = -best.ineqlin.marginals > least
    room = np.where(priced, used, used + np.maximum(0, best.slack))
    more = milp(
        c=np.full(free.sum(), -1.0),
        constraints=LinearConstraint(part, np.where(priced, used, -np.inf), room),
        bounds=Bounds(low[free], high[free]),
        options={"time_limit": time_limit_s},
    )
    if more.x is not None:
        tonnes[free] = more.x
    return tonnes
