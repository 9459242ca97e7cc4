"""Fiches de relance: each firm its own rows, one plain question a cell, a page and a workbook to fill."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import time
from dataclasses import dataclass, field, fields
from html.parser import HTMLParser
from typing import Any, ClassVar

import openpyxl
import pandas as pd
import pytest
from command import workbook
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eit_analysis import tables
from eit_analysis.config import Campaign, PageSettings, StudyConfig
from eit_analysis.intake.answers.answer_sheets import HEADERS, read_answers
from eit_analysis.intake.answers.applying import Applied, Grid, apply
from eit_analysis.intake.checks import plausibility, unit_errors
from eit_analysis.intake.checks.marks import LINE
from eit_analysis.intake.checks.per_employee import tonnes_per_employee
from eit_analysis.intake.reading.sheet import repair
from eit_analysis.intake.relance import fiche_book, phrases
from eit_analysis.intake.relance.fiche import Fiche, Question
from eit_analysis.intake.relance.fiche_page import page as html_page
from eit_analysis.intake.relance.fiches import LISTED, fiches, in_short, listed, put, readings, write_sheets
from eit_analysis.intake.sheets.ledger import CORRECTIONS, typed
from eit_analysis.intake.sheets.workbook import read_files
from eit_analysis.reference.findings import Finding, catalogue, codes, finding

FILE = "commerces.xlsx"
SITE_HEADERS = ["Identifiant", "Raison sociale", "SIRET", "Code NAF", "Commune", "Effectif", "Diffusion"]
FLOW_HEADERS = ["Identifiant", "Sens", "Désignation", "Code déchet", "Quantité", "Unité", "Période",
                "Exutoire actuel"]  # fmt: skip
SITE = ["E19", "Supérette <b>", "00000000000000", "4711F", "Thann", 40.0, "agrégée"]
OTHER = ["E20", "Quincaillerie", "00000000000000", "4752A", "Thann", 12.0, "agrégée"]
CARTONS = ["E19", "sortant", "Cartons", "150101", 12.5, "t", "an", "recyclage"]
PALETTES = ["E20", "sortant", "Palettes", "150103", 30.0, "palettes", "an", "réemploi"]


def frame(rows: list[tuple], columns: list[str]) -> pd.DataFrame:
    return typed(pd.DataFrame(rows, columns=columns, dtype=object))


def said(*entry: Any) -> tuple:
    """A line of the quarantine or of the marks, from its place, raw value, code and fields."""
    *place, code, fields = entry if isinstance(entry[-1], dict) else (*entry, {})
    found = finding(code.removeprefix("cell_"), **fields)
    found = found.in_cell() if code.startswith("cell_") else found
    return (*place, found.logged, found.message, found)


@dataclass
class Wave:
    """A cleaned wave written by hand: raw sheets, and what cleaning said of them."""

    sheets: dict[tuple[str, str], list[list[Any]]]
    refused: list[tuple] = field(default_factory=list)
    marked: list[tuple] = field(default_factory=list)
    corrected: list[tuple] = field(default_factory=list)
    ids: dict[tuple[str, str, int], str | None] = field(default_factory=dict)
    applied: Applied = field(default_factory=Applied)
    mass: float = 12.5
    without: set[tuple[str, str, int]] = field(default_factory=set)
    left: list[str] = field(default_factory=list)
    names: ClassVar = {tables.sheet_name(table): table for table in tables.TABLES}

    @property
    def grids(self) -> dict[tuple[str, str], Grid]:
        return {
            place: Grid(self.names[place[1]], rows, 0, {str(header): i for i, header in enumerate(rows[0])})
            for place, rows in self.sheets.items()
        }

    @property
    def quarantine(self) -> pd.DataFrame:
        return frame([said(*entry) for entry in self.refused], LINE)

    @property
    def implausible(self) -> pd.DataFrame:
        return frame([said(*entry) for entry in self.marked], LINE)

    @property
    def corrections(self) -> pd.DataFrame:
        rows = [(*entry[:7], finding(entry[6], **(dict(*entry[7:])))) for entry in self.corrected]
        return frame(rows, [*CORRECTIONS, "finding"])

    @property
    def manifest(self) -> dict[str, Any]:
        return {
            "inputs": [
                {"file": file, "sheets": [{"sheet": sheet, "table": self.names[sheet]}]}
                for file, sheet in self.sheets
            ],
            "files_left_alone": self.left,
        }

    @property
    def row_sites(self) -> pd.DataFrame:
        rows = [
            (*place, number, self.ids.get((*place, number), row[0] or None))
            for place, cells in self.sheets.items()
            for number, row in enumerate(cells[1:], start=2)
            if (*place, number) not in self.without
        ]
        return frame(rows, ["source_file", "source_sheet", "source_row", "site_id"])

    @property
    def unread_flows(self) -> pd.DataFrame:
        return pd.DataFrame(columns=["direction"])

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
                    "direction": {"sortant": "out", "entrant": "in"}.get(row[1]),
                    "mass_t_per_year": self.mass,
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


# What is asked


def test_question_names_the_cell_and_what_was_written():
    bad = [*CARTONS[:4], "beaucoup", *CARTONS[5:]]
    refused = (FILE, "Flux", 2, "Quantité", "beaucoup", "not_a_number")
    (question,) = asked(wave(flows=[bad], refused=[refused]))
    assert question.place == "Flux, ligne\u00a02 (Cartons), colonne Quantité (E2)"
    assert question.read == "beaucoup"
    assert question.text.startswith("Ce n'est pas un nombre. Quelle est la quantité")


def test_column_with_a_list_offers_its_words():
    bad = [*CARTONS[:7], "poubelle"]
    refused = (FILE, "Flux", 2, "Exutoire actuel", "poubelle", "cell_unknown_value", {"allowed": "recyclage"})
    (question,) = asked(wave(flows=[bad], refused=[refused]))
    assert "Choisissez\u00a0: réemploi, recyclage" in question.text


def test_reason_without_words_for_the_firm_falls_back_on_its_sentence_without_the_advice():
    refused = (FILE, "Flux", 2, "Code déchet", "150101", "cell_unknown_waste_code")
    (question,) = asked(wave(refused=[refused]))
    assert "Ce code n'est pas dans la liste européenne des déchets. Quel est le code déchet" in question.text
    assert "corrigez-le" not in question.text


def test_unit_is_asked_with_its_quantity():
    refused = (
        FILE,
        "Flux",
        2,
        "Unité",
        "camion",
        "unknown_unit",
        {"unit": "camion"},
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
        "ages_against_headcount",
        {"headcount": 40.0, "staff": 12.0},
    )
    (question,) = asked(wave(marked=[mark]))
    assert question.text.startswith(
        "Effectif de 40 alors que les âges de la feuille Emplois font 12 personnes. "
        "Si ce que vous avez écrit est juste, répondez «\u00a0confirmé\u00a0»"
    )


def test_doubtful_readings_of_one_cell_make_one_question():
    doubts = [
        (FILE, "Flux", 3, "Quantité", "env. 30", "30 [24 ; 36.5]", "about"),
        (FILE, "Flux", 3, "Unité", "palettes", "", "unit_converted",
         {"unit": "palette", "family": "bois", "tonnes": 0.024, "low": 0.012, "high": 0.03,
          "source": "source, année"}),
        (FILE, "Flux", 3, "Désignation", "palettes ", "Palettes", "word_normalised"),
    ]  # fmt: skip
    (question,) = asked(wave(corrected=doubts), "E20")
    assert "Nous avons lu 30 (entre 24 et 36,5), valeur approchée lue à 20\u00a0% près" in question.text
    assert "1 palette (bois) = 0,024\u00a0t (0,012 à 0,03), soit 12,5\u00a0t par an. Rien à" in question.text
    assert "source" not in question.text


def test_blank_cell_that_matters_is_asked_and_any_other_is_not():
    blank = ["E19", "sortant", "", "", 12.5, "t", "an", ""]
    incoming = ["E19", "entrant", "Cartons", "", 12.5, "t", "an", ""]
    questions = asked(wave(flows=[blank, incoming]))
    assert [(q.row, q.column) for q in questions] == [(2, "Code déchet"), (2, "Exutoire actuel")]


def test_a_firm_that_tells_of_no_outflow_is_asked_whether_it_has_none():
    headers, site = [*SITE_HEADERS, "Aucun déchet"], [*SITE, None]
    bought = ["E19", "entrant", *CARTONS[2:]]

    def asked(*flows: list, tick: str | None = None) -> list[str]:
        cleaned = wave(sites=[[*SITE, tick]], flows=list(flows))
        cleaned.sheets[FILE, "Entreprise"] = [headers, [*site[:-1], tick]]
        questions = by_site(cleaned)["E19"].questions if "E19" in by_site(cleaned) else []
        return [question.text for question in questions if question.column == "Aucun déchet"]

    (text,) = asked()
    assert "n'en avez-vous aucun de toute l'année" in text
    assert len(asked(bought)) == 1  # what comes in is no waste
    assert asked(CARTONS) == [] and asked(tick="yes") == []


def test_a_missing_code_is_suggested_from_the_designation_and_not_filled_in():
    rows = [["E19", "sortant", text, "", 12.5, "t", "an", "recyclage"] for text in ("Cartons", "zzzz", "")]
    cleaned = wave(flows=rows)
    *others, first = asked(cleaned)  # two lines weigh more than one
    assert "peut-être 15\u00a001\u00a001 (emballages papier-carton) ou" in first.asked
    assert "à confirmer" in first.asked and first.proposal == "15\u00a001\u00a001"
    ((other, *more),) = [question.lines for question in others]
    assert len(more) == 1 and "peut-être" not in other.asked and not other.proposal
    assert cleaned.tables["flows"]["waste_code"].isna().all()


def test_a_refused_code_and_a_missing_family_are_suggested_too():
    headers = [*FLOW_HEADERS, "Catégorie"]
    rows = [
        ["E19", "sortant", "Cartons d'emballage", "999999", 12.5, "t", "an", "recyclage", "carton"],
        ["E19", "sortant", "Films et housses plastiques", "150102", 2.5, "t", "an", "recyclage", ""],
    ]
    cleaned = wave(
        flows=rows,
        refused=[
            (FILE, "Flux", 2, "Code déchet", "999999", "cell_unknown_waste_code"),
            (FILE, "Flux", 3, "Catégorie", "", "cell_missing_value"),
        ],
    )
    cleaned.sheets[FILE, "Flux"] = [headers, *rows]
    by_column = {question.column: question for question in asked(cleaned)}
    code, family = by_column["Code déchet"], by_column["Catégorie"]
    assert "peut-être 15\u00a001\u00a001 (emballages papier-carton) ou" in code.asked
    assert code.proposal == "15\u00a001\u00a001"
    assert "peut-être plastique\u00a0: à confirmer" in family.asked and family.proposal == "plastique"


@pytest.mark.parametrize(
    ("text", "family", "code"),
    [
        ("Huiles usées", None, "13\u00a002\u00a005"),
        ("Huiles usées", "chemical", "13\u00a002\u00a005"),
        ("Huiles usées", "metal", ""),
        ("Huiles usées", "mixed", "13\u00a002\u00a005"),
        ("Lames de scie usées", "metal", "12\u00a001\u00a001"),
        ("Cartons", "paper", "15\u00a001\u00a001"),
    ],
)
def test_a_likely_code_is_of_the_family_that_is_declared(text, family, code):
    ((likely, named),) = phrases.hints("waste_code", [text], [family], [None])
    assert likely == code and named.startswith(code) and bool(named) == bool(code)


@pytest.mark.parametrize(
    ("text", "family", "naf", "codes"),
    [
        # Chapter 19 is of who treats waste, and named by nobody else.
        ("Palettes cassées", "wood", "5210B", "150103 200138"),
        ("Palettes cassées", "wood", None, "150103 200138"),
        ("Palettes cassées", "wood", "3832Z", "150103 200138 191207"),
        ("Flacons et pots vides", "glass", "2042Z", "150107 200102"),
        ("Big bags de fillers", "mineral", "2363Z", ""),
        ("Big bags percés", "plastic", "5224A", "150102 200139"),
        ("Sachets surgelés, encore bons", "food", "1039A", "020304"),
        # A branch has its own codes: a printer's cuttings are no reject of a paper mill.
        ("Rognes de massicot", "paper", "1812Z", "200101"),
        ("Rognes de massicot", "paper", "1712Z", "030308 200101"),
        ("Mandrins", "cardboard", "2222Z", "150101 200101"),
        ("Saumures", "chemical", "1020Z", ""), ("Saumures", "chemical", "1039A", "020302"),
        ("Adjuvants périmés", "chemical", "2363Z", ""),
        ("Fonds de cuve de crèmes", "chemical", "2042Z", ""),
        ("Fonds de cuve", "chemical", "1920Z", "160708 160709"),
        ("Lames de laryngoscope", "metal", "8610Z", "200140"),
        ("Faisceaux tubulaires", "metal", "1920Z", "170405"),
        # What is of no one family is told by a text that is sure, and by no other.
        ("Avaries et casse clients", "mixed", "5210B", ""),
        # The lexicon has the term of the trade, which names the scrap of who processes plastics.
        ("Purges multicouches", "plastic", "2222Z", "070213 120105"),
        ("Emballages multicouches", "plastic", "2222Z", "150105"),
        ("Tenues réformées", "textile", "8610Z", "200110"),
    ],
)  # fmt: skip
def test_a_likely_code_is_of_the_family_and_of_the_trade(text, family, naf, codes):
    ((_, named),) = phrases.hints("waste_code", [text], [family], [naf])
    spaced = [f"{code[:2]}{NBSP}{code[2:4]}{NBSP}{code[4:]}" for code in codes.split()]
    proposed = [one[: len(f"15{NBSP}01{NBSP}01")] for one in named.split(" ou ") if named]
    assert proposed[: len(spaced)] == spaced and bool(proposed) == bool(spaced)
    assert naf == "3832Z" or not any(one.startswith("19") for one in proposed)


def test_one_question_of_several_lines_is_answered_once_or_line_by_line(study):
    """Cleaned, asked, answered in words, cleaned again: what « oui » takes is what the fiche proposed."""
    names = ["Cartons", "Palettes", "zzzz"]
    flows = [[*FLOW_HEADERS, "Catégorie", "Origine de la donnée"]]
    flows += [
        ["E19", "sortant", name, "", 12.0 + i, "t", "an", "", "bois" if i else "carton", "pesée"]
        for i, name in enumerate(names)
    ]
    workbook(study.raw / FILE, {"Entreprise": [SITE_HEADERS, [*SITE[:2], None, *SITE[3:]]], "Flux": flows})
    write_sheets(study, cleaning()(study))
    path = study.processed / "relances" / "E19_relance.xlsx"
    book = openpyxl.load_workbook(path)
    rows = {(row[3].value, str(row[2].value)): row for row in book["Relance"].iter_rows(min_row=2)}
    assert ("Exutoire actuel", "2, 3, 4") in rows and ("Code déchet", "2, 3") in rows
    codes = rows["Code déchet", "2, 3"]
    assert codes[5].value == f"2{NBSP}: 15{NBSP}01{NBSP}01{NBSP}; 3{NBSP}: 15{NBSP}01{NBSP}03"
    codes[-1].value = "Oui, comme proposé"
    rows["Exutoire actuel", "2, 3, 4"][-1].value = "2 : recyclage ; 3 = réemploi"
    rows["Code déchet", "4"][-1].value = "non"
    book.save(study.raw / "rendu.xlsx")
    after = cleaning()(study)
    found = after.tables["flows"].set_index("description")
    assert found["waste_code"].fillna("").to_dict() == {"Cartons": "150101", "Palettes": "150103", "zzzz": ""}
    assert found["route"].fillna("").tolist() == ["recycling", "reuse", ""]
    (left,) = [q for fiche in fiches(after) for q in fiche.questions if q.column == "Exutoire actuel"]
    assert left.rows == "4"
    assert [q.column for fiche in fiches(after) for q in fiche.questions if q.kind == "refused"] == [
        "Code déchet"  # « non » to an open question is no answer, and is said
    ]


def test_a_firm_gets_fifteen_questions_and_nothing_is_lost(study):
    flows = [["E19", "sortant", f"Flux {n}", "150101", "beaucoup", "t", "an", "x"] for n in range(30)]
    flows[20][4] = 900.0
    refused = [(FILE, "Flux", n + 2, "Quantité", "beaucoup", "not_a_number") for n in range(30) if n != 20]
    cost = (FILE, "Flux", 22, "Exutoire actuel", "x", "cell_unknown_value", {"allowed": "y"})
    cleaned = wave(sites=[SITE], flows=flows, refused=[*refused, cost])
    cleaned.mass = 900.0
    fiche = by_site(cleaned)["E19"]
    assert len(fiche.questions) == 15 and len(fiche.later) == 15
    assert fiche.headline.endswith(f"15{NBSP}autres, qui comptent moins, viendront la prochaine fois.")
    html = html_page(NO_STUDY, fiche).decode()
    assert "viendront la prochaine fois" in html
    write_sheets(study, cleaned)
    listed = pd.read_csv(study.processed / "relances" / "questions.csv", sep=";", decimal=",", dtype=str)
    assert len(listed) == 30 and listed["file"].notna().sum() == 15
    assert not fiche.aside  # none is said to be asked nothing of


def test_a_fiche_says_in_short_how_many_things_it_asks_and_about_what(study):
    several = "Registre\u00a0: le tenez-vous\u00a0? tri\u00a0: le faites-vous\u00a0?"
    rows = [
        ("E19_relance", "law", several, "registre\u00a0; tri"),
        ("E19_relance", "missing", "Choisissez\u00a0: oui, non.", "SIRET"),
        ("E19_relance", "doubtful", "Nous avons lu 2. Est-ce juste\u00a0?", "Quantité"),
        ("", "law", "Plus tard\u00a0?", "loi"),  # of a next fiche
    ]
    posed = pd.DataFrame(rows, columns=["file", "kind", "question", "about"]).assign(site_id="E19")
    (said,) = in_short(posed).to_dict("records")
    assert (said["n_points"], said["n_asked"]) == (2, 3)
    assert said["subjects"] == "registre\u00a0; tri\u00a0; SIRET"
    assert in_short(posed.head(0)).empty
    write_sheets(study, wave(sites=[SITE], flows=[[*CARTONS[:3], "", *CARTONS[4:]]]))
    assert [*put(study)] == LISTED and put(study)["about"].tolist() == ["code déchet"]


def test_what_weighs_most_is_asked_first():
    heavy, light = [*CARTONS[:3], "", *CARTONS[4:]], [*CARTONS[:3], "", *CARTONS[4:7], ""]
    cleaned = wave(sites=[SITE], flows=[light, heavy])
    masses = {2: 1.0, 3: 500.0}
    flows = cleaned.tables["flows"]
    flows["mass_t_per_year"] = flows["source_row"].map(masses)
    built = type("Built", (), {name: getattr(cleaned, name) for name in (
        "quarantine", "implausible", "corrections", "manifest", "row_sites", "unread_flows", "grids",
        "applied",
    )})  # fmt: skip
    built.tables = cleaned.tables | {"flows": flows}
    (fiche,) = fiches(built)
    assert [(q.rows, q.column) for q in fiche.questions] == [
        ("2, 3", "Code déchet"),
        ("2", "Exutoire actuel"),
    ]
    assert [q.stake_t_per_year for q in fiche.questions] == [250.5, 0.5]


def test_who_wrote_nc_has_answered():
    blank = ["E19", "sortant", "Cartons", "NC", 12.5, "t", "an", "recyclage"]
    cleaned = wave(flows=[blank], corrected=[(FILE, "Flux", 2, "Code déchet", "NC", "", "missing_word")])
    cleaned.sheets[FILE, "Flux"][1] = [*blank[:3], "", *blank[4:]]
    assert not asked(cleaned)


@pytest.mark.parametrize("rule", ["answered_by_firm", "confirmed_by_firm"])
def test_answered_cell_is_not_asked_again(rule):
    answered = (FILE, "Flux", 2, "Quantité", "12.5", "12.5", rule)
    doubt = (FILE, "Flux", 2, "Quantité", "1.200", "1200", "point_read_as_thousands")
    missing = (FILE, "Flux", 2, "Quantité", "NC", "missing_mass")
    assert asked(wave(corrected=[doubt])) and not asked(wave(corrected=[doubt, answered]))
    assert asked(wave(refused=[missing])) and not asked(wave(refused=[missing], corrected=[answered]))


def test_answer_that_cannot_be_used_is_asked_again():
    answered = (FILE, "Flux", 2, "Quantité", "?", "plein", "answered_by_firm")
    refused = (FILE, "Flux", 2, "Quantité", "plein", "not_a_number")
    assert len(asked(wave(refused=[refused], corrected=[answered]))) == 1


def test_column_that_the_sheet_lacks_is_asked_once_for_the_file():
    cleaned = wave(flows=[CARTONS, [*CARTONS[:2], "Films", *CARTONS[3:]]])
    cleaned.sheets[FILE, "Flux"] = [row[:7] for row in cleaned.sheets[FILE, "Flux"]]
    (question,) = asked(cleaned)
    assert (question.row, question.column, question.letter) == (0, "Exutoire actuel", "")
    assert question.place == "Flux, colonne Exutoire actuel"
    assert "n'existe pas dans votre feuille" in question.text
    assert "reconnues" not in question.text
    assumed = (FILE, "Flux", 2, "Origine de la donnée", "", "estimée", "evidence_assumed_estimated")
    posed = listed([Fiche("E19", "", 1, [], [], [], asked(wave(corrected=[assumed])), [])])
    assert readings(posed) == (0, 1)  # nothing was read that silence would confirm


def test_headers_that_say_nothing_to_us_are_quoted_beside_a_missing_column_but_not_to_another_firm():
    """A firm that renamed a column is told which of its own were not read; a shared file tells the office."""
    unknown = (FILE, "Flux", 1, "Destination {2}", "Destination {2}", "", "ignored_unknown_column")
    for sites, quoted in (([SITE], True), ([SITE, OTHER], False)):
        cleaned = wave(sites=sites, flows=[CARTONS], corrected=[unknown])
        cleaned.sheets[FILE, "Flux"] = [row[:7] for row in cleaned.sheets[FILE, "Flux"]]
        (question,) = asked(cleaned)
        assert (f"«{NBSP}Destination {{2}}{NBSP}»{NBSP}? Donnez-lui ce nom" in question.text) is quoted


def test_personal_data_of_a_raw_cell_is_not_shown():
    bad = [*CARTONS[:2], "Mme Martin", *CARTONS[3:]]
    refused = (
        FILE,
        "Flux",
        2,
        "Désignation",
        "[donnée personnelle]",
        "cell_personal_data",
    )
    (question,) = asked(wave(flows=[bad], refused=[refused]))
    assert question.read == "[donnée personnelle]" and "Martin" not in question.place + question.text


def test_every_name_that_questions_rest_on_exists():
    known = {name for table in tables.TABLES for name in tables.form(table)}
    assert set(phrases.ASKS) <= known
    for table in tables.TABLES:
        assert {*tables.used_for(table, "asked"), *tables.used_for(table, "names")} <= set(tables.form(table))
        assert len(tables.used_for(table, "names")) == (table != "sites")


def test_every_message_is_french_typography():
    templates = [*phrases.ASKS.values(), *fiche_book.GUIDE_TEXT]
    texts = [*map(phrases.typeset, templates), *phrases.PHRASES.values()]
    texts += [
        text for entry in catalogue().values() for text in (entry.sentence, entry.advice, entry.question)
    ]
    plain = [code for code in codes(severity="check") if not catalogue()[code].fields]
    texts += [phrases.reading(finding(code), "1.5 [1 ; 2.5]") for code in plain]
    texts += [phrases.headline(*counts) for counts in itertools.product((0, 1, 2), repeat=4)]
    texts += [getattr(phrases, name) for name in dir(phrases) if name.isupper() and
              isinstance(getattr(phrases, name), str)]  # fmt: skip
    assert not [text for text in texts if re.search(r"[ ][:;?!»]|«[ ]", text)]


# Whose rows


def test_firm_of_a_shared_file_sees_its_rows_only():
    found = by_site(
        wave(
            refused=[(FILE, "Flux", 3, "Quantité", "30", "negative_value")],
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
    pages = {site: html_page(NO_STUDY, fiche).decode() for site, fiche in found.items()}
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
    )
    found = by_site(wave(flows=[CARTONS, stray], refused=[refused]))
    assert not found["E19"].questions
    (question,) = found[""].questions
    assert "corrigez-le" in question.text


def test_firm_whose_own_row_is_refused_is_asked_about_that_row():
    refused = [
        (FILE, "Entreprise", 2, "Raison sociale", "", "missing_value"),
        (FILE, "Flux", 2, "Identifiant", "E19", "unknown_site"),
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
    cleaned.refused = [(other, "Entreprise", 2, "Identifiant", "E19", "conflicting_site", {"place": "x"})]
    found = by_site(cleaned)
    assert "Secret" not in html_page(NO_STUDY, found["E19"]).decode()
    assert {(q.sheet, q.column) for q in found[""].questions} == {
        ("Entreprise", "Identifiant"),
        ("Flux", "Code déchet"),
    }


def test_unreadable_file_goes_to_the_study_office():
    found = by_site(
        wave(
            refused=[("casse.xlsx", "", None, "", "", "unreadable_file", {"problem": "le fichier est abîmé"})]
        )
    )
    (question,) = found[""].questions
    assert question.place == "casse.xlsx" and question.text == "Le fichier est abîmé."


def test_firm_known_by_the_name_of_its_file_alone_is_asked_for_what_was_not_read():
    found = by_site(
        wave(
            refused=[
                ("E21_casse.xlsx", "", None, "", "", "unreadable_file", {"problem": "le fichier est abîmé"})
            ],
            corrected=[("E22_chiffres.xlsx", "Feuil1", None, "", "", "", "ignored_unknown_sheet")],
            left=["E23_scan.pdf", "Bilan2025_scan.pdf"],
        )
    )
    assert set(found) == {"E19", "E20", "E21", "E22", "E23"}
    for site, place, said in (
        ("E21", "E21_casse.xlsx", "renvoyez-le"),
        ("E22", "E22_chiffres.xlsx", "reportez-les dans la feuille Flux"),
        ("E23", "E23_scan.pdf", "renvoyez-le"),
    ):
        (question,) = found[site].questions
        assert question.file == place and said in question.text


# What is written

NO_STUDY = type("NoStudy", (), {})()
NO_STUDY.wave = "2018"
NO_STUDY.settings = StudyConfig(title="Essai", territory="Vallée", fictional=True)
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
    return wave(flows=[bad], refused=[(FILE, "Flux", 2, "Quantité", HOSTILE, "not_a_number")])


def test_page_is_one_safe_accessible_file():
    html = html_page(NO_STUDY, by_site(hostile())["E19"]).decode()
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
    assert "Rien à demander" in html_page(NO_STUDY, fiche).decode()
    guide = openpyxl.load_workbook(io.BytesIO(fiche_book.workbook(NO_STUDY, fiche)))["Mode d'emploi"]
    assert any("Rien à demander" in str(row[0]) for row in guide.values)


def test_workbook_takes_answers_only():
    book = openpyxl.load_workbook(io.BytesIO(fiche_book.workbook(NO_STUDY, by_site(hostile())["E19"])))
    assert book.sheetnames == ["Relance", "Mode d'emploi"]
    sheet = book["Relance"]
    assert [cell.value for cell in sheet[1]] == list(HEADERS)
    assert sheet.protection.sheet and sheet.protection.password is None
    row = sheet[2]
    assert [cell.protection.locked for cell in row] == [True] * 7 + [False]
    assert [cell.data_type for cell in row] == ["s", "s", "n", "s", "s", "s", "s", "n"]  # no formula
    assert row[4].value == HOSTILE and row[2].value == 2
    assert row[4].number_format == row[-1].number_format == "@"


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
        "E19_relance.html",
        "E19_relance.xlsx",
        "E20_relance.html",
        "E20_relance.xlsx",
        "notes.txt",
        "questions.csv",
    }
    refused = (FILE, "Flux", 3, "Identifiant", "E20", "unknown_site")
    write_sheets(study, wave(sites=[SITE], flows=[CARTONS, ["E20", *CARTONS[1:]]], refused=[refused]))
    assert {path.name for path in folder.iterdir()} == {
        "E19_relance.html", "E19_relance.xlsx", "_bureau_etudes_relance.html",
        "_bureau_etudes_relance.xlsx", "notes.txt", "questions.csv",
    }  # fmt: skip


# Cells as the reader gives them: it has mended the accents that another encoding broke.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40).filter(lambda text: repair(text) == text)


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
@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(TROUBLE)
@example(["\x8aÄªÕ°"])  # repaired by the reader once the control character is gone
def test_law_filled_fiche_finds_its_cells_again(tmp_path, texts):
    """What a fiche quotes of any cell, read back by our own reader, still reads as that cell."""
    refused = [
        (FILE, "Flux", row, "Quantité", text, "not_a_number") for row, text in enumerate(texts, start=2)
    ]
    cleaned = wave(flows=[[*CARTONS[:4], text, *CARTONS[5:]] for text in texts], refused=refused)
    path = tmp_path / "rendu.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(fiche_book.workbook(NO_STUDY, by_site(cleaned)["E19"])))
    for row in book["Relance"].iter_rows(min_row=2):
        row[-1].value = f"{row[2].value},5"
    book.save(path)
    applied = apply(read_answers(read_files([path], tmp_path)), cleaned.grids)
    assert not applied.quarantine
    numbers = [row[4] for row in applied.rows[FILE, "Flux"][1:]]
    assert numbers == [f"{row},5" for row in range(2, len(texts) + 2)]


def test_forty_firms_in_two_seconds(study):
    ids = [f"E{n:02d}" for n in range(1, 41)]
    flows = [[site, "sortant", f"Flux {n}", "", float(n), "t", "an", ""] for site in ids for n in range(15)]
    cleaned = wave(sites=[[site, *SITE[1:]] for site in ids], flows=flows)
    cleaned = Wave(cleaned.sheets)
    built = type("Built", (), {name: getattr(cleaned, name) for name in (
        "tables", "quarantine", "implausible", "corrections", "manifest", "row_sites", "unread_flows",
        "grids", "applied")})  # fmt: skip
    start = time.process_time()
    assert write_sheets(study, built) == 40 * 3  # codes with a likely one and without, outlets
    assert time.process_time() - start < 2


NBSP = "\u00a0"
DAYS = {"days": 250.0, "low": 220.0, "high": 365.0}


def test_real_questions_come_before_readings_and_are_counted_apart():
    doubt = (FILE, "Flux", 2, "Quantité", "1.200", "1200", "point_read_as_thousands")
    blank = [*CARTONS[:3], "", *CARTONS[4:]]
    fiche = by_site(wave(flows=[CARTONS, blank], corrected=[doubt]))["E19"]
    assert [q.row for q in fiche.questions] == [3, 2]
    assert fiche.headline == f"1{NBSP}question, et 1{NBSP}lecture à vérifier." and fiche.asked == 1
    sheet = openpyxl.load_workbook(io.BytesIO(fiche_book.workbook(NO_STUDY, fiche)))["Relance"]
    real, reading = sheet[2], sheet[3]
    assert not real[-2].value.startswith("À vérifier")
    assert reading[-2].value.startswith(f"À vérifier{NBSP}: Flux, ligne{NBSP}2")
    assert real[-1].fill.fgColor.rgb != reading[-1].fill.fgColor.rgb
    assert "répondez" not in fiche.questions[1].text and "Rien à répondre si c'est juste" in reading[-2].value


def test_reading_says_what_it_gives_in_a_year_unless_a_register_gave_it():
    doubt = (FILE, "Flux", 2, "Période", "jour", "250 (220 à 365) par an", "day_read_as_working_day", DAYS)
    (question,) = asked(wave(corrected=[doubt]))
    assert question.text.startswith(
        f"Nous avons compté 250 jours d'ouverture par an (entre 220 et 365), soit 12,5{NBSP}t par an. Rien"
    )
    register = (FILE, "Flux", 2, "Quantité", "12.5", "11", "register_preferred")
    assert "soit" not in asked(wave(corrected=[doubt, register]))[0].text


def test_nothing_is_asked_of_a_flow_of_nothing():
    nothing = ["E19", "sortant", "Métal", "", "néant", "t", "an", ""]
    cleaned = wave(flows=[nothing])
    assumed = (FILE, "Flux", 2, "Origine de la donnée", "", "estimation", "evidence_assumed_estimated")
    cleaned.corrected = [assumed]
    assert asked(cleaned)
    cleaned.mass = 0.0
    assert not asked(cleaned)


def test_sheet_without_headers_makes_one_question_that_the_workbook_answers():
    found = {"column": "Identifiant", "rows": 20}
    refused = [(FILE, "Flux", row, "Identifiant", f"E19 | {row}", "no_header", found) for row in (1, 2, 3)]
    cleaned = wave(sites=[SITE], flows=[], refused=refused)
    del cleaned.sheets[FILE, "Flux"]
    fiche = by_site(cleaned)["E19"]
    (question,) = fiche.questions
    assert (question.place, question.read, question.answerable) == ("Flux", "", False)
    assert "renvoyez le classeur" in question.text
    row = openpyxl.load_workbook(io.BytesIO(fiche_book.workbook(NO_STUDY, fiche)))["Relance"][2]
    assert row[-1].protection.locked
    html = html_page(NO_STUDY, fiche).decode()
    assert 'class="answer"></td>' not in html and "pas de réponse ici" in html


def test_study_office_is_not_told_to_send_anything_to_itself():
    broken = ("casse.xlsx", "", None, "", "", "unreadable_file", {"problem": f"abîmé{NBSP}; demandez-le"})
    office = by_site(wave(refused=[broken]))[""]
    html = html_page(NO_STUDY, office).decode()
    book = openpyxl.load_workbook(io.BytesIO(fiche_book.workbook(NO_STUDY, office)))
    guide = " ".join(str(row[0]) for row in book["Mode d'emploi"].values)
    for text in (html, guide):
        assert "envoyez" not in text and "À renvoyer" not in text and "dossier de la vague" in text
    assert html.count("casse.xlsx") == 1
    assert office.questions[0].text == f"Abîmé{NBSP}; demandez-le."


def test_a_mass_to_confirm_is_in_no_total_until_it_is():
    slip = [
        (FILE, "Flux", 3, "Quantité", "3600000", "ages_against_headcount", {"headcount": 40.0, "staff": 12.0})
    ]
    known = by_site(wave(flows=[CARTONS, CARTONS], marked=slip))["E19"].totals
    assert known[0] == (
        "Flux sortants",
        f"1, soit 12,5{NBSP}t par an{NBSP}; à confirmer, non compté{NBSP}: 1",
    )
    assert by_site(wave(flows=[CARTONS, CARTONS]))["E19"].totals[0] == (
        "Flux sortants",
        f"2, soit 25{NBSP}t par an",
    )


def test_the_stake_of_a_question_is_written_to_the_kilogram():
    asked = Question("E19", "law", FILE, "Flux", 2, "Commentaire", "", "?", stake_t_per_year=0.1 * 46)
    fiche = Fiche("E19", "", 1, [], [], [], [asked], [])
    assert listed([fiche])["stake_t_per_year"].tolist() == [4.6]


def test_fiche_is_sent_back_somewhere_before_some_day():
    fiche = by_site(hostile())["E19"]
    assert "À renvoyer à" in html_page(NO_STUDY, fiche).decode()
    guide = openpyxl.load_workbook(io.BytesIO(fiche_book.workbook(NO_STUDY, fiche)))["Mode d'emploi"]
    assert guide["A3"].value.startswith("À renvoyer à") and guide["A4"].value == "Au plus tard le"
    assert not guide["B3"].protection.locked and not guide["B4"].protection.locked
    page = PageSettings(contact="Ana, 01 99 00 12 34")
    said = {"page": page, "campaign": Campaign(deadline=dt.date(2026, 6, 30))}
    study = type("Study", (), {"wave": "2018", "settings": NO_STUDY.settings.model_copy(update=said)})
    guide = openpyxl.load_workbook(io.BytesIO(fiche_book.workbook(study, fiche)))["Mode d'emploi"]
    assert [guide["B3"].value, guide["B4"].value] == ["Ana, 01 99 00 12 34", "30/06/2026"]
    assert "Ana, 01 99 00 12 34" in html_page(study, fiche).decode()


@pytest.mark.parametrize(("territory", "shown"), [("Vallée", True), ("à compléter", False)])
def test_territory_is_named_once_known(territory, shown):
    settings = StudyConfig(title="Essai", territory=territory)
    study = type("Study", (), {"wave": "2018", "settings": settings})
    fiche = by_site(wave())["E19"]
    assert (territory in html_page(study, fiche).decode()) is shown
    book = openpyxl.load_workbook(io.BytesIO(fiche_book.workbook(study, fiche)))
    assert (territory in str(list(book["Mode d'emploi"].values))) is shown


def test_what_stays_aside_is_named_where_nothing_is_asked():
    refused = [(FILE, "Flux", row, "Quantité", "NC", "missing_mass") for row in (2, 3)]
    confirmed = [(FILE, "Flux", row, "Quantité", "NC", "NC", "confirmed_by_firm") for row in (2, 3)]
    fiche = by_site(wave(flows=[CARTONS, CARTONS], refused=refused, corrected=confirmed))["E19"]
    assert not fiche.questions
    assert fiche.aside == [f"Flux, lignes{NBSP}2, 3{NBSP}: sans quantité, ce flux n'est pas compté."]
    html = html_page(NO_STUDY, fiche).decode()
    assert "tout a été lu" not in html and "Ce qui reste de côté" in html
    (line,) = fiche.corrections
    assert (line.rule, line.raw, line.clean, line.count) == (
        "absence confirmée par votre réponse", "NC", "", 2
    )  # fmt: skip


def test_row_that_is_asked_about_is_not_said_to_stay_aside():
    refused = (FILE, "Flux", 2, "Quantité", "beaucoup", "not_a_number")
    fiche = by_site(wave(flows=[CARTONS], refused=[refused]))["E19"]
    assert fiche.questions and not fiche.aside


def test_corrections_are_told_in_french_writing():
    corrected = [
        (FILE, "Flux", 2, "Quantité", "12.5", "4500", "unit_from_quantity"),
        (FILE, "Flux", 2, "Quantité", "x", "4500.25 [3600 ; 5400]", "plus_minus"),
        (FILE, "Flux", 2, "Code déchet", "15 01 01", "150101", "code_normalised"),
    ]
    found = [(c.raw, c.clean) for c in by_site(wave(corrected=corrected))["E19"].corrections]
    assert ("12,5", f"4{NBSP}500") in found and ("15 01 01", "150101") in found
    assert ("x", f"4{NBSP}500,25 (entre 3{NBSP}600 et 5{NBSP}400)") in found


def test_personal_data_is_not_said_to_be_what_they_wrote():
    bad = [*CARTONS[:4], "Mme Martin, 06 12 34 56 78", *CARTONS[5:]]
    refused = (FILE, "Flux", 2, "Quantité", "[donnée personnelle]", "not_a_number")
    fiche = by_site(wave(flows=[bad], refused=[refused]))["E19"]
    assert fiche.questions[0].text.startswith(
        "Cette case contenait une donnée personnelle, que nous n'avons pas gardée. Ce n'est pas un nombre. "
    )
    assert "[donnée" not in html_page(NO_STUDY, fiche).decode()


def marked(found: Finding, column: str = "Quantité", raw: str = "12,5 t/an") -> str:
    """What the firm is told of one mark."""
    (question,) = asked(wave(marked=[(FILE, "Flux", 2, column, raw, found.code, dict(found.fields))]))
    return question.text


def test_slip_is_put_as_a_plain_question():
    staff = pd.DataFrame({"headcount": 10.0, "naf_code": "2229A"}, index=[f"E{n}" for n in range(8)])
    flows = pd.DataFrame({
        "site_id": staff.index, "direction": "out", "category": "cardboard", "waste_code": "150101",
        "mass_t_per_year": [85_000.0, *[80.0 + n for n in range(7)]],
        "source_file": FILE, "source_sheet": "Flux", "source_row": 2,
    })  # fmt: skip
    (slip,) = unit_errors.mass_unit_errors(flows, staff).itertuples()
    assert marked(slip.finding).startswith(
        f"85{NBSP}000{NBSP}t par an{NBSP}: ne serait-ce pas 85{NBSP}t{NBSP}? "
        f"Répondez «{NBSP}oui{NBSP}» (85{NBSP}t/an), «{NBSP}non"
    )
    flows.loc[0, "mass_t_per_year"] = 0.085
    (slip,) = unit_errors.mass_unit_errors(flows, staff).itertuples()
    assert f"pas 85{NBSP}t{NBSP}? Répondez" in marked(slip.finding)


def test_firm_reads_no_source_of_a_threshold():
    sites = pd.DataFrame({"site_id": ["E19"], "naf_code": ["4711F"], "headcount": [2.0]}).set_index("site_id")
    flows = pd.DataFrame({
        "site_id": ["E19"], "direction": "out", "mass_t_per_year": [50_000.0], "evidence": "estimated",
        "source_file": FILE, "source_sheet": "Flux", "source_row": 2,
    })  # fmt: skip
    (mark,) = tonnes_per_employee(flows, sites).itertuples()
    assert "Eurostat" in mark.message
    text = marked(mark.finding)
    assert text.startswith(
        f"Tous vos flux sortants réunis font 25{NBSP}000{NBSP}t par salarié et par an, c'est"
    )
    assert "Eurostat" not in text and "hypothèse" not in text and "NAF" not in text
    assert "Répondez" not in text  # 25 t a head are not those of a shop either
    flows["mass_t_per_year"] = 1_000.0
    (mark,) = tonnes_per_employee(flows, sites).itertuples()
    assert "(0,0125" in marked(mark.finding)  # of the 12.5 t of its row


def test_code_of_another_material_is_named():
    flows = pd.DataFrame({
        "waste_code": ["150102"], "category": ["cardboard"],
        "source_file": FILE, "source_sheet": "Flux", "source_row": 2,
    })  # fmt: skip
    (_, marks) = plausibility.code_conflicts(flows)
    text = marked(marks["finding"].item(), "Code déchet", "150102")
    assert text.startswith(f"Le code 150102 désigne «{NBSP}emballages plastiques{NBSP}», alors que ce flux")


def test_ages_are_told_without_the_rows_set_aside():
    mark = (FILE, "Entreprise", 2, "Effectif", "40", "ages_against_headcount",
            {"headcount": 40.0, "staff": 12.0})  # fmt: skip
    cleaned = wave(marked=[mark], refused=[(FILE, "Emplois", 2, "Effectif", "?", "not_a_number")])
    cleaned.sheets[FILE, "Emplois"] = [["Identifiant", "Effectif"], ["E19", "?"]]
    told = [q.text for q in asked(cleaned) if q.sheet == "Entreprise"]
    assert told[0].startswith(
        "Effectif de 40 alors que les âges de la feuille Emplois font 12 personnes, sans compter "
        f"1{NBSP}ligne mise de côté. Si ce que vous"
    )


def test_mark_that_names_another_firm_goes_to_the_study_office():
    mark = (FILE, "Entreprise", 2, "SIRET", "0", "same_siret", {"names": "E20"})
    found = by_site(wave(marked=[mark]))
    assert not found["E19"].questions and "E20" in found[""].questions[0].text


def test_answer_that_could_not_be_used_is_asked_again_with_why():
    cell = (FILE, "Flux", 2, "Période")
    doubt = (*cell, "jour", "250 (220 à 365) par an", "day_read_as_working_day", DAYS)
    kept = (
        "r.xlsx", "Relance", 2, "Réponse", "300 jours", "answer_unreadable", {"problem": "x"}
    )  # fmt: skip
    cleaned = wave(corrected=[doubt], refused=[kept])
    cleaned.applied = Applied(unread={cell: ("300 jours", finding("unknown_value", allowed="x"))})
    (question,) = asked(cleaned)
    assert question.text.startswith(
        f"Votre réponse «{NBSP}300 jours{NBSP}» n'a pas pu être reportée{NBSP}: ce mot n'est pas dans la "
        f"liste. Choisissez{NBSP}: an, mois, semaine, jour"
    )
    assert question.kind == "refused" and "" not in by_site(cleaned)
    cleaned.applied.removed.add(cell[:3])
    assert asked(cleaned)[0].kind == "doubtful"


# Rounds


@pytest.mark.parametrize(("gone", "turns"), [(False, {"E19": 3, "E20": 2}), (True, {"E19": 3, "E20": 2})])
def test_fiche_is_named_after_the_answer_files_that_speak_of_its_firm(gone, turns):
    cleaned = wave()
    cleaned.applied = Applied(named={
        "a.xlsx": {(FILE, "Flux", 2), (FILE, "Entreprise", 2)},
        "b.xlsx": {(FILE, "Flux", 2), (FILE, "Flux", 3)},
    })  # fmt: skip
    if gone:  # a row that its firm withdrew is nobody's
        cleaned.without = {(FILE, "Flux", 3)}
    assert {fiche.site: fiche.turn for fiche in fiches(cleaned)} == turns
    assert [fiche.file for fiche in fiches(cleaned)] == ["E19_relance3", "E20_relance2"]


def test_second_round_never_takes_the_place_of_the_first(study):
    """Each fiche goes back into the folder of the wave under its own name, as the guide lets one do."""
    clean_wave, sent = cleaning(), study.processed / "relances"
    flows = [
        [*FLOW_HEADERS, "Catégorie", "Origine de la donnée"],
        [*CARTONS[:4], 0.3, "t", "jour", "recyclage", "carton", "pesée"],
        ["E19", "sortant", "Bois", "150103", "beaucoup", "t", "an", "réemploi", "bois", "pesée"],
    ]
    workbook(study.raw / FILE, {"Entreprise": [SITE_HEADERS, [*SITE[:2], None, *SITE[3:]]], "Flux": flows})
    rounds = [
        {(2, "Période"): "300 jours", (2, "SIRET"): "NC"},  # the first is unreadable
        {(2, "Période"): "confirmé", (3, "Quantité"): "12,5"},
    ]
    for number, given_answers in enumerate(rounds, start=1):
        write_sheets(study, clean_wave(study))
        name = f"E19_relance{number if number > 1 else ''}.xlsx"
        assert {path.name for path in sent.glob("E19*.xlsx")} == {name}
        book = openpyxl.load_workbook(sent / name)
        for row in book["Relance"].iter_rows(min_row=2):
            row[-1].value = given_answers.pop((row[2].value, row[3].value), None)
        assert not given_answers
        book.save(study.raw / name)
    cleaned = clean_wave(study)
    assert [q.text for fiche in fiches(cleaned) for q in fiche.questions] == []
    assert write_sheets(study, cleaned) == 0
    assert cleaned.tables["flows"]["mass_t_per_year"].tolist() == pytest.approx([75.0, 12.5])
    assert {path.name for path in sent.iterdir()} == {
        "E19_relance3.html", "E19_relance3.xlsx", "questions.csv"
    }  # fmt: skip
    assert list(cleaned.quarantine["reason_code"]) == ["answer_unreadable"]


# A whole run: clean, fill the fiche, put it into the wave, clean again


def cleaning():
    """The cleaning core, once it hands the raw sheets on (its field ``grids``)."""
    try:
        from eit_analysis.intake.cleaning.wave import Cleaned, clean_wave
    except ImportError:
        pytest.skip("le nettoyage n'est pas encore prêt")
    if "grids" not in {spec.name for spec in fields(Cleaned)}:
        pytest.skip("le nettoyage ne transmet pas encore les feuilles brutes")
    return clean_wave


@pytest.mark.parametrize("name", ["E19_rendu.xlsx", "00 retour.xlsx"])
def test_whole_run_answers_fill_the_tables_and_are_not_asked_again(study, name):
    clean_wave = cleaning()
    flows = [
        ["Identifiant", "Sens", "Catégorie", "Désignation", "Code déchet", "Quantité", "Unité", "Période",
         "Origine de la donnée", "Exutoire actuel"],
        ["E19", "sortant", "carton", "Cartons", "150101", "beaucoup", "t", "an", "pesée", "recyclage"],
        ["E19", "sortant", "bois", "Palettes", "150103", 30, "palettes", "an", "pesée", "réemploi"],
        ["E19", "sortant", "papier", "Papiers", None, "1,200", "kg", "an", "pesée", "recyclage"],
        ["E19", "sortant", "verre", "Verre", "150107", 3, "camion", "an", "pesée", "recyclage"],
        ["E19", "sortant", "métal", "Doublon", "150104", "env. 2", "t", "an", "pesée", "recyclage"],
    ]  # fmt: skip
    sites = [SITE_HEADERS, ["E19", "Supérette", None, "4711F", "Thann", 40, "agrégée"]]
    workbook(study.raw / FILE, {"Entreprise": sites, "Flux": flows})
    before = clean_wave(study)
    write_sheets(study, before)
    book = openpyxl.load_workbook(study.processed / "relances" / "E19_relance.xlsx")
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
            row[-1].value, filled = answer, filled + 1
    assert filled == len(given_answers)
    book.save(study.raw / name)
    after = clean_wave(study)
    mass = dict(
        zip(after.tables["flows"]["description"], after.tables["flows"]["mass_t_per_year"], strict=True)
    )
    assert mass == pytest.approx({"Cartons": 12.5, "Palettes": 0.6, "Papiers": 0.0012, "Verre": 9.0})
    assert after.tables["flows"].set_index("description").loc["Papiers", "waste_code"] == "200101"
    rules = after.corrections["rule"].value_counts()
    assert rules["answer_applied"] == len(given_answers)
    assert rules["confirmed_by_firm"] == 1 and rules["removed_by_firm"] == 1
    assert not len(after.quarantine)
    write_sheets(study, after)
    again = openpyxl.load_workbook(study.processed / "relances" / "E19_relance2.xlsx")["Relance"]
    assert again.max_row == 1, [[cell.value for cell in row] for row in again.iter_rows(min_row=2)]


def test_what_the_law_leaves_unknown_is_asked_in_the_comment_of_the_flow():
    headers = [*FLOW_HEADERS, "Catégorie", "Commentaire"]
    bin_ = ["E19", "sortant", "Tout-venant", "200301", 50.0, "t", "an", "landfill", "mixed", ""]
    sheets = {(FILE, "Entreprise"): [SITE_HEADERS, SITE], (FILE, "Flux"): [headers, bin_]}
    sheets[FILE, "Entreprise"] = [[*SITE_HEADERS, "Type d'acteur"], [*SITE, "firm"]]
    asked = {f.site: f.questions for f in fiches(Wave(sheets), "2018-12-31")}["E19"]
    (question,) = [q for q in asked if q.kind == "law"]
    assert (question.row, question.column) == (2, "Commentaire") and question.answerable
    assert "que contient ce mélange" in question.text.lower() and "vide" not in question.text
    assert not [q for fiche in fiches(Wave(sheets)) for q in fiche.questions if q.kind == "law"]
    answered = (FILE, "Flux", 2, "Commentaire", "", "cartons 20 %", "answered_by_firm")
    again = fiches(Wave(sheets, corrected=[answered]), "2018-12-31")
    assert not [q for fiche in again for q in fiche.questions if q.kind == "law"]


def test_each_question_of_the_law_to_a_whole_firm_has_a_comment_of_its_own():
    headers = [*FLOW_HEADERS, "Catégorie", "Commentaire"]
    rows = [
        ["E19", "sortant", f"Chutes d'acier {n}", "120101", 50.0 - n, "t", "an", "recycling", "metal", ""]
        for n in range(12)
    ]
    sheets = {(FILE, "Flux"): [headers, *rows]}
    sheets[FILE, "Entreprise"] = [[*SITE_HEADERS, "Type d'acteur"], [*SITE, "firm"]]
    asked = {f.site: f.questions for f in fiches(Wave(sheets), "2026-11-30")}["E19"]
    law = [q for q in asked if q.kind == "law"]
    assert len(law) > 2 and len({q.row for q in law}) == len(law)
    assert not any("; " in q.subject for q in law)
