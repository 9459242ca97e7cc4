"""The words of a designation: what it tells, in the singular, and what it names first.

One reader of them for wastes, needs and lines of a register, so that a word is the same word everywhere.
"""

from __future__ import annotations

import re
from itertools import pairwise

from eit_analysis.french import fold_words

LONGEST = 300  # characters that are read
NUMBERS = re.compile(r"\b[0-9]{2,}\b")
# What stands between two things that one designation names.
BETWEEN = re.compile(r"\b(?:et|ou)\b|[,;/+&]", re.IGNORECASE)
# In the singular: they tell no waste from another, alone or among others.
EMPTY_WORDS = frozenset((
    "a", "au", "aux", "avec", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "n", "ou", "par",
    "pour", "qu", "sans", "sur", "un", "une", "autre", "benne", "dechet", "flu", "lot", "vrac",
))  # fmt: skip


def told(designation: object) -> str:
    """The words of a designation that tell something, folded and in the singular; ``""`` where none does.

    A number of two figures or more is a lot, a year, a size: no term has one.

    >>> told("Déchets de fûts métalliques")
    'fut metallique'
    """
    text = NUMBERS.sub(" ", designation[:LONGEST]) if isinstance(designation, str) else ""
    words = fold_words(text).split()
    singular = (word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in words)
    return " ".join(word for word in singular if word not in EMPTY_WORDS)


def heads(designation: str) -> frozenset[str]:
    """``"Cendres d'écorces et biscuits"`` -> ``{"cendre", "biscuit"}``."""
    parts = (told(part).split(maxsplit=1) for part in BETWEEN.split(designation[:LONGEST]))
    return frozenset(words[0] for words in parts if words)


def words_of(text: str) -> set[str]:
    """The words of a designation, and each two that follow one another (``boi_palette``)."""
    words = told(text).split()
    return {*words, *map("_".join, pairwise(words))}
