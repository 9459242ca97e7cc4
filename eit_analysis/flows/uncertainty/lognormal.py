"""A mass known within some interval, as a lognormal; and the interval of a total from its first moments.

A flow of mean m stated with the 95 % interval [l, u] has h = (u - l) / 2 and the sigma that solves

    h = m exp(-sigma^2 / 2) sinh(z sigma),   z = 1.96,

so that x = m exp(sigma Z - sigma^2 / 2), Z standard normal, has the mean m and an interval as wide as stated.
It lies higher than [l, u] where that is no lognormal's, by :func:`off_centre`,

    d = m exp(-sigma^2 / 2) cosh(z sigma) - (l + u) / 2,

and is moved back by d: what was stated of a flow is its interval wherever it is told.
A sum is taken as a lognormal of variance V from its own skewness, moved to the mean M of the sum
(three-moment Fenton-Wilkinson). With g = K3 / V^(3/2) the skewness of the sum,

    c = max(sqrt(V) / M, 2 sinh(asinh(g / 2) / 3)),   s^2 = ln(1 + c^2),   D = sqrt(V) / c,
    bounds = M - d + D (exp(-s^2 / 2 -/+ z s) - 1), within 0 and M, M and above,

d that of the sum (:mod:`propagation`). c is the coefficient of variation of the lognormal of skewness
g = c^3 + 3 c; D <= M. A lone flow gets D = m and s = sigma, its own law, thus l and u. With D = M this is
Fenton's rule of two moments, up to 4 % off where one wide flow is in a total that is well known otherwise.

Beyond sigma = 1 (h = 2.1 m: a range of fifty to one) a lognormal of that mean has a tail that no answer
means. The standard deviation then stays proportional to h, sd = h / 1.61, as it is at sigma = 1, and a total
whose sd exceeds that of sigma = 1 (1.31 M) has the interval [0, 2 x 1.61 sd]. Thus a lone mass of 0 with the
interval [0, u] gets [0, u] back.

Source: Fenton (1960), IRE Trans. Commun. Syst. 8, 57-67; Aitchison & Brown (1957), The Lognormal
Distribution, sections 2.3 and 2.9 (moments, three-parameter form).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

Z = 1.959963984540054  # 97.5 % quantile of the standard normal
LOG_SDS = np.linspace(0.0, 1.0, 10_001)
RELATIVE_HALF_WIDTHS = np.exp(-(LOG_SDS**2) / 2) * np.sinh(Z * LOG_SDS)  # h over m
LEAST_SKEW = 1e-6  # at 0 the law is the normal one, and D has no bound
# s, and the part of an interval that is above the mean.
SKEWS = np.linspace(-1.0, 1.0, 10_000)
SIDES = np.expm1(-(SKEWS**2) / 2 + Z * SKEWS) / (2 * np.exp(-(SKEWS**2) / 2) * np.sinh(Z * SKEWS))
WIDEST_RELATIVE = RELATIVE_HALF_WIDTHS[-1]  # 2.11: h over m at sigma = 1
WIDEST_CV = np.sqrt(np.expm1(1.0))  # 1.31: sd over mean at sigma = 1
HALF_WIDTH_PER_SD = WIDEST_RELATIVE / WIDEST_CV  # 1.61

Values = pd.Series | np.ndarray | float


def half_width(low: Values, high: Values) -> Values:
    """h = (u - l) / 2, in the unit of the bounds."""
    return (high - low) / 2


def log_sd(mass: Values, half: Values) -> np.ndarray:
    """sigma of exp(-sigma^2 / 2) sinh(z sigma) = h / m, read off 10,000 steps of sigma (to 1e-8).

    NaN where h / m > 2.11, as no sigma up to 1 gives it; a certain zero (m = h = 0) has the sigma 0.
    """
    mass, half = np.asarray(mass, dtype=float), np.asarray(half, dtype=float)
    known = half <= WIDEST_RELATIVE * mass
    ratio = np.divide(half, mass, out=np.zeros(np.shape(mass)), where=known & (mass > 0))
    return np.where(known, np.interp(ratio, RELATIVE_HALF_WIDTHS, LOG_SDS), np.nan)


def moments(mass: Values, half: Values) -> tuple[np.ndarray, np.ndarray]:
    """Variance m^2 w and third cumulant m^3 w^2 (w + 3), w = exp(sigma^2) - 1; beyond, (h / 1.61)^2 and 0.

    What is that wide has no skewness of its own here: its total then gets that of a plain lognormal.
    """
    sigma = log_sd(mass, half)
    wide = np.isnan(sigma)
    w = np.expm1(np.where(wide, 0.0, sigma) ** 2)
    variance = np.where(wide, np.square(np.asarray(half) / HALF_WIDTH_PER_SD), np.square(mass) * w)
    return variance, np.asarray(mass) ** 3 * w**2 * (w + 3)


def off_centre(mass: Values, low: Values, high: Values) -> np.ndarray:
    """d: how much higher the lognormal of that mean and width lies than the stated interval, in its unit."""
    half, middle = np.asarray(half_width(low, high)), np.asarray(low + half_width(low, high), dtype=float)
    sigma = log_sd(mass, half)
    centre = np.asarray(mass) * np.exp(-(sigma**2) / 2) * np.cosh(Z * sigma)
    return np.where(np.isnan(sigma), half, centre) - middle


def skewed(mass: Values, low: Values, high: Values) -> tuple[np.ndarray, np.ndarray]:
    """D and s of m + D (exp(s Z - s^2 / 2) - 1), which has the mean m and the 95 % interval [l, u].

    A longer side below the mean has s and D negative. No side counts for more than 3.6 times the other, as at
    s = 1: of what is more uneven the width alone is kept.
    """
    half, above = np.asarray(half_width(low, high)), np.asarray(high - mass)
    above = np.divide(above, 2 * half, out=np.full(np.shape(half), 0.5), where=half > 0)
    s = np.interp(above, SIDES, SKEWS)
    s = np.where(np.abs(s) < LEAST_SKEW, LEAST_SKEW, s)
    return half / (np.exp(-(s**2) / 2) * np.sinh(Z * s)), s


def moment_interval(
    mean: Values, variance: Values, third: Values = 0.0, moved: Values = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of a total of mean M >= 0, variance V, third cumulant K3 and d (see this module)."""
    mean, sd = np.asarray(mean, dtype=float), np.sqrt(np.asarray(variance, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(sd > 0, sd / mean, 0.0)
        wide = own > WIDEST_CV * (1 + 1e-9)
        skewness = np.where((sd > 0) & ~wide, np.asarray(third) / sd**3, 0.0)
        c = np.where(wide, 0.0, np.maximum(own, 2 * np.sinh(np.arcsinh(skewness / 2) / 3)))
        scale = np.where(c > 0, sd / c, 0.0)
    s = np.sqrt(np.log1p(np.where(np.isfinite(c), c, 0.0) ** 2))
    low = np.where(wide, 0.0, mean + scale * np.expm1(-(s**2) / 2 - Z * s))
    high = np.where(wide, 2 * HALF_WIDTH_PER_SD * sd, mean + scale * np.expm1(-(s**2) / 2 + Z * s))
    return np.clip(low - moved, 0.0, mean), np.maximum(high - moved, mean)


def interval(total: Values, half: Values) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of a lone lognormal quantity of mean ``total`` and half-width ``half`` (same unit)."""
    variance, third = moments(total, half)
    return moment_interval(total, variance, third)


def share_interval(
    part: Values, part_variance: Values, rest: Values, rest_variance: Values, covariance: Values = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of r = P / (P + R), through the odds P / R of two lognormals.

        ln(P / R) has the mean ln(P / R) - (s_P^2 - s_R^2) / 2 and the variance s_P^2 + s_R^2 - 2 s_PR,
        s_P^2 = ln(1 + V_P / P^2),  s_R^2 = ln(1 + V_R / R^2),  s_PR = ln(1 + C / (P R)).

    The part is inside its own whole, so the two are not independent; the part and the rest share only what a
    common scale or contractor gives them, C. The bounds stay between 0 and 1 and hold r. P and R are not
    negative and of one unit, their variances and covariance in that unit squared.

    Returns
    -------
    tuple of numpy.ndarray
        Low and high share (0 to 1); NaN where P + R is zero.
    """
    part, rest = np.asarray(part, dtype=float), np.asarray(rest, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        part_square, rest_square = (
            np.where(mass > 0, np.log1p(np.asarray(variance) / mass**2), 0.0)
            for mass, variance in ((part, part_variance), (rest, rest_variance))
        )
        both = np.where((part > 0) & (rest > 0), np.log1p(np.asarray(covariance) / (part * rest)), 0.0)
    # No two quantities are more alike than proportional ones; rounding must not say so.
    least = np.square(np.sqrt(part_square) - np.sqrt(rest_square))
    spread = Z * np.sqrt(np.maximum(part_square + rest_square - 2 * both, least))
    middle = (rest_square - part_square) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = (
            part * np.exp(middle + side * spread) / (part * np.exp(middle + side * spread) + rest)
            for side in (-1, 1)
        )
    return low, high


def difference_interval(
    later: tuple[Values, Values, Values], earlier: tuple[Values, Values, Values]
) -> tuple[Values, Values]:
    """95 % interval of d = X - Y from (value, low, high) of two independent quantities.

        [d - sqrt((x - l_x)^2 + (u_y - y)^2),  d + sqrt((u_x - x)^2 + (y - l_y)^2)]

    Source: Zou & Donner (2008), Statistics in Medicine 27, 1693-1702 (MOVER).
    """
    (x, x_low, x_high), (y, y_low, y_high) = later, earlier
    return x - y - np.hypot(x - x_low, y_high - y), x - y + np.hypot(x_high - x, y - y_low)
