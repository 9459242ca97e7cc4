"""Which cells of a column are texts that cleaning leaves as they are: nearly all of a free column, at once.

A text is plain when it is made of ordinary Western characters and single spaces, and holds nothing that may
be personal (what `privacy.PERHAPS` looks for) nor the error of a spreadsheet. Any other is cleaned alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SIGNS = r"!\"$-?A-Z_a-z°²³À-ÖØ-öø-ÿŒœ’€"  # no # @ nor [, with which an error, an address and PRIVATE begin
SHAPE = f"^[{SIGNS}]+(?: [{SIGNS}]+)*$"
# Here a word starts after any letter with an accent too: more is looked at than need be, never less.
SUSPECT = r"[0-9][0-9ABab .()-]{7}|\b[Nn][éeÉE]|\bM(?:[.r]|me|lle|onsieur|adame|ademoiselle)|Err"


def texts_of(cells: Sequence[Any]) -> pa.StringArray:
    """The cells that are texts, null where a cell is something else."""
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
