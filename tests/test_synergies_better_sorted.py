"""What its sorting alone sets aside, on a sand that a foundry writes as soiled."""

import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.synergies.better_sorted import BETTER_SORTED, better_sorted, poorly_sorted

FLOWS = pd.DataFrame(
    [("o", "Sables de moulage usés", "soiled"), ("p", "Laitier", "soiled"), ("i", "Grave 0/31,5", "clean")],
    columns=["flow_id", "description", "quality"],
)
RULE, PAIR = "mineral_foundry_sand_101008", ["out_flow_id", "in_flow_id"]
IF_CLEAN = pd.DataFrame(
    [("o>i", "o", "i", "F", "T", RULE, "sous-couche", 200.0)],
    columns=[
        "candidate_id",
        *PAIR,
        "giver_site_id",
        "taker_site_id",
        "rule_id",
        "use",
        "diverted_t_per_year",
    ],
)


@pytest.mark.parametrize(("gate", "asked"), [("quality", "mixed"), ("asked_quality", "clean")])
def test_a_pair_that_passes_once_clean_is_named_with_what_is_asked(gate, asked):
    stopped = [("o", "i", gate), ("p", "i", "quality"), ("o", "j", "receiver")]
    poor = poorly_sorted(pd.DataFrame(stopped, columns=[*PAIR, "gate"]))
    assert len(poor) == 2
    # Slag is of no use even clean, and is not among what passes then.
    found = better_sorted(poor, IF_CLEAN, FLOWS, reference.load("compatibility"))
    told = ["F", "Sables de moulage usés", "T", "Grave 0/31,5", "sous-couche", "soiled", asked, 200.0]
    assert list(found.columns) == BETTER_SORTED and found.to_numpy().tolist() == [told]


def test_without_such_a_pair_nothing_is_named():
    none = poorly_sorted(pd.DataFrame(columns=[*PAIR, "gate"]))
    assert better_sorted(none, IF_CLEAN, FLOWS, reference.load("compatibility")).empty
