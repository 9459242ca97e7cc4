"""Who could use what another throws away: outputs against inputs through the compatibility rules.

    matched = min(supply × yield, demand)        tonnes received
    diverted = min(supply, demand / yield)       tonnes that leave their old route

Gates come first and nothing buys a way through them: another site, a rule that reads the waste code or the
category, sorting quality, hazard, receiving activity, a use no lower in the waste hierarchy than today's,
reach, some tonnes on both sides.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from eit_analysis.synergies.matching.distance import haversine_km

ALL_YEAR = (1 << 12) - 1
QUALITY_RANK = {"clean": 0, "mixed": 1, "soiled": 2}
# In the order in which they close: a refused pair is counted once, under the first gate that stops it.
GATES = ("same_site", "quality", "hazard", "receiver", "hierarchy", "unlocated", "reach", "no_mass")
# Code de l'environnement, art. L. 541-1: reuse before recycling before energy before disposal.
HIERARCHY = {
    "reuse": 0, "recycling": 1, "composting": 1, "digestion": 1,
    "energy": 2, "incineration": 3, "landfill": 3, "unknown": 3,
}  # fmt: skip

CANDIDATE_COLUMNS = [
    "candidate_id", "out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "category",
    "input_category", "rule_id", "use", "treatment", "legal_status", "maturity", "distance_km",
    "months_in_common", "yield_central", "supply_t_per_year", "demand_t_per_year", "matched_t_per_year",
    "matched_low_t_per_year", "matched_high_t_per_year", "diverted_t_per_year",
    "diverted_low_t_per_year", "diverted_high_t_per_year", "giver_evidence", "taker_evidence",
    "old_route", "new_route", "old_cost_eur_per_t",
]  # fmt: skip
REJECTED_COLUMNS = ["out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "category", "gate"]


def month_mask(months: pd.Series) -> np.ndarray:
    """Twelve bits per row, bit m−1 set when the flow exists in month m; a missing text is all year."""
    unique = months.drop_duplicates()
    bits = {text: ALL_YEAR if pd.isna(text) or not str(text).split() else _bits(str(text)) for text in unique}
    return months.map(bits).to_numpy(dtype=np.int64) if len(months) else np.zeros(0, dtype=np.int64)


def _bits(text: str) -> int:
    return sum(1 << (month - 1) for month in {int(part) for part in text.split()})


def candidates(
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    compatibility: pd.DataFrame,
    hazardous_codes: Collection[str],
    radius_km: float,
    detour_factor: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every exchange that passes the gates, and every matched pair that does not, with its gate.

    A rule that names a waste code and a category reads an output that has both; an output without a code is
    read by its category alone. An unknown quality counts as mixed; an output without a waste code is taken as
    not hazardous; an unknown activity of the receiver, who has declared the need himself, passes. When
    several rules let a pair through, the one that read the longest code, then the most mature, then the best
    yield, is kept.

    Parameters
    ----------
    flows, sites : pandas.DataFrame
        Tidy tables; outlets and ESS count by the inputs they declare, like firms.
    compatibility : pandas.DataFrame
        The rules of ``reference/compatibility.csv`` with the ``route`` that each use is, for the impacts.
    hazardous_codes : collection of str
        Six-digit waste codes that are hazardous.
    radius_km : float
        Reach by road, detour included.
    detour_factor : float
        Road distance over great-circle distance.

    Returns
    -------
    passed : pandas.DataFrame
        One row per (output, input), columns ``CANDIDATE_COLUMNS``, ordered by ``candidate_id``. Masses in
        t/year, bounds are those of supply, demand and yield taken together.
    rejected : pandas.DataFrame
        One row per pair that a rule reads and a gate stops, columns ``REJECTED_COLUMNS``.
    """
    pairs = _read_by_rules(_outputs(flows, sites, hazardous_codes), compatibility)
    pairs = pairs.merge(_inputs(flows, sites), on="input_category")
    pairs["distance_km"] = detour_factor * haversine_km(
        *(pairs[c].to_numpy(dtype=float) for c in ("out_lat", "out_lon", "in_lat", "in_lon"))
    )
    stops = {
        "same_site": pairs["giver_site_id"] == pairs["taker_site_id"],
        "quality": pairs["quality_rank"] > pairs["worst_quality"].map(QUALITY_RANK).astype(float).fillna(2),
        "hazard": pairs["hazardous"] & (pairs["hazardous_allowed"] != 1),
        "receiver": ~_receives(pairs["naf_code"], pairs["receiver_naf_codes"]),
        "hierarchy": pairs["new_route"].map(HIERARCHY).astype(float)
        > pairs["old_route"].map(HIERARCHY).astype(float),
        "unlocated": pairs["distance_km"].isna(),
        "reach": pairs["distance_km"] > radius_km,
        "no_mass": (pairs["supply_high"] <= 0) | (pairs["demand_high"] <= 0),
    }
    stopped = np.column_stack([stops[gate].to_numpy(dtype=bool) for gate in GATES])
    pairs["gate_rank"] = np.where(stopped.any(axis=1), stopped.argmax(axis=1), len(GATES))
    # The pair goes as far as its best rule takes it.
    pairs = pairs.sort_values(
        ["out_flow_id", "in_flow_id", "gate_rank", "specificity", "maturity", "yield_central", "rule_id"],
        ascending=[True, True, False, False, False, False, True],
        kind="stable",
    ).drop_duplicates(["out_flow_id", "in_flow_id"])
    refused = pairs[pairs["gate_rank"] < len(GATES)]
    refused = refused.assign(gate=np.array(GATES, dtype=object)[refused["gate_rank"].to_numpy(dtype=int)])
    passed = _quantities(pairs[pairs["gate_rank"] == len(GATES)])
    return (
        passed[CANDIDATE_COLUMNS].sort_values("candidate_id").reset_index(drop=True),
        refused[REJECTED_COLUMNS].reset_index(drop=True),
    )


