"""A mark: a value that is kept in the tables, and the reason why it is doubtful."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from eit_analysis.intake.sheets.ledger import QUARANTINE, no_lines, typed

PLACE = ["source_file", "source_sheet", "source_row", "column"]
ASK = "\u00a0; vérifiez auprès de l'entreprise"


def mark(
    rows: pd.DataFrame, column: str, raw: Iterable[str], code: str, reasons: Iterable[str]
) -> pd.DataFrame:
    """One mark for each row, in the columns of ``implausible.csv``.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of a tidy table (with its ``source_*`` columns) whose value is doubtful.
    column : str
        French header of the cell.
    raw, reasons : iterable of str
        Value and what is wrong with it, one for each row; what to do is added here.
    code : str
        Reason code, labelled in ``labels.csv``.
    """
    if rows.empty:
        return no_lines(QUARANTINE)
    return rows[PLACE[:3]].assign(
        column=column, raw_value=list(raw), reason_code=code, message=[reason + ASK for reason in reasons]
    )


def gathered(marks: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Marks of several rules, by place; a cell keeps the first of its own."""
    found = [frame for frame in marks if len(frame)]
    if not found:
        return no_lines(QUARANTINE)
    frame = pd.concat(found, ignore_index=True)
    frame = frame.drop_duplicates(PLACE).sort_values(PLACE, kind="stable", ignore_index=True)
    return typed(frame[QUARANTINE])
