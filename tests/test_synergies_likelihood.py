"""The stated chance of a lead: points added up by hand, in order of what is known, and never in the score."""

from __future__ import annotations

from math import exp, log

import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.codes import LABELS
from eit_analysis.publishing.wording import heading
from eit_analysis.synergies.likelihood import COLUMNS, FEATURES, LEAST, features, with_likelihood
from eit_analysis.synergies.scoring.ranking import EVIDENCE_RANK

POINTS = reference.load("likelihood_points")
RULES = pd.DataFrame({"rule_id": ["by_law", "ours"], "authority": ["law", "assumption"]})
SITES = pd.DataFrame({"site_id": ["A", "B"], "naf_code": ["13.10Z", "17.12Z"]})
SURPLUS = ["joint_surplus_eur_per_year", "joint_surplus_low_eur_per_year", "joint_surplus_high_eur_per_year"]


def lead(quality="clean", code="150101", rule="by_law", km=4.0, evidence=("measured", "measured"),
         surplus=(500.0, 100.0, 900.0)):  # fmt: skip
    candidate = {
        "out_flow_id": "A-F01", "giver_site_id": "A", "taker_site_id": "B", "rule_id": rule,
        "distance_km": km, "giver_evidence": evidence[0], "taker_evidence": evidence[1],
        "in_flow_id": "B-F01",
        "category": "cardboard", "new_route": "recycling", "taker_actor_type": "firm",
        "use": "fibres", "treatment": "tri",
        **dict(zip(SURPLUS, surplus, strict=True)),
    }  # fmt: skip
    flows = pd.DataFrame(
        {
            "flow_id": ["A-F01"],
            "site_id": ["A"],
            "waste_code": [code],
            "quality": [quality],
            "description": ["Cartons"],
        },
        dtype="str",
    )
    return pd.DataFrame([candidate]), flows


def chance(**known):
    return with_likelihood(*lead(**known), SITES, RULES).loc[0, "likelihood_percent"]


def test_points_are_added_up_as_declared():
    # −1.1 + 0.4 measured + 0.3 law + 0 no precedent + 0.3 quality + 0.3 near + 0.8 always = 1.0
    found = with_likelihood(*lead(code="999999"), SITES, RULES).loc[0]
    assert found["likelihood_percent"] == pytest.approx(100 / (1 + exp(-1.0)))
    assert found["likelihood"] == "likely"
    # The worse of both sides counts: −1.1 − 1 − 0.3 + 0 − 0.3 + 0 − 2 = −4.7
    poor = lead(None, "999999", "ours", 25.0, ("measured", "inferred"), (-50.0, -90.0, -1.0))
    found = with_likelihood(*poor, SITES, RULES).loc[0]
    assert found["likelihood_percent"] == pytest.approx(100 / (1 + exp(4.7)))
    assert found["likelihood"] == "uncertain"


def test_a_plastic_of_which_nobody_said_the_grade_is_not_called_likely():
    candidates, flows = lead()
    known, asked = (
        with_likelihood(candidates.assign(category=family), flows, SITES, RULES).loc[0]
        for family in ("cardboard", "plastic")
    )
    assert known["likelihood"] == "likely" and asked["likelihood"] == "possible"
    assert known["likelihood_percent"] > 50 > asked["likelihood_percent"] == 49


def test_pallets_of_a_trader_are_not_called_likely_before_one_knows_whose_they_are():
    candidates, flows = lead(code="150103")
    for naf, called in (("13.10Z", "likely"), ("47.52B", "possible")):
        sites = SITES.assign(naf_code=[naf, "17.12Z"])
        assert with_likelihood(candidates, flows, sites, RULES).loc[0, "likelihood"] == called


def test_wood_to_smoke_with_is_not_called_likely_before_one_knows_its_species():
    candidates, flows = lead()
    smoked = candidates.assign(use="bois de fumage d'aliments")
    assert with_likelihood(smoked, flows, SITES, RULES).loc[0, "likelihood_percent"] == 49


def test_a_published_exchange_of_the_same_code_to_the_same_division_counts():
    known = reference.load("precedents")
    to_paper = known.loc[known["receiver_naf_code"].str.startswith("17"), "waste_code"].iloc[0]
    row = features(*lead(code=to_paper), SITES, RULES).loc[0]
    assert row["precedent"] == "yes"
    elsewhere = SITES.assign(naf_code="97.00Z")
    assert features(*lead(code=to_paper), elsewhere, RULES).loc[0, "precedent"] == "no"


@pytest.mark.parametrize(
    ("surplus", "state"),
    [
        ((500.0, 100.0, 900.0), "always"),
        ((500.0, 0.0, 900.0), "central"),
        ((-5.0, -100.0, 900.0), "at_best"),
        ((-5.0, -100.0, 0.0), "never"),
        ((float("nan"), float("nan"), float("nan")), "unknown"),
    ],
)
def test_the_sign_of_the_gain_at_its_three_values(surplus, state):
    assert features(*lead(surplus=surplus), SITES, RULES).loc[0, "surplus"] == state


def test_what_is_better_known_is_never_less_likely():
    order = ["always", "central", "at_best", "never"]
    of = POINTS.set_index(["feature", "state"])["points"]
    assert of["surplus"][order].is_monotonic_decreasing
    assert of["evidence"][list(EVIDENCE_RANK)].is_monotonic_decreasing
    assert chance() > chance(quality=None) and chance() > chance(km=11) and chance() > chance(rule="ours")


def test_every_state_has_points_in_one_place_each_an_assumption_with_its_reason():
    types = set(reference.load("compatibility")["authority"])
    states = POINTS.groupby("feature")["state"].agg(set)
    assert set(states.index) == {"base", *FEATURES} and not POINTS.duplicated(["feature", "state"]).any()
    assert types == states["rule"] and set(LABELS["evidence"]) <= states["evidence"] == set(EVIDENCE_RANK)
    assert set(POINTS["authority"]) == {"assumption"} and POINTS["reason"].notna().all()


def test_the_base_is_the_share_that_published_approaches_realised():
    shown = reference.load("published_approaches").dropna(subset=["n_leads", "n_done"])
    named = shown[shown["approach"].str.contains("PNSI|, 2013|Aalborg")]
    share = named["n_done"].sum() / named["n_leads"].sum()
    assert log(share / (1 - share)) == pytest.approx(
        POINTS.set_index("feature").loc["base", "points"], abs=0.1
    )


def test_it_stands_beside_the_score(assessment):
    assert not set(COLUMNS) & set(reference.load("criteria")["column"])
    exchanges = assessment.exchanges
    assert set(exchanges["likelihood"]) == set(LEAST) == set(heading("likelihood").labels)
    assert exchanges["likelihood_percent"].between(0, 100, inclusive="neither").all()
    # Points about what is already in the score would rank leads alike; they do not.
    assert exchanges["likelihood_percent"].corr(exchanges["score"], method="spearman") < 0.9


def test_headers_have_units():
    assert heading("likelihood").header and heading("likelihood_percent").unit == "%"
    assert with_likelihood(lead()[0].head(0), lead()[1], SITES, RULES).empty
