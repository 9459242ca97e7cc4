"""The command in a project of its own: in a process, or in this one, which saves the imports."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import xlsxwriter

from eit_analysis.cli import main

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "raw" / "thur-doller"
SITE = ["Identifiant", "Raison sociale", "Effectif", "Type d'acteur", "Diffusion"]
Done = subprocess.CompletedProcess[str]


def eit_process(folder: Path, *arguments: str) -> Done:
    """A process of its own: what a user sees, the last trace and warning included."""
    return subprocess.run(
        [sys.executable, "-m", "eit_analysis", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def eit(folder: Path, *arguments: str) -> Done:
    """The command in this process; a warning is an output too, as on a terminal."""
    before, out, err = Path.cwd(), io.StringIO(), io.StringIO()
    os.chdir(folder)
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            warnings.catch_warnings(record=True) as warned,
        ):
            warnings.simplefilter("default")
            for hidden in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
                warnings.simplefilter("ignore", hidden)
            code = main(list(arguments))
    finally:
        os.chdir(before)
    lines = [f"{warning.category.__name__}: {warning.message}\n" for warning in warned]
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue() + "".join(lines))


def refused(result: Done, *words: str) -> None:
    """One French sentence that says the words, exit code 2, and no traceback."""
    assert result.returncode == 2, result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in lines[0], lines[0]


def raw_project(folder: Path) -> Path:
    """A project folder, its path with a space and an accent: the sample study as its firms sent it."""
    folder = folder / "essai été" / "mon projet"
    shutil.copytree(SAMPLE, folder / "data" / "raw" / "thur-doller")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_*"))
    return folder


def last_wave_of(cleaned: Path, folder: Path) -> Path:
    """A copy of the project of the sample study, of which only the last wave is cleaned."""
    folder = shutil.copytree(cleaned, folder / "essai été" / "mon projet")
    shutil.rmtree(folder / "data" / "processed" / "thur-doller" / "2015")
    return folder


def publish(folder: Path, *audiences: str) -> None:
    """Every page of the sample study for each audience, without a word of complaint."""
    done = eit_process(folder, "run", "thur-doller", *(part for a in audiences for part in ("--audience", a)))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)


def broken(project: Path, name: str) -> Path:
    """A new study beside the sample with one empty wave."""
    folder = project / "data" / "raw" / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copy(SAMPLE / "study.toml", folder.parent / "study.toml.tmp")
    (folder / "2018").mkdir(parents=True)
    (folder.parent / "study.toml.tmp").rename(folder / "study.toml")
    return folder / "2018"
