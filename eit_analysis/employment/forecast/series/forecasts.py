"""Where each series of a panel goes, by what has been least wrong so far."""

from __future__ import annotations

import pandas as pd

from eit_analysis.employment.forecast.series.intervals import BOUNDS, LEVELS, MEDIAN, quantiles
from eit_analysis.employment.forecast.series.panel import long_enough, usable
from eit_analysis.employment.forecast.series.rolling import CHOSEN, best, roll


def forecast(panel: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Forecasts of the usable series (`panel.usable`) for the ``horizon`` years after the last.

    Returns
    -------
    DataFrame
        ``series_id, year, method`` (the least wrong up to that many years ahead, which `rolling.followed`
        draws to the mean of all), ``value`` (median), ``value_low80, value_high80, value_low95,
        value_high95`` in the unit of the values; no row when the panel is too short.
    """
    bounds = {
        f"value_{side}{percent}": place
        for percent, places in BOUNDS.items()
        for side, place in zip(("low", "high"), places, strict=True)
    }
    values, _ = usable(panel)
    if not long_enough(values):
        return pd.DataFrame(columns=["series_id", "year", "method", "value", *bounds])
    rolled = roll(values, horizon)
    last = len(rolled.origins) - 1
    steps = []
    for step in range(1, horizon + 1):
        levels = pd.DataFrame(quantiles(rolled, CHOSEN, step, last).T, columns=range(len(LEVELS)))
        table = pd.DataFrame({"series_id": values.columns, "year": rolled.years[-1] + step})
        table["method"] = best(rolled, step, last)
        table["value"] = levels[MEDIAN]
        steps.append(table.assign(**{name: levels[place] for name, place in bounds.items()}))
    return pd.concat(steps).sort_values(["series_id", "year"], ignore_index=True)
