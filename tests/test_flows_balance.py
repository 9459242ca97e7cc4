"""Reconciliation: published networks, and the graph method against dense linear algebra."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.errors import UsageError
from eit_analysis.flows.balance.reconciliation import (
    RECONCILED,
    SD,
    deviations,
    reconcile,
    redundancy,
)
from eit_analysis.flows.uncertainty.propagation import MASS

# Narasimhan & Jordache (2000): heat exchanger with bypass (splitter, exchanger, valve, mixer). Measurements
# and unit variances read in github.com/EDSONCV/dr-ged-benchmarks, data_reconciliation/linear/scilab/P4.
EXCHANGER = pd.DataFrame(
    {
        "flow": ["1", "2", "3", "4", "5", "6"],
        "source": ["outside", "splitter", "splitter", "exchanger", "valve", "mixer"],
        "target": ["splitter", "exchanger", "valve", "mixer", "mixer", "outside"],
        MASS: [101.91, 64.45, 34.65, 64.20, 36.44, 98.88],
        SD: 1.0,
    }
)


def network(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    """Arcs from (source, target, mass or nan, sd)."""
    frame = pd.DataFrame(rows, columns=["source", "target", MASS, SD])
    return frame.assign(flow=[f"f{i}" for i in range(len(frame))])


def measuring(arcs: pd.DataFrame, flows: str) -> pd.DataFrame:
    return arcs.assign(**{MASS: arcs[MASS].where(arcs["flow"].isin(list(flows)))})


def test_textbook_network_all_measured():
    balance = reconcile(EXCHANGER, ["outside"])
    expected = [100.22, 64.50, 35.72, 64.50, 35.72, 100.22]
    assert balance.flows[RECONCILED].round(2).tolist() == expected
    assert balance.chi_square == pytest.approx(6.4075)
    # Four nodes and the environment: the four balances are independent, so 4 degrees of freedom, not 3.
    assert balance.degrees_of_freedom == 4
    assert balance.p_value == pytest.approx(0.1707, abs=5e-5)
    assert set(balance.flows["status"]) == {"redundant"}
    assert redundancy(balance) == pytest.approx(2 / 3)
    assert deviations(balance).to_numpy() == pytest.approx((1 / 3) ** 0.5)


@pytest.mark.parametrize(
    ("measured", "expected", "measured_status", "other_status", "freedom"),
    [
        ("1256", [100.49, 64.25, 36.24, 64.25, 36.24, 100.49], "redundant", "observable", 2),
        ("12", [101.91, 64.45, 37.46, 64.45, 37.46, 101.91], "just_determined", "observable", 0),
        ("16", [100.395, None, None, None, None, 100.395], "redundant", "unobservable", 1),
    ],
)
def test_textbook_network_partly_measured(measured, expected, measured_status, other_status, freedom):
    # Flows 3 and 4 not measured; only 1 and 2; only 1 and 6. By hand: whether the book prints these could not
    # be read anywhere. The published examples with unmeasured flows are the next ones.
    balance = reconcile(measuring(EXCHANGER, measured), ["outside"])
    values = balance.flows[RECONCILED]
    assert values.to_numpy() == pytest.approx(np.array(expected, float), abs=0.005, nan_ok=True)
    known = balance.flows["flow"].isin(list(measured))
    assert set(balance.flows.loc[known, "status"]) == {measured_status}
    assert set(balance.flows.loc[~known, "status"]) == {other_status}
    assert balance.degrees_of_freedom == freedom
    assert np.isnan(balance.p_value) == (freedom == 0)
    assert deviations(balance).isna().tolist() == values.isna().tolist()


# Cooling water of four plants, kt/h (plant 1 serves 2 and 3, which serve 4): all measured; flows 2, 4 and 6
# not; only 1 and 6. Data, results and classification read in github.com/abonyilab/SystemsEngineering,
# 08_DataReconciliation_MerleghibaKiegyenlites.ipynb, commit 7e8bbbe4 (examples 1 and 2, and "Observabilty and
# Redundancy Analysis"), which gives as its own source the page "Basic concepts in data reconciliation",
# chemeng-processing.blogspot.com/2014/04/basic-concepts-in-data-reconciliation.html.
COOLING_WATER = pd.DataFrame(
    {
        "flow": ["1", "2", "3", "4", "5", "6"],
        "source": ["supply", "plant 1", "plant 1", "plant 2", "plant 3", "plant 4"],
        "target": ["plant 1", "plant 2", "plant 3", "plant 4", "plant 4", "return"],
        MASS: [110.5, 60.8, 35.0, 68.9, 38.6, 101.4],
        SD: np.sqrt([0.6724, 0.2809, 0.2116, 0.5041, 0.2025, 1.44]),
    }
)


@pytest.mark.parametrize(
    ("measured", "expected", "statuses"),
    [
        ("123456", [103.24010825, 65.41556049, 37.82454776, 65.41556049, 37.82454776, 103.24010825],
         ["redundant"] * 6),
        ("135", [110.5, 73.66, 36.84, 73.66, 36.84, 110.5],
         ["just_determined", "observable", "redundant", "observable", "redundant", "observable"]),
        ("16", [None] * 6, ["redundant", *["unobservable"] * 4, "redundant"]),
    ],
)  # fmt: skip
def test_published_network_with_unmeasured_flows(measured, expected, statuses):
    balance = reconcile(measuring(COOLING_WATER, measured), ["supply", "return"])
    assert balance.flows["status"].tolist() == statuses
    for found, printed in zip(balance.flows[RECONCILED], expected, strict=True):
        if printed is not None:
            decimals = len(str(printed).split(".")[1])
            assert round(found, decimals) == printed
    if measured == "123456":  # diagonal of the covariance printed there
        printed = [0.1753, 0.1365, 0.0890, 0.1365, 0.0890, 0.1753]
        assert (deviations(balance) ** 2).round(4).tolist() == printed


# The network of Cencic (2016), whose transfer coefficient is in tests/test_flows_layers.py.
RECYCLING = network(
    [("env", "P1", 100, 10), ("env", "P1", 50, 0), ("P1", "P2", 300, 30), ("P2", "P1", np.nan, np.nan),
     ("P2", "P3", 160, 16), ("P3", "env", np.nan, np.nan), ("P3", "env", np.nan, np.nan)]
)  # fmt: skip


def test_recycling_loop_with_a_constant_and_flows_nobody_can_know():
    # The same without its transfer coefficient, by hand: 1 + 50 = 5, the gap of 10 is shared as 100 to 256.
    balance = reconcile(RECYCLING, ["env"])
    assert balance.flows["status"].tolist() == [
        "redundant", "exact", "just_determined", "observable", "redundant", "unobservable", "unobservable",
    ]  # fmt: skip
    first = 100 + 10 * 100 / 356
    expected = [first, 50, 300, 300 - first - 50, first + 50, np.nan, np.nan]
    assert balance.flows[RECONCILED].to_numpy() == pytest.approx(np.array(expected), nan_ok=True)
    spread = (100 * 256 / 356) ** 0.5
    expected = [spread, 0, 30, (900 + spread**2) ** 0.5, spread, np.nan, np.nan]
    assert deviations(balance).to_numpy() == pytest.approx(np.array(expected), nan_ok=True)


def test_stock_negative_and_hostile_input():
    # A stock is an arc to the environment; here nothing measures it, and it comes out negative.
    arcs = network([("env", "plant", 10, 1), ("plant", "env", 14, 1), ("plant", "stock", np.nan, np.nan)])
    balance = reconcile(arcs, ["env", "stock"])
    assert balance.flows[RECONCILED].tolist() == [10, 14, -4]
    assert balance.flows["negative"].tolist() == [False, False, True]
    empty = reconcile(arcs.head(0), ["env"])
    assert len(empty.flows) == 0 and empty.degrees_of_freedom == 0 and len(deviations(empty)) == 0
    unknown = reconcile(arcs.assign(**{MASS: np.nan}), ["env", "stock"])
    assert set(unknown.flows["status"]) == {"unobservable"}
    loop = reconcile(network([("a", "a", 3, 1), ("a", "a", np.nan, np.nan)]), [])
    assert loop.flows["status"].tolist() == ["just_determined", "unobservable"]
    dead_end = reconcile(network([("env", "a", 3, 1)]), ["env"])
    assert dead_end.flows[RECONCILED].tolist() == [0] and dead_end.chi_square == pytest.approx(9)


def test_refusals():
    with pytest.raises(UsageError, match="écart-type"):
        reconcile(network([("env", "a", 3, np.nan)]), ["env"])
    with pytest.raises(UsageError, match="bilan de a ne peut pas fermer"):
        reconcile(network([("env", "a", 3, 0), ("a", "env", 4, 0)]), ["env"])
    closed = reconcile(network([("env", "a", 3, 0), ("a", "env", 3, 0)]), ["env"])
    assert closed.flows["status"].tolist() == ["exact", "exact"]


@st.composite
def networks(draw):
    size = draw(st.integers(1, 6))
    node = st.integers(0, size).map(lambda n: f"n{n}")
    mass = st.one_of(st.none(), st.floats(0, 100))
    sd = st.floats(0.1, 10)
    rows = draw(st.lists(st.tuples(node, node, mass, sd), min_size=1, max_size=12))
    return network([(s, t, np.nan if m is None else m, d) for s, t, m, d in rows]), size


def dense(arcs: pd.DataFrame, size: int) -> dict[str, np.ndarray]:
    """Everything by singular values: projection out of the unmeasured flows, null space, full covariance."""
    balances = np.zeros((size, len(arcs)))
    for column, (source, target) in enumerate(zip(arcs["source"], arcs["target"], strict=True)):
        if target != "n0":
            balances[int(target[1:]) - 1, column] += 1
        if source != "n0":
            balances[int(source[1:]) - 1, column] -= 1
    known = arcs[MASS].notna().to_numpy()
    x, variance = arcs.loc[known, MASS].to_numpy(), arcs.loc[known, SD].to_numpy() ** 2
    of_known, of_unknown = balances[:, known], balances[:, ~known]
    back = np.linalg.pinv(of_unknown, rcond=1e-9)
    project = basis(of_unknown)[1].T  # what no unmeasured flow can change
    closing = basis(project @ of_known)
    reduced = closing[0].T @ project @ of_known
    inverse = np.linalg.inv(reduced * variance @ reduced.T)
    gain = variance[:, None] * reduced.T @ inverse
    residual = reduced @ x
    estimate = x - gain @ residual
    spread = np.diag(variance) - gain @ reduced * variance
    rest = back @ of_known
    return {
        "known": known, "estimate": estimate, "spread": np.diag(spread), "p": np.diag(gain @ reduced),
        "unknown": -rest @ estimate, "unknown_spread": np.diag(rest @ spread @ rest.T),
        "redundant": np.abs(reduced).max(axis=0, initial=0) > 1e-9,
        "observable": np.abs(np.eye(len(back)) - back @ of_unknown).max(axis=0, initial=0) < 1e-9,
        "rank": len(reduced), "chi_square": residual @ inverse @ residual,
    }  # fmt: skip


def basis(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormal bases of the columns of a matrix and of what is orthogonal to them."""
    left, singular, _ = np.linalg.svd(matrix)
    rank = int((singular > 1e-9).sum())
    return left[:, :rank], left[:, rank:]


