"""Intervals of totals and shares, propagated from the interval of each flow.

A flow of mass m with the 95 % interval [l, u] is taken as lognormal with

    sigma = asinh(h / m) / z,   h = (u - l) / 2,   z = 1.96,

which is ln(u / l) / (2 z) whenever the interval is symmetric in ratio around m (l u = m^2), and stays finite
when l is zero (« <5 » is read as [0, 5]).

Flows are independent, so variances add, and 95 % half-widths with them in quadrature: H^2 = sum h^2. The
total M = sum m is again taken as lognormal (Fenton 1960), of which the interval of half-width H is

    [M exp(-asinh(H / M)), M exp(asinh(H / M))] = [sqrt(M^2 + H^2) - H, sqrt(M^2 + H^2) + H].

It holds M, is never negative, and for M = 0 is [0, 2 H]. A lone flow gets its own interval back when
l u = m^2, while one symmetric in tonnes keeps its width and moves up by sqrt(m^2 + h^2) - m, because a mass
cannot be negative. The test suite holds all this to Monte Carlo.

Source: Fenton (1960), IRE Trans. Commun. Syst. 8, 57-67; IPCC 2006 Guidelines, vol. 1, ch. 3, approach 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MASS = "mass_t_per_year"
LOW = "mass_low_t_per_year"
HIGH = "mass_high_t_per_year"

Values = pd.Series | np.ndarray | float


def half_width(low: Values, high: Values) -> Values:
    """h = (u - l) / 2, in the unit of the bounds."""
    return (high - low) / 2


def interval(total: Values, half: Values) -> tuple[Values, Values]:
    """[sqrt(M^2 + H^2) - H, sqrt(M^2 + H^2) + H]: 95 % interval of a total, log-symmetric around it.

    Parameters
    ----------
    total : float or array
        M, not negative.
    half : float or array
        H, 95 % half-width, same unit.
    """
    middle = np.sqrt(np.square(total) + np.square(half))
    return middle - half, middle + half


def log_half_width(total: Values, half: Values) -> Values:
    """q = asinh(H / M) = z sigma: 95 % half-width of the logarithm; zero for a total of zero."""
    present = np.asarray(total) > 0
    return np.where(present, np.arcsinh(half / np.where(present, total, 1.0)), 0.0)


def share_interval(part: Values, part_half: Values, rest: Values, rest_half: Values) -> tuple[Values, Values]:
    """95 % interval of r = P / (P + R), through the odds P / R whose log half-width is sqrt(q_P^2 + q_R^2).

    The part is inside its own whole, so the two are not independent; the part and the rest are. The bounds
    stay between 0 and 1.

    Parameters
    ----------
    part, rest : float or array
        P and R, not negative, same unit.
    part_half, rest_half : float or array
        Their 95 % half-widths.

    Returns
    -------
    tuple
        Low and high share (0 to 1); NaN where P + R is zero.
    """
    spread = np.hypot(log_half_width(part, part_half), log_half_width(rest, rest_half))
    with np.errstate(invalid="ignore", divide="ignore"):
        low = part * np.exp(-spread) / (part * np.exp(-spread) + rest)
        high = part * np.exp(spread) / (part * np.exp(spread) + rest)
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


def propagate(flows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Total mass and its 95 % interval by group (equations of this module).

    Parameters
    ----------
    flows : pandas.DataFrame
        Tidy flows holding the columns ``by``; t/year.
    by : list of str
        Key columns; empty for one row, the grand total.

    Returns
    -------
    pandas.DataFrame
        ``by``, mass, low and high bound (t/year), half-width ``half_t_per_year``; one row per group present.
    """
    squares = flows.assign(half_t_per_year=half_width(flows[LOW], flows[HIGH]) ** 2)
    if by:
        sums = squares.groupby(by, observed=True, sort=True)[[MASS, "half_t_per_year"]].sum().reset_index()
    else:
        sums = squares[[MASS, "half_t_per_year"]].sum().to_frame().T
    sums["half_t_per_year"] = np.sqrt(sums["half_t_per_year"])
    sums[LOW], sums[HIGH] = interval(sums[MASS], sums["half_t_per_year"])
    return sums[[*by, MASS, LOW, HIGH, "half_t_per_year"]]
