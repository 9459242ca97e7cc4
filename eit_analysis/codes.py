"""The codes that the columns of the form may hold, each with its French label: ``form_labels.csv``."""

from __future__ import annotations

from eit_analysis import reference

LABELS: dict[str, dict[str, str]] = {
    str(column): dict(zip(rows["code"], rows["label_fr"], strict=True))
    for column, rows in reference.load("form_labels").groupby("column")
}
ACTOR_TYPES, AGE_BANDS, CATEGORIES, CONSENTS, NATURES, QUALITIES, ROUTES = (
    LABELS[column]
    for column in ("actor_type", "age_band", "category", "consent", "nature", "quality", "route")
)
# Several words of the form mean one class of evidence, which has its own label in reports.
EVIDENCE_WORDS = {
    "pesée": "measured", "facture": "measured", "registre": "measured",
    "déclaration": "declared", "estimation": "estimated", "ratio": "inferred",
}  # fmt: skip
