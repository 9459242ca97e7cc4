"""What each site needs a year and pays for a unit of it: its own bills, else the median of the others'."""

from __future__ import annotations

import numpy as np
import pandas as pd

NOBODY = pd.DataFrame({"volume": [], "price": []}, index=pd.Index([], name="site_id", dtype=str), dtype=float)


def by_site(site: pd.Series, volume: pd.Series, cost: pd.Series) -> pd.DataFrame:
    """``volume`` and ``price`` per unit of each site, from the rows whose cost is known.

    A site that states no cost is taken to pay the median price of the others. One that is paid for what is
    fetched pays nothing for the fetching: its buyer does, and nobody knows what he would give more.
    """
    if site.empty:
        return NOBODY
    rows = pd.DataFrame({"site_id": site.astype(str), "volume": volume, "cost": cost})
    rows = rows[np.isfinite(rows["volume"]) & (rows["volume"] > 0)]
    sums = rows.assign(bill=rows["cost"].clip(lower=0.0), stated=rows["volume"].where(rows["cost"].notna()))
    sums = sums.groupby("site_id")[["volume", "bill", "stated"]].sum()
    price = sums["bill"] / sums["stated"]
    price = price.fillna(price.median() if price.notna().any() else np.inf)
    return pd.DataFrame({"volume": sums["volume"], "price": price})
