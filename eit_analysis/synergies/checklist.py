"""What the law asks of each exchange, as questions to settle before it begins.

    item of an exchange  =  each condition that its row of ``checklist.csv`` names holds for the exchange

A condition is one of some legal statuses, routes or types of taker; a waste, read by its code, else by its
family, as the rules are; what is done with it, by how words of the rule's use or treatment begin
(``use_words``: one of them; ``other_use_words``: none): a greenhouse that mulches with cardboard makes no
pulp; and facts: hazardous or not, with a mirror entry, over a border, a taker whose activity is not known.
An item says if the obligation is certain or to be checked. No item says that an exchange is allowed.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.french import fold_words
from eit_analysis.reference.compatibility import AS_PALLETS
from eit_analysis.reference.nomenclatures import hazardous, is_hazardous
from eit_analysis.synergies.ask.giver import done_with, packaged, unsold
from eit_analysis.synergies.ask.taker import WORKS_FOOD
from eit_analysis.synergies.offers import activity

# What a place says of its country: the INSEE codes of foreign countries begin with 99.
ABROAD = "99"
FRANCE = "FR"
CONDITIONS = ("legal_status", "new_route", "taker_actor_type")
FACTS = (
    "hazardous", "not_hazardous", "mirror", "abroad", "place_unknown", "activity_unknown", "as_pallets",
    "packaged", "unsold", "food_maker",
)  # fmt: skip
# What carries fat, dust or acids into an exchanger of heat.
FUMES = r"\b(?:fumees?|buees?|hottes?|friteuses?)\b"
LISTED = ["question_fr", "subject", "prepare_fr", "reference_fr", "certainty", "authority"]
ITEM_COLUMNS = [
    "candidate_id", "checklist_item", "subject", "certainty", "question_fr", "prepare_fr", "reference_fr",
    "authority",
]  # fmt: skip


def listed(items: pd.DataFrame) -> pd.DataFrame:
    """The items to be read beside no exchange: a question that quotes ``{mirror}`` quotes nothing."""
    questions = items["question_fr"].str.replace(r" \({mirror}\)", "", regex=True)
    return items.assign(question_fr=questions)[LISTED]


def circumstances(
    exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, mirrors: pd.DataFrame
) -> pd.DataFrame:
    """What decides which items are asked, one row per exchange (``substitution.candidates``).

    ``candidate_id, legal_status, category, new_route, taker_actor_type, waste_code`` (empty when none is
    stated), ``done`` (use and treatment, folded), ``mirror_codes`` (of ``mirror_entries.csv``) and the
    booleans ``FACTS``. A commune that is not known is no abroad. A mirror that only some activities have to
    fear (``giver_naf_codes``) warns them and unknown ones. Pallets go on as pallets (``as_pallets``) by the
    rules that hand them on.
    """
    codes = flows.drop_duplicates("flow_id").set_index("flow_id")["waste_code"]
    known = sites.drop_duplicates("site_id").set_index("site_id")
    told = exchanges[["candidate_id", "legal_status", "category", "new_route"]].reset_index(drop=True)
    waste_code = exchanges["out_flow_id"].map(codes).fillna("").astype(str).replace("unknown", "")
    ends = [_country(exchanges[f"{end}_site_id"].map(known["commune_code"])) for end in ("giver", "taker")]
    unknown = (ends[0] == "") | (ends[1] == "")
    mirror_codes = _mirrors(waste_code, exchanges["giver_site_id"].map(known["naf_code"]), mirrors)
    dangerous = hazardous(waste_code).to_numpy(dtype=bool)
    return told.assign(
        taker_actor_type=exchanges["taker_site_id"].map(known["actor_type"]).fillna("").to_numpy(),
        waste_code=waste_code.to_numpy(),
        done=done_with(exchanges).to_numpy(),
        mirror_codes=mirror_codes,
        hazardous=dangerous,
        not_hazardous=~dangerous,
        mirror=mirror_codes != "",
        abroad=~unknown & (ends[0] != ends[1]),
        place_unknown=unknown,
        as_pallets=exchanges["rule_id"].isin(AS_PALLETS).to_numpy(),
        packaged=packaged(exchanges, flows, sites).to_numpy(),
        unsold=unsold(exchanges, flows).to_numpy(),
        food_maker=_works_food(exchanges, sites),
        activity_unknown=(exchanges["taker_site_id"].map(known["naf_code"]).fillna("") == "").to_numpy(),
    )


def of_networks(exchanges: pd.DataFrame, sites: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """:func:`checklists` of exchanges of heat, water or gas: the items on networks, by what flows in them."""
    about = exchanges[["candidate_id"]].assign(category=exchanges["utility"].astype("str"), waste_code="")
    takers = sites.set_index("site_id").reindex(exchanges["taker_site_id"])
    unsaid = ("legal_status", "new_route", "done", "mirror_codes")
    silent: dict[str, Any] = {**dict.fromkeys(unsaid, ""), **dict.fromkeys(FACTS, False)}
    told = about.assign(taker_actor_type=takers["actor_type"].to_numpy(), **silent)
    told["own_heat_need"] = exchanges["own_heat_need"].notna().to_numpy()
    told["no_own_heat_need"] = ~told["own_heat_need"]
    told["heat_pump"] = (exchanges["heat_pump"] == "yes").to_numpy()
    source = exchanges["out_description"].astype("str").fillna("").map(fold_words)
    told["fumes"] = source.str.contains(FUMES).to_numpy(dtype=bool)
    told["food_maker"] = _works_food(exchanges, sites)
    return checklists(told, items[items["subject"] == "network"])


def _works_food(exchanges: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray:
    return activity(exchanges["taker_site_id"], sites).str.startswith(WORKS_FOOD).to_numpy(dtype=bool)


def checklists(told: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The items of each exchange (:func:`circumstances`), in the order of the table (:mod:`reference.dated`).

    Returns
    -------
    pandas.DataFrame
        Columns ``ITEM_COLUMNS``, exchange by exchange in their order. A question that quotes ``{mirror}``
        names the first mirror entries of the code.
    """
    rows = (
        items.fillna(dict.fromkeys(items, "")).rename(columns={"code": "checklist_item"}).to_dict("records")
    )
    asked = [
        item
        | {"candidate_id": one["candidate_id"]}
        | {"question_fr": item["question_fr"].replace("{mirror}", _named(one["mirror_codes"]))}
        for one in told.to_dict("records")
        for item in rows
        if _holds(item, one)
    ]
    return pd.DataFrame(asked, columns=ITEM_COLUMNS)


