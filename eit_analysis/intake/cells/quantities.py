"""The written forms of one French quantity: digits, intervals, multipliers and the unit that follows.

Forms and readings are listed in ``docs/parsing.md``. A text with two readings gives a named problem.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.remarks import holds, read_remark
from eit_analysis.reference.units import known_unit, normalise_unit, to_tonnes


class Number(NamedTuple):
    """A number as read from a cell."""

    value: float | None = None  #: central value, None when the cell means that it is missing
    low: float | None = None  #: bounds written in the cell itself
    high: float | None = None
    rule: str = ""  #: name of the reading rule when something else than plain reading was done
    suffix: str = ""  #: text that follows the number (``t``, ``%``, ``€/t``)
    problem: str = ""  #: reason code when the cell is not a number


ABOUT_HALF_WIDTH = 0.20
# A range wider than this is rather a number without its thousands (10-15 000) or a date (10-2018).
WIDEST_RANGE = 100.0

DIGITS = r"(?:[0-9](?:[0-9.,' ]*[0-9])?(?:[eE][+-]?[0-9]{1,3})?|[.,][0-9]+)"
UNIT = r"(?![eE][+-]?[0-9])[A-Za-zÀ-ÿ%€][A-Za-zÀ-ÿ%€³3/ ]{0,19}?"  # of the first of two numbers

ABOUT = (
    r"(?:environ|env\.?|approximativement|approx\.?|à peu près|autour de|aux alentours de|circa|ca\.?"
    r"|plus ou moins|[~≈±]|\+ ?/ ?-)"
)
ABOUT_BEFORE = re.compile(rf"{ABOUT} ?(?=[0-9,.½¼¾]|[a-z]+ ?)(.+)", re.I)
ABOUT_AFTER = re.compile(rf"(.*[^ ])(?: |(?<=[0-9])){ABOUT}", re.I)
TENS = {"dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
        "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "millier": 1000}  # fmt: skip
ABOUT_TENS = re.compile(
    rf"(?:(?:une?|1) )?({'|'.join(TENS)}|(?:10|12|15|20|30|50|100) ?aine)\b(?: (?:de |d')?(.*))?", re.I
)
LESS = re.compile(
    rf"(?:<=?|≤|moins de|- de|inf(?:\.|érieure?s?)?(?: ou égale?s?)? à|maximum|maxi|max\.?|jusqu'à|au plus"
    rf"|au maximum|pas plus de) ?(?:à |de )?({DIGITS})(.*)",
    re.I,
)
LESS_AFTER = re.compile(
    rf"({DIGITS})(.*?) ?\b(?:maximum|maxi|max\.?|au plus|au maximum|ou moins|et moins)", re.I
)
MORE = re.compile(
    r"(?:>=?|≥|plus de|\+ de|sup(?:\.|érieure?s?)?(?: ou égale?s?)? à|minimum|mini|min\.?|au moins|au minimum"
    r"|à partir de) ?(?:à |de )?[0-9].*|[0-9].*(?:\b(?:minimum|mini|min\.?|au moins|ou plus|et plus)|\+)",
    re.I,
)
PLUS_MINUS = re.compile(
    rf"({DIGITS}) ?({UNIT})? ?(?:±|\+ ?/ ?-|\+-|plus ou moins) ?({DIGITS}) ?(%?)(.*)", re.I
)
RANGE = re.compile(rf"(entre |de )?({DIGITS}) ?({UNIT})?? ?(-|–|—|à|a|et|ou|\.\.+|…) ?({DIGITS})(.*)", re.I)
SINGLE = re.compile(rf"([+-]? ?)({DIGITS})(.*)")

# Beside a quantity with its unit, money or the same said again; of people, what some of them are.
ELSE = re.compile(rf"{DIGITS} ?(?:€|euros?\b|k€).*|soit (?:environ )?{DIGITS} ?[a-zà-ÿ]{{3,}}.*", re.I)
AGAIN = re.compile(rf"soit (?:environ )?({DIGITS}) ?(.+)", re.I)
SAID_AGAIN = 0.10  # of a mass: what it may differ by where another unit says it again
PART = re.compile(r"([0-9]+),? dont [0-9]+ ([a-zà-ÿ]{4,}).*", re.I)
NOTE = re.compile(r"(.*?)(?:^| |(?<=[0-9]))\(([^()]*)\)")
SUFFIX = re.compile(r"(?:/ ?)?[A-Za-zÀ-ÿ%€]")
SEVERAL = re.compile(
    r"\b(?:x|fois|et|ou|dont|soit|puis|plus|à|a|h) ?[0-9]|\bet demie?\b|[*×+=±;:<>] ?[0-9]|- [0-9]|, [0-9]"
    r"|(?<! [0-9])(?<! [0-9][0-9]),[0-9]",  # but « de 1,2 t »
    re.I,
)
# 3T5, 1 tonne 200: three and a half, a tonne and 200 kg, or a word of their own.
UNIT_INSIDE = re.compile(r"[0-9]+ ?(?:t|tonnes?|kg|m3|m³|l) ?[0-9]{1,3}", re.I)
SLASH = re.compile(rf"{DIGITS} ?/ ?{DIGITS}.*")
TRUNCATED = re.compile(r"[+-]?[0-9 ]*[0-9] ?[.,](?: ?[A-Za-z%€].*)?")
MULTIPLIER = re.compile(
    r"(?:(mille\b|milliers?\b|k(?=€|eur))|(millions?\b|M(?=€))|(milliards?\b|Mds?(?=€))) ?(?:de |d')?(.*)"
)
AMBIGUOUS_MULTIPLIER = re.compile(r"(?:[kK]|M|Mds?|m€)(?:/.*)?")
KILO_CAPITAL = re.compile(r"K(?=€|eur)")
FRACTION = re.compile(r"(?<![.,]) ?([½¼¾])(?![0-9.,])")
FRACTIONS = {"½": ",5", "¼": ",25", "¾": ",75"}
NUMBER_WORDS: dict[str, int] = dict(reference.load("number_words").to_numpy())
NUMBER_WORD = re.compile(rf"({'|'.join(NUMBER_WORDS)})(?: (.*))?", re.I)
VAGUE = re.compile(
    r"\b(?:quelques?|plusieurs|beaucoup|peu|variables?|négligeables?|traces?|selon"
    r"|(?:diz|douz|quinz|vingt|cent)aines)\b",
    re.I,
)


# One spelling of a value each, tried in this order; the first two would match the third.
SPELLINGS = [
    (re.compile(spelling), *how)
    for spelling, *how in reference.load("number_spellings").fillna("").itertuples(index=False)
]


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


def read_quantity(text: str) -> Number:
    """A quantity in single-spaced text, with its unit as suffix; else the named problem."""
    if UNIT_INSIDE.fullmatch(text):
        return Number(problem="unit_inside_number")
    if (part := PART.fullmatch(text)) and not known_unit(part[2]):
        return Number(float(part[1]), rule="part_left_out")
    number = _noted(text)
    if number.problem:
        return number
    if VAGUE.match(number.suffix):
        return Number(problem="vague_quantity")
    if SEVERAL.search(number.suffix):
        return Number(problem="several_numbers")
    if AMBIGUOUS_MULTIPLIER.fullmatch(number.suffix):
        return Number(problem="ambiguous_multiplier")
    if number.suffix and not SUFFIX.match(number.suffix):
        return Number(problem=_why(text))
    return _multiplied(number)


def _noted(text: str) -> Number:
    """The quantity, a note in parentheses after it read for what it is."""
    match = NOTE.fullmatch(text) if text.endswith(")") else None
    if match is None:
        return Number(problem="doubtful_value") if text.endswith("?") else _read(text)
    head, note = match[1].strip(), match[2].strip()
    if re.fullmatch(ABOUT, note, re.I) or re.match(r"±|\+ ?/ ?-", note):
        return _read(f"{head} {note}")
    if re.search(r"\d", note) or not head:
        other, number = ELSE.fullmatch(note), _read(head)
        again = _says_again(number, note)
        if number.suffix and not number.problem and (other if again is None else again):
            return number._replace(rule="note_left_out")
        return Number(problem="digits_in_parentheses")
    said = read_remark(note)
    if said.finding or (not (said.unit or known_unit(note)) and holds(fold_words(note), "alters")):
        return Number(problem="doubtful_value")
    number = _read(head)
    if number.problem:
        return number
    unit = said.unit or note.removeprefix("en ").rstrip("!. ")
    if said.unit or known_unit(unit):  # 12 (tonnes), 300 (en kg !)
        return Number(problem="several_numbers") if number.suffix else number._replace(suffix=unit)
    return number if number.rule else number._replace(rule="note_left_out")


def _each(unit: str) -> str:
    """A unit without its period."""
    return re.split(r" ?/| par ", unit, maxsplit=1)[0].strip()


def _says_again(number: Number, note: str) -> bool | None:
    """Whether a note says the same mass (``soit 12000 kg``); None where it says none."""
    again = AGAIN.fullmatch(note)
    said = to_tonnes(1.0, _each(again[2]), "") if again else None
    if again is None or said is None:
        return None
    own, digits = to_tonnes(number.value or 0.0, number.suffix, ""), decimal(again[1])
    if own is None or digits is None or _each(again[2]) != again[2].strip():
        return False
    mass = digits[0] * said[0]
    return abs(own[0] - mass) <= SAID_AGAIN * max(own[0], mass)


def _read(text: str) -> Number:
    """Intervals first: each would also read as a single number with an odd suffix."""
    if FRACTION.search(text):
        number = _read(FRACTION.sub(lambda match: FRACTIONS[match[1]], text))
        return number if number.problem or number.low is not None else number._replace(rule="fraction_sign")
    if match := ABOUT_TENS.fullmatch(text):
        word = match[1].lower()
        tens = TENS.get(word) or int(word.removesuffix("aine"))
        return _about(Number(float(tens), suffix=match[2] or ""))
    if match := NUMBER_WORD.fullmatch(text):
        if match[2] and not known_unit(match[2]):
            return Number(problem=_why(text))
        return Number(float(NUMBER_WORDS[match[1].lower()]), rule="number_word", suffix=match[2] or "")
    return _interval(text) or _single(text)


def _about(number: Number) -> Number:
    """±20 % around a number, unless it has its own interval."""
    if number.value is None or number.low is not None:
        return number
    half = abs(number.value) * ABOUT_HALF_WIDTH
    return number._replace(low=number.value - half, high=number.value + half, rule="about")


def _interval(text: str) -> Number | None:
    """Forms that carry their own interval, or None."""
    if match := PLUS_MINUS.fullmatch(text):
        return _plus_minus(*match.groups())
    if match := ABOUT_BEFORE.fullmatch(text) or ABOUT_AFTER.fullmatch(text):
        return _about(_read(match[1]))
    if MORE.fullmatch(text):
        return Number(problem="open_interval")
    if (match := LESS.fullmatch(text) or LESS_AFTER.fullmatch(text)) and (high := decimal(match[1])):
        return Number(high[0] / 2, 0.0, high[0], "less_than", match[2].strip())
    if match := RANGE.fullmatch(text):
        return _range(*match.groups())
    return None


def _plus_minus(centre: str, unit: str | None, width: str, percent: str, after: str) -> Number | None:
    middle, half = decimal(centre), decimal(width)
    suffix = _one_unit(unit, after)
    if middle is None or half is None or suffix is None or (percent and unit == "%"):
        return None
    margin = middle[0] * half[0] / 100 if percent else half[0]
    return Number(middle[0], middle[0] - margin, middle[0] + margin, "plus_minus", suffix)


def _range(opening: str | None, first: str, unit: str | None, sign: str, last: str, after: str) -> Number:
    start, end, suffix = decimal(first), decimal(last), _one_unit(unit, after)
    if start is None or end is None:
        return Number(problem="not_a_number")
    if suffix is None or (sign == "et" and opening is None):
        return Number(problem="several_numbers")
    low, high = start[0], end[0]
    if high < low:  # 12-5: a range, a subtraction, a month
        return Number(problem="reversed_range")
    if low > 0 and high > low * WIDEST_RANGE:
        return Number(problem="ambiguous_range")
    middle = (low + high) / 2
    return Number(middle, low, high, "wide_range" if low < middle / 2 else "range", suffix)


def _one_unit(first: str | None, last: str) -> str | None:
    """The unit of two numbers, written after either or both (``10 t à 15 t/an``); None where they differ."""
    first, last = (first or "").strip(), last.strip()
    if not first or not last or normalise_unit(first) == normalise_unit(last):
        return last or first
    return last if normalise_unit(first) == normalise_unit(_each(last)) else None


def _single(text: str) -> Number:
    match = SINGLE.fullmatch(text)
    digits = decimal(match[2]) if match else None
    if match is None or digits is None:
        return Number(problem=_why(text))
    sign = -1.0 if match[1].startswith("-") else 1.0
    return Number(sign * digits[0] + 0.0, rule=digits[1], suffix=match[3].strip())  # + 0.0: no -0.0


def _why(text: str) -> str:
    """Reason code of a text that no form reads."""
    if SLASH.fullmatch(text):
        return "ambiguous_slash"
    if VAGUE.search(text):
        return "vague_quantity"
    if TRUNCATED.fullmatch(text):
        return "truncated_number"
    return "several_numbers" if re.match(r"[0-9]", text) and SEVERAL.search(text) else "not_a_number"


def _multiplied(number: Number) -> Number:
    """``1,5 million`` or ``12 k€``: the word of a multiplier taken from the suffix into the value."""
    match = MULTIPLIER.fullmatch(KILO_CAPITAL.sub("k", number.suffix))
    if match is None or number.value is None:
        return number
    factor = 1e3 if match[1] else 1e6 if match[2] else 1e9
    low, high = (None if bound is None else bound * factor for bound in (number.low, number.high))
    return Number(number.value * factor, low, high, number.rule or "multiplier_read", match[4])
