"""What other approaches have published: the share of their leads that was realised, and how sure that is.

    share = done / leads, with Wilson's interval at 95 %

Rows of ``reference/published_approaches.csv``, each with its source; what an approach calls a lead, or done,
is its own. ``reread`` says which were read again at their source. Source of the interval: Newcombe,
Statistics in Medicine 17 (1998), 857.
"""

from __future__ import annotations

import pandas as pd
from scipy.stats import binomtest

from eit_analysis import reference

HERE = "Cette étude"
SHARE_COLUMNS = ["approach", "n_leads", "n_done", "share_percent", "share_low_percent", "share_high_percent"]
PUBLISHED_COLUMNS = [
    "approach", "country", "first_year", "last_year", "n_firms", "n_leads", "n_done", "published_t_per_year",
    "published_jobs", "approximate", "approach_note", "source", "reread",
]  # fmt: skip


def published() -> pd.DataFrame:
    """Every published approach with what it says of itself, missing where it says nothing.

    The address of each source, ``web_page``, is in the reference table alone.
    """
    return reference.load("published_approaches")[PUBLISHED_COLUMNS]


def realised_shares() -> pd.DataFrame:
    """The approaches that published both leads and synergies done, the largest share first.

    Returns
    -------
    pandas.DataFrame
        Columns ``SHARE_COLUMNS``.
    """
    both = published().dropna(subset=["n_leads", "n_done"])
    rows = []
    for name, leads, done in both[["approach", "n_leads", "n_done"]].itertuples(index=False):
        rows.append((name, int(leads), int(done), 100 * done / leads, *wilson(int(done), int(leads))))
    table = pd.DataFrame(rows, columns=SHARE_COLUMNS)
    return table.sort_values("share_percent", ascending=False, kind="stable", ignore_index=True)


def beside(shares: pd.DataFrame, done: int, leads: int) -> pd.DataFrame:
    """The shares with that of this study, ``HERE``, in its place; the same without a lead."""
    if not leads:
        return shares
    here = pd.DataFrame(
        [(HERE, leads, done, 100 * done / leads, *wilson(done, leads))], columns=SHARE_COLUMNS
    )
    both = pd.concat([shares, here])
    return both.sort_values("share_percent", ascending=False, kind="stable", ignore_index=True)


def apart(table: pd.DataFrame) -> int:
    """How many of the others have an interval that does not touch that of this study."""
    low, high = table.loc[table["approach"] == HERE, ["share_low_percent", "share_high_percent"]].to_numpy()[
        0
    ]
    return int(((table["share_low_percent"] > high) | (table["share_high_percent"] < low)).sum())


def wilson(done: int, leads: int) -> tuple[float, float]:
    """The ends of Wilson's interval of a share, in percent."""
    interval = binomtest(done, leads).proportion_ci(0.95, method="wilson")
    return 100 * float(interval.low), 100 * float(interval.high)
