"""What a need says that it is of: matter, an object, or a use, by the words of its designation.

A family alone does not say it: fuel is wood, and so are the logs that a sawmill saws. The words are those of
``need_designations.csv``; what a rule makes of a waste is said by its use in the same words.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.designation_words import heads, words_of

# What objects are made of, one or the other: « palettes plastique ou bois ».
MATTER = r"(?:en )?(?:bois|plastique|carton|métal)"
MADE_OF = re.compile(rf"\b{MATTER} ou {MATTER}\b", re.IGNORECASE)
# The least and the greatest grain of a mineral, mm: « 0/31,5 » (words have no numbers).
GRAINS = re.compile(r"\b([0-9]+)(?:,[0-9]+)?\s?/\s?([0-9]+)(?:,[0-9]+)?\b")
# Who eats it, of a need of food: « coproduits pour porcs » are for none but « viande de porc ».
ANIMALS = re.compile(
    r"\bpour (?:les |des |nos |l['’])?(?:animaux|bétail|bovins?|brebis|caprins?|chèvres?|chevaux|cochons?"
    r"|élevages?|génisses?|ovins?|porcelets?|porcs?|poules?|truies?|vaches?|veaux?|volailles?)\b",
    re.IGNORECASE,
)
FOR_ANIMALS = "livestock"  # they are of no kind of food: pigs are no meat here
SAND_MM = 4  # a sand is of no greater grain (NF EN 12620)


def need_told(designations: pd.Series) -> pd.Series:
    """What the designation of each need says that it is of (``need_designations.csv``), ``""`` for nothing.

    A rule is no answer to what it has in ``other_needs``.
    """
    return designations.map({text: _needs_in(text) for text in designations.unique()})


@lru_cache(10_000)  # the uses of the rules are read with every table of wastes
def _needs_in(text: str) -> str:
    said = words_of(text)
    told = [need for need, words, other in _words() if not said.isdisjoint(words) and said.isdisjoint(other)]
    fed = [FOR_ANIMALS] * bool(ANIMALS.search(text))
    return " ".join(dict.fromkeys(told + _grains_in(text) + fed))


@cache
def _words() -> list[tuple[str, list[str], list[str]]]:
    """Of each need the words that it is called by, and those beside which it is not meant."""
    table = reference.load("need_designations")[["need", "words", "other_words"]].fillna("")
    return [(need, words.split(), other.split()) for need, words, other in table.itertuples(index=False)]


def _grains_in(text: str) -> list[str]:
    """``chippings`` without sand, ``graded`` from sand to stones, by the grains that a need is of."""
    grains = [(int(least), int(greatest)) for least, greatest in GRAINS.findall(text)]
    stones = [least for least, greatest in grains if greatest > SAND_MM]
    return ["chippings" if least else "graded" for least in stones]


def use_told(rules: pd.DataFrame) -> pd.Series:
    """Which needs the use of each rule names, as :func:`need_told`; ``""`` for nothing, or without a use."""
    return need_told(rules.get("use", pd.Series("", rules.index)).astype("str").fillna(""))


def code_asked(needs: pd.DataFrame) -> pd.Series:
    """The waste code that each need (tidy flow) declares, else of the object its designation names first.

    ``""`` where neither tells one: who asks for « Palettes à réparer » asks for pallets without their code.
    """
    words = _objects()

    def read(text: str) -> str:
        first = heads(text)
        first |= {word for word in words_of(text) if word.partition("_")[0] in first}
        return next((code for code, said in words.items() if not first.isdisjoint(said)), "")

    texts = _texts(needs)
    named = texts.map({text: read(text) for text in texts.unique()})
    return needs["waste_code"].astype("str").mask(without_code(needs), named)


def object_asked(needs: pd.DataFrame) -> pd.Series:
    """The code of the object that each flow (tidy) is, by the first words of it; ``""`` for none.

    « Bois de palettes » is wood, and « Palettes et bois » that too; « Palettes bois ou plastique » is not.
    """
    words, texts = _objects(), _texts(needs)

    def read(text: str) -> str:
        first = heads(MADE_OF.sub("", text))
        return next((code for code, said in words.items() if first and first <= said), "")

    return texts.map({text: read(text) for text in texts.unique()})


def _objects() -> dict[str, set[str]]:
    """The words for each object that is known by a waste code."""
    table = reference.load("need_designations").dropna(subset=["waste_code"])
    return {code: set(said.split()) for code, said in zip(table["waste_code"], table["words"], strict=True)}


def _texts(needs: pd.DataFrame) -> pd.Series:
    return needs.get("description", pd.Series("", needs.index)).astype("str").fillna("")


def share_met(need: pd.Series) -> pd.Series:
    """The most of each need (:func:`need_told`) that what is recovered meets, of 1: no format is declared."""
    most = reference.pairs("need_designations", "need", "most_percent")
    shares = {
        told: min([most.get(name, 100) for name in told.split()], default=100) for told in need.unique()
    }
    return need.map(shares).astype(float) / 100


def without_code(wastes: pd.DataFrame) -> pd.Series:
    return wastes["waste_code"].astype("str").fillna("").isin(["", "unknown"])
