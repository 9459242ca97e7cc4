"""The answer sheets of a wave: one answer for each filled row, with the cell that it names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text, words_meaning
from eit_analysis.intake.cells.privacy import PRIVATE, without_person
from eit_analysis.intake.reading.sheet import repair
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.reader import read_table
from eit_analysis.intake.sheets.spec import Column, Layout, Meaning, Reading, TableSpec, find_layout
from eit_analysis.intake.sheets.workbook import RawFile, RawSheet

SHEET = "Relance"
LIKELY = "Lecture probable"
HEADERS = ("Fichier", "Feuille", "Ligne", "Colonne", "Valeur lue", LIKELY, "Question", "Réponse")
LINES = re.compile(r"[1-9][0-9]{0,6}(?:, ?[1-9][0-9]{0,6}){0,99}")
BY_LINE = re.compile(r"(?:lignes? )?([1-9][0-9]{0,6}) ?[:=] ?(.+)", re.I)  # « 12 : recyclage »
INSTEAD = re.compile(r"^\s*(?:(?:non|autre) ?[,:;] ?|non (?=[0-9<]))", re.I)  # « non, 12 t »
ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")  # what a workbook would read as one character
LONGEST = 1000  # characters of a cell shown and compared: a spreadsheet cell holds no more than 32,767

KEEP_WORDS = words_meaning("keep")  # what is written is right
AGREE_WORDS, DENY_WORDS = words_meaning("agree"), words_meaning("deny")  # what is proposed is right, or not
REMOVE_WORDS = words_meaning("remove")


@dataclass(frozen=True)
class Answer:
    """One filled row of an answer sheet, or one of the lines it names: its place, the cell, the answer.

    ``likely`` is what the fiche proposes for the cell.
    """

    source_file: str
    source_sheet: str
    source_row: int
    file: str
    sheet: str
    row: int | None
    column: str
    read: str
    answer: Any
    likely: str = ""

    @property
    def place(self) -> tuple[str, str, int]:
        return self.source_file, self.source_sheet, self.source_row

    @property
    def value(self) -> Any:
        """What the answer would put in the cell: « oui » stands for the likely reading, if any."""
        if not self.likely or not isinstance(self.answer, str):
            return self.answer
        return self.likely if _agrees(fold_words(self.answer)) else INSTEAD.sub("", self.answer, count=1)

    @property
    def outcome(self) -> tuple[str, str]:
        """``keep`` (the value is right), ``remove`` (the row is withdrawn) or ``set`` with the new text.

        « oui » keeps a value where nothing is proposed; « non » keeps it where something is.
        """
        text = as_read(self.value)
        words = fold_words(text)
        kept = words in KEEP_WORDS or text == self.read != PRIVATE
        if self.read:
            kept |= _agrees(words) or (bool(self.likely) and words in DENY_WORDS)
        if kept:
            return "keep", ""
        return ("remove", "") if words in REMOVE_WORDS else ("set", text)


def _agrees(words: str) -> bool:
    """« oui », « d'accord », and the one after the other."""
    first, _, rest = words.partition(" ")
    return words in AGREE_WORDS or (first in AGREE_WORDS and rest in AGREE_WORDS)


@dataclass(frozen=True)
class AnswerSheet:
    """Every row of one answer sheet: the answers, and the rows without one, with the reason."""

    file: str
    sheet: str
    header_row: int  # from 1
    answers: list[Answer]  # a row that answers for several lines is one answer for each
    ignored: list[tuple[int, str, str]]  # row from 1, its text, rule

    @property
    def rows_read(self) -> int:
        return len({answer.source_row for answer in self.answers}) + len(self.ignored)


def logged(cell: Any) -> str:
    """The text of a cell as logs may keep it: personal data is written nowhere."""
    return without_person(clean_text(cell))


