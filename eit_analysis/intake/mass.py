r"""Annual mass of a flow and its 95 % interval.

.. math:: m = q\,p\,f, \qquad m_{low} = m\,(1 - \sqrt{a^2 + b^2 + c^2})

with q the quantity (per period), p the periods in a year, f the tonnes per unit, and a, b, c the relative
lower half-widths of each; likewise for the upper bound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from eit_analysis.intake.parsing import Number

Interval = tuple[float, float, float]  # central, low, high

MONTHS_PER_YEAR = 12
# Periods in a year. A day of the form is a day of opening: 250, from 220 (closed on week-ends and holidays)
# to 365 (continuous work); the width goes into the interval of the mass.
PERIODS_PER_YEAR: Mapping[str, Interval] = {
    "year": (1.0, 1.0, 1.0),
    "month": (12.0, 12.0, 12.0),
    "week": (52.0, 52.0, 52.0),
    "day": (250.0, 220.0, 365.0),
}


def periods_per_year(period: str, active_months: int = MONTHS_PER_YEAR) -> Interval:
    """Periods in a year of a flow that exists ``active_months`` months a year.

    A quantity per year is already a year's, whatever the months.
    """
    central, low, high = PERIODS_PER_YEAR[period]
    share = 1.0 if period == "year" else active_months / MONTHS_PER_YEAR
    return central * share, low * share, high * share


def relative_widths(interval: Interval) -> tuple[float, float]:
    """Lower and upper half-widths of an interval relative to its central value (0 where it is zero)."""
    central, low, high = interval
    return (1 - low / central, high / central - 1) if central else (0.0, 0.0)


def annual_mass(
    quantity: Number,
    periods: Interval,
    tonnes_per_unit: Interval,
    uncertainty_percent: float | None,
    evidence_half_width: float,
) -> Interval:
    """Mass of a flow with its 95 % interval.

    Parameters
    ----------
    quantity : Number
        Quantity per period in its unit, not missing, not negative.
    periods : tuple of float
        Periods in a year: central, low, high.
    tonnes_per_unit : tuple of float
        Tonnes of one unit: central, low, high.
    uncertainty_percent : float or None
        Half-width stated by the respondent (%), which goes before any other.
    evidence_half_width : float
        Relative half-width of the class of evidence, used when nothing else is known of the quantity.

    Returns
    -------
    tuple of float
        Central, low and high mass (t/year), ``0 <= low <= central <= high``.
    """
    value = float(quantity.value or 0.0)
    mass = value * periods[0] * tonnes_per_unit[0]
    if uncertainty_percent is not None:
        own = (uncertainty_percent / 100, uncertainty_percent / 100)
    elif quantity.low is not None and quantity.high is not None:
        own = relative_widths((value, quantity.low, quantity.high))
    else:
        own = (evidence_half_width, evidence_half_width)
    lower, upper = (
        math.sqrt(sum(width**2 for width in side))
        for side in zip(own, relative_widths(periods), relative_widths(tonnes_per_unit), strict=True)
    )
    return mass, max(0.0, mass * (1 - lower)), mass * (1 + upper)
