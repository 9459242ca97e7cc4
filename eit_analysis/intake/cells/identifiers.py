"""Identifiers, codes and dates of a cell, held to their nomenclature; codes stay text."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from stdnum.fr import siren, tva
from stdnum.fr import siret as stdnum_siret

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.parsing import MISSING_WORDS, clean_text
from eit_analysis.intake.cells.periods import parse_date, parse_months
from eit_analysis.reference import nomenclatures
from eit_analysis.reference.findings import finding

SIRET_LABEL = re.compile(r"^(?:n(?:um[ée]ro)?[°º.]? *)?(?:de )?(?:siret|siren)(?: *n[°º.]?)? *[:=]? *", re.I)
SIRET_SEPARATORS = re.compile("[\\s.,;:_/'’\u2010-\u2015\u2212\u00ad\u200b-\u200d\u2060\ufeff-]")
SCIENTIFIC = re.compile(r"[0-9](?:[.,]([0-9]*))?e\+?([0-9]{1,2})", re.I)
ROUNDED = re.compile(r"[1-9][0-9]*0000")  # a SIRET ends in a rank and a key, hardly in four zeros
# Problems of a NAF code whose advice names the nearest codes.
NEAR_NAF = ("naf_incomplete", "unknown_naf_code")


class CellError(ValueError):
    """One cell cannot be used: what was found, by its code in the catalogue."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code)
        self.finding = finding(code, **fields)

    def __str__(self) -> str:
        return self.finding.message


# How the name of the file of a firm begins.
FIRM = re.compile(r"([A-Za-z][\w-]{0,30}?[0-9][A-Za-z0-9-]{0,10})(?=[_ .])")


def in_capitals(cell: Any) -> str:
    """An identifier as it is compared: in capitals, without spaces."""
    return "".join(clean_text(cell).upper().split())


def firm_of_file(name: str) -> str:
    """Identifier with which the name of a file begins (``E07_dechets.xlsx``), "" for none."""
    begins = FIRM.match(name.rpartition("/")[2])
    return begins[1].upper() if begins else ""


def clean_identifier(cell: Any) -> tuple[str | None, str]:
    """Identifier in capitals without spaces; it names files and folders, so nothing else is let in."""
    text, clean = clean_text(cell), in_capitals(cell)
    if clean and not re.fullmatch(r"\w[\w-]{0,31}", clean):
        raise CellError("bad_identifier")
    return clean or None, "identifier_normalised" if clean != text else ""


def clean_identifiers(cell: Any) -> tuple[str | None, str]:
    """Several identifiers, separated by single spaces."""
    text = clean_text(cell)
    clean = " ".join(
        dict.fromkeys(part for part in re.split(r"[\s,;/+&]+", text.upper()) if part and part != "ET")
    )
    return clean or None, "identifier_normalised" if clean != text else ""


def _code(cell: Any, normalise: Callable[[str], str | None], problem: str = "") -> tuple[str | None, str]:
    """A code through its normaliser, which gives None for a code that does not exist."""
    text = clean_text(cell)
    if not text or fold_words(text) in MISSING_WORDS:
        return None, "missing_word" if text else ""
    clean = normalise(text)
    if clean is None:
        raise CellError(problem)
    if clean == text:
        return clean, ""
    zeros = clean.isdigit() and sum(map(str.isdigit, text)) < len(clean)
    return clean, "leading_zero_restored" if zeros else "code_normalised"


def _place_code(text: str) -> str | None:
    code = re.sub(r"^F(?:R|RANCE)?-?(?=[0-9])|CEDEX.*$", "", text.replace(" ", "").upper())
    code = code.zfill(5) if len(code) == 4 and code.isdigit() else code
    return code if re.fullmatch(r"[0-9][0-9AB][0-9]{3}", code) else None


def _rome_code(text: str) -> str | None:
    code = text.replace(" ", "").upper()
    return code if re.fullmatch(r"[A-N][0-9]{4}", code) else None


def _siret(text: str) -> str:
    """SIRET of fourteen digits with right keys (La Poste has its own).

    A spreadsheet drops the first zeros of a number: they come back where the keys of the SIREN and of the
    SIRET prove them. Digits that it rounded away do not.

    Raises
    ------
    CellError
        ``siret_digits_lost``, ``siren_not_siret`` (a SIREN, a VAT number) or ``bad_siret``.
    """
    bare = text.replace(" ", "")
    digits = SIRET_SEPARATORS.sub("", SIRET_LABEL.sub("", text))
    if scientific := SCIENTIFIC.fullmatch(bare):
        if len(scientific[1] or "") < int(scientific[2]):
            raise CellError("siret_digits_lost")
        digits = f"{Decimal(bare.replace(',', '.')):.0f}"
    whole = digits.zfill(14)
    if len(digits) in (12, 13, 14) and _is_siren(whole[:9]) and stdnum_siret.is_valid(whole):
        return whole
    if len(digits) in (12, 13, 14) and ROUNDED.fullmatch(digits):
        raise CellError("siret_digits_lost")
    if len(digits) in (8, 9) and _is_siren(digits.zfill(9)):
        raise CellError("siren_not_siret")
    if digits[:2].upper() == "FR" and tva.is_valid(digits):
        raise CellError("siren_not_siret.vat", siren=digits[-9:])
    raise CellError("bad_siret.key" if len(digits) == 14 and digits.isdigit() else "bad_siret")


def _is_siren(digits: str) -> bool:
    # All zeros have a right key, and are no firm.
    return digits != "000000000" and bool(siren.is_valid(digits))


def _naf(text: str) -> str:
    """NAF rév. 2 code known to the reference, its label left aside; other revisions are refused by name."""
    code, problem = nomenclatures.read_naf(text)
    if problem:
        near = ", ".join(nomenclatures.naf_subclasses(code[:4])) or "2562B"
        raise CellError(problem, **({"near": near} if problem in NEAR_NAF else {}))
    return code


clean_siret = partial(_code, normalise=_siret)
clean_naf = partial(_code, normalise=_naf)
# Commune code or postcode: five characters, kept as text.
clean_place_code = partial(_code, normalise=_place_code, problem="bad_code")
# ROME code: one letter and four digits.
clean_rome = partial(_code, normalise=_rome_code, problem="bad_code.rome")
# Six-digit code of the European list of waste, known to the reference.
clean_waste_code = partial(_code, normalise=nomenclatures.normalise_waste_code, problem="unknown_waste_code")


def clean_months(cell: Any) -> tuple[str | None, str]:
    try:
        return parse_months(cell), ""
    except ValueError:
        raise CellError("not_months") from None


def clean_date(cell: Any) -> tuple[str | None, str]:
    try:
        return parse_date(cell), ""
    except ValueError:
        raise CellError("not_a_date") from None
