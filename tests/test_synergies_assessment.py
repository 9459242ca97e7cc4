"""One call for every page that speaks of the exchanges: the sample, step by step and at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from eit_analysis.study import open_study
from eit_analysis.synergies.allocation.joint_plan import allocate
from eit_analysis.synergies.assessment import Assessment

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    study = open_study("thur-doller", root=ROOT)
    if not study.has("flows"):
        pytest.skip("the sample study is not cleaned (make data)")
    tables = (study.load(name) for name in ("flows", "sites", "readiness"))
    return Assessment(*tables, study.config)


def test_ranks_do_not_change_the_plan(assessment: Assessment) -> None:
    of_ranked = allocate(assessment.ranking.candidates, assessment.settings.allocation).exchanges
    pd.testing.assert_frame_equal(assessment.exchanges, of_ranked)


def test_each_step_is_computed_once(assessment: Assessment) -> None:
    assert assessment.plan is assessment.plan
    assert assessment.passed is assessment.passed
    assert repr(assessment).startswith(f"Assessment of {len(assessment.passed)} exchanges")


def test_draws_and_seed_are_those_of_the_study(assessment: Assessment) -> None:
    own = assessment.settings.scoring.model_copy(update={"draws": 50, "seed": 7})
    settings = assessment.settings.model_copy(update={"scoring": own})
    other = dataclasses.replace(assessment, settings=settings)
    again = dataclasses.replace(assessment, settings=settings)
    pd.testing.assert_frame_equal(other.changes, again.changes)
    assert not other.changes.equals(assessment.changes)
    assert other.changes["net_gain_eur_per_year"].equals(assessment.changes["net_gain_eur_per_year"])
    assert (other.ranking.candidates["first_rank_percent"] % 2 == 0).all()  # fiftieths
