"""Whole runs of the command in processes of their own: reports of a bare study, same bytes, kills."""

from __future__ import annotations

import html
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import SITE, Done, broken, eit, eit_process, raw_project, refused, workbook

from eit_analysis.study import Study


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beside the sample study, one of which nothing but three names is known."""
    folder = raw_project(tmp_path_factory.mktemp("runs"))
    names = [[f"E{i:02}", f"Atelier {i}", 30 + i, "entreprise", "agrégée"] for i in range(1, 4)]
    workbook(broken(folder, "maigre") / "acteurs.xlsx", {"Entreprise": [SITE, *names]})
    assert eit(folder, "clean", "maigre").returncode == 0
    return folder


@pytest.fixture(scope="module")
def bare(project: Path) -> Done:
    """Its pages, for every kind of audience."""
    audiences = ("internal", "partners", "public", "company:E01")
    return eit_process(project, "run", "maigre", *(part for a in audiences for part in ("--audience", a)))


def test_a_study_with_only_its_actors_still_gets_every_report(bare: Done, project: Path) -> None:
    """The first thing a newcomer has: names, and nothing in the other sheets; no scenario is blamed."""
    assert bare.returncode == 0, bare.stderr
    assert bare.stderr == ""
    pages = [*project.glob("reports/maigre/2018/*/06_*.html")]
    for page in pages:
        text = html.unescape(page.read_text(encoding="utf-8"))
        assert "aucune donnée" not in text and "Ne touchent aucun flux" not in text
        assert "aucun scénario n’est chiffré" in text and "rien n’est jugé, taxé ni compté ici" in text
    assert len(pages) == 4


def test_two_runs_write_the_same_bytes(project: Path, cleaned: Path) -> None:
    def written(folder: Path) -> dict[str, bytes]:
        processed = folder / "data" / "processed" / "thur-doller" / "2018"
        return {path.name: path.read_bytes() for path in processed.iterdir() if path.is_file()}

    assert eit_process(project, "clean", "thur-doller").returncode == 0
    assert written(project) == written(cleaned)


def state(folder: Path) -> dict[Path, int]:
    """Every file with the time of its last change; one that goes away meanwhile is left out."""
    times = {}
    for path in folder.rglob("*"):
        try:
            times[path] = path.stat().st_mtime_ns
        except FileNotFoundError:
            continue
    return times


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs process groups")
def test_killed_at_any_moment_leaves_whole_files(project: Path, bare: Done) -> None:
    """Kill the whole process group early, then while it writes: each page is the old one or the new one."""
    arguments = ["run", "maigre", "--notebook", "00_survey_quality"]
    folder = project / "reports" / "maigre" / "2018" / "internal"
    assert bare.returncode == 0
    assert list(folder.glob("*.html"))
    for writing, delay in ((False, 0.5), (False, 1.5), (True, 0.0), (True, 0.005), (True, 0.05)):
        before = state(folder)
        process = subprocess.Popen(
            [sys.executable, "-m", "eit_analysis", *arguments],
            cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        while writing and state(folder) == before:
            assert process.poll() is None, "it wrote nothing"
            time.sleep(0.002)
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for path in folder.glob("*.html"):
            text = path.read_text(encoding="utf-8")
            assert text.rstrip().endswith("</html>"), (writing, delay, path.name)


def test_without_any_notebook_one_sentence_says_so(small_study: Study) -> None:
    refused(eit(small_study.root, "run", "essai", "--audience", "public"), "Aucun notebook")
