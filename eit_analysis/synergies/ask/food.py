"""What to ask first of food that goes on as food: whether it may be eaten, sold or given, and how much of it.

    edible           a gift of what its code calls unfit to be eaten: whether it is eaten, until when
    cold             a gift of meals: the cold, and 48 hours before their date (C. env., art. D. 541-310)
    entitled         a gift of food: whether its taker may receive it (CASF, art. L. 266-2)
    downgraded       food that is sold off: at what price who buys better would take it
    marketing_class  fruit and vegetables of these, for who sells them on: of what class they are
    one_product      one product for a need of many: what part of it the taker would cover so
    thrown           what the taker throws away itself of what it buys

The survey asks none of it.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis import french
from eit_analysis.reference.compatibility import DONATION, FOOD
from eit_analysis.reference.designation_words import words_of
from eit_analysis.reference.matter_grades import grades_named
from eit_analysis.synergies.ask.giver import TRADE
from eit_analysis.synergies.offers import activity, downgraded, of_output

# Of animals, plants, milk, bread and drinks, what their codes call « impropres à la consommation ».
UNFIT = ("020203", "020304", "020501", "020601", "020704")
CATERING, MEALS = "56", r"\b(?:repas|plats?)\b"
PRODUCE = "produce"  # of ``food_kinds.csv``
# Words of a need that is of many foods.
MANY = frozenset((
    "alimentaire", "denree", "epicerie", "fruit", "ingredient", "legume", "produit", "restauration", "vivre",
))  # fmt: skip


def of_gifts(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> dict[str, pd.Series]:
    """Of which exchanges to ask the giver of food ``edible`` and ``cold``; ``sites`` of known activity."""
    gift = is_gift(exchanges)
    meals = of_output(exchanges, flows, "description").map(french.fold_words).str.contains(MEALS)
    cooks = activity(exchanges["giver_site_id"], sites).str.startswith(CATERING)
    unfit = of_output(exchanges, flows, "waste_code").isin(UNFIT)
    return {"edible": gift & unfit, "cold": gift & (meals.astype(bool) | cooks)}


def is_gift(exchanges: pd.DataFrame) -> pd.Series:
    """Which exchanges give food to who feeds people."""
    return (exchanges["legal_status"] == DONATION) & (exchanges["category"] == "food")


def of_food(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> dict[str, pd.Series]:
    """Of which exchanges to ask the taker of each but ``thrown``; ``sites`` of known activity."""
    again = (exchanges["category"] == "food") & (exchanges["new_route"] == "reuse")
    given, asked = _called(exchanges, flows)
    sells = activity(exchanges["taker_site_id"], sites).str.startswith(TRADE)
    kinds = grades_named(given, exchanges["category"]).str.contains(PRODUCE).astype(bool)
    worse = downgraded(exchanges, flows)
    one = [
        not MANY.isdisjoint(words_of(need)) and words_of(need).isdisjoint(words_of(product))
        for product, need in zip(given, asked, strict=True)
    ]
    of_many = pd.Series(one, exchanges.index, dtype=bool)
    return {
        "entitled": is_gift(exchanges),
        "downgraded": worse & (exchanges["taker_actor_type"] == "firm"),
        "marketing_class": worse & sells & kinds,
        "one_product": again & of_many,
    }


def thrown(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """What each taker of food throws away that has a word of its need, missing where nothing does."""
    again = (exchanges["category"] == "food") & (exchanges["new_route"] == "reuse")
    _, asked = _called(exchanges, flows)
    out = flows[(flows["direction"] == "out") & flows.reindex(columns=["category"])["category"].isin(FOOD)]
    own = out.dropna(subset="description").groupby("site_id")["description"].unique()
    told = []
    for site, need, food in zip(exchanges["taker_site_id"], asked, again, strict=True):
        said = [text for text in own.get(site, []) if food and not words_of(text).isdisjoint(words_of(need))]
        told.append(french.listed(said) if said else None)
    return pd.Series(told, exchanges.index, dtype="object")


def _called(exchanges: pd.DataFrame, flows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What each output and each need is called."""
    needs = exchanges.assign(out_flow_id=exchanges["in_flow_id"])
    return of_output(exchanges, flows, "description"), of_output(needs, flows, "description")