def _mirrors(waste_code: pd.Series, activity: pd.Series, mirrors: pd.DataFrame) -> np.ndarray:
    rows = mirrors.fillna({"giver_naf_codes": ""}).set_index("waste_code").reindex(waste_code).fillna("")
    feared = [
        not (wanted and naf) or naf.startswith(tuple(wanted.split()))
        for naf, wanted in zip(activity.astype("str").fillna(""), rows["giver_naf_codes"], strict=True)
    ]
    return np.where(feared, rows["mirror_codes"], "")


def _holds(item: dict[Hashable, Any], told: dict[Hashable, Any]) -> bool:
    return (
        all(item[name] == "" or told[name] in item[name].split() for name in CONDITIONS)
        and all(told.get(fact) for fact in item["requires"].split())
        and _waste_matches(item, told)
        and _is_done(item, told)
    )


def _is_done(item: dict[Hashable, Any], told: dict[Hashable, Any]) -> bool:
    """Whether what is done has a word that the item asks for, if any, and none that it refuses."""
    asked, refused = (
        [f" {word.replace('_', ' ')}" in f" {told['done']}" for word in item[column].split()]
        for column in ("use_words", "other_use_words")
    )
    return (any(asked) or not asked) and not any(refused)


def _waste_matches(item: dict[Hashable, Any], told: dict[Hashable, Any]) -> bool:
    """By the beginning of its code where it has one and the item names codes, else by its family."""
    codes, families = tuple(item["waste_codes"].split()), item["category"].split()
    if codes and told["waste_code"]:
        return str(told["waste_code"]).startswith(codes)
    return told["category"] in families or not (codes or families)


def _country(communes: pd.Series) -> np.ndarray:
    """Country of each commune code: ``FR``, a foreign code of INSEE, or empty when the place is not known."""
    code = communes.astype("str").fillna("").to_numpy(dtype=object)
    return np.where(code == "", "", np.where([c.startswith(ABROAD) for c in code], code, FRANCE))


def _named(codes: str, most: int = 3) -> str:
    """``150110 150111`` -> ``15 01 10*, 15 01 11*``."""
    spelled = [f"{c[:2]}\u00a0{c[2:4]}\u00a0{c[4:]}{'*' * bool(is_hazardous(c))}" for c in codes.split()]
    return ", ".join(spelled[:most]) + "…" * (len(spelled) > most)
