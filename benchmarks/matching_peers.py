"""The same matching written with the tools one would reach for first, each as its user would write it well.

Every function takes tables of outputs and of inputs (``class_code``, ``latitude``, ``longitude``,
``mass_t_per_year``), a matrix of yields, a radius and a number of partners, and returns the pairs
(``output``, ``input``) that ``best_matches`` returns. A grid of cells a radius wide turns *within reach* into
an equality that a join can use: an output looks in its own cell and the eight around it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

EARTH_RADIUS_KM = 6371.0088
NORTHERNMOST = 51.3  # of metropolitan France: a cell is nowhere narrower than a radius
MASS = "mass_t_per_year"
Table = pd.DataFrame


def rules(yields: np.ndarray) -> Table:
    """One row per pair of compatible classes."""
    giving, taking = np.nonzero(yields)
    return pd.DataFrame({"class_code": giving, "in_class": taking, "value": yields[giving, taking]})


def cell_size(radius_km: float) -> tuple[float, float]:
    """Degrees of latitude and of longitude of a cell."""
    north = 1.000001 * math.degrees(radius_km / EARTH_RADIUS_KM)
    return north, north / math.cos(math.radians(NORTHERNMOST + north))


def with_cells(table: Table, radius_km: float, spread: bool) -> Table:
    """Each row with its cell; nine times, with the cells around it, when it is what looks."""
    north, east = cell_size(radius_km)
    own = table.assign(
        row=np.arange(len(table)),
        cell_y=np.floor(table["latitude"] / north).astype(int),
        cell_x=np.floor(table["longitude"] / east).astype(int),
    )
    if not spread:
        return own.rename(columns={"class_code": "in_class"})
    around = pd.MultiIndex.from_product([(-1, 0, 1)] * 2, names=["dy", "dx"]).to_frame(index=False)
    own = own.merge(around, how="cross")
    return own.assign(cell_y=own["cell_y"] + own["dy"], cell_x=own["cell_x"] + own["dx"])


def best(
    outputs: Table, inputs: Table, o: np.ndarray, i: np.ndarray, value: np.ndarray, r: float, top: int
) -> Table:
    """Exact distance, radius, score and the best partners of the pairs that a search proposes."""
    here, there = outputs.iloc[o], inputs.iloc[i]
    phi, other, lam, far = (
        np.radians(column.to_numpy())
        for column in (here["latitude"], there["latitude"], here["longitude"], there["longitude"])
    )
    h = np.sin((other - phi) / 2) ** 2 + np.cos(phi) * np.cos(other) * np.sin((far - lam) / 2) ** 2
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(h))
    near = km <= r
    received, wanted = value[near] * here[MASS].to_numpy()[near], there[MASS].to_numpy()[near]
    coverage = np.minimum(received, wanted) / np.maximum(received, wanted)
    pairs = pd.DataFrame({"output": o[near], "input": i[near]})
    pairs["score"] = value[near] * coverage * (1 - km[near] / r)
    pairs = pairs.sort_values(["output", "score", "input"], ascending=[True, False, True])
    return pairs[pairs.groupby("output").cumcount() < top]


def by_class(outputs: Table, inputs: Table, yields: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For every class of inputs: the rows of the outputs it is compatible with, and its own rows."""
    for taking in range(yields.shape[1]):
        compatible = yields[outputs["class_code"].to_numpy(), taking] > 0
        yield np.flatnonzero(compatible), np.flatnonzero(inputs["class_code"].to_numpy() == taking)


def values(outputs: Table, inputs: Table, yields: np.ndarray, o: np.ndarray, i: np.ndarray) -> np.ndarray:
    return yields[outputs["class_code"].to_numpy()[o], inputs["class_code"].to_numpy()[i]]


def pandas_class_join(outputs: Table, inputs: Table, yields: np.ndarray, r: float, top: int) -> Table:
    wanted = pd.DataFrame({"in_class": inputs["class_code"], "input": np.arange(len(inputs))})
    compatible, parts = rules(yields), []
    chunk = max(1, int(4e8 / max(1, len(inputs)) / 3))  # outputs at once: some millions of pairs
    for start in range(0, len(outputs), chunk):
        rows = np.arange(start, min(start + chunk, len(outputs)))
        some = pd.DataFrame({"class_code": outputs["class_code"].to_numpy()[rows], "output": rows})
        pairs = some.merge(compatible, on="class_code").merge(wanted, on="in_class")
        columns = (pairs[name].to_numpy() for name in ("output", "input", "value"))
        parts.append(best(outputs, inputs, *columns, r, top))
    return pd.concat(parts)


