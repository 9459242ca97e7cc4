"""The one reader of every register: rows read = rows kept + rows ignored (by reason) + rows refused (listed).

A row is kept whole or not at all: a cell that cannot be read refuses its row, and is listed with its column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.registers.declarations import Column, Match
from eit_analysis.intake.registers.kinds import DTYPES, read_cell
from eit_analysis.intake.sheets.ledger import QUARANTINE, SOURCE
from eit_analysis.reference.findings import Finding, finding

Row = Sequence[Any]
Problem = tuple[str, str, Finding]  # header, cell


@dataclass(frozen=True)
class Body:
    """A sheet of a register: its header, and the rows under it, numbered as in the file (1 = first)."""

    file: str
    sheet: str
    match: Match
    header: Row
    rows: list[Row]
    numbers: Sequence[int]
    is_text: bool
    ignored: Counter[str] = field(default_factory=Counter)  #: left out on the way, by reason (see ``stream``)


@dataclass(frozen=True)
class SheetTable:
    """What one sheet gives; ``rows_kept + sum(ignored) + rows_refused`` is the number of rows read."""

    body: Body
    frame: pd.DataFrame
    refused: pd.DataFrame
    rows_read: int
    rows_kept: int
    rows_refused: int
    ignored: Counter[str]


def read_body(body: Body, territory: frozenset[str] = frozenset()) -> SheetTable:
    """Rows of one sheet to the table of its layout.

    A row that repeats the header is ignored, and one outside the commune codes of ``territory`` (empty: no
    limit) where the layout has a column of them.
    """
    ignored = Counter(body.ignored)
    kept: list[int] = []
    problems: dict[int, list[Problem]] = {}
    reason_of = _ignoring(body.match, body.header, territory)
    last = max((i for i, cell in enumerate(body.header) if clean_text(cell)), default=-1)
    for index, row in enumerate(body.rows):
        if reason := reason_of(row):
            ignored[reason] += 1
        elif body.is_text and (beyond := [c for c in map(clean_text, row[last + 1 :]) if c]):
            # How many, not what: nobody knows what lies outside the columns.
            problems[index] = [("", f"{len(beyond)} cellule(s) en trop", finding("shifted_row"))]
        else:
            kept.append(index)
    values, masks = _read_columns(body, kept, problems)
    good = [position for position, index in enumerate(kept) if index not in problems]
    frame = pd.DataFrame(
        {
            name: pd.Series([cells[p] for p in good], dtype=DTYPES[kind])
            for name, (kind, cells) in values.items()
        }
    )
    frame["masked"] = pd.Series([masks[p] for p in good], dtype="object")
    constants = body.match.layout.constants
    for name, text in {"source_file": body.file, "source_sheet": body.sheet, **constants}.items():
        frame[name] = pd.Series(text, index=frame.index, dtype="str")
    frame["source_row"] = pd.Series([body.numbers[kept[p]] for p in good], dtype="Int64")
    lines = [
        (body.file, body.sheet, body.numbers[index], header, cell, found.logged, found.message)
        for index in sorted(problems)
        for header, cell, found in problems[index]
    ]
    refused = pd.DataFrame(lines, columns=QUARANTINE).astype({"source_row": "Int64"})
    return SheetTable(
        body=body,
        frame=_shaped(body.match, frame),
        refused=refused,
        rows_read=len(body.rows) + sum(body.ignored.values()),
        rows_kept=len(good),
        rows_refused=len(problems),
        ignored=ignored,
    )


def _ignoring(match: Match, header: Row, territory: frozenset[str]) -> Any:
    """The function that gives the reason why a row is not data for us, ``""`` when it is."""
    layout, places = match.layout, [*match.columns.values(), *match.wide.values()]
    titles = [clean_text(header[i]) for i in places]
    rules = [(match.columns[n], words) for n, words in layout.ignore.items() if n in match.columns]
    where = match.columns.get(layout.territory) if territory else None
    width = layout.columns[layout.territory].width if layout.territory else 0
    seen: set[tuple[str, ...]] = set()

    def reason_of(row: Row) -> str:
        if not any(cell not in ("", None) and str(cell).strip() for cell in row):
            return "blank_row"
        for index, words in rules:
            said, _, more = fold_words(clean_text(row[index])).partition(" ")  # Refusé par le destinataire
            if (reason := words.get(said)) and not more.startswith("partiel"):
                return reason
        if where is not None and clean_text(row[where]).zfill(width) not in territory:
            return "outside_territory"
        first = clean_text(row[places[0]])
        if first == titles[0] and [clean_text(row[i]) for i in places] == titles:
            return "header_row"
        if layout.distinct:
            texts = tuple(clean_text(row[i]) for i in places)
            if texts in seen:
                return "repeated_row"
            seen.add(texts)
        return ""

    return reason_of


def _read_columns(
    body: Body, kept: list[int], problems: dict[int, list[Problem]]
) -> tuple[dict[str, tuple[str, list[Any]]], list[frozenset[str]]]:
    """Each column read cell by cell, equal cells once; for each row the columns that are masked in it."""
    match = body.match
    plan = [(name, column, match.columns.get(name)) for name, column in match.layout.columns.items()]
    plan += [(title, Column([title], "number"), place) for title, place in match.wide.items()]
    values: dict[str, tuple[str, list[Any]]] = {}
    masked: list[set[str]] = [set() for _ in kept]
    for name, column, place in plan:
        known: dict[tuple[type, Any], tuple[Any, bool] | CellError] = {}
        cells: list[Any] = [None] * len(kept)
        title = clean_text(body.header[place]) if place is not None else ""
        for position, index in enumerate(kept if place is not None else ()):
            cell = body.rows[index][place]  # type: ignore[index]
            case = (type(cell), cell)
            if case not in known:
                known[case] = _read(column, cell)
            answer = known[case]
            if isinstance(answer, CellError):
                problems.setdefault(index, []).append((title, clean_text(cell), answer.finding))
                continue
            cells[position], hidden = answer
            if hidden:
                masked[position].add(name)
        values[name] = (column.kind, cells)
    return values, [frozenset(names) for names in masked]


def _read(column: Column, cell: Any) -> tuple[Any, bool] | CellError:
    try:
        value, hidden = read_cell(column.kind, column.width, cell)
    except CellError as error:
        return error
    if value is None and not hidden and column.cell_needed:
        return CellError("missing_value.register")
    return value, hidden


def _shaped(match: Match, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the wide columns, what the layout computes; ``masked``, ``source_*`` at the end."""
    layout, last = match.layout, ["masked", *SOURCE]
    hidden = [bool(names) for names in frame["masked"]]
    if wide := layout.wide:
        ids = [*layout.columns, *layout.constants, *last]
        frame = frame.melt(ids, list(match.wide), wide.variable, wide.value)
        hidden = [title in names for title, names in zip(frame[wide.variable], frame["masked"], strict=True)]
    frame["masked"] = pd.Series(hidden, index=frame.index, dtype="bool")
    if wide:
        frame[wide.variable] = frame[wide.variable].astype("str")
        frame = frame.sort_values([*layout.columns, wide.variable], kind="stable", ignore_index=True)
    frame = layout.finish(frame)
    return frame[[name for name in frame if name not in last] + last]
