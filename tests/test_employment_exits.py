"""Exits of people against their exact law, and shrinkage of what firms declare against its formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks import cohort_truth
from eit_analysis import reference
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.forecast import declared_plans, exits, hazards, newcomers
from eit_analysis.employment.forecast.ages import Team, age_weights, cells_of, people_by_age
from eit_analysis.employment.forecast.hazards import AGES

DRAWS, YEARS = 20_000, 5
AT_62 = Scenarios(retirement_age=62, long_career_age=60)
LEGAL = hazards.legal_ages(AT_62, [], 2018, YEARS)


def table(**values: float) -> pd.DataFrame:
    """Hazards known for sure at all ages."""
    rows = [(name, 15, 70, value, value, value) for name, value in values.items()]
    return pd.DataFrame(rows, columns=["hazard", "first_age", "last_age", "low", "central", "high"])


def chances(draws: int, rows: pd.DataFrame | None = None) -> hazards.Hazards:
    """The shipped hazards at their central quantile, the same in every draw."""
    u = {name: np.full(draws, 0.5) for name in hazards.LEVELS}
    return hazards.draw(reference.load("hazards") if rows is None else rows, Scenarios(), LEGAL, u)


ONE = chances(1)


def stays(draws: int) -> np.ndarray:
    """The same chances in every draw."""
    one = exits.staying(ONE)
    return np.broadcast_to(one, (*one.shape[:-1], draws))


def by_hand(age: int, pace: float) -> np.ndarray:
    """Probability of each (year, reason), then of being still there, for one person, question by question."""
    there, found = 1.0, []
    for year in range(YEARS):
        place = min(age - AGES[0] + year, len(AGES) - 1)
        for hazard in (ONE.retirement, ONE.quit, ONE.mobility):
            gone = there * (1 - (1 - hazard[place, year, 0]) ** pace)
            found.append(gone)
            there -= gone
    return np.array([*found, there])


CROWD = [(0, 59, 7), (0, 61, 3), (0, 25, 12), (1, 63, 4), (1, 45, 30), (1, 69, 2)]
PACE = np.array([1.0, 1.7])


@pytest.fixture(scope="module")
def crowd() -> exits.Exits:
    known = np.eye(len(AGES))
    cells = [Team(o, people, known[age - AGES[0]]) for o, age, people in CROWD]
    pace = np.repeat(PACE[:, None], DRAWS, axis=1)
    kept = np.ones((2, YEARS))
    return exits.leave(cells, stays(DRAWS), pace, kept, np.random.default_rng(7))


@pytest.mark.parametrize("occupation", [0, 1])
def test_stock_follows_the_exact_poisson_binomial_law(crowd: exits.Exits, occupation: int) -> None:
    for year in range(YEARS):
        there = [
            1 - by_hand(age, PACE[o])[: 3 * (year + 1)].sum()
            for o, age, people in CROWD
            for _ in range(people)
            if o == occupation
        ]
        law = stats.poisson_binom.pmf(np.arange(len(there) + 1), there)
        counts = np.bincount(crowd.stock[year + 1, occupation], minlength=len(law))
        often = law * DRAWS >= 5
        expected = np.append(law[often], law[~often].sum()) * DRAWS
        seen = np.append(counts[often], counts[~often].sum())
        # Ten tests at 1 in 10,000 each: this fails by chance once in a thousand seeds.
        assert stats.chisquare(seen, expected / expected.sum() * DRAWS).pvalue > 1e-4
        assert abs(counts / DRAWS - law).sum() / 2 < 0.02


def test_reasons_of_one_person_follow_their_law() -> None:
    known, pace = np.eye(len(AGES)), np.full((1, DRAWS), 1.3)
    one = [Team(0, 1, known[60 - AGES[0]])]
    drawn = exits.leave(one, stays(DRAWS), pace, np.ones((1, YEARS)), np.random.default_rng(3))
    seen = [drawn.left[reason][year, 0].sum() for year in range(YEARS) for reason in exits.REASONS[:3]]
    seen.append(drawn.stock[-1, 0].sum())
    expected = by_hand(60, 1.3) * DRAWS
    assert stats.chisquare(seen, expected).pvalue > 1e-3


def test_a_band_is_a_mixture_of_its_ages() -> None:
    cell = [Team(0, 10, age_weights("60 et plus"))]
    kept, pace = np.ones((1, YEARS)), np.ones((1, DRAWS))
    drawn = exits.leave(cell, stays(DRAWS), pace, kept, np.random.default_rng(5))
    expected = 10 * np.mean([by_hand(age, 1.0)[-1] for age in range(60, 65)])
    assert drawn.stock[-1].mean() == pytest.approx(expected, abs=0.05)


def test_many_people_alike_are_counted_in_batches() -> None:
    cell = [Team(0, 700, age_weights("45-49"))]
    drawn = exits.leave(cell, stays(50), np.ones((1, 50)), np.ones((1, YEARS)), np.random.default_rng(1))
    assert (drawn.stock[0] == 700).all()
    assert drawn.stock[1].mean() == pytest.approx(700 * (1 - 0.06 * 0.85) * (1 - 0.0172), rel=0.02)
    gone = sum(drawn.left[reason].sum(axis=0) for reason in exits.REASONS)
    assert (drawn.stock[-1] + gone == 700).all()


def test_asking_one_question_a_year_gives_the_same_stock(crowd: exits.Exits) -> None:
    known = np.eye(len(AGES))
    cells = [Team(o, people, known[age - AGES[0]]) for o, age, people in CROWD]
    pace = np.repeat(PACE[:, None], DRAWS, axis=1)
    last = stays(DRAWS)[:, :, -1:]
    drawn = exits.leave(cells, last, pace, np.ones((2, YEARS)), np.random.default_rng(7))
    assert (drawn.stock == crowd.stock).all()


STEADY = np.zeros(1)  # growth


def test_newcomers_leave_like_people_of_the_ages_of_hiring() -> None:
    since = newcomers.arriving(ONE, np.zeros(len(AGES)), STEADY)
    first = [AGES[i] + 1 - AGES[0] for i in newcomers.HIRE_AGES]
    expected = [np.mean([h[i, 1, 0] for i in first]) for h in (ONE.retirement, ONE.quit)]
    assert 1 - np.exp(-np.array([since.retirement[1, 0], since.quit[1, 0]])) == pytest.approx(expected)
    assert (since.retirement[0], since.quit[0], since.mobility[0]) == (0, 0, 0)
    everyone = 10 * age_weights("45-49")
    steady = newcomers.arriving(chances(1, table(quit=1.0, mobility=0.02)), everyone, STEADY)
    assert 1 - np.exp(-steady.quit[1:, 0]) == pytest.approx(np.full(YEARS - 1, 0.06))
    assert 1 - np.exp(-steady.mobility[1:, 0]) == pytest.approx(np.full(YEARS - 1, 0.02))


def test_who_moved_is_a_year_older_and_who_left_is_replaced_at_the_age_of_hiring() -> None:
    """By hand, 100 people of 61, 2 % fewer a year: who moves at once is 62 a year later, hires 21 to 50."""
    rows = table(quit=2.0, mobility=0.1)
    rows.loc[len(rows)] = ("retirement", 62, 69, 0.5, 0.5, 0.5)
    since = newcomers.arriving(chances(1, rows), 100.0 * (AGES == 61), np.array([-0.02]))
    hired, moved = 100 * 0.10, 100 * 0.88 * 0.1
    assert 1 - np.exp(-since.retirement[1, 0]) == pytest.approx(0.5 * moved / (hired + moved))
    # In the third year: these less those who left, whoever of today's moved at 62, and the new hires.
    today = 100 * 0.88 * 0.9
    older = moved * 0.5 * 0.88 + today * 0.5 * 0.88 * 0.1
    replaced = 0.12 * hired + (1 - 0.5 * 0.88) * (moved + today)
    younger = hired * 0.88 + replaced - 0.02 * (hired + moved + today)
    assert 1 - np.exp(-since.retirement[2, 0]) == pytest.approx(0.5 * older / (older + younger))


def answered(
    people: float, departures: float, rows: pd.DataFrame, draws: int = 20_000
) -> declared_plans.Parameters:
    ages = people * age_weights("45-49")[None, :]
    rng = np.random.default_rng(2)
    legal = hazards.legal_ages(AT_62, [], 2018, declared_plans.PLAN_YEARS)
    return declared_plans.posterior(rows, Scenarios(), legal, ages, np.array([departures]), rng, draws)


@pytest.mark.parametrize(("people", "departures"), [(6, 3), (60, 30), (60, 2), (600, 300)])
def test_shrinkage_is_the_posterior_of_a_gamma_pace(people: int, departures: int) -> None:
    """Against prior times likelihood on a grid: departures foreseen are Binomial(n, f (1 − 0.94^(3 r)))."""
    rows = table(quit=1.0, occupation_spread=0.5, foresight=0.6)
    pace = answered(people, departures, rows).pace[0]
    grid = np.linspace(0.001, 20, 20_000)
    chance = 0.6 * (1 - 0.94 ** (3 * grid))
    weight = stats.gamma.pdf(grid, 4, scale=1 / 4) * stats.binom.pmf(departures, people, chance)
    mean = (grid * weight).sum() / weight.sum()
    assert pace.mean() == pytest.approx(mean, rel=0.02)
    deviation = np.sqrt(((grid - mean) ** 2 * weight).sum() / weight.sum())
    assert pace.std() == pytest.approx(deviation, rel=0.06)


def test_the_larger_the_team_the_more_it_is_believed() -> None:
    """Half as many departures as the tables expect, by a team of 5, 50 and 500."""
    rows = table(quit=1.0, occupation_spread=0.5)
    means = [answered(n, n * (1 - 0.94**3) / 2, rows).pace.mean() for n in (5, 50, 500)]
    assert 0.95 > means[0] > means[1] > means[2] > 0.45


def test_no_answer_leaves_the_tables_as_they_are() -> None:
    drawn = answered(0, 0, reference.load("hazards"))
    assert all(abs(np.sort(u) - np.linspace(0, 1, len(u))).max() < 0.03 for u in drawn.u.values())
    assert drawn.pace.mean() == pytest.approx(1, abs=0.02)


def test_what_all_occupations_share_is_weighted_by_the_likelihood() -> None:
    """Quit level uncertain, no spread: posterior mean against the integral of prior times likelihood."""
    rows = table(foresight=1.0)
    rows.loc[len(rows)] = ("quit", 15, 70, 0.5, 1.0, 1.5)
    people, departures = 300.0, 75.0
    quantile = answered(people, departures, rows).u["quit"]
    level = hazards.triangular(quantile, 0.5, 1.0, 1.5)
    grid = np.linspace(0.5, 1.5, 2001)
    prior = 1 - abs(grid - 1) / 0.5
    weight = prior * stats.binom.pmf(departures, people, 1 - (1 - 0.06 * grid) ** 3)
    mean = (grid * weight).sum() / weight.sum()
    assert level.mean() == pytest.approx(mean, rel=0.005)
    deviation = np.sqrt(((grid - mean) ** 2 * weight).sum() / weight.sum())
    assert level.std() == pytest.approx(deviation, rel=0.04)
    assert 1.1 < mean < 75 / (300 * (1 - 0.94**3))


def test_cells_hold_everyone_and_unknown_ages_follow_the_known() -> None:
    rows = pd.DataFrame(
        {
            "occupation": ["Tri", "Tri", "Usinage"],
            "age_band": ["45-49", "25-29", "non renseigné"],
            "headcount": [6.0, 2.0, 8.0],
        }
    )
    people = people_by_age(cells_of(rows, ["Tri", "Usinage"]), 2)
    assert people.sum(axis=1).tolist() == [8, 8]
    assert people[1] == pytest.approx(people[0])


def test_a_territory_with_known_hazards_is_forecast_nearly_as_by_who_knows_them() -> None:
    """A small run of benchmarks/cohort_truth.py, too small to tell its bounds from chance: wider here."""
    scores = cohort_truth.run(4000, 4, 100, "known", "none").set_index("of")
    by_occupation = scores.loc["departures, occupations, 10 years"]
    assert abs(by_occupation["bias %"]) < 4
    assert 70 < by_occupation["coverage 80 %"] < 90
    assert by_occupation["ratio"] < 1.3
