"""Where to go and weigh: what each site, or each error source, adds to the uncertainty of the total.

The contribution of a part x to the variance of the total M is cov(x, M) / V: contributions add up to 100 %.
If a site weighs its flows, its masses stay, their interval becomes that of a weighing (never wider than
stated), and its errors are those of its own scale: the total is that of these flows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.uncertainty import propagation
from eit_analysis.flows.uncertainty.grouping import group
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

LEAST_GAIN = 0.005  # of the half-width, by one site alone: less is not worth the journey
HALF_WIDTHS = [f"half_width_{when}t_per_year" for when in ("", "after_", "cumulative_")]


def weigh(flows: pd.DataFrame, sites: list[str], width: float) -> pd.DataFrame:
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
    width: float,
    correlation: float = propagation.SHARED_ERROR_CORRELATION,
    listed: int = 10,
) -> pd.DataFrame:
    """The ``listed`` sites where weighing narrows the total most, alone and one after the other.

    The total is that of the flows (t/year), prepared with ``correlation`` (:func:`propagation.prepare`) or
    not; ``width`` is the half-width of a weighing, relative to the mass: the study's own.

    Returns
    -------
    pandas.DataFrame
        ``rank``, ``site_id``, mass (t/year), ``variance_share_percent``; half-width of the territory's total
        (t/year) today, ``half_width_t_per_year``, after weighing this site alone,
        ``half_width_after_t_per_year``, and after weighing it and all sites above it,
        ``half_width_cumulative_t_per_year``. Only sites whose weighing narrows the total by
        :data:`LEAST_GAIN`.
    """
    known = propagation.prepared(flows)
    columns = ["rank", "site_id", MASS, "variance_share_percent", *HALF_WIDTHS]
    if known.empty:
        return pd.DataFrame({column: pd.Series(dtype=float) for column in columns}).astype({"site_id": str})
    names = known["site_id"].unique().tolist()
    weighed = propagation.prepare(weigh(known, names, width), correlation)
    both = pd.concat([known.assign(weighed=False), weighed.assign(weighed=True)])
    sums = propagation.error_cells(both, group(both, ["site_id", "weighed"]))
    of_cell = sums.groups.table().iloc[sums.groups.codes]

    def after(sites: list[str]) -> float:
        """Half-width of the total, each flow counted as weighed or as it is: no other site's errors move."""
        counted = (of_cell["weighed"] == of_cell["site_id"].isin(sites)).to_numpy()
        totals = np.array([np.bincount(sums.source[counted], column[counted]) for column in sums.sums])
        whole = sums._replace(groups=group(pd.DataFrame(index=range(totals.shape[1])), []), sums=totals)
        low, high = propagation.moment_interval(*propagation.group_moments(whole))
        return float(np.asarray(propagation.half_width(low, high)).item())

    alone = {"site_id": names, "half_width_after_t_per_year": [after([site]) for site in names]}
    rows = pd.DataFrame(alone).merge(variance_shares(known, "site_id"), on="site_id")
    rows = rows[rows["half_width_after_t_per_year"] < after([]) * (1 - LEAST_GAIN)]
    rows = rows.sort_values(["half_width_after_t_per_year", "site_id"], ignore_index=True).head(listed)
    return rows.assign(
        rank=range(1, len(rows) + 1),
        half_width_t_per_year=propagation.propagate(known, [])["half_t_per_year"].iloc[0],
        half_width_cumulative_t_per_year=[
            after(rows["site_id"].tolist()[:k]) for k in range(1, len(rows) + 1)
        ],
    )[columns]
