"""The fast sums against plain loops over the rows of each group."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eit_analysis.flows import diagnosis
from eit_analysis.flows.uncertainty import grouping, propagation
from eit_analysis.flows.uncertainty.lognormal import log_sd, moment_interval, off_centre
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

TOTAL = "Total"
COLUMNS = ["site_id", "category", "route", "contractor", "evidence", MASS, "width"]


def flows_of(rows: list[tuple]) -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=COLUMNS)
    flows = flows.astype({MASS: float, "width": float, "route": object, "contractor": object})
    return flows.assign(**{LOW: flows[MASS] * (1 - flows["width"]), HIGH: flows[MASS] * (1 + flows["width"])})


def plain_row(rows: pd.DataFrame, correlation: float = 0.5) -> list[float]:
    """Mass, bounds and number of sites of one group, by loops over pairs and triples of its flows."""
    mass = rows[MASS].to_numpy()
    sigma = log_sd(mass, rows["width"].to_numpy() * mass)
    sources = propagation.error_sources(rows).astype(object).tolist()
    c = np.empty((len(rows), len(rows)))
    together = np.empty((len(rows), len(rows)))
    for i, one in enumerate(sources):
        for j, other in enumerate(sources):
            rho = 1.0 if i == j else correlation if one == other and isinstance(one, str) else 0.0
            c[i, j] = np.expm1(rho * sigma[i] * sigma[j])
            ends = [np.expm1(rho * sigma[k] ** 2) for k in (i, j)]
            together[i, j] = np.sqrt(ends[0] * ends[1])
    pairs = 3 * np.einsum("i,j,k,ij,jk->", mass, mass, mass, c, c)
    third = pairs + np.einsum("i,j,k,ij,jk,ki->", mass, mass, mass, c, c, c)
    off, variance = off_centre(mass, rows[LOW].to_numpy(), rows[HIGH].to_numpy()), mass @ c @ mass
    with np.errstate(invalid="ignore"):  # of what is certain
        part = off * (mass * (together @ mass)) ** 2 / (mass**2 * np.diag(c) * variance)
    low, high = moment_interval(mass.sum(), variance, third, np.nan_to_num(part).sum())
    return [mass.sum(), float(low), float(high), rows.loc[rows[MASS] > 0, "site_id"].nunique()]


def plain_totals(flows: pd.DataFrame, by: list[str]) -> dict[tuple, list[float]]:
    """All groups, subtotals of the first key and the grand total, by their keys."""
    found = {}
    for level in (by, by[:1], []):
        keys = flows[level].astype(object).where(flows[level].notna(), None)
        of_rows = [(*row, *[TOTAL] * (len(by) - len(level))) for row in keys.itertuples(index=False)]
        for key in set(of_rows):
            found[key] = plain_row(flows[[own == key for own in of_rows]])
    return found


rows_of_flows = st.lists(
    st.tuples(
        st.sampled_from("ABCDE"),
        st.sampled_from(["wood", "paper", "metal"]),
        st.sampled_from(["recycling", "landfill", None]),
        st.sampled_from(["P1", "P2", None]),
        st.sampled_from(["measured", "declared", "estimated"]),
        st.one_of(st.just(0.0), st.floats(0.001, 1e4)),
        st.floats(0, 1),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=25)
@given(
    rows_of_flows, st.sampled_from([["category"], ["route"], ["category", "route"], ["site_id", "evidence"]])
)
@example(
    [("A", "wood", "recycling", "P1", "measured", 1.0, width) for width in (0.0, 1.0, 1.0)], ["category"]
)
def test_fast_is_plain(rows, by):
    flows = flows_of(rows)
    wanted = plain_totals(flows, by)
    fast = flows.astype(dict.fromkeys([*by, "site_id"], "category"))
    for frame in (flows, propagation.prepare(flows), propagation.prepare(fast)):
        table = diagnosis.totals(frame, by).frame
        keys = [tuple(None if pd.isna(k) else k for k in row) for row in table[by].to_numpy()]
        assert len(keys) == len(set(keys)) and set(keys) == set(wanted)
        for key, row in zip(keys, table[[MASS, LOW, HIGH, "n_sites"]].to_numpy(float), strict=True):
            mass, low, high, sites = wanted[key]
            assert row[[0, 3]] == pytest.approx([mass, sites])
            # Two sums by source: the bounds are right to 0.7 % of the half-width.
            assert row[[1, 2]] == pytest.approx([low, high], rel=1e-9, abs=0.007 * (high - low) / 2 + 1e-9)


@settings(max_examples=15)
@given(rows_of_flows, st.randoms())
def test_the_order_of_rows_does_not_matter(rows, random):
    flows = flows_of(rows)
    shuffled = flows.sample(frac=1, random_state=random.randrange(1000))
    one, other = (diagnosis.totals(f, ["category", "route"]).frame for f in (flows, shuffled))
    pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-9)


@settings(max_examples=15)
@given(rows_of_flows)
def test_mass_is_conserved_over_any_grouping(rows):
    flows = flows_of(rows)
    for by in (["category"], ["route"], ["contractor", "category"], ["evidence", "route", "site_id"]):
        parts = diagnosis.totals(flows, by, total=False).frame
        assert parts[MASS].sum() == pytest.approx(flows[MASS].sum())
        assert parts["share_percent"].sum() == pytest.approx(100 if flows[MASS].sum() else 0)


def test_many_keys_of_many_values():
    # 40,000 pairs that could be, 300 that are: more than a table of all pairs is worth.
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {"one": rng.integers(0, 200, 300), "two": rng.integers(0, 200, 300), "m": rng.random(300)}
    )
    groups = grouping.group(rows, ["one", "two"])
    wanted = rows.groupby(["one", "two"])["m"].sum().reset_index()
    assert groups.table().to_numpy().tolist() == wanted[["one", "two"]].to_numpy().tolist()
    assert np.bincount(groups.codes, rows["m"]) == pytest.approx(wanted["m"])
    members = grouping.pairs(groups, rows["m"])
    assert members.sources().tolist() == rows.groupby(["one", "two"])["m"].nunique().tolist()
    coarse = grouping.coarser(members, ["two"])
    assert coarse.sources().tolist() == rows.groupby("two")["m"].nunique().tolist()


def test_subtotals_follow_their_parts_and_the_grand_total_is_last():
    flows = flows_of(
        [
            ("A", "wood", "landfill", None, "declared", 10, 0.2),
            ("A", "paper", "landfill", None, "declared", 30, 0.2),
            ("B", "paper", None, None, "declared", 5, 0.2),
            ("B", "metal", "landfill", None, "declared", 10, 0.2),
        ]
    )
    table = diagnosis.totals(flows, ["category", "route"]).frame
    assert table["category"].tolist() == ["paper"] * 3 + ["metal"] * 2 + ["wood"] * 2 + [TOTAL]
    assert table["route"].fillna("").tolist() == ["landfill", "", TOTAL, *["landfill", TOTAL] * 2, TOTAL]
    assert table["n_sites"].tolist() == [1, 1, 2, 1, 1, 1, 1, 2]


def test_no_row_no_group():
    empty = flows_of([])
    assert grouping.group(empty, ["category"]).size == 0
    assert grouping.group(empty, []).size == 1
    assert diagnosis.totals(empty, ["category"]).frame.empty
