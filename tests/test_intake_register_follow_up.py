"""What a synergy brings: the columns that joined the register later, read as people type them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from eit_analysis import tables
from eit_analysis.intake.cleaning.wave import Cleaned, clean_wave
from eit_analysis.intake.survey import quality
from eit_analysis.reference.vocabulary import heading
from eit_analysis.study import Study

LATER = tables.used_for("synergy_register", "later")
DATES, WORDS = ("start_date", "end_date"), ("happens_anyway",)
SITES = [
    ["Identifiant", "Raison sociale", "Code INSEE", "Diffusion"],
    ["E01", "Essai", "68334", "nominative"],
]
HEAD = ["Identifiant synergie", "Intitulé", "Type", "Catégorie", "Entreprises", "Statut", "Date du statut",
        "Tonnage réalisé (t/an)", "Pilote"]  # fmt: skip
LEAD = ["SY01", "Essai", "échange", "textile", "E01", "réalisée", "2017-05-04", 3.4, "E01"]
# Each column: cells as a tableur or a hand writes them, each with what it means.
TYPED = {
    "start_date": {"4/5/2017": "2017-05-04", "4 mai 2016": "2016-05-04", "31.1.2018": "2018-01-31", "": None},
    "end_date": {"1er juin 2018": "2018-06-01", "30-06-2018": "2018-06-30", "NC": None, "": None},
    "promised_t_per_year": {"1 200,5": 1200.5, "12 t/an": 12, "env. 10 t": 10, "10-14": 12},
    "realised_uncertainty_percent": {"20 %": 20, "7,5": 7.5, "0,2": 20, "NC": None},
    "promised_eur_per_year": {"1\u202f500 €": 1500, "2 k€": 2000, "-300 €/an": -300, "néant": 0},
    "promised_tco2e_per_year": {"6 tCO2e/an": 6, "-0,5 tCO₂e": -0.5, "5 t CO2e": 5, "": None},
    "promised_insertion_hours_per_year": {"400 h/an": 400, "env. 90 heures": 90, "0": 0, "": None},
    "promised_fte": {"0,5 ETP": 0.5, "-0,1": -0.1, "½": 0.5, "": None},
    "realised_eur_per_year": {"820 €/an": 820, "−350 €": -350, "1 234,50": 1234.5, "": None},
    "realised_tco2e_per_year": {"4,5 tCO2e/an": 4.5, "-0,2 tCO₂e": -0.2, "3 t CO2e": 3, "n.d.": None},
    "insertion_hours_per_year": {"620 h": 620, "1 200 h/an": 1200, "env. 90 heures": 90, "0": 0},
    "realised_fte": {"0,3 ETP": 0.3, "-0,1": -0.1, "½": 0.5, "": None},
    "happens_anyway": {"Aurait eu lieu": "yes", "N’AURAIT PAS EU LIEU": "no", "nsp": "unknown", "": None},
    "coordination_hours": {"95 h": 95, "1 010 heures": 1010, "12,5": 12.5, "": None},
    "public_eur": {"8 000 €": 8000, "8 k€": 8000, "1.500": 1500, "": None},
    "private_eur": {"2 600 €": 2600, "0": 0, "1 800,50 €": 1800.5, "": None},
}  # fmt: skip
# Cells of a row that cannot be used: what the quarantine says.
BAD = {
    "start_date": ("mai 2017", "not_a_date"),
    "end_date": ("30/02/2018", "not_a_date"),
    "promised_t_per_year": ("-3", "negative_value"),
    "realised_uncertainty_percent": ("120 %", "out_of_bounds"),
    "promised_eur_per_year": ("1 500 €/t", "unexpected_unit"),
    "promised_tco2e_per_year": ("beaucoup", "vague_quantity"),
    "promised_insertion_hours_per_year": ("-3", "negative_value"),
    "promised_fte": ("voir annexe", "refers_elsewhere"),
    "realised_eur_per_year": ("#VALEUR!", "excel_error"),
    "realised_tco2e_per_year": ("beaucoup", "vague_quantity"),
    "insertion_hours_per_year": ("3 jours", "unexpected_unit"),
    "realised_fte": ("voir annexe", "refers_elsewhere"),
    "happens_anyway": ("peut-être", "unknown_value"),
    "coordination_hours": ("-12 h", "negative_value"),
    "public_eur": ("04/05/2017", "date_instead_of_number"),
    "private_eur": ("-100 €", "negative_value"),
}


def header(column: str) -> str:
    return tables.header("synergy_register", column)


def workbook(path: Path, register: list[list], name: str = "Synergies") -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in (("Entreprise", SITES), (name, register)):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


def registered(study: Study, rows: list[list], form: str) -> Cleaned:
    if form == "csv":
        for title, lines in (("Entreprise", SITES), ("Synergies", rows)):
            stream = io.StringIO(newline="")
            csv.writer(stream, delimiter=";").writerows(lines)
            # What cp1252 lacks, a tableur writes in UTF-8.
            (study.raw / f"tout_{title}.csv").write_bytes(stream.getvalue().encode("utf-8-sig"))
    else:
        workbook(study.raw / "tout.xlsx", rows)
    return clean_wave(study)


def lines(cells: dict[str, list[object]]) -> list[list]:
    """A register with these cells in its later columns, row by row."""
    rows = zip(*cells.values(), strict=True)
    return [[*HEAD, *map(header, cells)], *([f"SY{n:02d}", *LEAD[1:], *row] for n, row in enumerate(rows))]


def test_they_are_asked_in_this_order_between_the_carrier_and_the_comment():
    form = list(tables.form("synergy_register"))
    assert list(TYPED) == list(BAD) == LATER == form[form.index("carrier") + 1 : form.index("comment")]


def test_a_carrier_called_by_its_name_is_that_site(study):
    """The firm that carries its line was said not to, and partners did not read where the line stands."""
    said = {"SY01": "ESSAI", "SY02": "Communauté de communes", "SY03": "E01", "SY04": ""}
    rows = [[name, *LEAD[1:-1], carrier] for name, carrier in said.items()]
    cleaned = registered(study, [HEAD, *rows], "xlsx")
    carriers = cleaned.tables["synergy_register"]["carrier"]
    assert [None if pd.isna(one) else one for one in carriers] == [
        "E01",
        "Communauté de communes",
        "E01",
        None,
    ]
    told = cleaned.corrections.query("rule == 'carrier_by_name'")
    assert told[["column", "raw_value", "clean_value"]].to_numpy().tolist() == [["Pilote", "ESSAI", "E01"]]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_each_is_read_as_french_writes_it(study, form):
    typed = {column: list(cells) for column, cells in TYPED.items()}
    cleaned = registered(study, lines(typed), form)
    assert cleaned.quarantine.to_dict("records") == []
    register = cleaned.tables["synergy_register"]
    for column, cells in TYPED.items():
        found = [None if pd.isna(value) else value for value in register[column]]
        assert found == list(cells.values()), column


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_bad_cell_is_set_aside_in_one_line_and_its_row_stays(study, form):
    cleaned = registered(study, lines({column: [cell] for column, (cell, _) in BAD.items()}), form)
    told = cleaned.quarantine.set_index("column")
    for column, (cell, reason) in BAD.items():
        line = told.loc[header(column)]
        assert (line["raw_value"], line["reason_code"]) == (cell, f"cell_{reason}")
        assert line["message"] and "\n" not in line["message"]
    assert len(told) == len(BAD)
    (row,) = cleaned.tables["synergy_register"].to_dict("records")
    assert row["realised_t_per_year"] == 3.4 and all(pd.isna(row[column]) for column in LATER)


@pytest.mark.parametrize("name", ["Synergies", "Feuil1"])  # by its name, or by its headers alone
def test_a_register_of_the_older_form_is_read_as_before(study, name):
    workbook(study.raw / "tout.xlsx", [HEAD, LEAD], name)
    cleaned = clean_wave(study)
    assert cleaned.quarantine.empty and cleaned.implausible.empty
    assert set(cleaned.corrections["source_sheet"]) <= {"Entreprise"}  # the name of its commune
    register = cleaned.tables["synergy_register"]
    assert register[LATER].isna().all(axis=None)
    text = {*DATES, *WORDS}
    assert {c: str(register[c].dtype) for c in LATER} == {c: "str" if c in text else "float64" for c in LATER}
    cells = quality.optional_cells({"synergy_register": register}, cleaned.quarantine)
    assert not set(cells["question"]) & set(map(header, LATER)) and cells["filled"].all()


def test_effects_that_end_before_they_begin_are_kept_and_marked(study):
    ends = {"start_date": ["04/05/2018"] * 2, "end_date": ["03/05/2018", "04/05/2018"]}
    cleaned = registered(study, lines(ends), "xlsx")
    assert cleaned.tables["synergy_register"]["end_date"].tolist() == ["2018-05-03", "2018-05-04"]
    (mark,) = cleaned.implausible.to_dict("records")
    assert (mark["source_row"], mark["column"], mark["reason_code"]) == (
        2, "Fin des effets", "end_before_start",
    )  # fmt: skip


def test_a_total_below_the_register_is_no_synergy(study):
    rows = lines({"public_eur": [1500, 2000], "coordination_hours": [10, 20]})
    total = ["Total", *[None] * (len(HEAD) - 1), 3600, 30]
    cleaned = registered(study, [*rows, total], "xlsx")
    assert len(cleaned.tables["synergy_register"]) == 2
    assert cleaned.implausible[["column", "reason_code"]].to_numpy().tolist() == [
        ["Argent public (€)", "stated_total"]
    ]


def test_amounts_are_confidential_and_have_their_unit_when_printed():
    units = {
        "promised_t_per_year": "t/an", "realised_uncertainty_percent": "%", "promised_eur_per_year": "€/an",
        "promised_tco2e_per_year": "tCO₂e/an", "promised_insertion_hours_per_year": "h/an",
        "promised_fte": "ETP",
        "realised_eur_per_year": "€/an", "realised_tco2e_per_year": "tCO₂e/an",
        "insertion_hours_per_year": "h/an", "realised_fte": "ETP", "coordination_hours": "h",
        "public_eur": "€", "private_eur": "€",
    }  # fmt: skip
    assert {column: heading(column).unit for column in LATER if heading(column).unit} == units
    secret = {column for column in LATER if heading(column).sensitivity == "confidential"}
    assert secret == {*units, *WORDS}  # whether it would have happened anyway is its actors' opinion
    assert {heading(column).sensitivity for column in DATES} == {heading("status_date").sensitivity}
    assert heading("happens_anyway").labels == {
        "yes": "aurait eu lieu", "no": "n'aurait pas eu lieu", "unknown": "on ne sait pas",
    }  # fmt: skip
