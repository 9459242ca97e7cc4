"""The files of released tables: what they are called, and a table as CSV."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain, count

from eit_analysis import french, spreadsheet_csv
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.tables import Table

LONGEST_NAME = 60  # characters of a title in the name of its file


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


def to_csv(table: Table) -> str:
    """A released table as a file: French words, numbers with ten digits, or as printed for outsiders."""
    printed = Printed(table)
    data = printed.exported.map(lambda v: float(f"{v:.10g}") if hasattr(v, "__float__") else v)
    return spreadsheet_csv.to_bytes(data.set_axis(printed.header, axis=1)).decode()
