"""What a file may hold, and how it is refused: limits far above any questionnaire, far below what hurts.

Whatever *refuses* in the reading process raises `UnreadableError` with its reason.
"""

from __future__ import annotations

from typing import Any

FILE_BYTES = 100 << 20
READ_ANYWAY_BYTES = 16 << 20  # a larger file of another kind is refused by its first bytes, not hashed
UNPACKED_BYTES = 128 << 20  # of the parts that are read: two million cells of XLSX
MEMBERS = 4_000  # of a zipped workbook
PACKED_ONCE = 8 << 20  # a part larger than this, unpacked, ...
RATIO = 150  # ... is not shrunk more than so by an honest spreadsheet (45 for a million empty formatted rows)
CELL_BYTES = 200_000  # 32 767 characters, the most that a spreadsheet holds, in any UTF-8
COLUMNS = 16_384  # of a spreadsheet
AREA = 20_000_000  # cells of a sheet, blanks included
SPARSE_AREA = 1_000_000  # beyond it, one cell out of
SPARSE = 10  # must be filled
TEXT_BYTES = 64 << 20  # that the cells of a workbook hold together
LINE_BYTES = 1 << 20  # of a text file
MEMORY_BYTES = 1 << 30  # address space of the reading process, whatever the file


class UnreadableError(Exception):
    """Why one file cannot be read: a code of the catalogue of findings, and its fields."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code)
        self.code, self.fields = code, fields


def check_area(sheet: str, height: int, width: int, filled: int) -> None:
    """Refuse a sheet that a cell far from the table stretches beyond what memory holds.

    Its area is more than ``AREA``, or more than ``SPARSE_AREA`` and nearly empty: ``height`` and ``width`` go
    from A1 to the last cell with content, ``filled`` is about how many have some.
    """
    area = height * width
    if area > AREA or (area > SPARSE_AREA and area > SPARSE * filled):
        if width > 26:
            raise UnreadableError("sheet_wide", sheet=sheet, height=height, width=width)
        raise UnreadableError("sheet_high", sheet=sheet, height=height)


def is_longer(data: bytes | bytearray, most: int, *ends: bytes) -> bool:
    """Whether data has more than ``most`` bytes between two of the signs ``ends``."""
    at = 0
    while len(data) - at > most:
        end = max(data.rfind(sign, at, at + most) for sign in ends)
        if end < 0:
            return True
        at = end + 1
    return False


def check_longest(xml: bytes | bytearray) -> None:
    """Refuse a part whose longest text between two tags is longer than any spreadsheet allows."""
    if is_longer(xml, CELL_BYTES, b"<"):
        raise UnreadableError("cell_long")


def check_texts(size: int) -> None:
    """Refuse a workbook whose texts, once copied into each cell that shows them, have ``size`` bytes."""
    if size > TEXT_BYTES:
        raise UnreadableError("book_texts", size=TEXT_BYTES >> 20)
