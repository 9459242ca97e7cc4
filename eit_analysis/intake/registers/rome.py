"""ROME, the directory of occupations: one register in several files, each recognised by its columns."""

from __future__ import annotations

from eit_analysis.intake.registers.declarations import Register, RegisterLayout, extra, key, part

ROME = Register(
    "rome",
    "ROME",
    "téléchargez les fichiers CSV du ROME de France Travail",
    (
        RegisterLayout(
            "rome_occupations",
            {
                "rome_code": key("code_rome", kind="code"),
                "rome_label": key("libelle_rome"),
                # The published headers have one n.
                "domain_code": part("code_domaine_professionel", "code_domaine_professionnel", kind="code"),
                "domain": part("libelle_domaine_professionel", "libelle_domaine_professionnel"),
                "field_code": part("code_grand_domaine", kind="code"),
                "field": part("libelle_grand_domaine"),
            },
        ),
        RegisterLayout(
            "rome_labels",
            {"rome_code": key("rome_id", kind="code"), "rome_label": key("rome_label")},
            absent=("naf_id",),
        ),
        RegisterLayout(
            "rome_greening",
            {
                "rome_code": key("code_rome", kind="code"),
                "rome_label": key("libelle_rome"),
                "greening": part("transition_eco", kind="greening"),
            },
        ),
        RegisterLayout(
            "rome_texts",
            {
                "rome_code": key("code_rome", kind="code"),
                "text_type": key("libelle_type_texte"),
                "position": part("position_libelle_txt", kind="integer"),
                "text": key("libelle_texte"),
            },
        ),
        RegisterLayout(
            "rome_titles",
            {
                "title_code": key("code_ogr", kind="code"),
                "rome_code": key("code_rome", kind="code"),
                "title": key("libelle_appellation_long"),
                "short_title": part("libelle_appellation_court"),
                "title_type": extra("libelle_type_section_appellation"),
            },
        ),
        RegisterLayout(
            "rome_skills",
            {
                "skill_code": key("code_ogr", kind="code"),
                "skill": key("libelle"),
                "skill_type_code": part("code_type_referentiel", kind="code"),
                "section_code": part("code_ref_rubrique", kind="code"),
            },
        ),
        RegisterLayout(
            "rome_links",
            {"rome_code": key("code_rome", kind="code"), "skill_code": key("code_ogr", kind="code")},
            absent=("libelle_appellation_long", "libelle", "libelle_rome"),
        ),
        RegisterLayout(
            "rome_fields",
            {"field_code": key("code_grand_domaine", kind="code"), "field": key("libelle_grand_domaine")},
            absent=("code_rome",),
        ),
        RegisterLayout(
            "rome_domains",
            {
                "domain_code": key("code_domaine_professionnel", kind="code"),
                "domain": key("libelle_domaine_professionnel"),
            },
            absent=("code_rome",),
        ),
        RegisterLayout(
            "rome_naf",
            {
                "rome_code": key("rome_id", kind="code"),
                "rome_label": part("rome_label"),
                "naf_code": key("naf_id", kind="code"),
                "naf_label": part("naf_label"),
                "hires_per_year": part("hirings", kind="integer"),
            },
        ),
    ),
)
