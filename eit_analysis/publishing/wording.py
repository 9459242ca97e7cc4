"""French numbers and values as a reader sees them; the words are those of :mod:`reference.vocabulary`."""

from __future__ import annotations

import math
import re
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
from babel.dates import format_date
from babel.numbers import format_decimal

from eit_analysis import french
from eit_analysis.reference.scales import SCALES, beyond
from eit_analysis.reference.vocabulary import heading as heading

NBSP = "\u00a0"
SUPPRESSED = "s"
MISSING = "–"
NOT_KNOWN = "sans objet ou non connu"  # what that says, but in columns with words of their own
NOT_KNOWN_OF = {"distance_km": "distance non connue dans une même commune"}  # both are placed at its centre
SOMETHING = 1e-4  # under it a number is what sums leave, and prints as nothing
PARAMETERS = ("low", "central", "high")
DAY = re.compile(r"\d{4}-\d\d-\d\d")  # as tables hold it
# The difference of two uncertain sums: two digits are all that it has.
CHANGES = ("effect_change", "effect_change_low", "effect_change_high")
ANY_UNIT = (
    *PARAMETERS, "value", "value_low", "value_high", "value_before", "target_value", "threshold",
    "hours_per_result", "public_eur_per_result", "private_eur_per_result",
)  # fmt: skip


def alphabetical(text: str) -> str:
    """What to sort a printed name by: accents and capitals count for nothing."""
    return french.fold(text).encode("ascii", "ignore").decode()


def is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


@lru_cache(maxsize=20_000)  # a number stands in a page, in its files and in sentences
def number(value: float, decimals: int) -> str:
    """A number as French readers write it: ``1 240,5`` with a narrow no-break space; −0 is 0."""
    rounded = french.half_up(float(value), decimals)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(rounded if rounded else 0.0, format=pattern, locale="fr_FR").replace("-", "−")


def cell(value: object, column: str, coarse: bool = False) -> str:
    """One table cell: label of a code, French number, or text; ``coarse`` without decimals that are empty."""
    if is_missing(value):
        return MISSING
    style = heading(column)
    if isinstance(value, (bool, np.bool_)):
        return "oui" if value else "non"
    if isinstance(value, (int, float, np.number)):
        amount = float(value)
        as_code = str(int(amount)) if amount.is_integer() else str(amount)
        if as_code in style.labels:
            return style.labels[as_code]
        # Years and row numbers take no thousands separator.
        if column.endswith(("year", "source_row")) and "per" not in column:
            return as_code
        if column in CHANGES:
            return french.exact(float(f"{amount:.2g}"))
        if column in ANY_UNIT:  # of any unit and size: 1505 and 0.015 are in one column
            return french.short(amount)
        # A mean of answers keeps its decimal: 2 beside 2.6 would look rounder.
        shorter = coarse and column not in SCALES
        text = number(amount, _decimals(amount, style.decimals) if shorter else style.decimals)
        return text + beyond(amount, column) if coarse else text
    text = str(value)
    return french.day(text) if DAY.fullmatch(text) else style.labels.get(text, text)


def in_words(day: date) -> str:
    """A day in words: ``4 mai 2018``, of which only the first of a month is an ordinal, ``1er mai 2018``."""
    text = format_date(day, "d MMMM y", locale="fr_FR")
    return text.replace("1", "1er", 1) if day.day == 1 else text


def _decimals(amount: float, most: int) -> int:
    """The decimals that a rounded number needs: 900 is no « 900,0 », and what is above nothing no « 0 »."""
    full = french.half_up(amount, most)
    if SOMETHING <= abs(amount) <= 0.5 * 10.0**-most:  # at the half, 0.049 to its digit is no 0.1
        return -math.floor(math.log10(abs(amount)))
    return next((n for n in range(most) if french.half_up(amount, n) == full), most)


def as_printed(value: float, column: str) -> float:
    """A number of a file, as the page beside it prints it: what is above nothing is no 0."""
    return french.half_up(value, _decimals(value, heading(column).decimals))


def rounded(value: object, column: str, coarse: bool = False) -> str:
    """One value for a sentence: no decimals from 100 on, three significant digits for thousands of euros.

    Nobody knows a territory's bill to the euro; the table beside the sentence holds the whole number.
    """
    if isinstance(value, float) and abs(value) >= 1000 and heading(column).unit == "€/an":
        return number(float(f"{value:.3g}"), 0)
    if isinstance(value, float) and abs(value) >= 100 and column not in CHANGES:
        return number(float(value), 0)
    return cell(value, column, coarse)


def measured(value: float, column: str, coarse: bool = True, unit: str = "") -> str:
    """A number with its unit, for a sentence: ``1 240 t/an``; ``unit`` is that of a column of any."""
    style, text = heading(column), rounded(value, column, coarse)
    unit = style.unit or (unit if column in (*ANY_UNIT, *CHANGES) else "")
    if not unit or text == MISSING:
        return text
    # As it is printed: 1.6 people are « 2 personnes ».
    return f"{text}{NBSP}{french.agreed(unit, french.half_up(float(value), style.decimals))}"
