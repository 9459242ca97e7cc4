"""log s = (log r + fitted) / 2: how much a series usually moves in a year, the measure of its errors."""

from __future__ import annotations

import numpy as np


def usual_change(logs: np.ndarray) -> np.ndarray:
    """Scale of each series (log points a year) from the values given, missing before it begins.

    r is the root mean square of its yearly changes. Being the guess of few years, it is drawn half-way, on
    the log scale, to what series of its size have: the line of log r on the last log value, over all series
    (a survey counts small occupations less surely). A series that never moved gets a tenth of the mean.
    """
    r = np.sqrt(np.nanmean(np.diff(logs, axis=0) ** 2, axis=0))
    if not r.any():
        return np.ones_like(r)
    log_r = np.log(np.maximum(r, r.mean() / 10))
    size = logs[-1] - logs[-1].mean()
    spread = size @ size
    slope = size @ log_r / spread if spread > 0 else 0.0
    return np.exp((log_r + log_r.mean() + slope * size) / 2)
