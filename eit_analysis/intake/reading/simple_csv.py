"""Text files in which nothing needs care, read at once and in this process; `child` reads all others.

Text unpacks to nothing larger than itself: up to ``limits.READ_ANYWAY_BYTES`` it takes a moment and a few
times its size. What `text` cuts in another way than pyarrow, refuses, or notes something about is left
to it: rows of several widths, a line break in a cell, a quote that does not close, a wrong encoding.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from eit_analysis.intake.reading import child, limits, text
from eit_analysis.intake.reading.limits import UnreadableError
from eit_analysis.intake.reading.sheet import NO_RESULT, is_suspect

CODED = pa.dictionary(pa.int32(), pa.string())
NEW_LINE = ord("\n")
ODD = f"[ÂÃÄÅâï\ufffd\n\r]|{NO_RESULT}"  # the few cells about which something may have to be noted


def read(path: Path) -> dict[str, Any] | None:
    """What `child.read` answers for a text file in which nothing needs care, else None."""
    suffix = path.suffix.lower()
    if suffix not in child.TEXT_SUFFIXES:
        return None
    try:
        if child.check_kind(path) > limits.READ_ANYWAY_BYTES:
            return None
        data = path.read_bytes()
        child.check_head(data[: child.HEAD_BYTES], suffix)
        if data.startswith((child.ZIP, child.COMPOUND)):
            return None
        encoding, separator, lines = text.form_of(data)
    except (OSError, UnreadableError):
        return None
    plain = data if encoding == "utf-8" else data.decode(encoding).encode()
    cells = _cells(plain, separator, lines)
    if cells is None:
        return None
    values, numbers = cells
    sheet = {"name": child.sheet_name(path), "notes": [], "values": values.to_pylist(), "numbers": numbers}
    return {
        "format": suffix.lstrip("."), "sha256": hashlib.sha256(data).hexdigest(), "problem": None,
        "encoding": encoding, "separator": separator, "notes": [], "sheets": [sheet],
    }  # fmt: skip


def _cells(data: bytes, separator: str, lines: list[str]) -> tuple[pa.StringArray, np.ndarray] | None:
    """Distinct cells of each column, and the number of each cell, of UTF-8 text with one row a line."""
    ends = int(np.count_nonzero(np.frombuffer(data, np.uint8) == NEW_LINE))
    quoted = b'"' in data
    height = ends + (not data.endswith(b"\n"))
    width = len(next(csv.reader(lines[:1], delimiter=separator), []))
    if (
        not lines
        or text.SEP_LINE.fullmatch(lines[0])
        or data.endswith(b"\r")
        or data.startswith(codecs.BOM_UTF8)
        or (quoted and height > ends)  # a quote that does not close would end with the file
        or not 1 < width <= limits.COLUMNS
        or height * width > limits.AREA
        or height > text.LINES
    ):
        return None
    names = [str(number) for number in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(data),
            pa_csv.ReadOptions(column_names=names),
            pa_csv.ParseOptions(delimiter=separator, ignore_empty_lines=False, newlines_in_values=quoted),
            pa_csv.ConvertOptions(column_types=dict.fromkeys(names, CODED), check_utf8=False),
        )
    except pa.ArrowInvalid:
        return None
    if len(table) != height:  # a return alone ends a row too
        return None
    numbers = np.empty((height, width), dtype=np.uintc, order="F")  # read column by column
    distinct = []
    for place, column in enumerate(table.unify_dictionaries().columns):
        np.concatenate([c.indices for c in column.chunks], out=numbers[:, place], casting="unsafe")
        distinct.append(column.chunk(0).dictionary)
    numbers += np.cumsum([0, *map(len, distinct[:-1])], dtype=np.uintc)
    values = pa.concat_arrays(distinct)
    odd = values.filter(pc.match_substring_regex(values, ODD)).to_pylist()
    if any(is_suspect(cell) or any(sign in cell for sign in ("\n", "\r", NO_RESULT)) for cell in odd):
        return None
    # Down to the last row with content.
    while height and not any(values[number].as_py().strip() for number in numbers[height - 1].tolist()):
        height -= 1
    return (values, numbers[:height]) if height else None
