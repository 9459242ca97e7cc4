"""A total typed under a column against the sum of the rows that it closes."""

from __future__ import annotations

import bisect
import math
from itertools import accumulate, pairwise

import pandas as pd

from eit_analysis.intake.marks import exact, gathered, mark

RELATIVE = 0.005
COLUMN = ["source_file", "source_sheet", "column"]


def check_totals(values: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Total rows whose figure is none of the sums that it may be.

    A total may close the rows since the total before it (a subtotal), all the rows above it, or all the
    totals above it (a grand total). Any of them within 0.5 %, or within half a unit of the last decimal that
    the total shows, is right. Nothing is said of a total without a row above it.

    Parameters
    ----------
    values : pandas.DataFrame
        ``source_file, source_sheet, source_row, column, value``: every number of the rows that are data
        (those merged or in quarantine too), as typed, before any unit.
    totals : pandas.DataFrame
        The same columns and ``raw_value``, for the total rows.

    Returns
    -------
    pandas.DataFrame
        Marks on the total cells.
    """
    sheets = dict(list(values.dropna(subset=["value"]).groupby(COLUMN, sort=False)))
    found = []
    for key, stated in totals.dropna(subset=["value"]).groupby(COLUMN, sort=False):
        if key in sheets:
            rows = _wrong(sheets[key].sort_values("source_row"), stated.sort_values("source_row"))
            reasons = [
                f"total écrit de {exact(total)} alors que les lignes au-dessus font {exact(summed)}"
                for total, summed in zip(rows["value"], rows["sum"], strict=True)
            ]
            found.append(mark(rows, str(key[-1]), rows["raw_value"], "stated_total", reasons))
    return gathered(found)


def _wrong(values: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Totals of one column that close nothing, with ``sum``, the nearest of the sums they may be."""
    rows, stated = values["source_row"].tolist(), totals["value"].tolist()
    ends = [bisect.bisect_left(rows, row) for row in totals["source_row"]]
    summed, closed = (list(accumulate(numbers, initial=0.0)) for numbers in (values["value"], stated))
    nearest: list[float] = []
    for rank, ((start, end), total) in enumerate(zip(pairwise([0, *ends]), stated, strict=True)):
        sums = [summed[end] - summed[start]] if end > start else []
        sums += [summed[end], closed[rank]] if rank else [summed[end]]
        best = min(sums, key=lambda found: abs(found - total)) if end else math.nan
        right = math.isnan(best) or abs(best - total) <= max(RELATIVE * abs(best), _half_unit(total))
        nearest.append(math.nan if right else best)
    return totals.assign(sum=nearest).dropna(subset=["sum"])


def _half_unit(total: float) -> float:
    """Half a unit of the last decimal shown: 0.05 for 12.5."""
    decimals = len(f"{total:.6f}".rstrip("0").partition(".")[2])
    return 0.5 * 10**-decimals + 1e-9
