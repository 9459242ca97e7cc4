"""Look-ups over the nomenclatures: from what a respondent typed to one known code, or ``None``.

Nothing here guesses: what is unknown, and what fits several entries, is ``None``. No function raises on
odd input (missing, a number made of a code by a spreadsheet, free text).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from functools import cache
from typing import NamedTuple

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


class _CommuneIndex(NamedTuple):
    by_code: dict[str, Commune]
    by_name: dict[str, list[Commune]]
    by_bare_name: dict[str, list[Commune]]
    by_postcode: dict[str, list[Commune]]


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
def _communes() -> _CommuneIndex:
    index = _CommuneIndex({}, defaultdict(list), defaultdict(list), defaultdict(list))
    table = reference.load("communes")
    labels = ["epci_code", "epci_name", "postcodes"]
    table[labels] = table[labels].astype(object).where(table[labels].notna(), None)
    for row in table.itertuples(index=False):
        commune = Commune(*row)
        commune = commune._replace(postcodes=commune.postcodes or "")
        name = normalise_name(commune.name)
        index.by_code[commune.commune_code] = commune
        index.by_name[name].append(commune)
        index.by_bare_name[ARTICLE.sub("", name)].append(commune)
        for postcode in commune.postcodes.split():
            index.by_postcode[postcode].append(commune)
    for city, districts in DISTRICT_CODES.items():
        index.by_code.update({str(code): index.by_code[city] for code in districts})
    return index


def _five_digits(value: object) -> str:
    """A commune code or postcode as text: ``1004.0`` -> ``"01004"`` (a spreadsheet ate the zero)."""
    text = _text(value).replace(" ", "").upper()
    return text.zfill(5) if re.fullmatch(r"\d{4}", text) else text


def _in_department(commune: Commune, postcode: str) -> bool:
    # Postcodes of Corsica begin with 20 in both departments; overseas ones carry three digits.
    return postcode.startswith("20" if commune.department_code in ("2A", "2B") else commune.department_code)


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
    index = _communes()
    found = index.by_code.get(_five_digits(code))
    if found:
        return found
    wanted, post = normalise_name(name), _five_digits(postcode)
    served = index.by_postcode.get(post, [])
    if not wanted:
        return served[0] if len(served) == 1 and not _text(name) else None
    whole = index.by_name.get(wanted, [])
    bare = index.by_bare_name.get(ARTICLE.sub("", wanted), [])
    if post:
        steps = [
            [c for c in whole if c in served],
            [c for c in bare if c in served],
            [c for c in served if f"{normalise_name(c.name)} ".startswith(f"{wanted} ")],
            [c for c in whole if _in_department(c, post)],
            [c for c in bare if _in_department(c, post)],
        ]
    else:
        steps = [whole, bare]
    candidates = next((step for step in steps if step), [])
    return candidates[0] if len(candidates) == 1 else None


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
