"""What must hold of the files that a cleaning writes: where, read back, the same again, in any order."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.spreadsheets import differing, live_cells
from eit_analysis.intake.cleaning.wave import Cleaned
from eit_analysis.intake.sheets.ledger import FINDING
from eit_analysis.study import Study

CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")  # HTML standard, 13.2.3.5
_opened: list[str] = []
_watch = False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watch or not arguments or isinstance(arguments[0], int):  # a pipe that is already open
        return
    if event == "open" and arguments[2] is not None and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        _opened.append(str(arguments[0]))
    elif event in ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.chmod"):
        _opened.extend(os.fsdecode(part) for part in arguments[: 1 + (event == "os.rename")])


sys.addaudithook(_hook)


@contextlib.contextmanager
def writing() -> Iterator[list[str]]:
    """Every path that this process opens for writing, creates, renames or removes."""
    global _watch
    _opened.clear()
    _watch = True
    try:
        yield _opened
    finally:
        _watch = False


def outside(paths: list[str], folder: Path) -> list[str]:
    """Paths written that are neither in the folder, nor parents of it."""
    return [
        f"written outside: {path}"
        for path in sorted(set(paths))
        if path != os.devnull and not Path(path).is_relative_to(folder) and not folder.is_relative_to(path)
    ][:3]


def inventory(root: Path, but: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file below ``root``, those below ``but`` aside."""
    found = (path for path in root.rglob("*") if path.is_file() and not path.is_relative_to(but))
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


def read_back(study: Study, cleaned: Cleaned) -> list[str]:
    """Every file written is read again, and says the same as what was cleaned."""
    problems = []
    frames = dict(cleaned.tables)
    for name, frame in frames.items():
        if not study.load(name).equals(frame):
            problems.append(f"parquet: {name} reads back otherwise")
    for name in ("quarantine", "corrections", "implausible"):
        frames[name] = getattr(cleaned, name).drop(columns=FINDING)
    for name, frame in frames.items():
        data = (study.processed / f"{name}.csv").read_bytes()
        problems += [f"csv: {name}.{column} reads back otherwise" for column in differing(data, frame)]
        problems += [f"formula: {name} holds {cell!r}" for cell in live_cells(data)]
    json.loads((study.processed / "manifest.json").read_text(encoding="utf-8"))
    for path in (study.processed / "relances").glob("*.html"):
        page = path.read_text(encoding="utf-8")
        if found := CONTROL.search(page):
            problems.append(f"page: {path.name} holds {found[0]!r}, which HTML forbids")
    return problems[:5]


def digests(study: Study) -> dict[str, str]:
    found = [path for path in sorted(study.processed.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(study.processed)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
    }


def same_bytes(study: Study, again: Callable[[], object]) -> list[str]:
    first = digests(study)
    again()
    second = digests(study)
    return [
        f"bytes: {name} differs"
        for name in first.keys() | second.keys()
        if first.get(name) != second.get(name)
    ][:3]


def same_rows(one: Cleaned, other: Cleaned) -> list[str]:
    """The same rows whatever the names of the files, but for where they come from, rank, case and which
    of two descriptions of a site was kept."""

    def rows(cleaned: Cleaned, name: str) -> Counter[tuple[str, ...]]:
        frame = cleaned.tables[name]
        kept = (
            frame[["site_id"]]
            if name == "sites"
            else frame.drop(columns=[c for c in frame if c.startswith("source_") or c == "flow_id"])
        )
        return Counter(tuple(str(cell).casefold() for cell in row) for row in kept.itertuples(index=False))

    problems = []
    for name in one.tables:
        first, second = rows(one, name), rows(other, name)
        if first != second:
            problems.append(
                f"order: {name} {list((first - second).items())[:2]} {list((second - first).items())[:2]}"
            )
    return problems
