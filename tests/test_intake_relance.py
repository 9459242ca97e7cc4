"""Fiches de relance: each firm its own rows, one plain question a cell, a page and a workbook to fill."""

from __future__ import annotations

import io
import re
import time
from dataclasses import dataclass, field, fields
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eit_analysis import tables
from eit_analysis.intake import answers, relance_html, relance_wording, relance_xlsx
from eit_analysis.intake.answer_sheets import HEADERS, read_answers
from eit_analysis.intake.answers import Applied, Grid
from eit_analysis.intake.ledger import CORRECTIONS, QUARANTINE
from eit_analysis.intake.relance import Fiche, fiches, write_sheets
from eit_analysis.intake.relance_questions import DOUBTFUL_RULES, IMPORTANT, LABELS, Question
from eit_analysis.intake.workbook import read_files
from eit_analysis.study import Study, open_study

FILE = "commerces.xlsx"
SITE_HEADERS = ["Identifiant", "Raison sociale", "SIRET", "Code NAF", "Commune", "Effectif", "Diffusion"]
FLOW_HEADERS = ["Identifiant", "Sens", "Désignation", "Code déchet", "Quantité", "Unité", "Période",
                "Exutoire actuel"]  # fmt: skip
SITE = ["E19", "Supérette <b>", "00000000000000", "4711F", "Thann", 40.0, "agrégée"]
OTHER = ["E20", "Quincaillerie", "00000000000000", "4752A", "Thann", 12.0, "agrégée"]
CARTONS = ["E19", "sortant", "Cartons", "150101", 12.5, "t", "an", "recyclage"]
PALETTES = ["E20", "sortant", "Palettes", "150103", 30.0, "palettes", "an", "réemploi"]


def frame(rows: list[tuple], columns: list[str]) -> pd.DataFrame:
    types = {name: "Int64" if name == "source_row" else "str" for name in columns}
    return pd.DataFrame(rows, columns=columns, dtype=object).astype(types)


@dataclass
class Wave:
    """A cleaned wave written by hand: raw sheets, and what cleaning said of them."""

    sheets: dict[tuple[str, str], list[list[Any]]]
    refused: list[tuple] = field(default_factory=list)
    marked: list[tuple] = field(default_factory=list)
    corrected: list[tuple] = field(default_factory=list)
    ids: dict[tuple[str, str, int], str | None] = field(default_factory=dict)
    applied: Applied = field(default_factory=Applied)
    names: ClassVar = {tables.sheet_name(table): table for table in tables.TABLES}

    @property
    def grids(self) -> dict[tuple[str, str], Grid]:
        return {
            place: Grid(self.names[place[1]], rows, 0, {str(header): i for i, header in enumerate(rows[0])})
            for place, rows in self.sheets.items()
        }

    @property
    def quarantine(self) -> pd.DataFrame:
        return frame(self.refused, QUARANTINE)

    @property
    def implausible(self) -> pd.DataFrame:
        return frame(self.marked, QUARANTINE)

    @property
    def corrections(self) -> pd.DataFrame:
        return frame(self.corrected, CORRECTIONS)

    @property
    def manifest(self) -> dict[str, Any]:
        return {
            "inputs": [
                {"file": file, "sheets": [{"sheet": sheet, "table": self.names[sheet]}]}
                for file, sheet in self.sheets
            ]
        }

    @property
    def row_sites(self) -> pd.DataFrame:
        rows = [
            (*place, number, self.ids.get((*place, number), row[0] or None))
            for place, cells in self.sheets.items()
            for number, row in enumerate(cells[1:], start=2)
        ]
        return frame(rows, ["source_file", "source_sheet", "source_row", "site_id"])

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        gone = {entry[:3] for entry in self.refused if not entry[5].startswith("cell_")}
        found = {}
        for table in tables.TABLES:
            names = {spec["header"]: name for name, spec in tables.form(table).items()}
            columns = list(tables.fields(table))
            records = [
                {
                    **{names[h]: cell or None for h, cell in zip(rows[0], row, strict=True)},
                    "source_file": file, "source_sheet": sheet, "source_row": number,
                    "direction": {"sortant": "out", "entrant": "in"}.get(row[1]), "mass_t_per_year": 12.5,
                }
                for (file, sheet), rows in self.sheets.items()
                if sheet == tables.sheet_name(table)
                for number, row in enumerate(rows[1:], start=2)
                if (file, sheet, number) not in gone
            ]  # fmt: skip
            found[table] = pd.DataFrame(records, columns=columns)
        return found


