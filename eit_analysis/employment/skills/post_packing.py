"""Which needs make a post, and which posts to keep: every possible post is listed, then the best are chosen.

    P is a post when   2 ≤ |P| ≤ n,   km(i, j) ≤ r for all i, j in P,
                       low ≤ Σ_{i∈P} h_im ≤ high   in every month m where some h_im > 0
    max Σ_P λ_P Σ_{i∈P,m} h_im   with   Σ_{P∋i} λ_P ≤ 1 for each need i,   λ_P ∈ {0, 1}
    then max Σ_P λ_P   among the plans that place as many hours: most posts, fewest firms each

Both at once when every need that is in some possible post can be placed: max Σ_P λ_P with Σ_{P∋i} λ_P = 1.
This is tried first, without branching, for it mostly succeeds and takes a tenth of the time. When it does not
though all can be placed, the plan kept may have fewer posts than the most.

As columns of a set packing, posts bound the search far better than firms assigned to numbered posts, which
may all be swapped. Needs that no chain of neighbours joins are solved apart; more needs than can be tried
together are parted into areas of neighbours.

Solved by HiGHS through scipy (Huangfu & Hall 2018, Mathematical Programming Computation 10, 119-142).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

ROUNDING_H = 1e-6
MOST_NEEDS = 18  # tried together: 4,000 sets of two to four
SOLVED = 0  # scipy's status


class Rules(NamedTuple):
    """What makes a post: reach (km by road), least and most hours of a month it works, most firms."""

    radius_km: float
    low_h: float
    high_h: float
    most_sites: int


class Packing(NamedTuple):
    """The posts kept, each the rows of its needs; which needs could be in one; hours that no plan exceeds.

    ``status`` is ``optimal``, ``node_limit``, or ``areas`` when the needs were parted.
    """

    posts: list[np.ndarray]
    possible: np.ndarray
    bound_h: float
    status: str


def pack(hours: np.ndarray, km: np.ndarray, rules: Rules, node_limit: int) -> Packing:
    """The posts that place most hours, then the most of them.

    ``hours``, array (N, M), are those of each need in each month, none above ``high_h``, rows in a fixed
    order; ``km``, array (N, N), the roads between them; ``node_limit`` is for each search: unlike a time, it
    stops every machine at the same plan.
    """
    near = km <= rules.radius_km
    groups = [_areas(km, group) for group in _joined(near)]
    posts: list[np.ndarray] = []
    possible = np.zeros(len(hours), dtype=bool)
    bound_h, stopped = 0.0, False
    for areas in groups:
        group_h = 0.0
        for area in areas:
            inside = possible_posts(hours[area], near[np.ix_(area, area)], rules)
            listed = [area[post] for size in inside for post in size]
            for post in listed:
                possible[post] = True
            kept, most_h, cut = _choose(listed, hours.sum(axis=1), node_limit)
            posts += [listed[k] for k in kept]
            group_h, stopped = group_h + most_h, stopped or cut
        bound_h += group_h if len(areas) == 1 else float(hours[np.concatenate(areas)].sum())
    parted = any(len(areas) > 1 for areas in groups)
    return Packing(posts, possible, bound_h, "areas" if parted else "node_limit" if stopped else "optimal")


def _joined(near: np.ndarray) -> list[np.ndarray]:
    """Needs that neighbours join, from one to the next: no post is of two such groups."""
    number, group = connected_components(csr_array(near), directed=False)
    return [np.flatnonzero(group == k) for k in range(number)]


def _areas(km: np.ndarray, group: np.ndarray) -> list[np.ndarray]:
    """Few and even areas of at most `MOST_NEEDS`: the need farthest from the rest with its nearest, again."""
    left, areas = group, []
    for count in range(-(-len(group) // MOST_NEEDS), 0, -1):
        first = left[np.argmax(km[np.ix_(left, left)].sum(axis=1))]
        order = left[np.argsort(km[first, left], kind="stable")]
        size = -(-len(left) // count)
        areas.append(np.sort(order[:size]))
        left = np.sort(order[size:])
    return areas


def possible_posts(hours: np.ndarray, near: np.ndarray, rules: Rules) -> Iterator[np.ndarray]:
    """Every post of two needs, then of three… as rows of an array; members rise within a row.

    Sets grow by one need at a time, all that are near each member and do not overload a month.
    """
    after = np.triu(near, 1)
    sets, loads, candidates = np.arange(len(hours))[:, None], hours, after
    for _ in range(rules.most_sites - 1):
        row, new = np.nonzero(candidates)
        load = loads[row] + hours[new]
        fits = (load <= rules.high_h + ROUNDING_H).all(axis=1)
        row, new, loads = row[fits], new[fits], load[fits]
        sets, candidates = np.column_stack([sets[row], new]), candidates[row] & after[new]
        yield sets[((loads >= rules.low_h - ROUNDING_H) | (loads <= 0)).all(axis=1)]


def _choose(posts: list[np.ndarray], hours: np.ndarray, node_limit: int) -> tuple[np.ndarray, float, bool]:
    """Places of the posts kept, hours that no choice of them exceeds, and whether the search was cut."""
    if not posts:
        return np.zeros(0, dtype=int), 0.0, False
    some, member = np.unique(np.concatenate(posts), return_inverse=True)
    column = np.repeat(np.arange(len(posts)), [len(post) for post in posts])
    once = csr_array((np.ones(len(column)), (member, column)), shape=(len(some), len(posts)))
    worth, count, most = hours[some] @ once, np.ones(len(posts)), np.ones(len(some))
    # At most half as many posts as needs: a gap that small is less than one post.
    gap = 1 / len(some)
    every = _search(count, once, most, most, min(node_limit, 1), gap)
    if every.x is not None:
        return np.flatnonzero(np.round(every.x)), float(hours[some].sum()), every.status != SOLVED
    none = np.full(len(some), -np.inf)
    best = _search(worth, once, none, most, node_limit, 0.0)
    chosen = np.zeros(len(posts)) if best.x is None else np.round(best.x)
    bound_h, placed = float(hours[some].sum()), float(worth @ chosen)
    if placed > bound_h - ROUNDING_H:
        return np.flatnonzero(chosen), bound_h, every.status != SOLVED
    rows = vstack([once, csr_array(worth[None])], format="csr")
    as_many = np.append(none, placed - ROUNDING_H), np.append(most, np.inf)
    again = _search(count, rows, *as_many, node_limit, gap)
    if again.x is not None and again.x.sum() > chosen.sum() + 0.5:
        chosen = np.round(again.x)
    if best.status == SOLVED:
        bound_h = placed
    elif best.mip_dual_bound is not None:
        bound_h = min(bound_h, -best.mip_dual_bound)
    return np.flatnonzero(chosen), bound_h, (best.status, again.status) != (SOLVED, SOLVED)


def _search(
    worth: np.ndarray, rows: csr_array, least: np.ndarray, most: np.ndarray, node_limit: int, gap: float
) -> OptimizeResult:
    return milp(
        -worth,
        constraints=LinearConstraint(rows, least, most),
        integrality=np.ones(len(worth)),
        bounds=Bounds(0, 1),
        # Presolve compares posts two by two, whatever the limit.
        options={"node_limit": node_limit, "mip_rel_gap": gap, "presolve": False},
    )
