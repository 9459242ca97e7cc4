"""All released tables of a report as one workbook: a list of them, then a sheet each."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import xlsxwriter

from eit_analysis.publishing import wording
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.tables import Table

SAME = datetime(2000, 1, 1)  # the same tables make the same bytes
FIRST = 4  # row of the header, from 0


def workbook(title: str, context: str, tables: Sequence[Table]) -> bytes:
    """An XLSX file; ``context`` says which study it is of and for whom.

    Each sheet has the title of its table, its note, then header and rows as they were released. Text is text:
    no cell is a formula or an address.
    """
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": title, "comments": context, "created": SAME})
        strong, head = book.add_format({"bold": True}), book.add_format({"bold": True, "text_wrap": True})
        contents = book.add_worksheet("Sommaire")
        contents.set_column(0, 0, 100)
        contents.write_string(0, 0, title, strong)
        contents.write_string(1, 0, context)
        for number, table in enumerate(tables, 1):
            contents.write_url(
                FIRST - 1 + number, 0, f"internal:'T{number}'!A1", string=f"T{number}. {table.title}"
            )
            _write(book.add_worksheet(f"T{number}"), table, context, strong, head)
    return stream.getvalue()


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, table: Table, context: str, strong: object, head: object
) -> None:
    printed = Printed(table)
    data = printed.exported
    sheet.write_string(0, 0, table.title, strong)
    sheet.write_string(1, 0, " ".join(filter(None, [table.note, _said(printed)])))
    sheet.write_string(2, 0, context)
    for column, (name, title) in enumerate(zip(data.columns, printed.header, strict=True)):
        sheet.write_string(FIRST, column, title, head)
        sheet.set_column(column, column, 34 if name in table.keys else 16)
        for row, value in enumerate(data[name], FIRST + 1):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif not pd.isna(value):
                sheet.write_number(row, column, float(value))
    sheet.freeze_panes(FIRST + 1, 0)


def _said(printed: Printed) -> str:
    marked = printed.marked or printed.closed or printed.withheld
    return f"{wording.SUPPRESSED}, « autres »\u00a0: non diffusé." if marked else ""
