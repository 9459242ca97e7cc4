"""Before any answer: what national ratios say, whom to ask first, what each number of answers would bring."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command import ROOT, SAMPLE, eit
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.errors import UsageError
from eit_analysis.flows import extrapolation
from eit_analysis.publishing.notebooks import find_notebooks
from eit_analysis.study import open_study

RATIOS, FAMILIES = reference.load("waste_per_employee"), reference.load("waste_by_family")
EUROSTAT = ROOT.parent / "shared" / "data" / "eurostat" / "env_wasgen_FR.csv"
MASS, LOW, HIGH = "eurostat_t_per_year", "eurostat_low_t_per_year", "eurostat_high_t_per_year"


def units(*rows):
    """Establishments of one division and headcount each."""
    table = pd.DataFrame(rows, columns=["naf_division", "headcount"])
    return table.assign(size_class="10-49", siret=[f"{n:014d}" for n in range(len(table))])


def test_order_of_magnitude_by_hand():
    rows = extrapolation.by_branch(units(("10", 100.0), ("11", 50.0), ("62", 40.0), ("38", 30.0)), RATIOS)
    rows = rows.set_index("nace_group")
    # 150 people at 7.1 t, 40 at 0.73 t, to two digits; Eurostat's branches leave waste treatment out.
    assert rows.loc["C10-C12", [MASS, LOW, HIGH]].tolist() == pytest.approx([1100, 52, 21_000])  # 1065
    assert rows.loc["G-U_X_G4677", MASS] == 29
    assert np.isnan(rows.loc["none", MASS]) and rows.loc["none", "n_establishments"] == 1
    assert rows.loc["Total", [MASS, "n_establishments", "frame_headcount"]].tolist() == [1100, 4, 220]
    families = extrapolation.by_family(units(("10", 100.0)), RATIOS, FAMILIES).set_index("waste_family")
    # 2,420,946 of 4,600,599 t of the branch are animal and vegetal waste (W091, W092).
    assert families.loc["biowaste", MASS] == pytest.approx(710 * 2_420_946 / 4_600_599, rel=0.02)
    assert families.index[0] == "biowaste" and families.index[-1] == "Total"


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.sampled_from(["10", "13", "25", "41", "62", "38"]), st.floats(1, 500)), max_size=8)
)
def test_families_and_branches_tell_the_same_total(rows):
    branches = extrapolation.by_branch(units(*rows), RATIOS)
    families = extrapolation.by_family(units(*rows), RATIOS, FAMILIES)
    assert branches.empty == (not rows)
    totals = [table.loc[table.iloc[:, 0] == "Total", [MASS, LOW, HIGH]] for table in (branches, families)]
    if len(families):
        assert totals[0].to_numpy() == pytest.approx(totals[1].to_numpy(), rel=0.11)  # each to two digits


def test_who_is_asked_first_and_what_it_brings():
    rows = units(*[("25", 40.0)] * 4, *[("62", 30.0)] * 3, ("41", 60.0))
    asked = extrapolation.to_ask(rows, RATIOS, FAMILIES)
    assert asked["rank"].tolist() == list(range(1, 9))
    # Minerals aside: 60 builders at 6.0 t, 40 of metal at 6.0 t, 30 of services at 0.7 t.
    assert asked["naf_division"].tolist() == ["41", *["25"] * 4, *["62"] * 3]
    assert asked["frame_cumulative_percent"].is_monotonic_increasing
    brought = extrapolation.widths(asked, [1, 4, 100], (0.8, 1.3)).set_index("n_answers")
    assert brought.index.tolist() == [1, 4, 8]  # no more than there are
    assert brought.loc[1, "reached_percent"] == 0 and np.isnan(brought.loc[1, "half_width_low_percent"])
    assert (brought["half_width_low_percent"] <= brought["half_width_high_percent"]).drop(1).all()
    assert brought.loc[8, "half_width_high_percent"] == pytest.approx(0)
    assert extrapolation.to_ask(units(), RATIOS, FAMILIES).empty


def test_width_is_that_of_the_estimator():
    """Ten answers of twenty like firms of 20 people: v = c2 r2 (200^2 10 20^2 / 200^2 + 10 20^2), by hand."""
    asked = extrapolation.to_ask(units(*[("25", 20.0)] * 20), RATIOS, FAMILIES)
    found = extrapolation.widths(asked, [10], (0.8, 1.3)).iloc[0]
    relative = np.sqrt(np.expm1(0.64) * (4000 + 4000)) / 400
    assert found["half_width_low_percent"] == pytest.approx(226.2 * relative, rel=0.005)  # t of 9 degrees
    assert found["half_width_high_percent"] > 1.5 * found["half_width_low_percent"]
    # Of one branch and three answers, t of 2 degrees is 4.303.
    three = [("25", 20.0)] * 20
    one = extrapolation.widths(extrapolation.to_ask(units(*three), RATIOS, FAMILIES), [3], (0.8, 1.3)).iloc[0]
    relative = np.sqrt(np.expm1(0.64) * (340**2 / 3 + 17 * 400)) / 400
    assert one["half_width_low_percent"] == pytest.approx(430.3 * relative, rel=0.02)


def test_nobody_to_ask_has_no_width():
    nobody = extrapolation.to_ask(units(), RATIOS, FAMILIES)
    assert extrapolation.widths(nobody, [10, 20], (0.8, 1.3)).iloc[:, 1:].isna().all(axis=None)


def test_families_of_a_branch_are_its_total():
    sums = FAMILIES.groupby("nace_group")["waste_t_per_year"].sum()
    assert sums.to_dict() == RATIOS.set_index("nace_group")["waste_t_per_year"].to_dict()


@pytest.mark.skipif(not EUROSTAT.exists(), reason="../shared/data (real files) is not here")
def test_families_are_those_of_eurostat():
    real = pd.read_csv(EUROSTAT, dtype=str).rename(columns=str.strip)
    real = real[(real["unit"] == "T") & (real["hazard"] == "HAZ_NHAZ")]
    tonnes = real.set_index(["nace_r2", "waste"])["2022"].str.extract(r"(\d+)")[0].astype(float)
    for row in FAMILIES.itertuples():
        parts = [tonnes.get((row.nace_group, code), 0.0) for code in row.eurostat_codes.split()]
        assert row.waste_t_per_year == np.nansum(parts)


def test_a_wave_without_answers_gets_its_own_notebook_alone(tmp_path: Path):
    """A register and no survey: it is cleaned, and the notebooks that read answers are not attempted."""
    (tmp_path / "data" / "raw" / "essai" / "2026").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "essai" / "study.toml").write_text(
        'title = "Essai"\nterritory = "Essai"\n', encoding="utf-8"
    )
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    refused = eit(tmp_path, "clean", "essai")
    assert refused.returncode == 2 and "aucun questionnaire" in refused.stderr
    done = eit(tmp_path, "import", "sirene", str(SAMPLE / "sirene_fictif.csv"), "essai")
    assert done.returncode == 0, done.stderr
    assert eit(tmp_path, "clean", "essai").returncode == 0
    study = open_study("essai", root=tmp_path)
    assert study.unsurveyed and study.establishments == "sirene"
    assert [path.stem for path in find_notebooks(study, [])] == ["07_prediagnosis"]
    with pytest.raises(UsageError, match="tant que personne n'a répondu"):
        find_notebooks(study, ["01_flow_diagnosis"])
    # The figures of the documentation are those of this register.
    expected = extrapolation.by_branch(extrapolation.units(study.load("sirene")), RATIOS).set_index(
        "nace_group"
    )
    told = [*expected.loc["Total", [MASS, LOW, HIGH]], expected.loc["F", MASS]]
    page = (ROOT / "docs" / "methods" / "extrapolation.md").read_text(encoding="utf-8")
    amounts = [f"{amount:,.0f}".replace(",", " ") for amount in told]
    assert "{} t, {} to {}, of which {} of building".format(*amounts) in page
    surveyed = open_study("thur-doller", root=ROOT)
    assert "07_prediagnosis" not in [path.stem for path in find_notebooks(surveyed, [])]
