"""The published files of a folder as tables of texts, HTML, CSV, XLSX, exchange files; and the sentences."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from python_calamine import CalamineWorkbook

SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})
SENTENCES = {"p", "dd", "dt", "figcaption", "h1", "h2", "h3", "li", "summary"}


@dataclass
class Table:
    """One printed table: where, its title, its header cells, its rows of texts."""

    file: str
    title: str
    headers: list[str]
    rows: list[list[str]]


@dataclass
class Page:
    """What one file says: its tables, its sentences (kind of element, text), its drawings."""

    tables: list[Table] = field(default_factory=list)
    sentences: list[tuple[str, str]] = field(default_factory=list)
    drawings: list[str] = field(default_factory=list)


def plain(text: str) -> str:
    """One kind of space, one kind of apostrophe, no space at the ends."""
    return " ".join(text.translate(SPACES).split())


class _Reader(HTMLParser):
    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.file = Page(), file
        self.table: Table | None = None
        self.row: list[str] = []
        self.heads = 0  # header cells of a column in the row at hand
        self.open: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.table = Table(self.file, "", [], [])
        elif tag == "tr":
            self.row, self.heads = [], 0
        if tag in SENTENCES | {"td", "th", "caption", "style", "title", "desc"}:
            self.heads += tag == "th" and dict(attrs).get("scope") == "col"
            self.open.append((tag, []))

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1][1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1][0] == tag:
            text = plain("".join(self.open.pop()[1]))
            if tag in ("td", "th"):
                self.row.append(text)
            elif tag == "caption" and self.table:
                self.table.title = text
            elif tag in SENTENCES and text:
                self.page.sentences.append((tag, text))
            elif self.open and tag in SENTENCES:
                self.open[-1][1].append(text)
        if tag == "tr" and self.table and self.row:
            if self.heads == len(self.row):
                self.table.headers = self.row
            else:
                self.table.rows.append(self.row)
        elif tag == "table" and self.table:
            self.page.tables.append(self.table)
            self.table = None


def read_html(path: Path, root: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    parts = text.split("<svg")
    reader = _Reader(path.relative_to(root).as_posix())
    reader.feed(parts[0] + "".join(part.partition("</svg>")[2] for part in parts[1:]))
    reader.page.drawings = ["<svg" + part.partition("</svg>")[0] + "</svg>" for part in parts[1:]]
    return reader.page


def read_csv(path: Path, root: Path) -> Page:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))
    return _sheet(path.relative_to(root).as_posix(), "", rows)


def read_xlsx(path: Path, root: Path) -> Page:
    page, name = Page(), path.relative_to(root).as_posix()
    book = CalamineWorkbook.from_path(path)
    for sheet in book.sheet_names:
        cells = book.get_sheet_by_name(sheet).to_python()
        rows = [[_written(cell) for cell in row] for row in cells]
        # Titles and notes stand above and below a table: its header is the first row of two cells or more.
        titles = [sheet]
        while rows and sum(map(bool, rows[0])) < 2:
            titles += [text for text in rows.pop(0) if text]
        page.tables += _sheet(name, titles[1] if len(titles) > 1 else sheet, rows).tables
    return page


def _written(cell: object) -> str:
    return f"{cell:.10g}".replace(".", ",") if isinstance(cell, float | int) else plain(str(cell or ""))


def _sheet(name: str, title: str, rows: list[list[str]]) -> Page:
    rows = [[plain(cell) for cell in row] for row in rows if any(row)]
    if len(rows) < 2:
        return Page()
    width = len(rows[0])
    return Page([Table(name, title, rows[0], [row for row in rows[1:] if len(row) == width])])


def read_zip(path: Path, root: Path) -> Page:
    """The tables of an exchange file: codes, decimal points."""
    page, name = Page(), path.relative_to(root).as_posix()
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if member.endswith(".csv"):
                rows = csv.reader(io.StringIO(archive.read(member).decode()))
                texts = [[re.sub(r"(?<=\d)\.(?=\d)", ",", cell) for cell in row] for row in rows]
                page.tables += _sheet(f"{name}/{member}", member.removesuffix(".csv"), texts).tables
    return page


READERS = {".html": read_html, ".csv": read_csv, ".xlsx": read_xlsx, ".zip": read_zip}


def read_folder(folder: Path) -> Page:
    """Everything in an audience's folder, as one page."""
    every = Page()
    for path in sorted(folder.rglob("*")):
        if path.suffix in READERS and path.is_file():
            page = READERS[path.suffix](path, folder)
            every.tables += page.tables
            every.sentences += page.sentences
            every.drawings += page.drawings
    return every
