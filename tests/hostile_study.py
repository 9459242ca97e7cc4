"""The sample study with hostile texts wherever an answer, a vote, a register or a file holds free text.

``hostile_strings.txt`` is the list, a JSON text a line, where ``JS`` stands for a script that leaves its mark
in the title of the outermost page; the elements, attributes and requests of a text would be named ``pwned``.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Iterator
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

import xlsxwriter
from command import ROOT, SAMPLE
from python_calamine import CalamineWorkbook

MARK = "pwned"
SCRIPT = f"top.document.title='{MARK}'"
LINES = Path(__file__).with_name("hostile_strings.txt").read_text(encoding="utf-8").splitlines()
HOSTILE = [json.loads(line).replace("JS", SCRIPT) for line in LINES if line.startswith('"')]
# Columns of the form that take any text.
FREE = (
    "Raison sociale", "Désignation", "Prestataire", "Commentaire", "Objet", "Intitulé", "Compétence", "Item",
    "Fonction du répondant",
)  # fmt: skip
ACTORS = count(1)
STUDY = "vallee"
WAVE = "2018"


def turned(first: int) -> Iterator[str]:
    """All texts over and over, from one of them on."""
    return islice(cycle(HOSTILE), first % len(HOSTILE), None)


def hostile_project(folder: Path, notebooks: tuple[str, ...], turn: int = 0) -> Path:
    """A project with the last wave of the sample, its free texts replaced; ``turn`` sets which goes where."""
    raw = folder / "data" / "raw" / STUDY
    (raw / WAVE).mkdir(parents=True)
    (folder / "notebooks").mkdir()
    for name in notebooks:
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder / "notebooks")
    settings = (SAMPLE / "study.toml").read_text(encoding="utf-8")
    title, territory = (json.dumps(_plain(text)) for text in islice(turned(turn + 7), 2))
    settings = re.sub(r"(?m)^title = .*$", lambda _: f"title = {title}", settings)
    settings = re.sub(r"(?m)^territory = .*$", lambda _: f"territory = {territory}", settings)
    (raw / "study.toml").write_text(settings, encoding="utf-8")
    # Each column by a way of its own through the texts, so that firms and designations do not go together.
    texts = {name: turned(turn + 37 * rank) for rank, name in enumerate(FREE)}
    for path in sorted((SAMPLE / WAVE).iterdir()):
        _copy(path, raw / WAVE, texts)
    _write_names(raw / WAVE)
    _write_rows(raw / "votes.csv", _votes(turned(turn + 5)), ";")
    _write_rows(folder / "sirene.csv", _register(turned(turn + 11)), ",")
    return folder


def _plain(text: str) -> str:
    """What a text file can hold: one with a NUL, or bytes of no encoding, is refused whole."""
    return re.sub("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]", " ", text)


def _copy(path: Path, folder: Path, texts: dict[str, Iterator[str]]) -> None:
    if path.suffix == ".csv":
        rows = list(csv.reader(path.read_text(encoding="cp1252").splitlines(), delimiter=";"))
        _write_rows(folder / path.name, _replaced(rows, texts), ";")
    elif path.suffix == ".xlsx":
        read = CalamineWorkbook.from_path(path)
        sheets = {name: read.get_sheet_by_name(name).to_python() for name in read.sheet_names}
        with xlsxwriter.Workbook(
            folder / path.name, {"strings_to_urls": False, "strings_to_formulas": False}
        ) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for index, row in enumerate(_replaced(rows, texts)):
                    sheet.write_row(index, 0, [_escaped(cell) for cell in row])


def _escaped(cell: Any) -> Any:
    """Lone surrogates as XLSX writes them."""
    return (
        re.sub("[\ud800-\udfff]", lambda sign: f"_x{ord(sign[0]):X}_", cell)
        if isinstance(cell, str)
        else cell
    )


def _replaced(rows: list[list[Any]], texts: dict[str, Iterator[str]]) -> list[list[Any]]:
    header = next(rank for rank, row in enumerate(rows) if "Identifiant" in str(row[0]))
    free = [(column, texts[name]) for column, name in enumerate(rows[header]) if name in texts]
    quantity = next((column for column, name in enumerate(rows[header]) if name == "Quantité"), None)
    for rank, row in enumerate(rows[header + 1 :]):
        if any(cell != "" for cell in row[1:]):
            for column, following in free:
                # Who is named on a page must be known: no other text is a name.
                own = f" n°{next(ACTORS)}" if rows[header][column] == "Raison sociale" else ""
                row[column] = next(following) + own
            if quantity is not None and rank == 1:
                row[quantity] = next(texts["Désignation"])  # to be put aside, and asked about
    return rows


def _write_rows(path: Path, rows: list[list[Any]], separator: str) -> None:
    # Lone surrogates are bytes of no UTF-8.
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
        csv.writer(stream, delimiter=separator).writerows(rows)


def _votes(texts: Iterator[str]) -> list[list[Any]]:
    with (SAMPLE / "votes.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=";")
    names: dict[str, str] = {}
    for row in rows:
        row[0] = names.setdefault(row[0], _plain(next(texts)))
    return [header, *rows]


def _register(texts: Iterator[str]) -> list[list[Any]]:
    with (SAMPLE / "sirene_fictif.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    for row in rows:
        row[1] = _plain(next(texts))
    return [header, *rows]


def _write_names(folder: Path) -> None:
    """Files and sheets with hostile names, of which nothing can be read."""
    for text in HOSTILE[::3]:
        name = os.fsencode(re.sub("[/\x00\ud800-\udfff]", "_", text))[:200] + b".csv"
        (folder / os.fsdecode(name)).write_text("a;b\n1;2\n", encoding="utf-8")
    with xlsxwriter.Workbook(folder / "feuilles.xlsx") as book:
        for rank, text in enumerate(HOSTILE):
            name = re.sub(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]", "_", text)[:13].strip("'")
            book.add_worksheet(f"{rank} {name}").write_string(0, 0, _plain(text))
