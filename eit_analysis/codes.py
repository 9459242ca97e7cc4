"""What the form allows: codes kept in the tables with their French labels, and the entry-only columns."""

from __future__ import annotations

CATEGORIES = {
    "textile": "textile", "wood": "bois", "cardboard": "carton", "paper": "papier", "weee": "DEE",
    "biowaste": "biodéchets", "food": "denrées alimentaires", "plastic": "plastique", "metal": "métal",
    "glass": "verre", "mineral": "minéral", "chemical": "chimique", "mixed": "mélange", "other": "autre",
}  # fmt: skip
DIRECTIONS = {"out": "sortant", "in": "entrant"}
PERIODS = {"year": "an", "month": "mois", "week": "semaine", "day": "jour"}
# Several words of the form mean one class of evidence; the first is the label printed in reports.
EVIDENCE_WORDS = {
    "pesée": "measured", "facture": "measured", "registre": "measured",
    "déclaration": "declared", "estimation": "estimated", "ratio": "inferred",
}  # fmt: skip
EVIDENCE = {"measured": "mesurée", "declared": "déclarée", "estimated": "estimée", "inferred": "par ratio"}
QUALITIES = {"clean": "propre", "mixed": "mélangé", "soiled": "souillé"}
ROUTES = {
    "reuse": "réemploi", "recycling": "recyclage", "composting": "compostage", "digestion": "méthanisation",
    "energy": "valorisation énergétique", "incineration": "incinération", "landfill": "stockage",
    "unknown": "inconnu",
}  # fmt: skip
ACTOR_TYPES = {"firm": "entreprise", "ess": "ESS", "public": "collectivité", "outlet": "filière"}
CONSENTS = {"named": "nominative", "aggregated": "agrégée", "none": "aucune"}
NATURES = {
    "purchase": "achat", "service": "service", "equipment": "équipement", "space": "espace",
    "skill": "compétence", "training": "formation",
}  # fmt: skip
SIDES = {"offer": "offre", "need": "besoin"}
CONTRACTS = {
    "permanent": "CDI", "fixed_term": "CDD", "temporary": "intérim", "apprentice": "alternance",
    "insertion": "insertion",
}  # fmt: skip
AGE_BANDS = {
    band: band
    for band in ("15-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54", "55-59", "60 et plus")
}
STATUSES = {
    "lead": "piste", "study": "étude", "committed": "engagée", "done": "réalisée", "dropped": "abandonnée",
}  # fmt: skip

# Columns that exist only on the form: (French header, description, allowed codes with labels).
ENTRY_COLUMNS: dict[str, tuple[str, str, dict[str, str] | None]] = {
    "quantity": ("Quantité", "Quantité par période, dans l'unité indiquée", None),
    "unit": (
        "Unité",
        "t ou kg de préférence, sinon m3, litre, palette, big bag ou benne avec son volume (benne 8 m3)",
        None,
    ),
    "period": ("Période", "Période de la quantité", PERIODS),
    "uncertainty_percent": (
        "Incertitude (%)",
        "Marge autour de la quantité, en plus ou en moins\u00a0: 20 si vous êtes presque sûr (19 chances sur "
        "20) que la vraie valeur est à moins de 20\u00a0% de celle que vous donnez",
        None,
    ),
    "comment": ("Commentaire", "Remarque libre, jamais diffusée", None),
}
