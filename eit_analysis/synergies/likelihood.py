"""How likely a lead is to be pursued: a stated chance from what is known of it, beside the score.

    chance = 1 / (1 + exp(−Σ_f points_f))          base and six features, added up
    likely: chance ≥ 1/2        possible: chance ≥ 1/4        uncertain: below

The features are how the worse known of both masses is known, what the rule rests on, whether a published
exchange gives the same waste code to the same division of activity, whether the sorting quality is said, the
distance, and at which of its three values the joint surplus is above zero. What suits or not, each as likely
until it is asked (:func:`unasked`), or pallets of a trader (:func:`asked_of_pallets`), is no more likely than
not. Neither the trust nor the
readiness of the partners is one of them. All points are rows of ``reference/likelihood_points.csv``, each an
assumption of the project: what became of earlier leads (:mod:`register.pursued`) is what judges them. The
base is a lead of four, as in the approaches that were published; ``possible`` is thus at least as good as
theirs, and ``likely`` more likely than not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.reference.compatibility import AFTER_ANIMALS, AS_PALLETS, FOOD, QUALITY_RANK
from eit_analysis.reference.needs import need_told, object_asked
from eit_analysis.synergies.gates import CHEMISTRY, FOOD_MAKERS, PACKAGING_MAKERS
from eit_analysis.synergies.impacts import INDICATORS
from eit_analysis.synergies.offers import activity, of_output
from eit_analysis.synergies.scoring.ranking import EVIDENCE_RANK

LEAST = {"likely": 0.5, "possible": 0.25, "uncertain": 0.0}  # chance from which a lead is of each class
NEAR_KM = 10.0
FEATURES = ("evidence", "rule", "precedent", "quality", "distance", "surplus")
COLUMNS = ["likelihood_percent", "likelihood"]
PALLETS, PACKAGING = "150103", "1501"
CRATES = r"\b(?:cagettes?|cageots?|caisses?|caissettes?|plateaux?|tourets?|bobines?)\b"
UNASKED = ("grade", "format", "timber")
TO_FIBRES, WIPERS = "effilochage|défibrage", "chiffon"
UNASKED_MOST = 0.49
TRADE = ("46", "47")  # divisions of NAF
BORROWERS = (*TRADE, "49", "52")  # whose pallets are mostly rented, on deposit or exchanged
# What is left of food from plants or milk, sludges aside, and the activities that leave no meat in it.
FEED_CODES = (
    "020304", "020399", "020501", "020599", "020601", "020699", "020701", "020702", "020704", "020799",
)  # fmt: skip
WET = ("0203", "0204", "0205", "0207")  # of fruit, sugar, milk and drinks: pulp, whey, spent grain
MEATLESS = ("103", "105", "106", "107", "1081", "1082", "1083", "11")
SOILED = ("150110", "150111")  # packaging soiled by what is dangerous


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
    open_ = (unasked(candidates, flows) != "") | asked_of_pallets(candidates, flows, sites)["owner"]
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


def unasked(exchanges: pd.DataFrame, flows: pd.DataFrame) -> np.ndarray:
    """Of which exchanges it is not known whether they suit, empty elsewhere.

    The ``grade`` of plastics that firms would work again, the ``format`` of pallets that go on as pallets,
    else whether their ``timber`` does for what their taker uses.
    """
    worked = (exchanges["category"] == "plastic") & (exchanges["new_route"] == "recycling")
    worked &= exchanges["taker_actor_type"] == "firm"
    pallets = _of_pallets(exchanges, flows) & (exchanges["new_route"] == "reuse")
    again = pallets & exchanges["rule_id"].isin(AS_PALLETS)
    return np.select([worked, again, pallets], UNASKED, "")


def asked_of_takers(
    exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Of which exchanges to ask the taker what: ``UNASKED``, and what the kind of use asks.

    ``composition``: of textiles that are made into fibres or wipers; ``hygiene``: of the packaging that a
    maker of food or of packaging would use again; ``dry_matter``: of the wet by-products that animals eat, of
    which a tonne is no tonne of cereals; ``species``: of wood to smoke food with.
    """
    unknown = unasked(exchanges, flows)
    code, naf = of_output(exchanges, flows, "waste_code"), activity(exchanges["taker_site_id"], sites)
    packaging = code.str.startswith(PACKAGING) & (exchanges["new_route"] == "reuse")
    strict = naf.str.startswith((*FOOD_MAKERS, *PACKAGING_MAKERS))
    fibres = exchanges["treatment"].astype("str").fillna("").str.contains(TO_FIBRES)
    use = exchanges["use"].astype("str").fillna("")
    fibres |= (exchanges["category"] == "textile") & use.str.contains(WIPERS)
    eaten, smoked = (need_told(use).str.contains(need) for need in ("feed", "smoking"))
    wet = code.str.startswith(WET) & eaten.astype(bool)
    told = {"composition": fibres, "hygiene": packaging & strict, "dry_matter": wet, "species": smoked}
    return {question: unknown == question for question in UNASKED} | {
        question: asked.to_numpy(dtype=bool) for question, asked in told.items()
    }


def asked_of_feed(exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray:
    """Of which exchanges to ask who would feed animals with it: sound, from plants or milk, composted or
    digested instead."""
    code, quality = (of_output(exchanges, flows, name) for name in ("waste_code", "quality"))
    meatless = activity(exchanges["giver_site_id"], sites).str.startswith(MEATLESS)
    sound = code.isin(FEED_CODES) & (quality == "clean") & exchanges["category"].isin(FOOD)
    return (sound & meatless & exchanges["new_route"].isin(AFTER_ANIMALS)).to_numpy(dtype=bool)


def asked_of_pallets(
    exchanges: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Of which exchanges, whatever their route, to ask the giver of pallets what, by question.

    ``owner``: whose the pallets of a trader are; ``soiled``: whether those of chemistry, or of a site that
    throws away soiled packaging, are soiled too.
    """
    pallets = _of_pallets(exchanges, flows).to_numpy(dtype=bool)
    naf = activity(exchanges["giver_site_id"], sites)
    soiled = flows.loc[flows["waste_code"].astype("str").fillna("").str.startswith(SOILED), "site_id"]
    chemical = naf.str.startswith(CHEMISTRY) | exchanges["giver_site_id"].isin(soiled)
    return {
        "owner": pallets & naf.str.startswith(BORROWERS).to_numpy(dtype=bool),
        "soiled": pallets & chemical.to_numpy(dtype=bool),
    }


def _of_pallets(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Of which exchanges the output is of pallets: crates have their code, and they need not have it."""
    told = flows.reindex(columns=["description"])["description"].astype("str").fillna("").map(fold_words)
    coded = flows["waste_code"].astype("str").fillna("").str.startswith(PALLETS)
    other = told.str.contains(CRATES).astype(bool) & ~told.str.contains("palette").astype(bool)
    named = object_asked(flows) == PALLETS
    return exchanges["out_flow_id"].isin(flows.loc[(coded & ~other) | named, "flow_id"])
