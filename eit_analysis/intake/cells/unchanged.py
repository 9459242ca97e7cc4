"""Texts that cleaning leaves as they are, found for a whole column at once: nearly all of a free column.

A text is plain when it is made of ordinary Western characters and single spaces, and holds nothing that may
be personal (what `personal.PERHAPS` looks for) nor the error of a spreadsheet. Any other is cleaned alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from eit_analysis.intake.cells.parsing import PLAIN
from eit_analysis.intake.cells.texts import content, texts_of

SIGNS = r"!\"$-?A-Z_a-z°²³À-ÖØ-öø-ÿŒœ’€"  # no # @ nor [, with which an error, an address and PRIVATE begin
WORDS = f"[{SIGNS}]+(?: [{SIGNS}]+)*"
SHAPE, SHAPES = f"^{WORDS}$", f"^{WORDS}(?:\n{WORDS})*$"
# Here a word starts after any letter with an accent too: more is looked at than need be, never less.
SUSPECT = r"[0-9][0-9ABab .()-]{7}|\b[Nn][éeÉE]|\bM(?:[.r]|me|lle|onsieur|adame|ademoiselle)|Err"


def plain_texts(cells: Sequence[Any]) -> np.ndarray:
    """Whether each cell is a text that cleaning a free column gives back as it is, shape (n_cells,)."""
    texts = texts_of(cells)
    if _all_plain(texts):
        return np.ones(len(texts), dtype=bool)
    return matches(texts, SHAPE) & ~matches(texts, SUSPECT)


def _all_plain(texts: pa.Array) -> bool:
    """Whether all texts are plain, which is quicker to test on one text that has each on a line."""
    if texts.null_count or not len(texts) or b"\n" in content(texts):
        return False
    lines = pc.binary_join(pa.ListArray.from_arrays([0, len(texts)], texts), "\n")
    return bool(matches(lines, SHAPES)[0] and not matches(lines, SUSPECT)[0])


def plain_numbers(cells: Sequence[Any]) -> np.ndarray:
    """What `parsing.parse_number` reads in each text that it finds plain, NaN in any other cell."""
    texts = texts_of(cells)
    plain = matches(texts, f"^(?:{PLAIN.pattern})$")
    numbers = np.full(len(cells), np.nan)
    digits = pc.replace_substring(texts.filter(pa.array(plain)), ",", ".")
    numbers[plain] = digits.cast(pa.float64()).to_numpy() + 0.0  # + 0.0: no -0.0
    return numbers


def matches(texts: pa.Array, pattern: str) -> np.ndarray:
    """Whether a pattern (of RE2) is found in each text, not in a null; shape (n_texts,)."""
    return pc.match_substring_regex(texts, pattern).fill_null(False).to_numpy(zero_copy_only=False)
