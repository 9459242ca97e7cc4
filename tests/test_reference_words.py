"""The printed words: each column and each code is named once, so that no row hides another."""

from __future__ import annotations

import re
from datetime import date

import pytest

from eit_analysis import french, reference
from eit_analysis.publishing import wording
from eit_analysis.reference.designation_words import words_of


@pytest.mark.parametrize(
    ("table", "keys"), [("vocabulary", ["name"]), ("labels", ["column", "code"]), ("sentences", ["sentence"])]
)
def test_nothing_is_named_twice(table, keys):
    rows = reference.load(table)
    assert rows.loc[rows.duplicated(keys, keep=False), keys].to_numpy().tolist() == []


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("need_designations", ["words", "other_words"]),
        ("rule_designations", ["words", "other_words", "other_objects", "sifted_words"]),
        ("plastic_forms", ["words"]),
        ("resins", ["words"]),
        ("pallet_formats", ["words"]),
        ("appliance_kinds", ["words"]),
        ("metals", ["words"]),
        ("food_kinds", ["words"]),
    ],
)
def test_words_of_designations_are_written_as_they_are_read(table, columns):
    """« tapis » was in no designation, which is read without its s: no rule ever refused a carpet."""
    words = " ".join(reference.load(table)[columns].fillna("").stack()).split()
    assert [word for word in words if word not in words_of(word.replace("_", " "))] == []


def test_every_sentence_is_said_somewhere():
    """By its name, or by the stem to which the last words of a name are added."""
    package = reference.FOLDER.parent
    files = [*package.rglob("*.py"), *(package.parent / "notebooks").glob("*.ipynb")]
    code = "".join(path.read_text(encoding="utf-8").replace('\\"', '"') for path in files)
    stems = tuple(re.findall(r'f"(\w+_)\{', code))
    names = reference.load("sentences")["sentence"].str.removesuffix("_team")
    assert [name for name in names if f'"{name}"' not in code and not name.startswith(stems)] == []


@pytest.mark.parametrize("table", ["vocabulary", "labels", "factors", "hazards", "training"])
def test_no_line_begins_with_a_mark(table):
    """French puts a space before : ; ? ! % and inside « », which must not break."""
    texts = reference.load(table).select_dtypes("str").stack()
    assert texts[texts.str.contains(r" [:;?!%»]|« ")].tolist() == []


@pytest.mark.parametrize(
    ("column", "header", "unit"),
    [
        ("commune_code", "Commune", ""),
        ("hazardous", "Dangerosité", ""),
        ("criteria_met", "Critères remplis", ""),
        ("t_per_employee", "Tonnes par salarié", "t/salarié/an"),
        ("eurostat_high", "Eurostat, valeur haute", "t/salarié/an"),
        ("z", "Écart normalisé", ""),
    ],
)
def test_headers_say_what_stands_below(column, header, unit):
    assert wording.heading(column)[:2] == (header, unit)


def test_what_is_above_nothing_is_not_printed_as_nothing():
    shares = [
        wording.cell(share, "share_percent", coarse=True) for share in (0.003, 0.04, 0.4, 97.0, 0.0, 1e-13)
    ]
    assert shares == ["0,003", "0,04", "0,4", "97", "0", "0"]


def test_the_first_of_a_month_is_an_ordinal():
    days = [date(2026, 12, 1), date(2026, 12, 11), date(2018, 5, 4), date(2021, 1, 31)]
    said = ["1er décembre 2026", "11 décembre 2026", "4 mai 2018", "31 janvier 2021"]
    assert [wording.in_words(day) for day in days] == said


@pytest.mark.parametrize("table", ["factors", "hazards", "training"])
def test_units_of_printed_parameters_are_french(table):
    units = set(reference.load(table)["unit"])
    assert {unit for unit in units if wording.cell(unit, "unit") == unit} == set()


def test_a_parameter_keeps_the_digits_it_was_published_with():
    assert [wording.cell(v, "central") for v in (1505.0, 0.69, 14.0, 0.0125)] == [
        "1\u00a0505",
        "0,69",
        "14",
        "0,0125",
    ]


def test_spaces_of_french_marks_hold_and_others_do_not():
    told = french.bound("« Oui » : 5 % ; 10 :30 a:b, c ?d")
    assert told == "«\u00a0Oui\u00a0»\u00a0: 5\u00a0%\u00a0; 10 :30 a:b, c ?d"


@pytest.mark.parametrize(
    ("value", "column", "told"),
    [
        (0.0, "people", "0\u00a0personne"),
        (1.0, "people", "1\u00a0personne"),
        (1.4, "people", "1\u00a0personne"),
        (1.6, "people", "2\u00a0personnes"),
        (-1.0, "step_people", "−1\u00a0personne"),
        (-12.0, "step_people", "−12\u00a0personnes"),
        (1.0, "critical_gap", "1\u00a0personne × niveau"),
        (3.0, "critical_gap", "3\u00a0personnes × niveaux"),
        (1.0, "lead_time_months", "1\u00a0mois"),
        (0.5, "jobs", "0,5\u00a0ETP"),
    ],
)
def test_units_agree_with_their_number(value, column, told):
    """French takes the plural from two on."""
    assert wording.measured(value, column) == told


@pytest.mark.parametrize(
    ("value", "decimals", "told"),
    [(32.5, 0, "33"), (37.5, 0, "38"), (1.25, 1, "1,3"), (2.675, 2, "2,68"), (-0.5, 0, "−1"), (0.05, 0, "0")],
)
def test_halves_go_up_as_readers_round(value, decimals, told):
    assert wording.number(value, decimals) == told


def test_an_apostrophe_is_curved_however_a_page_escapes_it():
    """Templates write &#39;, drawings &#x27;."""
    told = [french.typeset(f"Chantier d{mark}insertion") for mark in ("'", "&#39;", "&#x27;")]
    assert set(told) == {"Chantier d\u2019insertion"}
    assert french.typeset("Selon l'") == "Selon l\u2019"  # before an element: l'<em>hypothèse</em>
