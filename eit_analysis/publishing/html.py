"""Fragments of a page, and accessible drawings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from markupsafe import Markup

from eit_analysis.templates import environment

TEMPLATES = Path(__file__).parent / "template"


def rendered(template: str, **values: Any) -> Markup:
    """One template, filled."""
    return Markup(environment(TEMPLATES).get_template(f"{template}.html.j2").render(**values))


def macro(name: str, *arguments: Any) -> Markup:
    """One macro of ``fragments.html.j2``, rendered."""
    return Markup(getattr(environment(TEMPLATES).get_template("fragments.html.j2").module, name)(*arguments))


def in_notebook(fragment: Markup) -> str:
    """A fragment for an output of JupyterLab: with the page's own style sheet, kept to itself."""
    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    css = css[: css.index("@media print")].replace(":root", ":scope").replace("html {", ":scope {")
    # What holds of the body of a page, whatever the colours around it.
    css += ":scope { background: var(--paper); color: var(--ink); font-family: Arial; padding: .5em; }"
    return f'<div class="eit"><style>@scope (.eit) {{ {css} }}</style>{fragment}</div>'


def accessible(svg: str, name: str, title: str, description: str) -> str:
    """The SVG with a title and a description, and ids that no other figure of the page has."""
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    head = Markup('<title id="{0}-t">{1}</title><desc id="{0}-d">{2}</desc>').format(name, title, description)
    start, rest = svg.split(">", 1)
    return f'{start} role="img" aria-labelledby="{name}-t {name}-d" class="drawing">{head}{rest}'
