"""The files of a wave, edited at random, in a study of its own; cleaning it, and its *fiches* answered."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType

from python_calamine import CalamineWorkbook

from benchmarks import fuzz_bytes as damage
from benchmarks import fuzz_checks as checks
from benchmarks import fuzz_edits as edits
from benchmarks import fuzz_files as files
from benchmarks import fuzz_written as output
from benchmarks.fuzz_files import Book
from benchmarks.fuzz_recount import Rows, filled
from eit_analysis import cli
from eit_analysis.errors import InputError
from eit_analysis.intake.answers.answer_sheets import HEADERS, SHEET
from eit_analysis.intake.cleaning.wave import Cleaned, clean_wave
from eit_analysis.intake.results import write_cleaned
from eit_analysis.study import Study, open_study

SITES = 12  # of a wave
SECONDS = 90  # for a cleaning, a hundred times what it takes
GRID_EDITS = {"cells": edits.edit_cells, "column": edits.edit_column, "rows": edits.edit_rows,
              "headers": edits.edit_headers, "sheets": edits.edit_sheets}  # fmt: skip
KINDS = ("none", "cells", "cells", "column", "rows", "rows", "headers", "sheets", "several", "bytes", "bytes",
         "zip", "zip", "zip", "text", "text", "name")  # fmt: skip
ANSWERS = ("", "confirmé", "supprimer", "NC", "12,5", "12,5 t/an", 12.5, "t", "an", "Thann", "nominative")


@dataclass(frozen=True)
class Made:
    """A file to write: path in the wave's folder, bytes, how it was edited, its filled rows where known."""

    name: str
    data: bytes
    kind: str
    rows: Rows | None = None


def make(random: Random, number: int) -> Made:
    """One file of the wave, edited in one of the ways of ``KINDS``."""
    kind = random.choice(KINDS)
    book = files.firm(random, f"E{number % SITES:03d}")
    if kind == "several":
        for edit in random.choices(list(GRID_EDITS.values()), k=3):
            edit(random, book)
    elif kind in GRID_EDITS:
        GRID_EDITS[kind](random, book)
    name = f"{number:03d}_questionnaire"
    if kind == "text" or (kind != "zip" and random.random() < 0.25):
        sheet = random.choice(list(book))
        encoding, separator = random.choice(files.ENCODINGS), random.choice(";;,\t|")
        data, suffix = (
            files.text(book[sheet], encoding, separator, random.choice(("\r\n", "\n", "\r"))),
            "csv",
        )
        name = f"{number:03d}_{sheet}".replace("/", " ").replace("\0", " ")
        book = {}  # encoding and quotes decide what its rows are: counted from its bytes
        if kind == "text":
            data = damage.edit_text(random, data, separator)
    else:
        suffix, data = workbook(random, book, kind)
    if kind == "zip":
        data = damage.edit_zip(random, data)
    if kind == "bytes":
        data = damage.edit_bytes(random, data)
    name = f"{name}.{suffix}"
    if kind == "name":
        name = edits.edit_name(random, name)
    known = book and kind not in ("zip", "bytes")
    return Made(name, data, kind, filled(book) if known else None)


def workbook(random: Random, book: Book, kind: str) -> tuple[str, bytes]:
    """The suffix and bytes of a workbook of any format."""
    formats = (
        ("xlsx", "xlsx", "ods", "blank") if kind == "zip" else ("xlsx", "xlsx", "xlsx", "xls", "ods", "blank")
    )
    chosen = random.choice(formats)
    if chosen == "blank" and kind in ("none", "zip", "bytes", "name"):
        return "xlsx", files.filled_blank(book)
    if chosen in ("xls", "ods"):
        return chosen, getattr(files, chosen)(book)
    hidden = frozenset(random.sample(list(book), k=random.choice((0, 0, 1))))
    merged = kind not in ("none", "name") and random.random() < 0.1
    return "xlsx", files.xlsx(book, hidden, merged)


def plan(random: Random, count: int) -> list[Made]:
    """The files of a wave; the sites are described once more in a file of their own, which is good."""
    rows = [files.sheet(random, "sites", f"E{number:03d}") for number in range(SITES)]
    sites = files.text([rows[0][0], *(sheet[1] for sheet in rows)])
    return [Made("000_Entreprise.csv", sites, "none"), *(make(random, number) for number in range(1, count))]


def answered(random: Random, study: Study, number: int) -> list[Made]:
    """Some *fiches* of the last cleaning with random answers, and now and then a random edit."""
    made = []
    for path in sorted((study.processed / "relances").glob("*.xlsx")):
        rows = CalamineWorkbook.from_path(path).get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
        if len(rows) < 2 or random.random() < 0.4:
            continue
        for row in rows[1:]:
            read = row[HEADERS.index("Valeur lue")]
            row[-1] = random.choice((*ANSWERS, read, random.choice(edits.CELLS)))
        book: Book = {SHEET: rows}
        if random.random() < 0.3:
            random.choice((edits.edit_cells, edits.edit_rows, edits.edit_headers))(random, book)
        kind = random.choice(("xlsx", "ods", "xls", "csv"))
        data = files.text(book[SHEET]) if kind == "csv" else getattr(files, kind)(book)
        known = None if kind == "csv" else filled(book)
        made.append(Made(f"{number:03d}_{path.stem}_{SHEET}.{kind}", data, "answers", known))
        number += 1
    return made


def new_study(root: Path) -> Study:
    raw = root / "data" / "raw" / "essai"
    (raw / "2018").mkdir(parents=True)
    (raw / "study.toml").write_text('title = "Essai"\nterritory = "Vallée"\n', encoding="utf-8")
    return open_study("essai", root=root)


def write(study: Study, made: list[Made]) -> dict[str, Made]:
    """The files on the disk, by the name that cleaning gives them."""
    written = {}
    for file in made:
        path = study.raw / file.name.replace("\0", "_")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        name = os.fsencode(path.relative_to(study.raw).as_posix()).decode("utf-8", "backslashreplace")
        written[name] = file
    return written


@contextlib.contextmanager
def at_most(seconds: int) -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def clean(
    study: Study, written: dict[str, Made], may_be_empty: bool = False
) -> tuple[Cleaned | None, list[str]]:
    """One cleaning, written, and what is wrong with it."""
    before = output.inventory(study.root, study.processed)
    with output.writing() as paths, at_most(SECONDS), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            cleaned = clean_wave(study)
            write_cleaned(study, cleaned)
        except InputError as error:
            return None, [] if may_be_empty and "\n" not in str(error) else [f"nothing usable: {error}"]
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = [f for f in traceback.extract_tb(error.__traceback__) if "eit_analysis" in f.filename][
                -1:
            ]
            places = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in (last, *where))
            return None, [f"{type(error).__name__}: {str(error)[:200]} at {places}"]
    problems = output.outside(paths, study.processed)
    if output.inventory(study.root, study.processed) != before:
        problems.append("the files of the wave, or others, were changed")
    problems += checks.partition(cleaned) + checks.reader_errors(cleaned, study.raw)
    problems += checks.recount(cleaned, study.raw, {name: made.rows for name, made in written.items()})
    problems += checks.contract(cleaned) + checks.personal(cleaned) + output.read_back(study, cleaned)
    return cleaned, problems


def command(study: Study) -> None:
    """The same through ``eit clean``."""
    printed = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with (
        contextlib.chdir(study.root),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        code = cli.main(["clean", study.name])
    if code:
        raise AssertionError(f"eit clean gave {code}")
