"""Bands of latitude on a cluster of two processes give the answer of one process."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from distributed import Client, LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.errors import InputError
from eit_analysis.reference.distance import haversine_km
from eit_analysis.synergies.matching import best_matches
from eit_analysis.synergies.matching.partitions import (
    best_matches_partitioned,
    match_partition,
    match_partitions,
    write_partitioned,
)

YIELDS = np.array([[1.0, 0.5], [0.0, 0.9]])


def crowd(n, seed):
    """Places drawn on a coarse grid: many are alike, so that equal scores are common."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "class_code": rng.integers(0, 2, n),
            "latitude": rng.integers(-900, 901, n) / 10.0,
            "longitude": rng.integers(-36, 37, n) * 5.0,
            "mass_t_per_year": rng.choice([1.0, 2.0, 5.0], n),
        }
    )


def test_two_workers_equal_one_process(tmp_path):
    outputs, inputs = crowd(3_000, 1), crowd(4_000, 2)
    write_partitioned(outputs, tmp_path / "outputs.parquet")
    write_partitioned(inputs, tmp_path / "inputs.parquet")
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        files = match_partitions(
            tmp_path / "outputs.parquet",
            tmp_path / "inputs.parquet",
            YIELDS,
            700.0,
            4,
            tmp_path / "out",
            5,
            client,
        )
        at_once = best_matches_partitioned(outputs, inputs, YIELDS, 700.0, 4, client, tmp_path / "at-once")
        # What is wrong is said of the row of the table, not of a partition's.
        with pytest.raises(InputError, match=r"ligne «\s2999\s», colonne «\slatitude\s"):
            lost = outputs.assign(latitude=outputs["latitude"].where(outputs.index < 2_999))
            best_matches_partitioned(lost, inputs, YIELDS, 700.0, 4, client, tmp_path / "lost")
    assert [file.name for file in files] == [f"partition-00{n}.parquet" for n in range(5)]
    found = pd.concat([pd.read_parquet(file) for file in files]).sort_values("output", kind="stable")
    expected = best_matches(outputs, inputs, YIELDS, 700.0, 4)
    assert len(expected) > 3_000
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)
    pd.testing.assert_frame_equal(at_once, expected)


@settings(max_examples=25)
@given(
    st.integers(0, 99), st.lists(st.floats(-90, 90), max_size=3), st.sampled_from([1.0, 300.0, 9e3, 2.1e4])
)
def test_any_cut_into_partitions_changes_nothing(tmp_path_factory, seed, cuts, radius_km):
    folder = tmp_path_factory.mktemp("partitions")
    outputs, inputs = crowd(60, seed), crowd(80, seed + 1)
    write_partitioned(outputs, folder / "outputs")
    write_partitioned(inputs, folder / "inputs")
    limits = [-np.inf, *sorted(cuts), np.inf]
    parts = []
    for low, high in pairwise(limits):
        match_partition(
            folder / "outputs", folder / "inputs", YIELDS, radius_km, 3, low, high, folder / "partition"
        )
        parts.append(pd.read_parquet(folder / "partition"))
    found = pd.concat(parts).sort_values("output", kind="stable").reset_index(drop=True)
    pd.testing.assert_frame_equal(
        found, best_matches(outputs, inputs, YIELDS, radius_km, 3), check_dtype=False
    )


@settings(max_examples=25)
@given(st.floats(-60, 60), st.floats(0.001, 25), st.sampled_from([-1, 1]))
def test_a_partner_at_the_very_radius_is_in_the_halo(tmp_path_factory, latitude, apart, way):
    folder = tmp_path_factory.mktemp("halo")
    there = latitude + way * apart
    for name, place in (("outputs", latitude), ("inputs", there)):
        write_partitioned(crowd(1, 1).assign(class_code=0, latitude=place, longitude=7.0), folder / name)
    radius_km = float(haversine_km(latitude, 7.0, there, 7.0))
    # The output is alone in its partition, and at both of its edges.
    edges = latitude, np.nextafter(latitude, np.inf)
    match_partition(folder / "outputs", folder / "inputs", YIELDS, radius_km, 1, *edges, folder / "partition")
    assert pd.read_parquet(folder / "partition")["distance_km"].tolist() == [radius_km]


def test_a_partition_reads_only_its_row_groups(tmp_path):
    write_partitioned(crowd(200_000, 3), tmp_path / "sites")
    groups = pq.ParquetFile(tmp_path / "sites").metadata
    spans = [groups.row_group(n).column(1).statistics for n in range(groups.num_row_groups)]
    assert len(spans) == 4
    assert all(a.max <= b.min for a, b in pairwise(spans))


@pytest.mark.parametrize("name", ["outputs", "inputs"])
def test_nobody_among_outputs_or_inputs(tmp_path, name):
    files = [tmp_path / each for each in ("outputs", "inputs")]
    for file in files:
        write_partitioned(crowd(0 if file.name == name else 9, 1), file)
    match_partition(*files, YIELDS, 9e3, 3, -np.inf, np.inf, tmp_path / "partition")
    assert pd.read_parquet(tmp_path / "partition").empty
