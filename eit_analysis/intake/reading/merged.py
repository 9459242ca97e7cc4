"""Merged cells: a text that was merged down a column belongs to each of its rows."""

from __future__ import annotations

import re
from typing import Any

from eit_analysis.intake.reading.sheet import Note, Range

# A quantity as a number or as a text: one figure for several rows is their total, not that of each.
QUANTITY = re.compile(
    r"\W*[0-9][0-9\s]*(?:[.,][0-9]|\s*(?:t|kg|g|m3|m³|l|tonnes?|kilos?|litres?|unités?)\b)", re.IGNORECASE
)
IDENTIFIER = 1e8  # a whole number from here on is a SIREN or SIRET


def fill_down(rows: list[list[Any]], merged: list[Range]) -> list[Note]:
    """Repeat a text in the rows it was merged over; what was done, and what was not, as notes.

    Only ranges one column wide: a title over several columns stays in its cell, so that a header row
    keeps its blanks. Only rows that hold something else. A number is not repeated (one tonnage merged over
    three flows would count three times): it is left in its first row and reported. The rows are filled in
    place; ranges count from 0.
    """
    notes: list[Note] = []
    # Last row already covered, by column: ranges that overlap are no spreadsheet's.
    reached: dict[int, int] = {}
    for (top, column), (bottom, right) in sorted(merged):
        if column != right or top >= len(rows) or column >= len(rows[top]) or top <= reached.get(column, -1):
            continue
        reached[column] = bottom
        cell = rows[top][column]
        if cell == "":
            continue
        is_text = isinstance(cell, str) and not QUANTITY.match(cell)
        is_code = isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell >= IDENTIFIER
        for number in range(top + 1, min(bottom + 1, len(rows))):
            row = rows[number]
            if row[column] != "" or not any(other != "" for other in row):
                continue
            text = str(int(cell)) if is_code else str(cell)
            if is_text or is_code:
                row[column] = cell
                notes.append((number + 1, "", text, "merged_cells_filled"))
            else:
                notes.append((number + 1, text, "", "merged_number_not_repeated"))
    return notes


def column_letters(number: int) -> str:
    """Name of a column in a spreadsheet.

    >>> column_letters(28)
    'AB'
    """
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
