"""The levels of a key: what its groups are put together by where they show too little one by one.

Each level is a column of the same records, from the finest to the coarsest: outlet, treatment, recovered or
not. A table may be by any of them.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence

from eit_analysis import reference

# The next coarser level of a key, and by what a table of that level is.
COARSER = reference.pairs("levels", "key", "coarser")
WORDS = reference.pairs("levels", "coarser", "words_fr")


def raised(keys: Sequence[str], key: str, known: Container[str]) -> list[str] | None:
    """The keys with one of them a level higher, None where there is no such level among the columns known.

    Nor of two keys one within the other: outlets within their treatment are summed by treatment as they are.
    """
    level = COARSER.get(key)
    nested = level in keys or key in [COARSER.get(other) for other in keys]
    if level is None or level not in known or nested:
        return None
    return [level if name == key else name for name in keys]


def regrouped(title: str, levels: Collection[str]) -> str:
    """A title that says by what the table is, where its keys are at these levels instead of those it names.

    >>> regrouped("Tonnages par commune", ["epci_name"])
    'Tonnages par commune (ici par intercommunalité)'
    """
    return f"{title} (ici {', '.join(WORDS[level] for level in levels)})" if levels else title
