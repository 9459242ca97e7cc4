"""Scores of forecasts: known values of each rule, a panel graded by hand, the bounds on the real panel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from eit_analysis.employment.forecast.series import backtest, panel, scores
from eit_analysis.errors import UsageError
from eit_analysis.intake.registers import read_register
from eit_analysis.publishing import wording

DARES = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "dares" / "effectifs_3niv.csv"
FINE = (np.arange(20_000) + 0.5) / 20_000


# Rules


def test_crps_of_a_normal_and_a_uniform_law() -> None:
    """Closed forms: 2φ(0) − 1/√π (Gneiting & Raftery 2007) and y² − y + 1/3."""
    normal = norm.ppf(FINE)
    assert scores.crps(np.array(0.0), normal, FINE) == pytest.approx(
        2 * norm.pdf(0) - 1 / np.sqrt(np.pi), abs=1e-3
    )
    y = np.array([0.0, 0.5, 0.9])
    assert scores.crps(y, np.repeat(FINE[:, None], 3, axis=1), FINE) == pytest.approx(
        y**2 - y + 1 / 3, abs=1e-3
    )


def test_scores_by_hand() -> None:
    # 80 % interval from 2 to 4, 5 observed: width 2, and 1 above at 2 / 0.2.
    assert scores.interval_score(np.array(5.0), np.array(2.0), np.array(4.0), 0.8) == pytest.approx(12)
    # Median 3: (½ · 2 + 0.1 · 12) / 1.5.
    bounds = {0.8: (np.array(2.0), np.array(4.0))}
    assert scores.wis(np.array(5.0), np.array(3.0), bounds) == pytest.approx(2.2 / 1.5)
    # Yearly changes 2, 1, 3: 2 on average; an error of 1.
    history = np.array([[10.0, 5.0], [12.0, 5.0], [11.0, 5.0], [14.0, 5.0]])
    found = scores.mase(np.array([15.0, 6.0]), np.array([14.0, 5.0]), history)
    assert found[0] == 0.5 and np.isnan(found[1])


@given(st.lists(st.floats(-100, 100), min_size=6, max_size=6))
def test_wis_is_the_crps_of_its_quantiles(numbers: list[float]) -> None:
    """Bracher et al. (2021), equation 5: twice the mean pinball loss over bounds and median."""
    y, quantiles = np.array(numbers[0]), np.sort(numbers[1:])
    levels = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
    bounds = {0.8: (quantiles[1], quantiles[3]), 0.95: (quantiles[0], quantiles[4])}
    assert scores.wis(y, quantiles[2], bounds) == pytest.approx(scores.crps(y, quantiles, levels), abs=1e-9)


@given(st.floats(-100, 100), st.floats(-100, 100))
def test_a_sure_forecast_scores_as_its_error(y: float, f: float) -> None:
    levels = np.arange(1, 40) / 40
    found = scores.crps(np.array(y), np.full(39, f), levels)
    assert found == pytest.approx(abs(y - f), abs=1e-9)


# Evaluation


def growing(years: int = 20) -> pd.DataFrame:
    """A grows by 3 % a year, B by 1 %, C loses 2 %."""
    rates = {"A": 1.03, "B": 1.01, "C": 0.98}
    rows = [(name, 2000 + t, 50 * rate**t) for name, rate in rates.items() for t in range(years)]
    return pd.DataFrame(rows, columns=["series_id", "year", "value"])


def test_steady_growth_by_hand() -> None:
    table = backtest.evaluate(growing(), horizons=(1, 3)).set_index(
        ["horizon_years", "method", "origin_year"]
    )
    row = table.loc[(3, "naive", 2012)]
    lost = [1 - 1.03**-3, 1 - 1.01**-3, 0.98**-3 - 1]
    assert row["mape_percent"] == pytest.approx(100 * np.mean(lost))
    changes = [50 * abs(r - 1) * sum(r**t for t in range(12)) / 12 for r in (1.03, 1.01, 0.98)]
    errors = [50 * r**12 * abs(r**3 - 1) for r in (1.03, 1.01, 0.98)]
    assert row["mase"] == pytest.approx(np.mean(np.divide(errors, changes)))
    assert row["always_up_percent"] == pytest.approx(200 / 3) and np.isnan(row["direction_percent"])
    drift = table.loc[(3, "drift", 2012)]
    assert (drift["mape_percent"], drift["crps_percent"]) == (
        pytest.approx(0, abs=1e-9),
        pytest.approx(0, abs=1e-9),
    )
    assert (drift["direction_percent"], drift["rank_correlation"]) == (100, pytest.approx(1))
    # Known errors begin at the second origin that has reached its target; before, no interval.
    assert np.isnan(table.loc[(1, "naive", 2008), "crps"]) and not np.isnan(
        table.loc[(1, "naive", 2009), "crps"]
    )
    assert table.index.get_level_values("origin_year").max() == 2018


def test_order_of_rows_and_choice_of_origins_change_no_score() -> None:
    rows = growing().assign(value=lambda t: t["value"] * (1 + 0.05 * np.sin(t["year"] + t["value"])))
    whole = backtest.evaluate(rows, horizons=(1, 5))
    shuffled = backtest.evaluate(rows.sample(frac=1, random_state=1), horizons=(1, 5))
    pd.testing.assert_frame_equal(whole, shuffled)
    few = backtest.evaluate(rows, horizons=(1, 5), origins=[2012, 2013])
    kept = whole[whole["origin_year"].isin([2012, 2013])].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, kept)


def test_pooling_is_the_mean_over_origins_and_names_the_worst() -> None:
    rows = growing().assign(value=lambda t: t["value"] * (1 + 0.05 * np.sin(t["year"] + t["value"])))
    scored = backtest.evaluate(rows, horizons=(2,))
    card = backtest.pooled(scored).set_index("method").loc["theta"]
    mine = scored[scored["method"] == "theta"]
    assert card["mape_percent"] == pytest.approx(mine["mape_percent"].mean())
    worst = mine.loc[mine["coverage_80_percent"].idxmin()]
    assert card["worst_origin_year"] == worst["origin_year"]
    assert card["worst_coverage_80_percent"] == worst["coverage_80_percent"]
    up = mine["always_up_percent"].mean()
    assert card["same_sign_percent"] == pytest.approx(max(up, 100 - up))
    naive = scored[scored["method"] == "naive"]
    assert card["crps_to_naive"] == pytest.approx(mine["crps"].mean() / naive["crps"].mean())


def test_an_impossible_origin_or_horizon_is_one_sentence() -> None:
    with pytest.raises(UsageError, match=r"2003.*de 2007 à 2019"):
        backtest.evaluate(growing(), origins=[2003])
    with pytest.raises(UsageError, match="au moins un an"):
        backtest.evaluate(growing(), horizons=(0, 1))


@pytest.mark.parametrize("rows", [panel.of_occupations(None), growing(5), growing(panel.MINIMUM_YEARS)])
def test_without_a_history_the_report_says_so(rows: pd.DataFrame) -> None:
    assert backtest.scorecard(rows).empty
    assert "ne peut pas encore être mesurée" in backtest.scorecard_sentence(rows)


def test_the_first_year_that_can_be_graded_has_no_interval_yet() -> None:
    card = backtest.scorecard(growing(panel.MINIMUM_YEARS + 1)).set_index("method")
    assert card["n_origins"].tolist() == [1] * 4 and card.loc["naive", "mape_percent"] > 1
    assert card[["crps_percent", "coverage_80_percent", "worst_origin_year"]].isna().all(axis=None)


def test_the_scorecard_can_be_printed() -> None:
    card = backtest.scorecard(growing())
    assert set(card["method"]) == {"chosen", *backtest.COMPARED}
    for column in card:
        assert wording.heading(column).header
    assert wording.cell("chosen", "method") == "méthode la moins fausse jusque-là"
    assert wording.cell(float(card["worst_origin_year"].iloc[0]), "worst_origin_year").isdigit()
    told = backtest.scorecard_sentence(pd.concat([growing(), growing().head(3).assign(series_id="D")]))
    assert "sur 3\u00a0séries complètes de 2000 à 2019. 1\u00a0autre est écartée" in told


# The real panel


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    """Pooled scores of the DARES panel from the origins 1995 on."""
    if not DARES.exists():
        pytest.skip("../shared/data is not beside the project")
    rows = panel.of_occupations(read_register("dares_employment", DARES).frame)
    values, _ = panel.usable(rows)
    assert (len(values.columns), values.index[0], values.index[-1]) == (111, 1983, 2018)
    card = backtest.pooled(backtest.evaluate(rows, origins=range(1995, 2018)))
    return card.set_index(["method", "horizon_years"])


def test_the_real_panel_is_the_one_of_the_bounds(real: pd.DataFrame) -> None:
    assert real.loc["naive", "mape_percent"].tolist() == pytest.approx([3.34, 8.42, 12.1, 20.1], abs=0.05)


@pytest.mark.parametrize(("horizon", "bound"), [(1, 2.9), (3, 7.5), (5, 10.6), (10, 18.0)])
def test_real_errors_are_below_their_bounds(real: pd.DataFrame, horizon: int, bound: float) -> None:
    assert real.loc[("chosen", horizon), "mape_percent"] < bound


# In jobs, the unit of the values, large occupations weigh most; as a share of what was observed, all alike.
MISSED = pytest.mark.xfail(strict=True, reason="0.8504 and 0.861 when opened; nothing was tuned afterwards")


@pytest.mark.parametrize(
    ("ratio", "horizon"),
    [
        *(("crps_to_naive", horizon) for horizon in backtest.HORIZONS),
        *(("crps_percent_to_naive", horizon) for horizon in (1, 3)),
        *(pytest.param("crps_percent_to_naive", horizon, marks=MISSED) for horizon in (5, 10)),
    ],
)
def test_real_crps_is_at_most_a_share_of_naive(real: pd.DataFrame, ratio: str, horizon: int) -> None:
    assert real.loc[("chosen", horizon), ratio] <= 0.85


def test_real_intervals_hold_four_fifths(real: pd.DataFrame) -> None:
    chosen = real.loc["chosen"]
    pooled = np.average(chosen["coverage_80_percent"], weights=chosen["n_origins"])
    assert 76 <= pooled <= 84
    assert chosen["coverage_95_percent"].between(92, 98).all()


def test_real_directions_beat_always_saying_the_same(real: pd.DataFrame) -> None:
    chosen = real.loc["chosen"]
    assert (chosen["direction_percent"] > chosen["same_sign_percent"] + 5).all()
    assert chosen.loc[10, "rank_correlation"] > 0.5
