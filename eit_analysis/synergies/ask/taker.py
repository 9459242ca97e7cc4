"""What to ask first of a flow by its taker: does it suit, is there room, who treats it.

    grade        a plastic that a firm would work again: the survey asks no grade
    format       pallets that go on as pallets, else ``timber``: whether their wood replaces what is used
    sizes        other wood that is used again as it is, in pieces
    sections     metal that is used again as it is
    mendable     pallets that are called broken: what part can be mended, of tonnes that are counted whole
    part         what is a part at most of a need: what part its taker admits
    composition  textiles that are made into fibres or wipers
    hygiene      the packaging or the linen that who works food, or makes packaging, would use again
    dry_matter   wet by-products that animals eat, of which a tonne is no tonne of cereals
    plants       garden waste and prunings: what is in them, and who chips them
    moisture     what is dried by who is no operator: how wet it is, as no drying is in the gain
    species      wood to smoke food with
    boxes        packaging that goes on as what it is, but pallets: formats, state, marks to hide
    machine      boxes made padding: a machine that nothing here counts
    grading      minerals for a need of a size, « 0/31,5 »
    clay         the sand of a foundry in concrete: its clay and carbon
    kiln         what a cement works analyses before it takes anything
    room         an operator may have room for no more than it receives: of what no line is done or committed
    filled       what a structure gives tells that it receives most of its need already, and of how much
    fuel         wood for a boiler, alike: whether it is raw, how wet and of what size
    own_use      what the taker throws away itself could serve the same need
    treatment    a need that supposes one done (end of waste, a quality delivered, whole wood shredded, what
                 is dried, boxes made padding): firms and towns declare none
    activity     the rule names activities, and nobody stated the taker's

The survey asks none of it. What goes on as food is asked of by :mod:`food`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.reference.compatibility import AS_PALLETS
from eit_analysis.reference.needs import need_told
from eit_analysis.synergies.ask.containers import as_it_is
from eit_analysis.synergies.ask.food import of_food
from eit_analysis.synergies.ask.giver import BROKEN, CONCRETE, PACKAGING, of_pallets, whole
from eit_analysis.synergies.factor_rows import OPERATORS
from eit_analysis.synergies.gates import FOOD_MAKERS, PACKAGING_MAKERS
from eit_analysis.synergies.offers import activity, of_output

ROOM_GAIN = "room_surplus_eur_per_year"
UNASKED = ("grade", "format", "timber")
TO_FIBRES, WIPERS = "effilochage|défibrage", "chiffon"
WORKS_FOOD = (*FOOD_MAKERS, "56")  # NAF divisions: makers of food and drinks, restaurants
CEMENT = "2351"
FOUNDRY_SAND = ("100906", "100908", "101006", "101008")
IN_PIECES = ("wood_carpentry", "wood_packaging", "timber_reuse")  # rules
SIZED = r"\d\s?/\s?\d"
GARDEN = ("200201", "020103")  # of parks and gardens, and of crops
# A price of preparation is that of a crushing or a sorting, and no machine or fuel of these.
DRIED = r"\b(?:sechage|sechee?s?|deshydratation)\b"
PERFORATED = r"\bperforation\b"
# What is left of food from plants, of milk or drinks, wet: pulp, whey, spent grain.
WET = ("0203", "0204", "0205", "0207")


def unasked(exchanges: pd.DataFrame, flows: pd.DataFrame) -> np.ndarray:
    """Of which exchanges it is not known whether they suit, empty elsewhere.

    The ``grade`` of plastics that firms would work again, the ``format`` of pallets that go on as pallets,
    else whether their ``timber`` does for what their taker uses.
    """
    worked = (exchanges["category"] == "plastic") & (exchanges["new_route"] == "recycling")
    worked &= exchanges["taker_actor_type"] == "firm"
    pallets = of_pallets(exchanges, flows) & (exchanges["new_route"] == "reuse")
    again = pallets & exchanges["rule_id"].isin(AS_PALLETS)
    return np.select([worked, again, pallets], UNASKED, "")


def of_takers(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> dict[str, np.ndarray]:
    """Of which exchanges to ask the taker of each up to ``grading``, by what is given and what is made of it.

    ``sites`` are those whose activity the reader may know.
    """
    unknown = unasked(exchanges, flows)
    code, naf = of_output(exchanges, flows, "waste_code"), activity(exchanges["taker_site_id"], sites)
    strict = naf.str.startswith((*WORKS_FOOD, *PACKAGING_MAKERS))
    fibres = exchanges["treatment"].astype("str").fillna("").str.contains(TO_FIBRES)
    use = _use(exchanges)
    textile, wiper = exchanges["category"] == "textile", use.str.contains(WIPERS)
    fibres |= textile & wiper
    again = exchanges["new_route"] == "reuse"
    touching = (code.str.startswith(PACKAGING) & again) | (textile & (again | wiper))
    wet = code.str.startswith(WET) & need_told(use).str.contains("feed").astype(bool)
    needs = exchanges["in_flow_id"].map(flows.drop_duplicates("flow_id").set_index("flow_id")["description"])
    sized = (exchanges["category"] == "mineral") & needs.astype("str").fillna("").str.contains(SIZED)
    called = of_output(exchanges, flows, "description").map(french.fold_words)
    broken = called.str.contains(BROKEN).astype(bool) & (unknown == "format")
    told = {
        "kiln": naf.str.startswith(CEMENT),
        "mendable": broken,
        "composition": fibres,
        "hygiene": touching & strict,
        "dry_matter": wet,
    }
    told |= of_food(exchanges, flows, sites)
    missing = uncounted(exchanges)
    uses = ~exchanges["taker_actor_type"].isin(OPERATORS)
    pieces = ~code.str.startswith(PACKAGING) & exchanges["rule_id"].str.startswith(IN_PIECES)
    told |= {
        "sizes": pieces,
        "sections": again & (exchanges["category"] == "metal"),
        "plants": code.isin(GARDEN) & (exchanges["category"] == "biowaste") & uses,
        "boxes": as_it_is(exchanges, flows) & (exchanges["giver_site_id"] != exchanges["taker_site_id"]),
        "machine": missing == "machine",
        "moisture": missing == "drying",
        "species": smoked(exchanges),
        "grading": sized,
        "clay": code.isin(FOUNDRY_SAND) & naf.str.startswith(CONCRETE),
    }
    return {question: unknown == question for question in UNASKED} | {
        question: asked.to_numpy(dtype=bool) for question, asked in told.items()
    }


def uncounted(exchanges: pd.DataFrame) -> pd.Series:
    """``drying`` or ``machine``: what its taker, no operator, may have to pay for each and no cost counts."""
    uses = ~exchanges["taker_actor_type"].isin(OPERATORS)
    dried, cut = (_treated(exchanges, how) & uses for how in (DRIED, PERFORATED))
    return pd.Series(np.select([dried, cut], ["drying", "machine"], ""), exchanges.index).replace("", None)


def part(exchanges: pd.DataFrame) -> pd.Series:
    """The most of its need that each may be, in % of its mass, missing where it may be all of it."""
    met = exchanges["most_of_need"] * exchanges["yield_central"] / exchanges["need_t_per_t"]
    some = (100 * met[exchanges["most_of_need"] < 1]).map("{:.0f}".format)
    return some.reindex(exchanges.index)


def filled(exchanges: pd.DataFrame, flows: pd.DataFrame, team: bool = False) -> pd.Series:
    """What each ESS structure receives at least already, what it asks for and the most that is left.

    For the ``team`` with ``ROOM_GAIN``, the joint gain that is left (:func:`in_room`).
    """
    room = _room(exchanges, flows)
    gains = exchanges.reindex(columns=[ROOM_GAIN])[ROOM_GAIN].where((room["left"] > 0) & team)
    words = "{}\u00a0t/an des {} demandées, et en laisse au plus {}\u00a0t/an"
    told = [
        words.format(*map(french.one_decimal, amounts)) + _gain_told(gain) if amounts[2] >= 0 else None
        for *amounts, gain in zip(room["taken"], room["need"], room["left"], gains, strict=True)
    ]
    return pd.Series(told, exchanges.index, dtype="object")


def in_room(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """(gain + fixed cost) × share of the tonnes that the room left holds − fixed cost, in €/year.

    Missing where nothing tells of that room. ``exchanges`` as ``listings.at_plan`` gives them.
    """
    fixed, kept = exchanges["fixed_cost_eur_per_year"], exchanges["allocated_t_per_year"]
    tonnes = kept.where(kept > 0, exchanges["diverted_t_per_year"]) * exchanges["need_t_per_t"]
    share = (_room(exchanges, flows)["left"] / tonnes).clip(upper=1.0)
    return (exchanges["joint_surplus_eur_per_year"] + fixed) * share - fixed


def _room(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Tonnes a year that each ESS structure has ``taken`` at least, those of its ``need`` and those ``left``.

    Of its only need of a family: the masses of this family that it gives, or, where that is more, of those
    that are reused what they took at the yield of the exchange. Missing where it is not most of the need.
    """
    keys, mass = ["site_id", "category"], "mass_t_per_year"
    flows = flows.reindex(columns=["flow_id", *keys, "direction", "route", mass])
    own = flows[flows["site_id"].isin(exchanges.loc[exchanges["taker_actor_type"] == "ess", "taker_site_id"])]
    out = own[own["direction"] == "out"].assign(reused=lambda out: out[mass].where(out["route"] == "reuse"))
    needs = own[own["direction"] == "in"].drop_duplicates(keys, keep=False)
    given = out.groupby(keys)[[mass, "reused"]].sum().rename(columns={mass: "given"})
    about = needs.join(given, on=keys).set_index("flow_id").reindex(exchanges["in_flow_id"])
    taken = np.fmax(about["given"], about["reused"] / exchanges["yield_central"].to_numpy()).astype(float)
    need = about[mass].astype(float)
    room = pd.DataFrame({"taken": taken, "need": need, "left": (need - taken).clip(lower=0.0)})
    room = room.set_axis(exchanges.index)
    return room[room["taken"] >= room["need"] / 2].reindex(exchanges.index)


