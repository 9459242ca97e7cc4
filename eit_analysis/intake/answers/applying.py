"""Filled answer sheets back into the raw cells they answer, before cleaning, each with its trace.

An answer counts when its cell exists and still holds the value that the sheet cites. It then replaces the
raw cell, so that every rule of cleaning applies to it. One that cleaning would refuse replaces nothing. A
second round may correct what a first answer wrote.
Nothing depends on the order of the files or of their rows. Accounts hold for every answer sheet as for any
other: rows_read = applied (clean) + quarantined + merged + ignored.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eit_analysis import tables
from eit_analysis.intake.answers.answer_sheets import Answer, AnswerSheet, as_read, logged
from eit_analysis.intake.answers.applied import Applied, CellKey, Grid, RowKey, SheetKey, refusal
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.ledger import SheetAccount
from eit_analysis.reference.findings import finding

QUANTITY, UNIT, PERIOD, CATEGORY, COMMENT = (
    tables.header("flows", name) for name in ("quantity", "unit", "period", "category", "comment")
)
RowContent = frozenset[tuple[str, str]]  # French header, text of each filled cell of a row


def apply(sheets: Iterable[AnswerSheet], grids: Mapping[SheetKey, Grid]) -> Applied:
    """Put every usable answer into its cell of the data sheets of the wave (``grids``)."""
    applied = Applied()
    by_cell: dict[CellKey, list[Answer]] = {}
    known: dict[SheetKey, list[SheetKey]] = {}
    for place in grids:
        known.setdefault(_name(place), []).append(place)
    for sheet in sorted(sheets, key=lambda s: (s.file, s.sheet)):
        account = SheetAccount(sheet.sheet, "answers", sheet.header_row, sheet.rows_read)
        account.rows_ignored = len(sheet.ignored)
        applied.accounts[sheet.file, sheet.sheet] = account
        for row, text, rule in sheet.ignored:
            applied.corrections.append((sheet.file, sheet.sheet, row, "", text, "", rule))
        for answer in sheet.answers:
            named = _place(answer, known)
            cell = _cell(answer, named, grids[named]) if named else None
            if cell is None:
                applied.refuse(answer, finding("answer_without_cell"))
            else:
                by_cell.setdefault(cell, []).append(answer)
                applied.named.setdefault(answer.source_file, set()).add(cell[:3])
    for cell in sorted(by_cell):
        _settle(applied, cell, sorted(by_cell[cell], key=lambda answer: answer.place), grids[cell[:2]])
    applied.count()
    _answer_repeated_rows(applied, {cell[:3] for cell in by_cell}, grids)
    return applied


def _name(place: SheetKey) -> SheetKey:
    """The names of a sheet without Unicode form or outer spaces, which copying files changes."""
    file, sheet = (unicodedata.normalize("NFC", clean_text(text)) for text in place)
    return file, sheet


def _place(answer: Answer, known: Mapping[SheetKey, list[SheetKey]]) -> SheetKey | None:
    asked = (answer.file, answer.sheet)
    places = known.get(_name(asked), [])
    if asked in places:  # « Flux » and « Flux » with a space may live side by side in one workbook
        return asked
    return places[0] if len(places) == 1 else None


def _cell(answer: Answer, place: SheetKey, grid: Grid) -> CellKey | None:
    header = next((h for h in grid.columns if header_key(h) == header_key(answer.column)), None)
    if header is None or answer.row is None or answer.row == grid.header_row + 1:
        return None
    return (*place, answer.row, header) if answer.row <= len(grid.rows) else None


def _settle(applied: Applied, cell: CellKey, answers: list[Answer], grid: Grid) -> None:
    """Follow the answers of one cell from what it reads now; each is used at most once."""
    file, sheet, row, column = cell
    values, index = grid.rows[row - 1], grid.columns[column]
    raw = values[index] if index < len(values) else ""
    answers, unreadable = _readable(applied, cell, answers, grid)
    while now := [answer for answer in answers if answer.read == as_read(raw)]:
        answers = [answer for answer in answers if answer not in now]
        if len({answer.outcome for answer in now}) > 1:
            for answer in now:
                applied.refuse(answer, finding("answer_conflict"))
            break
        first, *repeated = now
        target = f"= {file}, {sheet}, ligne {row}, colonne {column}"
        applied.became(first, "clean")
        applied.write(first, target, "answer_applied")
        for answer in repeated:
            applied.became(answer, "merged")
            applied.write(answer, target, "merged_repeated_answer")
        what, _ = first.outcome
        if what == "remove":
            applied.removed.add((file, sheet, row))
            continue
        old, raw = logged(raw), first.value if what == "set" else raw
        rule = "answered_by_firm" if what == "set" else "confirmed_by_firm"
        applied.corrections.append((*cell, old, logged(raw), rule))
        if column == QUANTITY:
            _settle_comment(applied, cell, grid)
        if what == "keep":
            applied.confirmed.add(cell)
        else:
            applied.confirmed.discard(cell)
            applied.put((file, sheet), grid, row, index, raw)
            _blank_unit(applied, cell, grid, raw)
    for answer in answers:
        applied.refuse(answer, finding("answer_out_of_date"))
    for answer, error in unreadable:
        applied.refuse(answer, finding("answer_unreadable", problem=error.finding.message))
        if answer.read == as_read(raw) and cell not in applied.confirmed:
            applied.unread[cell] = (logged(answer.answer), error.finding)


def _readable(
    applied: Applied, cell: CellKey, answers: list[Answer], grid: Grid
) -> tuple[list[Answer], list[tuple[Answer, CellError]]]:
    """The answers that cleaning would take, and the others with the reason."""
    row = _cells(grid, applied.rows.get(cell[:2], grid.rows)[cell[2] - 1])
    errors = {answer: _refusal(grid.table, cell[3], answer, row) for answer in answers}
    refused = [(answer, error) for answer, error in errors.items() if error]
    return [answer for answer in answers if not errors[answer]], refused


def _refusal(table: str, column: str, answer: Answer, row: Mapping[str, Any]) -> CellError | None:
    """Why cleaning would refuse what an answer leaves in its cell.

    A value that cannot be used is not made usable by « confirmé », which must not block a later
    answer. That there is no value may be confirmed.
    """
    what, category = answer.outcome[0], row.get(CATEGORY, "")
    if what == "set":
        return refusal(table, column, answer.value, category)
    if what == "remove" or not answer.read:
        return None
    error = refusal(table, column, answer.read, category)
    unit = row.get(UNIT, "") if column == QUANTITY and not parse_number(answer.read).suffix else ""
    return error or (refusal(table, UNIT, unit, category) if clean_text(unit) else None)


def _blank_unit(applied: Applied, cell: CellKey, grid: Grid, answer: Any) -> None:
    """A quantity answered with its unit (``12,5 t/an``) replaces the unit and period cells beside it."""
    file, sheet, row, column = cell
    given = split_unit(parse_number(answer).suffix) if column == QUANTITY else ("", "")
    for beside, stated in zip((UNIT, PERIOD), given, strict=True):
        index, values = grid.columns.get(beside), grid.rows[row - 1]
        if stated and index is not None and index < len(values) and as_read(values[index]):
            old = logged(values[index])
            applied.corrections.append((file, sheet, row, beside, old, "", "unit_answered_with_quantity"))
            applied.put((file, sheet), grid, row, index, "")


def _settle_comment(applied: Applied, cell: CellKey, grid: Grid) -> None:
    """What the comment said of a quantity holds no more once the firm has answered for it."""
    file, sheet, row, _ = cell
    index, values = grid.columns.get(COMMENT), grid.rows[row - 1]
    if index is not None and index < len(values) and as_read(values[index]):
        applied.corrections.append((file, sheet, row, COMMENT, "", "", "comment_settled"))
        applied.put((file, sheet), grid, row, index, "")


def _answer_repeated_rows(applied: Applied, answered: set[RowKey], grids: Mapping[SheetKey, Grid]) -> None:
    """What is answered of a row holds for those that repeat it, of which the fiche asks nothing.

    Cleaning merges them; an answer in one alone would part them, and their mass would count twice.
    """
    changed: dict[RowContent, dict[str, Any]] = {}
    for file, sheet, row in sorted(answered):
        if rows := applied.rows.get((file, sheet)):
            grid = grids[file, sheet]
            new = {
                header: cell
                for header, cell in _cells(grid, rows[row - 1]).items()
                if clean_text(cell) != clean_text(_cells(grid, grid.rows[row - 1]).get(header, ""))
            }
            if new:
                changed.setdefault(_content(grid, grid.rows[row - 1]), new)
    for place, grid in grids.items() if changed else ():
        for row, values in enumerate(grid.rows[grid.header_row + 1 :], start=grid.header_row + 2):
            if (*place, row) in answered:
                continue
            for header, cell in changed.get(_content(grid, values), {}).items():
                if header in grid.columns:
                    old = logged(_cells(grid, values).get(header, ""))
                    applied.corrections.append((*place, row, header, old, logged(cell), "answered_by_firm"))
                    applied.put(place, grid, row, grid.columns[header], cell)


def _cells(grid: Grid, values: Sequence[Any]) -> dict[str, Any]:
    return {header: values[index] for header, index in grid.columns.items() if index < len(values)}


def _content(grid: Grid, values: Sequence[Any]) -> RowContent:
    """The content of a row, as cleaning compares rows: the filled cells of the form, without case."""
    texts = {header: clean_text(cell).casefold() for header, cell in _cells(grid, values).items()}
    return frozenset((header, text) for header, text in texts.items() if text)
