"""What to ask first of a flow by its waste and its giver: who would eat it, what is around it, who comes.

    unsold     goods called unsold, not food, that are not to be reused: who would take them as they are
    oily       swarf to be recycled: what cutting oil is left in it
    shape      metal in pieces by its name, in fines by its code: which it is
    alloy      scrap for a foundry: its grade, which few foundries melt but one
    painted    furniture of metal for a foundry: its paint or zinc
    wood_class wood for who sorts and shreds it, not called raw nor pallets: its class, A or B
    eaten      sound food that is to be no meal: who would eat it comes before animals, compost and gas
    packaged   goods for sale, composted or digested: somebody takes them out of their packaging
    rubble     minerals of buildings that are not sorted clean, to be crushed: plaster and wood spoil them
    glued      sawdust or offcuts for a boiler, of who works panels too: what is glued is no raw wood
    remade     what a maker of plastics or a foundry could put again into what it makes itself
    feed       sound food of plants or milk, composted or digested: what would feed animals comes before
    owner      the pallets of a trader or carrier are mostly rented, on deposit or exchanged
    linen      the linen of hotels, restaurants, care, homes and laundries is often rented
    own_outlet an outlet of its own: what of its cost, mostly fixed, would be avoided
    soiled     pallets of chemistry, or beside soiled packaging
    pooled     the pallets of others: what of them is rented or on deposit goes back to whose it is
    crates     pallets and crates named together, counted as pallets all
    mended     pallets to be burnt or shredded: what can be mended goes on before
    stuck      metal of who works concrete: what of it sticks to it
    trip       the taker fetches something else from the same giver: one round may do for both
    mixed      a designation that names beside what the rule takes what it does not: sawdust among chips
    whole      wood in pieces for a use that is made of chips: somebody shreds it (of the taker)

The survey asks none of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.reference.compatibility import AFTER_ANIMALS, FOOD, text_read
from eit_analysis.reference.needs import object_asked
from eit_analysis.reference.rule_designations import refused_beside
from eit_analysis.synergies.ask.producers import FURNITURE
from eit_analysis.synergies.gates import CHEMISTRY
from eit_analysis.synergies.offers import OILS, PANELS, WOOD_A, activity, class_asked, of_output
from eit_analysis.synergies.pooling.grades import SWARF
from eit_analysis.synergies.substitution import KEEPS

PACKAGING, PALLETS = "1501", "150103"
CRATES = r"\b(?:cagettes?|cageots?|caisses?|caissettes?|plateaux?|tourets?|bobines?)\b"
BROKEN = r"\b(?:cassee?s?|abimee?s?|endommagee?s?|hs|hors (?:d )?(?:service|usage)|a reparer)\b"
TRADE = ("46", "47")  # divisions of NAF
BORROWERS = (*TRADE, "49", "52", "53")  # whose pallets are mostly rented, on deposit or exchanged
# NAF divisions and class of who has linen washed, or washes that of others.
LAUNDERED = ("55", "56", "86", "87", "9601")
LINEN = r"\b(?:linges?|draps?|serviettes?|torchons?|nappes?|peignoirs?|aleses?|taies?|blouses?|tenues?)\b"
# What is left of food from plants or milk, sludges aside, and the activities that leave no meat in it.
FEED_CODES = (
    "020304", "020399", "020501", "020599", "020601", "020699", "020701", "020702", "020704", "020799",
)  # fmt: skip
MEATLESS = ("103", "105", "106", "107", "1081", "1082", "1083", "11")
SOILED = ("150110", "150111")  # packaging soiled by what is dangerous
# Wholesale of grain, flowers and live animals (NAF 46.2) sells in bulk.
IN_BULK = "462"
FINISHED = (
    r"\b(?<!non )(?:invendus?|perimee?s?|emballee?s?|conditionnee?s?|preemballee?s?|dlc|ddm|hors date)\b"
)
SPREAD = r"\bepand"
UNSOLD = r"\binvendue?s?\b"
SHREDS = r"(?<!sans )\bbroyage\b"
SHREDDED = (
    r"\b(?:broye?e?s?|broyats?|plaquettes?|copeaux?|sciures?|dechiquetee?s?|poussieres?|farines?|ecorces?)\b"
)
FINES = ("120102", "120104")  # of metal: with the turnings of their codes, what soaks up the oil of machining
FOUNDRIES, CONCRETE = "245", "236"  # NAF groups
PIECES = r"\b(?:chutes?|toles?|profiles?|decoupes?|lames?)\b"
# Activities and codes: of makers of plastics their scrap, of foundries the sand of moulds and cores.
AGAIN = (("222", ("070213", "120105")), (FOUNDRIES, ("100906", "100908", "101006", "101008")))
PLATFORMS = "wood_platform"  # rules
RUBBLE = ("170101", "170102", "170103", "170107", "170904")


def of_waste(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> dict[str, pd.Series]:
    """Of which exchanges to ask the giver of each but ``trip``, by code, quality and trade."""
    code, quality = (of_output(exchanges, flows, name) for name in ("waste_code", "quality"))
    kept_from_people = exchanges["new_route"].isin([*AFTER_ANIMALS, "recycling"])
    unpacked = exchanges["new_route"].isin(AFTER_ANIMALS) & ~done_with(exchanges).str.contains(SPREAD)
    buys = flows[flows["direction"] == "in"]
    panels = buys["description"].astype("str").fillna("").map(french.fold_words).str.contains(PANELS)
    works_panels = exchanges["giver_site_id"].isin(buys.loc[panels.astype(bool), "site_id"])
    gives = activity(exchanges["giver_site_id"], sites)
    again = [gives.str.startswith(naf) & code.isin(codes) for naf, codes in AGAIN]
    to_foundry = activity(exchanges["taker_site_id"], sites).str.startswith(FOUNDRIES)
    scrap, furniture = exchanges["category"] == "metal", _called(exchanges, flows).str.contains(FURNITURE)
    unsaid = class_asked(of_output(exchanges, flows, "description")) == ""
    shredded = exchanges["rule_id"].str.startswith(PLATFORMS) & ~of_pallets(exchanges, flows)
    return {
        "eaten": (exchanges["category"] == "food") & (quality == "clean") & kept_from_people,
        "packaged": packaged(exchanges, flows, sites) & unpacked,
        "unsold": unsold(exchanges, flows) & (exchanges["new_route"] != "reuse"),
        "shape": _pieces_and_fines(exchanges, flows),
        "oily": _oily(exchanges, flows) & (exchanges["new_route"] == "recycling"),
        "alloy": scrap & to_foundry,
        "painted": scrap & to_foundry & furniture.astype(bool),
        "wood_class": shredded & unsaid,
        "stuck": scrap & gives.str.startswith(CONCRETE),
        "glued": code.isin(WOOD_A) & (exchanges["new_route"] == "energy") & works_panels,
        "remade": again[0] | again[1],
        "rubble": code.isin(RUBBLE) & (quality != "clean") & (exchanges["new_route"] == "recycling"),
    }


def mixed(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """What the designation of each names beside what its rule takes, missing where it names nothing else."""
    texts = text_read(flows).groupby(flows["flow_id"]).first()
    named = zip(exchanges["rule_id"], exchanges["out_flow_id"].map(texts), strict=True)
    beside = [", ".join(refused_beside(rule, text) or ()) or None for rule, text in named]
    return pd.Series(beside, exchanges.index, dtype="object")


def _called(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """What each giver calls its output, folded."""
    return of_output(exchanges, flows, "description").map(french.fold_words)


def unsold(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Of which exchanges the waste is called unsold and is no food: new goods (C. env., art. L. 541-15-8)."""
    told = _called(exchanges, flows)
    return told.str.contains(UNSOLD).astype(bool) & ~exchanges["category"].isin(FOOD)


