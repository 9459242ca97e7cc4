"""Registers of waste by establishment: Trackdéchets exports, IREP files, GEREP declarations.

Each layout writes what `canonical` reads: who (``siret``, or ``establishment_id``), ``waste_code``, tonnes,
``year`` and ``direction`` (``out`` produced, ``in`` received).
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.intake.registers.declarations import Register, RegisterLayout, extra, key, part
from eit_analysis.reference import nomenclatures

VOID_STATUSES = {
    "refuse": "refused_waste", "refused": "refused_waste", "annule": "cancelled", "canceled": "cancelled",
    "brouillon": "draft", "draft": "draft",
}  # fmt: skip


def _slip(frame: pd.DataFrame) -> pd.DataFrame:
    """Year of the date, and what names a line: its slip, else its declaration, else its day and waste."""
    line = (
        frame["slip_number"].fillna(frame["declaration_id"]).fillna(frame["date"] + " " + frame["waste_code"])
    )
    return frame.assign(year=pd.to_numeric(frame["date"].str[:4]).astype("Int64"), line_id=line)


# Labels of the export of 2022 to 2024, then those of the export in use since (registre V2).
WASTE_CODE = key("Code déchet", "Code du déchet", kind="waste_code")
EMITTER = ("Expéditeur - N° d'identification", "Expéditeur SIRET")
DESTINATION = ("Destination - N° d'identification", "Destination SIRET")
SLIP = {
    "slip_number": extra("N° de bordereau", kind="code"),
    "declaration_id": extra("Identifiant unique", kind="code"),
    "waste_code": WASTE_CODE,
    "waste_description": extra("Dénomination usuelle", "Dénomination du déchet"),
    "hazardous": extra("Dangereux", "Déchet dangereux", kind="flag"),
}
ENDING = {
    "status": extra("Statut du bordereau"),
    "acceptance": extra("Statut d'acceptation du déchet"),
    "planned_treatment": extra("Code opération prévu", kind="code"),
    "treatment": extra("Code(s) de traitement réalisé(s)", "Code opération réalisé", kind="code"),
    "carrier_id": extra(
        "Transporteur - SIRET ou n° de TVA intracommunautaire",
        "Transporteur SIRET ou numéro de TVA le cas échéant",
        "Transporteur SIRET",
        kind="code",
    ),
}
ACCEPTED = extra("Quantité acceptée / traitée nette (tonnes)", kind="positive")
RECEIVED = ("Quantité réceptionnée nette (tonnes)", "Quantité de déchet entrant (t)")

TRACKDECHETS = Register(
    "trackdechets",
    "Trackdéchets",
    "exportez le registre sortant ou le registre entrant (le registre exhaustif mêle les deux sens)",
    (
        RegisterLayout(
            "trackdechets",
            {
                **SLIP,
                "siret": key(*EMITTER, kind="siret"),
                "partner_id": extra(*DESTINATION, kind="code"),
                "date": key("Date d'expédition", kind="date"),
                "announced_t": part("Émetteur - Quantité de déchet", "Quantité de déchet", kind="positive"),
                "received_t": extra(*RECEIVED, kind="positive"),
                "accepted_t": ACCEPTED,
                **ENDING,
            },
            absent=("Date de réception", "Date d'enlèvement"),
            constants={"direction": "out"},
            ignore={"status": VOID_STATUSES, "acceptance": VOID_STATUSES},
            distinct=True,
            replaces=("line_id", "siret", "direction"),
            finish=_slip,
        ),
        RegisterLayout(
            "trackdechets",
            {
                **SLIP,
                "siret": key(*DESTINATION, kind="siret"),
                "partner_id": extra(*EMITTER, kind="code"),
                "date": key("Date de réception", kind="date"),
                "announced_t": extra("Émetteur - Quantité de déchet", kind="positive"),
                "received_t": part(*RECEIVED, kind="positive"),
                "accepted_t": ACCEPTED,
                **ENDING,
            },
            absent=("Date d'enlèvement", "Quantité de déchet", "Date d'acquisition"),
            constants={"direction": "in"},
            ignore={"status": VOID_STATUSES, "acceptance": VOID_STATUSES},
            distinct=True,
            replaces=("line_id", "siret", "direction"),
            finish=_slip,
        ),
    ),
)  # fmt: skip


def _hazard(frame: pd.DataFrame) -> pd.DataFrame:
    """The files of hazardous and of other waste have the same columns: the list of waste separates them."""
    known = {code: nomenclatures.is_hazardous(code) for code in frame["waste_code"].unique()}
    return frame.assign(hazardous=frame["waste_code"].map(known).astype("boolean"))


def _irep(direction: str, mass: str) -> RegisterLayout:
    return RegisterLayout(
        "irep",
        {
            "establishment_id": key("identifiant", kind="code"),
            "establishment": extra("nom_etablissement"),
            "waste_code": key("code_dechet", kind="waste_code"),
            "year": key("annee", kind="year"),
            "declared_t": part(mass, kind="positive"),
            "admitted_t": extra("quantite_admise", kind="positive"),  # of those that treat waste only
            "tonnes_per_unit": extra("unite", kind="mass_unit"),
            "treatment": extra(
                "code_operation_eliminatio_valorisation",
                "code_operation_elimination_valorisation",
                kind="code",
            ),
            "department_code": extra("code_departement", kind="code", width=2),
            "country": extra("pays"),
        },
        constants={"direction": direction},
        replaces=("establishment_id", "year", "direction", "hazardous"),
        finish=_hazard,
    )


IREP = Register(
    "irep",
    "IREP (Géorisques)",
    "prenez dans l'archive annuelle Prod_dechets_*.csv, Trait_dechets_*.csv ou etablissements.csv",
    (
        _irep("out", "quantite"),
        _irep("in", "quantite_traitee"),
        RegisterLayout(
            "irep_sites",
            {
                "establishment_id": key("identifiant", kind="code"),
                "establishment": extra("nom_etablissement"),
                "siret": part("numero_siret", kind="siret"),
                "postcode": extra("code_postal", kind="code", width=5),
                "commune_code": extra("code_insee", kind="code", width=5),
                "commune_name": extra("commune"),
                "naf_code": extra("code_ape", kind="code"),
            },
            absent=("code_dechet", "polluant"),
            replaces=("establishment_id",),
        ),
    ),
)


def _gerep(direction: str, code: str, label: str, *mass: str) -> RegisterLayout:
    return RegisterLayout(
        "gerep",
        {
            "siret": key("Numero Siret", kind="siret"),
            "establishment_id": extra("Code établissement", kind="code"),
            "establishment": extra("Nom Etablissement"),
            "waste_code": key(code, kind="waste_code"),
            "waste_description": extra(label),
            "year": key("Annee", kind="year"),
            "declared_t": part(*mass, kind="positive"),
            "treatment": extra("Code opération", "Opération élimination/valorisation", kind="code"),
            "commune_code": extra("Code Insee", kind="code", width=5),
        },
        constants={"direction": direction},
        replaces=("siret", "year", "direction"),
    )


GEREP = Register(
    "gerep",
    "GEREP",
    "demandez à la DREAL l'extraction des déclarations de déchets (producteurs, traiteurs)",
    (
        # The misspelling is the published one (extraction of 2021).
        _gerep(
            "out",
            "Code déchet produit",
            "Déchet produit",
            "Quantité produite (t/an)",
            "Quntité produite (t/an)",
        ),
        _gerep("in", "Code déchet traité", "Déchet traité", "Quantité traitée (t/an)"),
    ),
)