@settings(max_examples=80)
@given(networks())
def test_graph_method_equals_dense_linear_algebra(case):
    arcs, size = case
    expected = dense(arcs, size)
    balance = reconcile(arcs, ["n0"])
    known, status, value = expected["known"], balance.flows["status"], balance.flows[RECONCILED].to_numpy()
    assert (status[known] == "redundant").tolist() == expected["redundant"].tolist()
    assert (status[~known] == "observable").tolist() == expected["observable"].tolist()
    assert balance.degrees_of_freedom == expected["rank"]
    near = {"rel": 1e-6, "abs": 1e-6}
    assert value[known] == pytest.approx(expected["estimate"], **near)
    seen = expected["observable"]
    assert value[~known][seen] == pytest.approx(expected["unknown"][seen], **near)
    assert np.isnan(value[~known][~seen]).all()
    assert balance.chi_square == pytest.approx(expected["chi_square"], rel=1e-6, abs=1e-6)
    assert redundancy(balance)[known] == pytest.approx(expected["p"], abs=1e-7)
    spread = deviations(balance).to_numpy() ** 2
    assert spread[known] == pytest.approx(expected["spread"], abs=1e-5)
    assert spread[~known][seen] == pytest.approx(expected["unknown_spread"][seen], rel=1e-5, abs=1e-5)


def test_a_large_network_is_solved_by_blocks():
    rng = np.random.default_rng(1)
    size = 120
    source = np.concatenate([rng.integers(0, np.arange(1, size)), rng.integers(0, size, 120)])
    target = np.concatenate([np.arange(1, size), rng.integers(0, size, 120)])
    rows = [
        (f"n{s}", f"n{t}", m, 1.0) for s, t, m in zip(source, target, rng.uniform(1, 9, 239), strict=True)
    ]
    arcs = network(rows)
    arcs.loc[rng.random(len(arcs)) < 0.1, MASS] = np.nan
    expected = dense(arcs, size - 1)
    balance = reconcile(arcs, ["n0"])
    assert redundancy(balance).sum() == pytest.approx(balance.degrees_of_freedom)
    assert balance.degrees_of_freedom == expected["rank"] > 64
    assert deviations(balance)[expected["known"]].to_numpy() ** 2 == pytest.approx(
        expected["spread"], abs=1e-8
    )
