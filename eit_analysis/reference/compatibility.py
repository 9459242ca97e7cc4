"""Who may use a waste: the one reader of the rules, of the waste hierarchy and of the order of qualities.

A rule of ``compatibility.csv`` reads a waste by its code, else by its family, and shuts its gates on some of
those that it reads, whoever would receive them. What it asks of a receiver is no matter of this module.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.needs import object_asked, use_told, without_code
from eit_analysis.reference.packaging import code_named
from eit_analysis.reference.rule_designations import refused_beside
from eit_analysis.reference.uncoded import KIND, supported

# Code de l'environnement, art. L. 541-1 (directive 2008/98/EC, art. 4): reuse before recycling (organic
# recycling too) before energy before disposal.
HIERARCHY = {
    "reuse": 0, "recycling": 1, "composting": 1, "digestion": 1,
    "energy": 2, "incineration": 3, "landfill": 3, "unknown": 3,
}  # fmt: skip
# Art. L. 541-15-4: what comes from food goes to people (reuse), then to animals or into another product
# (recycling), then to the soil (spreading is read as composting) or to energy, of which digestion is one.
FOOD, FOOD_CODES = ("food", "biowaste"), ("02", "200108", "200125", "200302")
DONATION = "donation"  # the legal status of what is given, which has no price
# Of animals, by codes: what nobody eats, and what is unfit, which is only given if still eaten (asked).
NO_FOOD, UNFIT = ("020201", "020202"), ("020203",)
AFTER_ANIMALS = ("composting", "digestion")
MATERIAL_OR_ORGANIC = [route for route, step in HIERARCHY.items() if step < HIERARCHY["energy"]]
QUALITY_RANK = {"clean": 0, "mixed": 1, "soiled": 2}
AS_PALLETS = ("wood_pallet_reuse", "wood_pallet_direct")  # rules of which pallets come out as pallets
WASTE = ["waste_code", "category", "description", "quality", "hazardous"]
# What a rule leaves open is missing in its row.
OPEN = {
    "waste_code_prefix": "", "category": "", "input_waste_codes": "", "other_needs": "",
    "proving_needs": "", "receiver_naf_codes": "", "delivered_quality": "",
}  # fmt: skip
READ_OF_RULES = [
    "waste_code_prefix", "category", "input_waste_codes", "worst_quality", "hazardous_allowed", "route",
]  # fmt: skip
LEVEL_DIGITS = {"code": 6, "subchapter": 4, "chapter": 2}


def reading(wastes: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Each waste with each rule that reads it, whatever the gates.

        by code:    the code starts with the rule's prefix, and the rule names its family or none
        by family:  the rule names its family, and has no prefix
        by text:    no code; the rule names its family, and a code that family and text support
        by object:  no code; the rule hands on an object, and the designation is of that object, or of
                    packaging of that code, but where pallets come out: those are called pallets

    Where the code does not tell what the rule takes, the designation must (``rule_designations.csv``): what a
    shop does not sell may be bread, which no cannery of fruit takes. It may also tell what the rule does not
    take: sawdust has the code of offcuts, and foam that does not melt that of scrap that does. Of a mixture
    that the rule takes a part of (:mod:`rule_designations`) it is ``mixed``.

    ``wastes`` have ``waste_code`` (no code: missing, empty or ``unknown``), ``category``, ``description``
    (:func:`text_read`) and columns that are kept; ``rules`` are rows of ``compatibility.csv``. What a text
    supports is for :mod:`uncoded` to say, and of what packaging it is for :mod:`packaging`; where it may be
    of a hazardous waste, only the rules that allow it read it.

    Returns
    -------
    pandas.DataFrame
        One row per waste and rule: the columns of both, but for the rule's sources; its ``category`` is
        ``rule_category`` and its ``route`` ``new_route``. ``specificity`` counts the digits it read,
        ``mixed`` says what is to be sorted before.
    """
    no_code = without_code(wastes)
    coded, uncoded = wastes[~no_code], wastes[no_code]
    rules = rules.fillna(OPEN).drop(columns=["source", "year", "authority"], errors="ignore")
    rules = rules.rename(columns={"category": "rule_category", "route": "new_route"})
    rules["specificity"], rules["use_told"] = rules["waste_code_prefix"].str.len(), use_told(rules)
    parts = [
        coded.assign(waste_code_prefix=coded["waste_code"].str[:length]).merge(some, on="waste_code_prefix")
        for length, some in rules[rules["specificity"] > 0].groupby("specificity")
    ]
    parts = [
        part[(part["rule_category"] == "") | (part["rule_category"] == part["category"])] for part in parts
    ]
    # What is reused as an object is declared as one: its family does not say that it is a pallet.
    of_matter = rules[(rules["rule_category"] != "") & (rules["input_waste_codes"] == "")]
    of_family = of_matter[of_matter["specificity"] == 0]
    by_family = coded.merge(of_family, left_on="category", right_on="rule_category")
    parts.append(by_family[~_no_food(by_family)])
    # A code that was not read makes no rule more specific.
    by_text = uncoded.merge(supported(uncoded), on=KIND)
    of_object = rules[(rules["rule_category"] != "") & (rules["input_waste_codes"] != "")]
    by_object = by_text[by_text["waste_code_prefix"] == ""]
    called, packed = object_asked(by_object), code_named(by_object)
    apart = ~of_object.get("rule_id", pd.Series("", of_object.index)).isin(AS_PALLETS)
    for wastes, some in (
        (by_text, of_matter),
        (by_object.assign(waste_code_prefix=called), of_object),
        (by_object.assign(waste_code_prefix=packed.mask(called != "", "")), of_object[apart]),
    ):
        part = wastes.merge(
            some.assign(specificity=0, category=some["rule_category"]), on=["category", "waste_code_prefix"]
        )
        harmless = ~part.pop("text_hazardous").astype(bool)
        parts.append(part[harmless | (part["hazardous_allowed"] == 1)])
    read = pd.concat(parts, ignore_index=True)
    rule_ids = read.get("rule_id", pd.Series("", read.index))
    beside = [refused_beside(*named) for named in zip(rule_ids, read["description"], strict=True)]
    read["mixed"] = np.array([bool(others) for others in beside], dtype=bool)
    taken = np.array([others is not None for others in beside], dtype=bool)
    return read[taken].reset_index(drop=True)


