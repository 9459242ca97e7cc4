"""Ages, occupations, recruitment tension, skills and synergy jobs: known answers by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.employment import skills, synergy_jobs, tension, workforce

BMO = Path(__file__).resolve().parents[2] / "shared" / "data" / "bmo" / "Base_open_data_BMO_2024.xlsx"
COLUMNS = [
    "site_id",
    "rome_code",
    "occupation",
    "age_band",
    "headcount",
    "fte",
    "contract",
    "planned_departures_3y",
    "planned_hires_3y",
    "hiring_difficulty",
]
ROWS = [
    ("A", "H2903", "Usineur", "25-29", 6.0, 6.0, "permanent", 0.0, 2.0, 4.0),
    ("B", "H2903", "Conduite d'usinage", "55-59", 9.0, 8.5, "permanent", 3.0, np.nan, 2.0),
    ("C", "H2903", "Conduite d'usinage", None, 5.0, np.nan, "temporary", np.nan, np.nan, np.nan),
    ("A", "M1607", "Secrétariat", "60 et plus", 4.0, 3.0, None, 1.0, 0.0, 0.0),
    ("B", None, "Magicien", "40-44", 1.0, 1.0, "permanent", np.nan, np.nan, 4.0),
]


@pytest.fixture
def declared() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=COLUMNS)


def test_prepare_names_merges_and_loses_nobody(declared: pd.DataFrame) -> None:
    ready = workforce.prepare(declared)
    assert ready["headcount"].sum() == declared["headcount"].sum() == 25
    assert set(ready["occupation"]) == {"Conduite d'usinage", workforce.OTHER}
    assert ready.loc[ready["occupation"] == workforce.OTHER, "rome_code"].isna().all()
    assert set(ready["age_band"]) == {"25-29", "55-59", "60 et plus", "40-44", workforce.UNKNOWN}
    assert declared["contract"].isna().sum() == 1  # the table given is left as it was


def test_pyramid_and_contracts(declared: pd.DataFrame) -> None:
    ready = workforce.prepare(declared)
    pyramid = workforce.age_pyramid(ready).set_index("age_band")
    assert list(pyramid.index)[:2] == ["15-24", "25-29"]
    assert pyramid.index[-1] == workforce.UNKNOWN
    assert pyramid["headcount"].sum() == 25
    assert pyramid["share_percent"].sum() == pytest.approx(100)
    assert pyramid.loc["55-59", "share_percent"] == pytest.approx(36)
    contracts = workforce.contract_mix(ready).set_index("contract")
    assert contracts.loc["permanent", "headcount"] == 16
    assert contracts.loc["permanent", "fte"] == 15.5


def test_occupations_by_hand(declared: pd.DataFrame) -> None:
    row = workforce.occupations(workforce.prepare(declared, 1, 1)).set_index("occupation")
    machining = row.loc["Conduite d'usinage"]
    assert machining["headcount"] == 20
    assert machining["senior_share_percent"] == pytest.approx(100 * 9 / 15)  # 5 ages are unknown
    assert machining["hiring_difficulty"] == pytest.approx((6 * 4 + 9 * 2) / 15)
    assert machining["planned_hires_3y"] == 2
    assert np.isnan(row.loc["Magicien", "planned_hires_3y"])  # unanswered is not zero


def test_empty_workforce(declared: pd.DataFrame) -> None:
    ready = workforce.prepare(declared.head(0))
    for table in (workforce.age_pyramid, workforce.contract_mix, workforce.occupations):
        assert table(ready).empty
    assert workforce.survey_year(pd.DataFrame({"reference_year": [np.nan]}), "2018") == 2018
    assert tension.tension(ready, reference.load("rome_fap"), tension.basin_needs(None, "")).empty


RECORDS = [
    ("D1", "Ouvriers de l'usinage", "6811", "THANN-CERNAY", 30.0, 80.0, 0.0, False, 2024),
    ("D2", "Régleurs", "6811", "THANN-CERNAY", 10.0, 40.0, 0.0, False, 2024),
    ("T1", "Secrétaires", "6811", "THANN-CERNAY", np.nan, np.nan, np.nan, True, 2024),
    ("D1", "Ouvriers de l'usinage", "6812", "MULHOUSE", 500.0, 10.0, 0.0, False, 2024),
]
BMO_COLUMNS = [
    "occupation_code",
    "occupation",
    "basin_code",
    "basin",
    "planned_hires",
    "difficult_share_percent",
    "seasonal_share_percent",
    "masked",
    "year",
]
ROME_FAP = pd.DataFrame({"rome_code": ["H2903", "H2903", "M1607"], "fap_code": ["D1", "D2", "T1"]})


def test_tension_adds_families_and_weights_the_difficult_share(declared: pd.DataFrame) -> None:
    needs = tension.basin_needs(pd.DataFrame(RECORDS, columns=BMO_COLUMNS), " thann-cernay ")
    table = tension.tension(workforce.prepare(declared, 1, 1), ROME_FAP, needs).set_index("occupation")
    machining = table.loc["Conduite d'usinage"]
    assert machining["basin_planned_hires"] == 40
    assert machining["basin_difficult_share_percent"] == pytest.approx((30 * 80 + 10 * 40) / 40)
    assert machining["basin_occupation"] == "Ouvriers de l'usinage, Régleurs"
    assert np.isnan(table.loc["Secrétariat", "basin_planned_hires"])  # masked by the survey
    assert len(table) == 3
    assert tension.most_wanted(needs)["basin_planned_hires"].tolist() == [30, 10]
    assert "2024" in tension.needs_source(needs, "THANN-CERNAY")


def test_tension_works_before_the_survey_is_imported(declared: pd.DataFrame) -> None:
    needs = tension.basin_needs(None, "THANN-CERNAY")
    table = tension.tension(workforce.prepare(declared, 1, 1), ROME_FAP, needs)
    assert table["basin_planned_hires"].isna().all()
    assert "n'a pas été importée" in tension.needs_source(needs, "THANN-CERNAY")
    assert tension.most_wanted(needs).empty


@pytest.mark.skipif(not BMO.exists(), reason="le fichier réel de l'enquête BMO n'est pas à côté du projet")
def test_rome_codes_find_their_family_in_the_real_survey() -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(BMO))
    rows = max((book.get_sheet_by_name(name).to_python() for name in book.sheet_names), key=len)
    codes = {str(cell) for row in rows for cell in row[:3]}
    mapped = reference.load("rome_fap")["fap_code"]
    assert mapped.isin(codes).mean() > 0.9


SKILLS = pd.DataFrame(
    [
        ("A", "Souder", "O", 1.0, 3.0, 4.0),
        ("B", "souder ", "O", 3.0, 3.0, 2.0),
        ("A", "Lire un plan", "O", 2.0, 3.0, np.nan),
        ("A", "Souder", "D", 2.0, 2.0, 5.0),
        ("B", "Lire un plan", "D", 2.0, 1.0, 5.0),
        ("B", "Programmer", "D", 0.0, 2.0, 5.0),
        ("B", "Sans niveau", "D", np.nan, 2.0, 5.0),
    ],
    columns=["site_id", "skill", "rome_code", "current_level", "required_level", "headcount"],
)


def test_merged_small_occupations_come_last_however_many_they_are() -> None:
    table = pd.DataFrame({"occupation": [workforce.OTHER, "B", "A"], "openings": [9, 5, 3]})
    last = workforce.others_last(table)
    assert last["occupation"].tolist() == ["B", "A", workforce.OTHER]
    assert last["openings"].tolist() == [5, 3, 9]


def test_gaps_and_training_by_hand() -> None:
    ready = skills.prepare(SKILLS, {"O": "Soudage", "D": "Robotique"})
    plan = skills.training_plan(ready)
    gap = plan.set_index("skill")
    assert gap.loc["Souder", ["to_train", "gap_people_levels"]].tolist() == [4, 8]
    assert gap.loc["Lire un plan", "to_train"] == 1  # a row without a number stands for one person
    assert plan["skill"].tolist() == ["Programmer", "Souder", "Lire un plan"]
    assert plan["mean_gap"].tolist() == [2, 2, 1]


def test_bridge_by_hand() -> None:
    """O requires 2 skills, D the same and one more: O leads to D at 2/3, D to O at 2/2."""
    ready = skills.prepare(SKILLS, {"O": "Soudage", "D": "Robotique"})
    table = skills.bridges(ready).set_index(["origin", "destination"])
    there, back = table.loc[("Soudage", "Robotique")], table.loc[("Robotique", "Soudage")]
    assert there["bridge_percent"] == pytest.approx(200 / 3)
    assert there["missing_skills"] == "Programmer"
    assert (back["bridge_percent"], back["missing_skills"]) == (100, "")
    behind = skills.behind_bridges(ready, table.reset_index())
    assert set(behind["site_id"]) == {"A", "B"}
    assert skills.bridges(ready, minimum_share=0.9).shape[0] == 1


def test_empty_skills() -> None:
    ready = skills.prepare(SKILLS.head(0), {})
    assert skills.training_plan(ready).empty
    assert skills.behind_bridges(ready, skills.bridges(ready)).empty


FACTORS = pd.DataFrame(
    [
        ("jobs", None, "recycling", 2.0, 5.0, 10.0),
        ("jobs", "wood", "recycling", 1.0, 2.0, 4.0),
        ("jobs", None, "landfill", 0.1, 0.2, 0.5),
        ("treatment_cost", None, "landfill", 90.0, 100.0, 110.0),
    ],
    columns=["factor", "category", "route", "low", "central", "high"],
)


def tonnes(*rows: tuple) -> pd.DataFrame:
    names = ["category", "old_route", "new_route", "tonnes_low", "tonnes", "tonnes_high"]
    return pd.DataFrame(rows, columns=names)


def test_jobs_from_tonnes_by_hand() -> None:
    jobs = synergy_jobs.jobs_from_tonnes(
        tonnes(
            ("paper", "landfill", "recycling", 800.0, 1000.0, 1200.0),
            ("wood", "landfill", "recycling", 1000.0, 1000.0, 1000.0),
            ("paper", "recycling", "recycling", 10.0, 10.0, 10.0),
            ("paper", "landfill", "teleport", 10.0, 10.0, 10.0),
        ),
        FACTORS,
    )
    assert jobs.loc[0, ["jobs_low", "jobs", "jobs_high"]].tolist() == pytest.approx([1.2, 4.8, 11.88])
    assert jobs.loc[1, ["jobs_low", "jobs", "jobs_high"]].tolist() == pytest.approx([0.5, 1.8, 3.9])
    assert jobs.loc[2, ["jobs_low", "jobs", "jobs_high"]].tolist() == [0, 0, 0]
    assert jobs.loc[3, ["jobs_low", "jobs", "jobs_high"]].isna().all()


def test_thirty_tonnes_are_less_than_one_job() -> None:
    move = tonnes(("cardboard", "landfill", "recycling", 30.0, 30.0, 30.0))
    jobs = synergy_jobs.jobs_from_tonnes(move, reference.load("factors"))
    assert 0 < jobs.loc[0, "jobs_low"] <= jobs.loc[0, "jobs_high"] < 1


REGISTER = pd.DataFrame(
    [
        ("wood", "A B", "done", 20.0),
        ("wood", "B C", "committed", 0.0),
        ("wood", "C", "study", 0.0),
        ("paper", "A", "lead", 0.0),
        ("paper", "A", "done", np.nan),
    ],
    columns=["category", "site_ids", "status", "realised_t_per_year"],
)
FLOWS = pd.DataFrame(
    [
        ("A", "out", "wood", "landfill", 50.0),
        ("B", "out", "wood", "energy", 10.0),
        ("B", "in", "wood", None, 999.0),
        ("C", "out", "wood", None, 7.0),
        ("C", "out", "wood", "recycling", 400.0),
    ],
    columns=["site_id", "direction", "category", "route", "mass_t_per_year"],
)
FLOWS["mass_low_t_per_year"], FLOWS["mass_high_t_per_year"] = (
    FLOWS["mass_t_per_year"],
    FLOWS["mass_t_per_year"],
)


def test_register_gives_realised_and_planned_tonnes() -> None:
    done = synergy_jobs.realised_tonnes(REGISTER, FLOWS)
    assert done[["old_route", "new_route", "tonnes"]].to_numpy().tolist() == [["landfill", "recycling", 20.0]]
    planned = synergy_jobs.planned_tonnes(REGISTER, FLOWS)
    # C's flow is wanted by two synergies and counts once; what is already recycled is not there to divert.
    assert planned["tonnes"].sum() == 17
    both = pd.concat([done, planned])
    stages = synergy_jobs.by_stage(synergy_jobs.jobs_from_tonnes(both, reference.load("factors")))
    assert stages["tonnes"].tolist() == [20, 17]
    behind = synergy_jobs.behind_stages(both)
    assert behind.groupby("stage")["tonnes"].sum().to_dict() == {"realised": 20, "planned": 17}
    future = synergy_jobs.future_jobs(stages, "Synergies")
    assert (future["jobs_low"] <= 0).all()
    assert len(future) == 1


def test_empty_register() -> None:
    both = pd.concat(
        [f(REGISTER.head(0), FLOWS) for f in (synergy_jobs.realised_tonnes, synergy_jobs.planned_tonnes)]
    )
    stages = synergy_jobs.by_stage(synergy_jobs.jobs_from_tonnes(both, FACTORS))
    assert stages.empty
    assert synergy_jobs.behind_stages(both).empty
    assert synergy_jobs.future_jobs(stages, "Synergies").empty
