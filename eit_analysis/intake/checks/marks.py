"""A mark: a value that is kept in the tables, and the reason why it is doubtful."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.intake.sheets.ledger import FINDING, QUARANTINE, SOURCE, no_lines, typed
from eit_analysis.reference.findings import finding

PLACE = [*SOURCE, "column"]
LINE = [*QUARANTINE, FINDING]
COLUMN = (pd.Series, np.ndarray, list)  # a value for each row


def mark(rows: pd.DataFrame, column: str, raw: Iterable[str], code: str, **fields: Any) -> pd.DataFrame:
    """One mark for each row of a tidy table whose value is doubtful, in the columns of ``implausible.csv``.

    ``column`` is the French header of the cell, ``raw`` its value in each row; ``code`` and ``fields`` (of
    all rows, or a series of each) are what is doubtful.
    """
    if rows.empty:
        return no_lines(LINE)
    given = {name: own if isinstance(own, COLUMN) else [own] * len(rows) for name, own in fields.items()}
    lines = zip(*given.values(), strict=True)
    found = [finding(code, **dict(zip(given, line, strict=True))) for line in lines]
    return rows[SOURCE].assign(
        column=column,
        raw_value=list(raw),
        reason_code=[one.logged for one in found],
        message=[one.message for one in found],
        finding=pd.Series(found, rows.index, dtype=object),
    )


def gathered(marks: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Marks of several rules, by place; a cell keeps the first of its own."""
    found = [frame for frame in marks if len(frame)]
    if not found:
        return no_lines(LINE)
    frame = pd.concat(found, ignore_index=True)
    frame = frame.drop_duplicates(PLACE).sort_values(PLACE, kind="stable", ignore_index=True)
    return typed(frame[LINE])
