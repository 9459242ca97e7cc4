"""The attack on what is really published of random studies, each released twice."""

from __future__ import annotations

import pytest
from attack.random_runs import attack_random


@pytest.mark.parametrize(
    ("seed", "notebooks", "read"),
    [
        (13, [], 0.45),
        (35, ["01_flow_diagnosis"], 0.9),
        (36, ["01_flow_diagnosis", "03_employment_skills_forecast"], 0.1),  # nearly all forecasts
    ],
)
def test_no_firm_can_be_derived_from_two_releases_of_random_studies(
    seed: int, notebooks: list[str], read: float
) -> None:
    """Of 5 and 6 firms, the quickest: two are corrected, of one a firm withdraws; of one all is read."""
    for outcome in attack_random(seed, notebooks, ["partners"]):
        assert outcome.parts > 100
        assert outcome.read > read, outcome.state
        assert not outcome.broken, (outcome.state, outcome.worst)
        assert not outcome.silent
