"""Which activities could take a waste: the rules that read its code, ranked.

    outlet_score = 100 (0.35 maturity / 9 + 0.25 hierarchy + 0.25 specificity + 0.15 yield)

A rule written for the code answers first; only without one do the general rules of its sub-chapter answer,
then those of its chapter. Nothing answers otherwise: no outlet is guessed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

# Ours, like every weight here: they order the answers of one code, and no more.
WEIGHTS = {"maturity": 0.35, "hierarchy": 0.25, "specificity": 0.25, "yield": 0.15}
MOST_MATURE = 9
# Code de l'environnement, art. L. 541-1: reuse before recycling (organic recycling too) before energy.
HIERARCHY = {"reuse": 1.0, "recycling": 2 / 3, "composting": 2 / 3, "digestion": 2 / 3, "energy": 1 / 3}
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

    outlet_score = 100 (0.35 maturity / 9 + 0.25 hierarchy + 0.25 specificity + 0.15 yield), where
    hierarchy is 1 for a reuse, 2/3 for a recycling, 1/3 for energy, and specificity 1 for a rule on the code,
    0.6 on its sub-chapter (four digits), 0.4 on its chapter, 0.2 on its family.

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
        Keep the receivers that start with these digits, or that this class or sub-class belongs to.

    Returns
    -------
    pandas.DataFrame
        One row per rule and receiving activity, columns ``OUTLET_COLUMNS``. ``naf_class_code`` is missing
        where the rule names a whole division, ``naf_division_code`` too where any activity may have the use.
    """
    prefixes = {level: waste_code[:digits] for level, digits in LEVEL_DIGITS.items()}
    rules = pd.concat(
        [_reading(table, ["", *prefixes.values()], hazardous) for table in (compatibility, general)],
        ignore_index=True,
    )
    prefix = rules["waste_code_prefix"].fillna("")
    levels = [level for level, start in prefixes.items() if (prefix == start).any()]
    level = levels[0] if levels else ""
    found = rules[prefix == prefixes.get(level, waste_code)].assign(rule_level=level)
    families = found.loc[found["rule_level"] == "code", "category"].dropna().unique()
    of_family = rules[(prefix == "") & rules["category"].isin(families)].assign(rule_level="category")
    found = pd.concat([found, of_family])
    rows = found.assign(receiver=found["receiver_naf_codes"].fillna("").str.split()).explode("receiver")
    receiver = rows["receiver"].fillna("").astype(str)
    rows = rows.assign(
        naf_division_code=receiver.str[:2].where(receiver != ""),
        naf_class_code=receiver.where(receiver.str.len() == 4),
        outlet_score=_score(rows),
    )
    takes = [r.startswith(naf) or naf.startswith(r) for r in receiver]
    rows = rows[np.array(takes, dtype=bool)]
    order = ["outlet_score", "rule_id", "naf_division_code", "naf_class_code"]
    rows = rows.sort_values(order, ascending=[False, True, True, True], kind="stable")
    return rows[OUTLET_COLUMNS].reset_index(drop=True)


def _reading(rules: pd.DataFrame, prefixes: list[str], hazardous: bool) -> pd.DataFrame:
    """The few rules that may read a code: by one of its beginnings or by a family, and of its hazard."""
    starts = rules["waste_code_prefix"].fillna("").isin(prefixes)
    return rules[starts & ((rules["hazardous_allowed"] == 1) == hazardous)]


def _score(rows: pd.DataFrame) -> pd.Series:
    parts = {
        "maturity": rows["maturity"].astype(float) / MOST_MATURE,
        "hierarchy": rows["route"].map(HIERARCHY).astype(float),
        "specificity": rows["rule_level"].map(SPECIFICITY).astype(float),
        "yield": rows["yield_central"].astype(float),
    }
    total = sum((WEIGHTS[name] * part for name, part in parts.items()), pd.Series(0.0, index=rows.index))
    return (100 * total).round(1)
