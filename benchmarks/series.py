"""The scorecard of the forecasts of the DARES panel (employment by occupation, 1983-2018) at every origin.

    python -m benchmarks.series FILE [--first 1995] [--repeat 5] [--statsforecast PYTHON]

FILE is `effectifs_3niv.csv` of DARES. Prints, for the series known in every year and each horizon, every
method pooled over the origins; what the chosen one was worth from the origins up to 2005, on which the method
was fixed, and from the later ones; what it was worth in these series cut to windows of 15, 17, 20 and 25
years, over all windows and over targets up to 2010, and in the series that begin in 2004; the time of a
whole evaluation. With a Python that has statsforecast (it wants pandas below 3, so it cannot
share this environment), its AutoETS and AutoTheta forecast the same series from the same origins: their
error, their time.
"""

from __future__ import annotations

import argparse
import io
import statistics
import subprocess
import time
from pathlib import Path

import pandas as pd

from eit_analysis.employment.forecast.series import backtest, panel
from eit_analysis.intake.registers.files import read_register

FIXED_UP_TO, VALUES_UP_TO = 2005, 2010
WINDOWS, SHORT_HORIZONS = (15, 17, 20, 25), (1, 3, 5)
SHOWN = {
    "mape_percent": "MAPE %", "mase": "MASE", "crps_to_naive": "CRPS/naive",
    "crps_percent_to_naive": "same, % of value", "coverage_80_percent": "80 %", "coverage_95_percent": "95 %",
    "worst_origin_year": "worst from", "worst_coverage_80_percent": "its 80 %",
    "direction_percent": "direction %", "same_sign_percent": "same sign %", "rank_correlation": "rank",
}  # fmt: skip


def shown(card: pd.DataFrame) -> str:
    table = card[["method", *SHOWN]].rename(columns=SHOWN)
    return table.round(3).to_string(index=False, na_rep="")


def tidy(values: pd.DataFrame) -> pd.DataFrame:
    return values.rename_axis("year").reset_index().melt("year", var_name="series_id", value_name="value")


def short(title: str, parts: list[pd.DataFrame]) -> None:
    scored = pd.concat(parts)
    known = scored["origin_year"] + scored["horizon_years"] <= VALUES_UP_TO
    for scope, rows in (("all", scored), (f"targets up to {VALUES_UP_TO}", scored[known])):
        if len(rows):
            card = backtest.pooled(rows)
            print(f"\n{title}, {scope}")
            print(shown(card[card["method"] == "chosen"].assign(method=lambda t: t["horizon_years"])))


def cut(values: pd.DataFrame, years: int) -> list[pd.DataFrame]:
    starts = range(len(values) - years + 1)
    return [backtest.evaluate(tidy(values.iloc[at : at + years]), SHORT_HORIZONS) for at in starts]


def timed(rows: pd.DataFrame, repeat: int) -> list[float]:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        backtest.evaluate(rows)
        times.append(time.perf_counter() - start)
    return times


def peers(python: str, values: pd.DataFrame, origins: list[int]) -> None:
    script = Path(__file__).with_name("series_peers.py")
    arguments = [python, str(script), ",".join(map(str, origins)), str(max(backtest.HORIZONS))]
    ran = subprocess.run(arguments, input=values.to_csv(), capture_output=True, text=True, check=True)
    table = pd.read_csv(io.StringIO(ran.stdout), dtype={"series_id": str})
    table["year"] = table["origin_year"] + table["horizon_years"]
    observed = (
        values.rename_axis("year").reset_index().melt("year", var_name="series_id", value_name="observed")
    )
    table = table.merge(observed, on=["year", "series_id"])
    table["mape_percent"] = 100 * (table["value"] / table["observed"] - 1).abs()
    table = table[table["horizon_years"].isin(backtest.HORIZONS)]
    print("\nstatsforecast, MAPE %")
    print(
        table.pivot_table(index="method", columns="horizon_years", values="mape_percent").round(2).to_string()
    )
    for line in ran.stderr.splitlines():
        if line.startswith("Auto"):
            name, seconds = line.split(",")
            print(f"{name}: {float(seconds):.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--first", type=int, default=1995)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--statsforecast", metavar="PYTHON")
    options = parser.parse_args()
    rows = panel.of_occupations(read_register("dares_employment", options.file).frame)
    every, left_out = panel.usable(rows)
    values = every.dropna(axis=1)
    rows = tidy(values)
    print(f"{len(values.columns)} series, {values.index[0]}-{values.index[-1]}; ", end="")
    print(f"{len(every.columns) - len(values.columns)} begin later, {len(left_out)} left out")
    origins = list(range(options.first, int(values.index[-1])))
    scored = backtest.evaluate(rows)
    scored = scored[scored["origin_year"].isin(origins)]
    for horizon, card in backtest.pooled(scored).groupby("horizon_years"):
        print(f"\n{horizon} years ahead, {card['n_origins'].max()} origins\n{shown(card)}")
    late = scored["origin_year"] > FIXED_UP_TO
    for title, part in (("up to", scored[~late]), ("after", scored[late])):
        card = backtest.pooled(part)
        print(f"\nchosen, origins {title} {FIXED_UP_TO}")
        print(shown(card[card["method"] == "chosen"].assign(method=lambda t: t["horizon_years"])))
    held = scored.loc[scored["method"] == "chosen", "coverage_80_percent"].mean()
    print(f"\nchosen, 80 % intervals over all horizons and origins: {held:.1f} %")
    for years in WINDOWS:
        short(f"chosen, windows of {years} years", cut(values, years))
    begin = every.notna().idxmax()
    late = every[begin.index[begin == begin.max()]].loc[begin.max() :]
    short(f"chosen, {len(late.columns)} series from {begin.max()}", cut(late, len(late)))
    median = statistics.median(timed(rows, options.repeat))
    print(f"evaluate, all methods, all origins: {median:.2f} s (median of {options.repeat})")
    if options.statsforecast:
        peers(options.statsforecast, values, origins)


if __name__ == "__main__":
    main()
