"""A team's ages beside the country's: shares by hand, and a flag that chance seldom raises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from eit_analysis.employment.context.age_comparison import (
    FALSE_ALARM,
    compare,
    comparison_source,
    national_ages,
    pooled,
    unusual,
)
from eit_analysis.intake.registers.files import read_register
from eit_analysis.tables import AGE_BANDS

AGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "dares"
BANDS = list(AGE_BANDS)
PUBLISHED = ["15-24 ans", *(f"{band} ans" for band in BANDS[1:-1]), "60 ans ou plus"]


def team(counts: dict[str, float], occupation: str = "Tri") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site_id": "s",
            "occupation": occupation,
            "age_band": list(counts),
            "headcount": list(counts.values()),
        }
    )


def france(shares: list[float], occupation: str = "Tri") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "occupation": occupation,
            "age_band": BANDS,
            "national_share_percent": 100 * np.array(shares) / sum(shares),
            "fap_codes": "T4Z62",
            "period": "2017-2019",
        }
    )


def dares(fap: str, period: str, thousands: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"fap_code": fap, "age_band": PUBLISHED, "employment_thousands": thousands, "period": period}
    )


def test_families_add_up_in_the_period_nearest_to_the_survey() -> None:
    ages = pd.concat(
        [
            dares("A", "2017-2019", [1, 1, 1, 1, 1, 1, 1, 1, 2]),
            dares("B", "2017-2019", [0, 0, 0, 0, 0, 0, 0, 0, 10]),
            dares("A", "2003-2005", [9, 0, 0, 0, 0, 0, 0, 0, 0]),
            dares("C", "2017-2019", [np.nan, *[1.0] * 8]),
        ]
    )
    linked = pd.DataFrame({"occupation": ["Tri", "Tri", "Vide", "Absent"], "fap_code": ["A", "B", "C", "Z"]})
    table = national_ages(ages, linked, 2018)
    # A blank band is not zero: the occupation is left out, as is the one whose family is not there.
    assert set(table["occupation"]) == {"Tri"} and set(table["period"]) == {"2017-2019"}
    share = table.set_index("age_band")["national_share_percent"]
    assert share["60 et plus"] == pytest.approx(100 * 12 / 20) and share["15-24"] == pytest.approx(5)
    assert set(table["fap_codes"]) == {"A, B"}
    old = national_ages(ages, linked.head(1), 2005).set_index("age_band")["national_share_percent"]
    assert old["15-24"] == 100
    missing = national_ages(None, linked, 2018)
    assert "Importez" in comparison_source(missing, team=True)
    assert "Importez" not in comparison_source(missing)


def test_shares_differences_and_interval_by_hand() -> None:
    people = team({"55-59": 7.0, "60 et plus": 3.0, "non renseigné": 90.0})
    table = compare(people, france([1] * 9)).frame.set_index("age_band")
    assert len(table) == 9 and table["headcount"].sum() == 10  # unknown ages are no age
    senior = table.loc["55-59"]
    assert senior["share_percent"] == pytest.approx(70)
    assert senior["share_difference_points"] == pytest.approx(70 - 100 / 9)
    assert table.loc["15-24", "share_difference_points"] == pytest.approx(-100 / 9)
    # Nobody of ten: the exact upper bound is 1 - (alpha / 2)^(1 / n), by hand.
    alpha = FALSE_ALARM / 9
    assert table.loc["15-24", "age_share_high_percent"] == pytest.approx(100 * (1 - (alpha / 2) ** 0.1))
    assert table["beyond_chance"].to_dict() == {**dict.fromkeys(BANDS, "no"), "55-59": "yes"}
    assert compare(team({"55-59": 4.0}), france([1] * 9)).frame.empty  # too few to be compared


@pytest.mark.parametrize(("n", "p"), [(5, 0.02), (12, 0.3), (20, 0.1), (40, 0.5)])
def test_chance_alone_raises_the_flag_as_seldom_as_said(n: int, p: float) -> None:
    """Exact: the law of the counts of one band summed over the counts that raise its flag."""
    flagged = 0.0
    for k in range(n + 1):
        people = team({"15-24": float(k), "55-59": float(n - k)})
        table = compare(people, france([p, *[(1 - p) / 8] * 8])).frame
        if table.set_index("age_band").loc["15-24", "beyond_chance"] == "yes":
            flagged += binom.pmf(k, n, p)
    assert flagged <= FALSE_ALARM / len(BANDS)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 30), min_size=9, max_size=9).filter(lambda counts: sum(counts) >= 5))
def test_a_team_like_the_country_is_never_flagged(counts: list[int]) -> None:
    table = compare(team(dict(zip(BANDS, map(float, counts), strict=True))), france(counts)).frame
    assert set(table["beyond_chance"]) == {"no"}
    assert table["share_difference_points"].abs().max() == pytest.approx(0, abs=1e-9)
    assert (table["age_share_low_percent"] <= table["share_percent"]).all()
    assert (table["share_percent"] <= table["age_share_high_percent"]).all()


def test_the_wider_team_finds_the_smaller_difference() -> None:
    shares = [1.0] * 9
    small = team({**dict.fromkeys(BANDS[:-1], 2.0), "60 et plus": 5.0})
    large = small.assign(headcount=small["headcount"] * 20)
    assert set(compare(small, france(shares)).frame["beyond_chance"]) == {"no"}
    flags = compare(large, france(shares)).frame.set_index("age_band")["beyond_chance"]
    assert flags["60 et plus"] == "yes"


def test_occupations_together_have_the_ages_of_as_many_people_of_each() -> None:
    people = pd.concat(
        [
            team({"15-24": 30.0}, "A"),
            team({"60 et plus": 10.0, "non renseigné": 5.0}, "B"),
            team({"15-24": 9.0}, "C"),
        ]
    ).reset_index(drop=True)
    young, old = france([1, *[0] * 8], "A"), france([*[0] * 8, 1], "B")
    table = pooled(people, pd.concat([young, old]))
    ages = table.frame.set_index("age_band")
    assert ages["headcount"].sum() == 40  # C has no counterpart, five people no age
    assert table.records["headcount"].sum() == 40
    share = ages["national_share_percent"]
    assert (share["15-24"], share["60 et plus"], share.sum()) == pytest.approx((75, 25, 100))
    assert set(ages["beyond_chance"]) == {"no"}
    assert pooled(people, old.head(0)).frame.empty
    assert unusual(people, pd.concat([young, old])).frame.empty
    assert set(unusual(people, young.iloc[::-1].assign(age_band=BANDS)).frame["occupation"]) == {"A"}


@pytest.mark.skipif(not AGES.exists(), reason="les fichiers réels de la DARES ne sont pas à côté du projet")
def test_the_two_real_files_tell_the_same_ages() -> None:
    """One is in Latin-1, the other in UTF-8; both cover 2017-2019."""
    files = ["age_2017_2019_3niv.csv", "age_agrege_1982_1984_2017_2019_restructure_fap225.csv"]
    read = [read_register("dares_age", AGES / name) for name in files]
    assert [table.manifest["encoding"] for table in read] == ["cp1252", "utf-8"]
    linked = pd.DataFrame({"occupation": "Usinage", "fap_code": ["D1Z40", "D1Z41"]})
    first, second = (national_ages(table.frame, linked, 2018) for table in read)
    assert len(first) == 9 and set(second["period"]) == {"2017-2019"}
    pd.testing.assert_frame_equal(first, second, atol=1e-3)
