"""Workbooks through calamine, after the guard of each format has looked at them.

A text that was merged down a column belongs to each of its rows.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from itertools import chain
from typing import Any
from xml.etree.ElementTree import ParseError

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from eit_analysis.intake.reading import archive, limits, looks, ods, xls, xlsx
from eit_analysis.intake.reading.limits import UnreadableError, check_area
from eit_analysis.intake.reading.sheet import IDENTIFIER, Note, Range, Sheet, SheetProperties

FROM_1904: Note = (None, "calendrier 1904", "dates converties", "date_system_1904")
MACRO: Note = (None, "macros", "jamais exécutées", "macro_ignored")
# How the first part of other archives begins, and what they are.
OTHER_ARCHIVES = {"xl/workbook.bin": "book_binary", "word/": "file_word", "Index/": "file_apple"}


def read_zipped(data: bytes, limit_memory: Callable[[int], None]) -> tuple[str, list[Sheet], list[Note]]:
    """Format, sheets and notes about the whole of an XLSX, XLSM or ODS workbook.

    ``limit_memory`` is told how many bytes are about to be unpacked and parsed.
    """
    members = archive.members(data)
    names = [member.filename for member in members]
    wanted = archive.with_cells(members)
    limit_memory(sum(member.file_size for member in wanted))
    parts = archive.unpack(data, wanted)
    notes = []
    if any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in names):
        notes.append(MACRO)
    try:
        if ods.CONTENT in parts:
            kind, properties = "ods", ods.prepare(parts)
        elif "xl/workbook.xml" in parts:
            kind, properties = "xlsx", xlsx.prepare(parts)
            if xlsx.has_1904_dates(parts):
                notes.append(FROM_1904)
        else:
            known = [
                code for start, code in OTHER_ARCHIVES.items() if any(n.startswith(start) for n in names)
            ]
            raise UnreadableError(known[0] if known else "file_other")
    except (ParseError, LookupError, ValueError):  # a part that is missing, an encoding that is none
        raise UnreadableError("book_damaged") from None
    return kind, _sheets(archive.pack(parts), properties), notes


def read_xls(data: bytes, limit_memory: Callable[[int], None]) -> tuple[str, list[Sheet], list[Note]]:
    """The same for an XLS workbook."""
    sheets, from_1904, macros = xls.scan(data)
    notes = [note for note, there in ((FROM_1904, from_1904), (MACRO, macros)) if there]
    limit_memory(len(data))
    return "xls", _sheets(data, sheets), notes


def _sheets(data: bytes, properties: dict[str, SheetProperties] | list[SheetProperties]) -> list[Sheet]:
    """Sheets of cells, with what the guard saw of each by name, or in the order of the workbook."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = workbook.sheet_names
        if len(set(names)) < len(names):  # calamine would read the first of them twice
            raise UnreadableError("book_same_names")
        by_name = properties if isinstance(properties, dict) else dict(zip(names, properties, strict=False))
        sheets = [
            _sheet(workbook, metadata, by_name.get(metadata.name, SheetProperties()))
            for metadata in workbook.sheets_metadata
            if metadata.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError:
        raise UnreadableError("book_password") from None
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError, OverflowError):
        raise UnreadableError("book_damaged") from None
    if not sheets:
        raise UnreadableError("book_without_sheet")
    return sheets


def _sheet(workbook: CalamineWorkbook, metadata: SheetMetadata, properties: SheetProperties) -> Sheet:
    source = workbook.get_sheet_by_name(metadata.name)
    height, width = (source.end[0] + 1, source.end[1] + 1) if source.end else (0, 0)
    if height * width > limits.AREA:
        check_area(metadata.name, height, width, 0)
    rows: list[list[Any]] = source.to_python(skip_empty_area=False)
    sheet = Sheet(metadata.name)
    if metadata.visible != SheetVisibleEnum.Visible:
        sheet.notes.append((None, "feuille masquée", "lue", "hidden_sheet_read"))
    for row, column, text in properties.errors:
        if row < height and column < width:
            rows[row][column] = text
    sheet.notes += looks.write_looks(rows, properties.looks)
    sheet.notes += fill_down(rows, source.merged_cell_ranges or properties.merged)
    if bool in set(map(type, chain.from_iterable(rows))):
        rows = [["VRAI" if c is True else "FAUX" if c is False else c for c in row] for row in rows]
    sheet.extend(chain.from_iterable(rows), map(len, rows))
    for number in sorted(properties.hidden_rows):
        if number <= height and any(cell != "" for cell in rows[number - 1]):
            sheet.notes.append((number, "ligne masquée", "lue", "hidden_row_read"))
    for number in properties.hidden_columns:
        if number <= width and any(row[number - 1] != "" for row in rows):
            text = f"colonne {column_letters(number)} masquée"
            sheet.notes.append((None, text, "lue", "hidden_column_read"))
    return sheet


# A quantity as a number or as a text: one figure for several rows is their total, not that of each.
QUANTITY = re.compile(
    r"\W*[0-9][0-9\s]*(?:[.,][0-9]|\s*(?:t|kg|g|m3|m³|l|tonnes?|kilos?|litres?|unités?)\b)", re.IGNORECASE
)


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
