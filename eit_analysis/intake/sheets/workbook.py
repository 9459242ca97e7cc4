"""Survey files of a folder to raw sheets, whatever the files hold: one bad file never stops the others."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np

from eit_analysis.errors import InputError
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.reading import simple_csv
from eit_analysis.reference.findings import Finding, finding

SUFFIXES = {".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".txt"}
HIDDEN = re.compile(r"(?:^|/)(?:\.|~\$|Thumbs\.db$|desktop\.ini$)")
SECONDS_PER_FILE = 60.0
READERS = 2  # each reads on while the other is heard
LARGEST = 100 << 20  # bytes that are hashed for a file that killed its reader
# Our own folder goes last on the path; -P keeps the current one off it, so no file lying there is imported.
START = "import sys; sys.path.append(sys.argv[1]); from eit_analysis.intake.reading.child import main; main()"
SILENT_SHEETS = {"Mode d'emploi", "Listes"}  # the questionnaire's own, known not to hold answers
PART = " › "  # between the name of a sheet and that of one of its tables
ROOT = Path(__file__).resolve().parents[3]

Note = tuple[int | None, str, str, str]  # row (from 1) or None, raw text, clean text, rule


def own_name(sheet: str) -> str:
    """The name that its file gives a sheet, of which this may be one table."""
    return sheet.partition(PART)[0]


@dataclass(frozen=True)
class RawSheet:
    """Cells of one sheet, rows counted from the first line of the file, ``""`` where blank.

    Text, float or int, date, time or datetime; all rows equally long. In a text file a row is a record: a
    line break between quotes does not start one. A merged text is in each of its rows.
    """

    name: str
    rows: Sequence[list[Any]]
    notes: list[Note] = field(default_factory=list)  #: what the reader corrected or noticed
    numbers: Sequence[int] = ()  #: of the rows in the file, where these are only some of its rows
    left_out: int = 0  #: the others


@dataclass(frozen=True)
class RawFile:
    """One input file."""

    name: str  #: path relative to the folder read, with ``/``
    sha256: str  #: empty where there is nothing to read (a folder, a device, a file far too large)
    format: str
    encoding: str | None  #: of text files
    separator: str | None
    refusal: Finding | None  #: why the file could not be read
    sheets: list[RawSheet] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)  #: what concerns the whole file: macros, 1904 dates

    @property
    def problem(self) -> str | None:
        """`refusal` in French, without final stop."""
        return self.refusal.message if self.refusal else None


def survey_files(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files of a wave in stable order: those to read, and those that are left alone.

    Lock files of office suites (``~$E07.xlsx``, ``.~lock.E07.ods#``), hidden files and those that Windows
    leaves in a folder belong to neither.
    """
    found = sorted(
        (p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES or p.is_file()),
        key=lambda p: p.relative_to(folder).as_posix(),
    )
    visible = [p for p in found if not HIDDEN.search(p.relative_to(folder).as_posix())]
    read = [p for p in visible if p.suffix.lower() in SUFFIXES]
    return read, [p for p in visible if p.suffix.lower() not in SUFFIXES]


def read_file(path: Path) -> RawFile:
    """One file alone.

    Raises
    ------
    InputError
        When it is not there, or cannot be read.
    """
    if not path.exists():
        raise InputError("ce fichier n'existe pas, vérifiez son chemin", file=path.name)
    raw = next(read_files([path], path.parent))
    if raw.problem:
        raise InputError(raw.problem, file=path.name)
    return raw


def read_files(
    paths: list[Path], folder: Path, seconds: float = SECONDS_PER_FILE
) -> Generator[RawFile, None, None]:
    """Read files: plain text at once, the others in turn in memory-capped and time-capped child processes.

    One result per path, in the same order, its name relative to ``folder``; ``seconds`` limits each file.
    """
    at_once = {path: answer for path in paths if (answer := simple_csv.read(path))}
    left = [path for path in paths if path not in at_once]
    with ExitStack() as stack:
        readers = [
            stack.enter_context(closing(_read_by_child(left[first::READERS], seconds)))
            for first in range(READERS)
        ]
        turns = cycle(readers)
        for path in paths:
            answer = at_once.pop(path) if path in at_once else next(next(turns))
            yield _raw_file(path, path.relative_to(folder), answer)


def _read_by_child(paths: list[Path], seconds: float) -> Generator[dict[str, Any], None, None]:
    """Answers of the child process for each path; a fresh child follows one that dies."""
    waiting = list(paths)
    while waiting:
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", START, str(ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert child.stdin is not None
            child.stdin.write(json.dumps([str(path) for path in waiting]).encode())
            child.stdin.close()
            while waiting:
                answer = _answer(child, seconds)
                waiting.pop(0)
                yield answer
                if "died" in answer:
                    break  # the next turn of the outer loop starts a fresh child on the remaining files
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def _answer(child: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
    start = time.monotonic()
    timer = Timer(seconds, child.kill)
    timer.start()
    try:
        return pickle.load(child.stdout)  # type: ignore[arg-type]
    except (EOFError, pickle.UnpicklingError):
        late = time.monotonic() - start >= seconds
        return {"died": True, "problem": ("file_slow" if late else "file_sparse", {})}
    finally:
        timer.cancel()


def _raw_file(path: Path, name: Path, answer: dict[str, Any]) -> RawFile:
    code, fields = answer.get("problem") or ("", {})
    return RawFile(
        # A name that is no UTF-8 keeps its bytes visible, as \\xe9: it has to be printed and written.
        name=os.fsencode(name.as_posix()).decode("utf-8", "backslashreplace"),
        sha256=answer["sha256"] if "sha256" in answer else _sha256(path),
        format=answer.get("format", name.suffix.lower().lstrip(".")),
        encoding=answer.get("encoding"),
        separator=answer.get("separator"),
        refusal=finding(code, **fields) if code else None,
        sheets=[_raw_sheet(sheet) for sheet in answer.get("sheets", [])],
        notes=answer.get("notes", []),
    )


def _raw_sheet(packed: dict[str, Any]) -> RawSheet:
    """Rows of a sheet from its distinct values, which of them each cell holds, and the width of each row."""
    if "numbers" in packed:  # all rows equally long
        return RawSheet(packed["name"], Rows(packed["values"], packed["numbers"]), packed["notes"])
    cells, widths = (np.frombuffer(packed[part], dtype=np.uintc) for part in ("cells", "widths"))
    rows = Rows.packed(packed["values"], cells, widths)
    return RawSheet(packed["name"], rows, packed["notes"])


def _sha256(path: Path) -> str:
    """For a file that killed its reader."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
