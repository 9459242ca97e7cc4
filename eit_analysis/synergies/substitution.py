"""Who could use what another throws away: outputs against inputs through the compatibility rules.

    diverted = min(supply, most × demand / n)    tonnes that leave their old route; of what spoils, each
                                                 side counts by the months that both have of its own
    matched = yield × diverted                   tonnes of use

    fit = y × supply covered × demand covered × months in common / 12 × (1 − distance / reach)

    n   = y / share of the need that can be met       tonnes of the need that one tonne sent takes up

with y the yield for a firm, which declares what it uses, 1 for an outlet or an ESS structure, which declares
what it can take in. The share is 1 but for needs of which what is recovered meets a part at most
(``need_designations.csv``): offcuts of any format do not replace all of new panels. Some wastes are a part at
most of what a firm uses, ``most_of_need`` (``rule_designations.csv``): fines, of a boiler's chips; others may
fill the rest. The fit reads the whole need.

Gates come first and nothing buys a way through them: another site, a rule that reads the waste code or the
category, sorting quality, hazard, receiving activity, the object that both sides declare, the quality that
the taker asks for, reached as the waste is or by the rule's treatment, a use no lower in the waste hierarchy
than today's, reach, some tonnes on both sides. Only then does the fit rank what is left.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.french import fold_words
from eit_analysis.reference.compatibility import (
    DONATION,
    FOOD,
    most_taken,
    rank_handed_on,
    reading,
    shut_gates,
)
from eit_analysis.reference.distance import haversine_km
from eit_analysis.synergies.gates import (
    AT_HOME,
    GATES,
    best_rule,
    first_stop,
    is_another_grade,
    is_left_over,
    is_unfit_for_food,
    stops_of_receivers,
    too_poor,
)
from eit_analysis.synergies.matching.located_flows import SHARE_OF_YEAR, coverage_both_ways
from eit_analysis.synergies.offers import WASTE_OPERATORS, inputs, outputs

CANDIDATE_COLUMNS = [
    "candidate_id", "out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "category",
    "input_category", "rule_id", "use", "treatment", "legal_status", "maturity", "distance_km",
    "months_in_common", "spoils_share_of_year", "yield_central", "need_t_per_t", "most_of_need",
    "supply_t_per_year", "demand_t_per_year", "matched_t_per_year",
    "matched_low_t_per_year", "matched_high_t_per_year", "diverted_t_per_year",
    "diverted_low_t_per_year", "diverted_high_t_per_year", "giver_evidence", "taker_evidence",
    "old_route", "new_route", "old_cost_eur_per_t",
    "supply_coverage_percent", "demand_coverage_percent", "fit",
]  # fmt: skip
# Of each flow, and how the supply and the demand of a pair say them.
MASSES = {"mass_t_per_year": "", "mass_low_t_per_year": "_low", "mass_high_t_per_year": "_high"}
KEEPS = ("200125", "200201")  # of food and biowaste, what does not spoil in a week: used oil, garden waste
USED = r"\b(?:reformee?s?|usagee?s|d occasion|hors d usage|en fin de vie)\b"  # of objects
# What no firm but of that trade does to less than a lorry load of its own a year, which is also the least lot
# of who does it for others: an assumption of ours.
LINES, LEAST_LINE_T = r"\b(?:lavage|extrusion)\b", 20.0
SALVAGED = "salvaged"  # what a need says of itself that is of what is recovered, or of a substitute
REJECTED_COLUMNS = ["out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "category", "gate"]


def candidates(
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    compatibility: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every exchange that passes the gates, and every matched pair that does not, with its gate.

    A rule that names a waste code and a category reads an output that has both; an output without a code
    is read by what its category and designation support. An unknown quality counts as mixed; an output
    without a waste code is taken as not hazardous, but for the rules that its designation shuts; an unknown
    activity of the receiver, who has declared the need himself, passes unless the rule lets hazardous waste
    in. A rule that hands on an object (``input_waste_codes``) joins only an output and a need that declare it
    by their codes. When several rules let a pair through, the one that read the longest code, then the most
    mature, then the best yield, is kept.

    Outlets and ESS count by the inputs they declare, like firms. ``compatibility`` has the ``route`` that
    each use is, for the impacts. ``radius_km`` is the reach by road, ``detour_factor`` road distance over
    great-circle distance.

    Returns
    -------
    passed : pandas.DataFrame
        One row per (output, input), columns ``CANDIDATE_COLUMNS``, ordered by ``candidate_id``. Masses in
        t/year, bounds are those of supply, demand and yield taken together.
    rejected : pandas.DataFrame
        One row per pair that a rule reads and a gate stops, columns ``REJECTED_COLUMNS``.
    """
    return through_gates(read_pairs(flows, sites, compatibility), radius_km, detour_factor)


def read_pairs(flows: pd.DataFrame, sites: pd.DataFrame, compatibility: pd.DataFrame) -> pd.DataFrame:
    """Each output with each rule that reads it and each need of what the rule makes of it.

    Nothing here depends on a mass: what is free of the same flows is put in by :func:`with_masses`.
    """
    return read_outputs(flows, sites, compatibility).merge(inputs(flows, sites), on="input_category")


