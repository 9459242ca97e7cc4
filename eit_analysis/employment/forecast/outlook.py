"""What the draws of a forecast give: medians with 80 % and 95 % intervals.

An interval of a sum is taken on the summed draws, never by adding bounds. Behind a row are the people of the
simulation, by headcount; without any of them there is no row, for nobody declared is no forecast of zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.forecast.cohort import Simulation
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


def mean(draws: np.ndarray, name: str) -> dict[str, float]:
    """``name`` (mean of the draws, which adds up) and its bounds, where they differ: else it is known."""
    return (quantiles(draws, name) if np.ptp(draws) > 0 else {}) | {name: draws.mean()}


def fan(simulation: Simulation) -> Breakdown:
    """All occupations together: ``year, people`` with its intervals; the first, the survey's, has none."""
    years = simulation.base_year + np.arange(simulation.stock.shape[1])
    total = quantiles(simulation.stock.sum(axis=2), "people")
    for name in [name for name in total if name != "people"]:
        total[name][0] = np.nan
    return breakdown(simulation, pd.DataFrame({"year": years, **total}), "year")


def openings_by_year(simulation: Simulation) -> Breakdown:
    """What opens posts each year, all occupations together: openings = departures + losses + growth.

    Returns
    -------
    Breakdown
        ``year, retirements, quits, losses, growth`` (medians: the account closes in each draw, and but for a
        few people in a row), ``departures, openings`` each with ``_low80, _high80, _low95, _high95``.
    """
    left = {name: getattr(simulation, name).sum(axis=2) for name in ("retirements", "quits", "losses")}
    columns = {
        "year": simulation.base_year + 1 + np.arange(simulation.hires.shape[1]),
        **_medians(**left, growth=np.diff(simulation.stock.sum(axis=2), axis=1)),
        **quantiles((simulation.retirements + simulation.quits).sum(axis=2), "departures"),
        **quantiles(simulation.hires.sum(axis=2), "openings"),
    }
    return breakdown(simulation, pd.DataFrame(columns), "year")


def waterfall(simulation: Simulation, occupations: list[str] | None = None) -> Breakdown:
    """From today's stock to the stock at the horizon: today + Σ steps = horizon, on means, which add up.

    Of some ``occupations`` together, or of all, when moves between them vanish.

    Returns
    -------
    Breakdown
        ``step`` (`STEPS`, without a step that is zero in every draw), ``mean_people`` (signed but for the two
        levels) with ``_low80, _high80, _low95, _high95``.
    """
    wanted = np.isin(simulation.occupations, occupations or simulation.occupations)
    draws = {name: getattr(simulation, name)[..., wanted].sum(axis=(1, 2)) for name in SIGNS}
    draws = {name: SIGNS[name] * people for name, people in draws.items() if people.any()}
    ends = {"today": 0, "horizon": -1}
    draws |= {name: simulation.stock[:, end][:, wanted].sum(axis=1) for name, end in ends.items()}
    rows = [{"step": step, **mean(draws[step], "mean_people")} for step in STEPS if step in draws]
    columns = ["step", *(f"mean_people{suffix}" for suffix in LEVELS)]
    return breakdown(simulation, pd.DataFrame(rows, columns=columns), "step")


def breakdown(simulation: Simulation, frame: pd.DataFrame, key: str) -> Breakdown:
    """Rows of ``key`` with the people behind the simulation, all of them behind each."""
    rows = frame if len(simulation.workforce) else frame.head(0)
    records = simulation.behind.merge(rows[[key]], how="cross")
    return Breakdown(rows, [key], records, "headcount", people=True)


def by_scenario(table: Callable[[Simulation], Breakdown], simulations: Sequence[Simulation]) -> Breakdown:
    """The same table of several scenarios, one under the other, with ``scenario`` as first key."""
    parts = {simulation.scenario: table(simulation) for simulation in simulations}
    frame, records = (
        pd.concat({name: getattr(part, what) for name, part in parts.items()}, names=["scenario"])
        .reset_index("scenario")
        .reset_index(drop=True)
        for what in ("frame", "records")
    )
    one = next(iter(parts.values()))
    return replace(one, frame=frame, keys=["scenario", *one.keys], records=records)


def beside_trend(simulations: Sequence[Simulation]) -> Breakdown:
    """Each scenario less the first over the whole horizon, draw by draw: shared chance cancels.

    They are of one seed, so that draws are paired. Rows of each but the first: ``scenario, compared``
    (``people`` at the horizon, ``retirements``, ``openings``), ``people_beside_trend`` (median) with
    ``_low80, _high80``. Hires make good what retires or not, so that a reform shows in the last two.
    """
    drawn = {
        simulation.scenario: {
            "people": simulation.stock[:, -1].sum(axis=1).astype(int),
            "retirements": simulation.retirements.sum(axis=(1, 2)),
            "openings": simulation.hires.sum(axis=(1, 2)),
        }
        for simulation in simulations
        if len(simulation.workforce)
    }
    first, *others = drawn or [""]
    rows = [
        {"scenario": name, "compared": of}
        | quantiles(drawn[name][of] - drawn[first][of], "people_beside_trend")
        for name in others
        for of in drawn[name]
    ]
    values = [f"people_beside_trend{suffix}" for suffix in ("", "_low80", "_high80")]
    frame = pd.DataFrame(rows, columns=["scenario", "compared", *values])
    records = pd.concat(
        [simulation.behind.assign(scenario=simulation.scenario) for simulation in simulations]
    ).merge(frame[["scenario", "compared"]], on="scenario")
    return Breakdown(frame, ["scenario", "compared"], records, "headcount", people=True)


def outlook(simulation: Simulation) -> Breakdown:
    """By occupation over the whole horizon, most openings first and the merged small occupations last.

    Returns
    -------
    Breakdown
        ``occupation, headcount`` (now), ``people`` (at the horizon), then over the horizon ``retirements,
        quits`` (medians), ``departures`` (both) and ``openings``; ``people, departures, openings`` each
        with ``_low80, _high80``.
    """
    now = simulation.workforce.groupby("occupation")["headcount"].sum()
    table = pd.DataFrame(
        {
            "occupation": pd.Series(simulation.occupations, dtype="str"),
            "headcount": now.reindex(simulation.occupations, fill_value=0.0).to_numpy(dtype=float),
            **quantiles(simulation.stock[:, -1], "people"),
            **_medians(retirements=simulation.retirements.sum(axis=1), quits=simulation.quits.sum(axis=1)),
            **quantiles((simulation.retirements + simulation.quits).sum(axis=1), "departures"),
            **quantiles(simulation.hires.sum(axis=1), "openings"),
        }
    )
    shown = table.loc[:, ~table.columns.str.endswith("95")]
    order = others_last(shown.sort_values(["openings", "occupation"], ascending=[False, True]))
    return Breakdown(order, ["occupation"], simulation.behind, "headcount", people=True)


def _medians(**draws: np.ndarray) -> dict[str, np.ndarray]:
    return {
        name: np.quantile(people, 0.5, axis=0, method="inverted_cdf").astype(float)
        for name, people in draws.items()
    }
