"""Which rows of a survey's sheet are not data: titles, totals, blank rows, repeated headers, the example."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow.compute as pc

from eit_analysis import reference, tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells, Rows, matches
from eit_analysis.intake.cells.parsing import clean_text, parse_number, singular
from eit_analysis.intake.cells.quantities import Number
from eit_analysis.intake.cells.remarks import WORDS
from eit_analysis.intake.reading.sheet import STRUCK
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.spec import Layout

LEAST_ANSWERS = 7  # equal to those of the printed example: fewer may be a firm's own
# What a total says somewhere, and what is struck out (a pattern of RE2).
ODD = rf"(?i)tota|somme|ensemble|cumul|r[ée]capitul|tous (?:les |nos )?(?:d[ée]chets|flux)|ne pas|^{STRUCK}"
WITHIN_ODD = "tota", "somme", "ensemble", "cumul", "capitul", "tous ", "ne pas", STRUCK.casefold()
TOTAL = re.compile(r"(?:sous |s |grand )?(?:total|totaux)\b|somme\b")
SUBTOTAL = re.compile(r"sous tota")
PART_OF, SAME = re.compile(r"dont\b"), 0.005  # of a sum that was rounded
WITHDRAWN = re.compile(r"\w ne pas (?:compter|prendre en compte|tenir compte)$")
TOTAL_ALONE = re.compile(r"(?:sous |grand )?(?:total|totaux)(?: general| annuel| par an)?")
# What a row of a sheet is of. There a total has one of these words, and no other than those that follow.
NAMING = ("description", "occupation")
FAMILIES = singular(fold_words(" ".join(tables.CATEGORIES.values()))).split()
TOTALS, OF_TOTALS = ("|".join(sorted(words)) for words in (WORDS["total"], WORDS["of_total"].union(FAMILIES)))
TOTAL_NAME = re.compile(  # in the singular: sous is sou
    rf"(?:(?:{OF_TOTALS}|grand) )?(?:{TOTALS}|tou(?= (?:le |nos )?(?:dechet|flu)))"
    rf"(?: (?:{OF_TOTALS}|[0-9]{{4}}))*|(?:sous?|s) total\b.*"
)


def suspects(layout: Layout, cells: Rows) -> list[int]:
    """Rows that may not be data: before the header, nearly blank, or with the word of a total or a header.

    A quick look at the distinct cells; `ignored_rule` decides on these few rows.
    """
    texts = cells.texts
    blank = pc.or_(pc.equal(texts, ""), pc.utf8_is_space(texts)).fill_null(False)
    filled = ~blank.to_numpy(zero_copy_only=False)
    if texts.null_count:
        filled &= cells.test(lambda cell: cell is not None)
    suspect = filled[cells.numbers].sum(axis=1) <= 1
    if any(word in cells.said for word in WITHIN_ODD):
        suspect |= matches(texts, ODD)[cells.numbers].any(axis=1)
    odd_keys = {header_key(tables.header(layout.table, layout.key)), example(layout.table).get(layout.key)}
    keys = Cells.among(cells.values, cells.numbers[:, layout.columns[layout.key]])
    suspect[keys.where(lambda cell: isinstance(cell, str) and header_key(cell) in odd_keys)] = True
    if layout.table == "readiness" and "answer" in layout.columns:
        suspect |= ~filled[cells.numbers[:, layout.columns["answer"]]]
    suspect[: layout.header_row] = True
    suspect[layout.header_row] = False
    return np.flatnonzero(suspect).tolist()


def ignored_rule(layout: Layout, row: list[Any], index: int) -> str | None:
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
    held = {name: texts[i] for name, i in layout.columns.items() if i < len(texts)}
    key, table = held.get(layout.key, ""), layout.table
    unnamed = not key or " " in key  # an identifier has no space: TOTAL-01 is an actor
    if _is_alone(key) or (unnamed and TOTAL.match(fold_words(key or filled[0]))):
        return "ignored_total_row"
    if WITHDRAWN.search(fold_words(held.get("description", ""))):
        return "ignored_withdrawn_row"
    if _is_total(table, held, filled):
        return "ignored_total_row"
    # A row that the form came with: a statement, without who answers it nor what.
    answered = held.get("answer") or held.get("respondent_role")
    if table == "readiness" and held.get("item") in statements() and not answered:
        return "ignored_unanswered"
    # An identifier without a figure, alone on its row, is the name of a workshop.
    if len(filled) == 1 and (unnamed or (table == "flows" and not re.search("[0-9]", key))):
        return "ignored_title_row"
    if key and header_key(key) == header_key(tables.header(table, layout.key)):
        return "ignored_header_row"
    # Every answer is that of the filled row which the form prints.
    same = [header_key(text) == example(table).get(name) for name, text in held.items() if text]
    return "ignored_example_row" if all(same) and len(same) >= LEAST_ANSWERS else None


def of_parts(layout: Layout, cells: Rows, rules: Container[int]) -> dict[int, str]:
    """Why some rows of a table of names do not count: those that say a part (``dont inox``) of the row above.

    That row is their total where they add up to it. Only plain numbers that go the same way in one unit, of
    which the rest is not what follows: any other is asked.
    """
    name, quantity = (layout.columns.get(column) for column in ("description", "quantity"))
    found, parts, whole = dict[int, str](), list[int](), -1
    if name is None or quantity is None:
        return found
    if "dont" not in cells.said:
        return found
    same = [layout.columns[column] for column in ("direction", "unit", "period") if column in layout.columns]
    comment = layout.columns.get("comment")
    numbers = [parse_number(row[quantity]) for row in cells]
    amounts = [number.value or 0.0 if number[1:] == Number()[1:] else 0.0 for number in numbers]
    for row in [*range(layout.header_row + 1, len(cells)), len(cells)]:
        if row < len(cells) and PART_OF.match(fold_words(clean_text(cells[row][name]))):
            parts.append(row)
            continue
        alike = all(clean_text(cells[part][i]) == clean_text(cells[whole][i]) for part in parts for i in same)
        silent = comment is None or not clean_text(cells[whole][comment])  # it may be withdrawn
        if parts and whole >= 0 and alike and silent and all(amounts[part] for part in parts):
            rest, near = amounts[whole] - sum(amounts[part] for part in parts), SAME * amounts[whole]
            if abs(rest) <= near and len(parts) > 1:
                found[whole] = "ignored_total_row"
            elif rest > near and not any(abs(other - rest) <= near for other in accumulate(amounts[row:])):
                found |= dict.fromkeys(parts, "ignored_part_row")
        parts, whole = [], row if row not in rules else -1
    return found


def _is_alone(text: str) -> bool:
    return TOTAL_ALONE.fullmatch(fold_words(text)) is not None


def _is_total(table: str, held: dict[str, str], filled: list[str]) -> bool:
    """Whether a row beside an identifier is a total by what it is of, or by *total* in another column."""
    named = next((held[name] for name in NAMING if name in held), "")
    if TOTAL_NAME.fullmatch(singular(fold_words(named))):
        return True
    if table == "flows" and not named and _is_alone(held.get("comment", "")):
        return True
    # Not where the row has a word of the form in every column that asks for one and must be filled.
    said = [held[name] for name in tables.used_for(table, "counts") if name in held]
    said = said or [named]
    says_what = all(said) and not any(map(_is_alone, said))
    total = any(_is_alone(text) for text in filled if len(text) < 20)
    return total and table != "sites" and not says_what


@cache
def example(table: str) -> dict[str, str]:
    """The filled row of a form, by column, its cells as `header_key` compares them."""
    rows = reference.load("form_examples")
    own = rows[rows["table"] == table]
    return {name: header_key(text) for name, text in zip(own["column"], own["example"], strict=True)}


@cache
def statements() -> frozenset[str]:
    """Those of the form, as they are read."""
    return frozenset(map(clean_text, reference.load("readiness_items")["statement_fr"]))