def read_outputs(flows: pd.DataFrame, sites: pd.DataFrame, compatibility: pd.DataFrame) -> pd.DataFrame:
    """Each output with each rule that reads it; what is called a used object is no by-product.

    A by-product is the residue of a process (code de l'environnement, art. L. 541-4-2): crates that have
    served are a waste, or handed on to serve again, whatever code they were given.
    """
    read = reading(outputs(flows, sites), compatibility)
    called = flows.drop_duplicates("flow_id").set_index("flow_id").reindex(columns=["description"])
    told = read["out_flow_id"].map(called["description"]).astype("str").fillna("").map(fold_words)
    served = told.str.contains(USED).astype(bool) & (read["legal_status"] == "by_product")
    return read.assign(legal_status=read["legal_status"].mask(served, "waste"))


def with_masses(pairs: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Pairs that were read with the masses of these flows, t/year; those of no flow are left out."""
    masses = flows.drop_duplicates("flow_id").set_index("flow_id")[list(MASSES)].astype(float)
    known = pairs["out_flow_id"].isin(masses.index) & pairs["in_flow_id"].isin(masses.index)
    kept = pairs[known]
    sides = {"supply": kept["out_flow_id"], "demand": kept["in_flow_id"]}
    return kept.assign(
        **{
            f"{side}{bound}": flow.map(masses[column]).astype(float)
            for side, flow in sides.items()
            for column, bound in MASSES.items()
        }
    )


def through_gates(
    pairs: pd.DataFrame, radius_km: float, detour_factor: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of outputs read by rules (``reading``) beside who would take them (``inputs``), those that pass."""
    pairs = pairs[~pairs["rule_id"].isin(AT_HOME)]
    places = (pairs[c].to_numpy(dtype=float) for c in ("out_lat", "out_lon", "in_lat", "in_lon"))
    pairs = pairs.assign(great_circle_km=haversine_km(*places))
    reach_km = radius_km / detour_factor
    pairs["gate_rank"] = first_stop(
        _stops(pairs)
        | {
            "same_site": pairs["giver_site_id"] == pairs["taker_site_id"],
            "unlocated": pairs["great_circle_km"].isna(),
            "reach": pairs["great_circle_km"] > reach_km,
            "no_mass": (pairs["supply_high"] <= 0) | (pairs["demand_high"] <= 0),
        }
    )
    pairs = best_rule(pairs, ["out_flow_id", "in_flow_id"])
    pairs["gate_rank"] = pairs["gate_rank"].mask(_asked_beside(pairs), GATES.index("named_need"))
    refused = pairs[pairs["gate_rank"] < len(GATES)]
    refused = refused.assign(gate=np.array(GATES, dtype=object)[refused["gate_rank"].to_numpy(dtype=int)])
    passed = quantities(pairs[pairs["gate_rank"] == len(GATES)], reach_km, detour_factor)
    return _by_name(passed), refused[REJECTED_COLUMNS].reset_index(drop=True)


def own_uses(pairs: pd.DataFrame) -> pd.DataFrame:
    """Outputs of a firm that its own needs could take: of :func:`read_pairs`, those of one site that pass.

    ``CANDIDATE_COLUMNS``, at no distance. Not those of an outlet or an ESS structure, which takes in what
    others bring and puts out what it could not use of that; nor of a firm whose need says that it does so.
    Its boiler burns its by-products and no waste, which pallets are until somebody has ended that. Nor what
    it gives to people already: it has no use of its own for that; and nobody makes a gift to himself. Nor is
    less than ``LEAST_LINE_T`` washed or extruded.
    """
    taken_in = pairs["is_intake"] | pairs["takes_in"]
    burns_waste = (pairs["new_route"] == "energy") & (pairs["legal_status"] != "by_product")
    given = pairs["category"].isin(FOOD) & (pairs["old_route"] == "reuse")
    given |= pairs["legal_status"] == DONATION
    at_home = pairs["giver_site_id"] == pairs["taker_site_id"]
    pairs = pairs[at_home & ~taken_in & ~burns_waste & ~given]
    pairs = pairs.assign(great_circle_km=0.0)
    no_mass = (pairs["supply"] <= 0) | (pairs["demand"] <= 0)
    little = pairs[["supply", "demand"]].min(axis=1) < LEAST_LINE_T
    little &= ~pairs["naf_code"].str.startswith(WASTE_OPERATORS)
    no_mass |= little & pairs["treatment"].astype("str").str.contains(LINES)
    pairs["gate_rank"] = first_stop(_stops(pairs) | {"no_mass": no_mass})
    pairs = best_rule(pairs, ["out_flow_id", "in_flow_id"])
    kept = pairs[(pairs["gate_rank"] == len(GATES)) & ~_asked_beside(pairs)]
    return _by_name(quantities(kept, reach_km=1.0, detour_factor=1.0))


def _asked_beside(pairs: pd.DataFrame) -> pd.Series:
    """Which pairs that pass are of a need whose taker has another, of what is recovered, that passes too.

    Who asks for a substitute says how much of it he uses, and so what of his matter stays new.
    """
    passes = pairs["gate_rank"] == len(GATES)
    told = np.array([SALVAGED in needs.split() for needs in pairs["need_told"]], dtype=bool)
    both = [pairs["out_flow_id"], pairs["taker_site_id"]]
    return passes & ~told & (passes & told).groupby(both).transform("any")


def _by_name(candidates: pd.DataFrame) -> pd.DataFrame:
    named = candidates.assign(candidate_id=candidates["out_flow_id"] + ">" + candidates["in_flow_id"])
    return named[CANDIDATE_COLUMNS].sort_values("candidate_id", kind="stable", ignore_index=True)


def _stops(pairs: pd.DataFrame) -> dict[str, pd.Series | np.ndarray]:
    """The gates that waste, need and rule close, wherever the two sites are."""
    handed_on = pairs.assign(rank_handed_on=rank_handed_on(pairs))
    received = stops_of_receivers(pairs)
    received["receiver"] = received["receiver"] | is_unfit_for_food(pairs)
    of_pair = {"sorted_out": is_left_over(pairs), "grade": is_another_grade(pairs)}
    return shut_gates(pairs) | received | of_pair | {"asked_quality": too_poor(handed_on)}


def by_gate(rejected: pd.DataFrame) -> Breakdown:
    """Rejected pairs counted by gate, in the name of the side with fewer actors: a pair tells of both."""
    by = rejected.groupby("gate")
    frame = by.size().rename("n_pairs").reset_index().sort_values("n_pairs", ascending=False)
    givers, takers = (by[side].transform("nunique") for side in ("giver_site_id", "taker_site_id"))
    fewer = rejected["giver_site_id"].where(givers < takers, rejected["taker_site_id"])
    return Breakdown(frame, ["gate"], rejected.assign(site_id=fewer))


def quantities(pairs: pd.DataFrame, reach_km: float, detour_factor: float) -> pd.DataFrame:
    """``CANDIDATE_COLUMNS`` of pairs that passed the gates (equations above), but for their name."""
    out, into = (pairs[f"{side}_months"].to_numpy(dtype=np.int64) for side in ("out", "in"))
    months = out & into
    # What keeps may wait for the months of its taker; what spoils may not.
    spoils = pairs["category"].isin(FOOD) & ~pairs["waste_code"].isin(KEEPS)
    supply, demand = (
        {
            bound: pairs[side + bound] * np.where(spoils, SHARE_OF_YEAR[months] / SHARE_OF_YEAR[own], 1.0)
            for bound in MASSES.values()
        }
        for side, own in (("supply", out), ("demand", into))
    )
    y = {bound: pairs[f"yield_{bound}"].astype(float) for bound in ("low", "central", "high")}
    taken_up = {bound: rate.where(~pairs["is_intake"], 1.0) for bound, rate in y.items()}
    n = {bound: rate / pairs["share_met"] for bound, rate in taken_up.items()}
    received, room = pairs["supply"] * taken_up["central"], pairs["demand"] * pairs["share_met"]
    both_ways = coverage_both_ways(received.fillna(0).to_numpy(), room.fillna(0).to_numpy())
    # Of firms: what an operator declares to take in is what may arrive.
    most = most_taken(pairs["rule_id"], pairs["need_told"]).where(~pairs["is_intake"].astype(bool), 1.0)
    part = (most / pairs["share_met"].astype(float)).clip(upper=1.0)
    demand, room = {bound: part * mass for bound, mass in demand.items()}, part * room
    diverted = {
        "": np.minimum(supply[""], demand[""] / n["central"]),
        "_low": np.minimum(supply["_low"], demand["_low"] / n["high"]),
        "_high": np.minimum(supply["_high"], demand["_high"] / n["low"]),
    }
    nearness = 1 - pairs["great_circle_km"] / reach_km
    # Who hands food out fetches what is given on rounds that it makes anyway.
    fetched = spoils & (pairs["legal_status"] != DONATION)
    passed = pairs.assign(
        distance_km=detour_factor * pairs["great_circle_km"],
        months_in_common=np.bitwise_count(months).astype(int),
        spoils_share_of_year=np.where(fetched, SHARE_OF_YEAR[months], 0.0),
        supply_t_per_year=pairs["supply"],
        demand_t_per_year=pairs["demand"],
        need_t_per_t=n["central"],
        most_of_need=part,
        matched_t_per_year=y["central"] * diverted[""],
        matched_low_t_per_year=y["low"] * np.minimum(supply["_low"], demand["_low"] / n["low"]),
        matched_high_t_per_year=y["high"] * np.minimum(supply["_high"], demand["_high"] / n["high"]),
        **{f"diverted{bound}_t_per_year": mass for bound, mass in diverted.items()},
        supply_coverage_percent=100 * np.minimum(1, room / received),
        demand_coverage_percent=100 * np.minimum(part * pairs["share_met"], received / pairs["demand"]),
        fit=taken_up["central"] * both_ways * SHARE_OF_YEAR[months] * nearness,
    )
    return passed[CANDIDATE_COLUMNS[1:]]
