"""The raw sheets that answers are about, what those of a wave did, and which cleaning would refuse.

An answer that it would refuse must not replace a value that counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eit_analysis import tables
from eit_analysis.intake.answers.answer_sheets import Answer, logged
from eit_analysis.intake.cells.contract import clean_cell, readable
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.cells.privacy import PRIVATE, is_personal
from eit_analysis.intake.sheets.ledger import SheetAccount
from eit_analysis.reference.findings import Finding
from eit_analysis.reference.units import known_unit, to_tonnes

SheetKey = tuple[str, str]  # file, sheet
RowKey = tuple[str, str, int]  # file, sheet, row from 1
CellKey = tuple[str, str, int, str]  # file, sheet, row from 1 (0: none), French header
Correction = tuple[str, str, int, str, str, str, str]  # a line of corrections.csv
Refusal = tuple[str, str, int, str, str, Finding]  # of quarantine.csv, but for its sentences


@dataclass(frozen=True)
class Grid:
    """A raw data sheet as cleaning sees it."""

    table: str
    rows: Sequence[list[Any]]  #: raw cells, from the first line of the sheet
    header_row: int  #: index from 0
    columns: Mapping[str, int]  #: cell index of each French header of the contract


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
    #: What the answers of each row of them became: ``clean``, ``merged`` or ``quarantined``.
    fates: dict[RowKey, set[str]] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    quarantine: list[Refusal] = field(default_factory=list)

    def became(self, answer: Answer, fate: str) -> None:
        self.fates.setdefault(answer.place, set()).add(fate)

    def count(self) -> None:
        """Each row of an answer sheet once: one that answers for several lines by the best they became."""
        for place, fates in self.fates.items():
            counts = self.accounts[place[:2]]
            if "clean" in fates:
                counts.rows_clean += 1
            elif "merged" in fates:
                counts.rows_merged += 1
            else:
                counts.rows_quarantined += 1

    def write(self, answer: Answer, target: str, rule: str) -> None:
        self.corrections.append((*answer.place, "Réponse", logged(answer.answer), target, rule))

    def refuse(self, answer: Answer, found: Finding) -> None:
        self.became(answer, "quarantined")
        self.quarantine.append((*answer.place, "Réponse", logged(answer.answer), found))

    def put(self, place: SheetKey, grid: Grid, row: int, index: int, value: Any) -> None:
        rows = self.rows.setdefault(place, [list(old) for old in grid.rows])
        rows[row - 1] += [""] * (index + 1 - len(rows[row - 1]))
        rows[row - 1][index] = value


def refusal(table: str, header: str, answer: Any, category: Any = "") -> CellError | None:
    """Why cleaning would refuse an answer; None when it can be used.

    ``category`` is the raw cell of the row of a flow: a volume or a count has no mass without it.
    """
    column = next(name for name, spec in tables.form(table).items() if spec["header"] == header)
    text = clean_text(answer)
    try:
        if text == PRIVATE or is_personal(text):
            raise CellError("personal_data.answer")
        if (table, column) == ("flows", "quantity"):
            _check_quantity(answer, category)
        elif (table, column) == ("flows", "unit"):
            _check_unit(text, category)
        else:
            clean_cell(table, column, answer)
    except CellError as error:
        return error
    return None


def _check_quantity(answer: Any, category: Any) -> None:
    number = parse_number(answer)
    if number.problem:
        raise CellError(number.problem)
    if number.value is not None and number.value < 0:
        raise CellError("negative_value.quantity")
    if number.suffix:
        _check_unit(number.suffix, category)


def _check_unit(text: str, category: Any) -> None:
    unit, period = split_unit(text)
    if not unit and period:
        return  # « 12 par mois »: the unit stays that of the row
    code = readable("flows", "category", category)
    if not (to_tonnes(1.0, unit, code) if code else known_unit(unit)):
        raise CellError("unknown_unit", unit=unit)
