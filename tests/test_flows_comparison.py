"""What changed between waves: known decompositions, laws, and the coverage of the intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.flows import comparison
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

PARTS = ["both", "once", "new", "gone"]
CHANGE = ["change_t_per_year", "change_low_t_per_year", "change_high_t_per_year"]


def flows_of(rows: list[tuple[str, str, float]], ratio: float = 1.2) -> pd.DataFrame:
    """Flows (site, category, mass) with the intervals [m / ratio, m ratio]."""
    flows = pd.DataFrame(rows, columns=["site_id", "category", MASS]).astype({MASS: float})
    return flows.assign(
        route="recycling",
        description="flux",
        error_source=None,
        **{LOW: flows[MASS] / ratio, HIGH: flows[MASS] * ratio},
    )


def compared(now: list[tuple], before: list[tuple], by: str = "category") -> pd.DataFrame:
    waves = flows_of(now), flows_of(before)
    answered = [wave["site_id"].unique() for wave in waves]
    tables = (comparison.masses(wave, by) for wave in comparison.match(*waves, *answered))
    return comparison.changes(*tables).frame.set_index([by, "presence"])


BEFORE = [("A", "wood", 60), ("B", "wood", 20), ("C", "wood", 30), ("A", "metal", 10), ("B", "metal", 5)]
NOW = [("A", "wood", 100), ("D", "wood", 40), ("B", "paper", 7), ("A", "metal", 10), ("B", "metal", 5)]


def test_a_change_is_split_between_same_new_and_gone_sites():
    rows = compared(NOW, BEFORE)
    wood = rows.loc["wood"]
    # A declared wood twice, B answered both surveys and named wood once, C is gone, D is new.
    assert wood["change_t_per_year"].to_dict() == pytest.approx(
        {"Total": 30, "both": 40, "once": -20, "new": 40, "gone": -30}
    )
    assert wood["change"].to_dict() == {
        "Total": "not_comparable", "both": "increase",
        "once": "not_comparable", "new": "not_comparable", "gone": "not_comparable",
    }  # fmt: skip
    assert wood["n_sites_before"].to_dict() == pytest.approx(
        {"Total": 3, "both": 1, "once": 1, "gone": 1, "new": np.nan}, nan_ok=True
    )
    # A site that is new has no mass before: missing, not zero, and no interval but its own.
    new = wood.loc["new"]
    assert np.isnan(new["mass_before_t_per_year"]) and np.isnan(new["change_percent"])
    assert new[CHANGE].tolist() == pytest.approx(new[[MASS, LOW, HIGH]].tolist())
    assert rows.loc[("paper", "once"), "change"] == "not_comparable"
    assert rows.loc[("metal", "both"), "change_t_per_year"] == 0
    assert rows.index[-1][0] == "Total" and rows.index[0] == ("wood", "Total")


def test_a_rise_that_comes_from_other_sites_alone_is_no_verdict():
    before = [("A", "wood", 60), ("A", "metal", 10)]
    rows = compared([("A", "wood", 60), ("B", "wood", 500), ("A", "metal", 90)], before)
    assert rows.loc["wood", "change"].to_dict() == {
        "Total": "not_comparable", "both": "within", "new": "not_comparable",
    }  # fmt: skip
    assert rows.loc[("wood", "Total"), "change_t_per_year"] == 500  # the figure stays
    assert rows.loc["metal", "change"].eq("increase").all()  # the same sites only
    assert rows.loc[("Total", "Total"), "change"] == "not_comparable"


def test_no_change_is_said_that_comes_from_a_line_of_one_wave_alone():
    """12.5 t of cuttings became 6.5 t, beside 6 t of selvedges that nobody spoke of before."""
    before = flows_of([("A", "textile", 12.5), ("B", "wood", 10)]).assign(description=["Chutes", "Bois"])
    lines = flows_of([("A", "textile", 6.5), ("A", "textile", 6), ("B", "wood", 90)], 1.05)
    now = lines.assign(description=["chutes", "lisières", "palettes"])
    tables = (comparison.masses(wave, "category") for wave in comparison.match(now, before, "AB", "AB"))
    rows = comparison.changes(*tables).frame.set_index(["category", "presence"])
    assert rows.loc["textile", "change"].eq("not_comparable").all()
    assert rows.loc["textile", "change_t_per_year"].to_dict() == {"Total": 0, "both": -6, "once": 6}
    assert rows.loc["textile", "change_percent"].isna().all()
    # One line under another name is no line more.
    assert rows.loc[("wood", "both"), "change"] == "increase"


def test_lines_that_one_wave_cannot_read_are_in_no_change():
    """Two of three sites have a line of scrap that is « NC » or set aside now."""
    sites = [(site, "plastic", mass) for site, mass in [("A", 40), ("B", 30), ("C", 200), ("A", 9), ("B", 9)]]
    names = ["purges", "purges", "rebuts", "films", "films"]
    before = flows_of(sites, 1.05).assign(description=names)
    waves = comparison.match(before.iloc[2:], before, "ABC", "ABC")
    rows = comparison.changes(*(comparison.masses(wave, "category") for wave in waves)).frame
    rows = rows.set_index(["category", "presence"]).loc["plastic"]
    assert rows.loc["both", ["change_t_per_year", "change"]].tolist() == [0, "within"]
    assert rows.loc["once", "change_t_per_year"] == -70


def test_what_is_set_aside_stands_beside_the_same_flow_before():
    aside = flows_of([("A", "mixed", 0.06), ("B", "wood", 1)]).assign(description=["Déchets", "Bois"])
    before = flows_of([("A", "mixed", 65), ("A", "mixed", 5)]).assign(description=["déchets", "Bennes"])
    found = comparison.with_before(aside, before)
    assert found["mass_before_t_per_year"].tolist() == pytest.approx([65, np.nan], nan_ok=True)
    assert comparison.slips(found.head(1)).to_numpy().tolist() == [["mass", "0,06\u00a0t/an", 65]]
    assert comparison.slips(found)["mass_before_t_per_year"].isna().all()
    assert comparison.slips(found.head(0)).empty
    typed = found.head(1).assign(mass_t_per_year=63_000.0)
    assert comparison.thousandfold(typed) and not comparison.thousandfold(pd.concat([typed, found]))
    assert not comparison.thousandfold(found.head(0))


def test_slopes_are_of_the_groups_that_the_same_sites_declared_twice():
    printed = compared(NOW, BEFORE).reset_index()
    table = comparison.slopes(printed, "2018", "2015")
    assert table[["category", "wave", MASS]].values.tolist() == [
        ["wood", "2015", 60], ["metal", "2015", 15], ["wood", "2018", 100], ["metal", "2018", 15],
    ]  # fmt: skip
    assert table["change"].tolist() == ["increase", "within"] * 2
    assert comparison.slopes(printed.head(0), "2018", "2015").empty


def test_families_that_moved_are_told_before_a_whole_that_did_not():
    """A rise of 60 t and a fall of 12 t stood behind « dans l'incertitude »."""
    rows = [("textile", "both", -12.0, "decrease"), ("food", "new", 90.0, "increase"),
            ("wood", "both", 60.0, "increase"), ("Total", "both", 66.0, "increase"),
            ("metal", "both", 5.0, "within")]  # fmt: skip
    printed = pd.DataFrame(rows, columns=["category", "presence", "change_t_per_year", "change"])
    printed = printed.assign(change_low_t_per_year=0.0, change_high_t_per_year=0.0)
    found = comparison.moved(printed)
    assert found[["category", "rank"]].to_numpy().tolist() == [["wood", 1], ["textile", 2]]
    assert comparison.moved(printed.head(0)).empty


