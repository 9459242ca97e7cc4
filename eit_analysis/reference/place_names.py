"""Names and codes of places as they are compared, whatever the way they were typed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from eit_analysis.french import fold

ARTICLE = re.compile(r"^(?:le|la|les|l) ", re.M)
UNDER, UPON = re.compile(r"\bs ?/ ?s\b[/.]?"), re.compile(r"\bs ?/")
# Every byte that is no letter, digit or line end becomes a space.
SPACES = bytes(byte if chr(byte) in "abcdefghijklmnopqrstuvwxyz0123456789\n" else 32 for byte in range(256))
# In order, on words of plain lower-case letters; each line is a name.
STEPS = (
    (re.compile(r"  +"), " "),
    (re.compile(r"^ | $", re.M), ""),
    (re.compile(r"\bst(es?|s)?\b"), r"saint\1"),
    (re.compile(r" cedex\b.*$", re.M), ""),
    # Paris, Lyon and Marseille are one commune each in the table, whatever the district.
    (re.compile(r"^(paris|lyon|marseille) \d{1,2}(?: ?(?:er?|e|eme))?(?: arrondissement)?$", re.M), r"\1"),
)


def typed_text(value: object) -> str:
    """What was typed, as trimmed text: missing is empty, and the ``.0`` a spreadsheet adds is dropped."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        value = int(value) if value.is_integer() else value
    text = " ".join(str(value).split())
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text if text != "<NA>" else ""


def normalise_names(names: Sequence[str]) -> list[str]:
    """Names for comparison, all in one pass; none may hold a line end."""
    text = fold("\n".join(names))
    if "/" in text:
        text = UPON.sub("sur ", UNDER.sub("sous ", text))
    text = text.encode("ascii", "replace").translate(SPACES).decode("ascii")
    for pattern, replacement in STEPS:
        text = pattern.sub(replacement, text)
    return text.split("\n")


def normalise_name(value: object) -> str:
    """A place name for comparison: lower case, no accents, no punctuation, abbreviations written out.

    Parameters
    ----------
    value : object
        What was typed: ``"ST-AMARIN Cedex"``, ``"Roche s/ Foron"``.

    Returns
    -------
    str
        ``"saint amarin"``, ``"roche sur foron"``; empty when there is nothing to compare.
    """
    return normalise_names([typed_text(value)])[0]


def bare_name(name: str) -> str:
    """A normalised name without its leading article."""
    return ARTICLE.sub("", name)


def five_digits(value: object) -> str:
    """A commune code or postcode as text: ``1004.0`` -> ``"01004"`` (a spreadsheet ate the zero)."""
    text = typed_text(value).replace(" ", "").upper()
    return text.zfill(5) if re.fullmatch(r"\d{4}", text, re.ASCII) else text
