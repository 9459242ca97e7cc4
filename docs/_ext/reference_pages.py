"""Writes a page for each module and a map for each package into ``docs/api/``, from the package's files.

Nothing is listed by hand: a module that comes, goes or changes its name does so here at the next build.
"""

from __future__ import annotations

from pathlib import Path

from docstrings import as_text
from import_drawing import draw
from package_tree import Module, children, imports_between_children, read_modules
from sphinx.application import Sphinx


def package_page(package: Module, known: dict[str, Module]) -> str:
    """The docstring of a package, a drawing and a table of what is inside, and what it defines itself."""
    graph = imports_between_children(package.name, known)
    inside = children(package.name, known)
    rows = [
        f"   * - :mod:`~{name}`\n     - {as_text(known[name].purpose, package.name)}\n"
        f"     - {', '.join(f':mod:`~{target}`' for target in sorted(graph[name]))}\n"
        for name in inside
    ]
    drawing = draw(graph, f"Who imports whom in {package.name}")
    return (
        f".. automodule:: {package.name}\n   :members:\n\n.. raw:: html\n\n   {drawing}\n\n"
        ".. list-table::\n   :header-rows: 1\n   :widths: 25 50 25\n\n"
        "   * - Module\n     - Purpose\n     - Imports, of these\n" + "".join(rows) + "\n"
        ".. toctree::\n   :hidden:\n\n" + "".join(f"   {label(name)} <{name}>\n" for name in inside)
    )


def label(name: str) -> str:
    return name.rpartition(".")[2]


def module_page(module: Module) -> str:
    return f".. automodule:: {module.name}\n   :members:\n"


def write_pages(app: Sphinx) -> None:
    """Write what changed and remove what has no module any more."""
    folder = Path(app.srcdir) / "api"
    folder.mkdir(exist_ok=True)
    known = read_modules()
    pages = {}
    for module in known.values():
        title = f"{module.name}\n{'=' * len(module.name)}\n\n"
        body = package_page(module, known) if children(module.name, known) else module_page(module)
        pages[f"{module.name}.rst"] = title + body
    for old in {path.name for path in folder.iterdir()} - pages.keys():
        (folder / old).unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
