"""What calamine hides in an XLS workbook: error values, hidden rows, and how far the cells reach.

The file is a small file system (compound file, [MS-CFB]) with one stream of records ([MS-XLS] 2.4), each a
number, a length and its bytes. Both are walked once, each step bounded by the size of the file.
"""

from __future__ import annotations

import struct
from array import array

from eit_analysis.intake.reading import limits
from eit_analysis.intake.reading.limits import UnreadableError, check_area
from eit_analysis.intake.reading.sheet import SheetProperties

ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
FORMULA, BOOLERR, MULRK, ROW, COLINFO = 0x06, 0x205, 0xBD, 0x208, 0x7D
CELLS = {FORMULA, BOOLERR, MULRK, 0x203, 0x204, 0x27E, 0xD6, 0xFD}  # and NUMBER, LABEL, RK, RSTRING, LABELSST
BOF, BOUNDSHEET, DATEMODE, FILEPASS = 0x809, 0x85, 0x22, 0x2F
RECORDS = 1_500_000
END = 0xFFFFFFFA  # this sector number and those above it end a chain


def scan(data: bytes) -> tuple[list[SheetProperties], bool, bool]:
    """Sheets in the order of the workbook, whether it counts days from 1904, whether it has macros.

    Refuses a file that is damaged, encrypted, no workbook, or has a cell too far away.
    """
    try:
        streams = _streams(data)
        if "encryptedpackage" in streams:
            raise UnreadableError("book_password")
        stream = streams.get("workbook") or streams.get("book")
        if stream is None:
            raise UnreadableError("book_foreign")
        return *_records(stream), "_vba_project_cur" in streams
    except (struct.error, IndexError, ValueError, OverflowError):
        raise UnreadableError("book_damaged") from None


def _streams(data: bytes) -> dict[str, bytes | None]:
    """Names of the directory in lower case; the content of the workbook stream alone."""
    size, mini_size = 1 << struct.unpack_from("<H", data, 30)[0], 1 << struct.unpack_from("<H", data, 32)[0]
    if size not in (512, 4096) or mini_size != 64:
        raise ValueError
    start, cutoff, mini_start = struct.unpack_from("<I4xII", data, 48)
    next_table = struct.unpack_from("<I", data, 68)[0]
    sectors = len(data) // size

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = [n for n in struct.unpack_from("<109I", data, 76) if n < END]
    visited = 0
    while next_table < END and visited <= sectors:
        *more, next_table = struct.unpack(f"<{size // 4}I", sector(next_table))
        tables += [n for n in more if n < END]
        visited += 1
    if len(tables) > sectors:
        raise ValueError
    fat = array("I", b"".join(map(sector, tables)))

    def chain(number: int) -> bytes:
        parts: list[bytes] = []
        while number < END:
            if len(parts) > sectors:
                raise ValueError
            parts.append(sector(number))
            number = fat[number]
        return b"".join(parts)

    directory = chain(start)
    found: dict[str, bytes | None] = {}
    mini_stream = b""
    for at in range(0, len(directory) - 127, 128):
        name = directory[at : at + max(directory[at + 64] - 2, 0)].decode("utf-16-le", "replace").lower()
        first, length = struct.unpack_from("<II", directory, at + 116)
        if directory[at + 66] == 5:
            mini_stream = chain(first)
        found[name] = None
        if name in ("workbook", "book"):
            if length >= cutoff:
                found[name] = chain(first)[:length]
            else:
                mini_fat = array("I", chain(mini_start))
                numbers: list[int] = []
                while first < END and len(numbers) <= len(mini_fat):
                    numbers.append(first)
                    first = mini_fat[first]
                found[name] = b"".join(mini_stream[n * 64 : n * 64 + 64] for n in numbers)[:length]
    return found


def _records(stream: bytes) -> tuple[list[SheetProperties], bool]:
    starts: dict[int, SheetProperties] = {}
    sheet, from_1904 = SheetProperties(), False
    position = records = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        at = position + 4
        if kind in CELLS:
            row, column = struct.unpack_from("<HH", stream, at)
            last = struct.unpack_from("<H", stream, at + size - 2)[0] if kind == MULRK else column
            sheet.filled += max(last - column, 0) + 1
            sheet.height, sheet.width = max(sheet.height, row + 1), max(sheet.width, last + 1)
            if kind == BOOLERR and stream[at + 7]:
                sheet.errors.append((row, column, ERRORS.get(stream[at + 6], "#ERREUR!")))
            elif kind == FORMULA and stream[at + 6] == 2 and stream[at + 12 : at + 14] == b"\xff\xff":
                sheet.errors.append((row, column, ERRORS.get(stream[at + 8], "#ERREUR!")))
        elif kind == ROW:
            if stream[at + 12] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", stream, at)[0] + 1)
        elif kind == COLINFO:
            if stream[at + 8] & 1:
                first, last = struct.unpack_from("<HH", stream, at)
                sheet.hidden_columns.update(range(first + 1, min(last, limits.COLUMNS) + 2))
        elif kind == BOF:
            sheet = starts.get(position, SheetProperties())
        elif kind == BOUNDSHEET:
            starts[struct.unpack_from("<I", stream, at)[0]] = SheetProperties()
        elif kind == DATEMODE:
            from_1904 = bool(stream[at])
        elif kind == FILEPASS:
            raise UnreadableError("book_password")
        position = at + size
        records += 1
        if records > RECORDS:
            raise UnreadableError("book_long")
    for number, found in enumerate(starts.values(), start=1):
        check_area(f"n°\u00a0{number}", found.height, found.width, found.filled)
    return [*starts.values()], from_1904
