"""Substitution for a country: the same gates as for a study, answered class by class, then the matching.

    outputs → rules that read them and let them through → needs of these rules ← inputs that meet them

Outputs with the same open rules are of one class, and so are inputs that meet the same needs (category and
receiving activity) and ask for the same quality; two classes are compatible when an open rule asks for a need
that is met, and hands on what is asked for. The matching
does the rest.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from eit_analysis.reference.compatibility import OPEN, WASTE, rank_handed_on, reading, shut_gates
from eit_analysis.synergies.gates import GATES, best_rule, first_stop, stops_of_receivers, too_poor
from eit_analysis.synergies.matching import best_matches
from eit_analysis.synergies.offers import inputs, outputs
from eit_analysis.synergies.substitution import quantities

READ_OF_OUTPUTS = [*WASTE, "old_route"]
READ_OF_INPUTS = ["input_category", "naf_code", "input_waste_code", "is_intake", "asked_quality"]
NEED = ["input_category", "receiver_naf_codes", "input_waste_codes", "hazardous_allowed"]


def best_candidates(
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    compatibility: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
    top: int,
    match: Callable[..., pd.DataFrame] = best_matches,
) -> pd.DataFrame:
    """For every output the ``top`` rows of ``substitution.candidates`` of best fit.

    Parameters
    ----------
    flows, sites, compatibility, radius_km, detour_factor
        As for ``substitution.candidates``. Tables of several studies may be stacked once their ``site_id``
        and ``flow_id`` are distinct. Rules yield more than nothing.
    top : int
        Partners kept for each output; equal fits go to the first ``in_flow_id``.
    match : callable
        ``best_matches``, on all threads of this process, or ``best_matches_partitioned`` with its
        cluster (see docs/methods/matching.md).

    Returns
    -------
    pandas.DataFrame
        As ``passed`` of ``substitution.candidates``.
    """
    giving, taking = outputs(flows, sites), inputs(flows, sites)
    giving = giving[giving[["out_lat", "out_lon"]].notna().all(axis=1) & ~(giving["supply_high"] <= 0)]
    taking = taking[taking[["in_lat", "in_lon"]].notna().all(axis=1) & ~(taking["demand_high"] <= 0)]
    compatibility = compatibility.fillna(OPEN)
    open_rules = reading(giving[READ_OF_OUTPUTS].drop_duplicates(), compatibility)
    open_rules = open_rules[first_stop(shut_gates(open_rules)) == len(GATES)]
    met = taking[READ_OF_INPUTS].drop_duplicates()
    met = met.merge(compatibility[NEED].drop_duplicates(), on="input_category")
    met = met[first_stop(stops_of_receivers(met)) == len(GATES)]
    open_rules["rank_handed_on"] = rank_handed_on(open_rules)
    open_rules["out_class"] = _alike(
        open_rules, READ_OF_OUTPUTS, ["rule_id", "specificity", "rank_handed_on"]
    )
    met["in_class"] = _alike(met, READ_OF_INPUTS, [*NEED, "is_intake", "asked_quality"])
    giving = giving.merge(open_rules[[*READ_OF_OUTPUTS, "out_class"]].drop_duplicates(), on=READ_OF_OUTPUTS)
    taking = taking.merge(met[[*READ_OF_INPUTS, "in_class"]].drop_duplicates(), on=READ_OF_INPUTS)
    taking = taking.sort_values("in_flow_id", kind="stable", ignore_index=True)

    classes = open_rules.drop(columns=READ_OF_OUTPUTS).drop_duplicates(
        ["out_class", "rule_id", "specificity"]
    )
    needs = met[[*NEED, "is_intake", "asked_quality", "in_class"]].drop_duplicates()
    classes = classes.merge(needs, on=NEED).assign(gate_rank=len(GATES))
    classes = classes[~too_poor(classes)]
    classes = best_rule(classes, ["out_class", "in_class"]).drop(columns=["input_category", "asked_quality"])
    places = classes["out_class"].to_numpy(), classes["in_class"].to_numpy()
    taken_up = classes.pop("is_intake").where(lambda intake: intake, classes["yield_central"])
    shape = tuple(
        1 + int(rows.max()) if len(rows) else 0 for rows in (open_rules["out_class"], met["in_class"])
    )
    site = pd.Categorical(pd.concat([giving["giver_site_id"], taking["taker_site_id"]])).codes
    found = match(
        _side(giving, "out", "supply", site[: len(giving)]),
        _side(taking, "in", "demand", site[len(giving) :]),
        coo_array((taken_up.to_numpy(dtype=float), places), shape=shape),
        radius_km / detour_factor,
        top,
    )
    pairs = giving.iloc[found["output"]].reset_index(drop=True)
    pairs = pairs.join(taking.iloc[found["input"]].reset_index(drop=True))
    pairs["great_circle_km"] = found["distance_km"]
    pairs = pairs.merge(classes, on=["out_class", "in_class"])
    return quantities(pairs, radius_km / detour_factor, detour_factor)


def _alike(rows: pd.DataFrame, keys: list[str], content: list[str]) -> np.ndarray:
    """For each row the class of its keys: keys with the same set of contents are alike."""
    item = rows.groupby(content, sort=True).ngroup()
    key = rows.groupby(keys, sort=True).ngroup()
    sets = item.groupby(key).agg(lambda items: " ".join(map(str, sorted(set(items)))))
    return pd.Series(pd.factorize(sets)[0], index=sets.index).loc[key].to_numpy()


def _side(rows: pd.DataFrame, prefix: str, mass: str, site: np.ndarray) -> pd.DataFrame:
    """Outputs or inputs as the matching reads them; an unknown mass covers nothing."""
    return pd.DataFrame(
        {
            "class_code": rows[f"{prefix}_class"].to_numpy(),
            "latitude": rows[f"{prefix}_lat"].to_numpy(),
            "longitude": rows[f"{prefix}_lon"].to_numpy(),
            "mass_t_per_year": rows[mass].fillna(0).to_numpy(),
            "months_mask": rows[f"{prefix}_months"].to_numpy(),
            "site_code": site,
        }
    )
