"""Answers to proposed exchanges: read like every table, each bad row set aside with one sentence."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis import tables
from eit_analysis.intake.cleaning.wave import clean_wave
from eit_analysis.intake.form.questionnaire import write_blank
from eit_analysis.publishing.release.gate import Release

HEAD = "Identifiant;Donneur;Preneur;Catégorie;Flux proposé;Réponse;Motif de refus;Date de la réponse"
SITES = """Identifiant;Raison sociale;Code INSEE;Diffusion
E01;Un;68334;nominative
E02;Deux;68334;nominative
E03;Trois;68334;nominative
"""


def read(study, *rows):
    (study.raw / "tout_Entreprise.csv").write_text(SITES, encoding="utf-8")
    (study.raw / "reponses.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return clean_wave(study)


def test_they_are_read_as_people_type_them(study):
    cleaned = read(
        study,
        "E01;E01;E02;Bois;Palettes perdues;OUI;;17/5/2018",
        "E02;E01;E02;bois;;refusé;Qualité insuffisante;2018-05-18",
        "E02;E03;E02;carton;;peut-etre;;18 mai 2018",
        "E03;E03;E02;carton;;NON;Trop cher;2018-05-19",
    )
    assert cleaned.quarantine.to_dict("records") == []
    found = cleaned.tables["exchange_answers"]
    assert list(found["exchange_answer"]) == ["yes", "no", "maybe", "no"]
    assert [None if pd.isna(r) else r for r in found["refusal_reason"]] == [None, "quality", None, "price"]
    assert list(found["answer_date"]) == ["2018-05-17", "2018-05-18", "2018-05-18", "2018-05-19"]
    assert found.loc[0, "answered_flow"] == "Palettes perdues" and list(found["source_row"]) == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("E01;E02;E03;bois;;non;prix;2018-05-17", "Identifiant", "answers_for_others"),
        ("E01;E02;E02;bois;;non;;2018-05-17", "Identifiant", "answers_for_others"),
        ("E09;E09;E02;bois;;oui;;2018-05-17", "Identifiant", "unknown_site"),
        ("E01;E01;E09;bois;;oui;;2018-05-17", "Preneur", "unknown_site"),
        ("E01;E01;;bois;;oui;;2018-05-17", "Preneur", "missing_value"),
        ("E01;E01;E02;bois;;bof;;2018-05-17", "Réponse", "unknown_value"),
        ("E01;E01;E02;bois;;oui;;mai 2018", "Date de la réponse", "not_a_date"),
        ("E01;E01;E02;;;oui;;2018-05-17", "Catégorie", "missing_value"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_in_one_sentence(study, row, column, reason):
    cleaned = read(study, "E01;E01;E02;bois;;oui;;2018-05-16", row)
    line = cleaned.quarantine.iloc[0]
    assert (line["column"], line["reason_code"]) == (column, reason)
    assert line["source_row"] == 3 and line["message"] and "\n" not in line["message"]
    assert len(cleaned.tables["exchange_answers"]) == 1


def test_a_firm_answers_of_what_it_could_reuse_itself(study):
    """Page 02 asks it so; giver and taker that are one were « corrigez l'un des deux »."""
    cleaned = read(study, "E01;E01;E01;bois;Palettes perdues;non;qualité insuffisante;2018-05-17")
    assert cleaned.quarantine.empty
    (row,) = cleaned.tables["exchange_answers"].to_dict("records")
    assert row["giver_site_id"] == row["taker_site_id"] == "E01" and row["exchange_answer"] == "no"


def test_an_unknown_reason_is_a_cell_and_the_refusal_stays(study):
    cleaned = read(study, "E02;E01;E02;bois;;non;parce que;2018-05-17")
    assert list(cleaned.quarantine["reason_code"]) == ["cell_unknown_value"]
    (row,) = cleaned.tables["exchange_answers"].to_dict("records")
    assert row["exchange_answer"] == "no" and pd.isna(row["refusal_reason"])


def test_the_form_has_their_sheet(tmp_path):
    write_blank(tmp_path / "q.xlsx")
    assert tables.sheet_name("exchange_answers") == "Réponses"


def test_a_release_gives_those_of_every_wave_without_who_refused_diffusion(small_study):
    none = Release(small_study, "internal", page="essai").exchange_answers()
    assert none.empty and {"site_id", "exchange_answer", "wave"} <= set(none)
