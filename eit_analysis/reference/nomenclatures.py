"""Look-ups over the nomenclatures: from what a respondent typed to one known code, or ``None``.

Nothing here guesses: what is unknown, and what fits several entries, is ``None``. No function raises on
odd input (missing, a number made of a code by a spreadsheet, free text).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import pandas as pd
from stdnum.eu import nace

from eit_analysis import reference
from eit_analysis.reference.place_names import typed_text

NafProblem = Literal["", "naf_2025", "naf_2003", "naf_incomplete", "unknown_naf_code"]
# A code as people write it: after its name, in any spacing, before its label.
NAF = re.compile(
    r"(?:(?:code )?(?:naf|ape)\b[ :.]*)?(\d\d)[ .-]*(\d\d)[ .-]*([a-z])?(?![a-z0-9])"
    r"(?: *[-–—:,;(/].*| +\D.*)?",
    re.I | re.ASCII,
)
NAF_2003 = re.compile(r"\d\d[ .-]*\d[ .-]*[a-z](?![a-z0-9]).*", re.I | re.ASCII)
LETTERS_OF_REV_2 = "ABCDEFZ"


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
    typed = re.sub(r"\s*\*$", "", typed_text(text))
    if re.fullmatch(r"\d{5}", typed):
        typed = f"0{typed}"
    match = re.fullmatch(r"(\d\d)([ ./-]?)(\d\d)\2(\d\d)", typed, re.ASCII)
    code = "".join(match.group(1, 3, 4)) if match else ""
    return code if code in _hazards() else None


def spaced_code(code: str) -> str:
    """``150101`` -> ``15 01 01``, held together."""
    return "\u00a0".join(code[i : i + 2] for i in range(0, len(code), 2))


def named_code(code: str) -> str:
    """A code of the list with our label: ``15 01 01 (emballages papier-carton)``."""
    return f"{spaced_code(code)} ({reference.pairs('waste_codes', 'waste_code', 'label_fr')[code]})"


def is_hazardous(code: object) -> bool | None:
    """Whether the list holds a waste code as hazardous; ``None`` (not ``False``) when the code is unknown."""
    known = normalise_waste_code(code)
    return None if known is None else bool(_hazards()[known])


def hazardous(codes: pd.Series) -> pd.Series:
    """Which codes of six digits the list holds as hazardous; one that is missing or unknown is not."""
    return codes.isin(_hazardous())


@cache
def _hazardous() -> list[str]:
    return [code for code, hazard in _hazards().items() if hazard]


@cache
def _divisions() -> frozenset[str]:
    return frozenset(reference.load("naf_divisions")["naf_division_code"])


def _naf_letters() -> dict[str, str]:
    return reference.pairs("naf_classes", "naf_class_code", "letters")


def naf_subclasses(naf_class: str) -> list[str]:
    """NAF rév. 2 codes of a class of four digits: ``"2562"`` -> ``["2562A", "2562B"]``; none when unknown."""
    return [f"{naf_class}{letter}" for letter in _naf_letters().get(naf_class, "")]


def read_naf(text: object) -> tuple[str, NafProblem]:
    """A NAF code as SIRENE writes it, or why it is not a usable code of the NAF rév. 2.

    The letters of NAF 2025 (``Y``, or ``G`` and later) are none of those of the rév. 2 (``Z``, ``A`` to
    ``F``), which tells the two apart even where a class has the same number in both. Without its letter a
    code is never completed: the same class may mean something else in each.

    Parameters
    ----------
    text : object
        ``"22.29a"``, ``"2562B - Mécanique industrielle"``, ``"APE : 62 01 Z"``.

    Returns
    -------
    tuple of (str, str)
        ``("2229A", "")``; else what was read and ``naf_2025``, ``naf_2003`` (three digits and a letter),
        ``naf_incomplete`` (a class without its letter) or ``unknown_naf_code``.
    """
    typed = typed_text(text)
    match = NAF.fullmatch(typed)
    if match is not None and NAF.search(typed[match.end(2) + 2 :]):
        return "", "unknown_naf_code"  # two codes: which one is the main activity, nobody says
    if match is None:
        return "", "naf_2003" if NAF_2003.fullmatch(typed) else "unknown_naf_code"
    naf_class, letter = match[1] + match[2], (match[3] or "").upper()
    code = naf_class + letter
    if letter and letter in _naf_letters().get(naf_class, ""):
        return code, ""
    if not letter and naf_class in _naf_letters():
        return code, "naf_incomplete"
    only_new = naf_class not in _naf_letters() or (letter and letter not in LETTERS_OF_REV_2)
    return code, "naf_2025" if only_new and nace.is_valid(naf_class, revision="2.1") else "unknown_naf_code"


def normalise_naf(text: object) -> str | None:
    """A NAF rév. 2 code as SIRENE writes it: ``"22.29a"`` -> ``"2229A"``; `read_naf` says why not."""
    code, problem = read_naf(text)
    return None if problem else code


def naf_division(naf: object) -> str | None:
    """Division of a NAF code at any level: ``"22"``, ``"22.29"``, ``"2229A"`` -> ``"22"``, else ``None``."""
    typed = re.sub(r"[ .\-]", "", typed_text(naf)).upper()
    match = re.fullmatch(r"(\d\d)(?:\d{0,2}|\d\d[A-Z])", typed, re.ASCII)
    return match[1] if match and match[1] in _divisions() else None


def section_of(divisions: pd.Series) -> pd.Series:
    """The section of the NAF of each division: ``10`` -> ``C``; missing for what is no division."""
    return divisions.map(reference.load("naf_divisions").set_index("naf_division_code")["section"])
