"""Columns of a table of people's own that are known by what they hold, whatever stands above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.contract import SYNONYMS, readable
from eit_analysis.intake.cells.parsing import clean_text, header_unit, parse_number, singular
from eit_analysis.intake.cells.periods import year_and_month
from eit_analysis.intake.sheets.factors import makes_quantity
from eit_analysis.intake.sheets.spec import ROWS_SEARCHED, Layout, layout_of

SITES = re.compile(
    r"\b(?:sites?|etablissements?|usines?|clients?|producteurs?|agences?|societes?|filiales?|lieux?|villes?"
    r"|communes?|entreprises?|magasins?|depots?|unites? de production|entites?|bu|divisions?|regions?|pays)\b"
)
# What a first column of names is not of, but months beside columns of the other months.
NO_NAMES, MONTHLY = (
    re.compile(r"\b(?:ateliers?|services?|couts?|depenses?|annees?|dates?|jours?)\b"),
    re.compile("mois"),
)

LIKELY = SYNONYMS["direction_likely"]


def by_content(layout: Layout, rows: Sequence[Sequence[Any]]) -> Layout:
    """The layout of a sheet of flows, its direction and its names found by what their columns hold."""
    header, under = list(rows[layout.header_row]), rows[layout.header_row + 1 :][:ROWS_SEARCHED]
    if (way := _direction(layout, under)) is not None:
        header[way] = tables.header("flows", "direction")
    if (when := _months(layout)) is not None:
        header[when] = tables.header("flows", "months")
    layout = layout_of(layout.spec, layout.header_row, header)
    return _named_by_place(layout, header, under)


def _direction(layout: Layout, under: Sequence[Sequence[Any]]) -> int | None:
    """The column of which every cell says a direction, whatever stands above it (``Flux``, ``Mvt``).

    Some may only make it likely, and are asked. A letter alone may be anything: then both must be found; and
    so they must in a column of names, which another may be.
    """
    named = {index for name, index in layout.columns.items() if name == "description"}
    for index in () if "direction" in layout.columns else sorted({*layout.unknown, *layout.repeated, *named}):
        texts = {text for row in under if (text := clean_text(row[index]))}
        ways = {text: readable("flows", "direction", text) for text in texts}
        told = all(way or singular(fold_words(text)) in LIKELY for text, way in ways.items())
        both = len({*ways.values()}) > 1
        if told and any(ways.values()) and (both or (index not in named and min(map(len, texts)) > 1)):
            return index
    return None


def _months(layout: Layout) -> int | None:
    """The column *Mois* beside quantities of each month: it says which, once, and not a rhythm."""
    if "period" not in layout.columns or "months" in layout.columns:
        return None
    return next((index for index, text in layout.unknown.items() if fold_words(text) == "mois"), None)


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
