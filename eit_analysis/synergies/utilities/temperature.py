"""What temperatures let through: how far heat has to be lifted, and how much of it is warm enough.

    C = κ (T_i + 273.15) / (T_i + ΔT − T_o)
    g = (T_o − T_i − ΔT) / (T_o − T_a)      without a heat pump
    g = 20 / (T_o − T_a), T_o − 20 in C     with one

with C the coefficient of performance of a heat pump, κ the share of Carnot's that it reaches, T_o and T_i
the temperatures of source and need, T_a of the air, to which a declared amount is taken to be reckoned (°C),
and ΔT what the exchangers take. Without a heat pump the source must be warmer than the need by ΔT.

What boils takes its heat at one temperature: above 100 °C a need is of steam, and has of gases or liquids
that cool to the air only the part g that is above its own temperature; a heat pump takes their first 20 K. g
is 1 of a source of steam, which condenses, and of a need of hot water, which is warmed from cold by the rest.

What is too cold for steam may still warm the water that is made into it, in the boiler of its own site:

    f = (T_w − T_b) / 643      the part of a need of steam that this is

Condensates go back as they are (T_w = T_o) in the place of cold water (T_b = T_a); fumes above 115 °C warm
water (T_w = T_o − ΔT) that leaves its degasser at T_b = 105 °C.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis import french

# 5 K at each of the two exchangers that stand between the networks of two sites.
PINCH_K = 10.0
KELVIN = 273.15
BOILING_C = 100.0
AIR_C = 15.0
# What a heat pump that makes steam cools its source by: colder heat takes more and more electricity.
COOLED_K = 20.0
CONDENSES = r"\b(?:vapeurs?|buees?)\b"
# « condensats de vapeur », « fumées de la chaudière vapeur »: what is left of steam, or made it, is none.
COOLS = r"\b(?:condensats?|fumees?|purges?)\b"
CONDENSATES = r"\bcondensats?\b"
# What a product gave off is no clean water.
OF_PRODUCTS = r"\b(?:evapor\w*|colonnes?|distill\w*|vaches?)\b"
FEED_C = 105.0
STEAM_K = 643.0  # 2.7 MJ make a kilogram of steam of 150 to 190 °C from water of 15 °C, 4.2 kJ warm it by 1 K


def lift_k(pairs: pd.DataFrame) -> pd.Series:
    """T_i + ΔT − T_o, kelvins that a heat pump has to add; none where zero or below.

    ``pairs`` has ``out_temperature_c``, ``in_temperature_c`` and ``out_description``.
    """
    lift = pairs["in_temperature_c"] + PINCH_K - pairs["out_temperature_c"]
    return lift.mask(_cools_for_steam(pairs) & (lift > 0), lift + COOLED_K)


def carnot_performance(pairs: pd.DataFrame) -> pd.Series:
    """C / κ, heat over electricity of a heat pump without losses; of no meaning where nothing is lifted."""
    return (pairs["in_temperature_c"] + KELVIN) / lift_k(pairs)


def drawn_share(pairs: pd.DataFrame) -> pd.Series:
    """g, the part of a source's heat that the need, or its heat pump, can draw."""
    lift = lift_k(pairs)
    drawn = (-lift).mask(lift > 0, COOLED_K)
    above_air = pairs["out_temperature_c"] - AIR_C
    return (drawn / above_air).where(_cools_for_steam(pairs) & (above_air > drawn), 1.0)


def feeding(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of one site with ``feeds``: whether the source warms the water of the boiler that makes the steam
    needed; then ``in_temperature_c`` is that of this water, of which the need is ``in_part`` (f, else 1)."""
    source, steam = pairs["out_temperature_c"], pairs["in_temperature_c"] > BOILING_C
    back = _named(pairs, CONDENSATES) & ~_named(pairs, OF_PRODUCTS) & (source > AIR_C)
    feeds = steam & (lift_k(pairs) > 0) & (back | (source > FEED_C + PINCH_K))
    warmed = (source - AIR_C).where(back, source - PINCH_K - FEED_C)
    water = (source - PINCH_K).where(back, FEED_C)
    return pairs.assign(
        feeds=feeds,
        in_temperature_c=water.where(feeds, pairs["in_temperature_c"]),
        in_part=(warmed / STEAM_K).where(feeds, 1.0),
    )


def _cools_for_steam(pairs: pd.DataFrame) -> pd.Series:
    condenses = _named(pairs, CONDENSES) & ~_named(pairs, COOLS)
    return (pairs["in_temperature_c"] > BOILING_C) & ~condenses


def _named(pairs: pd.DataFrame, words: str) -> pd.Series:
    names = pairs["out_description"].astype("str").fillna("").map(french.fold_words).astype("str")
    return names.str.contains(words).astype(bool)
