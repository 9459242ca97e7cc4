"""Buyers under public law: they buy with others by an agreement, whose rules all of them follow."""

from __future__ import annotations

import pandas as pd

from eit_analysis.reference.nomenclatures import naf_division

PUBLIC_DIVISION = "84"


def public_buyers(sites: pd.DataFrame) -> set[str]:
    """The sites (tidy table) that are a public body, or an office of division 84."""
    office = sites["naf_code"].map(naf_division) == PUBLIC_DIVISION
    return set(sites.loc[office | (sites["actor_type"] == "public"), "site_id"])