def whole(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Of which exchanges wood that is not called shredded is shredded by what its rule does."""
    told = _called(exchanges, flows)
    treated = exchanges["treatment"].astype("str").fillna("").map(french.fold_words)
    shreds = treated.str.contains(SHREDS).astype(bool)
    return (exchanges["category"] == "wood") & shreds & ~told.str.contains(SHREDDED).astype(bool)


def _oily(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Swarf and fines of metal by name or code; what a site with cutting oils calls no piece, too."""
    code = of_output(exchanges, flows, "waste_code")
    told = _called(exchanges, flows)
    oils = flows.loc[flows["waste_code"].astype("str").fillna("").str.startswith(OILS), "site_id"]
    beside = code.str.startswith("1201") & exchanges["giver_site_id"].isin(oils)
    beside &= ~told.str.contains(PIECES).astype(bool)
    swarf = told.str.contains("|".join(SWARF)).astype(bool) | code.isin(FINES)
    return (exchanges["category"] == "metal") & (swarf | beside) & ~_pieces_and_fines(exchanges, flows)


def _pieces_and_fines(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Metal that its name calls pieces, and no swarf, while its code is of fines."""
    told = _called(exchanges, flows)
    pieces = told.str.contains(PIECES).astype(bool) & ~told.str.contains("|".join(SWARF)).astype(bool)
    fines = of_output(exchanges, flows, "waste_code").isin(FINES)
    return (exchanges["category"] == "metal") & pieces & fines


def done_with(exchanges: pd.DataFrame) -> pd.Series:
    """What is done with each waste, in the words of its rule, folded: its use, then its treatment."""
    return (exchanges["use"] + " " + exchanges["treatment"]).astype("str").fillna("").map(french.fold_words)


def packaged(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> pd.Series:
    """Of which exchanges the waste may still be packed: what a shop does not sell, or what is called so.

    Residues of making food, silo dust or peelings, never were.
    """
    code, told = of_output(exchanges, flows, "waste_code"), _called(exchanges, flows)
    trade = activity(exchanges["giver_site_id"], sites)
    sold = trade.str.startswith(TRADE) & ~trade.str.startswith(IN_BULK)
    finished = told.str.contains(FINISHED).astype(bool)
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


def of_feed(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray:
    """Of which exchanges to ask who would feed animals with it: sound, from plants or milk, composted or
    digested instead."""
    code, quality = (of_output(exchanges, flows, name) for name in ("waste_code", "quality"))
    meatless = activity(exchanges["giver_site_id"], sites).str.startswith(MEATLESS)
    sound = code.isin(FEED_CODES) & (quality == "clean") & exchanges["category"].isin(FOOD)
    return (sound & meatless & exchanges["new_route"].isin(AFTER_ANIMALS)).to_numpy(dtype=bool)


def of_pallet_givers(
    exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Of which exchanges, whatever their route, to ask the giver of pallets what, by question.

    ``owner``: whose the pallets of a trader are; ``pooled``: whether some of anybody else are another's;
    ``soiled``: whether those of chemistry, or of a site that throws away soiled packaging, are soiled too;
    ``crates``, ``mended``: what part of them are crates, or can be mended.
    """
    pallets = of_pallets(exchanges, flows).to_numpy(dtype=bool)
    borrowed = activity(exchanges["giver_site_id"], sites).str.startswith(BORROWERS).to_numpy(dtype=bool)
    called = _called(exchanges, flows)
    return {
        "mended": pallets & exchanges["new_route"].isin(["recycling", "energy"]).to_numpy(),
        "owner": pallets & borrowed,
        "pooled": pallets & ~borrowed,
        "soiled": pallets & works_chemicals(exchanges, flows, sites).to_numpy(dtype=bool),
        "crates": pallets & called.str.contains(CRATES).to_numpy(dtype=bool),
    }


def works_chemicals(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> pd.Series:
    """Of which exchanges the giver is of chemistry, or throws away packaging that dangerous goods soiled."""
    soiled = flows.loc[flows["waste_code"].astype("str").fillna("").str.startswith(SOILED), "site_id"]
    naf = activity(exchanges["giver_site_id"], sites)
    return naf.str.startswith(CHEMISTRY) | exchanges["giver_site_id"].isin(soiled)


def of_linen(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray:
    """Of which exchanges, whatever their route, to ask whose the linen is: what is rented is not given."""
    linen = (exchanges["category"] == "textile") & _called(exchanges, flows).str.contains(LINEN)
    laundered = activity(exchanges["giver_site_id"], sites).str.startswith(LAUNDERED)
    return (linen & laundered).to_numpy(dtype=bool)


def of_pallets(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Of which exchanges the output is of pallets: crates have their code, and they need not have it."""
    told = (
        flows.reindex(columns=["description"])["description"].astype("str").fillna("").map(french.fold_words)
    )
    coded = flows["waste_code"].astype("str").fillna("").str.startswith(PALLETS)
    other = told.str.contains(CRATES).astype(bool) & ~told.str.contains("palette").astype(bool)
    named = object_asked(flows) == PALLETS
    return exchanges["out_flow_id"].isin(flows.loc[(coded & ~other) | named, "flow_id"])