def test_a_first_wave_is_compared_with_nothing_however_texts_are_kept():
    for storage in ("python", "pyarrow"):  # of a run, of JupyterLab
        with pd.option_context("mode.string_storage", storage):
            assert compared([], []).empty


def test_a_site_that_answered_without_any_such_flow_is_neither_new_nor_gone():
    now, before = flows_of([("A", "wood", 1)]), flows_of([("B", "wood", 1)])
    here, earlier = comparison.match(now, before, ["A", "B"], ["A", "B"])
    assert here["presence"].tolist() == earlier["presence"].tolist() == ["once"]
    here, earlier = comparison.match(now, before, ["A"], ["B"])
    assert (here["presence"].tolist(), earlier["presence"].tolist()) == (["new"], ["gone"])


def test_intervals_follow_their_formulas():
    row = compared([("A", "wood", 120)], [("A", "wood", 100)]).loc[("wood", "both")]
    (x, x_low, x_high), (y, y_low, y_high) = (
        row[[f"mass{wave}{part}_t_per_year" for part in ("", "_low", "_high")]] for wave in ("", "_before")
    )
    down, up = np.hypot(x - x_low, y_high - y), np.hypot(x_high - x, y - y_low)
    assert row[CHANGE].tolist() == pytest.approx([20, 20 - down, 20 + up])
    down, up = (
        np.hypot(np.log(x / x_low), np.log(y_high / y)),
        np.hypot(np.log(x_high / x), np.log(y / y_low)),
    )
    assert row[["change_percent", "change_low_percent", "change_high_percent"]].tolist() == pytest.approx(
        [20, 100 * (1.2 * np.exp(-down) - 1), 100 * (1.2 * np.exp(up) - 1)]
    )


