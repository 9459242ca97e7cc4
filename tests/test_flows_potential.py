"""What is not yet valorised and what to do first: a small territory by hand, laws, and the way out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.flows import potential, recommendations
from eit_analysis.flows.dimensions import RECOVERY, VALORISED
from eit_analysis.flows.taxes import mark_tax
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.printing import Printed

MASS, LOW, HIGH = "mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"
COLUMNS = [
    "site_id", "category", "waste_code", "quality", "route", MASS, "cost_eur_per_t", "evidence", "months",
    "hazardous",
]  # fmt: skip
RULES = pd.DataFrame(
    [
        ("200108", None, "mixed", "composting", 0),
        (None, "textile", "clean", "recycling", 0),
        (None, "plastic", "soiled", "energy", 0),
    ],
    columns=["waste_code_prefix", "category", "worst_quality", "route", "hazardous_allowed"],
).assign(input_waste_codes=None, other_needs=None, proving_needs=None)
FACTORS = pd.DataFrame(
    [("treatment_cost", None, route, 50.0, 100.0, 200.0) for route in ("landfill", "unknown")],
    columns=["factor", "category", "route", "low", "central", "high"],
)


def flows_of(rows: list[tuple]) -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=COLUMNS).astype(
        {MASS: float, "cost_eur_per_t": float, "months": object, "route": "str"}
    )
    known = flows["cost_eur_per_t"].notna()
    described = flows.assign(
        flow_id=[f"f{i:02d}" for i in range(len(flows))],
        description="flux",
        contractor="unknown",
        cost_known=known.map({True: "yes", False: "no"}),
        cost_eur_per_year=flows[MASS] * flows["cost_eur_per_t"],
        valorised=flows["route"].map(RECOVERY).map(VALORISED),
        source_file="a.xlsx",
        source_sheet="Flux",
        source_row=[i + 2 for i in range(len(flows))],
        **{LOW: flows[MASS] / 1.2, HIGH: flows[MASS] * 1.2},
    )
    return mark_tax(described, 2025)


TERRITORY = [
    ("E1", "biowaste", "200108", "mixed", "incineration", 90, 120, "measured", None, "no"),
    ("E2", "biowaste", "200108", "soiled", "incineration", 10, 120, "declared", "6 7", "no"),
    ("E3", "textile", "unknown", "clean", "landfill", 30, None, "estimated", None, "unknown"),
    ("E4", "textile", "150202", "clean", "incineration", 5, 400, "measured", None, "yes"),
    ("E1", "mixed", "150106", "mixed", "landfill", 40, 110, "measured", None, "no"),
    ("E2", "mixed", "150106", "mixed", "landfill", 40, 100, "measured", None, "no"),
    ("E3", "mixed", "150106", "mixed", "landfill", 40, 100, "measured", None, "no"),
    ("E4", "mixed", "150106", "mixed", "landfill", 40, 100, "inferred", None, "no"),
    ("E5", "plastic", "150102", "unknown", "unknown", 20, None, "measured", None, "no"),
    ("E6", "metal", "120101", "clean", "recycling", 500, -150, "measured", None, "no"),
    ("E7", "metal", "120101", "soiled", "recycling", 100, -100, "measured", None, "no"),
]


@pytest.fixture
def left() -> pd.DataFrame:
    return potential.potential(flows_of(TERRITORY), RULES, FACTORS)


def test_what_is_valorised_has_no_potential_and_the_rest_is_ranked(left):
    assert "metal" not in set(left["category"]) and len(left) == 9
    assert left[MASS].tolist() == sorted(left[MASS], reverse=True)
    rows = left.set_index("flow_id")
    assert rows.loc["f00", ["rank_mass", "rank_cost", "bill_eur_per_year"]].tolist() == [1, 1, 10800]
    # Equal tonnes share the best rank.
    assert rows.loc[["f04", "f05", "f06", "f07"], "rank_mass"].tolist() == [2] * 4
    assert rows.loc["f00", "source_cell"] == "a.xlsx, Flux, ligne 2"


def test_each_criterion_is_shown(left):
    rows = left.set_index("flow_id")
    answers = {flow: "".join(a[0] for a in rows.loc[flow, [*potential.CRITERIA]]) for flow in rows.index}
    # clean, harmless, measured, has an outlet, gathered
    assert answers["f00"] == "nyyyy"
    # Soiled, beyond what composting takes.
    assert answers["f01"] == "nynny"
    # Without a code the rule of its family reads it, and nobody says that it is harmless.
    assert answers["f02"] == "ynnyy"
    assert answers["f03"] == "ynyny"
    # Energy is no material use. Four sites of 40 t each: three hold 75 %.
    assert answers["f08"] == "nyyny" and answers["f04"] == "nyynn"
    assert (rows["ease"] == pd.Series(answers).str.count("y")).all()


def test_a_missing_cost_takes_the_reference_with_its_range(left):
    rows = left.set_index("flow_id")
    assert rows.loc["f02", ["cost_basis", "bill_eur_per_year"]].tolist() == ["reference", 3000]
    by_family = potential.potential_by(left, "category").frame.set_index("category")
    assert by_family.loc["textile", "bill_eur_per_year"] == 3000 + 2000
    low, high = by_family.loc["textile", ["bill_low_eur_per_year", "bill_high_eur_per_year"]]
    assert low < 5000 - 30 * 50 and high > 5000 + 30 * 100
    assert by_family.loc["mixed", "rank_mass"] == by_family.loc["mixed", "rank_cost"] == 1
    assert by_family.loc["biowaste", "ease"] == pytest.approx((90 * 4 + 10 * 2) / 100)


def test_keys_read_once_as_categories_change_nothing(left):
    keys = ["category", "route", "site_id", "quality", "hazardous", "waste_code", "valorised"]
    other = potential.potential(flows_of(TERRITORY).astype(dict.fromkeys(keys, "category")), RULES, FACTORS)
    pd.testing.assert_frame_equal(left, other, check_dtype=False, check_categorical=False)


def test_the_rules_of_the_reference_lead_somewhere():
    rules = reference.load("compatibility")
    rows = potential.mark_ease(flows_of(TERRITORY), rules)
    assert rows.loc[0, "has_outlet"] == "yes" and rows.loc[3, "has_outlet"] == "no"


def behind(rows: list[tuple]) -> pd.DataFrame:
    return recommendations.actions(flows_of(rows), [2025, 2030], RULES, FACTORS)


def test_one_action_a_row_with_what_is_at_stake():
    rows = recommendations.recommendations(behind(TERRITORY), 1).frame.set_index("action")
    stake, family = rows["stake_eur_per_year"], rows["first_category"]
    assert stake["sort"] == 100 * 50 and family["sort"] == "metal"
    assert stake["unmix"] == 40 * 410 and rows.loc["unmix", "n_sites"] == 4
    # The least that it may be. 30 t without a code are declared clean, and pay as what is not hazardous.
    assert stake["limit_tax"] == 160 * 20 + 30 * 20 + 100 * 5 and family["limit_tax"] == "mixed"
    soiled = behind([(*row[:3], "soiled", *row[4:]) if row[2] == "unknown" else row for row in TERRITORY])
    again = recommendations.recommendations(soiled, 1).frame.set_index("action")["stake_eur_per_year"]
    assert again["limit_tax"] == 160 * 20 + 100 * 5  # soiled, they may be hazardous, whose rate may not rise
    assert stake["trace"] == 20 * 100
    assert stake["divert"] == 90 * 120 + 30 * 100 and family["divert"] == "biowaste"
    assert stake["find_outlet"] == 5 * 400 and family["find_outlet"] == "textile"
    # Soiled, beyond what composting takes.
    assert stake["clean_up"] == 10 * 120
    # 50 t without a cost, 70 t not weighed are less than a tenth of 915 t, more of 415 t.
    assert not {"ask_cost", "weigh"} & {*rows.index}
    fewer = [row for row in TERRITORY if row[5] < 500]
    asked = recommendations.recommendations(behind(fewer), 1).frame.set_index("action")
    assert asked.loc["ask_cost", MASS] == 50 and pd.isna(asked.loc["ask_cost", "stake_eur_per_year"])
    assert asked.loc["weigh", MASS] == 70
    assert rows["rank"].tolist() == list(range(1, 8)) and asked["rank"].tolist() == list(range(1, 9))
    # Third by tonnes, second by euros, first by ease: no other action has so low a sum of places.
    assert rows["rank"].idxmin() == "divert"


def test_what_goes_nobody_knows_where_is_asked_once():
    """Pallets of unknown destination and cost were two cards of four of one firm."""
    card = ("E1", "cardboard", "150101", "clean", "recycling", 90, 10, "measured", None, "no")
    pallets = ("E1", "wood", "150103", "mixed", "unknown", 15, None, "measured", None, "no")
    assert set(behind([card, pallets])["action"]) == {"trace"}
    other = ("E1", "wood", "150103", "clean", "recycling", 15, None, "measured", None, "no")
    found = behind([card, pallets, other]).groupby("action")[MASS].sum()
    assert found[["trace", "ask_cost"]].tolist() == [15, 30]


def test_what_is_pumped_nobody_knows_where_is_at_no_reference_cost():
    """6,000 t of a solution for sale were 684,000 EUR of unknown destination, more than all bills."""
    lost = ("E1", "chemical", "unknown", "clean", "unknown", 30, None, "measured", None, "unknown")
    for name, bill in (("Chlorure de calcium en solution à 32 %", 0), ("Soude", 0), ("Poudre", 3000)):
        found = potential.mark_bill(flows_of([lost]).assign(description=name), FACTORS)
        assert found["bill_eur_per_year"].fillna(0).item() == bill
    paid = flows_of([(*lost[:4], "landfill", *lost[5:])]).assign(description="Soude")
    assert potential.mark_bill(paid, FACTORS)["bill_eur_per_year"].item() == 3000


def test_a_tax_on_what_another_action_is_about_is_told_once_and_no_rest_is_sorted_again():
    """Of 100 t that pay the tax, 92 were those of the mixed waste, 8 of them « Encombrants ultimes »."""
    mixed = [
        ("E1", "mixed", "200301", "mixed", "landfill", mass, 175, "measured", None, "no") for mass in (84, 8)
    ]
    wood = ("E2", "wood", "170201", "soiled", "landfill", 8, 100, "measured", None, "no")
    flows = flows_of([*mixed, wood]).assign(description=["DIB", "Encombrants ultimes", "Bois"])
    found = recommendations.actions(flows, [2025, 2030], RULES, FACTORS).groupby("action")[MASS].sum()
    assert found["unmix"] == 84 and "limit_tax" not in found
    # Nor are the sweepings of streets, by their code or their name.
    swept = flows.assign(waste_code=["200301", "200303", "170201"], description=["DIB", "Nettoyage", "Bois"])
    named = flows.assign(description=["DIB", "Balayures de voirie", "Bois"])
    for some in (swept, named):
        left = recommendations.actions(some, [2025, 2030], RULES, FACTORS).groupby("action")[MASS].sum()
        assert left["unmix"] == 84
    more = flows.assign(**{MASS: [84.0, 8.0, 80.0]})
    assert "limit_tax" in set(recommendations.actions(more, [2025, 2030], RULES, FACTORS)["action"])


def test_soiled_flows_that_cost_less_than_clean_ones_are_not_set_against_the_others():
    cheap = ("E8", "metal", "120101", "soiled", "recycling", 1000, -300, "measured", None, "no")
    rows = recommendations.recommendations(behind([*TERRITORY, cheap])).frame.set_index("action")
    assert rows.loc["sort", [MASS, "stake_eur_per_year"]].tolist() == [100, 100 * 50]


def test_equal_sums_of_places_go_by_euros_then_tonnes():
    """By tonnes, euros and ease the first action has the places 1, 2, 1 and the second 2, 1, 1."""
    flows = behind(TERRITORY).head(2)
    flows = flows.assign(
        action=["divert", "trace"], stake_kind="bill", ease=3, stake_eur_per_t=[1.0, 100.0],
        **{MASS: [20.0, 10.0], LOW: [18.0, 9.0], HIGH: [22.0, 11.0]},
    )  # fmt: skip
    flows = flows.drop(columns=["own_variance"], errors="ignore")
    assert recommendations.recommendations(flows).frame["action"].tolist() == ["trace", "divert"]


def test_the_family_that_matters_is_named_or_none_is():
    """Outside the team another family was named, that of three firms and of little at stake."""
    burnt = ("mixed", "incineration")
    alone = ("E9", "glass", "150107", *burnt, 900, 300, "measured", None, "no")
    shared = [(f"E{i}", "food", "020304", *burnt, 1, 80, "measured", None, "no") for i in range(3)]
    rows = behind([alone, *shared])
    team, partners = (recommendations.recommendations(rows, least).frame for least in (0, 3))
    assert team.set_index("action").loc["find_outlet", "first_category"] == "glass"
    assert partners.set_index("action").loc["find_outlet", "first_category"] == "withheld"
    of_team = ["first_category", "only_flow", "main_flow", "other_flow"]
    assert partners.drop(columns="first_category").equals(team.drop(columns=of_team))
    three = recommendations.recommendations(behind(shared)).frame
    assert three.set_index("action").loc["find_outlet", "first_category"] == "food"


def test_a_typing_error_leads_nothing_but_its_own_check():
    """26 000 t typed for 26 000 kg: to be checked, without bounds nor euros, for these would be as wrong."""
    slip = flows_of([("E9", "biowaste", "200108", "clean", "landfill", 26_000, 200, "declared", None, "no")])
    without = behind(TERRITORY)
    flows = recommendations.actions(flows_of(TERRITORY), (2025, 2030), RULES, FACTORS, slip)
    rows = recommendations.recommendations(flows, 0).frame
    first = rows.iloc[0]
    assert first[["action", "first_category", "stake_kind"]].tolist() == ["check", "biowaste", "none"]
    assert first[[MASS, "n_sites"]].tolist() == [26_000, 1]
    assert first[[LOW, HIGH, "stake_eur_per_year"]].isna().all()
    others = recommendations.recommendations(without, 0).frame
    pd.testing.assert_frame_equal(
        rows.iloc[1:].drop(columns="rank").reset_index(drop=True), others.drop(columns="rank")
    )


def test_what_is_less_than_a_hundredth_is_no_advice():
    """Neither 0.06 t, nor the check of it, but where 65 t are missing: of these no bill is said."""
    wood = ("E8", "wood", "170201", "clean", "recycling", 900, -10, "measured", None, "no")
    slip = flows_of([("E9", "mixed", "150106", "mixed", "landfill", 0.06, 200, "declared", None, "no")])
    trifle = ("E8", "chemical", "unknown", "mixed", "incineration", 5, 90, "measured", None, "no")
    flows, years = flows_of([wood, trifle]), (2025, 2030)
    assert recommendations.recommendations(behind([wood, trifle]), 0).frame.empty
    for before, actions in ((np.nan, []), (0.1, []), (65.0, ["check"])):
        aside = slip.assign(mass_before_t_per_year=before)
        found = recommendations.actions(flows, years, RULES, FACTORS, aside)
        rows = recommendations.recommendations(found, 0).frame
        assert rows["action"].tolist() == actions
    dearer = (*trifle[:6], 110, *trifle[7:])
    assert recommendations.recommendations(behind([wood, dearer]), 0).frame["action"].tolist() == [
        "find_outlet"
    ]
    # A tax that rises by 5 t x 20 EUR is no stake, however much of the tonnes pays it.
    buried = ("E8", "chemical", "unknown", "mixed", "landfill", 5, 200, "measured", None, "no")
    assert "limit_tax" not in set(behind([buried])["action"])
    assert rows[["stake_kind"]].values.tolist() == [["none"]] and rows["stake_eur_per_year"].isna().all()


def test_what_to_do_follows_the_best_known_use():
    rules = reference.load("compatibility")
    rows = [
        ("E1", family, code, "soiled", "incineration", 10, 100, "measured", None, hazardous)
        for family, code, hazardous in (
            ("chemical", "140603", "yes"), ("chemical", "130205", "yes"), ("chemical", "080409", "yes"),
            ("chemical", "060503", "no"), ("other", "unknown", "no"),
            ("chemical", "070112", "no"), ("chemical", "120109", "yes"),  # a sludge, an emulsion: no heat
        )
    ]  # fmt: skip
    found = recommendations.actions(flows_of(rows), (2025, 2030), rules, FACTORS)
    found = found[found["action"].isin(recommendations.BY_USE.values())]
    assert found.set_index("waste_code")["action"].to_dict() == {
        "140603": "divert", "130205": "divert", "080409": "recover_energy", "060503": "clean_up",
        "unknown": "find_outlet",
    }  # fmt: skip
    # Inks by their code, and by their name mostly water.
    inks = flows_of(
        [("E1", "chemical", "080312", "soiled", "incineration", 10, 100, "measured", None, "yes")]
    )
    for name, energy in (("Encres", True), ("Encres et eaux de mouillage", False)):
        found = recommendations.actions(inks.assign(description=name), (2025, 2030), rules, FACTORS)
        assert ("recover_energy" in set(found["action"])) is energy


@pytest.mark.parametrize(
    ("costs", "kind"),
    [
        ((110, 100), "bill"), ((110, None), "completed_bill"), ((None, None), "estimated_bill"),
        ((-5, None), "estimated_bill"),  # 200 EUR earned beside 16 400: a sale is next to nothing of it
    ],
)  # fmt: skip
def test_a_bill_that_nobody_stated_is_said_to_be_estimated(costs, kind):
    rows = [
        ("E1", "mixed", "150106", "mixed", "landfill", 40, cost, "measured", None, "no") for cost in costs
    ]
    found = recommendations.recommendations(behind(rows), 0).frame.set_index("action")
    assert found.loc["unmix", "stake_kind"] == kind


def test_the_greatest_stake_leads_an_action_whoever_priced_it():
    """2 t with an invoice led 15 t whose bill, at its reference cost, is larger."""
    rows = [("E1", "wood", "150103", "clean", "unknown", 40, None, "measured", None, "no"),
            ("E2", "chemical", "080111", "clean", "unknown", 2, 500, "measured", None, "no")]  # fmt: skip
    found = recommendations.recommendations(behind(rows), 0).frame.set_index("action")
    assert found.loc["trace", ["first_category", "stake_kind"]].tolist() == ["wood", "completed_bill"]


def test_the_one_flow_behind_an_action_is_named_to_the_team_alone():
    """15 872 t « chez 14 acteurs » were the earth of one; « à commencer par » stood before a single flow."""
    rows = [("E1", "mineral", "170504", "clean", "landfill", 900, 5, "measured", None, "no"),
            ("E2", "mineral", "170107", "clean", "landfill", 100, 90, "measured", None, "no"),
            ("E3", "wood", "150103", "mixed", "unknown", 90, 9, "measured", None, "no")]  # fmt: skip
    found = behind(rows).assign(description=lambda flows: flows["site_id"])
    team = recommendations.recommendations(found, 1).frame.set_index("action")
    assert team.loc["find_outlet", ["only_flow", "main_flow"]].tolist() == [None, "E1"]
    assert team.loc["trace", ["only_flow", "main_flow"]].tolist() == ["E3", None]
    assert not {"only_flow", "main_flow"} & {*recommendations.recommendations(found, 3).frame}
    # 614 t « à commencer par : mélange » were the whey of one, for 430 t; the bins had more at stake, and
    # broken pallets stood beside the chemical waste that they were not.
    dear = ("E4", "chemical", "140603", "clean", "unknown", 2, 900, "measured", None, "yes")
    found = behind([*rows, dear]).assign(description=lambda flows: flows["site_id"])
    team = recommendations.recommendations(found, 1).frame.set_index("action")
    columns = ["first_category", "main_flow", "other_flow"]
    assert team.loc["trace", columns].tolist() == ["chemical", None, "E3"]


def test_nothing_to_recommend():
    assert potential.potential(flows_of([]), RULES, FACTORS).empty
    assert recommendations.recommendations(behind([])).frame.empty
    good = [row for row in TERRITORY if row[1] == "metal"][:1]
    assert potential.potential_by(potential.potential(flows_of(good), RULES, FACTORS), "category").frame.empty
    assert recommendations.recommendations(behind(good)).frame.empty
    zero = [(*TERRITORY[0][:5], 0, *TERRITORY[0][6:])]
    assert recommendations.recommendations(behind(zero)).frame.empty


def test_tables_leave_through_the_gate(small_study, left):
    for audience in ("internal", "partners"):
        release = Release(small_study, audience, page="01")
        contributors = behind([flow for flow in TERRITORY if flow[0] not in release.viewer.refused])
        table = release.table(recommendations.recommendations(contributors), "Actions")
        lines = Printed(table.seen_by(release.viewer, {})).lines
        body = {row[1]: row for _, row in lines}
        assert body["retirer du mélange"][3] == ("160,0" if audience == "internal" else "160")
        # One firm alone does not know where its plastic goes.
        assert ("retrouver la destination" in body) == (audience == "internal")
        assert ("others" in dict(lines)) == (audience == "partners")
        release.listing(potential.listing(left, 5), title="Flux", sites=["site_id"]).html()


@pytest.mark.parametrize("actions", [False, True])
def test_every_code_prints_as_a_word(actions, left):
    rows = recommendations.recommendations(behind(TERRITORY)).frame if actions else potential.listing(left, 9)
    for column in rows.columns:
        wording.heading(column)
    for column in {
        *potential.CRITERIA,
        "cost_basis",
        "action",
        "advice",
        "stake_kind",
        "first_category",
    } & set(rows.columns):
        assert set(rows[column].dropna()) <= set(wording.heading(column).labels)


some_flows = st.lists(
    st.tuples(
        st.sampled_from(["E1", "E2", "E3", "E4"]),
        st.sampled_from(["mixed", "textile", "biowaste"]),
        st.sampled_from(["200108", "150106", "unknown"]),
        st.sampled_from(["clean", "mixed", "soiled", "unknown"]),
        st.sampled_from(list(RECOVERY)),
        st.floats(0, 1e4),
        st.one_of(st.none(), st.floats(-500, 500)),
        st.sampled_from(["measured", "estimated"]),
        st.sampled_from([None, "1 2"]),
        st.sampled_from(["yes", "no", "unknown"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=6)
@given(some_flows)
def test_laws_of_the_potential(rows):
    flows = flows_of(rows)
    left = potential.potential(flows, RULES, FACTORS)
    by_family = potential.potential_by(left, "category").frame
    assert by_family[MASS].sum() == pytest.approx(flows.loc[flows["valorised"] != "yes", MASS].sum())
    assert left["ease"].between(0, 6).all()
    # The order in which firms answered changes no rank.
    shuffled = potential.potential(flows.sample(frac=1, random_state=1), RULES, FACTORS)
    pd.testing.assert_frame_equal(left, shuffled[left.columns])


@settings(max_examples=4)
@given(some_flows)
def test_each_recommendation_is_the_sum_of_what_stands_behind_it(rows):
    contributors = behind(rows)
    table = recommendations.recommendations(contributors).frame
    assert len(table) <= 11 and table["action"].is_unique
    stakes = contributors.assign(stake=contributors[MASS] * contributors["stake_eur_per_t"])
    sums = stakes.groupby("action")[[MASS, "stake"]].sum()
    for row in table.itertuples():
        mass, stake = sums.loc[row.action]
        assert row.mass_t_per_year == pytest.approx(mass)
        assert pd.isna(row.stake_eur_per_year) or row.stake_eur_per_year == pytest.approx(stake, abs=1e-6)


def test_a_family_is_ranked_by_its_ease_before_its_tonnes():
    rows = pd.DataFrame({MASS: [592.2, 18.5], "bill_eur_per_year": [1.0, 2.0], "ease": [5.714, 5.732]})
    assert potential._ranked(rows)["rank_ease"].tolist() == [2, 1]
