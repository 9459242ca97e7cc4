"""Which activities could take a waste: the rules that read its code, ranked.

    outlet_score = (100 step + share × merit) / 3
    merit = 40 precedent + 27 maturity / 9 + 21 specificity + 10 named + 2 yield

``step`` is 2 for a reuse, a gift or a sale of what is still good, 1 for its matter, 0 for its energy: a third
of the scale each (``share`` 1), so that no quality of an outlet outweighs the hierarchy of the law. The third
of the matter of food has two halves (``share`` ½): animals and products at 1.5, soil and digestion at 1.
``precedent`` is how likely the receiver is for this code in published exchanges, as a share of the likeliest
one (``precedents``); who is authorised to collect or treat a hazardous waste is as likely as that one, for a
published exchange seldom names who brought it. ``named`` is 1 for the receiver that the rule names first,
whose trade it is, 1/n for the nth, 0 where any activity may receive. A merit is told in whole points.

Which rules answer is for ``reference.compatibility`` to say; where none does, no outlet is guessed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from eit_analysis.reference.compatibility import (
    AFTER_ANIMALS,
    FOOD_CODES,
    HIERARCHY,
    MATERIAL_OR_ORGANIC,
    answering,
)

# Ours: they order the answers of one code within a step of the law, and no more. That of the precedents was
# chosen among 0, 20, 40, 60 and 80 by leaving out each source in turn; from 20 on they rank alike.
WEIGHTS = {"precedent": 40, "maturity": 27, "specificity": 21, "named": 10, "yield": 2}
MOST_MATURE = 9
# Steps of the law above energy, the last use there is.
STEPS = {route: HIERARCHY["energy"] - HIERARCHY[route] for route in [*MATERIAL_OR_ORGANIC, "energy"]}
# Collection and treatment of hazardous waste (classes of the NAF).
AUTHORISED = ("3812", "3822")
SPECIFICITY = {"code": 1.0, "subchapter": 0.6, "chapter": 0.4, "category": 0.2}

OUTLET_COLUMNS = [
    "naf_division_code", "naf_class_code", "outlet_score", "merit", "rule_level", "rule_id", "use",
    "treatment", "route", "worst_quality", "legal_status", "maturity", "yield_low", "yield_central",
    "yield_high", "source", "authority", "year",
]  # fmt: skip


def outlets(
    waste_code: str,
    hazardous: bool,
    compatibility: pd.DataFrame,
    general: pd.DataFrame,
    naf: str = "",
    likelihood: Mapping[str, float] | None = None,
    designation: str = "",
) -> pd.DataFrame:
    """The activities that a rule lets take a waste, best score first (equation of this module).

    The specificity is 1 for a rule on the code, 0.6 on its sub-chapter (four digits), 0.4 on its chapter, 0.2
    on its family.

    Parameters
    ----------
    waste_code, hazardous : str, bool
        Six digits, and whether the list holds it as hazardous.
    compatibility, general : pandas.DataFrame
        ``reference/compatibility.csv`` and ``reference/outlet_general.csv``, same columns: the rules that
        matching reads, and those of whole chapters, which only orient.
    naf : str
        Keep the receivers that start with these digits, or that this group or class belongs to.
    likelihood : mapping of str to float, optional
        How likely each class is to receive it in published exchanges; a division is as likely as its
        likeliest class. Without, every precedent is 0.
    designation : str
        What the waste is called: a rule may ask for words, or refuse some.

    Returns
    -------
    pandas.DataFrame
        One row per rule and receiving activity, columns ``OUTLET_COLUMNS``. ``naf_class_code`` is missing
        where the rule names a whole division, ``naf_division_code`` too where any activity may have the use.
    """
    most = max(likelihood.values(), default=1.0) if likelihood else 1.0
    known: dict[str, float] = {}
    for receiver, share in (likelihood or {}).items():
        known[receiver] = share / most
        known[receiver[:2]] = max(share / most, known.get(receiver[:2], 0.0))
    if hazardous and known:
        known |= dict.fromkeys(AUTHORISED, 1.0)
    rows = []
    for rule in answering(waste_code, hazardous, compatibility, general, designation=designation):
        for place, receiver in enumerate(rule["receiver_naf_codes"].split() or [""], start=1):
            if not (receiver.startswith(naf) or naf.startswith(receiver)):
                continue
            merit = _merit(rule, known.get(receiver, 0.0), bool(receiver) / place)
            rows.append(
                {
                    **rule,
                    "naf_division_code": receiver[:2] or None,
                    "naf_class_code": receiver if len(receiver) == 4 else None,
                    "outlet_score": _score(rule["route"], merit, waste_code.startswith(FOOD_CODES)),
                    "merit": float(round(merit)),  # nearer is no difference
                }
            )
    rows.sort(key=lambda row: (-row["outlet_score"], row["rule_id"]))
    return pd.DataFrame(rows, columns=OUTLET_COLUMNS)


def answering_level(levels: Iterable[str]) -> str:
    """Which rules answer: ``code``, ``subchapter``, ``chapter``, ``none``; those of a family only follow."""
    return next((level for level in levels if level != "category"), "none")


def _score(route: str, merit: float, of_food: bool) -> float:
    step = STEPS[route]
    halved = of_food and step == STEPS["recycling"]
    place = 100 * step + (0.5 * merit + 50 * (route not in AFTER_ANIMALS) if halved else merit)
    return round(place / len(set(STEPS.values())), 1)


def _merit(rule: dict[Hashable, Any], precedent: float, named: float) -> float:
    parts = {
        "precedent": precedent,
        "maturity": rule["maturity"] / MOST_MATURE,
        "specificity": SPECIFICITY[rule["rule_level"]],
        "named": named,
        "yield": rule["yield_central"],
    }
    return float(sum(WEIGHTS[name] * part for name, part in parts.items()))
