"""Whole runs of the command on wrong input: one French sentence, exit 2, the last good files in place."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlsxwriter
from conftest import ROOT

SAMPLE = ROOT / "data" / "raw" / "thur-doller"


def eit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "eit_analysis", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,  # every report of every audience, beside another file of tests
    )


def refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """One French sentence that says the words, exit code 2, and no traceback."""
    assert result.returncode == 2, result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in lines[0], lines[0]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder, with a space and an accent in its path, holding the sample study's last wave."""
    folder = tmp_path_factory.mktemp("essai été") / "mon projet"
    shutil.copytree(SAMPLE, folder / "data" / "raw" / "thur-doller")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_*"))
    assert eit(folder, "clean", "thur-doller").returncode == 0
    return folder


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["Il manque", "--help"]),
        (["frob"], ["frob", "clean"]),
        (["run"], ["ÉTUDE"]),
        (["run", "absente"], ["absente", "thur-doller"]),
        (["run", "../.."], ["nom d'étude"]),
        (["run", "thur-doller", "--wave", "1999"], ["1999", "2015, 2018"]),
        (["run", "thur-doller", "--wave", "2015"], ["2015", "eit clean"]),
        (["run", "thur-doller", "--audience", "voisins"], ["voisins", "partners"]),
        (["run", "thur-doller", "--audience", "company:E99"], ["E99"]),
        (["run", "thur-doller", "--notebook", "99_rien"], ["99_rien", "01_flow_diagnosis"]),
        (["run", "thur-doller", "-p", "inconnu=1"], ["inconnu=1", "seed"]),
        (["run", "thur-doller", "-p", "seed"], ["seed", "NOM=VALEUR"]),
        (["run", "thur-doller", "-p", "seed=beaucoup"], ["seed", "nombre entier", "beaucoup"]),
        (["run", "thur-doller", "-p", "draws=0"], ["draws", "au-dessus de zéro"]),
        (["run", "thur-doller", "-p", "study=autre"], ["study=autre"]),
        (["run", "thur-doller", "--jobs", "0"], ["--jobs"]),
        (["run", "thur-doller", "--jobs", "x"], ["--jobs", "nombre entier"]),
        (["import", "insee", "f.csv", "thur-doller"], ["insee", "bmo", "gerep"]),
        (["import", "bmo", "absent.xlsx", "thur-doller"], ["absent.xlsx"]),
        (["new", "thur-doller"], ["existe déjà"]),
        (["new", "../fuite"], ["nom d'étude"]),
    ],
)
def test_wrong_usage(project: Path, arguments: list[str], words: list[str]) -> None:
    refused(eit(project, *arguments), *words)


def test_outside_a_project(tmp_path: Path) -> None:
    refused(eit(tmp_path, "run", "thur-doller"), "data/raw")


def broken(project: Path, name: str) -> Path:
    """A new study beside the sample with one empty wave."""
    folder = project / "data" / "raw" / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copy(SAMPLE / "study.toml", folder.parent / "study.toml.tmp")
    (folder / "2018").mkdir(parents=True)
    (folder.parent / "study.toml.tmp").rename(folder / "study.toml")
    return folder / "2018"


def test_empty_wave_folder(project: Path) -> None:
    broken(project, "vide")
    refused(eit(project, "clean", "vide"), "2018")


def test_empty_workbook(project: Path) -> None:
    workbook(broken(project, "creux") / "E01.xlsx", {"Feuil1": []})
    refused(eit(project, "clean", "creux"), "E01.xlsx")


def test_folder_where_a_file_is_expected(project: Path) -> None:
    (broken(project, "dossier") / "E01.xlsx").mkdir()
    refused(eit(project, "clean", "dossier"), "E01.xlsx", "dossier")
    refused(eit(project, "import", "bmo", "notebooks", "thur-doller"), "notebooks")


def test_sheet_without_its_key_column(project: Path) -> None:
    wave = broken(project, "sans-cle")
    workbook(
        wave / "E01.xlsx",
        {
            "Entreprise": [["Identifiant", "Raison sociale", "Diffusion"], ["E01", "Essai", "agrégée"]],
            "Flux": [["Sens", "Catégorie", "Quantité", "Unité"], ["sortant", "bois", 3, "t"]],
        },
    )
    result = eit(project, "clean", "sans-cle")
    # It stops nothing else: its rows are in quarantine, and the summary names it.
    assert result.returncode == 0, result.stderr
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("Non lu")]
    assert all(word in line for word in ("E01.xlsx", "Flux", "Identifiant"))
    quarantine = project / "data" / "processed" / "sans-cle" / "2018" / "quarantine.csv"
    assert "no_header" in quarantine.read_text(encoding="utf-8")


def test_a_wave_of_nothing_but_a_sheet_without_its_key_column(project: Path) -> None:
    wave = broken(project, "rien-que-sans-cle")
    workbook(wave / "E01.xlsx", {"Flux": [["Sens", "Catégorie", "Quantité"], ["sortant", "bois", 3]]})
    refused(eit(project, "clean", "rien-que-sans-cle"), "E01.xlsx", "Flux", "Identifiant")


