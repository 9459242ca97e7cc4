"""SIRENE: the establishments of a territory, from INSEE's stock file or from an extract of the annuaire.

Names of persons (``nomUniteLegale``, ``prenom1UniteLegale``...) are not among the columns: never read.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.intake.registers.declarations import Register, RegisterLayout, extra, key, part
from eit_analysis.intake.registers.lambert import geographic
from eit_analysis.reference import nomenclatures
from eit_analysis.reference.commune_tables import former_by_code

# INSEE, tranche d'effectifs salariés: lowest and highest headcount; NN (no employee, or unknown) has none.
HEADCOUNT_CLASSES: dict[str, tuple[int, int | None]] = {
    "00": (0, 0), "01": (1, 2), "02": (3, 5), "03": (6, 9), "11": (10, 19), "12": (20, 49), "21": (50, 99),
    "22": (100, 199), "31": (200, 249), "32": (250, 499), "41": (500, 999), "42": (1000, 1999),
    "51": (2000, 4999), "52": (5000, 9999), "53": (10_000, None),
}  # fmt: skip
NAF_2008, NAF_2025 = {"", "nafrev2"}, {"naf25", "naf2025"}
OUTPUT = [
    "siret", "name", "naf_code", "naf25_code", "commune_code", "commune_name", "postcode", "headcount_class",
    "headcount_low", "headcount_high", "headcount_year", "latitude", "longitude",
]  # fmt: skip


def _finish(frame: pd.DataFrame) -> pd.DataFrame:
    classes = [HEADCOUNT_CLASSES.get(code, (None, None)) for code in frame["headcount_class"].fillna("")]
    nomenclature = frame["naf_nomenclature"].fillna("").str.lower().str.replace(" ", "")
    main = frame["naf_main"].fillna("").str.upper().str.replace(".", "", regex=False)
    naf = main.where(nomenclature.isin(NAF_2008), "").map(nomenclatures.normalise_naf)
    new = frame["naf25_code"].fillna("").str.upper().str.replace(".", "", regex=False)
    new = new.where(new != "", main.where(nomenclature.isin(NAF_2025), ""))
    degrees = [
        geographic(x, y) if commune[:2] not in ("97", "98") and pd.notna(x + y) else (None, None)
        for x, y, commune in zip(
            frame["lambert_x_m"], frame["lambert_y_m"], frame["commune_code"].fillna(""), strict=True
        )
    ]
    names = frame["legal_name"].fillna(frame["usual_name"]).fillna(frame["sign"])
    communes = frame["commune_code"].map(lambda code: former_by_code().get(code, code), na_action="ignore")
    computed = {
        "name": names, "commune_code": communes, "naf_code": naf, "naf25_code": new.where(new != ""),
        "headcount_low": [low for low, _ in classes], "headcount_high": [high for _, high in classes],
        "latitude": frame["latitude"].fillna(pd.Series([lat for lat, _ in degrees], dtype="float64")),
        "longitude": frame["longitude"].fillna(pd.Series([lon for _, lon in degrees], dtype="float64")),
    }  # fmt: skip
    dtypes = {"name": "str", "commune_code": "str", "naf_code": "str", "naf25_code": "str",
              "headcount_low": "Int64", "headcount_high": "Int64"}  # fmt: skip
    frame = frame.assign(
        **{
            n: pd.Series(values, index=frame.index, dtype=dtypes.get(n, "float64"))
            for n, values in computed.items()
        }
    )
    return frame[[*OUTPUT, "masked", "source_file", "source_sheet", "source_row"]]


SIRENE = Register(
    "sirene",
    "SIRENE",
    "demandez la liste des établissements de vos communes à l'Annuaire des entreprises (export CSV)",
    (
        RegisterLayout(
            "sirene",
            {
                "siret": key("siret", kind="siret"),
                "legal_name": extra(
                    "denominationUniteLegale", "denomination", "nom_raison_sociale", "raison sociale"
                ),
                "usual_name": extra("denominationUsuelleEtablissement", "nom_commercial"),
                "sign": extra("enseigne1Etablissement", "enseigne"),
                "naf_main": part(
                    "activitePrincipaleEtablissement", "activite_principale", "code naf", kind="code"
                ),
                "naf_nomenclature": extra("nomenclatureActivitePrincipaleEtablissement"),
                "naf25_code": extra("activitePrincipaleNAF25Etablissement", kind="code"),
                "commune_code": part("codeCommuneEtablissement", "code_commune", "code insee", "commune",
                                     kind="code", width=5),
                "commune_name": extra("libelleCommuneEtablissement", "libelle_commune"),
                "postcode": part("codePostalEtablissement", "code_postal", kind="code", width=5),
                "headcount_class": part(
                    "trancheEffectifsEtablissement", "tranche_effectif_salarie", kind="code", width=2
                ),
                "headcount_year": extra(
                    "anneeEffectifsEtablissement", "annee_tranche_effectif_salarie", kind="year"
                ),
                "status": extra("etatAdministratifEtablissement", "etat_administratif"),
                "lambert_x_m": extra("coordonneeLambertAbscisseEtablissement", kind="number"),
                "lambert_y_m": extra("coordonneeLambertOrdonneeEtablissement", kind="number"),
                "latitude": extra("latitude", kind="number"),
                "longitude": extra("longitude", kind="number"),
            },
            ignore={"status": {"f": "closed", "ferme": "closed", "c": "closed"}},
            distinct=True,
            territory="commune_code",
            finish=_finish,
        ),
    ),
)  # fmt: skip
