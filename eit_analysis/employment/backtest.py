"""Scores of the forecasts of a panel, made from every past year without hindsight.

score(method, horizon, origin) = mean over series of what the forecast from that origin was worth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eit_analysis.employment.series import scores
from eit_analysis.employment.series.intervals import BOUNDS, LEVELS, MEDIAN, quantiles
from eit_analysis.employment.series.panel import NO_HISTORY, long_enough, usable
from eit_analysis.employment.series.rolling import CHOSEN, Rolled, roll
from eit_analysis.errors import UsageError

HORIZONS = (1, 3, 5, 10)
KEYS = ["horizon", "method", "origin"]
MEASURES = [
    "mape_percent", "mase", "crps", "crps_percent", "wis_percent",
    "coverage_80_percent", "coverage_95_percent",
    "direction_percent", "always_up_percent", "rank_correlation",
]  # fmt: skip


def evaluate(
    panel: pd.DataFrame, horizons: Sequence[int] = HORIZONS, origins: Sequence[int] | None = None
) -> pd.DataFrame:
    """Scores of every method at every origin and horizon whose target is in the panel.

    Parameters
    ----------
    panel : DataFrame
        ``series_id, year, value``; series with a gap or a zero are left out (`series.panel.usable`).
    horizons : sequence of int
        Years ahead.
    origins : sequence of int, optional
        Years forecasts are made from; all that have enough years before them unless given. Errors of earlier
        origins serve the choice of a method and the intervals all the same.

    Returns
    -------
    DataFrame
        ``horizon, method, origin, n_series`` and, means over series: ``mape_percent``; ``mase``; ``crps`` in
        the unit of the values, ``crps_percent`` and ``wis_percent`` (80 and 95 %) of the observed value;
        ``coverage_80_percent, coverage_95_percent``; ``direction_percent`` (rises and falls foretold) beside
        ``always_up_percent`` (that of saying *rise* always); ``rank_correlation`` (Spearman) of foretold with
        observed growth. Missing: interval scores before any error is known, direction and rank of ``naive``.
        No row when the panel is too short.

    Raises
    ------
    UsageError
        An origin that is not a year with enough years before it, or a horizon below one year.
    """
    if min(horizons) < 1:
        raise UsageError("Un horizon est d'au moins un an.")
    values, _ = usable(panel)
    if not long_enough(values):
        return pd.DataFrame(columns=[*KEYS, "n_series", *MEASURES])
    rolled = roll(values, max(horizons))
    wanted = rolled.origins if origins is None else np.asarray(origins)
    unknown = sorted(set(wanted) - set(rolled.origins))
    if unknown:
        raise UsageError(
            f"Aucune prévision ne peut partir de {unknown[0]}\u00a0: les origines possibles vont de "
            f"{rolled.origins[0]} à {rolled.origins[-1]}."
        )
    rows = [
        {"horizon": step, "method": method, "origin": year, **_scored(rolled, method, step, year)}
        for step in horizons
        for method in (CHOSEN, *rolled.points)
        for year in wanted
        if year + step <= rolled.years[-1]
    ]
    return pd.DataFrame(rows, columns=[*KEYS, "n_series", *MEASURES])


def _scored(rolled: Rolled, method: str, step: int, year: int) -> dict[str, float]:
    origin, now = int(year - rolled.origins[0]), int(year - rolled.years[0])
    actual, history = np.exp(rolled.logs[now + step]), np.exp(rolled.logs[: now + 1])
    levels = quantiles(rolled, method, step, origin)
    median = levels[MEDIAN]
    bounds = {percent / 100: (levels[low], levels[high]) for percent, (low, high) in BOUNDS.items()}
    crps = scores.crps(actual, levels, LEVELS)
    wis = scores.wis(actual, median, bounds)
    known = not np.isnan(crps).any()
    inside = [100 * np.mean((low <= actual) & (actual <= high)) for low, high in bounds.values()]
    foretold, observed = median - history[-1], actual - history[-1]
    moved = observed != 0
    rises = 100 * np.mean(observed[moved] > 0) if moved.any() else np.nan
    says = method != "naive" and moved.any()
    growth = pd.Series(np.log(median / history[-1])), pd.Series(np.log(actual / history[-1]))
    varied = min(part.nunique() for part in growth) > 1
    measures = [
        100 * np.mean(np.abs(actual - median) / actual),
        _mean(scores.mase(actual, median, history)),
        crps.mean(),
        100 * np.mean(crps / actual),
        100 * np.mean(wis / actual),
        *(inside if known else [np.nan, np.nan]),
        100 * np.mean(np.sign(foretold[moved]) == np.sign(observed[moved])) if says else np.nan,
        rises,
        growth[0].corr(growth[1], method="spearman") if says and varied else np.nan,
    ]
    return {"n_series": len(actual), **dict(zip(MEASURES, map(float, measures), strict=True))}


def _mean(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")


def scorecard(scored: pd.DataFrame) -> pd.DataFrame:
    """The scores pooled over origins: one row by horizon and method, the best first.

    Parameters
    ----------
    scored : DataFrame
        From `evaluate`: all origins count the same series, so pooling is a mean.

    Returns
    -------
    DataFrame
        ``horizon, method, n_series, n_origins`` and the measures of `evaluate`, but for ``crps`` in the
        values' unit; ``crps_to_naive`` (ratio of ``crps_percent``); ``same_sign_percent``, the share of right
        directions of the better of *always a rise* and *always a fall*, known afterwards; ``worst_origin,
        worst_coverage_80_percent``, the origin whose 80 % intervals held least.
    """
    by = scored.groupby(["horizon", "method"], sort=True)
    card = by[[name for name in MEASURES if name != "crps"]].mean()
    card.insert(0, "n_series", by["n_series"].first())
    card.insert(1, "n_origins", by["origin"].nunique())
    up = card.pop("always_up_percent")
    card["same_sign_percent"] = up.where(up >= 50, 100 - up)
    naive = card["crps_percent"].xs("naive", level="method")
    card["crps_to_naive"] = (
        card["crps_percent"] / naive.reindex(card.index.get_level_values("horizon")).values
    )
    worst = scored.dropna(subset="coverage_80_percent").sort_values(["coverage_80_percent", "origin"])
    worst = worst.groupby(["horizon", "method"])[["origin", "coverage_80_percent"]].first()
    card["worst_origin"] = worst["origin"]
    card["worst_coverage_80_percent"] = worst["coverage_80_percent"]
    return card.reset_index().sort_values(["horizon", "mape_percent"], ignore_index=True)


def scorecard_sentence(card: pd.DataFrame) -> str:
    """French sentence above the scorecard, or the one that says why there is none."""
    if card.empty:
        return NO_HISTORY
    origins, series = int(card["n_origins"].max()), int(card["n_series"].max())
    return (
        f"Prévisions refaites à chaque année passée ({origins} au plus) sans rien savoir de la suite, sur "
        f"{series}\u00a0série{'s' if series > 1 else ''}\u00a0: plus le score est bas, mieux c'est."
    )
