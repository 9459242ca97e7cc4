"""The gates of an exchange: nothing buys a way through them, neither tonnes nor a score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import starmap

import numpy as np
import pandas as pd

from eit_analysis.reference.compatibility import MATERIAL_OR_ORGANIC, rank_asked
from eit_analysis.reference.matter_grades import disagree, other_alloy
from eit_analysis.reference.needs import need_told
from eit_analysis.synergies.offers import WASTE_OPERATORS, class_asked

# In the order in which they close: a refused pair is counted once, under the first gate that stops it.
# The last four are closed by what actors answered (`declined`), the others by rules.
GATES = (
    "same_site", "quality", "hazard", "receiver", "object", "other_use", "sorted_out", "grade",
    "asked_quality", "hierarchy", "unlocated", "reach", "no_mass", "named_need",
    "declined_pair", "declined_material", "declined_quality", "declined_distance",
)  # fmt: skip
AT_HOME = ("powder_recovery",)  # rules of what serves again in its own firm alone: powder is of its shades
# Waste operators take an object for its matter, unless a rule names them.
PALLETS = "150103"
# Uses that needs of a family are named by: one so named is met by nothing else.
USES = {
    "wood": {"fuel", "mulch", "bedding", "smoking", "crates", "structuring", "timbers"},
    "cardboard": {"mulch", "padding"}, "paper": {"bedding"},
    "biowaste": {"feed", "bedding", "compost", "mulch"}, "food": {"livestock"},
    "textile": {"wiping", "bedding", "stuffing"},
    "mineral": {"binder", "lime", "plaster", "road_salt"},
    "weee": {"dismantling"},
}  # fmt: skip
FROM_PALLETS = "pallet_wood"  # and one of this is met by the rule that makes it first
WORKED = {FROM_PALLETS, "workshop"}  # as which a need of pallets asks for their wood
WHOLE_PALLETS = "pallets"  # told of wood of pallets too
CHEMISTRY, FOOD_MAKERS = ("20", "21"), ("10", "11")  # NAF divisions
PACKAGING_MAKERS = ("1721", "2222")  # of paper and of plastic, much of it for food


def stops_of_receivers(pairs: pd.DataFrame) -> dict[str, np.ndarray]:
    """What the rule says of the need, by its code and by its name, and of the activity that would receive."""
    asked = {"object": ~_asks_for_it(pairs), "other_use": _asks_for_else(pairs)}
    return {"receiver": ~_receives(pairs)} | asked


def is_left_over(pairs: pd.DataFrame) -> pd.Series:
    """Whether a rule hands on as it is, to any activity, or mends, what is left once those are sorted out."""
    rule = pairs[["input_waste_codes", "receiver_naf_codes", "treatment"]].fillna("")
    of_object = rule["input_waste_codes"] != ""
    mends = need_told(rule["treatment"]).astype("str").str.contains("mending") & (
        pairs["sorted_out"] == "mendable"
    )
    return of_object & (pairs["sorted_out"] != "") & ((rule["receiver_naf_codes"] == "") | mends)


def is_unfit_for_food(pairs: pd.DataFrame) -> pd.Series:
    """Whether pallets of chemistry, or from beside the oils of a workshop, would carry food.

    IFS and BRC, asked of the makers of food, refuse them. Those of packaging are asked for the like, where
    what is packed is food: nobody knows of which, and traces of a chemical are not to be tried on it.
    """
    pallets = (pairs["waste_code"] == PALLETS) & (pairs["new_route"] == "reuse")
    chemical, taker = pairs["giver_naf_code"].str.startswith(CHEMISTRY), pairs["naf_code"]
    food = (chemical | pairs["giver_oils"]) & taker.str.startswith(FOOD_MAKERS)
    return pallets & (food | (chemical & taker.str.startswith(PACKAGING_MAKERS)))


def is_another_grade(pairs: pd.DataFrame) -> pd.Series:
    """Whether a plastic and its need both name resins, or forms, or a wood and its need classes, and none in
    common; or what the rule makes of wood is of a class that it has not (its use: « bois de classe A »); or
    a metal is of another alloy than its need (``other_alloy``)."""
    of_use = class_asked(pairs["use"].astype("str").fillna(""))
    asked = (pairs["grades_asked"], of_use)
    alloys = other_alloy(pairs["grades"], pairs["grades_asked"], pairs["new_route"] == "reuse")
    differ = [*(disagree(pairs["grades"], one) for one in asked), alloys]
    return pd.Series(np.any(differ, axis=0), pairs.index, dtype=bool)


def too_poor(pairs: pd.DataFrame) -> pd.Series:
    """Whether a waste is handed on (``rank_handed_on``) in a worse quality than its taker asks for."""
    return pairs["rank_handed_on"] > rank_asked(pairs["asked_quality"])


def first_stop(stops: Mapping[str, pd.Series | np.ndarray]) -> np.ndarray:
    """Rank in ``GATES`` of the first gate that is shut for each pair, ``len(GATES)`` where all are open."""
    shut = np.column_stack([np.asarray(stops[gate], dtype=bool) for gate in GATES if gate in stops])
    ranks = np.array([rank for rank, gate in enumerate(GATES) if gate in stops])
    return np.where(shut.any(axis=1), ranks[shut.argmax(axis=1)], len(GATES))


def best_rule(pairs: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row per pair, of the rule that takes it farthest; of a refused one whose need is called by a use
    (``USES``), of the rules that make this: what stops another use is not why there is no bedding.

    Then the rule that takes all that the designation names, before one that takes a part of it (``mixed``),
    the rule whose use the need itself names (who asks for feed makes no biogas of it, whose workshop works
    wood mends no pallets), the longest code,
    maturity, matter before energy (a maker of panels that asks for no fuel), the rule that names who receives
    before one open to any activity (what a workshop does with pallets is to mend them), yield, and name.
    """
    told = zip(pairs["use_told"], pairs["need_told"], strict=True)
    named = [FROM_PALLETS in use.split() and not WORKED.isdisjoint(need.split()) for use, need in told]
    best = [
        "passes", "is_called", "gate_rank", "is_plain", "names_use", "specificity", "maturity", "is_matter",
        "names_receiver", "yield_central",
    ]  # fmt: skip
    passes = pairs["gate_rank"] == len(GATES)
    ordered = pairs.assign(
        passes=passes,
        is_plain=~pairs["mixed"],
        is_called=~passes & _makes_what_is_called(pairs),
        names_use=named,
        is_matter=pairs["new_route"].isin(MATERIAL_OR_ORGANIC),
        names_receiver=pairs["receiver_naf_codes"].fillna("") != "",
    ).sort_values(
        [*keys, *best, "rule_id"],
        ascending=[*(True for _ in keys), *(False for _ in best), True],
        kind="stable",
    )
    own = ["passes", "is_called", "is_plain", "names_use", "is_matter", "names_receiver"]
    return ordered.drop(columns=own).drop_duplicates(keys)


