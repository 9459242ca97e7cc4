"""What a header of people's own says, by its words: which column, in which unit, of which period and year.

The first word that says a column is its head (``Quantité de déchets évacués`` is a quantity, ``Code déchet``
a code); one that only says a kind (``Nature``, ``Type``) takes it from what follows. Any other word must be
one that may stand beside it (``header_words.csv``): a ``Poids unitaire`` is no quantity, nor is a ``Stock``.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache, lru_cache

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.parsing import header_unit, singular
from eit_analysis.intake.cells.periods import PERIOD_LABELS, read_period, split_unit
from eit_analysis.intake.cells.remarks import YEAR
from eit_analysis.intake.sheets.spec import Meaning
from eit_analysis.reference.units import known_unit

LITTLE_WORDS = {"d", "de", "du", "en", "et", "l", "la", "le", "no", "notre", "par", "sur", "votre", "vo"}
FEMININE = re.compile(r"([a-z])\1?e*$")
WEIGHTS = {"t": "t", "ton": "t", "tonnag": "t", "kg": "kg", "kilo": "kg"}
# What a kind is of: ``Type de traitement``, ``Nom du transporteur``, ``Libellé du code déchet``.
KINDS = {"waste_code": "description"} | {name: name for name in ("description", "route", "contractor")}
PLACES = "head", "kind", "beside", "less", "way"
SHORTEST, SPELLING = 6, 0.88  # letters of a word that may be misspelled, and how alike it then is
LOOSE = {"famil", "categori"}  # kinds of a kind: beside another, that one goes first
BARE_UNIT = re.compile("(?:t|kg|tonnes?) ?/ ?an", re.I)  # of a column whose header says no more
# Ranks: the header that says its column in its own word goes first, of several years the last.
KIND, LESS, NEWEST = 5, 10, 3000


@cache
def words(place: str) -> dict[str, set[str]]:
    """Columns by the words that say them at this place of a header."""
    rows = reference.load("header_words")
    found: dict[str, set[str]] = {}
    for word, column in rows.loc[rows["place"] == place, ["word", "column"]].itertuples(index=False):
        found.setdefault(stem(word), set()).add(column)
    return found


def stem(word: str) -> str:
    """A folded singular word without the mark of the feminine (``évacuée``, ``réelle``)."""
    return FEMININE.sub(r"\1", word)


@lru_cache(maxsize=50_000)
def spelled(word: str) -> str:
    """The word of headers that a stem is, or is misspelled of (``desigantion``)."""
    known = {known for place in PLACES for known in words(place)}
    near = () if word in known or len(word) < SHORTEST else get_close_matches(word, known, 1, SPELLING)
    return near[0] if near else word


@lru_cache(maxsize=50_000)
def heard(text: str) -> Meaning | None:
    """Column of a header of flows, by its words; None where one of them is foreign to it.

    >>> heard("Tonnage de déchets évacués 2018")
    Meaning(column='quantity', unit='t/an', rank=982)
    >>> heard("Type de traitement").column, heard("Poids unitaire (kg)"), heard("Quantité valorisée (t)")
    ('route', None, None)
    """
    bare, unit = header_unit(text)
    years = {*YEAR.findall(bare)}
    said = [word for word in singular(fold_words(YEAR.sub(" ", bare))).split() if word not in LITTLE_WORDS]
    stems = [spelled(stem(word)) for word in said] or (["quantity"] if years else [])
    if BARE_UNIT.fullmatch(text):
        return Meaning("quantity", text)
    if not stems or len(years) > 1:
        return None
    heads, kinds = (words(place).get(stems[0], set()) for place in ("head", "kind"))
    named = (column for word in stems[1:] for column in words("head").get(word, ()))
    of = next(named, next(iter(kinds), ""))
    column = next(iter(heads), "") or (KINDS.get(of, "") if kinds & {"description", of} else "")
    if not column and unit and stems[0] in words("way"):  # Sorties (t)
        column, heads = "quantity", {"quantity"}
    rank = 0 if heads else KIND + (stems[0] in LOOSE)
    for place in ("beside", "head", "kind"):
        stems = [stems[0], *(word for word in stems[1:] if column not in words(place).get(word, ()))]
    if column == "description" and kinds:
        stems = [stems[0], *(word for word in stems[1:] if "waste_code" not in words("head").get(word, ()))]
    if unit and not (known_unit(unit) and column in ("quantity", "description")):
        return None
    if column != "quantity":
        return Meaning(column, unit, rank) if column and len(stems) == 1 else None
    timed = {stem(word): period for word in said if (period := read_period(word))}
    less = [word for word in stems if "quantity" in words("less").get(word, ())]
    periods, weights = {*timed.values()}, {WEIGHTS[stem(word)] for word in said if stem(word) in WEIGHTS}
    if {*stems[1:]} - {*timed, *less, *WEIGHTS} or len(periods) > 1 or len(weights) > 1:
        return None
    unit = unit or "".join(weights)
    period = next(iter(periods), "year" if years else "")
    if period and not split_unit(unit)[1]:
        unit += f"/{PERIOD_LABELS[period]}"
    return Meaning(column, unit, rank + LESS * len(less) + (NEWEST - int(next(iter(years))) if years else 0))


def likely(text: str) -> set[str]:
    """Columns that the words of a header make likely, for the analyst to confirm."""
    sure = heard(text)
    found = [words("likely").get(stem(word), set()) for word in singular(fold_words(text)).split()]
    return set().union(*found, {sure.column} if sure else ())
