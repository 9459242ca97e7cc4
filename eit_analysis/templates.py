"""How text becomes HTML, in the reports and in the *fiches de relance* alike: everything is escaped."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import jinja2

# Control characters and noncharacters: errors in a page (HTML standard, 13.2.3.5), and some cells hold them.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def permitted(html: str) -> str:
    """A page with the replacement character for those that HTML forbids."""
    return FORBIDDEN.sub("\ufffd", html)


@cache
def environment(folder: Path) -> jinja2.Environment:
    """Jinja environment on the templates of a folder; an unknown name in one is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