def _receives(pairs: pd.DataFrame) -> np.ndarray:
    """Whether each activity starts with one of its rule's prefixes, or the need itself proves the receiver.

    A structure of the social economy has two (``offers.SOCIAL``); who buys fuel for a boiler has one,
    whatever else it does (``proving_needs``).
    Unknown on either side passes, but for a rule that lets hazardous waste in: its receivers are authorised
    for it, which an unknown activity does not say.
    """

    def answer(naf: str, wanted: str, allowed: int, told: str, proving: str) -> bool:
        prefixes = tuple(wanted.replace(".", "").split())
        proven = not set(told.split()).isdisjoint(proving.split())
        named = any(code.startswith(prefixes) for code in naf.split())
        return (naf == "" and allowed != 1) or not prefixes or named or proven

    wanted, proving = (pairs[name].fillna("") for name in ("receiver_naf_codes", "proving_needs"))
    return _each(answer, pairs["naf_code"], wanted, pairs["hazardous_allowed"], pairs["need_told"], proving)


def _asks_for_it(pairs: pd.DataFrame) -> np.ndarray:
    """Whether each need declares, by its waste code, the object that its rule hands on; matter asks for none.

    A firm whose need is an object by its name (``object_asked``), and of no use besides, takes nothing else:
    of pallets no wood, unless it says that it works it.
    Under a rule open to any activity a waste operator asks for none: it would sort or shred the object.
    """

    def answer(
        code: str, asked: str, told: str, family: str, naf: str, codes: str, receivers: str, use: str, by: str
    ) -> bool:
        if asked and asked not in codes.split() and not _uses_named(told, family):
            return False
        works = {*use.split(), *by.split()} - {WHOLE_PALLETS}
        if asked == PALLETS and FROM_PALLETS in works and works.isdisjoint(told.split()):
            return False
        named = receivers != "" or not naf.startswith(WASTE_OPERATORS)
        return codes == "" or (code in codes.split() and named)

    keys = ["input_waste_code", "object_asked", "need_told", "input_category", "naf_code",
            "input_waste_codes", "receiver_naf_codes", "use_told", "proving_needs"]  # fmt: skip
    return _each(answer, *(pairs[key].fillna("") for key in keys))


def _asks_for_else(pairs: pd.DataFrame) -> np.ndarray:
    """Whether the need is called something that its rule does not make (``other_needs``, ``USES``)."""

    def answer(told: str, other: str, use: str, family: str) -> bool:
        named = _uses_named(told, family)
        another = bool(named) and named.isdisjoint(use.split())
        return another or not set(told.split()).isdisjoint(other.split())

    return _each(answer, *(pairs[key] for key in ("need_told", "other_needs", "use_told", "input_category")))


def _makes_what_is_called(pairs: pd.DataFrame) -> np.ndarray:
    """Whether a rule makes one of the uses that its need is called by."""

    def answer(told: str, use: str, family: str) -> bool:
        return not _uses_named(told, family).isdisjoint(use.split())

    return _each(answer, *(pairs[key] for key in ("need_told", "use_told", "input_category")))


def _uses_named(told: str, family: str) -> set[str]:
    """The uses that a need of a family is called by, of all that is told of it."""
    return USES.get(family, set()).intersection(told.split())


def _each(answer: Callable[..., bool], *columns: pd.Series) -> np.ndarray:
    """The answer to each row, asked once of rows that are alike."""
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return np.fromiter(starmap(cache(answer), rows), dtype=bool, count=len(columns[0]))
