"""What a comment states of one: the weight of a piece, a density, how many days or weeks a firm opens a year.

A clause of the comment must say that and nothing else (``densité 0,88``, ``8 kg pièce en moyenne``). A
comment that speaks of a weight, a density or days in another way puts in doubt the quantity that needs one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from eit_analysis.french import fold
from eit_analysis.intake.cells.quantities import ABOUT_HALF_WIDTH
from eit_analysis.intake.cells.remarks import holds
from eit_analysis.reference.units import normalise_unit, to_tonnes

PIECE = (
    "unite|piece|sac|big|benne|bac|conteneur|palette|fut|bidon|cubi|caisse|carton|rame|balle|bobine|rouleau"
)
CUBIC_METRES = {"m3": 1.0, "l": 0.001, "litre": 0.001, "hl": 0.1}
TONNES_PER_M3 = {"t/m3": 1.0, "kg/l": 1.0, "kg/m3": 0.001, "": 1.0}
DENSEST = {"": 3.0}  # t/m3, where no unit tells it: water has one
TONNES = {"g": 1e-6, "k": 1e-3, "t": 1.0}
# How each is written, and how many of them a firm may open in a year: one that opens less often is asked.
OF_YEAR = {"day": ("j(?:ours?|rs)?", 100, 366), "week": ("sem(?:aines?)?", 20, 53), "month": ("mois", 3, 12)}
EVERY_DAY = r"\b7 ?(?:j|jours?) ?(?:/|sur) ?7\b|\b365 ?(?:j|jours?) ?(?:/|sur) ?365\b"
ALL_YEAR = re.compile(rf"(?:[a-z' ]*\bouverte?s? )?(?:{EVERY_DAY})(?: toute l'annee)?")
EMPTY = re.compile(r"\b(?:vides?|rince\w*|souille\w*|tare|hors|emballages?|moitie|plein\w*)\b")

# A point before three digits may part thousands, and is asked.
NUMBER = r"(?P<number>[0-9]{1,3}(?: [0-9]{3})+|(?![0-9]{1,3}\.[0-9]{3}\b)[0-9]+(?:[.,][0-9]+)?)"
ABOUT = r"(?:environ|env\.?|en moyenne|moyenne|soit|~)"
MASS = rf"(?:{ABOUT} )?{NUMBER} ?(?P<unit>t|tonnes?|kgs?|kilos?|g|grammes?)(?: nets?)?"
OF = rf"(?P<piece>{PIECE})s?(?: bags?)?"
EACH = rf"(?:(?:(?:l'|la |le )?(?:unite|piece)|l'une?|chacune?)|(?:la |le |par |/ ?|chaque )(?:{OF}))"
HELD = re.compile(rf"(?:un |une |l'|la |le )?{OF} ?(?:de|d'|pesant|pese|=|:) ?{MASS}(?: {ABOUT})?")
WEIGHT = (
    re.compile(rf"{MASS} ?{EACH}(?: {ABOUT})?"),
    HELD,
    re.compile(rf"poids (?:unitaire|moyen|d'une? {OF})(?: moyen)? ?(?:de|=|:)? ?{MASS}"),
)
DENSITY = (
    re.compile(
        rf"(?:densite|masse volumique)(?: apparente| moyenne| mesuree| retenue)? ?(?:de|est de|=|:)? ?"
        rf"(?:{ABOUT} )?{NUMBER}(?: ?(?P<unit>t/m3|kg/l|kg/m3))?"
    ),
    re.compile(rf"(?:{ABOUT} )?{NUMBER} ?(?P<unit>t/m3|kg/l|kg/m3)(?: (?:d'apres|selon) [a-z' ]+)?"),
)
CLOSED = r"\b(?:sur [0-9]{3}|saison\w*|ferm\w*|arret\w*|conges?|stock\w*|chom\w*|non|sans|pas|sauf)\b"
OPENING = r"ouvert\w*|ouvr\w+|travail\w*|activite|service|collecte|production|fonctionnement"
OPENINGS = {
    period: re.compile(
        rf"(?!.*{CLOSED})(?:[a-z' ]*\bouverte?s? )?(?P<number>[0-9]{{1,3}}) ?(?:{word})"
        rf"(?P<open>(?: (?:d'|de )?(?:{OPENING}))*(?: ?/ ?an| par an| dans l'annee| sur (?:7|52|12))?)"
    )
    for period, (word, *_) in OF_YEAR.items()
}
OPEN = re.compile(r"\b(?:ouverte?s?|sur 7|7j/7|toute l'annee)\b")
CLAUSES = re.compile(r"[;()!]|,(?![0-9])| [-–—] |\bet non\b")
SPEAKS = {
    "volume": re.compile(
        r"densite|masse volumique|\bd ?=|g/cm3|kg/dm3|[0-9] ?(?:t|kg|g) ?(?:/|par |le |au )(?:m3|l\b|litre)"
        r"|m3 ?= ?[0-9]"
    ),
    "piece": re.compile(r"[0-9½] ?(?:t|tonnes?|kgs?|kilos?|g|grammes?)\b"),
    "day": re.compile(rf"\b[0-9]{{2,}} ?j(?:ours?|rs)?\b|{EVERY_DAY}"),
    "week": re.compile(r"\b[0-9]{1,2} ?sem(?:aines?)?\b"),
    "month": re.compile(r"\b[0-9]{1,2} ?mois\b"),
}


class Stated(NamedTuple):
    """What a comment states, and only once."""

    density: tuple[float, float, float] | None = None  #: tonnes of a cubic metre: central, low, high
    weight: tuple[float, float, float] | None = None  #: tonnes of one piece
    piece: str = ""  #: which one; ``""`` where whatever is counted
    openings: tuple[tuple[str, float], ...] = ()  #: how many days, weeks or months of opening a year has
    speaks: frozenset[str] = frozenset()  #: of what it says something: ``volume``, ``piece``, ``day``...

    def tonnes_of(self, unit: str) -> tuple[float, float, float] | None:
        """Tonnes of one unit, a volume or a piece; None where the comment does not tell them.

        >>> read_stated("densité 0,88").tonnes_of("L"), read_stated("fût de 180 kg net").tonnes_of("fûts")
        ((0.00088, 0.00088, 0.00088), (0.18, 0.18, 0.18))
        """
        name, piece = normalise_unit(unit), counted(unit)
        if name in CUBIC_METRES and self.density:
            low, central, high = sorted(CUBIC_METRES[name] * bound for bound in self.density)
            return central, low, high
        return self.weight if piece and (self.piece or "unite") == piece else None

    def doubts(self, unit: str) -> bool:
        """Whether a comment that does not tell them speaks of the tonnes of one such unit."""
        return bool(self.speaks & {"volume", "piece"}) and to_tonnes(1.0, unit, "") is None


@lru_cache(maxsize=50_000)
def read_stated(text: str) -> Stated:
    """What a comment states of one unit, or of the opening in a year.

    >>> read_stated("environ 3,2 kg pièce").weight, read_stated("6 jours sur 7 (312 jours)").openings
    ((0.0032, 0.00256, 0.00384), (('day', 312.0),))
    >>> read_stated("max 25 kg par sac").weight, read_stated("livré sous 120 jours").openings
    (None, ())
    """
    folded = " ".join(fold(text).replace("’", "'").split())
    clauses = [clause.strip(" .") for clause in CLAUSES.split(folded)]
    weights = {
        (_interval(clause, TONNES[found["unit"][0]] * _number(found)), found.groupdict().get("piece") or "")
        for clause in clauses
        for form in WEIGHT
        if (found := form.fullmatch(clause)) and not (form is HELD and _is_capacity(found["piece"]))
    }
    densities = {
        _interval(clause, _number(found) * TONNES_PER_M3[found["unit"] or ""])
        for clause in clauses
        for form in DENSITY
        if (found := form.fullmatch(clause)) and _number(found) <= DENSEST.get(found["unit"] or "", 25_000)
    }
    openings = {
        period: {
            _number(found)
            for clause in clauses
            if (found := form.fullmatch(clause)) and (found["open"] or OPEN.search(folded))
        }
        for period, form in OPENINGS.items()
    }
    if ALL_YEAR.fullmatch(folded.strip(" .")):
        openings["day"] = {365.0}
    told = sum(bool(re.search("[0-9]", clause)) for clause in clauses)
    one = len(weights) == len(SPEAKS["piece"].findall(folded)) == told == 1 and not EMPTY.search(folded)
    weight, piece = weights.pop() if one else (None, "")
    once = {of: len(form.findall(folded)) == 1 for of, form in SPEAKS.items()}
    return Stated(
        densities.pop() if len(densities) == 1 else None,
        weight,
        "" if piece in ("unite", "piece") else piece,
        tuple(
            (period, number)
            for period, (_, fewest, most) in OF_YEAR.items()
            for number in openings[period]
            if once[period] and len(openings[period]) == 1 and fewest <= number <= most
        ),
        frozenset(of for of, form in SPEAKS.items() if form.search(folded)),
    )


def _is_capacity(piece: str) -> bool:
    """Whether « benne de 8 t » may tell what it can bear."""
    return not holds(piece, "of_weight")


def counted(unit: str) -> str:
    """The piece that a unit counts, ``""`` where it counts none.

    >>> counted("pièces"), counted("Rouleaux de tissu"), counted("kg")
    ('unite', 'rouleau', '')
    """
    found = re.match(rf"({PIECE})\b", normalise_unit(unit))
    return "" if found is None else "unite" if found[1] == "piece" else found[1]


def _number(found: re.Match[str]) -> float:
    return float(found["number"].replace(" ", "").replace(",", "."))


def _interval(clause: str, value: float) -> tuple[float, float, float]:
    share = ABOUT_HALF_WIDTH if re.search(ABOUT, clause) else 0.0
    return value, value * (1 - share), value * (1 + share)
