"""How likely a lead is to be pursued: a stated chance from what is known of it, beside the score.

    chance = 1 / (1 + exp(−Σ_f points_f))          base and six features, added up
    likely: chance ≥ 1/2        possible: chance ≥ 1/4        uncertain: below

The features are how the worse known of both masses is known, what the rule rests on, whether a published
exchange gives the same waste code to the same division of activity, whether the sorting quality is said, the
distance, and at which of its three values the joint surplus is above zero. What suits or not, each as likely
until it is asked (``ask.taker.unasked``), pallets of a trader, or the species of wood
to smoke with, is no more likely than not. Neither the
trust nor the readiness of the partners is one of them. All points are rows of
``reference/likelihood_points.csv``, each an assumption of the project: what became of earlier leads
(:mod:`register.pursued`) is what judges them. The base is a lead of four, as in the approaches that were
published; ``possible`` is thus at least as good as theirs, and ``likely`` more likely than not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from eit_analysis import reference
from eit_analysis.reference.compatibility import QUALITY_RANK
from eit_analysis.synergies.ask.giver import of_pallet_givers
from eit_analysis.synergies.ask.taker import smoked, unasked
from eit_analysis.synergies.impacts import INDICATORS
from eit_analysis.synergies.scoring.ranking import EVIDENCE_RANK

LEAST = {"likely": 0.5, "possible": 0.25, "uncertain": 0.0}  # chance from which a lead is of each class
NEAR_KM = 10.0
FEATURES = ("evidence", "rule", "precedent", "quality", "distance", "surplus")
COLUMNS = ["likelihood_percent", "likelihood"]
UNASKED_MOST = 0.49


def with_likelihood(
    candidates: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, rules: pd.DataFrame
) -> pd.DataFrame:
    """Candidates (``impacts.impacts``) with ``likelihood_percent`` and its class, ``likelihood``.

    ``flows`` and ``sites`` are tidy tables, ``rules`` rows of ``compatibility.csv``.
    """
    points = reference.load("likelihood_points").set_index(["feature", "state"])["points"]
    found = features(candidates, flows, sites, rules)
    total = np.full(len(candidates), points["base", "all"])
    for feature in FEATURES:
        total = total + found[feature].map(points[feature]).to_numpy(dtype=float)
    open_ = (unasked(candidates, flows) != "") | of_pallet_givers(candidates, flows, sites)["owner"]
    open_ |= smoked(candidates)
    chance = np.minimum(expit(total), np.where(open_, UNASKED_MOST, 1.0))
    names, least = list(LEAST), list(LEAST.values())
    classes = np.select([chance >= bound for bound in least[:-1]], names[:-1], names[-1])
    return candidates.assign(likelihood_percent=100 * chance, likelihood=classes)


def features(
    candidates: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, rules: pd.DataFrame
) -> pd.DataFrame:
    """The state of each of ``FEATURES`` for each candidate, as ``likelihood_points.csv`` names them."""
    given = flows.drop_duplicates("flow_id").set_index("flow_id")
    code, quality = (candidates["out_flow_id"].map(given[c]) for c in ("waste_code", "quality"))
    activity = candidates["taker_site_id"].map(
        sites.drop_duplicates("site_id").set_index("site_id")["naf_code"]
    )
    known = reference.load("precedents")
    precedents = set(zip(known["waste_code"], known["receiver_naf_code"].str[:2], strict=True))
    pairs = zip(code.astype(object), activity.fillna("").str[:2], strict=True)
    sides = candidates[["giver_evidence", "taker_evidence"]]
    worse = sides.apply(lambda side: side.map(EVIDENCE_RANK)).max(axis=1)
    central, low, high = (candidates[c] for c in INDICATORS["joint_surplus"])
    return pd.DataFrame(
        {
            "evidence": worse.map({rank: name for name, rank in EVIDENCE_RANK.items()}),
            "rule": candidates["rule_id"].map(rules.set_index("rule_id")["authority"]),
            "precedent": ["yes" if pair in precedents else "no" for pair in pairs],
            "quality": np.where(quality.isin(list(QUALITY_RANK)), "known", "unknown"),
            "distance": np.where(candidates["distance_km"] <= NEAR_KM, "near", "far"),
            "surplus": np.select(
                [central.isna(), low > 0, central > 0, high > 0],
                ["unknown", "always", "central", "at_best"],
                "never",
            ),
        },
        index=candidates.index,
    )
