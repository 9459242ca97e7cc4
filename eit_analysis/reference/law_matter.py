"""Of what matter the law holds a flow to be, and what keeps it from showing a breach.

    unsure = its designation or code is of a row of ``unsure_matter.csv`` of its family
             foam among textiles that names no resin, or a fabric

Foam among textiles is a plastic: a textile duty is about what is mostly textile. An unsure flow proves
nothing of its matter: where it takes a route that the text bars, it is asked of what it mostly is. A pattern
of a foundry is no packaging, whatever its code: it neither meets nor breaks what is asked of packaging.
Nor does construction waste prove anything that is landfilled and may be so among inert waste: it is asked
where. Nor does a flow without a code that may be hazardous (:mod:`uncertain_hazard`), where a row is about
waste that is not: its code is asked.

What comes out of the ground, of animals and of gardens is told here alone, for the law and for what nobody
bought (:mod:`full_cost`): whatever becomes of it, for what it is does not change on its way.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.designations import suggestions
from eit_analysis.reference.inert import inert, takes_inert
from eit_analysis.reference.law_flows import (
    STILL_WASTE,
    folded,
    has_word,
    is_by_product,
    is_feed,
    is_liquid,
    named,
)
from eit_analysis.reference.law_words import Row
from eit_analysis.reference.matter_grades import is_foam, is_resin_foam
from eit_analysis.reference.needs import without_code
from eit_analysis.reference.uncertain_hazard import may_be_hazardous

FABRIC = "tissu tissus textile textiles cuir cuirs"
EFFLUENT = "020106"
MANURE = "fumier fumiers lisier lisiers fiente fientes purin purins crottin crottins dejection dejections"
MINES = ("05", "06", "07", "08", "09")  # divisions of the extractive industries
SPOIL = "sterile steriles decouverte decouvertes fine fines"
PATTERN, PACKAGING = "modele modeles", "1501"
GOODS, PRINTS = "invendu invendus don dons", "livre livres revue revues magazine magazines presse journaux"
TRADES = ("46", "47", "58")  # divisions of NAF: wholesale, retail, publishers
GARDEN = "200201"  # says nothing of what kitchens and meals leave, biowaste too
PLANTS = "020103"  # tissue of plants: of the crops of a farm, and of who trims hedges
CONSTRUCTION, OF_PRIMARY = "17", "0201"
# By ``inert_landfill``.
INERT = {"yes": ("law_declared", "law_ask_why"), "perhaps": ("law_maybe_inert", "law_ask_inert")}
MEALS = "repas cantine cantines refectoire plateau plateaux cuisine cuisines restauration restaurant self"
# Rows that are of waste alone: sorting biowaste, and R. 541-48-3 and R. 541-48-4 (landfills).
OF_WASTE = ("biowaste", "landfill_ban", "disposal_statement")
UNSOLD = "unsold"  # L. 541-15-8 is of goods that are no food
FOOD_INDUSTRIES = ("10", "11")  # divisions of NAF: food, drinks
RESIDUES = ("food", "biowaste")
EATEN, EATEN_WORDS = ("food", "biowaste"), "alimentaire alimentaires denree denrees"
OF_MEALS = ("food", "biowaste", "mixed")  # a tray or a kitchen of wood is furniture


def seen(out: pd.DataFrame) -> pd.DataFrame:
    """:func:`law_flows.readable` flows with ``matter``, and if ``unsure``, ``miscoded``, of a ``garden``.

    And ``inert_landfill``: of what is landfilled and is or may be inert, ``yes`` where its contractor is
    named a landfill for inert waste, else ``perhaps``; ``no`` of all else. And ``no_waste``: what feeds
    animals, is left of them and used, or comes out of a mine or quarry, ``liquid``, which no landfill
    takes, ``uncertain_hazard`` without a code, and ``sold``, perhaps by-products.
    """
    family, told = out["category"].astype("str"), out["description"]
    foam = (family == "textile") & is_foam(told)
    unsure = foam & (~is_resin_foam(told) | named(out["words"], FABRIC))
    for row in reference.load("unsure_matter").fillna("").to_dict("records"):
        called = named(out["words"], row["words"]) | out["code"].isin(row["waste_codes"].split())
        unsure |= (family == row["category"]) & called
    pattern = (family == "wood") & out["code"].str.startswith(PACKAGING) & named(out["words"], PATTERN)
    matter = family.mask(foam, "plastic")
    listed = (inert(out) != "no") & (out["route"] == "landfill")
    place = np.select([listed & takes_inert(out), listed], ["yes", "perhaps"], "no")
    out = out.assign(matter=matter, unsure=unsure, miscoded=pattern, garden=is_garden(out))
    return out.assign(
        inert_landfill=place,
        no_waste=is_extraction(out) | is_feed(out) | is_by_product(out),
        liquid=is_liquid(out),
        uncertain_hazard=may_be_hazardous(out),
        sold=is_sold(out),
    )


def is_garden(out: pd.DataFrame) -> pd.Series:
    """Which flows are garden waste: by their code, else by what their designation most likely means.

    So too where its code says no more than plants.
    """
    uncoded = without_code(out) & out["category"].isin(["biowaste", "food"])
    uncoded |= out["waste_code"] == PLANTS
    told = out["description"]
    found = suggestions(told[uncoded]).query("suggestion_rank == 1 and waste_code == @GARDEN")
    return (out["waste_code"] == GARDEN) | (uncoded & told.isin(found["designation"]))


def is_effluent(out: pd.DataFrame) -> pd.Series:
    """Which flows are what farm animals leave, composted or not: by their code, or as biowaste called so."""
    called = named(folded(out["description"]).str.split(), MANURE)
    return (out["waste_code"] == EFFLUENT) | ((out["category"] == "biowaste") & called)


def is_manure(out: pd.DataFrame) -> pd.Series:
    """Which outflows are manure that is no waste, for it is used as such.

    An animal by-product too (regulation (EC) 1069/2009, art. 9): outside of directive 2008/98/EC, by art. 2,
    § 1, f, or § 2, b.
    """
    return is_effluent(out) & ~out["route"].isin(STILL_WASTE)


def is_extraction(out: pd.DataFrame) -> pd.Series:
    """Which described outflows are the spoil of mines and quarries, or what treating their minerals leaves.

    Outside of directive 2008/98/EC (art. 2, § 2, d; directive 2006/21/EC). Spoil has its codes; the
    others of chapter 01, and a mineral without code called spoil or fines, are so at a mine or quarry: masons
    cut stone too, that they bought.
    """
    code = out["waste_code"].astype("str")
    uncoded = without_code(out)
    uncoded &= (out["category"] == "mineral") & named(folded(out["description"]).str.split(), SPOIL)
    of_mine = out["naf_division"].isin(MINES) & (code.str.startswith("01") | uncoded)
    return code.str.startswith("0101") | of_mine


def is_sold(out: pd.DataFrame) -> pd.Series:
    """Which described outflows are perhaps by-products: residues of food industries, that are sold and used.

    That they are made on purpose for a certain use is for their firm to show: a price is a sign, no proof.
    """
    residue = out["category"].isin(RESIDUES) & out["naf_division"].isin(FOOD_INDUSTRIES)
    return residue & (out["cost_eur_per_t"] < 0) & ~out["route"].isin(STILL_WASTE)


def outside(out: pd.DataFrame, rule: Row) -> pd.Series:
    """Which :func:`seen` flows a row of the law leaves out: no waste, or food where it is of other goods."""
    if rule["code"] == UNSOLD:
        return out["matter"].isin(EATEN) | named(out["words"], EATEN_WORDS)
    return out["no_waste"] & (rule["obligation"] in OF_WASTE or rule["code"] in OF_WASTE)


def doubt(flow: Row, rule: Row) -> tuple[str, str] | None:
    """The sentence and the question of a flow that shows neither a breach nor that it is met, else none."""
    if flow["miscoded"] and rule["obligation"] == "packaging" and rule["check"] == "route":
        return "law_declared", "law_ask_code"
    if flow["route"] not in rule["barred_routes"].split():
        return None
    if flow["unsure"] and rule["categories"]:
        return "law_unsure", "law_ask_matter"
    if flow["uncertain_hazard"] and rule["hazardous"] == "no":
        return "law_uncertain_hazard", "law_ask_flow_code"
    if rule["check"] == "sorted" and flow["code"].startswith(CONSTRUCTION):
        return INERT.get(flow["inert_landfill"])
    return None


def of_primary(flow: Row) -> bool:
    """Whether biowaste of a farm is of what it grows and keeps, and neither of its meals nor of making food.

    L. 541-1-1 names gardens, kitchens, meals, shops and food factories (circular of 10 January 2012).
    """
    grown = flow["code"] == "" or flow["code"].startswith(OF_PRIMARY)
    return grown and not is_of_meals(flow)


def is_of_meals(flow: Row) -> bool:
    """Whether its designation tells that meals were served, by whoever did."""
    return flow["category"] in OF_MEALS and has_word(flow["words"], MEALS)


def is_goods(flow: Row) -> bool:
    """Whether paper is goods that were not sold, or prints of who trades or collects them: of no desk."""
    trades = flow["naf_division"] in TRADES or flow.get("actor_type") == "ess"
    return has_word(flow["words"], GOODS) or (trades and has_word(flow["words"], PRINTS))


def is_fuel(flow: Row) -> bool:
    """Whether it may be prunings burnt for energy, which R. 543-227 leaves out of biowaste to sort."""
    return bool(flow["garden"]) and flow["route"] == "energy"
