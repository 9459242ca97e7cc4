"""Every code the synergies put on a page has a French label."""

import pytest

from eit_analysis.publishing.wording import heading
from eit_analysis.synergies.impacts import INDICATORS
from eit_analysis.synergies.scoring import CONFIDENCE, CRITERIA, RESULT_COLUMNS
from eit_analysis.synergies.substitution import GATES, HIERARCHY

MISSED = {"one_actor", "no_group", "no_answer", "no_output", "no_input", "no_rule"}


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("gate", set(GATES)),
        ("miss_reason", MISSED | {f"gate_{gate}" for gate in GATES}),
        ("criterion", set(CRITERIA)),
        ("confidence", set(CONFIDENCE)),
        ("old_route", set(HIERARCHY)),
        ("new_route", set(HIERARCHY) - {"unknown"}),
        ("measure", {"potential", "allocated", "realised"}),
        ("found", {"yes", "no"}),
    ],
)
def test_codes_have_labels(column, codes):
    assert codes <= set(heading(column).labels)


def test_result_columns_have_headers():
    shown = [*(n for names in INDICATORS.values() for n in names), *RESULT_COLUMNS]
    assert all(heading(column).header for column in shown if column != "known_criteria")
