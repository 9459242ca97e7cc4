"""Columns of a table of people's own that are known by what they hold, whatever stands above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.contract import SYNONYMS, readable
from eit_analysis.intake.cells.parsing import clean_text, header_unit, parse_number, singular
from eit_analysis.intake.cells.periods import header_part, year_and_month
from eit_analysis.intake.sheets.factors import makes_quantity
from eit_analysis.intake.sheets.spec import Layout, layout_of

SITES = re.compile(
    r"\b(?:sites?|etablissements?|usines?|clients?|producteurs?|agences?|societes?|filiales?|lieux?|villes?"
    r"|communes?|entreprises?|magasins?|depots?|unites? de production|entites?|bu|divisions?|regions?|pays)\b"
)
# What a first column of names is not of, but months beside columns of the other months.
NO_NAMES, MONTHLY = (
    re.compile(r"\b(?:ateliers?|services?|couts?|depenses?|annees?|dates?|jours?)\b"),
    re.compile("mois"),
)

MONTHS_OF_YEAR = 12
LIKELY = SYNONYMS["direction_likely"]
# Headers of a column that may say which way each row goes.
WAYS = re.compile(
    r"(?:(?:type|sens|nature) (?:d[eu]? )?)?(?:flu|mouvement|mvt|movement)|type|sens|entree sortie|e s|in out"
)


def by_content(layout: Layout, rows: Sequence[Sequence[Any]]) -> Layout:
    """The layout of a sheet of flows, its direction and its names found by what their columns hold."""
    header, under = list(rows[layout.header_row]), rows[layout.sample]
    named = layout.columns.get("description")
    names = [] if named is None else [row[named] for row in under if clean_text(row[named])]
    if named is not None and names and all(parse_number(cell).value is not None for cell in names):
        header[named] = ""  # « DIB » above tonnes is no header of names
        layout = layout_of(layout.spec, layout.header_row, header)
    route = layout.columns.get("route")
    routes = [text for row in under if route is not None and (text := clean_text(row[route]))]
    known = any(readable("flows", "route", text) for text in routes)
    if routes and not known and "description" not in layout.columns:
        header[layout.columns["route"]] = tables.header("flows", "description")  # « Filière » above wastes
    if (way := _direction(layout, header, under)) is not None:
        header[way] = tables.header("flows", "direction")
    if (when := _months(layout, under)) is not None:
        header[when] = tables.header("flows", "months")
    layout = layout_of(layout.spec, layout.header_row, header)
    return _named_by_place(layout, header, under)


def _direction(layout: Layout, header: Sequence[Any], under: Sequence[Sequence[Any]]) -> int | None:
    """The column *Flux* or *Mouvement* of which every cell says a direction.

    Some may only make it likely, and are asked. Where all say the same, it may be of anything; and of a
    column of names, which another may be, that is the name.
    """
    named = {index for name, index in layout.columns.items() if name == "description"}
    for index in () if "direction" in layout.columns else sorted({*layout.unknown, *layout.repeated, *named}):
        rows = [row for row in under if sum(bool(clean_text(cell)) for cell in row) > 1]
        ways = {
            text: readable("flows", "direction", text) for text in (clean_text(row[index]) for row in rows)
        }
        told = all(way or singular(fold_words(text)) in LIKELY for text, way in ways.items())
        both = {"in", "out"} <= {*ways.values()}
        spoken = WAYS.fullmatch(singular(fold_words(clean_text(header[index]))))
        if spoken and told and any(ways.values()) and (both or index not in named):
            return index
    return None


def _months(layout: Layout, under: Sequence[Sequence[Any]]) -> int | None:
    """The column *Mois* beside quantities of each month of a year: it says which, once, and not a rhythm."""
    if "period" not in layout.columns or "months" in layout.columns or "description" not in layout.columns:
        return None
    for index, text in layout.unknown.items():
        months = [header_part(clean_text(row[index])) for row in under if clean_text(row[index])]
        told = {part[1] for part in months if part and part[0] == MONTHS_OF_YEAR}
        names = {clean_text(row[layout.columns["description"]]) for row in under if clean_text(row[index])}
        if MONTHLY.fullmatch(fold_words(text)) and all(months) and len(told) * len(names) == len(months):
            return index if len(told) == MONTHS_OF_YEAR else None
    return None


def _named_by_place(layout: Layout, header: list[Any], under: Sequence[Sequence[Any]]) -> Layout:
    """The first column of a table of numbers holds what they are of, whatever is written above it.

    ``Quantités en kg`` above names of wastes tells their unit; beside months a corner is often blank.
    """
    what = [layout.columns[name] for name in ("description", "waste_code") if name in layout.columns]
    filled = [index for index in range(len(header)) if any(clean_text(row[index]) for row in under)]
    if not filled or set(what) & set(filled):
        return layout
    own = {index for name, index in layout.columns.items() if name != "quantity"}
    first = next((index for index in filled if index != layout.columns.get("direction")), filled[0])
    numbered = any(parse_number(row[first]).value is not None or year_and_month(row[first]) for row in under)
    if numbered or first in own:
        return layout
    meaning, folded = layout.spec.means(text := clean_text(header[first])), fold_words(text)
    made = any(map(makes_quantity, layout.unknown.values()))
    if SITES.search(folded) or NO_NAMES.search(folded) or (MONTHLY.match(folded) and not made):
        return layout
    unit = meaning.unit if meaning else header_unit(text)[1]
    header[first] = tables.header("flows", "description") + (f" ({unit})" if unit else "")
    return layout_of(
        layout.spec, layout.header_row, ["" if i in what else cell for i, cell in enumerate(header)]
    )