def wave(sites: Any = (SITE, OTHER), flows: Any = (CARTONS, PALETTES), **logs: list[tuple]) -> Wave:
    sheets = {(FILE, "Entreprise"): [SITE_HEADERS, *sites], (FILE, "Flux"): [FLOW_HEADERS, *flows]}
    return Wave(sheets, **logs)


def by_site(cleaned: Wave) -> dict[str, Fiche]:
    return {fiche.site: fiche for fiche in fiches(cleaned)}


def asked(cleaned: Wave, site: str = "E19") -> list[Question]:
    return by_site(cleaned)[site].questions


@pytest.fixture
def study(tmp_path: Path) -> Study:
    raw = tmp_path / "data" / "raw" / "essai"
    (raw / "2018").mkdir(parents=True)
    (raw / "study.toml").write_text(
        'title = "Essai"\nterritory = "Vallée"\nfictional = true\n', encoding="utf-8"
    )
    return open_study("essai", root=tmp_path)


# What is asked


def test_question_names_the_cell_and_what_was_written():
    bad = [*CARTONS[:4], "beaucoup", *CARTONS[5:]]
    refused = (FILE, "Flux", 2, "Quantité", "beaucoup", "not_a_number", "ce n'est pas un nombre\u00a0; x")
    (question,) = asked(wave(flows=[bad], refused=[refused]))
    assert question.place == "Flux, ligne\u00a02 (Cartons), colonne Quantité (E2)"
    assert question.read == "beaucoup"
    assert question.text.startswith(
        "vous avez écrit «\u00a0beaucoup\u00a0»\u00a0: ce n'est pas un nombre. Quelle est la quantité"
    )


def test_column_with_a_list_offers_its_words():
    bad = [*CARTONS[:7], "poubelle"]
    refused = (FILE, "Flux", 2, "Exutoire actuel", "poubelle", "cell_unknown_value", "ce mot n'est pas prévu")
    (question,) = asked(wave(flows=[bad], refused=[refused]))
    assert "Choisissez\u00a0: réemploi, recyclage" in question.text


def test_unknown_reason_falls_back_on_its_message():
    refused = (FILE, "Flux", 2, "Code déchet", "150101", "cell_new", "ceci ne va pas\u00a0; faites cela")
    (question,) = asked(wave(refused=[refused]))
    assert "ceci ne va pas. Quel est le code déchet" in question.text
    assert "faites cela" not in question.text


def test_unit_is_asked_with_its_quantity():
    refused = (
        FILE,
        "Flux",
        2,
        "Unité",
        "camion",
        "unknown_unit",
        "l'unité «\u00a0camion\u00a0» est inconnue\u00a0; x",
    )
    (question,) = asked(wave(flows=[[*CARTONS[:5], "camion", *CARTONS[6:]]], refused=[refused]))
    assert (question.column, question.read) == ("Quantité", "12,5")
    assert "camion" in question.text and "avec son unité" in question.text


def test_implausible_value_may_be_confirmed():
    mark = (
        FILE,
        "Flux",
        2,
        "Quantité",
        "12.5",
        "tonnes_per_employee",
        "c'est trop pour 40 salariés\u00a0; vérifiez",
    )
    (question,) = asked(wave(marked=[mark]))
    assert "c'est trop pour 40 salariés. Si c'est juste, répondez «\u00a0confirmé\u00a0»" in question.text


def test_doubtful_readings_of_one_cell_make_one_question():
    doubts = [
        (FILE, "Flux", 3, "Quantité", "env. 30", "30 [24 ; 36.5]", "about"),
        (FILE, "Flux", 3, "Unité", "palettes", "converti en tonnes\u00a0: 1 palette (bois) = 0,024 t "
         "(0,012 à 0,03), source, année", "unit_converted"),
        (FILE, "Flux", 3, "Désignation", "palettes ", "Palettes", "word_normalised"),
    ]  # fmt: skip
    (question,) = asked(wave(corrected=doubts), "E20")
    assert "nous avons lu 30 (entre 24 et 36,5)" in question.text
    assert "1 palette (bois) = 0,024 t (0,012 à 0,03)." in question.text and "source" not in question.text


