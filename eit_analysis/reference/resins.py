"""Which resins the designation of a plastic names: one resin does not replace another."""

from __future__ import annotations

import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.designation_words import told


def resins_named(designations: pd.Series, categories: pd.Series) -> pd.Series:
    """The resins of each plastic (``resins.csv``), ``""`` where its designation names none, and of the rest.

    Several where it names several, or one of no stated density: « PE » may be of either.
    """
    table = reference.load("resins")
    named = {
        word: set(resins.split())
        for resins, words in zip(table["resins"], table["words"], strict=True)
        for word in words.split()
    }

    def read(text: str) -> str:
        return " ".join(sorted(set().union(*(named.get(word, set()) for word in told(text).split()))))

    texts = designations.astype("str").fillna("").where(categories == "plastic", "")
    return texts.map({text: read(text) for text in texts.unique()})


def disagree(given: pd.Series, asked: pd.Series) -> list[bool]:
    """Whether both name resins (:func:`resins_named`), and none that is the other's."""
    pairs = zip(given.tolist(), asked.tolist(), strict=True)
    return [bool(a and b) and set(a.split()).isdisjoint(b.split()) for a, b in pairs]
