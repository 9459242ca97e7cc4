"""Scores of the forecasts of a panel, made from every past year without hindsight.

score(method, horizon, origin) = mean over series of what the forecast from that origin was worth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from eit_analysis.employment.forecast.series import scores
from eit_analysis.employment.forecast.series.intervals import BOUNDS, LEVELS, MEDIAN, quantiles
from eit_analysis.employment.forecast.series.panel import MINIMUM_YEARS, long_enough, usable
from eit_analysis.employment.forecast.series.rolling import CHOSEN, Rolled, roll
from eit_analysis.errors import UsageError
from eit_analysis.french import counted
from eit_analysis.reference import sentence

HORIZONS = (1, 3, 5, 10)
COMPARED = ("naive", "drift", "ols_10_years")
KEYS = ["horizon_years", "method", "origin_year"]
MEASURES = [
    "mape_percent", "mase", "crps", "crps_percent",
    "coverage_80_percent", "coverage_95_percent",
    "direction_percent", "always_up_percent", "rank_correlation"
]  # fmt: skip
PRINTED = [
    "horizon_years", "method", "n_origins", "mape_percent", "mase", "crps_percent", "crps_percent_to_naive",
    "coverage_80_percent", "coverage_95_percent", "worst_origin_year", "worst_coverage_80_percent",
    "direction_percent", "same_sign_percent", "rank_correlation"
]  # fmt: skip


def evaluate(panel: pd.DataFrame, horizons: Sequence[int] = HORIZONS) -> pd.DataFrame:
    """Scores of every method at every origin and horizon whose target is in the panel.

    Parameters
    ----------
    panel : DataFrame
        ``series_id, year, value``; each series serves after its last gap or zero (`series.panel.usable`).
    horizons : sequence of int
        Years ahead.

    Returns
    -------
    DataFrame
        ``horizon_years, method, origin_year, n_series`` and, means over series: ``mape_percent``; ``mase``;
        ``crps`` in the unit of the values, ``crps_percent`` of the observed value; ``coverage_80_percent,
        coverage_95_percent``; ``direction_percent`` (rises and falls forecast) beside ``always_up_percent``
        (had it been *rise* always); ``rank_correlation`` (Spearman) of forecast with observed growth.
        Missing: direction and rank of a forecast of no change. No row when the panel is too short.

    Raises
    ------
    UsageError
        A horizon below one year.
    """
    if min(horizons) < 1:
        raise UsageError("Un horizon est d'au moins un an.")
    values, _ = usable(panel)
    if not long_enough(values):
        return pd.DataFrame(columns=[*KEYS, "n_series", *MEASURES])
    rolled = roll(values, max(horizons))
    rows = [
        dict(zip(KEYS, (step, method, year), strict=True)) | _scored(rolled, method, step, year)
        for step in horizons
        for method in (CHOSEN, *rolled.points)
        for year in rolled.origins
        if year + step <= rolled.years[-1]
    ]
    return pd.DataFrame(rows, columns=[*KEYS, "n_series", *MEASURES])


def _scored(rolled: Rolled, method: str, step: int, year: int) -> dict[str, float]:
    origin, now = int(year - rolled.origins[0]), int(year - rolled.years[0])
    ready = np.isfinite(rolled.scale[origin])
    actual, history = np.exp(rolled.logs[now + step, ready]), np.exp(rolled.logs[: now + 1, ready])
    levels = quantiles(rolled, method, step, origin)[:, ready]
    median = levels[MEDIAN]
    crps = scores.crps(actual, levels, LEVELS)
    inside = [(levels[low] <= actual) & (actual <= levels[high]) for low, high in BOUNDS.values()]
    held = 100 * np.mean(inside, axis=1)
    mase = scores.mase(actual, median, history)
    measures = [
        100 * np.mean(np.abs(actual - median) / actual),
        np.nanmean(mase) if np.isfinite(mase).any() else np.nan,
        crps.mean(),
        100 * np.mean(crps / actual),
        *held,
        *_directions(np.log(median / history[-1]), np.log(actual / history[-1])),
    ]
    return {"n_series": len(actual), **dict(zip(MEASURES, map(float, measures), strict=True))}


def _directions(forecast: np.ndarray, observed: np.ndarray) -> tuple[float, float, float]:
    """Right directions among the series that moved, rises among them (both in %), correlation of ranks."""
    moved = observed != 0
    if not moved.any():
        return np.nan, np.nan, np.nan
    rises = 100 * np.mean(observed[moved] > 0)
    if not forecast.any():
        return np.nan, rises, np.nan
    right = 100 * np.mean(np.sign(forecast[moved]) == np.sign(observed[moved]))
    varied = np.ptp(forecast) > 0 and np.ptp(observed) > 0
    return right, rises, spearmanr(forecast, observed).statistic if varied else np.nan


def pooled(scored: pd.DataFrame) -> pd.DataFrame:
    """The scores pooled over origins, which count alike: a row by horizon and method, the least error first.

    Returns
    -------
    DataFrame
        ``horizon_years, method, n_series`` (the most), ``n_origins``, the measures of `evaluate`, and
        ``crps_to_naive, crps_percent_to_naive`` (ratios); ``same_sign_percent``, the right directions of the
        better of *always a rise* and *always a fall*, known afterwards; ``worst_origin_year,
        worst_coverage_80_percent``, the origin whose 80 % intervals held least.
    """
    keys = ["horizon_years", "method"]
    by = scored.groupby(keys)
    card = by[MEASURES].mean()
    card.insert(0, "n_series", by["n_series"].max())
    card.insert(1, "n_origins", by["origin_year"].nunique())
    up = card.pop("always_up_percent")
    card["same_sign_percent"] = up.where(up >= 50, 100 - up)
    for name in ("crps", "crps_percent"):
        naive = card[name].xs("naive", level="method")
        card[f"{name}_to_naive"] = card[name].div(naive, level="horizon_years")
    worst = scored.dropna(subset="coverage_80_percent").sort_values(["coverage_80_percent", "origin_year"])
    first = worst.groupby(keys)[["origin_year", "coverage_80_percent"]].first()
    card[["worst_origin_year", "worst_coverage_80_percent"]] = first
    return card.reset_index().sort_values(["horizon_years", "mape_percent"], ignore_index=True)


def scorecard(panel: pd.DataFrame) -> pd.DataFrame:
    """The columns `PRINTED` of `pooled`: the forecast chosen beside `COMPARED`; no row for a short panel."""
    scored = evaluate(panel)
    if scored.empty:
        return pd.DataFrame(columns=PRINTED)
    card = pooled(scored)
    return card.loc[card["method"].isin([CHOSEN, *COMPARED]), PRINTED].reset_index(drop=True)


def scorecard_sentence(panel: pd.DataFrame) -> str:
    """French sentence on what the scorecard was made from, or why there is none."""
    values, left_out = usable(panel)
    if len(values) <= MINIMUM_YEARS or values.empty:
        return sentence("scorecard_missing", years=MINIMUM_YEARS)
    series = counted(len(values.columns), "série", "séries")
    told = [sentence("scorecard", series=series, first=values.index[0], last=values.index[-1])]
    for name, number, one, many in (
        ("scorecard_later", int(values.iloc[0].isna().sum()), "commence", "commencent"),
        ("scorecard_left_out", len(left_out), "autre est écartée", "autres sont écartées"),
    ):
        told += [sentence(name, others=counted(number, one, many), years=MINIMUM_YEARS)] if number else []
    return " ".join(told)
