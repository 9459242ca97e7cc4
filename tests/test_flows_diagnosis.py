"""The flow diagnosis: a small territory by hand, then laws that hold for any territory."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from eit_analysis.errors import UsageError
from eit_analysis.flows import costs, diagnosis, dimensions
from eit_analysis.flows.uncertainty.propagation import error_sources, propagate
from eit_analysis.tables import CATEGORIES, ROUTES

MASS = "mass_t_per_year"
COLUMNS = ["site_id", "category", "route", MASS, "cost_eur_per_t", "evidence", "waste_code"]


def flows_of(rows: list[tuple], half_width: float = 0.2) -> pd.DataFrame:
    """Outflows from rows of COLUMNS, with intervals [m / (1 + w), m (1 + w)]."""
    flows = pd.DataFrame(rows, columns=COLUMNS).astype(
        {MASS: float, "cost_eur_per_t": float, "route": object}
    )
    return flows.assign(
        flow_id=[f"f{i:03d}" for i in range(len(flows))],
        direction="out",
        description="",
        quality="clean",
        contractor=None,
        source_file="a.xlsx",
        source_sheet="Flux",
        source_row=[i + 2 for i in range(len(flows))],
        mass_low_t_per_year=flows[MASS] / (1 + half_width),
        mass_high_t_per_year=flows[MASS] * (1 + half_width),
    )


TERRITORY = [
    ("A", "wood", "recycling", 60, 20, "measured", "150103"),
    ("A", "mixed", "landfill", 30, 110, "declared", "150106"),
    ("B", "wood", "energy", 40, None, "declared", "150103"),
    ("B", "chemical", "incineration", 10, 200, "measured", "070104"),
    ("C", "biowaste", "composting", 20, 70, "declared", "200108"),
    ("C", "metal", None, 40, -100, "estimated", "120101"),
]


def outgoing(flows: pd.DataFrame) -> pd.DataFrame:
    sites = pd.DataFrame({"site_id": flows["site_id"].unique(), "naf_code": "1310Z", "actor_type": "firm"})
    sites = sites.assign(commune_code="68334", commune_name="Thann")
    codes = pd.DataFrame({"waste_code": ["070104"], "hazardous": [1]})
    return dimensions.outgoing(dimensions.describe(flows, sites, codes))


@pytest.fixture
def out() -> pd.DataFrame:
    return outgoing(flows_of(TERRITORY))


def test_whose_answers_are_of_the_year():
    """« Réponses de 2025 » were of 2024 for one actor, and of no year told for another."""
    sites = pd.DataFrame({"site_id": [*"ABCDE"], "actor_type": ["firm"] * 4 + ["outlet"]})
    sites["reference_year"] = pd.array([2025, 2024, None, 2025, 2025], dtype="Int64")
    out = flows_of([(who, "wood", "reuse", 1, None, "declared", "150103") for who in "ABC"])
    assert diagnosis.heard(out, sites, 2025) == (1, 2, 0)
    assert diagnosis.heard(out, sites.assign(no_waste=[None, None, "yes", "yes", "yes"]), 2025) == (1, 2, 1)


def test_totals_by_family(out):
    rows = diagnosis.totals(out, ["category"]).frame.set_index("category")
    assert list(rows.index) == ["wood", "metal", "mixed", "biowaste", "chemical", "Total"]
    assert rows.loc["wood", MASS] == 100 and rows.loc["wood", "n_sites"] == 2
    assert rows.loc["wood", "share_percent"] == 50
    assert rows.loc["Total", MASS] == 200 and rows.loc["Total", "n_sites"] == 3
    # Half-width of m (1.2 - 1 / 1.2) / 2 = 0.18333 m each; 60 t of one source and 40 t of another.
    sigma = brentq(lambda s: np.exp(-(s**2) / 2) * np.sinh(1.959964 * s) - 0.55 / 3, 0, 1, xtol=1e-12)
    w = np.expm1(sigma**2)
    variance, third = (60**2 + 40**2) * w, (60**3 + 40**3) * w**2 * (w + 3)
    c = brentq(lambda x: x**3 + 3 * x - third / variance**1.5, 0, 1, xtol=1e-12)
    s, scale = np.log1p(c**2) ** 0.5, variance**0.5 / c
    high = 100 + scale * (np.exp(-(s**2) / 2 + 1.959964 * s) - 1)
    # Each lies by that much of m above the middle of its range, m / 1.2 to 1.2 m.
    off = np.exp(-(sigma**2) / 2) * np.cosh(1.959964 * sigma) - (1.2 + 1 / 1.2) / 2
    moved = off * (60**3 + 40**3) * w / variance
    assert rows.loc["wood", "mass_high_t_per_year"] == pytest.approx(high - moved, rel=2e-4)


def test_who_answered_none_is_no_actor_of_the_family():
    rows = [*TERRITORY, ("D", "wood", "recycling", 0, 20, "declared", "150103")]
    flows = outgoing(flows_of(rows))
    tables = diagnosis.totals(flows, ["category", "route"]), costs.costs(flows, "category")
    wood = [table.frame[table.frame["category"] == "wood"]["n_sites"].tolist() for table in tables]
    assert wood == [[1, 1, 2], [1]]
    assert diagnosis.totals(flows, "category").frame["n_sites"].iloc[-1] == 3


def test_rates_keep_the_unknown_in_the_denominator(out):
    rows = diagnosis.recovery_rates(out).frame.set_index(["valorised", "recovery"])
    rate = rows["share_percent"]
    assert rate["yes", "Total"] == pytest.approx(100 * 120 / 200)
    assert rate["yes", "material"] == pytest.approx(100 * 60 / 200)
    assert rate["yes", "organic"] == pytest.approx(100 * 20 / 200)
    assert rate["yes", "energy"] == pytest.approx(100 * 40 / 200)
    assert rate["no", "disposal"] == pytest.approx(100 * 40 / 200)
    assert rate["unknown", "unknown"] == pytest.approx(20)
    # No other denominator than the published total: dividing would give back the tonnes of unknown route.
    assert [c for c in rows if c.endswith("percent")] == [
        "share_percent", "share_low_percent", "share_high_percent"
    ]  # fmt: skip
    parts = rows.drop(index=("Total", "Total"))
    assert (parts["share_low_percent"] <= parts["share_percent"]).all()
    assert (parts["share_high_percent"] >= parts["share_percent"]).all()
    assert rows.loc[("Total", "Total"), ["share_low_percent", "share_high_percent"]].isna().all()


def test_errors_that_go_together_add_up_without_quadrature(out):
    rows = diagnosis.error_bounds(out).frame.set_index("errors")
    assert rows["mass_t_per_year"].to_dict() == {"independent": 200, "shared": 200, "common": 200}
    # Quantiles of what moves together add up: a lone [0, 20] around 10 is [3.4, 23.4], never below zero.
    alone = [propagate(out.iloc[[row]], []).iloc[0] for row in range(len(out))]
    for bound in ("mass_low_t_per_year", "mass_high_t_per_year"):
        assert rows.loc["common", bound] == pytest.approx(sum(row[bound] for row in alone))
    low = rows["mass_low_t_per_year"]
    assert low["common"] < low["shared"] == pytest.approx(low["independent"], rel=3e-4)  # one scale each
    together = diagnosis.error_bounds(out.assign(contractor="Bennes")).frame.set_index("errors")
    low = together["mass_low_t_per_year"]
    assert low["common"] < low["shared"] < low["independent"]
    assert diagnosis.error_bounds(out.head(0)).frame.empty


def test_absent_families_are_named_not_zero(out):
    absent = diagnosis.absent_categories(out)["category"].tolist()
    assert "glass" in absent and "wood" not in absent
    assert "glass" not in set(diagnosis.totals(out, "category").frame["category"])


def test_nothing_answered_gives_empty_tables():
    none = outgoing(flows_of(TERRITORY).head(0))
    for table, column in [
        (diagnosis.totals(none, ["category"]), MASS),
        (diagnosis.totals(none, ["category", "recovery", "route"], total=False), MASS),
        (diagnosis.recovery_rates(none), "share_low_percent"),
    ]:
        assert table.frame.empty and column in table.frame.columns


rows_of_flows = st.lists(
    st.tuples(
        st.sampled_from("ABCDE"),
        st.sampled_from(list(CATEGORIES)),
        st.sampled_from([*ROUTES, None]),
        st.floats(0, 1e4),
        st.one_of(st.none(), st.floats(-500, 500)),
        st.sampled_from(["measured", "declared"]),
        st.just("150103"),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=15)
@given(rows_of_flows)
def test_mass_is_conserved_from_rows_to_groups_and_paths(rows):
    out = outgoing(flows_of(rows))
    whole = sum(row[3] for row in rows)
    for by in (
        ["category"],
        ["route"],
        ["site_id"],
        ["category", "route"],
        ["category", "recovery", "route"],
    ):
        assert diagnosis.totals(out, by, total=False).frame[MASS].sum() == pytest.approx(whole)
        with_total = diagnosis.totals(out, by).frame
        assert with_total[MASS].iloc[-1] == pytest.approx(whole)
    paths = diagnosis.totals(out, ["category", "recovery", "route"], total=False).frame
    by_family = diagnosis.totals(out, ["category"], total=False).frame.set_index("category")[MASS]
    assert paths.groupby("category")[MASS].sum().to_dict() == pytest.approx(by_family.to_dict())
    rates = diagnosis.recovery_rates(out).frame
    assert rates.loc[rates["recovery"] != "Total", MASS].sum() == pytest.approx(whole)


@settings(max_examples=15)
@given(rows_of_flows, st.randoms())
def test_the_order_of_rows_does_not_matter(rows, random):
    flows = flows_of(rows)
    shuffled = flows.sample(frac=1, random_state=random.randrange(1000)).reset_index(drop=True)
    both = outgoing(flows), outgoing(shuffled)
    for make in (
        lambda out: diagnosis.totals(out, ["category", "recovery"]).frame,
        lambda out: diagnosis.recovery_rates(out).frame,
    ):
        one, other = map(make, both)
        keys = [c for c in one.columns if c in ("category", "recovery", "valorised", "site_id", MASS)]
        one, other = (table.sort_values(keys).reset_index(drop=True) for table in (one, other))
        pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-6)


@settings(max_examples=15)
@given(rows_of_flows)
def test_splitting_a_firm_changes_no_total(rows):
    flows = flows_of(rows)
    flows = flows.assign(error_source=error_sources(flows))  # two names, but still one scale
    split = flows.assign(site_id=[f"{site}{i % 2}" for i, site in enumerate(flows["site_id"])])
    both = outgoing(flows), outgoing(split)
    for by in (["category"], ["category", "recovery"], ["evidence"]):
        one, other = (diagnosis.totals(out, by).frame.drop(columns="n_sites") for out in both)
        pd.testing.assert_frame_equal(one, other)


def test_an_unknown_key_is_named_in_french() -> None:
    with pytest.raises(UsageError, match=r"pas de colonne «\sExutoire actuel\s».*nom anglais"):
        diagnosis.totals(outgoing(flows_of(TERRITORY)), "Exutoire actuel")
