"""Whether a waste without a code may be hazardous: one reader for what the law asks and what the tax takes.

    may be: a likely code of its designation is hazardous, or none answers and it is not declared clean
    never:  food and biowaste

All others are taken not to be: clean offcuts break a duty, and pay, as what they are.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.reference.designations import DOUBT, suggestions
from eit_analysis.reference.needs import without_code
from eit_analysis.reference.nomenclatures import hazardous

NEVER_HAZARDOUS = ("food", "biowaste")


def may_be_hazardous(wastes: pd.DataFrame) -> pd.Series:
    """Shape (wastes,): which may be, by ``waste_code``, ``category``, ``description`` and ``quality``."""
    uncoded = without_code(wastes) & ~wastes["category"].isin(NEVER_HAZARDOUS)
    designation = wastes["description"]
    found = suggestions(designation[uncoded])
    found = found[found["likely"] & (found["score"] >= DOUBT)]
    feared = designation.isin(found.loc[hazardous(found["waste_code"]), "designation"])
    silent = ~designation.isin(found["designation"]) & (wastes["quality"] != "clean")
    return uncoded & (feared | silent)
