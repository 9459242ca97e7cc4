"""What the draws of a forecast say: medians with 80 % and 95 % intervals.

An interval of a sum is taken on the summed draws, never by adding bounds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.employment.forecast import Simulation
from eit_analysis.employment.workforce import others_last

LEVELS = {"": 0.5, "_low80": 0.1, "_high80": 0.9, "_low95": 0.025, "_high95": 0.975}


def _quantiles(draws: np.ndarray, name: str) -> dict[str, np.ndarray]:
    # Order statistics, not interpolation: a number of people stays a whole number.
    values = np.quantile(draws, np.array(list(LEVELS.values())), axis=0, method="inverted_cdf")
    return {f"{name}{suffix}": values[k].astype(float) for k, suffix in enumerate(LEVELS)}


def fan(simulations: list[Simulation]) -> pd.DataFrame:
    """All occupations together, year by year.

    Returns
    -------
    DataFrame
        ``scenario, year, people`` with ``_low80, _high80, _low95, _high95``; the first year is the survey's.
    """
    parts = []
    for simulation in simulations:
        years = simulation.base_year + np.arange(simulation.stock.shape[1])
        total = _quantiles(simulation.stock.sum(axis=2), "people")
        parts.append(pd.DataFrame({"scenario": simulation.scenario, "year": years, **total}))
    return pd.concat(parts, ignore_index=True)


def openings_by_year(simulations: list[Simulation]) -> pd.DataFrame:
    """Departures and openings of each year, all occupations together (openings = departures + growth).

    Returns
    -------
    DataFrame
        ``scenario, year, retirements, quits, openings`` (medians), ``openings_low80, openings_high80``.
    """
    parts = []
    for simulation in simulations:
        years = simulation.base_year + 1 + np.arange(simulation.hires.shape[1])
        openings = _quantiles(simulation.hires.sum(axis=2), "openings")
        parts.append(
            pd.DataFrame(
                {
                    "scenario": simulation.scenario,
                    "year": years,
                    "retirements": _quantiles(simulation.retirements.sum(axis=2), "x")["x"],
                    "quits": _quantiles(simulation.quits.sum(axis=2), "x")["x"],
                    **{k: openings[k] for k in ("openings", "openings_low80", "openings_high80")},
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def outlook(simulation: Simulation) -> pd.DataFrame:
    """By occupation over the whole horizon, most openings first and the merged small occupations last.

    Returns
    -------
    DataFrame
        ``occupation, headcount`` (now), ``people`` (at the horizon) with its 80 % interval, then over the
        horizon ``retirements, quits`` (medians) and ``openings`` with its 80 % interval.
    """
    ends = _quantiles(simulation.stock[:, -1], "people")
    openings = _quantiles(simulation.hires.sum(axis=1), "openings")
    table = pd.DataFrame(
        {
            "occupation": pd.Series(simulation.occupations, dtype="str"),
            "headcount": simulation.stock[:1, 0].sum(axis=0).astype(float),
            **{k: ends[k] for k in ("people", "people_low80", "people_high80")},
            "retirements": _quantiles(simulation.retirements.sum(axis=1), "x")["x"],
            "quits": _quantiles(simulation.quits.sum(axis=1), "x")["x"],
            **{k: openings[k] for k in ("openings", "openings_low80", "openings_high80")},
        }
    )
    return others_last(table.sort_values(["openings", "occupation"], ascending=[False, True]))


def crossed(workforce: pd.DataFrame, table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Workforce rows repeated for each value of ``keys``: who stands behind each row of a forecast."""
    return workforce.merge(table[keys].drop_duplicates(), how="cross")
