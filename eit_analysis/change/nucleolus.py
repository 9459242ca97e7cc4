"""The sharing that leaves the largest complaint as small as it can be, then the next, and so on.

    complaint of S = v(S) - sum_{i in S} x_i,    core = {x : sum_i x_i = v(N), no complaint above 0}
    nucleolus = lexicographic minimum of the complaints, the largest first, over x_i >= v(i), sum_i x_i = v(N)

A sharing is in the core when no set of members does better on its own. Where the core is not empty, the
nucleolus (Schmeidler 1969) is in it. Sets are numbered as in `shapley`.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from eit_analysis.change.shapley import n_members

# Of the largest value: what the solver rounds away.
TOLERANCE = 1e-6
MOST = 12  # members: each programme has a row for each set of them


def complaint(values: np.ndarray, shares: np.ndarray) -> float:
    """The largest complaint of a part of the group about a sharing; minus infinity for a single member."""
    inside = _inside(n_members(values))
    return float((values[1:-1] - inside @ shares).max(initial=-np.inf))


def in_core(values: np.ndarray, shares: np.ndarray) -> bool:
    """Whether a sharing of v(N) leaves no part a complaint, to a millionth of the largest value."""
    near = TOLERANCE * np.abs(values).max()
    return bool(abs(shares.sum() - values[-1]) <= near and complaint(values, shares) <= near)


def core_is_empty(values: np.ndarray) -> bool:
    """Whether no sharing contents every part: min x(N), with x(S) >= v(S) for each S, exceeds v(N)."""
    n, scale = n_members(values), np.abs(values).max()
    if n == 1 or not scale:
        return False
    bounds = (None, None)
    least = linprog(np.ones(n), -_inside(n), -values[1:-1] / scale, bounds=bounds, method="highs-ds")
    return bool(least.fun > values[-1] / scale + TOLERANCE)


def nucleolus(values: np.ndarray) -> np.ndarray:
    """The nucleolus, by at most n linear programmes (HiGHS), each of which fixes the complaints it settles.

    A set with a price (dual value) above zero has the same complaint in every optimum, by complementary
    slackness: it is settled, and fixed. A set that is tight without a price may be so by chance, and is left
    open (Guajardo and Jörnsten 2015); where it is settled too, a later programme finds it. The prices sum to
    1, so that each programme fixes a set that the earlier ones do not imply.

    Raises
    ------
    ValueError
        When members get more alone than together, or are more than ``MOST``.
    """
    n, scale = n_members(values), np.abs(values).max() or 1.0
    if n > MOST:
        raise ValueError(f"the nucleolus is computed for at most {MOST} members")
    v = values / scale
    alone = v[1 << np.arange(n)]
    if alone.sum() > v[-1] + TOLERANCE:
        raise ValueError("members get more alone than together")
    inside, worth = _inside(n), v[1:-1]
    fixed, total = [np.ones(n)], [v[-1]]
    left = _outside(inside, fixed)
    bounds = [*((least, None) for least in alone), (None, None)]
    while len(fixed) < n:
        least = linprog(
            np.append(np.zeros(n), 1.0),
            -np.column_stack([inside[left], np.ones(left.sum())]),
            -worth[left],
            np.column_stack([fixed, np.zeros(len(fixed))]),
            total,
            bounds=bounds,
            method="highs-ds",
        )
        if least.x is None:
            raise RuntimeError(least.message)
        prices = -least.ineqlin.marginals
        for place in np.flatnonzero(left)[np.argsort(-prices, kind="stable")[: (prices > TOLERANCE).sum()]]:
            if _outside(inside[[place]], fixed).any():
                fixed.append(inside[place])
                total.append(worth[place] - least.x[-1])
        left = _outside(inside, fixed)
    return scale * np.linalg.solve(np.array(fixed), np.array(total)) + 0.0


def _inside(n: int) -> np.ndarray:
    """Who is in each set but the empty and the whole one: (2^n - 2, n) of 0 and 1."""
    return (np.arange(1, (1 << n) - 1)[:, None] >> np.arange(n) & 1).astype(float)


def _outside(rows: np.ndarray, fixed: list[np.ndarray]) -> np.ndarray:
    """Which rows the fixed ones do not imply."""
    basis = np.linalg.qr(np.array(fixed).T)[0]
    return np.abs(rows - rows @ basis @ basis.T).max(axis=1, initial=0.0) > TOLERANCE
