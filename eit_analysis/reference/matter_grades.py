"""Which resins and forms a plastic is called by, which metal, kind of food or of appliance, which format of
pallet: none replaces another."""

from __future__ import annotations

from functools import cache

import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.designation_words import words_of

# The tables of each family; of the others no grade is told by a word.
TABLES = {
    "plastic": ("resins", "plastic_forms"), "food": ("food_kinds",), "metal": ("metals",),
    "wood": ("pallet_formats",), "weee": ("appliance_kinds",),
}  # fmt: skip
APART = ("plastic_forms", "pallet_formats")  # of what is also of a resin, of a class of wood
MELTS_TOGETHER, STAINLESS = "fer", "inox"


def grades_named(designations: pd.Series, categories: pd.Series) -> pd.Series:
    """The grades that each designation names, by the tables of its family, ``""`` for none.

    Several where it names several, or one that may be of two: « PE », of either density.
    """
    texts = designations.astype("str").fillna("").where(categories.isin(list(TABLES)), "")
    return pd.Series(list(map(_named, texts, categories)), texts.index, dtype="str")


def kinds_of_codes(codes: pd.Series) -> pd.Series:
    """The kinds of food that each waste code may be of: what a dairy gives away is of milk, unnamed too."""
    rows = reference.load("food_kinds").dropna(subset=["waste_code_prefix"])
    kinds = rows.groupby("waste_code_prefix")["grades"].agg(" ".join)
    return codes.astype("str").str[:4].map(kinds).astype("str").fillna("")


def is_foam(designations: pd.Series) -> pd.Series:
    """Which designations name foam, whatever their family."""
    return _as_plastic(designations).str.contains("foam")


def is_resin_foam(designations: pd.Series) -> pd.Series:
    """Which of them name its resin too: « mousse PU »."""
    return _as_plastic(designations).str.contains("foam .|. foam")


def _as_plastic(designations: pd.Series) -> pd.Series:
    return grades_named(designations, pd.Series("plastic", designations.index))


@cache
def _named(text: str, family: str) -> str:
    if not text:
        return ""
    rows = pd.concat([reference.load(table)[["grades", "words"]] for table in TABLES[family]])
    said = words_of(text)
    found = [grades for grades, words in rows.itertuples(index=False) if not said.isdisjoint(words.split())]
    return " ".join(sorted({grade for grades in found for grade in grades.split()}))


def disagree(given: pd.Series, asked: pd.Series) -> list[bool]:
    """Whether both name grades (:func:`grades_named`) and none the other's, or so of those ``APART``."""
    return [_differ(one, two) for one, two in zip(given.tolist(), asked.tolist(), strict=True)]


@cache
def _differ(given: str, asked: str) -> bool:
    forms = set(" ".join(reference.load(table)["grades"].str.cat(sep=" ") for table in APART).split())
    one, two = set(given.split()), set(asked.split())
    kinds = (one & forms, two & forms), (one - forms, two - forms)
    return any(a and b and a.isdisjoint(b) for a, b in kinds)


def other_alloy(given: pd.Series, asked: pd.Series, again: pd.Series) -> list[bool]:
    """Whether a metal of iron is of none of the alloys that its need names: used ``again`` as it is, of any;
    melted, of stainless steel alone, which is made of no other scrap."""
    rows = zip(given.tolist(), asked.tolist(), again.tolist(), strict=True)
    return [_alloyed(one, two, as_it_is) for one, two, as_it_is in rows]


@cache
def _alloyed(given: str, asked: str, again: bool) -> bool:
    if MELTS_TOGETHER not in given.split() or MELTS_TOGETHER not in asked.split():
        return False
    one, two = ({*grades.split()} - {MELTS_TOGETHER} for grades in (given, asked))
    return bool(one and two) and one.isdisjoint(two) and (again or two == {STAINLESS})