def _no_food(read: pd.DataFrame) -> pd.Series:
    """Which animal by-products (règlement (CE) n° 1069/2009, art. 10) a rule would make food again."""
    again = (read["category"] == "food") & (read["new_route"] == "reuse")
    given = read.get("legal_status", pd.Series(DONATION, read.index)) == DONATION
    return again & (read["waste_code"].isin(NO_FOOD) | (read["waste_code"].isin(UNFIT) & ~given))


def most_taken(rules: pd.Series, need_told: pd.Series) -> pd.Series:
    """The most of each need that what each rule (``rule_id``) takes can be, of 1: a boiler burns few fines.

    Of needs that are told (:func:`needs.need_told`) what the rule names in ``part_of``, else of any: a fine
    sand is a part of what is made of sand and stones.
    """
    table = reference.load("rule_designations").dropna(subset="most_percent").set_index("rule_id")
    of = rules.map(table["part_of"].fillna("").astype("str")).astype("str").fillna("")
    asked = zip(of, need_told, strict=True)
    meant = np.array([not part or part in told.split() for part, told in asked], dtype=bool)
    return rules.map(table["most_percent"]).astype(float).where(meant).fillna(100.0) / 100


def text_read(wastes: pd.DataFrame) -> pd.Series:
    """The designation (``description``) of each waste as rules read it: ``""`` for none.

    Also beside a code, but for those that do not tell what their rule takes (``rule_designations.csv``).
    """
    text = wastes.get("description", pd.Series("", wastes.index))
    vague = wastes["waste_code"].isin(reference.load("rule_designations")["waste_code"])
    return text.astype("str").fillna("").where(without_code(wastes) | vague, "")


def shut_gates(read: pd.DataFrame) -> dict[str, pd.Series]:
    """Which gates a rule shuts on each waste that it reads (:func:`reading`), whoever would receive it.

    ``quality``: worse than the rule takes, unknown counts as mixed; ``hazard``: hazardous, and not allowed;
    ``hierarchy``: ``new_route`` is below ``old_route``.
    """
    old, new = (hierarchy_steps(read[route], read["category"]) for route in ("old_route", "new_route"))
    return {
        "quality": _own_rank(read) > rank_asked(read["worst_quality"]),
        "hazard": read["hazardous"] & (read["hazardous_allowed"] != 1),
        "hierarchy": new > old,
    }


