"""Occupations that grow or are threatened: the study's own forecast beside the national past.

growing       low > 0            threatened    high < 0            undetermined    otherwise

An interval that holds zero decides nothing, however far its middle is. Which of them are green or greening is
another question: see ``context.greening``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from eit_analysis.breakdown import Breakdown
from eit_analysis.reference import sentence

SMOOTHED_YEARS = 3  # a value of DARES is the mean of three years
CHANGES = 4
READABLE_POINTS = 10.0  # % a year, from one end of a national interval to the other
NATIONAL = [
    "national_change_percent_per_year", "national_low_percent_per_year", "national_high_percent_per_year"
]  # fmt: skip
FORECAST = ["forecast_change_percent", "forecast_low_percent", "forecast_high_percent"]


def prospect(low: pd.Series, high: pd.Series) -> pd.Series:
    """``growing``, ``threatened``, ``undetermined``, or missing where a bound is."""
    names = np.select([low > 0, high < 0], ["growing", "threatened"], "undetermined")
    return pd.Series(names, index=low.index, dtype=object).where(low.notna() & high.notna(), None)


def forecast_change(outlook: pd.DataFrame) -> pd.DataFrame:
    """100 (people at the horizon / people now − 1), %, with its 80 % interval; missing where nobody works."""
    now = outlook["headcount"].where(outlook["headcount"] > 0)
    ends = ("people", "people_low80", "people_high80")
    change = {name: 100 * (outlook[end] / now - 1) for name, end in zip(FORECAST, ends, strict=True)}
    return outlook[["occupation", "headcount"]].assign(**change)


def national_change(employment: pd.DataFrame | None, fap_rome: pd.DataFrame | None) -> pd.DataFrame:
    """ḡ ± t s/√n over the last n = 4 changes g = ln(E_t / E_{t−3}) / 3, in % a year, t of Student at 95 %.

    Three years apart because each value is a mean of three years: nearer ones share their survey answers, and
    their agreement would make the interval too narrow.

    ``employment`` is the table ``dares_employment``, ``fap_rome`` is ``dares_fap_rome``; None as long as they
    have not been imported. The families of a ROME code add up.

    Returns
    -------
    DataFrame
        ``rome_code, last_year`` and ``NATIONAL``; a code without twelve years of employment has no row.

    Notes
    -----
    Source of the smoothing: DARES, *Portrait statistique des métiers 1982-2020*, methodology.
    """
    if employment is None or fap_rome is None:
        return pd.DataFrame(columns=["rome_code", "last_year", *NATIONAL])
    series = employment.pivot_table(index="year", columns="fap_code", values="employment_thousands")
    links = fap_rome.dropna(subset=["rome_code"]).drop_duplicates(["fap_code", "rome_code"])
    last = int(series.index.max()) if len(series) else 0
    years = last - SMOOTHED_YEARS * np.arange(CHANGES + 1)[::-1]
    series = series.reindex(years)
    rows = []
    for code, families in links[links["fap_code"].isin(series.columns)].groupby("rome_code")["fap_code"]:
        people = series[list(families)].sum(axis=1, skipna=False).to_numpy()
        if not (people > 0).all():
            continue
        yearly = np.diff(np.log(people)) / SMOOTHED_YEARS
        half = stats.t.ppf(0.975, CHANGES - 1) * yearly.std(ddof=1) / np.sqrt(CHANGES)
        ends = yearly.mean() + np.array([0.0, -half, half])
        rows.append((code, last, *(100 * np.expm1(ends))))
    return pd.DataFrame(rows, columns=["rome_code", "last_year", *NATIONAL])


def prospects(
    outlook: Breakdown, rome_codes: dict[str, str], national: pd.DataFrame, classes: dict[str, str]
) -> Breakdown:
    """What the study's forecast, the national past and the transition give for each occupation, side by side.

    ``outlook`` is from ``outlook.outlook``, ``national`` from :func:`national_change`, ``classes`` from
    ``greening.classes``; ``rome_codes`` are ``{rome_code: occupation}``: of several the first is read.

    Returns
    -------
    Breakdown
        ``occupation, headcount``, ``FORECAST``, ``forecast_prospect``, ``NATIONAL``, ``national_prospect``,
        ``prospects_agree`` (``same`` when both are growing or both threatened, ``contrary`` when one is
        growing and the other threatened, else missing), ``greening`` (missing without a known code).
        The numbers of a national interval wider than ``READABLE_POINTS`` are missing: they decide nothing.
    """
    first = {occupation: code for code, occupation in sorted(rome_codes.items(), reverse=True)}
    changes = forecast_change(outlook.frame)
    table = changes.assign(rome_code=changes["occupation"].map(first).astype(object)).merge(
        national.drop(columns="last_year"), on="rome_code", how="left"
    )
    for name, (_, low, high) in (("forecast_prospect", FORECAST), ("national_prospect", NATIONAL)):
        table[name] = prospect(table[low].astype(float), table[high].astype(float))
    ours, theirs = table["forecast_prospect"], table["national_prospect"]
    firm = ours.isin(["growing", "threatened"]) & theirs.isin(["growing", "threatened"])
    agree = pd.Series(np.where(ours == theirs, "same", "contrary"), index=table.index, dtype=object)
    table["prospects_agree"] = agree.where(firm, None)
    wide = table[NATIONAL[2]].astype(float) - table[NATIONAL[1]].astype(float) > READABLE_POINTS
    table[NATIONAL] = table[NATIONAL].astype(float).mask(wide)
    table["greening"] = table["rome_code"].map(classes).astype(object)
    kept = [*FORECAST, "forecast_prospect", *NATIONAL, "national_prospect", "prospects_agree", "greening"]
    return replace(outlook, frame=table[["occupation", "headcount", *kept]])


def national_source(national: pd.DataFrame) -> str:
    """French sentence: where the national trend comes from, or that it was not imported."""
    if national.empty:
        return sentence("national_trend_missing")
    last = int(national["last_year"].max())
    return sentence("national_trend", first=last - SMOOTHED_YEARS * CHANGES, last=last)
