"""Any table whose header row is found: its rows read by its specification, what cannot be used refused.

rows read = rows kept + rows ignored + rows refused + rows merged
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.intake.cells.columns import Cells, Rows
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.sheets.batch import Batch
from eit_analysis.intake.sheets.ledger import FINDING, QUARANTINE, Ledger
from eit_analysis.intake.sheets.spec import Layout


def read_table(
    layout: Layout, cells: Rows, rows: np.ndarray, ledger: Ledger, place: int, numbers: Sequence[int] = ()
) -> Batch:
    """Some rows of a sheet, every column read, each distinct cell once.

    Parameters
    ----------
    layout : Layout
        Where the columns are; one that the sheet does not have is blank.
    cells : Rows
        The whole sheet.
    rows : numpy.ndarray of int
        Those that are data, counted from 0.
    ledger, place
        Where what is refused goes, and the sheet there.
    numbers : sequence of int
        Numbers of all rows in the file, where they are not those of the sheet.

    Returns
    -------
    Batch
        Clean values, and which rows are refused (``fatal``).
    """
    header, under = [clean_text(cell) for cell in cells[layout.header_row]], cells.numbers[rows]
    columns = dict(layout.spec.columns)
    if wide := layout.spec.wide:
        columns |= dict.fromkeys(layout.wide, wide.column)
    raw = dict.fromkeys(columns, Cells([None], np.zeros(len(rows), dtype=np.int32)))
    for name, index in (layout.columns | layout.wide).items():
        columns[name] = replace(columns[name], header=header[index])
        raw[name] = Cells.among(cells.values, under[:, index])
    places, fatal = np.full(len(rows), place, dtype=np.int64), np.zeros(len(rows), dtype=bool)
    batch = Batch(columns, places, np.array(numbers)[rows] if numbers else rows + 1, raw, ledger, fatal)
    for name in columns:
        batch.read(name)
    return batch


def read_list(layout: Layout, cells: Rows, file: str) -> pd.DataFrame:
    """The rows of a short list that the team writes itself, with their source: nothing of it is left out.

    Raises
    ------
    InputError
        With the first cell that cannot be used.
    """
    filled = cells.test(lambda cell: clean_text(cell) != "")
    own = cells.numbers[layout.header_row + 1 :, list(layout.columns.values())]
    rows = np.flatnonzero(filled[own].any(axis=1)) + layout.header_row + 1
    ledger = Ledger()
    batch = read_table(layout, cells, rows, ledger, ledger.place(file))
    for line in ledger.frame(ledger.refused, QUARANTINE).head(1).to_dict("records"):
        problem = f"{line[FINDING].sentence}, {line[FINDING].advice}"
        raise InputError(problem, file=file, row=int(line["source_row"]), column=line["column"])
    return batch.frame()
