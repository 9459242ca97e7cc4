"""What is done, committed or reused at home is taken off both flows first, and never more than they hold."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eit_analysis.reference.stages import lasting, standing
from eit_analysis.synergies.assessment import Assessment
from eit_analysis.synergies.free_flows import free, held, led, led_away, possible_together, set_aside, unlike

NEED = 0.5  # tonnes of the need that a tonne takes up


def pairs(rows: list[tuple[str, str, float, float, str]]) -> pd.DataFrame:
    """Rows (output ``A-1``, need ``B-1``, supply, demand, today's route); all would be reused."""
    names = ["out_flow_id", "in_flow_id", "supply_t_per_year", "demand_t_per_year", "old_route"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(
        candidate_id=frame["out_flow_id"] + ">" + frame["in_flow_id"],
        giver_site_id=frame["out_flow_id"].str[0], taker_site_id=frame["in_flow_id"].str[0],
        category="wood", new_route="reuse", need_t_per_t=NEED, yield_central=NEED,
        most_of_need=1.0,
        diverted_t_per_year=np.minimum(frame["supply_t_per_year"], frame["demand_t_per_year"] / NEED),
    )  # fmt: skip


def register(*lines: tuple[str, str, float | None, float | None]) -> pd.DataFrame:
    """Lines (sites, status, realised, promised), all of wooden pallets."""
    names = ["site_ids", "status", "realised_t_per_year", "promised_t_per_year"]
    frame = pd.DataFrame(lines, columns=names)
    names = [f"S{i}" for i in range(len(frame))]
    return frame.assign(
        synergy_id=names, title="Palettes", kind="exchange", category="wood", carrier=None
    )  # fmt: skip


def flows(found: pd.DataFrame) -> pd.DataFrame:
    out = found.set_index("out_flow_id")["supply_t_per_year"]
    need = found.set_index("in_flow_id")["demand_t_per_year"]
    mass = pd.concat([out, need]).astype(float).groupby(level=0).first()
    bounds = {"mass_low_t_per_year": 0.8 * mass.to_numpy(), "mass_high_t_per_year": 1.5 * mass.to_numpy()}
    frame = pd.DataFrame({"flow_id": mass.index, "mass_t_per_year": mass.to_numpy(), **bounds})
    direction = np.where(frame["flow_id"].isin(found["out_flow_id"]), "out", "in")
    return frame.assign(
        description="Palettes", site_id=frame["flow_id"].str[0], category="wood", direction=direction
    )


# A gives what is reused today (A-1, 4 t) and what is burnt (A-2, 20 t) to B; C gives 10 t to D.
DECLARED = pairs(
    [("A-1", "B-1", 4, 50, "reuse"), ("A-2", "B-1", 20, 50, "energy"), ("C-1", "D-1", 10, 3, "landfill")]
)


SITES = pd.DataFrame({"site_id": ["A", "B", "C", "D", "S"], "actor_type": [*["firm"] * 4, "ess"]})


def test_what_is_done_goes_first_by_the_route_of_today_and_comes_off_both_sides():
    found = held(register(("A B", "done", 3.0, None)), DECLARED, flows(DECLARED), SITES)
    assert found.set_index("candidate_id")["taken_t_per_year"].to_dict() == {"A-1>B-1": 3, "A-2>B-1": 0}
    left = free(flows(DECLARED), found).set_index("flow_id")
    assert left["mass_t_per_year"].to_dict() == {"A-1": 1, "A-2": 20, "B-1": 48.5, "C-1": 10, "D-1": 3}
    assert left.loc["A-1", ["mass_low_t_per_year", "mass_high_t_per_year"]].tolist() == pytest.approx(
        [0.8, 1.5]
    )
    # More than goes that way today: the rest is of the other flow.
    more = held(register(("A B", "done", 9.0, None)), DECLARED, flows(DECLARED), SITES)
    assert more.set_index("candidate_id")["taken_t_per_year"].to_dict() == {"A-1>B-1": 4, "A-2>B-1": 5}


def test_a_line_that_no_need_answers_comes_off_the_one_output_that_its_title_names():
    """A card kept 46 t of pallets that, said another sentence, went to a workshop already."""
    declared, nobody = flows(DECLARED), DECLARED.head(0)

    def away(line: tuple, found: pd.DataFrame = nobody, **changes: object) -> dict[str, float]:
        lines = register(line).assign(**changes)
        rows = led_away(lines, held(lines, found, declared, SITES), declared, SITES)
        taken = rows.set_index("out_flow_id")["taken_t_per_year"].to_dict()
        mass, left = (
            each.set_index("flow_id")["mass_t_per_year"] for each in (declared, free(declared, rows))
        )
        assert {flow: gone for flow, gone in (mass - left).items() if gone > 0} == pytest.approx(taken)
        return taken

    assert away(("A S", "done", 6.0, None)) == {"A-1": pytest.approx(1.0), "A-2": pytest.approx(5.0)}
    assert away(("A S", "done", 60.0, None)) == {"A-1": 4.0, "A-2": 20.0}  # never more than there is
    assert away(("C S", "committed", None, 2.0)) == {"C-1": 2.0}
    # Not of an exchange that is found, of two givers, without tonnes, nor of what it does not name.
    assert away(("A B", "done", 3.0, None), DECLARED) == {}
    assert away(("A C S", "done", 3.0, None)) == away(("A S", "done", None, None)) == {}
    for changes in ({"title": "Chutes de tissu"}, {"kind": "pooling"}, {"status": "study"}):
        assert away(("A S", "done", 3.0, None), **changes) == {}


@pytest.mark.parametrize(
    ("actors", "carrier", "taker"),
    [
        ("A B", None, "B"),  # the one other
        ("A B S", "B", "S"),  # the one structure, whoever carries the line
        ("A B D", "D", "D"),
        ("A B D", "A", None),
        ("A B D", None, None),
    ],
)
def test_who_takes_what_a_line_leads_away(actors, carrier, taker):
    declared = flows(DECLARED)
    only_a = declared[(declared["site_id"] == "A") | (declared["direction"] == "in")]
    lines = register((actors, "done", 6.0, None)).assign(carrier=carrier)
    rows = led_away(lines, held(lines, DECLARED.head(0), only_a, SITES), only_a, SITES)
    assert rows["taker_site_id"].tolist() == [taker] * 2


def test_what_a_committed_line_has_brought_is_taken_off_where_nobody_says_what_it_promises():
    """« Engagé : 5,5 t/an » was all of a flow, of a line that had brought 1.2 t."""
    for promised, taken in ((None, 1.2), (3.0, 3.0)):
        found = held(register(("C D", "committed", 1.2, promised)), DECLARED, flows(DECLARED), SITES)
        assert found["taken_t_per_year"].tolist() == [pytest.approx(taken)]


def test_what_was_done_after_the_year_of_the_answers_is_no_longer_free():
    """Pallets mended since February were offered again: the answers were of the year before."""
    started = register(("C D", "done", 3.0, None)).assign(
        status_date="2026-02-10", start_date="2026-02-15", end_date=None
    )
    assert lasting(started, 2025).empty and len(standing(started, 2025)) == 1
    found = held(standing(started, 2025), DECLARED, flows(DECLARED), SITES)
    assert free(flows(DECLARED), found).set_index("flow_id")["mass_t_per_year"]["C-1"] == 7
    assert standing(started.assign(end_date="2025-06-30"), 2025).empty


@pytest.mark.parametrize(
    ("status", "realised", "promised", "tonnes"),
    [
        ("done", None, 2.0, 6.0),  # what was promised is not what is done: all that both sides could
        ("done", 0.0, None, 6.0),
        ("committed", 1.0, 2.0, 2.0),  # a trial before it starts
        ("committed", None, None, 6.0),
        ("done", 30.0, None, 30.0),  # the register says more than the flows
    ],
)
def test_tonnes_nobody_tells_are_all_that_both_could_exchange(status, realised, promised, tonnes):
    found = held(register(("C D", status, realised, promised)), DECLARED, flows(DECLARED), SITES)
    assert found["taken_t_per_year"].tolist() == pytest.approx([tonnes]) and set(found["status"]) == {status}
    left = free(flows(DECLARED), found).set_index("flow_id")["mass_t_per_year"]
    assert left["C-1"] == pytest.approx(max(0.0, 10 - tonnes)) and left["D-1"] == max(0, 3 - tonnes / 2)


def test_what_a_structure_passes_on_goes_through_it_twice_and_counts_once():
    through = pairs([("A-1", "S-1", 8, 50, "energy"), ("S-2", "B-1", 9, 50, "reuse")])
    found = held(register(("A B S", "done", 3.0, None)), through, flows(through), SITES)
    assert found[["candidate_id", "taken_t_per_year", "onward"]].to_numpy().tolist() == [
        ["A-1>S-1", 3.0, False], ["S-2>B-1", 3.0, True],
    ]  # fmt: skip


def test_who_is_sold_mended_pallets_is_not_taken_to_bring_as_many():
    # B buys of S, and could bring it broken ones: the line is of what it buys, once.
    both = pairs([("B-1", "S-1", 8, 50, "energy"), ("S-2", "B-2", 9, 50, "reuse")])
    about = dict.fromkeys(["B-1", "S-1", "S-2"], "Palettes") | {"B-2": "Palettes d'occasion"}
    described = flows(both).assign(description=lambda all_: all_["flow_id"].map(about))
    line = register(("B S", "committed", None, 3.0)).assign(title="Palettes d'occasion")
    found = held(line, both, described, SITES)
    assert found[["candidate_id", "taken_t_per_year", "onward"]].to_numpy().tolist() == [
        ["S-2>B-2", 3.0, False],
    ]  # fmt: skip


def test_a_line_takes_of_the_output_that_its_title_names_and_of_no_other():
    """« Sciures vers chaufferie » was split over the bark and the chips of the sawmill, by its boiler."""
    about = {"A-1": "Sciures", "A-2": "Écorces", "B-1": "Plaquettes pour chaufferie"}
    described = flows(DECLARED).assign(description=lambda all_: all_["flow_id"].map(about).fillna("Palettes"))
    line = register(("A B", "done", 3.0, None)).assign(title="Sciures vers chaufferie communale")
    assert held(line, DECLARED, described, SITES)["out_flow_id"].tolist() == ["A-1"]
    # Nor of another where nobody may take what it names; a word is known by its stem.
    same = described.replace({"description": {"Sciures": "Caisses remises pour réemploi"}})
    reused = line.assign(title="Emballages réemployés en calage")
    assert held(reused, DECLARED, same, SITES)["out_flow_id"].tolist() == ["A-1"]
    assert held(line, DECLARED.drop(index=0), described, SITES).empty


def test_what_a_sum_leaves_of_a_flow_taken_whole_is_none_of_it():
    found = pairs([("A-1", "B-1", 0.3, 9, "energy")])
    parts = [found.assign(taken_t_per_year=tonnes) for tonnes in (0.3 - 0.1, 0.1 - 1e-16)]
    assert 0.3 - ((0.3 - 0.1) + (0.1 - 1e-16)) > 0
    left = free(flows(found), *parts).set_index("flow_id")["mass_t_per_year"]
    assert left["A-1"] == 0


@pytest.mark.parametrize(("own", "left"), [(9.6, 0.0), (7.0, 4.0)])
def test_a_need_that_own_waste_covers_but_for_little_is_left_to_nobody(own, left):
    """Two tonnes of used cartons were fetched by a plant that throws away nine of the eleven that it buys."""
    both = pairs([("A-1", "A-2", own, 11, "recycling")]).assign(
        need_t_per_t=1.0, yield_central=1.0, taken_t_per_year=own
    )
    free_of = free(flows(both), both.head(0), both).set_index("flow_id")["mass_t_per_year"]
    assert free_of.to_dict() == pytest.approx({"A-1": 0.0, "A-2": left})


@pytest.mark.parametrize(("taken", "left"), [(95.0, 0.0), (80.0, 20.0)])
def test_what_a_line_of_the_register_leaves_of_a_need_is_a_lead_from_a_tenth_on(taken, left):
    """25 t were proposed anew to a boiler of 300 t, which the same sawdust heats already."""
    both = pairs([("A-1", "B-1", 200, 100, "energy")]).assign(need_t_per_t=1.0, taken_t_per_year=taken)
    free_of = free(flows(both), both).set_index("flow_id")["mass_t_per_year"]
    assert free_of.to_dict() == pytest.approx({"A-1": 200 - taken, "B-1": left})


def test_a_lead_a_pooling_and_a_line_without_flows_take_nothing():
    lines = register(("A B", "study", 3.0, 5.0), ("A D", "done", 3.0, None), ("A B", "done", 3.0, None))
    lines.loc[2, "kind"] = "pooling"
    found = held(lines, DECLARED, flows(DECLARED), SITES)
    assert found.empty
    pd.testing.assert_frame_equal(free(flows(DECLARED), found, found), flows(DECLARED))


def test_a_firm_reuses_its_own_unless_a_dropped_line_of_its_name_says_no():
    own = pairs([("A-1", "A-2", 10, 3, "landfill"), ("C-1", "C-2", 5, 9, "landfill")])
    assert set_aside(own, register())["taken_t_per_year"].tolist() == [6, 5]
    refused = register(("A", "dropped", None, None), ("C B", "dropped", None, None))
    assert set_aside(own, refused)["giver_site_id"].tolist() == ["C"]


def test_what_an_open_line_leads_to_somebody_else_is_not_set_aside():
    """Sand of a foundry that a cement works studies was left to the moulds of the foundry itself."""
    own = pairs([("A-1", "A-2", 10, 30, "landfill"), ("C-1", "C-2", 5, 9, "landfill")])
    for tonnes in (math.inf, 10.0, 9.0):  # of ten: a tenth is no lead of its own
        assert set_aside(own, register(), {"A-1": tonnes})["out_flow_id"].tolist() == ["C-1"]


def test_what_an_open_line_leaves_of_an_output_is_set_aside():
    """Of 640 t of cuttings a line led 80 t to a grower: the town's own need of mulch was not seen."""
    own = pairs([("A-1", "A-2", 10, 30, "landfill"), ("C-1", "C-2", 5, 9, "landfill")])
    assert set_aside(own, register(), {"A-1": 4.0})["taken_t_per_year"].tolist() == [6, 5]


def test_a_line_that_brings_mended_pallets_leads_no_pallets_away():
    """« Palettes réparées pour A », of S: what A throws away is not led to S, and is left to A itself."""
    both = pairs([("S-1", "A-2", 6, 30, "reuse"), ("A-1", "S-2", 10, 40, "energy")])
    told = flows(both).assign(
        description=lambda rows: rows["flow_id"].map(
            {"S-1": "Palettes réparées", "A-2": "Palettes", "A-1": "Palettes", "S-2": "Palettes à réparer"}
        )
    )
    line = register(("S A", "committed", None, 6.0)).assign(title="Palettes réparées")
    assert led(line, both, told, SITES) == {"S-1": 6.0}
    assert led(line.assign(promised_t_per_year=7.5), both, told, SITES) == {"S-1": 7.5}


def test_what_is_not_called_a_pallet_of_exchange_is_none_of_its_own_firm():
    """120 t of « Palettes » were left to the « Palettes Europe » of their firm, and nobody mended them."""
    own = pairs([("A-1", "A-2", 10, 30, "recycling"), ("B-1", "B-2", 10, 30, "recycling"),
                 ("C-1", "C-2", 10, 30, "recycling"), ("D-1", "D-2", 10, 30, "recycling")])  # fmt: skip
    called = {"A-1": "Palettes perdues", "A-2": "Palettes Europe", "B-1": "Palettes EPAL cassées",
              "B-2": "Palettes Europe", "C-1": "Palettes", "C-2": "Palettes d'occasion",
              "D-1": "Palettes hors format", "D-2": "Palettes 80 x 120"}  # fmt: skip
    told = flows(own).assign(description=lambda rows: rows["flow_id"].map(called))
    # Nor what its firm says to be off size: 30 t that the works next door buys were left to it.
    assert unlike(own, told) == {"A-1", "D-1"}


def test_what_a_firm_cuts_off_its_boards_is_not_set_aside_and_closes_its_need_to_the_offcuts_of_others():
    """Seven of nine lines asked joiners to take back the offcuts of their panels for new ones."""
    own = set_aside(pairs([("A-1", "A-2", 10, 30, "energy")]).assign(need_t_per_t=10 * NEED), register())
    left = free(flows(own), own.head(0), own).set_index("flow_id")["mass_t_per_year"]
    assert own["taken_t_per_year"].tolist() == [0] and left.to_dict() == {"A-1": 10, "A-2": 0}


masses = st.sampled_from([0.0, 0.5, 3.0, 10.0])


@given(st.lists(masses, min_size=3, max_size=3), st.lists(masses, min_size=3, max_size=3), st.data())
def test_what_is_possible_together_exceeds_no_flow(supply, demand, data):
    places = st.tuples(st.integers(0, 2), st.integers(0, 2))
    chosen = data.draw(st.lists(places, min_size=1, unique=True))
    table = pairs([(f"A-{i}", f"B-{j}", supply[i], demand[j], "energy") for i, j in chosen])
    together = possible_together(table, pd.Series(0, table.index))
    for (i, j), tonnes, alone in zip(chosen, together, table["diverted_t_per_year"], strict=True):
        sent = sum(t for (k, _), t in zip(chosen, together, strict=True) if k == i)
        taken = sum(NEED * t for (_, k), t in zip(chosen, together, strict=True) if k == j)
        assert 0 <= tonnes <= alone and sent <= supply[i] + 1e-9 and taken <= demand[j] + 1e-9


def test_the_plan_of_the_sample_takes_only_what_is_free(assessment: Assessment) -> None:
    declared = assessment.flows.set_index("flow_id")["mass_t_per_year"].to_dict()
    plan = assessment.plan.exchanges.rename(columns={"allocated_t_per_year": "taken_t_per_year"})
    used = dict.fromkeys(declared, 0.0)
    for part in (assessment.held, assessment.own_uses, plan):
        for row in part.itertuples():
            used[row.out_flow_id] += row.taken_t_per_year
            used[row.in_flow_id] += row.need_t_per_t * row.taken_t_per_year
    assert all(used[flow] <= mass + 1e-4 for flow, mass in declared.items())
    # The gift that is done keeps its tonnes; that of E15 (SY25), which ended in the year, holds none.
    by_line = assessment.held.groupby("synergy_id")["taken_t_per_year"].sum()
    assert by_line["SY24"] == pytest.approx(2.3) and by_line["SY20"] == pytest.approx(3.4)
    assert "SY25" not in by_line and set(assessment.held["status"]) == {"done", "committed"}
    # Nor is what a firm could reuse offered to a neighbour: all pallets of E09 would serve E09.
    offered = assessment.passed["out_flow_id"]
    whole = assessment.own_uses.groupby("out_flow_id")["taken_t_per_year"].sum()
    gone = [flow for flow, tonnes in whole.items() if tonnes >= declared[flow] - 1e-9]
    assert "E10-F01" in gone and not offered.isin(gone).any()


def test_what_is_done_is_collected_by_no_group_and_what_is_promised_still_is(assessment: Assessment) -> None:
    begun, mass = assessment.held, assessment.flows.set_index("flow_id")["mass_t_per_year"].astype(float)
    left = assessment.collected_together.set_index("flow_id")["mass_t_per_year"].astype(float)
    done = begun[begun["status"] == "done"].groupby("out_flow_id")["taken_t_per_year"].sum()
    done = done[done.index.isin(left.index)]
    assert len(done) and (done > 0).any()
    expected = (mass[done.index] - done).clip(lower=0).where(lambda t: t > 1e-9 * mass[done.index], 0.0)
    assert left[done.index].to_numpy() == pytest.approx(expected.to_numpy())
    others = left.index.difference(done.index)
    pd.testing.assert_series_equal(left[others], mass[others])
