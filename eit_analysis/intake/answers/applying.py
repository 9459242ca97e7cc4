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
from dataclasses import dataclass, field, replace
from typing import Any

from eit_analysis import tables
from eit_analysis.intake.answers.answer_sheets import Answer, AnswerSheet, as_read, logged
from eit_analysis.intake.cells.contract import clean_cell, readable
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.cells.privacy import PRIVATE, is_personal
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.ledger import SheetAccount
from eit_analysis.reference.findings import Finding, finding
from eit_analysis.reference.units import known_unit, to_tonnes

QUANTITY, UNIT, PERIOD, CATEGORY, COMMENT = (
    tables.header("flows", name) for name in ("quantity", "unit", "period", "category", "comment")
)
SheetKey = tuple[str, str]  # file, sheet
RowKey = tuple[str, str, int]  # file, sheet, row from 1
CellKey = tuple[str, str, int, str]  # file, sheet, row from 1 (0: none), French header
FATES = ("rows_clean", "rows_merged", "rows_quarantined")  # of the answers of one row, the best first


@dataclass(frozen=True)
class Grid:
    """A raw data sheet as cleaning sees it."""

    table: str
    rows: Sequence[list[Any]]  #: raw cells, from the first line of the sheet
    header_row: int  #: index from 0
    columns: Mapping[str, int]  #: cell index of each French header of the contract

    def cell(self, row: int, header: str) -> Any:
        """A raw cell, blank beyond the end of its row (from 1); None where the sheet has no such column."""
        index = self.columns.get(header)
        if index is None:
            return None
        return self.rows[row - 1][index] if index < len(self.rows[row - 1]) else ""

    def row(self, row: int) -> dict[str, Any]:
        """The raw cells of a row (from 1) by French header."""
        return {header: self.cell(row, header) for header in self.columns}

    def content(self, row: int) -> frozenset[tuple[str, str]]:
        """A row as cleaning compares rows: the filled cells of the form, without case."""
        texts = {header: clean_text(cell).casefold() for header, cell in self.row(row).items()}
        return frozenset((header, text) for header, text in texts.items() if text)


@dataclass
class Applied:
    """What the answers of a wave did."""

    #: The sheets that changed, in full; the given ones are left as they were.
    rows: dict[SheetKey, list[list[Any]]] = field(default_factory=dict)
    confirmed: set[CellKey] = field(default_factory=set)  #: by the firm: their marks are to be removed
    removed: set[RowKey] = field(default_factory=set)  #: withdrawn by the firm, to be ignored
    #: Data rows that each answer file names, whatever became of the answer.
    named: dict[str, set[RowKey]] = field(default_factory=dict)
    #: To ask about again: the only answer of the cell is one that cleaning would refuse.
    unread: dict[CellKey, tuple[str, Finding]] = field(default_factory=dict)
    accounts: dict[SheetKey, SheetAccount] = field(default_factory=dict)  #: of the answer sheets
    #: What the answers of each row of them became: names of ``FATES``.
    fates: dict[RowKey, set[str]] = field(default_factory=dict)
    #: Lines of ``corrections.csv``.
    corrections: list[tuple[str, str, int, str, str, str, str]] = field(default_factory=list)
    #: Lines of ``quarantine.csv``, but for the sentences of their finding.
    quarantine: list[tuple[str, str, int, str, str, Finding]] = field(default_factory=list)

    def count(self) -> None:
        """Each row of an answer sheet once: one that answers for several lines by the best they became."""
        for place, fates in self.fates.items():
            account, best = self.accounts[place[:2]], min(fates, key=FATES.index)
            setattr(account, best, getattr(account, best) + 1)

    def accept(self, answer: Answer, cell: CellKey, fate: str, rule: str) -> None:
        file, sheet, row, column = cell
        self.fates.setdefault(answer.place, set()).add(fate)
        target = f"= {file}, {sheet}, ligne {row}, colonne {column}"
        self.corrections.append((*answer.place, "Réponse", logged(answer.answer), target, rule))

    def refuse(self, answer: Answer, found: Finding) -> None:
        self.fates.setdefault(answer.place, set()).add("rows_quarantined")
        self.quarantine.append((*answer.place, "Réponse", logged(answer.answer), found))

    def put(self, cell: CellKey, grid: Grid, value: Any, rule: str, old: Any) -> None:
        """Change a raw cell; ``old`` is what the log says that it was."""
        file, sheet, row, column = cell
        if (file, sheet) not in self.rows:
            self.rows[file, sheet] = [list(cells) for cells in grid.rows]
        index, rows = grid.columns[column], self.rows[file, sheet]
        rows[row - 1] += [""] * (index + 1 - len(rows[row - 1]))
        rows[row - 1][index] = value
        self.corrections.append((*cell, logged(old), logged(value), rule))


