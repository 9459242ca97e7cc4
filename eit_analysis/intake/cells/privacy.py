"""Whether one cell holds personal data: what is written nowhere.

Out of reach: a bare name, which looks like an occupation.
"""

from __future__ import annotations

import re

from stdnum.fr import nir

PRIVATE = "[donnée personnelle]"  # what is written instead
NIR = re.compile(r"(?<!\d)[1-478](?:[ .-]?[0-9AB]){12}(?:[ .-]?\d){2}(?!\d)")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(
    r"(?<![\d.,])(?:(?:\+|00) ?33 ?(?:\(0\))?[ .-]?|0)[1-9](?:([ .-]?)\d\d)(?:\1\d\d){3}(?![\d.,]\d|\d)"
)
BORN = re.compile(r"\bn[ée](?:e|\(e\))?\.?s? (?:le|en) (?:\w+ )?\d", re.I)
ADDRESSED = re.compile(
    r"\b(?:Mme|Mlle|Mr|M\.|Monsieur|Madame|Mademoiselle) +(?!Mme|Madame|M\.)[A-ZÀ-Ý][\w'’-]+"
)
# What every one of them holds: nearly no cell does, and the rest need not be tried.
PERHAPS = re.compile(r"@|\d[\dABab .()-]{7}|\b[Nn][éeÉE]|\bM(?:[.r]|me|lle|onsieur|adame|ademoiselle)")


def is_personal(text: str) -> bool:
    """Whether one cell holds a social-security number, an e-mail, a phone, a birth date or *Mme Untel*."""
    if not PERHAPS.search(text):
        return False
    return bool(has_nir(text) or has_contact(text) or BORN.search(text) or ADDRESSED.search(text))


def without_person(text: str) -> str:
    """A text, or the mark written instead of one that holds personal data."""
    return PRIVATE if is_personal(text) else text


def has_nir(text: str) -> bool:
    return any(nir.is_valid(re.sub(r"[ .-]", "", match[0])) for match in NIR.finditer(text.upper()))


def has_contact(text: str) -> bool:
    return bool(EMAIL.search(text) or PHONE.search(text))