def _outputs(flows: pd.DataFrame, sites: pd.DataFrame, hazardous_codes: Collection[str]) -> pd.DataFrame:
    out = flows[flows["direction"] == "out"].merge(
        sites[["site_id", "latitude", "longitude"]], on="site_id", how="left"
    )
    return pd.DataFrame(
        {
            "out_flow_id": out["flow_id"].astype(str),
            "giver_site_id": out["site_id"].astype(str),
            "category": out["category"].astype(str),
            "waste_code": out["waste_code"].fillna("").astype(str),
            "hazardous": out["waste_code"].isin(list(hazardous_codes)),
            "quality_rank": out["quality"].map(QUALITY_RANK).astype(float).fillna(QUALITY_RANK["mixed"]),
            "supply": out["mass_t_per_year"].astype(float),
            "supply_low": out["mass_low_t_per_year"].astype(float),
            "supply_high": out["mass_high_t_per_year"].astype(float),
            "giver_evidence": out["evidence"],
            "old_route": out["route"].fillna("unknown"),
            "old_cost_eur_per_t": out["cost_eur_per_t"].astype(float),
            "out_months": month_mask(out["months"]),
            "out_lat": out["latitude"].astype(float),
            "out_lon": out["longitude"].astype(float),
        }
    )


def _inputs(flows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    entering = flows[flows["direction"] == "in"].merge(
        sites[["site_id", "naf_code", "latitude", "longitude"]], on="site_id", how="left"
    )
    return pd.DataFrame(
        {
            "in_flow_id": entering["flow_id"].astype(str),
            "taker_site_id": entering["site_id"].astype(str),
            "input_category": entering["category"].astype(str),
            "naf_code": entering["naf_code"].fillna("").astype(str).str.replace(".", "", regex=False),
            "demand": entering["mass_t_per_year"].astype(float),
            "demand_low": entering["mass_low_t_per_year"].astype(float),
            "demand_high": entering["mass_high_t_per_year"].astype(float),
            "taker_evidence": entering["evidence"],
            "in_months": month_mask(entering["months"]),
            "in_lat": entering["latitude"].astype(float),
            "in_lon": entering["longitude"].astype(float),
        }
    )


def _read_by_rules(outputs: pd.DataFrame, compatibility: pd.DataFrame) -> pd.DataFrame:
    rules = compatibility.assign(
        waste_code_prefix=compatibility["waste_code_prefix"].fillna("").astype(str),
        specificity=compatibility["waste_code_prefix"].fillna("").astype(str).str.len(),
        rule_category=compatibility["category"].fillna("").astype(str),
        rule_id=compatibility["rule_id"].astype(str),
        new_route=compatibility["route"],
    ).drop(columns=["category", "route", "source", "year"])
    coded, uncoded = outputs[outputs["waste_code"] != ""], outputs[outputs["waste_code"] == ""]
    parts = [
        coded.assign(waste_code_prefix=coded["waste_code"].str[:length]).merge(
            rules[rules["specificity"] == length], on="waste_code_prefix"
        )
        for length in sorted(set(rules["specificity"]) - {0})
    ]
    parts = [p[(p["rule_category"] == "") | (p["rule_category"] == p["category"])] for p in parts]
    by_category = rules[rules["rule_category"] != ""].drop(columns="waste_code_prefix")
    parts.append(
        coded.merge(
            by_category[by_category["specificity"] == 0], left_on="category", right_on="rule_category"
        )
    )
    # A code that was not read makes no rule more specific.
    parts.append(
        uncoded.merge(by_category.assign(specificity=0), left_on="category", right_on="rule_category")
    )
    return pd.concat(parts, ignore_index=True)


def _receives(naf_code: pd.Series, prefixes: pd.Series) -> pd.Series:
    """Whether each activity starts with one of its rule's prefixes (unknown on either side passes)."""
    both = pd.DataFrame({"naf": naf_code, "prefixes": prefixes.fillna("").astype(str)})
    unique = both.drop_duplicates()
    answers = [
        naf == "" or not wanted.split() or naf.startswith(tuple(wanted.replace(".", "").split()))
        for naf, wanted in unique.itertuples(index=False)
    ]
    known = unique.assign(answer=np.array(answers, dtype=bool))
    return both.merge(known, on=["naf", "prefixes"], how="left")["answer"].astype(bool)


def _quantities(pairs: pd.DataFrame) -> pd.DataFrame:
    months = np.bitwise_count(
        pairs["out_months"].to_numpy(dtype=np.int64) & pairs["in_months"].to_numpy(dtype=np.int64)
    )
    y = {bound: pairs[f"yield_{bound}"].astype(float) for bound in ("low", "central", "high")}
    return pairs.assign(
        candidate_id=pairs["out_flow_id"] + ">" + pairs["in_flow_id"],
        months_in_common=months.astype(int),
        supply_t_per_year=pairs["supply"],
        demand_t_per_year=pairs["demand"],
        matched_t_per_year=np.minimum(pairs["supply"] * y["central"], pairs["demand"]),
        matched_low_t_per_year=np.minimum(pairs["supply_low"] * y["low"], pairs["demand_low"]),
        matched_high_t_per_year=np.minimum(pairs["supply_high"] * y["high"], pairs["demand_high"]),
        diverted_t_per_year=np.minimum(pairs["supply"], pairs["demand"] / y["central"]),
        diverted_low_t_per_year=np.minimum(pairs["supply_low"], pairs["demand_low"] / y["high"]),
        diverted_high_t_per_year=np.minimum(pairs["supply_high"], pairs["demand_high"] / y["low"]),
    )
