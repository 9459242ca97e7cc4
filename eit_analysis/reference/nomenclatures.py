"""Look-ups over the nomenclatures: from what a respondent typed to one known code, or ``None``.

Nothing here guesses: what is unknown, and what fits several entries, is ``None``. No function raises on
odd input (missing, a number made of a code by a spreadsheet, free text).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from eit_analysis import reference

ARTICLE = re.compile(r"^(?:le|la|les|l) ")
SAINT = re.compile(r"\bst(e?)\b")
CEDEX = re.compile(r" cedex\b.*$")
# Paris, Lyon and Marseille are one commune each in the table, whatever the district.
DISTRICT = re.compile(r"^(paris|lyon|marseille) \d{1,2}(?: ?(?:er?|e|eme))?(?: arrondissement)?$")
DISTRICT_CODES = {
    "75056": range(75101, 75121),
    "13055": range(13201, 13217),
    "69123": range(69381, 69390),
}


class Commune(NamedTuple):
    """One commune; ``latitude`` and ``longitude`` (degrees, WGS 84) are NaN where no centre is known."""

    commune_code: str
    name: str
    department_code: str
    postcodes: str
    population: float
    epci_code: str | None
    epci_name: str | None
    latitude: float
    longitude: float


def _text(value: object) -> str:
    """What was typed, as trimmed text: missing is empty, and the ``.0`` a spreadsheet adds is dropped."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        value = int(value) if value.is_integer() else value
    text = " ".join(str(value).split())
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text if text != "<NA>" else ""


def normalise_name(value: object) -> str:
    """A place name for comparison: lower case, no accents, no punctuation, ``st`` written ``saint``.

    Parameters
    ----------
    value : object
        What was typed: ``"ST-AMARIN Cedex"``.

    Returns
    -------
    str
        ``"saint amarin"``; empty when there is nothing to compare.
    """
    text = _text(value).lower().replace("œ", "oe").replace("æ", "ae")
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    text = " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())
    text = CEDEX.sub("", SAINT.sub(r"saint\1", text))
    district = DISTRICT.match(text)
    return district[1] if district else text


@cache
def _columns() -> list[list[Any]]:
    """The communes column by column: rows are made only of those that are asked for."""
    table = reference.load("communes")
    labels = ["epci_code", "epci_name", "postcodes"]
    table[labels] = table[labels].astype(object).where(table[labels].notna(), None)
    return [table[column].tolist() for column in Commune._fields]


@cache
def _commune(position: int) -> Commune:
    commune = Commune(*(column[position] for column in _columns()))
    return commune._replace(postcodes=commune.postcodes or "")


@cache
def _by_code() -> dict[str, int]:
    index = {code: position for position, code in enumerate(_columns()[0])}
    for city, districts in DISTRICT_CODES.items():
        index.update({str(code): index[city] for code in districts})
    return index


@cache
def _by_postcode() -> dict[str, list[int]]:
    index: dict[str, list[int]] = defaultdict(list)
    for position, postcodes in enumerate(_columns()[Commune._fields.index("postcodes")]):
        for postcode in (postcodes or "").split():
            index[postcode].append(position)
    return index


@cache
def _by_bare_name() -> dict[str, list[Commune]]:
    """Every commune by its name without article: costly, for a name that came without postcode."""
    index: dict[str, list[Commune]] = defaultdict(list)
    for position, name in enumerate(_columns()[Commune._fields.index("name")]):
        index[ARTICLE.sub("", normalise_name(name))].append(_commune(position))
    return index


def _five_digits(value: object) -> str:
    """A commune code or postcode as text: ``1004.0`` -> ``"01004"`` (a spreadsheet ate the zero)."""
    text = _text(value).replace(" ", "").upper()
    return text.zfill(5) if re.fullmatch(r"\d{4}", text) else text


def _in_department(postcode: str) -> list[int]:
    departments = _columns()[Commune._fields.index("department_code")]
    # Postcodes of Corsica begin with 20 in both departments; overseas ones carry three digits.
    return [
        position
        for position, department in enumerate(departments)
        if postcode.startswith("20" if department in ("2A", "2B") else department)
    ]


