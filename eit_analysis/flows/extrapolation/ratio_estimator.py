"""Separate ratio estimator of what the silent establishments of a territory send out, in arrays.

The people x of those that did not answer take the tonnes per employee r of the respondents that represent
them (their basis b, of n sites):

    R = r_b X,   r_b = sum_b y / sum_b x,   X = sum of x over the silent ones,

which with the respondents' own tonnes is X_h (sum y / sum x) of the textbook where a stratum is its own
basis. The variance of R as a prediction of what the silent ones really send out is

    v = (X / x_b)^2 sum_b E^2  +  S^2 Q  +  r_b^2 B  +  tau^2 (r_b X)^2

    E^2 = (e^2 + c^2 (r_b x)^2) / 2   half of what the residuals say, half of what one spread says for all
    e = (y - r_b x) / (1 - x / x_b)   residuals, each as if its site had not been in the ratio
    S^2 = mean of (E / x)^2           spread of tonnes per employee; Q = sum of x^2 over the silent ones
    B = variance of their headcounts inside their classes
    tau^2 = relative variance of r between divisions, only where the basis is wider than the division

A few respondents seldom hold the heavy firm that their division may have: their residuals alone are then too
small, and cover 88 to 95 %. ln(y / x) is steadier: its variance s^2 inside the divisions, pooled over all of
them (d degrees of freedom), and the share p of respondents with any tonne give the relative variance

    c^2 = exp(s^2) / (p (1 + s^4 / d)) - 1

of y / x, of a lognormal with a mass at zero (1 + s^4 / d: exp(s^2) is too large on average). Alone it is too
wide; half and half holds the truth 94 to 97 % of the time (``benchmarks/coverage.py``), where the bootstrap-t
holds it 76 to 89 %.

For establishments of one size the first two terms are, of the residuals, n / (n - 1) times Cochran's
N^2 (1 - f) / n sum (y - r x)^2 / (n - 1). They are nil when everybody answered.

Source: Cochran (1977), Sampling Techniques, 3rd ed., 6.10-6.13, 5.4 (degrees of freedom); Royall & Cumberland
(1981), JASA 76, 66-77 (prediction, leverage); MacKinnon & White (1985), J. Econometrics 29, 305-325 (HC3);
Aitchison (1955), JASA 50, 901-908 (lognormal with zeros).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from eit_analysis.flows.uncertainty.lognormal import Z, interval, log_sd

LARGEST = 9.0  # variance of a logarithm: what is wider is no survey of one activity


class Silent(NamedTuple):
    """Cells of silent establishments, one entry each: X, Q, B, and where their ratio comes from.

    ``basis`` is a row of ``members`` (-1 without any), ``borrowed`` whether it is wider than the division.
    """

    division: np.ndarray
    basis: np.ndarray
    borrowed: np.ndarray
    people: np.ndarray
    squares: np.ndarray
    spread: np.ndarray


class Prediction(NamedTuple):
    """R and v by group; ``doubt`` = sum of v_b^2 / (n_b - 1); ``weight`` X / x_b of sites (groups, n)."""

    mass: np.ndarray
    variance: np.ndarray
    doubt: np.ndarray
    weight: np.ndarray


def predict(
    y: np.ndarray, x: np.ndarray, division: np.ndarray, members: np.ndarray, silent: Silent, part: np.ndarray
) -> Prediction:
    """R and its variance for groups of cells (equations of this module).

    Parameters
    ----------
    y, x : numpy.ndarray, shape (n,)
        Tonnes and people of each respondent; x is 0 when unknown.
    division : numpy.ndarray, shape (n,)
        Division of each respondent.
    members : numpy.ndarray of bool, shape (bases, n)
        The respondents of each basis, all with x > 0.
    silent : Silent
        The cells.
    part : numpy.ndarray of bool, shape (groups, cells)
        The cells of each group.
    """
    total, n = members @ x, members.sum(axis=1)
    ratio = (members @ y) / total
    residual = members * (y - ratio[:, None] * x) / (1 - members * x / total[:, None])
    pooled = pooled_spread(y, x, division)
    half, pooled = (0.0, 0.0) if np.isnan(pooled) else (0.5, pooled)
    expected = members * ratio[:, None] * x
    squares = (1 - half) * residual**2 + half * pooled * expected**2
    spread = np.divide(squares, x**2, out=np.zeros(members.shape), where=members).sum(axis=1) / n
    # All that the cells of one basis share is its residuals: X, Q and B are added up by group and basis.
    of_basis = silent.basis[:, None] == np.arange(len(members))
    people, of_people, width = ((part * each) @ of_basis for each in silent[-3:])
    weight = people / total
    apart = of_people * spread + width * ratio**2
    per_basis = weight**2 * squares.sum(axis=1) + apart
    own, like_all = (((weight @ each) ** 2).sum(axis=1) for each in (residual, expected))
    between, freedom = between_divisions(y, x, division)
    foreign = between * _borrowed_squares(silent, part, ratio)
    return Prediction(
        mass=people @ ratio,
        variance=(1 - half) * own + half * pooled * like_all + apart.sum(axis=1) + foreign,
        doubt=(per_basis**2 / np.maximum(n - 1, 1)).sum(axis=1) + foreign**2 / freedom,
        weight=weight @ members,
    )


def pooled_spread(y: np.ndarray, x: np.ndarray, division: np.ndarray) -> float:
    """c^2 of this module: relative variance of tonnes per employee inside a division, the same for all.

    NaN where no division has two respondents with tonnes.
    """
    known, some = x > 0, (x > 0) & (y > 0)
    logs, codes = np.log(y[some] / x[some]), np.unique(division[some], return_inverse=True)[1]
    sizes = np.bincount(codes)
    freedom = len(logs) - len(sizes)
    if not freedom:
        return np.nan
    s2 = ((logs - (np.bincount(codes, logs) / sizes)[codes]) ** 2).sum() / freedom
    return float(max(0.0, np.exp(min(s2, LARGEST)) / (some.sum() / known.sum() * (1 + s2**2 / freedom)) - 1))


def between_divisions(y: np.ndarray, x: np.ndarray, division: np.ndarray) -> tuple[float, float]:
    """tau^2 = sum over pairs of a division of e_i e_j / (r^2 sum of x_i x_j), and its degrees of freedom."""
    y, x, codes = y[x > 0], x[x > 0], np.unique(division[x > 0], return_inverse=True)[1]
    if not y.sum():
        return 0.0, 1.0
    ratio = y.sum() / x.sum()
    e = y - ratio * x
    products, sizes = (np.bincount(codes, each) ** 2 - np.bincount(codes, each**2) for each in (e, x))
    alone = len(codes) == codes.max() + 1  # one respondent a division: all that differs may be the division
    square = (e**2).sum() / (x**2).sum() if alone else products.sum() / sizes.sum()
    return max(0.0, float(square)) / ratio**2, max(float(codes.max()), 1.0)


def bounds(
    observed: tuple[np.ndarray, np.ndarray, np.ndarray],
    mass: np.ndarray,
    variance: np.ndarray,
    doubt: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of O + R, what was observed and what the silent ones send out, the latter not negative.

        high = O + R + sqrt((O_high - O)^2 + (R_high - R)^2)
        low = least of O - (O - O_low) cos(t) + q(z sin(t)),  t from 0 to a right angle

    R is a lognormal as wide as :func:`student_half_width` says, q(z x) its quantile at -z x. What bounds it
    below is 0 and not its error: near 0 it hides nothing of the error of O, as a root of squares would.
    Where R is too wide for a lognormal q is 0, and low is O_low; low is never below O_low.

    Parameters
    ----------
    observed : tuple of numpy.ndarray
        O, O_low, O_high.
    mass, variance, doubt : numpy.ndarray
        R; the variance of O + R less that of O; ``doubt`` of :class:`Prediction`.

    Notes
    -----
    Source: Zou & Donner (2008), Statistics in Medicine 27, 1693-1702 (MOVER); Hasofer & Lind (1974), J. Eng.
    Mech. Div. ASCE 100, 111-121 (the worst of all pairs of errors that are as likely).
    """
    seen, seen_low, seen_high = observed
    half = student_half_width(variance, doubt)
    sigma, (_, high) = log_sd(mass, half), interval(mass, half)
    angle = np.linspace(0, np.pi / 2, 91)[:, None]
    silent = np.nan_to_num(mass * np.exp(-(sigma**2) / 2 - sigma * Z * np.sin(angle)))
    low = (seen - (seen - seen_low) * np.cos(angle) + silent).min(axis=0)
    return low, seen + mass + np.hypot(seen_high - seen, high - mass)


def student_half_width(variance: np.ndarray, doubt: np.ndarray) -> np.ndarray:
    """t sqrt(v), Student's t at 97.5 % of Satterthwaite's degrees of freedom v^2 / doubt, at least 1.

    ``doubt`` is that of :class:`Prediction`; zero where v is known.
    """
    degrees = np.divide(variance**2, doubt, out=np.full(len(doubt), np.inf), where=doubt > 0)
    return stats.t.ppf(0.975, np.maximum(degrees, 1.0)) * np.sqrt(variance)


def _borrowed_squares(silent: Silent, part: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Sum over divisions of (r X)^2 of their cells whose basis is wider than the division."""
    mass = np.where(silent.borrowed, np.append(ratio, 0.0)[silent.basis] * silent.people, 0.0)
    names = np.unique(silent.division)
    return ((part * mass) @ (silent.division[:, None] == names)) ** 2 @ np.ones(len(names))
