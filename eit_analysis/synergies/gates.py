"""The gates of an exchange: nothing buys a way through them, neither tonnes nor a score."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.synergies.offers import QUALITY_RANK

# In the order in which they close: a refused pair is counted once, under the first gate that stops it.
GATES = ("same_site", "quality", "hazard", "receiver", "object", "hierarchy", "unlocated", "reach", "no_mass")
# Waste operators take an object for its matter, unless a rule names them.
WASTE_OPERATORS = "38"
# Code de l'environnement, art. L. 541-1: reuse before recycling before energy before disposal.
HIERARCHY = {
    "reuse": 0, "recycling": 1, "composting": 1, "digestion": 1,
    "energy": 2, "incineration": 3, "landfill": 3, "unknown": 3,
}  # fmt: skip


def read_by_rules(outputs: pd.DataFrame, compatibility: pd.DataFrame) -> pd.DataFrame:
    rules = compatibility.assign(
        waste_code_prefix=compatibility["waste_code_prefix"].fillna("").astype(str),
        specificity=compatibility["waste_code_prefix"].fillna("").astype(str).str.len(),
        rule_category=compatibility["category"].fillna("").astype(str),
        rule_id=compatibility["rule_id"].astype(str),
        new_route=compatibility["route"],
    ).drop(columns=["category", "route", "source", "year"])
    coded, uncoded = outputs[outputs["waste_code"] != ""], outputs[outputs["waste_code"] == ""]
    parts = [
        coded.assign(waste_code_prefix=coded["waste_code"].str[:length]).merge(
            rules[rules["specificity"] == length], on="waste_code_prefix"
        )
        for length in sorted(set(rules["specificity"]) - {0})
    ]
    parts = [p[(p["rule_category"] == "") | (p["rule_category"] == p["category"])] for p in parts]
    # What is reused as an object is declared as one: its family does not say that it is a pallet.
    of_matter = rules["input_waste_codes"].fillna("") == ""
    by_category = rules[(rules["rule_category"] != "") & of_matter].drop(columns="waste_code_prefix")
    parts.append(
        coded.merge(
            by_category[by_category["specificity"] == 0], left_on="category", right_on="rule_category"
        )
    )
    # A code that was not read makes no rule more specific.
    parts.append(
        uncoded.merge(by_category.assign(specificity=0), left_on="category", right_on="rule_category")
    )
    return pd.concat(parts, ignore_index=True)


def stops_of_outputs(pairs: pd.DataFrame) -> dict[str, pd.Series]:
    """What the rule says of the output alone: which gates are shut, for outputs read by rules."""
    return {
        "quality": pairs["quality_rank"] > pairs["worst_quality"].map(QUALITY_RANK).astype(float).fillna(2),
        "hazard": pairs["hazardous"] & (pairs["hazardous_allowed"] != 1),
        "hierarchy": pairs["new_route"].map(HIERARCHY).astype(float)
        > pairs["old_route"].map(HIERARCHY).astype(float),
    }


def stops_of_receivers(pairs: pd.DataFrame) -> dict[str, pd.Series]:
    """What the rule says of the need and of the activity that would receive."""
    return {"receiver": ~_receives(pairs), "object": ~_asks_for_it(pairs)}


def first_stop(stops: dict[str, pd.Series]) -> np.ndarray:
    """Rank in ``GATES`` of the first gate that is shut for each pair, ``len(GATES)`` where all are open."""
    shut = np.column_stack([stops[gate].to_numpy(dtype=bool) for gate in GATES if gate in stops])
    ranks = np.array([rank for rank, gate in enumerate(GATES) if gate in stops])
    return np.where(shut.any(axis=1), ranks[shut.argmax(axis=1)], len(GATES))


def best_rule(pairs: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row per pair, of the rule that takes it farthest: then longest code, maturity, yield, and name."""
    return pairs.sort_values(
        [*keys, "gate_rank", "specificity", "maturity", "yield_central", "rule_id"],
        ascending=[*(True for _ in keys), False, False, False, False, True],
        kind="stable",
    ).drop_duplicates(keys)


def _receives(pairs: pd.DataFrame) -> pd.Series:
    """Whether each activity starts with one of its rule's prefixes.

    Unknown on either side passes, but for a rule that lets hazardous waste in: its receivers are authorised
    for it, which an unknown activity does not say.
    """
    keys = ["naf_code", "receiver_naf_codes", "hazardous_allowed"]
    asked = pairs[keys].fillna({"receiver_naf_codes": ""})
    unique = asked.drop_duplicates()
    answers = [
        (naf == "" and allowed != 1)
        or not wanted.split()
        or naf.startswith(tuple(wanted.replace(".", "").split()))
        for naf, wanted, allowed in unique.itertuples(index=False)
    ]
    known = unique.assign(answer=np.array(answers, dtype=bool))
    return asked.merge(known, on=keys, how="left")["answer"].astype(bool)


def _asks_for_it(pairs: pd.DataFrame) -> pd.Series:
    """Whether each need declares, by its waste code, the object that its rule hands on; matter asks for none.

    Under a rule open to any activity a waste operator asks for none: it would sort or shred the object.
    """
    keys = ["input_waste_code", "naf_code", "input_waste_codes", "receiver_naf_codes"]
    asked = pairs[keys].fillna("")
    unique = asked.drop_duplicates()
    answers = [
        codes == "" or (code in codes.split() and (receivers != "" or not naf.startswith(WASTE_OPERATORS)))
        for code, naf, codes, receivers in unique.itertuples(index=False)
    ]
    known = unique.assign(answer=np.array(answers, dtype=bool))
    return asked.merge(known, on=keys, how="left")["answer"].astype(bool)
