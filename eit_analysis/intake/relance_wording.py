"""How a question to a firm is put: what we found in its cell, then what we ask, in plain French."""

from __future__ import annotations

import re
from functools import cache

from eit_analysis import reference, tables
from eit_analysis.intake.cells import allowed_words, bounds

CLOSING = re.compile(r" (?=[:;?!%»]|t/an)")
OPENING = re.compile(r"(?<=«) ")
CONVERTED = re.compile(r"^converti en tonnes\s*:\s*")
NUMBER = re.compile(r"(-?[0-9.]+(?:e[+-]?[0-9]+)?)(?: \[(.*) ; (.*)\])?")


def typeset(text: str) -> str:
    """No-break spaces where French wants them, for templates written with plain spaces.

    >>> typeset("Lequel est juste ?") == "Lequel est juste\u00a0?"
    True
    """
    return OPENING.sub("\u00a0", CLOSING.sub("\u00a0", text))


# What to ask about a column, by its name; a column with a list of words asks to choose among them.
ASKS: dict[str, str] = {
    "site_id": "Quel est l'identifiant donné par le bureau d'études (par exemple E07) ?",
    "name": "Quelle est la raison sociale ?",
    "siret": "Quel est le numéro SIRET de l'établissement (14 chiffres) ?",
    "naf_code": "Quel est le code NAF de l'établissement (par exemple 25.62B) ?",
    "commune_name": "Dans quelle commune est l'établissement ?",
    "commune_code": "Quel est le code INSEE de la commune (5 caractères) ?",
    "postcode": "Quel est le code postal (5 chiffres) ?",
    "headcount": "Combien de personnes, en chiffres ?",
    "reference_year": "Sur quelle année portent vos réponses ?",
    "description": "De quoi s'agit-il ?",
    "waste_code": "Quel est le code déchet à six chiffres (il figure sur le bordereau ou le registre) ?",
    "quantity": "Quelle est la quantité, avec son unité (par exemple 12,5 t/an) ? Un ordre de grandeur "
    "suffit (env. 10 t/an, 10-15 t/an).",
    "unit": "Dans quelle unité (kg ou t de préférence) ?",
    "uncertainty_percent": "De combien de pour cent la quantité peut-elle s'écarter ?",
    "cost_eur_per_t": "Quel est le coût en euros par tonne (recettes en négatif) ?",
    "cost_eur_per_year": "Quel est le coût annuel, en euros ?",
    "months": "Quels mois, en numéros (par exemple 6 7 8) ?",
    "volume_per_year": "Quel est le volume annuel, en chiffres ?",
    "rome_code": "Quel est le code ROME du métier (une lettre, quatre chiffres) ?",
    "occupation": "Quel est l'intitulé du métier ?",
    "fte": "Combien d'équivalents temps plein ?",
    "current_level": "Quel est le niveau, de 0 à 4 ?",
    "required_level": "Quel est le niveau, de 0 à 4 ?",
    "hiring_difficulty": "Quelle est la difficulté, de 0 à 4 ?",
    "status_date": "Quelle est la date (AAAA-MM-JJ) ?",
    "site_ids": "Quels sont les identifiants des entreprises (par exemple E07 E12) ?",
    "realised_t_per_year": "Combien de tonnes par an sont vraiment détournées ?",
    "shared_need_h_per_month": "Combien d'heures par mois ?",
}

# What we found, where the message of the study office would not do for a firm.
FINDINGS: dict[str, str] = {
    "missing_value": "cette réponse est indispensable pour compter la ligne.",
    "missing_mass": "sans quantité, ce flux n'est pas compté.",
    "missing_unit": "l'unité manque, ce flux n'est pas compté.",
    "missing_period": "sans période, ce flux n'est pas compté.",
    "not_a_number": "ce n'est pas un nombre.",
    "excel_error": "c'est une erreur de calcul du tableur.",
    "date_instead_of_number": "le tableur a changé votre nombre en date.",
    "open_interval": "il manque une valeur maximale.",
    "bad_siret": "ce numéro n'a pas 14 chiffres ou contient une erreur.",
    "unknown_value": "ce mot n'est pas dans la liste.",
    "personal_data": "nous ne gardons aucune donnée personnelle. Remplacez-la ou laissez vide.",
    "out_of_bounds": "ce n'est pas sur l'échelle.",
    "unit_conflict": "l'unité de cette case contredit la colonne Unité ou Période.",
    "period_conflict": "la période de la colonne Unité contredit la colonne Période.",
    "unknown_site": "cet identifiant n'est celui d'aucun acteur de l'enquête.",
    "conflicting_site": "un autre acteur est déjà décrit sous cet identifiant.",
}

# Reasons and rules about a unit: one answer settles them, the quantity with its unit.
ABOUT_UNITS = {"missing_unit", "unknown_unit", "unit_conflict", "period_conflict", "unit_converted"}
ABSENT = typeset(
    "cette colonne n'existe pas dans votre feuille. Ajoutez-la dans votre fichier, remplissez-la et "
    "renvoyez le fichier."
)
DOUBT = "Si c'est juste, répondez « confirmé » ; sinon, donnez la bonne valeur."
DOUBT_UNIT = "Si c'est juste, répondez « confirmé » ; sinon, donnez la quantité avec son unité (12,5 t/an)."
UNREADABLE = "Renvoyez ce fichier, enregistré de nouveau en XLSX."


def said(read: str) -> str:
    """What the firm wrote, as the start of a sentence."""
    return f"vous avez écrit «\u00a0{read}\u00a0»\u00a0: " if read else "cette case est vide. "


def ask(table: str, column: str) -> str:
    """The question about one column: its own words, the list to choose from, or the scale."""
    words = allowed_words(table, column) if column in tables.form(table) else ()
    if words:
        return typeset(f"Choisissez : {', '.join(words)}.")
    low, high = bounds(table, column)
    if column not in ASKS and low is not None and high is not None:
        return typeset(f"Quelle est la note, de {low:g} à {high:g} ?")
    return typeset(ASKS.get(column, "Quelle est la bonne valeur ?"))


def problem(code: str, message: str) -> str:
    """What is wrong: our sentence for firms, else the first half of the message (the other is what to do)."""
    finding = FINDINGS.get(code)
    return typeset(finding) if finding else f"{message.split(chr(0xA0) + ';')[0].strip()}."


def reading(rule: str, clean: str) -> str:
    """How a cell that could be read in several ways was read."""
    if rule == "unit_converted":
        # The source of the factor stays in corrections.csv.
        head, comma, _ = CONVERTED.sub("", clean).partition("), ")
        return typeset(f"nous avons compté {head}{')' if comma else ''}")
    if number := NUMBER.fullmatch(clean):
        value, low, high = (part and part.replace(".", ",") for part in number.groups())
        clean = f"{value} (entre {low} et {high})" if low else value
    return typeset(f"nous avons lu {clean} ({rule_label(rule)})")


def doubt(rule: str, already: str | None) -> str:
    """How to answer about a reading; where one reading of a cell is about its unit, the unit is asked too."""
    asked = typeset(DOUBT_UNIT)
    return asked if rule == "unit_converted" or already == asked else typeset(DOUBT)


@cache
def rule_labels() -> dict[str, str]:
    labels = reference.load("labels")
    rules = labels[labels["column"] == "rule"]
    return dict(zip(rules["code"], rules["label_fr"], strict=True))


def rule_label(rule: str) -> str:
    """French label of a correction rule, the rule itself where it has none."""
    return rule_labels().get(rule, rule)
