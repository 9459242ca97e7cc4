"""Every code the synergies put on a page has a French label."""

import pytest

from eit_analysis import reference
from eit_analysis.publishing.wording import heading
from eit_analysis.reference.compatibility import HIERARCHY
from eit_analysis.synergies.gates import GATES
from eit_analysis.synergies.impacts import INDICATORS
from eit_analysis.synergies.scoring.choice import CHOICES
from eit_analysis.synergies.scoring.ranking import CONFIDENCE, RESULT_COLUMNS

VOTE_COLUMNS = [
    "participant", "role", "distance_percent", "kendall_tau", "top_voters_percent", "voter_rank_best",
    "voter_rank_worst", "vote_min_percent", "vote_q1_percent", "vote_q3_percent", "vote_max_percent",
    "n_voters",
]  # fmt: skip
CRITERIA = set(reference.load("criteria")["criterion"])
MISSED = {"one_actor", "no_group", "no_answer", "no_output", "no_input", "no_rule", "no_taker_need"}


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("gate", set(GATES)),
        ("miss_reason", MISSED | {f"gate_{gate}" for gate in GATES}),
        ("criterion", CRITERIA),
        ("leads_if", {"never", "few", "data", "weights"}),
        ("scale", {"regulatory_ease", "willingness_ceiling"}),
        ("confidence", set(CONFIDENCE)),
        ("old_route", set(HIERARCHY)),
        ("new_route", set(HIERARCHY) - {"unknown"}),
        ("measure", {"potential", "allocated", "realised"}),
        ("found", {"yes", "no"}),
        ("choice", set(CHOICES)),
        ("who_gains", {"both_free", "taker_pays", "giver_pays", "giver", "giver_paid", "not_giver", "none"}),
    ],
)
def test_codes_have_labels(column, codes):
    assert codes <= set(heading(column).labels)


def test_result_columns_have_headers():
    shown = [
        *(n for names in INDICATORS.values() for n in names), *RESULT_COLUMNS,
        *VOTE_COLUMNS,
    ]  # fmt: skip
    assert all(heading(column).header for column in shown if column != "candidate_id")
