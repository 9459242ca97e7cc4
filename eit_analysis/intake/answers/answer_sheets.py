"""The answer sheets of a wave: one answer for each filled row, with the cell that it names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.parsing import clean_text, words_meaning
from eit_analysis.intake.reading.mojibake import repair
from eit_analysis.intake.sheets.headers import ROWS_SEARCHED, header_key
from eit_analysis.intake.sheets.personal import PRIVATE, without_person
from eit_analysis.intake.sheets.workbook import RawFile, RawSheet

SHEET = "Relance"
LIKELY = "Lecture probable"
HEADERS = ("Fichier", "Feuille", "Ligne", "Colonne", "Valeur lue", LIKELY, "Question", "Réponse")
NEEDED = tuple(header for header in HEADERS if header not in (LIKELY, "Question"))
ROWS = re.compile(r"[1-9][0-9]{0,6}(?:, ?[1-9][0-9]{0,6}){0,99}")
BY_LINE = re.compile(r"(?:lignes? )?([1-9][0-9]{0,6}) ?[:=] ?(.+)", re.I)  # « 12 : recyclage »
INSTEAD = re.compile(r"(?:non|autre) ?[,:;] ?|non (?=[0-9<])", re.I)  # « non, 12 t », « autre : 12 t »
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
        kept |= (bool(self.read) and _agrees(words)) or (bool(self.likely) and words in DENY_WORDS)
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


def find_header(sheet: RawSheet) -> tuple[int, dict[str, int]] | None:
    """Header row (from 0) and cell index by header of an answer sheet; None for any other sheet."""
    for index, row in enumerate(sheet.rows[:ROWS_SEARCHED]):
        keys = [header_key(clean_text(cell)) for cell in row]
        if all(header_key(header) in keys for header in NEEDED):
            known = [header for header in HEADERS if header_key(header) in keys]
            return index, {header: keys.index(header_key(header)) for header in known}
    return None


def read_answers(files: Iterable[RawFile]) -> list[AnswerSheet]:
    """The answer sheets of a wave, recognised by their headers whatever the names of file and sheet."""
    found = ((file.name, sheet, find_header(sheet)) for file in files for sheet in file.sheets)
    return [_answer_sheet(file, sheet, *header) for file, sheet, header in found if header]


def by_line(text: Any, rows: list[int | None]) -> dict[int | None, Any]:
    """What a cell says of each of its lines: the same of all, or ``12 : recyclage ; 15 : réemploi``."""
    parts = [BY_LINE.fullmatch(clean_text(part)) for part in re.split(r"[;\r\n]+", str(text))]
    if len(rows) > 1 and all(part and int(part[1]) in rows for part in parts):
        return {int(part[1]): part[2] for part in parts if part}
    return dict.fromkeys(rows, text)


def _answer_sheet(file: str, sheet: RawSheet, header_row: int, columns: dict[str, int]) -> AnswerSheet:
    answers, ignored = [], []
    for index, row in enumerate(sheet.rows):
        if index == header_row:
            continue
        filled = [text for text in map(clean_text, row) if text]
        cells = {header: row[i] if i < len(row) else "" for header, i in columns.items()}
        rule = (
            "ignored_blank_row" if not filled
            else "ignored_title_row" if index < header_row
            else "ignored_blank_answer" if not as_read(cells["Réponse"])
            else ""
        )  # fmt: skip
        if rule:
            # The row of a blank answer only repeats the question and the cell.
            title = " | ".join(map(logged, filled)) if rule == "ignored_title_row" else ""
            ignored.append((index + 1, title, rule))
            continue
        number = clean_text(cells["Ligne"])
        rows: list[int | None] = [*map(int, number.split(","))] if ROWS.fullmatch(number) else [None]
        given = by_line(cells["Réponse"], rows)
        likely = by_line(clean_text(cells.get(LIKELY, "")), rows)
        answers += [
            Answer(
                file, sheet.name, index + 1, str(cells["Fichier"]), str(cells["Feuille"]), row,
                clean_text(cells["Colonne"]), as_read(cells["Valeur lue"]), given[row], likely.get(row, ""),
            )
            for row in given
        ]  # fmt: skip
    return AnswerSheet(file, sheet.name, header_row + 1, answers, ignored)
