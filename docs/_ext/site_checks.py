"""What must be true of the site once it is built: else a warning, which the build takes for an error.

Every module says what it is for, every public docstring of the package is in the reference, and no page asks
another machine for anything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from package_tree import read_modules
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger

ELSEWHERE = r"""["'\s=(]+(?:https?:)?//[^"'\s)>]+"""
REQUEST = re.compile(
    rf"<(?:script|img|link|iframe|source|object|embed)\b[^>]*?(?:src|href|data){ELSEWHERE}"
    rf"|url{ELSEWHERE}|@import\s*[\"'](?:https?:)?//[^\"']+"
)


def documented(tree: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    """Full names of the public functions, classes and methods that have a docstring."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            name = f"{prefix}.{node.name}"
            if ast.get_docstring(node):
                yield name
            if isinstance(node, ast.ClassDef):
                yield from documented(node, name)


def check(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name != "html":
        return
    warning = getLogger(__name__).warning
    shown = app.env.domains.python_domain.objects
    for module in read_modules().values():
        if not module.purpose:
            warning("%s does not say what it is for", module.name)
        for name in documented(module.tree, module.name):
            if name not in shown:
                warning("%s has a docstring and no place in the reference", name)
    for path in [*Path(app.outdir).rglob("*.html"), *Path(app.outdir).rglob("*.css")]:
        for found in REQUEST.finditer(path.read_text("utf-8")):
            warning("%s asks for %s", path.name, found[0])


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
