"""Where the study's occupations go in France, five years after the last year that is known.

The register of DARES goes back to 1983 by professional family (FAP 2009): the first three characters of the
codes that ROME is linked to. A family is wider than an occupation, and its numbers are those of the country.
Median and intervals are those of `series.forecasts`; `series.backtest` measures how wrong they were.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.employment.forecast.series.forecasts import forecast
from eit_analysis.reference import advised, sentence

HORIZON_YEARS = 5
FAMILY = slice(3)
ENDS = ("", "_low80", "_high80", "_low95", "_high95")
NAMES = {f"value{end}": f"national_forecast_thousands{end}" for end in ENDS}
COLUMNS = ["occupation", "national_family", "national_thousands", *NAMES.values(), "method"]


def national_forecast(history: pd.DataFrame, linked: pd.DataFrame) -> pd.DataFrame:
    """Employment in France of each occupation's families, thousands: last known, and `HORIZON_YEARS` later.

    ``history`` holds ``series_id`` (family), ``year, value`` (thousands), from ``panel.of_occupations``;
    ``linked`` is from ``workforce.families``.

    Returns
    -------
    DataFrame
        `COLUMNS`, a row for each family of an occupation whose series is complete, in order of occupations;
        ``method`` is the one followed. No row without either table.
    """
    coming = forecast(history, HORIZON_YEARS).rename(columns=NAMES)
    coming = coming[coming["year"] == coming["year"].max()]
    last = history[history["year"] == history["year"].max()].set_index("series_id")["value"]
    families = linked[["occupation"]].assign(national_family=linked["fap_code"].str[FAMILY])
    table = families.drop_duplicates().merge(coming, left_on="national_family", right_on="series_id")
    table["national_thousands"] = table["national_family"].map(last).astype(float)
    return table[COLUMNS].sort_values(["occupation", "national_family"], ignore_index=True)


def forecast_sentence(history: pd.DataFrame, table: pd.DataFrame, team: bool = False) -> str:
    """French sentence: which years these are and whence, or why there is no forecast."""
    if table.empty:
        return advised("national_forecast_missing", team)
    last = int(history["year"].max())
    return sentence("national_forecast", last=last, horizon=last + HORIZON_YEARS)