def test_blank_cell_that_matters_is_asked_and_any_other_is_not():
    blank = ["E19", "sortant", "", "", 12.5, "t", "an", ""]
    incoming = ["E19", "entrant", "Cartons", "", 12.5, "t", "an", ""]
    questions = asked(wave(flows=[blank, incoming]))
    assert [(q.row, q.column) for q in questions] == [(2, "Code déchet"), (2, "Exutoire actuel")]


def test_who_wrote_nc_has_answered():
    blank = ["E19", "sortant", "Cartons", "NC", 12.5, "t", "an", "recyclage"]
    cleaned = wave(flows=[blank], corrected=[(FILE, "Flux", 2, "Code déchet", "NC", "", "missing_word")])
    cleaned.sheets[FILE, "Flux"][1] = [*blank[:3], "", *blank[4:]]
    assert not asked(cleaned)


@pytest.mark.parametrize("rule", ["answered_by_firm", "confirmed_by_firm"])
def test_answered_cell_is_not_asked_again(rule):
    answered = (FILE, "Flux", 2, "Quantité", "12.5", "12.5", rule)
    doubt = (FILE, "Flux", 2, "Quantité", "1.200", "1200", "point_read_as_thousands")
    missing = (FILE, "Flux", 2, "Quantité", "NC", "missing_mass", "la valeur manque")
    assert asked(wave(corrected=[doubt])) and not asked(wave(corrected=[doubt, answered]))
    assert asked(wave(refused=[missing])) and not asked(wave(refused=[missing], corrected=[answered]))


def test_answer_that_cannot_be_used_is_asked_again():
    answered = (FILE, "Flux", 2, "Quantité", "?", "plein", "answered_by_firm")
    refused = (FILE, "Flux", 2, "Quantité", "plein", "not_a_number", "ce n'est pas un nombre")
    assert len(asked(wave(refused=[refused], corrected=[answered]))) == 1


def test_column_that_the_sheet_lacks_is_asked_once_for_the_file():
    cleaned = wave(flows=[CARTONS, [*CARTONS[:2], "Films", *CARTONS[3:]]])
    cleaned.sheets[FILE, "Flux"] = [row[:7] for row in cleaned.sheets[FILE, "Flux"]]
    (question,) = asked(cleaned)
    assert (question.row, question.column, question.letter) == (0, "Exutoire actuel", "")
    assert question.place == "Flux, colonne Exutoire actuel"
    assert "n'existe pas dans votre feuille" in question.text


def test_personal_data_of_a_raw_cell_is_not_shown():
    bad = [*CARTONS[:2], "Mme Martin", *CARTONS[3:]]
    refused = (
        FILE,
        "Flux",
        2,
        "Désignation",
        "[donnée personnelle]",
        "cell_personal_data",
        "donnée\u00a0; x",
    )
    (question,) = asked(wave(flows=[bad], refused=[refused]))
    assert question.read == "[donnée personnelle]" and "Martin" not in question.place + question.text


def test_every_name_that_questions_rest_on_exists():
    known = {name for table in tables.TABLES for name in tables.form(table)}
    assert set(relance_wording.ASKS) <= known
    for table, columns in IMPORTANT.items():
        assert set(columns) <= set(tables.form(table))
    assert all(column in tables.form(table) for table, column in LABELS.items())


def test_every_message_is_french_typography():
    wording = [*relance_wording.ASKS.values(), *relance_wording.FINDINGS.values(), *relance_xlsx.GUIDE_TEXT]
    texts = [*map(relance_wording.typeset, wording), relance_wording.ABSENT]
    texts += [relance_wording.reading(rule, "1.5 [1 ; 2.5]") for rule in DOUBTFUL_RULES]
    assert not [text for text in texts if re.search(r"[ ][:;?!»]|«[ ]", text)]


# Whose rows


