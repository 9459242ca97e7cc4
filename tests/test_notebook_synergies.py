"""Notebook 02 reads as the method: short cells, sections that each stand alone."""

from __future__ import annotations

import pytest
from notebook_sections import code_cells, run_without, sections

NAME = "02_synergy_scoring"


def test_short_cells_without_functions() -> None:
    cells = code_cells(NAME)
    lines = [len(source.splitlines()) for source in cells]
    assert sum(lines) <= 400 and max(lines) <= 25
    assert not any("def " in source or "lambda" in source for source in cells)


@pytest.mark.parametrize("heading", [name for name, cells in sections(NAME).items() if name and cells])
def test_any_section_can_be_dropped(heading: str) -> None:
    run_without(NAME, heading)
