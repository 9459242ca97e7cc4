"""Which resins and which forms the designation of a plastic names: none replaces another."""

from __future__ import annotations

from functools import cache

import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.designation_words import told


def grades_named(designations: pd.Series, categories: pd.Series) -> pd.Series:
    """The resins and the forms of each plastic (``resins.csv``, ``plastic_forms.csv``).

    ``""`` where its designation names none, and of what is no plastic. Several where it names several, or one
    of no stated density: « PE » may be of either.
    """
    named = {
        word: set(grades.split())
        for table in ("resins", "plastic_forms")
        for grades, words in reference.load(table)[["grades", "words"]].itertuples(index=False)
        for word in words.split()
    }

    def read(text: str) -> str:
        return " ".join(sorted(set().union(*(named.get(word, set()) for word in told(text).split()))))

    texts = designations.astype("str").fillna("").where(categories == "plastic", "")
    return texts.map({text: read(text) for text in texts.unique()})


def disagree(given: pd.Series, asked: pd.Series) -> list[bool]:
    """Whether both name resins (:func:`grades_named`) and none that is the other's, or so of their forms."""
    return [_differ(one, two) for one, two in zip(given.tolist(), asked.tolist(), strict=True)]


@cache
def _differ(given: str, asked: str) -> bool:
    forms = set(" ".join(reference.load("plastic_forms")["grades"]).split())
    one, two = set(given.split()), set(asked.split())
    kinds = (one & forms, two & forms), (one - forms, two - forms)
    return any(a and b and a.isdisjoint(b) for a, b in kinds)
