"""Every correction, doubt and refusal of a cleaning, by blocks of rows, and the accounts of the sheets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.intake.cells.columns import Cells, objects
from eit_analysis.intake.cells.privacy import without_person
from eit_analysis.records import SOURCE
from eit_analysis.reference.findings import Finding, finding

QUARANTINE = [*SOURCE, "column", "raw_value", "reason_code", "message"]
CORRECTIONS = [*SOURCE, "column", "raw_value", "clean_value", "rule"]
FINDING = "finding"  # beside them while a wave is cleaned: the finding itself, which is not written
ACCOUNTS = ["rows_read", "rows_clean", "rows_quarantined", "rows_merged", "rows_ignored"]
NO_ROW = 0  # rows are counted from 1: what concerns a whole sheet or file has none

Origin = tuple[str, str]  # source_file, source_sheet


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
        return {name: getattr(self, name) for name in ACCOUNTS}

    def check(self) -> None:
        """Every row read went somewhere, once."""
        gone = self.rows_clean + self.rows_quarantined + self.rows_merged + self.rows_ignored
        if gone != self.rows_read:
            raise AssertionError(f"{self.sheet}: {self.rows_read} rows read, {gone} accounted for")


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Lines of the quarantine or of the corrections in their types, also when there are none."""
    return frame.astype(_types(frame.columns))


def _types(names: Iterable[str]) -> dict[str, Any]:
    own = {"source_row": "Int64", FINDING: "object"}
    return {name: own.get(name, "str") for name in names}


def places(lines: pd.DataFrame) -> list[tuple[str, str, int]]:
    """File, sheet and row of each line; row 0 for what concerns a whole sheet or file."""
    rows = lines["source_row"].fillna(NO_ROW).astype(int)
    return list(zip(lines["source_file"], lines["source_sheet"], rows, strict=True))


def no_lines(names: list[str]) -> pd.DataFrame:
    """No line, in the types that `typed` gives."""
    return _blank(tuple(names)).copy()


@cache
def _blank(names: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.array([], dtype=kind) for name, kind in _types(names).items()})


@dataclass
class Ledger:
    """Quarantine, marks and corrections. An entry is a block: one value for all its rows, or one for each.

    Those for each are an array or `Cells`. Its last value is a `Finding`; of a correction without fields, its
    code is enough.
    """

    origins: list[Origin] = field(default_factory=list)  #: of each place: a place is its position here
    refused: list[tuple[Any, ...]] = field(default_factory=list)
    doubted: list[tuple[Any, ...]] = field(default_factory=list)
    corrected: list[tuple[Any, ...]] = field(default_factory=list)

    def place(self, file: str, sheet: str = "") -> int:
        """A new place: a file, or a sheet of it."""
        self.origins.append((file, sheet))
        return len(self.origins) - 1

    def quarantine(self, places: Any, rows: Any, column: Any, raw: Any, found: Any) -> None:
        self.refused.append((places, rows, column, raw, found))

    def mark(self, places: Any, rows: Any, column: Any, raw: Any, found: Any) -> None:
        """A value that is kept, with the reason to doubt it."""
        self.doubted.append((places, rows, column, raw, found))

    def correct(self, places: Any, rows: Any, column: Any, raw: Any, clean: Any, rule: Any) -> None:
        self.corrected.append((places, rows, column, raw, clean, rule))

    def sources(self, places: np.ndarray, rows: Any) -> dict[str, Any]:
        """The columns of ``SOURCE`` of lines at these places and rows."""
        names = zip(*self.origins, strict=True) if self.origins else ((), ())
        texts = [pd.array(column, dtype="str").take(places) for column in names]
        return dict(zip(SOURCE, [*texts, rows], strict=True))

    def frame(self, blocks: list[tuple[Any, ...]], names: list[str]) -> pd.DataFrame:
        """Lines of the entries of one kind, in columns of these names and ``FINDING``."""
        if not blocks:
            return no_lines([*names, FINDING])
        places, rows = (
            np.concatenate([np.broadcast_to(block[column], np.size(block[1])) for block in blocks])
            for column in range(2)
        )
        # By place, then in the order found: the same inputs always give the same lines.
        rank = np.argsort(sorted(range(len(self.origins)), key=self.origins.__getitem__))
        order = np.lexsort((rows, rank[places]))
        places, rows = places[order], rows[order]
        *texts, found = (_joined(column, blocks) for column in range(2, len(blocks[0])))
        findings = [value if isinstance(value, Finding) else finding(value) for value in found.values]
        # A corrections line has no message: it is not written.
        told = (Cells([getattr(f, of) for f in findings], found.codes) for of in ("logged", "message"))
        logged = zip(names[3:], chain(texts, told), strict=False)
        frame = pd.DataFrame(
            {
                **self.sources(places, pd.array(rows, dtype="Int64")),
                **{name: _public(text, order) for name, text in logged},
                FINDING: objects([line.masked(without_person) for line in findings])[found.codes[order]],
            }
        )
        frame.loc[rows == NO_ROW, names[2]] = pd.NA
        return frame


def _public(cells: Cells, order: np.ndarray) -> Any:
    """Texts for the logs: one that holds personal data is replaced, whatever the sheet it comes from."""
    shown = [without_person(text) if isinstance(text, str) else text for text in cells.values]
    return pd.array(objects(shown), dtype="str").take(cells.codes[order])


def _joined(column: int, blocks: list[tuple[Any, ...]]) -> Cells:
    """One column of all blocks, single values repeated over the rows of their block."""
    parts = []
    for block in blocks:
        value, alike = block[column], np.zeros(np.size(block[1]), dtype=np.int32)
        many = Cells.of(value.tolist()) if isinstance(value, np.ndarray) else Cells([value], alike)
        parts.append(value if isinstance(value, Cells) else many)
    own = Cells.of([value for part in parts for value in part.values])
    starts = np.cumsum([0, *(len(part.values) for part in parts)])
    codes = [part.codes + start for part, start in zip(parts, starts, strict=False)]
    return Cells(own.values, own.codes[np.concatenate(codes)])
