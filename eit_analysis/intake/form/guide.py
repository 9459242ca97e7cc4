"""The first sheet of the questionnaire: what to write, where, what the words mean, and an example of each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from babel.numbers import format_decimal

from eit_analysis import tables
from eit_analysis.intake.cells.contract import allowed_words

GUIDE = "Mode d'emploi"
TITLE = "Questionnaire d'écologie industrielle territoriale"

PARAGRAPHS = (
    "Ce classeur sert à recenser ce qui entre, ce qui sort et ce qui pourrait être partagé entre les acteurs "
    "du territoire.",
    "Remplissez une ligne par flux, par métier ou par besoin. Une feuille sans objet pour vous reste vide. "
    "Gardez les noms des feuilles et la ligne d'en-têtes\u00a0: elle est protégée, sans mot de passe. Vous "
    "pouvez élargir les colonnes, et ajouter, supprimer ou trier des lignes.",
    "Laissez la souris sur un en-tête\u00a0: une note dit ce qu'il faut y écrire, dans quelle unité, avec un "
    "exemple. Le tableau plus bas le dit aussi, colonne par colonne.",
    "L'identifiant vous est donné par le bureau d'études (par exemple E07)\u00a0: répétez-le à chaque ligne.",
    "Quantités\u00a0: une valeur approchée vaut mieux qu'une case vide. Vous pouvez écrire 12,5, <5, 10-15 "
    "ou env. 10. Écrivez NC si la valeur n'est pas connue et néant s'il n'y en a pas.",
    "La quantité est celle d'une période (an, mois, semaine ou jour) pendant laquelle le flux existe. Un "
    "jour est un jour d'ouverture.",
    "N'écrivez ni nom de personne, ni date de naissance, ni numéro de sécurité sociale\u00a0: les feuilles "
    "Emplois et Compétences comptent des personnes, elles n'en désignent aucune.",
    "Confidentialité\u00a0: la colonne Diffusion décide de ce qui est publié. Nominative\u00a0: votre nom "
    "peut paraître auprès des partenaires. Agrégée\u00a0: vos données ne comptent que dans des totaux. "
    "Aucune\u00a0: elles ne servent qu'au bureau d'études. Sans réponse, «\u00a0aucune\u00a0» s'applique.",
)
# Filled in by the study office before it sends the form out.
RETURN = ("À renvoyer à (nom, courriel, téléphone)", "Au plus tard le")
COLUMNS = ("Feuille", "Colonne", "Ce qu'il faut écrire", "Mots prévus", "Exemple")
WIDTHS = (18, 26, 54, 46, 30)

# Unit of each number, for the notes of the headers.
UNITS = {
    "headcount": "personnes", "quantity": "celle de la colonne Unité", "uncertainty_percent": "%",
    "cost_eur_per_t": "euros par tonne", "volume_per_year": "par an, celle de la colonne Unité",
    "cost_eur_per_year": "euros par an", "fte": "équivalents temps plein",
    "planned_departures_3y": "personnes", "planned_hires_3y": "personnes",
    "shared_need_h_per_month": "heures par mois", "realised_t_per_year": "tonnes par an",
}  # fmt: skip

# One filled row by sheet; a column without an example is one that most leave blank.
EXAMPLES: dict[str, dict[str, Any]] = {
    "sites": {
        "site_id": "E07", "name": "Filature de l'Exemple", "siret": "12345678200010", "naf_code": "1310Z",
        "commune_name": "Thann", "commune_code": "68334", "postcode": "68800", "headcount": 45,
        "actor_type": "entreprise", "consent": "nominative", "reference_year": 2024,
    },
    "flows": {
        "site_id": "E07", "direction": "sortant", "category": "textile", "description": "Chutes de coton",
        "waste_code": "040222", "quantity": "12,5", "unit": "t", "period": "an", "uncertainty_percent": 10,
        "evidence": "facture", "quality": "propre", "route": "recyclage", "cost_eur_per_t": 80,
        "months": "6 7 8", "contractor": "Collecteur de l'Exemple", "comment": "En balles pressées",
    },
    "sharing": {
        "site_id": "E07", "nature": "équipement", "item": "Chariot élévateur", "side": "offre",
        "volume_per_year": 200, "unit": "heures", "cost_eur_per_year": 3000, "comment": "Hors été",
    },
    "workforce": {
        "site_id": "E07", "rome_code": "H2404", "occupation": "Bobinier en filature", "age_band": "45-49",
        "headcount": 6, "fte": 5.5, "contract": "CDI", "planned_departures_3y": 1, "planned_hires_3y": 2,
        "hiring_difficulty": 3,
    },
    "skills": {
        "site_id": "E07", "skill": "Réglage des bobinoirs", "rome_code": "H2404", "current_level": 2,
        "required_level": 3, "headcount": 4, "shared_need_h_per_month": 10,
    },
    "readiness": {
        "site_id": "E07", "respondent_role": "direction", "item": "Nous avons le temps de coopérer",
        "answer": 4,
    },
    "synergy_register": {
        "synergy_id": "S01", "title": "Chutes de coton vers un atelier", "kind": "échange",
        "category": "textile", "site_ids": "E07 E12", "status": "étude", "status_date": dt.date(2024, 5, 17),
        "realised_t_per_year": 8, "carrier": "Communauté de communes", "comment": "Essai en mai",
    },
}  # fmt: skip

# What the words that may be misread mean: (table, column), then each word.
MEANINGS: dict[tuple[str, str], dict[str, str]] = {
    ("sites", "actor_type"): {
        "ESS": "économie sociale et solidaire\u00a0: ESAT, entreprise d'insertion, association",
        "collectivité": "commune, intercommunalité, syndicat, service public",
        "filière": "collecteur, recycleur ou autre exutoire de déchets",
    },
    ("flows", "direction"): {
        "sortant": "ce que le site évacue ou cède\u00a0: déchet, chute, coproduit",
        "entrant": "ce que le site achète ou pourrait employer",
    },
    ("flows", "category"): {
        "DEE": "déchets d'équipements électriques et électroniques",
        "biodéchets": "restes de repas, déchets verts, autres matières organiques",
        "denrées alimentaires": "aliments encore propres à la consommation",
        "minéral": "gravats, sables, terres, boues minérales",
        "chimique": "solvants, huiles, produits et boues de procédé",
        "mélange": "déchets d'activité non triés",
    },
    ("flows", "evidence"): {
        "pesée": "pesé sur le site ou par le prestataire",
        "facture": "lu sur les factures",
        "registre": "lu au registre des déchets ou sur les bordereaux",
        "déclaration": "connu de vous, sans document à l'appui",
        "estimation": "ordre de grandeur",
        "ratio": "calculé, par exemple par salarié ou par tonne produite",
    },
    ("flows", "quality"): {
        "propre": "trié, sans autre matière",
        "mélangé": "avec d'autres matières que l'on pourrait trier",
        "souillé": "gras, humide, taché ou pollué",
    },
    ("flows", "route"): {
        "réemploi": "resservi tel quel",
        "valorisation énergétique": "brûlé avec récupération d'énergie",
        "incinération": "brûlé sans récupération d'énergie",
        "stockage": "mis en décharge",
    },
    ("workforce", "contract"): {"insertion": "contrat d'insertion ou contrat aidé"},
    ("synergy_register", "status"): {
        "piste": "idée repérée",
        "étude": "faisabilité à l'étude",
        "engagée": "décidée, en cours de mise en place",
        "réalisée": "en service",
        "abandonnée": "arrêtée, à tout stade",
    },
}


def printed(value: Any) -> str:
    """An example as one types it in French: ``5,5``, ``2024-05-17``."""
    if isinstance(value, float):
        return str(format_decimal(value, format="0.###", locale="fr_FR"))
    return "" if value is None else str(value)


def note(table: str, column: str) -> str:
    """The note of a header: description, unit, words allowed, example."""
    spec, words = tables.form(table)[column], allowed_words(table, column)
    lines = [f"{spec['description']}."]
    if column in UNITS:
        lines.append(f"Unité\u00a0: {UNITS[column]}.")
    if words:
        lines.append(f"Au choix\u00a0: {', '.join(words)}.")
    if example := printed(EXAMPLES[table].get(column)):
        lines.append(f"Exemple\u00a0: {example}")
    return "\n".join(lines)


def write_guide(book: Any, styles: dict[str, Any]) -> None:
    """Write the guide as the first sheet of an xlsxwriter workbook; it prints on A4 landscape pages."""
    sheet = book.add_worksheet(GUIDE)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P sur &N")
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    last = len(COLUMNS) - 1
    sheet.write_string(0, 0, TITLE, styles["title"])
    row = 2
    for label in RETURN:
        sheet.merge_range(row, 0, row, 1, label, styles["bold"])
        sheet.merge_range(row, 2, row, last, "", styles["blank"])
        row += 1
    row += 1
    for paragraph in PARAGRAPHS:
        sheet.merge_range(row, 0, row, last, paragraph, styles["wrap"])
        sheet.set_row(row, 15 * (1 + len(paragraph) // 165) + 4)
        row += 1
    row = _write_block(sheet, row + 1, COLUMNS, _columns(), styles)
    _write_block(sheet, row + 1, ("Feuille", "Colonne", "Sens du mot", "Mot"), _meanings(), styles)


def _write_block(sheet: Any, row: int, header: tuple[str, ...], lines: list[list[str]], styles: Any) -> int:
    """Write a table, each sheet's lines under a rule; the row that follows it comes back."""
    for column, text in enumerate(header):
        sheet.write_string(row, column, text, styles["header"])
    before = ""
    for line in lines:
        row += 1
        new = line[0] != before
        for column, text in enumerate(line):
            style = ("bold" if column < 2 else "wrap") + ("_ruled" if new else "")
            sheet.write_string(row, column, text if new or column else "", styles[style])
        before = line[0]
    return row + 1


def _columns() -> list[list[str]]:
    return [
        [
            tables.sheet_name(table),
            spec["header"],
            spec["description"] + (f" (unité\u00a0: {UNITS[name]})" if name in UNITS else ""),
            ", ".join(allowed_words(table, name)),
            printed(EXAMPLES[table].get(name)),
        ]
        for table in tables.TABLES
        for name, spec in tables.form(table).items()
    ]


def _meanings() -> list[list[str]]:
    return [
        [tables.sheet_name(table), tables.form(table)[column]["header"], meaning, word]
        for (table, column), words in MEANINGS.items()
        for word, meaning in words.items()
    ]
