"""Which activities could take a waste: the rules that read its code, ranked.

    outlet_score = 100/3 (step + 0.45 maturity / 9 + 0.35 specificity + 0.20 yield)

``step`` is 2 for a reuse, a gift or a sale of what is still good, 1 for its matter, 0 for its energy: a third
of the scale each, so that no quality of an outlet outweighs the hierarchy of the law.

A rule written for the code answers first; only without one do the general rules of its sub-chapter answer,
then those of its chapter. Nothing answers otherwise: no outlet is guessed.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

# Ours: they order the answers of one code within a step of the law, and no more.
WEIGHTS = {"maturity": 0.45, "specificity": 0.35, "yield": 0.20}
MOST_MATURE = 9
# Code de l'environnement, art. L. 541-1: reuse before recycling (organic recycling too) before energy; for
# food, art. L. 541-15-4 puts people and then animals before compost and energy likewise.
HIERARCHY = {"reuse": 2, "recycling": 1, "composting": 1, "digestion": 1, "energy": 0}
SPECIFICITY = {"code": 1.0, "subchapter": 0.6, "chapter": 0.4, "category": 0.2}
LEVEL_DIGITS = {"code": 6, "subchapter": 4, "chapter": 2}

OUTLET_COLUMNS = [
    "naf_division_code", "naf_class_code", "outlet_score", "rule_level", "rule_id", "use", "treatment",
    "route", "worst_quality", "legal_status", "maturity", "yield_low", "yield_central", "yield_high",
    "source", "year",
]  # fmt: skip


def outlets(
    waste_code: str, hazardous: bool, compatibility: pd.DataFrame, general: pd.DataFrame, naf: str = ""
) -> pd.DataFrame:
    """The activities that a rule lets take a waste, best score first.

    outlet_score = 100/3 (step + 0.45 maturity / 9 + 0.35 specificity + 0.20 yield), where step is 2 for a
    reuse, 1 for a recycling, 0 for energy, and specificity 1 for a rule on the code, 0.6 on its sub-chapter
    (four digits), 0.4 on its chapter, 0.2 on its family.

    A hazardous waste reads only the rules that allow it, and the other wastes only the others. A rule of a
    family (without a code) is added where a rule on the code names that family.

    Parameters
    ----------
    waste_code : str
        Six digits.
    hazardous : bool
        Whether the list holds it as hazardous.
    compatibility, general : pandas.DataFrame
        ``reference/compatibility.csv`` and ``reference/outlet_general.csv``, same columns: the rules that
        matching reads, and those of whole chapters, which only orient.
    naf : str
        Keep the receivers that start with these digits, or that this group or class belongs to.

    Returns
    -------
    pandas.DataFrame
        One row per rule and receiving activity, columns ``OUTLET_COLUMNS``. ``naf_class_code`` is missing
        where the rule names a whole division, ``naf_division_code`` too where any activity may have the use.
    """
    starts = {level: waste_code[:digits] for level, digits in LEVEL_DIGITS.items()}
    rules = [
        rule
        for table in (compatibility, general)
        for rule in _reading(table, ["", *starts.values()], hazardous).to_dict("records")
    ]
    found: list[dict[Hashable, Any]] = []
    for level, start in starts.items():
        found = [{**rule, "rule_level": level} for rule in rules if rule["waste_code_prefix"] == start]
        if found:
            break
    families = {rule["category"] for rule in found if rule["rule_level"] == "code"} - {""}
    found += [
        {**rule, "rule_level": "category"}
        for rule in rules
        if rule["waste_code_prefix"] == "" and rule["category"] in families
    ]
    rows = [
        {
            **rule,
            "naf_division_code": receiver[:2] or None,
            "naf_class_code": receiver if len(receiver) == 4 else None,
            "outlet_score": _score(rule),
        }
        for rule in found
        for receiver in rule["receiver_naf_codes"].split() or [""]
        if receiver.startswith(naf) or naf.startswith(receiver)
    ]
    rows.sort(key=lambda row: (-row["outlet_score"], row["rule_id"], row["naf_class_code"] or ""))
    return pd.DataFrame(rows, columns=OUTLET_COLUMNS)


def answering_level(rows: pd.DataFrame) -> str:
    """Which rules answer: ``code``, ``subchapter``, ``chapter``, ``none``; those of a family only follow."""
    return next((str(level) for level in rows["rule_level"] if level != "category"), "none")


def _reading(rules: pd.DataFrame, starts: list[str], hazardous: bool) -> pd.DataFrame:
    """The few rules that may read a code: by one of its beginnings or by a family, and of its hazard."""
    prefix = rules["waste_code_prefix"].fillna("")
    kept = rules[prefix.isin(starts) & ((rules["hazardous_allowed"] == 1) == hazardous)]
    texts = ["waste_code_prefix", "category", "receiver_naf_codes"]
    return kept.assign(**{name: kept[name].fillna("") for name in texts})


def _score(rule: dict[Hashable, Any]) -> float:
    parts = {
        "maturity": rule["maturity"] / MOST_MATURE,
        "specificity": SPECIFICITY[rule["rule_level"]],
        "yield": rule["yield_central"],
    }
    within = sum(WEIGHTS[name] * part for name, part in parts.items())
    return round(100 * (HIERARCHY[rule["route"]] + within) / len(set(HIERARCHY.values())), 1)
