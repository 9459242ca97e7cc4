"""What the law looks at in a flow: its code, its hazard, its designation, who takes it, its litres.

litres per week >= what the designation states (two bins of 660 l lifted once a week), else the low bound of
the mass at the densest of its family
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.reference.nomenclatures import hazardous

# In the name of who collects: the service of the local authority.
PUBLIC_SERVICE = frozenset(
    ["collectivite", "commune", "communaute", "mairie", "syndicat", "smictom", "sictom", "public"]
)
# Animal tissues, and animal products unfit for food: animal by-products of regulation (EC) 1069/2009.
BY_PRODUCTS, BY_PRODUCT_NAME = ("020102", "020202", "020203"), "sous produits animaux"
# By-products that go there are waste all the same; and where all else goes, nobody said.
STILL_WASTE = ("landfill", "incineration", "energy", "digestion", "composting", "unknown")
FEED = re.compile(
    r"\b(?:betail|eleveurs?|elevages?|dreches?|fourrages?|aliment\w* (?:pour |des )?anima\w+)\b"
)
LIQUID = re.compile(
    r"^(?:(?:eaux?|effluents?|lactoserums?|petits? laits?|permeats?|laits?|jus|vins?|bieres?|vinasses?|"
    r"lisiers?|purins?|lixiviats?|rincages?|saumures?|huiles?|liquides?|soufre liquide|emulsions?|soude|"
    r"lessives?)\b|(?:suspensions|concentrats) aqueu)"
    r"(?!.*\b(?:poudres?|deshydrate|lyophilise|paillettes|perles|ecailles))"
)
BOUGHT = r"\b(?:peintures?|vernis|laques?|encres?|colles?|mastics?|bétons?|pierres?)\b"  # however wet
# At less than a half it is mostly water.
SOLUTION = rf"\bsolutions?\b(?!.*{BOUGHT}).*(?:\baqueu|(?<![\d.,])[1-4]?\d(?:[.,]\d+)?\s*%)"
BINS = re.compile(
    r"\b(?:(?P<count>\w+) )?bacs?(?: \w+)?(?: de)? (?P<litres>\d+) l\b.*?"
    r"\b(?:(?P<times>\w+) fois par (?P<period>semaine|mois)|tous les quinze jours)"
)
COUNTS = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6}
WEEKS = {"semaine": 1.0, "mois": 12 / 52, None: 0.5}


def readable(out: pd.DataFrame) -> pd.DataFrame:
    """The outflows with what the rows of the law ask about.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``code`` (``""`` for none), ``hazard`` (yes, no, ``""``), ``route`` (``unknown``
        for none), ``words`` (of the designation) and ``proof`` (and of the contractor), ``public`` and
        ``private`` (a contractor that is the public service, or is named and is not), ``stated`` (litres in
        the designation) and ``litres``, the least per week.
    """
    code = out["waste_code"].astype("str").where(out["waste_code"].notna(), "").replace("unknown", "")
    texts, taker = (folded(out[name]) for name in ("description", "contractor"))
    public = taker.str.split().map(lambda words: not PUBLIC_SERVICE.isdisjoint(words)).astype(bool)
    stated = texts.map(stated_litres).astype(float)
    densest = out["category"].map(_densest()).astype(float).fillna(max(_densest().values()))
    least = 1000 / 52 * out["mass_low_t_per_year"] / densest
    return out.assign(
        code=code,
        hazard=hazardous(code).map({True: "yes", False: "no"}).where(code != "", ""),
        route=out["route"].astype("str").where(out["route"].notna(), "unknown"),
        words=texts.str.split(),
        proof=(texts + " " + taker).str.split(),
        public=public,
        private=(taker != "") & ~public,
        stated=stated.notna(),
        litres=stated.fillna(least),
    )


def stated_litres(text: str) -> float | None:
    """Litres per week of the bins of a folded designation, none where it states none.

    >>> stated_litres("ordures deux bacs de 660 l leves une fois par semaine")
    1320.0
    """
    found = BINS.search(text)
    if not found:
        return None
    count, times = (COUNTS.get(found[name] or "", 1) for name in ("count", "times"))
    return count * float(found["litres"]) * times * WEEKS[found["period"]]


def concerned(out: pd.DataFrame, rule: Mapping[Any, Any]) -> pd.Series:
    """Which flows (:func:`readable`, :func:`law_matter.seen`) a row of ``obligations.csv`` is about.

    Of an unsure matter, those alone that take a route that it bars: they are asked.
    """
    chosen = pd.Series(not (rule["categories"] or rule["waste_codes"]), out.index)
    if rule["categories"]:
        chosen |= out["matter"].isin(rule["categories"].split())
    if rule["waste_codes"]:
        chosen |= out["code"].str.startswith(tuple(rule["waste_codes"].split()))
    if rule["except_waste_codes"]:
        chosen &= ~out["code"].str.startswith(tuple(rule["except_waste_codes"].split()))
    if rule["categories"] and rule["barred_routes"]:
        chosen &= ~out["unsure"] | out["route"].isin(rule["barred_routes"].split())
    if rule["other_words"]:
        chosen &= ~named(out["words"], rule["other_words"])
    if rule["words"]:
        chosen &= named(out["words"], rule["words"])
    if rule["collected_by"] == "private":
        chosen &= ~out["public"]
    if rule["hazardous"] == "yes":
        chosen &= out["hazard"] == "yes"
    elif rule["hazardous"] == "no":
        chosen &= out["hazard"] != "yes"
    if rule["inert_landfill"]:
        chosen &= out["inert_landfill"].isin(rule["inert_landfill"].split())
    if rule["routes"]:
        chosen &= out["route"].isin(rule["routes"].split())
    return chosen & ((out["quality"] == rule["quality"]) if rule["quality"] else True)


def is_by_product(out: pd.DataFrame) -> pd.Series:
    """Which outflows are animal by-products that are no waste, for they are used as such.

    Directive 2008/98/EC, art. 2, § 2, b: waste are those alone that are to be burned, landfilled, or used in
    a biogas or composting plant.
    """
    named_so = folded(out["description"]).str.contains(BY_PRODUCT_NAME)
    return (out["waste_code"].isin(BY_PRODUCTS) | named_so) & ~out["route"].isin(STILL_WASTE)


def is_feed(out: pd.DataFrame) -> pd.Series:
    """Which outflows of food industries are no waste: designation or taker says that they feed animals.

    Directive 2008/98/EC, art. 2, § 2, e (directive 2018/851), of what holds no animal by-product; what holds
    some is one (:func:`is_by_product`).
    """
    texts = folded(out["description"]) + " " + folded(out["contractor"])
    of_food = out["waste_code"].astype("str").str.startswith("02")
    return of_food & texts.str.contains(FEED) & ~out["route"].isin(STILL_WASTE)


def is_liquid(out: pd.DataFrame) -> pd.Series:
    """Which flows are surely liquid, by the first word of label or designation, or that are solutions.

    No landfill takes them (directive 1999/31/EC, art. 5, § 3, a), and they weigh what water does (``m3
    liquide`` of ``units.csv``).
    """
    labels = reference.load("waste_codes").set_index("waste_code")["label_fr"]
    texts = (folded(out["waste_code"].map(labels)), folded(out["description"]))
    by_code, by_name = (text.str.contains(LIQUID) for text in texts)
    return by_code | by_name | out["description"].astype("str").str.contains(SOLUTION, case=False)


@cache
def mirrors() -> dict[str, tuple[str, ...]]:
    """Of each code that may be hazardous under another entry of the list, the activities that fear it."""
    table = reference.load("mirror_entries").fillna({"giver_naf_codes": ""})
    return {
        code: tuple(naf.split()) or ("",)
        for code, naf in zip(table["waste_code"], table["giver_naf_codes"], strict=True)
    }


def has_word(text: list[str], words: str) -> bool:
    """Whether a list of words has one of some others."""
    return not set(words.split()).isdisjoint(text)


def named(texts: pd.Series, words: str) -> pd.Series:
    """Which lists of words have one of some others."""
    return pd.Series([has_word(text, words) for text in texts], texts.index, dtype=bool)


def folded(column: pd.Series) -> pd.Series:
    """Texts without case, accent nor punctuation; ``""`` for none."""
    texts = column.astype("str").where(column.notna(), "").replace("unknown", "").map(fold_words)
    texts = texts.str.replace(r"[^\w]+", " ", regex=True).str.strip()
    # What is denied is another word: « sans carton » names no cardboard.
    return texts.str.replace(r"\b(non|sans) (?=\w)", r"\1_", regex=True)


@cache
def _densest() -> dict[str, float]:
    units = reference.load("units").query("unit == 'm3'").dropna(subset="category")
    return dict(zip(units["category"], units["t_high"], strict=True))
