"""What to ask first of a flow by its waste and its giver: who would eat it, what is around it, who comes.

    eaten      sound food that is to be no meal: who would eat it comes before animals, compost and gas
    packaged   goods for sale, composted or digested: somebody takes them out of their packaging
    rubble     minerals of buildings that are not sorted clean, to be crushed: plaster and wood spoil them
    glued      sawdust or offcuts for a boiler, of who works panels too: what is glued is no raw wood
    trip       the taker fetches something else from the same giver: one round may do for both

The survey asks none of it.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis import french
from eit_analysis.reference.compatibility import AFTER_ANIMALS, FOOD
from eit_analysis.synergies.likelihood import TRADE
from eit_analysis.synergies.offers import PANELS, WOOD_A
from eit_analysis.synergies.substitution import KEEPS

# Wholesale of grain, flowers and live animals (NAF 46.2) sells in bulk.
IN_BULK = "462"
FINISHED = (
    r"\b(?<!non )(?:invendus?|perimee?s?|emballee?s?|conditionnee?s?|preemballee?s?|dlc|ddm|hors date)\b"
)
SPREAD = r"\bepand"
RUBBLE = ("170101", "170102", "170103", "170107", "170904")


def of_waste(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> dict[str, pd.Series]:
    """Of which exchanges to ask the giver of each but ``trip``, by code, quality and trade."""
    about = flows.drop_duplicates("flow_id").set_index("flow_id").reindex(columns=["waste_code", "quality"])
    code, quality = (exchanges["out_flow_id"].map(about[name]).astype("str").fillna("") for name in about)
    kept_from_people = exchanges["new_route"].isin([*AFTER_ANIMALS, "recycling"])
    unpacked = exchanges["new_route"].isin(AFTER_ANIMALS) & ~done_with(exchanges).str.contains(SPREAD)
    buys = flows[flows["direction"] == "in"]
    panels = buys["description"].astype("str").fillna("").map(french.fold_words).str.contains(PANELS)
    works_panels = exchanges["giver_site_id"].isin(buys.loc[panels.astype(bool), "site_id"])
    return {
        "eaten": (exchanges["category"] == "food") & (quality == "clean") & kept_from_people,
        "packaged": packaged(exchanges, flows, sites) & unpacked,
        "glued": code.isin(WOOD_A) & (exchanges["new_route"] == "energy") & works_panels,
        "rubble": code.isin(RUBBLE) & (quality != "clean") & (exchanges["new_route"] == "recycling"),
    }


def done_with(exchanges: pd.DataFrame) -> pd.Series:
    """What is done with each waste, in the words of its rule, folded: its use, then its treatment."""
    return (exchanges["use"] + " " + exchanges["treatment"]).astype("str").fillna("").map(french.fold_words)


def packaged(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> pd.Series:
    """Of which exchanges the waste may still be packed: what a shop does not sell, or what is called so.

    Residues of making food, silo dust or peelings, never were.
    """
    about = (
        flows.drop_duplicates("flow_id").set_index("flow_id").reindex(columns=["waste_code", "description"])
    )
    code, told = (exchanges["out_flow_id"].map(about[name]).astype("str").fillna("") for name in about)
    naf = exchanges["giver_site_id"].map(sites.drop_duplicates("site_id").set_index("site_id")["naf_code"])
    trade = naf.astype("str").fillna("").str.replace(".", "", regex=False)
    sold = trade.str.startswith(TRADE) & ~trade.str.startswith(IN_BULK)
    finished = told.map(french.fold_words).str.contains(FINISHED).astype(bool)
    # Used oil and garden waste are not packed.
    return exchanges["category"].isin(FOOD) & ~code.isin(KEEPS) & (sold | finished)


def fetched_already(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> pd.Series:
    """What else each taker fetches from the same giver today, as its contractor; missing where nothing."""
    out = flows[flows["direction"] == "out"].dropna(subset=["contractor", "description"])
    known = sites.drop_duplicates("site_id").dropna(subset=["name"])
    names = known.set_index("site_id")["name"].map(french.fold_words)
    told = out.assign(contractor=out["contractor"].map(french.fold_words))
    taker = exchanges["taker_site_id"].map(names)
    pairs = exchanges[["candidate_id", "out_flow_id"]].assign(
        site_id=exchanges["giver_site_id"], contractor=taker
    )
    both = pairs.dropna(subset=["contractor"]).merge(told, on=["site_id", "contractor"])
    other = both[both["flow_id"] != both["out_flow_id"]].drop_duplicates(["candidate_id", "description"])
    listed = other.groupby("candidate_id")["description"].agg(lambda texts: french.listed(list(texts)))
    return exchanges["candidate_id"].map(listed)
