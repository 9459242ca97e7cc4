"""Notebooks read as the method: short cells without functions, and sections that can each be left out."""

from __future__ import annotations

import ast

import pytest
from notebook_sections import NOTEBOOKS, Names, code_cells, headings, run

from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.refusals import TYPED

ALL = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
REPORTS = [name for name in ALL if name < "9"]


@pytest.mark.parametrize("name", ALL)
def test_it_stays_short_and_defines_nothing(name: str) -> None:
    lengths = [len(source.splitlines()) for source in code_cells(name)]
    assert sum(lengths) <= 400 and max(lengths) <= 25
    trees = [ast.parse(source) for source in code_cells(name)]
    assert not any(isinstance(node, ast.FunctionDef | ast.Lambda) for t in trees for node in ast.walk(t))


@pytest.fixture(scope="module")
def first_cells() -> dict[str, Names]:
    return {name: run(name, "", {}) for name in REPORTS}


@pytest.mark.parametrize(("name", "heading"), [(name, h) for name in REPORTS for h in headings(name)])
def test_each_section_needs_the_first_cells_alone(
    name: str, heading: str, first_cells: dict[str, Names]
) -> None:
    run(name, heading, first_cells[name])


def test_the_factors_that_others_read_tell_of_no_exchange(first_cells: dict[str, Names]) -> None:
    """Cut to the retained exchanges, they told the family and today's outlet of one that was withheld."""
    names = first_cells["02_synergy_scoring"]
    few, seen = names["retained"].head(1), {}
    for audience in ("internal", "partners", f"company:{few['exchange_site_ids'].iloc[0].split()[0]}"):
        release = Release(names["survey"], audience, page="essai")
        of = [names | {"release": release, "retained": kept} for kept in (names["retained"], few)]
        seen[audience] = [run("02_synergy_scoring", "Facteurs", one)["used"] for one in of]
    assert len(seen["internal"][1]) < len(seen["internal"][0])
    for audience, (all_of_them, of_one) in list(seen.items())[1:]:
        assert all_of_them.equals(of_one), audience


NOTED = ("0,65",)  # of a law: in a note


@pytest.mark.parametrize("name", ALL)
def test_no_amount_is_typed_into_a_sentence(name: str) -> None:
    """Not even into one that only other studies say."""
    trees = [ast.parse(source) for source in code_cells(name)]
    texts = [node.value for t in trees for node in ast.walk(t) if isinstance(node, ast.Constant)]
    typed = [TYPED.search(text) for text in texts if isinstance(text, str)]
    assert [found[0] for found in typed if found and not found[0].startswith(NOTED)] == []
