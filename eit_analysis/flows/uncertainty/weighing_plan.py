"""Where to go and weigh: what each site, or each error source, adds to the uncertainty of the total.

The contribution of a part x to the variance of the total M is cov(x, M) / V: contributions add up to 100 %.
If a site weighs its flows, its masses stay, their interval becomes that of a weighing (never wider than
stated), and its errors are those of its own scale. What the total then becomes follows from the sums without
that site and the sums of its weighed flows, for all sites at once.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.uncertainty import propagation
from eit_analysis.flows.uncertainty.grouping import Cells, group
from eit_analysis.flows.uncertainty.lognormal import half_width, moment_interval
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

HALF_WIDTHS = [f"half_width_{when}t_per_year" for when in ("", "after_", "cumulative_")]
MEASURED_HALF_WIDTH = 0.05  # of the mass; a study's own is `evidence_half_width` in study.toml


def weigh(flows: pd.DataFrame, sites: list[str], width: float = MEASURED_HALF_WIDTH) -> pd.DataFrame:
    """The flows as they would be if these sites weighed: same masses, half-width at most ``width`` m.

    Returns
    -------
    pandas.DataFrame
        The same rows without the columns of :func:`propagation.prepare` but ``error_source``.
    """
    known = propagation.prepared(flows).drop(columns=["shared_log_sd", "own_variance", "own_third_cumulant"])
    weighed = known["site_id"].isin(sites).to_numpy()
    narrower = weighed & (known[HIGH] - known[LOW] > 2 * width * known[MASS]).to_numpy()
    scale = "site " + known["site_id"].astype("str")
    return known.assign(
        error_source=known["error_source"].astype("str").mask(weighed, scale),
        **{
            LOW: known[LOW].mask(narrower, known[MASS] * (1 - width)),
            HIGH: known[HIGH].mask(narrower, known[MASS] * (1 + width)),
        },
    )


def variance_shares(flows: pd.DataFrame, key: str) -> pd.DataFrame:
    """100 cov(x, M) / V of each value of ``key`` (``site_id``, ``error_source``), largest first.

    Returns
    -------
    pandas.DataFrame
        ``key`` (missing: errors that are the flow's own), mass (t/year), ``variance_share_percent``, which
        adds up to 100; missing where the total is certain.
    """
    known = propagation.prepared(flows)
    sums = propagation.error_cells(known, group(known, [key]))
    covariance = propagation.whole_covariance(sums)
    whole = covariance.sum()
    rows = sums.groups.table().assign(
        **{MASS: sums.by_group(propagation.split(sums)[0])},
        variance_share_percent=100 * covariance / whole if whole else np.nan,
    )
    return rows.sort_values(["variance_share_percent", key], ascending=[False, True], ignore_index=True)


def weighing_plan(
    flows: pd.DataFrame,
    width: float = MEASURED_HALF_WIDTH,
    correlation: float = propagation.SHARED_ERROR_CORRELATION,
    listed: int = 10,
) -> pd.DataFrame:
    """The ``listed`` sites where weighing narrows the total most, alone and one after the other.

    The total is that of the flows (t/year), prepared with ``correlation`` (:func:`propagation.prepare`) or
    not; ``width`` is the half-width of a weighing, relative to the mass.

    Returns
    -------
    pandas.DataFrame
        ``rank``, ``site_id``, mass (t/year), ``variance_share_percent``; half-width of the territory's total
        (t/year) today, ``half_width_t_per_year``, after weighing this site alone,
        ``half_width_after_t_per_year``, and after weighing it and all sites above it,
        ``half_width_cumulative_t_per_year``. Only sites whose weighing narrows the total.
    """
    known = propagation.prepared(flows)
    columns = ["rank", "site_id", MASS, "variance_share_percent", *HALF_WIDTHS]
    if known.empty:
        return pd.DataFrame({column: pd.Series(dtype=float) for column in columns}).astype({"site_id": str})
    today = float(propagation.propagate(known, [])["half_t_per_year"].iloc[0])
    rows = half_widths_after(known, width, correlation)
    rows = rows.merge(variance_shares(known, "site_id"), on="site_id")
    rows = rows[rows["half_width_after_t_per_year"] < today * (1 - 1e-6)]
    rows = rows.sort_values(["half_width_after_t_per_year", "site_id"], ignore_index=True).head(listed)
    sites = rows["site_id"].tolist()
    together = [
        float(
            propagation.propagate(propagation.prepare(weigh(known, sites[:k], width), correlation), [])[
                "half_t_per_year"
            ].iloc[0]
        )
        for k in range(1, len(sites) + 1)
    ]
    rows = rows.assign(
        rank=range(1, len(rows) + 1), half_width_t_per_year=today, half_width_cumulative_t_per_year=together
    )
    return rows[columns]


def half_widths_after(flows: pd.DataFrame, width: float, correlation: float) -> pd.DataFrame:
    """``site_id`` and ``half_width_after_t_per_year`` of the whole if that site alone weighed its flows."""
    known = propagation.prepared(flows)
    sums = propagation.error_cells(known, group(known, ["site_id"]))
    _, variance, third, shared, mixed = propagation.split(sums)
    all_shared, all_mixed = (_everywhere(sums, values) for values in (shared, mixed))
    without = all_shared - shared, all_mixed - mixed
    # V and K3 of the rest: all own errors less the site's; each source it takes part in, less its part.
    lost_variance = (
        variance + propagation.shared_variance(all_shared) - propagation.shared_variance(without[0])
    )
    lost_third = (
        third
        + propagation.shared_third_cumulant(all_shared, all_mixed)
        - propagation.shared_third_cumulant(*without)
    )
    whole = propagation.error_cells(known, group(known, []))
    total, all_variance, all_third = (moment[0] for moment in propagation.group_moments(whole))
    weighed = propagation.prepare(weigh(known, known["site_id"].unique().tolist(), width), correlation)
    _, own_variance, own_third = propagation.group_moments(
        propagation.error_cells(weighed, group(weighed, ["site_id"]))
    )
    low, high = moment_interval(
        total,
        np.maximum(all_variance - sums.by_group(lost_variance), 0.0) + own_variance,
        np.maximum(all_third - sums.by_group(lost_third), 0.0) + own_third,
    )
    return sums.groups.table().assign(half_width_after_t_per_year=half_width(low, high))


def _everywhere(sums: Cells, values: np.ndarray) -> np.ndarray:
    """Sums over all groups of each source, at every cell of that source: shape (terms, cells)."""
    return np.array([sums.by_source(row) for row in values]).reshape(values.shape)
