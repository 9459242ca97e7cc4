"""An actor takes its consent back: nothing outside the team names or counts it after the next run."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from command import SITE, eit, workbook
from small_pages import (
    LISTING,
    change_sites,
    empty_study,
    filled,
    fingerprints,
    texts,
    two_waves,
    write_notebook,
)

from eit_analysis.intake.answers.answer_sheets import HEADERS
from eit_analysis.publishing.consents import Actor, binding, taken_back
from eit_analysis.publishing.release_log import ReleaseLog
from eit_analysis.study import Study, open_study

NAME = "Ateliers Numéro 1"
OUTSIDE = ("partners", "public", "company:E2")


@pytest.fixture(scope="module")
def distributed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both waves, given to three outside audiences and the team; to be copied."""
    study = two_waves(filled(empty_study(tmp_path_factory.mktemp("distributed"))))
    audiences = [part for a in ("internal", *OUTSIDE) for part in ("--audience", a)]
    for wave in ("2015", "2018"):
        done = eit(study.root, "run", "essai", "--wave", wave, *audiences)
        assert done.returncode == 0, done.stderr
    assert "E1" in traces(study)
    return study.root


@pytest.fixture
def waves(distributed: Path, tmp_path: Path) -> Study:
    shutil.copytree(distributed, tmp_path, dirs_exist_ok=True)
    return open_study("essai", root=tmp_path)


def outside(study: Study) -> list[Path]:
    return sorted((study.root / "reports" / "essai" / wave / f) for wave in ("2015", "2018")
                  for f in ("partners", "public", "company-E2"))  # fmt: skip


def traces(study: Study) -> set[str]:
    """Which of its names are in any outside file, name of the file included."""
    found = "".join(name + text for folder in outside(study) for name, text in texts(folder).items())
    # Not within a digest of the page's policy, where any two characters may stand side by side.
    return {word for word in ("E1", NAME) if re.search(rf"(?<![A-Za-z0-9+/]){word}(?![A-Za-z0-9+/=])", found)}


def says(consent: str, site: str = "E1"):
    return lambda sites: sites.assign(consent=sites["consent"].mask(sites["site_id"] == site, consent))


def test_the_stricter_of_what_was_said_then_and_what_was_said_last_binds() -> None:
    def said(**consents: str) -> dict[str, Actor]:
        return {site: Actor(site, "", consent) for site, consent in consents.items()}

    known = {"2015": said(A="named", B="none", C="named"), "2018": said(A="none", B="named", D="named")}
    assert binding(known, "2015") == {"A": "none", "B": "none", "C": "named", "D": "named"}
    assert binding(known, "2018") == {"A": "none", "B": "named", "C": "named", "D": "named"}
    before = known | {"2018": said(A="named", B="named", D="named", E="none")}
    assert taken_back(before, known, ["2015", "2018"]) == {"A": "none"}
    assert taken_back(before, {"2018": known["2018"]}, ["2015", "2018"]) == {"A": "none"}
    assert taken_back(before, {"2018": known["2018"]}, ["2018"]) == {"A": "none", "C": ""}
    assert taken_back(known, before, ["2015", "2018"]) == {}


@pytest.mark.parametrize(("consent", "fails"), [("aggregated", False), ("none", True)])
def test_after_the_next_run_of_any_audience_nobody_outside_reads_the_name(
    waves: Study, consent: str, fails: bool
) -> None:
    before = {folder: texts(folder) for folder in outside(waves)}
    change_sites(waves, "2018", says(consent))
    if fails:
        write_notebook(waves.root, "01_table", "1 / 0")
        write_notebook(waves.root, "02_liste", LISTING, "1 / 0")
    done = eit(waves.root, "run", "essai")
    assert done.returncode == int(fails)
    told = done.stdout.splitlines()[0]
    assert NAME in told and "E1" in told
    for words in (
        "vague 2015, partners",
        "vague 2018, partners",
        "vague 2018, company:E2",
        "nommé dans 02_liste",
    ):
        assert words in told
    assert traces(waves) == set()
    for folder, old in before.items():
        new = texts(folder)
        assert len(fingerprints(folder)) == 1
        # Flows of E1: 10 of 36 tonnes of textile. Who still accepts aggregates is still counted.
        kept = [name for name in old if name.startswith("tables/01_table") and new.get(name) == old[name]]
        assert not kept or (consent == "aggregated" and not fails)
        assert ("01_table.echec.html" in new) == fails
    again = eit(waves.root, "run", "essai")
    assert NAME not in again.stdout and "retir" not in again.stdout


