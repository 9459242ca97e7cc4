"""Distinct cells of a column that are all texts, kept as Arrow keeps them: no Python object for each.

A column whose hundred thousand cells all differ is read, looked at, cleaned and written
in one piece. Cells of several kinds, as in a workbook, are an ordinary list.

Cleaning leaves nearly all texts of a free column as they are: those are found at once. A text is plain when
it is made of ordinary Western characters and single spaces, and holds nothing that may be personal (what
`personal.PERHAPS` looks for) nor the error of a spreadsheet. Any other is cleaned alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SIGNS = r"!\"$-?A-Z_a-z°²³À-ÖØ-öø-ÿŒœ’€"  # no # @ nor [, with which an error, an address and PRIVATE begin
SHAPE = f"^[{SIGNS}]+(?: [{SIGNS}]+)*$"
# Here a word starts after any letter with an accent too: more is looked at than need be, never less.
SUSPECT = r"[0-9][0-9ABab .()-]{7}|\b[Nn][éeÉE]|\bM(?:[.r]|me|lle|onsieur|adame|ademoiselle)|Err"


class Texts(Sequence[Any]):
    """Reads like a list of texts, with None where ``array`` is null."""

    def __init__(self, array: pa.StringArray) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, index: Any) -> Any:
        return Texts(self.array[index]) if isinstance(index, slice) else self.array[index].as_py()

    def __iter__(self) -> Iterator[str | None]:
        return iter(self.array.to_pylist())


def pick(values: Sequence[Any], numbers: np.ndarray) -> Sequence[Any]:
    """The values at these positions."""
    if isinstance(values, Texts):
        return Texts(values.array.take(pa.array(numbers)))
    return [values[number] for number in numbers.tolist()]


def put(values: Sequence[Any], numbers: np.ndarray, new: list[Any]) -> Sequence[Any]:
    """The values with others at these positions, in rising order."""
    if not len(new) or len(new) == len(values):
        return new or values
    if isinstance(values, Texts) and set(map(type, new)) <= {str, type(None)}:
        there = np.zeros(len(values), dtype=bool)
        there[numbers] = True
        return Texts(pc.replace_with_mask(values.array, pa.array(there), pa.array(new, pa.string())))
    changed = list(values)
    for number, value in zip(numbers.tolist(), new, strict=True):
        changed[number] = value
    return changed


def with_blank(values: Sequence[Any]) -> Sequence[Any]:
    """The values after an empty one."""
    if isinstance(values, Texts):
        return Texts(pa.concat_arrays([pa.array([""]), values.array]))
    return ["", *values]


def texts_of(cells: Sequence[Any]) -> pa.StringArray:
    """The cells that are texts, null where a cell is something else."""
    if isinstance(cells, Texts):
        return cells.array
    if set(map(type, cells)) - {str}:
        cells = [cell if isinstance(cell, str) else None for cell in cells]
    return pa.array(cells, pa.string())


def plain_texts(cells: Sequence[Any]) -> np.ndarray:
    """Whether each cell is a text that cleaning a free column gives back as it is, shape (n_cells,)."""
    texts = texts_of(cells)
    return matches(texts, SHAPE) & ~matches(texts, SUSPECT)


def matches(texts: pa.Array, pattern: str) -> np.ndarray:
    """Whether a pattern (of RE2) is found in each text, not in a null; shape (n_texts,)."""
    return pc.match_substring_regex(texts, pattern).fill_null(False).to_numpy(zero_copy_only=False)
