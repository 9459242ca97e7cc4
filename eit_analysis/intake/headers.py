"""Which table a sheet is, where its header row stands, which column is what, and which rows are not data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from eit_analysis import tables
from eit_analysis.intake.parsing import clean_text, fold, singular

ROWS_SEARCHED = 20
TOTAL = re.compile(r"(?:sous |grand )?(?:total|totaux)\b|somme\b")
TOTAL_ALONE = re.compile(r"(?:sous |grand )?(?:total|totaux)(?: general| annuel| par an)?")
SHEET_NOISE = re.compile(r"\b[0-9]+\b|\bcopie\b|\bfeuille\b|\bonglet\b")


@dataclass(frozen=True)
class Layout:
    """Where things are in one sheet.

    Attributes
    ----------
    table : str
        Name of the table in the contract.
    header_row : int
        Index of the header row, from 0.
    columns : dict of str to int
        Form column to cell index.
    unknown, repeated : dict of int to str
        Headers that are not in the form, and those met a second time, by cell index.
    """

    table: str
    header_row: int
    columns: dict[str, int]
    unknown: dict[int, str]
    repeated: dict[int, str]

    @property
    def key(self) -> str:
        return key_column(self.table)

    @property
    def missing(self) -> list[str]:
        return [name for name in tables.form(self.table) if name not in self.columns]


def key_column(table: str) -> str:
    return next(iter(tables.form(table)))


def header_key(text: str) -> str:
    """Header without case, accents, punctuation or plural; ``(s)`` is a plural too."""
    return singular(fold(text.replace("(s)", "s")))


@cache
def known_headers(table: str) -> dict[str, str]:
    """Every accepted spelling of the headers of one form, to the column's name.

    A header may leave out the remark in parentheses of ours (``Incertitude``), when that stays unambiguous.
    """
    full = {header_key(spec["header"]): name for name, spec in tables.form(table).items()}
    short: dict[str, list[str]] = {}
    for name, spec in tables.form(table).items():
        short.setdefault(header_key(re.sub(r"\([^)]*\)", "", spec["header"])), []).append(name)
    return {k: names[0] for k, names in short.items() if len(names) == 1} | full


@cache
def sheet_names() -> dict[str, str]:
    return {singular(fold(tables.sheet_name(table))): table for table in tables.TABLES}


def table_of(sheet: str) -> str | None:
    """Table of a sheet by its name, whatever its case, accents, plural or number (``2. flux (2)``)."""
    words = " ".join(SHEET_NOISE.sub(" ", fold(sheet)).split())
    return sheet_names().get(singular(words))


def _columns(table: str, row: list[Any]) -> tuple[dict[str, int], dict[int, str], dict[int, str]]:
    known = known_headers(table)
    found: dict[str, int] = {}
    unknown: dict[int, str] = {}
    repeated: dict[int, str] = {}
    for index, cell in enumerate(row):
        text = clean_text(cell)
        if not text:
            continue
        name = known.get(header_key(text))
        if name is None:
            unknown[index] = text
        elif name in found:
            repeated[index] = text
        else:
            found[name] = index
    return found, unknown, repeated


def find_layout(table: str, rows: list[list[Any]]) -> Layout | None:
    """Header row of a sheet among its first twenty rows: the one with most known headers.

    Returns
    -------
    Layout or None
        None when no row holds the key column beside another known header.
    """
    best: Layout | None = None
    for index, row in enumerate(rows[:ROWS_SEARCHED]):
        found, unknown, repeated = _columns(table, row)
        if key_column(table) in found and len(found) > 1 and (best is None or len(found) > len(best.columns)):
            best = Layout(table, index, found, unknown, repeated)
    return best


def guess_layout(rows: list[list[Any]]) -> Layout | None:
    """Layout of a sheet whose name says nothing: the form most of whose headers it holds, at least half."""
    layouts = [layout for table in tables.TABLES if (layout := find_layout(table, rows))]
    layouts = [lay for lay in layouts if len(lay.columns) * 2 >= len(tables.form(lay.table))]
    return max(layouts, key=lambda lay: len(lay.columns) / len(tables.form(lay.table)), default=None)


def ignored_rule(layout: Layout, row: list[Any], index: int) -> str | None:
    """Why a row is not data (``ignored_...``), or None when it is data.

    A row of one single text beside an empty key is a title or a note; a row whose key (else first text)
    starts with *total*, or one cell of which is just *total*, is a total.
    """
    texts = [clean_text(cell) for cell in row]
    filled = [text for text in texts if text]
    if not filled:
        return "ignored_blank_row"
    if index < layout.header_row:
        return "ignored_title_row"
    key_index = layout.columns[layout.key]
    key = texts[key_index] if key_index < len(texts) else ""
    if TOTAL.match(fold(key or filled[0])):
        return "ignored_total_row"
    # A total written in another column, beside an identifier copied down; an actor may be named Total.
    if layout.table != "sites" and any(
        TOTAL_ALONE.fullmatch(fold(text)) for text in filled if len(text) < 20
    ):
        return "ignored_total_row"
    if len(filled) == 1 and (not key or " " in key):
        return "ignored_title_row"
    if key and header_key(key) == header_key(tables.form(layout.table)[layout.key]["header"]):
        return "ignored_header_row"
    return None