def test_a_wave_that_cannot_be_made_again_reads_a_notice(waves: Study) -> None:
    change_sites(waves, "2018", says("none"))
    (waves.processed.with_name("2015") / "manifest.json").unlink()
    assert eit(waves.root, "run", "essai").returncode == 0
    assert traces(waves) == set()
    pages = texts(waves.root / "reports" / "essai" / "2015" / "partners")
    assert set(pages) == {"index.html", "01_table.html", "02_liste.html"}
    assert all("Ce rapport a été retiré" in text for text in pages.values())


def test_an_actor_who_left_the_data_is_gone_with_the_folder_that_was_its_own(waves: Study) -> None:
    def without(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["site_id"] != "E2"]

    for wave in ("2015", "2018"):
        change_sites(waves, wave, without)
        path = waves.processed.with_name(wave) / "flows.parquet"
        without(pd.read_parquet(path)).to_parquet(path)
    done = eit(waves.root, "run", "essai", "--audience", "public")
    assert done.returncode == 0
    assert "Ateliers Numéro 2 & <fils> (E2) n'est plus dans les données" in done.stdout
    everything = texts(waves.root / "reports")
    left = [name for name, text in everything.items() if "internal" not in name and "Numéro 2" in text + name]
    assert left == [] and not [name for name in everything if "E2" in name and "internal" not in name]
    # A free text that still names it is refused to everybody outside.
    write_notebook(waves.root, "01_table", "release.text('Voyez Ateliers Numéro 2 & <fils>.')")
    assert eit(waves.root, "run", "essai", "--audience", "public").returncode == 1
    assert "Numéro 2" not in "".join(texts(waves.reports("public")).values())


FLUX = ["Identifiant", "Sens", "Catégorie", "Quantité", "Unité", "Période", "Exutoire actuel"]


def test_a_firm_whose_last_rows_are_removed_by_its_answer_has_left(tmp_path: Path) -> None:
    """« supprimer » on its only flow; a firm that has another one has only corrected itself."""
    study = empty_study(tmp_path)
    (study.root / "notebooks").mkdir()
    write_notebook(study.root, "01_table", "table")
    write_notebook(study.root, "02_liste", LISTING)
    masses = {"E1": [10], "E2": [12, 3], "E3": [9], "E4": [11], "E5": [8]}
    for site, tonnes in masses.items():
        flows = [[site, "sortant", "textile", mass, "t", "an", "recyclage"] for mass in tonnes]
        sheets = {"Entreprise": [SITE, [site, f"Ateliers {site}", 50, "entreprise", "nominative"]]}
        workbook(study.raw / f"{site}.xlsx", sheets | {"Flux": [FLUX, *flows]})
    audiences = ["--audience", "partners", "--audience", "public"]
    for command in (["clean", "essai"], ["run", "essai", *audiences]):
        done = eit(study.root, *command)
        assert done.returncode == 0, done.stderr
    answers = [[f"{s}.xlsx", "Flux", 2, "Quantité", masses[s][0], "", "?", "supprimer"] for s in ("E1", "E2")]
    workbook(study.raw / "réponses.xlsx", {"Relance": [list(HEADERS), *answers]})
    done = eit(study.root, "clean", "essai")
    assert done.returncode == 0, done.stderr
    assert set(study.load("sites")["site_id"]) == set(masses)
    assert sorted(study.load("flows")["site_id"]) == ["E2", "E3", "E4", "E5"]
    done = eit(study.root, "run", "essai")
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()[0]
    assert "Ateliers E1 (E1) n'est plus dans les données" in told
    assert "vague 2018, partners" in told and "vague 2018, public" in told
    assert "E2" not in told
    assert "Ateliers E1" not in "".join(texts(study.reports("partners")).values())
    assert "n'est plus" not in eit(study.root, "run", "essai").stdout


