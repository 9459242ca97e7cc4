"""Periods, months and dates as people type them in French."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.parsing import MISSING_WORDS, clean_text, singular, words_meaning
from eit_analysis.intake.cells.remarks import is_harmless
from eit_analysis.reference.units import known_unit

PERIODS = reference.load("periods").to_numpy().tolist()
# Periods in a year: central, low, high. A day of the form is a day of opening: 250, from 220 (closed on
# week-ends and holidays) to 365 (continuous work); the width goes into the interval of the mass.
PERIODS_PER_YEAR: dict[str, tuple[float, float, float]] = {
    period: (float(central), float(low), float(high)) for period, _, central, low, high, _ in PERIODS
}
PERIOD_LABELS: dict[str, str] = {period: label for period, label, *_ in PERIODS}
# Folded words of each. Bimensuel and bimestriel are taken one for the other: neither is read.
PERIOD_WORDS: dict[str, str] = {
    singular(word): period for period, *_, words in PERIODS for word in words.split("|")
}
OPENING = re.compile(r"(?:(?:par|chaque|tou(?:te)? les|a l|a la|au|le|la|l|un|une|1) )+(?=.)")
# The sign between a unit and its period; the last one counts (kg/hab/an).
PER = re.compile(r"(.*)(?:/|\bpar\b|\bchaque\b|\btou(?:te)?s les\b|\bà l'|[.·⋅])(.+)", re.I)
BESIDE = re.compile(r"(.+) (\w+(?:[-⁻−][1¹])?)")  # tonnes annuelles, t an-1
NOTED = re.compile(r"(.+?) ?((?:[(,;:]|[-–—] |d['’]après |selon |suivant ).+)", re.I)  # after a unit

MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
          "novembre", "decembre")  # fmt: skip
ALL_YEAR = words_meaning("all_year")
EXCEPT = re.compile(r"(?:toute l annee |tous les mois )?(?:sauf|hors|hormis|excepte) (?:en )?(.+)")
QUARTER = re.compile(r"\b(?:([1-4])(?:er|e|eme|ere|nd|d)? ?trim(?:estre)?|t([1-4])|trim(?:estre)? ([1-4]))\b")
HALF_YEAR = re.compile(r"\b(?:([12])(?:er|e|eme|ere|nd|d)? ?semestre|semestre ([12]))\b")
FIRST_YEAR, LAST_YEAR = 1950, 2100
WEEKDAYS = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) "


def read_period(text: str) -> str | None:
    """Code of a period (``par mois``, ``trimestriel``, ``an-1``), None when the text is none."""
    words = re.sub(r"^([a-z]+) 1$", r"\1", OPENING.sub("", singular(fold_words(text)), count=1))
    return PERIOD_WORDS.get(words)


def split_unit(text: str) -> tuple[str, str]:
    """Unit and code of the period of ``t/an``, ``palettes par semaine``, ``tonnes annuelles`` or ``/mois``.

    A part that is no period stays in the unit, and the period is then ``""``.
    """
    plain = " ".join(text.split())
    found = PER.fullmatch(plain.rstrip("."))
    if found and (period := _after_unit(found[2])):
        return found[1].strip(), period
    beside = None if found else BESIDE.fullmatch(plain)
    if beside and known_unit(beside[1]) and (period := _after_unit(beside[2])):
        return beside[1], period
    noted = None if known_unit(plain) else NOTED.fullmatch(plain)
    if noted and known_unit(noted[1]) and is_harmless(noted[2]):  # t (tickets de pesée)
        return split_unit(noted[1])
    return plain, ""


def _after_unit(text: str) -> str | None:
    """The period after a unit; a lone m there may be a metre (kg/m)."""
    return None if text.strip().casefold() == "m" else read_period(text)


def _month(word: str) -> int | None:
    if word.isdigit():
        return int(word) if 1 <= int(word) <= 12 else None
    known = [n for n, name in enumerate(MONTHS, 1) if len(word) >= 3 and name.startswith(word)]
    return known[0] if len(known) == 1 else None


def header_part(text: str) -> tuple[int, int] | None:
    """How many such parts a year has, and which one a header names: ``Janv.``, ``Cumul août``, ``T1``."""
    words = re.sub(r"^cumule?s? (?:a |au |fin )*| (?:(?:19|20)?[0-9]{2})$", "", fold_words(text))
    for parts, form in ((4, QUARTER), (2, HALF_YEAR)):
        if found := form.fullmatch(words):
            return parts, int(next(filter(None, found.groups())))
    month = None if words.isdigit() else _month(words)
    return (12, month) if month else None


def year_and_month(cell: Any) -> tuple[str, int] | None:
    """The year and the month that a cell tells: a day, ``Janvier 2018``, ``janv-18``, ``01/2018``."""
    try:
        day = parse_date(cell)
    except ValueError:
        day = None
    if day:
        return day[:4], int(day[5:7])
    text = clean_text(cell)
    words = fold_words(text).split()
    if len(words) != 2 or re.fullmatch(r"[0-9]+[.,\s][0-9]+", text):  # 18,5 is no May
        return None
    name, year = words if len(words[1]) == 4 or not words[0].isdigit() else words[::-1]
    month = _month(name.lstrip("0"))
    full = year if len(year) == 4 else f"20{year}"
    return (full, month) if month and re.fullmatch("(?:19|20)[0-9]{2}", full) else None


def parse_months(cell: Any) -> str | None:
    """Months of activity as numbers separated by spaces, None for all year.

    Reads ``juin à août``, ``jan, fév``, ``1-3``, ``11-2`` (over the new year), ``T1``, ``1er semestre``,
    ``toute l'année``, ``sauf août``.

    Raises
    ------
    ValueError
        When a word is not a month (``été``), or the cell is a decimal: a tableur makes 6,7 of June and July.
    """
    text = clean_text(cell)
    if isinstance(cell, float) and not cell.is_integer() and cell == cell:
        raise ValueError(text)
    words = fold_words(text)
    if not words or words in ALL_YEAR or words in MISSING_WORDS:
        return None
    # A range sign ties the month before to the month after; every other sign only parts them.
    words = fold_words(re.sub(r"[-–—]|\bà\b", " au ", text))
    left_out = EXCEPT.fullmatch(words)
    chosen = _months(left_out[1] if left_out else words, text)
    if left_out:
        chosen = set(range(1, 13)) - chosen
    return None if len(chosen) == 12 else " ".join(map(str, sorted(chosen)))


def months_told(remark: Any) -> str | None:
    """The months that a remark names, where it says nothing else (« Mars à juin »); « 3-6 » names none."""
    try:
        return parse_months(remark) if re.search("[a-z]{3}", fold_words(clean_text(remark))) else None
    except ValueError:
        return None


def _months(words: str, text: str) -> set[int]:
    words = QUARTER.sub(lambda found: _span(found, 3), words)
    words = HALF_YEAR.sub(lambda found: _span(found, 6), words)
    tokens = re.sub(r"\b(?:jusqu )?(?:a|au)\b", "-", words).split()
    chosen: set[int] = set()
    previous, tied = None, False
    for token in tokens:
        if token == "-":
            tied = True
            continue
        if token in ("de", "du", "et", "en"):
            continue
        month = _month(token)
        if month is None or (tied and previous is None):
            raise ValueError(text)
        if tied and previous is not None:
            span = (month - previous) % 12
            chosen.update((previous - 1 + step) % 12 + 1 for step in range(span + 1))
        chosen.add(month)
        previous, tied = month, False
    if tied or not chosen:
        raise ValueError(text)
    return chosen


def _span(found: re.Match[str], length: int) -> str:
    """First and last month of a part of the year: the second of four gives ``4 - 6``."""
    rank = int(next(group for group in found.groups() if group))
    return f"{(rank - 1) * length + 1} - {rank * length}"


def parse_date(cell: Any) -> str | None:
    """A date as ``AAAA-MM-JJ``; None when blank. Day comes before month, as in French.

    Raises
    ------
    ValueError
        When the cell is not one full date of the years 1950 to 2100: a year on two figures has two readings,
        a serial number of a tableur is a number.
    """
    if isinstance(cell, dt.date):
        return _dated(cell.year, cell.month, cell.day)
    text = clean_text(cell)
    if not text or fold_words(text) in MISSING_WORDS:
        return None
    text = re.sub(r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?$", "", text)
    if match := re.fullmatch(r"([0-9]{4})[-/.]([0-9]{2})[-/.]([0-9]{2})", text):
        return _dated(*map(int, match.groups()))
    words = re.sub(f"^{WEEKDAYS}", "", fold_words(text)).split()
    if len(words) != 3:
        raise ValueError(text)
    day, month, year = words[0].removesuffix("er"), _month(words[1].lstrip("0") or "0"), words[2]
    if month is None or not (day.isdigit() and year.isdigit() and len(year) == 4):
        raise ValueError(text)
    return _dated(int(year), month, int(day))


def _dated(year: int, month: int, day: int) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"{year}")
    return dt.date(year, month, day).isoformat()
