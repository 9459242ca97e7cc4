"""Every correction and every refusal of a cleaning, collected row by row, and the accounts of the sheets."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

QUARANTINE = ["source_file", "source_sheet", "source_row", "column", "raw_value", "reason_code", "message"]
CORRECTIONS = ["source_file", "source_sheet", "source_row", "column", "raw_value", "clean_value", "rule"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row was read; row and sheet are missing for what concerns a whole file."""

    source_file: str
    source_sheet: str
    source_row: int | None

    def __str__(self) -> str:
        return f"{self.source_file}, {self.source_sheet}, ligne {self.source_row}"


@dataclass
class SheetAccount:
    """Where the rows of one sheet went."""

    sheet: str
    table: str
    header_row: int
    rows_read: int
    rows_clean: int = 0
    rows_quarantined: int = 0
    rows_merged: int = 0
    rows_ignored: int = 0

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.zero()}

    @staticmethod
    def zero() -> dict[str, int]:
        return dict.fromkeys(
            ("rows_read", "rows_clean", "rows_quarantined", "rows_merged", "rows_ignored"), 0
        )

    def check(self) -> None:
        """Every row read went somewhere, once."""
        gone = self.rows_clean + self.rows_quarantined + self.rows_merged + self.rows_ignored
        if gone != self.rows_read:
            raise AssertionError(f"{self.sheet}: {self.rows_read} rows read, {gone} accounted for")


@dataclass
class Ledger:
    """Quarantine and corrections in the order of the files."""

    refused: list[tuple[object, ...]] = field(default_factory=list)
    corrected: list[tuple[object, ...]] = field(default_factory=list)

    def quarantine(self, origin: Origin, column: str, raw: str, code: str, message: str) -> None:
        self.refused.append(
            (origin.source_file, origin.source_sheet, origin.source_row, column, raw, code, message)
        )

    def correct(self, origin: Origin, column: str, raw: str, clean: str, rule: str) -> None:
        self.corrected.append(
            (origin.source_file, origin.source_sheet, origin.source_row, column, raw, clean, rule)
        )

    def quarantine_frame(self) -> pd.DataFrame:
        return _frame(self.refused, QUARANTINE)

    def corrections_frame(self) -> pd.DataFrame:
        return _frame(self.corrected, CORRECTIONS)


def _frame(rows: list[tuple[object, ...]], columns: list[str]) -> pd.DataFrame:
    types = {name: "Int64" if name == "source_row" else "str" for name in columns}
    frame = pd.DataFrame(rows, columns=columns, dtype=object).astype(types)
    # By place, then in the order found: the same inputs always give the same lines.
    return frame.sort_values(columns[:3], kind="stable", na_position="first", ignore_index=True)
