"""``eit import`` and ``eit new --firms`` by whole runs of the command: sentences, files, and wrong usages."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from eit_analysis.arguments import REGISTER_NAMES
from eit_analysis.cli import main
from eit_analysis.intake.registers.files import REGISTERS

MILL, PLANT = "73282932000074", "55208131766522"
CONFIG = 'title = "Essai"\nterritory = "Vallée"\nbasin = "Thann-Cernay"\nfictional = true\n'
BMO = ["annee", "Code métier BMO", "Nom métier BMO", "Dept", "BE24", "NOMBE24", "met", "xmet", "smet"]
SLIP = ["N° de bordereau", "Date d'expédition", "Statut du bordereau", "Code déchet",
        "Émetteur - Quantité de déchet ", "Expéditeur - N° d'identification",
        "Destination - N° d'identification", "Quantité réceptionnée nette (tonnes)"]  # fmt: skip
FIRM = ["siret", "nom_raison_sociale", "activite_principale", "code_commune", "libelle_commune",
        "code_postal", "tranche_effectif_salarie", "etat_administratif"]  # fmt: skip
FIRMS = [
    FIRM,
    [MILL, "FILATURE D'ESSAI", "13.10Z", "68334", "THANN", "68800", "12", "A"],
    [PLANT, "USINE D'ESSAI", "20.16Z", "68348", "VIEUX-THANN", "68800", "21", "A"],
    ["44306184100047", "FERMÉE", "13.10Z", "68334", "THANN", "68800", "12", "F"],
]

# A made-up file of each register with its published columns, the table it gives, and what the command says.
FILES: dict[str, tuple[list[list], str, str]] = {
    "sirene": (
        FIRMS,
        "sirene",
        "SIRENE\u00a0: 2\u00a0lignes importées dans sirene (établissements fermés\u00a0: 1).",
    ),
    "establishment_counts": (
        [["Division NAF", "Tranche d'effectifs", "Établissements"], ["13", "12", 4], ["1", "1", 2]],
        "establishment_counts",
        "Dénombrement des établissements\u00a0: 2\u00a0lignes importées dans establishment_counts.",
    ),
    "trackdechets": (
        [
            SLIP,
            ["BSD-1", "2023-02-01", "Traité", "15 02 02*", 1.5, MILL, PLANT, 1.4],
            ["BSD-2", "2023-03-01", "Annulé", "15 02 02*", 1.5, MILL, PLANT, ""],
            ["BSD-3", "2023-04-01", "Traité", "15 02 99", 1.5, MILL, PLANT, 1],
        ],
        "trackdechets",
        "Trackdéchets\u00a0: 1\u00a0ligne importée dans trackdechets (bordereaux annulés\u00a0: 1\u00a0; "
        "lignes refusées\u00a0: 1, voyez trackdechets.quarantine.csv).",
    ),
    "irep": (
        [
            ["identifiant", "nom_etablissement", "annee", "code_dechet", "quantite", "unite"],
            ["0006104769", "FILATURE", 2023, "07 07 08*", "12.5", "tonnes/an"],
        ],
        "irep",
        "IREP (Géorisques)\u00a0: 1\u00a0ligne importée dans irep.",
    ),
    "registre_chronologique": (
        [
            ["Date d'expédition", "Code déchet", "SIRET du producteur", "Quantité (t)", "Code du traitement"],
            ["03/02/2023", "04 02 22", MILL, "1,5", "R3"],
        ],
        "registre_chronologique",
        "Registre chronologique des déchets\u00a0: 1\u00a0ligne importée dans registre_chronologique.",
    ),
    "gerep": (
        [
            ["Annee", "Numero Siret", "Code déchet produit", "Quantité produite (t/an)"],
            [2023, MILL, "04 02 22", 6],
            [2023, PLANT, "04 02 22", "*"],
        ],
        "gerep",
        "GEREP\u00a0: 2\u00a0lignes importées dans gerep (lignes masquées en partie par la source\u00a0: 1).",
    ),
    "bmo": (
        [
            BMO,
            [2024, "A0X40", "Agriculteurs", "68", 4448, "THANN-CERNAY", 49, 40, "*"],
            [2024, "A0X40", "Agriculteurs", "68", 4449, "MULHOUSE", 20, 12, 5],
            [2024, "A0X40", "Agriculteurs", "67", 4425, "STRASBOURG", 30, 12, 5],
            [2024, "A0X40", "Agriculteurs", "01", 101, "BOURG", 10, 5, 5],
        ],
        "bmo",
        "BMO 2024\u00a0: 1\u00a0métier du bassin THANN-CERNAY importé (au moins un nombre masqué "
        "par la source pour 1 d'entre eux), et 2\u00a0lignes des autres bassins de la région.",
    ),
    "base_carbone": (
        [
            ["Identifiant de l'élément", "Statut de l'élément", "Nom base français", "Unité français",
             "Total poste non décomposé"],
            [34713, "Valide générique", "DAS", "kgCO2e/tonne de déchets", 943.0],
            [34714, "Archivé", "DAS", "kgCO2e/tonne de déchets", 900.0],
        ],
        "base_carbone",
        "Base Carbone\u00a0: 1\u00a0ligne importée dans base_carbone (éléments archivés\u00a0: 1).",
    ),
    "sinoe": (
        [
            ["ANNEE", "C_DEPT", "C_TYP_REG_DECHET", "TONNAGE_DMA_T"],
            [2021, "68", "01", 1234.5],
            ["", "", "", ""],
            [2021, "01", "01", 7],
        ],
        "sinoe_tonnage",
        "SINOE\u00a0: 2\u00a0lignes importées dans sinoe_tonnage (lignes vides\u00a0: 1).",
    ),
    "outlets": (
        [
            ["Nom", "Type", "Déchets acceptés", "Commune", "Capacité disponible (t/an)", "Source"],
            ["Broyage du Hérisson", "recyclage", "bois, 15 01 03", "Cernay (68)", 120, "annuaire"],
            ["Fours de l'Atlantide", "recyclage", "bois", "Atlantide", "", "annuaire"],
            ["Presse du Lutin", "recyclage", "carton", "68063", -5, "annuaire"],
        ],
        "outlets",
        "Liste d'exutoires\u00a0: 1\u00a0ligne importée dans outlets (lignes refusées\u00a0: 2, voyez "
        "outlets.quarantine.csv).",
    ),
    "dares_employment": (
        [["Annee", "A0Z", "A1Z"], [2018, "10.847", "5"], [2019, "11", "*"]],
        "dares_employment",
        "DARES, emploi par métier\u00a0: 2\u00a0lignes importées dans dares_employment "
        "(lignes masquées en partie par la source\u00a0: 1).",
    ),
    "dares_age": (
        [["Fap", "annee", "age", "effectif"], ["A0Z", "2017-2019", "15-24", "12.5"]],
        "dares_age",
        "DARES, âge par métier\u00a0: 1\u00a0ligne importée dans dares_age.",
    ),
    "dares": (
        [["Fap", "Rome", "intitule_rome"], ["A0Z", "A1101", "Conduite d'engins agricoles"]],
        "dares_fap_rome",
        "DARES, portrait statistique des métiers\u00a0: 1\u00a0ligne importée dans dares_fap_rome.",
    ),
    "rome": (
        [["rome_id", "rome_label"], ["A1101", "Conduite d'engins agricoles"]],
        "rome_labels",
        "ROME\u00a0: 1\u00a0ligne importée dans rome_labels.",
    ),
    "waste_list": (
        [["code", "libellé", "niveau", "dangereux"], ["150202", "absorbants", 3, "oui"]],
        "waste_list",
        "Liste des déchets\u00a0: 1\u00a0ligne importée dans waste_list.",
    ),
}  # fmt: skip


def text(path: Path, rows: list[list]) -> Path:
    path.write_text("\n".join(";".join(map(str, row)) for row in rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one study of two waves, in which nothing is answered."""
    folder = tmp_path / "mon projet"
    for wave in ("2018", "2023"):
        (folder / "data" / "raw" / "essai" / wave).mkdir(parents=True)
    (folder / "data" / "raw" / "essai" / "study.toml").write_text(CONFIG, encoding="utf-8")
    return folder