def apply(sheets: Iterable[AnswerSheet], grids: Mapping[SheetKey, Grid]) -> Applied:
    """Put every usable answer into its cell of the data sheets of the wave (``grids``)."""
    applied = Applied()
    by_cell: dict[CellKey, list[Answer]] = {}
    known: dict[SheetKey, list[SheetKey]] = {}
    for place in grids:
        known.setdefault(_name(place), []).append(place)
    for sheet in sorted(sheets, key=lambda s: (s.file, s.sheet)):
        place = sheet.file, sheet.sheet
        account = SheetAccount(sheet.sheet, "answers", sheet.header_row, sheet.rows_read)
        account.rows_ignored, applied.accounts[place] = len(sheet.ignored), account
        applied.corrections += [(*place, row, "", text, "", rule) for row, text, rule in sheet.ignored]
        for answer in sheet.answers:
            if cell := _cell(answer, known, grids):
                by_cell.setdefault(cell, []).append(answer)
                applied.named.setdefault(answer.source_file, set()).add(cell[:3])
            else:
                applied.refuse(answer, finding("answer_without_cell"))
    for cell in sorted(by_cell):
        _settle(applied, cell, sorted(by_cell[cell], key=lambda answer: answer.place), grids[cell[:2]])
    applied.count()
    _answer_repeated_rows(applied, {cell[:3] for cell in by_cell}, grids)
    return applied


def _name(place: SheetKey) -> SheetKey:
    """The names of a sheet without Unicode form or outer spaces, which copying files changes."""
    file, sheet = (unicodedata.normalize("NFC", clean_text(text)) for text in place)
    return file, sheet


def _cell(
    answer: Answer, known: Mapping[SheetKey, list[SheetKey]], grids: Mapping[SheetKey, Grid]
) -> CellKey | None:
    asked = (answer.file, answer.sheet)
    places = known.get(_name(asked), [])
    # « Flux » and « Flux » with a space may live side by side in one workbook.
    place = asked if asked in places else places[0] if len(places) == 1 else None
    if place is None or answer.row is None:
        return None
    grid = grids[place]
    header = next((h for h in grid.columns if header_key(h) == header_key(answer.column)), None)
    if header is None or answer.row == grid.header_row + 1 or answer.row > len(grid.rows):
        return None
    return (*place, answer.row, header)


def _settle(applied: Applied, cell: CellKey, answers: list[Answer], grid: Grid) -> None:
    """Follow the answers of one cell from what it reads now; each is used at most once."""
    raw = grid.cell(cell[2], cell[3])
    row = replace(grid, rows=applied.rows.get(cell[:2], grid.rows)).row(cell[2])
    errors = {answer: _refusal(grid.table, cell[3], answer, row) for answer in answers}
    answers = [answer for answer in answers if not errors[answer]]
    while now := [answer for answer in answers if answer.read == as_read(raw)]:
        answers = [answer for answer in answers if answer not in now]
        if len({answer.outcome for answer in now}) > 1:
            for answer in now:
                applied.refuse(answer, finding("answer_conflict"))
            break
        first, *repeated = now
        applied.accept(first, cell, "rows_clean", "answer_applied")
        for answer in repeated:
            applied.accept(answer, cell, "rows_merged", "merged_repeated_answer")
        what, _ = first.outcome
        if what == "remove":
            applied.removed.add(cell[:3])
        elif what == "keep":
            applied.corrections.append((*cell, logged(raw), logged(raw), "confirmed_by_firm"))
            applied.confirmed.add(cell)
        else:
            applied.put(cell, grid, first.value, "answered_by_firm", raw)
            applied.confirmed.discard(cell)
            raw = first.value
        if what != "remove" and cell[3] == QUANTITY:
            _settle_beside(applied, cell, grid, raw if what == "set" else None)
    for answer in answers:
        applied.refuse(answer, finding("answer_out_of_date"))
    for answer, error in errors.items():
        if error:
            applied.refuse(answer, finding("answer_unreadable", problem=error.finding.message))
            if answer.read == as_read(raw) and cell not in applied.confirmed:
                applied.unread[cell] = (logged(answer.answer), error.finding)


