"""Personal data in a sheet about people, found by the header of a column, by its cells, or in one cell.

Only counts, occupations and skills are asked for; whatever names or identifies a person is dropped before
anything else sees it. Columns of the form are never dropped whole: `is_personal` judges each of their cells.
Out of reach: a bare name in a cell of a column of the form, which looks like an occupation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cells.privacy import ADDRESSED, PRIVATE, has_contact, has_nir, is_personal
from eit_analysis.intake.sheets.headers import recognise
from eit_analysis.intake.sheets.spec import Layout

MOSTLY = 0.6  # share of the filled cells of a column that settles what it is
BIRTH_YEARS = range(1940, 2013)

# Folded headers. The first reason that fits decides; a header about jobs or counts is about nobody.
HEADERS = {
    kind: re.compile(rf"\b(?:{pattern})\b")
    for kind, pattern in reference.load("personal_headers").itertuples(index=False)
}
NIR_SHAPE = re.compile(r"[12]\d\d(?:0[1-9]|1[0-2])(?:\d\d|2[AB])\d{6}(?:\d\d)?")
CAPITALISED = r"[A-ZÀ-Ý](?:[a-zà-ÿ]*|[A-ZÀ-Ý]*)(?:['’-][A-ZÀ-Ýa-zà-ÿ]+)*"
FULL_NAME = re.compile(rf"{CAPITALISED}(?: {CAPITALISED}){{1,3}}")
LONG_NUMBER = re.compile(r"[0-9](?:[ .-]?[0-9A-B]){8,}")
WRITTEN_DATE = re.compile(r"(?:\d{1,2}[/.-]\d{1,2}[/.-](\d{4})|(\d{4})-\d\d-\d\d)(?: 00:00:00)?")


def without_personal(layout: Layout, cells: Rows) -> tuple[Rows, dict[int, str]]:
    """The cells without personal data, and the columns of it, emptied, as `personal_columns` gives them.

    Other cells that hold some are replaced by a mark.
    """
    header = {i: clean_text(cell) for i, cell in enumerate(cells[layout.header_row])}
    found = personal_columns(layout.table, header, cells[layout.header_row + 1 :])
    names = [index for index, reason in found.items() if reason == "personal_name"]
    blank, private = len(cells.values), len(cells.values) + 1
    identifying = np.flatnonzero(cells.test(_identifies))
    numbers = np.where(np.isin(cells.numbers, identifying), private, cells.numbers)
    for row, column in _named(cells, names):
        numbers[row, column] = private
    numbers[:, list(found)] = blank
    return Rows([*cells.values, "", PRIVATE], numbers), found


def _identifies(cell: Any) -> bool:
    """Whether a cell about people holds what may identify one: nobody counts people in nine digits."""
    text = clean_text(cell)
    return LONG_NUMBER.fullmatch(text) is not None or is_personal(text) or may_be_birth(cell)


def _named(cells: Rows, columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cells that repeat the name that a column of names gives to their row: the whole name, or a word of it
    with a capital after another word (« Soudeur Bertaud », not « Boucher » nor « tailleur de pierre »)."""
    for row in range(len(cells) if columns else 0):
        texts = [clean_text(cell) if isinstance(cell, str) else "" for cell in cells[row]]
        name = {word for column in columns for word in fold_words(texts[column]).split()}
        for at, text in enumerate(texts):
            capitals = {fold_words(word) for word in text.split()[1:] if word[0].isupper() and len(word) > 2}
            if capitals & name or (len(name) > 1 and name <= set(fold_words(text).split())):
                yield row, at


def personal_columns(table: str, headers: dict[int, str], rows: list[list[Any]]) -> dict[int, str]:
    """Cell index of every column of personal data, and why: a key of ``HEADERS``.

    The form of ``table`` has the columns that are asked for. ``headers`` are by cell index; a column without
    header is judged by its cells, of the ``rows`` under the header.
    """
    width = max([len(row) for row in rows] + [index + 1 for index in headers], default=0)
    found = {}
    for index in range(width):
        header = headers.get(index, "")
        if header and recognise(table, header) is not None:
            continue
        cells = {row[index] for row in rows if index < len(row)} - {"", None}
        reason = _by_header(header) or _by_cells(list(cells))
        if reason:
            found[index] = reason
    return found


def _by_header(header: str) -> str:
    words = fold_words(header)
    found = next((kind for kind, pattern in HEADERS.items() if pattern.search(words)), "")
    about_nobody = found == "impersonal" or (found == "personal_name" and HEADERS["impersonal"].search(words))
    return "" if about_nobody else found


def _by_cells(cells: list[Any]) -> str:
    texts = [text for cell in cells if (text := clean_text(cell))]
    if any(map(has_nir, texts)) or _mostly(texts, _looks_like_nir):
        return "personal_nir"
    if any(map(has_contact, texts)):
        return "personal_contact"
    if _mostly(cells, may_be_birth):
        return "personal_birth_date"
    if any(map(ADDRESSED.search, texts)) or _mostly(texts, lambda text: bool(FULL_NAME.fullmatch(text))):
        return "personal_name"
    return ""


def _mostly(cells: list[Any], test: Callable[[Any], bool]) -> bool:
    return bool(cells) and sum(map(test, cells)) >= MOSTLY * len(cells)


def _looks_like_nir(text: str) -> bool:
    """Built like a social-security number, without its key or with a wrong one."""
    return bool(NIR_SHAPE.fullmatch(re.sub(r"[ .-]", "", text.upper())))


def may_be_birth(cell: Any) -> bool:
    """Whether a cell is a full date of a year in which somebody at work may be born."""
    if isinstance(cell, dt.date):  # a datetime is one too
        return cell.year in BIRTH_YEARS
    match = WRITTEN_DATE.fullmatch(clean_text(cell))
    return bool(match) and int(match[1] or match[2]) in BIRTH_YEARS  # type: ignore[index]
