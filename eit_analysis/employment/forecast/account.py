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

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Entrants, Scenarios
from eit_analysis.employment.forecast.cohort import Simulation
from eit_analysis.employment.forecast.outlook import breakdown, quantiles
from eit_analysis.reference import advised, sentence

OPENINGS, GAP = "openings", "gap"
ORIGINS = {"training": "formation", "job_seekers": "demandeurs d'emploi", "mobility": "mobilité"}
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
    opened = {name: _draws(values) for name, values in openings.items()}
    coming = {name: -_draws(values) for name, values in entrants.items()}
    total: np.ndarray = sum(opened.values(), np.zeros(1))
    steps = {**opened, OPENINGS: total}
    if coming:
        steps |= {**coming, GAP: sum(coming.values(), total)}
    return pd.DataFrame([_row(name, draws) for name, draws in steps.items()], columns=COLUMNS)


def _draws(values: ArrayLike) -> np.ndarray:
    return np.atleast_1d(np.asarray(values, dtype=float))


def _row(name: str, draws: np.ndarray) -> dict[str, object]:
    bounds = quantiles(draws, "step_people") if np.ptp(draws) > 0 else {}
    return {**bounds, "account_step": name, "step_people": draws.mean()}


def of_scenario(simulation: Simulation, parameters: Scenarios) -> Breakdown:
    """The account of one scenario over its whole period, with the entrants that the study states."""
    people, stock = simulation.workforce["headcount"].sum(), simulation.stock.sum(axis=2)
    years, draws, rng = parameters.horizon_years, parameters.draws, np.random.default_rng(parameters.seed)
    entrants = entrant_draws(parameters.entrants, people, years, draws, rng)
    openings = {
        "retirements": simulation.retirements.sum(axis=(1, 2)),
        "quits": simulation.quits.sum(axis=(1, 2)),
        "growth": stock[:, -1] - stock[:, 0],
    }
    return breakdown(simulation, account(openings, entrants), "account_step")


def verdict(steps: pd.DataFrame) -> str:
    """``shortage`` or ``surplus`` when the 80 % interval of the gap excludes zero, otherwise ``unknown``."""
    bounds = steps.loc[steps["account_step"] == GAP, COLUMNS[2:]].to_numpy(dtype=float)
    if not len(bounds):
        return "unknown"
    return "shortage" if (bounds > 0).all() else "surplus" if (bounds < 0).all() else "unknown"


def entrant_draws(
    entrants: Sequence[Entrants], people: float, years: int, draws: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """People who come by origin, array (draws,): entrants = rate × people employed × years.

    The rate is triangular between its low and high values, one draw for the whole period: its level is not
    known, and it is the same each year. Several rows of one origin add up. A rate, and not a number, because
    the account is that of the firms that answered, and of fewer where some of them do not appear.
    """
    found: dict[str, np.ndarray] = {}
    for row in entrants:
        rate = (
            rng.triangular(row.low, row.central, row.high, draws)
            if row.low < row.high
            else np.full(draws, row.central)
        )
        found[row.origin] = found.get(row.origin, 0.0) + rate * people * years
    return found


def entrants_source(entrants: Sequence[Entrants], team: bool = False) -> str:
    """French sentence on where the entrants come from, or that without them no gap can be given."""
    if not entrants:
        return advised("entrants_missing", team)
    sources = "\u00a0; ".join(f"{ORIGINS[row.origin]} ({row.source.strip()})" for row in entrants)
    return sentence("entrants", sources=sources)
