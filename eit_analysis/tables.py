"""The contract of every table: one declaration serves the questionnaire, reading, validation and release.

A column carries its French header and description, its allowed values with their French labels, and its
sensitivity. ``Config.metadata`` adds the sheet: its French name and the headers of its form in order, among
them the entry columns that only the form has (a quantity, its unit and period become ``mass_t_per_year``).
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import pandera.pandas as pa
from pandera.typing import Series

from eit_analysis.codes import (
    ACTOR_TYPES,
    AGE_BANDS,
    CATEGORIES,
    CONSENTS,
    CONTRACTS,
    DIRECTIONS,
    ENTRY_COLUMNS,
    EVIDENCE,
    NATURES,
    QUALITIES,
    ROUTES,
    SIDES,
    STATUSES,
)
from eit_analysis.codes import (
    EVIDENCE_WORDS as EVIDENCE_WORDS,
)

# No French establishment has as many: a telephone number, or a SIREN, is no headcount.
MOST_PEOPLE = 200_000
Sensitivity = Literal["public", "consented", "confidential"]


def column(
    header: str,
    description: str,
    *,
    sensitivity: Sensitivity = "consented",
    labels: dict[str, str] | None = None,
    nullable: bool = True,
    **checks: Any,
) -> Any:
    """One column of the contract: French header and description, allowed codes with labels, sensitivity."""
    metadata = {"header": header, "description": description, "sensitivity": sensitivity, "labels": labels}
    if labels is not None:
        checks["isin"] = list(labels)
    return pa.Field(nullable=nullable, coerce=True, metadata=metadata, **checks)


def site_id_column() -> Any:
    return column("Identifiant", "Identifiant de l'acteur dans l'étude", nullable=False)


def mass_column(header: str, description: str) -> Any:
    return column(header, description, sensitivity="confidential", nullable=False, ge=0)


def source_column(header: str, description: str, **checks: Any) -> Any:
    return column(header, description, sensitivity="confidential", nullable=False, **checks)


class Sourced(pa.DataFrameModel):
    """What every tidy table ends with: the row each line was read from."""

    source_file: Series[str] = source_column("Fichier source", "Fichier d'origine")
    source_sheet: Series[str] = source_column("Feuille source", "Feuille d'origine")
    source_row: Series[int] = source_column("Ligne source", "Ligne d'origine (1 = première)", ge=1)


class Sites(Sourced):
    site_id: Series[str] = site_id_column()
    name: Series[str] = column("Raison sociale", "Nom de l'acteur", nullable=False)
    siret: Series[str] = column("SIRET", "Numéro SIRET (14 chiffres)")
    naf_code: Series[str] = column("Code NAF", "Activité principale, NAF rév. 2", sensitivity="public")
    commune_code: Series[str] = column("Code INSEE", "Code INSEE de la commune", sensitivity="public")
    commune_name: Series[str] = column("Commune", "Commune d'implantation", sensitivity="public")
    postcode: Series[str] = column("Code postal", "Code postal", sensitivity="public")
    latitude: Series[float] = column(
        "Latitude", "Centre de la commune (degrés)", sensitivity="public", ge=-90, le=90
    )
    longitude: Series[float] = column(
        "Longitude", "Centre de la commune (degrés)", sensitivity="public", ge=-180, le=180
    )
    headcount: Series[float] = column(
        "Effectif", "Personnes employées sur le site", sensitivity="confidential", ge=0, le=MOST_PEOPLE
    )
    actor_type: Series[str] = column(
        "Type d'acteur", "Nature de l'acteur", sensitivity="public", labels=ACTOR_TYPES
    )
    consent: Series[str] = column("Diffusion", "Accord de diffusion", labels=CONSENTS, nullable=False)
    reference_year: Series[float] = column("Année", "Année de référence des réponses", sensitivity="public")

    class Config:
        metadata = {  # noqa: RUF012
            "sheet": "Entreprise",
            "form": "site_id name siret naf_code commune_name commune_code postcode headcount actor_type "
            "consent reference_year",
        }


class Flows(Sourced):
    flow_id: Series[str] = column(
        "Identifiant du flux", "Acteur et rang du flux", nullable=False, unique=True
    )
    site_id: Series[str] = site_id_column()
    direction: Series[str] = column(
        "Sens", "Sortant (déchet, coproduit) ou entrant (besoin)", labels=DIRECTIONS, nullable=False
    )
    category: Series[str] = column(
        "Catégorie", "Famille de flux", sensitivity="public", labels=CATEGORIES, nullable=False
    )
    description: Series[str] = column("Désignation", "Désignation libre du flux")
    waste_code: Series[str] = column("Code déchet", "Code à six chiffres de la liste européenne des déchets")
    mass_t_per_year: Series[float] = mass_column("Masse (t/an)", "Masse annuelle")
    mass_low_t_per_year: Series[float] = mass_column("Masse, borne basse (t/an)", "Borne basse à 95 %")
    mass_high_t_per_year: Series[float] = mass_column("Masse, borne haute (t/an)", "Borne haute à 95 %")
    evidence: Series[str] = column(
        "Origine de la donnée", "Comment la masse est connue", labels=EVIDENCE, nullable=False
    )
    quality: Series[str] = column("Qualité", "État de tri du flux", labels=QUALITIES)
    route: Series[str] = column("Exutoire actuel", "Destination actuelle du flux", labels=ROUTES)
    cost_eur_per_t: Series[float] = column(
        "Coût (€/t)", "Coût de gestion actuel, recettes en négatif", sensitivity="confidential"
    )
    months: Series[str] = column(
        "Mois d'activité",
        "Numéros des mois où le flux existe, séparés par des espaces\u00a0; vide, il existe toute l'année",
    )
    contractor: Series[str] = column("Prestataire", "Prestataire actuel", sensitivity="confidential")

    class Config:
        metadata = {  # noqa: RUF012
            "sheet": "Flux",
            "form": "site_id direction category description waste_code quantity unit period "
            "uncertainty_percent evidence quality route cost_eur_per_t months contractor comment",
        }


class Sharing(Sourced):
    site_id: Series[str] = site_id_column()
    nature: Series[str] = column("Nature", "Ce qui pourrait être mutualisé", labels=NATURES, nullable=False)
    item: Series[str] = column("Objet", "Objet précis", nullable=False)
    side: Series[str] = column("Offre ou besoin", "Offre ou besoin", labels=SIDES, nullable=False)
    volume_per_year: Series[float] = column(
        "Volume annuel", "Volume annuel, dans l'unité indiquée", sensitivity="confidential", ge=0
    )
    unit: Series[str] = column("Unité", "Unité du volume annuel")
    cost_eur_per_year: Series[float] = column(
        "Coût annuel (€)", "Coût annuel actuel", sensitivity="confidential", ge=0
    )

    class Config:
        metadata = {  # noqa: RUF012
            "sheet": "Mutualisations",
            "form": "site_id nature item side volume_per_year unit cost_eur_per_year comment",
        }


class Workforce(Sourced):
    site_id: Series[str] = site_id_column()
    rome_code: Series[str] = column("Code ROME", "Métier, code ROME", sensitivity="public")
    occupation: Series[str] = column("Intitulé", "Intitulé du métier", sensitivity="public", nullable=False)
    age_band: Series[str] = column("Tranche d'âge", "Tranche d'âge", sensitivity="public", labels=AGE_BANDS)
    headcount: Series[float] = column(
        "Effectif", "Personnes", sensitivity="confidential", nullable=False, ge=0, le=MOST_PEOPLE
    )
    fte: Series[float] = column("ETP", "Équivalents temps plein", sensitivity="confidential", ge=0)
    contract: Series[str] = column("Contrat", "Type de contrat", sensitivity="confidential", labels=CONTRACTS)
    planned_departures_3y: Series[float] = column(
        "Départs prévus (3 ans)", "Départs prévus sous trois ans", sensitivity="confidential", ge=0
    )
    planned_hires_3y: Series[float] = column(
        "Recrutements prévus (3 ans)", "Recrutements prévus sous trois ans", sensitivity="confidential", ge=0
    )
    hiring_difficulty: Series[float] = column(
        "Difficulté de recrutement", "De 0 (aucune) à 4 (très forte)", sensitivity="confidential", ge=0, le=4
    )

    class Config:
        metadata = {  # noqa: RUF012
            "sheet": "Emplois",
            "form": "site_id rome_code occupation age_band headcount fte contract planned_departures_3y "
            "planned_hires_3y hiring_difficulty",
        }


class Skills(Sourced):
    site_id: Series[str] = site_id_column()
    skill: Series[str] = column("Compétence", "Compétence", sensitivity="public", nullable=False)
    rome_code: Series[str] = column("Code ROME", "Métier concerné, code ROME", sensitivity="public")
    current_level: Series[float] = column("Niveau actuel", "De 0 à 4", sensitivity="confidential", ge=0, le=4)
    required_level: Series[float] = column(
        "Niveau requis", "De 0 à 4", sensitivity="confidential", ge=0, le=4
    )
    headcount: Series[float] = column(
        "Personnes concernées", "Personnes concernées", sensitivity="confidential", ge=0
    )
    shared_need_h_per_month: Series[float] = column(
        "Besoin partagé (h/mois)",
        "Heures par mois qui pourraient être partagées",
        sensitivity="confidential",
        ge=0,
    )

    class Config:
        metadata = {  # noqa: RUF012
            "sheet": "Compétences",
            "form": "site_id skill rome_code current_level required_level headcount shared_need_h_per_month",
        }


class Readiness(Sourced):
    site_id: Series[str] = site_id_column()
    respondent_role: Series[str] = column(
        "Fonction du répondant", "Fonction du répondant", sensitivity="confidential"
    )
    item: Series[str] = column(
        "Item",
        "Affirmation sur laquelle le répondant donne son avis, une par ligne",
        sensitivity="public",
        nullable=False,
    )
    answer: Series[float] = column(
        "Réponse",
        "De 1 (pas du tout d'accord) à 5 (tout à fait d'accord)",
        sensitivity="confidential",
        ge=1,
        le=5,
    )

    class Config:
        metadata = {"sheet": "Changement", "form": "site_id respondent_role item answer"}  # noqa: RUF012


class SynergyRegister(Sourced):
    synergy_id: Series[str] = column(
        "Identifiant synergie", "Identifiant de la synergie", sensitivity="public", nullable=False
    )
    title: Series[str] = column("Intitulé", "Intitulé de la synergie")
    kind: Series[str] = column(
        "Type",
        "Échange ou mutualisation",
        sensitivity="public",
        labels={"exchange": "échange", "pooling": "mutualisation"},
    )
    category: Series[str] = column("Catégorie", "Famille de flux", sensitivity="public", labels=CATEGORIES)
    site_ids: Series[str] = column("Entreprises", "Identifiants des acteurs, séparés par des espaces")
    status: Series[str] = column(
        "Statut", "Avancement", sensitivity="public", labels=STATUSES, nullable=False
    )
    status_date: Series[str] = column("Date du statut", "Date du statut (AAAA-MM-JJ)", sensitivity="public")
    realised_t_per_year: Series[float] = column(
        "Tonnage réalisé (t/an)", "Tonnage réellement détourné", sensitivity="confidential", ge=0
    )
    carrier: Series[str] = column("Pilote", "Qui porte la synergie")

    class Config:
        metadata = {  # noqa: RUF012
            "sheet": "Synergies",
            "form": "synergy_id title kind category site_ids status status_date realised_t_per_year "
            "carrier comment",
        }


TABLES: dict[str, type[Sourced]] = {
    "sites": Sites, "flows": Flows, "sharing": Sharing, "workforce": Workforce, "skills": Skills,
    "readiness": Readiness, "synergy_register": SynergyRegister,
}  # fmt: skip


@cache
def fields(table: str) -> dict[str, dict[str, Any]]:
    """Columns of a table in order: ``{column: {header, description, sensitivity, labels, dtype}}``.

    Read from the declaration: the schema, which only validating needs, has pandera import dask (0.4 s).
    """
    return {
        name: {**vars(model)[name].metadata, "dtype": annotation}
        for model in (TABLES[table], Sourced)
        for name, annotation in vars(model)["__annotations__"].items()
    }


def sheet_name(table: str) -> str:
    """French name of the questionnaire sheet of a table."""
    return str(TABLES[table].Config.metadata["sheet"])  # type: ignore[index]


@cache
def form(table: str) -> dict[str, dict[str, Any]]:
    """Columns of the questionnaire sheet in order: ``{column: {header, description, labels}}``."""
    names = str(TABLES[table].Config.metadata["form"]).split()  # type: ignore[index]
    known = fields(table)
    sheet = {}
    for name in names:
        if name in known:
            sheet[name] = known[name]
        else:
            header, description, labels = ENTRY_COLUMNS[name]
            sheet[name] = {"header": header, "description": description, "labels": labels}
    return sheet
