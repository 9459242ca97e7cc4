"""The analysts' guide: what it tells them to type works on the sample study, in the order of the page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "guide" / "notebook.md").read_text(encoding="utf-8")


def test_every_block_of_the_page_on_notebooks_runs_and_shows_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    shown = []
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        *lines, last = ast.parse(block).body
        exec(compile(ast.Module(lines, []), "notebook.md", "exec"), names)
        shown.append(eval(compile(ast.Expression(last.value), "notebook.md", "eval"), names))
    assert len(shown) == 15
    assert all(hasattr(value, "_repr_html_") for value in shown)


def test_the_messages_it_explains_are_those_of_the_package() -> None:
    files = [*(ROOT / "eit_analysis").rglob("*.py"), ROOT / "eit_analysis" / "reference" / "sentences.csv"]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    explained = re.findall(r"^\| « (?:… )?(.+?) » \|", PAGE, flags=re.MULTILINE)
    assert len(explained) == 13
    assert [message for message in explained if message not in source] == []
