"""Notebook 03 reads as the method: short cells, and sections that can each be moved or dropped."""

from __future__ import annotations

import pytest
from notebook_sections import Names, code_cells, headings, run

NAME = "03_employment_skills_forecast"


def test_the_notebook_is_short() -> None:
    lengths = [len(source.splitlines()) for source in code_cells(NAME)]
    assert sum(lengths) <= 400
    assert max(lengths) <= 25
    assert not any("def " in source for source in code_cells(NAME))


@pytest.fixture(scope="module")
def first_cells() -> Names:
    return run(NAME, "", {})


@pytest.mark.parametrize("heading", headings(NAME))
def test_each_section_needs_the_first_cells_alone(heading: str, first_cells: Names) -> None:
    run(NAME, heading, first_cells)
