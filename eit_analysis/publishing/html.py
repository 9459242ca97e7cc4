"""Released objects as HTML fragments; one Jinja environment, everything escaped."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from eit_analysis.publishing.released import Figure, Released, Table, Text

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


def fragment(item: Released, name: str = "apercu", csv: str | None = None) -> Markup:
    """The HTML of one released object.

    Parameters
    ----------
    name : str
        Prefix of the ids inside, unique in the page.
    csv : str, optional
        Address of the table's CSV file, linked beneath the table.
    """
    macros = environment().get_template("fragments.html.j2").module
    if isinstance(item, Text):
        return Markup(macros.sentence(item.plain()))  # type: ignore[attr-defined]
    if isinstance(item, Table):
        return Markup(macros.table(item, name, csv))  # type: ignore[attr-defined]
    if isinstance(item, Figure):
        svg = accessible(item.svg(), name, item.title, describe(item))
        return Markup(macros.figure(Markup(svg), item, name, csv))  # type: ignore[attr-defined]
    raise TypeError(type(item).__name__)


def describe(figure: Figure) -> str:
    rows = len(figure.table.visible)
    return (
        f"{figure.title}. Figure tracée à partir du tableau « {figure.table.title} » qui la suit "
        f"({rows} ligne{'s' if rows >= 2 else ''})."
    )


def accessible(svg: str, name: str, title: str, description: str) -> str:
    """The SVG with a title and a description, and ids that no other figure of the page has."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', svg)
    head = Markup('<title id="{0}-t">{1}</title><desc id="{0}-d">{2}</desc>').format(name, title, description)
    start, rest = svg.split(">", 1)
    return f'{start} role="img" aria-labelledby="{name}-t {name}-d" class="drawing">{head}{rest}'
