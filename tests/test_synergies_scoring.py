"""Scoring: published examples, and a ranking that no newcomer reorders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.errors import InputError
from eit_analysis.synergies.scoring.criteria import criteria
from eit_analysis.synergies.scoring.ranking import RESULT_COLUMNS, rank
from eit_analysis.synergies.scoring.spotis import distances, positions, spotis

CRITERIA = reference.load("criteria").set_index("criterion")
COLUMNS = sorted(set(CRITERIA[["column", "low", "high"]].stack().dropna()))


def test_spotis_car_selection():
    # Dezert, Tchamova, Han, Tacnet (2020), FUSION 2020, car example; values and scores as read in the tests
    # of scikit-criteria (tests/agg/test_spotis.py, test_reference_example_b) and of pyrepo-mcda.
    values = np.array(
        [
            [15000, 4.3, 99, 42, 737],
            [15290, 5.0, 116, 42, 892],
            [15350, 5.0, 114, 45, 952],
            [15490, 5.3, 123, 45, 1120],
        ]
    )
    weights = np.array([0.2941, 0.2353, 0.2353, 0.0588, 0.1765])
    bounds = np.array([[14000, 16000], [3, 8], [80, 140], [35, 60], [650, 1300]])
    found = spotis(distances(values, bounds, np.array([-1, -1, -1, 1, 1])), weights)
    assert found == pytest.approx([0.4779, 0.5781, 0.5558, 0.5801], abs=1e-4)
    assert list(positions(-found)) == [1, 3, 2, 4]


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
                "candidate_id": f"c{i:03d}", "out_flow_id": f"f{i // 2}", "legal_status": "waste",
                "diverted_t_per_year": tonnes[i],
                "diverted_low_t_per_year": 0.8 * tonnes[i], "diverted_high_t_per_year": 1.2 * tonnes[i],
                "months_in_common": int(rng.integers(0, 13)), "distance_km": rng.uniform(0, 30),
                "maturity": int(rng.integers(1, 10)), "joint_surplus_eur_per_year": gain[i],
                "joint_surplus_low_eur_per_year": gain[i] - 1000,
                "joint_surplus_high_eur_per_year": gain[i] + 1000,
            }
            for i in range(n)
        ]
    )  # fmt: skip


def ranked(frame: pd.DataFrame, draws: int = 300, seed: int = 7) -> pd.DataFrame:
    return rank(frame, criteria(), draws, seed)


@settings(max_examples=20)
@given(st.integers(1, 12), st.integers(0, 1000), st.integers(0, 11), st.randoms())
def test_a_newcomer_never_reorders_the_others(n, seed, extra, shuffle):
    everyone = some(n + extra + 1, seed)
    # Newcomers anywhere in the order of the identifiers, not only last.
    names = list(everyone["candidate_id"])
    shuffle.shuffle(names)
    everyone = everyone.assign(candidate_id=names)
    few, many = ranked(everyone.head(n), 5), ranked(everyone, 5)
    stayed = many[many["candidate_id"].isin(few["candidate_id"])]
    assert list(stayed["candidate_id"]) == list(few["candidate_id"])
    # Not even in the last digit.
    assert list(stayed["score"]) == list(few["score"])


def test_order_of_rows_is_irrelevant_and_draws_are_seeded():
    frame = some(12)
    one = rank(frame, criteria(), 100, 7)
    other = rank(frame.sample(frac=1, random_state=3), criteria(), 100, 7)
    pd.testing.assert_frame_equal(one, other)
    assert not one["rank_high"].equals(ranked(frame, 100, 8)["rank_high"])


def test_rank_interval_and_first_rank():
    table = rank(some(12), criteria(), 300, 7)
    assert (table["rank_low"] <= table["rank_high"]).all()
    assert table["first_rank_percent"].sum() == pytest.approx(100)
    assert table["top_ranks_percent"].sum() == pytest.approx(300)
    assert ((table["score"] >= 0) & (table["score"] <= 100)).all()
    assert ((table["leads_if"] == "never") == (table["first_rank_percent"] == 0)).all()
    assert (table["confidence_factor_percent"].isna() == (table["first_rank_percent"] == 0)).all()


def test_ignorance_widens_the_interval():
    frame = some(12)
    known = ranked(frame).set_index("candidate_id")
    blind = frame.assign(
        distance_km=frame["distance_km"].where(frame["candidate_id"] != "c005"),
        maturity=frame["maturity"].astype(float).where(frame["candidate_id"] != "c005"),
    )
    unknown = ranked(blind).set_index("candidate_id")
    width = [f.loc["c005", "rank_high"] - f.loc["c005", "rank_low"] for f in (known, unknown)]
    assert width[1] > width[0]


def test_a_column_that_is_not_there_is_unknown_for_all():
    frame = some(6)
    gone = ["insertion_fte", "insertion_fte_low", "insertion_fte_high", "regulatory_ease"]
    pd.testing.assert_frame_equal(ranked(frame).drop(columns=gone), ranked(frame.drop(columns=gone)))


def test_confidence_is_that_of_the_weaker_side_and_not_in_the_score():
    frame = some(4)
    declared, inferred = ranked(frame, 5), ranked(frame.assign(giver_evidence="inferred"), 5)
    assert set(declared["confidence"]) == {"medium"} and set(inferred["confidence"]) == {"low"}
    assert list(declared["score"]) == list(inferred["score"])


def test_a_value_beyond_its_scale_counts_as_the_bound():
    frame = some(3)
    far = frame.assign(distance_km=[40.0, 41.0, 4000.0])
    near = frame.assign(distance_km=40.0)
    assert list(ranked(far, 5)["score"]) == list(ranked(near, 5)["score"])


def test_a_study_replaces_weights_and_moves_bounds():
    table = criteria({"distance_km": 3, "maturity": 1}, {"distance_km": [0, 10]})
    assert list(table["criterion"]) == ["distance_km", "maturity"]
    assert list(table["weight"]) == [0.75, 0.25]
    assert list(table["bound_max"]) == [10, 9]


def test_default_weights_are_parts_of_one_and_opinions_count_only_when_asked():
    assert CRITERIA["weight"].sum() == pytest.approx(1)
    assert "partner_willingness" not in set(criteria()["criterion"])
    assert list(criteria({"partner_willingness": 1})["criterion"]) == ["partner_willingness"]
    labels = reference.load("labels")
    assert set(CRITERIA.index) <= set(labels.loc[labels["column"] == "criterion", "code"])


@pytest.mark.parametrize(
    ("weights", "bounds"),
    [
        ({"beauty": 1.0}, {}),
        ({"maturity": -1.0, "distance_km": 2.0}, {}),
        ({"maturity": 0.0}, {}),
        ({"maturity": float("nan")}, {}),
        ({"maturity": float("inf")}, {}),
        ({}, {"distance_km": [30.0, 0.0]}),
        ({}, {"distance_km": [0.0, float("nan")]}),
        ({}, {"distance_km": [0.0, float("inf")]}),
        ({}, {"distance_km": [float("-inf"), 40.0]}),
        ({}, {"beauty": [0.0, 1.0]}),
    ],
)
def test_wrong_parameters_are_refused_in_french(weights, bounds):
    with pytest.raises(InputError, match=r"study\.toml"):
        criteria(weights, bounds)


def test_no_candidate_no_rank():
    ranked = rank(some(2).head(0), criteria(), 5, 1)
    assert ranked.empty and set(RESULT_COLUMNS) <= set(ranked.columns)


def test_one_candidate_is_first_whatever_the_weights():
    row = rank(some(1), criteria(), 20, 1).iloc[0]
    assert (row["rank"], row["rank_low"], row["rank_high"], row["rank_weighted_sum"], row["rank_topsis"]) == (
        1, 1, 1, 1, 1,
    )  # fmt: skip
    assert row["first_rank_percent"] == row["confidence_factor_percent"] == 100
    assert row["leads_if"] == "data"