def ball_tree(outputs: Table, inputs: Table, yields: np.ndarray, r: float, top: int) -> Table:
    from sklearn.neighbors import BallTree

    places, targets = (np.radians(t[["latitude", "longitude"]].to_numpy()) for t in (outputs, inputs))
    found = []
    for givers, takers in by_class(outputs, inputs, yields):
        if len(givers) and len(takers):
            tree = BallTree(targets[takers], metric="haversine")
            near = tree.query_radius(places[givers], 1.000001 * r / EARTH_RADIUS_KM)
            found.append((np.repeat(givers, [len(n) for n in near]), takers[np.concatenate(near)]))
    o, i = (np.concatenate(part) for part in zip(*found, strict=True))
    return best(outputs, inputs, o, i, values(outputs, inputs, yields, o, i), r, top)


def geopandas_dwithin(outputs: Table, inputs: Table, yields: np.ndarray, r: float, top: int) -> Table:
    import geopandas

    # Lambert 93 stretches lengths by less than 1 % over the country.
    points, targets = (
        geopandas.points_from_xy(t["longitude"], t["latitude"], crs=4326).to_crs(2154)
        for t in (outputs, inputs)
    )
    found = []
    for givers, takers in by_class(outputs, inputs, yields):
        index = geopandas.GeoSeries(targets[takers]).sindex
        o, i = index.query(points[givers], predicate="dwithin", distance=1010 * r)
        found.append((givers[o], takers[i]))
    o, i = (np.concatenate(part) for part in zip(*found, strict=True))
    return best(outputs, inputs, o, i, values(outputs, inputs, yields, o, i), r, top)


def polars_grid_join(outputs: Any, inputs: Any, yields: np.ndarray, r: float, top: int) -> Any:
    import polars as pl

    north, east = cell_size(r)
    cells = (
        (pl.col("latitude") / north).floor().cast(pl.Int32).alias("cell_y"),
        (pl.col("longitude") / east).floor().cast(pl.Int32).alias("cell_x"),
    )
    angles = (
        pl.col("latitude").radians().alias("phi"),
        pl.col("latitude").radians().cos().alias("cos"),
        pl.col("longitude").radians().alias("lam"),
        pl.col(MASS).alias("mass"),
    )
    around = pl.LazyFrame({"dy": [-1, 0, 1]}).join(pl.LazyFrame({"dx": [-1, 0, 1]}), how="cross")
    giving = (
        outputs.lazy()
        .with_row_index("output")
        .select("output", "class_code", *angles, *cells)
        .join(pl.from_pandas(rules(yields)).lazy(), on="class_code")
        .join(around.cast(pl.Int32), how="cross")
        .with_columns(pl.col("cell_y") + pl.col("dy"), pl.col("cell_x") + pl.col("dx"))
        .drop("class_code", "dy", "dx")
    )
    taking = (
        inputs.lazy()
        .with_row_index("input")
        .select("input", pl.col("class_code").alias("in_class"), *angles, *cells)
    )
    h = ((pl.col("phi_in") - pl.col("phi")) / 2).sin() ** 2 + pl.col("cos") * pl.col("cos_in") * (
        ((pl.col("lam_in") - pl.col("lam")) / 2).sin() ** 2
    )
    received = pl.col("value") * pl.col("mass")
    coverage = pl.min_horizontal(received, "mass_in") / pl.max_horizontal(received, "mass_in")
    return (
        giving.join(taking, on=["in_class", "cell_y", "cell_x"], suffix="_in")
        .with_columns(km=2 * EARTH_RADIUS_KM * h.sqrt().arcsin())
        .filter(pl.col("km") <= r)
        .select("output", "input", score=pl.col("value") * coverage * (1 - pl.col("km") / r))
        .sort("output", "score", "input", descending=[False, True, False])
        .group_by("output", maintain_order=True)
        .head(top)
        .collect()
    )


