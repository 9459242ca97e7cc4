"""Costs: a small territory by hand, then laws that hold for any prices."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.flows import costs, diagnosis

MASS, LOW, HIGH = "mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"


def flows_of(rows: list[tuple], width: float = 0.2) -> pd.DataFrame:
    """Described outflows of intervals [m / (1 + w), m (1 + w)], each with an error of its own."""
    columns = ["site_id", "category", "route", MASS, "cost_eur_per_t", "hazardous"]
    flows = pd.DataFrame(rows, columns=columns).astype({MASS: float, "cost_eur_per_t": float})
    known = np.where(flows["cost_eur_per_t"].notna(), "yes", "no")
    return flows.assign(
        cost_known=known,
        cost_eur_per_year=flows[MASS] * flows["cost_eur_per_t"],
        contractor=None,
        waste_code=None,
        description=None,
        evidence="declared",
        **{LOW: flows[MASS] / (1 + width), HIGH: flows[MASS] * (1 + width)},
    )


OUT = flows_of(
    [
        ("A", "wood", "recycling", 60, 20, "no"),
        ("A", "mixed", "landfill", 30, 110, "unknown"),
        ("B", "wood", "energy", 40, None, "no"),
        ("B", "chemical", "incineration", 10, 200, "yes"),
        ("C", "biowaste", "composting", 20, 70, "no"),
        ("C", "metal", "unknown", 40, -100, "no"),
        ("C", "mineral", "landfill", 500, 12, "no"),
        ("D", "glass", "recycling", 3, None, "no"),
    ]
)


def test_costs_count_only_what_is_stated():
    rows = costs.costs(OUT, ["category"]).frame
    # B's wood has no stated cost: 60 t of wood at 20, not 100 t. Glass has none at all: missing, not free.
    assert rows["category"].tolist() == [
        "mineral", "mixed", "chemical", "biowaste", "wood", "metal", "glass", "Total",
    ]  # fmt: skip
    assert rows["cost_eur_per_year"].tolist() == pytest.approx(
        [6000, 3300, 2000, 1400, 1200, -4000, np.nan, 9900], nan_ok=True
    )
    assert rows["n_sites"].tolist() == [1, 1, 1, 1, 1, 1, 1, 3]  # who states no cost is in no total of costs
    inside = rows.dropna()
    assert (inside["cost_low_eur_per_year"] < inside["cost_eur_per_year"]).all()
    assert (inside["cost_eur_per_year"] < inside["cost_high_eur_per_year"]).all()
    metal = rows.set_index("category").loc["metal"]
    # What is earned mirrors what is paid: its interval is that of 40 t, turned round.
    mass = diagnosis.totals(OUT, ["category"]).frame.set_index("category").loc["metal"]
    assert metal["cost_low_eur_per_year"] == pytest.approx(-100 * mass[HIGH])


def test_who_states_no_cost_is_counted_beside_what_is_missing():
    """One table said « coût non déclaré, 0 acteur » beside another that counted two."""
    payment = np.select([OUT["cost_eur_per_t"] > 0, OUT["cost_eur_per_t"] < 0], ["paid", "earned"], "unknown")
    paid = costs.costs(OUT.assign(payment=payment), "payment")
    known = diagnosis.totals(OUT, "cost_known").frame.set_index("cost_known")
    rows = paid.frame.set_index("payment")
    assert rows.loc["unknown", "n_sites"] == known.loc["no", "n_sites"] == 2
    assert rows.loc["Total", "n_sites"] == known.loc["yes", "n_sites"] == 3  # and not behind the total
    assert rows["cost_eur_per_year"].isna().tolist() == [False, False, True, False]
    paid.check("Paiement")
    nobody = costs.costs(OUT[OUT["cost_known"] == "no"].assign(payment="unknown"), "payment").frame
    assert nobody["cost_eur_per_year"].isna().all() and nobody["n_sites"].tolist() == [2, 2]


def test_the_interval_of_a_net_cost_is_that_of_simulated_masses():
    prices = [110, 200, 70, -100, 20, -60]
    flows = flows_of(
        [("A", "wood", "energy", m, c, "no") for m, c in zip([30, 10, 20, 40, 60, 15], prices, strict=True)],
        width=0.3,
    )
    row = costs.costs(flows, ["category"], total=False).frame.iloc[0]
    rng = np.random.default_rng(4)
    sigma = np.log(1.3) / 1.96
    draws = flows[MASS].to_numpy() * np.exp(sigma * rng.standard_normal((100_000, 6)) - sigma**2 / 2)
    low, high = np.quantile(draws @ np.array(prices), [0.025, 0.975])
    width = high - low
    assert row["cost_low_eur_per_year"] == pytest.approx(low, abs=0.04 * width)
    assert row["cost_high_eur_per_year"] == pytest.approx(high, abs=0.04 * width)


def test_unstated_costs_are_estimated_apart():
    factors = pd.DataFrame(
        [
            ("treatment_cost", "wood", "energy", -20.0, 30.0, 80.0),
            ("treatment_cost", None, "energy", 10.0, 45.0, 60.0),
            ("treatment_cost", None, "unknown", 70.0, 120.0, 200.0),
            ("jobs", "glass", "recycling", 1.0, 2.0, 3.0),
        ],
        columns=["factor", "category", "route", "low", "central", "high"],
    )
    exact = OUT.assign(**{LOW: OUT[MASS], HIGH: OUT[MASS]})
    priced = costs.estimated(exact, factors)
    # Wood has its own price; glass has none: it stays out rather than count as free.
    assert priced["category"].tolist() == ["wood"]
    row = costs.estimates(priced, ["category"]).frame.iloc[0]
    assert row.tolist() == ["wood", 40 * 30, 40 * -20, 40 * 80, 1]
    wide = costs.estimates(costs.estimated(OUT, factors), ["category"]).frame.iloc[0]
    assert wide["estimated_cost_low_eur_per_year"] < -800 and wide["estimated_cost_high_eur_per_year"] > 3200
    assert costs.reference_prices(OUT, factors).loc[5].tolist() == [70, 120, 200]


def test_no_estimate_is_below_its_lowest_mass_at_the_low_price():
    """Of 7,000 t at 18 to 346, both errors at once reached 0."""
    flow = OUT.head(1).assign(**{MASS: 7000.0, LOW: 6300.0, HIGH: 7700.0}, low=18.0, mid=173.0, high=346.0)
    row = costs.estimates(flow, ["category"], prices=["low", "mid", "high"]).frame.iloc[0]
    assert 6300 * 18 <= row["estimated_cost_low_eur_per_year"] <= 7000 * 18
    assert row["estimated_cost_high_eur_per_year"] >= 7000 * 346


def test_nothing_answered():
    none = OUT.head(0)
    factors = reference.load("factors")
    for rows, column in [
        (costs.costs(none, ["category"]), "cost_eur_per_year"),
        (costs.estimates(costs.estimated(none, factors), ["category"]), "estimated_cost_eur_per_year"),
    ]:
        assert rows.frame.empty and column in rows.frame
    silent = OUT.assign(cost_known="no", cost_eur_per_t=np.nan)
    assert costs.costs(silent, ["category"]).frame["cost_eur_per_year"].isna().all()


def test_every_route_has_a_reference_cost_for_every_family():
    routes = pd.DataFrame({"route": ["landfill", "incineration", "energy", "recycling", "unknown"]})
    every = routes.merge(pd.DataFrame({"category": ["wood", "mixed", "chemical", "other"]}), how="cross")
    every = every.assign(waste_code=None, description=None)
    prices = costs.reference_prices(every, reference.load("factors"))
    assert prices.notna().all(axis=None)
    assert (prices.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


some_flows = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from(["wood", "mixed", "metal"]),
        st.sampled_from(["landfill", "incineration", "recycling"]),
        st.floats(0.01, 1e4),
        st.one_of(st.none(), st.floats(-500, 500)),
        st.sampled_from(["yes", "no", "unknown"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=8)
@given(some_flows, st.floats(0.1, 10))
def test_laws_of_costs(rows, ratio):
    flows = flows_of(rows)
    by_family = costs.costs(flows, ["category"]).frame
    stated = sum(row[3] * row[4] for row in rows if row[4] is not None)
    families = by_family.loc[by_family["category"] != "Total", "cost_eur_per_year"]
    assert families.sum() == pytest.approx(stated, abs=1e-6)
    # The unit of entry is irrelevant: tonnes times k at a price divided by k is the same money.
    other = flows_of(
        [(*row[:3], row[3] * ratio, None if row[4] is None else row[4] / ratio, row[5]) for row in rows]
    )
    shuffled = other.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(by_family, costs.costs(shuffled, ["category"]).frame, rtol=1e-6, atol=1e-4)
    # Splitting a firm moves no euro.
    split = flows.assign(site_id=[f"{site}{i % 2}" for i, site in enumerate(flows["site_id"])])
    pd.testing.assert_frame_equal(
        by_family.drop(columns="n_sites"), costs.costs(split, ["category"]).frame.drop(columns="n_sites")
    )
