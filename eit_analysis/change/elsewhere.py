"""What other approaches have published: the share of their leads that was realised, and how sure that is.

    share = done / leads, with Wilson's interval at 95 %

Rows of ``reference/published_approaches.csv``, each with its source; what an approach calls a lead, or done,
is its own. ``reread`` says which were read again at their source. The interval is that of
``reference.intervals``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.records import TOTAL
from eit_analysis.reference.intervals import wilson

HERE = "Cette étude"
COUNTS = ["approach", "first_year", "last_year", "n_leads", "n_done"]
SHARE_COLUMNS = [*COUNTS, "share_percent", "share_low_percent", "share_high_percent"]
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
        Columns ``SHARE_COLUMNS``; the years are those of the approach, and a blank one is not said.
    """
    both = published().dropna(subset=["n_leads", "n_done"])
    return _ranked(both[COUNTS].itertuples(index=False, name=None))


def placed(registers: dict[str, pd.DataFrame], year: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """:func:`beside` for a study of these registers, from the oldest of their dates to the last after it."""
    written = [own["status_date"] for own in registers.values()]
    dates = [pd.to_datetime(days, format="ISO8601", errors="coerce") for days in written]
    years = [day.year for days in dates for day in days.dropna()]
    return partial(beside, since=min(years, default=None), year=max([year, *years]))


def beside(funnel: pd.DataFrame, since: int | None, year: int) -> pd.DataFrame:
    """The shares of :func:`realised_shares` with that of this study, ``HERE``, in its place.

    ``funnel`` is the printed one of the registers of these years: who does not read both its leads and those
    done reads the others alone.
    """
    whole = funnel[funnel["kind"] == TOTAL] if "kind" in funnel else funnel
    told = whole.set_index("status")["n_synergies"].reindex(["lead", "done"])
    shares = realised_shares()
    if told.isna().any() or not told["lead"]:
        return shares
    here = (HERE, since, year, *told.astype(int))
    return _ranked([*shares[COUNTS].itertuples(index=False, name=None), here])


def _ranked(counts: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    rows = [
        (*whose, int(leads), int(done), 100 * done / leads, *wilson(int(done), int(leads)))
        for *whose, leads, done in counts
    ]
    table = pd.DataFrame(rows, columns=SHARE_COLUMNS).astype(dict.fromkeys(COUNTS[1:3], "Int64"))
    return table.sort_values("share_percent", ascending=False, kind="stable", ignore_index=True)


def apart(table: pd.DataFrame) -> list[str]:
    """Those of the others that have an interval that does not touch that of this study."""
    low, high, here = table["share_low_percent"], table["share_high_percent"], table["approach"] == HERE
    return table.loc[(low > high[here].max()) | (high < low[here].min()), "approach"].tolist()
