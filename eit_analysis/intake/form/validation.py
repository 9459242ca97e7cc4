"""What the spreadsheet checks as a questionnaire is filled in, column by column.

A check never refuses what the reader takes. It *stops* only where the answer is closed and a blank means that
it is not known: a word of a list, a mark on a scale, a year, a date. Elsewhere it *warns*, and the respondent
may go on: the reader takes ``env. 40`` or ``NC`` for any number and ``123 456 782 00010`` for a SIRET. A
quantity, where ``<5`` and ``10-15`` are wished for, and a unit, which may be any, have no check at all.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from eit_analysis import tables
from eit_analysis.intake.cells.contract import allowed_words, bounds, described, is_date, is_number
from eit_analysis.intake.form.guide import EXAMPLES, printed
from eit_analysis.reference.dated import YEARS

# All of them have a mass in every category but « autre », which is too wide for one: only t and kg there.
COMMON_UNITS = ("t", "kg", "m3", "litre", "palette", "benne 8 m3", "big bag")
UNIT_PROMPT = (
    "t ou kg de préférence. Une benne se dit avec son volume (benne 8 m3). "
    "Catégorie «\u00a0autre\u00a0»\u00a0: t ou kg seulement."
)
LARGEST_MARK = 10  # of a scale; any wider span is that of a number, which may be approximate
# What a cell usually holds: characters of a code, with the spaces, dots or star that people put in, or values
# of a number. A day that a spreadsheet made of 10-15 is a number above 40,000: the usual bound finds it.
USUAL = {name: tuple(map(int, span.split(" to "))) for name, span in described("usual").items()}
LARGEST = 20_000
PROMPTS = described("prompt_fr")
NUMBER = "Un nombre seul est attendu, sans unité. Une valeur approchée (env. 10) ou NC restent possibles."
# The identifiers typed so far in the sheet Entreprise, without the blank rows below.
KNOWN = "=OFFSET(Entreprise!$A$2,0,0,MAX(1,COUNTA(Entreprise!$A$2:$A$5000)),1)"


def check(table: str, column: str) -> dict[str, Any]:
    """What the spreadsheet checks in one column: a list, bounds or a length, and what to write."""
    words, (low, high) = allowed_words(table, column), bounds(table, column)
    header = tables.form(table)[column]["header"]
    prompt = {"input_title": header[:32], "input_message": PROMPTS[column]} if column in PROMPTS else {}
    if words:
        return prompt | _stop("list", "Choisissez un mot de la liste.", source=list(words))
    if column == "site_id" and table != "sites":
        return prompt | _warn("list", "Cet identifiant n'est pas dans la feuille Entreprise.", source=KNOWN)
    if (table, column) == ("flows", "unit"):
        hint = {"input_title": header, "input_message": UNIT_PROMPT}
        return hint | {"validate": "list", "source": list(COMMON_UNITS), "show_error": False}
    if column == "reference_year":
        wanted = "Écrivez une année sur quatre chiffres."
        return prompt | _stop("integer", wanted, minimum=YEARS[0], maximum=YEARS[1])
    if is_date(column):
        span = {"minimum": dt.date(YEARS[0], 1, 1), "maximum": dt.date(YEARS[1], 1, 1)}
        return prompt | _stop("date", "Écrivez une date complète, par exemple 17/05/2024.", **span)
    if low is not None and high is not None and high <= LARGEST_MARK:
        scale = f"Écrivez un nombre entier de {low:g} à {high:g}, ou laissez vide."
        return prompt | _stop("integer", scale, minimum=int(low), maximum=int(high))
    lowest, highest = USUAL.get(column, (0, LARGEST))
    if is_number(table, column):
        return prompt | _warn("decimal", NUMBER, minimum=lowest, maximum=highest)
    if column in USUAL:
        example = printed(EXAMPLES[table].get(column))
        message = f"Ce code n'a pas la longueur attendue (exemple\u00a0: {example})."
        return prompt | _warn("length", message, minimum=lowest, maximum=highest)
    return prompt | {"validate": "any"}


def _stop(kind: str, message: str, **rule: Any) -> dict[str, Any]:
    if "minimum" in rule:
        rule["criteria"] = "between"
    return {"validate": kind, **rule, "error_title": "Réponse non prévue", "error_message": message}


def _warn(kind: str, message: str, **rule: Any) -> dict[str, Any]:
    return _stop(kind, message, **rule) | {"error_type": "warning", "error_title": "À vérifier"}
