"""Two waves of one study side by side: does a change exceed its own uncertainty?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.diagnosis import TOTAL
from eit_analysis.flows.uncertainty import HIGH, LOW, MASS, difference_interval, propagate


def mark_presence(flows: pd.DataFrame, other_sites: pd.Series) -> pd.DataFrame:
    """The flows with ``presence``: ``both`` where the site also answered the other wave, else ``one``."""
    return flows.assign(presence=np.where(flows["site_id"].isin(other_sites), "both", "one"))


def changes(current: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """d = M_now - M_before by category and whether 0 is outside its 95 % interval.

    The two waves are taken as independent. What a site reports wrongly the same way twice cancels in reality,
    so the interval errs on the wide side.

    Parameters
    ----------
    current, previous : pandas.DataFrame
        :func:`outgoing` of each wave, marked by :func:`mark_presence`.

    Returns
    -------
    pandas.DataFrame
        ``presence`` (« Total »: all sites of each wave; ``both``: sites of both waves), ``category``,
        ``change_t_per_year`` with ``change_low_t_per_year`` and ``change_high_t_per_year``, and ``change``:
        ``increase``, ``decrease``, ``within`` its uncertainty, or ``not_comparable`` when one of the waves
        has no flow of that category (a missing answer is not a zero). Empty without a previous wave.
    """
    columns = [
        "presence",
        "category",
        "change_t_per_year",
        "change_low_t_per_year",
        "change_high_t_per_year",
        "change",
    ]
    if current.empty or previous.empty:
        return pd.DataFrame({c: pd.Series(dtype=float if c.endswith("year") else object) for c in columns})
    panels = []
    for presence in (TOTAL, "both"):
        now, before = (w if presence == TOTAL else w[w["presence"] == "both"] for w in (current, previous))
        pair = propagate(now, ["category"]).merge(
            propagate(before, ["category"]), on="category", how="outer", suffixes=("", "_before")
        )
        panels.append(pair.assign(presence=presence))
    rows = pd.concat(panels, ignore_index=True)
    rows["change_t_per_year"] = rows[MASS] - rows[f"{MASS}_before"]
    low, high = difference_interval(
        (rows[MASS], rows[LOW], rows[HIGH]),
        (rows[f"{MASS}_before"], rows[f"{LOW}_before"], rows[f"{HIGH}_before"]),
    )
    rows["change_low_t_per_year"], rows["change_high_t_per_year"] = low, high
    rows["change"] = np.select(
        [rows["change_t_per_year"].isna(), low > 0, high < 0],
        ["not_comparable", "increase", "decrease"],
        "within",
    )
    return rows[columns]
