"""Cronbach's alpha and item-rest correlations against published figures."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.change import opinions, reliability
from eit_analysis.records import TOTAL

# Chatterjee and Price 1977, approval of seven aspects of work in 30 departments (R's `attitude`).
ATTITUDE = """
rating complaints privileges learning raises critical advance
43 51 30 39 61 92 45
63 64 51 54 63 73 47
71 70 68 69 76 86 48
61 63 45 47 54 84 35
81 78 56 66 71 83 47
43 55 49 44 54 49 34
58 67 42 56 66 68 35
71 75 50 55 70 66 41
72 82 72 67 71 83 31
67 61 45 47 62 80 41
64 53 53 58 58 67 34
67 60 47 39 59 74 41
69 62 57 42 55 63 25
68 83 83 45 59 77 35
77 77 54 72 79 77 46
81 90 50 72 60 54 36
74 85 64 69 79 79 63
65 60 65 75 55 80 60
65 70 46 57 75 85 46
50 58 68 54 64 78 52
50 40 33 34 43 64 33
64 61 52 62 66 80 41
53 66 52 50 63 80 37
40 37 42 58 50 57 49
63 54 42 48 66 75 33
66 77 66 63 88 76 72
78 75 58 74 80 78 49
48 57 44 45 51 83 38
85 85 71 71 77 74 55
82 82 39 59 64 78 39
"""


@pytest.fixture
def attitude() -> pd.DataFrame:
    return pd.read_csv(io.StringIO(ATTITUDE.strip()), sep=" ")


def test_alpha_and_item_rest_are_those_that_revelle_publishes(attitude: pd.DataFrame) -> None:
    """`psych::alpha(attitude)`: raw alpha 0.84; r.drop of the items."""
    assert reliability.cronbach_alpha(attitude) == pytest.approx(0.84, abs=0.005)
    rest = reliability.item_rest(attitude)
    published = {
        "rating": 0.67, "complaints": 0.74, "privileges": 0.56, "learning": 0.71, "raises": 0.79,
        "critical": 0.27, "advance": 0.46,
    }  # fmt: skip
    for item, value in published.items():
        assert rest[item] == pytest.approx(value, abs=0.006), item


def test_alpha_of_the_mini_haq_from_its_published_variances() -> None:
    """Bland and Altman 1997: ten items, variances of 11.16 together, 77.44 for the sum: 0.95."""
    common = np.sqrt((77.44 - 11.16) / 90)  # of ten items alike, what each has with each other
    own = np.sqrt(11.16 / 10 - common**2)
    rng = np.random.default_rng(1)
    raw = rng.normal(size=(500, 11))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw.T))).T  # uncorrelated, exactly
    answers = pd.DataFrame(common * white[:, [0]] + own * white[:, 1:])
    assert answers.var().sum() == pytest.approx(11.16)
    assert answers.sum(axis=1).var() == pytest.approx(77.44)
    assert reliability.cronbach_alpha(answers) == pytest.approx(0.95, abs=0.005)


def test_equal_statements_have_an_alpha_of_one_and_unrelated_ones_of_zero() -> None:
    one = pd.Series([1.0, 2, 3, 4, 5, 1, 2])
    assert reliability.cronbach_alpha(pd.DataFrame({"a": one, "b": one})) == pytest.approx(1)
    apart = pd.DataFrame({"a": [1.0, 1, 5, 5], "b": [1.0, 5, 1, 5]})
    assert reliability.cronbach_alpha(apart) == pytest.approx(0)
    assert np.isnan(reliability.cronbach_alpha(pd.DataFrame({"a": one})))
    assert np.isnan(reliability.cronbach_alpha(pd.DataFrame({"a": [3.0] * 4, "b": [3.0] * 4})))


def test_alpha_item_rest_and_non_response_are_told_by_role_and_by_size(attitude: pd.DataFrame) -> None:
    """Three aspects of work in 30 departments, 12 of them by the direction; whoever left one blank is out."""
    codes = ["trust_1", "trust_2", "trust_3"]
    assert set(codes) <= set(reference.load("readiness_items")["code"])
    wide = attitude[["complaints", "learning", "raises"]].set_axis(codes, axis=1).astype(float)
    wide.loc[29, "trust_2"] = np.nan
    rows = wide.assign(site_id=[f"E{i}" for i in range(30)], respondent_role=["direction"] * 12 + [None] * 18)
    asked = rows.melt(["site_id", "respondent_role"], var_name="item", value_name="answer")
    sites = pd.DataFrame({"site_id": rows["site_id"], "headcount": [5.0] * 9 + [30.0] * 21})
    told = (
        reliability.reliability(asked, sites)
        .set_index(["respondent_role", "size_class", "item_code"])
        .sort_index()
    )
    assert told["readiness_dimension"].eq("trust").all()
    for (role, size), own in {
        (TOTAL, TOTAL): wide[:29], ("direction", TOTAL): wide[:12], ("non renseigné", TOTAL): wide[12:29],
    }.items():  # fmt: skip
        here = told.loc[(role, size)]
        assert set(here["n_respondents"]) == {len(own)}
        assert here["alpha"].to_numpy() == pytest.approx([reliability.cronbach_alpha(own)] * 3)
        assert here["item_rest_correlation"].to_dict() == pytest.approx(dict(reliability.item_rest(own)))
    few = told[told["n_respondents"] < reliability.LEAST]
    assert few["n_respondents"].tolist() == [9]  # the smallest firms: one row, and nothing but their number
    assert few[["alpha", "item_rest_correlation"]].isna().all(axis=None)
    blank = opinions.response(asked, sites).set_index(["respondent_role", "size_class"])
    assert blank["n_asked"].to_list() == [30, 12, 18, 9, 21]
    assert blank["unanswered_percent"].to_list() == pytest.approx([100 / 90, 0, 100 / 54, 0, 100 / 63])