def test_firm_of_a_shared_file_sees_its_rows_only():
    found = by_site(
        wave(
            refused=[(FILE, "Flux", 3, "Quantité", "30", "negative_value", "x")],
            corrected=[(FILE, "Flux", 2, "Exutoire actuel", "Recyclage", "recyclage", "word_normalised"),
                       (FILE, "Flux", 1, "Quantité", "Quantite", "Quantité", "header_recognised")],
        )
    )  # fmt: skip
    assert list(found) == ["E19", "E20"]
    assert not found["E19"].questions and len(found["E20"].questions) == 1
    assert [c.column for c in found["E19"].corrections] == ["Exutoire actuel"]
    assert not found["E20"].corrections
    assert [(s.sheet, s.read, s.used, s.refused) for s in found["E20"].read] == [
        ("Entreprise", 1, 1, 0), ("Flux", 1, 0, 1),
    ]  # fmt: skip
    pages = {site: relance_html.page(NO_STUDY, fiche).decode() for site, fiche in found.items()}
    assert "Palettes" not in pages["E19"] and "E20" not in pages["E19"] and "Cartons" not in pages["E20"]


def test_row_of_nobody_goes_to_the_study_office():
    stray = ["E99", *CARTONS[1:]]
    refused = (
        FILE,
        "Flux",
        3,
        "Identifiant",
        "E99",
        "unknown_site",
        "cet identifiant est inconnu\u00a0; corrigez-le",
    )
    found = by_site(wave(flows=[CARTONS, stray], refused=[refused]))
    assert not found["E19"].questions
    (question,) = found[""].questions
    assert "corrigez-le" in question.text


def test_firm_whose_own_row_is_refused_is_asked_about_that_row():
    refused = [
        (FILE, "Entreprise", 2, "Raison sociale", "", "missing_value", "la valeur manque"),
        (FILE, "Flux", 2, "Identifiant", "E19", "unknown_site", "cet identifiant est inconnu"),
    ]
    sites = [["E19", "", *SITE[2:]]]
    found = by_site(wave(sites=sites, flows=[CARTONS], refused=refused))
    assert list(found) == ["E19"]
    assert [(q.sheet, q.column) for q in found["E19"].questions] == [("Entreprise", "Raison sociale")]


def test_two_firms_under_one_identifier_do_not_see_each_other():
    other = "autre.xlsx"
    cleaned = wave(sites=[SITE], flows=[CARTONS])
    cleaned.sheets[other, "Entreprise"] = [SITE_HEADERS, ["E19", "Autre firme", *SITE[2:]]]
    cleaned.sheets[other, "Flux"] = [FLOW_HEADERS, [*CARTONS[:2], "Secret", "", *CARTONS[4:]]]
    cleaned.refused = [
        (other, "Entreprise", 2, "Identifiant", "E19", "conflicting_site", "déjà décrit\u00a0; x")
    ]
    found = by_site(cleaned)
    assert "Secret" not in relance_html.page(NO_STUDY, found["E19"]).decode()
    assert {(q.sheet, q.column) for q in found[""].questions} == {
        ("Entreprise", "Identifiant"),
        ("Flux", "Code déchet"),
    }


def test_unreadable_file_goes_to_the_study_office():
    found = by_site(
        wave(refused=[("casse.xlsx", "", None, "", "", "unreadable_file", "le fichier est abîmé.")])
    )
    (question,) = found[""].questions
    assert question.place == "casse.xlsx" and question.text.startswith("le fichier est abîmé. Renvoyez")


# What is written

NO_STUDY = type("NoStudy", (), {})()
NO_STUDY.wave = "2018"
NO_STUDY.config = type("Config", (), {"title": "Essai", "territory": "Vallée", "fictional": True})()
HOSTILE = '=HYPERLINK("http://x","y")<script>alert(1)</script>'


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def hostile() -> Wave:
    bad = [*CARTONS[:2], HOSTILE, CARTONS[3], HOSTILE, *CARTONS[5:]]
    return wave(flows=[bad], refused=[(FILE, "Flux", 2, "Quantité", HOSTILE, "not_a_number", "x")])


