"""What respondents answered: statements by their fixed code, and one score for each dimension.

    score = mean of the answers (1 to 5) to the statements of a dimension, when half of them are answered

The statements and their dimensions are those of ``reference/readiness_items.csv``: codes never change, so
that territories and waves can be compared. A statement that a study adds on its own has no code.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.records import SOURCE, TOTAL
from eit_analysis.reference.sizes import size_class

DIMENSIONS = ("need", "support", "capacity", "trust", "openness")
CLASSES = ("disagree", "mixed", "agree")
LOW, HIGH = 2.5, 3.5  # scores up to the first are a disagreement, from the second on an agreement
UNKNOWN = "non renseigné"
RESPONDENT = ["site_id", "respondent_role"]
GROUPS = {"respondent_role": "autres fonctions", "size_class": "autres tailles"}  # where few are together


def coded(readiness: pd.DataFrame) -> pd.DataFrame:
    """The answers with ``item_code`` and ``readiness_dimension``, both missing for a statement of no list.

    A statement is known by its text, or by its code, whatever its case, accents and punctuation.
    """
    items = reference.load("readiness_items")
    known = dict(zip(items["statement_fr"].map(fold_words), items["code"], strict=True))
    known |= dict(zip(items["code"].map(fold_words), items["code"], strict=True))
    asked = readiness["item"].astype(str)
    code = asked.map({text: known.get(fold_words(text)) for text in asked.unique()})
    dimension = dict(zip(items["code"], items["readiness_dimension"], strict=True))
    return readiness.assign(item_code=code, readiness_dimension=code.map(dimension))


def respondents(readiness: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """The score of each respondent on each dimension.

    A respondent is a function of an actor: the form asks for no name. Two answers to one statement count by
    their mean.

    Returns
    -------
    pandas.DataFrame
        ``site_id, respondent_role, size_class, readiness_dimension, score`` (1 to 5), ``opinion`` (one of
        ``CLASSES``). Nobody without a score. The columns of ``SOURCE``, where answers have them, say whose
        a score is and not where it was read, so that whoever is asked again is the same: the file (outside
        the team, the wave), the role and the dimension.
    """
    answers = with_groups(readiness, sites).dropna(subset=["readiness_dimension"])
    keys = [*RESPONDENT, "readiness_dimension"]
    cells = {name: (name, "first") for name in (*SOURCE[:1], "size_class") if name in answers}
    by_item = answers.groupby([*keys, "item_code"]).agg(answer=("answer", "mean"), **cells).reset_index()
    people = by_item.groupby(keys).agg(score=("answer", "mean"), answered=("answer", "count"), **cells)
    people = people.dropna(subset=["score"]).reset_index()
    if SOURCE[0] in people:
        whose = zip(SOURCE[1:], keys[1:], strict=True)
        people = people.assign(**{name: people[key] for name, key in whose})
    # Of nobody's answers the dimensions are text, and so would be what they map to.
    asked = people["readiness_dimension"].map(n_asked(readiness)).astype(float)
    people = people[2 * people["answered"] >= asked].reset_index(drop=True)
    people["opinion"] = np.select(
        [people["score"] <= LOW, people["score"] >= HIGH], ["disagree", "agree"], "mixed"
    )
    return people.drop(columns="answered")


def with_groups(readiness: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """:func:`coded`, with the role and the size class of who answered, ``UNKNOWN`` where neither is said."""
    size = sites.drop_duplicates("site_id").set_index("site_id")["headcount"].pipe(size_class)
    answers = coded(readiness).assign(size_class=readiness["site_id"].map(size))
    return answers.assign(**answers[list(GROUPS)].astype(object).fillna(UNKNOWN))


def each_group(rows: pd.DataFrame) -> Iterator[tuple[tuple[Hashable, ...], pd.DataFrame]]:
    """Rows of all respondents, then of each role and of each size, with which: ``TOTAL`` where all are."""
    for by in ("", *GROUPS):
        every = rows.assign(**{name: TOTAL for name in GROUPS if name != by})
        yield from every.groupby(list(GROUPS), sort=False)


def n_asked(readiness: pd.DataFrame) -> pd.Series:
    """How many statements of each dimension a wave asked: those that anybody answered."""
    answers = coded(readiness).dropna(subset=["readiness_dimension", "answer"])
    return answers.groupby("readiness_dimension")["item_code"].nunique()


def unlisted(readiness: pd.DataFrame) -> list[str]:
    """The statements that are in no list, in alphabetical order: they are in no dimension."""
    answers = coded(readiness)
    return sorted(answers.loc[answers["item_code"].isna(), "item"].astype(str).unique())
