"""Which table a sheet is, where its header row is, which column is what, and which rows are not data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from eit_analysis import reference, tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.contract import SUFFIXES, SYNONYMS
from eit_analysis.intake.cells.parsing import clean_text, header_unit, singular
from eit_analysis.intake.cells.periods import PERIOD_LABELS, read_period, split_unit
from eit_analysis.intake.reading.sheet import STRUCK

ROWS_SEARCHED = 20
TOTAL = re.compile(r"(?:sous |grand )?(?:total|totaux)\b|somme\b")
TOTAL_ALONE = re.compile(r"(?:sous |grand )?(?:total|totaux)(?: general| annuel| par an)?")
# What a row of a sheet is of. There a total has one of these words, and no other than those that follow.
NAMING = ("description", "occupation")
FAMILIES = "|".join(sorted(singular(fold_words(" ".join(tables.CATEGORIES.values()))).split()))
TOTAL_NAME = re.compile(  # in the singular: sous is sou
    r"(?:sous? |grand )?(?:total|ensemble|cumul|cumule|somme|recapitulatif"
    r"|tou(?= (?:le |nos )?(?:dechet|flu)))"
    r"(?: (?:generale?|annuele?|nos|des?|du|la|le|par|an|hor|et|confondu|dechet|flu|sortant|entrant|ligne"
    rf"|site|famille|tonne|t|kg|[0-9]{{4}}|{FAMILIES}))*"
)
LONGEST_HEADER = 80  # characters
LITTLE_WORDS = {"d", "de", "des", "du", "l", "la", "le", "les"}  # left out by hand: Type acteur
NAMELESS_SHARE = 0.5  # of the headers of a form, which identify the table of a sheet by themselves
# With which a sheet may hold answers, though its name and headers do not identify the table.
LEAST_HEADERS = 3
LEAST_ANSWERS = 7  # equal to those of the printed example: fewer may be a firm's own
# How people name the quantity besides our header.
HEADER_WORDS = SYNONYMS["header"]
SHEET_NOISE = re.compile(r"\b[0-9]+\b|\bcopie\b|\bfeuille\b|\bonglet\b")


@dataclass(frozen=True)
class SheetLayout:
    """Where things are in one sheet."""

    table: str
    header_row: int  #: index from 0
    columns: dict[str, int] = field(default_factory=dict)  #: form column to cell index
    unknown: dict[int, str] = field(default_factory=dict)  #: headers that are not in the form, by cell index
    repeated: dict[int, str] = field(default_factory=dict)  #: those met a second time
    units: dict[str, str] = field(default_factory=dict)  #: stated by a header (``Quantité (kg)``), by column

    @property
    def key(self) -> str:
        return key_column(self.table)

    @property
    def share(self) -> float:
        """Part of the headers of its form that the sheet holds, those that joined the form later aside."""
        first = tables.form(self.table).keys() - tables.used_for(self.table, "later")
        return len(first & self.columns.keys()) / len(first)


def key_column(table: str) -> str:
    return next(iter(tables.form(table)))


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


@cache
def recognise(table: str, text: str) -> tuple[str, str] | None:
    """Column of a header and the unit that the header states for it, None when it is not in the form.

    A header may leave out our remark in parentheses (``Incertitude``). Another unit than ours is understood
    for a quantity (``Quantité (kg)``); elsewhere it would change what the number means (``Coût (€)`` is not a
    cost per tonne), so the header is not recognised.
    """
    exact = known_headers(table).get(form_key(text))
    if exact:
        return exact, ""
    bare, unit = header_unit(text)
    name, remark = bare_headers(table).get(form_key(bare), ("", ""))
    if not name and "quantity" in tables.form(table):
        name, unit = _other_quantity(bare, unit)
    if not name:
        return None
    if not unit or _unit_key(unit) == _unit_key(remark):
        return name, ""
    if name == "quantity":
        return name, unit
    return (name, "") if not remark and _unit_key(unit) in SUFFIXES.get(name, ()) else None


def _other_quantity(text: str, unit: str) -> tuple[str, str]:
    """A quantity under another name, with the unit and period that its words state (``Tonnage mensuel``)."""
    head, _, last = text.rpartition(" ")
    period = read_period(last) if head else None
    word = form_key(head if period else text)
    if word not in HEADER_WORDS and not (period and word == form_key("quantité")):
        return "", ""
    unit = unit or ("t" if word == "tonnage" else "")
    return "quantity", f"{unit}/{PERIOD_LABELS[period]}" if period and not split_unit(unit)[1] else unit


def _unit_key(text: str) -> str:
    return singular(fold_words(text.replace("€", " eur ").replace("%", " pourcent ")))


@cache
def sheet_names() -> dict[str, str]:
    return {singular(fold_words(tables.sheet_name(table))): table for table in tables.TABLES}


def table_of(sheet: str) -> str | None:
    """Table of a sheet by its name, whatever its case, accents, plural or number (``2. flux (2)``)."""
    words = " ".join(SHEET_NOISE.sub(" ", fold_words(sheet)).split())
    return sheet_names().get(singular(words))


def layout_of(table: str, index: int, row: list[Any]) -> SheetLayout:
    """What the cells of a row are, as headers of a form."""
    layout = SheetLayout(table, index)
    for position, cell in enumerate(row):
        text = clean_text(cell)
        if not text or len(text) > LONGEST_HEADER:
            continue
        name, unit = recognise(table, text) or ("", "")
        if not name:
            layout.unknown[position] = text
        elif name in layout.columns:
            layout.repeated[position] = text
        else:
            layout.columns[name] = position
            if unit:
                layout.units[name] = unit
    return layout


def find_layout(table: str, rows: Sequence[list[Any]]) -> SheetLayout | None:
    """Header row of a sheet among its first twenty rows: the one with most known headers.

    None when no row holds the key column beside another known header.
    """
    best: SheetLayout | None = None
    for index, row in enumerate(rows[:ROWS_SEARCHED]):
        found = layout_of(table, index, row)
        if found.key in found.columns and len(found.columns) > max(1, len(best.columns) if best else 0):
            best = found
        if best and len(best.columns) == len(tables.form(table)):
            break  # no row can hold more
    return best


def closest_layout(rows: Sequence[list[Any]]) -> SheetLayout | None:
    """Layout of a sheet whose name is unknown: the form of which it holds most (`SheetLayout.share`)."""
    layouts = [layout for table in tables.TABLES if (layout := find_layout(table, rows))]
    return max(layouts, key=lambda layout: layout.share, default=None)


def ignored_rule(layout: SheetLayout, row: list[Any], index: int) -> str | None:
    """Why a row is not data (``ignored_...``), or None when it is data.

    A row of one single text beside an empty key is a title or a note. A row is a total when its key (else its
    first text) starts with *total*, or when one cell is just *total* and the row does not name what it
    counts: a contractor may be named Total, and an actor TOTAL-01.
    """
    texts = [clean_text(cell) for cell in row]
    filled = [text for text in texts if text]
    if not filled:
        return "ignored_blank_row"
    if index < layout.header_row:
        return "ignored_title_row"
    if all(text.startswith(STRUCK) for text in filled):
        return "ignored_struck_row"
    key_index = layout.columns[layout.key]
    key = texts[key_index] if key_index < len(texts) else ""
    # An identifier has no space: TOTAL-01 is an actor.
    if TOTAL_ALONE.fullmatch(fold_words(key)) or (
        TOTAL.match(fold_words(key or filled[0])) and (not key or " " in key)
    ):
        return "ignored_total_row"
    named = next((texts[layout.columns[name]] for name in NAMING if name in layout.columns), "")
    remark = texts[layout.columns["comment"]] if "comment" in layout.columns else ""
    if TOTAL_NAME.fullmatch(singular(fold_words(named))):
        return "ignored_total_row"
    if layout.table == "flows" and not named and TOTAL_ALONE.fullmatch(fold_words(remark)):
        return "ignored_total_row"
    # A total written in another column, beside an identifier copied down.
    total = any(TOTAL_ALONE.fullmatch(fold_words(text)) for text in filled if len(text) < 20)
    if total and layout.table != "sites" and not _says_what(layout, texts):
        return "ignored_total_row"
    if layout.table == "readiness" and _unanswered(layout, texts):
        return "ignored_unanswered"
    if len(filled) == 1 and (not key or " " in key):
        return "ignored_title_row"
    if key and header_key(key) == header_key(tables.form(layout.table)[layout.key]["header"]):
        return "ignored_header_row"
    return "ignored_example_row" if _is_example(layout, texts) else None


def _is_example(layout: SheetLayout, texts: list[str]) -> bool:
    """Whether every answer of a row is that of the filled row which the form prints."""
    shown = example(layout.table)
    same = [header_key(texts[i]) == shown.get(name) for name, i in layout.columns.items() if texts[i]]
    return all(same) and len(same) >= LEAST_ANSWERS


@cache
def example(table: str) -> dict[str, str]:
    """The filled row of a form, by column, its cells as `header_key` compares them."""
    rows = reference.load("form_examples")
    own = rows[rows["table"] == table]
    return {name: header_key(text) for name, text in zip(own["column"], own["example"], strict=True)}


def _unanswered(layout: SheetLayout, texts: list[str]) -> bool:
    """Whether a row is one that the form came with: a statement, without who answers it nor what."""
    held = {name: texts[i] for name, i in layout.columns.items() if i < len(texts)}
    return held.get("item") in statements() and not (held.get("answer") or held.get("respondent_role"))


@cache
def statements() -> frozenset[str]:
    """Those of the form, as they are read."""
    return frozenset(map(clean_text, reference.load("readiness_items")["statement_fr"]))


def _says_what(layout: SheetLayout, texts: list[str]) -> bool:
    """Whether a row has a word of the form in every column that asks for one and must be filled."""
    wanted = tables.used_for(layout.table, "counts")
    read = [texts[layout.columns[name]] for name in wanted if name in layout.columns]
    return bool(read) and all(read) and not any(TOTAL_ALONE.fullmatch(fold_words(text)) for text in read)
