"""The directive ``formulas``: the heads of modules, where each method has its equation and its source."""

from __future__ import annotations

from docstrings import has_equation
from docutils import nodes
from docutils.statemachine import StringList
from package_tree import PACKAGE, children, read_modules
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Formulas(SphinxDirective):
    """The docstrings of the modules named; for a package, of its modules, those with an equation first."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        known = read_modules()
        content = StringList()
        for name in self.arguments[0].split():
            full = f"{PACKAGE}.{name}"
            inside = sorted(children(full, known), key=lambda name: not has_equation(known[name].tree))
            for module in [full, *inside]:
                head = [f".. rubric:: :mod:`~{module}`", "", f".. automodule:: {module}", "   :no-index:", ""]
                content.extend(StringList(head, self.get_source_info()[0]))
        container = nodes.container()
        self.state.nested_parse(content, 0, container)
        return [container]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("formulas", Formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