def test_page_is_one_safe_accessible_file():
    html = relance_html.page(NO_STUDY, by_site(hostile())["E19"]).decode()
    page = Page(html)
    assert page.all("html") == [{"lang": "fr"}] and len(page.all("h1")) == 1
    assert not page.all("script") and not page.all("link") and not page.all("img")
    assert "<script>" not in html and "Supérette <b>" not in html and "Supérette &lt;b&gt;" in html
    (policy,) = [attributes for attributes in page.all("meta") if "http-equiv" in attributes]
    assert str(policy["content"]).startswith("default-src 'none'; style-src 'sha256-")
    assert "Étude fictive" in html
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert not [attributes for _, attributes in page.tags if "style" in attributes or "onclick" in attributes]


def test_firm_with_nothing_to_ask_is_told_so():
    fiche = by_site(wave())["E19"]
    assert not fiche.questions
    assert "Rien à demander" in relance_html.page(NO_STUDY, fiche).decode()
    guide = openpyxl.load_workbook(io.BytesIO(relance_xlsx.workbook(NO_STUDY, fiche)))["Mode d'emploi"]
    assert any("Rien à demander" in str(row[0]) for row in guide.values)


def test_workbook_takes_answers_only():
    book = openpyxl.load_workbook(io.BytesIO(relance_xlsx.workbook(NO_STUDY, by_site(hostile())["E19"])))
    assert book.sheetnames == ["Relance", "Mode d'emploi"]
    sheet = book["Relance"]
    assert [cell.value for cell in sheet[1]] == list(HEADERS)
    assert sheet.protection.sheet and sheet.protection.password is None
    row = sheet[2]
    assert [cell.protection.locked for cell in row] == [True] * 6 + [False]
    assert [cell.data_type for cell in row] == ["s", "s", "n", "s", "s", "s", "n"]  # no formula
    assert row[4].value == HOSTILE and row[2].value == 2
    assert row[4].number_format == row[6].number_format == "@"


def test_same_bytes_each_time(study):
    write_sheets(study, hostile())
    first = {path.name: path.read_bytes() for path in (study.processed / "relances").iterdir()}
    time.sleep(0.01)
    write_sheets(study, hostile())
    assert first == {path.name: path.read_bytes() for path in (study.processed / "relances").iterdir()}


def test_files_of_firms_that_left_go(study):
    folder = study.processed / "relances"
    write_sheets(study, wave())
    (folder / "notes.txt").write_text("à garder")
    assert {path.name for path in folder.iterdir()} == {
        "E19.html",
        "E19.xlsx",
        "E20.html",
        "E20.xlsx",
        "notes.txt",
    }
    refused = (FILE, "Flux", 3, "Identifiant", "E20", "unknown_site", "inconnu")
    write_sheets(study, wave(sites=[SITE], flows=[CARTONS, ["E20", *CARTONS[1:]]], refused=[refused]))
    assert {path.name for path in folder.iterdir()} == {
        "E19.html", "E19.xlsx", "_bureau_etudes.html", "_bureau_etudes.xlsx", "notes.txt",
    }  # fmt: skip


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


TROUBLE = [
    "_x000D_",
    "\x0b\x1f=1+1\ud7ff",
    "x" * 40_000,
    "'apostrophe",
    "0\x85\x1b",
    " deux  espaces ",
    "12.0",
    "#N/A",
]


@given(st.lists(TEXTS, min_size=1, max_size=15))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(TROUBLE)
def test_law_filled_fiche_finds_its_cells_again(tmp_path, texts):
    """What a fiche quotes of any cell, read back by our own reader, still reads as that cell."""
    refused = [
        (FILE, "Flux", row, "Quantité", text, "not_a_number", "x") for row, text in enumerate(texts, start=2)
    ]
    cleaned = wave(flows=[[*CARTONS[:4], text, *CARTONS[5:]] for text in texts], refused=refused)
    path = tmp_path / "rendu.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(relance_xlsx.workbook(NO_STUDY, by_site(cleaned)["E19"])))
    for row in book["Relance"].iter_rows(min_row=2):
        row[-1].value = f"{row[2].value},5"
    book.save(path)
    applied = answers.apply(read_answers(read_files([path], tmp_path)), cleaned.grids)
    assert not applied.quarantine
    numbers = [row[4] for row in applied.rows[FILE, "Flux"][1:]]
    assert numbers == [f"{row},5" for row in range(2, len(texts) + 2)]


