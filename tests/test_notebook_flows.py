"""Notebook 01 reads as the method: short cells, sections that can each be left out."""

import ast

import pytest
from notebook_sections import code_cells, headings, run

NAME = "01_flow_diagnosis"


def test_it_stays_short_and_defines_nothing():
    lengths = [len(source.splitlines()) for source in code_cells(NAME)]
    assert sum(lengths) <= 400 and max(lengths) <= 25
    trees = [ast.parse(source) for source in code_cells(NAME)]
    assert not any(isinstance(node, ast.FunctionDef | ast.Lambda) for t in trees for node in ast.walk(t))


@pytest.fixture(scope="module")
def first_cells():
    return run(NAME, "", {})


@pytest.mark.parametrize("heading", headings(NAME))
def test_each_section_needs_the_first_cells_alone(heading, first_cells):
    run(NAME, heading, first_cells)
