"""Who could take the heat, the water or the gas that another lets go.

    heat         D = H × min(g P_o − w L, P_i)
    heat pump    D = H × min((g P_o − w L) C / (C − 1), P_i)
    burnt        D = m × min(η Q_o / m_o, Q_i / m_i)
    the others   D = m × min(Q_o / m_o, Q_i / m_i)

with D what is delivered in a year (MWh or m3), P = Q / h the power of each side (MW), Q its amount, h its
hours and m its months a year, w the loss of the pipes (MW/km), L their length (km, the road's), m the months
in common, H = m × min(h_o / m_o, h_i / m_i) the hours in common; C, the coefficient of performance of a heat
pump, and g, the part of a source that is warm enough, are those of :mod:`.temperature`.

The hours of a month are taken to coincide, which is the most that can be: only the two sites know their
hours. Biogas also serves a need of heat, of any temperature, in a boiler of efficiency η; it waits, where
heat does not, so that no hours in common are asked.

Gates come first: another site, the same utility, a burner that burns it, what is known of both sides,
temperature, quality, reach.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.codes import LABELS
from eit_analysis.reference.distance import haversine_km
from eit_analysis.synergies.offers import month_mask
from eit_analysis.synergies.utilities.temperature import carnot_performance, drawn_share, feeding, lift_k

# Beyond such a lift an industrial heat pump brings little more heat than its electricity.
HIGHEST_LIFT_K = 70.0
# What burns in a boiler: its price and emissions are those of the fuel, the need is the heat.
BURNT = ("gas", "oil", "wood")
# What a burner of each burns beside it, by name: for bark one buys a boiler, which no factor counts.
BURNERS = {
    "gas": r"\b(?:gaz|syngaz|biogaz|hydrogene|h2|methane|biomethane|propane|butane|gpl|vapeurs?)\b",
    "oil": r"\b(?:fioul|fuel|huiles?|graisses?|solvants?|alcools?|ethanol|methanol|glycerine)\b",
}
UNNAMED = "besoin sans désignation"
QUALITY_RANK = {quality: rank for rank, quality in enumerate(LABELS["water_quality"])}
# In the order in which they close: a pair is counted under the first.
GATES = (
    "same_site", "unlocated", "reach", "burner", "unknown", "at_home", "temperature", "water_quality",
    "months", "loss",
)  # fmt: skip
ANYWHERE = ("same_site", "unlocated", "reach")  # of two places
SIDES = {"out": "giver_site_id", "in": "taker_site_id"}
PAIR_COLUMNS = [
    "candidate_id", "utility", "serves", "out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id",
    "out_description", "in_description", "out_temperature_c", "in_temperature_c", "heat_pump",
    "out_supply", "in_supply", "out_cost_eur_per_unit", "in_cost_eur_per_unit", "out_amount_per_year",
    "in_amount_per_year", "distance_km",
    "months_in_common", "hours_in_common", "delivered_per_year", "delivered_low_per_year",
    "delivered_high_per_year", "delivered_mw", "taken_per_year", "electricity_mwh_per_year",
    "out_evidence", "in_evidence", "own_heat_need",
]  # fmt: skip
REJECTED_COLUMNS = ["out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "utility", "gate"]
BOUNDS = ("low", "central", "high")


def pairs(
    utilities: pd.DataFrame,
    sites: pd.DataFrame,
    factors: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
    half_widths: dict[str, float],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The exchanges of heat, water or gas that pass the gates, and the pairs that do not, with their gate.

    Parameters
    ----------
    utilities, sites : pandas.DataFrame
        Tidy tables.
    factors : pandas.DataFrame
        ``reference/utility_factors.csv``.
    radius_km, detour_factor : float
        Reach by road, and road distance over great-circle distance; a pipe follows the road.
    half_widths : dict
        Relative half-width of an amount at 95 % by evidence.

    Returns
    -------
    passed : pandas.DataFrame
        ``PAIR_COLUMNS``, by ``candidate_id``. ``utility`` is what flows, ``serves`` what is needed, which is
        ``heat`` where biogas is burnt. ``delivered_per_year`` in MWh, of water in m3, with its bounds,
        those of both amounts and of the factors together; ``taken_per_year`` is what leaves the giver.
        ``own_heat_need`` : what the giver of heat needs heat for itself, missing where it declares none.
    rejected : pandas.DataFrame
        ``REJECTED_COLUMNS``.
    """
    found = _both(utilities, sites, detour_factor).assign(in_part=1.0)
    found = _amounts(found, factors, half_widths)
    shut = _shut(found, radius_km, factors)
    found["gate"] = np.select(list(shut.values()), list(shut), "")
    open_ = found[found["gate"] == ""]
    refused = found[found["gate"] != ""]
    return (
        open_[PAIR_COLUMNS].sort_values("candidate_id", ignore_index=True),
        refused[REJECTED_COLUMNS].reset_index(drop=True),
    )


