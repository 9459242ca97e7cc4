"""Which table a sheet of the survey is, where its header row is and which column is what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache, lru_cache, partial
from typing import Any

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.contract import DEFAULTS, SUFFIXES, SYNONYMS, clean_cell, is_free
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text, header_unit, singular, unit_key
from eit_analysis.intake.cells.periods import PERIOD_LABELS, header_part, split_unit
from eit_analysis.intake.cells.privacy import PRIVATE, is_personal
from eit_analysis.intake.cells.remarks import YEAR
from eit_analysis.intake.sheets.by_content import by_content
from eit_analysis.intake.sheets.factors import makes_quantity
from eit_analysis.intake.sheets.header_words import NEWEST, SHORTEST, SPELLING, heard
from eit_analysis.intake.sheets.spec import (
    LONGEST_HEADER,
    Column,
    Layout,
    Meaning,
    Reading,
    TableSpec,
    find_layout,
)

PEOPLE = ("workforce", "skills", "readiness")  # tables where a name or a birth date has no place
LITTLE_WORDS = {"d", "de", "des", "du", "l", "la", "le", "les"}  # left out by hand: Type acteur
NAMELESS_SHARE = 0.5  # of the headers of a form
# With which a sheet may hold answers, though its name and headers do not identify the table.
LEAST_HEADERS = 3
# How people name columns besides our headers: folded singular words to the column.
HEADER_WORDS = SYNONYMS["header"]
# How many people: by a year or a day that a header names (``Effectif au 31/12/2018``), of several the last.
COUNTS = {"headcount", "fte"}
AMOUNTS = {"quantity", *COUNTS}
DAY_OR_YEAR = re.compile(r"(?:\b(?:au|en|fin) )?\b(?:[0-9]{1,2}[/.-][0-9]{1,2}[/.-])?(?:19|20)[0-9]{2}\b")
SHEET_NOISE = re.compile(r"\b[0-9]+\b|\bcopie\b|\bfeuille\b|\bonglet\b")


@lru_cache(maxsize=50_000)
def header_key(text: str) -> str:
    """Header without case, accents, punctuation or plural; ``(s)`` is a plural too."""
    return singular(fold_words(text.replace("(s)", "s")))


@lru_cache(maxsize=50_000)
def form_key(text: str) -> str:
    """`header_key` without its little words: no two headers of a form differ by these alone.

    >>> form_key("Type d'acteur") == form_key("TYPE ACTEURS")
    True
    """
    return " ".join(word for word in header_key(text).split() if word not in LITTLE_WORDS)


@cache
def known_headers(table: str) -> dict[str, str]:
    """Headers of one form as they are compared, to the column's name."""
    return {form_key(spec["header"]): name for name, spec in tables.form(table).items()}


@cache
def bare_headers(table: str) -> dict[str, tuple[str, str]]:
    """Headers of one form without their remark in parentheses, to the column's name and that remark.

    Only those that stay unambiguous without it.
    """
    bare: dict[str, list[tuple[str, str]]] = {}
    for name, spec in tables.form(table).items():
        text, remark = re.fullmatch(r"([^(]*)(?:\((.*)\))?", spec["header"]).groups()  # type: ignore[union-attr]
        bare.setdefault(form_key(text), []).append((name, remark or ""))
    return {key: found[0] for key, found in bare.items() if len(found) == 1}


@lru_cache(maxsize=50_000)
def recognise(table: str, text: str) -> Meaning | None:
    """Column of a header and the unit that the header states for it, None when it is not in the form.

    A header may leave out our remark in parentheses (``Incertitude``). Another unit than ours is understood
    for a quantity (``Quantité (kg)``); elsewhere it would change what the number means (``Coût (€)`` is not a
    cost per tonne), so the header is not recognised.
    """
    if len(text) > LONGEST_HEADER:
        return None
    exact = known_headers(table).get(form_key(text))
    if exact:
        return Meaning(exact)
    bare, unit = header_unit(text)
    name, remark = bare_headers(table).get(form_key(bare), ("", ""))
    other = HEADER_WORDS.get(form_key(bare), "")
    if not name and not unit and other in tables.form(table):
        return Meaning(other, rank=1)
    if not name:
        return heard(text) if table == "flows" else _dated(table, text) or _misspelled(table, text)
    if not unit or unit_key(unit) == unit_key(remark):
        return Meaning(name)
    if name == "quantity":
        return Meaning(name, unit)
    if not remark and unit_key(unit) in SUFFIXES.get(name, ()):
        return Meaning(name)
    return heard(text) if table == "flows" else None


def _dated(table: str, text: str) -> Meaning | None:
    year = header_year(text)
    found = recognise(table, DAY_OR_YEAR.sub("", text).strip()) if year and DAY_OR_YEAR.search(text) else None
    return found._replace(rank=NEWEST - int(year)) if found and found.column in COUNTS else None


def _misspelled(table: str, text: str) -> Meaning | None:
    key = form_key(text)
    near = get_close_matches(key, known_headers(table), 1, SPELLING) if len(key) >= SHORTEST else []
    return Meaning(known_headers(table)[near[0]], rank=1) if near else None


def header_year(text: str) -> str:
    """The only year that a header names (``Qté 2016 (t)``), "" where none or several."""
    years = {*YEAR.findall(text)}
    if not years and (short := re.search(r"[^0-9]([0-9]{2})$", text.strip())) and header_part(text):
        years = {f"20{short[1]}"}
    return years.pop() if len(years) == 1 else ""


