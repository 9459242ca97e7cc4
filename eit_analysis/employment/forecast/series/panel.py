"""A tidy panel made into one table, years × series, that every method can take logarithms of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.french import exact

# Seven changes: three lags and four changes to explain, the least a pooled autoregression learns from.
MINIMUM_YEARS = 8


def of_occupations(register: pd.DataFrame | None) -> pd.DataFrame:
    """The DARES register of employment (`fap_code, year, employment_thousands`) as a panel.

    None, when it has not been imported, gives no rows.
    """
    if register is None:
        return pd.DataFrame({"series_id": [], "year": [], "value": []})
    names = {"fap_code": "series_id", "employment_thousands": "value"}
    return register.rename(columns=names)[["series_id", "year", "value"]]


def usable(panel: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each series from its last gap to the panel's last year, and those that cannot serve with the reason.

    A missing year is a gap, and so is a zero: growth from nothing has no rate.

    Parameters
    ----------
    panel : DataFrame
        ``series_id, year, value``: at most one row by series and year, whole years, any order of rows; values
        in any one unit, missing allowed.

    Returns
    -------
    values : DataFrame
        One row by year to the last, one column by series: above zero, missing before its last gap.
    left_out : DataFrame
        ``series_id, reason``: ``ended`` (nothing in the last year) or ``short`` (fewer than `MINIMUM_YEARS`
        in a row up to it).

    Raises
    ------
    InputError
        A year given twice, or a value that is negative or infinite.
    """
    rows = panel[["series_id", "year", "value"]].dropna(subset=["series_id", "year"])
    twice = rows[rows.duplicated(["series_id", "year"])]
    if len(twice):
        series, year = twice.iloc[0][["series_id", "year"]]
        raise InputError(f"la série « {series} » a deux valeurs pour {year:.0f}\u00a0: n'en gardez qu'une")
    wrong = rows[(rows["value"] < 0) | np.isinf(rows["value"].astype(float))]
    if len(wrong):
        series, year, value = wrong.iloc[0]
        raise InputError(
            f"la série « {series} » vaut {exact(value)} en {year:.0f}\u00a0: un effectif est positif ou nul"
        )
    wide = rows.pivot(index="year", columns="series_id", values="value").astype(float).sort_index(axis=1)
    if len(wide):
        wide = wide.reindex(range(int(wide.index.min()), int(wide.index.max()) + 1))
    known = wide.gt(0)[::-1].cummin()[::-1].astype(bool)
    years = known.sum()
    serve = years >= MINIMUM_YEARS
    reason = pd.Series("short", wide.columns).mask(years == 0, "ended")[~serve]
    left_out = reason.rename("reason").rename_axis("series_id").reset_index()
    return wide.where(known).loc[known.any(axis=1), serve].dropna(how="all"), left_out


def long_enough(values: pd.DataFrame) -> bool:
    """Whether a table of `usable` holds a series, and years enough to learn from."""
    return len(values) >= MINIMUM_YEARS and len(values.columns) > 0
