"""Identifiers, codes and dates of a cell, held to their nomenclature; codes stay text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.fr import siret as stdnum_siret

from eit_analysis.intake.parsing import MISSING_WORDS, clean_text, fold
from eit_analysis.intake.periods import parse_date, parse_months
from eit_analysis.reference import nomenclatures


class CellError(ValueError):
    """One cell cannot be used: a reason code and a French sentence end (what is wrong; what to do)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def clean_identifier(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    """Identifier in capitals without spaces; it names files and folders, so nothing else is let in."""
    text = clean_text(cell)
    clean = "".join(text.upper().split())
    if clean and not re.fullmatch(r"\w[\w-]{0,31}", clean):
        raise CellError(
            "bad_identifier", "cet identifiant n'est pas utilisable\u00a0; prenez lettres, chiffres et tirets"
        )
    return clean or None, "identifier_normalised" if clean != text else ""


def clean_identifiers(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    """Several identifiers, separated by single spaces."""
    text = clean_text(cell)
    clean = " ".join(
        dict.fromkeys(part for part in re.split(r"[\s,;/+&]+", text.upper()) if part and part != "ET")
    )
    return clean or None, "identifier_normalised" if clean != text else ""


def _code(
    cell: Any, normalise: Callable[[str], str | None], code: str, message: str
) -> tuple[str | None, str]:
    """A code through its normaliser, which gives None for a code that does not exist."""
    text = clean_text(cell)
    if not text or fold(text) in MISSING_WORDS:
        return None, "missing_word" if text else ""
    clean = normalise(text)
    if clean is None:
        raise CellError(code, message)
    if clean == text:
        return clean, ""
    return clean, "leading_zero_restored" if clean == f"0{text}" else "code_normalised"


def _siret(text: str) -> str | None:
    digits = re.sub(r"[\s.-]", "", text)
    try:
        # A spreadsheet drops the first zero of a number; the key tells whether putting it back is right.
        return stdnum_siret.validate(digits.zfill(14) if len(digits) == 13 else digits)
    except ValidationError:
        return None


def _place_code(text: str) -> str | None:
    code = text.replace(" ", "").upper()
    code = code.zfill(5) if len(code) == 4 and code.isdigit() else code
    return code if re.fullmatch(r"[0-9][0-9AB][0-9]{3}", code) else None


def _rome_code(text: str) -> str | None:
    code = text.replace(" ", "").upper()
    return code if re.fullmatch(r"[A-N][0-9]{4}", code) else None


def clean_siret(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    """SIRET of fourteen digits with a right key."""
    message = "ce SIRET n'a pas quatorze chiffres ou sa clé est fausse\u00a0; vérifiez-le avec l'entreprise"
    return _code(cell, _siret, "bad_siret", message)


def clean_place_code(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    """Commune code or postcode: five characters, kept as text."""
    return _code(cell, _place_code, "bad_code", "ce code doit avoir cinq caractères\u00a0; corrigez-le")


def clean_rome(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    """ROME code: one letter and four digits."""
    message = "un code ROME est une lettre de A à N et quatre chiffres\u00a0; corrigez-le"
    return _code(cell, _rome_code, "bad_code", message)


def clean_waste_code(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    """Six-digit code of the European list of waste, known to the reference."""
    message = "ce code n'est pas dans la liste européenne des déchets\u00a0; corrigez-le"
    return _code(cell, nomenclatures.normalise_waste_code, "unknown_waste_code", message)


def clean_naf(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    """NAF rév. 2 code of a division known to the reference."""
    message = "ce code NAF rév. 2 n'existe pas\u00a0; corrigez-le (par exemple 2562B)"
    return _code(cell, nomenclatures.normalise_naf, "unknown_naf_code", message)


def clean_months(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    try:
        return parse_months(cell), ""
    except ValueError:
        raise CellError(
            "not_months", "ce ne sont pas des mois\u00a0; écrivez par exemple «\u00a06 7 8\u00a0»"
        ) from None


def clean_date(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    try:
        return parse_date(cell), ""
    except ValueError:
        raise CellError("not_a_date", "ce n'est pas une date complète\u00a0; écrivez AAAA-MM-JJ") from None
