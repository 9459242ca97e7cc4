"""A register against the questionnaire: side by side, and in its place where it is preferred."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.intake.checks.reconcile import CONFLICTS, reconcile
from eit_analysis.intake.sheets.ledger import CORRECTIONS
from eit_analysis.publishing.wording import heading

MASSES = ["mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"]
SPREAD = np.exp(np.arcsinh(0.05))


def make_flows(rows: list[tuple]) -> pd.DataFrame:
    """(site, code, mass, relative half-width[, direction]) as tidy flows."""
    full = [(*row, "out") if len(row) == 4 else row for row in rows]
    frame = pd.DataFrame(full, columns=["site_id", "waste_code", "mass_t_per_year", "width", "direction"])
    mass, width = frame["mass_t_per_year"].astype(float), frame["width"]
    frame = frame.astype({"site_id": "str", "waste_code": "str", "direction": "str"})
    return frame.drop(columns="width").assign(
        mass_t_per_year=mass, mass_low_t_per_year=mass * (1 - width), mass_high_t_per_year=mass * (1 + width),
        evidence="declared", density_unit=None,
        source_file="e.xlsx", source_sheet="Flux", source_row=np.arange(len(frame)) + 2,
    )  # fmt: skip


def make_register(rows: list[tuple]) -> pd.DataFrame:
    """(siret, code, mass[, year, direction, register, masked]) as the canonical table."""
    defaults = (2018, "out", "trackdechets", False)
    full = [(*row, *defaults[len(row) - 3 :]) for row in rows]
    names = ["siret", "waste_code", "mass_t_per_year", "year", "direction", "register", "masked"]
    return pd.DataFrame(full, columns=names).astype(
        {"siret": "str", "waste_code": "str", "mass_t_per_year": float, "year": "Int64", "direction": "str",
         "register": "str", "masked": bool}
    )  # fmt: skip


SITES = pd.DataFrame(
    {"site_id": ["A", "B", "C"], "siret": ["1", "2", None], "reference_year": [2018.0, np.nan, 2018.0]}
)
FLOWS = make_flows([
    ("A", "070104", 60.0, 0.2), ("A", "070104", 40.0, 0.5), ("A", "150101", 10.0, 0.2),
    ("A", "150102", 5.0, 0.2), ("A", None, 7.0, 0.2), ("A", "070104", 3.0, 0.2, "in"),
    ("B", "150101", 8.0, 0.2), ("C", "150101", 9.0, 0.2),
])  # fmt: skip
REGISTER = make_register([
    ("1", "070104", 150.0), ("1", "070104", 50.0), ("1", "150101", 11.0), ("1", "130205", 2.0),
    ("1", "070104", 999.0, 2018, "in"), ("1", "070104", 777.0, 2017), ("9", "150101", 1.0),
])  # fmt: skip


def line(conflicts: pd.DataFrame, code: str, site: str = "A") -> dict:
    return conflicts[(conflicts["site_id"] == site) & (conflicts["waste_code"] == code)].iloc[0].to_dict()


def test_side_by_side():
    result = reconcile(FLOWS, SITES, REGISTER, prefer_register=False)
    conflicts = result.conflicts
    assert list(conflicts.columns) == list(CONFLICTS)
    assert conflicts[["site_id", "waste_code", "agreement", "kept"]].to_numpy().tolist() == [
        ["A", "070104", "no", "survey"],
        ["A", "130205", "register_only", "none"],
        ["A", "150101", "yes", "survey"],
        ["A", "150102", "survey_only", "survey"],
    ]
    both = line(conflicts, "070104")
    half = np.hypot(60 * 0.2, 40 * 0.5)
    assert both["survey_t_per_year"] == 100 and both["register_t_per_year"] == 200 and both["ratio"] == 2
    assert both["survey_low_t_per_year"] == pytest.approx(100 - half)
    assert both["survey_high_t_per_year"] == pytest.approx(100 + half)
    assert (both["register"], both["year"]) == ("trackdechets", 2018)
    pd.testing.assert_frame_equal(result.flows, FLOWS)
    assert result.corrections.empty and list(result.corrections.columns) == CORRECTIONS


def test_the_register_takes_the_place_of_the_answers():
    result = reconcile(FLOWS, SITES, REGISTER, prefer_register=True)
    assert result.flows["mass_t_per_year"].tolist() == [120.0, 80.0, 11.0, 5.0, 7.0, 3.0, 8.0, 9.0]
    assert result.flows["evidence"].tolist() == ["measured"] * 3 + ["declared"] * 5
    low, high = result.flows.loc[0, MASSES[1:]]
    assert (low, high) == (pytest.approx(120 / SPREAD), pytest.approx(120 * SPREAD))
    assert (high - low) / 2 == pytest.approx(120 * 0.05)  # half the width is 5 % of the mass
    pd.testing.assert_frame_equal(result.flows[3:], FLOWS[3:])
    assert result.corrections[
        ["source_row", "column", "raw_value", "clean_value", "rule"]
    ].to_numpy().tolist() == [
        [2, "Quantité", "60", "120", "register_preferred"],
        [3, "Quantité", "40", "80", "register_preferred"],
        [4, "Quantité", "10", "11", "register_preferred"],
    ]
    assert set(result.conflicts["kept"]) == {"register", "survey", "none"}


def test_the_half_width_of_a_measurement_is_a_parameter():
    flows = reconcile(FLOWS, SITES, REGISTER, prefer_register=True, half_width=0.1).flows
    assert (flows.loc[0, MASSES[2]] - flows.loc[0, MASSES[1]]) / 2 == pytest.approx(12)


@pytest.mark.parametrize(("tonnes", "agreement"), [(12.0, "yes"), (12.2, "no"), (8.0, "yes"), (7.8, "no")])
def test_agreement_is_the_interval_of_the_answers_and_no_more(tonnes, agreement):
    register = make_register([("1", "150101", tonnes)])  # answered: 10 t, 20 % either way
    assert line(reconcile(FLOWS, SITES, register, False).conflicts, "150101")["agreement"] == agreement


@pytest.mark.parametrize(
    ("years", "taken", "kept"),
    [
        ([2016, 2018, 2019], 2018, "register"),
        ([2016, 2019], 2019, "register"),
        ([2017, 2019], 2019, "register"),  # as near: the later
        ([2016], 2016, "survey"),  # two years away: one too many
        ([2010, 2022], 2022, "survey"),  # compared, but of another time
    ],
)
def test_the_year_of_the_site_or_the_nearest(years, taken, kept):
    register = make_register([("1", "150101", float(year), year) for year in years])
    result = line(reconcile(FLOWS, SITES, register, prefer_register=True).conflicts, "150101")
    assert (result["year"], result["register_t_per_year"], result["kept"]) == (taken, float(taken), kept)


def test_a_site_without_year_takes_that_of_the_wave_or_else_the_last_of_the_register():
    register = make_register([("2", "150101", float(year), year) for year in (2017, 2018, 2024)])
    assert line(reconcile(FLOWS, SITES, register, True).conflicts, "150101", "B")["year"] == 2018
    undated = SITES.assign(reference_year=np.nan)
    assert line(reconcile(FLOWS, undated, register, True).conflicts, "150101", "B")["year"] == 2024


def test_registers_are_never_added_up():
    rows = [("1", "150101", 20.0, 2018, "out", name) for name in ("irep", "trackdechets", "autre", "gerep")]
    for left, first in [
        (rows, "trackdechets"),
        (rows[:1] + rows[2:], "gerep"),
        (rows[:1] + rows[2:3], "irep"),
    ]:
        found = line(reconcile(FLOWS, SITES, make_register(left), True).conflicts, "150101")
        assert (found["register"], found["register_t_per_year"]) == (first, 20.0)


def test_masked_rows_are_never_used():
    hidden = ("1", "150101", 0.0, 2018, "out", "trackdechets", True)
    part = make_register([("1", "150101", 20.0), hidden])
    result = reconcile(FLOWS, SITES, part, prefer_register=True)
    found = line(result.conflicts, "150101")
    assert (found["agreement"], found["kept"]) == ("masked", "survey") and np.isnan(
        found["register_t_per_year"]
    )
    pd.testing.assert_frame_equal(result.flows, FLOWS)
    clear = make_register([hidden, ("1", "150101", 20.0, 2018, "out", "irep", False)])
    assert line(reconcile(FLOWS, SITES, clear, True).conflicts, "150101")["register"] == "irep"


def test_nothing_is_matched_without_an_identity_of_its_own():
    twins = SITES.assign(siret=["1", "1", None])
    assert reconcile(FLOWS, twins, REGISTER, True).conflicts.empty
    unknown = make_register([("9", "150101", 1.0)])
    for register in (unknown, unknown.iloc[:0]):
        result = reconcile(FLOWS, SITES, register, True)
        assert result.conflicts.empty and result.corrections.empty
        pd.testing.assert_frame_equal(result.flows, FLOWS)
    no_register, none_of_ours = (reconcile(FLOWS, SITES, r, True) for r in (unknown.iloc[:0], unknown))
    for name in ("conflicts", "corrections"):
        pd.testing.assert_frame_equal(getattr(no_register, name), getattr(none_of_ours, name))
    empty = reconcile(FLOWS.iloc[:0], SITES, REGISTER, True)
    assert set(empty.conflicts["agreement"]) == {"register_only"} and empty.flows.empty


@pytest.mark.parametrize("tonnes", [0.0, 12.0])
def test_flows_of_zero_share_the_register_equally(tonnes):
    flows = make_flows([("A", "150101", 0.0, 0.2), ("A", "150101", 0.0, 0.2)])
    once = reconcile(flows, SITES, make_register([("1", "150101", tonnes)]), True).flows
    assert once["mass_t_per_year"].tolist() == [tonnes / 2] * 2
    assert once["evidence"].tolist() == ["measured"] * 2


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("agreement", {"yes", "no", "survey_only", "register_only", "masked"}),
        ("kept", {"register", "survey", "none"}),
        ("rule", {"register_preferred"}),
        ("register", {"trackdechets", "registre_chronologique", "gerep", "irep"}),
    ],
)
def test_codes_have_labels(column, codes):
    assert codes <= set(heading(column).labels)


@pytest.mark.parametrize("column", CONFLICTS)
def test_columns_have_french_headers(column):
    assert heading(column).header != column


codes = st.sampled_from(["070104", "150101", "150102"])
masses = st.one_of(st.just(0.0), st.floats(1e-3, 1e4))
flow_rows = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C"]), st.one_of(codes, st.none()), masses, st.floats(0.01, 1.0)),
    min_size=1, max_size=8,
)  # fmt: skip
register_rows = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "9"]), codes, masses, st.integers(2015, 2020),
        st.sampled_from(["in", "out"]), st.sampled_from(["irep", "trackdechets"]), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=15)
@given(flow_rows, register_rows, st.randoms(use_true_random=False))
def test_laws(rows, registered, random):
    """Sums become the register's, the rest keeps every bit, twice is once, rows come in any order."""
    flows, register = make_flows(rows), make_register(registered)
    once = reconcile(flows, SITES, register, prefer_register=True)
    pairs = once.conflicts.set_index(["site_id", "waste_code"])
    kept = pairs.index[pairs["kept"] == "register"]
    replaced = pd.MultiIndex.from_frame(flows[["site_id", "waste_code"]]).isin(kept)
    sums = once.flows[replaced].groupby(["site_id", "waste_code"])["mass_t_per_year"].sum()
    assert np.allclose(sums, pairs.loc[sums.index, "register_t_per_year"].astype(float), rtol=1e-9, atol=0)
    pd.testing.assert_frame_equal(once.flows[~replaced], flows[~replaced], check_exact=True)
    assert set(once.corrections["source_row"]) <= set(flows["source_row"][replaced])
    assert (once.flows[MASSES[1]] <= once.flows[MASSES[0]]).all()
    assert (once.flows[MASSES[0]] <= once.flows[MASSES[2]]).all()

    twice = reconcile(once.flows, SITES, register, prefer_register=True)
    pd.testing.assert_frame_equal(twice.flows, once.flows, check_exact=True)
    assert twice.corrections.empty

    order = random.sample(range(len(flows)), len(flows))
    mixed = reconcile(
        flows.iloc[order], SITES.iloc[::-1], register.sample(frac=1, random_state=1), prefer_register=True
    )
    pd.testing.assert_frame_equal(mixed.flows.sort_index(), once.flows, check_exact=True)
    pd.testing.assert_frame_equal(mixed.conflicts, once.conflicts, check_exact=True)
    pd.testing.assert_frame_equal(mixed.corrections, once.corrections)
