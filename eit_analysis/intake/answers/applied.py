"""The raw sheets that answers are about, and what the answers of a wave did to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eit_analysis.intake.answers.answer_sheets import Answer, logged
from eit_analysis.intake.sheets.ledger import SheetAccount
from eit_analysis.reference.findings import Finding

SheetKey = tuple[str, str]  # file, sheet
RowKey = tuple[str, str, int]  # file, sheet, row from 1
CellKey = tuple[str, str, int, str]  # file, sheet, row from 1 (0: none), French header
Correction = tuple[str, str, int, str, str, str, str]  # a line of corrections.csv
Refusal = tuple[str, str, int, str, str, Finding]  # of quarantine.csv, but for its sentences


@dataclass(frozen=True)
class Grid:
    """A raw data sheet as cleaning sees it.

    Attributes
    ----------
    table : str
        Table of the contract.
    rows : sequence of list
        Raw cells, from the first line of the sheet.
    header_row : int
        Index of the header row, from 0.
    columns : mapping of str to int
        Cell index of each French header of the contract.
    """

    table: str
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
        Cells that the firm confirms: their marks are to be removed.
    removed : set of (file, sheet, row)
        Rows that the firm withdraws, to be ignored by the rule ``removed_by_firm``.
    named : dict of str to set of (file, sheet, row)
        Data rows that each answer file names, whatever became of the answer.
    unread : dict of (file, sheet, row, column) to (answer, Finding)
        Cells to ask about again: their only answer is one that cleaning would refuse.
    accounts : dict of str to list of SheetAccount
        By answer file.
    corrections, quarantine : list of tuple
        Lines for ``corrections.csv`` and ``quarantine.csv``, in the order of their columns.
    """

    rows: dict[SheetKey, list[list[Any]]] = field(default_factory=dict)
    confirmed: set[CellKey] = field(default_factory=set)
    removed: set[RowKey] = field(default_factory=set)
    named: dict[str, set[RowKey]] = field(default_factory=dict)
    unread: dict[CellKey, tuple[str, Finding]] = field(default_factory=dict)
    accounts: dict[str, list[SheetAccount]] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    quarantine: list[Refusal] = field(default_factory=list)

    def account(self, answer: Answer) -> SheetAccount:
        return next(a for a in self.accounts[answer.source_file] if a.sheet == answer.source_sheet)

    def write(self, answer: Answer, target: str, rule: str) -> None:
        self.corrections.append((*answer.place, "Réponse", logged(answer.answer), target, rule))

    def refuse(self, answer: Answer, found: Finding) -> None:
        self.account(answer).rows_quarantined += 1
        self.quarantine.append((*answer.place, "Réponse", logged(answer.answer), found))

    def put(self, place: SheetKey, grid: Grid, row: int, index: int, value: Any) -> None:
        rows = self.rows.setdefault(place, [list(old) for old in grid.rows])
        rows[row - 1] += [""] * (index + 1 - len(rows[row - 1]))
        rows[row - 1][index] = value