def test_pages_of_earlier_waves_are_made_again_before_those_that_compare_with_them(waves: Study) -> None:
    """A comparison of 2018 told of 2015 what the page of 2015, made again after it, had to close."""
    change_sites(waves, "2018", says("none"))
    assert eit(waves.root, "run", "essai", "--wave", "2018", "--audience", "partners").returncode == 0
    made = [r for r in ReleaseLog(waves).records() if r.audience == "partners" and not r.withdrawn]
    assert [record.wave for record in made[-2:]] == ["2015", "2018"]


def test_a_folder_that_no_log_knows_is_made_again(waves: Study) -> None:
    for path in (waves.root / "data" / "releases" / "essai").iterdir():
        path.unlink()
    done = eit(waves.root, "run", "essai")
    assert done.returncode == 0
    assert "partners (vague 2015)" in done.stdout
    assert all(len(fingerprints(folder)) == 1 for folder in outside(waves))


def test_the_log_is_added_to_and_read_back_with_its_forms(waves: Study) -> None:
    log = ReleaseLog(waves)
    before = log.records()
    assert [(r.wave, r.audience) for r in before[:4]] == [("2015", a) for a in ("internal", *OUTSIDE)]
    assert before[1].pages == {"01_table": [], "02_liste": ["E1", "E2", "E3", "E4", "E8"]}
    files = {path: path.read_bytes() for path in log.folder.iterdir()}
    forms = pd.DataFrame({"row": [1, 2], "low": [0.5, None]})
    log.append(before[-1], forms)
    assert {path: path.read_bytes() for path in files} == files
    after = log.records()
    assert after[:-1] == before
    pd.testing.assert_frame_equal(log.forms(after[-1]), forms)
    assert log.forms(before[0]) is None
    said = eit(waves.root, "releases", "essai").stdout
    assert said.splitlines()[0].split() == [
        "Date",
        "Vague",
        "Public",
        "Diffusé",
        "Empreinte",
        "Données",
        "Paramètres",
    ]
    assert len(said.splitlines()) == 1 + len([r for r in after if r.audience != "internal"])
    assert "2 rapports, 5 acteurs nommés" in said.replace("\u00a0", " ")
    (log.folder / "000002.json").unlink()
    done = eit(waves.root, "releases", "essai")
    assert done.returncode == 2 and "000002.json" in done.stderr and "sauvegarde" in done.stderr


def test_verify_says_page_by_page_what_is_not_the_same(waves: Study) -> None:
    done = eit(waves.root, "verify", "essai")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 4 and done.stdout.count("aucun écart") == 4
    page = waves.reports("public") / "01_table.html"
    text = page.read_text(encoding="utf-8")
    assert eit(waves.root, "verify", "essai", "--audience", "voisins").returncode == 2
    # A version of yesterday is the same.
    for record in (ReleaseLog(waves).folder).glob("*.json"):
        content = json.loads(record.read_text(encoding="utf-8")) | {"date": "2001-02-03"}
        record.write_text(json.dumps(content), encoding="utf-8")
    page.write_text(text.replace("Par famille", "Par  famille"), encoding="utf-8")
    done = eit(waves.root, "verify", "essai", "--audience", "public")
    assert done.returncode == 1
    assert "01_table.html diffère" in done.stdout and "02_liste" not in done.stdout
    page.write_text(text, encoding="utf-8")
    change_sites(waves, "2018", says("none"))
    done = eit(waves.root, "verify", "essai", "--audience", "public")
    assert done.returncode == 1 and "les données ou les réglages ont changé" in done.stdout