def _gain_told(gain: float) -> str:
    return f" (gain commun de ce tonnage\u00a0: {french.short(gain)}\u00a0€/an)" if gain == gain else ""


def _treated(exchanges: pd.DataFrame, how: str) -> pd.Series:
    """Of which exchanges the rule treats what it takes so."""
    treated = exchanges["treatment"].astype("str").fillna("").map(french.fold_words)
    return treated.str.contains(how).astype(bool)


def smoked(exchanges: pd.DataFrame) -> pd.Series:
    """Of which exchanges the use is to smoke food with."""
    return need_told(_use(exchanges)).str.contains("smoking").astype(bool)


def _use(exchanges: pd.DataFrame) -> pd.Series:
    return exchanges["use"].astype("str").fillna("")


def of_treatment(
    exchanges: pd.DataFrame,
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    rules: pd.DataFrame,
    agreed: frozenset[str],
) -> dict[str, np.ndarray]:
    """Of which exchanges to ask what an operator has room for, and a firm or town who treats what it takes.

    ``rules`` are rows of ``compatibility.csv``; of the ``agreed``, by candidate, the taker has said it.
    """
    taker = sites.drop_duplicates("site_id").set_index("site_id").reindex(exchanges["taker_site_id"])
    rule = rules.set_index("rule_id")[["delivered_quality", "receiver_naf_codes", "proving_needs"]]
    rule = rule.reindex(exchanges["rule_id"]).fillna("")
    made, named = (rule[["delivered_quality", "receiver_naf_codes"]] != "").to_numpy().T
    fuel = rule["proving_needs"].str.contains("fuel").to_numpy(dtype=bool)
    made |= (exchanges["legal_status"] == "end_of_waste").to_numpy()
    made |= _treated(exchanges, f"{DRIED}|{PERFORATED}").to_numpy()
    new = ~exchanges["candidate_id"].isin(agreed).to_numpy()
    operator = exchanges["taker_actor_type"].isin(OPERATORS).to_numpy()
    treats = taker["actor_type"].isin(OPERATORS).to_numpy()
    return {
        "room": operator & new,
        "fuel": fuel & new,
        "treatment": (made & ~treats) | (whole(exchanges, flows).to_numpy() & ~operator),
        "activity": named & (taker["naf_code"].fillna("") == "").to_numpy(),
    }
