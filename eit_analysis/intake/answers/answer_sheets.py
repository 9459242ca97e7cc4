"""The answer sheets of a wave: one answer for each filled row, with the cell that it names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text, words_meaning
from eit_analysis.intake.cells.privacy import PRIVATE, without_person
from eit_analysis.intake.reading.mojibake import repair
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.reader import read_table
from eit_analysis.intake.sheets.spec import Column, Layout, Meaning, Reading, TableSpec, find_layout
from eit_analysis.intake.sheets.workbook import RawFile, RawSheet

SHEET = "Relance"
HEADERS = ("Fichier", "Feuille", "Ligne", "Colonne", "Valeur lue", "Question", "Réponse")
ROW = re.compile(r"[1-9][0-9]{0,6}")
ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")  # what a workbook would read as one character
LONGEST = 1000  # characters of a cell shown and compared: a spreadsheet cell holds no more than 32,767

KEEP_WORDS = words_meaning("keep")
REMOVE_WORDS = words_meaning("remove")


@dataclass(frozen=True)
class Answer:
    """One filled row of an answer sheet: its place, the cell it names, the answer."""

    source_file: str
    source_sheet: str
    source_row: int
    file: str
    sheet: str
    row: int | None
    column: str
    read: str
    answer: Any

    @property
    def place(self) -> tuple[str, str, int]:
        return self.source_file, self.source_sheet, self.source_row

    @property
    def outcome(self) -> tuple[str, str]:
        """``keep`` (the value is right), ``remove`` (the row is withdrawn) or ``set`` with the new text."""
        text = as_read(self.answer)
        if fold_words(text) in KEEP_WORDS or text == self.read != PRIVATE:
            return "keep", ""
        return ("remove", "") if fold_words(text) in REMOVE_WORDS else ("set", text)


@dataclass(frozen=True)
class AnswerSheet:
    """Every row of one answer sheet: the answers, and the rows without one, with the reason."""

    file: str
    sheet: str
    header_row: int  # from 1
    answers: list[Answer]
    ignored: list[tuple[int, str, str]]  # row from 1, its text, rule

    @property
    def rows_read(self) -> int:
        return len(self.answers) + len(self.ignored)


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


def _number(cell: Any) -> int | None:
    text = clean_text(cell)
    return int(text) if ROW.fullmatch(text) else None


READERS: dict[str, Callable[[Any], Any]] = {
    "Fichier": str, "Feuille": str, "Ligne": _number, "Colonne": clean_text, "Valeur lue": as_read,
    "Réponse": lambda cell: cell,
}  # fmt: skip
KEYS = {header_key(header): Meaning(header) for header in READERS}


def _reader(read: Callable[[Any], Any]) -> Callable[[Any], Reading]:
    return lambda cell: Reading(read(cell))


ANSWERS = TableSpec(
    "answers",
    {header: Column(header, _reader(read), expected=True) for header, read in READERS.items()},
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


def _answer_sheet(file: str, sheet: RawSheet, layout: Layout) -> AnswerSheet:
    cells, start = Rows.of(sheet.rows), layout.header_row
    filled = cells.test(lambda cell: clean_text(cell) != "")[cells.numbers].any(axis=1)
    given = cells.test(lambda cell: as_read(cell) != "")[cells.numbers[:, layout.columns["Réponse"]]]
    ledger = Ledger()
    batch = read_table(layout, cells, np.flatnonzero(given[start + 1 :]) + start + 1, ledger, 0)
    columns = [batch.rows.tolist(), *(batch.clean(header).tolist() for header in READERS)]
    answers = [Answer(file, sheet.name, *line) for line in zip(*columns, strict=True)]
    ignored = []
    for index in range(len(cells)):
        title = index < start and bool(filled[index])
        if index != start and (index < start or not given[index]):
            # The row of a blank answer only repeats the question and the cell.
            text = " | ".join(logged(cell) for cell in cells[index] if clean_text(cell)) if title else ""
            rule = (
                "ignored_title_row"
                if title
                else "ignored_blank_answer"
                if filled[index]
                else "ignored_blank_row"
            )
            ignored.append((index + 1, text, rule))
    return AnswerSheet(file, sheet.name, start + 1, answers, ignored)
