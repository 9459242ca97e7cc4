"""Writes a page for each module and a map for each package into ``docs/api/``, from the package's files.

Nothing is listed by hand: a module that comes, goes or changes its name does so here at the next build.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docstrings import as_text
from import_drawing import draw
from package_tree import Module, children, imports_between_children, read_modules
from sphinx.application import Sphinx


def page(module: Module, known: dict[str, Module]) -> str:
    """The docstring of a module, the map of a package after it (`add_map`), then what it defines."""
    title = f"{module.name}\n{'=' * len(module.name)}\n\n"
    inside = "".join(f"   {label(name)} <{name}>\n" for name in children(module.name, known))
    tree = f"\n.. toctree::\n   :hidden:\n\n{inside}" if inside else ""
    return f"{title}.. automodule:: {module.name}\n   :members:\n{tree}"


def package_map(package: str, known: dict[str, Module]) -> str:
    """A drawing of who imports whom inside a package, and a table of what each module is for."""
    graph = imports_between_children(package, known)
    rows = [
        f"   * - :mod:`~{name}`\n     - {as_text(known[name].purpose, package)}\n"
        f"     - {', '.join(f':mod:`~{target}`' for target in sorted(graph[name]))}\n"
        for name in graph
    ]
    drawing = draw(graph, f"Who imports whom in {package}")
    return (
        f".. raw:: html\n\n   {drawing}\n\n.. list-table::\n   :header-rows: 1\n   :widths: 25 50 25\n\n"
        "   * - Module\n     - Purpose\n     - Imports, of these\n" + "".join(rows)
    )


def add_map(app: Sphinx, what: str, name: str, obj: object, options: Any, lines: list[str]) -> None:
    known = read_modules()
    if what == "module" and children(name, known) and not options.no_index:
        lines += ["", *package_map(name, known).split("\n"), ""]


def label(name: str) -> str:
    return name.rpartition(".")[2]


def write_pages(app: Sphinx) -> None:
    """Write what changed and remove what has no module any more."""
    folder = Path(app.srcdir) / "api"
    folder.mkdir(exist_ok=True)
    known = read_modules()
    pages = {f"{module.name}.rst": page(module, known) for module in known.values()}
    for old in {path.name for path in folder.iterdir()} - pages.keys():
        (folder / old).unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-process-docstring", add_map, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
