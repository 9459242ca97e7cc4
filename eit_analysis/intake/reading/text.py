"""CSV and text files: encoding, separator and cells, by stated rules and without a guess.

The first line is row 1, also where it only holds ``sep=;`` (it is then blank). A row is a record: a quoted
cell that holds a line break does not start a new row, so rows are numbered as a spreadsheet numbers them.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain

from eit_analysis.intake.reading import limits
from eit_analysis.intake.reading.limits import UnreadableError, check_area
from eit_analysis.intake.reading.sheet import Sheet

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
SEPARATORS = ";\t,|"
SAMPLE_BYTES, SAMPLE_LINES = 1 << 17, 30
CHUNK = 1 << 20
LINES, LINE_ENDS = 2_000_000, (b"\n", b"\r")
ONE_BYTE = ("cp1252", "mac_roman", "cp850")
BEYOND = re.compile(rb"([A-Za-z]?)([\x80-\xff])(?=([A-Za-z]?))")
# é is more than half of what French writes beyond ASCII.
FRENCH = {"é": 4, "èàêçôâîûùëïœ’": 2, "ÉÈÀÊÇÔÎ°²³€«»–\u00a0…“”": 1}
SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
END = "\udfff"  # added after the last line; no decoded text holds it


def encoding_of(data: bytes) -> str:
    """Byte order mark, else the pattern of zero bytes of UTF-16, else strict UTF-8, else of cp1252, Macintosh
    and DOS (cp850) the one in which the signs beyond ASCII are those that French has (`_french`).

    Refuses bytes that are valid in none of them.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            if _is_valid(data, encoding):
                return encoding
            raise UnreadableError("text_cut")
    if b"\0" in data:
        # Western text in UTF-16 has a zero in most high bytes and in no low byte.
        for encoding, high, low in (
            ("utf-16-le", data[1::2], data[0::2]),
            ("utf-16-be", data[0::2], data[1::2]),
        ):
            if b"\0" not in low and 2 * high.count(0) > len(high) and _is_valid(data, encoding):
                return encoding
        raise UnreadableError("text_none")
    if _is_valid(data, "utf-8"):
        return "utf-8"
    valid = [encoding for encoding in ONE_BYTE if _is_valid(data, encoding)]
    if not valid:
        raise UnreadableError("text_encoding")
    beyond = Counter(BEYOND.findall(data[:CHUNK]))
    return max(valid, key=lambda encoding: _french(beyond, encoding))  # of equals the first: cp1252


def _french(beyond: Counter[tuple[bytes, bytes, bytes]], encoding: str) -> int:
    """How like French some signs and the letters beside them are: its own count for, any other against."""
    score = 0
    for (before, byte, after), times in beyond.items():
        sign = byte.decode(encoding, "replace")
        worth = next((worth for signs, worth in FRENCH.items() if sign in signs), -3)
        small = before.islower() or (before and after.islower())
        if (sign.isupper() and small) or (sign.islower() and before.isupper() and after.isupper()):
            worth = -1  # EntrÉe, HÈbergement, SOCIéTÉ
        score += times * worth
    return score


def _is_valid(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    try:
        for start in range(0, len(data), CHUNK):
            decoder.decode(view[start : start + CHUNK], final=start + CHUNK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def separator_of(lines: list[str]) -> str:
    """The separator of a ``sep=`` line, else the one that gives most cells over the lines it cuts alike."""
    if lines and (match := SEP_LINE.fullmatch(lines[0])):
        return match[1]

    def agreement(separator: str) -> int:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if len(row) > 1]
        return max((width * widths.count(width) for width in set(widths)), default=0)

    return max(SEPARATORS, key=agreement)


def form_of(data: bytes) -> tuple[str, str, list[str]]:
    """Encoding and separator of a text file, and its first lines; refuses no text, or too long a line."""
    if limits.is_longer(data, limits.LINE_BYTES, *LINE_ENDS):
        raise UnreadableError("text_long_line")
    encoding = encoding_of(data)
    # The decoder ignores what a cut at SAMPLE_BYTES leaves of a character.
    sample = codecs.getincrementaldecoder(encoding)().decode(data[:SAMPLE_BYTES])
    lines = list(io.StringIO(sample, newline=None))[:SAMPLE_LINES]
    return encoding, separator_of(lines), lines


def read(data: bytes, name: str) -> tuple[str, str, Sheet]:
    """Encoding, separator and cells of a text file, whose only sheet is given a name.

    Refuses what is no text, a line or a whole that is too long, a quote that does not close.
    """
    if max(map(data.count, LINE_ENDS)) > LINES:
        raise UnreadableError("text_long", millions=LINES // 1_000_000)
    encoding, separator, lines = form_of(data)
    sheet = Sheet(name)
    stream = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    if lines and SEP_LINE.fullmatch(lines[0]):
        next(stream)
        sheet.extend((), [0])
    _read_rows(chain(stream, [END]), separator, sheet)
    if b'"' in data:
        _check_quotes(sheet, separator)
    return encoding, separator, sheet


def _read_rows(lines: Iterable[str], separator: str, sheet: Sheet) -> None:
    csv.field_size_limit(limits.LINE_BYTES)
    widest = 0
    try:
        for row in csv.reader(lines, delimiter=separator):
            if row == [END]:
                return
            widest = max(widest, len(row))
            sheet.extend(row, [len(row)])
            if widest > limits.COLUMNS:
                raise UnreadableError("text_wide", width=widest)
            if len(sheet.widths) * widest > limits.SPARSE_AREA:
                check_area(sheet.name, len(sheet.widths), widest, len(sheet.cells))
    except csv.Error:
        raise UnreadableError("text_quote", row=len(sheet.widths) + 1) from None
    raise UnreadableError("text_quote", row=len(sheet.widths))  # the last record has swallowed the end


def _check_quotes(sheet: Sheet, separator: str) -> None:
    """A cell with a line break and as many separators as a row has swallowed the rows that follow it."""
    broken = {
        number
        for cell, number in sheet.distinct.items()
        if "\n" in cell or "\r" in cell
        if cell.count(separator) > 1
    }
    if not broken:
        return
    usual = Counter(sheet.widths).most_common(1)[0][0]
    texts = list(sheet.distinct)
    at = 0
    for row, width in enumerate(sheet.widths, start=1):
        for number in broken.intersection(sheet.cells[at : at + width]):
            if texts[number].count(separator) >= usual - 1:
                raise UnreadableError("text_quote", row=row)
        at += width
