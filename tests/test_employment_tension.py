"""How hard to recruit: firms' answers beside BMO and the tension classes of DARES, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.employment import workforce
from eit_analysis.employment.context import basin_needs, dares_tension
from eit_analysis.employment.context.dares_tension import CAUSES

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BMO = DATA / "bmo" / "Base_open_data_BMO_2024.xlsx"
DECLARED = pd.DataFrame(
    [
        ("A", "H2903", "Conduites d'usinage", "25-29", 6.0, 2.0, 4.0),
        ("B", "H2903", "Conduite d'usinage", "55-59", 9.0, np.nan, 2.0),
        ("C", "H2903", "Conduite d'usinage", None, 5.0, np.nan, np.nan),
        ("A", "M1607", "Secrétariat", "60 et plus", 4.0, 0.0, 0.0),
        ("B", None, "Magicien", "40-44", 1.0, np.nan, 4.0),
    ],
    columns=[
        "site_id",
        "rome_code",
        "occupation",
        "age_band",
        "headcount",
        "planned_hires_3y",
        "hiring_difficulty",
    ],
).assign(planned_departures_3y=np.nan, contract="permanent", fte=1.0)


@pytest.fixture
def declared() -> pd.DataFrame:
    return DECLARED.copy()


BMO_COLUMNS = [
    "occupation_code", "occupation", "department_code", "basin_code", "basin", "planned_hires",
    "difficult_share_percent", "seasonal_share_percent", "masked", "year"
]  # fmt: skip
HERE, BESIDE = ("68", "6811", "THANN-CERNAY"), ("68", "6812", "MULHOUSE")
SURVEY = pd.DataFrame(
    [
        ("D1", "Ouvriers de l'usinage", *HERE, 30.0, 80.0, 0.0, False, 2024),
        ("D2", "Régleurs", *HERE, 10.0, 40.0, 0.0, False, 2024),
        ("T1", "Secrétaires", *HERE, np.nan, np.nan, np.nan, True, 2024),
        ("D1", "Ouvriers de l'usinage", *BESIDE, 500.0, 10.0, 0.0, False, 2024),
        ("D1", "Ouvriers de l'usinage", "75", "1101", "PARIS", 900.0, 90.0, 0.0, False, 2024),
    ],
    columns=BMO_COLUMNS,
)
ROME_FAP = pd.DataFrame(
    {"rome_code": ["H2903", "H2903", "M1607"], "fap_code": ["D1", "D2", "T1"], "weight": [0.75, 0.25, 1.0]}
)


def beside(declared: pd.DataFrame, needs: pd.DataFrame) -> pd.DataFrame:
    found = basin_needs.tension(workforce.prepare(declared, 1, 1), ROME_FAP, needs)
    return found.frame.set_index("occupation")


def test_families_weigh_as_their_part_of_the_occupation(declared: pd.DataFrame) -> None:
    needs = basin_needs.basin_needs(SURVEY, " thann-cernay ")
    table = beside(declared, needs)
    machining = table.loc["Conduite d'usinage"]
    assert machining["basin_planned_hires"] == 0.75 * 30 + 0.25 * 10
    assert machining["basin_difficult_share_percent"] == 0.75 * 80 + 0.25 * 40
    assert machining["basin_level"] == machining["basin_difficult_level"] == "basin"
    assert machining["basin_families"] == "Ouvriers de l'usinage (D1) : 75 %, Régleurs (D2) : 25 %".replace(
        " :", "\u00a0:"
    ).replace(" %", "\u00a0%")
    assert table.index.tolist() == ["Conduite d'usinage"]  # the survey masks the others, or has them not
    assert basin_needs.most_wanted(needs)["basin_planned_hires"].tolist() == [30, 10]
    assert "2024" in basin_needs.tension_source(needs, "THANN-CERNAY")


def test_a_basin_over_two_departments_is_one(declared: pd.DataFrame) -> None:
    """So are 24 basins of the survey of 2024: 30 hires here and 10 there are 40."""
    machining = ("D1", "Ouvriers de l'usinage", "67", *HERE[1:])
    more = [
        (*machining, 10.0, 40.0, 100.0, False, 2024),
        (*machining, np.nan, np.nan, np.nan, True, 2024),
        (*machining, 700.0, 0.0, 0.0, False, 2019),
    ]
    survey = pd.concat([pd.DataFrame(more, columns=BMO_COLUMNS), SURVEY])
    needs = basin_needs.basin_needs(survey, "6811")
    here = needs[needs["level"] == "basin"]
    first = here.set_index("fap_code").loc["D1"]
    assert first["planned_hires"] == 40
    assert first["difficult_share_percent"] == pytest.approx((30 * 80 + 10 * 40) / 40)
    assert first["seasonal_share_percent"] == pytest.approx(10 * 100 / 40)
    assert (len(here), set(needs["year"])) == (3, {2024})
    assert basin_needs.most_wanted(needs)["basin_planned_hires"].tolist() == [40, 10]


def test_what_the_basin_masks_comes_from_around_it(declared: pd.DataFrame) -> None:
    """Difficulty goes to the département, 500 projects of 10 %, secretaries to the région; Paris is far."""
    survey = SURVEY.copy()
    survey.loc[:1, "difficult_share_percent"] = np.nan
    lorraine = ("T1", "Secrétaires", "57", "4401", "METZ", 40.0, 50.0, 0.0, False, 2024)
    paris = ("T1", "Secrétaires", "75", "1101", "PARIS", 400.0, 5.0, 0.0, False, 2024)
    more = pd.DataFrame([lorraine, paris], columns=BMO_COLUMNS)
    table = beside(declared, basin_needs.basin_needs(pd.concat([survey, more]), "6811"))
    machining, secretary = table.loc["Conduite d'usinage"], table.loc["Secrétariat"]
    assert machining[["basin_planned_hires", "basin_level"]].tolist() == [25, "basin"]
    assert machining[["basin_difficult_share_percent", "basin_difficult_level"]].tolist() == [10, "dep"]
    assert secretary[["basin_planned_hires", "basin_level"]].tolist() == [40, "reg"]
    assert secretary["basin_difficult_families"] == "Secrétaires (T1)"


def test_a_sister_family_speaks_where_the_other_is_masked(declared: pd.DataFrame) -> None:
    """Chemistry: the qualified are masked in the basin, which prints 23 projects for the others."""
    survey = SURVEY.copy()
    survey.loc[0, ["planned_hires", "difficult_share_percent"]] = np.nan
    machining = beside(declared, basin_needs.basin_needs(survey, "6811")).loc["Conduite d'usinage"]
    assert machining[["basin_planned_hires", "basin_level"]].tolist() == [10, "basin"]
    assert machining["basin_families"] == "Régleurs (D2)\u00a0: 25\u00a0%"


def test_tension_works_before_the_survey_is_imported(declared: pd.DataFrame) -> None:
    needs = basin_needs.basin_needs(None, "THANN-CERNAY")
    assert basin_needs.tension(workforce.prepare(declared, 1, 1), ROME_FAP, needs).frame.empty
    assert "n'a pas été importée" in basin_needs.tension_source(needs, "THANN-CERNAY")
    assert basin_needs.most_wanted(needs).empty


@pytest.mark.skipif(not BMO.exists(), reason="le fichier réel de l'enquête BMO n'est pas à côté du projet")
def test_rome_codes_find_their_family_in_the_real_survey() -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(BMO))
    rows = max((book.get_sheet_by_name(name).to_python() for name in book.sheet_names), key=len)
    codes = {str(cell) for row in rows for cell in row[:3]}
    mapped = reference.load("rome_fap")["fap_code"]
    assert mapped.isin(codes).mean() > 0.9


def test_an_empty_workforce_has_no_tension(declared: pd.DataFrame) -> None:
    ready = workforce.prepare(declared.head(0))
    assert basin_needs.tension(
        ready, reference.load("rome_fap"), basin_needs.basin_needs(None, "")
    ).frame.empty
    none = dares_tension.local_tension(None, pd.Series([], dtype=str))
    assert dares_tension.published_tension(ready, workforce.families(ready, None), none).frame.empty
    assert "Importez tensions.csv" in dares_tension.tension_source(none, team=True)


THANN, CERNAY, COLMAR, STRASBOURG, PARIS = "68334", "68063", "68066", "67482", "75056"


def indicator(*rows: tuple) -> pd.DataFrame:
    """Rows ``fap, level, region, department, employment, class``; 2018 stands there to be left out."""
    frame = pd.DataFrame(
        rows,
        columns=[
            "fap_code",
            "geographic_level",
            "region_code",
            "department_code",
            "mean_employment",
            "tension_class",
        ],
    ).assign(year=2019, **dict.fromkeys(CAUSES, 2))
    frame["tension_class"] = frame["tension_class"].astype("Int64")
    return pd.concat([frame, frame.assign(year=2018, tension_class=1)], ignore_index=True)


PUBLISHED = indicator(
    ("D1", "dep", None, "68", 300.0, 5),
    ("D1", "dep", None, "67", 900.0, 3),
    ("D1", "reg", "44", None, 2000.0, 4),
    ("D1", "nat", None, None, 9000.0, 2),
    ("D2", "dep", None, "68", 1600.0, None),
    ("D2", "reg", "44", None, 5000.0, 3),
    ("D2", "reg", "11", None, 7000.0, 1),
    ("D2", "nat", None, None, 60000.0, 2),
)


@pytest.mark.parametrize(
    ("communes", "levels"),
    [
        ([THANN, CERNAY], ["dep", "reg", "nat"]),
        ([THANN, COLMAR, None, "99999"], ["dep", "reg", "nat"]),
        ([THANN, STRASBOURG], ["reg", "nat"]),  # two départements of one region
        ([THANN, PARIS], ["nat"]),
        ([], ["nat"]),
    ],
)
def test_a_level_answers_when_it_covers_the_study(communes: list[str | None], levels: list[str]) -> None:
    local = dares_tension.local_tension(PUBLISHED, pd.Series(communes, dtype="object"))
    assert local.loc[local["fap_code"] == "D1", "level"].tolist() == levels
    assert set(local["year"]) == {2019} and not local.duplicated(["fap_code", "level"]).any()


def test_classes_weigh_as_the_people_of_their_families(declared: pd.DataFrame) -> None:
    """9,000 people and 60,000 in the country, one ROME code each: 4 and 3 make (9 × 4 + 60 × 3) / 69."""
    rows = PUBLISHED.copy()
    small = (rows["fap_code"] == "D1") & (rows["geographic_level"] == "reg")
    large = (rows["fap_code"] == "D2") & (rows["geographic_level"] == "reg")
    rows.loc[small, "labour_shortage_class"] = 5
    rows.loc[large, ["hard_conditions_class", "labour_shortage_class"]] = [4, pd.NA]
    rows["training_link_class"] = 3  # the middle of the scale is no cause
    ready = workforce.prepare(declared, 1, 1)
    linked = workforce.families(ready, ROME_FAP.drop(columns="weight"))
    local = dares_tension.local_tension(rows, pd.Series([THANN, STRASBOURG]))
    table = dares_tension.published_tension(ready, linked, local).frame.set_index("occupation")
    machining = table.loc["Conduite d'usinage"]
    assert machining["tension_class"] == pytest.approx((9 * 4 + 60 * 3) / 69)
    assert machining[["tension_class_low", "tension_class_high", "tension_level"]].tolist() == [3, 4, "reg"]
    # A mean of 2 and 4 that rounds to 4 is a cause, and so is the only class that is known.
    assert machining["tension_causes"] == "main-d'œuvre rare, conditions de travail contraignantes"
    assert machining["tension_families"] == "D2\u00a0: 87\u00a0%, D1\u00a0: 13\u00a0%"
    assert machining["hiring_difficulty"] == pytest.approx((6 * 4 + 9 * 2) / 15)
    assert list(table.index) == ["Conduite d'usinage"]  # no family of the others is published
    # In the département only one family has a class: a coarser level does not widen its range.
    here = dares_tension.local_tension(rows, pd.Series([THANN]))
    only = dares_tension.published_tension(ready, linked, here).frame.iloc[0]
    ends = ["tension_class", "tension_class_low", "tension_class_high", "tension_level"]
    assert only[ends].tolist() == [5, 5, 5, "dep"]


@pytest.mark.skipif(not BMO.exists(), reason="le fichier réel de l'enquête BMO n'est pas à côté du projet")
def test_regions_are_those_of_the_real_survey() -> None:
    """Every basin's département lies in the region the survey says, but where a basin crosses the border."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(BMO)).get_sheet_by_name("BMO_2024_open_data").to_python()
    names = {str(name): place for place, name in enumerate(rows[0])}
    said = pd.DataFrame(
        [(str(row[names["Dept"]]), str(row[names["REG"]])) for row in rows[1:]],
        columns=["department", "region"],
    )
    most = said.groupby("department")["region"].agg(lambda codes: codes.mode()[0])
    table = reference.load("regions")
    ours = table.assign(department=table["department_codes"].str.split()).explode("department")
    ours = ours.set_index("department")["region_code"]
    assert ours.index.is_unique and len(ours) == 101
    assert most.drop("978").to_dict().items() <= ours.to_dict().items()  # Saint-Martin is no département
    communes = set(reference.load("communes")["department_code"])
    assert set(ours.index) <= communes
