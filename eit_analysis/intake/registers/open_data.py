"""Reference files of ADEME and of the law: Base Carbone, SINOE, the list of waste."""

from __future__ import annotations

from eit_analysis.intake.registers.declarations import Register, RegisterLayout, extra, key, part

BASE_CARBONE = Register(
    "base_carbone",
    "Base Carbone",
    "téléchargez la base complète sur le site de l'ADEME (CSV ou XLSX)",
    (
        RegisterLayout(
            "base_carbone",
            {
                "factor_id": key("Identifiant de l'élément", kind="code"),
                "line_type": extra("Type Ligne"),
                "status": key("Statut de l'élément"),
                "name_fr": key("Nom base français"),
                "attribute_fr": extra("Nom attribut français"),
                "boundary_fr": extra("Nom frontière français"),
                "category_path_fr": extra("Code de la catégorie"),
                "location_fr": extra("Localisation géographique"),
                # Kilograms of CO2 equivalent or, for source data, another quantity: the unit shows which.
                "value": part("Total poste non décomposé", kind="number"),
                "value_unit_fr": part("Unité français"),
                "uncertainty_percent": extra("Incertitude", kind="number"),
                "source": extra("Source"),
                "modified_on": extra("Date de modification", kind="date"),
                "valid_until": extra("Période de validité"),
            },
            # The lines of a decomposition come below their element, whose total already holds them.
            ignore={"status": {"archive": "archived"}, "line_type": {"poste": "decomposition"}},
        ),
    ),
)


def _facilities(kind: str) -> RegisterLayout:
    return RegisterLayout(
        f"sinoe_{kind.lower()}",
        {
            "facility_id": key(f"Code SINOE {kind}", kind="code"),
            "facility": key(f"Nom {kind}"),
            "year": key("Année", kind="year"),
            "opened_on": extra(f"Date d'ouverture {kind}", kind="date"),
            "facility_type": extra(f"Libellé type SINOE {kind}"),
            "postcode": extra(f"Code postal {kind}", kind="code", width=5),
            "commune_code": extra(f"Code commune {kind}", kind="code", width=5),
            "commune_name": extra(f"Libellé de la commune {kind}"),
            "department_code": extra(f"Code du département {kind}", kind="code", width=2),
            "operator": extra("Nom Exploitant"),
            "capacity_t_per_year": part(f"Capacité réglementaire {kind}", kind="positive"),
            "latitude": extra("lat", kind="number"),
            "longitude": extra("lon", kind="number"),
        },
        constants={"kind": kind},
    )


SINOE = Register(
    "sinoe",
    "SINOE",
    "téléchargez les jeux SINOE de l'ADEME (ISDND, UIOM, tonnages, installations géolocalisées)",
    (
        _facilities("ISDND"),
        _facilities("UIOM"),
        RegisterLayout(
            "sinoe_tonnage",
            {
                "year": key("ANNEE", kind="year"),
                "region_code": extra("C_REGION", kind="code", width=2),
                "region": extra("L_REGION"),
                "department_code": key("C_DEPT", kind="code", width=2),
                "department": extra("N_DEPT"),
                "waste_type_code": key("C_TYP_REG_DECHET", kind="code"),
                "waste_type": extra("L_TYP_REG_DECHET"),
                "mass_t_per_year": part("TONNAGE_DMA_T", kind="positive"),
            },
        ),
        RegisterLayout(
            "sinoe_facilities",
            {
                "facility": key("name"),
                "facility_type": key("subcategory"),
                "region": extra("region"),
                "department": part("department"),
                "latitude": part("latitude", kind="number"),
                "longitude": part("longitude", kind="number"),
                "data_source": part("data_source"),
            },
            # The collection behind this list returns the same place many times over.
            distinct=True,
        ),
    ),
)

WASTE_LIST = Register(
    "waste_list",
    "liste des déchets",
    "prenez la liste à un code par ligne (code, libellé, dangereux ou non)",
    (
        RegisterLayout(
            "waste_list",
            {
                "waste_code": key("code", kind="code"),
                "displayed_code": extra("code_affiche"),
                "hazardous": key("dangereux", kind="flag"),
                "label_fr": key("label_fr", "libellé"),
                "level": part("niveau", kind="integer"),
                "label_en": extra("label_en"),
                "entry_type_en": extra("entry_type"),
            },
        ),
    ),
)
