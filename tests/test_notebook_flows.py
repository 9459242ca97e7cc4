"""Notebook 01 reads as the method: short cells, sections that can each be left out."""

import ast

import pytest
from notebook_sections import NOTEBOOKS, code_cells, run_without, sections

NAME = "01_flow_diagnosis"


def test_it_stays_short_and_defines_nothing():
    lengths = [len(source.splitlines()) for source in code_cells(NAME)]
    assert sum(lengths) <= 400 and max(lengths) <= 25
    trees = [ast.parse(source) for source in code_cells(NAME)]
    assert not any(isinstance(node, ast.FunctionDef | ast.Lambda) for t in trees for node in ast.walk(t))


@pytest.mark.parametrize("dropped", [name for name, cells in sections(NAME).items() if name and cells])
def test_a_section_can_be_left_out(dropped, monkeypatch):
    monkeypatch.chdir(NOTEBOOKS.parent)
    run_without(NAME, dropped)
