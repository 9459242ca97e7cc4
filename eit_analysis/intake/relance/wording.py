"""How a question to a firm is put: what we found in its cell, then what we ask, in plain French."""

from __future__ import annotations

import re
from functools import cache

from eit_analysis import reference, tables
from eit_analysis.french import counted
from eit_analysis.intake.cells.contract import allowed_words, bounds
from eit_analysis.intake.relance.texts import interval, typeset

CONVERTED = re.compile(r"^converti en tonnes\s*:\s*")
DAYS = re.compile(r"(\S+) \((\S+) à (\S+)\) par an")

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
    "status_date": "Quelle est la date (par exemple 15/10/2026) ?",
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
    "formula_without_value": "le fichier porte une formule, sans son résultat.",
    "date_instead_of_number": "le tableur a changé votre nombre en date.",
    "open_interval": "il manque une valeur maximale.",
    "unknown_value": "ce mot n'est pas dans la liste.",
    "personal_data": "cette case contenait une donnée personnelle, que nous n'avons pas gardée.",
    "out_of_bounds": "cette valeur n'est pas possible ici.",
    "unit_conflict": "deux unités, ou deux périodes, sont données pour cette quantité.",
    "period_conflict": "la période de la colonne Unité contredit la colonne Période.",
    "unknown_site": "cet identifiant n'est celui d'aucun acteur de l'enquête.",
    "conflicting_site": "un autre acteur est déjà décrit sous cet identifiant.",
}

# Reasons and rules about a unit: one answer settles them, the quantity with its unit.
ABOUT_UNITS = {"missing_unit", "unknown_unit", "unit_conflict", "period_conflict", "unit_converted"}
ABSENT = typeset(
    "cette colonne n'existe pas dans votre feuille. Ajoutez-la dans votre classeur, remplissez-la et "
    "renvoyez-le."
)
UNKNOWN = typeset(
    "cette colonne n'existe pas dans votre feuille. Est-ce l'une de celles que nous n'avons pas reconnues : "
    "{} ? Donnez-lui ce nom ; sinon, ajoutez la colonne. Puis renvoyez le classeur."
)
RESEND = typeset(
    "Rien n'y a été lu : remettez la ligne d'en-têtes du questionnaire, puis renvoyez le classeur."
)
RESEND_OFFICE = typeset(
    "Rien n'y a été lu : corrigez le classeur ou demandez-le à l'entreprise, puis relancez le nettoyage."
)
WAITING = "en attente de votre réponse sur la feuille Entreprise."
CONFIRM = typeset(
    "Si ce que vous avez écrit est juste, répondez « confirmé » ; sinon, donnez la bonne valeur."
)
CONFIRM_UNIT = typeset(
    "Si ce que vous avez écrit est juste, répondez « confirmé » ; sinon, donnez la quantité avec son unité "
    "(12,5 t/an)."
)
NO_ANSWER = typeset("Rien à répondre si c'est juste ; sinon, donnez la bonne valeur.")
NO_ANSWER_UNIT = typeset(
    "Rien à répondre si c'est juste ; sinon, donnez la quantité avec son unité (12,5 t/an)."
)
NO_CELL = typeset("Si c'est faux, corrigez le classeur et renvoyez-le.")
EMPTY = "Cette case est vide. "
# Readings that their rule alone does not tell.
READINGS = {
    "evidence_assumed_estimated": "faute d'indication, nous avons retenu « {} »",
    "consent_assumed_none": "faute d'indication, nous avons retenu « {} » : rien de vous n'est publié",
    "mojibake_suspected": "des accents sont peut-être perdus : « {} »",
}
OWN_LABELS = {
    "answered_by_firm": "valeur remplacée par votre réponse",
    "confirmed_by_firm": "valeur confirmée par votre réponse",
    "removed_by_firm": "ligne retirée à votre demande",
}
NOTHING_KNOWN = "absence confirmée par votre réponse"


def headline(questions: int, readings: int, aside: int) -> str:
    """How much is asked: real questions apart from the readings that need no answer when they are right."""
    if not questions and not readings:
        rest = ". Ce qui reste de côté est rappelé ici." if aside else " : tout a été lu et compris."
        return typeset(f"Rien à demander{rest} Merci.")
    asked = counted(questions, "question", "questions") if questions else "Aucune question"
    if not readings:
        return f"{asked}."
    return f"{asked}, et {counted(readings, 'lecture', 'lectures')} à vérifier."


def unread(answer: str, code: str, message: str, asked: str) -> str:
    """Why an answer was left out, then the question again."""
    if code == "personal_data":
        why = "votre réponse contenait une donnée personnelle, que nous n'avons pas gardée."
    else:
        why = f"votre réponse «\u00a0{answer}\u00a0» n'a pas pu être reportée\u00a0: {problem(code, message)}"
    return f"{why} {asked}".strip()


def absent(unknown: list[str]) -> str:
    """What to do about a column that a sheet does not have, beside those whose headers say nothing to us."""
    quoted = ", ".join(f"«\u00a0{header}\u00a0»" for header in unknown)
    return UNKNOWN.format(quoted) if unknown else ABSENT


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
    if days := DAYS.fullmatch(clean):
        return typeset(
            "nous avons compté {} jours d'ouverture par an (entre {} et {})".format(*days.groups())
        )
    if rule == "annualised_over_active_months":
        times = interval(clean.removesuffix(" par an"))
        return f"nous avons compté cette quantité {times} fois par an, sur les seuls mois d'activité"
    if rule in READINGS:
        return typeset(READINGS[rule].format(clean))
    return typeset(f"nous avons lu {interval(clean)}, {rule_label(rule)}")


def doubt(rule: str, already: str | None) -> str:
    """How to answer about a reading; where one reading of a cell is about its unit, the unit is asked too."""
    return NO_ANSWER_UNIT if rule == "unit_converted" or already == NO_ANSWER_UNIT else NO_ANSWER


def own_label(rule: str) -> str:
    """Label of a correction as the firm itself is told it."""
    return OWN_LABELS.get(rule) or rule_label(rule)


@cache
def rule_labels() -> dict[str, str]:
    labels = reference.load("labels")
    rules = labels[labels["column"] == "rule"]
    return dict(zip(rules["code"], rules["label_fr"], strict=True))


def rule_label(rule: str) -> str:
    """French label of a correction rule, the rule itself where it has none."""
    return rule_labels().get(rule, rule)
