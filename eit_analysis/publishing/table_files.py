"""The files of released tables: what they are called, a table as CSV, those of a report as one workbook."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain, count

import pandas as pd
import xlsxwriter

from eit_analysis import french, spreadsheet_csv
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.printing import Printed

LONGEST_NAME = 60  # characters of a title in the name of its file
SAME = datetime(2000, 1, 1)  # the same tables make the same bytes
FIRST = 4  # row of the header, from 0


def workbook_file(name: str) -> str:
    """The path of the workbook of a report."""
    return f"tables/{name}.xlsx"


def table_file(page: str, title: str, taken: Collection[str]) -> str:
    """The file of a table, named after its title; no other page has it, nor another table of this one.

    What the title adds in brackets, such as its level, is left out: it would be cut in two.
    """
    title = re.sub(r" \(.*\)$", "", title)
    stem = f"tables/{page}-{french.file_words(title, LONGEST_NAME) or 'tableau'}"
    names = chain([stem], (f"{stem}-{rank}" for rank in count(2)))
    return next(name for name in (f"{stem}.csv" for stem in names) if name not in taken)


def to_csv(printed: Printed) -> str:
    """A released table as a file: French words, numbers with ten digits, or as printed for outsiders."""
    data = printed.exported.map(lambda v: float(f"{v:.10g}") if hasattr(v, "__float__") else v)
    return spreadsheet_csv.to_bytes(data.set_axis(printed.header, axis=1)).decode()


def workbook(title: str, context: str, tables: Sequence[Printed]) -> bytes:
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
        for number, printed in enumerate(tables, 1):
            place, words = f"internal:'T{number}'!A1", f"T{number}. {printed.table.title}"
            contents.write_url(FIRST - 1 + number, 0, place, string=words)
            _write(book.add_worksheet(f"T{number}"), printed, context, strong, head)
    return stream.getvalue()


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, printed: Printed, context: str, strong: object, head: object
) -> None:
    table, data = printed.table, printed.exported
    sheet.write_string(0, 0, table.title, strong)
    sheet.write_string(1, 0, " ".join(filter(None, [table.note, _said(printed)])))
    sheet.write_string(2, 0, context)
    for column, (name, title) in enumerate(zip(data.columns, printed.header, strict=True)):
        sheet.write_string(FIRST, column, title, head)
        sheet.set_column(column, column, 34 if name in table.keys else 16)
        for row, value in enumerate(data[name].to_numpy(dtype=object), FIRST + 1):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif not pd.isna(value):
                sheet.write_number(row, column, float(value))
    sheet.freeze_panes(FIRST + 1, 0)


def _said(printed: Printed) -> str:
    marked = printed.marked or printed.closed or printed.withheld
    return f"{wording.SUPPRESSED}, « autres »\u00a0: non diffusé." if marked else ""
