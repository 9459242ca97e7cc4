"""Tables of the employment study carry the people, tonnes and hours that they sum, and no others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eit_analysis import employment, reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.errors import DisclosureError
from eit_analysis.reference.factors import factor_table, lookup

PEOPLE = employment.workforce.prepare(
    pd.DataFrame(
        [
            ("A", "H1", "Tri", "25-29", 6.0, 5.5, "permanent", 1.0, 2.0, 4.0),
            ("B", "H1", "Tri", "55-59", 9.5, np.nan, "permanent", 3.0, np.nan, 2.0),
            ("C", "H2", "Caisse", "60 et plus", 4.0, 3.0, None, np.nan, 0.0, np.nan),
        ],
        columns=[
            "site_id", "rome_code", "occupation", "age_band", "headcount", "fte", "contract",
            "planned_departures_3y", "planned_hires_3y", "hiring_difficulty",
        ],
    ),
    1, 1,
)  # fmt: skip
SKILLS = employment.skill_gaps.prepare(
    pd.DataFrame(
        [("A", "Souder", "H1", 1, 3, 4.0), ("B", "Souder", "H1", 0, 1, 2.0), ("C", "Trier", "H2", 3, 3, 9.0)],
        columns=["site_id", "skill", "rome_code", "current_level", "required_level", "headcount"],
    ),
    {"H1": "Tri"},
)
TREND = employment.cohort.simulate(
    PEOPLE, reference.load("hazards"), Scenarios(draws=20), scenario="trend", base_year=2018
)
MOVED = pd.DataFrame(
    [("A B", "wood", "landfill", "recycling", 30.0), ("C", "wood", "energy", "reuse", 8.0)],
    columns=["site_id", "category", "old_route", "new_route", "tonnes"],
).assign(stage="allocated", tonnes_low=1.0, tonnes_high=90.0, ess_site_id="")
JOBS = employment.synergy_jobs.jobs_from_tonnes(MOVED, factor_table())
HOURS = pd.DataFrame({"site_id": ["A", "B"], "occupation": "Tri", "month": 1, "hours": 40.0})
NO_POST = pd.DataFrame(columns=["occupation", "post_id"])
POSTS = employment.shared_jobs.SharedJobs(NO_POST, NO_POST, 0, 80, 80, "optimal")

TABLES = {
    "ages": employment.workforce.age_pyramid(PEOPLE),
    "contracts": employment.workforce.contract_mix(PEOPLE),
    "occupations": employment.workforce.occupations(PEOPLE),
    "seniors": employment.workforce.senior_shares(PEOPLE),
    "plans": employment.workforce.announced_plans(PEOPLE).parents[0],
    "outlook": employment.outlook.outlook(TREND),
    "fan": employment.outlook.by_scenario(employment.outlook.fan, [TREND]),
    "waterfall": employment.outlook.waterfall(TREND),
    "greening": employment.greening.headcounts(PEOPLE, PEOPLE, {"H1": "green"}),
    "gaps": employment.skill_gaps.critical_gaps(SKILLS, PEOPLE),
    "pairs": employment.skill_gaps.gaps_by_occupation(SKILLS),
    "training": employment.training.volumes(
        employment.skill_gaps.critical_gaps(SKILLS, PEOPLE), SKILLS, reference.load("training")
    ),
    "hours": employment.shared_jobs.by_occupation(HOURS, POSTS),
    "routes": employment.synergy_jobs.by_route(JOBS),
}
SUMMED = {name: table for name, table in TABLES.items() if {table.measure, *table.sums} & {*table.frame}}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_is_the_sum_of_its_records(table: Breakdown) -> None:
    assert len(table.frame)
    table.check("essai")


@pytest.mark.parametrize("table", SUMMED.values(), ids=SUMMED)
def test_a_table_with_the_records_of_others_is_refused(table: Breakdown) -> None:
    with pytest.raises(DisclosureError):
        replace(table, records=table.records[~table.records["site_id"].str.contains("A")]).check("essai")


@pytest.mark.parametrize("name", ["ages", "contracts", "occupations", "greening", "gaps", "hours"])
def test_people_and_hours_are_those_declared(name: str) -> None:
    assert set(SUMMED[name].forms().data) == {1.0}


def test_a_form_adds_up_to_what_the_table_prints() -> None:
    ages = TABLES["ages"]
    assert (ages.forms() @ ages.records["headcount"]).tolist() == ages.frame["headcount"].tolist()


def test_jobs_are_tonnes_by_public_coefficients() -> None:
    new, old = (lookup(factor_table(), "jobs", "wood", way)["central"] for way in ("recycling", "landfill"))
    routes = TABLES["routes"]
    row = routes.frame.index[routes.frame["old_route"] == "landfill"][0]
    form = routes.forms("jobs").toarray()[row]
    assert routes.records["site_id"][form != 0].tolist() == ["A B"]  # thirty tonnes, whole to both
    assert form[form != 0] == pytest.approx([(new - old) / 1000])


def test_a_forecast_is_no_sum_of_records() -> None:
    with pytest.raises(DisclosureError, match="n'est pas une somme"):
        TABLES["fan"].forms("people")
    assert TABLES["outlook"].frame["headcount"].tolist() == [15.5, 4.0]  # nine and a half people are as many
