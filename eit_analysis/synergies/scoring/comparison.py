"""Two usual methods beside the score, by scikit-criteria: their scales come from the candidates present.

A newcomer can therefore reorder them; they only tell how much the ranking owes to the method.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def weighted_sum(values: np.ndarray, weights: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """s_i = Σ_j w_j (x_ij − worst_j) / (best_j − worst_j), best and worst among those present.

    Parameters
    ----------
    values : (m, n) array without missing value
    weights : (n,) array
    directions : (n,) array
        +1 when more is better, −1 when less is.

    Returns
    -------
    (m,) array, larger is better
        A criterion on which all are alike adds nothing.
    """
    from skcriteria.agg.simple import WeightedSumModel
    from skcriteria.preprocessing.scalers import MinMaxScaler

    return _evaluated(values, weights, directions, MinMaxScaler, WeightedSumModel, "score", alike=0.0)


def topsis(values: np.ndarray, weights: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """c_i = D⁻_i / (D⁺_i + D⁻_i) on w_j x_ij / ‖x_j‖ (Hwang & Yoon 1981), larger is better.

    Parameters as in :func:`weighted_sum`. A criterion on which all are alike keeps nobody from the best or
    the worst; 0.5 for everyone when all of them are such.
    """
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.preprocessing.scalers import VectorScaler

    return _evaluated(values, weights, directions, VectorScaler, TOPSIS, "similarity", alike=0.5)


def _evaluated(
    values: np.ndarray,
    weights: np.ndarray,
    directions: np.ndarray,
    scaler: Any,
    method: Any,
    result: str,
    alike: float,
) -> np.ndarray:
    """By scikit-criteria, less being better as −x, never as 1/x.

    It divides by the spread or the norm of a criterion, 0 where all are alike: those are left out. It takes
    0.2 s to import, hence in the functions and not for the pages that rank nothing.
    """
    from skcriteria import mkdm
    from skcriteria.preprocessing.invert_objectives import NegateMinimize

    kept = np.ptp(values, axis=0) > 0
    if not kept.any():
        return np.full(len(values), alike)
    objectives = [max if way > 0 else min for way in directions[kept]]
    matrix = NegateMinimize().transform(mkdm(values[:, kept], objectives=objectives, weights=weights[kept]))
    return np.asarray(method().evaluate(scaler(target="matrix").transform(matrix)).e_[result])
