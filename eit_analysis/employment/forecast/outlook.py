"""What the draws of a forecast say: medians with 80 % and 95 % intervals.

An interval of a sum is taken on the summed draws, never by adding bounds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.config import Scenarios
from eit_analysis.employment.forecast.cohort import Simulation
from eit_analysis.employment.forecast.demand import struck
from eit_analysis.employment.workforce import others_last

SIGNS = {"retirements": -1, "quits": -1, "losses": -1, "moves": 1, "hires": 1}
STEPS = ("today", *SIGNS, "horizon")
LEVELS = {"": 0.5, "_low80": 0.1, "_high80": 0.9, "_low95": 0.025, "_high95": 0.975}


def quantiles(draws: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """``name`` (median) and its ``_low80, _high80, _low95, _high95``, draws being along the first axis."""
    # Draws, not interpolated: a number of people stays whole. Outwards: −x has the bounds of x turned round.
    values = {
        f"{name}{suffix}": np.quantile(draws, level, axis=0, method="higher" if level > 0.5 else "lower")
        for suffix, level in LEVELS.items()
    }
    return {column: value.astype(float) for column, value in values.items()}


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
        total = quantiles(simulation.stock.sum(axis=2), "people")
        parts.append(pd.DataFrame({"scenario": simulation.scenario, "year": years, **total}))
    return pd.concat(parts, ignore_index=True)


def openings_by_year(simulations: list[Simulation]) -> pd.DataFrame:
    """What opens posts each year, all occupations together: openings = departures + losses + growth.

    Returns
    -------
    DataFrame
        ``scenario, year, retirements, quits, losses, growth`` (medians: the account closes in each draw, and
        but for a few people in a row), ``departures, openings`` each with ``_low80, _high80, _low95,
        _high95``.
    """
    parts = []
    for simulation in simulations:
        years = simulation.base_year + 1 + np.arange(simulation.hires.shape[1])
        columns = {
            **_medians(
                retirements=simulation.retirements.sum(axis=2),
                quits=simulation.quits.sum(axis=2),
                losses=simulation.losses.sum(axis=2),
                growth=np.diff(simulation.stock.sum(axis=2), axis=1),
            ),
            **quantiles((simulation.retirements + simulation.quits).sum(axis=2), "departures"),
            **quantiles(simulation.hires.sum(axis=2), "openings"),
        }
        parts.append(pd.DataFrame({"scenario": simulation.scenario, "year": years, **columns}))
    return pd.concat(parts, ignore_index=True)


def beside_trend(simulations: list[Simulation]) -> pd.DataFrame:
    """People of each scenario less those of the first at the horizon, draw by draw: shared chance cancels.

    Parameters
    ----------
    simulations : list of Simulation
        Of one seed, so that draws are paired (``cohort.simulate``); the first is what others stand beside.

    Returns
    -------
    DataFrame
        ``scenario, people_beside_trend`` (median) with ``_low80, _high80``, a row for each but the first.
    """
    ends = [simulation.stock[:, -1].sum(axis=1).astype(int) for simulation in simulations]
    rows = [
        {"scenario": simulation.scenario} | quantiles(end - ends[0], "people_beside_trend")
        for simulation, end in zip(simulations[1:], ends[1:], strict=True)
    ]
    columns = ["people_beside_trend", "people_beside_trend_low80", "people_beside_trend_high80"]
    return pd.DataFrame(rows, columns=["scenario", *columns])


def outlook(simulation: Simulation) -> pd.DataFrame:
    """By occupation over the whole horizon, most openings first and the merged small occupations last.

    Returns
    -------
    DataFrame
        ``occupation, headcount`` (now), ``people`` (at the horizon), then over the horizon ``retirements,
        quits`` (medians), ``departures`` (both) and ``openings``; ``people, departures, openings`` each
        with ``_low80, _high80, _low95, _high95``.
    """
    table = pd.DataFrame(
        {
            "occupation": pd.Series(simulation.occupations, dtype="str"),
            "headcount": simulation.stock[:1, 0].sum(axis=0).astype(float),
            **quantiles(simulation.stock[:, -1], "people"),
            **_medians(retirements=simulation.retirements.sum(axis=1), quits=simulation.quits.sum(axis=1)),
            **quantiles((simulation.retirements + simulation.quits).sum(axis=1), "departures"),
            **quantiles(simulation.hires.sum(axis=1), "openings"),
        }
    )
    return others_last(table.sort_values(["openings", "occupation"], ascending=[False, True]))


def _medians(**draws: np.ndarray) -> dict[str, np.ndarray]:
    return {
        name: np.quantile(people, 0.5, axis=0, method="inverted_cdf").astype(float)
        for name, people in draws.items()
    }


def waterfall(simulations: list[Simulation], occupations: list[str] | None = None) -> pd.DataFrame:
    """From today's stock to the stock at the horizon: today + Σ steps = horizon, on means, which add up.

    Parameters
    ----------
    occupations : list of str, optional
        Only these together; all by default, when moves between them vanish.

    Returns
    -------
    DataFrame
        ``scenario, step`` (``STEPS``, without a step that is zero in every draw), ``mean_people`` (signed
        but for the two levels) with ``_low80, _high80, _low95, _high95``.
    """
    parts = []
    for simulation in simulations:
        wanted = np.isin(simulation.occupations, occupations or simulation.occupations)
        draws = {name: getattr(simulation, name)[..., wanted].sum(axis=(1, 2)) for name in SIGNS}
        draws = {name: SIGNS[name] * people for name, people in draws.items() if people.any()}
        ends = {"today": 0, "horizon": -1}
        draws |= {name: simulation.stock[:, end][:, wanted].sum(axis=1) for name, end in ends.items()}
        for step in (step for step in STEPS if step in draws):
            interval = quantiles(draws[step], "mean_people")
            row = {"scenario": simulation.scenario, "step": step, **interval}
            parts.append(row | {"mean_people": draws[step].mean()})
    return pd.DataFrame(parts, columns=["scenario", "step", *(f"mean_people{suffix}" for suffix in LEVELS)])


def struck_by_shock(workforce: pd.DataFrame, sites: pd.DataFrame, parameters: Scenarios) -> pd.DataFrame:
    """The people behind the scenario ``shock``: its gap to the trend over its share is their headcount.

    Of several shocks, those of the one that strikes the fewest firms; none without a shock.
    """
    hit = [struck(shock, workforce, sites) for shock in parameters.shocks]
    return min(hit, key=lambda rows: rows["site_id"].nunique(), default=workforce.head(0))


def crossed(workforce: pd.DataFrame, table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Workforce rows repeated for each value of ``keys``: who stands behind each row of a forecast."""
    return workforce.merge(table[keys].drop_duplicates(), how="cross")
