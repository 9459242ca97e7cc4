"""Substitution for a country: the same gates as for a study, answered class by class, then the matching.

    outputs → rules that read them and let them through → needs of these rules ← inputs that meet them

Outputs with the same open rules are of one class, and so are inputs that meet the same needs (category and
receiving activity) and ask for the same quality; two classes are compatible when an open rule asks for a need
that is met, and hands on what is asked for. The matching
does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from eit_analysis.reference.compatibility import OPEN, WASTE, rank_handed_on, reading, shut_gates
from eit_analysis.reference.needs import use_told
from eit_analysis.synergies.gates import (
    AT_HOME,
    GATES,
    best_rule,
    first_stop,
    is_another_grade,
    is_left_over,
    stops_of_receivers,
    too_poor,
)
from eit_analysis.synergies.matching.best import best_matches
from eit_analysis.synergies.offers import inputs, outputs
from eit_analysis.synergies.substitution import quantities

READ_OF_OUTPUTS = [*WASTE, "old_route", "sorted_out", "grades"]
READ_OF_INPUTS = [
    "input_category", "naf_code", "input_waste_code", "object_asked", "need_told", "is_intake",
    "asked_quality", "grades_asked",
]  # fmt: skip
NEED = [
    "input_category", "receiver_naf_codes", "input_waste_codes", "other_needs", "proving_needs",
    "hazardous_allowed", "use_told",
]  # fmt: skip
ASKED = ["need_told", "is_intake", "asked_quality", "grades_asked"]
# What a candidate tells of each side; words that recur are kept once.
GIVEN = [
    "out_flow_id", "giver_site_id", "category", "giver_evidence", "old_route", "old_cost_eur_per_t", "supply",
    "supply_low", "supply_high", "out_months", "waste_code",
]  # fmt: skip
TAKEN = [
    "in_flow_id", "taker_site_id", "input_category", "taker_evidence", "is_intake", "demand", "demand_low",
    "demand_high", "share_met", "need_told", "in_months",
]  # fmt: skip
WORDS = [
    "category", "input_category", "giver_evidence", "taker_evidence", "old_route", "new_route", "rule_id",
    "use", "treatment", "legal_status",
]  # fmt: skip
PART_ROWS = 100_000


def best_candidates(
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    compatibility: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
    top: int,
) -> Iterator[pd.DataFrame]:
    """For every output the ``top`` rows of ``substitution.candidates`` of best fit, and needs that gate
    ``named_need`` would shut: partners are read one by one here.

    All of it is matched at once, in some tens of bytes a pair; the table of candidates, whose rows are ten
    times as long, is made of so many pairs at a time.

    Parameters
    ----------
    flows, sites, compatibility, radius_km, detour_factor
        As for ``substitution.candidates``. Tables of several studies may be stacked once their ``site_id``
        and ``flow_id`` are distinct. Rules yield more than nothing.
    top : int
        Partners kept for each output; equal fits go to the first ``in_flow_id``.

    Yields
    ------
    pandas.DataFrame
        As ``passed`` of ``substitution.candidates``, but for ``candidate_id``, by ``out_flow_id``, then best
        first; ``WORDS`` are categories.
    """
    giving, taking = outputs(flows, sites), inputs(flows, sites)
    giving = giving[giving[["out_lat", "out_lon"]].notna().all(axis=1) & ~(giving["supply_high"] <= 0)]
    taking = taking[taking[["in_lat", "in_lon"]].notna().all(axis=1) & ~(taking["demand_high"] <= 0)]
    compatibility = compatibility[~compatibility["rule_id"].isin(AT_HOME)]
    compatibility = compatibility.fillna(OPEN).assign(use_told=use_told)
    giving["kind"], kinds = _kinds(giving, READ_OF_OUTPUTS)
    open_rules = reading(kinds, compatibility)
    open_rules = open_rules[(first_stop(shut_gates(open_rules)) == len(GATES)) & ~is_left_over(open_rules)]
    open_rules["rank_handed_on"] = rank_handed_on(open_rules)
    open_rules["out_class"] = _alike(
        open_rules, ["rule_id", "specificity", "mixed", "rank_handed_on", "grades"]
    )
    taking["kind"], kinds = _kinds(taking, READ_OF_INPUTS)
    met = kinds.merge(compatibility[NEED].drop_duplicates(), on="input_category")
    met = met[first_stop(stops_of_receivers(met)) == len(GATES)]
    met["in_class"] = _alike(met, [*NEED, *ASKED])
    giving = giving.merge(open_rules[["kind", "out_class"]].drop_duplicates(), on="kind")
    taking = taking.merge(met[["kind", "in_class"]].drop_duplicates(), on="kind")
    giving = giving.sort_values("out_flow_id", kind="stable", ignore_index=True)
    taking = taking.sort_values("in_flow_id", kind="stable", ignore_index=True)

    classes = open_rules.drop(columns=[*READ_OF_OUTPUTS[:-1], "kind"]).drop_duplicates(
        ["out_class", "rule_id", "specificity"]
    )
    needs = met[[*NEED, *ASKED, "in_class"]].drop_duplicates()
    classes = classes.merge(needs, on=NEED).assign(gate_rank=len(GATES))
    classes = classes[~too_poor(classes) & ~is_another_grade(classes)]
    classes = best_rule(classes, ["out_class", "in_class"]).drop(
        columns=["input_category", "need_told", "asked_quality", "grades_asked"]
    )
    places = classes["out_class"].to_numpy(), classes["in_class"].to_numpy()
    taken_up = classes.pop("is_intake").where(lambda intake: intake, classes["yield_central"])
    shape = tuple(
        1 + int(rows.max()) if len(rows) else 0 for rows in (open_rules["out_class"], met["in_class"])
    )
    everyone = pd.Index(sites["site_id"])
    room = taking.assign(demand=taking["demand"] * taking["share_met"])
    found = best_matches(
        _side(giving, "out", "supply", everyone.get_indexer(giving["giver_site_id"])),
        _side(room, "in", "demand", everyone.get_indexer(taking["taker_site_id"])),
        coo_array((taken_up.to_numpy(dtype=float), places), shape=shape),
        radius_km / detour_factor,
        top,
    )
    pair = giving["out_class"].to_numpy()[found["output"]], taking["in_class"].to_numpy()[found["input"]]
    # The rules are in the order of their classes.
    found["rule"] = np.searchsorted(places[0] * shape[1] + places[1], pair[0] * shape[1] + pair[1])
    told = {"output": giving[GIVEN], "input": taking[TAKEN], "rule": classes}
    told = {
        name: rows.astype(dict.fromkeys(set(WORDS) & set(rows), "category")) for name, rows in told.items()
    }
    for start in range(0, max(len(found), 1), PART_ROWS):
        part = found.iloc[start : start + PART_ROWS]
        sides = [rows.iloc[part[name]].reset_index(drop=True) for name, rows in told.items()]
        pairs = pd.concat(sides, axis=1).assign(great_circle_km=part["distance_km"].to_numpy())
        yield quantities(pairs, radius_km / detour_factor, detour_factor)


def _kinds(rows: pd.DataFrame, read: list[str]) -> tuple[pd.Series, pd.DataFrame]:
    """For each row the number of its kind, which is all that is read of it, and one row of each kind."""
    kind = rows.groupby(read, sort=False, dropna=False).ngroup()
    return kind, rows.loc[~kind.duplicated(), read].assign(kind=kind)


def _alike(rows: pd.DataFrame, content: list[str]) -> np.ndarray:
    """For each row the class of its kind: kinds with the same set of contents are alike."""
    item = rows.groupby(content, sort=True).ngroup()
    sets = item.groupby(rows["kind"]).agg(lambda items: " ".join(map(str, sorted(set(items)))))
    return pd.Series(pd.factorize(sets)[0], index=sets.index).loc[rows["kind"]].to_numpy()


def _side(rows: pd.DataFrame, prefix: str, mass: str, site_codes: np.ndarray) -> pd.DataFrame:
    """Outputs or inputs as the matching reads them; an unknown mass covers nothing."""
    return pd.DataFrame(
        {
            "class_code": rows[f"{prefix}_class"].to_numpy(),
            "latitude": rows[f"{prefix}_lat"].to_numpy(),
            "longitude": rows[f"{prefix}_lon"].to_numpy(),
            "mass_t_per_year": rows[mass].fillna(0).to_numpy(),
            "months_mask": rows[f"{prefix}_months"].to_numpy(),
            "site_code": site_codes,
        }
    )
