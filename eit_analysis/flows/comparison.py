"""Two waves of one study side by side: does a change exceed its own uncertainty?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.uncertainty import HIGH, LOW, MASS, difference_interval, propagate


def mark_presence(flows: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The flows with ``presence``: ``both`` where the site declared the category in both waves, or ``one``.

    By site and category, not by site: a quantity the site left out of one wave (« NC ») is missing, not zero,
    and would otherwise read as a decrease.
    """
    pairs = pd.MultiIndex.from_frame(other[["site_id", "category"]])
    here = pd.MultiIndex.from_frame(flows[["site_id", "category"]])
    return flows.assign(presence=np.where(here.isin(pairs), "both", "one"))


def compare(current: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """d = M_now - M_before by category and whether 0 is outside its 95 % interval.

    The two waves are taken as independent. What a site reports wrongly the same way twice cancels in reality,
    so the interval errs on the wide side.

    Parameters
    ----------
    current, previous : pandas.DataFrame
        Outflows of each wave; t/year.

    Returns
    -------
    pandas.DataFrame
        ``category``, ``change_t_per_year`` with ``change_low_t_per_year`` and ``change_high_t_per_year``, and
        ``change``: ``increase``, ``decrease``, ``within`` its uncertainty, or ``not_comparable`` when one of
        the waves has no flow of that category (a missing answer is not a zero).
    """
    rows = propagate(current, ["category"]).merge(
        propagate(previous, ["category"]), on="category", how="outer", suffixes=("", "_before")
    )
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
    columns = ["category", "change_t_per_year", "change_low_t_per_year", "change_high_t_per_year", "change"]
    return rows[columns]


def verdicts(current: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """:func:`compare` twice: on the sites that declared the category in both waves, and on all of each wave.

    Parameters
    ----------
    current, previous : pandas.DataFrame
        Outflows of each wave, each marked by :func:`mark_presence` against the other.

    Returns
    -------
    pandas.DataFrame
        ``category``, ``change_same_sites``, ``change_all_sites``; empty without a previous wave.
    """
    columns = ["category", "change_same_sites", "change_all_sites"]
    if current.empty or previous.empty:
        return pd.DataFrame(columns=columns, dtype=object)
    same = compare(*(wave[wave["presence"] == "both"] for wave in (current, previous)))
    rows = compare(current, previous).rename(columns={"change": "change_all_sites"})
    rows["change_same_sites"] = (
        rows["category"].map(same.set_index("category")["change"]).fillna("not_comparable")
    )
    return rows[columns]
