"""What to ask first of packaging: what it held, and whether it goes on as it is.

    held   of who works chemicals, beside what is soiled by dangerous goods, or itself called soiled: what was
           in it, for what is left of that may make it hazardous (15 01 10*)
    bulk   of farm supplies, foundries, and works of cement, concrete or minerals, also of pallets: what was
           in it
    oiled  of who works metal, or throws away oils of machining, also of pallets, to be used again: what of
           these is on it
    care   of who cares for the sick or the old, to be used again: what was in it, and what may leave
    greasy cardboard of who makes, serves or sells food: whether it is dry and clean

The survey asks none of it.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis import french
from eit_analysis.synergies.ask.giver import PACKAGING, SOILED, of_pallets, works_chemicals
from eit_analysis.synergies.offers import OILS, activity, of_output

CARE, FOOD_TRADE = ("86", "87"), ("10", "11", "471", "472", "56")  # divisions and groups of NAF
# Wholesale and supplies of farms, minerals and foundries, whose goods are dust or sand, or treat plants.
BULK = ("0161", "23", "245", "4611", "4621", "4675")
MACHINING = "25"  # division of NAF
STAINED = r"\bsouille?e?s?\b"
# What is cut or perforated goes on as another thing.
CUT = r"\b(?:perforation|decoupe|collage)\b"


def of_givers(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> dict[str, pd.Series]:
    """Of which exchanges to ask the giver of each; ``flows`` and ``sites`` are those the reader may know."""
    packaging = _packaging(exchanges, flows)
    called = of_output(exchanges, flows, "description").map(french.fold_words)
    stained = called.str.contains(STAINED).astype(bool) | (of_output(exchanges, flows, "quality") == "soiled")
    feared = stained | works_chemicals(exchanges, flows, sites)
    gives = activity(exchanges["giver_site_id"], sites)
    board = (exchanges["category"] == "cardboard") & exchanges["new_route"].isin(["reuse", "recycling"])
    any_packaging = packaging | of_pallets(exchanges, flows)
    oils = flows.loc[flows["waste_code"].astype("str").fillna("").str.startswith(OILS), "site_id"]
    machines = gives.str.startswith(MACHINING) | exchanges["giver_site_id"].isin(oils)
    return {
        "held": packaging & feared,
        "bulk": any_packaging & gives.str.startswith(BULK) & ~feared,
        "oiled": any_packaging & machines & (exchanges["new_route"] == "reuse"),
        "greasy": board & gives.str.startswith(FOOD_TRADE),
        "care": as_it_is(exchanges, flows) & gives.str.startswith(CARE),
    }


def as_it_is(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Of which exchanges packaging is used again as what it is."""
    treated = exchanges["treatment"].astype("str").fillna("").map(french.fold_words)
    cut = treated.str.contains(CUT).astype(bool)
    return _packaging(exchanges, flows) & (exchanges["new_route"] == "reuse") & ~cut


def _packaging(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Packaging that is not coded as hazardous already."""
    code = of_output(exchanges, flows, "waste_code")
    coded = code.str.startswith(PACKAGING) & ~code.str.startswith(SOILED)
    return coded & ~of_pallets(exchanges, flows)
