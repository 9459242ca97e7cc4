"""Units of published job coefficients: so many jobs for so many tonnes, never a bare number.

    jobs per tonne = value / (number × tonnes per unit of mass)

One recycling is published as 5.4 jobs for 1,000 t, 54.1 for 10,000 t and 200 for 100,000 t; American sources
count short tons. A coefficient says which, in words (« ETP pour 10 000 t », ``jobs per 1,000 tonnes``,
``fte_per_1000_t``), or is refused.
"""

from __future__ import annotations

import re

# NIST Special Publication 811 (2008), appendix B.8: a short ton is 907.184 74 kg exactly.
TONNES = {
    "t": 1.0, "tonne": 1.0, "kt": 1000.0, "kilotonne": 1000.0,
    "short ton": 0.907_184_74, "us ton": 0.907_184_74,
}  # fmt: skip
AMBIGUOUS = ("ton", "tn")
UNIT = re.compile(
    r"(?:etp|fte|emploi|job|poste)s?\s*(?:/|pour|par|per)\s*(?P<number>\d{1,3}(?:[ .,]\d{3})+|\d+|)\s*"
    r"(?P<mass>[a-z][a-z ]*?)s?(?:\s*(?:par|per|/)\s*(?:an|year))?"
)


def tonnes_per_unit(unit: str) -> float:
    """Metric tonnes behind a unit of jobs: 10,000 for « ETP pour 10 000 t ».

    Jobs or full-time equivalents, for a number of tonnes, in French or English; spaces, points and commas
    part thousands.

    Raises
    ------
    ValueError
        With a French sentence, when the unit is missing, unknown, or counts English *tons* without saying
        whose.
    """
    text = " ".join(re.sub(r"[_\s]", " ", unit.casefold()).split())
    example = "écrivez par exemple « ETP pour 10 000 t »"
    if not text:
        raise ValueError(f"l'unité de l'emploi manque, {example}")
    match = UNIT.fullmatch(text)
    number = int(re.sub(r"\D", "", match["number"]) or 1) if match else 0
    if match and match["mass"] in AMBIGUOUS:
        raise ValueError(
            f"l'unité « {unit} » ne dit pas quelles tonnes, écrivez « short tons » (907 kg) ou « tonnes »"
        )
    if match is None or match["mass"] not in TONNES or not number:
        raise ValueError(f"l'unité « {unit} » n'est pas un nombre d'emplois par tonne, {example}")
    return number * TONNES[match["mass"]]
