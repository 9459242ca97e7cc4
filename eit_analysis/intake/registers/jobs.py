"""Registers of jobs: hiring plans by basin (BMO) and the statistical portrait of occupations (DARES)."""

from __future__ import annotations

import pandas as pd

from eit_analysis.intake.registers.declarations import Register, RegisterLayout, Wide, extra, key, part

FAP = "[A-Z](?:[0-9][A-Z](?:[0-9]{2})?)?|ENS|ZZZ(?:ZZ)?"


def _shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Shares of the hiring projects (%); no project, no share: 0 / 0 is missing."""
    planned = frame["planned_hires"].where(frame["planned_hires"] > 0)
    shares = {
        f"{name}_share_percent": (100 * frame[f"{name}_hires"] / planned).round(1)
        for name in ("difficult", "seasonal")
    }
    counts = ["difficult_hires", "seasonal_hires", "masked", "year"]
    return frame.assign(**shares)[
        [*(n for n in frame if n not in counts), *shares, "masked", "year"]
    ]  # fmt: skip


BMO = Register(
    "bmo",
    "BMO de France Travail",
    "téléchargez la base ouverte complète",
    (
        RegisterLayout(
            "bmo",
            {
                "occupation_code": key("Code métier BMO", kind="code"),
                "occupation": key("Nom métier BMO"),
                "department_code": key("Dept", kind="code", width=2),
                "basin_code": key("BE", kind="code"),
                "basin": key("NOMBE"),
                # Hiring projects, those judged difficult, those for seasonal work.
                "planned_hires": key("met", kind="positive"),
                "difficult_hires": key("xmet", kind="positive"),
                "seasonal_hires": key("smet", kind="positive"),
                "year": key("annee", kind="year"),
            },
            finish=_shares,
        ),
    ),
)

DARES_EMPLOYMENT = Register(
    "dares_employment",
    "DARES, emploi par métier",
    "prenez effectifs_3niv.csv du portrait statistique des métiers",
    (
        RegisterLayout(
            "dares_employment",
            {"year": key("Annee", kind="year")},
            wide=Wide("codes FAP", FAP, "fap_code", "employment_thousands"),
        ),
    ),
)

DARES_AGE = Register(
    "dares_age",
    "DARES, âge par métier",
    "prenez age_2017_2019_3niv.csv ou age_agrege_*.csv du portrait statistique des métiers",
    (
        RegisterLayout(
            "dares_age",
            {
                "fap_code": key("Fap", kind="code"),
                "age_band": key("age"),
                "employment_thousands": part("effectif", kind="positive"),
                "period": key("annee"),
            },
            replaces=("fap_code", "period"),
        ),
        RegisterLayout(
            "dares_age",
            {
                "fap_code": key("fap", kind="code"),
                "age_band": key("tr_age"),
                "employment_thousands": part("annee_2017_2019", kind="positive"),
            },
            constants={"period": "2017-2019"},
            replaces=("fap_code", "period"),
        ),
    ),
)

DARES = Register(
    "dares",
    "DARES, portrait statistique des métiers",
    "prenez un des fichiers FAP_PCS, fap225_rome, tensions, evol_mmo, types_sorties, secteurs_employeurs",
    (
        RegisterLayout(
            "dares_fap_pcs",
            {
                "fap_code": key("Fap", kind="code"),
                "pcs_code": part("PCS", kind="code"),
                "pcs_label": part("intitule_PCS"),
            },
        ),
        RegisterLayout(
            "dares_fap_rome",
            {
                "fap_code": key("Fap", kind="code"),
                "rome_code": part("Rome", kind="code"),
                "rome_label": part("intitule_rome"),
            },
        ),
        RegisterLayout(
            "dares_tension",
            {
                "fap_code": key("fap", kind="code"),
                "year": key("Année", kind="year"),
                "geographic_level": key("niveau_geo"),
                "fap_level": part("niveau_fap"),
                # INSEE's codes of the regions since 2016 (44: Grand Est) and of the départements.
                "region_code": extra("reg", kind="code", width=2),
                "department_code": extra("dep", kind="code", width=2),
                "mean_employment": part("Emploi moyen", kind="positive"),
                "tension": part("Tension", kind="number"),
                "tension_class": extra("Catégorie Tension", kind="integer"),
                "hiring_intensity_class": extra("Intensité d'embauches", kind="integer"),
                "training_link_class": extra("Lien formation-emploi", kind="integer"),
                "labour_shortage_class": extra("Manque de main-d'œuvre disponible", kind="integer"),
                "unstable_jobs_class": extra("Non-durabilité de l'emploi", kind="integer"),
                "hard_conditions_class": extra("Conditions de travail contraignantes", kind="integer"),
                "location_mismatch_class": extra("Inadéquation géographique", kind="integer"),
            },
        ),
        RegisterLayout(
            "dares_turnover",
            {
                "fap_code": key("Fap3", "Fap", kind="code"),
                "rate_type": key("Type_mmo"),
                "year": key("Annee", kind="year"),
                "rate_percent": part("Taux", kind="number"),
            },
        ),
        RegisterLayout(
            "dares_exits",
            {
                "fap_code": key("Fap3", "Fap", kind="code"),
                "exit_type": key("type_sortie"),
                "share_percent": part("Pourcentage", kind="number"),
            },
        ),
        RegisterLayout(
            "dares_sectors",
            {
                "fap_code": key("Fap", kind="code"),
                "sector_code": key("Secteur", kind="code"),
                "sector": part("Label_secteur"),
                "employment_thousands": part("Milliers", kind="positive"),
                "share_percent": part("Pourcentage", kind="number"),
            },
        ),
        RegisterLayout(
            "fap_labels",
            {
                "fap_code": key("Code_FAP341", kind="code"),
                "fap_label": key("Intitulé_FAP341"),
                "fap228_code": part("Code_FAP228", kind="code"),
                "fap86_code": part("Code_FAP86", kind="code"),
                "fap22_code": part("Code_FAP22", kind="code"),
            },
        ),
    ),
)
