"""Which flows no common lorry of their family takes.

    apart = a metal other than iron, by its code, or swarf, by its name (a skip of scrap iron)
            wood in panels, painted or of buildings (class B), or soiled (a skip of raw wood)
            glass that melts with no bottle, by its name or code: of vehicles, of health, ceramics, shells
            foam among textiles, and that of seats and mattresses in any family, by its name: no collector of
            textiles takes it, and it melts with no film
            a liquid in bulk, by its code: it is pumped, and no round of packed goods
            what is reused today: it goes to who uses it, and in no skip
            sold for more than the dearest of its family:  −c > max(0, −c_low)

with c the declared cost of the flow and c_low the low bound of what recycling its family costs (€/t, negative
where it pays). A zinc matte at 900 €/t in a skip of scrap iron is sold as scrap iron, oily swarf lowers
the price of clean sheet, a skip of pallets with panels in it is paid for as panels are, and one windscreen
or pot spoils a load of cullet.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.french import fold, fold_words
from eit_analysis.reference.factors import for_flows
from eit_analysis.reference.matter_grades import is_foam
from eit_analysis.reference.nomenclatures import hazardous
from eit_analysis.synergies.offers import wood_class

METAL, WOOD, GLASS = "metal", "wood", "glass"
# European list of waste: turnings, fines, vehicles, sites, cables, shredding, sorting; and what melting zinc,
# copper or aluminium leaves.
OTHER_THAN_IRON = (
    "1003", "1004", "1005", "1006", "1007", "1008", "1105", "120103", "120104", "160118", "170401", "170402",
    "170403", "170404", "170406", "170411", "191002", "191203",
)  # fmt: skip
# Their codes are also those of offcuts.
SWARF = ("copeau", "tournure", "limaille")
# End-of-life vehicles; and what sorting guides keep out of bottles and jars. From memory, not read again.
OF_VEHICLES = "160120"
NO_CULLET = (
    "coquille", "perfusion", "pare-brise", "feuillete", "borosilicate", "pyrex", "vitroceramique",
    "vaisselle", "porcelaine", "ceramique", "miroir", "ampoule",
)  # fmt: skip
# Of polyurethane or latex as a rule: neither melts.
OF_SEATS = (
    r"\b(?:garnissages?|rembourrages?|assises?|sieges?|canapes?|fauteuils?|matelas|literie|latex"
    r"|pu|polyurethanes?)\b"
)
# Baths of acid and rinsing water, cutting oils and emulsions, washing water, oils, aqueous liquids.
PUMPED = (
    "110105", "110106", "110107", "110111", "110112", "110113", "120106", "120107", "120108", "120109",
    "120110", "1203", "13", "1610",
)  # fmt: skip


def of_common_grade(flows: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Tidy flows without those that are ``apart``; what enters, and what is sold at no known price, stays."""
    paid = -flows["cost_eur_per_t"].astype(float)
    dearest = -for_flows(flows.assign(route="recycling"), factors, "treatment_cost")["low"].astype(float)
    code, metal = flows["waste_code"].astype("str").fillna(""), flows["category"] == METAL
    name = flows["description"].map(lambda text: fold(str(text)))
    other = metal & (code.str.startswith(OTHER_THAN_IRON) | name.str.contains("|".join(SWARF)))
    glass = (flows["category"] == GLASS) & ~hazardous(flows["waste_code"])
    other |= glass & (code.str.startswith(OF_VEHICLES) | name.str.contains("|".join(NO_CULLET)))
    other |= _foam(flows["description"], flows["category"])
    other |= code.str.startswith(PUMPED)
    other |= flows.get("route", pd.Series("", flows.index)) == "reuse"
    soiled = flows.get("quality", pd.Series("", flows.index)) == "soiled"
    # What is hazardous has a lorry of its own (class C).
    harmless = (flows["category"] == WOOD) & ~hazardous(flows["waste_code"])
    other |= harmless & (soiled | (wood_class(flows) == "B"))
    leaves = flows["direction"] == "out"
    return flows[~(leaves & (other | (paid > dearest.clip(lower=0))))]


def _foam(descriptions: pd.Series, families: pd.Series) -> pd.Series:
    called = descriptions.map(lambda text: fold_words(str(text)))
    of_seats = called.str.contains(OF_SEATS).astype(bool) & (families != "chemical")  # there foam is in cans
    return is_foam(descriptions) & ((families == "textile") | of_seats)
