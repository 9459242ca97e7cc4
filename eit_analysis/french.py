"""French texts: how numbers, counts and marks are written, and how words are compared."""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

SINGULAR = {"personnes": "personne", "niveaux": "niveau", "postes": "poste", "points": "point"}
SINGULAR |= {"ans": "an", "métiers": "métier", "heures": "heure", "stagiaires": "stagiaire"}
ACCENTS = re.compile("[\u0300-\u036f]+")  # as Unicode sets them apart from their letter
UNIT = re.compile(r"(?<=\d) (?=(?:\d{3}|€|t|kg|km|h|ans?|mois|m³|k?Wh|MWh|ETP|tCO₂e)(?:\W|$))")
PHONE = re.compile(r"(?<!\d)(?:\+\d{2} ?\d|0\d)(?: \d\d){4}(?!\d)")
NO_WORD = re.compile("[^0-9a-z]+")


def exact(value: float, decimals: int = 6) -> str:
    """A number as it was typed, to the millionth: ``185`` or ``1 240,55``."""
    text = f"{value:,.{decimals}f}"
    return _with_comma(text.rstrip("0").rstrip(".") if "." in text else text)


def short(value: float) -> str:
    """A number with three significant digits at least: ``1 240``, ``0,0125``."""
    if value and abs(value) < 1e-4:
        return _with_comma(f"{value:.2g}")
    steps = (99.95, 9.995, 0.9995, 0.09995)
    return exact(value, next((decimals for decimals, least in enumerate(steps) if abs(value) >= least), 4))


def half_up(value: float, decimals: int) -> float:
    """To so many decimals, a half away from zero, as readers round: 32.5 is 33, and 1.25 is 1.3."""
    if not math.isfinite(value):
        return value
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP, Context(prec=400)))


def one_decimal(value: float) -> str:
    """A number with at most one decimal: ``1 240,5``."""
    return exact(half_up(value, 1))


def tonnes(value: float) -> str:
    """Tonnes with one decimal from ten on, three significant digits below: ``299,5``, ``0,024``."""
    return one_decimal(value) if value >= 10 else short(value)


def day(iso: str) -> str:
    """``2018-05-04`` as it is written: ``04/05/2018``."""
    return "/".join(reversed(iso.split("-")))


def month(iso: str) -> str:
    """``1961-09`` -> ``09/1961``, a January by its year alone."""
    year, number = iso.split("-")
    return year if number == "01" else f"{number}/{year}"


def counted(count: int, singular: str, plural: str) -> str:
    """A count that agrees with its noun: French takes the plural from two on, ``0 entreprise``."""
    return f"{whole(count)}\u00a0{plural if count >= 2 else singular}"


def listed(words: Sequence[str], last: str = "et") -> str:
    """``a, b et c``."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def lowered(header: str) -> str:
    """A header within a sentence: ``famille``, ``à former``, but ``TGAP``."""
    return header if header[:2].isupper() and header[1:2].isalpha() else header[:1].lower() + header[1:]


def agreed(unit: str, count: float) -> str:
    """A unit that agrees with the number before it: ``0 personne``, ``1,5 personne × niveau``."""
    return unit if abs(count) >= 2 else re.sub(r"\w+", lambda word: SINGULAR.get(word[0], word[0]), unit)


def whole(count: int) -> str:
    """``2 155``, its thousands apart by a narrow no-break space."""
    return f"{count:,}".replace(",", "\u202f")


def bound(text: str) -> str:
    """No line begins with a mark that French sets apart, nor ends with an opening quote: spaces that hold."""
    return re.sub(r"(?<=«) | (?=[:;?!%»](?:\W|$))", "\u00a0", text)


@lru_cache(maxsize=20_000)  # short pages beside a report say most of their texts again
def typeset(text: str) -> str:
    """The text of a page, or its HTML: spaces that hold, those of numbers too, and apostrophes curved."""
    whole = PHONE.sub(lambda found: found[0].replace(" ", "\u00a0"), UNIT.sub("\u00a0", bound(text)))
    return re.sub(r"(?<=\w)(?:'|&#39;|&#x27;)(?=[\w«]|$)", "\u2019", whole)


def fold(text: str) -> str:
    """Text without case, accents or ligatures; every other sign stays.

    >>> fold("Cœur d'Élan")
    "coeur d'elan"
    """
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text).casefold().replace("œ", "oe").replace("æ", "ae")
    return ACCENTS.sub("", plain)


def fold_words(text: str) -> str:
    """Folded words and numbers, one space between them, without punctuation.

    >>> fold_words("Départs prévus (3 ans)")
    'departs prevus 3 ans'
    """
    return " ".join(NO_WORD.sub(" ", fold(text)).split())


def file_words(text: str, longest: int) -> str:
    """Whole folded words for the name of a file, as many as fit.

    >>> file_words("Départs prévus (3 ans), par métier", 20)
    'departs-prevus-3-ans'
    """
    return textwrap.shorten(fold_words(text), longest, placeholder="", break_long_words=False).replace(
        " ", "-"
    )


def _with_comma(text: str) -> str:
    return text.replace(",", "\u00a0").replace(".", ",").replace("-", "−")
