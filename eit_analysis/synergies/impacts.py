"""What an exchange changes in euros, emissions and jobs, and how sure that is.

    giver's saving  = cost of the old route × t                                            €/year
    worth to taker  = (yield × price of what it replaces − preparation) × t    for a firm, of that price a
                      share where the waste is downgraded food
                    = price that it pays or is paid (below zero) × t           for an operator   €/year
    transport       = (2 km × vehicle cost + loading) × trips                              €/year
    trips           = t / load, of what spoils no fewer than passages × share of the year  trips/year
    margin          = giver's saving + worth to taker − transport                          €/year
    joint surplus   = margin − fixed cost of an exchange                                   €/year
    emissions       = (new impact − old impact) × t + transport emissions × km × t         tCO2e/year
    avoided         = (old avoided − new avoided) × t                                      tCO2e/year
    jobs            = (new jobs − old jobs) × t / 1000                                     FTE
    insertion       = share in insertion × new jobs × t / 1000, the taker being ESS        FTE

with t the tonnes that leave their old route. What the taker pays the giver passes from one to the other and
changes no joint surplus: on what price both gain is said by :mod:`terms`. An operator's own surplus at its
price is unknown and counts as none. Emissions caused (boundary *impact*) and emissions avoided elsewhere
(boundary *avoided*, negative in the factors, so that more avoided is positive here) stay in columns of their
own and are never added up. Signs are kept as they fall: an exchange may cost money, emit more or displace
jobs. Jobs are direct ones, of collection and treatment, less those displaced; indirect and induced jobs are
not counted. Insertion is a part of the new route's jobs, not of the net: it may exceed the net.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.reference.compatibility import FOOD, QUALITY_RANK
from eit_analysis.reference.factors import QUARRY_MINERAL, for_flows, is_quarry_mineral
from eit_analysis.reference.needs import code_asked, need_told
from eit_analysis.synergies.factor_rows import BOUNDS, NO_ROW, OPERATORS, own_outlet, rows_used, values
from eit_analysis.synergies.offers import downgraded, of_output, wood_class

# indicator: (central, low, high) columns.
INDICATORS = {
    name: tuple(f"{stem}{bound}{unit}" for bound in ("", "_low", "_high"))
    for name, stem, unit in (
        ("joint_surplus", "joint_surplus", "_eur_per_year"),
        ("margin", "margin", "_eur_per_year"),
        ("giver_saving", "giver_saving", "_eur_per_year"),
        ("taker_worth", "taker_worth", "_eur_per_year"),
        ("transport", "transport", "_eur_per_year"),
        ("fixed_cost", "fixed_cost", "_eur_per_year"),
        ("emissions", "emissions", "_tco2e_per_year"),
        ("avoided", "avoided", "_tco2e_per_year"),
        ("jobs", "jobs", ""),
        ("insertion", "insertion_fte", ""),
    )
}
# Routes by which the waste becomes what the taker else buys; burnt or digested, it gives what it is worth.
# Food and biowaste are one matter under two names.
MADE_AGAIN = ("reuse", "recycling")
# Stacked crates and pallets are light for their room; offcuts, sawdust, chips and bark go loose.
PACKAGING, LOOSE_WOOD = "1501", "loose_wood"
KILNED = {"binder", "lime", "plaster"}  # needs of minerals that come of a kiln, and not of a quarry alone
DIVERTED = ["diverted_low_t_per_year", "diverted_t_per_year", "diverted_high_t_per_year"]


class Formula(NamedTuple):
    """An indicator per tonne diverted, and which way it moves with each role (+1 with it, −1 against).

    ``fixed``: how many times the fixed cost of an exchange counts in it, whatever its tonnes.
    """

    per_tonne: Callable[[Mapping[str, np.ndarray]], np.ndarray]
    directions: Mapping[str, int]
    fixed: int = 0


def _taker_worth(v: Mapping[str, np.ndarray]) -> np.ndarray:
    prepared = v["preparation"] + v["regeneration"]
    return v["yield_central"] * v["virgin_price"] * v["downgraded_share"] - prepared - v["new_cost"]


def _transport(v: Mapping[str, np.ndarray]) -> np.ndarray:
    # A lorry comes back empty. What spoils does not wait until it is full; each passage stops once to load.
    trips = np.maximum(1 / v["trip_load"], v["passages"] * v["spoiling_per_t"])
    return (2 * v["distance_km"] * v["vehicle_cost"] + v["loading_cost"]) * trips


def _margin(v: Mapping[str, np.ndarray]) -> np.ndarray:
    return v["old_cost"] + _taker_worth(v) - _transport(v)


def _emissions(v: Mapping[str, np.ndarray]) -> np.ndarray:
    return (v["new_impact"] - v["old_impact"] + v["distance_km"] * v["transport_emissions"]) / 1000


WORTH = {"virgin_price": 1, "downgraded_share": 1, "preparation": -1, "regeneration": -1, "new_cost": -1}
CARRYING = {"vehicle_cost": 1, "loading_cost": 1, "trip_load": -1, "passages": 1}
MARGIN = {"old_cost": 1} | WORTH | {role: -way for role, way in CARRYING.items()}
FORMULAS = {
    "joint_surplus": Formula(_margin, MARGIN, fixed=-1),
    "margin": Formula(_margin, MARGIN),
    "giver_saving": Formula(lambda v: v["old_cost"], {"old_cost": 1}),
    "taker_worth": Formula(_taker_worth, WORTH),
    "transport": Formula(_transport, CARRYING),
    "fixed_cost": Formula(lambda v: 0 * v["distance_km"], {}, fixed=1),
    "emissions": Formula(_emissions, {"new_impact": 1, "old_impact": -1, "transport_emissions": 1}),
    "avoided": Formula(
        lambda v: (v["old_avoided"] - v["new_avoided"]) / 1000, {"old_avoided": 1, "new_avoided": -1}
    ),
    "jobs": Formula(lambda v: (v["new_jobs"] - v["old_jobs"]) / 1000, {"new_jobs": 1, "old_jobs": -1}),
    "insertion": Formula(
        lambda v: v["insertion_share"] * v["new_jobs"] / 1000, {"insertion_share": 1, "new_jobs": 1}
    ),
}


def impacts(
    candidates: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, factors: pd.DataFrame
) -> pd.DataFrame:
    """Candidates with the change each would bring, low, central and high.

    The giver's declared cost replaces the reference cost of his old route, and the price the taker declares
    for his input replaces the reference: that of new material for a firm, that of the new route for an ESS
    structure or an outlet. What one pays for raw wood is no price of panels (``offers.wood_class``), nor what
    one pays for sorted matter that of mixed: the reference is taken, and the price asked. An outlet that says
    to pay for what the factors say one is always charged for is taken to do it for nothing: an answer whose
    sign is likely to be wrong makes no gain. Of what an outlet of the giver's own costs, all is avoided, at
    the worst nothing: it may be mostly fixed (``own_outlet``). What old and new route draw from the same
    factor cancels exactly. The transport of the old route is unknown and not credited, which is prudent. A
    tonne received is taken to replace a tonne bought. A trip that is not full counts by its part, but what
    spoils is fetched as often whatever there is of it: a plan that takes a part of it counts a part of its
    trips. Bounds take every bound of the factors (``reference.factors.factor_table``) and of the
    tonnes at its worst and at its best.

    Returns
    -------
    pandas.DataFrame
        The candidates with the columns of ``INDICATORS``, ``saving_basis`` (``declared`` or ``reference``),
        ``taker_price_eur_per_t`` (declared, above zero where the taker pays), ``taker_actor_type`` and
        ``trip_load_t`` (what a trip carries) and ``full_trip_t`` (at most),
        ``own_outlet`` (the old route is one of the giver's own),
        ``price_unsorted`` (a taker pays for better sorted matter),
        ``price_to_confirm`` (a taker would pay for what one is always charged for) and ``usually_charged``
        (where that would be, whatever the taker's price: it tells nothing of it).
        A missing factor gives a missing value, never zero.
    """
    found = _with_taker(candidates, flows, sites, factors)
    used = rows_used(found, factors)
    at_bounds = values(found, used, factors[BOUNDS].to_numpy(dtype=float))
    at_bounds["old_cost"][found["own_outlet"].to_numpy(dtype=bool), 0] = 0.0
    fixed = per_candidate(found)
    tonnes = found[DIVERTED].to_numpy(dtype=float)
    columns: dict[str, np.ndarray] = {}
    for name, formula in FORMULAS.items():
        worst, best = (_corner(formula, at_bounds, used, fixed, end) for end in (0, 2))
        middle = formula.per_tonne(fixed | {role: v[:, [1]] for role, v in at_bounds.items()})
        corners = np.hstack([rate * tonnes[:, [j]] for rate in (worst, best) for j in (0, 2)])
        whole = np.sort(formula.fixed * at_bounds["exchange_cost"], axis=1)
        central, low, high = INDICATORS[name]
        columns |= {
            central: middle[:, 0] * tonnes[:, 1] + whole[:, 1],
            low: corners.min(axis=1) + whole[:, 0],
            high: corners.max(axis=1) + whole[:, 2],
        }
    basis = np.where(found["old_cost_eur_per_t"].isna(), "reference", "declared")
    worked = (found["taker_actor_type"] == "firm") & (found["category"] == "mineral")
    found["trip_load_t"], found["full_trip_t"] = at_bounds["trip_load"][:, 1:].T
    found["price_to_confirm"] |= worked & (columns["taker_worth_eur_per_year"] > 0)
    found["usually_charged"] |= worked
    return found.assign(**columns, saving_basis=basis)


def per_candidate(candidates: pd.DataFrame) -> dict[str, np.ndarray]:
    """What formulas need of the candidates themselves, shape (n, 1)."""
    names = ("distance_km", "yield_central")
    found = {name: candidates[name].to_numpy(dtype=float)[:, None] for name in names}
    tonnes = candidates["diverted_t_per_year"].where(candidates["diverted_t_per_year"] > 0)
    per_t = (candidates["spoils_share_of_year"] / tonnes).fillna(0.0)
    return found | {"spoiling_per_t": per_t.to_numpy(dtype=float)[:, None]}


def in_proportion(plan: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """change_k × allocated_k / diverted_k for the candidates of a plan that take place.

    What does not go with the tonnes, the fixed cost of an exchange, stays whole.
    """
    kept = plan[plan["allocated_t_per_year"] > 0]
    share = kept["allocated_t_per_year"] / kept["diverted_t_per_year"]
    found = kept[columns].mul(share, axis=0)
    for name in ("joint_surplus", "fixed_cost"):
        sign = FORMULAS[name].fixed
        central, low, high = INDICATORS["fixed_cost"]
        costs = (central, low, high) if sign > 0 else (central, high, low)
        for column, cost in zip(INDICATORS[name], costs, strict=True):
            if column in columns:
                found[column] += sign * (1 - share) * kept[cost]
    return found


def _with_taker(
    candidates: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, factors: pd.DataFrame
) -> pd.DataFrame:
    about = flows.assign(
        wood=wood_class(flows), object=code_asked(flows.reindex(columns=["waste_code", "description"]))
    )
    about = about.drop_duplicates("flow_id").set_index("flow_id")
    about = about.reindex(columns=["cost_eur_per_t", "wood", "quality", "object"])
    kinds = sites.drop_duplicates("site_id").set_index("site_id")["actor_type"]
    kind = candidates["taker_site_id"].map(kinds)
    price = candidates["in_flow_id"].map(about["cost_eur_per_t"]).astype(float)
    woods, ranks = about["wood"], about["quality"].map(QUALITY_RANK).astype(float)
    worse = (candidates["out_flow_id"].map(woods) == "B") & (candidates["in_flow_id"].map(woods) == "A")
    unsorted = candidates["out_flow_id"].map(ranks) > candidates["in_flow_id"].map(ranks)
    pays = kind.isin(OPERATORS) & (price > 0)
    price = price.mask((worse | unsorted) & pays)
    routes = candidates[["category"]].assign(route=candidates["new_route"])
    charged = for_flows(routes, factors, "treatment_cost")["low"] >= 0
    charged &= kind == "outlet"
    doubtful = charged & (price > 0)
    codes = candidates["out_flow_id"].map(about["object"]).astype("str").fillna("")
    loose = (candidates["category"] == "wood") & ~codes.str.startswith(PACKAGING)
    made = candidates["new_route"].isin(MADE_AGAIN) & ~candidates["category"].isin(FOOD)
    quarry = is_quarry_mineral(
        candidates[["category"]].assign(waste_code=of_output(candidates, flows, "waste_code"))
    )
    needs = flows.drop_duplicates("flow_id").set_index("flow_id").reindex(columns=["description"])
    told = need_told(candidates["in_flow_id"].map(needs["description"]).astype("str").fillna(""))
    dug = (candidates["input_category"] == "mineral") & told.map(lambda need: KILNED.isdisjoint(need.split()))
    dug &= (candidates["new_route"] == "recycling") & (quarry | (candidates["category"] != "mineral"))
    return candidates.assign(
        taker_actor_type=kind,
        own_outlet=own_outlet(candidates, flows, sites),
        loaded_as=candidates["category"].mask(loose, LOOSE_WOOD),
        rated_as=candidates["category"].mask(
            quarry & (candidates["old_route"] == "recycling"), QUARRY_MINERAL
        ),
        replaces=candidates["category"].mask(made, candidates["input_category"]).mask(dug, QUARRY_MINERAL),
        taker_price_eur_per_t=price.mask(doubtful, 0.0),
        price_to_confirm=doubtful,
        price_unsorted=unsorted & pays,
        downgraded=downgraded(candidates, flows),
        usually_charged=charged,
    )


def _corner(
    formula: Formula,
    at_bounds: Mapping[str, np.ndarray],
    used: Mapping[str, np.ndarray],
    fixed: Mapping[str, np.ndarray],
    end: int,
) -> np.ndarray:
    """The indicator per tonne with every role at its worst (``end`` 0) or at its best (2)."""
    chosen = {
        role: at_bounds[role][:, [end if direction > 0 else 2 - end]]
        for role, direction in formula.directions.items()
    }
    for role in formula.directions:
        old = role.replace("new_", "old_")
        if old != role and old in chosen:
            # One row cannot be at its highest for the old route and at its lowest for the new one.
            same = (used[role] == used[old]) & (used[role] != NO_ROW)
            chosen[role] = np.where(same[:, None], chosen[old], chosen[role])
    return formula.per_tonne(dict(fixed) | chosen)
