"""What a table is, as data: its columns, how their headers are told, how their cells are read.

The survey's sheets, the answers of firms, the votes, the list of contacted actors and every register are
tables of this one kind; `reader` reads them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text

ROWS_SEARCHED = 20
LONGEST_HEADER = 80  # characters


class Reading(NamedTuple):
    """One cell, read."""

    value: Any = None  #: None when missing
    rule: str = ""  #: by which it was read as something else than what was typed
    error: CellError | None = None  #: why it cannot be used


class Meaning(NamedTuple):
    """What a header says."""

    column: str
    unit: str = ""  #: that it states for its column
    rank: int = 0  #: of the headers that a column may have, the least is preferred


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    header: str  #: how messages and forms name it
    read: Callable[[Any], Reading]
    dtype: str = "str"
    expected: bool = False  #: a sheet without its header is another sheet
    fatal: bool = False  #: a cell that is refused takes its row with it
    free: bool = False  #: a plain text is read as itself
    shown: Callable[[Any], Any] = field(default=lambda value: value)  #: a value as corrections show it


@dataclass(frozen=True)
class Wide:
    """Headers that are values: ``A0Z, A1Z, ...`` beside a year become rows of (``variable``, ``value``).

    ``title`` is the French name of the headers that match ``pattern``.
    """

    title: str
    pattern: str
    variable: str
    value: str
    column: Column  #: how their cells are read


@dataclass(frozen=True, eq=False)
class TableSpec:
    """One table."""

    name: str
    columns: Mapping[str, Column]  #: by our name, in order; the first is its key
    means: Callable[[str], Meaning | None]  #: what a text is among its headers
    wide: Wide | None = None  #: the columns that become rows
    #: Whether a header is of what makes its quantity (``T1``, ``Poids unitaire``).
    makes: Callable[[str], bool] = lambda text: False
    absent: Sequence[str] = ()  #: headers of a sibling of this table: where one is found, it is not this one
    same: Callable[[str], str] = field(default=str)  #: how those are compared
    constants: Mapping[str, str] = field(default_factory=dict)  #: columns with one value for the whole file
    #: Our column to ``{folded value: reason}``: rows that are not for us, counted.
    ignore: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    distinct: bool = False  #: whether a row that repeats another in all these columns is listed twice
    #: Columns that name what a file covers: importing it replaces those rows alone. Empty: the whole table.
    replaces: Sequence[str] = ()
    territory: str = ""  #: column of commune codes by which rows outside the study's territory are left out
    width: int = 0  #: digits of those codes
    finish: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame  #: what is left to compute

    @property
    def key(self) -> str:
        return next(iter(self.columns))


@dataclass(frozen=True)
class Layout:
    """Where things are in one sheet."""

    spec: TableSpec
    header_row: int  #: index from 0
    columns: dict[str, int] = field(default_factory=dict)  #: our column to cell index
    #: Headers that are not of this table, by cell index.
    unknown: dict[int, str] = field(default_factory=dict)
    repeated: dict[int, str] = field(default_factory=dict)  #: those met a second time
    units: dict[str, str] = field(default_factory=dict)  #: stated by a header (``Quantité (kg)``), by column
    wide: dict[str, int] = field(default_factory=dict)  #: headers that are values

    @property
    def table(self) -> str:
        return self.spec.name

    @property
    def key(self) -> str:
        return self.spec.key

    @property
    def sample(self) -> slice:
        """The first rows under the header."""
        return slice(self.header_row + 1, self.header_row + 1 + ROWS_SEARCHED)

    @property
    def found(self) -> int:
        return len(self.columns) + bool(self.wide) + any(map(self.spec.makes, self.unknown.values()))

    @property
    def missing(self) -> list[str]:
        """Headers that this table should have."""
        columns = self.spec.columns.items()
        absent = [column.header for name, column in columns if column.expected and name not in self.columns]
        return absent + ([self.spec.wide.title] if self.spec.wide and not self.wide else [])

    @property
    def foreign(self) -> list[str]:
        """Headers that only a sibling of this table has."""
        there = {self.spec.same(text) for text in (*self.unknown.values(), *self.repeated.values())}
        return [header for header in self.spec.absent if self.spec.same(header) in there]

    @property
    def whole(self) -> bool:
        return not self.missing and not self.foreign


def layout_of(spec: TableSpec, index: int, row: Sequence[Any]) -> Layout:
    """What the cells of a row are, as headers of a table."""
    layout = Layout(spec, index)
    ranks: dict[str, int] = {}
    for position, cell in enumerate(row):
        text = clean_text(cell)
        meaning = spec.means(text) if text else None
        if meaning is None:
            if spec.wide and re.fullmatch(spec.wide.pattern, text):
                layout.wide.setdefault(text, position)
            elif 0 < len(text) <= LONGEST_HEADER:
                layout.unknown[position] = text
            continue
        name, unit, rank = meaning
        if rank >= ranks.get(name, rank + 1):
            (layout.unknown if name == "comment" else layout.repeated)[position] = text
            continue
        if name in layout.columns:
            layout.repeated[layout.columns[name]] = clean_text(row[layout.columns[name]])
        layout.columns[name], ranks[name] = position, rank
        if unit:
            layout.units[name] = unit
    return layout


def find_layout(spec: TableSpec, rows: Sequence[Sequence[Any]]) -> Layout | None:
    """The row among the first twenty on which a table has most of its headers, those that it must have first.

    None when no row has any.
    """
    top, wide = Rows.of(rows).first(ROWS_SEARCHED), spec.wide
    texts = list(map(clean_text, top.values))
    known = [
        bool(spec.means(text) or spec.makes(text) or (wide and re.fullmatch(wide.pattern, text)))
        for text in texts
    ]
    indices = np.flatnonzero(np.array(known, dtype=bool)[top.numbers].any(axis=1)).tolist()
    found = [layout_of(spec, index, top[index]) for index in indices]
    return max(found, key=lambda layout: (-len(layout.missing), layout.found), default=None)
