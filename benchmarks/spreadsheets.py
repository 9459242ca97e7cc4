"""What spreadsheets make of a CSV, each in its way, and which of their cells would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pandas as pd

MARKS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
NUMBER = re.compile(r"-\d+([.,]\d+)?(e[-+]?\d+)?")
UNSEEN = dict.fromkeys(
    [0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)


def readings(text: str) -> Iterator[list[str]]:
    """The cells as a French or an English spreadsheet splits them, minding quotes or not."""
    for separator in ";,":
        yield [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]
        yield [cell for line in re.split(r"[\r\n]", text) for cell in line.split(separator)]


def live_cells(data: bytes) -> list[str]:
    """Cells of a CSV that any of these readers could take for a formula; a negative number is none."""
    assert data.startswith(b"\xef\xbb\xbf")
    found = []
    for cells in readings(data.decode("utf-8-sig")):
        for cell in cells:
            # A reader may trim a cell, drop signs without width, and drop quotes that it does not mind.
            bare = re.sub(r'^[\s"]+|[\s"]+$', "", cell.translate(UNSEEN))
            if (cell.startswith(MARKS) or bare.startswith(MARKS)) and not NUMBER.fullmatch(bare):
                found.append(cell)
    return found


def differing(data: bytes, frame: pd.DataFrame) -> list[str]:
    """Columns of a CSV that a French spreadsheet reads otherwise than the table, save what disarms texts."""
    csv.field_size_limit(1 << 27)
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    if [_plain(name) for name in header] != [_plain(name) for name in frame] or len(rows) != len(frame):
        return [f"{len(rows)} rows of {len(frame)}, {header}"]
    found = []
    for cells, (name, values) in zip(zip(*rows, strict=True), frame.items(), strict=False):
        if pd.api.types.is_numeric_dtype(values):
            numbers = [{"": None, "true": 1.0, "false": 0.0}.get(c, c) for c in cells]
            got = [float(n.replace(",", ".")) if isinstance(n, str) else n for n in numbers]
            same = got == [None if pd.isna(value) else float(value) for value in values]
        else:
            same = [_plain(c) for c in cells] == ["" if pd.isna(v) else _plain(str(v)) for v in values]
        found += [] if same else [str(name)]
    return found


def _plain(text: str) -> str:
    text = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return re.sub("'(?=[-=+@\uff1d\uff0b\uff0d\uff20])", "", text)
