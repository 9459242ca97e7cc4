"""Three hundred hostile texts from answers to pages: shown as text, run by nothing that opens the files."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest
from browser import needs_browser
from command import eit, eit_process
from hostile_pages import Outline, in_browser
from hostile_study import HOSTILE, STUDY, WAVE, hostile_project

from benchmarks.spreadsheets import differing, live_cells
from eit_analysis.templates import FORBIDDEN

AUDIENCES = ("internal", "partners", "public", "company:E12")
SHOWN = {
    "flows": ["description", "contractor"], "sharing": ["item"], "workforce": ["occupation"],
    "skills": ["skill"], "readiness": ["item"],
}  # fmt: skip
# Every free text of the tables in every kind of thing that a page may hold.
CELLS = [
    f"study = {STUDY!r}\nwave = {WAVE!r}\naudience = 'internal'",
    "import eit_analysis as eit\n"
    "survey = eit.open_study(study, wave)\n"
    "release = eit.Release(survey, audience, page='01_textes')\n"
    "sites, outgoing = release.sites(), eit.flows.outgoing(release.flows('all'))",
    "release.listing(sites[['site_id', 'headcount']], 'Acteurs', ['site_id'])",
    *(
        f"release.listing(release.load({table!r})[['site_id', {column!r}]], '{table} {column}', ['site_id'])"
        for table, columns in SHOWN.items()
        for column in columns
    ),
    "titles = release.load('synergy_register')\n"
    "release.listing(titles[['synergy_id', 'title', 'site_ids']], 'Synergies', ['site_ids'])",
    "named = release.load('sirene')[['name']].drop_duplicates()\n"
    "release.summary(named.rename(columns={'name': 'title'}), 'Répertoire', ['title'])",
    "masses = eit.flows.totals(outgoing, 'contractor')\n"
    "table = release.table(masses, 'Par prestataire')",
    "release.figure(eit.figures.bars, table, 'Prestataires', finding=release.text('{x} !', x=table.first()))",
    "first, second = (release.text('{x}.', x=table.first(rank=place)) for place in (1, 2))\n"
    "release.highlights([('Qui ?', first, second)])",
    "release.sheets('Fiches', [(t.title, t.title, t.site_ids.split(), [release.text('Rien.')])"
    " for t in titles.itertuples()])",
]  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = hostile_project(tmp_path_factory.mktemp("hostile"), ("00_survey_quality",))
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    cells[0].metadata["tags"] = ["parameters"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Textes"), *cells])
    nbformat.write(notebook, folder / "notebooks" / "01_textes.ipynb")
    return folder


@pytest.fixture(scope="module")
def said(project: Path) -> str:
    """What the commands wrote on the terminal, from workbooks to pages."""
    audiences = [part for audience in AUDIENCES for part in ("--audience", audience)]
    ran = [
        eit(project, "clean", STUDY), eit(project, "import", "sirene", "sirene.csv", STUDY),
        eit_process(project, "run", STUDY, *audiences),
    ]  # fmt: skip
    for done in ran:
        assert done.returncode == 0 and not done.stderr, done.stderr
    return "".join(done.stdout for done in ran)


def pages(project: Path) -> list[Path]:
    return sorted([*(project / "reports").rglob("*.html"), *(project / "data" / "processed").rglob("*.html")])


def test_there_are_three_hundred() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 300


def test_the_terminal_gets_lines_and_no_control_character(said: str) -> None:
    assert "laissée de côté" in said
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", said)


def test_no_page_failed_and_none_holds_an_element_that_a_text_made(project: Path, said: str) -> None:
    found = pages(project)
    assert {path.name for path in found} >= {"00_survey_quality.html", "01_textes.html", "E01_relance.html"}
    assert not [path for path in found if path.name.endswith(".echec.html")]
    for path in found:
        page = path.read_text(encoding="utf-8")
        assert not Outline(page).wrong, path
        assert not FORBIDDEN.search(page), path


def test_texts_are_shown_as_they_were_read(project: Path, said: str) -> None:
    study = project / "data" / "processed" / STUDY / WAVE
    page = (project / "reports" / STUDY / WAVE / "internal" / "01_textes.html").read_text(encoding="utf-8")
    text = spaced(Outline(page).text)
    shown = {**SHOWN, "sites": ["name"], "synergy_register": ["title"], "sirene": ["name"]}
    seen = set()
    for table, columns in shown.items():
        for column in columns:
            values = set(pd.read_parquet(study / f"{table}.parquet")[column].dropna())
            seen |= values
            assert not [value for value in values if spaced(value) not in text], (table, column)
    assert len(seen) > 300


def spaced(text: str) -> str:
    return " ".join(text.replace("\u2019", "'").split())


def test_no_csv_nor_workbook_holds_a_formula(project: Path, said: str) -> None:
    tables = list((project / "reports").rglob("*.csv"))
    processed = list((project / "data" / "processed").rglob("*.csv"))
    assert len(tables) > 60 and len(processed) > 12
    for path in (*tables, *processed):
        assert not live_cells(path.read_bytes()), path
    for path in processed:
        if path.parent.name == "relances":  # the list of questions is for people only
            continue
        assert not differing(path.read_bytes(), pd.read_parquet(path.with_suffix(".parquet"))), path
    books = [*(project / "data" / "processed").rglob("*.xlsx"), *(project / "reports").rglob("*.xlsx")]
    assert len(books) > 20
    for path in books:
        for sheet in openpyxl.load_workbook(path, read_only=True):
            assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row), path


@needs_browser
def test_nothing_runs_in_a_browser_that_knows_no_policy(project: Path, said: str) -> None:
    title, words, requests = in_browser(project, pages(project))
    assert "ALL LOADED" in words
    # What the harness must see, it sees: the page made for it runs, and asks for its picture.
    assert words.split() == ["CONTROL", "RAN", "FOUND", "/control", "ALL", "LOADED"]
    assert (title, requests) == ("calme", ["/control.png"])
