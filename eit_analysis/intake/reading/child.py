"""The child process that opens untrusted files: standard library and calamine only, so it starts at once.

Protocol: a JSON list of paths on standard input; for each path, in order, one pickled dict on standard output
(``sha256, format, encoding, separator, problem, notes, sheets``), ``sheets`` as ``Sheet.packed`` gives
them and ``problem`` a code of the catalogue of findings with its fields. A file that kills the process
(memory, time) is the one whose answer never comes.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import stat
import sys
from pathlib import Path
from typing import Any

from eit_analysis.intake.reading import book, limits, text
from eit_analysis.intake.reading.limits import UnreadableError

SPARE_BYTES = 96 << 20  # address space left for a file of any size, and
PER_BYTE = 12  # times what its cells take up unpacked
ZIP, COMPOUND, TEXT_SUFFIXES, HEAD_BYTES = b"PK", b"\xd0\xcf\x11\xe0", (".csv", ".txt"), 2048
# How files of other kinds begin, and what they are.
SIGNATURES = (
    (rb"%PDF", "file_pdf"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|BM..\0\0\0\0|II\*\0|MM\0\*|RIFF....WEBP", "file_image"),
    (rb"MIME-Version:|From: <Saved", "file_web_page"),
    (rb"\{\\rtf", "file_rich_text"),
    (rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh", "file_compressed"),
    (rb"(?s)<\?xml.{0,400}(?:Excel\.Sheet|schemas-microsoft-com:office:spreadsheet)", "file_xml_2003"),
    (rb"(?is)(?:<!--.{0,800}-->\s*)?<(?:!doctype|html|head|body|meta|table|script|\?xml)\b", "file_web_page"),
)


def limit_memory(parsed: int) -> None:
    """Leave the process little more than parsing that many bytes honestly takes."""
    try:
        import resource

        with open("/proc/self/statm", "rb", buffering=0) as stream:  # noqa: PTH123
            used = int(stream.read(99).split()[0]) * resource.getpagesize()
    except (ImportError, OSError):  # not Linux: the guard and the time limit still hold
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    cap = min(used + SPARE_BYTES + PER_BYTE * parsed, limits.MEMORY_BYTES)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # to die at once, without writing its memory to disk
    resource.setrlimit(resource.RLIMIT_AS, (cap if hard == resource.RLIM_INFINITY else min(cap, hard), hard))


def check_kind(path: Path) -> int:
    """Size in bytes; refuses whatever is not an ordinary file of a readable size, before it is opened.

    A pipe or a device would never end.
    """
    try:
        status = path.stat()
    except (OSError, ValueError):
        raise UnreadableError("file_link") from None
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableError("file_folder")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError("file_special")
    if status.st_size > limits.FILE_BYTES:
        raise UnreadableError("file_large", size=limits.FILE_BYTES >> 20)
    return status.st_size


def check_head(head: bytes, suffix: str) -> None:
    """Refuse, by its first bytes, what is neither a workbook nor text, as what it is where that is known."""
    if not head:
        raise UnreadableError("file_empty")
    if head.startswith((ZIP, COMPOUND)):
        return
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, code in SIGNATURES:
        if re.match(signature, bare):
            raise UnreadableError(code)
    if suffix not in TEXT_SUFFIXES:
        raise UnreadableError("file_other" if bare else "file_empty")


def sheet_name(path: Path) -> str:
    """``E07_Flux.csv`` is the sheet ``Flux`` of firm E07. A name that is no UTF-8 keeps its bytes visible."""
    stem = os.fsencode(path.stem).decode("utf-8", "backslashreplace")
    return re.split(r"[_\s]+", stem)[-1]


def read_content(path: Path, data: bytes) -> dict[str, Any]:
    encoding = separator = None
    if data.startswith(ZIP):
        kind, sheets, notes = book.read_zipped(data, limit_memory)
    elif data.startswith(COMPOUND):
        kind, sheets, notes = book.read_xls(data, limit_memory)
    else:
        if len(data) < limits.LINE_BYTES and not data.strip():
            raise UnreadableError("file_empty")
        encoding, separator, sheet = text.read(data, sheet_name(path))
        kind, sheets, notes = path.suffix.lower().lstrip("."), [sheet], []
    return {
        "format": kind, "encoding": encoding, "separator": separator, "notes": notes,
        "sheets": [sheet.packed() for sheet in sheets],
    }  # fmt: skip


def read(path: Path) -> dict[str, Any]:
    suffix = path.suffix.lower()
    result: dict[str, Any] = {"format": suffix.lstrip("."), "sha256": "", "problem": None}
    try:
        size = check_kind(path)
        limit_memory(size)
        with path.open("rb", buffering=0) as stream:  # a buffer would hold the file twice
            head = stream.read(HEAD_BYTES)
            if size > limits.READ_ANYWAY_BYTES:
                check_head(head, suffix)
            stream.seek(0)
            data = stream.readall()
        small = size <= limits.READ_ANYWAY_BYTES
        # A large file is only worth its hash once it is known to be readable.
        result["sha256"] = hashlib.sha256(data).hexdigest() if small else ""
        check_head(head, suffix)
        content = read_content(path, data)
        return result | content | {"sha256": result["sha256"] or hashlib.sha256(data).hexdigest()}
    except UnreadableError as error:
        return result | {"problem": (error.code, error.fields)}
    except PermissionError:
        return result | {"problem": ("file_denied", {})}
    except (OSError, MemoryError, RecursionError):
        return result | {"problem": ("file_stuck", {})}
    except BaseException as error:
        # A panic of calamine, on a workbook whose parts contradict one another: it has no class to import.
        if type(error).__name__ != "PanicException":
            raise
        return result | {"problem": ("book_damaged", {})}


def main() -> None:
    for path in json.load(sys.stdin):
        pickle.dump(read(Path(path)), sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
        sys.stdout.buffer.flush()