def test_intervals_cover_the_true_change():
    """2,000 simulated pairs of waves of 12 sites, lognormal errors of 10 to 50 %."""
    random = np.random.default_rng(4)
    studies, sites = 2000, 12
    truth = random.lognormal(3, 1, (2, 1, sites))
    ratio = np.exp(random.uniform(0.1, 0.5, (2, 1, sites)))
    seen = truth * np.exp(np.log(ratio) / 1.96 * random.standard_normal((2, studies, sites)))
    tables = []
    for wave in seen:
        flows = pd.DataFrame(
            {"category": np.repeat(np.arange(studies).astype(str), sites), MASS: wave.ravel()}
        )
        widths = np.broadcast_to(ratio[len(tables)], (studies, sites)).ravel()
        flows = flows.assign(
            site_id=[f"S{i:02d}" for i in range(sites)] * studies,
            presence="both",
            added=False,
            error_source=None,
            **{LOW: flows[MASS] / widths, HIGH: flows[MASS] * widths},
        )
        tables.append(comparison.masses(flows, "category"))
    rows = comparison.changes(tables[1], tables[0]).frame.set_index(["category", "presence"])
    rows = rows.xs("both", level="presence").drop("Total")
    whole = truth.sum(axis=2).ravel()
    change, percent = whole[1] - whole[0], 100 * (whole[1] / whole[0] - 1)
    tonnes = rows["change_low_t_per_year"].le(change) & rows["change_high_t_per_year"].ge(change)
    relative = rows["change_low_percent"].le(percent) & rows["change_high_percent"].ge(percent)
    assert 0.93 <= tonnes.mean() <= 0.97
    assert 0.93 <= relative.mean() <= 0.97


def test_hostile_waves():
    none: list[tuple] = []
    assert compared(none, none).empty
    only = compared(NOW, none)
    assert set(only["change"]) == {"not_comparable"}
    assert only.loc[("Total", "new"), "change_t_per_year"] == 162
    zero = compared([("A", "wood", 0)], [("A", "wood", 0)]).loc[("wood", "both")]
    assert zero["change"] == "within" and np.isnan(zero["change_percent"])
    vanished = compared([("A", "wood", 0)], [("A", "wood", 50)]).loc[("wood", "both")]
    assert vanished["change"] == "decrease" and vanished["change_t_per_year"] == -50


waves = st.lists(
    st.tuples(st.sampled_from("ABCDEF"), st.sampled_from(["wood", "metal", "paper"]), st.floats(0, 1e4)),
    max_size=20,
)


@settings(max_examples=8)
@given(waves, waves, st.randoms())
def test_laws_of_a_comparison(now, before, random):
    rows = compared(now, before)
    pd.testing.assert_frame_equal(rows, compared(random.sample(now, len(now)), before), atol=1e-7)
    if rows.empty:
        return
    # The parts add up to the whole, in each family and over all of them.
    change = rows["change_t_per_year"].unstack("presence").reindex(columns=[*PARTS, "Total"]).fillna(0)
    assert change[PARTS].sum(axis=1).to_numpy() == pytest.approx(change["Total"].to_numpy(), abs=1e-7)
    assert change.drop("Total").sum().to_numpy() == pytest.approx(change.loc["Total"].to_numpy(), abs=1e-7)
    whole = sum(row[2] for row in now) - sum(row[2] for row in before)
    assert change.loc["Total", "Total"] == pytest.approx(whole, abs=1e-7)
    value, low, high = (rows[column].to_numpy() for column in CHANGE)
    assert (low <= value + 1e-7).all() and (value <= high + 1e-7).all()
    # Exchanging the waves turns every sign.
    back = compared(before, now).rename(index={"new": "gone", "gone": "new"}, level="presence")
    back = back.reindex(rows.index)
    for here, there in zip(CHANGE, (CHANGE[0], CHANGE[2], CHANGE[1]), strict=True):
        assert rows[here].to_numpy() == pytest.approx(-back[there].to_numpy(), abs=1e-7)
    verdict = {"increase": "decrease", "decrease": "increase"}
    assert rows["change"].tolist() == [verdict.get(word, word) for word in back["change"]]
    # Splitting a site in two changes no total.
    parted = compared(
        *([(s + str(i % 2), *rest) for i, (s, *rest) in enumerate(wave)] for wave in (now, before))
    )
    whole, parts = (r[CHANGE].xs("Total", level="presence").sort_index() for r in (rows, parted))
    pd.testing.assert_frame_equal(whole, parts, atol=1e-7)
