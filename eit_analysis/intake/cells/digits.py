"""Digits with their separators to a value, and what reading one cell as a number gives back."""

from __future__ import annotations

import re
from typing import NamedTuple


class Number(NamedTuple):
    """A number as read from a cell."""

    value: float | None = None  #: central value, None when the cell means that it is missing
    low: float | None = None  #: bounds written in the cell itself
    high: float | None = None
    rule: str = ""  #: name of the reading rule when something else than plain reading was done
    suffix: str = ""  #: text that follows the number (``t``, ``%``, ``€/t``)
    problem: str = ""  #: reason code when the cell is not a number


# One spelling of a value each, tried in this order; the first two would match the third.
SPELLINGS: tuple[tuple[re.Pattern[str], str, str, str], ...] = tuple(
    (re.compile(pattern), thousands, mark, rule)
    for pattern, thousands, mark, rule in (
        (
            r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})",
            ".",
            ",",
            "point_read_as_thousands",
        ),
        (r"[1-9][0-9]{0,2},[0-9]{3}", "", ",", "comma_read_as_decimal"),
        (r"[0-9]+(?:,[0-9]+)?", "", ",", ""),
        (r"[0-9]+\.[0-9]+", "", ".", ""),
        (r"[1-9][0-9]{0,2}(?: [0-9]{3})+(?:,[0-9]+)?", " ", ",", ""),
        (r"[1-9][0-9]{0,2}(?: [0-9]{3})+\.[0-9]+", " ", ".", ""),
        (r"[1-9][0-9]{0,2}(?:'[0-9]{3})+(?:,[0-9]+)?", "'", ",", ""),
        (r"[1-9][0-9]{0,2}(?:'[0-9]{3})+\.[0-9]+", "'", ".", ""),
        (r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?", ",", ".", "comma_read_as_thousands"),
        (r",[0-9]+", "", ",", "leading_zero_left_out"),
        (r"\.[0-9]+", "", ".", "leading_zero_left_out"),
        (r"[0-9]+(?:,[0-9]+)?[eE][+-]?[0-9]{1,3}", "", ",", "scientific_notation"),
        (r"[0-9]+\.[0-9]+[eE][+-]?[0-9]{1,3}", "", ".", "scientific_notation"),
    )
)


def decimal(text: str) -> tuple[float, str] | None:
    """Unsigned digits with separators to a value and the rule that settled an ambiguity.

    A comma is the decimal mark and a space (or apostrophe) parts thousands. A point alone is
    decimal (before exactly three digits it may part thousands: `parsing` refuses it beforehand). Where there
    are both a point and a comma, the last one is the decimal mark (``1,200.5`` -> 1200.5). None when the
    digits are not grouped as a number is.
    """
    for spelling, thousands, mark, rule in SPELLINGS:
        if spelling.fullmatch(text):
            plain = text.replace(thousands, "") if thousands else text
            return float(plain.replace(mark, ".")), rule
    return None
