"""Ages, occupations and skills: known answers by hand; chance told from difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eit_analysis.employment import workforce
from eit_analysis.employment.context import nomenclature
from eit_analysis.employment.skills import mobility, skill_gaps
from eit_analysis.errors import UsageError
from eit_analysis.reference import dated

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
    ("A", "H2903", "Conduites d'usinage", "25-29", 6.0, 6.0, "permanent", 0.0, 2.0, 4.0),
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


def test_one_firm_s_wording_does_not_name_other_trades(declared: pd.DataFrame) -> None:
    """Two trades of a code are both said, more go by our short label; one spelt in two ways keeps its own."""
    names = ["Préparateur", "Cariste", "Magasinier", "Comptable", "comptables"]
    codes = ["N1105", "N1105", "N1105", "M1203", "M1203"]
    rows = declared.assign(occupation=names, rome_code=codes)
    labels = workforce.occupation_labels(rows)
    assert labels == {"N1105": "Manutentionnaires", "M1203": "Comptable"}
    two = workforce.occupation_labels(rows.iloc[[0, 1]])["N1105"]
    assert two in ("Préparateur, cariste", "Cariste, préparateur")
    unknown = rows.assign(rome_code="Z9999").head(3)
    assert workforce.occupation_labels(unknown)["Z9999"] in names


def test_ages_of_a_team_in_one_band_are_coarse_when_most_people_are_told_so(declared: pd.DataFrame) -> None:
    assert workforce.coarse_ages(declared.head(2))  # six and nine, each of one firm
    assert not workforce.coarse_ages(pd.concat([declared.head(2), declared.head(2).assign(age_band="45-49")]))
    assert not workforce.coarse_ages(declared[declared["headcount"] < workforce.TEAM])
    assert not workforce.coarse_ages(declared.head(0))


def test_pyramid_and_contracts(declared: pd.DataFrame) -> None:
    ready = workforce.prepare(declared)
    pyramid = workforce.age_pyramid(ready).frame.set_index("age_band")
    assert list(pyramid.index)[:2] == ["15-24", "25-29"]
    assert pyramid.index[-1] == workforce.UNKNOWN
    assert pyramid["headcount"].sum() == 25
    assert pyramid["share_percent"].sum() == pytest.approx(100)
    assert pyramid.loc["55-59", "share_percent"] == pytest.approx(36)
    contracts = workforce.contract_mix(ready).frame.set_index("contract")
    assert contracts.loc["permanent", "headcount"] == 16
    assert contracts.loc["permanent", "fte"] == 15.5


def test_occupations_by_hand(declared: pd.DataFrame) -> None:
    ready = workforce.prepare(declared, 1, 1)
    machining = workforce.occupations(ready).frame.set_index("occupation").loc["Conduite d'usinage"]
    assert machining["headcount"] == 20
    assert machining["hiring_difficulty"] == pytest.approx((6 * 4 + 9 * 2) / 15)
    seniors = workforce.senior_shares(ready)
    share = seniors.frame.set_index("occupation")["senior_share_percent"]
    assert share["Conduite d'usinage"] == pytest.approx(100 * 9 / 15)  # 5 ages are unknown
    assert (share["Secrétariat"], share["Magicien"]) == (100, 0)
    assert seniors.records["seniors"].sum() == 13
    announced = workforce.announced_plans(ready)
    plans = announced.frame.set_index("occupation")
    assert plans.loc["Conduite d'usinage"].tolist() == [3, 2]
    assert plans.loc["Total"].tolist() == [4, 2]
    assert np.isnan(plans.loc["Magicien", "planned_hires_3y"])  # unanswered is not zero
    assert [parent.records["site_id"].tolist() for parent in announced.parents] == [["B", "A"], ["A"]]


SITES = pd.DataFrame(
    {
        "site_id": ["A", "B", "C"],
        "headcount": [9.0, 10.0, np.nan],
        "commune_code": ["68334", "68201", None],  # Thann, Masevaux-Niederbruck
    }
)


def test_pyramids_by_size_and_territory(declared: pd.DataFrame) -> None:
    located = workforce.located(workforce.prepare(declared, 1, 1), SITES)
    sizes = workforce.pyramids(located, "size_class").frame
    # The class is that of the firm's own headcount, 9 and 10, not of the 10 people on its rows.
    assert sizes.groupby("size_class", sort=False)["headcount"].sum().to_dict() == {
        "1-9": 10, "10-49": 10, workforce.UNKNOWN: 5,
    }  # fmt: skip
    assert sizes.groupby("size_class")["share_percent"].sum().tolist() == pytest.approx([100] * 3)
    ten = sizes[sizes["size_class"] == "10-49"].set_index("age_band")["share_percent"]
    assert (ten["55-59"], ten["40-44"], ten["15-24"]) == (90, 10, 0)
    places = workforce.pyramids(located, "epci_name").frame
    assert places["headcount"].sum() == declared["headcount"].sum()
    assert set(places["epci_name"]) == {
        "CC de Thann-Cernay", "CC de la Vallée de la Doller et du Soultzbach", workforce.UNKNOWN,
    }  # fmt: skip


def test_pyramids_by_occupation_end_with_the_merged_ones(declared: pd.DataFrame) -> None:
    people = declared.assign(
        headcount=[1.0, 1.0, 0.0, 50.0, 50.0], occupation=["B", "A", "A", "X", "X"], rome_code=None
    )
    merged = people.assign(occupation=people["occupation"].replace("X", workforce.OTHER))
    table = workforce.pyramids(merged.assign(age_band="25-29"), "occupation").frame
    assert list(table["occupation"].unique()) == ["A", "B", workforce.OTHER]


def test_an_occupation_of_many_people_in_few_firms_is_not_named(declared: pd.DataFrame) -> None:
    crowded = declared.assign(headcount=100.0)
    assert set(workforce.prepare(crowded, 5, 3)["occupation"]) == {"Conduite d'usinage", workforce.OTHER}
    assert "Secrétariat" in set(workforce.prepare(crowded, 5, 1)["occupation"])
    three = pd.concat([crowded, crowded.assign(site_id=crowded["site_id"] + "'")], ignore_index=True)
    assert "Secrétariat" not in set(workforce.prepare(three, 5, 3)["occupation"])


def test_families_follow_the_rome_code(declared: pd.DataFrame) -> None:
    ready = workforce.prepare(declared)  # the secretaries are merged and lose their code
    pairs = pd.DataFrame(
        {"rome_code": ["H2903", "H2903", "M1607", None], "fap_code": ["D1", "D0", "L0", "Z"]}
    )
    linked = workforce.families(ready, pairs)
    # A family's people are taken to be as many in each of its ROME codes, where no part is given.
    assert linked.to_numpy().tolist() == [
        ["Conduite d'usinage", "D1", 1.0],
        ["Conduite d'usinage", "D0", 1.0],
    ]
    more = pd.concat([pairs, pd.DataFrame({"rome_code": ["H2909"], "fap_code": ["D0"]})])
    assert workforce.families(ready, more)["weight"].tolist() == [1.0, 0.5]
    given = workforce.families(ready, pairs.assign(weight=[0.7, 0.3, 1.0, 1.0]))
    assert given["weight"].tolist() == [0.7, 0.3]
    assert workforce.families(ready, None).empty


def test_occupations_beside_the_rome(declared: pd.DataFrame) -> None:
    ready = workforce.prepare(declared, 1, 1)
    linked = workforce.families(
        ready, pd.DataFrame({"rome_code": ["H2903", "H2903"], "fap_code": ["D1", "D0"]})
    )
    rome = {
        "rome_occupations": pd.DataFrame({"rome_code": ["H2903"], "rome_label": ["Usinage"]}),
        # A title has a code too, which is no skill; a skill listed twice is one.
        "rome_links": pd.DataFrame({"rome_code": ["H2903"] * 4, "skill_code": ["1", "2", "2", "99"]}),
        "rome_skills": pd.DataFrame({"skill_code": ["1", "2", "3"]}),
    }
    table = nomenclature.correspondence(ready, linked, rome).frame.set_index("rome_code")
    assert table.loc["H2903"].tolist() == ["Conduite d'usinage", "Usinage", 2, "D0, D1"]
    assert table.loc["M1607", ["n_rome_skills", "fap_codes"]].isna().all()
    assert nomenclature.named_families(["D2Z42", "X", "B2Z40"]) == "Maçons (B2Z40), Soudeurs (D2Z42), X"
    bare = nomenclature.correspondence(ready, workforce.families(ready, None), {}).frame
    assert bare["rome_label"].tolist() == ["Usineurs (tourneurs, fraiseurs)", "Secrétaires"]
    assert len(bare) == 2 and bare[["n_rome_skills", "fap_codes"]].isna().all(axis=None)


def test_empty_workforce(declared: pd.DataFrame) -> None:
    ready = workforce.prepare(declared.head(0))
    for table in (workforce.age_pyramid, workforce.contract_mix, workforce.occupations):
        assert table(ready).frame.empty
    assert workforce.pyramids(workforce.located(ready, SITES), "size_class").frame.empty
    assert dated.survey_year(pd.DataFrame({"reference_year": [np.nan]}), "2018") == 2018
    assert dated.survey_year(pd.DataFrame({"reference_year": [np.nan]}), "2018-2") == 2018


def test_a_survey_that_tells_no_year_asks_for_one() -> None:
    assert dated.survey_year(pd.DataFrame({"reference_year": [2026.0]}), "printemps") == 2026
    with pytest.raises(UsageError, match=r"printemps.*ne dit pas son année"):
        dated.survey_year(pd.DataFrame({"reference_year": [np.nan]}), "printemps")


def test_a_year_typed_wrong_is_not_that_of_the_survey() -> None:
    """2052 for 2025, in one of sixteen questionnaires, forecast « d'ici 2055 » under « le droit de 2052 »."""
    told = [2025.0] * 15
    for wrong in (2052.0, 25.0, 9999.0, 2026.0, np.nan):
        assert dated.survey_year(pd.DataFrame({"reference_year": [*told, wrong]}), "2026") == 2025
    # Among few, what is to come or on no form is not counted; of two in the middle the later one is.
    assert dated.survey_year(pd.DataFrame({"reference_year": [2052.0, 2025.0]}), "2026") == 2025
    assert dated.survey_year(pd.DataFrame({"reference_year": [2024.0, 2025.0]}), "2026") == 2025
    assert dated.survey_year(pd.DataFrame({"reference_year": [2052.0, 25.0]}), "2026") == 2026


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
    ready = skill_gaps.prepare(SKILLS, {"O": "Soudage", "D": "Robotique"})
    plan = skill_gaps.training_plan(ready).frame
    gap = plan.set_index("skill")
    assert gap.loc["Souder", ["to_train", "gap_people_levels"]].tolist() == [4, 8]
    assert gap.loc["Lire un plan", "to_train"] == 1  # a row without a number stands for one person
    assert plan["skill"].tolist() == ["Programmer", "Souder", "Lire un plan"]
    assert plan["mean_gap"].tolist() == [2, 2, 1]
    even = skill_gaps.prepare(SKILLS.head(3).assign(headcount=1.0), {})  # as many people, 2 levels and 1
    assert skill_gaps.training_plan(even).frame["skill"].tolist() == ["Souder", "Lire un plan"]


