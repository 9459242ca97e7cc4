"""One sheet on its way to the parent process: each distinct cell once, and the number of each cell.

Survey columns repeat few values: a hundred thousand rows of sixteen columns are some thousand distinct cells
and 1.6 million numbers of four bytes, in the child and in the pipe to the parent.

A text that an earlier hand read in the wrong encoding is put right when that is exact, else pointed out:
``é`` in UTF-8 is two bytes; read as cp1252 they are ``Ã©``. The way back is exact when every character of
the text has a cp1252 byte and these bytes are valid UTF-8: French text that was never broken does not pass,
since a lone ``é`` is no valid UTF-8.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# Written by us in a formula that was never calculated; cleaning takes it for an error value.
NO_RESULT = "#FORMULE!"
EMPTY_SUM = "#SOMME!"  # of a sum that is zero: of cells that are blank or texts, most often
STRUCK = "#BARRÉ! "  # before what is struck out in a cell
IDENTIFIER = 1e8  # a whole number from here on is a SIREN or SIRET

# The 27 characters of cp1252 outside Latin-1, to the control character of the same byte (the five bytes
# without a character keep their own value, as in the WHATWG encoding standard).
TO_BYTE = {
    ord(bytes([n]).decode("cp1252")): n for n in range(0x80, 0xA0) if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
SECOND = "".join(map(chr, [*range(0x80, 0xC0), *TO_BYTE]))
# First bytes of the letters and signs of Western languages: Â Ã Ä Å, â (dashes, €), ï (byte order mark).
PAIR = re.compile(f"[ÂÃÄÅâï][{re.escape(SECOND)}]")
BROKEN = re.compile(f"{PAIR.pattern}|Ã |\ufffd")
DEPTH = 3

Note = tuple[int | None, str, str, str]  # row (from 1) or None, raw text, clean text, rule
Look = tuple[int, int, str]  # row and column, counted from 0, and what the look of the cell says
Range = tuple[tuple[int, int], tuple[int, int]]  # first and last cell, row and column counted from 0


@dataclass
class SheetProperties:
    """What a sheet holds beside its values."""

    hidden_rows: set[int] = field(default_factory=set)  #: counted from 1
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)  #: merged cells that calamine does not give
    #: Row and column, counted from 0, and text of the error values that calamine leaves blank.
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    height: int = 0  #: down to the last cell with content, while the guard passes over the sheet
    width: int = 0
    filled: int = 0  #: about how many cells have content


class _Pool(dict[Any, int]):
    """Number of each distinct cell, in order of appearance."""

    def __missing__(self, cell: Any) -> int:
        self[cell] = number = len(self)
        return number


class Sheet:
    """Rows counted from the first line of the file, ``""`` where blank."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.notes: list[Note] = []  #: what the reader did or noticed
        self.cells, self.widths = array("I"), array("I")
        self.distinct = _Pool()

    def extend(self, cells: Iterable[Any], widths: Iterable[int]) -> None:
        """Add rows of these widths, their cells one after the other."""
        self.cells.fromlist(list(map(self.distinct.__getitem__, cells)))
        self.widths.extend(widths)

    def packed(self) -> dict[str, Any]:
        """What is pickled: trailing blank rows dropped, texts in the wrong encoding put right."""
        values = list(self.distinct)
        while self.widths:
            start = len(self.cells) - self.widths[-1]
            if any(str(values[number]).strip() for number in self.cells[start:]):
                break
            del self.cells[start:], self.widths[-1]
        noted = _noted(values)
        if noted:
            at = 0
            for row, width in enumerate(self.widths, start=1):
                for number in noted.keys() & set(self.cells[at : at + width]):
                    self.notes.append((row, *noted[number]))
                at += width
        self.notes.sort(key=lambda finding: (finding[0] or 0, *finding[1:]))
        return {
            "name": self.name, "notes": self.notes, "values": values, "cells": self.cells.tobytes(),
            "widths": self.widths.tobytes(),
        }  # fmt: skip


def _noted(values: list[Any]) -> dict[int, tuple[str, str, str]]:
    """Cells to report, by number: raw text, clean text, rule. The values are put right in place."""
    noted: dict[int, tuple[str, str, str]] = {}
    texts = "\n".join(value for value in values if isinstance(value, str))
    if NO_RESULT not in texts and not is_suspect(texts):
        return noted
    for number, value in enumerate(values):
        if not isinstance(value, str) or value.isascii():
            if value == NO_RESULT:
                noted[number] = ("formule", NO_RESULT, "formula_without_value")
            continue
        clean = repair(value)
        if clean != value:
            values[number] = clean
            noted[number] = (value, clean, "mojibake_repaired")
        elif is_suspect(value):
            noted[number] = (value, value, "mojibake_suspected")
    return noted


def repair(text: str) -> str:
    """Text with each layer of wrong encoding undone exactly; unchanged where there is none.

    >>> repair("DÃ©chets")
    'Déchets'
    >>> repair("Déchets Ã trier")
    'Déchets Ã trier'
    """
    for _ in range(DEPTH):
        if not PAIR.search(text):
            break
        try:
            text = text.translate(TO_BYTE).encode("latin-1").decode("utf-8").removeprefix("\ufeff")
        except UnicodeError:
            break
    return text


def is_suspect(text: str) -> bool:
    """Whether a text shows the marks of a wrong encoding, among them U+FFFD for a lost character."""
    return not text.isascii() and bool(BROKEN.search(text))
