"""What a waste costs its holder in full, beside the invoice.

    K = m (a + h + s)

with a the purchase of the matter that is lost, h the handling and storage on the site (none of what is dug
out or pulled down, nor of manure, which machines load where it lies, nor of what is told as liquid, which is
pumped; a solvent may be in drums), s the service: what is declared (paid, or earned: negative), else
containers and transport, then treatment, at reference prices. The price a is what the actor declares to pay
for the inputs of the same family whose names share a word with that of what is lost (of food, where its
biowaste has none: peelings were vegetables, garden waste was not), but for what it buys to burn; else a
reference price, whose range also holds what the actor pays for other matter of the family (slag is no lime,
scrap of pipes no big bag); none for what is held never to have been bought: sludges, brines, whey,
stillage, waste waters and what is told as a solution, aqueous or of less than 50 %, mostly water (but of
paint, glue, stone or concrete, that were bought), what is dug out (washed or not), pulled down, milled or
swept off roads, what animals and gardens leave. What a factory scraps of its own product (concrete) is not
pulled down, though it has the code of demolition. Energy and labour on the lost matter are not counted; what
is bought and what is lost may differ: K is neither the least nor the most.

Source: ISO 14051:2011 (material flow cost accounting) for the parts; each price has its own row in
``factors.csv``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.costs import PRICES, reference_prices
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import MASS
from eit_analysis.reference.designation_likeness import of_matter
from eit_analysis.reference.designation_words import told
from eit_analysis.reference.law_flows import BOUGHT, SOLUTION, is_liquid
from eit_analysis.reference.law_matter import is_effluent, is_extraction, is_garden

KEYS = ["site_id", "category"]
PARTS = ("purchase", "handling", "invoice", "collection", "treatment")
BURNED = r"\b(?:chaudi[eè]re|chauffage|chaufferie|combustible)"
WATER = r"\bboues\b|^(?:eaux|suspensions aqueuses|concentrats aqueux)\b"
PASTE = rf"\bboues\b.*{BOUGHT}"
DUG_OUT = r"^(?:terres|sédiments|gravats)\b|\bde démolition$"  # or pulled down
SCRAP = r"^(?:rebuts?|chutes?|retours?|surplus|excédents?|casses?)\b(?!.*\bd[ée](?:mol|construct)i)"
FACTORIES = [str(division) for division in range(10, 34)]  # of NAF: they make what they scrap
# Mostly water too; of whey, what was bought has left as cheese.
WATERY = (
    rf"{SOLUTION}|^saumures?\b|\b(?:lactos[ée]rums?|petits?[ -]laits?|perméats?|vinasses?)\b(?!.*\bpoudre)"
)
MILLED = (
    r"\benrobés?\b.*\brabot|\b(?:rabot\w*|fraisats?|croûtes) d.enrobés?\b"  # fresh asphalt has the same code
)
SWEPT = r"\bbalayures?\b.*\b(?:voiries?|rues?|quais?|chaussées?|parkings?)\b"


def full_cost(
    out: pd.DataFrame, incoming: pd.DataFrame, factors: pd.DataFrame, codes: pd.DataFrame
) -> pd.DataFrame:
    """The outflows once for each part of their cost, with its low, central and high price (EUR/t).

    Parameters
    ----------
    out, incoming : pandas.DataFrame
        Described outflows and inflows of one wave (:mod:`dimensions`).
    factors : pandas.DataFrame
        :func:`reference.factors.factor_table`.
    codes : pandas.DataFrame
        The reference table ``waste_codes``.

    Returns
    -------
    pandas.DataFrame
        The columns of ``out``, ``cost_part`` (:data:`PARTS`) and the prices of
        :func:`costs.reference_prices`, for :func:`costs.estimates`; a part without a price has no row.
    """
    out = out.reset_index(drop=True)
    declared = (out["cost_known"] == "yes").to_numpy()
    invoice = out["cost_eur_per_t"].where(declared)
    unhandled = dug_out(out, codes) | (is_effluent(out) | is_liquid(out)).to_numpy(bool)
    # Of what has no price of treatment, nobody knows that it is a service at all: it has no transport either.
    treatment = reference_prices(out, factors)[~declared].dropna()
    prices = {
        "purchase": purchase_prices(out, incoming, factors)[~unbought(out, codes)],
        "handling": _everywhere(out, factors, "handling_cost")[~unhandled],
        "invoice": pd.DataFrame(dict.fromkeys(PRICES, invoice)),
        "collection": _everywhere(out, factors, "collection_cost").loc[treatment.index],
        "treatment": treatment,
    }
    parts = [out.join(prices[part].dropna(), how="inner").assign(cost_part=part) for part in PARTS]
    return pd.concat(parts, ignore_index=True)


def bought_and_lost(
    out: pd.DataFrame, incoming: pd.DataFrame, codes: pd.DataFrame, factors: pd.DataFrame
) -> pd.DataFrame:
    """What each actor buys of a family and what leaves it as waste: m / b, m a and the invoice.

    m is the mass that leaves, b what the actor declares to buy of the family, a the price of each outflow in
    :func:`full_cost`, which is its actor's own for the very matter alone: a slag is no lime. Only families
    of which an actor declares both a purchase with its price and an outflow that it may have bought: the
    questionnaire asks for no product, and its inputs are seldom all declared. It is no yield, and above 100 %
    says that purchases are missing.

    Returns
    -------
    pandas.DataFrame
        ``site_id``, ``category``, ``bought_t_per_year``, the mass that leaves, ``lost_percent``,
        ``lost_purchase_eur_per_year`` and ``cost_eur_per_year`` (net, missing where none is declared); the
        dearest loss first.
    """
    spent = "lost_purchase_eur_per_year"
    out = out[~unbought(out, codes)]
    price = purchase_prices(out, incoming, factors)[PRICES[1]]
    out = out.assign(**{spent: out[MASS] * price}).astype(dict.fromkeys(KEYS, "str"))
    left = out.groupby(KEYS)[[MASS, spent, "cost_eur_per_year"]].sum(min_count=1)
    rows = left.join(_bought(incoming), how="inner").reset_index()
    rows["lost_percent"] = 100 * rows[MASS] / rows["bought_t_per_year"]
    columns = [*KEYS, "bought_t_per_year", MASS, "lost_percent", spent, "cost_eur_per_year"]
    return rows.sort_values(spent, ascending=False, ignore_index=True)[columns]


def by_purchase(out: pd.DataFrame, codes: pd.DataFrame) -> Breakdown:
    """The tonnes by whether their holder may have bought them: ``purchased``, yes or no."""
    return totals(out.assign(purchased=np.where(unbought(out, codes), "no", "yes")), "purchased")


def unbought(out: pd.DataFrame, codes: pd.DataFrame) -> np.ndarray:
    """Whether each outflow is of water, the ground, a building, a street, farm animals or a garden."""
    watery = out["description"].astype("str").str.contains(WATERY, case=False)
    left = (is_effluent(out) | is_garden(out) | watery).to_numpy(bool)
    water = named_as(out, codes, WATER) & ~named_as(out, codes, PASTE)
    return dug_out(out, codes) | water | named_as(out, codes, SWEPT) | left


def dug_out(out: pd.DataFrame, codes: pd.DataFrame) -> np.ndarray:
    """Whether each outflow comes out of the ground, of a building or of a road."""
    milled = out["description"].astype("str").str.contains(MILLED, case=False)
    scrap = out["description"].astype("str").str.contains(SCRAP, case=False)
    made = (scrap & out["naf_division"].isin(FACTORIES)).to_numpy(bool)
    return (is_extraction(out) | milled).to_numpy(bool) | (named_as(out, codes, DUG_OUT) & ~made)


def named_as(out: pd.DataFrame, codes: pd.DataFrame, pattern: str) -> np.ndarray:
    """Whether the label of each outflow's code, else its designation, has the words of a pattern."""
    labels = out["waste_code"].astype("str").map(codes.set_index("waste_code")["label_fr"])
    return labels.fillna(out["description"].astype("str")).str.contains(pattern, case=False).to_numpy(bool)


