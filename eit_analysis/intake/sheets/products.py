"""Columns that make a quantity together: its months, a number and the weight of one, a volume and a density.

What stands in several columns is written in one more, as the quantity of the year. Where one of the cells is
no plain number, or is blank, they all stand in the cell and are asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any, NamedTuple

from eit_analysis import tables
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text, header_unit, parse_number
from eit_analysis.intake.cells.periods import PERIOD_LABELS, split_unit
from eit_analysis.intake.sheets.factors import FACTORS, of_one_thing, period, role, words
from eit_analysis.intake.sheets.headers import header_year
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.spec import Layout

PRODUCTS = (
    ("number", "weight"),
    ("frequency", "weight"),
    ("number", "volume", "density"),
    ("volume", "density"),
    ("quantity", "days"),
)
# A column of when there is some.
WHEN = re.compile(r"\b(?:arret|fermeture|ferme|conge|activite|moi|semaine|saison|periode|duree)\b")
# What a number beside them may be, and change nothing.
HARMLESS = re.compile(
    r"\b(?:cout|prix|montant|facture|tarif|code|no|numero|compte|bsd|bordereau|tva|tgap)\b|euro"
)


class Making(NamedTuple):
    """How columns make a quantity of the year."""

    where: list[int]
    sign: str  #: that stands between their cells, where they are asked
    unit: str
    rule: str
    value: Callable[[Sequence[Any]], float | None]  #: of their cells, None where they are asked


def total_of(cells: Sequence[Any]) -> float | None:
    """The sum of plain numbers."""
    numbers = [parse_number(cell) for cell in cells]
    plain = all(n.value is not None and not n.suffix and n.low is None for n in numbers)
    return sum(n.value or 0.0 for n in numbers) if plain else None


def product(layout: Layout, cells: Rows) -> Making | None:
    """How two or three columns of a sheet of flows make its quantity; None where it has one with its unit.

    None too where a number stands beside them that may be one more factor, where two may be the same factor,
    or where one weighs another thing than the other counts.
    """
    roles = {index: role(text) for index, text in layout.unknown.items()}
    if layout.table != "flows" or not any(roles.values()):
        return None
    header, own = list(map(clean_text, cells[layout.header_row])), layout.columns.get("quantity")
    unit, found = layout.units.get("quantity", ""), dict[str, list[int]]()
    for index, name in roles.items():
        if (
            name
            or WHEN.search(told := words(header[index]))
            or (not HARMLESS.search(told) and _has_number(cells, index, layout))
        ):
            found.setdefault(name, []).append(index)
    if own is not None and (unit or "unit" in layout.columns):
        if split_unit(unit)[1] != "day":
            return None
        found["quantity"] = [own]
    elif own is not None:
        found.setdefault("number", []).append(own)
    names = next((names for names in PRODUCTS if {*names} == found.keys()), ())
    where = [found[name][0] for name in names]
    once = all(len(found[name]) == 1 for name in names)
    if not names or not once or not of_one_thing(names, [header[i] for i in where]):
        return None
    units = [unit if i == own else header_unit(header[i])[1] for i in where]
    each = [period(header[i]) for i in where]
    factors = [*map(partial, [FACTORS[name] for name in names], units, each)]
    if names == ("volume", "density") and not (each[0] or split_unit(units[0])[1]):
        return None  # of one bin
    return Making(where, " × ", "t", "product_of_columns", partial(_multiplied, factors))


def _has_number(cells: Rows, index: int, layout: Layout) -> bool:
    return any(parse_number(row[index]).value is not None for row in cells[layout.header_row + 1 :])


def _multiplied(factors: Sequence[Callable[[Any], float | None]], cells: Sequence[Any]) -> float | None:
    values = [factor(cell) for factor, cell in zip(factors, cells, strict=True)]
    return None if None in values else prod(value for value in values if value is not None)


def made_of(layout: Layout, cells: Rows, how: Making, place: int, ledger: Ledger) -> tuple[Layout, Rows]:
    """A sheet with one more column, the quantity that others make; they are asked where of several years."""
    years = {header_year(clean_text(cells[layout.header_row][index])) for index in how.where} - {""}
    year = min(years, default="") if len(years) < 2 else ""
    header = tables.header(layout.table, "quantity")
    made = [""] * layout.header_row + [f"{header} {year}".strip()]
    for index, row in enumerate(cells[layout.header_row + 1 :], start=layout.header_row + 2):
        own = [row[i] for i in how.where]
        texts = [*map(clean_text, own)]
        made.append(how.sign.join(text or "?" for text in texts) if any(texts) else "")
        value = how.value(own) if any(texts) and len(years) < 2 else None
        if value is not None:
            typed, made[-1] = made[-1], f"{value:.12g}".replace(".", ",")
            ledger.correct(place, index, header, typed, made[-1], how.rule)
    rows = [[*row, cell] for row, cell in zip(cells, made, strict=True)]
    return replace(
        layout,
        columns={**layout.columns, "quantity": len(rows[0]) - 1},
        unknown={index: text for index, text in layout.unknown.items() if index not in how.where},
        units={**layout.units, "quantity": f"{how.unit}/{PERIOD_LABELS['year']}"},
    ), Rows.of(rows)
