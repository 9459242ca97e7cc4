"""The votes of a workshop: which points each participant gives each criterion of the score.

``data/raw/<study>/votes.csv`` lies beside ``study.toml``: the waves hold survey files, and cleaning looks
nowhere else. Columns ``Participant``, ``Rôle``, ``Critère`` and ``Points`` (or ``Poids``), in any order; a
row for each participant and criterion, the criterion by its French label or its name in ``study.toml``. A
criterion that a participant leaves out has no points from them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.reader import read_list
from eit_analysis.intake.sheets.spec import Column, Meaning, Reading, TableSpec, find_layout
from eit_analysis.intake.sheets.workbook import read_files
from eit_analysis.reference import sentence
from eit_analysis.reference.vocabulary import heading
from eit_analysis.study import Study

FILE = "votes.csv"
# The words by which each column is recognised.
HEADERS = {
    "participant": "participant", "votant": "participant", "role": "role", "college": "role",
    "critere": "criterion", "point": "points", "poids": "points", "poid": "points",
}  # fmt: skip
COLUMNS = ["participant", "role", "criterion", "points", "source_row"]


def _participant(cell: Any) -> Reading:
    text = clean_text(cell)
    return Reading(text) if text else Reading(error=CellError("missing_value.participant"))


def _criterion(cell: Any) -> Reading:
    """By its name and by its label, with and without the unit that ends it."""
    labels = heading("criterion").labels
    names = {fold_words(text): c for c, label in labels.items() for text in (c, label, label.split(" (")[0])}
    text = clean_text(cell)
    if fold_words(text) in names:
        return Reading(names[fold_words(text)])
    allowed = ", ".join(sorted(labels.values()))
    return Reading(error=CellError("unknown_value.criterion", text=text, allowed=allowed))


def _points(cell: Any) -> Reading:
    number = parse_number(cell)
    if number.problem or number.value is None:
        return Reading(error=CellError("not_a_number.points", text=clean_text(cell)))
    return Reading(number.value, error=CellError("negative_value.points") if number.value < 0 else None)


def _meaning(text: str) -> Meaning | None:
    name = HEADERS.get(header_key(text))
    return Meaning(name) if name else None


_column = partial(Column, expected=True, fatal=True)
VOTES = TableSpec(
    "votes",
    {
        "participant": _column("Participant", _participant),
        "role": _column("Rôle", lambda cell: Reading(clean_text(cell))),
        "criterion": _column("Critère", _criterion),
        "points": _column("Points", _points, "float64"),
    },
    _meaning,
)
TITLES = ", ".join(column.header for column in VOTES.columns.values())


def study_votes(study: Study) -> pd.DataFrame:
    """The votes of a study, empty where there is no file: no workshop has voted yet."""
    path = study.raw.parent / FILE
    return read_votes(path) if path.exists() else pd.DataFrame(columns=COLUMNS)


def read_votes(path: Path) -> pd.DataFrame:
    """Read a file of votes: UTF-8 or cp1252, cells separated by semicolons or commas.

    Returns
    -------
    pandas.DataFrame
        ``participant, role, criterion`` (as in ``study.toml``)``, points, source_row`` (from 1).

    Raises
    ------
    InputError
        A column that is missing, a criterion that is unknown or given twice, points that are no number, or
        negative, or all zero for someone.
    """
    raw = next(read_files([path], path.parent))
    if raw.refusal:
        # The advice of the reader is about questionnaires.
        why = sentence("votes_unread", problem=raw.refusal.sentence, titles=TITLES)
        raise InputError(why, file=path.name)
    cells = Rows.of(raw.sheets[0].rows)
    layout = find_layout(VOTES, cells)
    if not len(cells):
        raise InputError(sentence("votes_empty"), file=path.name)
    missing = layout.missing if layout else [column.header for column in VOTES.columns.values()]
    repeated = [VOTES.means(text) for text in layout.repeated.values()] if layout else []
    twice = [VOTES.columns[again.column].header for again in repeated if again]
    for titles, problem in ((missing, "votes_lacks"), (twice, "votes_twice")):
        if titles:
            raise InputError(sentence(problem, column=titles[0], titles=TITLES), file=path.name)
    assert layout is not None
    return _checked(read_list(layout, cells, path.name)[COLUMNS], path.name)


def _checked(votes: pd.DataFrame, file: str) -> pd.DataFrame:
    """The votes, one for each participant and criterion, with points from everyone."""
    if votes.empty:
        raise InputError(sentence("votes_none"), file=file)
    # One person is one voter, however the name is typed from row to row.
    voter = votes["participant"].map(fold_words)
    votes["participant"] = votes.groupby(voter)["participant"].transform("first")
    before = votes.groupby(["participant", "criterion"])["source_row"].transform("first")
    again = votes[votes["source_row"] != before]
    silent = votes[votes.groupby("participant")["points"].transform("sum") <= 0]
    for found, column, problem in ((again, "Critère", "votes_again"), (silent, "Points", "votes_silent")):
        for index, who, row in found[["participant", "source_row"]].head(1).itertuples():
            why = sentence(problem, who=who, before=before[index])
            raise InputError(why, file=file, row=int(row), column=column)
    return votes
