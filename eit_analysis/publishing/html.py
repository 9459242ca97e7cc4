"""How anything becomes HTML: one Jinja environment that escapes everything, and accessible drawings."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "template"


@cache
def environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def macro(name: str, *arguments: Any) -> Markup:
    """One macro of ``fragments.html.j2``, rendered."""
    return Markup(getattr(environment().get_template("fragments.html.j2").module, name)(*arguments))


def accessible(svg: str, name: str, title: str, description: str) -> str:
    """The SVG with a title and a description, and ids that no other figure of the page has."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', svg)
    head = Markup('<title id="{0}-t">{1}</title><desc id="{0}-d">{2}</desc>').format(name, title, description)
    start, rest = svg.split(">", 1)
    return f'{start} role="img" aria-labelledby="{name}-t {name}-d" class="drawing">{head}{rest}'
