"""Where to go and weigh: contributions add up, and the plan says what weighing would really give."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.flows.uncertainty import weighing_plan
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, prepare, propagate

COLUMNS = ["site_id", "contractor", "evidence", MASS, "width"]
ROWS = [
    ("A", "P", "declared", 100, 0.20),
    ("A", None, "estimated", 80, 0.50),
    ("B", "P", "declared", 60, 0.20),
    ("B", None, "measured", 300, 0.05),
    ("C", None, "inferred", 20, 1.00),
    ("D", None, "measured", 500, 0.02),
]


def flows_of(rows: list[tuple]) -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=COLUMNS).astype({MASS: float, "contractor": object})
    return flows.assign(
        flow_id=[f"f{i}" for i in range(len(flows))],
        **{LOW: flows[MASS] * (1 - flows["width"]), HIGH: flows[MASS] * (1 + flows["width"])},
    )


def half_width_of(flows: pd.DataFrame) -> float:
    return float(propagate(flows, [])["half_t_per_year"].iloc[0])


def test_the_plan_is_what_weighing_gives():
    flows = flows_of(ROWS)
    plan = weighing_plan.weighing_plan(flows, 0.05).set_index("site_id")
    # D already weighs better than 5 %, and half of B's tonnes are weighed.
    assert list(plan.index) == ["A", "C", "B"] and plan["rank"].tolist() == [1, 2, 3]
    assert (plan["half_width_t_per_year"] == half_width_of(flows)).all()
    done: list[str] = []
    for site, row in plan.iterrows():
        done.append(str(site))
        both = [weighing_plan.weigh(flows, sites, 0.05) for sites in ([str(site)], done)]
        alone, together = (half_width_of(prepare(weighed)) for weighed in both)
        assert row["half_width_after_t_per_year"] == pytest.approx(alone, rel=1e-3)
        assert row["half_width_cumulative_t_per_year"] == pytest.approx(together)
    assert plan["half_width_cumulative_t_per_year"].is_monotonic_decreasing


def test_a_weighed_site_keeps_its_masses_and_has_one_scale():
    weighed = weighing_plan.weigh(flows_of(ROWS), ["A", "D"], 0.05)
    assert weighed[MASS].tolist() == [row[3] for row in ROWS]
    assert weighed.loc[:1, LOW].tolist() == [95, 76] and weighed.loc[:1, HIGH].tolist() == [105, 84]
    assert (weighed.loc[5, LOW], weighed.loc[5, HIGH]) == (490, 510)  # never wider than it was
    assert weighed.loc[2, LOW] == 48
    sources = weighed["error_source"].astype(object)
    assert sources.where(sources.notna(), None).tolist() == [
        "site A", "site A", "contractor P", "site B", None, "site D"
    ]  # fmt: skip


def test_shares_by_hand():
    shares = weighing_plan.variance_shares(prepare(flows_of(ROWS), 0.0), "site_id").set_index("site_id")
    squares = {}
    for site, _, _, mass, width in ROWS:
        squares[site] = squares.get(site, 0) + (mass * width) ** 2
    for site, square in squares.items():
        # Variances go nearly as squared half-widths: sd / h is 0.51 for the narrow, 0.53 for the wide.
        assert shares.loc[site, "variance_share_percent"] == pytest.approx(
            100 * square / sum(squares.values()), abs=1.5
        )


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABCD"),
            st.sampled_from(["P", "Q", None]),
            st.sampled_from(["measured", "declared", "estimated"]),
            st.floats(0, 1e4),
            st.floats(0, 1),
        ),
        min_size=1,
        max_size=15,
    ),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_laws_of_the_plan(rows, correlation):
    flows = prepare(flows_of(rows), correlation)
    plan = weighing_plan.weighing_plan(flows, 0.05, correlation=correlation, listed=3)
    assert len(plan) <= 3 and (plan["half_width_after_t_per_year"] < plan["half_width_t_per_year"]).all()
    certain = (flows[HIGH] - flows[LOW]).sum() == 0
    for key in ("site_id", "error_source"):
        shares = weighing_plan.variance_shares(flows, key)
        assert shares[MASS].sum() == pytest.approx(flows[MASS].sum())
        if not certain and flows["own_variance"].sum() > 1e-9:
            assert shares["variance_share_percent"].sum() == pytest.approx(100)
            assert (shares["variance_share_percent"] >= -1e-9).all()


def test_nothing_to_weigh():
    empty = flows_of(ROWS).head(0)
    assert weighing_plan.weighing_plan(empty, 0.05).empty
    assert weighing_plan.variance_shares(empty, "site_id").empty
    certain = flows_of([("A", None, "declared", 10, 0.0)])
    assert weighing_plan.weighing_plan(certain, 0.05).empty
    assert weighing_plan.variance_shares(certain, "site_id")["variance_share_percent"].isna().all()


def test_a_better_scale_narrows_the_total_more():
    flows = flows_of(ROWS)
    fine, rough = (weighing_plan.weighing_plan(flows, width) for width in (0.01, 0.05))
    left = "half_width_cumulative_t_per_year"
    assert fine[left].iloc[-1] < rough[left].iloc[-1]
