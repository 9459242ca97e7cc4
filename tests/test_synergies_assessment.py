"""One call for every page that speaks of the exchanges: the sample, step by step and at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eit_analysis.change import funnel
from eit_analysis.errors import DisclosureError
from eit_analysis.study import open_study
from eit_analysis.synergies import substitution
from eit_analysis.synergies.allocation.joint_plan import allocate
from eit_analysis.synergies.assessment import Assessment
from eit_analysis.synergies.impacts import INDICATORS
from eit_analysis.synergies.pooling import groups
from eit_analysis.synergies.pooling.thresholds import without_threshold
from eit_analysis.synergies.register import reasons, totals

ROOT = Path(__file__).resolve().parents[1]


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
    assert other.changes["joint_surplus_eur_per_year"].equals(
        assessment.changes["joint_surplus_eur_per_year"]
    )
    assert (other.ranking.candidates["first_rank_percent"] % 2 == 0).all()  # fiftieths


def test_a_change_is_the_sum_of_its_exchanges(assessment: Assessment) -> None:
    for indicator in INDICATORS:
        assessment.change(indicator).check(indicator)
    jobs = assessment.change("jobs")
    # FTE of a tonne: those of the new route less those of the old one, anybody can look them up.
    plan = assessment.plan.exchanges.set_index("candidate_id")
    forms = jobs.forms("jobs").toarray()
    public = (plan["jobs"] / plan["diverted_t_per_year"]).reindex(jobs.records["candidate_id"]).to_numpy()
    behind = np.array(list(jobs.members()))
    assert behind.any(axis=0).all()
    assert forms == pytest.approx(np.where(behind, public, 0.0))
    # The giver's own cost is in the joint surplus: its coefficient is not public.
    assert jobs.of == "allocated_t_per_year" and assessment.change("joint_surplus").of is None


def test_a_change_whose_records_are_not_its_own_is_refused(assessment: Assessment) -> None:
    jobs = assessment.change("jobs")
    largest = jobs.records["jobs"].abs().idxmax()
    wrong = dataclasses.replace(jobs, records=jobs.records.drop(index=largest))
    with pytest.raises(DisclosureError, match="enregistrements"):
        wrong.check("Emplois nets par famille")


def test_every_table_of_the_study_is_what_its_records_give(assessment: Assessment) -> None:
    study = open_study("thur-doller", root=ROOT)
    register, sharing = study.load("synergy_register"), study.load("sharing")
    tonnes = assessment.totals(register)
    pools, shares = assessment.pooled(sharing, radius_km=15.0)
    groups_found = groups.by_group(groups.numbered(pools), shares, assessment.asked(sharing))
    methods = assessment.methods(pools)
    missed = register.head(9)
    causes = reasons.why_missed(missed, assessment.flows, sharing, methods)
    tables = [
        tonnes,
        totals.overall(tonnes),
        totals.by_category(tonnes),
        groups_found,
        without_threshold(sharing, methods.thresholds),
        substitution.by_gate(assessment.rejected),
        reasons.by_reason(causes),
        funnel.funnel({"2018": register}),
        funnel.stages({"2018": register}),
    ]
    for table in tables:
        table.check(str(table))
        assert (table.forms().data == 1).all()
    # A group whose member is left out is no longer what its shares give.
    with pytest.raises(DisclosureError, match="enregistrements"):
        dataclasses.replace(groups_found, records=groups_found.records.iloc[1:]).check("Groupes")


def test_the_outcome_names_the_case(assessment: Assessment) -> None:
    assert assessment.outcome == "several_retained"
    none = dataclasses.replace(assessment, flows=assessment.flows.head(0))
    assert none.outcome == "none_possible" and none.changes.empty
    allocation = assessment.settings.allocation.model_copy(update={"minimum_lot_t": 1e6})
    settings = assessment.settings.model_copy(update={"allocation": allocation})
    assert dataclasses.replace(assessment, settings=settings).outcome == "none_retained"
