"""One cell of an exchange file: a text, a code, a whole number or a number within bounds, or a refusal."""

from __future__ import annotations

import math
import re
from datetime import date
from functools import cache

from eit_analysis import tables
from eit_analysis.errors import CONTROLS
from eit_analysis.french import fold_words
from eit_analysis.intake.territories.descriptor import RefusedError
from eit_analysis.records import TOTAL
from eit_analysis.reference import exchange

LONGEST = 200  # characters of a text
LARGEST = 1e9
OLDEST = 1990  # year
CODED = ("category", "kind", "status")
SIGNED = ("central", "low", "high")  # a cost may be earned
NUMBER = re.compile(r"[-+]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})([eE][-+]?\d{1,2})?")


def value(
    text: str, column: str, dtype: str, required: bool, times: float, where: str
) -> str | int | float | None:
    """A cell in the type of its column, None when it is empty; a number ``times`` as large as it is written.

    Raises
    ------
    RefusedError
        When it is empty and must not be, is not of its type, or is beyond what any territory could have.
    """
    plain = clean(text)
    if not plain:
        if required:
            raise RefusedError("exchange_empty", where=where)
        return None
    if dtype == "str":
        return _code(plain, column, where) if column in CODED else plain
    return _number(plain, column, dtype, times, where)


def clean(text: str) -> str:
    """A text on one line, without what drives a terminal, and the apostrophe that kept a formula a text."""
    plain = " ".join(CONTROLS.sub(" ", text).split())
    plain = plain[1:] if re.match(r"'[-=+@]", plain) else plain
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"


def _number(text: str, column: str, dtype: str, times: float, where: str) -> int | float:
    if not NUMBER.fullmatch(text):
        raise RefusedError("exchange_no_number", where=where)
    # Bounds are those of the unit of today: a share of 0.4 is 40 %.
    number = float(text) if times == 1.0 else float(f"{float(text) * times:.12g}")
    low, high = (-LARGEST if column in SIGNED else 0.0), LARGEST
    if column == "reference_year":
        low, high = OLDEST, date.today().year
    if column.endswith("_percent"):
        high = 100.0
    if not math.isfinite(number) or not low <= number <= high or (dtype == "int" and number % 1):
        raise RefusedError("exchange_out_of_bounds", where=where)
    return int(number) if dtype == "int" else number


def _code(text: str, column: str, where: str) -> str:
    known = _codes(column)
    code = known.get(fold_words(text.replace("_", " ")))
    if code is None:
        raise RefusedError("exchange_no_code", where=where, known=", ".join(sorted(set(known.values()))))
    return code


@cache
def _codes(column: str) -> dict[str, str]:
    """The codes of a column by what they are written as: the code itself, or its French label."""
    labels = dict(tables.fields("synergy_register")[column]["labels"])
    labels |= {TOTAL: TOTAL} if column != "status" else {}
    pairs = [(text, code) for code, label in labels.items() for text in (code.replace("_", " "), label)]
    return {fold_words(text): code for text, code in pairs}


def factor(unit: str, expected: str, column: str) -> float:
    """What a number in ``unit`` is multiplied by to be in the unit of its column.

    Raises
    ------
    RefusedError
        When the unit is of another quantity.
    """
    if unit == expected or not expected:
        return 1.0
    known = exchange.PERCENT if expected == "%" else exchange.TONNES
    if unit not in known:
        raise RefusedError("exchange_unit", column=column, unit=unit, expected=expected)
    return known[unit]
