"""The directive ``formulas``: the heads of modules, where each method has its equation and its source."""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from package_tree import PACKAGE, children, read_modules
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Formulas(SphinxDirective):
    """The docstrings of the modules named, those of all its modules for a package."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        known = read_modules()
        content = StringList()
        for name in self.arguments[0].split():
            full = f"{PACKAGE}.{name}"
            for module in [full, *children(full, known)]:
                head = [f".. rubric:: :mod:`~{module}`", "", f".. automodule:: {module}", "   :no-index:", ""]
                content.extend(StringList(head, self.get_source_info()[0]))
        container = nodes.container()
        self.state.nested_parse(content, 0, container)
        return [container]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("formulas", Formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