def test_bridge_by_hand() -> None:
    """O requires 2 skills, D the same and one more: O leads to D at 2/3, D to O at 2/2."""
    ready = skill_gaps.prepare(SKILLS, {"O": "Soudage", "D": "Robotique"})
    table = mobility.bridges(ready, ready).frame.set_index(["origin", "destination"])
    there, back = table.loc[("Soudage", "Robotique")], table.loc[("Robotique", "Soudage")]
    assert there["bridge_percent"] == pytest.approx(200 / 3)
    assert there["missing_skills"] == "Programmer"
    assert (back["bridge_percent"], back["missing_skills"]) == (100, "")
    fewer = ready[(ready["occupation"] != "Soudage") | (ready["skill"] == "Souder")]
    assert mobility.bridges(fewer, fewer).frame.empty  # a single skill in common


def test_an_end_of_one_firm_stands_alone_behind_its_bridges() -> None:
    """Three firms sort and one crushes: what leads to or from crushing is about that one."""
    rows = [("A", "Tri"), ("B", "Tri"), ("C", "Tri"), ("D", "Broyage"), ("D", None)]
    where = pd.DataFrame(rows, columns=["site_id", "occupation"])
    skills = [("Tri", "Peser"), ("Tri", "Lire"), ("Broyage", "Peser"), ("Broyage", "Lire")]
    table = mobility.bridges(pd.DataFrame(skills, columns=["occupation", "skill"]), where)
    behind = table.records.sort_values("origin", ascending=False)
    assert behind.to_numpy().tolist() == [["Tri", "Broyage", "D"], ["Broyage", "Tri", "D"]]


def test_empty_skills() -> None:
    ready = skill_gaps.prepare(SKILLS.head(0), {})
    assert skill_gaps.training_plan(ready).frame.empty
    assert mobility.bridges(ready, ready).records.empty
