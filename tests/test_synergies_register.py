"""Register: the funnel, what is realised beside what is possible, and the time spent at each stage."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eit_analysis.change.durations import PASSAGE_COLUMNS, passages
from eit_analysis.change.funnel import FUNNEL_COLUMNS, funnel, stages
from eit_analysis.change.waiting import medians
from eit_analysis.config import Disclosure
from eit_analysis.errors import DisclosureError
from eit_analysis.records import TOTAL
from eit_analysis.reference.stages import actors
from eit_analysis.synergies.register.totals import by_category, first_hand, overall, totals
from eit_analysis.synergies.substitution import CANDIDATE_COLUMNS

NONE_HELD = pd.DataFrame(columns=[*CANDIDATE_COLUMNS, "synergy_id", "status", "taken_t_per_year", "onward"])
RULES = Disclosure()
TODAY = pd.Timestamp("2018-12-31")


def register_table(rows):
    columns = ["synergy_id", "title", "kind", "category", "site_ids", "status", "realised_t_per_year"]
    return pd.DataFrame(rows, columns=columns).astype({"realised_t_per_year": float})


REGISTER = register_table(
    [
        ("S1", "Palettes", "exchange", "wood", "A B", "done", 5.0),
        ("S2", "Cartons", "exchange", "cardboard", "A C", "committed", 0.0),
        ("S3", "Chutes", "exchange", "wood", "A", "lead", 0.0),
        ("S4", "Collecte groupée du bois", "pooling", "wood", "A B C", "study", 0.0),
        ("S5", "Lavage mutualisé", "pooling", "textile", "A B", "dropped", 0.0),
        ("S6", "Fils", "exchange", "textile", "A B", "lead", np.nan),
        ("S7", "Invendus", "exchange", "food", "Y Z", "lead", 0.0),
    ]
)


def wave(**stages):
    rows = [(name, name, "exchange", "A B", status, date) for name, (status, date) in stages.items()]
    return pd.DataFrame(rows, columns=["synergy_id", "title", "kind", "site_ids", "status", "status_date"])


def test_funnel():
    reached = funnel({"2018": REGISTER})
    table, behind = reached.frame, reached.records
    assert list(table.columns) == FUNNEL_COLUMNS
    assert list(table["n_synergies"]) == [7, 3, 2, 1, 1]
    assert list(table["conversion_percent"])[1:4] == pytest.approx([300 / 7, 200 / 3, 50])
    assert set(behind.loc[behind["status"] == "done", "site_id"]) == {"A", "B"}
    now = stages({"2018": REGISTER})
    assert now.keys == ["status"] and list(now.frame["n_synergies"]) == [7, 3, 2, 1]
    for breakdown in (reached, now):
        breakdown.check("Avancement")
        assert (breakdown.forms().data == 1).all()


def test_a_dropped_synergy_keeps_the_stage_an_earlier_wave_shows():
    earlier = REGISTER.assign(status=REGISTER["status"].replace("dropped", "committed"))
    reached = funnel({"2018": REGISTER, "2015": earlier})
    table = reached.frame.set_index(["wave", "status"])["n_synergies"]
    # S5 was committed in 2015, so it had been studied when it was dropped.
    assert table["2018"].to_dict() == {"lead": 7, "study": 4, "committed": 3, "done": 1, "dropped": 1}
    assert table["2015"].to_dict() == {"lead": 7, "study": 4, "committed": 3, "done": 1, "dropped": 0}
    behind = reached.records
    late = behind[(behind["wave"] == "2018") & (behind["status"] == "committed")]
    assert sorted(late["site_id"]) == ["A", "A", "A", "B", "B", "C"]


def test_totals_keep_the_measures_apart():
    row = dict.fromkeys(CANDIDATE_COLUMNS) | {
        "giver_site_id": "A", "taker_site_id": "B", "category": "wood", "diverted_t_per_year": 5.0,
    }  # fmt: skip
    plan = pd.DataFrame([row, row]).assign(allocated_t_per_year=[5.0, 0.0])
    held = plan.assign(status=["done", "committed"], taken_t_per_year=[4.0, 3.0], onward=False)
    held["synergy_id"] = ["S1", "S2"]
    # What a structure passes on was committed when it was brought.
    held = pd.concat([held, held.tail(1).assign(onward=True)], ignore_index=True)
    tonnes = totals(plan, plan, held, REGISTER, RULES)
    table = tonnes.frame.set_index(["category", "measure"])["mass_t_per_year"]
    assert (table["wood", "potential"], table["wood", "allocated"], table["wood", "realised"]) == (10, 5, 5)
    assert table[TOTAL, "potential"] == 10 and table[TOTAL, "realised"] == 5
    behind = tonnes.records
    assert set(behind.loc[behind["measure"] == "realised", "site_id"]) == {"A B"}
    assert set(behind.loc[behind["measure"] == "allocated", "site_id"]) == {"A"}
    # What is done is told as the register tells it, in the name of all who did it.
    three = [["allocated", 5.0], ["committed", 3.0], ["realised", 5.0]]
    assert overall(tonnes).frame.to_numpy().tolist() == three
    assert by_category(tonnes).frame.set_index("category")["mass_t_per_year"].to_dict() == {
        "wood": 5, TOTAL: 5, **dict.fromkeys(set(table.index.levels[0]) - {"wood", TOTAL}, 0),
    }  # fmt: skip


def test_what_is_committed_without_a_declared_flow_is_what_its_line_promises():
    plan = pd.DataFrame(columns=[*CANDIDATE_COLUMNS, "allocated_t_per_year"])
    # S2, committed, has no flow of its own; a pooling is not of these tonnes.
    lines = REGISTER.assign(promised_t_per_year=[9.0, 12.5, 1, 1, 1, 1, 1])
    lines.loc[3, "status"] = "committed"
    tonnes = totals(plan, plan, NONE_HELD, lines, RULES)
    tonnes.check("Tonnages")
    table = tonnes.frame.set_index(["category", "measure"])["mass_t_per_year"]
    assert table["cardboard", "committed"] == table[TOTAL, "committed"] == 12.5
    behind = tonnes.records[tonnes.records["measure"] == "committed"]
    assert behind["site_id"].tolist() == ["A C"]
    # Nobody tells the tonnes of what is committed: not none.
    assert "committed" not in set(totals(plan, plan, NONE_HELD, REGISTER, RULES).frame["measure"])


def test_without_a_register_nothing_is_said_to_be_realised():
    plan = pd.DataFrame(columns=[*CANDIDATE_COLUMNS, "allocated_t_per_year"])
    tonnes = totals(plan, plan, NONE_HELD, register_table([]), RULES)
    tonnes.check("Tonnages")
    assert set(tonnes.frame["measure"]) == {"potential", "feasible", "allocated"}
    assert overall(tonnes).frame["measure"].tolist() == ["allocated"]


def test_every_tonne_realised_is_in_the_total_and_known_by_somebody():
    plan = pd.DataFrame(columns=[*CANDIDATE_COLUMNS, "allocated_t_per_year"])
    rows = [
        ("S1", "Palettes", "exchange", "wood", "A B", "done", 5.0),
        ("S2", "Sans famille", "exchange", None, "A C", "done", 2.0),
        ("S3", "Sans acteurs", "exchange", "wood", None, "done", 1.0),
        ("S4", "Sans masse", "exchange", "wood", "A", "done", np.nan),
    ]
    tonnes = totals(plan, plan, NONE_HELD, register_table(rows), RULES)
    tonnes.check("Tonnages")
    table = tonnes.frame.set_index(["category", "measure"])["mass_t_per_year"]
    assert table[TOTAL, "realised"] == 8 and table["other", "realised"] == 2
    # All actors of a synergy know its tonnes.
    realised = tonnes.records[tonnes.records["measure"] == "realised"]
    known = dict(zip(realised["site_id"], realised["mass_t_per_year"], strict=True))
    assert known == {"A B": 5.0, "A C": 2.0, "S3": 1.0, "A": 0.0}
    row = tonnes.frame.index[(tonnes.frame["category"] == "wood") & (tonnes.frame["measure"] == "realised")][
        0
    ]
    behind = [*tonnes.members()][row]
    assert sorted(tonnes.records["site_id"][behind]) == ["A", "A B", "S3"]
    # What S4 moved is not known.
    assert sorted(tonnes.forms().toarray()[row][behind]) == [0, 1, 1]


def test_totals_whose_records_are_not_theirs_are_refused():
    row = dict.fromkeys(CANDIDATE_COLUMNS) | {
        "giver_site_id": "A", "taker_site_id": "B", "category": "wood", "diverted_t_per_year": 5.0,
    }  # fmt: skip
    plan = pd.DataFrame([row]).assign(allocated_t_per_year=5.0)
    tonnes = totals(plan, plan, NONE_HELD, REGISTER, RULES)
    with pytest.raises(DisclosureError, match="enregistrements"):
        dataclasses.replace(tonnes, records=tonnes.records.iloc[1:]).check("Tonnages")


def passing(*rows):
    names = ["giver_site_id", "taker_site_id", "category", "input_category", "diverted_t_per_year"]
    table = pd.DataFrame(rows, columns=[*names, "allocated_t_per_year"])
    return table.assign(yield_central=0.8)


STRUCTURES = pd.DataFrame({"site_id": ["E", "S", "F"], "actor_type": ["firm", "ess", "firm"]})


def test_what_a_structure_passes_on_counts_when_it_arrives_only():
    kept = first_hand(
        passing(
            ("E", "S", "wood", "wood", 20.0, 10.0),
            ("S", "F", "wood", "wood", 12.0, 9.0),
            ("S", "E", "wood", "wood", 12.0, 3.0),
            ("S", "F", "paper", "paper", 5.0, 5.0),
            ("F", "S", "plastic", "paper", 5.0, 2.5),
            ("F", "E", "wood", "wood", 7.0, 7.0),
        ),
        STRUCTURES,
    )
    # 8 t of wood reach S, which gives 12 t: 4 t are its own, shared in proportion. Of its paper, 2 t came as
    # plastic. F, a firm that buys wood and gives wood, has used it in between.
    assert kept["allocated_t_per_year"].tolist() == pytest.approx([10, 3, 1, 3, 2.5, 7])
    # The potential is lessened by its own 16 t of wood and 4 t of paper.
    assert kept["diverted_t_per_year"].tolist() == pytest.approx([20, 4, 4, 1, 5, 7])
    assert first_hand(kept.head(0), STRUCTURES).empty


tonnes = st.integers(0, 9).map(float)


@given(st.lists(st.tuples(st.sampled_from("ES"), st.sampled_from("FS"), tonnes), max_size=6))
def test_no_tonne_passed_on_counts_twice_and_none_that_is_not_is_lost(rows):
    table = passing(*((giver, taker, "wood", "wood", mass, mass) for giver, taker, mass in rows))
    kept = first_hand(table, STRUCTURES)["allocated_t_per_year"].sum()
    given = sum(mass for giver, _, mass in rows if giver == "S")
    brought = 0.8 * sum(mass for _, taker, mass in rows if taker == "S")
    assert kept == pytest.approx(sum(mass for *_, mass in rows) - min(given, brought))


def test_each_stay_runs_from_one_date_to_the_next():
    first = wave(a=("lead", "2015-01-01"), b=("lead", "2015-01-01"), c=("study", "2015-01-01"))
    second = wave(a=("study", "2016-01-01"), b=("lead", "2015-01-01"), c=("dropped", "2017-01-01"))
    table = passages({"2015": first, "2018": second}, TODAY)
    assert list(table.columns) == PASSAGE_COLUMNS
    seen = table.set_index(["synergy_id", "status"])
    assert seen["passage"].to_dict() == {
        ("a", "lead"): "passed", ("a", "study"): "waiting", ("b", "lead"): "waiting",
        ("c", "study"): "dropped",
    }  # fmt: skip
    assert seen.loc[("a", "lead"), "months_at_stage"] == pytest.approx(12, abs=0.05)
    assert seen.loc[("b", "lead"), "months_at_stage"] == pytest.approx(48, abs=0.05)


def test_a_stay_without_usable_dates_has_no_length_and_counts_nowhere():
    first = wave(
        a=("lead", None), b=("lead", "2016-01-01"), c=("lead", "2015-01-01"), d=("study", "2015-01-01")
    )
    second = wave(a=("study", "2016-01-01"), b=("study", "2015-01-01"), d=("lead", "2016-01-01"))
    table = passages({"2015": first, "2018": second}, TODAY).set_index(["synergy_id", "status"])
    assert table.loc[("a", "lead"), "passage"] == table.loc[("b", "lead"), "passage"] == "undated"
    # c has left the register: nothing says until when it was a lead.
    assert table.loc[("c", "lead"), "passage"] == "undated"
    assert table.loc[("d", "study"), "passage"] == "back"
    assert table.loc[table["passage"] == "undated", "months_at_stage"].isna().all()
    summary = medians(table.reset_index()).set_index("status")
    assert summary.loc["lead", ["n_passed", "n_waiting"]].tolist() == [0, 1]


def test_empty_register():
    empty = register_table([])
    assert funnel({"2018": empty}).frame["n_synergies"].sum() == 0
    assert actors(empty).empty and funnel({}).frame.empty and funnel({}).records.empty
    plan = pd.DataFrame(columns=[*CANDIDATE_COLUMNS, "allocated_t_per_year"])
    nothing = totals(plan, plan, NONE_HELD, empty, RULES)
    assert nothing.frame["mass_t_per_year"].sum() == 0 and nothing.records.empty
    for registers in ({}, {"2018": wave()}):
        stays = passages(registers, TODAY)
        assert stays.empty and list(stays.columns) == PASSAGE_COLUMNS
        assert medians(stays).empty
