"""Forecasts of a panel: known answers, brute force, no hindsight, hostile panels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.employment.forecast.national_forecast import forecast_sentence, national_forecast
from eit_analysis.employment.forecast.series import autoregression, extrapolation, panel, rolling, smoothing
from eit_analysis.employment.forecast.series.forecasts import forecast
from eit_analysis.employment.forecast.series.intervals import BOUNDS, LEVELS, MEDIAN, quantiles
from eit_analysis.employment.forecast.series.variability import usual_change
from eit_analysis.errors import InputError

METHODS = {**rolling.METHODS, **rolling.BASELINES}


def walks(series: int, years: int, seed: int = 1) -> pd.DataFrame:
    """Random walks of the logarithm, without drift: years × series."""
    steps = np.random.default_rng(seed).normal(0, 0.05, (years, series))
    return pd.DataFrame(100 * np.exp(steps.cumsum(axis=0)), index=range(1990, 1990 + years)).add_prefix("S")


def tidy(values: pd.DataFrame) -> pd.DataFrame:
    return values.rename_axis("year").reset_index().melt("year", var_name="series_id", value_name="value")


# Methods


def test_extrapolations_by_hand() -> None:
    logs = np.log([[100.0], [110.0], [121.0]])
    assert np.exp(extrapolation.naive(logs, 2)).ravel() == pytest.approx([121, 121])
    assert np.exp(extrapolation.drift(logs, 2)).ravel() == pytest.approx([133.1, 146.41])
    line = np.arange(20.0)[:, None] ** 2  # the last ten years alone: slope 29, mean 213.5 + …
    slope, start = np.polyfit(np.arange(10, 20), line[10:, 0], 1)
    assert extrapolation.ols_10_years(line, 1)[0, 0] == pytest.approx(start + 20 * slope)


@pytest.mark.parametrize("method", METHODS)
def test_what_never_moved_stays(method: str) -> None:
    logs = np.log(np.column_stack([np.full(12, 5.0), np.full(12, 80.0)]))
    assert METHODS[method](logs, 4) == pytest.approx(np.repeat(logs[-1:], 4, axis=0))


@pytest.mark.parametrize("method", ["drift", "ols_10_years", "ets"])
def test_steady_growth_goes_on(method: str) -> None:
    logs = np.outer(np.arange(15), [0.02, -0.01])
    assert METHODS[method](logs, 3) == pytest.approx(np.outer([15, 16, 17], [0.02, -0.01]), abs=1e-9)


def test_smoothing_is_the_best_point_of_its_grid() -> None:
    logs = np.random.default_rng(2).normal(0, 0.1, (10, 3)).cumsum(axis=0)
    alpha, beta, phi = np.array([0.3, 0.8]), np.array([0.0, 0.5]), np.array([0.8, 0.95])
    found = smoothing.smooth(logs, alpha, beta, phi, trend=True)
    for i in range(3):
        runs = []
        for a in alpha:
            for b in beta:
                for p in phi:
                    level, slope, squares = logs[0, i], logs[1, i] - logs[0, i], 0.0
                    for value in logs[1:, i]:
                        error = value - level - p * slope
                        level, slope = level + p * slope + a * error, p * slope + a * b * error
                        squares += error**2
                    runs.append((squares, a, p, level, slope))
        best = min(runs)
        got = (found.squared_error, found.alpha, found.phi, found.level, found.trend)
        assert [part[i] for part in got] == pytest.approx(best)


@pytest.mark.parametrize("walk", [True, False])  # a walk is hardly smoothed, noise very much
def test_theta_is_the_mean_of_its_two_lines(walk) -> None:
    """Assimakopoulos & Nikolopoulos (2000): half the line, half its double smoothed."""
    noise = np.random.default_rng(3).normal(0.02, 0.1, (14, 1))
    logs = noise.cumsum(axis=0) if walk else noise
    alpha = smoothing.smooth(logs, smoothing.ALPHA, smoothing.NONE, smoothing.FULL, trend=False).alpha[0]
    slope, start = np.polyfit(np.arange(1, 15), logs[:, 0], 1)
    doubled = 2 * logs[:, 0] - (start + slope * np.arange(1, 15))
    level = doubled[0]
    for value in doubled[1:]:
        level += alpha * (value - level)
    expected = [(start + slope * (14 + h) + level) / 2 for h in (1, 2, 5)]
    assert smoothing.theta(logs, 5)[[0, 1, 4], 0] == pytest.approx(expected)


def test_autoregression_is_the_ridge_of_all_series_and_years() -> None:
    logs = np.random.default_rng(4).normal(0.01, 0.05, (10, 4)).cumsum(axis=0)
    scale = usual_change(logs)
    d = np.diff(logs, axis=0) / scale
    rows, answers = [], []
    for t in range(4, 9):
        for i in range(4):
            rows.append([*(d[t - k, i] for k in (1, 2, 3, 4)), d[:t, i].mean()])
            answers.append(d[t, i])
    # Ridge as ordinary least squares with one more row, √λ, by coefficient.
    padded = np.vstack([rows, np.sqrt(autoregression.RIDGE) * np.eye(5)])
    c = np.linalg.lstsq(padded, np.r_[answers, np.zeros(5)], rcond=None)[0]
    first = [c @ [*d[-1:-5:-1, i], d[:, i].mean()] for i in range(4)]
    second = [c @ [first[i], *d[-1:-4:-1, i], d[:, i].mean()] for i in range(4)]
    expected = logs[-1] + scale * np.cumsum([first, second], axis=0)
    assert autoregression.pooled_autoregression(logs, 2) == pytest.approx(expected)


def test_autoregression_finds_the_momentum_of_a_three_year_mean() -> None:
    """Means over three years of random walks: 2/3 and 1/3 of the last changes are still to come."""
    steps = np.random.default_rng(5).normal(0, 1, (60, 400))
    logs = 0.01 * pd.DataFrame(steps.cumsum(axis=0)).rolling(3).mean().dropna().to_numpy()
    errors = [
        (method(logs[:-1], 1)[0] - logs[-1]).std()
        for method in (METHODS["naive"], METHODS["pooled_autoregression"])
    ]
    # A change has variance 1/3; knowing all before it leaves the newest third of a step: √(1/9) over √(1/3).
    assert errors[1] / errors[0] == pytest.approx(1 / np.sqrt(3), abs=0.12)


def test_usual_change_leans_on_series_of_its_size() -> None:
    logs = np.log(walks(6, 12).to_numpy())
    r = np.sqrt((np.diff(logs, axis=0) ** 2).mean(axis=0))
    line = np.polyval(np.polyfit(logs[-1], np.log(r), 1), logs[-1])
    assert usual_change(logs) == pytest.approx(np.exp((np.log(r) + line) / 2))


# Rolling origins


def test_no_forecast_knows_what_comes_after_its_origin() -> None:
    values = walks(5, 24)
    changed = values.copy()
    changed.loc[2008:] *= np.random.default_rng(6).uniform(0.5, 2, changed.loc[2008:].shape)
    before, after = rolling.roll(values, 6), rolling.roll(changed, 6)
    last = int(2007 - before.origins[0])
    for method in (*before.points, rolling.CHOSEN):
        for step in (1, 3, 6):
            for origin in range(last + 1):
                assert np.array_equal(
                    quantiles(before, method, step, origin),
                    quantiles(after, method, step, origin),
                    equal_nan=True,
                )
    assert not np.array_equal(before.points["naive"][last + 1], after.points["naive"][last + 1])


def test_errors_are_known_once_their_year_is_reached() -> None:
    values = walks(3, 15)
    rolled = rolling.roll(values, 4)
    errors = rolled.known_errors(
        {"naive": 1.0}, 3, 5
    )  # origins 0, 1, 2 have reached their target at origin 5
    logs = np.log(values.to_numpy())
    expected = [(logs[7 + i + 3] - logs[7 + i]) / usual_change(logs[: 8 + i]) for i in range(3)]
    assert errors == pytest.approx(np.array(expected))
    assert rolled.known_errors({"naive": 1.0}, 3, 2).shape == (0, 3)
    assert [rolled.best_known_step(4, origin) for origin in (0, 1, 2, 4, 5, 7)] == [0, 0, 1, 3, 4, 4]


def test_the_best_has_the_least_errors_known_over_the_steps() -> None:
    rolled = rolling.roll(walks(5, 24), 5)
    assert rolling.best(rolled, 3, 0) == rolling.MEAN  # nothing known
    products = {
        name: np.prod([
            np.mean([
                np.abs(rolled.logs[7 + i + step] - rolled.points[name][i, step - 1]) / rolled.scale[i]
                for i in range(10 - step + 1)
            ])
            for step in (1, 2, 3)
        ])
        for name in (rolling.MEAN, *rolling.METHODS)
    }  # fmt: skip
    assert rolling.best(rolled, 3, 10) == min(products, key=lambda name: products[name])


def test_the_forecast_is_drawn_to_the_mean_as_the_panel_shortens() -> None:
    """Eight origins known three years ahead are 8 / 3 stretches: 8/3 ÷ (8/3 + 1/4) of the best."""
    rolled = rolling.roll(walks(5, 24), 5)
    name = rolling.best(rolled, 3, 10)
    assert name != rolling.MEAN
    part = (8 / 3) / (8 / 3 + 0.25)
    mix = rolling.followed(rolled, rolling.CHOSEN, 3, 10)
    assert mix == pytest.approx({name: part, rolling.MEAN: 1 - part})
    middle = quantiles(rolled, rolling.CHOSEN, 3, 10)[MEDIAN]
    both = [rolled.points[method][10, 2] for method in (name, rolling.MEAN)]
    assert np.log(middle) == pytest.approx(part * both[0] + (1 - part) * both[1])
    assert rolling.followed(rolled, rolling.CHOSEN, 3, 2) == {rolling.MEAN: 1.0}


def test_intervals_hold_as_often_as_they_say() -> None:
    """Random walks: what a conformal interval says of the next year is true of as many as it says."""
    values = walks(300, 40)
    rolled = rolling.roll(values, 3)
    actual = values.to_numpy()
    for step in (1, 3):
        inside: dict[int, list[float]] = {80: [], 95: []}
        for origin in range(10, len(rolled.origins) - step):
            levels, seen = quantiles(rolled, "naive", step, origin), actual[7 + origin + step]
            for percent, (low, high) in BOUNDS.items():
                inside[percent].append(float(np.mean((levels[low] <= seen) & (seen <= levels[high]))))
        assert 100 * np.mean(inside[80]) == pytest.approx(80, abs=2)
        assert 100 * np.mean(inside[95]) == pytest.approx(95, abs=1)


def test_quantiles_of_few_errors_by_hand() -> None:
    """Two errors of one series, all of them shared: the larger, widened for one shock more in nine years."""
    rolled = rolling.roll(walks(1, 10), 1)
    errors = np.abs(rolled.known_errors({"naive": 1.0}, 1, 2)).ravel()
    levels = quantiles(rolled, "naive", 1, 2)[:, 0]
    last = walks(1, 10).iloc[-1, 0]
    assert (len(errors), levels[MEDIAN]) == (2, pytest.approx(last))
    assert levels[LEVELS.tolist().index(0.975)] == pytest.approx(
        last * np.exp(rolled.scale[2, 0] * errors.max() * np.sqrt(1 + 1 / 9))
    )


def test_a_shock_that_all_share_widens_and_others_do_not() -> None:
    """A panel that moves as one series has γ = 1; forty that move apart, about 1 / 40."""
    apart = np.log(walks(40, 14).to_numpy())
    as_one = np.repeat(apart[:, :1], 40, axis=1)
    for logs, share in ((apart, 1 / 40), (as_one, 1.0)):
        rolled = rolling.roll(pd.DataFrame(np.exp(logs)), 1)
        errors = rolled.known_errors({"naive": 1.0}, 1, 6)[3:]  # the later half of six
        reach = np.quantile(np.abs(errors), 0.95 * (1 + 1 / errors.size))
        found = quantiles(rolled, "naive", 1, 6)[LEVELS.tolist().index(0.975)]
        width = np.log(found / np.exp(logs[-1])) / (rolled.scale[6] * reach)
        assert width**2 == pytest.approx(np.full(40, 1 + share / 13), abs=0.01)


@settings(max_examples=15)
@given(factor=st.floats(1e-3, 1e6), seed=st.integers(0, 1000))
def test_another_unit_or_order_changes_nothing(factor: float, seed: int) -> None:
    rows = tidy(walks(4, 13, seed))
    base = forecast(rows, 3)
    scaled = forecast(rows.assign(value=factor * rows["value"]), 3)
    shuffled = forecast(rows.sample(frac=1, random_state=seed), 3)
    bounds = [name for name in base if name.startswith("value")]
    assert scaled[bounds].to_numpy() == pytest.approx(factor * base[bounds].to_numpy(), rel=1e-6)
    pd.testing.assert_frame_equal(shuffled, base)


# Hostile panels


def test_a_series_serves_after_its_last_gap_or_zero() -> None:
    rows = tidy(walks(5, 20))
    for name, year, value in (
        ("S0", 1995, np.nan),
        ("S1", 1999, 0.0),
        ("S2", 2003, np.nan),
        ("S3", 2009, 0.0),
    ):
        rows.loc[(rows["series_id"] == name) & (rows["year"] == year), "value"] = value
    values, left_out = panel.usable(rows)
    assert values.notna().sum().to_dict() == {"S0": 14, "S1": 10, "S4": 20}
    assert left_out.to_numpy().tolist() == [["S2", "short"], ["S3", "ended"]]
    assert set(forecast(rows, 1)["series_id"]) == {"S0", "S1", "S4"}


def test_series_that_begin_together_are_forecast_as_if_alone() -> None:
    """But for the pooled autoregression, which learns from all of them."""
    table = walks(6, 26)
    late = table.copy()
    late.loc[:1999, ["S1", "S4"]] = np.nan
    mixed = rolling.roll(late, 3)
    alone = rolling.roll(table.loc[2000:, ["S1", "S4"]], 3)
    for method in METHODS.keys() - rolling.POOLED:
        found = mixed.points[method][10:, :, [1, 4]]
        assert found == pytest.approx(alone.points[method]), method
    before = mixed.points["pooled_autoregression"][9]
    assert np.isnan(before[:, [1, 4]]).all() and np.isfinite(before[:, [0, 2, 3, 5]]).all()
    whole = rolling.roll(table, 3).points["pooled_autoregression"][9][:, [0, 2, 3, 5]]
    others = rolling.roll(table[["S0", "S2", "S3", "S5"]], 3).points["pooled_autoregression"][9]
    assert before[:, [0, 2, 3, 5]] == pytest.approx(others) and before[0, 0] != whole[0, 0]
    assert forecast(tidy(late), 3).notna().all(axis=None)


def test_a_year_missing_for_all_cuts_the_panel() -> None:
    rows = tidy(walks(2, 20))
    assert panel.usable(rows[rows["year"] != 1994])[0].shape == (15, 2)
    values, left_out = panel.usable(rows[rows["year"] != 2004])
    assert values.empty and left_out["reason"].tolist() == ["short", "short"]
    assert forecast(rows[rows["year"] != 2004], 2).empty


@pytest.mark.parametrize("years", [0, 1, panel.MINIMUM_YEARS - 1])
def test_too_short_a_panel_has_no_forecast(years: int) -> None:
    assert forecast(tidy(walks(2, 12).head(years)), 2).empty
    assert forecast(panel.of_occupations(None), 2).empty


def test_the_shortest_panel_has_the_bounds_of_its_own_changes() -> None:
    """No error is known: one year ahead, the fourteen changes seen are the naive forecast's errors."""
    table = walks(2, panel.MINIMUM_YEARS)
    found = forecast(tidy(table), 1)
    assert set(found["method"]) == {rolling.MEAN} and found["value"].gt(0).all()
    logs = np.log(table.to_numpy())
    changes = np.diff(logs, axis=0) / usual_change(logs)
    shared = np.mean(changes.mean(axis=1) ** 2) / np.mean(changes**2)
    reach = np.quantile(np.abs(changes), 0.8 * (1 + 1 / 14)) * np.sqrt(1 + shared / 7)
    width = np.log(found["value_high80"] / found["value"])
    assert width.to_numpy() == pytest.approx(reach * usual_change(logs))


