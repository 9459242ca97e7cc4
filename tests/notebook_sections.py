"""The sections of a notebook, and each of them run by itself."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
Names = dict[str, object]


def code_cells(name: str) -> list[str]:
    """The code of each cell."""
    return [cell.source for cell in _cells(name) if cell.cell_type == "code"]


def sections(name: str) -> dict[str, list[str]]:
    """The code of each section by its heading; what precedes the first heading under an empty one."""
    found: dict[str, list[str]] = {"": []}
    heading = ""
    for cell in _cells(name):
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            heading = cell.source.splitlines()[0].removeprefix("## ")
            found[heading] = []
        elif cell.cell_type == "code":
            found[heading].append(cell.source)
    return found


def headings(name: str) -> list[str]:
    """The sections that compute, the last first.

    Run in this order, each upon what the first cells leave, none meets what an earlier one left behind, be it
    a name or something kept in an object: whatever is dropped of what precedes a section, it runs.
    """
    return [heading for heading, cells in reversed(sections(name).items()) if heading and cells]


def run(name: str, heading: str, names: Names) -> Names:
    """The names after the cells of a section, run as a kernel would upon a copy of those given."""
    names = dict(names)
    with chdir(NOTEBOOKS.parent):
        for source in sections(name)[heading]:
            exec(compile(source, f"{name} : {heading}", "exec"), names)
    return names


def _cells(name: str) -> list:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
