"""A wave from files to tables: accounts, quarantine, merging, refusals, and the same bytes on every run."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pandera.errors
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.intake.answers.answer_sheets import HEADERS
from eit_analysis.intake.cells.contract import clean_cell
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cleaning import places, tidy
from eit_analysis.intake.cleaning.wave import clean_wave
from eit_analysis.intake.output import write_files
from eit_analysis.intake.relance.fiches import fiches
from eit_analysis.intake.results import write_cleaned
from eit_analysis.reference import obligations
from eit_analysis.study import Study

SITES = [
    ["Identifiant", "Raison sociale", "Commune", "Code INSEE", "Effectif", "Diffusion"],
    ["E01", "Filature d'essai", "Thann", "68334", 40, "nominative"],
    ["E02", "Scierie d'essai", "VIEUX THANN", None, "env. 25", None],
]
FLOW_HEADERS = ["Identifiant", "Sens", "Catégorie", "Désignation", "Code déchet", "Quantité", "Unité",
                "Période", "Incertitude (%)", "Origine de la donnée", "Mois d'activité"]  # fmt: skip


def flow(site="E01", quantity="10", unit="t", period="an", code="150101", uncertainty=None, evidence="pesée",
         months=None, category="carton", direction="sortant", name="Cartons"):  # fmt: skip
    return [site, direction, category, name, code, quantity, unit, period, uncertainty, evidence, months]


def save(path: Path, sheets: dict[str, list[list]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def clean(study: Study, flows: list[list], sites: list[list] = SITES, **sheets: list[list]):
    save(study.raw / "enquete.xlsx", {"Entreprise": sites, "Flux": flows, **sheets})
    return clean_wave(study)


def one_flow(study: Study, **cells) -> pd.Series:
    return clean(study, [FLOW_HEADERS, flow(**cells)]).tables["flows"].iloc[0]


def check_accounts(cleaned) -> None:
    for entry in cleaned.manifest["inputs"]:
        for sheet in entry["sheets"]:
            parts = [sheet[f"rows_{part}"] for part in ("clean", "quarantined", "merged", "ignored")]
            assert sum(parts) == sheet["rows_read"]
    totals = cleaned.manifest["tables"]
    rules, codes = cleaned.corrections["rule"], cleaned.quarantine["reason_code"]
    rows = cleaned.corrections[rules.str.startswith("ignored_") & rules.str.endswith("_row")]
    assert sum(t["rows_ignored"] for t in totals.values()) == len(rows)
    assert sum(t["rows_merged"] for t in totals.values()) == (rules == "merged_repeated_row").sum()
    row_level = ~codes.str.startswith("cell_") & (codes != "unreadable_file")
    assert sum(t["rows_quarantined"] for t in totals.values()) == row_level.sum()
    for table, frame in cleaned.tables.items():
        assert totals[table]["rows_clean"] == totals[table]["rows_written"] == len(frame)
        assert list(frame.columns) == list(tables.fields(table))


MASSES = [
    ({}, 10, 9.5, 10.5),  # measured: 5 %
    ({"evidence": "déclaration"}, 10, 8, 12),
    ({"evidence": "ratio"}, 10, 0, 20),
    ({"evidence": None}, 10, 5, 15),  # nobody says how it is known: the width of an estimate
    ({"uncertainty": 30}, 10, 7, 13),
    ({"uncertainty": 0.3}, 10, 7, 13),  # cell formatted as a percentage
    ({"quantity": "10-15"}, 12.5, 10, 15),
    ({"quantity": "<5"}, 2.5, 0, 5),
    ({"quantity": "env. 10", "uncertainty": 50}, 10, 5, 15),  # the respondent's own goes first
    ({"quantity": "néant", "unit": None}, 0, 0, 0),
    ({"quantity": 100, "unit": "kg", "period": "mois"}, 1.2, 1.14, 1.26),
    ({"quantity": "100 kg/mois", "unit": None, "period": None}, 1.2, 1.14, 1.26),
    ({"quantity": 1, "unit": "t/semaine", "period": None}, 52, 49.4, 54.6),
    ({"quantity": 10, "period": "trimestre"}, 40, 38, 42),
    ({"quantity": "12,5 t/mois", "unit": None, "period": None}, 150, 142.5, 157.5),
    ({"quantity": 1, "period": "mois", "months": "juin à octobre"}, 5, 4.75, 5.25),
    # A day of opening is known from 220 to 365 days: -12 % and +46 %, beside the 5 % of a weighing.
    ({"quantity": 1, "period": "jour"}, 250, 250 * (1 - 0.13), 250 * (1 + np.hypot(0.05, 0.46))),
]  # fmt: skip


def test_mass_and_interval(study):
    """Each a row of one sheet."""
    rows = [flow(**{"name": f"Cartons {n}", **cells}) for n, (cells, *_) in enumerate(MASSES)]
    table = clean(study, [FLOW_HEADERS, *rows]).tables["flows"]
    got = table[["mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"]].astype(float)
    for (cells, *expected), found in zip(MASSES, got.to_numpy().tolist(), strict=True):
        assert found == pytest.approx(expected), cells


def test_a_volume_is_converted_and_widened(study):
    cleaned = clean(study, [FLOW_HEADERS, flow(quantity=10, unit="m3")])
    row = cleaned.tables["flows"].iloc[0]
    assert row["mass_low_t_per_year"] < 0.9 * row["mass_t_per_year"] < row["mass_high_t_per_year"]
    (sentence,) = cleaned.corrections.loc[cleaned.corrections["rule"] == "unit_converted", "clean_value"]
    assert "t" in sentence


@pytest.mark.parametrize(
    ("name", "unit", "tonnes"),
    [
        ("Grumes de chêne", "m3", 6.5), ("Sciages et avivés", "m³/an", 6.5),
        ("Billes de platane", "m3 plein", 6.5),
        ("Palettes", "m3", 1.0), ("Chutes de sciages", "m3", 1.0), ("Grumes", "stères", 5.0),
        ("Grumes", "t", 10.0),
    ],
)  # fmt: skip
def test_logs_and_sawn_wood_are_measured_in_solid_metres(study, name, unit, tonnes):
    """Ten times what a metre of pallets weighs, not as much: 0.4 to 1.05 t of wood without voids."""
    cleaned = clean(study, [FLOW_HEADERS, flow(name=name, quantity=10, unit=unit, category="bois")])
    row = cleaned.tables["flows"].iloc[0]
    assert row["mass_t_per_year"] == pytest.approx(tonnes)
    solid = tonnes == 6.5
    told = cleaned.corrections.loc[cleaned.corrections["rule"] == "unit_converted", "clean_value"].tolist()
    assert ["m3 plein" in sentence for sentence in told] == [solid] * (unit != "t")
    assert not solid or row["mass_low_t_per_year"] < 4.3 < 10 < row["mass_high_t_per_year"]


@pytest.mark.parametrize(
    ("name", "family", "tonnes"),
    [
        ("Sciures", "bois", 2.5), ("Sciures et copeaux", "bois", 2.5), ("Écorces", "bois", 2.5),
        ("Caisses et sciure", "bois", 1.0), ("Palettes", "bois", 1.0),
        ("Laine de roche", "minéral", 0.6), ("Isolants en laine de verre", "minéral", 0.6),
        ("Gravats", "minéral", 12.0),
    ],
)  # fmt: skip
def test_loose_wood_and_wool_have_a_metre_of_their_own(study, name, family, tonnes):
    """3,600 m3 of sawdust were 360 t, as pallets are, and 160 m3 of stone wool 192 t, as rubble is."""
    cleaned = clean(study, [FLOW_HEADERS, flow(name=name, quantity=10, unit="m3", category=family)])
    assert cleaned.tables["flows"]["mass_t_per_year"].iloc[0] == pytest.approx(tonnes)


@pytest.mark.parametrize(
    ("name", "category", "code", "unit", "tonnes"),
    [
        ("Perméat de lactosérum", "biodéchets", "", "m3", 10.0), ("Petit-lait", "biodéchets", "", "l", 0.01),
        ("Lisier", "biodéchets", "02 01 06", "m3", 10.0), ("Vinasses", "biodéchets", "", "hl", 1.0),
        ("Purge", "biodéchets", "19 07 03", "m3", 10.0), ("Eau de forage", "autre", "", "m3", 10.0),
        ("Huiles alimentaires usagées", "biodéchets", "20 01 25", "l", 0.01),
        ("Fumier", "biodéchets", "02 01 06", "m3", 4.5),
        ("Lactosérum en poudre", "biodéchets", "", "m3", 4.5),
        ("Restes de cuisine", "biodéchets", "20 01 08", "m3", 4.5), ("Lisier", "biodéchets", "", "t", 10.0),
        ("Huiles usagées", "chimique", "13 02 05", "m3", 10.0),
    ],
)  # fmt: skip
def test_a_liquid_weighs_about_what_water_does(study, name, category, code, unit, tonnes):
    """Whatever its family: the density of kitchen waste, 0.45, counted 14,000 m3 of permeate as 6,300 t."""
    cells = {"name": name, "quantity": 10, "unit": unit, "category": category, "code": code or None}
    cleaned = clean(study, [FLOW_HEADERS, flow(**cells)])
    row = cleaned.tables["flows"].iloc[0]
    assert row["mass_t_per_year"] == pytest.approx(tonnes)
    told = cleaned.corrections.loc[cleaned.corrections["rule"] == "unit_converted", "clean_value"].tolist()
    liquid = unit != "t" and tonnes != 4.5 and category != "chimique"
    assert [f"1 {unit} liquide" in sentence.replace("\u00a0", " ") for sentence in told] == [liquid] * (
        unit != "t"
    )


REFUSED = [
    ({"quantity": "NC"}, "missing_mass", "Quantité"),
    ({"quantity": None}, "missing_mass", "Quantité"),
    ({"quantity": -3}, "negative_value", "Quantité"),
    ({"quantity": "#REF!"}, "excel_error", "Quantité"),
    ({"quantity": "> 5"}, "open_interval", "Quantité"),
    ({"unit": "camion"}, "unknown_unit", "Unité"),
    ({"unit": None}, "missing_unit", "Unité"),
    ({"period": None}, "missing_period", "Période"),
    ({"period": "vendanges"}, "unknown_value", "Période"),
    ({"unit": "t/mois"}, "period_conflict", "Période"),
    ({"quantity": "12 kg"}, "unit_conflict", "Quantité"),
    ({"category": "plutonium"}, "unknown_value", "Catégorie"),
    ({"category": None}, "missing_value", "Catégorie"),
    ({"site": "E99"}, "unknown_site", "Identifiant"),
    ({"site": None}, "missing_value", "Identifiant"),
]  # fmt: skip


def test_a_bad_required_cell_quarantines_its_row(study):
    """Each in a row of one sheet."""
    rows = [flow(**{"name": f"Cartons {n}", **cells}) for n, (cells, _, _) in enumerate(REFUSED)]
    cleaned = clean(study, [FLOW_HEADERS, *rows])
    assert cleaned.tables["flows"].empty
    found = cleaned.quarantine[~cleaned.quarantine["reason_code"].str.startswith("cell_")]
    expected = [[code, column, place] for place, (_, code, column) in enumerate(REFUSED, 2)]
    assert found[["reason_code", "column", "source_row"]].values.tolist() == expected
    check_accounts(cleaned)


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"code": "999999"}, "cell_unknown_waste_code", "waste_code"),
        ({"months": "été"}, "cell_not_months", "months"),
        ({"uncertainty": "beaucoup"}, "cell_vague_quantity", None),
        ({"evidence": "on me l'a dit"}, "cell_unknown_value", None),
    ],
)  # fmt: skip
def test_a_bad_optional_cell_only_goes_missing(study, cells, code, column):
    cleaned = clean(study, [FLOW_HEADERS, flow(**cells)])
    (row,) = cleaned.tables["flows"].to_dict("records")
    assert list(cleaned.quarantine["reason_code"]) == [code]
    assert column is None or pd.isna(row[column])
    check_accounts(cleaned)


def test_codes_stay_text_and_zeros_come_back(study):
    sites = [["Identifiant", "Raison sociale", "Code INSEE", "Code postal", "Diffusion"],
             ["E01", "Essai", 1004, 1500, "agrégée"]]  # fmt: skip
    cleaned = clean(study, [FLOW_HEADERS, flow(code=20108), flow(code="15 01 01*")], sites)
    site = cleaned.tables["sites"].iloc[0]
    assert (site["commune_code"], site["postcode"], site["commune_name"]) == (
        "01004",
        "01500",
        "Ambérieu-en-Bugey",
    )
    assert list(cleaned.tables["flows"]["waste_code"]) == ["020108", "150101"]
    assert (cleaned.corrections["rule"] == "leading_zero_restored").sum() == 3


def test_sites_are_located_and_protected_by_default(study):
    first, second = clean(study, [FLOW_HEADERS, flow()]).tables["sites"].to_dict("records")
    assert (second["commune_code"], second["commune_name"], second["consent"]) == (
        "68348",
        "Vieux-Thann",
        "none",
    )
    assert (second["headcount"], first["consent"]) == (25, "named")
    assert first["latitude"] == pytest.approx(47.81, abs=0.05)


def test_header_anywhere_title_blank_total_and_repeated_rows(study):
    flows = [
        ["Enquête 2018"], [],
        ["identifiants ", "SENS", "categorie", "Quantites", "UNITE", "période", "Suivi"],
        ["e01", "Sortants", "Cartons", 10, "tonnes", "Annuel"], [],
        ["E01", "sortant", "carton", 12, "t", "an"], ["E01", "sortant", "carton", 12, "t", "an"],
        [None, "Total", None, 22, "t"], ["TOTAL", None, None, 22],
        ["Identifiant", "Sens", "Catégorie", "Quantité", "Unité", "Période"], ["Merci de vos réponses"],
    ]  # fmt: skip
    cleaned = clean(study, flows)
    assert list(cleaned.tables["flows"]["mass_t_per_year"]) == [10, 12]
    assert list(cleaned.tables["flows"]["flow_id"]) == ["E01-F01", "E01-F02"]
    assert list(cleaned.tables["flows"]["source_row"]) == [4, 6]
    rules = cleaned.corrections.set_index("source_row")["rule"]
    assert rules[7] == "merged_repeated_row"
    assert [rules[row] for row in (1, 2, 5, 8, 9, 10, 11)] == [
        "ignored_title_row", "ignored_blank_row", "ignored_blank_row", "ignored_total_row",
        "ignored_total_row", "ignored_header_row", "ignored_title_row",
    ]  # fmt: skip
    assert "ignored_unknown_column" in set(rules[3])
    check_accounts(cleaned)


@pytest.mark.parametrize(
    ("header", "unit", "period", "mass"),
    [
        ("Quantité (kg)", None, "an", 0.5), ("Quantité en kg/mois", None, None, 6),
        ("Quantité (t/an)", None, None, 500), ("Quantité (kg)", "kg", "an", 0.5),
        ("QUANTITES (Tonnes)", None, "mois", 6000), ("Quantité (kg)", "t", "an", None),
        ("Quantité (t/an)", None, "mois", None),
    ],
)  # fmt: skip
def test_the_unit_of_a_header_counts_unless_the_row_says_otherwise(study, header, unit, period, mass):
    headers = [header if name == "Quantité" else name for name in FLOW_HEADERS]
    cleaned = clean(study, [headers, flow(quantity=500, unit=unit, period=period)])
    masses = cleaned.tables["flows"]["mass_t_per_year"].tolist()
    assert masses == ([] if mass is None else [pytest.approx(mass)])
    assert list(cleaned.quarantine["reason_code"]) == (["unit_conflict"] if mass is None else [])
    assert mass is None or unit or "unit_from_header" in set(cleaned.corrections["rule"])


@pytest.mark.parametrize(
    ("written", "mass"), [("0,4 t", 0.4), ("0,4 t/mois", 4.8), ("400 kg", None), ("0,4 tonnes", 0.4)]
)
def test_a_header_gives_the_period_that_is_not_beside_the_number(study, written, mass):
    headers = ["Quantité (t/an)" if name == "Quantité" else name for name in FLOW_HEADERS]
    cleaned = clean(study, [headers, flow(quantity=written, unit=None, period=None)])
    masses = cleaned.tables["flows"]["mass_t_per_year"].tolist()
    assert masses == ([] if mass is None else [pytest.approx(mass)])
    assert list(cleaned.quarantine["reason_code"]) == (["missing_period"] if mass is None else [])


def test_a_cost_that_is_not_per_tonne_is_not_read_as_such(study):
    cleaned = clean(study, [[*FLOW_HEADERS, "Coût (€)"], [*flow(), 1200]])
    assert cleaned.tables["flows"]["cost_eur_per_t"].isna().all()
    named = cleaned.corrections.loc[cleaned.corrections["rule"] == "ignored_unknown_column", "raw_value"]
    assert list(named) == ["Coût (€)"]


def test_personal_data_of_the_people_sheets_is_written_nowhere(study):
    people = [
        [
            "Identifiant",
            "Nom",
            "Prénom",
            "Intitulé",
            "Effectif",
            "Date de naissance",
            "N° de sécurité sociale",
        ],
        ["E01", "MARTIN", "Jeanne", "Soudeuse", 1, "12/03/1961", "2610368334001 55"],
        ["E01", "DURAND", "Ali", "Cariste", 1, "02/11/1984", "184116833400148"],
        ["Total", "MARTIN", "Jeanne", None, 2, None, None],
    ]
    cleaned = clean(study, [FLOW_HEADERS, flow()], Emplois=people)
    write_cleaned(study, cleaned)
    assert list(cleaned.tables["workforce"]["occupation"]) == ["Soudeuse", "Cariste"]
    dropped = cleaned.corrections[cleaned.corrections["rule"].str.startswith("dropped_")]
    assert set(dropped["raw_value"]) == {"Nom", "Prénom", "Date de naissance", "N° de sécurité sociale"}
    for path in study.processed.rglob("*"):
        for secret in ("MARTIN", "Jeanne", "DURAND", "1961", "2610368334001", "184116833400148"):
            assert path.is_dir() or secret.encode() not in path.read_bytes(), (path.name, secret)


def test_no_trait_of_one_person_is_kept_nor_repeated_in_a_log(study):
    head = [
        "Identifiant",
        "Intitulé",
        "Effectif",
        "Ancienneté",
        "Niveau de diplôme",
        "Sexe",
        "Temps de travail",
    ]
    traits = ["moins de 2 ans", "bac+2", "femmes", "temps partiel"]
    people = [head, ["E01", "Soudeuse", 1, *traits], ["E01", "Cariste", 2, *traits], ["E01", "Tri", 1]]
    cleaned = clean(study, [FLOW_HEADERS, flow()], Emplois=people)
    kept = cleaned.tables["workforce"].set_index("occupation")[tables.used_for("workforce", "later")]
    assert kept.loc[["Soudeuse", "Tri"]].isna().all(axis=None) and kept.loc["Cariste"].notna().all()
    lines = cleaned.corrections[cleaned.corrections["rule"] == "trait_of_one_person"]
    assert lines["column"].tolist() == head[3:] and set(lines["source_row"]) == {2}
    assert (
        not cleaned.corrections["raw_value"].isin(traits).where(cleaned.corrections["source_row"] == 2).any()
    )


@pytest.mark.parametrize(
    ("name", "occupation", "kept"),
    [
        ("Bertaud Luc", "Soudeur Bertaud", False), ("Bertaud Luc", "soudeur (luc bertaud)", False),
        ("Bertaud Luc", "luc bertaud soudeur", False), ("Boucher Anne", "Boucher", True),
        ("Pierre Martin", "Tailleur de pierre", True), ("Pierre Martin", "Tailleur Martin", False),
    ],
)  # fmt: skip
def test_a_name_is_not_repeated_from_another_cell_of_its_row(study, name, occupation, kept):
    people = [["Identifiant", "Nom du salarié", "Intitulé", "Effectif"], ["E01", name, occupation, 1]]
    cleaned = clean(study, [FLOW_HEADERS, flow()], Emplois=people)
    assert (occupation in set(cleaned.tables["workforce"]["occupation"].dropna())) == kept


def test_a_contradiction_of_places_is_kept_and_marked(study):
    sites = [SITES[0], ["E01", "Filature d'essai", "Mulhouse", "68334", 40, "nominative"]]
    cleaned = clean(study, [FLOW_HEADERS, flow()], sites)
    assert list(cleaned.tables["sites"]["commune_code"]) == ["68334"]
    assert cleaned.implausible[["source_row", "column", "reason_code"]].values.tolist() == [
        [2, "Code INSEE", "commune_conflict"]
    ]


@pytest.mark.parametrize("first", ["A.xlsx", "Z.xlsx"])  # read before the file of E01, or after it
def test_the_rows_of_another_firm_in_a_file_are_withheld_and_asked_of_the_firm_of_the_file(study, first):
    alien = [FLOW_HEADERS, flow(site="e01"), flow(site="E01", quantity=3)]
    save(study.raw / first, {"Entreprise": [SITES[0], SITES[2]], "Flux": alien})
    save(study.raw / "E01.xlsx", {"Entreprise": SITES[:2], "Flux": [FLOW_HEADERS, flow(quantity=3)]})
    cleaned = clean_wave(study)
    assert cleaned.tables["flows"][["source_file", "site_id"]].values.tolist() == [["E01.xlsx", "E01"]]
    refused = cleaned.quarantine[["source_file", "source_row", "reason_code"]].values.tolist()
    assert refused == [[first, row, "other_firm_in_file"] for row in (2, 3)]
    by_site = {fiche.site: fiche for fiche in fiches(cleaned)}
    assert {question.file for question in by_site["E01"].questions} <= {"E01.xlsx"}
    assert {read.file for read in by_site["E01"].read} == {"E01.xlsx"}
    asked = [q for q in by_site["E02"].questions if q.column == "Identifiant"]
    assert [(q.file, q.row) for q in asked] == [(first, 2), (first, 3)]


@pytest.mark.parametrize("apart", [False, True])
def test_a_firm_whose_own_register_is_not_read_is_asked_about_it_and_not_for_a_zero(study, apart):
    own = {"Registre déchets": [["Date", "Déchet", "Tonnes"], ["3 mars", "palettes", 4]]}
    save(study.raw / "E01.xlsx", {"Entreprise": SITES[:2]} | ({} if apart else own))
    save(study.raw / "E02.xlsx", {"Entreprise": [SITES[0], SITES[2]]})
    if apart:
        save(study.raw / "E01_registre.xlsx", own)
    first, second = (fiche for fiche in fiches(clean_wave(study)) if fiche.site in ("E01", "E02"))
    assert "Aucun déchet" not in {question.column for question in first.questions}
    assert [q.sheet for q in first.questions if "pas lu cette feuille" in q.text] == ["Registre déchets"]
    assert "Registre" not in str(second.questions)


def test_what_a_comment_says_is_asked_until_the_firm_answers(study):
    told = {2: "par mois", 3: "à revoir", 4: "ne pas compter", 5: "par an", 6: "presse depuis 2019"}
    flows = [[*flow(quantity=4, name=text), text] for text in told.values()]
    cleaned = clean(study, [[*FLOW_HEADERS, "Commentaire"], *flows])
    assert cleaned.quarantine[["source_row", "reason_code"]].values.tolist() == [
        [2, "unit_conflict"],
        [4, "set_aside_by_comment"],
    ]
    assert cleaned.implausible[["source_row", "reason_code"]].values.tolist() == [[3, "doubted_by_comment"]]
    answers = {2: "4 t/mois", 3: "confirmé", 4: "confirmé"}
    lines = [
        ["enquete.xlsx", "Flux", row, "Quantité", "4", "", "?", answer] for row, answer in answers.items()
    ]
    save(study.raw / "réponses.xlsx", {"Relance": [list(HEADERS), *lines]})
    cleaned = clean_wave(study)
    assert cleaned.tables["flows"]["mass_t_per_year"].tolist() == [48, 4, 4, 4, 4]
    assert cleaned.quarantine.empty and cleaned.implausible.empty


def test_a_remark_is_kept_for_the_team_but_not_what_it_says_of_a_person(study):
    told = ["boues à 65 % de siccité", None, "appelez M. Roux au 06 98 76 54 32"]
    flows = [[*flow(quantity=4, name=f"Boues {n}"), text] for n, text in enumerate(told)]
    rows = clean(study, [[*FLOW_HEADERS, "Commentaire"], *flows]).row_sites
    own = rows[rows["source_sheet"] == "Flux"].set_index("source_row")["comment"]
    assert own[2] == told[0] and own.loc[3:].fillna("").tolist() == ["", ""]


def test_the_months_that_a_comment_names_alone_are_those_of_the_need(study):
    told = {
        "Mars à juin": "3 4 5 6", "de novembre à mars": "1 2 3 11 12", "hors octobre à décembre":
        "1 2 3 4 5 6 7 8 9", "Hors moisson": None, "Toute l'année": None, "3-6": None, None: None,
        "Mars à juin, voir Mme Petit": None,
    }  # fmt: skip
    head = ["Identifiant", "Nature", "Objet", "Offre ou besoin", "Volume annuel", "Unité", "Commentaire"]
    rows = [
        ["E01", "compétence", f"Saisonniers {n}", "besoin", 900, "h", text] for n, text in enumerate(told)
    ]
    sharing = clean(study, [FLOW_HEADERS, flow()], Mutualisations=[head, *rows]).tables["sharing"]
    assert [*sharing["months"].astype(object).mask(sharing["months"].isna(), None)] == list(told.values())


def test_a_file_of_several_firms_holds_the_rows_of_each(study):
    cleaned = clean(study, [FLOW_HEADERS, flow(), flow(site="E02")], SITES)
    assert cleaned.tables["flows"]["site_id"].tolist() == ["E01", "E02"] and cleaned.quarantine.empty


def test_one_siret_under_two_identifiers_is_marked(study):
    sites = [[*SITES[0], "SIRET"], [*SITES[1], "73282932000074"], [*SITES[2], "732 829 320 00074"]]
    marks = clean(study, [FLOW_HEADERS, flow()], sites).implausible
    assert list(marks["reason_code"]) == ["same_siret"] * 2
    assert "E02" in marks["message"].iloc[0] and "E01" in marks["message"].iloc[1]


def test_a_row_that_is_left_out_is_not_kept_with_a_doubt(study):
    """Of plastic counted by the piece no mass is known: its unit is asked for, and nothing is kept."""
    rows = [flow(name="Bidons", unit="unité", category="plastique", code=None),
            flow(name="Rouleaux", unit="unité", category="textile", code=None)]  # fmt: skip
    cleaned = clean(study, [FLOW_HEADERS, *rows])
    assert cleaned.quarantine[["source_row", "reason_code"]].values.tolist() == [[2, "unknown_unit"]]
    assert cleaned.implausible[["source_row", "reason_code"]].values.tolist() == [[3, "no_weight"]]
    assert cleaned.tables["flows"]["description"].tolist() == ["Rouleaux"]


def test_a_row_under_another_header_unit_is_no_repetition(study):
    for unit in ("kg", "t"):
        headers = [f"Quantité ({unit})" if name == "Quantité" else name for name in FLOW_HEADERS]
        save(study.raw / f"{unit}.xlsx", {"Flux": [headers, flow(unit=None)]})
    save(study.raw / "sites.xlsx", {"Entreprise": SITES})
    assert sorted(clean_wave(study).tables["flows"]["mass_t_per_year"]) == pytest.approx([0.01, 10])


def test_an_actor_or_a_contractor_named_total_is_no_total(study):
    sites = [SITES[0], ["TOTAL-01", "Total Énergies", "Thann", "68334", 40, "nominative"]]
    flows = [[*FLOW_HEADERS, "Prestataire"], [*flow(site="TOTAL-01"), "Total"]]
    cleaned = clean(study, flows, sites)
    assert cleaned.tables["flows"][["site_id", "contractor"]].values.tolist() == [["TOTAL-01", "Total"]]
    assert not cleaned.corrections["rule"].str.contains("ignored").any()


@pytest.mark.parametrize(("typed", "high"), [("0,5 %", 10.05), (0.5, 15), ("0,5", 15), (20, 12)])
def test_a_percentage_is_read_as_it_is_written(study, typed, high):
    assert one_flow(study, uncertainty=typed)["mass_high_t_per_year"] == pytest.approx(high)


def test_an_uncertainty_beyond_the_value_itself_is_no_uncertainty(study):
    assert list(clean(study, [FLOW_HEADERS, flow(uncertainty=4000)]).quarantine["reason_code"]) == [
        "cell_out_of_bounds"
    ]


@pytest.mark.parametrize(
    ("typed", "band"),
    [("40 - 44 ans", "40-44"), ("45 ans", "45-49"), ("de 15 à 24", "15-24"), (72, "60 et plus"),
     ("40 à 50", None), ("12 ans", None), ("quarante", None)],
)  # fmt: skip
def test_bands_of_ages(typed, band):
    if band is None:
        with pytest.raises(CellError):
            clean_cell("workforce", "age_band", typed)
    else:
        assert clean_cell("workforce", "age_band", typed)[0] == band


def test_no_log_holds_personal_data_whatever_the_table(study):
    bad = "appelez Mme Martin au 06 12 34 56 78"
    people = [
        ["Identifiant", "Nom", "Prénom", "Intitulé", "Effectif", "Tranche d'âge"],
        ["E01", "KOWALCZYK", "Sandrine", "Régleuse - Kowalczyk Sandrine", 1, "02/04/1971"],
        ["E01", "", "", "185057512345678", 612345678, "25-29"],
        ["E01", "", "", dt.datetime(1985, 5, 12), 2, "25-29"],
    ]  # fmt: skip
    cleaned = clean(study, [FLOW_HEADERS, flow(quantity=bad), flow(unit="t jean@x.fr")], Emplois=people)
    write_cleaned(study, cleaned)
    for path in study.processed.rglob("*.*"):
        text = path.read_bytes().decode("utf-8", "replace")
        text = re.sub(r'"[0-9a-f]{16,}"', '""', text)  # a digest has "1985" once in a thousand files
        for secret in (
            "Martin",
            "06 12 34",
            "jean@x.fr",
            "Sandrine",
            "1971",
            "185057512345678",
            "1985",
            "612345678",
        ):
            assert secret not in text, (path.name, secret)


def test_a_stated_total_that_differs_is_marked(study):
    flows = [FLOW_HEADERS, flow(), flow(quantity=12), ["Total", *[None] * 4, 25, "t"]]
    cleaned = clean(study, flows)
    marks = cleaned.implausible[cleaned.implausible["reason_code"] == "stated_total"]
    assert marks[["source_row", "column"]].values.tolist() == [[4, "Quantité"]]
    assert clean(study, [*flows[:3], ["Total", *[None] * 4, 22, "t"]]).implausible.empty


def test_a_site_described_twice_otherwise_is_refused_the_second_time(study):
    cleaned = clean(
        study, [FLOW_HEADERS, flow()], [*SITES, ["E01", "Autre nom", "Thann", "68334", 41, "aucune"]]
    )
    assert list(cleaned.tables["sites"]["name"]) == ["Filature d'essai", "Scierie d'essai"]
    assert list(cleaned.quarantine["reason_code"]) == ["conflicting_site"]
    check_accounts(cleaned)


def test_one_bad_file_never_stops_the_others(study):
    (study.raw / "casse.xlsx").write_text("<html>")
    (study.raw / "~$enquete.xlsx").write_text("verrou")
    cleaned = clean(study, [FLOW_HEADERS, flow()])
    assert len(cleaned.tables["flows"]) == 1
    assert cleaned.quarantine[["source_file", "reason_code"]].values.tolist() == [
        ["casse.xlsx", "unreadable_file"]
    ]
    assert [entry["file"] for entry in cleaned.manifest["inputs"]] == ["casse.xlsx", "enquete.xlsx"]
    check_accounts(cleaned)


def test_where_no_file_can_be_used_each_is_named_with_its_reason(study):
    for number in range(12):
        (study.raw / f"E{number:02}_Flux.csv").write_bytes(b"PK\x03\x04 no workbook")
    (study.raw / "F01_Flux.csv").write_bytes(b"")
    with pytest.raises(InputError) as said:
        clean_wave(study)
    first, second = str(said.value).split(". ", 1)[1].split(". ")
    assert "E00_Flux.csv" in first and "E09_Flux.csv" in first and "E10" not in first
    assert "2\u00a0autres fichiers" in first and "abîmé" in first
    assert "F01_Flux.csv" in second and "vide" in second


def test_a_sheet_is_known_by_its_headers_when_its_name_says_nothing(study):
    save(study.raw / "a.xlsx", {"Feuil1": SITES, "Notes": [["rien", "d'utile"]]})
    cleaned = clean_wave(study)
    assert len(cleaned.tables["sites"]) == 2
    assert "ignored_unknown_sheet" in set(cleaned.corrections["rule"])


def test_answers_in_a_sheet_of_another_name_with_few_headers_are_set_aside_not_lost(study):
    """Three of our headers, *Identifiant* among them: row by row in quarantine, without the other columns."""
    rows = [["Identifiant", "Désignation", "Code déchet", "Contact"], ["E01", "Sable", "100908", "Zoé D."]]
    people = [["Identifiant", "Intitulé", "Effectif"], ["E01", "Zoé Durand", 1]]
    save(study.raw / "a.xlsx", {"Entreprise": SITES, "Déchets": rows, "Salariés": people, "Âges": rows[1:]})
    cleaned = clean_wave(study)
    check_accounts(cleaned)
    lines = cleaned.quarantine[cleaned.quarantine["reason_code"] == "no_header"]
    assert lines[["source_sheet", "source_row", "raw_value"]].values.tolist() == [
        ["Déchets", 1, "Identifiant | Désignation | Code déchet"], ["Déchets", 2, "E01 | Sable | 100908"],
        ["Salariés", 1, "[donnée personnelle]"], ["Salariés", 2, "[donnée personnelle]"],
    ]  # fmt: skip
    assert all(name in lines["message"].iloc[0] for name in ("« Flux »".replace(" ", "\u00a0"), "en-têtes"))
    unknown = cleaned.corrections.query("rule == 'ignored_unknown_sheet'")
    assert unknown["source_sheet"].tolist() == ["Âges"]


def test_a_formula_saved_without_its_result_is_told_as_such_in_a_number_and_in_a_text(study):
    cleaned = clean(study, [FLOW_HEADERS, flow(quantity="=3*4"), flow(quantity=5, name="=B2")])
    lines = cleaned.quarantine[["column", "raw_value", "reason_code"]].values.tolist()
    assert ["Quantité", "#FORMULE!", "formula_without_value"] in lines
    assert ["Désignation", "#FORMULE!", "cell_formula_without_value"] in lines
    assert cleaned.tables["flows"]["description"].isna().all()


@pytest.mark.parametrize(
    ("header", "column"),
    [("Type acteur", "actor_type"), ("TYPE D'ACTEURS", "actor_type"), ("Raison  sociale", "name")],
)
def test_a_header_is_known_without_its_little_words(study, header, column):
    save(study.raw / "a.xlsx", {"Entreprise": [["Identifiant", header], ["E01", "entreprise"]]})
    assert clean_wave(study).tables["sites"][column].notna().all()


BROKEN = {
    "none": ("quality", ["clean", "soiled"], "str"),
    "word": ("quality", ["clean", "sale"], "str"),
    "missing where it may be": ("quality", [None, None], "str"),
    "missing": ("site_id", ["E01", None], "str"),
    "missing number": ("mass_low_t_per_year", [1.0, np.nan], "float64"),
    "negative": ("mass_t_per_year", [1.0, -1.0], "float64"),
    "repeated": ("flow_id", ["E01-F01", "E01-F01"], "str"),
    "type": ("source_row", [2.0, 3.0], "float64"),
}


@pytest.mark.parametrize("rows", [0, 2])
@pytest.mark.parametrize("name", BROKEN)
def test_the_quick_look_at_a_table_accepts_what_pandera_accepts(study, name, rows):
    column, values, kind = BROKEN[name]
    flows = clean(study, [FLOW_HEADERS, flow(), flow(quantity="20")]).tables["flows"]
    frame = flows.assign(**{column: pd.Series(values, dtype=kind)}).iloc[:rows]
    schema = tables.schema("flows")
    kept = [tidy._keeps(schema, frame, cells) for cells in ({}, {column: frame[column].drop_duplicates()})]
    try:
        schema.validate(frame)
    except pandera.errors.SchemaError:
        assert kept == [False, False]
    else:
        assert kept == [True, True]
        assert rows == 0 or name.startswith(("none", "missing where"))


@pytest.mark.parametrize("table", [table for table in tables.TABLES if table != "sites"])
def test_a_table_that_no_sheet_has_is_empty_as_one_whose_sheet_is(study, table):
    headers = [spec["header"] for spec in tables.form(table).values()]
    sheet = {tables.sheet_name(table): [headers]}
    save(study.raw / "a.xlsx", {"Entreprise": SITES, **sheet})
    there = clean_wave(study).tables[table]
    save(study.raw / "a.xlsx", {"Entreprise": SITES})
    pd.testing.assert_frame_equal(clean_wave(study).tables[table], there)


def test_a_rule_of_the_contract_that_no_cell_check_knows_still_holds(study, monkeypatch):
    def lost(batch):
        locate(batch)
        batch.numbers["latitude"][:] = 123.0

    locate = places.locate
    monkeypatch.setattr(places, "locate", lost)
    cleaned = clean(study, [FLOW_HEADERS], SITES[:2])
    assert cleaned.tables["sites"].empty
    assert list(cleaned.quarantine["reason_code"]) == ["contract"]
    check_accounts(cleaned)


def test_a_flow_without_a_mass_is_still_declared(study):
    rows = [
        flow(),
        flow(quantity="NC", category="DEEE", code="200136", name="Écrans"),
        flow(site="E09", quantity="NC"),
    ]
    cleaned = clean(study, [FLOW_HEADERS, *rows])
    assert len(cleaned.tables["flows"]) == 1
    names = ["site_id", "direction", "category", "waste_code", "source_row"]
    unread = cleaned.unread_flows[names].values.tolist()
    assert unread == [["E01", "out", "weee", "200136", 3], ["E09", "out", "cardboard", "150101", 4]]
    sites = cleaned.tables["sites"]
    judged = obligations.verdicts(cleaned.tables["flows"], sites, "2018-12-31", cleaned.unread_flows)
    weee = judged[judged["duty"] == "weee"].set_index("site_id")
    assert weee["verdict"].to_dict() == {"E01": "unknown", "E02": "not_concerned"}
    assert weee.loc["E01", "source_row"] == 3


def test_a_sheet_without_its_header_row_goes_to_quarantine_and_stops_nothing_else(study):
    cleaned = clean(
        study, [FLOW_HEADERS[1:], flow()[1:], []], Compétences=[["Anglais", 3], ["Jean Martin", 2]]
    )
    assert len(cleaned.tables["sites"]) == 2
    rows = cleaned.quarantine[["source_sheet", "source_row", "column", "reason_code"]].values.tolist()
    assert rows == [
        ["Compétences", 1, "Identifiant", "no_header"], ["Compétences", 2, "Identifiant", "no_header"],
        ["Flux", 1, "Identifiant", "no_header"], ["Flux", 2, "Identifiant", "no_header"],
    ]  # fmt: skip
    assert "Jean Martin" not in cleaned.quarantine.to_csv()
    check_accounts(cleaned)


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ({"Flux": [FLOW_HEADERS[1:], flow()[1:]]}, ["enquete", "Flux", "Identifiant"]),
        ({"Entreprise": SITES[:1]}, ["enquete.xlsx", "aucune ligne"]),
        ({"Vide": []}, ["enquete.xlsx", "aucune ligne"]),
    ],
)  # fmt: skip
def test_unusable_wave_is_one_sentence(study, sheets, words):
    save(study.raw / "enquete.xlsx", sheets)
    with pytest.raises(InputError) as error:
        clean_wave(study)
    assert all(word in str(error.value) for word in words)
    assert str(error.value).count("\n") == 0


def test_missing_folder_empty_folder_and_folder_named_as_a_file(study):
    with pytest.raises(InputError, match="aucun questionnaire"):
        clean_wave(study)
    (study.raw / "x.xlsx").mkdir()
    with pytest.raises(InputError, match=r"x\.xlsx.*dossier"):
        clean_wave(study)
    with pytest.raises(InputError, match="n'existe pas"):
        clean_wave(replace(study, wave="2030"))


def test_same_inputs_same_bytes_and_register_tables_untouched(study):
    def digests() -> dict[str, str]:
        write_cleaned(study, clean_wave(study))
        files = [p for p in sorted(study.processed.rglob("*")) if p.is_file()]
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    clean(study, [FLOW_HEADERS, flow(), flow(quantity="NC"), flow(unit="m3")])
    write_files(study, {"bmo": pd.DataFrame({"occupation_code": ["A0X40"]})}, {})
    first = digests()
    assert digests() == first
    assert {"bmo.parquet", "bmo.csv", "flows.parquet", "flows.csv", "manifest.json"} < set(first)
    assert {name[:3] for name in first if name.endswith((".html", ".xlsx"))} == {"E01", "E02"}
    assert str(study.root) not in (study.processed / "manifest.json").read_text()
    assert study.load("flows")["mass_t_per_year"].tolist() == pytest.approx([10, 10 * 0.0629])
    assert study.load("skills").empty


CELL = st.one_of(
    st.none(), st.text(max_size=12), st.integers(-5, 50), st.floats(allow_nan=False, width=32), st.booleans(),
    st.sampled_from(["E01", "sortant", "carton", "t", "an", "pesée", "150101", "Total", "NC", "#REF!", "<5"]),
)  # fmt: skip


@given(st.lists(st.lists(CELL, min_size=11, max_size=11), max_size=12))
@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_accounts_hold_for_any_sheet(study, rows):
    """Written as CSV: any cell, printable or not, may stand in it."""
    frame = pd.DataFrame([flow(), *rows], columns=FLOW_HEADERS, dtype=object)
    (study.raw / "E01_Flux.csv").write_bytes(frame.to_csv(index=False, sep=";").encode("utf-8", "replace"))
    save(study.raw / "sites.xlsx", {"Entreprise": SITES})
    cleaned = clean_wave(study)
    check_accounts(cleaned)
    flows = cleaned.tables["flows"]
    assert (flows["mass_low_t_per_year"] <= flows["mass_t_per_year"]).all()
    assert (flows["mass_t_per_year"] <= flows["mass_high_t_per_year"]).all()
    assert not list(study.raw.glob(".*"))