def is_fuel(incoming: pd.DataFrame) -> pd.Series:
    """Whether each inflow is named as what its taker burns."""
    return incoming["description"].astype("str").str.contains(BURNED, case=False)


def is_peelings(flows: pd.DataFrame) -> pd.Series:
    """Whether each flow is biowaste that may have been food: not of a garden."""
    return (flows["category"] == "biowaste") & ~is_garden(flows)


def purchase_prices(out: pd.DataFrame, incoming: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """What a tonne of each outflow was bought for: the actor's own price for its matter, else that of new
    matter of the family, from the least to the most of both where the actor buys other matter of it."""
    new = factors[(factors["factor"] == "virgin_price") & (factors["route"] == "recycling")]
    new = new.rename(columns=dict(zip(["low", "central", "high"], PRICES, strict=True)))
    named = out[KEYS].astype("str").merge(new.dropna(subset="category")[["category", *PRICES]], how="left")
    general = new.loc[new["category"].isna(), PRICES].iloc[0]
    price = named[PRICES].fillna(general).set_axis(out.index)
    family = _own_prices(out, _priced(incoming))
    same = _own_prices(out, _priced(incoming), of_matter_only=True)
    of_food = _own_prices(out.assign(category="food"), _priced(incoming)).where(is_peelings(out))
    price[PRICES[0]] = np.fmin(price[PRICES[0]], family)
    price[PRICES[2]] = np.fmax(price[PRICES[2]], family)
    stated = same.fillna(of_food.where(family.isna()))
    return price.apply(lambda column: stated.fillna(column))


def _own_prices(out: pd.DataFrame, priced: pd.DataFrame, of_matter_only: bool = False) -> pd.Series:
    """The mean price of what each actor buys of the family of each outflow, or of its very matter.

    Names without a word in common are of other matter; what has no name may be the same.
    """
    lost = out[KEYS].astype("str").assign(place=range(len(out)), lost=_words(out))
    pairs = lost.merge(priced.assign(entered=_words(priced))[[*KEYS, "entered", "bought_t_per_year", "paid"]])
    both = zip(pairs["lost"], pairs["entered"], strict=True)
    alike = [not (one and other) or bool(one & other) for one, other in both]
    pairs = pairs[np.array(alike, dtype=bool)] if of_matter_only else pairs
    sums = pairs.groupby("place")[["bought_t_per_year", "paid"]].sum()
    mean = (sums["paid"] / sums["bought_t_per_year"]).astype(float)
    return mean.reindex(range(len(out))).set_axis(out.index)


def _words(flows: pd.DataFrame) -> pd.Series:
    """The words that say what each flow is; none where it has no designation."""
    return flows["description"].map(lambda text: set(of_matter(told(text)).split()), na_action=None)


def _priced(incoming: pd.DataFrame) -> pd.DataFrame:
    """What comes in at a price or for nothing, not to burn: ``bought_t_per_year``, ``paid`` (EUR/year)."""
    priced = incoming[(incoming["cost_eur_per_t"] >= 0) & (incoming[MASS] > 0) & ~is_fuel(incoming)]
    priced = priced.astype(dict.fromkeys(KEYS, "str"))
    return priced.assign(bought_t_per_year=priced[MASS], paid=priced[MASS] * priced["cost_eur_per_t"])


def _bought(incoming: pd.DataFrame) -> pd.DataFrame:
    """What each actor buys of each family at a price: ``bought_t_per_year`` and ``paid`` (EUR/year)."""
    priced = _priced(incoming[incoming["cost_eur_per_t"] > 0])
    return priced.groupby(KEYS)[["bought_t_per_year", "paid"]].sum()


def _everywhere(out: pd.DataFrame, factors: pd.DataFrame, factor: str) -> pd.DataFrame:
    row = factors.loc[factors["factor"] == factor].iloc[0]
    values = {name: float(row[part]) for name, part in zip(PRICES, ["low", "central", "high"], strict=True)}
    return pd.DataFrame(values, index=out.index)
