"""A sheet about people without what identifies them: columns emptied, cells replaced by a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.sheets.headers import SheetLayout
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.personal import PRIVATE, is_personal, may_be_birth, personal_columns

LONG_NUMBER = re.compile(r"[0-9](?:[ .-]?[0-9A-B]){8,}")


def without_personal(layout: SheetLayout, cells: Rows, place: int, ledger: Ledger) -> Rows:
    """The cells without personal data: columns of it emptied, other cells that hold some replaced."""
    header = {i: clean_text(cell) for i, cell in enumerate(cells[layout.header_row])}
    found = personal_columns(layout.table, header, cells[layout.header_row + 1 :])
    names = [index for index, reason in found.items() if reason == "personal_name"]
    blank, private = len(cells.values), len(cells.values) + 1
    identifying = np.flatnonzero(cells.test(_identifies))
    numbers = np.where(np.isin(cells.numbers, identifying), private, cells.numbers)
    for row, column in _named(cells, names):
        numbers[row, column] = private
    for index, reason in found.items():
        text = header.get(index, "")
        ledger.correct(place, layout.header_row + 1, text, text, "", f"dropped_{reason}")
        numbers[:, index] = blank
        layout.unknown.pop(index, None)
        layout.repeated.pop(index, None)
    return Rows([*cells.values, "", PRIVATE], numbers)


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
