"""A sheet that holds several tables, or one laid on its side, as sheets that each hold one, upright."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from eit_analysis import tables
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.cells.remarks import YEAR
from eit_analysis.intake.sheets.factors import makes_quantity
from eit_analysis.intake.sheets.headers import (
    AMOUNTS,
    LEAST_HEADERS,
    form_key,
    known_headers,
    table_of,
    understood,
)
from eit_analysis.intake.sheets.implied import direction_of
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.subjects import speaks
from eit_analysis.intake.sheets.workbook import PART, SILENT_SHEETS, RawSheet
from eit_analysis.reference.units import to_tonnes

MOST = 500  # rows: a longer sheet is one list
LEAST_WEIGHED = 2  # lines of a list
LEAST_BLOCKS = 2
TURNED = "sheet_turned"  # the rule of a sheet laid on its side: its rows are numbered as its columns were


def parts(sheet: RawSheet, file: str = "", years: frozenset[str] = frozenset()) -> list[RawSheet]:
    """The tables of a sheet of which nothing is sure, apart by blank rows, or by blank columns; else itself.

    Each keeps the numbers of its rows, the others blank, and the notes that stand between the tables. What is
    no table stays under the name of the sheet.
    """
    cells = Rows.of(sheet.rows)
    table = table_of(sheet.name)
    top = [text for cell in cells[0] if (text := clean_text(cell))] if len(cells) else []
    ours = table is not None and bool(top) and all(form_key(text) in known_headers(table) for text in top)
    if ours or sheet.name in SILENT_SHEETS or not 1 < len(cells) <= MOST:
        return [sheet]
    _, layout, sure = understood(sheet.name, cells)
    read = layout is not None and (sure or speaks(layout, [sheet.name, file], cells))
    if not read and cells.numbers.shape[1] <= MOST:
        turned = _turned(cells)
        _, aside, sure = understood(sheet.name, turned)
        if aside and (sure or speaks(aside, [sheet.name, file], turned)) and _measures(aside, turned, table):
            return [replace(sheet, rows=turned, notes=[*sheet.notes, (None, "", "", TURNED)])]
    if layout is None and (listed := _headed(cells, years) or _of_blocks(cells)):
        return [replace(sheet, rows=listed)]
    filled = cells.filled()[cells.numbers]
    columns = filled[layout.header_row :].any(axis=0) if layout else filled.any(axis=0)
    apart = len(list(_spans(columns))) > 1
    beside = layout is not None and len(layout.repeated) > (0 if apart else 1)
    if beside and layout and not _opposed(layout, cells, columns):
        return [sheet]
    if sure and not beside:
        return [sheet]
    across = columns if beside else filled.any(axis=1)
    notes, rest, found = [], [], dict[str, slice]()
    spans = list(_spans(across))
    for number, span in enumerate(spans if len(spans) > 1 else (), start=1):
        part = _alone(cells, [span], beside)
        table, own, sure = understood("", part)
        kind = str(number) if beside else tables.sheet_name(table) if table else ""
        again = 1 + sum(name.startswith(f"{sheet.name}{PART}{kind}") for name in found)
        if own and (sure or speaks(own, [sheet.name, file], part)):
            found[f"{sheet.name}{PART}{kind}{f' {again}' if again > 1 and not beside else ''}"] = span
        elif not beside and (filled[span].sum(axis=1) < 2).all():
            notes.append(span)
        else:
            rest.append(span)
    if len(found) < 2:
        return [sheet]
    named = {sheet.name: rest} if rest else {}
    named |= {name: [span, *notes] for name, span in found.items()}
    return [replace(sheet, name=name, rows=_alone(cells, own, beside)) for name, own in named.items()]


def _turned(cells: Rows) -> Rows:
    """The rows as columns, and what stands alone on a row above them below: rows bear columns' numbers."""
    alone = cells.filled()[cells.numbers].sum(axis=1) < 2
    above = int(np.argmin(alone)) if not alone.all() else 0
    titles = [text for row in cells[:above] for text in map(clean_text, row) if text]
    upright = Rows(cells.values, np.ascontiguousarray(cells.numbers[above:].T))
    return Rows.of([*map(list, upright), *([title] for title in titles)]) if titles else upright


