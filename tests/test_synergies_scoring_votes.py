"""Workshop votes: consensus, disagreement, and what they do to the ranking."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.synergies.scoring import votes
from eit_analysis.synergies.scoring.criteria import criteria
from eit_analysis.synergies.scoring.ranking import rank

CRITERIA = set(reference.load("criteria")["criterion"])

ROLES = {"Ana": "Entreprise", "Bo": "ESS", "Cy": "Collectivité"}


def table(**points: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"participant": who, "role": ROLES.get(who, ""), "criterion": criterion, "points": value}
            for who, given in points.items()
            for criterion, value in given.items()
        ]
    )


VOTES = table(
    Ana={"distance_km": 10, "maturity": 30},
    Bo={"distance_km": 75, "maturity": 25},
    Cy={"distance_km": 2},
)


def pairs() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "candidate_id": ["far_ripe", "middling", "near_green", "bad"],
            "out_flow_id": ["f1", "f2", "f3", "f4"], "legal_status": "waste",
            "giver_evidence": "measured", "taker_evidence": "measured",
            "supply_t_per_year": 10.0, "diverted_t_per_year": 5.0,
            "distance_km": [36.0, 20.0, 4.0, 38.0], "maturity": [9.0, 6.0, 2.0, 1.0],
        }
    )  # fmt: skip


def agreed() -> pd.DataFrame:
    found = votes.consensus(VOTES)
    return criteria(dict(zip(found["criterion"], found["weight"], strict=True)))


def test_consensus_by_hand():
    found = votes.consensus(VOTES)
    # Weights of distance: 1/4, 3/4, 1; of maturity: 3/4, 1/4, 0, which strikes it out for nobody else.
    assert list(found["criterion"]) == ["distance_km", "maturity"]
    assert list(found["weight"]) == pytest.approx([2 / 3, 1 / 3])
    first = found.iloc[0]
    assert (first["vote_min_percent"], first["vote_max_percent"], first["n_voters"]) == (25, 100, 3)
    assert (first["vote_q1_percent"], first["vote_q3_percent"]) == pytest.approx((50, 87.5))


def test_voters_by_hand():
    found = votes.voters(VOTES, pairs(), agreed()).set_index("participant")
    assert found["distance_percent"].to_dict() == pytest.approx(
        {"Ana": 100 * 5 / 12, "Bo": 100 / 12, "Cy": 100 / 3}
    )
    assert list(found.index) == ["Ana", "Cy", "Bo"] and found["role"].to_dict() == ROLES
    # By distance alone, and by the consensus: near, middling, far, bad. Ana sees far, middling, near, bad:
    # three of six pairs the other way round.
    assert found["kendall_tau"].to_dict() == pytest.approx({"Ana": 0, "Bo": 1, "Cy": 1})


def test_support_by_hand():
    found = votes.support(VOTES, pairs(), agreed()).set_index("candidate_id")
    assert found["top_voters_percent"].to_dict() == {
        "far_ripe": 100,
        "middling": 100,
        "near_green": 100,
        "bad": 0,
    }
    assert found.loc["near_green", ["voter_rank_best", "voter_rank_worst"]].tolist() == [1, 3]
    assert found.loc["bad", ["voter_rank_best", "voter_rank_worst"]].tolist() == [4, 4]


def test_the_consensus_ranks_like_any_other_weights():
    ranked = rank(pairs(), agreed(), 50, 1)
    assert list(ranked["candidate_id"]) == ["near_green", "middling", "far_ripe", "bad"]


def test_one_candidate_has_no_order_to_agree_on():
    assert votes.voters(VOTES, pairs().head(1), agreed())["kendall_tau"].isna().all()
    none = pairs().head(0)
    assert votes.support(VOTES, none, agreed()).empty
    assert votes.voters(VOTES, none, agreed())["kendall_tau"].isna().all()


def test_before_any_vote_there_is_nothing_to_show():
    nothing = VOTES.head(0)
    assert votes.consensus(nothing).empty
    assert votes.voters(nothing, pairs(), criteria()).empty
    assert votes.support(nothing, pairs(), criteria()).empty


ballots = st.dictionaries(
    st.sampled_from(["Ana", "Bo", "Cy", "Di"]),
    st.dictionaries(st.sampled_from(sorted(CRITERIA)), st.floats(0.01, 1000), min_size=1),
    min_size=1,
)


@settings(max_examples=30)
@given(ballots, st.floats(0.01, 100), st.randoms())
def test_laws_of_the_consensus(points, factor, shuffle):
    found = votes.consensus(table(**points))
    assert found["weight"].sum() == pytest.approx(1)
    assert (found["vote_min_percent"] <= found["weight_percent"] + 1e-9).all()
    assert (found["weight_percent"] <= found["vote_max_percent"] + 1e-9).all()
    # More points in all, or rows in another order, give nobody more weight.
    first = next(iter(points))
    richer = points | {first: {c: factor * p for c, p in points[first].items()}}
    rows = table(**richer).sample(frac=1, random_state=shuffle.randrange(1000))
    again = votes.consensus(rows).set_index("criterion")["weight"]
    assert again.to_dict() == pytest.approx(found.set_index("criterion")["weight"].to_dict())


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(sorted(CRITERIA)), st.floats(0.01, 1000), min_size=1))
def test_voters_of_one_mind_are_at_no_distance(points):
    same = table(Ana=points, Bo=points)
    assert votes.consensus(same)["vote_min_percent"].sum() == pytest.approx(100)
    weights = votes.consensus(same).set_index("criterion")["weight"].to_dict()
    found = votes.voters(same, pairs(), criteria(weights))
    assert found["distance_percent"].to_numpy() == pytest.approx(0)