def hierarchy_steps(routes: pd.Series, categories: pd.Series) -> pd.Series:
    """The step of the law on which each route stands for a waste of its family, 0 the first.

    ``HIERARCHY``; of food, half a step more after animals: below its recycling, above its burning.
    """
    after = routes.isin(AFTER_ANIMALS) & categories.isin(FOOD)
    return routes.map(HIERARCHY).astype(float) + 0.5 * after


def rank_handed_on(read: pd.DataFrame) -> pd.Series:
    """Rank of the quality in which a rule hands each waste on: its own, or ``delivered_quality`` if better.

    ``delivered_quality`` is what its treatment (sorting, washing, refining) makes of all that it takes.
    """
    return _own_rank(read).clip(upper=rank_asked(read["delivered_quality"]))


def rank_asked(quality: pd.Series) -> pd.Series:
    """Rank of the worst quality that is taken, where none is stated that of any."""
    return quality.map(QUALITY_RANK).astype(float).fillna(max(QUALITY_RANK.values()))


def _own_rank(read: pd.DataFrame) -> pd.Series:
    return read["quality"].map(QUALITY_RANK).astype(float).fillna(QUALITY_RANK["mixed"])


def known_use(wastes: pd.DataFrame, rules: pd.DataFrame) -> np.ndarray:
    """The best use to which a rule leads each waste (columns ``WASTE``).

    Returns
    -------
    numpy.ndarray
        ``material``: a material or organic use, at its quality; else ``energy``, at its quality; else
        ``cleaner``: one of them, but for the quality; else ``none``.
    """
    kinds = wastes.assign(description=text_read(wastes))[WASTE]
    kinds = kinds.astype({"waste_code": "str", "category": "str", "quality": "str"})
    # Whatever becomes of it today: nothing is below an unknown route.
    distinct = kinds.drop_duplicates().assign(old_route="unknown")
    useful = rules["route"].map(HIERARCHY) <= HIERARCHY["energy"]
    read = reading(distinct, rules.loc[useful, READ_OF_RULES])
    gates = shut_gates(read)
    read = read[~gates["hazard"] & ~gates["hierarchy"]]
    poor, matter = gates["quality"][read.index], read["new_route"].isin(MATERIAL_OR_ORGANIC)
    cases = {"material": matter & ~poor, "energy": ~poor, "cleaner": poor}
    keys, found = pd.MultiIndex.from_frame(kinds), pd.MultiIndex.from_frame(read[WASTE])
    return np.select([keys.isin(found[met]) for met in cases.values()], list(cases), "none")


def answering(
    waste_code: str, hazardous: bool, *tables: pd.DataFrame, designation: str = ""
) -> list[dict[Hashable, Any]]:
    """The rules that answer for a code of which no more than a designation is known, with ``rule_level``.

    A rule for the code answers first; only without one do the rules of its sub-chapter answer, then those of
    its chapter. A rule of a family without a code (``category``) comes with one on the code that names the
    family, and is of the same step of the law. A hazardous waste reads only the rules that allow it, and the
    other wastes only the others. What a designation tells, a rule may refuse (:func:`reading`).
    """
    starts = {level: waste_code[:digits] for level, digits in LEVEL_DIGITS.items()}
    rules = []
    for table in tables:
        kept = table["waste_code_prefix"].fillna("").isin(["", *starts.values()])
        kept &= (table["hazardous_allowed"] == 1) == hazardous
        open_ones = table[table["waste_code_prefix"].isna()]
        sold = _no_food(open_ones.assign(waste_code=waste_code, new_route=open_ones["route"]))
        kept &= ~table.index.isin(sold.index[sold])
        read = table[kept].fillna(OPEN).to_dict("records")
        rules += [
            rule
            for rule in read
            if not designation or refused_beside(rule["rule_id"], designation) is not None
        ]
    found: list[dict[Hashable, Any]] = []
    for level, start in starts.items():
        found = [{**rule, "rule_level": level} for rule in rules if rule["waste_code_prefix"] == start]
        if found:
            break
    families = {
        (rule["category"], HIERARCHY[rule["route"]])
        for rule in found
        if rule["rule_level"] == "code" and rule["category"]
    }
    return found + [
        {**rule, "rule_level": "category"}
        for rule in rules
        if rule["waste_code_prefix"] == "" and (rule["category"], HIERARCHY[rule["route"]]) in families
    ]
