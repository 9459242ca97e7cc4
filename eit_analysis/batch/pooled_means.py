"""One measure of many territories, partially pooled: what is hardly known is drawn to what is common.

    x_j ~ Normal(θ_j, s_j²),   θ_j ~ Normal(μ, τ²)
    Σ_j (x_j − μ)² / (s_j² + τ²) = J − 1,   μ = Σ w_j x_j / Σ w_j,   w_j = 1 / (s_j² + τ²)
    θ̂_j = μ + (1 − B_j)(x_j − μ),   var_j = (1 − B_j) s_j² + B_j² / Σ w_j,   B_j = s_j² / (s_j² + τ²)

τ² solves the second line (Paule & Mandel 1982), or is 0 where the s_j alone explain more spread.
That τ² is itself estimated is not in var_j: with few territories the intervals are somewhat narrow.
Sources: R. C. Paule & J. Mandel, J. Res. Natl. Bur. Stand. 87 (1982) 377; Gelman et al., Bayesian Data
Analysis, 3rd ed. (2013), section 5.4.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

FEWEST = 3  # territories: two do not say how territories differ


def pooled_means(values: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """θ̂ and its standard error, both of shape (J,), from measures x and their standard errors s > 0.

    Below ``FEWEST`` territories nothing is pooled.
    """
    x, variance = np.asarray(values, dtype=float), np.asarray(errors, dtype=float) ** 2
    if len(x) < FEWEST:
        return x, np.sqrt(variance)

    def excess(between: float) -> float:
        weights = 1 / (variance + between)
        return float(weights @ (x - weights @ x / weights.sum()) ** 2) - (len(x) - 1)

    largest = float(np.sum((x - x.mean()) ** 2)) + 1e-12
    between = brentq(excess, 0.0, largest) if excess(0.0) > 0 else 0.0
    weights = 1 / (variance + between)
    mean, drawn = weights @ x / weights.sum(), variance / (variance + between)
    return mean + (1 - drawn) * (x - mean), np.sqrt((1 - drawn) * variance + drawn**2 / weights.sum())
