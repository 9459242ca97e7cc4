"""How the rows of a table are called: by which keys it may be asked for them, and in French."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.errors import UnknownRowError
from eit_analysis.publishing import wording
from eit_analysis.records import TOTAL
from eit_analysis.reference import sentence

BARE = ("oui", "non", "inconnu")  # say nothing without their question
DATES = ("wave", "year")  # read as one word with their name
SUGGESTED = 4


def check_key(
    title: str, codes: pd.DataFrame, key: Sequence[object], levels: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Refuse a code that no study has; one that is only missing from these data is no error.

    The codes of a column are those of the vocabulary; a column without any (occupations, years) is open. Nor
    is it one of the key that was asked for, where the table is by a coarser one (``levels``).

    Raises
    ------
    UnknownRowError
        Naming the nearest code there is, be it by its French label.
    """
    finer = {level: asked for asked, level in levels.items()}
    for column, part in zip(map(str, codes.columns), map(str, key), strict=True):
        labels = wording.heading(column).labels
        if part in wording.heading(finer.get(column, column)).labels:
            continue
        known = {code: code for code in (*codes[column].astype(str), TOTAL, *labels)}
        if not labels or part in known:
            continue
        words = {label: code for code, label in labels.items()} | known
        near = [words[word] for word in get_close_matches(part, words, 1)]
        meant = french.listed([f"«\u00a0{code}\u00a0»" for code in near or list(labels)[:SUGGESTED]], "ou")
        raise UnknownRowError(sentence("row_unknown", title=title, part=part, column=column, meant=meant))


def row_name(row: pd.Series, keys: Sequence[str]) -> str:
    """``bois (recyclage)``: the first key, then what the others are; an answer goes with its question."""
    first, *others = keys
    more = ", ".join(_said(row[key], key) for key in others)
    return f"{wording.cell(row[first], first)} ({more})" if more else wording.cell(row[first], first)


def _said(value: object, key: str) -> str:
    text = wording.cell(value, key)
    if text == wording.MISSING:
        text = "non renseigné"
    elif text not in BARE and re.search(r"[^\W\d]", text):
        return text
    name, unit = french.lowered(wording.heading(key).header), wording.heading(key).unit
    if unit and isinstance(value, int | float | np.number):
        text = f"{text}\u00a0{french.agreed(unit, float(value))}"
    return f"{name} {text}" if key in DATES else f"{name}\u00a0: {text}"
