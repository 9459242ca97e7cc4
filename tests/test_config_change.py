"""What ``study.toml`` says of the approach: projects, aims, means; what is wrong is one French sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from eit_analysis.config import StudyConfig
from eit_analysis.errors import InputError
from eit_analysis.settings_checks import check_names
from eit_analysis.settings_file import read_config
from eit_analysis.study import Study

PROJECT = '[[projects]]\ncode = "MP1"\ntitle = "Carton"\nsynergies = ["SY01"]\ndecision_rule = "consensus"\n'
CLAUSE = '[[projects.clauses]]\nkind = "social"\ntext = "Heures"\nunit = "h_per_year"\ntarget = 600\n'
TARGET = '[[targets]]\nindicator = "n_done"\nvalue = 12\nyear = 2018\n'
MEANS = '[[means]]\nyear = 2018\nsource = "bilan"\n'


def read(folder: Path, lines: str) -> StudyConfig:
    file = folder / "study.toml"
    file.write_text(f'title = "a"\nterritory = "b"\n{lines}', encoding="utf-8")
    return read_config(file)


def plain(error: InputError) -> str:
    return str(error).replace("\u00a0", " ")


def test_an_older_file_has_none_of_it(tmp_path: Path) -> None:
    settings = read(tmp_path, "")
    assert (settings.projects, settings.targets, settings.means) == ([], [], [])
    assert settings.exchange.licence == "etalab-2.0"


def test_everything_it_may_say(tmp_path: Path) -> None:
    funding = '[[projects.funding]]\nfunder = "La région"\nsector = "public"\neur = 9000\n'
    more = 'members = ["E01"]\ncarrier = "F02"\nnext_decision = "Le jour"\ndeadline = 2019-03-29\n'
    clause = CLAUSE + "reached = 350.5\nper_member = { E01 = 150, E06 = 450.0 }\n"
    settings = read(
        tmp_path, PROJECT + more + funding + clause + TARGET + MEANS + '[exchange]\nlicence = "CC0-1.0"\n'
    )
    (project,) = settings.projects
    assert (project.deadline, project.funding[0].eur) == (date(2019, 3, 29), 9000)
    assert project.clauses[0].per_member == {"E01": 150, "E06": 450}
    assert (settings.means[0].public_eur, settings.exchange.licence) == (
        None,
        "CC0-1.0",
    )  # not stated is not zero


@pytest.mark.parametrize(
    ("lines", "key", "words"),
    [
        (PROJECT + PROJECT, "projects", "2 lignes sont données pour le projet « MP1 », gardez-en une"),
        (PROJECT.replace("MP1", "MP 1"), "projects.1.code", "« MP 1 » n'est pas un code"),
        (PROJECT.replace("MP1", ""), "projects.1.code", "«  » n'est pas un code"),
        (PROJECT.replace('"SY01"', ""), "projects.1.synergies", "« [] » est une liste trop courte"),
        (PROJECT.replace("consensus", "vote"), "projects.1.decision_rule", "« vote » n'est pas prévu"),
        (PROJECT + 'deadline = "2019-03-29"', "projects.1.deadline", "n'est pas une date"),
        (PROJECT + "deadline = 2019-03-29T10:00:00", "projects.1.deadline", "n'est pas une date"),
        (PROJECT + "posts_fte = -0.5", "projects.1.posts_fte", "« -0.5 » est trop petit"),
        (PROJECT + CLAUSE.replace("600", "inf"), "projects.1.clauses.1.target", "« inf » ou son type"),
        (PROJECT + CLAUSE.replace("h_per_year", "h"), "projects.1.clauses.1.unit", "'h_per_year' ou 't_"),
        (PROJECT + CLAUSE + "per_member = { E01 = -1 }", "projects.1.clauses.1.per_member.E01", "trop petit"),
        (PROJECT + CLAUSE + "reached = nan", "projects.1.clauses.1.reached", "« nan »"),
        ('[exchange]\nlicence = "libre"', "exchange.licence", "« libre » n'est pas une licence ouverte"),
        (TARGET + TARGET, "targets", "2 lignes sont données pour « n_done » en 2018"),
        (TARGET.replace("n_done", "jobs"), "targets.1.indicator", "« jobs » n'est pas prévu"),
        (TARGET.replace("2018", "18"), "targets.1.year", "« 18 » est trop petit"),
        (MEANS + MEANS, "means", "2 lignes sont données pour l'année 2018"),
        ("[[means]]\nyear = 2018\n", "means.1.source", "cette clé est obligatoire"),
        ('[exchange]\nlicense = "lov2"', "exchange.license", "cette clé est inconnue"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_french_sentence(tmp_path: Path, lines: str, key: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, lines)
    told = plain(caught.value)
    assert f"clé « {key} »" in told and words in told and "\n" not in told and " or " not in told


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (PROJECT.replace("SY01", "SY99"), "« projects.synergies » : l'étude n'a pas la synergie « SY99 »"),
        (PROJECT + 'members = ["E01", "Z9"]', "« projects.members » : l'étude n'a pas l'acteur « Z9 »"),
        (PROJECT + CLAUSE + "per_member = { Z8 = 1 }", "« projects.clauses.per_member » : l'étude n'a pas"),
    ],
)  # fmt: skip
def test_a_project_of_what_no_wave_has_is_refused(
    tmp_path: Path, study: Study, lines: str, words: str
) -> None:
    named = replace(study, settings=read(tmp_path, lines))
    check_names(named)  # nothing is cleaned yet
    study.processed.mkdir(parents=True)
    for table, column, name in (("sites", "site_id", "E01"), ("synergy_register", "synergy_id", "SY01")):
        pd.DataFrame({column: [name]}).to_parquet(study.processed / f"{table}.parquet")
    with pytest.raises(InputError) as caught:
        check_names(named)
    assert words in plain(caught.value) and "\n" not in plain(caught.value)
    check_names(
        replace(study, settings=read(tmp_path, PROJECT + 'members = ["E01"]\ncarrier = "La commune"'))
    )
