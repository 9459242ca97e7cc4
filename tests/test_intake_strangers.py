"""Returns laid out by people in their own way: each answer is right, or asked, or refused aloud."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from small_pages import empty_study
from strangers import LAYOUTS, Answer, judge, write_book

from eit_analysis.intake.answers.answer_sheets import HEADERS
from eit_analysis.intake.cleaning.wave import clean_wave
from eit_analysis.intake.relance.fiches import fiches

# What is enough where the table of expected outcomes says the first.
ENOUGH = {"right": {"right"}, "asked": {"right", "asked"}}
LEAST_RIGHT = 0.60


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Answer, str]]:
    folder: Path = tmp_path_factory.mktemp("strangers")
    return judge(empty_study(folder))


def test_each_answer_of_a_stranger_has_its_outcome(judged):
    assert not [
        f"{name}: {answer.name!r}, {answer.truth}: {verdict}, not {answer.least}"
        for name, answer, verdict in judged
        if verdict not in ENOUGH[answer.least]
    ]


def test_most_answers_of_strangers_are_read_without_a_question(judged):
    verdicts = Counter(verdict for *_, verdict in judged)
    assert verdicts["wrong"] <= 0.01 * len(judged) and not verdicts["lost"]
    assert verdicts["right"] >= LEAST_RIGHT * len(judged), verdicts


def test_a_plan_a_part_of_the_year_or_what_is_of_others_is_asked(tmp_path):
    """Sheets written by one who had read the code: totals over years, budgets, companies, other times."""
    judged = judge(empty_study(tmp_path), LAYOUTS.with_name("hostile_layouts.txt"))
    verdicts = [(name, answer.name, verdict) for name, answer, verdict in judged]
    assert not [one for one in verdicts if one[2] in ("wrong", "lost")] and len(verdicts) > 60


TURNED = [["Désignation", "cartons", "palettes"], ["Sens", "sortant", "sortant"],
          ["Catégorie", "carton", "bois"], ["Quantité", "7,5", "?"], ["Unité", "t", "t"],
          ["Période", "an", "an"]]  # fmt: skip
STACKED = [["Nos déchets", "", ""], ["Déchet", "Code déchet", "Quantité (t/an)"],
           ["Papiers", "20 01 01", "3"], ["", "", ""], ["Notre personnel", "", ""],
           ["Fonction", "Effectif", ""], ["Relieur", "12", ""], ["", "", ""],
           ["Déchets d'atelier", "", ""], ["Déchet", "Code déchet", "Quantité (t/an)"],
           ["Rognures", "20 01 01", "?"]]  # fmt: skip


def test_a_question_cites_the_cell_that_the_file_has(tmp_path):
    study = empty_study(tmp_path)
    write_book(study.raw / "E01_dechets.xlsx", {"Flux": TURNED})
    write_book(study.raw / "E02_reponse.xlsx", {"Feuil1": STACKED})
    places = {question.place for fiche in fiches(clean_wave(study)) for question in fiche.questions}
    assert "Flux, colonne\u00a0C (palettes), ligne Quantité (C4)" in places
    assert "Feuil1, ligne\u00a011 (Rognures), colonne Quantité (C11)" in places
    assert "Feuil1, ligne\u00a03 (Papiers), colonne Sens" in places
    assert not [place for place in places if "›" in place]


def test_an_answer_lands_in_the_column_of_the_year_that_is_asked(tmp_path):
    """Of years side by side the fiche cites that of the survey, not the last."""
    study = empty_study(tmp_path)
    table = [["Déchets évacués (t)", "", "", ""], ["Déchet", "2017", "2018", "2019"],
             ["Cartons", "10", "beaucoup", "12"], ["Palettes", "3", "4", "5"]]  # fmt: skip
    write_book(study.raw / "E01_dechets.xlsx", {"Déchets": table})
    asked = [one for fiche in fiches(clean_wave(study)) for one in fiche.questions]
    (question,) = [one for one in asked if (one.row, one.column) == (3, "Quantité")]
    assert question.read == "beaucoup"
    answer = [question.file, question.sheet, "3", question.column, question.read, "", question.text, "11"]
    write_book(study.raw / "reponses.xlsx", {"Relance": [list(HEADERS), answer]})
    wave = clean_wave(study)
    flows = wave.tables["flows"].set_index("description")["mass_t_per_year"]
    assert flows.to_dict() == {"Cartons": 11, "Palettes": 4}
    assert "answer_out_of_date" not in set(wave.quarantine["reason_code"])
