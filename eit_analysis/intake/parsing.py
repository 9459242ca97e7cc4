"""French numbers as people type them, read by stated rules that name themselves."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

SPACES = " \t\u00a0\u202f\u2007\u2009"
ABOUT_HALF_WIDTH = 0.20

MISSING_WORDS = {
    "nc", "nd", "nr", "ns", "na", "nan", "n a", "n c", "n d", "n r", "s o", "so", "nsp", "inconnu",
    "non connu", "non communique", "non renseigne", "non disponible", "non determine", "sans objet",
    "ne sait pas", "a preciser", "a completer", "confidentiel",
}  # fmt: skip
ZERO_WORDS = {"neant", "zero", "aucun", "aucune", "rien", "nul", "nulle"}
EXCEL_ERROR = re.compile(r"#[A-Z0-9/ÉÀ]+[!?]?$|#?Err:[0-9]+$")

PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
GROUPED = re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?:[.,][0-9]+)?")
THOUSANDS_POINT = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
THOUSANDS_COMMA = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
COMMAS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")

DIGITS = r"[0-9](?:[0-9.,'’ ]*[0-9])?(?:[eE][+-]?[0-9]{1,3})?"
SIGNED = rf"[+-]? ?{DIGITS}"
ABOUT = re.compile(
    r"(?:^|(?<=[ 0-9]))(?:environ|env\.?|approximativement|approx\.?|ca\.?|circa|[~≈±])(?=[ 0-9]|$)", re.I
)
LESS = re.compile(rf"(?:<=?|≤|moins de|maximum|max\.?|jusqu'à|au plus) ?({DIGITS})(.*)", re.I)
MORE = re.compile(rf"(?:>=?|≥|plus de|minimum|min\.?|au moins|à partir de) ?({DIGITS})(.*)", re.I)
RANGE = re.compile(rf"(?:entre |de )?({DIGITS}) ?(?:-|–|—|à|a|et) ?({DIGITS})(.*)", re.I)
PLUS_MINUS = re.compile(rf"({DIGITS}) ?(?:±|\+ ?/ ?-|\+-) ?({DIGITS}) ?(%?)(.*)")
SUFFIX = re.compile("[A-Za-zÀ-ÿ%€]")
LONGEST = 60  # characters: the longest number a person types, and a bound on matching time
SINGLE = re.compile(rf"({SIGNED})(.*)")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as read from a cell.

    Attributes
    ----------
    value : float or None
        Central value, None when the cell says it is missing.
    low, high : float or None
        Interval written in the cell itself, else None.
    rule : str
        Name of the reading rule when something else than plain reading was done, else ``""``.
    suffix : str
        Text that follows the number (``t``, ``%``, ``€/t``).
    problem : str
        Reason code when the cell is not a number, else ``""``.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    rule: str = ""
    suffix: str = ""
    problem: str = ""


def fold(text: str) -> str:
    """Text without case, accents or punctuation, in single-spaced words.

    >>> fold("Départs prévus (3 ans)")
    'departs prevus 3 ans'
    """
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE")).casefold()
    return " ".join(
        re.sub(r"[^0-9a-z]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).split()
    )


def singular(words: str) -> str:
    """Folded words without the marks of the plural (``metaux`` -> ``metal``, ``niveaux`` -> ``niveau``)."""
    out = []
    for word in words.split():
        if len(word) > 4 and word.endswith("aux") and not word.endswith("eaux"):
            word = word[:-2] + "l"
        elif len(word) > 3 and word.endswith(("s", "x")):
            word = word[:-1]
        out.append(word)
    return " ".join(out)


def clean_text(cell: Any) -> str:
    """Cell as single-spaced text; whole floats lose their ``.0`` so that codes stay codes."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return " ".join(str(cell).split())


def is_excel_error(text: str) -> bool:
    return text.startswith(("#", "Err:")) and bool(EXCEL_ERROR.match(text))


