"""Survey files of a folder to raw sheets, whatever the files hold: one bad file never stops the others."""

from __future__ import annotations

import hashlib
import json
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

SUFFIXES = {".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".txt"}
HIDDEN = re.compile(r"(?:^|/)(?:\.|~\$)")
SECONDS_PER_FILE = 60.0
DIED = (
    "le fichier est trop volumineux ou contient une cellule isolée très loin du tableau, "
    "effacez les lignes et colonnes inutiles puis enregistrez-le à nouveau"
)
LATE = "la lecture du fichier est trop longue, demandez un classeur ne contenant que le questionnaire"


@dataclass(frozen=True)
class RawSheet:
    """Cells of one sheet, rows counted from the first line of the file, ``""`` where blank."""

    name: str
    rows: list[list[Any]]


@dataclass(frozen=True)
class RawFile:
    """One input file.

    Attributes
    ----------
    name : str
        Path relative to the folder read, with ``/``.
    sha256 : str
        Of the whole file, empty where there is no file to read (a folder).
    format, encoding, separator : str or None
        How the file was read; encoding and separator only for text files.
    problem : str or None
        Why the file could not be read (French), else None.
    """

    name: str
    sha256: str
    format: str
    encoding: str | None
    separator: str | None
    problem: str | None
    sheets: list[RawSheet] = field(default_factory=list)


def survey_files(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files of a wave in stable order: those to read, and those that are left alone.

    Lock files of office suites (``~$E07.xlsx``, ``.~lock.E07.ods#``) and hidden files belong to neither.
    """
    found = sorted(
        (p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES or p.is_file()),
        key=lambda p: p.relative_to(folder).as_posix(),
    )
    visible = [p for p in found if not HIDDEN.search(p.relative_to(folder).as_posix())]
    read = [p for p in visible if p.suffix.lower() in SUFFIXES]
    return read, [p for p in visible if p.suffix.lower() not in SUFFIXES]


def read_files(
    paths: list[Path], folder: Path, seconds: float = SECONDS_PER_FILE
) -> Generator[RawFile, None, None]:
    """Read files one after the other in a memory-capped and time-capped child process.

    Parameters
    ----------
    paths : list of pathlib.Path
        Files to read; one result per path, in the same order.
    folder : pathlib.Path
        Names in the result are relative to it.
    seconds : float
        Time limit per file.
    """
    waiting = list(paths)
    while waiting:
        child = subprocess.Popen(
            # By its path and with -P: it imports nothing of ours, and nothing lying in the current folder.
            [sys.executable, "-P", str(Path(__file__).with_name("reader.py"))],
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
                path = waiting.pop(0)
                yield _raw_file(path, path.relative_to(folder), answer)
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
        return {"died": True, "problem": LATE if time.monotonic() - start >= seconds else DIED}
    finally:
        timer.cancel()


def _raw_file(path: Path, name: Path, answer: dict[str, Any]) -> RawFile:
    return RawFile(
        name=name.as_posix(),
        sha256=answer.get("sha256") or _sha256(path),
        format=answer.get("format", name.suffix.lower().lstrip(".")),
        encoding=answer.get("encoding"),
        separator=answer.get("separator"),
        problem=answer.get("problem"),
        sheets=[RawSheet(sheet, _trimmed(rows)) for sheet, rows in answer.get("sheets", [])],
    )


def _sha256(path: Path) -> str:
    """For a file that was refused before being read, or that killed its reader."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    last = len(rows)
    while last and not any(cell is not None and str(cell).strip() for cell in rows[last - 1]):
        last -= 1
    return rows[:last]