@cache
def sheet_names() -> dict[str, str]:
    return {singular(fold_words(tables.sheet_name(table))): table for table in tables.TABLES}


def table_of(sheet: str) -> str | None:
    """Table of a sheet by its name, whatever its case, accents, plural or number (``2. flux (2)``)."""
    words = " ".join(SHEET_NOISE.sub(" ", fold_words(sheet)).split())
    return sheet_names().get(singular(words))


@cache
def form_spec(table: str) -> TableSpec:
    """The specification of a table of the survey, from its form."""
    columns = {name: _column(table, name) for name in tables.form(table)}
    spec = TableSpec(table, columns, partial(recognise, table))
    return replace(spec, makes=makes_quantity) if "quantity" in columns else spec


def _column(table: str, name: str) -> Column:
    spec = tables.form(table)[name]
    needed = spec["required"] and name not in DEFAULTS
    return Column(
        spec["header"],
        _reader(table, name),
        "float64" if spec["dtype"] == "float" else "str",
        expected=name == next(iter(tables.form(table))),
        # A period that cannot be read makes the quantity useless, though the column is only on the form.
        fatal=bool(needed) or name == "period",
        free=is_free(table, name),
        shown=partial(_label, spec["labels"] or {}),
    )


def _reader(table: str, column: str) -> Callable[[Any], Reading]:
    """What reads one cell of a column: its value, the rule that corrected it, the reason to refuse it."""
    required = tables.form(table)[column]["required"]
    default = DEFAULTS.get(column) if required else None
    # A name or a telephone number has no place in a text of any table, nor in any cell about people, nor in
    # an identifier, which messages about other rows repeat.
    watched = table in PEOPLE or is_free(table, column) or column.endswith(("site_id", "site_ids"))

    def read(cell: Any) -> Reading:
        error = None
        if watched and isinstance(cell, str) and (cell == PRIVATE or is_personal(cell)):
            return Reading(error=CellError("personal_data"))
        try:
            value, rule = clean_cell(table, column, cell)
        except CellError as refused:
            value, rule, error = None, "", refused
        if value is None and default:
            value, rule = default
        if value is None and required and not default and error is None:
            error = CellError("missing_value")
        return Reading(value, rule, error)

    return read


def _label(labels: dict[str, str], value: Any) -> Any:
    return labels.get(value) or PERIOD_LABELS.get(str(value), value) if labels else value


def share(layout: Layout) -> float:
    """Part of the headers of its form that a sheet holds, those that joined the form later aside."""
    first = tables.form(layout.table).keys() - {*tables.used_for(layout.table, "later"), "comment"}
    return len(first & layout.columns.keys()) / len(first)


def find_form(table: str, rows: Sequence[Sequence[Any]]) -> Layout | None:
    """Where a table of the survey stands in a sheet; None without its key column beside another header.

    A sheet of one firm, which its file names, may leave out who it is, if it has what suffices else.
    """
    layout = find_layout(form_spec(table), rows)
    if layout and table == "flows":
        layout = with_unit(by_content(layout, rows))
    if not layout or layout.found < 2 or layout.foreign or _on_its_side(layout, rows):
        return None
    return layout if layout.whole or (table != "sites" and suffices(layout)) else None


def _on_its_side(layout: Layout, rows: Sequence[Sequence[Any]]) -> bool:
    """Whether the header of how many stands among the names of what is counted."""
    if (place := layout.columns.get("occupation")) is None:
        return False
    names = (clean_text(row[place]) for row in rows[layout.sample])
    said = (layout.spec.means(name) for name in names if "total" not in fold_words(name))
    return any(one is not None and one.column in COUNTS for one in said)


def with_unit(layout: Layout) -> Layout:
    """The unit beside what the quantities are of (``Déchets (t)``) is theirs where they have none."""
    units = dict(layout.units)
    unit, own = units.get("description", ""), units.get("quantity", "")
    if unit and not split_unit(own)[0]:
        units["quantity"] = split_unit(unit)[0] + own if own else unit
    return replace(layout, units=units)


def suffices(layout: Layout) -> bool:
    """Whether a layout has all that a row must have, its firm aside; of a flow, what it is and how much."""
    must = {name for name, column in layout.spec.columns.items() if column.fatal} - {"site_id", "period"}
    if must and must <= layout.columns.keys():
        return True
    weighed = "quantity" in layout.columns or any(map(makes_quantity, layout.unknown.values()))
    return layout.table == "flows" and weighed and bool(layout.columns.keys() & {"description", "waste_code"})


def understood(name: str, rows: Sequence[Sequence[Any]], told: str = "") -> tuple[str, Layout | None, bool]:
    """Table of a sheet, where not told by its name, else by what it holds most of; its layout; if sure.

    A sheet may bear the name of one table and hold another. ``""`` is no table. Half of the headers of a form
    identify a table by themselves.
    """
    named = told or table_of(name) or ""
    own = find_form(named, rows) if named else None
    # « Réponse » is the name of one of ours, and of anything.
    others = tables.TABLES if not named or (named == "exchange_answers" and not (own or told)) else ()
    layouts = [own] if own else [found for table in others if (found := find_form(table, rows))]
    layout = max(layouts, key=share, default=None)
    sure = layout is not None and (own is not None or share(layout) >= NAMELESS_SHARE)
    return layout.table if layout else named, layout, sure
