"""Notebook 03 reads as the method: short cells, and sections that can each be moved or dropped."""

from __future__ import annotations

import pytest
from notebook_sections import NOTEBOOKS, code_cells, run_without, sections

NAME = "03_employment_skills_forecast"


def test_the_notebook_is_short() -> None:
    lengths = [len(source.splitlines()) for source in code_cells(NAME)]
    assert sum(lengths) <= 400
    assert max(lengths) <= 25
    assert not any("def " in source for source in code_cells(NAME))


@pytest.mark.parametrize("dropped", [heading for heading in sections(NAME) if heading])
def test_each_section_may_be_dropped(dropped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(NOTEBOOKS.parent)
    run_without(NAME, dropped)
