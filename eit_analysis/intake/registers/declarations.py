"""What a register's file looks like: its columns, and which rows of it are not for us.

Declared in ``registers.csv``, ``register_layouts.csv`` and ``register_columns.csv``. A register (``rome``)
has one layout per file it is published in, found by the headers of a sheet, never by the name of a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.registers.finishing import FINISHING
from eit_analysis.intake.sheets.headers import ROWS_SEARCHED, header_key


@dataclass(frozen=True)
class Column:
    """One column of ours: the headers it may have in the file, and how its cells are read."""

    #: Those accepted; case, accents, spaces, punctuation, plural and a year at the end do not matter.
    headers: list[str]
    kind: str  #: one of ``kinds.DTYPES``
    header_needed: bool = False  #: a file without this header is another file
    cell_needed: bool = False  #: a row without this cell is refused
    width: int = 0  #: digits of a code, to restore the zeros that a spreadsheet ate; 0: as many as there are


@dataclass(frozen=True)
class Wide:
    """Headers that are values: ``A0Z, A1Z, ...`` beside a year become rows of (``variable``, ``value``).

    ``title`` is the French name of the headers that match ``pattern``.
    """

    title: str
    pattern: str
    variable: str
    value: str


@dataclass(frozen=True)
class RegisterLayout:
    """One file of a register."""

    table: str  #: that it is written to
    columns: Mapping[str, Column]  #: by our name, in the order of the table
    wide: Wide | None  #: the columns that become rows
    absent: list[str]  #: headers of a sibling of this file: where one is found, it is not this one
    constants: Mapping[str, str]  #: columns with one value for the whole file
    #: Our column to ``{folded value: reason}``: rows that are not for us, counted.
    ignore: Mapping[str, Mapping[str, str]]
    distinct: bool  #: whether a row that repeats another in all these columns is the same thing listed twice
    #: Columns that name what a file covers: importing it replaces those rows alone. Empty: the whole table.
    replaces: list[str]
    territory: str  #: column of commune codes by which rows outside the study's territory are left out
    finish: Callable[[pd.DataFrame], pd.DataFrame]  #: what remains to be computed (``finishing``)


@dataclass(frozen=True)
class Register:
    """A register: its name in the command, its French title, and its advice to the user: what to download."""

    name: str
    title: str
    advice: str
    layouts: list[RegisterLayout]


def declared() -> dict[str, Register]:
    """Every register by its name in the command."""
    registers, layouts, columns = (
        reference.load(name).fillna("") for name in ("registers", "register_layouts", "register_columns")
    )
    of_layout: dict[str, dict[str, Column]] = {}
    for layout, name, headers, kind, need, width, _ in columns.to_numpy():
        column = Column(_listed(headers), kind, need != "none", need == "cell", width)
        of_layout.setdefault(layout, {})[name] = column
    found = {name: Register(name, title, advice, []) for name, title, advice in registers.to_numpy()}
    for row in layouts.to_dict("records"):
        found[row["register"]].layouts.append(_layout(row, of_layout[row["layout"]]))
    return found


def _layout(row: Mapping[Any, Any], columns: Mapping[str, Column]) -> RegisterLayout:
    ignore: dict[str, dict[str, str]] = {}
    for rule in _listed(row["ignore"]):
        column, word, reason = rule.split()
        ignore.setdefault(column, {})[word] = reason
    return RegisterLayout(
        table=row["table"],
        columns=columns,
        wide=Wide(row["wide_title"], row["wide_headers"], *row["wide_columns"].split())
        if row["wide_columns"]
        else None,
        absent=_listed(row["absent_headers"]),
        constants=dict(constant.split("=") for constant in row["constants"].split()),
        ignore=ignore,
        distinct=bool(row["distinct"]),
        replaces=row["replaces"].split(),
        territory=row["territory"],
        finish=FINISHING.get(row["table"], lambda frame: frame),
    )


def _listed(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


@dataclass(frozen=True)
class Match:
    """A layout laid on the best row of a sheet."""

    layout: RegisterLayout
    header_row: int  #: index from 0
    columns: dict[str, int]  #: our column to the index of the cell
    wide: dict[str, int]  #: the header that is a value to the index of the cell
    missing: list[str]  #: headers that this file should have
    foreign: list[str]  #: those that only a sibling of it has

    @property
    def found(self) -> int:
        return len(self.columns) + bool(self.wide)

    def unused(self, header: Sequence[Any]) -> list[str]:
        """Headers that are not of this layout."""
        taken = {*self.columns.values(), *self.wide.values()}
        return [text for i, cell in enumerate(header) if i not in taken and (text := clean_text(cell))]

    @property
    def whole(self) -> bool:
        return not self.missing and not self.foreign


@lru_cache(maxsize=10_000)
def compact_key(text: str) -> str:
    """Header for comparison: ``codePostalEtablissement`` and ``Code postal établissement`` are one."""
    return header_key(text).replace(" ", "")


def find_match(layout: RegisterLayout, rows: Sequence[Sequence[Any]]) -> Match | None:
    """The row among the first twenty on which a layout finds most of its headers, None when it finds none."""
    matches = [_on_row(layout, index, row) for index, row in enumerate(rows[:ROWS_SEARCHED])]
    return max((m for m in matches if m.found), key=lambda m: (-len(m.missing), m.found), default=None)


def _on_row(layout: RegisterLayout, index: int, row: Sequence[Any]) -> Match:
    texts = [clean_text(cell) for cell in row]
    keys = [compact_key(text) for text in texts]
    # BE24 and NOMBE24 lose the year of their zoning, unless a header with that very number is declared.
    yearless = [re.sub("[0-9]+$", "", key) for key in keys]
    columns, missing = {}, []
    for name, column in layout.columns.items():
        wanted = [compact_key(header) for header in column.headers]
        places = [where.index(k) for where in (keys, yearless) for k in wanted if k in where]
        if places:
            columns[name] = places[0]
        elif column.header_needed:
            missing.append(column.headers[0])
    wide = {}
    if layout.wide:
        taken = set(columns.values())
        wide = {
            text: i
            for i, text in enumerate(texts)
            if i not in taken and re.fullmatch(layout.wide.pattern, text)
        }
        missing += [] if wide else [layout.wide.title]
    foreign = [header for header in layout.absent if compact_key(header) in keys]
    return Match(layout, index, columns, wide, missing, foreign)
