"""Scoring: published examples, and a ranking no newcomer reorders."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.errors import InputError
from eit_analysis.synergies.scoring import (
    CRITERIA,
    RESULT_COLUMNS,
    criteria,
    positions,
    rank,
    spotis,
    topsis,
    weighted_sum,
)

COLUMNS = sorted(
    {c.column for c in CRITERIA.values()} | {n for c in CRITERIA.values() if c.interval for n in c.interval}
)


def test_spotis_car_selection():
    # Dezert, Tchamova, Han, Tacnet (2020), The SPOTIS rank reversal free method, FUSION 2020, example 2.
    values = np.array(
        [
            [15000, 4.3, 99, 42, 737],
            [15290, 5.0, 116, 42, 892],
            [15350, 5.0, 114, 45, 952],
            [15490, 5.3, 123, 45, 1120],
        ]
    )
    weights = np.array([5, 4, 4, 1, 3]) / 17
    bounds = np.array([[14000, 16000], [3, 8], [80, 140], [35, 60], [650, 1300]])
    found = spotis(values, weights, bounds, np.array([-1, -1, -1, 1, 1]))
    assert found == pytest.approx([0.4779, 0.5781, 0.5558, 0.5801], abs=2e-4)
    assert list(positions(-found)) == [1, 3, 2, 4]


def test_topsis_facility_location():
    # Papathanasiou & Ploskas (2018), Multiple Criteria Decision Aid, chapter 1, first facility location.
    values = np.array(
        [[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7], [6, 9, 5, 4]], dtype=float
    )
    found = topsis(values, np.array([0.4, 0.3, 0.1, 0.2]), np.ones(4))
    assert found == pytest.approx([0.387, 0.327, 0.391, 0.615, 0.868, 0.493], abs=2e-3)
    assert list(positions(found)) == [5, 6, 4, 2, 1, 3]


def test_weighted_sum_on_a_hand_example():
    values = np.array([[10.0, 1.0], [20.0, 3.0], [15.0, 2.0]])
    assert weighted_sum(values, np.array([0.6, 0.4]), np.array([1, -1])) == pytest.approx([0.4, 0.6, 0.5])


def test_methods_survive_identical_alternatives():
    same = np.ones((3, 2))
    assert topsis(same, np.array([0.5, 0.5]), np.ones(2)) == pytest.approx([0.5] * 3)
    assert weighted_sum(same, np.array([0.5, 0.5]), np.ones(2)) == pytest.approx([0] * 3)


def candidate_table(rows: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    known = {"supply_t_per_year": 100.0, "giver_evidence": "declared", "taker_evidence": "measured"}
    for name in COLUMNS:
        if name not in frame and name != "coverage_percent":
            frame[name] = np.nan
    return frame.assign(**known)


def some(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    tonnes = rng.uniform(1, 100, n)
    gain = rng.normal(2000, 4000, n)
    return candidate_table(
        [
            {
                "candidate_id": f"c{i:03d}", "diverted_t_per_year": tonnes[i],
                "diverted_low_t_per_year": 0.8 * tonnes[i], "diverted_high_t_per_year": 1.2 * tonnes[i],
                "months_in_common": int(rng.integers(0, 13)), "distance_km": rng.uniform(0, 30),
                "maturity": int(rng.integers(1, 10)), "net_gain_eur_per_year": gain[i],
                "net_gain_low_eur_per_year": gain[i] - 1000, "net_gain_high_eur_per_year": gain[i] + 1000,
            }
            for i in range(n)
        ]
    )  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 12), st.integers(0, 1000), st.integers(0, 11))
def test_a_newcomer_never_reorders_the_others(n, seed, extra):
    everyone = some(n + extra + 1, seed)
    few = rank(everyone.head(n), criteria(), draws=5, seed=1)
    many = rank(everyone, criteria(), draws=5, seed=1)
    stayed = many[many["candidate_id"].isin(few["candidate_id"])]
    assert list(stayed["candidate_id"]) == list(few["candidate_id"])
    assert list(stayed["score"]) == pytest.approx(list(few["score"]))


def test_order_of_rows_is_irrelevant_and_draws_are_seeded():
    frame = some(12)
    one = rank(frame, criteria(), draws=100, seed=7)
    other = rank(frame.sample(frac=1, random_state=3), criteria(), draws=100, seed=7)
    pd.testing.assert_frame_equal(one, other)


def test_rank_interval_and_first_rank():
    ranked = rank(some(12), criteria(), draws=300, seed=7)
    assert (ranked["rank_low"] <= ranked["rank_high"]).all()
    assert ranked["first_rank_percent"].sum() == pytest.approx(100)
    assert ((ranked["score"] >= 0) & (ranked["score"] <= 100)).all()


def test_ignorance_widens_the_interval():
    frame = some(12)
    known = rank(frame, criteria(), draws=300, seed=7).set_index("candidate_id")
    blind = frame.assign(
        distance_km=frame["distance_km"].where(frame["candidate_id"] != "c005"),
        maturity=frame["maturity"].astype(float).where(frame["candidate_id"] != "c005"),
    )
    unknown = rank(blind, criteria(), draws=300, seed=7).set_index("candidate_id")
    width = [f.loc["c005", "rank_high"] - f.loc["c005", "rank_low"] for f in (known, unknown)]
    assert width[1] > width[0]
    assert unknown.loc["c005", "known_criteria"] == known.loc["c005", "known_criteria"] - 2


def test_confidence_is_that_of_the_weaker_side_and_not_in_the_score():
    frame = some(4)
    ranked = rank(frame, criteria(), draws=5, seed=1)
    inferred = rank(frame.assign(giver_evidence="inferred"), criteria(), draws=5, seed=1)
    assert set(ranked["confidence"]) == {"medium"} and set(inferred["confidence"]) == {"low"}
    assert list(ranked["score"]) == list(inferred["score"])


def test_a_study_replaces_weights_and_moves_bounds():
    table = criteria({"distance_km": 3, "maturity": 1}, {"distance_km": [0, 10]})
    assert list(table["criterion"]) == ["distance_km", "maturity"]
    assert list(table["weight"]) == [0.75, 0.25]
    assert list(table["bound_max"]) == [10, 9]


@pytest.mark.parametrize(
    ("weights", "bounds"),
    [
        ({"beauty": 1.0}, {}),
        ({"maturity": -1.0, "distance_km": 2.0}, {}),
        ({"maturity": 0.0}, {}),
        ({}, {"distance_km": [30.0, 0.0]}),
        ({}, {"beauty": [0.0, 1.0]}),
    ],
)
def test_wrong_parameters_are_refused_in_french(weights, bounds):
    with pytest.raises(InputError, match=r"study\.toml"):
        criteria(weights, bounds)


def test_no_candidate_no_rank():
    ranked = rank(some(2).head(0), criteria(), draws=5, seed=1)
    assert ranked.empty and set(RESULT_COLUMNS) <= set(ranked.columns)
