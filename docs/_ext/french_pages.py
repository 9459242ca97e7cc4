"""The guide is in French: its language is declared, and its punctuation gets no-break spaces."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from eit_analysis import french

FOLDER = "guide/"


def punctuate(app: Sphinx, doctree: nodes.document) -> None:
    if app.env.docname.startswith(FOLDER):
        for text in list(doctree.findall(nodes.Text)):
            if not isinstance(text.parent, nodes.literal | nodes.literal_block):
                text.parent.replace(text, nodes.Text(french.bound(text)))


def declare(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object) -> None:
    if pagename.startswith(FOLDER):
        context["body"] = f'<div lang="fr">{context["body"]}</div>'


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-read", punctuate)
    app.connect("html-page-context", declare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