def test_forty_firms_in_two_seconds(study):
    ids = [f"E{n:02d}" for n in range(1, 41)]
    flows = [[site, "sortant", f"Flux {n}", "", float(n), "t", "an", ""] for site in ids for n in range(15)]
    cleaned = wave(sites=[[site, *SITE[1:]] for site in ids], flows=flows)
    cleaned = Wave(cleaned.sheets)
    built = type("Built", (), {name: getattr(cleaned, name) for name in (
        "tables", "quarantine", "implausible", "corrections", "manifest", "row_sites", "grids", "applied")})  # fmt: skip
    start = time.process_time()
    assert write_sheets(study, built) == 40 * 15 * 2
    assert time.process_time() - start < 2


# A whole run: clean, fill the fiche, put it into the wave, clean again


def cleaning():
    """The cleaning core, once it hands the raw sheets on (its field ``grids``)."""
    try:
        from eit_analysis.intake.cleaning import Cleaned, clean_wave
    except ImportError:
        pytest.skip("le nettoyage n'est pas encore prêt")
    if "grids" not in {spec.name for spec in fields(Cleaned)}:
        pytest.skip("le nettoyage ne transmet pas encore les feuilles brutes")
    return clean_wave


def save(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


@pytest.mark.parametrize("name", ["E19_rendu.xlsx", "00 retour.xlsx"])
def test_whole_run_answers_fill_the_tables_and_are_not_asked_again(study, name):
    clean_wave = cleaning()
    flows = [
        ["Identifiant", "Sens", "Catégorie", "Désignation", "Code déchet", "Quantité", "Unité", "Période",
         "Origine de la donnée", "Exutoire actuel"],
        ["E19", "sortant", "carton", "Cartons", "150101", "beaucoup", "t", "an", "pesée", "recyclage"],
        ["E19", "sortant", "bois", "Palettes", "150103", 30, "palettes", "an", "pesée", "réemploi"],
        ["E19", "sortant", "papier", "Papiers", None, "1.200", "kg", "an", "pesée", "recyclage"],
        ["E19", "sortant", "verre", "Verre", "150107", 3, "camion", "an", "pesée", "recyclage"],
        ["E19", "sortant", "métal", "Doublon", "150104", "env. 2", "t", "an", "pesée", "recyclage"],
    ]  # fmt: skip
    sites = [SITE_HEADERS, ["E19", "Supérette", None, "4711F", "Thann", 40, "agrégée"]]
    save(study.raw / FILE, {"Entreprise": sites, "Flux": flows})
    before = clean_wave(study)
    write_sheets(study, before)
    book = openpyxl.load_workbook(study.processed / "relances" / "E19.xlsx")
    given_answers = {
        ("Entreprise", "SIRET"): "NC", (2, "Quantité"): "12,5", (3, "Quantité"): "600 kg",
        (4, "Code déchet"): "20 01 01", (4, "Quantité"): "confirmé", (5, "Quantité"): "9 t",
        (6, "Quantité"): "supprimer",
    }  # fmt: skip
    filled = 0
    for row in book["Relance"].iter_rows(min_row=2):
        sheet, line, column = (row[i].value for i in (1, 2, 3))
        answer = given_answers.get((line if sheet == "Flux" else sheet, column))
        if answer:
            row[6].value, filled = answer, filled + 1
    assert filled == len(given_answers)
    book.save(study.raw / name)
    after = clean_wave(study)
    mass = dict(
        zip(after.tables["flows"]["description"], after.tables["flows"]["mass_t_per_year"], strict=True)
    )
    assert mass == pytest.approx({"Cartons": 12.5, "Palettes": 0.6, "Papiers": 1.2, "Verre": 9.0})
    assert after.tables["flows"].set_index("description").loc["Papiers", "waste_code"] == "200101"
    rules = after.corrections["rule"].value_counts()
    assert rules["answer_applied"] == len(given_answers)
    assert rules["confirmed_by_firm"] == 1 and rules["removed_by_firm"] == 1
    assert not len(after.quarantine)
    write_sheets(study, after)
    again = openpyxl.load_workbook(study.processed / "relances" / "E19.xlsx")["Relance"]
    assert again.max_row == 1, [[cell.value for cell in row] for row in again.iter_rows(min_row=2)]
