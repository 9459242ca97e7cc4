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
