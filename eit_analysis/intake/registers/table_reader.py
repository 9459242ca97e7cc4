"""A register's sheet to its table: rows read = rows kept + rows ignored (by reason) + rows refused (listed).

A row is kept whole or not at all: a cell that cannot be read refuses its row, and is listed with its column.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells, Rows
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.registers.kinds import MASKED
from eit_analysis.intake.sheets.ledger import FINDING, QUARANTINE, SOURCE, Ledger
from eit_analysis.intake.sheets.reader import Batch, read_table
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.workbook import RawSheet
from eit_analysis.reference.findings import finding


@dataclass(frozen=True)
class SheetTable:
    """What one sheet gives; ``rows_kept + sum(ignored) + rows_refused`` is the number of rows read."""

    frame: pd.DataFrame
    refused: pd.DataFrame
    account: dict[str, Any]  #: the sheet as the manifest lists it
    rows_kept: int
    rows_refused: int
    ignored: Counter[str]


def read_sheet(
    file: str, sheet: RawSheet, match: Layout, is_text: bool, territory: frozenset[str] = frozenset()
) -> SheetTable:
    """Rows of one sheet to the table of its layout.

    A row that repeats the header is ignored, and one outside the commune codes of ``territory`` (empty: no
    limit) where the layout has a column of them. In a text file (``is_text``) cells beyond the header have
    shifted the row.
    """
    cells, start = Rows.of(sheet.rows), match.header_row + 1
    texts = Cells.of([clean_text(cell) for cell in cells.values])
    told = texts.codes[cells.numbers[match.header_row :]]  # cells that read alike have one number
    filled = np.array([text != "" for text in texts.values], dtype=bool)[told]
    aside = _aside(match, texts, told, filled, territory)
    ledger = Ledger()
    place = ledger.place(file, sheet.name)
    beyond = filled[1:, np.flatnonzero(filled[0]).max(initial=-1) + 1 :].sum(axis=1)
    shifted = (aside == "") & is_text & (beyond > 0)
    for row in np.flatnonzero(shifted).tolist():
        # How many, not what: nobody knows what lies outside the columns.
        number = sheet.numbers[start + row] if sheet.numbers else start + row + 1
        ledger.quarantine(place, number, "", f"{beyond[row]} cellule(s) en trop", finding("shifted_row"))
    data = np.flatnonzero((aside == "") & ~shifted) + start
    batch = read_table(match, cells, data, ledger, place, sheet.numbers)
    header = cells[match.header_row]
    return SheetTable(
        _shaped(match, batch),
        ledger.frame(ledger.refused, QUARANTINE).drop(columns=FINDING),
        {
            "sheet": sheet.name,
            "header_row": start,
            "columns": {name: clean_text(header[index]) for name, index in match.columns.items()},
            "columns_unused": [*match.unknown.values(), *match.repeated.values()],
            "rows_read": len(aside) + sheet.left_out,
        },
        int((~batch.fatal).sum()),
        int(shifted.sum()) + int(batch.fatal.sum()),
        Counter(aside[aside != ""].tolist()) + Counter(outside_territory=sheet.left_out),
    )


def _aside(
    match: Layout, texts: Cells, told: np.ndarray, filled: np.ndarray, territory: frozenset[str]
) -> np.ndarray:
    """The reason why each row under the header is not data for us, ``""`` where it is."""
    layout = match.spec
    header, told = told[0], told[1:]
    aside = np.full(len(told), "", dtype=object)

    def ignore(rows: np.ndarray, reason: Any) -> None:
        aside[rows & (aside == "")] = reason

    ignore(np.logical_not(filled[1:].any(axis=1)), "blank_row")
    for name, words in layout.ignore.items():
        if name in match.columns:
            reasons = np.array([_ignored(text, words) for text in texts.values], dtype=object)
            own = reasons[told[:, match.columns[name]]]
            for reason in set(words.values()):
                ignore(own == reason, reason)
    if territory and layout.territory in match.columns:
        inside = np.array([text.zfill(layout.width) in territory for text in texts.values], dtype=bool)
        ignore(~inside[told[:, match.columns[layout.territory]]], "outside_territory")
    places = np.array([*match.columns.values(), *match.wide.values()])
    ignore((told[:, places] == header[places]).all(axis=1), "header_row")
    if layout.distinct:
        left = np.flatnonzero(aside == "")
        again = pd.DataFrame(told[np.ix_(left, places)]).duplicated().to_numpy(dtype=bool)
        aside[left[again]] = "repeated_row"
    return aside


def _ignored(text: str, words: Any) -> str:
    said, _, more = fold_words(text).partition(" ")  # Refusé par le destinataire
    return words.get(said, "") if not more.startswith("partiel") else ""


def _shaped(match: Layout, batch: Batch) -> pd.DataFrame:
    """Rows of the wide columns, what the layout computes; ``masked``, ``source_*`` at the end."""
    layout, last = match.spec, ["masked", *SOURCE]
    kept = np.flatnonzero(~batch.fatal)
    hidden = {
        name: np.isin(batch.cells[name].codes[kept], [code for code, rule in rules.items() if rule == MASKED])
        for name, rules in batch.rules.items()
    }
    frame = batch.frame()
    masked = np.logical_or.reduce(list(hidden.values()))
    added = pd.DataFrame({**layout.constants, "masked": masked}, frame.index)
    frame = pd.concat([frame, added.astype(dict.fromkeys(layout.constants, "str"))], axis=1)
    if wide := layout.wide:
        ids, titles = [*layout.columns, *layout.constants, *last], list(match.wide)
        frame = frame.melt(ids, titles, wide.variable, wide.value)
        frame["masked"] = np.concatenate([hidden[title] for title in titles])
        frame[wide.variable] = frame[wide.variable].astype("str")
        frame = frame.sort_values([*layout.columns, wide.variable], kind="stable", ignore_index=True)
    frame = layout.finish(frame)
    return frame[[name for name in frame if name not in last] + last]
