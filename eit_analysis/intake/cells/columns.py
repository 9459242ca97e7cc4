"""Cells of a table column by column, each distinct cell held once: equal cells are cleaned once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from eit_analysis.intake.cells.parsing import clean_text

FEW = 1000  # distinct cells of a column that separates rows at little cost
SIGNS = r"!\"$-?A-Z_a-z°²³À-ÖØ-öø-ÿŒœ’€"  # no # @ nor [, with which an error, an address and PRIVATE begin
SHAPE = f"^[{SIGNS}]+(?: [{SIGNS}]+)*$"
# Here a word starts after any letter with an accent too: more is looked at than need be, never less.
SUSPECT = r"[0-9][0-9ABab .()-]{7}|\b[Nn][éeÉE]|\bM(?:[.r]|me|lle|onsieur|adame|ademoiselle)|Err"


def objects(values: Sequence[Any]) -> np.ndarray:
    """One-dimensional array of objects, whatever the values are."""
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def pick(values: Sequence[Any], numbers: np.ndarray) -> list[Any]:
    """The values at these positions."""
    return [values[number] for number in numbers.tolist()]


class Rows(Sequence[list[Any]]):
    """Rows of raw cells, all equally long, each distinct cell held once; reads like a list of lists.

    ``numbers``, shape (n_rows, n_columns), is the position in ``values`` of each cell.
    """

    def __init__(self, values: Sequence[Any], numbers: np.ndarray) -> None:
        self.values, self.numbers = values, numbers

    @classmethod
    def packed(cls, values: Sequence[Any], numbers: np.ndarray, widths: np.ndarray) -> Rows:
        """Rows of several lengths, one after the other in ``numbers``; short ones end with blanks."""
        widest = int(widths.max(initial=0))
        if (widths == widest).all():
            return cls(values, numbers.reshape(len(widths), widest))
        table = np.full((len(widths), widest), len(values), dtype=numbers.dtype)
        table[np.arange(widest) < widths[:, None]] = numbers
        return cls([*values, ""], table)

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]]) -> Rows:
        """The same rows, each distinct cell held once."""
        if isinstance(rows, Rows):
            return rows
        cells = Cells.of([cell for row in rows for cell in row])
        return cls.packed(cells.values, cells.codes, np.array([len(row) for row in rows], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return list(Rows(self.values, self.numbers[index]))
        return pick(self.values, self.numbers[index])

    def __iter__(self) -> Iterator[list[Any]]:
        return ([self.values[number] for number in row] for row in self.numbers.tolist())

    def first(self, count: int) -> Rows:
        """So many rows from the top, with their own distinct cells."""
        own = self.numbers[:count]
        cells = Cells.among(self.values, own.ravel())
        return Rows(cells.values, cells.codes.reshape(own.shape))

    @cached_property
    def texts(self) -> pa.StringArray:
        """The distinct cells that are texts (:func:`texts_of`)."""
        return texts_of(self.values)

    @cached_property
    def said(self) -> str:
        """All its texts in small letters: that a word is in none of its cells is soon seen."""
        return "\n".join(cell for cell in self.values if isinstance(cell, str)).casefold()

    def test(self, passes: Callable[[Any], bool]) -> np.ndarray:
        """Whether each distinct cell passes a test, shape (n_values,)."""
        return np.fromiter(map(passes, self.values), bool, len(self.values))

    def filled(self) -> np.ndarray:
        """Whether each distinct cell shows something, shape (n_values,)."""
        return self.test(lambda cell: clean_text(cell) != "")


@dataclass(frozen=True)
class Cells:
    """A column of raw cells."""

    values: Sequence[Any]  #: distinct cells
    codes: np.ndarray  #: shape (n_rows,): position in ``values`` of the cell of each row

    @classmethod
    def of(cls, column: Sequence[Any]) -> Cells:
        values = list(dict.fromkeys(column))
        position = dict(zip(values, range(len(values)), strict=True))
        return cls(values, np.fromiter(map(position.__getitem__, column), np.int32, len(column)))

    @classmethod
    def among(cls, values: Sequence[Any], codes: np.ndarray) -> Cells:
        """A column whose cells are some of ``values``: only those that are used are kept."""
        if not len(codes):
            return cls([], np.zeros(0, dtype=np.int32))
        first = codes.min()  # the cells of one column are often neighbours, with no others between
        own = (codes - first).astype(np.int32, copy=False)
        used = np.zeros(own.max() + 1, dtype=bool)
        used[own] = True
        if used.all():
            return cls(values[first : first + len(used)], own)
        kept = pick(values, np.flatnonzero(used) + first)
        return cls(kept, (np.cumsum(used, dtype=np.int32) - 1)[own])

    def column(self) -> np.ndarray:
        """The cells, one for each row."""
        return objects(self.values)[self.codes]

    def compared(self, rows: np.ndarray) -> np.ndarray:
        """For some rows, numbers that are equal where their cells are, case and spaces aside."""
        own = self if len(rows) == len(self.codes) else Cells.among(self.values, self.codes[rows])
        return Cells.of([clean_text(cell).casefold() for cell in own.values]).codes[own.codes]

    def present(self, rows: np.ndarray) -> np.ndarray:
        """Whether each distinct cell is in some of these rows."""
        used = np.zeros(len(self.values), dtype=bool)
        used[self.codes[rows]] = True
        return used

    def rows_of(self, codes: Iterable[int]) -> np.ndarray:
        """Rows that have one of these codes."""
        wanted = np.zeros(len(self.values), dtype=bool)
        wanted[list(codes)] = True
        return np.flatnonzero(wanted[self.codes])

    def groups(self) -> list[np.ndarray]:
        """Rows of each distinct cell, in order."""
        ends = np.cumsum(np.bincount(self.codes, minlength=len(self.values)))
        return np.split(np.argsort(self.codes, kind="stable"), ends)[:-1]

    def where(self, test: Callable[[Any], bool]) -> np.ndarray:
        """Rows whose cell passes a test, which is made once for each distinct cell."""
        return np.flatnonzero(np.array([test(value) for value in self.values], dtype=bool)[self.codes])


def jointly(columns: Sequence[Cells]) -> Cells:
    """Columns of the same rows as one, whose distinct cells are tuples."""
    codes = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column in columns:
        codes = pd.factorize(codes * len(column.values) + column.codes)[0]
    first = np.flatnonzero(~pd.Series(codes).duplicated())
    values = zip(*(pick(column.values, column.codes[first]) for column in columns), strict=True)
    return Cells(list(values), codes)


def repeated(columns: Sequence[Cells]) -> np.ndarray:
    """For each row, the first row that is equal in every column (itself when there is none before).

    Case and spaces aside. Columns that repeat few cells are compared first: they part nearly all rows, and
    long texts are then only looked at where they could make a difference.
    """
    origin: np.ndarray = np.arange(len(columns[0].codes))
    rows, alike = origin, np.zeros_like(origin)  # and the group of each of these rows
    few = [column for column in columns if 1 < len(column.values) <= FEW]
    many = [column for column in columns if len(column.values) > FEW]
    for part in (few, many):
        for column in part:
            alike = pd.factorize(alike * len(column.values) + column.compared(rows))[0]
        shared = np.bincount(alike)[alike] > 1
        rows, alike = rows[shared], alike[shared]
    origin = origin.copy()
    origin[rows] = pd.Series(rows).groupby(alike).transform("first")
    return origin


def texts_of(cells: Sequence[Any]) -> pa.StringArray:
    """The cells that are texts, null where a cell is something else."""
    if set(map(type, cells)) - {str}:
        cells = [cell if isinstance(cell, str) else None for cell in cells]
    return pa.array(cells, pa.string())


def plain_texts(cells: Sequence[Any]) -> np.ndarray:
    """Whether each cell is a text that cleaning a free column gives back as it is, shape (n_cells,).

    It is when it is made of ordinary Western characters and single spaces, and holds nothing that may be
    personal (what `privacy.PERHAPS` looks for) nor the error of a spreadsheet. Any other is cleaned alone.
    """
    texts = texts_of(cells)
    return matches(texts, SHAPE) & ~matches(texts, SUSPECT)


def matches(texts: pa.Array, pattern: str) -> np.ndarray:
    """Whether a pattern (of RE2) is found in each text, not in a null; shape (n_texts,)."""
    return pc.match_substring_regex(texts, pattern).fill_null(False).to_numpy(zero_copy_only=False)
