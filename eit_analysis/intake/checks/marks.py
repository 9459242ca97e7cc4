"""A mark: a value that is kept in the tables, and the reason why it is doubtful."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from eit_analysis.intake.sheets.ledger import FINDING, QUARANTINE, SOURCE, no_lines, typed
from eit_analysis.reference.findings import Finding, finding

PLACE = [*SOURCE, "column"]
LINE = [*QUARANTINE, FINDING]


def mark(rows: pd.DataFrame, column: str, raw: Iterable[str], found: Iterable[Finding]) -> pd.DataFrame:
    """One mark for each row of a tidy table whose value is doubtful, in the columns of ``implausible.csv``.

    ``column`` is the French header of the cell, ``raw`` its value in each row, ``found`` what is doubtful.
    """
    if rows.empty:
        return no_lines(LINE)
    found = list(found)
    return rows[SOURCE].assign(
        column=column,
        raw_value=list(raw),
        reason_code=[one.logged for one in found],
        message=[one.message for one in found],
        finding=pd.Series(found, rows.index, dtype=object),
    )


def findings(code: str, **fields: Iterable[Any]) -> list[Finding]:
    """One finding for each row, from the values of each field."""
    rows = zip(*fields.values(), strict=True)
    return [finding(code, **dict(zip(fields, row, strict=True))) for row in rows]


def gathered(marks: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Marks of several rules, by place; a cell keeps the first of its own."""
    found = [frame for frame in marks if len(frame)]
    if not found:
        return no_lines(LINE)
    frame = pd.concat(found, ignore_index=True)
    frame = frame.drop_duplicates(PLACE).sort_values(PLACE, kind="stable", ignore_index=True)
    return typed(frame[LINE])
