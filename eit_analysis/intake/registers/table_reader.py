"""A register's sheet to its table: rows read = rows kept + rows ignored (by reason) + rows refused (listed).

A row is kept whole or not at all: a cell that cannot be read refuses its row, and is listed with its column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
import pandas as pd

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells, Rows
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.registers.declarations import RegisterLayout
from eit_analysis.intake.registers.kinds import MASKED
from eit_analysis.intake.sheets.batch import Batch
from eit_analysis.intake.sheets.ledger import FINDING, QUARANTINE, SOURCE, Ledger
from eit_analysis.intake.sheets.reader import read_table
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.reference.findings import finding


@dataclass
class Body:
    """A sheet of a register."""

    file: str
    sheet: str
    match: Layout
    cells: Rows  #: its header, and the rows under it
    numbers: Sequence[int]  #: of the rows under it, as in the file (1 = first)
    is_text: bool
    ignored: Counter[str] = field(default_factory=Counter)  #: left out on the way, by reason (see ``stream``)

    @cached_property
    def header(self) -> list[str]:
        return list(map(clean_text, self.cells[0]))

    @property
    def layout(self) -> RegisterLayout:
        return cast("RegisterLayout", self.match.spec)


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
    cells = body.cells
    texts = Cells.of([clean_text(cell) for cell in cells.values])
    told = texts.codes[cells.numbers]  # cells that read alike have one number
    aside = _aside(body, texts, told, territory)
    ledger = Ledger()
    place = ledger.place(body.file, body.sheet)
    numbers = np.array(body.numbers, dtype=np.int64)
    beyond = _beyond(texts, told)
    shifted = (aside == "") & body.is_text & (beyond > 0)
    for row in np.flatnonzero(shifted).tolist():
        # How many, not what: nobody knows what lies outside the columns.
        raw = f"{beyond[row]} cellule(s) en trop"
        ledger.quarantine(place, numbers[row], "", raw, finding("shifted_row"))
    data = np.flatnonzero((aside == "") & ~shifted)
    under = replace(body.match, header_row=0)
    batch = read_table(under, cells, data + 1, ledger, place, [0, *body.numbers])
    kept = int((~batch.fatal).sum())
    return SheetTable(
        body=body,
        frame=_shaped(body, batch),
        refused=ledger.frame(ledger.refused, QUARANTINE).drop(columns=FINDING),
        rows_read=len(body.numbers) + sum(body.ignored.values()),
        rows_kept=kept,
        rows_refused=int(shifted.sum()) + int(batch.fatal.sum()),
        ignored=body.ignored + Counter(aside[aside != ""].tolist()),
    )


def _aside(body: Body, texts: Cells, told: np.ndarray, territory: frozenset[str]) -> np.ndarray:
    """The reason why each row under the header is not data for us, ``""`` where it is."""
    layout, match = body.layout, body.match
    header, told = told[0], told[1:]
    aside = np.full(len(told), "", dtype=object)

    def ignore(rows: np.ndarray, reason: Any) -> None:
        aside[rows & (aside == "")] = reason

    filled = np.array([text != "" for text in texts.values], dtype=bool)
    ignore(~filled[told].any(axis=1), "blank_row")
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


def _beyond(texts: Cells, told: np.ndarray) -> np.ndarray:
    """How many cells of each row stand beyond the header."""
    filled = np.array([text != "" for text in texts.values], dtype=bool)[told]
    last = np.flatnonzero(filled[0]).max(initial=-1)
    return filled[1:, last + 1 :].sum(axis=1)


def _shaped(body: Body, batch: Batch) -> pd.DataFrame:
    """Rows of the wide columns, what the layout computes; ``masked``, ``source_*`` at the end."""
    layout, last = body.layout, ["masked", *SOURCE]
    kept = np.flatnonzero(~batch.fatal)
    hidden = {name: np.isin(batch.cells[name].codes[kept], _masked(batch, name)) for name in batch.columns}
    constants = {
        name: pd.Series(text, range(len(kept)), dtype="str") for name, text in layout.constants.items()
    }
    added = pd.DataFrame(constants | {"masked": np.logical_or.reduce(list(hidden.values()))})
    frame = pd.concat([batch.frame(), added], axis=1)
    if wide := layout.wide:
        ids = [*layout.columns, *layout.constants, *last]
        titles = list(body.match.wide)
        frame = frame.melt(ids, titles, wide.variable, wide.value)
        frame["masked"] = np.concatenate([hidden[title] for title in titles])
        frame[wide.variable] = frame[wide.variable].astype("str")
        frame = frame.sort_values([*layout.columns, wide.variable], kind="stable", ignore_index=True)
    frame = layout.finish(frame)
    return frame[[name for name in frame if name not in last] + last]


def _masked(batch: Batch, name: str) -> list[int]:
    return [code for code, rule in batch.rules[name].items() if rule == MASKED]
