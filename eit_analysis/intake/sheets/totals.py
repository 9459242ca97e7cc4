"""The totals that sheets state, beside the numbers that they should be the sums of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.sheets.ledger import SOURCE, Ledger
from eit_analysis.intake.sheets.rows import SheetRows

TOGETHER = {"quantity": ("direction", "unit", "period"), "volume_per_year": ("unit",)}  # what a sum supposes


def stated_totals(sheets: Sequence[SheetRows], ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numbers of the sheets that state a total, and the totals they state.

    Returns
    -------
    tuple of pandas.DataFrame
        ``source_file, source_sheet, source_row, column, value`` (as typed, before any conversion), ``text``
        (whether it is a text, which a spreadsheet does not add up); and the same of the total rows with their
        ``raw_value``.
    """
    values: list[tuple[Any, ...]] = []
    totals: list[tuple[Any, ...]] = []
    for sheet in sheets:
        if not sheet.totals:
            continue
        origin, table = ledger.origins[sheet.place], sheet.account.table
        for row, cells in sheet.totals.items():
            for name, cell in cells.items():
                number = parse_number(cell).value
                if number is not None:
                    header = tables.form(table)[name]["header"]
                    totals.append((*origin, row, header, number, clean_text(cell)))
        for name, numbers in sheet.columns.items():
            if name in TOGETHER and not _alike(sheet, TOGETHER[name]):
                continue
            header = tables.form(table)[name]["header"]
            for row, number in zip(sheet.rows.tolist(), numbers.tolist(), strict=True):
                cell = sheet.cells.values[number]
                value = parse_number(cell).value
                if value is not None:
                    values.append((*origin, row, header, value, isinstance(cell, str)))
    names = [*SOURCE, "column", "value"]
    return pd.DataFrame(values, columns=[*names, "text"]), pd.DataFrame(totals, columns=[*names, "raw_value"])


def _alike(sheet: SheetRows, columns: Sequence[str]) -> bool:
    """Whether all rows of a sheet have the same words in some columns, so that their numbers add up."""
    columns_used = (
        Cells.among(sheet.cells.values, sheet.columns[name]).values
        for name in columns
        if name in sheet.columns
    )
    return all(len({fold_words(clean_text(cell)) for cell in values} - {""}) <= 1 for values in columns_used)
