"""Units as respondents write them, and quantities of the form into tonnes."""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

from eit_analysis import reference
from eit_analysis.french import fold
from eit_analysis.reference.designation_words import heads

HELD = re.compile(r"([a-z]+(?:[ -]bag)?) ([0-9]+(?:,[0-9]+)?) ?(t|tonne|kg)")  # as `normalise_unit` writes it
LIQUID_METRE = "m3 liquide"
# By family, what fills a cubic metre otherwise than the family in bulk does: words in the singular.
NAMED_METRES = {
    "wood": {
        "m3 plein": frozenset((
            "avive", "bastaing", "bille", "billon", "chevron", "contreplaque", "grume", "madrier", "panneau",
            "plot", "poutre", "rondin", "sciage",
        )),
        "m3 vrac": frozenset(("broyat", "copeau", "ecorce", "plaquette", "sciure")),
    },
    "mineral": {"m3 laine": frozenset(("isolant", "isolation", "laine"))},
}  # fmt: skip
# Words that end in s in the singular.
SINGULAR_S = "repas|mois|temps|fois|colis|poids|bras|bois"
# Spellings that neither case, accents nor a plural explain.
ALIASES: dict[str, str] = dict(reference.load("unit_aliases").to_numpy())


def normalise_unit(text: object) -> str:
    """A unit as ``units.csv`` spells it: lower case, no accents, singular, without articles (``''`` if none).

    ``"Bennes de 30 m³"`` gives ``"benne 30 m3"``.
    """
    if not isinstance(text, str):
        return ""
    plain = fold(text).replace("’", "'").replace("-", " ")
    plain = plain.replace("(s)", "").replace("(e)", "")
    plain = re.sub(r"(\d)\s+(\d{3})(?!\d)", r"\1\2", plain)  # 1 000 l
    plain = re.sub(r"(\d)(m3|m\^3|l\b|litre)", r"\1 \2", plain)  # 30m3
    plain = re.sub(r"\bd'|\b(de|du|des)\b|[.()]", " ", plain)
    plain = re.sub(rf"\b(?!(?:{SINGULAR_S})\b)(\w{{2,}}?)(?:s|(?<=eau)x)\b", r"\1", " ".join(plain.split()))
    unit = re.sub(r"(\d) litre\b", r"\1 l", plain)
    unit = re.sub(r"^(?:conteneur|container|poubelle|bac roulant) (?=\d+ l$)", "bac ", unit)
    unit = re.sub(r"^(bac \d{3,4})$", r"\1 l", unit)  # bac 660: of litres
    return ALIASES.get(unit, re.sub(r"^(benne \d{1,2})$", r"\1 m3", unit))  # benne 30: of cubic metres


@cache
def _units() -> dict[tuple[str, str], tuple[float, float, float, str]]:
    table = reference.load("units")
    rows = table[["unit", "category", "t_per_unit", "t_low", "t_high", "source"]]
    return {
        (unit, "" if pd.isna(category) else category): (float(central), float(low), float(high), source)
        for unit, category, central, low, high, source in rows.itertuples(index=False)
    }


def known_unit(text: str) -> bool:
    """Whether ``units.csv`` knows the unit of a text, whatever period follows (``t/an``, ``kg par mois``)."""
    unit = re.split(r" ?/| par ", text, maxsplit=1)[0]
    return normalise_unit(unit) in {name for name, _ in _units()}


def held_weight(unit: object) -> tuple[str, float] | None:
    """What a unit is one of, and the tonnes that it holds (``sacs de 25 kg``); None for any other unit."""
    found = HELD.fullmatch(normalise_unit(unit))
    return found and (found[1], float(found[2].replace(",", ".")) * (0.001 if found[3] == "kg" else 1))


def to_tonnes(quantity: float, unit: object, category: str) -> tuple[float, float, float, str] | None:
    """t = quantity × t_per_unit(unit, category): a quantity of the form in tonnes, with its range.

    The ``unit`` is as the respondent wrote it, per whatever period; a volume or a count has no mass without
    the family of the flow (``category``, its code).

    Returns
    -------
    (central, low, high, source) or None
        Tonnes, their range from the density or the mass of the piece alone (equal to the central value for a
        unit of mass), and the source of the factor. None when no row of ``units.csv`` speaks of this unit for
        this category: nothing is guessed.
    """
    name = normalise_unit(unit)
    found = _units().get((name, category)) or _units().get((name, ""))
    if found is None and (held := held_weight(unit)):
        found = held[1], held[1], held[1], ""
    if found is None or pd.isna(quantity):
        return None
    central, low, high, source = found
    return quantity * central, quantity * low, quantity * high, source


def named_metre(designation: str | None, family: str) -> str:
    """The unit of a cubic metre of a flow so called, ``""`` for its family's; a mixture has that."""
    folded = fold(designation or "")
    # Few of a hundred thousand names hold one, which is seen faster than what names head.
    for unit, words in NAMED_METRES[family].items():
        if any(word in folded for word in words) and heads(folded) <= words:
            return unit
    return ""


def common_weight(unit: str, category: str) -> tuple[str, float]:
    """What all who count in this unit lean on, and its relative half-width (t_high - t_low) / (2 t_per_unit).

    One bulk density of the family serves all volumes, and each piece has a weight of its own.
    """
    rows = reference.load("units")
    row = rows[(rows["unit"] == unit) & rows["category"].fillna("").isin([category, ""])].iloc[0]
    name = f"density {category}" if row["kind"] == "volume" else f"weight {unit} {category}"
    return name, float((row["t_high"] - row["t_low"]) / (2 * row["t_per_unit"]))
