"""Which outflows are packaging: by their code, else by what they are called.

    yes      a code of 15 01, but for a mix (15 01 06) that is not called packaging; or no code, and a word of
             what is nothing but packaging (``sure_words`` of the row of the law on it)
    perhaps  such a mix, often of activity waste; a pattern of a foundry that is coded so; or no code, and a
             word of what is often packaging (a film), of a mix that holds some, or of what is left of making
             some, which is no waste of packaging (directive 94/62/EC, art. 3, § 2)
    no       all else

The words are those of two rows of ``obligations.csv``: what page 06 asks of is what its targets count.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.designation_words import heads, told
from eit_analysis.reference.law_flows import concerned, named, readable
from eit_analysis.reference.law_matter import seen
from eit_analysis.remembered import remembered

MIX = "150106"
OF_MIX, UNCODED = "sort_packaging_mix", "packaging_uncoded"  # rows of the law
LEFT_OF_MAKING = "chute chutes rebut rebuts rognures laize laizes declasse declasses declassee declassees"


@remembered
def packaging(out: pd.DataFrame) -> pd.DataFrame:
    """Of each outflow, ``packaging`` (yes, perhaps, no) and its ``code``.

    That of who has none and is called packaging is the code of packaging of its material.
    """
    read, uncoded = seen(readable(out)), _row(UNCODED)
    words, called = read["words"], concerned(read, uncoded | {"routes": ""})
    mix = (read["code"] == MIX) | (called & (read["category"] == "mixed"))
    mix &= ~named(words, _row(OF_MIX)["words"])
    surely = named(words, uncoded["sure_words"]) & ~named(words, LEFT_OF_MAKING)
    kinds = [mix | read["miscoded"] | (called & ~surely), called | read["code"].str.startswith(MIX[:4])]
    code = read["code"].mask(called, read["category"].map(_codes()))
    return pd.DataFrame({"packaging": np.select(kinds, ["perhaps", "yes"], "no"), "code": code}, out.index)


def code_named(wastes: pd.DataFrame) -> pd.Series:
    """The code of packaging of what each first word of its designation calls nothing but packaging.

    By its family (``category``, ``description``): crates of wood are 15 01 03. ``""`` of all else, of what is
    left of making some, and of a mix.
    """
    sure, left = (
        {told(word) for word in words.split()} for words in (_row(UNCODED)["sure_words"], LEFT_OF_MAKING)
    )
    codes = {family: code for family, code in _codes().items() if code != MIX}

    def read(family: str, text: str) -> str:
        first = heads(text)
        named = bool(first) and first <= sure and left.isdisjoint(told(text).split())
        return codes.get(family, "") if named else ""

    kinds = zip(wastes["category"].astype("str"), wastes["description"], strict=True)
    return pd.Series([read(*kind) for kind in kinds], wastes.index, dtype="str")


@cache
def _row(code: str) -> dict[Any, Any]:
    rows = reference.load("obligations").set_index("code").loc[[code]]
    return rows.astype(object).fillna("").iloc[-1].to_dict()


@cache
def _codes() -> dict[str, str]:
    """The code of packaging of each material, and of a mix."""
    names = reference.pairs("waste_materials", "waste_code_prefix", "categories").items()
    codes = {code: families.split() for code, families in names if code.startswith(MIX[:4])}
    return {family: code for code, families in codes.items() for family in families} | {"mixed": MIX}
