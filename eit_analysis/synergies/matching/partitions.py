"""The matching shared out between processes: partitions by latitude, each with a halo of inputs around it.

    inputs of the partition [a, b) = those of latitude a − r/R ≤ φ ≤ b + r/R

Two places are never nearer than their latitudes, so no input within the radius r is outside the halo: each
partition has all the partners of its outputs, and all of them together are the answer of one process. Tables
beyond one process's memory live in files; no other module of the matching reads or writes any.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from eit_analysis.reference.distance import EARTH_RADIUS_KM
from eit_analysis.synergies.matching.best import best_matches, checked

if TYPE_CHECKING:
    from distributed import Client

ROW_GROUP = 65_536
MARGIN_DEGREES = 1e-6  # ten centimetres: above any rounding of the halo
PARTITIONS_PER_WORKER = 4


def best_matches_partitioned(
    outputs: pd.DataFrame,
    inputs: pd.DataFrame,
    yields: Any,
    radius_km: float,
    top: int,
    client: Client,
    folder: Path,
) -> pd.DataFrame:
    """``best_matches``, with its answer and its errors, by the workers of a Dask cluster, of one thread each.

    All of them can write in the ``folder``; what the partitions leave there may be removed.
    """
    checked(outputs, inputs, yields, radius_km, top)
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "outputs.parquet", folder / "inputs.parquet"
    for table, file in zip((outputs, inputs), files, strict=True):
        write_partitioned(table, file)
    partitions = PARTITIONS_PER_WORKER * len(client.nthreads())
    found = match_partitions(*files, yields, radius_km, top, folder, partitions, client)
    table = pd.concat([pd.read_parquet(file) for file in found])
    return table.sort_values("output", kind="stable", ignore_index=True)


def write_partitioned(table: pd.DataFrame, file: Path) -> None:
    """Outputs or inputs as ``best_matches`` reads them, by latitude, so that a partition is a few row groups.

    Column ``row`` is the position in the table: results name it, and it decides between equal scores.
    """
    numbered = table.assign(row=np.arange(len(table), dtype=np.int32)).sort_values("latitude", kind="stable")
    pq.write_table(pa.Table.from_pandas(numbered, preserve_index=False), file, row_group_size=ROW_GROUP)


def match_partitions(
    outputs: Path,
    inputs: Path,
    yields: Any,
    radius_km: float,
    top: int,
    folder: Path,
    partitions: int,
    client: Client,
) -> list[Path]:
    """``best_matches`` over files of ``write_partitioned``, one task of a Dask cluster for each partition.

    Parameters
    ----------
    outputs, inputs : Path
        Parquet files, where all workers can read them.
    folder : Path
        Receives ``partition-000.parquet`` and so on, from south to north, as ``best_matches`` returns them.
    partitions : int
        About as many outputs in each; some for each worker, so that none ends alone with a crowded one.

    Returns
    -------
    list of Path
        The files written, which hold every output's partners in one of them.
    """
    latitude = pq.read_table(outputs, columns=["latitude"])["latitude"].to_numpy()
    cuts = (
        np.unique(np.quantile(latitude, np.linspace(0, 1, partitions + 1)[1:-1]))
        if len(latitude)
        else latitude
    )
    limits = [-np.inf, *cuts, np.inf]
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"partition-{number:03}.parquet" for number in range(len(limits) - 1)]
    tasks = [
        client.submit(match_partition, outputs, inputs, yields, radius_km, top, low, high, file, pure=False)
        for low, high, file in zip(limits[:-1], limits[1:], files, strict=True)
    ]
    return client.gather(tasks)


def match_partition(
    outputs: Path, inputs: Path, yields: Any, radius_km: float, top: int, low: float, high: float, file: Path
) -> Path:
    """The outputs of latitude low ≤ φ < high (degrees) with the inputs of their halo, by one thread."""
    halo = np.degrees(radius_km / EARTH_RADIUS_KM) + MARGIN_DEGREES
    givers = _between(outputs, low, np.nextafter(high, -np.inf))
    takers = _between(inputs, low - halo, high + halo)
    found = best_matches(givers, takers, yields, radius_km, top, threads=1)
    for side, table in (("output", givers), ("input", takers)):
        found[side] = table["row"].to_numpy()[found[side]]
    pq.write_table(pa.Table.from_pandas(found, preserve_index=False), file)
    return file


def _between(file: Path, low: float, high: float) -> pd.DataFrame:
    """Rows of a partition in the order that they had in their table; row groups outside it are not read."""
    table = pq.read_table(file, filters=[("latitude", ">=", low), ("latitude", "<=", high)])
    return table.sort_by("row").to_pandas()
