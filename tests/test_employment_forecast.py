"""The cohort forecast: laws in every draw, known answers, honest width."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.config_scenarios import Reform, Scenarios, Shock
from eit_analysis.employment import workforce
from eit_analysis.employment.forecast import demand, evaluation, hazards, outlook, scenario_checks
from eit_analysis.employment.forecast.cohort import (
    FLOWS,
    SCENARIOS,
    Simulation,
    scenarios,
    simulate,
    simulate_all,
)
from eit_analysis.employment.forecast.hazards import AGES, triangular
from eit_analysis.errors import InputError

BANDS = ["25-29", "45-49", "60 et plus"]


def team(rows: list[tuple]) -> pd.DataFrame:
    """Prepared workforce rows from (site, occupation, band, people, hires planned)."""
    frame = pd.DataFrame(rows, columns=["site_id", "occupation", "age_band", "headcount", "planned_hires_3y"])
    return frame.assign(planned_departures_3y=np.nan, rome_code=None).astype({"headcount": float})


def hazard(name: str, value: float, first: int = 15, last: int = 70) -> tuple:
    return (name, first, last, value, value, value)


def rates(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["hazard", "first_age", "last_age", "low", "central", "high"])


STEADY = Scenarios(horizon_years=4, trend_rate=0.0, quit_rate=1.0)
SMALL = team(
    [
        ("A", "Usinage", "25-29", 12, 3.0),
        ("B", "Usinage", "60 et plus", 8, np.nan),
        ("A", "Caisse", "45-49", 10, 0.0),
        ("C", "Caisse", workforce.UNKNOWN, 4, np.nan),
    ]
)


MOVED = Scenarios(
    horizon_years=6,
    reform=[Reform(born_from=1960, retirement_age=64)],
    shocks=[Shock(year=2020, share=0.4, site_id="A"), Shock(year=2022, share=1.0, occupation="Caisse")],
)


def run(scenario: str = "trend", **changes: object) -> Simulation:
    options = {"hazards": reference.load("hazards"), "parameters": MOVED, "draws": 200}
    options |= {"base_year": 2018, "seed": 3, "workforce": SMALL} | changes
    chance = {name: options.pop(name) for name in ("draws", "seed")}
    options["parameters"] = options["parameters"].model_copy(update=chance)  # type: ignore[attr-defined]
    return simulate(options.pop("workforce"), scenario=scenario, **options)  # type: ignore[arg-type]


def simulation(scenario: str, stock: np.ndarray, *flows: np.ndarray) -> Simulation:
    """One of a single occupation, of twenty people of one firm."""
    people = team([("A", "Usinage", "25-29", 20, np.nan)])
    return Simulation(scenario, ["Usinage"], 2018, people, people, stock, *flows)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_people_are_conserved_in_every_draw(scenario: str) -> None:
    jobs = pd.DataFrame({"occupation": ["Tri"], "jobs_low": [-1.0], "jobs": [2.5], "jobs_high": [6.0]})
    s = run(scenario, synergy_jobs=jobs)
    change = s.hires - s.retirements - s.quits - s.losses + s.moves
    assert (s.stock[:, 1:] == s.stock[:, :-1] + change).all()
    assert (s.moves.sum(axis=2) == 0).all()
    assert (s.stock >= 0).all()
    assert (s.hires >= 0).all()
    assert (s.stock[:, 0].sum(axis=1) == 34).all()


def test_a_plan_is_of_the_whole_team_on_whichever_row_it_is_written() -> None:
    """One firm writes its four departures beside its youngest, another spreads them: the same forecast."""
    bands = ["25-29", "35-39", "45-49", "55-59"]
    people = team([("A", "Usinage", band, 10, np.nan) for band in bands])
    once, spread = (people.assign(planned_departures_3y=plan) for plan in ([4, np.nan, np.nan, np.nan], 1.0))
    assert (run(workforce=once).stock == run(workforce=spread).stock).all()


def test_fewer_people_need_no_more_for_being_told_by_merged_occupations() -> None:
    """Of nine trades of a firm each with few departures announced, eight that are merged need less."""
    people = team([(f"F{n}", f"Métier {n}", "35-39", 60, np.nan) for n in range(9)])
    people = people.assign(planned_departures_3y=5.0, contract=None)
    every = run(workforce=workforce.prepare(people, 0, 0))
    some, apart = (workforce.prepare(people.head(8), 5, least) for least in (3, 0))
    merged = run(workforce=some)
    assert merged.occupations == [workforce.OTHER]
    assert (merged.hires.sum(axis=2) == run(workforce=apart).hires.sum(axis=2)).all()
    assert merged.hires[:, :3].sum() < every.hires[:, :3].sum()
    assert (merged.stock[:, :1] == 480).all()


def test_zero_hazards_change_nothing() -> None:
    s = run(hazards=rates(), parameters=STEADY)
    assert (s.stock == s.stock[:, :1]).all()
    assert s.hires.sum() == 0


def test_nobody_vanishes_past_the_last_age() -> None:
    s = run(hazards=rates(), parameters=Scenarios(horizon_years=30, trend_rate=0.0))
    assert (s.stock.sum(axis=2) == 34).all()


def test_everyone_retires_at_a_certain_age() -> None:
    old = team([("A", "Usinage", "60 et plus", 40, np.nan)])
    s = run(
        workforce=old,
        hazards=rates(hazard("retirement", 1.0, 60, 70)),
        parameters=STEADY.model_copy(update={"retirement_age": 60.0}),
    )
    assert (s.retirements[:, 0] == 40).all()
    # All are replaced on average: hires are Poisson of mean 40, whose standard error over 200 draws is 0.45.
    assert s.hires[:, 0].mean() == pytest.approx(40, abs=2)


def test_whoever_changes_occupation_retires_like_the_others() -> None:
    rows = team([("A", "Usinage", "45-49", 30, np.nan), ("A", "Caisse", "45-49", 30, np.nan)])
    s = run(
        workforce=rows,
        hazards=rates(
            hazard("retirement", 1.0, 60, 70), hazard("mobility", 0.2), hazard("trend_gap_territory", -1.0)
        ),
        parameters=STEADY.model_copy(update={"retirement_age": 60.0, "horizon_years": 17}),
    )
    assert s.moves.any()
    assert (s.hires == 0).all()
    assert (s.stock[:, 10].sum(axis=1) == 60).all()
    assert (s.stock[:, -1] == 0).all()


def test_expected_stock_follows_the_trend() -> None:
    big = team([("A", "Usinage", "45-49", 1000, np.nan)])
    s = run(workforce=big, hazards=rates(hazard("quit", 0.1)), parameters=STEADY.model_copy(
        update={"trend_rate": 0.02}), draws=400)  # fmt: skip
    assert s.stock[:, 4].mean() == pytest.approx(1000 * 1.02**4, rel=0.01)
    assert s.quits[:, 0].mean() == pytest.approx(100, rel=0.02)


def test_plans_are_discounted_and_only_cover_firms_that_answered() -> None:
    rows = team([("A", "Usinage", "45-49", 100, 30.0), ("B", "Usinage", "45-49", 300, np.nan)])
    quiet = STEADY.model_copy(update={"plan_realisation": 0.5})
    s = run("plans", workforce=rows, hazards=rates(), parameters=quiet, draws=2000)
    assert s.hires[:, :3].sum(axis=(1, 2)).mean() == pytest.approx(15, abs=0.5)
    assert s.hires[:, 3:].sum() == 0
    leaving = run("plans", workforce=rows, hazards=rates(hazard("quit", 0.1)), parameters=quiet, draws=500)
    # Unforeseen departures are replaced in both firms: 40 a year, plus 5 a year from the plan.
    assert leaving.hires[:, 0].sum(axis=1).mean() == pytest.approx(45, abs=1.5)


def test_departures_foreseen_are_only_made_good_by_the_plan() -> None:
    rows = team([("A", "Usinage", "45-49", 90, 0.0)]).assign(planned_departures_3y=27.0)
    s = run("plans", workforce=rows, hazards=rates(hazard("quit", 0.1)), parameters=STEADY, draws=500)
    assert s.hires[:, 0].mean() == pytest.approx(0, abs=0.01)


def test_a_shorter_horizon_changes_no_year_that_both_have() -> None:
    """Firms declare departures for three years, however few are forecast."""
    people = team([("A", "Usinage", "35-39", 900, np.nan)]).assign(planned_departures_3y=90.0)
    long, short = (run(workforce=people, parameters=Scenarios(horizon_years=years)) for years in (6, 1))
    departures = [(s.retirements + s.quits)[:, 0].sum(axis=1).mean() for s in (long, short)]
    assert departures[1] == pytest.approx(departures[0], rel=0.05)


def test_fractional_synergy_jobs_are_exact_on_average_and_may_displace() -> None:
    def jobs(value: float) -> pd.DataFrame:
        return pd.DataFrame(
            {"occupation": ["Caisse"], "jobs_low": [value], "jobs": [value], "jobs_high": [value]}
        )

    more = run("synergies", hazards=rates(), parameters=STEADY, synergy_jobs=jobs(0.3), draws=4000)
    base = more.stock[:, 0].sum(axis=1)
    # Usinage's own plan brings 3 × 0.7 = 2.1 hires.
    assert (more.stock[:, -1].sum(axis=1) - base).mean() == pytest.approx(2.1 + 0.3, abs=0.06)
    fewer = run("synergies", hazards=rates(), parameters=STEADY, synergy_jobs=jobs(-5.0))
    assert (fewer.hires[..., fewer.occupations.index("Caisse")] == 0).all()


def test_seed_reproduces_and_row_order_does_not_matter() -> None:
    first, again = run(), run(workforce=SMALL.sample(frac=1, random_state=1))
    assert first.occupations == again.occupations
    assert (first.stock == again.stock).all()
    assert (run(seed=4).stock != first.stock).any()


def jobs_of(occupation: str, number: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"occupation": [occupation], "jobs_low": [number / 2], "jobs": [number], "jobs_high": [2 * number]}
    )


def test_scenarios_that_state_the_same_give_the_same_numbers() -> None:
    same = MOVED.model_copy(update={"reform": [], "shocks": []})
    unplanned = SMALL.assign(planned_hires_3y=np.nan)
    trend = run(parameters=same)
    for scenario, rows in (("reform", SMALL), ("shock", SMALL), ("plans", unplanned)):
        other = run(scenario, parameters=same, workforce=rows)
        assert all((getattr(other, name) == getattr(trend, name)).all() for name in ("stock", *FLOWS))
    plans, synergies = (run(name, synergy_jobs=jobs_of("Caisse", 0.0)) for name in ("plans", "synergies"))
    assert all((getattr(plans, name) == getattr(synergies, name)).all() for name in ("stock", *FLOWS))


@pytest.mark.parametrize("occupation", ["Caisse", "Tri"])
@pytest.mark.parametrize("size", [1, 30])
def test_more_demand_never_lowers_openings_in_any_draw(occupation: str, size: int) -> None:
    """As long as demand does not shrink faster than people leave; new jobs may be of a new occupation."""
    rows = reference.load("hazards")
    steady = {"parameters": STEADY, "hazards": rows[~rows["hazard"].str.startswith("trend_gap")]}
    steady["workforce"] = SMALL.assign(headcount=SMALL["headcount"] * size)
    plans = run("plans", **steady)
    synergies = run("synergies", synergy_jobs=jobs_of(occupation, 2.0), **steady)
    known = slice(len(plans.occupations))
    assert synergies.occupations[known] == plans.occupations
    for name in ("hires", "stock", "quits", "retirements"):
        assert (getattr(synergies, name)[..., known] >= getattr(plans, name)).all()
    added = synergies.hires.sum(axis=(1, 2)) - plans.hires.sum(axis=(1, 2))
    assert (added >= 0).all()
    assert added.mean() > 2  # 2.3 jobs, and their holders replaced


def test_a_later_legal_age_lets_nobody_of_today_retire_sooner() -> None:
    old = team([("A", "Usinage", "55-59", 60, np.nan)])
    closed = reference.load("hazards").query("hazard in ['retirement', 'long_career']")
    plain, later = (
        run(name, workforce=old, hazards=closed, parameters=MOVED.model_copy(update={"trend_rate": -0.5}))
        for name in ("trend", "reform")
    )
    assert (later.hires == 0).all()
    assert (later.stock >= plain.stock).all()


def test_unknown_scenario_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown scenario"):
        run("hope")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_empty_workforce_gives_empty_outlook(scenario: str) -> None:
    s = run(scenario, workforce=SMALL.head(0))
    assert (s.stock == 0).all()
    tables = (outlook.outlook, outlook.fan, outlook.openings_by_year, outlook.waterfall)
    assert all(table(s).frame.empty for table in tables)  # nobody declared is no forecast of zero
    assert outlook.beside_trend([s, s]).frame.empty


def test_small_teams_get_wider_relative_intervals() -> None:
    rows = team([("A", "Grand", "45-49", 900, np.nan), ("A", "Petit", "45-49", 6, np.nan)])
    table = outlook.outlook(run(workforce=rows, draws=400)).frame.set_index("occupation")
    width = (table["people_high80"] - table["people_low80"]) / table["headcount"]
    assert width["Petit"] > 1.5 * width["Grand"]


def test_intervals_cover_what_an_independent_process_does() -> None:
    """150 teams followed person by person, without the engine: 80 % intervals hold about 80 % of them."""
    size, quit_rate, years, teams = 30, 0.12, 5, 150
    rng = np.random.default_rng(11)
    final = np.full(teams, size)
    for _ in range(years):
        leavers = np.array([(rng.random(n) < quit_rate).sum() for n in final])
        final = final - leavers + rng.poisson(quit_rate * final)
    s = run(
        workforce=team([("A", "Usinage", "45-49", size, np.nan)]),
        hazards=rates(hazard("quit", quit_rate)),
        parameters=STEADY.model_copy(update={"horizon_years": years}),
        draws=2000,
    )
    end = outlook.fan(s).frame.iloc[-1]
    share80 = ((final >= end["people_low80"]) & (final <= end["people_high80"])).mean()
    share95 = ((final >= end["people_low95"]) & (final <= end["people_high95"])).mean()
    assert 0.72 <= share80 <= 0.92
    assert share95 >= 0.91


def test_outlook_by_hand() -> None:
    draws = np.arange(10)
    stock = np.stack([np.full((10, 1), 20), (20 + draws)[:, None]], axis=1)
    flat = np.zeros((10, 1, 1), dtype=int)
    hires = (draws + 3)[:, None, None]
    s = simulation("trend", stock, flat + 2, flat + 1, flat, flat, hires)
    row = outlook.outlook(s).frame.iloc[0]
    assert (row["headcount"], row["people"], row["people_low80"], row["people_high80"]) == (20, 24, 20, 29)
    ends = outlook.quantiles(stock[:, -1], "people") | outlook.quantiles(flat[:, 0] + 3, "departures")
    assert (ends["people_low95"], ends["people_high95"], ends["departures_high95"]) == (20, 29, 3)
    assert (row["retirements"], row["quits"], row["openings"]) == (2, 1, 7)
    yearly = outlook.openings_by_year(s).frame.iloc[0]
    assert (yearly["year"], yearly["openings_low80"], yearly["openings_high80"]) == (2019, 3, 12)
    steps = outlook.waterfall(s).frame.set_index("step")["mean_people"]
    assert steps.to_dict() == {"today": 20, "retirements": -2, "quits": -1, "hires": 7.5, "horizon": 24.5}
    # The people of the survey are known: nothing bounds them.
    total = outlook.fan(s).frame.set_index("year")["people_low80"]
    today = outlook.waterfall(s).frame.set_index("step")["mean_people_low80"]
    assert np.isnan([total[2018], today["today"]]).all() and (total[2019], today["horizon"]) == (20, 20)


def test_the_gap_to_the_trend_is_taken_draw_by_draw() -> None:
    """Ten people fewer in every draw are ten fewer, surely, however wide the forecast itself."""
    draws = np.arange(10)
    stock = np.stack([np.full((10, 1), 20), (30 + draws)[:, None]], axis=1)
    flat = np.zeros((10, 1, 1), dtype=int)
    stocks = {"trend": stock, "shock": stock - 10, "plans": stock[::-1]}
    trend, *others = (simulation(name, own, *[flat] * 5) for name, own in stocks.items())
    table = outlook.beside_trend([trend, *others]).frame.set_index(["compared", "scenario"]).loc["people"]
    assert table.loc["shock"].tolist() == [-10, -10, -10]
    assert table.loc["plans"].tolist() == [-1, -9, 9]  # draws, the lower of the two in the middle
    assert outlook.beside_trend([trend]).frame.empty


def test_a_reform_shows_in_retirements_and_openings_where_replacement_hides_it_in_people() -> None:
    old = team([("A", "Usinage", "55-59", 400, np.nan)])
    table = outlook.beside_trend([run(name, workforce=old) for name in ("trend", "reform")]).frame
    gap = table.set_index("compared")[["people_beside_trend_low80", "people_beside_trend_high80"]]
    assert (gap.loc[["retirements", "openings"]] < 0).all(axis=None)
    assert gap.loc["people"].between(-30, 30).all()


def test_scenarios_of_one_seed_are_told_apart_where_their_forecasts_overlap() -> None:
    people = team([("A", "Usinage", "30-34", 400, np.nan), ("B", "Usinage", "50-54", 400, np.nan)])
    end = [run(name, workforce=people, draws=400) for name in ("trend", "shock")]
    fan = outlook.by_scenario(outlook.fan, end).frame.set_index(["scenario", "year"])
    gap = outlook.beside_trend(end).frame.iloc[0]
    width = gap["people_beside_trend_high80"] - gap["people_beside_trend_low80"]
    last = fan.xs(2024, level="year").loc["trend"]
    assert gap["people_beside_trend_high80"] < 0
    assert width < 0.6 * (last["people_high80"] - last["people_low80"])


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_account_of_each_year_closes_even_under_a_shock(scenario: str) -> None:
    """Medians do not quite add up: within a few people, where the shock alone takes a third of the jobs."""
    s = run(scenario, workforce=team([("A", "Usinage", "30-34", 300, np.nan)]), draws=400)
    exact = s.retirements + s.quits + s.losses - s.moves + np.diff(s.stock, axis=1)
    assert (s.hires == exact).all()
    rows = outlook.openings_by_year(s).frame
    told = rows["retirements"] + rows["quits"] + rows["losses"] + rows["growth"]
    assert (rows["openings"] - told).abs().max() <= 3
    assert (rows["losses"].max() > 50) == (scenario == "shock")


def test_waterfall_adds_up_for_any_occupations() -> None:
    everyone = [run(scenario, draws=60) for scenario in SCENARIOS]
    for occupations in (None, ["Usinage"]):
        table = outlook.by_scenario(lambda s, of=occupations: outlook.waterfall(s, of), everyone).frame
        steps = table.pivot(index="scenario", columns="step", values="mean_people").fillna(0.0)
        total = steps.drop(columns="horizon").sum(axis=1)
        assert total.to_numpy() == pytest.approx(steps["horizon"].to_numpy())
        assert ("moves" in steps) == (occupations is not None)
        assert (steps["losses"].drop("shock") == 0).all()


def test_grading_by_hand() -> None:
    later = team([("A", "Usinage", "25-29", 30, np.nan), ("B", "Usinage", "25-29", 6, np.nan)])
    earlier = team([("A", "Usinage", "25-29", 20, np.nan), ("C", "Usinage", "25-29", 9, np.nan)])
    before, after = evaluation.comparable(
        earlier.assign(contract="permanent"), later.assign(contract="permanent"), 1, 1
    )
    assert (before["headcount"].sum(), after["headcount"].sum()) == (20, 30)  # B and C answered once
    seen = evaluation.observed({"2015": before, "2018": after})
    seen.check("essai")
    assert seen.frame.set_index("wave")["headcount"].to_dict() == {"2015": 20, "2018": 30}
    s = run(workforce=before, hazards=rates(), parameters=STEADY.model_copy(update={"horizon_years": 3}))
    told = evaluation.foretold([s]).frame
    row = evaluation.grade(told, seen.frame, wave="2018").iloc[0]
    assert (row["year"], told["people"][0], row["in_95"]) == (2021, 20, "no")
    assert row["error_percent"] == pytest.approx(-100 / 3)
    # Who may not read what was observed learns nothing of it from the grade.
    hidden = evaluation.grade(told, seen.frame.head(1), wave="2018")
    assert len(hidden) == 1 and hidden[["error_percent", "in_80", "in_95"]].isna().all(axis=None)
    score = evaluation.grade_occupations([s], after).iloc[0]
    assert (score["n_occupations"], score["coverage_80_percent"]) == (1, 0)


def test_an_earlier_wave_is_forecast_again_up_to_the_later() -> None:
    sites = pd.DataFrame({"site_id": list("ABC"), "naf_code": ["25", "25", "47"]})
    drawn = evaluation.replay(SMALL, rates(), STEADY, 2015, 2018, sites)
    assert [s.scenario for s in drawn] == ["trend", "plans"]
    graded = evaluation.foretold(drawn)
    assert graded.frame["year"].tolist() == [2018, 2018]
    assert set(graded.records["year"]) == {2018}
    graded.check("essai")
    # By the same hypothesis, that of the sectors too.
    grown = evaluation.replay(
        SMALL, rates(), STEADY.model_copy(update={"sector_trends": {"25": 0.5}}), 2015, 2018, sites
    )
    assert evaluation.foretold(grown).frame["people"].iloc[0] > 1.5 * graded.frame["people"].iloc[0]


def test_grading_without_an_earlier_wave_is_empty() -> None:
    before, after = evaluation.comparable(
        SMALL.head(0).assign(contract=None), SMALL.assign(contract=None), 1, 1
    )
    s = run(workforce=before)
    told, seen = evaluation.foretold([s]).frame, evaluation.observed({"": before}).frame
    assert told.empty and seen.empty and evaluation.grade(told, seen, wave="2018").empty
    assert evaluation.grade_occupations([s], after).empty


@given(u=st.floats(0, 1), bounds=st.lists(st.floats(-10, 10), min_size=3, max_size=3))
@settings(max_examples=60)
def test_triangular_stays_between_its_bounds(u: float, bounds: list[float]) -> None:
    low, mode, high = sorted(bounds)
    assert low - 1e-9 <= float(triangular(np.array(u), low, mode, high)) <= high + 1e-9


def test_triangular_known_quantiles() -> None:
    quantiles = triangular(np.array([0.0, 0.125, 0.5, 1.0]), 0.0, 0.5, 1.0)
    assert quantiles == pytest.approx([0, 0.25, 0.5, 1])


LEGAL = rates(
    hazard("retirement", 0.01, 55, 59),
    hazard("long_career", 0.36, 60, 61),
    hazard("retirement", 0.5, 62, 69),
    hazard("retirement", 1, 70),
)
HALF = np.array([0.5])


def retiring(age: float, reform: list[Reform], base_year: int = 2024) -> dict[int, float]:
    """Hazard of each age in the first year after the base."""
    stated = Scenarios(retirement_age=age, long_career_age=60)
    values = hazards.retirement(LEGAL, hazards.legal_ages(stated, reform, base_year, 1), HALF, HALF)
    return dict(zip(AGES.tolist(), values[:, 0, 0].tolist(), strict=True))


def test_long_careers_are_shared_out_over_the_years_before_the_legal_age() -> None:
    at_62, at_64 = retiring(62, []), retiring(64, [])
    assert [at_62[a] for a in (54, 55, 59, 60, 61, 62, 69, 70)] == pytest.approx(
        [0, 0.01, 0.01, 0.2, 0.2, 0.5, 0.5, 1]
    )
    early = 1 - 0.64 ** (1 / 4)
    assert [at_64[a] for a in (59, 60, 63, 64)] == pytest.approx([0.01, early, early, 0.5])
    # The same third of a generation retires before the legal age, wherever it stands.
    for values, legal in ((at_62, 62), (at_64, 64)):
        assert np.prod([1 - values[a] for a in range(60, legal)]) == pytest.approx(0.64)


def test_a_legal_age_within_a_year_mixes_both_sides() -> None:
    early = 1 - 0.64 ** (1 / 2.25)
    assert retiring(62.25, [])[62] == pytest.approx(0.25 * early + 0.75 * 0.5)


def test_a_reform_holds_from_its_birth_year_on() -> None:
    steps = [Reform(born_from=1968, retirement_age=64.0), Reform(born_from=1962, retirement_age=63.0)]
    legal = hazards.legal_ages(Scenarios(retirement_age=62), steps, 2024, 10).legal
    age = {a: i for i, a in enumerate(AGES.tolist())}
    assert legal[age[64], 0] == 62  # born in 1961
    assert legal[age[63], 0] == 63  # born in 1962
    assert legal[age[62], 4] == 63  # aged 62 in 2029: born in 1967
    assert legal[age[62], 5] == 64


def test_a_reform_may_begin_within_a_year() -> None:
    """The law of 2023 by its months is that law: 62 and three months from September 1961."""
    table = reference.load("retirement_ages")
    rows = table[(table["law"] == "loi_2023") & (table["born_from"] > "1961-01")]
    rows = rows.drop_duplicates(["legal_age_years", "legal_age_months"])
    given = zip(rows["born_from"], rows["legal_age_years"] + rows["legal_age_months"] / 12, strict=True)
    steps = [Reform(born_from=born, retirement_age=age) for born, age in given]
    before, after = Scenarios(retirement_law="loi_2010"), Scenarios(retirement_law="loi_2023")
    own = hazards.legal_ages(before, steps, 2023, 10).legal
    born_since = AGES < 68  # 1956
    assert own[born_since] == pytest.approx(hazards.legal_ages(after, [], 2023, 10).legal[born_since])
    assert own[AGES.tolist().index(63), 0] == pytest.approx(62 + 4 * 0.25 / 12)


def test_a_reform_delays_retirements() -> None:
    old = team([("A", "Usinage", "55-59", 400, np.nan)])
    plain, later = (run(name, workforce=old, parameters=MOVED) for name in ("trend", "reform"))
    assert later.retirements.sum(axis=(1, 2)).mean() < 0.95 * plain.retirements.sum(axis=(1, 2)).mean()


def test_a_shock_takes_its_share_of_the_firm_and_nobody_else() -> None:
    s = run("shock", hazards=rates(), parameters=STEADY.model_copy(update={"shocks": MOVED.shocks}))
    lost = s.losses.mean(axis=0)
    usinage, caisse = s.occupations.index("Usinage"), s.occupations.index("Caisse")
    assert lost[1, usinage] == pytest.approx(0.4 * 12, abs=0.5)
    assert (s.losses[:, 1, caisse] + s.losses[:, 3, caisse] == 14).all()  # all of its posts go in 2022
    assert (s.losses[:, [0, 2]] == 0).all()


def test_a_shock_or_a_trend_may_name_a_sector() -> None:
    sites = pd.DataFrame({"site_id": ["A", "B", "C"], "naf_code": ["25.62", "10.11", None]})
    changes = {"shocks": [Shock(year=2019, share=1.0, naf="10")], "sector_trends": {"25": 0.1}}
    parameters = STEADY.model_copy(update=changes)
    s = run("shock", hazards=rates(), parameters=parameters, sites=sites, draws=4000)
    usinage = s.occupations.index("Usinage")
    assert s.losses[:, 0, usinage].mean() == pytest.approx(8, abs=0.15)
    assert s.hires[:, 0, usinage].mean() == pytest.approx(20 * 0.1 * 12 / 20, abs=0.1)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"shocks": [Shock(year=2019, share=1.0, occupation="Caissse")]}, "Caissse"),
        ({"shocks": [Shock(year=2019, share=1.0, occupation="Caisse", site_id="Z")]}, "Z"),
        ({"shocks": [Shock(year=2019, share=1.0, naf="1010")]}, "1010"),
        ({"sector_trends": {"25": 0.1, "99": 0.1}}, "99"),
        ({"sector_trends": {"47": 0.1}}, "47"),  # a firm's that employs nobody
    ],
)
def test_a_scenario_that_names_nobody_of_the_study_is_refused(changes: dict, name: str) -> None:
    sites = pd.DataFrame({"site_id": ["A", "B", "C", "D"], "naf_code": ["25.62", "10.11", None, "47.11"]})
    scenario_checks.known_names(MOVED.model_copy(update={"sector_trends": {"10.1": 0.0}}), SMALL, sites)
    with pytest.raises(InputError, match=name):
        scenario_checks.known_names(STEADY.model_copy(update=changes), SMALL, sites)


SECTORS = pd.DataFrame({"site_id": ["A", "B", "C"], "naf_code": ["25.62", "10.11", None]})


@pytest.mark.parametrize(
    ("shock", "words"),
    [
        (Shock(year=2020, share=1.0, occupation="Caisse", site_id="B"), "Caisse.*le site.*B"),
        (Shock(year=2020, share=1.0, occupation="Caisse", naf="10"), "Caisse.*le secteur.*10"),
        (Shock(year=2020, share=1.0, site_id="A", naf="10"), "le site.*A.*le secteur.*10"),
        (Shock(year=2018, share=1.0, naf="10"), "2018.*de 2019 à 2022"),  # the year it starts from
        (Shock(year=2023, share=1.0), "2023.*de 2015 à 2018 ou de 2019 à 2022"),
    ],
)
def test_a_shock_that_touches_nobody_or_no_year_is_refused(shock: Shock, words: str) -> None:
    earlier = SMALL[SMALL["site_id"] == "A"]
    waves = [(SMALL, SECTORS, 2018), (earlier, SECTORS, 2014)]
    fine = [
        Shock(year=2022, share=1.0, occupation="Usinage", site_id="B", naf="10"),
        Shock(year=2015, share=0.1),
    ]
    scenario_checks.shocks_strike(STEADY.model_copy(update={"shocks": fine}), waves)
    with pytest.raises(InputError, match=words) as told:
        scenario_checks.shocks_strike(STEADY.model_copy(update={"shocks": [*fine, shock]}), waves)
    assert "corrigez" in str(told.value)


def test_a_shock_on_an_occupation_merged_with_others_is_refused() -> None:
    merged = workforce.prepare(SMALL.assign(contract=None), 5, 3)
    parameters = STEADY.model_copy(update={"shocks": [Shock(year=2020, share=1.0, occupation="Caisse")]})
    scenario_checks.known_names(parameters, SMALL, SECTORS)
    with pytest.raises(InputError, match=r"Caisse.*regroupés"):
        scenario_checks.shocks_strike(parameters, [(merged, SECTORS, 2018)])


def test_a_study_without_reform_or_shock_has_three_scenarios() -> None:
    assert scenarios(STEADY) == ["trend", "plans", "synergies"]
    assert scenarios(MOVED) == list(SCENARIOS)


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from("ABC"), st.sampled_from(["Tri", "Usinage"]),
            st.sampled_from([*BANDS, workforce.UNKNOWN]), st.integers(0, 30), st.just(np.nan),
        ),
        min_size=1, max_size=8,
    ),
    seed=st.integers(0, 99),
    order=st.randoms(use_true_random=False),
)  # fmt: skip
@settings(max_examples=15)
def test_neither_rows_order_nor_split_firms_change_any_draw(rows: list, seed: int, order) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)
    # Each firm split in two, its people as evenly as whole numbers allow.
    halves = [
        (site + half, occupation, band, (people + extra) // 2, plan)
        for site, occupation, band, people, plan in rows
        for half, extra in (("1", 0), ("2", 1))
    ]
    first, *others = (
        run(workforce=team(r), draws=20, seed=seed, parameters=STEADY) for r in (rows, shuffled, halves)
    )
    for other in others:
        for name in ("stock", *FLOWS):
            assert (getattr(first, name) == getattr(other, name)).all()


def test_shipped_hazards_are_ordered_sourced_and_cover_each_age_once() -> None:
    rows = reference.load("hazards")
    assert ((rows["low"] <= rows["central"]) & (rows["central"] <= rows["high"])).all()
    assert rows["source"].str.len().gt(10).all()
    for name in ("quit", "mobility"):
        spans = [range(r.first_age, r.last_age + 1) for r in rows[rows["hazard"] == name].itertuples()]
        ages = [age for span in spans for age in span]
        assert len(ages) == len(set(ages))
        assert set(ages) == set(AGES.tolist())


def test_only_the_firms_it_strikes_stand_behind_a_shock() -> None:
    shocks = [Shock(year=2022, share=1.0, occupation="Caisse"), Shock(year=2020, share=0.4, site_id="A")]
    sites = pd.DataFrame({"site_id": list("ABC"), "naf_code": ["2511Z"] * 3})
    parameters = Scenarios(horizon_years=5, shocks=shocks)
    rows = demand.struck(SMALL, sites, parameters)
    assert set(rows["site_id"]) == {"A"}
    assert rows["headcount"].sum() == 22
    assert demand.struck(SMALL, sites, Scenarios()).empty
    jobs = jobs_of("Caisse", 0.0)
    drawn = simulate_all(SMALL, rates(), parameters, base_year=2018, sites=sites, synergy_jobs=jobs)
    assert [s.scenario for s in drawn.scenarios] == ["trend", "plans", "synergies"]
    assert drawn.trend.behind.equals(SMALL)
    assert set(outlook.fan(drawn.shock).records["site_id"]) == {"A"}
    steady = simulate_all(SMALL, rates(), STEADY, base_year=2018, sites=sites, synergy_jobs=jobs)
    assert outlook.fan(steady.shock).frame.empty


@pytest.mark.parametrize("scenario", ["trend", "reform"])
@pytest.mark.parametrize("rate", [-0.01, 0.0, 0.01])
def test_the_total_keeps_the_path_that_its_scenario_states(scenario: str, rate: float) -> None:
    bands = [f"{first}-{first + 4}" for first in range(25, 60, 5)]
    people = team([("A", f"Métier {number:02}", band, 8, np.nan) for number in range(30) for band in bands])
    stated = Scenarios(horizon_years=10, trend_rate=rate, reform=[Reform(born_from=1960, retirement_age=64)])
    total = run(scenario, workforce=people, parameters=stated, draws=400).stock.sum(axis=2) / (30 * 7 * 8)
    for years in (1, 3, 5, 10):
        for middle in (total[:, years].mean(), np.median(total[:, years])):
            assert abs(middle ** (1 / years) - 1 - rate) < 0.002