SITE = ["Identifiant", "Raison sociale", "Effectif", "Type d'acteur", "Diffusion"]


def test_an_identifier_cannot_leave_the_reports_folder(project: Path) -> None:
    wave = broken(project, "chemin")
    rows = [
        SITE,
        ["../../EVIL", "Fuite", 30, "entreprise", "nominative"],
        ["E01", "Essai", 30, "entreprise", "agrégée"],
    ]
    workbook(wave / "E01.xlsx", {"Entreprise": rows})
    assert eit(project, "clean", "chemin").returncode == 0
    kept = (project / "data" / "processed" / "chemin" / "2018" / "sites.csv").read_text(encoding="utf-8")
    quarantine = (project / "data" / "processed" / "chemin" / "2018" / "quarantine.csv").read_text(
        encoding="utf-8"
    )
    assert "EVIL" not in kept
    assert "EVIL" in quarantine
    refused(eit(project, "run", "chemin", "--audience", "company:../../EVIL"), "EVIL")


def test_a_study_with_only_its_actors_still_gets_every_report(project: Path) -> None:
    """The first thing a newcomer has: names, and nothing in the other sheets."""
    wave = broken(project, "maigre")
    names = [[f"E{i:02}", f"Atelier {i}", 30 + i, "entreprise", "agrégée"] for i in range(1, 4)]
    workbook(wave / "acteurs.xlsx", {"Entreprise": [SITE, *names]})
    assert eit(project, "clean", "maigre").returncode == 0
    audiences = ("internal", "partners", "public", "company:E01")
    done = eit(project, "run", "maigre", *(part for a in audiences for part in ("--audience", a)))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_tables_of_two_cleanings_are_not_mixed(project: Path) -> None:
    wave = broken(project, "melange")
    workbook(wave / "E01.xlsx", {"Entreprise": [SITE, ["E01", "Essai", 30, "entreprise", "agrégée"]]})
    assert eit(project, "clean", "melange").returncode == 0
    processed = project / "data" / "processed"
    other = processed / "thur-doller" / "2018" / "flows.parquet"
    shutil.copy(other, processed / "melange" / "2018" / "flows.parquet")
    done = eit(project, "run", "melange", "--notebook", "01_flow_diagnosis")
    assert done.returncode == 1
    assert "eit clean melange" in done.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("inconnue = 1", ["inconnue", "study.toml"]),
        ("[disclosure]\nminimum_units = 'trois'", ["minimum_units", "study.toml"]),
        ("titre = = 3", ["study.toml"]),
    ],
)
def test_study_toml_is_checked(project: Path, line: str, words: list[str]) -> None:
    wave = broken(project, "toml")
    path = wave.parent / "study.toml"
    path.write_text(f'title = "T"\nterritory = "V"\n{line}\n', encoding="utf-8")
    refused(eit(project, "clean", "toml"), *words)


def test_refused_input_leaves_the_last_good_files(project: Path) -> None:
    processed = project / "data" / "processed" / "thur-doller" / "2018"
    before = {path.name: path.read_bytes() for path in processed.iterdir() if path.is_file()}
    wave = project / "data" / "raw" / "thur-doller" / "2018"
    aside = wave.rename(wave.with_name("_2018"))
    wave.mkdir()
    workbook(wave / "zz_sans_cle.xlsx", {"Flux": [["Sens", "Catégorie", "Quantité"], ["sortant", "bois", 3]]})
    try:
        refused(eit(project, "clean", "thur-doller"), "zz_sans_cle.xlsx", "Flux")
    finally:
        (wave / "zz_sans_cle.xlsx").unlink()
        wave.rmdir()
        aside.rename(wave)
    assert {path.name: path.read_bytes() for path in processed.iterdir() if path.is_file()} == before


def test_two_runs_write_the_same_bytes(project: Path) -> None:
    processed = project / "data" / "processed" / "thur-doller" / "2018"
    before = {path.name: path.read_bytes() for path in processed.iterdir() if path.is_file()}
    assert eit(project, "clean", "thur-doller").returncode == 0
    assert {path.name: path.read_bytes() for path in processed.iterdir() if path.is_file()} == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs process groups")
def test_killed_at_any_moment_leaves_whole_files(project: Path) -> None:
    """Kill the whole process group at growing delays: each page is the old one or the new one."""
    arguments = ["run", "thur-doller", "--notebook", "01_flow_diagnosis"]
    folder = project / "reports" / "thur-doller" / "2018" / "internal"
    assert eit(project, *arguments).returncode == 0
    for delay in (0.5, 1.5, 2.0, 2.5, 3.0, 3.5):
        process = subprocess.Popen(
            [sys.executable, "-m", "eit_analysis", *arguments],
            cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for path in folder.glob("*.html"):
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>"), (delay, path.name)
