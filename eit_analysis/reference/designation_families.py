"""The family of a waste: of its code, or of what it is called where the words tell one."""

from __future__ import annotations

from functools import cache

from eit_analysis import reference
from eit_analysis.reference.designation_words import told

# First words that tell what a waste looks like, and not of what it is.
SHAPES = frozenset((
    "chute", "copeau", "rebut", "emballage", "decoupe", "morceau", "tole", "tube", "barre", "bande", "bidon",
    "fut", "sac", "caisse", "plaque", "limaille", "film",
))  # fmt: skip


@cache
def families() -> dict[str, str]:
    """Family of each code: the only one that it names, else that of the first term to name it."""
    names = reference.pairs("waste_materials", "waste_code_prefix", "categories").items()
    lexicon = reference.load("waste_lexicon").dropna(subset="waste_codes")
    named = lexicon.assign(waste_code=lexicon["waste_codes"].str.split()).explode("waste_code")
    named["place"] = named.groupby(level=0).cumcount()
    named = named.sort_values("place", kind="stable").drop_duplicates("waste_code")
    of_terms = dict(zip(named["waste_code"], named["category"], strict=True))
    return of_terms | {code: family for code, family in names if len(code) == 6 and " " not in family}


@cache
def _families_of_terms() -> dict[str, str]:
    """The family of each term that is of one alone."""
    lexicon = reference.load("waste_lexicon").dropna(subset="category")
    found = lexicon.groupby(lexicon["term_fr"].map(told))["category"].agg(set)
    return {str(term): min(own) for term, own in found.items() if term and len(own) == 1}


def family_of(designation: str) -> str:
    """The family that a designation names by all its words, else by its first and none other by the others.

    >>> family_of("Cartons bruns"), family_of("Palettes en plastique"), family_of("Divers")
    ('cardboard', '', '')
    """
    known, words = _families_of_terms(), told(designation).split()
    if whole := known.get(" ".join(words)):
        return whole
    named = {known[word] for word in words if word in known}
    return named.pop() if len(named) == 1 and (words[0] in known or words[0] in SHAPES) else ""
