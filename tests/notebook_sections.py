"""The sections of a notebook, to run it without one of them."""

from __future__ import annotations

from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


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


def run_without(name: str, dropped: str) -> None:
    """Run all cells but those of one section, in one namespace, as a kernel would."""
    namespace: dict[str, object] = {}
    for heading, cells in sections(name).items():
        for source in cells if heading != dropped else ():
            exec(compile(source, f"{name} : {heading}", "exec"), namespace)


def _cells(name: str) -> list:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
