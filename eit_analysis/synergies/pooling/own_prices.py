"""What each site needs a year and pays for a unit of it: its own bills, else the median of the others'."""

from __future__ import annotations

import numpy as np
import pandas as pd

NOBODY = pd.DataFrame({"volume": [], "price": []}, index=pd.Index([], name="site_id", dtype=str), dtype=float)


def by_site(site: pd.Series, volume: pd.Series, cost: pd.Series) -> pd.DataFrame:
    """``volume`` and ``price`` per unit of each site, from the rows whose cost is known.

    A site that states no cost is taken to pay the median price of the others. A site that is paid says
    nothing of what the operation costs, which its price hides: its own price is infinite, like everybody's
    where none is known, and bounds nothing.
    """
    if site.empty:
        return NOBODY
    rows = pd.DataFrame({"site_id": site.astype(str), "volume": volume, "cost": cost})
    rows = rows[np.isfinite(rows["volume"]) & (rows["volume"] > 0)]
    billed, paid = rows["cost"] >= 0, rows["cost"] < 0
    rows = rows.assign(bill=rows["cost"].where(billed), billed=rows["volume"].where(billed), paid=paid)
    sums = rows.groupby("site_id")[["volume", "bill", "billed", "paid"]].sum()
    price = sums["bill"] / sums["billed"]
    median = price.median() if price.notna().any() else np.inf
    price = price.where(price.notna() | (sums["paid"] == 0), np.inf).fillna(median)
    return pd.DataFrame({"volume": sums["volume"], "price": price})
