"""What a remark says of the quantity beside it: another unit or period, a doubt, that it does not count."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from eit_analysis import reference
from eit_analysis.french import fold_words

PERIOD = "an|annee|semestre|trimestre|mois|semaine|jour"
UNIT = re.compile(
    rf"(?:en )?(?P<unit>t|tonnes?|kgs?|kilos?|kilogrammes?|g|m3|l|litres?)(?: (?:par )?(?P<each>{PERIOD}))?"
    rf"|par (?P<period>{PERIOD})|(?P<often>(?:mensuel|trimestriel|semestriel)(?:le)?s?|hebdomadaires?)"
    r"|(?P<yearly>(?:total|cumul|somme)(?: (?:de|sur|pour)? ?(?:toute )?l annee| annuel))"
)
MENTION = re.compile(r"(?<!pas |non |ieu )\b(?:en|des|de) (tonnes?|kgs?|kilo\w*|litres?|m3|(?<=en )t)\b")
ANYHOW = re.compile(r"\bd apres |\bferm\w+ (?:en|au mois d) ?\w+")  # who says it, and when nothing is made
PART = re.compile(r"\bdont (?:environ )?[0-9]+ (?:t|kgs?|tonnes?)\b")  # dont 60 t brûlées
DENIED = re.compile(r" (?:et )?(?:non|pas|au lieu)\b.*")  # kg et non tonnes
YEAR, NUMBER = re.compile(r"\b(?:19|20)[0-9]{2}\b"), re.compile(r"\b(?!12\b)[0-9]{1,2}\b")
WORDS = reference.load("cell_words").groupby("means")["word"].agg(set).to_dict()
# By finding, what the folded words mean that say so.
SAID = {"set_aside_by_comment": "set_aside", "doubted_by_comment": "doubt"}


class Remark(NamedTuple):
    """What a remark says."""

    unit: str = ""  #: with its period, as it is written beside a number
    mention: str = ""  #: a unit, among other words
    finding: str = ""  #: its code


def plain(folded: str) -> str:
    """Folded words, where ``aaaa`` is any year and ``n`` any number but twelve."""
    return NUMBER.sub("n", YEAR.sub("aaaa", folded))


def holds(folded: str, means: str) -> bool:
    """Whether some of the folded words mean this (``cell_words.csv``)."""
    within = f" {' '.join(folded.split())} "
    return any(f" {word} " in within for word in WORDS[means])


@lru_cache(maxsize=50_000)
def read_remark(text: str) -> Remark:
    """A unit where the remark says nothing else; a doubt or a withdrawal wherever its words stand.

    >>> read_remark("ATTENTION, quantité par mois et non par an !")
    Remark(unit='par mois', mention='', finding='doubted_by_comment')
    >>> read_remark("2 enlèvements par mois, pesés en kilos")
    Remark(unit='', mention='kilos', finding='')
    """
    folded = fold_words(text)
    words = folded.split()
    while words and words[0] in WORDS["leading"]:
        words.pop(0)
    found = UNIT.fullmatch(DENIED.sub("", " ".join(words)))
    unit = ""
    if found:
        each = "/".join(filter(None, found.group("unit", "each")))
        unit = each or f"par {'an' if found['yearly'] else found['period'] or found['often']}"
    named = {*MENTION.findall(folded)}
    said = (code for code, means in SAID.items() if holds(plain(folded), means))
    several = len(named) > 1 or len({*YEAR.findall(folded)}) > 1
    doubt = "doubted_by_comment" if "?" in text or several or PART.search(folded) else ""
    return Remark(unit, min(named, default=""), next(said, doubt))


def is_harmless(note: str) -> bool:
    """Whether words after a unit, a period or a quantity leave it as it is (``t, tickets de pesée``)."""
    words = ANYHOW.sub("", fold_words(note)).split()
    return not re.search("[0-9/%€]", note) and {*words} <= WORDS["plain"] and not any(read_remark(note))
