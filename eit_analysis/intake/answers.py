"""Filled answer sheets back into the raw cells they speak of, before cleaning, each with its trace.

An answer counts when its cell exists and still reads as the sheet says; it then replaces the raw cell, so
that every rule of cleaning applies to it. Rounds chain: what a first answer wrote, a second may correct.
Nothing depends on the order of the files or of their rows. Accounts hold for every answer sheet as for any
other: rows_read = applied (clean) + quarantined + merged + ignored.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eit_analysis.codes import ENTRY_COLUMNS
from eit_analysis.intake.answer_sheets import Answer, AnswerSheet, as_read, logged
from eit_analysis.intake.answer_sheets import read_answers as read_answers
from eit_analysis.intake.headers import header_key
from eit_analysis.intake.ledger import SheetAccount
from eit_analysis.intake.parsing import clean_text, parse_number
from eit_analysis.intake.periods import split_unit

QUANTITY, UNIT, PERIOD = (ENTRY_COLUMNS[name][0] for name in ("quantity", "unit", "period"))
REFUSALS = {
    "answer_without_cell": "cette réponse ne désigne aucune cellule lue\u00a0; gardez fichier, feuille, "
    "ligne et colonne comme la fiche de relance les écrit",
    "answer_out_of_date": "la cellule ne contient plus la valeur que cite cette réponse\u00a0; répondez sur "
    "la dernière fiche de relance",
    "answer_conflict": "d'autres réponses disent autre chose de la même cellule\u00a0; gardez la bonne",
}

Place = tuple[str, str]  # file, sheet
Row = tuple[str, str, int]  # file, sheet, row from 1
Cell = tuple[str, str, int, str]  # file, sheet, row from 1, French header
Said = frozenset[tuple[str, str]]  # French header, text of each filled cell of a row
Line = tuple[str, str, int, str, str, str, str]  # of corrections.csv or quarantine.csv


@dataclass(frozen=True)
class Grid:
    """A raw data sheet as cleaning sees it.

    Attributes
    ----------
    rows : sequence of list
        Raw cells, from the first line of the sheet.
    header_row : int
        Index of the header row, from 0.
    columns : mapping of str to int
        Cell index of each French header of the contract.
    """

    rows: Sequence[list[Any]]
    header_row: int
    columns: Mapping[str, int]


@dataclass
class Applied:
    """What the answers of a wave did.

    Attributes
    ----------
    rows : dict of (file, sheet) to list of rows
        The sheets that changed, in full; the given ones are left as they were.
    confirmed : set of (file, sheet, row, column)
        Cells that the firm says are right: the marks on them are to be lifted.
    removed : set of (file, sheet, row)
        Rows that the firm withdraws, to be ignored by the rule ``removed_by_firm``.
    accounts : dict of str to list of SheetAccount
        By answer file.
    corrections, quarantine : list of tuple
        Lines of ``corrections.csv`` and ``quarantine.csv``, in the order of their columns.
    """

    rows: dict[Place, list[list[Any]]] = field(default_factory=dict)
    confirmed: set[Cell] = field(default_factory=set)
    removed: set[Row] = field(default_factory=set)
    accounts: dict[str, list[SheetAccount]] = field(default_factory=dict)
    corrections: list[Line] = field(default_factory=list)
    quarantine: list[Line] = field(default_factory=list)

    def account(self, answer: Answer) -> SheetAccount:
        return next(a for a in self.accounts[answer.source_file] if a.sheet == answer.source_sheet)

    def write(self, answer: Answer, target: str, rule: str) -> None:
        self.corrections.append((*answer.place, "Réponse", logged(answer.answer), target, rule))

    def refuse(self, answer: Answer, code: str) -> None:
        self.account(answer).rows_quarantined += 1
        raw = logged(answer.answer)
        self.quarantine.append((*answer.place, "Réponse", raw, code, REFUSALS[code]))

    def put(self, place: Place, grid: Grid, row: int, index: int, value: Any) -> None:
        rows = self.rows.setdefault(place, [list(old) for old in grid.rows])
        rows[row - 1] += [""] * (index + 1 - len(rows[row - 1]))
        rows[row - 1][index] = value


def apply(sheets: Iterable[AnswerSheet], grids: Mapping[Place, Grid]) -> Applied:
    """Put every usable answer into its cell.

    Parameters
    ----------
    sheets : iterable of AnswerSheet
        From :func:`read_answers`.
    grids : mapping of (file, sheet) to Grid
        The data sheets of the wave.
    """
    applied = Applied()
    by_cell: dict[Cell, list[Answer]] = {}
    known = _by_name(grids)
    for sheet in sorted(sheets, key=lambda s: (s.file, s.sheet)):
        account = SheetAccount(sheet.sheet, "answers", sheet.header_row, sheet.rows_read)
        account.rows_ignored = len(sheet.ignored)
        applied.accounts.setdefault(sheet.file, []).append(account)
        for row, text, rule in sheet.ignored:
            applied.corrections.append((sheet.file, sheet.sheet, row, "", text, "", rule))
        for answer in sheet.answers:
            place = _place(answer, known)
            cell = _cell(answer, place, grids[place]) if place else None
            if cell is None:
                applied.refuse(answer, "answer_without_cell")
            else:
                by_cell.setdefault(cell, []).append(answer)
    for cell in sorted(by_cell):
        _settle(applied, cell, sorted(by_cell[cell], key=lambda answer: answer.place), grids[cell[:2]])
    _answer_repeated_rows(applied, {cell[:3] for cell in by_cell}, grids)
    return applied


def _by_name(grids: Iterable[Place]) -> dict[Place, list[Place]]:
    """The data sheets by their names without Unicode form or outer spaces, which copying files changes."""
    known: dict[Place, list[Place]] = {}
    for place in grids:
        known.setdefault(_name(place), []).append(place)
    return known


def _name(place: Place) -> Place:
    file, sheet = (unicodedata.normalize("NFC", clean_text(text)) for text in place)
    return file, sheet


def _place(answer: Answer, known: Mapping[Place, list[Place]]) -> Place | None:
    asked = (answer.file, answer.sheet)
    places = known.get(_name(asked), [])
    if asked in places:  # « Flux » and « Flux » with a space may live side by side in one workbook
        return asked
    return places[0] if len(places) == 1 else None


def _cell(answer: Answer, place: Place, grid: Grid) -> Cell | None:
    header = next((h for h in grid.columns if header_key(h) == header_key(answer.column)), None)
    if header is None or answer.row is None or answer.row == grid.header_row + 1:
        return None
    return (*place, answer.row, header) if answer.row <= len(grid.rows) else None


def _settle(applied: Applied, cell: Cell, answers: list[Answer], grid: Grid) -> None:
    """Follow the answers of one cell from what it reads now; each is used at most once."""
    file, sheet, row, column = cell
    values, index = grid.rows[row - 1], grid.columns[column]
    raw = values[index] if index < len(values) else ""
    while now := [answer for answer in answers if answer.read == as_read(raw)]:
        answers = [answer for answer in answers if answer not in now]
        if len({answer.outcome for answer in now}) > 1:
            for answer in now:
                applied.refuse(answer, "answer_conflict")
            break
        first, *repeated = now
        target = f"= {file}, {sheet}, ligne {row}, colonne {column}"
        applied.account(first).rows_clean += 1
        applied.write(first, target, "answer_applied")
        for answer in repeated:
            applied.account(answer).rows_merged += 1
            applied.write(answer, target, "merged_repeated_answer")
        what, _ = first.outcome
        if what == "remove":
            applied.removed.add((file, sheet, row))
            continue
        old, raw = logged(raw), first.answer if what == "set" else raw
        rule = "answered_by_firm" if what == "set" else "confirmed_by_firm"
        applied.corrections.append((*cell, old, logged(raw), rule))
        if what == "keep":
            applied.confirmed.add(cell)
        else:
            applied.confirmed.discard(cell)
            applied.put((file, sheet), grid, row, index, raw)
            _blank_unit(applied, cell, grid, raw)
    for answer in answers:
        applied.refuse(answer, "answer_out_of_date")


def _blank_unit(applied: Applied, cell: Cell, grid: Grid, answer: Any) -> None:
    """A quantity answered with its unit (``12,5 t/an``) stands for the unit and period cells beside it."""
    file, sheet, row, column = cell
    suffix = parse_number(answer).suffix if column == QUANTITY else ""
    if not suffix:
        return
    for beside in (UNIT, PERIOD) if split_unit(suffix)[1] else (UNIT,):
        index, values = grid.columns.get(beside), grid.rows[row - 1]
        if index is not None and index < len(values) and as_read(values[index]):
            old = logged(values[index])
            applied.corrections.append((file, sheet, row, beside, old, "", "answered_by_firm"))
            applied.put((file, sheet), grid, row, index, "")


def _answer_repeated_rows(applied: Applied, answered: set[Row], grids: Mapping[Place, Grid]) -> None:
    """What is answered of a row holds for those that repeat it, of which the fiche asks nothing.

    Cleaning merges them; an answer in one alone would part them, and their mass would count twice.
    """
    changed: dict[Said, dict[str, Any]] = {}
    for file, sheet, row in sorted(answered):
        if rows := applied.rows.get((file, sheet)):
            grid = grids[file, sheet]
            new = {
                header: cell
                for header, cell in _cells(grid, rows[row - 1]).items()
                if clean_text(cell) != clean_text(_cells(grid, grid.rows[row - 1]).get(header, ""))
            }
            if new:
                changed.setdefault(_said(grid, grid.rows[row - 1]), new)
    for place, grid in grids.items() if changed else ():
        for row, values in enumerate(grid.rows[grid.header_row + 1 :], start=grid.header_row + 2):
            if (*place, row) in answered:
                continue
            for header, cell in changed.get(_said(grid, values), {}).items():
                if header in grid.columns:
                    old = logged(_cells(grid, values).get(header, ""))
                    applied.corrections.append((*place, row, header, old, logged(cell), "answered_by_firm"))
                    applied.put(place, grid, row, grid.columns[header], cell)


def _cells(grid: Grid, values: Sequence[Any]) -> dict[str, Any]:
    return {header: values[index] for header, index in grid.columns.items() if index < len(values)}


def _said(grid: Grid, values: Sequence[Any]) -> Said:
    """What a row says, as cleaning compares rows: the filled cells of the form, without case."""
    texts = {header: clean_text(cell).casefold() for header, cell in _cells(grid, values).items()}
    return frozenset((header, text) for header, text in texts.items() if text)