def duckdb_grid_join(outputs: Any, inputs: Any, yields: np.ndarray, r: float, top: int) -> Any:
    import duckdb

    north, east = cell_size(r)
    con = duckdb.connect()
    for name, table in (("outputs", outputs), ("inputs", inputs), ("rules", rules(yields))):
        con.register(name, table)
    side = f"""class_code, radians(latitude) AS phi, cos(radians(latitude)) AS c, radians(longitude) AS lam,
               {MASS} AS mass, floor(latitude / {north})::INT AS y, floor(longitude / {east})::INT AS x"""
    return (
        con.execute(f"""
        WITH o AS (
            SELECT output, phi, c, lam, mass, in_class, value, y + dy AS y, x + dx AS x
            FROM (SELECT row AS output, {side} FROM outputs) JOIN rules USING (class_code),
                 unnest([-1, 0, 1]) AS a(dy), unnest([-1, 0, 1]) AS b(dx)
        ), i AS (SELECT row AS input, {side} FROM inputs),
        near AS (
            SELECT output, input, value, value * o.mass AS received, i.mass AS wanted,
                   2 * {EARTH_RADIUS_KM} * asin(sqrt(
                       power(sin((i.phi - o.phi) / 2), 2)
                       + o.c * i.c * power(sin((i.lam - o.lam) / 2), 2))) AS km
            FROM o JOIN i ON o.in_class = i.class_code AND o.y = i.y AND o.x = i.x
        ), scored AS (
            SELECT output, input,
                   value * least(received, wanted) / greatest(received, wanted) * (1 - km / {r}) AS score
            FROM near WHERE km <= {r}
        )
        SELECT output, input FROM scored
        QUALIFY row_number() OVER (PARTITION BY output ORDER BY score DESC, input) <= {top}
    """)
        .arrow()
        .read_all()
    )


def recordlinkage_block(outputs: Table, inputs: Table, yields: np.ndarray, r: float, top: int) -> Table:
    import recordlinkage

    left = with_cells(outputs, r, spread=True).merge(rules(yields), on="class_code")
    right = with_cells(inputs, r, spread=False)
    indexer = recordlinkage.Index()
    indexer.block(["in_class", "cell_y", "cell_x"])
    pairs = indexer.index(left, right)
    compare = recordlinkage.Compare()
    places = ("latitude", "longitude", "latitude", "longitude")
    compare.geo(*places, method="step", offset=1.0001 * r, label="near")
    near = compare.compute(pairs, left, right)["near"].to_numpy() == 1
    a, b = pairs.get_level_values(0)[near], pairs.get_level_values(1)[near]
    o, i = left["row"].to_numpy()[a], right["row"].to_numpy()[b]
    return best(outputs, inputs, o, i, left["value"].to_numpy()[a], r, top)


def splink_block(outputs: Table, inputs: Table, yields: np.ndarray, r: float, top: int) -> Table:
    import splink.comparison_level_library as levels
    import splink.comparison_library as comparisons
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    left = with_cells(outputs, r, spread=True).merge(rules(yields), on="class_code")
    right = with_cells(inputs, r, spread=False)
    columns = ["unique_id", "row", "in_class", "cell_y", "cell_x", "latitude", "longitude"]
    db = DuckDBAPI()
    tables = [
        db.register(table.assign(unique_id=np.arange(len(table)))[columns], table_name=name)
        for name, table in (("a_outputs", left), ("b_inputs", right))
    ]
    near = levels.DistanceInKMLevel("latitude", "longitude", 1.0001 * r).configure(
        m_probability=0.99, u_probability=0.01
    )
    apart = levels.ElseLevel().configure(m_probability=0.01, u_probability=0.99)
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[comparisons.CustomComparison([near, apart], output_column_name="place")],
        blocking_rules_to_generate_predictions=[block_on("in_class", "cell_y", "cell_x")],
        additional_columns_to_retain=["row"],
        retain_matching_columns=False,
        probability_two_random_records_match=0.5,
    )
    linked = Linker(tables, settings, log_level="ERROR").inference.predict(threshold_match_probability=0.5)
    pairs = linked.as_duckdbpyrelation().select("row_l, row_r").df()
    o, i = pairs["row_l"].to_numpy(), pairs["row_r"].to_numpy()
    return best(outputs, inputs, o, i, values(outputs, inputs, yields, o, i), r, top)


def to_polars(table: Table) -> Any:
    import polars as pl

    return pl.from_pandas(table)


def to_arrow(table: Table) -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(table.assign(row=np.arange(len(table))), preserve_index=False)


def as_it_is(table: Table) -> Table:
    return table


# Peer: how it is given its tables (not timed), and the work.
PEERS: dict[str, tuple[Callable[[Table], Any], Callable[..., Any]]] = {
    "pandas class join": (as_it_is, pandas_class_join),
    "polars grid join": (to_polars, polars_grid_join),
    "duckdb grid join": (to_arrow, duckdb_grid_join),
    "geopandas dwithin": (as_it_is, geopandas_dwithin),
    "sklearn BallTree": (as_it_is, ball_tree),
    "recordlinkage": (as_it_is, recordlinkage_block),
    "splink": (as_it_is, splink_block),
}