def _refusal(table: str, header: str, answer: Answer, row: Mapping[str, Any]) -> CellError | None:
    """Why cleaning would refuse what an answer leaves in its cell, so that it must replace nothing.

    A value that cannot be used is not made usable by « confirmé », which must not block a later
    answer. That there is no value may be confirmed.
    """
    what, category = answer.outcome[0], row.get(CATEGORY, "")
    if what == "remove" or (what == "keep" and not answer.read):
        return None
    left = answer.value if what == "set" else answer.read
    try:
        _check(table, header, left, category)
        bare = what == "keep" and header == QUANTITY and not parse_number(left).suffix
        if bare and clean_text(unit := row.get(UNIT, "")):
            _check(table, UNIT, unit, category)
    except CellError as error:
        return error
    return None


def _check(table: str, header: str, answer: Any, category: Any) -> None:
    """Refuse what cleaning would; a volume or a count has no mass without the ``category`` of its row."""
    column = next(name for name, spec in tables.form(table).items() if spec["header"] == header)
    text = clean_text(answer)
    if text == PRIVATE or is_personal(text):
        raise CellError("personal_data.answer")
    if (table, column) == ("flows", "quantity"):
        number = parse_number(answer)
        if problem := number.problem or ("negative_value.quantity" if (number.value or 0.0) < 0 else ""):
            raise CellError(problem)
        if not (text := number.suffix):
            return
    elif (table, column) != ("flows", "unit"):
        clean_cell(table, column, answer)
        return
    unit, period = split_unit(text)
    if not unit and period:
        return  # « 12 par mois »: the unit stays that of the row
    code = readable("flows", "category", category)
    if not (to_tonnes(1.0, unit, code) if code else known_unit(unit)):
        raise CellError("unknown_unit", unit=unit)


def _settle_beside(applied: Applied, cell: CellKey, grid: Grid, answer: Any) -> None:
    """What stands beside a quantity holds no more once the firm has answered for it.

    Its comment; and the unit and period where it is answered with its own (``12,5 t/an``).
    """
    unit, period = split_unit(parse_number(answer).suffix)
    for header, answered, rule in (
        (COMMENT, True, "comment_settled"),
        (UNIT, unit, "unit_answered_with_quantity"),
        (PERIOD, period, "unit_answered_with_quantity"),
    ):
        old = grid.cell(cell[2], header)
        if answered and as_read(old):
            applied.put((*cell[:3], header), grid, "", rule, "" if header == COMMENT else old)


def _answer_repeated_rows(applied: Applied, answered: set[RowKey], grids: Mapping[SheetKey, Grid]) -> None:
    """What is answered of a row holds for those that repeat it, of which the fiche asks nothing.

    Cleaning merges them; an answer in one alone would part them, and their mass would count twice.
    """
    changed: dict[frozenset[tuple[str, str]], dict[str, Any]] = {}
    for file, sheet, row in sorted(answered):
        if rows := applied.rows.get((file, sheet)):
            grid = grids[file, sheet]
            old, new = grid.row(row), replace(grid, rows=rows).row(row)
            if new := {h: cell for h, cell in new.items() if clean_text(cell) != clean_text(old[h])}:
                changed.setdefault(grid.content(row), new)
    for place, grid in grids.items() if changed else ():
        for row in range(grid.header_row + 2, len(grid.rows) + 1):
            new = changed.get(grid.content(row), {}) if (*place, row) not in answered else {}
            for header, cell in new.items():
                if header in grid.columns:
                    old_cell = grid.cell(row, header)
                    applied.put((*place, row, header), grid, cell, "answered_by_firm", old_cell)
