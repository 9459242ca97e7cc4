"""Ages of leaving by month of birth in three laws, against the texts (`retirement_ages.csv` has them)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.forecast import hazards
from eit_analysis.employment.forecast.cohort import simulate
from eit_analysis.reference import retirement
from eit_analysis.reference.dated import in_force
from eit_analysis.tables import AGE_BANDS

LAWS = ["loi_2010", "loi_2023", "suspension_2026"]
# Legal age, then that of long careers, in years and months, by the three laws in order.
BORN = {
    "1955-06": ["62+0", "62+0", "62+0", "60+0", "60+0", "60+0"],
    "1961-08": ["62+0", "62+0", "62+0", "60+0", "60+0", "60+0"],
    "1961-09": ["62+0", "62+3", "62+3", "60+0", "60+0", "60+0"],
    "1962-01": ["62+0", "62+6", "62+6", "60+0", "60+0", "60+0"],
    "1963-12": ["62+0", "62+9", "62+9", "60+0", "60+3", "60+3"],
    "1964-03": ["62+0", "63+0", "62+9", "60+0", "60+6", "60+3"],
    "1965-03": ["62+0", "63+3", "62+9", "60+0", "60+9", "60+3"],
    "1965-04": ["62+0", "63+3", "63+0", "60+0", "60+9", "60+6"],
    "1968-01": ["62+0", "64+0", "63+9", "60+0", "61+6", "61+3"],
    "1969-01": ["62+0", "64+0", "64+0", "60+0", "61+9", "61+6"],
}
FORECAST = Path(__file__).resolve().parents[1] / "docs" / "methods" / "forecast.md"


@pytest.mark.parametrize("month", BORN)
def test_the_ages_of_a_month_of_birth_are_those_of_the_text(month: str) -> None:
    at = np.array([retirement.month(month)])
    pairs = [retirement.ages_of(law, at) for law in LAWS]
    found = [round(12 * float(ages[0])) for kind in zip(*pairs, strict=True) for ages in kind]
    assert [f"{months // 12}+{months % 12}" for months in found] == BORN[month]


def test_one_workforce_retires_under_each_law_as_the_docs_say() -> None:
    """A hundred people of each band in 2026, where replacement hides nothing."""
    told = {"planned_departures_3y": np.nan, "planned_hires_3y": np.nan, "rome_code": None}
    people = pd.DataFrame({"age_band": list(AGE_BANDS), "headcount": 100.0}).assign(
        site_id="A", occupation="Tri", **told
    )
    for law in LAWS:
        stated = Scenarios(retirement_law=law)
        drawn = simulate(people, reference.load("hazards"), stated, scenario="trend", base_year=2026)
        left = drawn.retirements.sum(axis=2).cumsum(axis=1).mean(axis=0)[[2, 4, 9]]
        assert f"| `{law}` | {' | '.join(f'{gone:.0f}' for gone in left)} |" in FORECAST.read_text("utf-8")


def test_a_birth_year_that_the_law_splits_has_the_mean_of_its_months() -> None:
    years = retirement.months_of(np.array([1930, 1961, 1963, 2005]))
    legal, early = (ages.mean(axis=-1) for ages in retirement.ages_of("loi_2023", years))
    assert legal == pytest.approx([62, 62 + 4 * 0.25 / 12, 62.75, 64])
    assert early == pytest.approx([60, 60, 60 + 4 * 0.25 / 12, 62])
    suspended, _ = retirement.ages_of("suspension_2026", retirement.months_of(np.array([1965])))
    assert suspended.mean(axis=-1) == pytest.approx([(3 * 62.75 + 9 * 63) / 12])


@pytest.mark.parametrize(
    ("year", "law"), [(2008, 0), (2018, 0), (2022, 0), (2023, 1), (2024, 1), (2025, 1), (2026, 2)]
)
def test_the_date_of_the_wave_chooses_the_law_in_force(year: int, law: int) -> None:
    assert retirement.law_in_force(year) == LAWS[law]
    given = hazards.legal_ages(Scenarios(), [], year, 5).legal
    chosen = hazards.legal_ages(Scenarios(retirement_law=LAWS[law]), [], year, 5).legal
    assert (given == chosen).all()


def test_a_wave_of_before_a_law_of_its_year_may_have_the_former_one() -> None:
    """Answers of January 2023 are of the law of 2010, those of December 2025 of that of 2023."""
    table = reference.load("retirement_ages")
    held = [set(in_force(table, day)["law"]) for day in ("2023-01-15", "2025-12-30", "2025-12-31")]
    assert held == [{law} for law in LAWS]
    chosen = hazards.legal_ages(Scenarios(retirement_law=LAWS[0]), [], 2023, 5).legal
    assert chosen.max() == 62 < hazards.legal_ages(Scenarios(), [], 2023, 5).legal.max()


def test_laws_follow_one_another_and_each_ladder_only_rises() -> None:
    table = reference.load("retirement_ages")
    for law, rows in table.groupby("law"):
        months = 12 * rows["legal_age_years"] + rows["legal_age_months"]
        assert rows["born_from"].is_monotonic_increasing and months.is_monotonic_increasing
        assert rows["text_ref"].nunique() == rows["from_date"].nunique() == 1, law
    terms = table.drop_duplicates("law")
    ends = pd.to_datetime(terms["until_date"])[:-1] + pd.Timedelta(days=1)
    assert ends.tolist() == pd.to_datetime(terms["from_date"])[1:].tolist()