def own_pairs(utilities: pd.DataFrame, sites: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """``PAIR_COLUMNS`` of what one site could use itself: water, heat directly, what its boiler burns.

    Heat too cold for the steam of its boiler may warm its water (``feeds``, :func:`.temperature.feeding`).
    Wherever it is: the gates are those of :func:`pairs` but for the place, and there is no pipe. A gas or a
    fuel that is lost replaces what a boiler burns already: of another need there is no boiler. Heat that is
    warm enough is among them where only hours are not known: what is delivered is missing.
    """
    both = _both(utilities, sites, 1.0)
    heat = (both["utility"] == "heat") & both["in_supply"].isin(BURNT)
    fed = feeding(both)
    fed = fed.where(heat & fed["feeds"], both.assign(feeds=False, in_part=1.0))
    found = _amounts(fed, factors, dict.fromkeys(utilities["evidence"].dropna(), 0.0))
    shut = _shut(found, np.inf, factors)
    amounts = [f"{way}_amount_per_year" for way in SIDES]
    timeless = (found["utility"] == "heat") & found[amounts].notna().all(axis=1) & (lift_k(found) <= 0)
    asked = (timeless & found["delivered_per_year"].isna()).to_numpy(dtype=bool)
    closed = np.logical_or.reduce(
        [shut[gate] & ~(asked & (gate in ("unknown", "loss"))) for gate in GATES if gate not in ANYWHERE]
    )
    direct = found["utility"].isin(["heat", "water"]) & (found["heat_pump"] != "yes")
    direct |= _burnt(found) & (found["out_supply"] == "discharged") & found["in_supply"].isin(BURNT)
    return found.loc[shut["same_site"] & direct & ~closed, [*PAIR_COLUMNS, "feeds"]].reset_index(drop=True)


def factor_bounds(factors: pd.DataFrame, factor: str, keys: pd.Series | str = "") -> np.ndarray:
    """(n, 3) low, central and high of a factor for each key; missing where no row answers."""
    rows = factors[factors["factor"] == factor].assign(key=factors["key"].fillna("")).set_index("key")
    return rows[list(BOUNDS)].reindex([keys] if isinstance(keys, str) else keys).to_numpy(dtype=float)


def _both(utilities: pd.DataFrame, sites: pd.DataFrame, detour_factor: float) -> pd.DataFrame:
    """Each source beside each need that it could serve.

    A fuel heats its own site alone: nobody else has said that a boiler of theirs burns it.
    """
    sources, needs = (_side(utilities, sites, way) for way in SIDES)
    serving = [sources.assign(serves=sources["utility"])]
    serving.append(sources[sources["utility"].isin(["biogas", "fuel"])].assign(serves="heat"))
    found = pd.concat(serving).merge(needs.rename(columns={"utility": "serves"}), on="serves")
    elsewhere = (found["utility"] == "fuel") & (found["giver_site_id"] != found["taker_site_id"])
    found = found[~(elsewhere & (found["serves"] == "heat"))].reset_index(drop=True)
    places = (found[column].to_numpy(dtype=float) for column in ("out_lat", "out_lon", "in_lat", "in_lon"))
    found["distance_km"] = detour_factor * haversine_km(*places)
    shared = found["out_months"].to_numpy() & found["in_months"].to_numpy()
    found["months_in_common"] = np.bitwise_count(shared).astype(int)
    found["candidate_id"] = found["out_flow_id"] + ">" + found["in_flow_id"]
    warmed = needs[(needs["utility"] == "heat") & (needs["in_amount_per_year"] != 0)]
    heated = warmed.groupby("taker_site_id")["in_description"].agg(_named)
    found["own_heat_need"] = (
        found["giver_site_id"].map(heated).where(found["utility"] == "heat").astype("str")
    )
    return found


def _named(descriptions: pd.Series) -> str:
    return french.listed(sorted(set(descriptions.dropna())) or [UNNAMED])


def _side(utilities: pd.DataFrame, sites: pd.DataFrame, way: str) -> pd.DataFrame:
    rows = utilities[utilities["direction"] == way]
    rows = rows.merge(sites[["site_id", "latitude", "longitude"]], on="site_id", how="left")
    water = rows["utility"] == "water"
    side = {
        "flow_id": rows["flow_id"].astype(str),
        "description": rows["description"], "evidence": rows["evidence"],
        "amount_per_year": rows["energy_mwh_per_year"].mask(water, rows["volume_m3_per_year"]).astype(float),
        "temperature_c": rows["temperature_c"].astype(float), "hours": rows["hours_per_year"].astype(float),
        "months": month_mask(rows["months"]), "quality": rows["water_quality"].map(QUALITY_RANK),
        "supply": rows["supply"].fillna("unknown"), "lat": rows["latitude"], "lon": rows["longitude"],
        "cost_eur_per_unit": rows["cost_eur_per_unit"].astype(float),
    }  # fmt: skip
    named = {f"{way}_{name}": values for name, values in side.items()}
    return pd.DataFrame(
        {"utility": rows["utility"].astype(str), SIDES[way]: rows["site_id"].astype(str), **named}
    )


def _shut(found: pd.DataFrame, radius_km: float, factors: pd.DataFrame) -> dict[str, np.ndarray]:
    """Whether each gate of ``GATES`` is shut for each pair; nobody lays a pipe of heat over any distance."""
    heat, water = (found["utility"] == kind for kind in ("heat", "water"))
    longest = factor_bounds(factors, "longest_pipe", found["utility"])[:, 1]  # missing but of heat
    asked = [found[f"{way}_amount_per_year"].isna() for way in SIDES]
    asked += [heat & found[f"{way}_{what}"].isna() for way in SIDES for what in ("temperature_c", "hours")]
    asked += [water & found[f"{way}_quality"].isna() for way in SIDES]
    asked.append(_burnt(found) & found["in_hours"].isna())
    fuel = found["out_description"].astype("str").fillna("").map(french.fold_words)
    fuel = fuel.where(found["utility"] == "fuel", "")
    other = [(found["in_supply"] == of) & (fuel != "") & ~fuel.str.contains(it) for of, it in BURNERS.items()]
    stops = {
        "same_site": found["giver_site_id"] == found["taker_site_id"],
        "unlocated": found["distance_km"].isna(),
        "reach": (found["distance_km"] > radius_km) | (found["distance_km"] > longest),
        "burner": np.logical_or.reduce(other),
        "unknown": np.logical_or.reduce(asked),
        "at_home": (found["out_amount_per_year"] == 0) | (found["in_amount_per_year"] == 0),
        "temperature": heat & (lift_k(found) > HIGHEST_LIFT_K),
        "water_quality": water & (found["out_quality"].astype(float) > found["in_quality"].astype(float)),
        "months": found["months_in_common"] == 0,
        "loss": ~(found["delivered_per_year"] > 0),
    }
    return {gate: np.asarray(stops[gate], dtype=bool) for gate in GATES}


def pipe_km(found: pd.DataFrame, factors: pd.DataFrame) -> np.ndarray:
    """(n, 3) length of the pipe, low, central, high: sites are only known to be in their commune, and one
    site needs none."""
    least = np.maximum(found[["distance_km"]].to_numpy(dtype=float), factor_bounds(factors, "shortest_pipe"))
    return np.where(found[["giver_site_id"]].to_numpy() == found[["taker_site_id"]].to_numpy(), 0.0, least)


def _burnt(found: pd.DataFrame) -> pd.Series:
    """What heats where it arrives, and not on its way."""
    return (found["serves"] == "heat") & (found["utility"] != "heat")


def _amounts(found: pd.DataFrame, factors: pd.DataFrame, half_widths: dict[str, float]) -> pd.DataFrame:
    """The equations of this module, at the low, central and high end of amounts and factors."""
    found = found.assign(hours_in_common=np.nan, electricity_mwh_per_year=0.0)
    heat, burnt = found["utility"] == "heat", _burnt(found)
    months = found["months_in_common"].astype(float)
    active = {way: np.bitwise_count(found[f"{way}_months"].to_numpy(dtype=np.int64)) for way in SIDES}
    monthly = {way: found[f"{way}_hours"] / active[way] for way in SIDES}
    hours = months * np.minimum(monthly["out"], monthly["in"])
    lift = lift_k(found)
    found["heat_pump"] = (lift > 0).map({True: "yes", False: "no"}).where(heat)
    carnot = carnot_performance(found)
    quality = factor_bounds(factors, "heat_pump_quality", "heat")[0]
    loss = factor_bounds(factors, "network_loss", "heat")[0] / 1000
    boiler = factor_bounds(factors, "boiler_efficiency", "heat")[0]
    km, drawn = pipe_km(found, factors), drawn_share(found)
    for end, bound in enumerate(("_low", "", "_high")):
        amount = {
            way: found[f"{way}_amount_per_year"] * _at_end(found[f"{way}_evidence"], half_widths, end)
            for way in SIDES
        }
        amount["in"] = amount["in"] * found["in_part"]
        useful = amount["out"] * np.where(burnt, boiler[end], 1.0)
        lost = loss[2 - end] * km[:, 2 - end]
        bought = (1 / np.maximum(1.01, quality[end] * carnot)).where(lift > 0, 0.0)
        source = (drawn * amount["out"] / found["out_hours"] - lost).clip(lower=0)
        power = np.minimum(source / (1 - bought), amount["in"] / found["in_hours"])
        plain = months * np.minimum(useful / active["out"], amount["in"] / active["in"])
        found[f"delivered{bound}_per_year"] = (power * hours).where(heat, plain)
        if end == 1:
            # The pipes lose as long as they are warm, whatever is delivered.
            carried = ((1 - bought) * power + lost) * hours
            found["taken_per_year"] = carried.where(heat, plain / np.where(burnt, boiler[1], 1.0))
            found["electricity_mwh_per_year"] = (bought * power * hours).where(heat, 0.0)
            found["hours_in_common"] = hours.where(heat)
            found["delivered_mw"] = power.where(heat, (plain / found["in_hours"]).where(burnt))
    return found


def _at_end(evidence: pd.Series, half_widths: dict[str, float], end: int) -> pd.Series:
    """What an amount is multiplied by at its low (0), central (1) or high (2) end."""
    return (1 + (end - 1) * evidence.map(half_widths).astype(float)).clip(lower=0)
