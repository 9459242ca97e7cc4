"""The command on wrong usage and wrong input: one French sentence, exit 2, the last good files in place."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command import SITE, broken, eit, eit_process, last_wave_of, refused, workbook

from eit_analysis.__main__ import main as eit_command
from eit_analysis.terminal import progress


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, cleaned: Path) -> Path:
    return last_wave_of(cleaned, tmp_path_factory.mktemp("usage"))


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
        (["run", "thur-doller", "-p", "inconnu=1"], ["inconnu=1", "stalled_months"]),
        (["run", "thur-doller", "-p", "stalled_months"], ["stalled_months", "NOM=VALEUR"]),
        (["run", "thur-doller", "-p", "stalled_months=un"], ["stalled_months", "nombre entier", "un"]),
        (["run", "thur-doller", "-p", "stalled_months=0"], ["stalled_months", "au-dessus de zéro"]),
        (["run", "thur-doller", "-p", "study=autre"], ["study=autre"]),
        (["run", "thur-doller", "-p", "listed_flows=" + "9" * 23], ["listed_flows", "au plus un million"]),
        (["run", "thur-doller", "-p", "pooling_radius_km=nan"], ["pooling_radius_km", "au plus un million"]),
        (["run", "thur-doller", "--jobs", "0"], ["--jobs"]),
        (["run", "thur-doller", "--jobs", "x"], ["--jobs", "nombre entier"]),
        (["history", "thur-doller"], ["2\u00a0vagues", "trois"]),
        (["import", "insee", "f.csv", "thur-doller"], ["insee", "bmo", "gerep"]),
        (["import", "bmo", "absent.xlsx", "thur-doller"], ["absent.xlsx"]),
        (["new", "thur-doller"], ["existe déjà", "acteurs.csv", "eit forms thur-doller"]),
        (["new", "../fuite"], ["nom d'étude"]),
    ],
)
def test_wrong_usage(project: Path, arguments: list[str], words: list[str]) -> None:
    refused(eit(project, *arguments), *words)


@pytest.mark.parametrize(
    ("arguments", "words"), [([], ["Il manque", "--help"]), (["run", "thur-doller"], ["data/raw"])]
)
def test_in_a_process_of_its_own(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    refused(eit_process(tmp_path, *arguments), *words)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_says_what_is_done_and_a_pipe_nothing(monkeypatch, terminal: bool) -> None:
    err = io.StringIO()
    err.isatty = lambda: terminal  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(sys, "argv", ["eit", "frob"])
    assert eit_command() == 2
    assert list(progress(["E01.xlsx"], words="Lecture")) == ["E01.xlsx"]
    said = err.getvalue()
    assert "frob" in said
    assert ("Démarrage…" in said and "Lecture: " in said and "fiches de relance…" in said) is terminal
    assert ("\x1b" in said) is terminal


def test_outside_a_project(tmp_path: Path) -> None:
    refused(eit(tmp_path, "run", "thur-doller"), "data/raw")


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
    site = [["Identifiant", "Raison sociale", "Diffusion"], ["E01", "Essai", "agrégée"]]
    workbook(wave / "E01.xlsx", {"Entreprise": site})
    # Nothing says whose rows these are.
    flows = [["Sens", "Catégorie", "Quantité", "Unité"], ["sortant", "bois", 3, "t"]]
    workbook(wave / "reponses.xlsx", {"Flux": flows})
    result = eit(project, "clean", "sans-cle")
    # It stops nothing else: its rows are in quarantine, and the summary names it.
    assert result.returncode == 0, result.stderr
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("Non lu")]
    assert all(word in line for word in ("reponses.xlsx", "Flux", "Identifiant"))
    quarantine = project / "data" / "processed" / "sans-cle" / "2018" / "quarantine.csv"
    assert "no_header" in quarantine.read_text(encoding="utf-8")


def test_what_was_not_read_is_named(project: Path) -> None:
    wave = broken(project, "de-cote")
    site = ["E01", "Essai", 12, "entreprise", "agrégée", "x"]
    sheets = {"Entreprise": [[*SITE, "Standard"], site], "Notes": [["Merci"]]}
    workbook(wave / "E01.xlsx", sheets)
    workbook(wave / "E02.xlsx", {"Entreprise": [[*SITE, "Standard"], ["E02", *site[1:]]]})
    (wave / "E03.pdf").write_bytes(b"%PDF-1.4")
    (wave / "E04.csv").write_text("")
    said = eit(project, "clean", "de-cote").stdout.replace("\u00a0", " ")
    assert "2 fichiers lus sur 3" in said
    lines = [line.partition(" ; ")[0] for line in said.splitlines()[3:]]
    assert lines == [
        "Non lu : E03.pdf : ce format n'est pas lu",
        "Non lu : E04.csv : le fichier est vide",
        "Feuille laissée de côté : « Notes » (E01.xlsx)",
        "Colonne laissée de côté : « Standard » (E01.xlsx, feuille Entreprise, et 1 autre feuille)",
    ]


def test_a_wave_of_nothing_but_a_sheet_without_its_key_column(project: Path) -> None:
    wave = broken(project, "rien-que-sans-cle")
    workbook(wave / "E01.xlsx", {"Flux": [["Sens", "Catégorie", "Quantité"], ["sortant", "bois", 3]]})
    refused(eit(project, "clean", "rien-que-sans-cle"), "E01.xlsx", "Flux", "Identifiant")


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


def test_tables_of_two_cleanings_are_not_mixed(project: Path) -> None:
    wave = broken(project, "melange")
    workbook(wave / "E01.xlsx", {"Entreprise": [SITE, ["E01", "Essai", 30, "entreprise", "agrégée"]]})
    assert eit(project, "clean", "melange").returncode == 0
    processed = project / "data" / "processed"
    other = processed / "thur-doller" / "2018" / "flows.parquet"
    shutil.copy(other, processed / "melange" / "2018" / "flows.parquet")
    done = eit(project, "run", "melange", "--notebook", "01_flow_diagnosis")
    refused(done, "flows.parquet", "eit clean melange")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("inconnue = 1", ["inconnue", "study.toml"]),
        (
            "[disclosure]\nminimum_units = 'trois'",
            ["minimum_units", "study.toml", "«\u00a0trois\u00a0»", "nombre entier"],
        ),
        ("[scoring]\nradius_km = -4.5", ["scoring.radius_km", "«\u00a0-4.5\u00a0»", "au-dessus de 0"]),
        ("[scoring.bounds]\nfte = [1.0]", ["scoring.bounds.fte", "«\u00a0[1.0]\u00a0»"]),
        ("titre = = 3", ["study.toml"]),
    ],
)
def test_study_toml_is_checked(project: Path, line: str, words: list[str]) -> None:
    wave = broken(project, "toml")
    path = wave.parent / "study.toml"
    path.write_text(f'title = "T"\nterritory = "V"\n{line}\n', encoding="utf-8")
    refused(eit(project, "clean", "toml"), *words)


@contextmanager
def sample_study_with(project: Path, old: str, new: str) -> Iterator[None]:
    """The sample's ``study.toml`` with other words in it, for a while."""
    path = project / "data" / "raw" / "thur-doller" / "study.toml"
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("exchange", ["E01-F03>R99-F01", "R02-F01>E01-F03"])
def test_an_exclusive_exchange_that_no_wave_has_is_refused(project: Path, exchange: str) -> None:
    limits = f'[allocation]\nexclusive = [["{exchange}", "E01-F03>R02-F01"]]'
    with sample_study_with(project, "[allocation]", limits):
        refused(eit(project, "run", "thur-doller"), "study.toml", "allocation.exclusive", exchange)


def test_a_shock_on_a_sector_that_no_wave_has_is_refused(project: Path) -> None:
    with sample_study_with(project, 'naf = "22"', 'naf = "99"'):
        refused(eit(project, "run", "thur-doller"), "study.toml", "scenarios.shocks.naf", "99")


def test_a_shock_beyond_the_forecast_is_refused(project: Path) -> None:
    with sample_study_with(project, "year = 2021\nshare", "year = 2031\nshare"):
        refused(eit(project, "run", "thur-doller"), "study.toml", "scenarios.shocks.year", "2031", "2028")


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
