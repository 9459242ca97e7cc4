"""What one column is in a product that makes a quantity, and what a cell of it is worth.

In tonnes, cubic metres, tonnes of a cubic metre or times in a year; None where it has to be asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from eit_analysis.french import fold, fold_words
from eit_analysis.intake.cells.parsing import clean_text, header_unit, parse_number, singular
from eit_analysis.intake.cells.periods import PERIODS_PER_YEAR, header_part, read_period, split_unit
from eit_analysis.intake.cells.remarks import YEAR
from eit_analysis.intake.cells.stated import CUBIC_METRES, DENSEST, PIECE, TONNES_PER_M3
from eit_analysis.intake.sheets.header_words import stem
from eit_analysis.intake.sheets.header_words import words as beside
from eit_analysis.reference.units import normalise_unit, to_tonnes

TIME = "enlevement|levee|collecte|passage|rotation|vidage|voyage|tournee|foi"
OPEN = "(?:ouverture|ouvre|travaille|production|service|fonctionnement|activite|par an)"
# By folded singular words of a header.
ROLES = {
    "weight": re.compile(
        r"(?!.*\b(?:vide|brut|roulant|tare|ptac|utile|admissible|nominale?|total|max\w*|min\w*)\b)(?:poid|masse|tonnage|quantite|charge)\b.*\b"
        rf"(?:unitaire|chacun|unite|piece|(?:par|une|chaque|d un) (?:{PIECE}|{TIME}))"
    ),
    "days": re.compile(rf"(?:(?:nombre|nbre|nb) )?(?:de )?jour (?:d )?{OPEN}\b"),
    "frequency": re.compile(rf"(?:frequence|periodicite|rythme)(?: (?:d |de |du )?(?:{TIME}))?"),
    "number": re.compile(r"(?:nombre|nbre|nb)\b"),
    "volume": re.compile(r"(?:volume|capacite|contenance)\b"),
    "density": re.compile(r"(?:densite|masse volumique)\b"),
}
NOUN = re.compile(rf"\b({PIECE}|{TIME})\b")
ANY = {"unite", "piece", "unitaire", "chacun"}  # of what is counted, whatever it is
OF_ALL = ("nombr", "nbr", "nb", "qt", "par", "en", "de")
BARE = {*OF_ALL, *(word for word, of in beside("beside").items() if "quantity" in of)}
COUNTED = re.compile(rf"(?:{PIECE}|{TIME})?")


def role(text: str) -> str:
    """What a header is in a product, ``""`` where nothing.

    >>> role("Poids par enlèvement (kg)"), role("Nb de bennes par mois"), role("Jours d'ouverture")
    ('weight', 'number', 'days')
    """
    told = words(text)
    return next((name for name, form in ROLES.items() if form.match(told)), "")


@lru_cache(maxsize=50_000)
def makes_quantity(text: str) -> bool:
    """Whether a column is of a part of the year, of the weight of one piece, or of a density."""
    return bool(header_part(header_unit(text)[0])) or role(text) in ("weight", "density")


def words(text: str) -> str:
    return singular(fold_words(header_unit(text)[0].replace("€", " euro ")))


def period(text: str) -> str:
    """The period that a header tells, ``"?"`` where two."""
    said = words(text).split()
    told = {period for word in said if len(word) > 1 and (period := read_period(word))}
    return told.pop() if len(told) == 1 else "?" if told else "year" if YEAR.search(text) else ""


def of_one_thing(names: Sequence[str], headers: Sequence[str]) -> bool:
    """Whether the weight, or the volume, of one is that of what is counted."""
    counted, one = (words(text) for text in headers[:2])
    if names[0] not in ("number", "frequency"):
        return True
    of, each = ({*NOUN.findall(text)} for text in (counted, one))
    bare = {*map(stem, YEAR.sub("", counted).split())} <= BARE
    whole = each <= ANY or (names[1] == "volume" and not each)
    emptied = bool(of & {"rotation", "vidage"} and each & {"benne", "bac", "conteneur"})
    return (
        emptied
        or bool(of & each)
        or (whole and (bare or bool(of)))
        or (names[0] == "frequency" and each <= {*TIME.split("|")})
    )


def _weight(unit: str, _: str, cell: Any) -> float | None:
    """Tonnes of one."""
    value, suffix = _plain(cell)
    weighed = to_tonnes(value, suffix or unit, "") if value is not None else None
    return weighed[0] if weighed and weighed[1] == weighed[2] else None


def _number(unit: str, each: str, cell: Any) -> float | None:
    """How many in a year: ``2 fois par mois``, a number whose header tells when."""
    value, suffix = _plain(cell)
    counted, own = split_unit(suffix or unit)
    return (
        _in_a_year(value, own or each or "year") if COUNTED.fullmatch(singular(fold_words(counted))) else None
    )


def _frequency(unit: str, _: str, cell: Any) -> float | None:
    """How often in a year: ``2 fois par mois``, ``hebdomadaire``, ``tous les 15 jours``."""
    own, said = read_period(clean_text(cell)), split_unit(_plain(cell)[1])[1]
    return _in_a_year(1.0, own) if own else _number("", "", cell) if said and not unit else None


def _volume(unit: str, each: str, cell: Any) -> float | None:
    """Cubic metres of one, or of a year."""
    value, suffix = _plain(cell)
    of, own = split_unit(suffix or unit)
    metres = CUBIC_METRES.get(normalise_unit(of))
    return _in_a_year(value * metres, own or each or "year") if value is not None and metres else None


def _in_a_year(value: float | None, period: str) -> float | None:
    """A number of each period in a year; of days, which depend on those of opening, none."""
    known = period in PERIODS_PER_YEAR and period != "day"
    return value * PERIODS_PER_YEAR[period][0] if value is not None and known else None


def _density(unit: str, _: str, cell: Any) -> float | None:
    """Tonnes of a cubic metre."""
    value, suffix = _plain(cell)
    unit = fold(suffix or unit).replace(" ", "")
    known = TONNES_PER_M3.get(unit)
    return value * known if value and known and value <= DENSEST.get(unit, value) else None


def _quantity(unit: str, _: str, cell: Any) -> float | None:
    """Tonnes of a day."""
    return _weight(split_unit(unit)[0], "", cell)


def _days(unit: str, _: str, cell: Any) -> float | None:
    value, suffix = _plain(cell)
    return None if suffix or unit else value


FACTORS = {
    "weight": _weight, "number": _number, "frequency": _frequency, "volume": _volume, "density": _density,
    "quantity": _quantity, "days": _days,
}  # fmt: skip


def _plain(cell: Any) -> tuple[float | None, str]:
    number = parse_number(cell)
    return (None if number.low is not None else number.value), number.suffix
