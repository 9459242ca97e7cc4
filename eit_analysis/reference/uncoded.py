"""What a waste without a code supports: the codes whose rules its family and its designation both allow.

    silent text:     the codes that name its family and no other (``waste_materials.csv``)
    confident text:  the likely codes of the text (:mod:`designations`)
    any other text:  none, which leaves the rules of the whole family

A text whose first suggestion is hazardous and half as sure as a confident one is of what may be hazardous.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.designation_words import told
from eit_analysis.reference.designations import DOUBT, suggestions
from eit_analysis.reference.nomenclatures import hazardous

KIND = ["category", "description"]
PREFIXES = (2, 4, 6)  # digits of a chapter, of a sub-chapter, of a code


def supported(wastes: pd.DataFrame) -> pd.DataFrame:
    """What rules may read on each kind of waste without a code (columns ``KIND``, no text missing).

    Returns
    -------
    pandas.DataFrame
        One row per distinct kind and start of a code that it supports: ``KIND``, ``waste_code_prefix`` (of
        two, four or six digits; ``""`` for the whole family, which each kind supports) and
        ``text_hazardous``. A rule must still name the family.
    """
    kinds = wastes[KIND].drop_duplicates()
    silent = kinds["description"].map(told) == ""
    coded, harmful = kinds[silent].merge(_names_of_families(), on="category"), kinds["description"].head(0)
    if not silent.all():
        found = suggestions(kinds["description"])
        sure = found[found["confident"] & found["likely"]].rename(columns={"designation": "description"})
        coded = pd.concat([coded, kinds.merge(sure[["description", "waste_code"]], on="description")])
        doubted = found[(found["suggestion_rank"] == 1) & (found["score"] >= DOUBT)]
        harmful = doubted.loc[hazardous(doubted["waste_code"]), "designation"]
    starts = [coded.assign(waste_code_prefix=coded["waste_code"].str[:digits]) for digits in PREFIXES]
    support = pd.concat([kinds.assign(waste_code_prefix=""), *starts], ignore_index=True)
    support["text_hazardous"] = support["description"].isin(harmful)
    return support.drop(columns="waste_code").drop_duplicates(ignore_index=True)


@cache
def _names_of_families() -> pd.DataFrame:
    """``waste_code`` and ``category``: the codes that name a family and, of two families, each."""
    table = reference.load("waste_materials").rename(columns={"waste_code_prefix": "waste_code"})
    table = table[table["waste_code"].str.len() == 6]  # a chapter is not all of its family
    return table.assign(category=table["categories"].str.split()).explode("category")[
        ["waste_code", "category"]
    ]
