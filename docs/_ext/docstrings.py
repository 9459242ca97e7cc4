"""Makes reStructuredText of the docstrings as the house writes them, before numpydoc reads their sections.

An equation is a paragraph that is indented, set out in columns, or of one equality a line: it is shown as it
is. A bar is a bar (an absolute value, a union of types). A reference starts at the module or at a package
around it.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from textwrap import indent

from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment
from numpydoc import docscrape_sphinx
from package_tree import PACKAGE, read_modules
from sphinx.application import Sphinx

REFERENCE = re.compile(r"(:(?:mod|func|class|meth|attr|data|exc):)`(\w+)([.\w]*)`")
SECTIONS = re.compile(r"^(?=[A-Z][a-z ]+\n-{3,}$)", re.MULTILINE)


def as_restructured_text(docstring: str, module: str) -> str:
    """The whole docstring of a module or of something in it, its equations as literal blocks."""
    head, *sections = SECTIONS.split(docstring, maxsplit=1)
    blocks: list[str] = []
    for block in paragraphs(head):
        before = blocks[-1] if blocks else ""
        if not is_equation(block) or (block.startswith(" ") and before.startswith(("- ", "  "))):
            blocks.append(as_text(block, module))
        elif before.startswith("::") or before.endswith("::"):
            blocks[-1] += "\n\n" + indent(block, "    ")
        else:
            blocks.append("::\n\n" + indent(block, "    "))
    return "\n\n".join([*blocks, *(as_text(section, module) for section in sections)])


def has_equation(module: ast.Module) -> bool:
    return any(map(is_equation, paragraphs(ast.get_docstring(module) or "")))


def paragraphs(text: str) -> list[str]:
    return re.split(r"\n\s*\n", text.strip("\n"))


def is_equation(block: str) -> bool:
    lines = block.split("\n")
    indented = all(line.startswith("  ") for line in lines)
    in_columns = any(re.search(r"\S {3,}\S", line) for line in lines)
    equalities = len(lines) > 1 and all(re.search(r" [=~] ", line) for line in lines)
    return indented or in_columns or equalities


def as_text(block: str, module: str) -> str:
    block = re.sub(r"(``.*?``)|\|", lambda found: found[1] or r"\|", block, flags=re.DOTALL)
    return REFERENCE.sub(lambda found: f"{found[1]}`{target(*found.group(2, 3), module)}`", block)


def target(first: str, rest: str, module: str) -> str:
    """Where ``first.rest`` leads, seen from a module: to what it holds, or a package around it does.

    Else, after a point, Sphinx looks for the end of the name everywhere, and warns when it finds none or two.
    """
    known = read_modules()
    while module:
        if f"{module}.{first}" in known or first in known[module].holds:
            return f"~{module}.{first}{rest}"
        module = module.rpartition(".")[0]
    return first + rest if first == PACKAGE else f".{first}{rest}"


def written_in(obj: object, name: str) -> str:
    """The module where a docstring stands: that of the object, which a package may only pass on."""
    for place in (getattr(obj, "__module__", None), name):
        around = [module for module in read_modules() if f"{place}.".startswith(f"{module}.")]
        if around:
            return max(around, key=len)
    return PACKAGE


def process(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    module = written_in(obj, name)
    lines[:] = [*as_restructured_text("\n".join(lines), module).split("\n"), ""]


@cache
def template_environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(loader=FileSystemLoader(Path(docscrape_sphinx.__file__).parent / "templates"))


def setup(app: Sphinx) -> dict[str, bool]:
    # numpydoc compiles its one template anew for every docstring, which took a fifth of the site's time.
    docscrape_sphinx.SandboxedEnvironment = lambda loader: template_environment()
    app.connect("autodoc-process-docstring", process, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
