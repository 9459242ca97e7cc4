"""Cells as people type them: plain text, French numbers with their unit, and the unit of a header.

Every reading other than the plain one names its rule, every refusal its reason: ``docs/parsing.md``.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.quantities import Number, read_quantity
from eit_analysis.intake.reading.sheet import EMPTY_SUM, NO_RESULT, STRUCK
from eit_analysis.reference.units import known_unit


def words_meaning(what: str) -> set[str]:
    """Folded words that stand alone in a cell and mean ``missing``, ``zero``, ``ditto``..."""
    words = reference.load("cell_words")
    return set(words.loc[words["means"] == what, "word"])


MISSING_WORDS = words_meaning("missing")
# A cross or a dash may mean that the thing exists, is unknown, or is none: never a number.
MISSING_NUMBER = {"x", "xx", "xxx"}
MISSING_SIGNS = "-–—?./_…· "
ZERO_WORDS = words_meaning("zero")
DITTO = words_meaning("ditto")
DITTO_SIGNS = "\"'«»“”„〃 "
ELSEWHERE = re.compile(r"(?:voir|cf|confer|se reporter|se referer|demander|joint|jointe|en annexe|annexe)\b")
# Signs without width, control characters but for spaces, marks that turn a text round, no characters at all.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069"
    "\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
EXCEL_ERROR = re.compile(
    r"#{2,}|#?Err:[0-9]+|#N/[AD]|#GETTING_DATA"
    r"|#(?:DIV/0|REF|NULL|NUL|NUM|NOMBRE|VALUE|VALEUR|NAME|NOM|SPILL|EPARS|ÉPARS|PROPAGATION|CALC|CALCUL|FIELD"
    r"|CHAMP|BLOCKED|BLOQUE|BLOQUÉ|CONNECT|CONNEXION|UNKNOWN|INCONNU|BUSY|OCCUPE|OCCUPÉ|ERROR|ERREUR)[!?]",
    re.I,
)

# Digits and one decimal mark that nothing makes ambiguous: what most cells hold.
PLAIN = re.compile(r"-?[0-9]{1,15}(?:[.,](?:[0-9]{1,2}|[0-9]{4,12}))?")
# 12.500 is twelve and a half in a file of an English program, and twelve thousand five hundred by hand.
POINT = re.compile(r"(?<![0-9.,'])(?<![0-9] )[1-9][0-9]{0,2}\.[0-9]{3}(?![0-9.,'])")
# 18O t: what would be a number, had it no letter that looks like a digit; 20l are litres.
LOOKALIKE = re.compile(
    r"(?=[0-9][0-9.,]*[OoIl])(?![0-9.,]+l(?: |$))[0-9OoIl]+(?:[.,][0-9OoIl]+)?(?: [^0-9]{1,10})?"
)
HUGE = 1e15  # no firm counts so many of anything, and sums, squares and their words stay within bounds
LONGEST = 60  # characters: the longest number a person types, and a bound on matching time
MONTH_NAME = (
    r"(?:janv?|janvier|f[ée]v|f[ée]vr|f[ée]vrier|mars|avr|avril|mai|juin|juil|juillet|ao[uû]t|sept?|septembre|oct"
    r"|octobre|nov|novembre|d[ée]c|d[ée]cembre|feb|mar|apr|may|jun|jul|aug)\.?"
)
DATE = re.compile(
    r"[0-3]?[0-9]([/.-])(?:0?[1-9]|1[0-2])\1(?:[0-9]{4}|[0-9]{2})"
    r"|[12][0-9]{3}([/-])[0-9]{1,2}\2[0-9]{1,2}(?:[ T].*)?"
    r"|(?:0?[1-9]|1[0-2])[/-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[/-](?:0[1-9]|1[0-2])"
    rf"|[0-9]{{1,2}}(?:er)?[-/. ]{MONTH_NAME}(?:[-/. ](?:[0-9]{{4}}|[0-9]{{2}}))?"
    rf"|{MONTH_NAME}[-/. ](?:[0-9]{{4}}|[0-9]{{2}})",
    re.I,
)
YEARS = re.compile(r"((?:19|20)[0-9]{2}) ?[-–/à] ?((?:19|20)[0-9]{2})")


@lru_cache(maxsize=50_000)
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


def unit_key(text: str) -> str:
    """A unit as it is compared, its signs in words: ``€/t`` is ``eur t``."""
    return singular(fold_words(text.replace("€", " eur ").replace("%", " pourcent ")))


def clean_text(cell: Any) -> str:
    """Cell as single-spaced text; whole floats lose their ``.0`` so that codes stay codes."""
    if isinstance(cell, str):
        return single_spaced(cell)
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return single_spaced(str(cell))


@lru_cache(maxsize=50_000)
def single_spaced(text: str) -> str:
    """Text with one plain space for any spaces, without the marks that nobody sees."""
    if not (text.isascii() and text.isprintable()):
        text = INVISIBLE.sub("", text)
    return " ".join(text.split())


def spreadsheet_error(text: str) -> str:
    """Reason that refuses an error of a spreadsheet (English, French, narrow column); ``""`` for a text.

    >>> spreadsheet_error("#VALEUR!")
    'excel_error'
    """
    if text == NO_RESULT:
        return "formula_without_value"
    if text == EMPTY_SUM:
        return "sum_of_nothing"
    if text.startswith(STRUCK):
        return "struck_out"
    return "excel_error" if text.startswith(("#", "Err:")) and EXCEL_ERROR.fullmatch(text) else ""


def parse_number(cell: Any) -> Number:
    """Read one cell as a number (see :class:`Number` for what comes back).

    ``<5`` is the interval [0, 5] with its middle as central value, ``10-15`` likewise, ``env. 10`` is 10 ±
    20 %; ``NC`` or ``n.d.`` is missing (not zero), ``néant`` is zero. Excel errors, dates and any other text
    are problems, each a code of the catalogue of findings.
    """
    if isinstance(cell, str):
        if PLAIN.fullmatch(cell):
            return Number(float(cell.replace(",", ".")) + 0.0)  # + 0.0: no -0.0
        return _parse_text(cell)
    if cell is None:
        return Number()
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if cell != cell:
            return Number()
        return Number(float(cell) + 0.0) if abs(cell) < HUGE else Number(problem="not_a_number")
    if isinstance(cell, (dt.date, dt.time, dt.timedelta)):
        return Number(problem="date_instead_of_number")
    return Number(problem="not_a_number") if isinstance(cell, bool) else _parse_text(str(cell))


def _parse_text(raw: str) -> Number:
    raw = re.sub(r"^['’](?=[0-9])", "", raw)  # what makes a text of a number in a spreadsheet
    lines = [line for line in raw.splitlines() if re.search(r"[0-9]", line) and not line.startswith("(")]
    if len(lines) > 1:  # 12 above 130: two answers in one cell, not 12 130
        return Number(problem="several_numbers")
    return _parse_spaced(single_spaced(raw.translate(ONE_SIGN)))


def _parse_spaced(text: str) -> Number:
    if not text:
        return Number()
    if error := spreadsheet_error(text):
        return Number(problem=error)
    if len(text) > LONGEST:
        return Number(problem="not_a_number")
    if not text.strip(DITTO_SIGNS):
        return Number(problem="ditto_mark")
    if not text.strip(MISSING_SIGNS):
        return Number(rule="missing_word")
    if not "0" <= text[0] <= "9" and (number := _word(fold_words(text))):
        return number
    years = YEARS.fullmatch(text)  # 2017-2018: where a range was typed, the tableur changed it
    if DATE.fullmatch(text) or (years and int(years[2]) == int(years[1]) + 1):
        return Number(problem="date_instead_of_number")
    if LOOKALIKE.fullmatch(text):
        return Number(problem="letter_for_digit")
    if POINT.search(text):
        return Number(problem="ambiguous_point")
    number = read_quantity(text)
    if not number.problem and not max(abs(number.high or 0.0), abs(number.value or 0.0)) < HUGE:
        return Number(problem="not_a_number")
    return number


ONE_SIGN = str.maketrans({"°": " ", "−": "-", "‑": "-", "‐": "-", "﹣": "-", "’": "'", "ʼ": "'", "‘": "'"})


def _word(words: str) -> Number | None:
    """A cell of words only, which mean zero, missing, or see elsewhere; None for any other."""
    if words in MISSING_WORDS or words in MISSING_NUMBER:
        return Number(rule="missing_word")
    if words in ZERO_WORDS:
        return Number(0.0, rule="zero_word")
    if words in DITTO:
        return Number(problem="ditto_mark")
    return Number(problem="refers_elsewhere") if ELSEWHERE.match(words) else None


# What a header may state besides the units of mass, volume and count.
OTHER_UNITS = {"%", "€", "k€", "€ ht", "€ ttc", "eur", "euro", "euros", "h", "heure", "heures", "etp",
               "personne", "personnes", "salarié", "salariés", "agents", "pourcent", "pour cent"}  # fmt: skip
HEADER_UNITS = (
    re.compile(r"(.+?) ?[(\[](?:en )?([^()\[\]]{1,30})[)\]]", re.I),
    re.compile(r"(.+?),? en ([^()\[\]]{1,30})", re.I),
    re.compile(r"(.+?) ((?:t|tonnes?|kg|m3|m³|l) ?/ ?[a-zé]+)", re.I),
)


def header_unit(header: str) -> tuple[str, str]:
    """A header and the unit it states: ``Quantité (kg)`` gives ``("Quantité", "kg")``.

    The unit is in parentheses or brackets, after *en*, or is a unit of mass or volume per something
    (``Qté t/an``); any other text (``Départs prévus (3 ans)``) is part of the header, and the unit is ``""``.
    """
    text = single_spaced(header)
    for form in HEADER_UNITS:
        match = form.fullmatch(text)
        if match:
            base = re.split(r" ?/| par ", match[2].casefold().strip(), maxsplit=1)[0]
            if base in OTHER_UNITS or known_unit(match[2]):
                return match[1], match[2].strip()
    return header, ""
