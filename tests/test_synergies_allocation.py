"""The joint plan: no tonne twice, the best of all plans, whatever the limits and the order of rows."""

import numpy as np
import pandas as pd
import pytest
from allocation_cases import (
    brute_force,
    candidates,
    greedy,
    pays_from,
    rates,
    swaps,
    tables,
    transport,
    waiting,
    with_intakes,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.config_synergies import Allocation
from eit_analysis.errors import InputError
from eit_analysis.settings_file import read_config
from eit_analysis.synergies.allocation.joint_plan import allocate, exclusive, search, with_accepted
from eit_analysis.synergies.allocation.validation import known_exclusive

FREE = Allocation(minimum_lot_t=0)
GAIN = "margin_eur_per_year"

limits = st.builds(
    Allocation,
    minimum_lot_t=st.sampled_from([0.0, 1.0, 2.0, 3.0]),
    budget_eur_per_year=st.sampled_from([None, 0.0, 5.0, 12.5]),
    maximum_projects=st.sampled_from([None, 0, 1, 2]),
    project_cost_eur_per_year=st.sampled_from([0.0, 0.0, 3.0]),
    minimum_gain_eur_per_year=st.sampled_from([None, 0.0, 4.0]),
    exclusive=st.sampled_from(
        [[], [["o0>i0", "o0>i1"]], [["o0>i0", "o1>i0", "o2>i2"], ["o1>i1", "gone>i1"]]]
    ),
)


def tonnes(plan):
    return plan.exchanges["allocated_t_per_year"].to_numpy()


def received(plan):
    return tonnes(plan) * plan.exchanges["yield_central"]


def test_exclusive_exchanges_join_an_output_and_an_input():
    flows = pd.DataFrame({"flow_id": ["o", "i", "j"], "direction": ["out", "in", "in"]})
    known_exclusive([["o>i", "o>j"]], flows)
    for wrong in ("o>k", "p>i", "i>o", "o>o"):
        with pytest.raises(InputError, match=wrong):
            known_exclusive([["o>i", wrong]], flows)


def test_competing_takers_share_one_flow():
    plan = allocate(candidates([("o", "i", 10, 6, 1, 50), ("o", "j", 10, 8, 1, 40)]), FREE)
    assert tonnes(plan) == pytest.approx([6, 4])
    assert (
        plan.value == pytest.approx(460)
        and plan.solution.status == "optimal"
        and plan.solution.gap_percent == 0
    )
    assert plan.exchanges["diverted_t_per_year"].sum() == 14


def test_yield_counts_on_the_demand_side():
    plan = allocate(candidates([("o", "i", 10, 3, 0.5, 50)]), FREE)
    assert tonnes(plan) == pytest.approx([6])
    assert list(received(plan)) == pytest.approx([3])


def test_a_structure_takes_in_no_more_than_it_declares():
    table = with_intakes(candidates([("o", "i", 10, 3, 0.5, 50), ("p", "i", 10, 3, 0.8, 10)]), {"i"})
    plan = allocate(table, FREE)
    assert tonnes(plan) == pytest.approx([3, 0])
    assert list(received(plan)) == pytest.approx([1.5, 0])


def test_the_groups_that_exclude_one_another_are_listed_by_name():
    table = candidates([("o", "i", 10, 6, 1, 50), ("o", "j", 10, 8, 1, 40)])
    flows = pd.DataFrame({"flow_id": list("oijk"), "site_id": list("OIJK")})
    plan = allocate(table, Allocation(exclusive=[["o>i", "o>j"], ["o>j", "o>k"]]))
    listed = exclusive(plan, flows)
    assert list(listed["exclusive_group"]) == [1, 1, 2, 2]
    assert list(listed["candidate_id"]) == ["o>i", "o>j", "o>j", "o>k"]
    assert list(listed["exchange_site_ids"]) == ["O I", "O J", "O J", "O K"]
    assert listed["allocated_t_per_year"].tolist()[:3] == pytest.approx([0, 8, 8])
    assert np.isnan(listed["allocated_t_per_year"].iloc[3])


def test_a_lot_too_small_does_not_travel():
    table = candidates([("o", "i", 10, 9, 1, 50), ("o", "j", 10, 8, 1, 40)])
    # 9 + 1 is forbidden; 7 + 3 beats 9 + 0.
    assert tonnes(allocate(table, Allocation(minimum_lot_t=3))) == pytest.approx([7, 3])
    assert tonnes(allocate(table, Allocation(minimum_lot_t=20))).sum() == 0


def test_two_sites_do_not_swap_like_for_like():
    table = candidates([("o", "i", 10, 8, 1, 5), ("p", "j", 3, 9, 1, 20), ("q", "k", 4, 4, 1, 1)])
    table = table.assign(
        giver_site_id=["A", "B", "B"], taker_site_id=["B", "A", "A"], use=["pallets", "pallets", "boards"]
    )
    # 3 t at 20 €, rather than 8 t at 5 € the other way; boards are not pallets.
    plan = allocate(table, FREE)
    assert tonnes(plan) == pytest.approx([0, 3, 4]) and plan.value == pytest.approx(64)
    assert tonnes(allocate(table, FREE, "diverted_t_per_year")) == pytest.approx([8, 0, 4])
    # A third site is no swap.
    elsewhere = table.assign(taker_site_id=["B", "C", "A"])
    assert tonnes(allocate(elsewhere, FREE)) == pytest.approx([8, 3, 4])


def test_fines_are_a_part_of_the_whole_need_and_not_of_what_others_leave_of_it():
    """15 % of what other fuels left of a boiler's need: 44.8 t of sawdust for the 147 that it may burn."""
    table = candidates([("chips", "boiler", 60, 100, 1, 9), ("fines", "boiler", 80, 100, 1, 5),
                        ("dust", "boiler", 80, 100, 1, 4)])  # fmt: skip
    table["most_of_need"] = [1.0, 0.15, 0.15]
    # Both kinds of fines together are 15 t, the better first; the rest of the need stays open.
    assert tonnes(allocate(table, FREE)) == pytest.approx([60, 0, 15])
    # With chips enough there is room for none.
    full = table.assign(supply_t_per_year=[100.0, 80.0, 80.0])
    full.loc[0, ["diverted_t_per_year", GAIN]] = [100.0, 900.0]
    assert tonnes(allocate(full, FREE)) == pytest.approx([100, 0, 0])


def test_dantzig_transport():
    # Optimum 153.675 k$ of the transport example of GAMS and GLPK (Dantzig 1963, ch. 3.3).
    plan = allocate(transport(), FREE)
    assert tonnes(plan).sum() == pytest.approx(900)
    assert tonnes(plan).sum() - plan.value == pytest.approx(153.675)


@settings(max_examples=40)
@given(tables(), limits, st.sampled_from([GAIN, "jobs", "emissions_tco2e_per_year"]))
def test_equal_to_trying_every_set_of_exchanges(table, setting, objective):
    sign = -1 if objective.startswith("emissions") else 1
    paid = -setting.project_cost_eur_per_year if objective == GAIN else 0.0
    plan = allocate(table, setting, objective)
    best = brute_force(table, (sign * rates(table, objective), paid), setting)
    assert plan.value == pytest.approx(best, rel=1e-5, abs=1e-4)
    obeys(plan, setting)


@settings(max_examples=40)
@given(tables(9), st.sampled_from([0.0, 1.0, 2.0, 3.0]))
def test_never_below_greedy(table, lot):
    # Whoever takes the best first asks for no hierarchy.
    table = table.assign(new_route="recycling")
    assert allocate(table, Allocation(minimum_lot_t=lot)).value >= greedy(table, GAIN, lot) - 1e-4


def obeys(plan, setting):
    """No tonne twice, no capacity exceeded, no lot too small, no group, budget or cap broken."""
    table = plan.exchanges
    sent = table["allocated_t_per_year"]
    assert (sent >= 0).all() and (sent <= table["diverted_t_per_year"] + 1e-6).all()
    for flow, amount, used in (
        ("out_flow_id", "supply_t_per_year", sent),
        ("in_flow_id", "demand_t_per_year", sent * table["need_t_per_t"]),
    ):
        totals = used.groupby(table[flow]).sum()
        assert (totals <= table.groupby(flow)[amount].first() + 1e-5).all()
    few = ["in_flow_id", "most_of_need"]
    part = (sent * table["need_t_per_t"]).groupby([table[name] for name in few]).sum()
    assert (
        part <= part.index.get_level_values(1) * table.groupby(few)["demand_t_per_year"].first() + 1e-5
    ).all()
    least = np.fmax(pays_from(table, setting), setting.minimum_lot_t)
    assert ((sent == 0) | (sent >= least - 1e-5)).all()
    into = (sent * table["need_t_per_t"]).groupby(table["in_flow_id"]).sum()
    for k, m in waiting(table, setting):
        room = table["demand_t_per_year"].iloc[m] - into[table["in_flow_id"].iloc[m]]
        some = 0.0 if sent.iloc[m] > 0 else table["need_t_per_t"].iloc[m] * least[m]
        assert sent.iloc[k] == 0 or room <= some + 1e-4
    taken = set(table["candidate_id"][sent > 0])
    assert setting.maximum_projects is None or len(taken) <= setting.maximum_projects
    assert all(len(taken & set(group)) <= 1 for group in [*setting.exclusive, *swaps(table)])
    if setting.budget_eur_per_year is not None:
        extra = (np.maximum(0, -rates(table, GAIN)) * sent).sum()
        spent = extra + setting.project_cost_eur_per_year * len(taken)
        assert spent <= setting.budget_eur_per_year + 1e-4


@settings(max_examples=25)
@given(tables(9), limits, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(table, setting, random):
    plan = allocate(table, setting)
    shuffled = allocate(table.sample(frac=1, random_state=random.randrange(1000)), setting)
    pd.testing.assert_frame_equal(plan.exchanges, shuffled.exchanges)


@settings(max_examples=20)
@given(tables(4, crossed=False))
def test_of_equal_plans_the_one_of_most_tonnes(table):
    # Every other exchange brings nothing: it must not keep its tonnes from travelling.
    table = table.assign(**{GAIN: np.where(np.arange(len(table)) % 2, table[GAIN].clip(lower=0), 0.0)})
    plan = allocate(table, FREE)
    floors = [(rates(table, GAIN), 0.0, plan.value - 1e-7)]
    most = brute_force(table, (np.ones(len(table)), 0.0), FREE, floors)
    assert tonnes(plan).sum() == pytest.approx(most, abs=1e-4)


def test_more_tonnes_never_cost_the_plan_any_of_its_value():
    # o0 to i0 brings 3 a tonne and fills i0 by a quarter only: what it would leave to i1, which brings
    # nothing, is more tonnes, and worth less.
    plan = allocate(
        candidates(
            [
                ("o0", "i0", 3, 2, 0.25, 3),
                ("o0", "i1", 3, 4, 0.5, 0),
                ("o1", "i0", 5, 2, 1, 2),
                ("o1", "i1", 5, 4, 0.5, 0),
            ]
        ),
        FREE,
    )
    assert plan.value == pytest.approx(3 * 3 + 1.25 * 2)
    assert tonnes(plan) == pytest.approx([3, 0, 1.25, 3.75])


def test_an_unknown_gain_is_left_out_and_counted():
    table = candidates([("o", "i", 10, 6, 1, np.nan), ("o", "j", 10, 8, 1, 40)])
    plan = allocate(table, FREE)
    assert tonnes(plan) == pytest.approx([0, 8]) and plan.n_unknown == 1
    # Its tonnes are known, so it counts in the plan of most tonnes, unless a budget asks what it costs.
    assert allocate(table, FREE, "diverted_t_per_year").value == pytest.approx(10)
    budgeted = allocate(table, Allocation(minimum_lot_t=0, budget_eur_per_year=0), "diverted_t_per_year")
    assert budgeted.value == pytest.approx(8) and budgeted.n_unknown == 1


def test_the_budget_pays_for_what_costs_more_than_today():
    table = candidates([("o", "i", 10, 10, 1, -5, 0, 0, 1), ("p", "j", 10, 10, 1, 20, 0, 0, 0.1)])
    plan = allocate(table, Allocation(minimum_lot_t=0, budget_eur_per_year=30), "jobs")
    # The gain of the second exchange, 200 €, does not refill the 30 €.
    assert tonnes(plan) == pytest.approx([6, 10])
    # No exchange that costs more than today is in the plan of largest joint surplus.
    assert tonnes(allocate(table, FREE)) == pytest.approx([0, 10])


def test_an_exchange_must_be_worth_its_setting_up():
    table = candidates([("o", "i", 10, 10, 1, 5), ("p", "j", 10, 10, 1, 20)])
    plan = allocate(table, Allocation(minimum_lot_t=0, project_cost_eur_per_year=60))
    assert tonnes(plan) == pytest.approx([0, 10]) and plan.value == pytest.approx(140)


def test_what_an_actor_accepted_is_served_first_at_its_most():
    setting = Allocation(minimum_lot_t=0, project_cost_eur_per_year=100)
    table = candidates([("o", "i", 10, 10, 1, 50), ("p", "i", 10, 10, 1, 20), ("q", "j", 5, 5, 1, 60)])
    plan = with_accepted(table, setting, ["p>i", "q>j", "gone>i"])
    assert tonnes(plan) == pytest.approx([0, 10, 5], abs=1e-5)
    assert set(plan.accepted) == {"p>i", "q>j"} and plan.value == pytest.approx(300, abs=1e-3)
    # Two who are accepted share a need by what they bring; an option of a lower step waits all the same.
    plan = with_accepted(table, setting, ["o>i", "p>i"])
    assert tonnes(plan) == pytest.approx([10, 0, 5], abs=1e-5)
    lower = candidates([("o", "i", 10, 6, 1, 50), ("o", "j", 10, 100, 1, 80)])
    plan = with_accepted(lower.assign(new_route=["reuse", "recycling"]), FREE, ["o>j"])
    assert tonnes(plan) == pytest.approx([6, 4], abs=1e-5)


def test_a_plan_holds_no_trifle_accepted_or_not():
    """Of two actors brought together for 0.00005 € a year: a need was filled by what just pays its cost."""
    table = candidates([("o", "i", 10, 10, 1, 15), ("p", "j", 10, 10, 1, 30), ("q", "i", 10, 10, 1, 14)])
    setting = Allocation(minimum_lot_t=1, project_cost_eur_per_year=100, minimum_gain_eur_per_year=100)
    for accepted in ([], ["q>i"]):
        plan = with_accepted(table, setting, accepted)
        assert tonnes(plan) == pytest.approx([0, 10, 0]) and plan.value == 200


def test_a_lower_option_waits_until_the_higher_ones_that_pay_are_full():
    def routed(rows, routes):
        return candidates(rows).assign(new_route=routes)

    # Ten tonnes of pallets: shredded they bring more, reused they pay too.
    rows = [("o", "i", 10, 6, 1, 50), ("o", "j", 10, 100, 1, 80)]
    plan = allocate(routed(rows, ["reuse", "recycling"]), FREE)
    assert tonnes(plan) == pytest.approx([6, 4]) and plan.value == pytest.approx(620)
    assert tonnes(allocate(routed(rows, ["recycling", "reuse"]), FREE)) == pytest.approx([0, 10])
    # Of food, feed comes before digestion; nothing says so of wood.
    feed = routed(rows, ["recycling", "digestion"])
    assert tonnes(allocate(feed, FREE)) == pytest.approx([0, 10])
    assert tonnes(allocate(feed.assign(category="food"), FREE)) == pytest.approx([6, 4])
    # The need is filled from elsewhere: what is left of the flow may go down.
    other = [*rows, ("p", "i", 6, 6, 1, 70)]
    plan = allocate(routed(other, ["reuse", "recycling", "reuse"]), FREE)
    assert tonnes(plan) == pytest.approx([0, 10, 6])
    # Another flow that leaves room, be it less than what pays here, does not free it.
    most = [("o", "i", 10, 6, 1, 50), rows[1], ("p", "i", 4, 6, 1, 60)]
    plan = allocate(
        routed(most, ["reuse", "recycling", "reuse"]),
        Allocation(minimum_lot_t=1, project_cost_eur_per_year=180),
    )
    assert tonnes(plan) == pytest.approx([6, 4, 0])
    # A reuse that nobody gains by holds nothing back, nor one below its fixed cost.
    poor = [("o", "i", 10, 6, 1, -5), rows[1]]
    assert tonnes(allocate(routed(poor, ["reuse", "recycling"]), FREE)) == pytest.approx([0, 10])
    dear = Allocation(minimum_lot_t=0, project_cost_eur_per_year=310)
    assert tonnes(allocate(routed(rows, ["reuse", "recycling"]), dear)) == pytest.approx([0, 10])


def crowded():
    """1,600 exchanges whose lots take minutes to weigh against one another."""
    rng = np.random.default_rng(3)
    return candidates(
        [
            (f"o{i}", f"i{j}", 20 + i, 15 + j, 0.9, float(rng.normal(30, 30)))
            for i in range(40)
            for j in range(40)
        ]
    )


def test_many_exchanges_that_share_no_limit_are_weighed_apart_to_the_very_best():
    rng = np.random.default_rng(5)
    groups = [
        [(f"o{g}-{i}", f"i{g}-{j}", 20 + i, 15 + j, 0.9, float(rng.normal(30, 30)))
         for i in range(3) for j in range(3)]
        for g in range(12)
    ]  # fmt: skip
    lots = Allocation(minimum_lot_t=11)
    plan = allocate(candidates([row for rows in groups for row in rows]), lots)
    assert len(plan.model.pairs) == 108 and plan.solution.status == "optimal"
    assert plan.value == pytest.approx(sum(allocate(candidates(rows), lots).value for rows in groups))


def test_out_of_time_says_how_far_the_best_may_be():
    plan = allocate(crowded(), Allocation(minimum_lot_t=11, time_limit_s=1e-4))
    assert plan.solution.status == "time_limit" and 0 < plan.solution.gap_percent <= 100
    obeys(plan, Allocation(minimum_lot_t=11))
    assert search(plan).iloc[0].tolist() == [GAIN, "time_limit", plan.solution.gap_percent, 0]


def test_out_of_time_the_doubt_is_what_the_search_leaves_not_all_that_is_conceivable():
    table = crowded()
    plan = allocate(table, Allocation(minimum_lot_t=11, time_limit_s=3))
    # Lots only take away: without them the best is at hand, and the search starts from there.
    without_lots = allocate(table, FREE).value
    # Half a percent from the best, or out of time.
    assert plan.solution.status in ("near", "time_limit")
    assert plan.value < plan.solution.bound <= without_lots * (1 + 1e-6)
    assert plan.solution.gap_percent == pytest.approx(100 * (1 - plan.value / plan.solution.bound))


@pytest.mark.parametrize(
    "text",
    [
        "minimum_lot_t = -1",
        "minimum_lot_t = inf",
        "budget_eur_per_year = nan",
        "maximum_projects = 2.5",
        "time_limit_s = 0",
        'exclusive = [["E01-F03>R02-F01"]]',
        'exclusive = [["E01-F03", "E01-F04"]]',
        "maximum_project = 3",
    ],
)
def test_a_limit_without_sense_is_refused_in_study_toml(study, text):
    path = study.root / "data" / "raw" / study.name / "study.toml"
    head = path.read_text(encoding="utf-8")
    path.write_text(f"{head}\n[allocation]\n{text}\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"study\.toml.*allocation\.{text.split()[0]}"):
        read_config(path)


def test_limits_are_read_from_study_toml(study):
    path = study.root / "data" / "raw" / study.name / "study.toml"
    more = '[allocation]\nminimum_lot_t = 2\nmaximum_projects = 12\nexclusive = [["a>b", "a>c"]]\n'
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    found = read_config(path).allocation
    assert (found.minimum_lot_t, found.maximum_projects, found.budget_eur_per_year) == (2, 12, None)


def test_no_candidate_no_plan():
    for setting in (FREE, Allocation(budget_eur_per_year=1, maximum_projects=1, exclusive=[["a>b", "a>c"]])):
        plan = allocate(candidates([]), setting)
        assert plan.exchanges.empty and plan.value == 0 and plan.solution.status == "optimal"
        assert "allocated_t_per_year" in plan.exchanges


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("supply_t_per_year", np.nan),
        ("demand_t_per_year", np.inf),
        ("yield_central", 0.0),
        ("diverted_t_per_year", -1.0),
        (GAIN, np.inf),
    ],
)
def test_a_number_without_sense_is_named(column, value):
    table = candidates([("o", "i", 10, 6, 1, 50), ("p", "j", 10, 8, 1, 40)])
    table.loc[1, column] = value
    with pytest.raises(InputError, match=rf"{column}.*p>j.*{value:g}"):
        allocate(table, FREE)


def test_one_flow_has_one_mass_and_one_exchange_one_row():
    table = candidates([("o", "i", 10, 6, 1, 50), ("o", "j", 11, 8, 1, 40)])
    with pytest.raises(InputError, match=r"supply_t_per_year.*«\u00a0o\u00a0»"):
        allocate(table, FREE)
    with pytest.raises(InputError, match="deux fois"):
        allocate(pd.concat([table, table.head(1)]), FREE)
