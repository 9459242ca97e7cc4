"""Forecasts of statsforecast, in an environment of its own: it wants pandas below 3 (its issue 1182).

    PYTHON benchmarks/series_peers.py ORIGINS HORIZON < values.csv > forecasts.csv

Reads a table years × series, writes ``method, origin_year, horizon_years, series_id, value``, and seconds by
method on the standard error.
"""

from __future__ import annotations

import sys
import time

import pandas as pd
from statsforecast.models import AutoETS, AutoTheta

METHODS = {"AutoETS": AutoETS, "AutoTheta": AutoTheta}


def main() -> None:
    origins, horizon = [int(year) for year in sys.argv[1].split(",")], int(sys.argv[2])
    values = pd.read_csv(sys.stdin, index_col=0)
    rows = []
    for name, make in METHODS.items():
        start = time.perf_counter()
        for origin in origins:
            for series in values:
                path = make(season_length=1).forecast(y=values.loc[:origin, series].to_numpy(), h=horizon)[
                    "mean"
                ]
                rows += [(name, origin, step, series, value) for step, value in enumerate(path, start=1)]
        print(f"{name},{time.perf_counter() - start}", file=sys.stderr)
    columns = ["method", "origin_year", "horizon_years", "series_id", "value"]
    pd.DataFrame(rows, columns=columns).to_csv(sys.stdout, index=False)


if __name__ == "__main__":
    main()
