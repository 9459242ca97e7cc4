"""Personal data told apart from what the survey asks for; every person and number here is made up."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import nir

from eit_analysis import tables
from eit_analysis.intake.cells import privacy
from eit_analysis.intake.cells.privacy import is_personal
from eit_analysis.intake.sheets.personal import HEADERS, personal_columns
from eit_analysis.reference.findings import labels

NIR = "2 95 10 99 126 111 93"  # the example of python-stdnum
PEOPLE = ("workforce", "skills", "readiness")


def why(header: str, *cells: object, table: str = "workforce") -> str | None:
    return personal_columns(table, {0: header}, [[cell] for cell in cells]).get(0)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Nom", "personal_name"), ("NOM Prénom", "personal_name"), ("Prénom", "personal_name"),
        ("Nom du salarié", "personal_name"), ("Salarié", "personal_name"), ("Agent(s)", "personal_name"),
        ("Titulaire", "personal_name"), ("Collaborateur", "personal_name"), ("Civilité", "personal_name"),
        ("Nom du répondant", "personal_name"), ("Salariée", "personal_name"),
        ("Date de naissance", "personal_birth_date"), ("Né(e) le", "personal_birth_date"),
        ("Né le", "personal_birth_date"), ("Année de naissance", "personal_birth_date"),
        ("Lieu de naissance", "personal_birth_date"), ("DDN", "personal_birth_date"),
        ("N° sécu", "personal_nir"), ("NIR", "personal_nir"), ("Numéro de sécurité sociale", "personal_nir"),
        ("N° INSEE", "personal_nir"), ("E-mail", "personal_contact"), ("Tél.", "personal_contact"),
        ("Adresse", "personal_contact"), ("Courriel professionnel", "personal_contact"),
        ("Matricule", "personal_identifier"), ("N° de salarié", "personal_identifier"),
        ("Identifiant salarié", "personal_identifier"), ("IBAN", "personal_identifier"),
        ("Nombre de salariés", None), ("Nb agents", None), ("Nom du métier", None), ("Nom du site", None),
        ("Statut du salarié", None), ("Remarque", None), ("Code INSEE", None), ("Mobilité", None), ("", None),
    ],
)  # fmt: skip
def test_by_header(header, reason):
    assert why(header, "x") == reason


@pytest.mark.parametrize("table", PEOPLE)
def test_no_column_of_the_form_is_dropped_whatever_it_holds(table):
    headers = {i: spec["header"] for i, spec in enumerate(tables.form(table).values())}
    assert personal_columns(table, headers, [["Jean Dupont"] * len(headers), [NIR] * len(headers)]) == {}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["x", NIR], "personal_nir"),
        ([295109912611193.0], "personal_nir"),
        (["2951099126111", "1751268224001"], "personal_nir"),  # without keys
        (["jean.dupont@example.fr"], "personal_contact"),
        (["03 89 00 00 00", ""], "personal_contact"),
        ([dt.datetime(1975, 3, 12), dt.date(1990, 1, 2), "12/03/1982", "?"], "personal_birth_date"),
        (["Jean Dupont", "Marie-Claire O'Brien", "MÜLLER Anne", "à recruter"], "personal_name"),
        (["M. Dupont", "x", "y"], "personal_name"),
        ([dt.date(2024, 1, 2), dt.date(2025, 1, 2)], None),
        (["12/03/2024"], None),
        (["CDI", "CDD", "intérim"], None),
        (["Chef d'équipe", "ouvrier qualifié", "Conducteur de ligne"], None),
        ([12.0, 3, 1975.0], None),
        (["73282932000074"], None),  # a SIRET
        ([], None),
    ],
)
def test_by_cells_where_the_header_does_not_say(cells, reason):
    assert why("Colonne libre", *cells) == reason
    assert why("", *cells) == reason


def test_ragged_rows_and_several_columns():
    headers = {0: "Identifiant", 1: "Intitulé", 3: "Matricule"}
    rows = [["E1"], ["E1", "Soudeur", "", "A12", "jean@example.fr"], []]
    assert personal_columns("workforce", headers, rows) == {3: "personal_identifier", 4: "personal_contact"}
    assert personal_columns("workforce", {}, []) == {}


@pytest.mark.parametrize(
    "text",
    [NIR, "NIR 295109912611193", "né le 12/03/1975", "Dupont, née en 1970", "jean.dupont@example.fr",
     "voir Mme Martin",
     "M. Dupont", "03 89 00 00 00", "03.89.00.00.00", "+33 (0)3 89 00 00 00", "0389000000"],
)  # fmt: skip
def test_personal_cells(text):
    assert is_personal(text)


@pytest.mark.parametrize(
    "text",
    ["", "Soudeur (TIG/MIG)", "Responsable de production", "Responsable (Monsieur ou Madame)",
     "15-24", "1 200,5",
     "732 829 320 00074", "73282932000074", "295109912611199", "15 01 01*", "H2913", "0,125", "60 et plus",
     "2024-01-02", "Conduire une ligne @ 200 t/h", "L'idée est née le jour même"],
)  # fmt: skip
def test_cells_of_the_survey(text):
    assert not is_personal(text)


@given(
    st.sampled_from("12"), st.integers(0, 99), st.integers(1, 12), st.integers(1, 95), st.integers(1, 999),
    st.integers(1, 999), st.sampled_from(["", " ", ".", "-"]),
)  # fmt: skip
def test_every_social_security_number_is_seen_however_it_is_spaced(sex, year, month, dep, town, rank, mark):
    body = f"{sex}{year:02d}{month:02d}{dep:02d}{town:03d}{rank:03d}"
    number = body + nir.calc_check_digits(body + "00")
    parts = (number[:1], number[1:3], number[3:5], number[5:7], number[7:10], number[10:13], number[13:])
    assert is_personal(f"salarié {mark.join(parts)}")
    assert why("Divers", "x", "y", mark.join(parts)) == "personal_nir"


@given(st.lists(st.lists(st.one_of(st.text(max_size=20), st.floats(), st.none(), st.dates()), max_size=4)))
def test_odd_sheets_never_fail(rows):
    personal_columns("workforce", {0: "Identifiant", 2: "?"}, rows)


def test_every_reason_has_its_french_label():
    assert {f"dropped_{reason}" for reason in HEADERS.keys() - {"impersonal"}} <= set(labels()["rule"])


@given(st.lists(st.sampled_from([
    "06", "12 34", "56 78 90", "+33 ", "(0)6", "né le 2", "nee en 12", "Mme Du", "M. Tot", "a@b.fr",
    "1 85 05 75 123 456 78", "2A", "NÉ LE 3", "Monsieur X", ".", "-", " ", "x", "7",
]), max_size=8).map("".join))  # fmt: skip
def test_the_quick_look_hides_nothing_that_the_rules_would_find(text):
    rules = (privacy.has_nir, privacy.has_contact, privacy.BORN.search, privacy.ADDRESSED.search)
    assert is_personal(text) == any(rule(text) for rule in rules)