def as_read(cell: Any) -> str:
    """The text of a cell as a *fiche de relance* shows it: what a workbook can hold and give back.

    A number shows its decimals after a comma and a date its day first, as a French spreadsheet does; personal
    data is not shown.
    """
    text = logged(cell)
    if isinstance(cell, dt.date):
        timed = isinstance(cell, dt.datetime) and cell.time() != dt.time()
        text = f"{cell:%d/%m/%Y %H:%M}" if timed else f"{cell:%d/%m/%Y}"
    if isinstance(cell, float):
        text = text.replace(".", ",")
    # Without what kept it from being one, the rest may be a text to repair.
    while (mended := repair(clean_text("".join(c for c in text if c.isprintable())))) != text:
        text = mended
    return ESCAPE.sub("?", text)[:LONGEST].rstrip()


def _lines(cell: Any) -> tuple[int | None, ...]:
    """The lines of a file that a row answers for."""
    text = clean_text(cell)
    return tuple(map(int, text.split(","))) if LINES.fullmatch(text) else (None,)


READERS: dict[str, Callable[[Any], Any]] = {
    "Fichier": str, "Feuille": str, "Ligne": _lines, "Colonne": clean_text, "Valeur lue": as_read,
    LIKELY: clean_text, "Réponse": lambda cell: cell,
}  # fmt: skip
KEYS = {header_key(header): Meaning(header) for header in READERS}


def _reading(read: Callable[[Any], Any], cell: Any) -> Reading:
    return Reading(read(cell))


ANSWERS = TableSpec(
    "answers",
    {name: Column(name, partial(_reading, read), expected=name != LIKELY) for name, read in READERS.items()},
    lambda text: KEYS.get(header_key(text)),
)


def find_header(sheet: RawSheet) -> Layout | None:
    """Where things are in an answer sheet; None for any other sheet."""
    layout = find_layout(ANSWERS, sheet.rows)
    return layout if layout and layout.whole else None


def read_answers(files: Iterable[RawFile]) -> list[AnswerSheet]:
    """The answer sheets of a wave, recognised by their headers whatever the names of file and sheet."""
    found = ((file.name, sheet, find_header(sheet)) for file in files for sheet in file.sheets)
    return [_answer_sheet(file, sheet, layout) for file, sheet, layout in found if layout]


def by_line(text: Any, rows: tuple[int | None, ...]) -> dict[int | None, Any]:
    """What a cell says of each of its lines: the same of all, or ``12 : recyclage ; 15 : réemploi``."""
    parts = [BY_LINE.fullmatch(clean_text(part)) for part in re.split(r"[;\r\n]+", str(text))]
    if len(rows) > 1 and all(part and int(part[1]) in rows for part in parts):
        return {int(part[1]): part[2] for part in parts if part}
    return dict.fromkeys(rows, text)


def _answers(file: str, sheet: str, number: int, *cells: Any) -> Iterator[Answer]:
    """One row of an answer sheet: an answer for each of the lines that it names."""
    named, tab, lines, column, read, likely, answer = cells
    given, proposed = by_line(answer, lines), by_line(likely, lines)
    for line in given:
        yield Answer(file, sheet, number, named, tab, line, column, read, given[line], proposed.get(line, ""))


def _answer_sheet(file: str, sheet: RawSheet, layout: Layout) -> AnswerSheet:
    cells, start = Rows.of(sheet.rows), layout.header_row
    filled = cells.filled()[cells.numbers].any(axis=1)
    given = cells.test(lambda cell: as_read(cell) != "")[cells.numbers[:, layout.columns["Réponse"]]]
    ledger = Ledger()
    batch = read_table(layout, cells, np.flatnonzero(given[start + 1 :]) + start + 1, ledger, 0)
    columns = [batch.rows.tolist(), *(batch.clean(header).tolist() for header in READERS)]
    rows = zip(*columns, strict=True)
    answers = [answer for row in rows for answer in _answers(file, sheet.name, *row)]
    ignored = []
    for index in np.flatnonzero(~given | (np.arange(len(cells)) < start)).tolist():
        rule = "ignored_title_row" if index < start else "ignored_blank_answer"
        if index != start:
            # The row of a blank answer only repeats the question and the cell.
            texts = [logged(cell) for cell in cells[index] if clean_text(cell)] if index < start else []
            ignored.append((index + 1, " | ".join(texts), rule if filled[index] else "ignored_blank_row"))
    return AnswerSheet(file, sheet.name, start + 1, answers, ignored)
