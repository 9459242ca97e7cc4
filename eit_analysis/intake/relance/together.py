"""Which questions are one: those that say the same of the same value in several lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from eit_analysis import tables
from eit_analysis.intake.relance import phrases
from eit_analysis.intake.relance.fiche import Question

QUANTITY = tables.header("flows", "quantity")
LINES = 20  # of one question, at most


def together(questions: Iterable[Question]) -> list[Question]:
    """Questions that say the same of the same value in lines of a column, as one; absent columns too.

    A quantity is of its line alone. The stake of a group is that of all its lines.
    """
    groups: dict[tuple, list[Question]] = {}
    for question in questions:
        place = (question.owner, question.file, question.sheet)
        same: tuple = (*place, question.kind, question.text, bool(question.likely))
        if question.answerable:
            same += (question.column, question.read, question.row if question.column == QUANTITY else 0)
        elif question.text != phrases.ABSENT:
            same += (question.column, question.row)
        groups.setdefault(same, []).append(question)
    found = []
    for same_question in groups.values():
        for start in range(0, len(same_question), LINES):
            first, *others = sorted(same_question[start : start + LINES], key=lambda line: line.row)
            stake = first.stake_t_per_year + sum(line.stake_t_per_year for line in others)
            found.append(replace(first, others=tuple(others), stake_t_per_year=stake))
    return found
