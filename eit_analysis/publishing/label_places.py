"""Where labels go so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import isotonic_regression


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


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    """Whether two boxes (x0, y0, x1, y1) share ground."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