def _headed(cells: Rows, years: frozenset[str]) -> Rows | None:
    """The only list of names beside weights with their unit, with our headers on the blank row above it.

    Where what stands above it tells the year asked.
    """
    texts = [list(map(clean_text, row)) for row in cells]
    pairs = [[i for i, text in enumerate(row) if text] for row in texts]
    if len(list(_spans(np.array([len(pair) > 1 for pair in pairs])))) > 1:
        return None
    for top in range(1, len(texts)):
        start, end = pairs[top], next((n for n in range(top, len(texts)) if not pairs[n]), len(texts))
        if pairs[top - 1] or len(start) != 2 or any(pair != start for pair in pairs[top:end]):
            continue
        numbers = [parse_number(texts[row][start[1]]) for row in range(top, end)]
        weighed = sum(
            bool(n.suffix) and to_tonnes(1.0, split_unit(n.suffix)[0], "") is not None for n in numbers
        )
        dated = {*YEAR.findall(" ".join(text for row in texts[:top] for text in row))}
        numbered = any(parse_number(row[start[0]]).value for row in texts[top:end])
        if weighed >= LEAST_WEIGHED and dated and dated <= years and not numbered:
            rows = [list(row) for row in cells]
            for index, name in zip(start, ("description", "quantity"), strict=True):
                rows[top - 1][index] = tables.header("flows", name)
            return Rows.of(rows)
    return None


def _of_blocks(cells: Rows) -> Rows | None:
    """Blocks of headers beside their answers, one below the other, as a table: a row where each begins.

    ::

        Déchet    | palettes          Déchet   | Quantité
        Quantité  | 12 t       as
                                      palettes | 12 t
        Déchet    | cartons           cartons  | 3 t
        Quantité  | 3 t

    Only where each block begins with the header of the first and has another of its headers, and a blank row
    is left above the first for all of them.
    """
    texts = [list(map(clean_text, row)) for row in cells]
    filled = [[i for i, text in enumerate(row) if text] for row in texts]
    spans = _spans(np.array([bool(row) for row in filled]))
    blocks = [span for span in spans if any(len(row) > 1 for row in filled[span])]
    if len(blocks) < LEAST_BLOCKS or blocks[0].start == 0:
        return None
    place = min(row[0] for span in blocks for row in filled[span])
    named = [[texts[row][place] for row in range(span.start, span.stop)] for span in blocks]
    heads = list(dict.fromkeys(chain.from_iterable(named)))
    plain = all(len(row) <= 2 and row[-1] <= place + 1 for span in blocks for row in filled[span])
    again = all(own[0] == heads[0] and len({*own} & {*named[0]}) > 1 for own in named)
    if not plain or not again or not all(len({*own}) == len(own) and all(own) for own in named):
        return None
    width = max(len(heads), cells.numbers.shape[1])
    rows: list[list[Any]] = [[*row, *[""] * (width - len(row))] for row in cells]
    for span, own in zip(blocks, named, strict=True):
        answers = {head: cells[span.start + n][place + 1] for n, head in enumerate(own)}
        for row in range(span.start, span.stop):
            rows[row] = [""] * width
        rows[span.start] = [answers.get(head, "") for head in heads] + [""] * (width - len(heads))
    rows[blocks[0].start - 1] = [*heads, *[""] * (width - len(heads))]
    return Rows.of(rows)


def _opposed(layout: Layout, cells: Rows, columns: np.ndarray) -> bool:
    """Whether of tables beside each other a header or a title of one says in, of the other out."""
    heads = [cells[row] for row in range(layout.header_row + 1)]
    ways = [
        {direction_of(clean_text(cell))[0] for row in heads for cell in row[span]} - {""}
        for span in _spans(columns)
    ]
    return all(len(one) == 1 for one in ways) and len(set.union(*ways)) == len(ways)


def _measures(layout: Layout, cells: Rows, named: str | None) -> bool:
    """Whether a sheet laid on its side holds quantities: the guide of the form, so laid, has none.

    One of the name of its table may hold people.
    """
    made = [index for index, text in layout.unknown.items() if makes_quantity(text)]
    ours = layout.table == named
    amounts = AMOUNTS if ours else {"quantity"}
    where = [*made, *(index for name, index in layout.columns.items() if name in amounts)]
    held = any(parse_number(row[index]).value for row in cells for index in where)
    return held and (bool(made) or ours or len(layout.columns) > LEAST_HEADERS)


def _spans(filled: np.ndarray) -> Iterator[slice]:
    """The runs of filled rows or columns."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]])))
    return (slice(*map(int, pair)) for pair in edges.reshape(-1, 2))


def _alone(cells: Rows, spans: list[slice], beside: bool) -> Rows:
    """The cells of some rows, or of columns that stand ``beside`` others, all else blank."""
    numbers = np.full_like(cells.numbers, len(cells.values))
    for span in spans:
        where = np.s_[:, span] if beside else np.s_[span]
        numbers[where] = cells.numbers[where]
    end = len(numbers) if beside else max(span.stop for span in spans)
    return Rows([*cells.values, ""], numbers[:end])