def find_commune(code: object = None, name: object = None, postcode: object = None) -> Commune | None:
    """The one commune meant by a code, or else by a name narrowed by a postcode.

    A known code decides alone. Otherwise the name is compared without case, accents, hyphens and
    leading article, and the postcode narrows it, first exactly, then by the beginning of the names of that
    postcode (``Masevaux`` 68290 is Masevaux-Niederbruck: communes that merged), then by department (a CEDEX
    number is in no list). A postcode alone is enough where it serves a single commune.

    Parameters
    ----------
    code, name, postcode : object
        What was typed, in any type; missing when unknown.

    Returns
    -------
    Commune or None
        ``None`` when unknown, contradictory or ambiguous.
    """
    position = _by_code().get(_five_digits(code))
    if position is not None:
        return _commune(position)
    wanted, post = normalise_name(name), _five_digits(postcode)
    served = [_commune(position) for position in _by_postcode().get(post, [])]
    if not wanted:
        return served[0] if len(served) == 1 and not _text(name) else None
    for step in _steps(wanted, post, served):
        if step:
            return step[0] if len(step) == 1 else None
    return None


def _steps(wanted: str, post: str, served: list[Commune]) -> Iterator[list[Commune]]:
    """Ever wider sets of communes that the name may mean; made only as far as they are needed."""
    bare = ARTICLE.sub("", wanted)

    def whole_then_bare(near: list[Commune]) -> list[list[Commune]]:
        names = [normalise_name(commune.name) for commune in near]
        return [
            [c for c, name in zip(near, names, strict=True) if name == wanted],
            [c for c, name in zip(near, names, strict=True) if ARTICLE.sub("", name) == bare],
        ]

    if not post:
        yield from whole_then_bare(_by_bare_name().get(bare, []))
        return
    yield from whole_then_bare(served)
    yield [c for c in served if f"{normalise_name(c.name)} ".startswith(f"{wanted} ")]
    yield from whole_then_bare([_commune(i) for i in _in_department(post)])


@cache
def _hazards() -> dict[str, bool]:
    table = reference.load("waste_codes")
    return dict(zip(table["waste_code"], table["hazardous"] == 1, strict=True))


def normalise_waste_code(text: object) -> str | None:
    """A code of the European list of waste as six digits: ``"15 01 01*"`` -> ``"150101"``.

    Parameters
    ----------
    text : object
        Pairs of digits with spaces, dots, hyphens, slashes or nothing between them, with or without the
        star, or a number (``20101`` is ``020101``: a spreadsheet ate the zero).

    Returns
    -------
    str or None
        ``None`` when this is not a code of the list. The star typed proves nothing: see `is_hazardous`.
    """
    typed = re.sub(r"\s*\*$", "", _text(text))
    if re.fullmatch(r"\d{5}", typed):
        typed = f"0{typed}"
    match = re.fullmatch(r"(\d\d)([ ./-]?)(\d\d)\2(\d\d)", typed, re.ASCII)
    code = "".join(match.group(1, 3, 4)) if match else ""
    return code if code in _hazards() else None


def is_hazardous(code: object) -> bool | None:
    """Whether the list holds a waste code as hazardous; ``None`` (not ``False``) when the code is unknown."""
    known = normalise_waste_code(code)
    return None if known is None else bool(_hazards()[known])


@cache
def _divisions() -> frozenset[str]:
    return frozenset(reference.load("naf_divisions")["naf_division_code"])


def normalise_naf(text: object) -> str | None:
    """A NAF rév. 2 code as SIRENE writes it: ``"22.29a"`` -> ``"2229A"``.

    Three digits and a letter (NAF of 2003, ``252A``) are refused, never completed: they mean something else.

    Returns
    -------
    str or None
        ``None`` unless four digits and a letter of an existing division.
    """
    typed = re.sub(r"[ .\-]", "", _text(text)).upper()
    match = re.fullmatch(r"(\d\d)\d\d[A-Z]", typed, re.ASCII)
    return typed if match and match[1] in _divisions() else None


def naf_division(naf: object) -> str | None:
    """Division of a NAF code at any level: ``"22"``, ``"22.29"``, ``"2229A"`` -> ``"22"``, else ``None``."""
    typed = re.sub(r"[ .\-]", "", _text(naf)).upper()
    match = re.fullmatch(r"(\d\d)(?:\d{0,2}|\d\d[A-Z])", typed, re.ASCII)
    return match[1] if match and match[1] in _divisions() else None
