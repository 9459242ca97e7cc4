"""What firms could use themselves and of which no amount is set aside: needs of no known mass, boilers.

A need of heat that wood supplies, in the sheet of energy and water, is a boiler, which takes what the rules
let it burn. How much is not known, since what it burns today may be this very wood: its firm is asked.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.synergies.answers import not_refused
from eit_analysis.synergies.substitution import MASSES, own_uses, read_pairs, with_masses
from eit_analysis.synergies.utilities.matching import UNNAMED

BOILER = "Bois pour chaudière"
SAID = ["description", "energy_mwh_per_year", "cost_eur_per_unit"]


def could_take(
    needs: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, answers: pd.DataFrame, rules: pd.DataFrame
) -> pd.Series:
    """The outputs that these needs of their own firm could take, of whatever mass, and it did not refuse."""
    needs = needs.reindex(columns=flows.columns)
    needs = needs.assign(flow_id=[f"?{i}" for i in range(len(needs))], **dict.fromkeys(MASSES, np.nan))
    own = flows[flows["site_id"].isin(needs["site_id"]) & (flows["direction"] == "out")]
    both = pd.concat([own, needs], ignore_index=True) if len(needs) else own
    pairs = read_pairs(both, sites, rules)
    return not_refused(own_uses(with_masses(pairs, both)), answers, flows)["out_flow_id"]


def wood_heat(utilities: pd.DataFrame) -> pd.DataFrame:
    """The needs of heat that wood supplies, of the tidy table of energy and water."""
    heat = (utilities["utility"] == "heat") & (utilities["direction"] == "in")
    return utilities[heat & (utilities["supply"] == "wood") & (utilities["energy_mwh_per_year"] != 0)]


def in_boilers(
    heat: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, answers: pd.DataFrame, rules: pd.DataFrame
) -> dict[str, str]:
    """The outputs of wood that a boiler of their own firm could burn (:func:`wood_heat`), by flow: its needs
    of heat, in French."""
    needs = heat[["site_id"]].drop_duplicates().assign(description=BOILER, category="wood", direction="in")
    found = could_take(needs, flows, sites, answers, rules[rules["route"] == "energy"])
    texts = pd.Series([_said(*need) for need in heat[SAID].itertuples(index=False)], heat.index, dtype="str")
    told = texts.groupby(heat["site_id"]).agg(lambda each: french.listed(list(each)))
    giver = flows.drop_duplicates("flow_id").set_index("flow_id")["site_id"]
    return {flow: told[giver[flow]] for flow in found}


def _said(name: str | None, energy: float, cost: float) -> str:
    called = f"«\u00a0{name}\u00a0»" if isinstance(name, str) else UNNAMED
    amount = "" if pd.isna(energy) else f", {french.one_decimal(energy)}\u00a0MWh/an"
    return called + amount + ("" if pd.isna(cost) else f" à {french.one_decimal(cost)}\u00a0€/MWh")
