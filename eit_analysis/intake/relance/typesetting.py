"""How a fiche writes what was read: numbers with a comma, days before months, no-break spaces."""

from __future__ import annotations

import re

from eit_analysis import tables
from eit_analysis.french import exact
from eit_analysis.intake.cells.contract import is_number

CLOSING = re.compile(r" (?=[:;?!%»]|t/an)|(?<=[0-9]) (?=t\b)")
OPENING = re.compile(r"(?<=«) ")
INTERVAL = re.compile(r"(-?[0-9.]+(?:e[+-]?[0-9]+)?)(?: \[(.*) ; (.*)\])?")
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def typeset(text: str) -> str:
    """No-break spaces where French wants them, for templates written with plain spaces.

    >>> typeset("Lequel est juste ?") == "Lequel est juste\u00a0?"
    True
    """
    return OPENING.sub("\u00a0", CLOSING.sub("\u00a0", text))


def sentence(text: str) -> str:
    """A text that starts with a capital."""
    return text[:1].upper() + text[1:]


def interval(clean: str) -> str:
    """A number of the log with its bounds: ``1200 [960 ; 1440]`` gives ``1 200 (entre 960 et 1 440)``."""
    if found := INTERVAL.fullmatch(clean):
        value, *bounds = (exact(float(part)) for part in found.groups() if part)
        return f"{value} (entre {bounds[0]} et {bounds[1]})" if bounds else value
    return clean


def read_as(table: str, header: str, clean: str) -> str:
    """The clean value of one cell of the log, as the firm is shown it."""
    column = (
        next((n for n, spec in tables.form(table).items() if spec["header"] == header), "") if table else ""
    )
    numeric = column == "quantity" or (column and column != "reference_year" and is_number(table, column))
    return ISO_DATE.sub(r"\3/\2/\1", interval(clean) if numeric else clean)
