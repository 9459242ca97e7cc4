"""One cell of a register to a value: what the State's files write, which is not what people type.

In a published file a point is always the decimal mark (``10.847`` thousand jobs is not ten thousand), a blank
or ``NA`` is missing, and ``*`` or ``S`` hides a number for statistical secrecy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.intake.cells import identifiers
from eit_analysis.intake.cells.contract import readable
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text, spreadsheet_error
from eit_analysis.intake.sheets.spec import Reading
from eit_analysis.reference import nomenclatures
from eit_analysis.reference.communes import find_commune

# Type of the column in the table, by kind.
DTYPES = {
    "text": "str", "code": "str", "siret": "str", "waste_code": "str", "date": "str", "number": "float64",
    "positive": "float64", "mass_unit": "float64", "integer": "Int64", "year": "Int64", "flag": "boolean",
    "greening": "str", "outlet_kind": "str", "accepted": "str", "commune": "str", "naf": "str",
}  # fmt: skip
MASKED = "masked"
MASKS = {"*", "**", "[nd]"}
NUMBER_MASKS = MASKS | {"s", "c", "nd", "n.d.", "n.d", "secret", "secret statistique", "confidentiel",
                        "< seuil"}  # fmt: skip
MISSING = {"", "NA", "NaN", "nan", "NULL", "null", "None", "<NA>", ":"}
# By kind, what folded words mean: flags, tonnes per unit, the classes that the ROME gives to occupations in
# the ecological transition, what an outlet does.
WORDS: dict[str, dict[str, str]] = {
    str(kind): dict(zip(rows["word"], rows["value"], strict=True))
    for kind, rows in reference.load("register_words").groupby("kind")
}
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[ '’.,][0-9]{3})+")


def read_cell(kind: str, width: int, cell: Any) -> tuple[Any, bool]:
    """Value of a cell (None when missing) and whether the source masked it.

    Raises
    ------
    CellError
        When the cell is not of its kind.
    """
    text = clean_text(cell)
    numeric = DTYPES[kind] != "str"
    if text.lower() in (NUMBER_MASKS if numeric else MASKS):
        return None, True
    if text in MISSING:
        return None, False
    if spreadsheet_error(text):
        raise CellError("excel_error.register")
    value = READERS[kind](text)
    return value.zfill(width) if kind == "code" and value.isdigit() else value, False


def reader(kind: str, width: int, needed: bool = False) -> Callable[[Any], Reading]:
    """What reads a cell of a column of a register; ``MASKED`` is the rule of one that the source hides."""

    def read(cell: Any) -> Reading:
        try:
            value, hidden = read_cell(kind, width, cell)
        except CellError as error:
            return Reading(error=error)
        blank = value is None and not hidden and needed
        return Reading(
            value, MASKED if hidden else "", CellError("missing_value.register") if blank else None
        )

    return read


def official_number(text: str) -> float | None:
    """Digits of a published file to a number, None when they are not one.

    A single point or comma is the decimal mark; a space parts thousands; where both marks are used, or one
    several times, the last kind of mark used once is the decimal one.

    >>> official_number("10.847"), official_number("1 234,5"), official_number("1.234.567,8")
    (10.847, 1234.5, 1234567.8)
    """
    digits = " ".join(text.replace("−", "-").split())
    marks = [mark for mark in ".," if mark in digits]
    decimal = max(marks, key=digits.rfind, default="")
    if decimal and digits.count(decimal) > 1:
        decimal = ""
    whole, _, fraction = digits.rpartition(decimal) if decimal else (digits, "", "")
    if GROUPED.fullmatch(whole):
        whole = re.sub("[ '’.,]", "", whole)
    plain = f"{whole}.{fraction}" if decimal else whole
    value = float(plain) if DECIMAL.fullmatch(plain) else math.inf
    return value if math.isfinite(value) else None


def _number(text: str) -> float:
    value = official_number(text)
    if value is None:
        raise CellError("not_a_number.register")
    return value


def _positive(text: str) -> float:
    value = _number(text)
    if value < 0:
        raise CellError("negative_value.register")
    return value


def _integer(text: str) -> int:
    value = _number(text)
    if not value.is_integer():
        raise CellError("not_a_number.whole")
    return int(value)


def _year(text: str) -> int:
    if not re.fullmatch("(?:19|20)[0-9]{2}", text):
        raise CellError("bad_code.year")
    return int(text)


def _date(text: str) -> str | None:
    # The hour that some exports add is of no use here.
    return identifiers.clean_date(re.sub(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ].*$", r"\1", text))[0]


def _meaning(kind: str, text: str, problem: str) -> str:
    if fold_words(text) not in WORDS[kind]:
        raise CellError(problem)
    return WORDS[kind][fold_words(text)]


def _accepted(text: str) -> str:
    """Families and waste codes of one cell, each by its code, in order: ``wood 150103``."""
    parts = [part.strip() for part in re.split(r"[,;|]|\bet\b", text) if part.strip()]
    return " ".join(dict.fromkeys(map(_family_or_code, parts)))


def _family_or_code(part: str) -> str:
    if code := nomenclatures.normalise_waste_code(part):
        return code
    if family := readable("flows", "category", part):
        return str(family)
    raise CellError("unknown_value.accepted", part=part)


def _commune(text: str) -> str:
    found = find_commune(code=text) or find_commune(name=text)
    if found is None:
        raise CellError("unknown_commune")
    return found.commune_code


READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "code": lambda text: re.sub(r"(?<=[0-9])\.0$", "", text),
    "siret": lambda text: identifiers.clean_siret(text)[0],
    "waste_code": lambda text: identifiers.clean_waste_code(text)[0],
    "date": _date,
    "number": _number,
    "positive": _positive,
    "integer": _integer,
    "year": _year,
    "flag": lambda text: _meaning("flag", text, "unknown_value.flag") == "1",
    "mass_unit": lambda text: float(_meaning("mass_unit", text, "unknown_unit.register")),
    "greening": lambda text: _meaning("greening", text, "unknown_value.greening"),
    "outlet_kind": lambda text: _meaning("outlet_kind", text, "unknown_value.outlet_kind"),
    "accepted": _accepted,
    "commune": _commune,
    "naf": lambda text: identifiers.clean_naf(text)[0],
}
