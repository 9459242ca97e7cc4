"""Tonnes by month: a small case by hand, then the months of any flow add up to its year."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.flows import diagnosis, seasonality
from eit_analysis.publishing import wording

MASS, LOW, HIGH = "mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"


def flows_of(rows: list[tuple]) -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=["site_id", "category", MASS, "months"])
    flows = flows.astype({MASS: float, "months": object})
    return flows.assign(
        contractor=None, evidence="declared", **{LOW: 0.8 * flows[MASS], HIGH: 1.25 * flows[MASS]}
    )


def test_a_season_by_hand():
    flows = flows_of([("A", "food", 12, None), ("B", "food", 24, "6 7"), ("B", "wood", 6, "")])
    rows = seasonality.profile(flows, "category").frame.set_index(["category", "month"])["mass_t_per_month"]
    assert rows["food", 1] == pytest.approx(1)
    assert rows["food", 6] == rows["food", 7] == pytest.approx(13)
    assert rows["wood", 12] == pytest.approx(0.5)
    assert rows["Total", 6] == pytest.approx(13.5)
    peaks = seasonality.peaks(flows, "category").frame.set_index("category")
    assert peaks.loc["food", "peak_month"] == 6
    assert peaks.loc["food", "peak_ratio"] == pytest.approx(13 * 12 / 36)
    assert peaks.loc["food", "n_sites"] == 2


def test_equal_months_are_no_evidence_that_there_is_no_season():
    every = " ".join(map(str, range(1, 13)))
    flows = flows_of(
        [("A", "wood", 12, None), ("B", "wood", 12, every), ("A", "food", 12, ""), ("B", "food", 9, "7")]
    )
    assert seasonality.peaks(flows, "category").frame["category"].tolist() == ["food", "Total"]


def test_the_season_of_one_firm_is_no_season_of_its_family():
    flows = flows_of([("A", "glass", 9, "7"), *((site, "food", 12, "6 7 8") for site in "ABC")])
    assert seasonality.peaks(flows, "category").frame["category"].tolist() == ["glass", "food", "Total"]
    shared = seasonality.peaks(flows, "category", least=3).frame
    assert shared["category"].tolist() == ["food", "Total"]
    # The total is that of all firms.
    assert shared["peak_ratio"].iloc[-1] == pytest.approx(12 * (9 + 12) / (9 + 36))


def test_the_heaviest_of_the_year_comes_first_whatever_its_name_and_its_season():
    flows = flows_of([("A", "biowaste", 12, None), ("B", "wood", 24, "6"), ("B", "metal", 12, "1 2")])
    rows = seasonality.profile(flows, "category").frame
    assert rows["category"].drop_duplicates().tolist() == ["wood", "biowaste", "metal", "Total"]
    assert rows.loc[rows["category"] == "biowaste", "month"].tolist() == list(range(1, 13))


def test_a_family_of_one_month_is_absent_from_the_others():
    flows = flows_of([("A", "food", 12, "3")])
    rows = seasonality.profile(flows, "category").frame
    assert set(rows["month"]) == {3} and rows["mass_t_per_month"].tolist() == [12, 12]
    peaks = seasonality.peaks(flows, "category").frame.set_index("category")
    assert peaks.loc["food", ["peak_month", "peak_ratio", "active_months"]].tolist() == [3, 12, 1]


def test_nothing_or_nothing_but_zeros():
    for flows in (flows_of([]), flows_of([("A", "food", 0, "3")])):
        assert seasonality.peaks(flows, "category").frame.empty
    assert seasonality.by_month(flows_of([])).empty
    assert {"month", "mass_t_per_month"} <= set(seasonality.profile(flows_of([]), "category").frame.columns)


def test_months_print_as_words():
    assert wording.cell(6, "month") == "juin" and wording.cell(12, "peak_month") == "décembre"


some_flows = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from(["food", "wood"]),
        st.floats(0.01, 1e5),
        st.one_of(
            st.none(),
            st.sets(st.integers(1, 12), min_size=1).map(lambda months: " ".join(map(str, sorted(months)))),
        ),
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=5)
@given(some_flows)
def test_the_months_add_up_to_the_year(rows):
    flows = flows_of(rows)
    annual = flows.groupby("category")[MASS].sum().to_dict()
    profile = seasonality.profile(flows, "category").frame
    months = profile[profile["category"] != "Total"].groupby("category")["mass_t_per_month"].sum()
    assert months.to_dict() == pytest.approx(annual)
    behind = seasonality.by_month(flows).groupby(["category", "month"])["mass_t_per_month"].sum()
    table = profile[profile["category"] != "Total"].set_index(["category", "month"])["mass_t_per_month"]
    assert table.to_dict() == pytest.approx(behind.to_dict())
    ratios = seasonality.peaks(flows, "category").frame["peak_ratio"]
    assert ratios.between(1 - 1e-9, 12 + 1e-9).all()


def test_an_even_year_has_a_twelfth_of_its_interval_every_month():
    flows = flows_of([("A", "food", 12, None), ("B", "food", 24, None)])
    year = diagnosis.totals(flows, ["category"], total=False).frame.iloc[0]
    month = seasonality.profile(flows, "category").frame.set_index(["category", "month"]).loc["food", 5]
    for name in (MASS, LOW, HIGH):
        assert 12 * month[name.replace("year", "month")] == pytest.approx(year[name])