class Eit:
    """The command run in a project: exit code, and what it printed."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capture = folder, capture

    def done(self, *arguments: object) -> str:
        code, out, err = self(*arguments)
        assert (code, err) == (0, "")
        return out.strip()

    def refused(self, *arguments: object) -> str:
        """Exit code 2 and one French sentence."""
        code, out, err = self(*arguments)
        assert (code, out) == (2, "")
        (line,) = err.strip().splitlines()
        assert line.endswith(".") and "Traceback" not in line and "imprévue" not in line
        return line

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        self.capture.readouterr()
        with contextlib.chdir(self.folder):
            code = main([str(argument) for argument in arguments])
        return code, *self.capture.readouterr()


@pytest.fixture
def eit(project: Path, capsys: pytest.CaptureFixture[str]) -> Eit:
    return Eit(project, capsys)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_register_is_tried_and_named_in_the_help():
    assert set(FILES) == set(REGISTERS)
    assert re.split(", | ou ", REGISTER_NAMES) == list(REGISTERS)


@pytest.mark.parametrize("register", FILES)
def test_import_says_what_it_wrote_and_writes_it_in_its_wave_only(project, eit, register):
    rows, table, sentence = FILES[register]
    file = text(project / "données reçues.csv", rows)
    # The last wave unless another is asked for.
    assert eit.done("import", register, file.name, "essai") == sentence
    assert eit.done("import", register, file, "essai", "--wave", "2018") == sentence
    processed = contents(project / "data" / "processed" / "essai")
    endings = (".csv", ".manifest.json", ".parquet", ".quarantine.csv", ".quarantine.parquet")
    names = {f"{table}{ending}" for ending in endings}
    assert set(processed) == {f"{wave}/{name}" for wave in ("2018", "2023") for name in names}
    assert all(processed[f"2018/{name}"] == processed[f"2023/{name}"] for name in names)
    manifest = json.loads(processed[f"2023/{table}.manifest.json"])
    assert manifest["rows_read"] == len(rows) - 1
    parts = ("rows_kept", "rows_ignored", "rows_refused")
    assert manifest["rows_read"] == sum(manifest[part] for part in parts)
    (source,) = manifest["files"]
    assert source["file"] == file.name and str(project) not in json.dumps(manifest)
    assert source["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    frame = pd.read_parquet(project / f"data/processed/essai/2023/{table}.parquet")
    assert len(frame) == manifest["rows_in_table"]
    assert set(frame["source_file"]) == {file.name}


def test_a_file_that_replaces_earlier_rows_says_so(project, eit):
    """A table without a key is replaced whole: who imports its parts one by one has to know."""
    rows, _, _ = FILES["base_carbone"]
    eit.done("import", "base_carbone", text(project / "déchets.csv", rows), "essai")
    said = eit.done("import", "base_carbone", text(project / "fret.csv", rows[:2]), "essai")
    assert "remplacées\u00a0: 1" in said
    slips = FILES["trackdechets"][0]
    eit.done("import", "trackdechets", text(project / "a.csv", slips), "essai")
    other = [slips[0], ["BSD-9", *slips[1][1:]]]
    assert "remplacées" not in eit.done("import", "trackdechets", text(project / "b.csv", other), "essai")
    assert "remplacées\u00a0: 1" in eit.done("import", "trackdechets", project / "a.csv", "essai")


def test_an_unknown_register_lists_those_that_exist(project, eit):
    said = eit.refused("import", "trackdéchets", text(project / "x.csv", FIRMS), "essai")
    assert "trackdéchets" in said and all(name in said for name in REGISTERS)


DAMAGED = {
    "absent": (None, ["n'existe pas"]),
    "other register": ("\n".join(";".join(map(str, row)) for row in FILES["bmo"][0]), ["«\u00a0bmo\u00a0»"]),
    "survey": ("Identifiant;Sens;Catégorie;Quantité\nE01;sortant;bois;3\n", ["Trackdéchets", "registre"]),
    "column gone": (
        "N° de bordereau;Date d'expédition;Code déchet;Expéditeur - N° d'identification\n",
        ["colonne introuvable", "Quantité de déchet"],
    ),
    "empty": ("", ["vide"]),
    "header alone": (";".join(SLIP) + "\n", ["aucune ligne sous l'en-tête"]),
    "nothing for us": (
        "\n".join(";".join(map(str, row)) for row in FILES["trackdechets"][0][::2]),
        ["aucune ligne à en retenir (bordereaux annulés\u00a0: 1)"],
    ),
    "nothing readable": (
        "\n".join(";".join(map(str, row)) for row in FILES["trackdechets"][0][::3]),
        ["ligne", "Code déchet", "aucune ligne utilisable"],
    ),
    "picture": ("\x89PNG\r\n\x1a\n", ["image"]),
    "web page": ("<!DOCTYPE html><html><body>Session expirée</body></html>", ["page web"]),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_what_is_refused_leaves_the_earlier_table_in_place(project, eit, case):
    eit.done("import", "trackdechets", text(project / "juin.csv", FILES["trackdechets"][0]), "essai")
    before = contents(project / "data" / "processed")
    content, words = DAMAGED[case]
    file = project / "août.csv"
    if content is not None:
        file.write_bytes(content.encode("latin-1" if case == "picture" else "utf-8"))
    said = eit.refused("import", "trackdechets", file, "essai")
    assert "août.csv" in said and str(project) not in said
    for word in words:
        assert word in said, said
    assert contents(project / "data" / "processed") == before


def test_a_broken_workbook_is_one_sentence(project, eit):
    book = openpyxl.Workbook()
    for row in FILES["trackdechets"][0]:
        book.active.append(row)
    file = project / "registre.xlsx"
    book.save(file)
    eit.done("import", "trackdechets", file, "essai")
    before = contents(project / "data" / "processed")
    file.write_bytes(file.read_bytes()[:-700])
    assert "registre.xlsx" in eit.refused("import", "trackdechets", file, "essai")
    assert contents(project / "data" / "processed") == before


def test_bmo_needs_the_basin_of_the_study(project, eit):
    file = text(project / "bmo.csv", FILES["bmo"][0])
    settings = project / "data" / "raw" / "essai" / "study.toml"
    settings.write_text(CONFIG.replace("Thann-Cernay", "Nancy"), encoding="utf-8")
    assert "Nancy" in eit.refused("import", "bmo", file, "essai")
    settings.write_text(CONFIG.replace('basin = "Thann-Cernay"\n', ""), encoding="utf-8")
    assert "basin" in eit.refused("import", "bmo", file, "essai")
    assert not (project / "data" / "processed").exists()


def test_what_no_study_or_wave_can_take(project, eit):
    file = text(project / "x.csv", FIRMS)
    assert "absente" in eit.refused("import", "sirene", file, "absente")
    assert "2018, 2023" in eit.refused("import", "sirene", file, "essai", "--wave", "1999")
    assert "FICHIER" in eit.refused("import", "sirene")


def test_firms_of_an_extract_fill_questionnaires_that_clean_without_a_correction(project, eit):
    twice = [*FIRMS, [*FIRMS[1][:1], "AUTRE NOM", *FIRMS[1][2:]], ["1", *FIRMS[1][1:]]]
    said = eit.done("new", "vallée-2030", "--firms", text(project / "acteurs.csv", twice))
    assert "établissements fermés\u00a0: 1" in said and "qui ont le SIRET d'une autre" in said
    assert "Ligne\u00a0" in said and "SIRET" in said
    assert "data/raw/vallée-2030" in said and "2 classeurs" in said.replace("\u00a0", " ")
    folder = project / "data" / "raw" / "vallée-2030"
    sent = sorted(folder.glob("*questionnaires/*"))
    assert [path.name[:4] for path in sent] == ["E01_", "E02_"]
    (wave,) = (path for path in folder.iterdir() if path.name.isdigit())
    for rank, path in enumerate(sent, start=1):
        book = openpyxl.load_workbook(path)
        firm = book["Entreprise"]
        place = {cell.value: cell.column for cell in firm[1]}
        assert firm.cell(2, place["SIRET"]).value == FIRMS[rank][0]
        for header, value in (("Effectif", 12 * rank), ("Diffusion", "nominative"), ("Année", 2023)):
            firm.cell(2, place[header]).value = value
        flows = book["Flux"]
        place = {cell.value: cell.column for cell in flows[1]}
        for header, value in {
            "Identifiant": f"E0{rank}", "Sens": "sortant", "Catégorie": "bois", "Désignation": "Palettes",
            "Quantité": 12.5, "Unité": "t", "Période": "an", "Origine de la donnée": "pesée",
        }.items():  # fmt: skip
            flows.cell(2, place[header]).value = value
        book.save(wave / path.name)
    said = eit.done("clean", "vallée-2030", "--wave", wave.name).replace("\u00a0", " ")
    # The statements on change that the form lists, and nobody has answered, are ignored.
    assert "2 fichiers lus, 34 lignes, dont 4 utilisées" in said and "30 ignorées" in said
    processed = project / "data" / "processed" / "vallée-2030" / wave.name
    for name in ("corrections", "quarantine", "implausible"):
        log = (processed / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()
        assert not [line for line in log[1:] if "ignored_unanswered" not in line], log
    sites = pd.read_parquet(processed / "sites.parquet")
    known = ["site_id", "name", "siret", "naf_code", "commune_code", "postcode", "headcount"]
    assert sites[known].values.tolist() == [
        ["E01", "FILATURE D'ESSAI", MILL, "1310Z", "68334", "68800", 12.0],
        ["E02", "USINE D'ESSAI", PLANT, "2016Z", "68348", "68800", 24.0],
    ]


def test_a_commune_code_of_another_name_is_told_and_left_to_the_firm(project, eit):
    """39032 is Avignon-lès-Saint-Claude, and Authume is 39030; a district of Lyon is Lyon."""
    rows = [
        FIRM,
        [MILL, "FERRONNERIE", "25.50A", "39032", "AUTHUME", "39100", "02", "A"],
        [PLANT, "USINE D'ESSAI", "20.16Z", "69383", "LYON 3EME", "69003", "21", "A"],
    ]
    file, told = text(project / "acteurs.csv", rows), "code commune 39032 est celui de « Avignon"
    said = eit.done("new", "jura", "--firms", file).replace("\u00a0", " ")
    assert f"Ligne 2 : le {told}" in said and "« AUTHUME »" in said and said.count("code commune") == 1
    first, second = sorted((project / "data" / "raw" / "jura").glob("_questionnaires/*"))
    for path, place in ((first, (None, None, "39100")), (second, ("Lyon", "69123", "69003"))):
        firm = openpyxl.load_workbook(path)["Entreprise"]
        cells = {cell.value: firm.cell(2, cell.column).value for cell in firm[1]}
        assert (cells["Commune"], cells["Code INSEE"], cells["Code postal"]) == place
    said = eit.done("import", "sirene", file, "essai").replace("\u00a0", " ")
    assert "SIRENE : 2 lignes importées" in said and told in said and said.count("code commune") == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (None, ["n'existe pas"]),
        ([["Nom", "Ville"], ["Filature", "Thann"]], ["SIRENE"]),
        (FILES["gerep"][0], ["«\u00a0gerep\u00a0»"]),
        ([FIRM], ["aucune ligne sous l'en-tête"]),
        ([FIRM, FIRMS[3]], ["établissements fermés\u00a0: 1"]),
    ],
)
def test_firms_that_cannot_be_read_leave_no_study_behind(project, eit, rows, words):
    file = project / "acteurs.csv"
    if rows is not None:
        text(file, rows)
    before = contents(project), sorted(project.rglob("*"))
    said = eit.refused("new", "neuve", "--firms", file)
    assert "acteurs.csv" in said
    for word in words:
        assert word in said, said
    assert (contents(project), sorted(project.rglob("*"))) == before
