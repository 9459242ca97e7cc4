"""Matching: the numpy path and the compiled index both equal a pair-by-pair search, anywhere on Earth."""

import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from eit_analysis.errors import InputError, UsageError
from eit_analysis.reference.distance import EARTH_RADIUS_KM, haversine_km
from eit_analysis.synergies.matching import best, search, spatial_index
from eit_analysis.synergies.matching.best import best_matches
from eit_analysis.synergies.matching.located_flows import read_located

HALF_EARTH_KM = math.pi * EARTH_RADIUS_KM
COLUMNS = ["class_code", "latitude", "longitude", "mass_t_per_year", "months_mask", "site_code"]
YIELDS = np.array([[1.0, 0.0, 0.5], [0.0, 0.0, 0.0], [0.25, 1.0, 1.0]])


def table(rows):
    return pd.DataFrame(rows, columns=COLUMNS).astype({"latitude": float, "longitude": float})


@pytest.fixture(autouse=True, scope="module")
def small_bands():
    """Small tables are parted by mass as a country is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spatial_index, "IN_A_BAND", 1)
        yield


def compiled(outputs, inputs, yields, radius_km, top, threads=1):
    matrix = csr_array(yields)
    sides = (
        read_located(outputs, "outputs", matrix.shape[0]),
        read_located(inputs, "inputs", matrix.shape[1]),
    )
    return spatial_index.matches(*sides, matrix, radius_km, top, threads)


def brute_force(outputs, inputs, radius_km, top):
    """The equation, for every pair: rows (output, input, km, score), best first."""
    km = haversine_km(
        *(outputs[c].to_numpy()[:, None] for c in ("latitude", "longitude")),
        *(inputs[c].to_numpy()[None, :] for c in ("latitude", "longitude")),
    )
    kept = []
    for o, out in enumerate(outputs.itertuples()):
        pairs = []
        for i, entry in enumerate(inputs.itertuples()):
            share = YIELDS[out.class_code, entry.class_code]
            if share == 0 or km[o, i] > radius_km or out.site_code == entry.site_code:
                continue
            received, wanted = share * out.mass_t_per_year, entry.mass_t_per_year
            both_ways = min(received, wanted) / max(received, wanted) if max(received, wanted) > 0 else 0.0
            months = bin(out.months_mask & entry.months_mask).count("1") / 12
            pairs.append((o, i, km[o, i], share * both_ways * months * (1 - km[o, i] / radius_km)))
        kept += sorted(pairs, key=lambda pair: (-pair[3], pair[1]))[:top]
    return pd.DataFrame(kept, columns=["output", "input", "distance_km", "score"]).astype(
        {"output": np.int32, "input": np.int32, "distance_km": float, "score": float}
    )


latitudes = st.one_of(
    st.sampled_from([0.0, 47.8, 47.9, 60.0, 89.9999, 90.0, -90.0, -0.0]), st.floats(-90, 90, width=32)
)
longitudes = st.one_of(
    st.sampled_from([0.0, 7.1, 7.2, 179.9999, 180.0, -180.0, -179.9999, 90.0]), st.floats(-180, 180, width=32)
)
rows = st.lists(
    st.tuples(
        st.integers(0, 2), latitudes, longitudes, st.sampled_from([0.0, 1.0, 2.0, 7.5]),
        st.sampled_from([4095, 7, 3584]), st.integers(0, 12),
    ),
    max_size=25,
)  # fmt: skip
radii = st.one_of(
    st.sampled_from([0.001, 30.0, 111.0, 5_000.0, 10_007.6, 15_000.0, 20_015.0, HALF_EARTH_KM, 30_000.0]),
    st.floats(0.01, HALF_EARTH_KM),
)
DATE_LINE = [(0, 10.0, 179.9999, 1.0, 4095, 1)], [(0, 10.0, -179.9999, 1.0, 4095, 2)]
POLE = [(0, 89.9999, 10.0, 1.0, 4095, 1)], [(0, 89.9999, -170.0, 1.0, 4095, 2)]


@settings(max_examples=150)
@example(*DATE_LINE, 1.0, 3)
@example(*POLE, 1.0, 3)
@given(rows, rows, radii, st.sampled_from([1, 2, 3, 5, 1000]))
def test_both_paths_equal_brute_force(out_rows, in_rows, radius_km, top):
    outputs, inputs = table(out_rows), table(in_rows)
    expected = brute_force(outputs, inputs, radius_km, top)
    pd.testing.assert_frame_equal(best_matches(outputs, inputs, YIELDS, radius_km, top), expected)
    for threads in (1, 3):
        indexed = compiled(outputs, inputs, YIELDS, radius_km, top, threads)
        pd.testing.assert_frame_equal(indexed, expected)


@pytest.mark.parametrize("radius_km", [5.0, 40.0, 400.0, 4_000.0])
@pytest.mark.parametrize("middle", [(46.5, 2.5), (88.5, 0.0), (-89.0, 179.0), (0.0, 180.0)])
def test_crowds_are_matched_like_one_by_one(radius_km, middle):
    rng = np.random.default_rng(7)

    def crowd(n):
        towns = rng.integers(0, 12, n)
        at = rng.normal(0, 1.2, (12, 2))[towns] + (rng.random(n) < 0.5)[:, None] * rng.normal(0, 0.3, (n, 2))
        return pd.DataFrame(
            {
                "class_code": rng.integers(0, 3, n),
                "latitude": np.clip(middle[0] + at[:, 0], -90, 90),
                "longitude": middle[1] + at[:, 1],
                "mass_t_per_year": rng.lognormal(2, 1.5, n),
            }
        )

    outputs, inputs = crowd(700), crowd(900)
    indexed = compiled(outputs, inputs, YIELDS, radius_km, 4, threads=2)
    pd.testing.assert_frame_equal(indexed, best_matches(outputs, inputs, YIELDS, radius_km, 4))
    assert len(indexed) > 100


@settings(max_examples=80)
@given(
    st.integers(0, 10_000), st.integers(2, 40), st.floats(0.05, 3), st.sampled_from([0.0, 80.0, 180.0]),
    st.sampled_from([1.0, 150.0]), st.sampled_from([1, 2, 50]),
)  # fmt: skip
def test_partners_across_the_edge_of_a_strip_are_found(seed, n, heights, longitude, spread, top):
    """Few inputs far apart have strips higher than the radius; every output is a radius or less from one."""
    rng = np.random.default_rng(seed)
    inputs = pd.DataFrame(
        {
            "class_code": rng.integers(0, 3, n),
            "latitude": rng.uniform(-85, 85, n),
            "longitude": longitude + spread * rng.uniform(-1, 1, n),
            "mass_t_per_year": rng.choice([1.0, 2.0], n),
        }
    )
    radius = heights * np.ptp(inputs["latitude"]) / (4 * n // 3)
    near = inputs.sample(4 * n, replace=True, random_state=seed).reset_index(drop=True)
    moved = near["latitude"] + radius * rng.uniform(-1, 1, 4 * n)
    outputs = near.assign(latitude=moved.clip(-90, 90), class_code=rng.integers(0, 3, 4 * n))
    radius_km = min(np.radians(radius) * EARTH_RADIUS_KM, HALF_EARTH_KM)
    expected = best_matches(outputs, inputs, YIELDS, radius_km, top)
    pd.testing.assert_frame_equal(compiled(outputs, inputs, YIELDS, radius_km, top), expected)


@settings(max_examples=100)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 47.8, -89.0]), st.sampled_from([1, 2, 5]))
def test_partners_less_than_a_millimetre_apart_tie(seed, latitude, top):
    rng = np.random.default_rng(seed)
    inputs = pd.DataFrame(
        {
            "class_code": 0,
            # A tenth of a millimetre of latitude is 9e-10 degrees.
            "latitude": latitude + 0.01 + 9e-10 * rng.integers(0, 12, 12),
            "longitude": 7.0 + 9e-10 * rng.integers(0, 12, 12),
            "mass_t_per_year": 1.0,
        }
    )
    outputs = pd.DataFrame(
        {"class_code": 0, "latitude": latitude, "longitude": [7.0, 7.001], "mass_t_per_year": 1.0}
    )
    expected = best_matches(outputs, inputs, YIELDS, 30.0, top)
    pd.testing.assert_frame_equal(compiled(outputs, inputs, YIELDS, 30.0, top), expected)


def test_antipodes_are_within_half_the_earth():
    rng = np.random.default_rng(11)
    for latitude, longitude in np.column_stack([rng.uniform(-90, 90, 300), rng.uniform(-180, 180, 300)]):
        outputs = table([(0, latitude, longitude, 1.0, 4095, 1)])
        inputs = table([(0, -latitude, longitude + 180, 1.0, 4095, 2)])
        assert len(compiled(outputs, inputs, YIELDS, HALF_EARTH_KM + 1, 1)) == 1


def test_the_score_of_one_pair_by_hand():
    # 10 t at 0.5 are 5 t received for 4 wanted: 4/5; January to June and April to September share 3 months.
    outputs = table([(0, 0.0, 0.0, 10.0, 0b000000111111, 1)])
    inputs = table([(2, 0.0, 1.0, 4.0, 0b000111111000, 2)])
    (row,) = best_matches(outputs, inputs, YIELDS, 222.3902, 1).to_dict("records")
    assert row["distance_km"] == pytest.approx(EARTH_RADIUS_KM * math.pi / 180, abs=1e-6)
    assert row["score"] == pytest.approx(0.5 * 0.8 * 0.25 * 0.5, abs=1e-6)


@pytest.mark.parametrize("way", [best_matches, compiled])
@settings(max_examples=60)
@given(
    here=st.tuples(latitudes, longitudes),
    step=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    scale=st.sampled_from([1e-7, 1e-4, 0.01, 1.0, 90.0]),
)
def test_a_pair_at_the_very_radius_is_kept_and_a_millimetre_farther_is_not(way, here, step, scale):
    there = np.clip(here[0] + scale * step[0], -90, 90), here[1] + scale * step[1]
    outputs, inputs = table([(0, *here, 1.0, 4095, 1)]), table([(0, *there, 1.0, 4095, 2)])
    km = float(haversine_km(*here, *there))
    if km > 0:
        assert way(outputs, inputs, YIELDS, km, 1).to_dict("list") == {
            "output": [0], "input": [0], "distance_km": [km], "score": [0.0],
        }  # fmt: skip
    if km > 1e-6:
        assert way(outputs, inputs, YIELDS, km - 1e-6, 1).empty


@settings(max_examples=60)
@given(rows, rows, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(out_rows, in_rows, random):
    outputs, inputs = table(out_rows), table(in_rows)

    def found(outputs, inputs):
        for path in (best_matches, compiled):
            pairs = path(outputs, inputs, YIELDS, 9_000.0, 1000)
            names = outputs.index[pairs["output"]], inputs.index[pairs["input"]]
            yield set(zip(*names, pairs["score"], strict=True))

    shuffled = (t.loc[random.sample(list(t.index), len(t))] for t in (outputs, inputs))
    assert list(found(outputs, inputs)) == list(found(*shuffled))


@settings(max_examples=60)
@given(rows, rows, rows, radii, radii)
def test_wider_or_more_crowded_never_loses_a_pair(out_rows, in_rows, newcomers, radius_a, radius_b):
    near, far = sorted((radius_a, radius_b))
    outputs, inputs = table(out_rows), table(in_rows)

    def pairs(inputs, radius_km):
        found = compiled(outputs, inputs, YIELDS, radius_km, 1000)
        return set(zip(found["output"], found["input"], strict=True))

    before = pairs(inputs, near)
    assert before <= pairs(inputs, far)
    assert before <= pairs(table(in_rows + newcomers), near)


def test_haversine_against_the_formula_in_arithmetic():
    rng = np.random.default_rng(3)
    for a, b, c, d in np.column_stack([rng.uniform(-90, 90, (200, 2)), rng.uniform(-180, 180, (200, 2))]):
        phi, other = math.radians(a), math.radians(b)
        h = (
            math.sin((other - phi) / 2) ** 2
            + math.cos(phi) * math.cos(other) * math.sin(math.radians(d - c) / 2) ** 2
        )
        km = 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(h))
        assert haversine_km(a, c, b, d) == pytest.approx(km, abs=1e-5)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("latitude", math.nan), ("latitude", 90.1), ("longitude", math.nan), ("longitude", math.inf),
        ("mass_t_per_year", math.nan), ("mass_t_per_year", -1.0), ("class_code", 3), ("months_mask", 4096),
        # What a cast would turn into a class, a set of months or a site that nobody gave.
        ("class_code", 2**32), ("class_code", 0.7), ("class_code", math.nan), ("months_mask", 65_536),
        ("months_mask", math.nan), ("site_code", math.nan), ("site_code", -1), ("site_code", 2**31),
    ],
)  # fmt: skip
@pytest.mark.parametrize("side", ["sortants", "entrants"])
def test_an_unusable_row_is_named(column, value, side):
    good = table([(0, 47.8, 7.1, 1.0, 4095, 1)] * 3)
    bad = good.copy()
    bad[column] = [good[column][0], value, good[column][0]]
    sides = (bad, good) if side == "sortants" else (good, bad)
    with pytest.raises(InputError, match=rf"ligne «\s1\s», colonne «\s{column}\s».*{side}"):
        best_matches(*sides, YIELDS, 30.0, 5)


@pytest.mark.parametrize(
    ("yields", "radius_km", "top"),
    [
        (YIELDS, 0.0, 5),
        (YIELDS, math.nan, 5),
        (YIELDS, math.inf, 5),
        (YIELDS, 30.0, 0),
        (-YIELDS, 30.0, 5),
        (YIELDS * math.nan, 1.0, 1),
    ],
)
def test_unusable_parameters_are_refused(yields, radius_km, top):
    good = table([(0, 47.8, 7.1, 1.0, 4095, 1)])
    with pytest.raises(UsageError, match=r"positifs|rendement"):
        best_matches(good, good, yields, radius_km, top)


def test_a_large_table_takes_the_compiled_path(monkeypatch):
    good = table([(0, 47.8, 7.1, 1.0, 4095, site) for site in range(4)])
    expected = best_matches(good, good, YIELDS, 30.0, 2)
    monkeypatch.setattr(best, "EXHAUSTIVE_PAIRS", 15)
    pd.testing.assert_frame_equal(best_matches(good, good, YIELDS, 30.0, 2), expected)
    # As a country's is made: what `make setup` compiled serves it too.
    wide = csr_array(YIELDS)
    wide.indptr, wide.indices = wide.indptr.astype(np.int64), wide.indices.astype(np.int64)
    pd.testing.assert_frame_equal(best_matches(good, good, wide, 30.0, 2), expected)
    assert len(search.search.signatures) == 1


def test_a_study_never_imports_numba_nor_dask():
    code = (
        "import sys, numpy as np, pandas as pd\n"
        "from eit_analysis.synergies.matching.best import best_matches\n"
        "n = 2000\n"
        "t = pd.DataFrame({'class_code': np.arange(n) % 5, 'latitude': np.linspace(47, 48, n),\n"
        "                  'longitude': 7.0, 'mass_t_per_year': 1.0})\n"
        "assert len(best_matches(t, t, np.eye(5), 30.0, 20))\n"
        "print([m for m in ('numba', 'dask', 'distributed') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