def test_one_series_and_one_that_never_moved() -> None:
    alone = forecast(tidy(walks(1, 20)), 3)
    assert alone.notna().all(axis=None) and (alone["value_low95"] <= alone["value_low80"]).all()
    flat = forecast(tidy(walks(3, 20).assign(S1=7.0)), 3)
    assert flat.loc[flat["series_id"] == "S1", "value"].to_numpy() == pytest.approx(7.0)
    still = forecast(tidy(walks(2, 20).assign(S0=3.0, S1=4.0)), 1)
    assert still["value_high95"].tolist() == pytest.approx([3.0, 4.0])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"series_id": "S0", "year": 1992, "value": 3.0}, "« S0 » a deux valeurs pour 1992"),
        ({"series_id": "N", "year": 1992, "value": -3.0}, "« N » vaut −3 en 1992"),
        ({"series_id": "N", "year": 1992, "value": np.inf}, "« N » vaut inf en 1992"),
    ],
)
def test_wrong_values_are_one_sentence(row: dict, message: str) -> None:
    rows = pd.concat([tidy(walks(1, 9)), pd.DataFrame([row])])
    with pytest.raises(InputError) as raised:
        panel.usable(rows)
    assert message in str(raised.value).replace("\u00a0", " ")


def test_errors_not_yet_known_grow_as_changes_did() -> None:
    """Growth that lasts three years: changes over three years are nearly three times those of one, not √3."""
    rng = np.random.default_rng(5)
    steps = np.repeat(rng.normal(0, 0.05, (5, 30)), 3, axis=0)[:9]
    table = pd.DataFrame(
        100 * np.exp(np.vstack([np.zeros(30), steps]).cumsum(axis=0)), index=range(2000, 2010)
    )
    rolled = rolling.roll(table, 3)  # ten years: one year ahead alone has errors from two origins
    squares = [np.mean(rolled.changes(years, 2) ** 2) for years in (1, 3)]
    top = [quantiles(rolled, "naive", step, 2)[-1] / table.iloc[-1].to_numpy() for step in (1, 3)]
    errors = rolled.known_errors({"naive": 1.0}, 1, 2)
    shared = np.mean(errors.mean(axis=1) ** 2) / np.mean(errors**2)
    expected = np.sqrt(squares[1] / squares[0] * (1 + 3 * shared / 9) / (1 + shared / 9))
    assert np.log(top[1]) / np.log(top[0]) == pytest.approx(np.full(30, expected))
    assert 2.2 < expected < 3.1


