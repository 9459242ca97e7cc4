"""A sheet that belongs to a table of the survey, on its way from its cells to its rows of data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.sheets.ledger import SheetAccount
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.titles import TitleRemark
from eit_analysis.reference.findings import Finding


@dataclass
class SurveySheet:
    """A sheet that belongs to a table of the survey, from its cells to the rows of it that are data."""

    place: int  #: in the ledger
    account: SheetAccount
    cells: Rows
    layout: Layout | None  #: None where the sheet is not read: no header row is found, or what follows
    #: Of a sheet that looks like answers, though neither its name nor its headers identify its table.
    likely: Layout | None = None
    hidden: bool = False
    added: frozenset[str] = frozenset()  #: columns that the file has not: the rest of it may tell them
    by_columns: bool = False  #: told by neither its name nor half of the headers of its form
    firm: str = ""  #: identifier of the only firm that the file describes: a row without one is its
    years: frozenset[str] = frozenset()  #: that its answers may be of
    problem: Finding | None = None  #: why the sheet is not read
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  #: of the data, from 1
    #: Shape (n_rows,): position in ``cells.values`` of the cell of these rows, by form column of the sheet.
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    totals: dict[int, dict[str, Any]] = field(default_factory=dict)  #: raw cells of total rows, by row number
    noted: dict[int, str] = field(default_factory=dict)  #: the notes on its texts, by row from 1
    said: Sequence[TitleRemark] = ()  #: of each of these rows, by the titles of the sheet; none: nothing

    @property
    def name(self) -> str:
        return self.account.sheet

    @property
    def table(self) -> str:
        return self.account.table