def decimal(text: str) -> tuple[float, str] | None:
    """Unsigned digits with separators to a value and the rule that settled an ambiguity.

    A comma is the decimal mark and a space (or apostrophe) parts thousands. A point alone before exactly
    three digits parts thousands (``1.200`` -> 1200, not after a zero: ``0.200``); any other is decimal.
    Where point and comma both stand, the last one is the decimal mark (``1,200.5`` -> 1200.5).

    Returns
    -------
    tuple of (float, str) or None
        None when the digits are not grouped as a number is.
    """
    if THOUSANDS_POINT.fullmatch(text):
        return float(text.replace(".", "")), "point_read_as_thousands"
    if THOUSANDS_COMMA.fullmatch(text):
        return float(text.replace(",", ".")), "comma_read_as_decimal"
    if PLAIN.fullmatch(text):
        return float(text.replace(",", ".")), ""
    if GROUPED.fullmatch(text):
        return float(re.sub(r"[ '’]", "", text).replace(",", ".")), ""
    if POINTS.fullmatch(text):
        rule = "point_read_as_thousands" if "," in text else ""
        return float(text.replace(".", "").replace(",", ".")), rule
    if COMMAS.fullmatch(text):
        return float(text.replace(",", "")), "comma_read_as_thousands"
    return None


def parse_number(cell: Any) -> Number:
    """Read one cell as a number (see :class:`Number` for what comes back).

    ``<5`` is the interval [0, 5] with its middle as central value, ``10-15`` likewise, ``env. 10`` is 10 ±
    20 %; ``NC`` or ``n.d.`` is missing (not zero), ``néant`` is zero. Excel errors, dates and any other text
    are problems.
    """
    if isinstance(cell, bool):
        return Number(problem="not_a_number")
    if isinstance(cell, (int, float)):
        if math.isnan(cell):
            return Number()
        return Number(float(cell)) if math.isfinite(cell) else Number(problem="not_a_number")
    if isinstance(cell, (dt.date, dt.time, dt.timedelta)):
        return Number(problem="date_instead_of_number")
    return _parse_text("" if cell is None else str(cell))


@lru_cache(maxsize=20_000)
def _parse_text(raw: str) -> Number:
    text = " ".join(raw.split()).replace("−", "-").replace("‑", "-")
    if not text:
        return Number()
    if is_excel_error(text):
        return Number(problem="excel_error")
    words = fold(text)
    # A dash or a question mark: nobody knows whether it means none or unknown, so never zero.
    if words in MISSING_WORDS or not text.strip("-–—?./ "):
        return Number(rule="missing_word")
    if words in ZERO_WORDS:
        return Number(0.0, rule="zero_word")
    if len(text) > LONGEST:
        return Number(problem="not_a_number")
    number = _interval(text) or _single(text)
    readable = not number.suffix or SUFFIX.match(number.suffix)
    if not readable or not math.isfinite(number.high or number.value or 0.0):
        return Number(problem="not_a_number")
    return number


def _interval(text: str) -> Number | None:
    """Forms that carry their own interval, or None."""
    bare, found = ABOUT.subn(" ", text)
    if found and not PLUS_MINUS.fullmatch(text):
        bare = " ".join(bare.split())
        number = _interval(bare) or _single(bare)
        if number.value is None or number.low is not None:
            return number
        half = abs(number.value) * ABOUT_HALF_WIDTH
        return Number(number.value, number.value - half, number.value + half, "about", number.suffix)
    if MORE.fullmatch(text):
        return Number(problem="open_interval")
    if (match := LESS.fullmatch(text)) and (high := decimal(match[1])):
        return Number(high[0] / 2, 0.0, high[0], "less_than", match[2].strip())
    if match := PLUS_MINUS.fullmatch(text):
        centre, width = decimal(match[1]), decimal(match[2])
        if centre and width:
            half = centre[0] * width[0] / 100 if match[3] else width[0]
            return Number(centre[0], centre[0] - half, centre[0] + half, "plus_minus", match[4].strip())
    if match := RANGE.fullmatch(text):
        first, second = decimal(match[1]), decimal(match[2])
        if first and second:
            low, high_value = sorted((first[0], second[0]))
            return Number((low + high_value) / 2, low, high_value, "range", match[3].strip())
    return None


def _single(text: str) -> Number:
    match = SINGLE.fullmatch(text)
    digits = decimal(match[1].lstrip("+- ")) if match else None
    if match is None or digits is None:
        return Number(problem="not_a_number")
    sign = -1.0 if match[1].startswith("-") else 1.0
    return Number(sign * digits[0], rule=digits[1], suffix=match[2].strip())
