"""What a waste without a code supports: the codes whose rules its family and its designation both allow.

    silent text:     the codes that name its family and no other (``waste_materials.csv``)
    confident text:  the likely codes of the text (:mod:`designations`)
    supported text:  those of its likely codes that are of its family, which says part of what a confident
                     text says alone: the best score is at least ``SUPPORTED``, no other chapter of the
                     family comes nearer than ``APART_IN_FAMILY`` among the suggestions, and the first word of
                     each thing that it names is no word of other families alone. Not of chemicals and of
                     mixed wastes, families that hold too much to say anything
    called packaging: besides, the code of packaging of its family (:func:`packaging.code_named`)
    any other text:  none, which leaves the rules of the whole family

A text whose first suggestion is hazardous and half as sure as a confident one is of what may be hazardous.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.designation_families import families
from eit_analysis.reference.designation_words import heads, told
from eit_analysis.reference.designations import DOUBT, suggestions, words_of_codes
from eit_analysis.reference.nomenclatures import hazardous
from eit_analysis.reference.packaging import code_named

KIND = ["category", "description"]
PREFIXES = (2, 4, 6)  # digits of a chapter, of a sub-chapter, of a code
SUPPORTED, APART_IN_FAMILY = 0.45, 0.1  # read on designations with a code (docs/methods/designations.md)
OF_ALL_KINDS = ("chemical", "mixed")


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
        sure = kinds.merge(sure[["description", "waste_code"]], on="description")
        called = kinds.assign(waste_code=code_named(kinds)).query("waste_code != ''")
        coded = pd.concat([coded, sure, _of_family(kinds, found), called])
        doubted = found[(found["suggestion_rank"] == 1) & (found["score"] >= DOUBT)]
        harmful = doubted.loc[hazardous(doubted["waste_code"]), "designation"]
    starts = [coded.assign(waste_code_prefix=coded["waste_code"].str[:digits]) for digits in PREFIXES]
    support = pd.concat([kinds.assign(waste_code_prefix=""), *starts], ignore_index=True)
    support["text_hazardous"] = support["description"].isin(harmful)
    return support.drop(columns="waste_code").drop_duplicates(ignore_index=True)


def _of_family(kinds: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """``KIND`` and ``waste_code``: of each supported text that is not confident, its likely codes."""
    found = found[~found["confident"]].rename(columns={"designation": "description"})
    found["best"] = found.groupby("description")["score"].transform("max")
    own = kinds[~kinds["category"].isin(OF_ALL_KINDS)].merge(found[found["best"] >= SUPPORTED], on=KIND)
    near = own["likely"] | (own["score"] > own["best"] - APART_IN_FAMILY)
    chapter, of_kind = own["waste_code"].str[:2], [own[name] for name in KIND]
    said, heard = (
        chapter.where(some).groupby(of_kind).transform("nunique") for some in (own["likely"], near)
    )
    words = _words_of_families()
    strange = [heads(text) & words[""] - words[family] for family, text in own[KIND].itertuples(index=False)]
    alone = np.array([not found for found in strange], dtype=bool)
    return own.loc[own["likely"] & (said == heard) & alone, [*KIND, "waste_code"]]


@cache
def _words_of_families() -> dict[str, set[str]]:
    """The words of the terms and labels of the codes of each family, and, under ``""``, of all."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    for code, some in words_of_codes().items():
        words[""] |= some
        words[families().get(code, "")] |= some
    return words


@cache
def _names_of_families() -> pd.DataFrame:
    """``waste_code`` and ``category``: the codes that name a family and, of two families, each."""
    table = reference.load("waste_materials").rename(columns={"waste_code_prefix": "waste_code"})
    table = table[table["waste_code"].str.len() == 6]  # a chapter is not all of its family
    return table.assign(category=table["categories"].str.split()).explode("category")[
        ["waste_code", "category"]
    ]
