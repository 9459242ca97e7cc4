"""A study that is not the sample: five firms of Rennes in 2026, without register, directory, outlet or jobs.

What holds of the sample only (its valleys, its two waves, its register) must not be said of others.
"""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest
from command import ROOT, SITE, eit, workbook

FLOW = [
    "Identifiant", "Sens", "Catégorie", "Désignation", "Code déchet", "Quantité", "Unité", "Période",
    "Origine de la donnée", "Qualité", "Exutoire actuel", "Coût (€/t)",
]  # fmt: skip
KINDS = [
    ("carton", "Cartons", "150101", "recyclage", -20),
    ("mélange", "Mélange", "150106", "stockage", 165),
    ("bois", "Palettes", "150103", "valorisation énergétique", 40),
]


def firm(number: int) -> dict[str, list[list[object]]]:
    """One workbook: who it is, and three flows of its own size."""
    site = [f"B{number}", f"Atelier {number}", 20 * number, "entreprise", "nominative", "Rennes", 2026]
    flows = [
        [f"B{number}", "sortant", family, text, code, 10 * number, "t", "an", "pesée", "propre", route, cost]
        for family, text, code, route, cost in KINDS
    ]
    return {"Entreprise": [[*SITE, "Commune", "Année"], site], "Flux": [FLOW, *flows]}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The text of each page, by audience and notebook; its wave is not called by a year."""
    folder = tmp_path_factory.mktemp("autre")
    (folder / "data" / "raw").mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_*"))
    assert eit(folder, "new", "rennes").returncode == 0
    wave = folder / "data" / "raw" / "rennes" / "printemps"
    for number in range(1, 6):
        workbook(wave / f"B{number}.xlsx", firm(number))
    assert eit(folder, "clean", "rennes", "--wave", "printemps").returncode == 0
    done = eit(
        folder, "run", "rennes", "--wave", "printemps", "--audience", "internal", "--audience", "partners"
    )
    assert (done.returncode, done.stderr) == (0, "")
    reports = folder / "reports" / "rennes" / "printemps"
    return {
        path.relative_to(reports).with_suffix("").as_posix(): read(path) for path in reports.glob("*/*.html")
    }


def read(path: Path) -> str:
    body = path.read_text(encoding="utf-8").replace("\u2019", "'").partition("<body")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("said", [r"Thur\b", "Doller", "Alsace", "vingtaine", r"\bnan\b", r"\bNone\b"])
def test_nothing_of_the_sample_and_no_empty_value_is_on_a_page(pages: dict[str, str], said: str) -> None:
    assert len(pages) == 18
    assert [name for name, text in pages.items() if re.search(said, text)] == []


@pytest.mark.parametrize(
    ("page", "said", "unsaid"),
    [
        ("internal/01_flow_diagnosis", "Territoire entier non estimé", "Pour tout le territoire"),
        ("partners/01_flow_diagnosis", "Territoire entier non estimé", "Taux de réponse"),
        ("partners/01_flow_diagnosis", "Sur 15 flux comptés, aucun ne se vérifie", "n'indique que"),
        ("internal/01_flow_diagnosis", "déclarées en sortie", "sans être expliqué"),
        ("internal/01_flow_diagnosis", "employé sur place", "t/an sortent"),
        ("internal/01_flow_diagnosis", "éliminé", "en entier à ce public"),
        ("internal/01_flow_diagnosis", "acteurs, droit de 2026", "non jugé "),
        ("internal/01_flow_diagnosis", "tCO₂e/an", "aucune donnée"),
        (
            "internal/06_obligations_scenarios",
            "Des déchets en mélange sont stockés chez",
            "chez 0",
        ),
        ("partners/06_obligations_scenarios", "Des déchets en mélange sont stockés : 150 t/an.", "En tout"),
        ("partners/06_obligations_scenarios", "Où en est-on des objectifs ?", "{"),
        ("internal/06_obligations_scenarios", "la TGAP augmenterait", "de 2025 à 2030"),
        ("internal/02_synergy_scoring", "On ne le sait pas.", "au registre"),
        ("internal/03_employment_skills_forecast", "Aucun emploi n'a été déclaré", "aucune donnée"),
    ],
)
def test_only_what_the_study_has_is_claimed(pages: dict[str, str], page: str, said: str, unsaid: str) -> None:
    assert said in pages[page] and unsaid not in pages[page]


def test_what_is_withheld_leaves_no_hole_in_a_sentence(pages: dict[str, str]) -> None:
    holes = re.compile(r"(de|ajouterait|moins :) non diffusé|\(non diffusé\)|puis aucune ligne")
    assert [name for name, text in pages.items() if holes.search(text)] == []


def test_one_wave_promises_no_change(pages: dict[str, str]) -> None:
    text = pages["internal/01_flow_diagnosis"]
    assert "ce que cela coûte et, si une action se lit ici, par quoi commencer." in text
    assert "chez les mêmes acteurs" not in text.rpartition("Annexe : tableaux et méthode")[0]


@pytest.mark.parametrize("audience", ["internal", "partners"])
def test_without_jobs_their_parts_are_left_out_in_one_sentence(pages: dict[str, str], audience: str) -> None:
    text = pages[f"{audience}/03_employment_skills_forecast"]
    assert text.count("Aucun acteur compté ici n'a décrit d'emplois") == 1
    said = text.partition("Aucun acteur compté ici n'a décrit d'emplois")[2].partition(".")[0]
    for title in (
        "Pyramide des âges",
        "Métiers et contrats",
        "Prévision de l'effectif",
        "Postes et arrivées",
    ):
        assert f"« {title}" in said and text.count(title) == 1
    assert text.count("Aucune ligne") <= 3
    assert "Emplois liés aux synergies" in text and "Méthode et limites" in text


def test_a_family_of_one_firm_is_not_said_to_concern_three(pages: dict[str, str]) -> None:
    said = "hors de l'équipe de l'étude, elle ne l'est pas si trop peu d'acteurs y sont concernés"
    assert said in pages["internal/01_flow_diagnosis"]