def test_the_families_of_an_occupation_are_forecast_each() -> None:
    """Steady growth goes on: 100 × 1.02^19 in the last year, five years more of it; Q9Z has no series."""
    table = pd.DataFrame(
        [
            (f, 2000 + t, 100 * g**t)
            for f, g in (("D3Z", 1.02), ("D4Z", 0.97), ("M0Z", 1.01))
            for t in range(20)
        ],
        columns=["series_id", "year", "value"],
    )
    links = [("Usinage", "D3Z20"), ("Usinage", "D3Z40"), ("Usinage", "D4Z40"), ("Caisse", "Q9Z00")]
    found = national_forecast(table, pd.DataFrame(links, columns=["occupation", "fap_code"]))
    assert found[["occupation", "national_family"]].to_numpy().tolist() == [
        ["Usinage", "D3Z"],
        ["Usinage", "D4Z"],
    ]
    assert found["national_thousands"].tolist() == pytest.approx([100 * 1.02**19, 100 * 0.97**19])
    # Drift, which is exact here, is drawn a little to the mean of all methods.
    coming = [100 * 1.02**24, 100 * 0.97**24]
    assert found["national_forecast_thousands"].tolist() == pytest.approx(coming, rel=0.01)
    assert "Emploi de 2019 et prévision pour 2024" in forecast_sentence(table, found)


def test_without_its_registers_no_national_forecast_is_given() -> None:
    nothing = pd.DataFrame(columns=["occupation", "fap_code"])
    for history in (panel.of_occupations(None), tidy(walks(2, 20))):
        table = national_forecast(history, nothing)
        assert table.empty and "registre dares_employment" in forecast_sentence(history, table, team=True)
