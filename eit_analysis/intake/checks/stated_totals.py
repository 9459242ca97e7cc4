"""A total typed under a column against the sum of the rows that it closes."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import pandas as pd

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.checks.marks import gathered, mark
from eit_analysis.intake.sheets.ledger import SOURCE, Ledger
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.tables import TABLES, header, used_for

RELATIVE = 0.005
COLUMN = ["source_file", "source_sheet", "column"]
TOGETHER = {"quantity": ("direction", "unit", "period"), "volume_per_year": ("unit",)}  # what a sum supposes
# What can be added up: under a cost per tonne or a level, a last row is at best a mean.
ADDED_UP = {header(table, name) for table in TABLES for name in used_for(table, "adds_up")}


def stated_totals(sheets: Sequence[SurveySheet], ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numbers of the sheets that state a total, and the totals they state, as `check_totals` takes them."""
    values: list[tuple[Any, ...]] = []
    totals: list[tuple[Any, ...]] = []
    for sheet in sheets:
        origin, table = ledger.origins[sheet.place], sheet.table
        for row, cells in sheet.totals.items():
            for name, cell in cells.items():
                if (number := parse_number(cell).value) is not None:
                    totals.append((*origin, row, header(table, name), number, clean_text(cell)))
        for name, places in sheet.columns.items() if sheet.totals else ():
            if not all(_alike(sheet, beside) for beside in TOGETHER.get(name, ())):
                continue
            for row, place in zip(sheet.rows.tolist(), places.tolist(), strict=True):
                cell = sheet.cells.values[place]
                if (number := parse_number(cell).value) is not None:
                    values.append((*origin, row, header(table, name), number, isinstance(cell, str)))
    names = [*SOURCE, "column", "value"]
    return pd.DataFrame(values, columns=[*names, "text"]), pd.DataFrame(totals, columns=[*names, "raw_value"])


def _alike(sheet: SurveySheet, column: str) -> bool:
    """Whether all rows of a sheet have the same word in a column, so that their numbers add up."""
    cells = Cells.among(sheet.cells.values, sheet.columns[column]).values if column in sheet.columns else ()
    return len({fold_words(clean_text(cell)) for cell in cells} - {""}) <= 1


def check_totals(values: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Marks on the total rows whose figure is none of the sums that it may be.

    A total may close the rows since the total before it (a subtotal), all the rows above it, or all the
    totals above it (a grand total). Any of them within 0.5 %, or within half a unit of the last decimal that
    the total shows, is right; so is a sum without the cells typed as text (``env. 906``), which a
    spreadsheet leaves out. A total without a row above it is not checked, nor a column that cannot be
    added up (`ADDED_UP`).

    Parameters
    ----------
    values : pandas.DataFrame
        ``source_file, source_sheet, source_row, column, value``: every number of the rows that are data
        (those merged or in quarantine too), as typed, before any unit; ``text`` where known: whether the
        cell is text, which a spreadsheet does not add up.
    totals : pandas.DataFrame
        The same columns and ``raw_value``, for the total rows.
    """
    sheets = dict(list(values.dropna(subset=["value"]).groupby(COLUMN, sort=False)))
    found = []
    added_up = totals[totals["column"].isin(ADDED_UP)].dropna(subset=["value"])
    for key, stated in added_up.groupby(COLUMN, sort=False):
        if key in sheets:
            rows = _wrong(sheets[key].sort_values("source_row"), stated.sort_values("source_row"))
            sums = {"total": rows["value"], "sum": rows["sum"]}
            found.append(mark(rows, str(key[-1]), rows["raw_value"], "stated_total", **sums))
    return gathered(found)


def _wrong(values: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Totals of one column that close nothing, with ``sum``, the nearest of the sums they may be."""
    rows, stated = values["source_row"].tolist(), totals["value"].tolist()
    ends = [bisect.bisect_left(rows, row) for row in totals["source_row"]]
    numbers = values["value"].mask(values["text"].astype(bool), 0.0) if "text" in values else values["value"]
    summed, typed, closed = (list(accumulate(v, initial=0.0)) for v in (values["value"], numbers, stated))
    nearest: list[float] = []
    for rank, ((start, end), total) in enumerate(zip(pairwise([0, *ends]), stated, strict=True)):
        sums = [summed[end]]
        sums += [summed[end] - summed[start]] if end > start else []
        sums += [closed[rank]] if rank else []
        best = min(sums, key=lambda found: abs(found - total))
        spreadsheet = [found for found in (typed[end] - typed[start], typed[end]) if found]
        right = not end or any(_agree(found, total) for found in [best, *spreadsheet])
        nearest.append(math.nan if right else best)
    return totals.assign(sum=nearest).dropna(subset=["sum"])


def _agree(found: float, total: float) -> bool:
    decimals = len(f"{total:.6f}".rstrip("0").partition(".")[2])
    half_unit = 0.5 * 10**-decimals + 1e-9  # of the last decimal shown: 0.05 for 12.5
    return abs(found - total) <= max(RELATIVE * abs(found), half_unit)
