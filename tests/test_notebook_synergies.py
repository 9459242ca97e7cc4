"""Notebook 02 reads as the method: short cells, sections that each stand alone."""

from __future__ import annotations

import pytest
from notebook_sections import Names, code_cells, headings, run

NAME = "02_synergy_scoring"


def test_short_cells_without_functions() -> None:
    cells = code_cells(NAME)
    lines = [len(source.splitlines()) for source in cells]
    assert sum(lines) <= 400 and max(lines) <= 25
    assert not any("def " in source or "lambda" in source for source in cells)


@pytest.fixture(scope="module")
def first_cells() -> Names:
    return run(NAME, "", {})


@pytest.mark.parametrize("heading", headings(NAME))
def test_each_section_needs_the_first_cells_alone(heading: str, first_cells: Names) -> None:
    run(NAME, heading, first_cells)
