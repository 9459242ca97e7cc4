"""A module named in a page on methods or data, such as ``uncertainty/lognormal``, leads to its own page.

It is found by the end of its name, inside the package that the page is about where there is one. A name
that is no module, or of several, stays as it is.
"""

from __future__ import annotations

from docutils import nodes
from package_tree import PACKAGE, read_modules
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

PAGES = {"flows": "flows", "synergies": "synergies", "employment": "employment", "series": "employment"}


def module_named(text: str, package: str | None) -> str | None:
    """The one module whose dotted name ends like a path; a bare word counts only on a package's page."""
    if not package and "/" not in text:
        return None
    inside = f"{PACKAGE}.{package}" if package else PACKAGE
    end = "." + text.removesuffix(".py").strip("/").replace("/", ".")
    found = [name for name in read_modules() if f".{name}".endswith(end) and name.startswith(inside)]
    return found[0] if len(found) == 1 else None


def link(app: Sphinx, doctree: nodes.document) -> None:
    package = PAGES.get(app.env.docname)
    for literal in list(doctree.findall(nodes.literal)):
        module = module_named(literal.astext(), package)
        if module and not isinstance(literal.parent, pending_xref):
            reference = pending_xref("", refdomain="py", reftype="mod", reftarget=module, refexplicit=True)
            reference["refdoc"] = app.env.docname
            literal.replace_self(reference)
            reference += literal


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-read", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
