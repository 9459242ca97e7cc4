"""Which needs make a post, and which posts to keep: every possible post is listed, then the best are chosen.

    P is a post when   2 ≤ |P| ≤ n,   km(i, j) ≤ r for all i, j in P,
                       low ≤ Σ_{i∈P} h_im ≤ high   in every month m where some h_im > 0
    max Σ_P λ_P Σ_{i∈P,m} h_im   with   Σ_{P∋i} λ_P ≤ 1 for each need i,   λ_P ∈ {0, 1}
    then max Σ_P λ_P   among the plans that place as many hours: most posts, fewest firms each

As columns of a set packing, posts bound the search far better than firms assigned to numbered posts, which
may all be swapped.

Solved by HiGHS through scipy (Huangfu & Hall 2018, Mathematical Programming Computation 10, 119-142).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, vstack

ROUNDING_H = 1e-6
MOST_POSTS = 20_000  # sets worth trying: all those of up to four among 28 needs
TIME_LIMIT = 1  # scipy's status


class Rules(NamedTuple):
    """What makes a post: reach (km by road), least and most hours of a month it works, most firms."""

    radius_km: float
    low_h: float
    high_h: float
    most_sites: int


class Packing(NamedTuple):
    """The posts kept, each the rows of its needs; which needs could be in one; hours that no plan exceeds.

    ``status`` is ``optimal``, ``time_limit``, or ``nearest`` when not every post could be listed.
    """

    posts: list[np.ndarray]
    possible: np.ndarray
    bound_h: float
    status: str


def pack(hours: np.ndarray, km: np.ndarray, rules: Rules, time_limit_s: float) -> Packing:
    """The posts that place most hours, then the most of them.

    Parameters
    ----------
    hours : (N, M) array
        Hours of each need in each month, none above ``high_h``, rows in a fixed order.
    km : (N, N) array
        Roads between them.
    time_limit_s : float
        For each of the two searches.
    """
    near = km <= rules.radius_km
    joined = near & _nearest(km, _worth_joining(len(hours), rules.most_sites))
    posts = [post for size in possible_posts(hours, joined, rules) for post in size]
    worth = np.array([hours[post].sum() for post in posts])
    possible = np.zeros(len(hours), dtype=bool)
    if posts:
        possible[np.concatenate(posts)] = True
    kept, bound_h, status = _choose(posts, worth, len(hours), time_limit_s)
    if (joined != near).any():
        bound_h, status = float(hours[near.sum(axis=1) > 1].sum()), "nearest"
    return Packing([posts[k] for k in kept], possible, bound_h, status)


def possible_posts(hours: np.ndarray, joined: np.ndarray, rules: Rules) -> Iterator[np.ndarray]:
    """Every post of two needs, then of three… as rows of an array; members rise within a row.

    Sets grow by one need at a time, all that are joined to each member and do not overload a month.
    """
    after = np.triu(joined, 1)
    sets, loads, candidates = np.arange(len(hours))[:, None], hours, after
    for _ in range(rules.most_sites - 1):
        row, new = np.nonzero(candidates)
        load = loads[row] + hours[new]
        fits = (load <= rules.high_h + ROUNDING_H).all(axis=1)
        row, new, loads = row[fits], new[fits], load[fits]
        sets, candidates = np.column_stack([sets[row], new]), candidates[row] & after[new]
        yield sets[((loads >= rules.low_h - ROUNDING_H) | (loads <= 0)).all(axis=1)]


def _worth_joining(needs: int, most_sites: int) -> int:
    """With how many of its nearest each need may be joined, so that the posts can be listed."""
    count = needs - 1
    while count > 1 and needs * comb(count, most_sites - 1) / most_sites > MOST_POSTS:
        count -= 1
    return count


def _nearest(km: np.ndarray, count: int) -> np.ndarray:
    """Pairs of which one is among the ``count`` nearest of the other; (N, N) of bool.

    Of those equally far, each takes first those that follow it: the firms of one place are not all joined to
    the same ones.
    """
    n = len(km)
    following = (np.arange(n)[None] - np.arange(n)[:, None]) % n
    rank = np.empty((n, n), dtype=int)
    order = np.lexsort((following, np.where(np.eye(n, dtype=bool), -1.0, km)), axis=1)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(n), (n, n)), axis=1)
    return (rank <= count) | (count >= rank.T)


def _choose(
    posts: list[np.ndarray], worth: np.ndarray, needs: int, time_limit_s: float
) -> tuple[np.ndarray, float, str]:
    """Places of the posts kept, hours that no choice of them exceeds, and whether the search was whole."""
    if not posts:
        return np.zeros(0, dtype=int), 0.0, "optimal"
    column = np.repeat(np.arange(len(posts)), [len(post) for post in posts])
    once = csr_array((np.ones(len(column)), (np.concatenate(posts), column)), shape=(needs, len(posts)))
    best = _search(worth, once, np.ones(needs), 0.0, time_limit_s)
    chosen = np.zeros(len(posts)) if best.x is None else np.round(best.x)
    placed = float(worth @ chosen)
    as_many = vstack([once, csr_array(-worth[None])], format="csr")
    limits = np.append(np.ones(needs), ROUNDING_H - placed)
    # At most needs / 2 posts: a gap that small is less than one post.
    again = _search(np.ones(len(posts)), as_many, limits, 1 / needs, time_limit_s)
    if again.x is not None and again.x.sum() > chosen.sum() + 0.5:
        chosen = np.round(again.x)
    bound_h, status = placed, "optimal"
    if best.status == TIME_LIMIT:
        bound_h = worth.sum() if best.mip_dual_bound is None else -best.mip_dual_bound
        status = "time_limit"
    return np.flatnonzero(chosen), float(bound_h), status


def _search(
    worth: np.ndarray, rows: csr_array, limits: np.ndarray, gap: float, time_limit_s: float
) -> OptimizeResult:
    return milp(
        -worth,
        constraints=LinearConstraint(rows, -np.inf, limits),
        integrality=np.ones(len(worth)),
        bounds=Bounds(0, 1),
        # Presolve compares posts two by two and does not look at the clock: a minute for 40,000 of them.
        options={"mip_rel_gap": gap, "time_limit": time_limit_s, "presolve": False},
    )
