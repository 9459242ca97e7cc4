"""Waves in a row: a chain of the same actors, and breaks of definition, on numbers reckoned by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_flows_comparison import flows_of

from eit_analysis import reference
from eit_analysis.flows import history
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

NO_BREAK = pd.DataFrame({"wave": []})
WAVES = {
    "2012": [("A", "wood", 40), ("B", "wood", 40), ("C", "wood", 100)],
    "2015": [("A", "wood", 60), ("B", "wood", 60), ("D", "wood", 500)],
    "2018": [("A", "wood", 30), ("B", "wood", 30)],
}


def level(waves: dict[str, list[tuple]]) -> pd.Series:
    """L of each wave."""
    return chain(waves)[MASS]


def chain(waves: dict[str, list[tuple]], *hidden: str) -> pd.DataFrame:
    """L of each wave with its bounds, the totals of some waves not being printed."""
    flows = {name: flows_of(rows) for name, rows in waves.items()}
    whole = history.whole(history.stacked(flows)).frame
    whole = whole[~whole["wave"].isin(hidden)]
    line = history.chained(whole, history.steps(flows, flows).frame, NO_BREAK, list(waves))
    return line[line["series"] == "matched"].set_index("wave")


def test_who_comes_and_goes_moves_the_total_and_not_the_chain() -> None:
    flows = {name: flows_of(rows) for name, rows in WAVES.items()}
    assert history.whole(history.stacked(flows)).frame[MASS].tolist() == [180, 620, 60]
    # A and B go from 80 to 120 and to 60: the last 60, carried back, is 120 and then 80.
    assert level(WAVES).to_dict() == {"2012": 80, "2015": 120, "2018": 60}
    steps = history.steps(flows, flows).frame.set_index(["wave", "presence"])
    assert steps.loc[("2015", "both"), "change_percent"] == pytest.approx(50)
    assert steps.loc[("2018", "both"), "change"] == "decrease"
    assert "Total" not in steps.index.get_level_values("wave")
    table = history.respondents(flows).frame.set_index(["wave", "panel"])["n_sites"]
    assert table.to_dict() == {
        ("2015", "again"): 2, ("2015", "joined"): 1, ("2015", "left"): 1,
        ("2018", "again"): 2, ("2018", "left"): 1,
    }  # fmt: skip


def test_a_chain_stops_where_two_waves_have_nobody_in_common() -> None:
    waves = {**WAVES, "2016": [("Z", "wood", 1)]}
    waves = {name: waves[name] for name in sorted(waves)}
    assert level(waves).empty  # one point would be no chain
    assert level({"2018": WAVES["2018"]}).empty
    line = pd.DataFrame({"series": ["all", "matched"], "wave": "2018", MASS: 60.0, "n_breaks": 0})
    assert history.in_brief(line).empty


def test_the_interval_of_a_chain_is_that_of_all_its_steps() -> None:
    """MOVER of a sum, on logarithms: each side is the root of the sum of squares of that side."""
    flows = {name: flows_of(rows) for name, rows in WAVES.items()}
    steps = history.steps(flows, flows).frame.query("presence == 'both'").set_index("wave")
    x, low, high = (np.log1p(steps[f"change{end}_percent"] / 100) for end in ("", "_low", "_high"))
    assert (low < x).all() and (x < high).all()
    line = chain(WAVES)
    assert line.loc["2018", [MASS, LOW, HIGH]].tolist() == [60, 60, 60]  # as it is: all else is beside it
    assert line.loc["2015", LOW] == pytest.approx(60 * np.exp(-high["2018"]))
    assert line.loc["2012", HIGH] == pytest.approx(80 * np.exp(np.hypot(*(x - low))))
    (brief,) = history.in_brief(line.reset_index()).itertuples()
    assert brief.change_percent == pytest.approx(-25)
    assert brief.evolution == "down" and brief.change_high_percent < 0
    wide = pd.DataFrame({"series": "all", "wave": ["2012", "2015"], MASS: [100.0, 110], "n_breaks": 0})
    (risen,) = history.in_brief(wide.assign(**{LOW: wide[MASS] - 30, HIGH: wide[MASS] + 30})).itertuples()
    assert risen.evolution == "unclear"  # it may have fallen


def test_a_wave_whose_total_is_withheld_is_still_a_step_of_the_chain() -> None:
    assert chain(WAVES, "2015")[MASS].to_dict() == {"2012": 80, "2015": 120, "2018": 60}
    assert chain(WAVES, "2018")[MASS].to_dict() == pytest.approx({"2012": 620 * 80 / 120, "2015": 620})
    assert chain(WAVES, *WAVES).empty


masses = st.lists(st.floats(1, 1e3), min_size=4, max_size=4)


@settings(max_examples=3)
@given(st.lists(masses, min_size=2, max_size=5), st.floats(0.1, 10))
def test_of_one_panel_the_chain_is_the_total_in_any_unit(panel: list[list[float]], unit: float) -> None:
    def waves(scale: float) -> dict[str, list[tuple]]:
        return {
            str(2000 + i): [(site, "wood", scale * mass) for site, mass in zip("ABCD", row, strict=True)]
            for i, row in enumerate(panel)
        }

    assert level(waves(1)).to_numpy() == pytest.approx([sum(row) for row in panel])
    assert level(waves(unit)).to_numpy() == pytest.approx(unit * level(waves(1)).to_numpy())


def test_shares_are_of_their_wave() -> None:
    flows = history.stacked({name: flows_of(rows) for name, rows in WAVES.items()})
    table = history.by_wave(
        flows.assign(evidence=np.where(flows["site_id"] == "A", "measured", "declared")), "evidence"
    )
    table.check("Origine")
    shares = table.frame.set_index(["wave", "evidence"])["share_percent"]
    assert shares["2018"].to_dict() == {"measured": 50, "declared": 50, "Total": 100}
    assert shares[("2015", "measured")] == pytest.approx(100 * 60 / 620)


def test_breaks_of_law_of_respondents_of_evidence_and_of_cleaning() -> None:
    actors = pd.DataFrame(
        [("2015", "again", 4), ("2015", "joined", 4), ("2018", "again", 2), ("2018", "left", 3)],
        columns=["wave", "panel", "n_sites"],
    )
    known = pd.DataFrame(
        [("2012", "measured", 80.0), ("2012", "declared", 20.0), ("2015", "measured", 50.0),
         ("2015", "declared", 50.0), ("2018", "declared", 75.0), ("2018", "measured", 25.0)],
        columns=["wave", "evidence", "share_percent"],
    )  # fmt: skip
    one = {"parameters": {}, "versions": {"eit-analysis": "1", "pandas": "3"}}
    other = {"parameters": {}, "versions": {"eit-analysis": "2", "pandas": "3"}}
    found = history.breaks(
        actors,
        known,
        {"2012": 2012, "2015": 2015, "2018": 2018},
        reference.load("nomenclature_changes"),
        {"2012": one, "2015": one, "2018": other},
    )
    # 4 of 8 answered once, which is not more than half; 3 of 5 are. 30 % of the tonnes moved, then 25.
    assert found.groupby("wave")["break_kind"].agg(list).to_dict() == {
        "2015": ["nomenclature", "evidence"],
        "2018": ["nomenclature", "respondents", "cleaning"],
    }
    assert found["break_text"].str.contains("2014/955/UE").sum() == 2  # applied in the middle of 2015
    assert found.set_index(["wave", "break_kind"])["break_percent"][("2018", "respondents")] == 60


def test_lists_have_dated_sources() -> None:
    lists = reference.load("nomenclature_changes")
    assert lists["from_date"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert lists["source"].notna().all()
