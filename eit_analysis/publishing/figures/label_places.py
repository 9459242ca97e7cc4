"""Where labels go so that none covers another, and the round amounts of scales."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import isotonic_regression

Box = tuple[float, float, float, float]


def spread(
    wanted: Sequence[float] | np.ndarray, sizes: Sequence[float], low: float, high: float
) -> np.ndarray:
    """Centres y_i nearest to the wanted ones: min sum (y_i - w_i)^2, y_i - y_(i-1) >= (s_i + s_(i-1)) / 2.

    With the offsets c_i of labels stacked without gap, z = y - c is monotone: an isotonic regression of
    w - c, cut off at the ends of the room.

    Parameters
    ----------
    wanted : sequence of float
        Centres wanted, in increasing order.
    sizes : sequence of float
        Room that each label needs along the axis, same unit.
    low, high : float
        Ends of the axis. Labels that need more room than there is go on beyond ``high``.

    Returns
    -------
    numpy.ndarray
        Shape (labels,).
    """
    if not len(wanted):
        return np.array([])
    room = np.asarray(sizes, dtype=float)
    offsets = np.cumsum(room) - room / 2
    free = isotonic_regression(np.asarray(wanted, dtype=float) - offsets).x
    return np.clip(free, low, max(low, high - room.sum())) + offsets


def round_below(amount: float) -> float:
    """The largest of 1, 2 or 5 times a power of ten that is not above an amount."""
    power = 10.0 ** math.floor(math.log10(amount))
    return max(step * power for step in (1, 2, 5) if step * power <= amount * (1 + 1e-9))


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes (x0, y0, x1, y1) share ground."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
