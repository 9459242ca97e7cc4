"""The account of jobs and people: posts to fill, people who come, and the gap between them.

    openings = departures + growth                                                    [people]
    gap      = openings − entrants       (positive: people are missing)               [people]

A step is an array of draws or one number. The people of a step are the mean of its draws: means add up along
the waterfall, medians would not. The bounds are those of `outlook.quantiles`; those of a total are taken on
the summed draws, never by adding bounds. A step of one number has no bounds.

Source of the scheme: DARES and France Stratégie, *Les métiers en 2030 : quelles perspectives de recrutement
en région ?* (January 2023).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from eit_analysis.employment.forecast.outlook import mean

OPENINGS, GAP = "openings", "gap"
COLUMNS = ["account_step", "step_people", "step_people_low80", "step_people_high80"]


def account(openings: Mapping[str, ArrayLike], entrants: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """From departures and growth to the gap, one row a step, ready to be drawn as a waterfall.

    ``openings`` are steps that open posts (departures, growth; negative where posts close) and ``entrants``
    those who come, by origin: people, array (draws,) or a number each. Without any entrants there is no gap.

    Returns
    -------
    DataFrame
        ``COLUMNS``: entrants are negative, bounds missing where nothing is uncertain. Totals, which a
        waterfall draws from zero: ``openings`` and, with entrants, ``gap``.
    """
    opened, coming = (
        {name: sign * np.atleast_1d(np.asarray(values, dtype=float)) for name, values in steps.items()}
        for sign, steps in ((1, openings), (-1, entrants))
    )
    total: np.ndarray = sum(opened.values(), np.zeros(1))
    steps = {**opened, OPENINGS: total}
    if coming:
        steps |= {**coming, GAP: sum(coming.values(), total)}
    rows = [{"account_step": name, **mean(draws, "step_people")} for name, draws in steps.items()]
    return pd.DataFrame(rows, columns=COLUMNS)
