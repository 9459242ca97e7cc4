"""What one firm reads of its exchanges: its own in full, whether the other has enough, and a price."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis.synergies.assessment import Assessment
from eit_analysis.synergies.own_exchanges import own_exchanges

FLOWS = pd.DataFrame(
    [("A-1", "A", 20.0), ("B-1", "B", 100.0), ("C-1", "C", 20.0), ("D-1", "D", 6.0), ("E-1", "E", 30.0)],
    columns=["flow_id", "site_id", "mass_t_per_year"],
).assign(description="Palettes", source_file="f.xlsx", source_sheet="Flux", source_row=2)


def exchanges() -> pd.DataFrame:
    """A gives to B, C, D and E, half a tonne of whose need each tonne takes up; and takes from nobody."""
    room = {"B": 50.0, "C": 10.0, "D": 3.0, "E": 15.0}
    rows = [
        {"giver_site_id": "A", "taker_site_id": taker, "out_flow_id": "A-1", "in_flow_id": f"{taker}-1",
         "rank": rank, "diverted_t_per_year": min(20.0, most),
         "supply_t_per_year": 20.0, "demand_t_per_year": 2 * most, "taker_actor_type": "firm",
         "giver_saving_eur_per_year": 4 * min(20.0, most)}
        for rank, (taker, most) in enumerate(room.items(), 1)
    ]  # fmt: skip
    fixed = {"category": "wood", "use": "palettes", "new_route": "reuse", "need_t_per_t": 2.0,
             "most_of_need": 1.0,
             "allocated_t_per_year": 0.0, "yield_central": 2.0, "taker_price_eur_per_t": 20.0,
             "old_cost_eur_per_t": 4.0, "fixed_cost_eur_per_year": 200.0}  # fmt: skip
    asked = ["savoir qui broie", None, None, None]
    table = pd.DataFrame(rows).assign(**fixed, taker_worth_eur_per_year=70.0, ask_first=asked, status=None)
    # 44 €/t less 10 of transport: 680, 340, 102 and 510 € before the fixed cost.
    return table.assign(margin_eur_per_year=34 * table["diverted_t_per_year"])


def test_its_own_side_in_full_and_of_the_other_whether_it_has_enough() -> None:
    own = own_exchanges(exchanges(), FLOWS, "A").frame.set_index("partner_site_id")
    assert list(own["passing"]) == ["all", "some", "some", "some"]  # 100, 20, 6, 30 t for 40
    assert own.loc["B", ["own_t_per_year", "passing_t_per_year", "own_gain_eur_per_year"]].tolist() == [
        20,
        20,
        80,
    ]
    assert own.loc[["C", "D", "E"], ["passing_t_per_year", "own_gain_eur_per_year"]].isna().all(axis=None)
    assert own["ask_first"].dropna().to_dict() == {"B": "savoir qui broie"}
    assert set(own["own_gain_eur_per_t"]) == {4.0} and set(own["own_t_per_year"]) == {20.0}
    # What a firm left blank is supposed of it, and said to be.
    assert set(own["own_basis"]) == {"cost_declared"}
    blank = exchanges().assign(old_cost_eur_per_t=None, taker_price_eur_per_t=None)
    for firm, basis in (("A", "cost_reference"), ("B", "price_reference")):
        assert set(own_exchanges(blank, FLOWS, firm).frame["own_basis"]) == {basis}


def test_what_is_free_is_told_beside_what_was_declared_where_the_two_differ() -> None:
    # 24 t declared, of which 4 are done: 20 are free.
    flows = FLOWS.assign(mass_t_per_year=FLOWS["mass_t_per_year"].mask(FLOWS["flow_id"] == "A-1", 24.0))
    own = own_exchanges(exchanges(), flows, "A").frame
    assert set(own["own_t_per_year"]) == {20.0} and set(own["own_declared_t_per_year"]) == {24.0}
    whole = own_exchanges(exchanges(), FLOWS, "A").frame
    assert (whole["own_declared_t_per_year"] == whole["own_t_per_year"]).all()


def test_one_that_takes_reads_no_share_of_what_the_other_has() -> None:
    own = own_exchanges(exchanges().assign(margin_eur_per_year=0.0), FLOWS, "B")
    assert own.frame.loc[0, ["exchange_role", "partner_site_id", "passing"]].tolist() == [
        "takes",
        "A",
        "some",
    ]
    assert own.records.loc[0, ["told_low", "told_high"]].tolist() == [0.0, float("inf")]
    # It reads what a tonne replaces, and no gain for all of its need, to which several may give; but a loss.
    assert own.frame.loc[0, ["replaced_t_per_t", "own_net_eur_per_year"]].tolist() == [2, -25]
    gains = own_exchanges(exchanges().assign(taker_worth_eur_per_year=7000.0), FLOWS, "B").frame
    assert gains["own_net_eur_per_year"].isna().all() and gains["own_gain_eur_per_t"].tolist() == [350]
    assert own_exchanges(exchanges(), FLOWS, None).frame.empty


def test_one_whose_need_is_met_in_part_reads_that_part_of_it() -> None:
    # A boiler of 50 t/year burns 20 % of fines, each for half a tonne: 10 t of its need, 20 t of A.
    fines = exchanges().assign(yield_central=0.5, need_t_per_t=0.5, most_of_need=0.2, demand_t_per_year=50.0)
    own = own_exchanges(
        fines.assign(supply_t_per_year=40.0), FLOWS.assign(mass_t_per_year=[40.0, 50, 0, 0, 0]), "B"
    )
    amounts = ["own_declared_t_per_year", "own_t_per_year", "replaced_t_per_t", "passing_t_per_year"]
    assert own.frame.loc[0, amounts].tolist() == [50, 10, 0.5, 20]
    assert own.frame.loc[0, "passing"] == "all" and own.records.loc[0, "told_low"] == 20


def test_whether_some_price_lets_both_gain_is_said_where_it_tells_no_figure() -> None:
    own = own_exchanges(exchanges(), FLOWS, "A")
    # B, C and E gain whatever they declared within 15 %, D at no price.
    assert own.frame["some_price"].tolist() == ["yes", "yes", "no", "yes"]
    # It pays from 200 / 34 t sent, which take up twice as much: D has less, the others more.
    assert own.records["told_high"].round(2).tolist() == [float("inf")] * 2 + [11.76, float("inf")]
    assert own.records["told_low"].round(2).tolist() == [40, 11.76, 0, 11.76]
    # At 12 €/t a price of 6 €/t more or less decides: nothing is said but of D.
    near = exchanges().assign(margin_eur_per_year=lambda t: 12 * t["diverted_t_per_year"])
    told = own_exchanges(near, FLOWS, "A")
    assert told.frame["some_price"].isna().tolist() == [True, True, False, True]
    # Neither the order nor what must be paid tells it again, where the audit withholds it.
    seen = [found.frame.drop(columns="some_price") for found in (own, told)]
    pd.testing.assert_frame_equal(*seen)


def test_the_first_is_the_one_of_the_plan_that_gains_most_net_of_the_fixed_cost() -> None:
    # 20 t at 4 €/t less 200 € lose 120 € by B; at 30, 50 and 12 €/t they gain 400 €, 800 € and 40 €.
    saved = exchanges().assign(giver_saving_eur_per_year=lambda t: [4, 30, 50, 12] * t["diverted_t_per_year"])
    own = own_exchanges(saved, FLOWS, "A").frame
    assert own["own_net_eur_per_year"].tolist() == pytest.approx([800, 400, 40, -120])
    # Given for nothing, 200 € are worth it from 6.7, 4 and 16.7 t on; at 4 €/t what it has is not enough.
    assert own["unpaid_t_per_year"].round(1).fillna(0).tolist() == [4.0, 6.7, 16.7, 0.0]
    # No price suits D and A both: where that is withheld, its place would tell it.
    assert own["partner_site_id"].tolist() == ["D", "C", "E", "B"]
    # A difference that nobody reads does not order them: then the rank does.
    saving = [30, 30, 30.01, 30.001] * saved["diverted_t_per_year"]
    near = saved.assign(giver_saving_eur_per_year=saving)
    assert own_exchanges(near, FLOWS, "A").frame["partner_site_id"].tolist() == ["B", "C", "D", "E"]
    assert own_exchanges(exchanges(), FLOWS, "A").frame["least_paid_eur_per_t"].tolist() == [6, 6, 6, 6]
    # One gain is one gain, however its sum is taken: 400,5 € and a bit less.
    half = saved["diverted_t_per_year"] * [30.025, 30.025 * (1 - 1e-15), 30.025, 30.025 * (1 + 1e-15)]
    found = own_exchanges(saved.assign(giver_saving_eur_per_year=half), FLOWS, "A").frame
    assert found["partner_site_id"].tolist() == ["B", "C", "D", "E"]
    # The rank that is printed is the place in this order.
    assert own["rank_own"].tolist() == [1, 2, 3, 4]
    # What the plan keeps comes before what gains more and is left; what it needs is 120 € for 20 t at least.
    planned = own_exchanges(saved.assign(allocated_t_per_year=[9.0, 0, 0, 9]), FLOWS, "A").frame
    assert planned["partner_site_id"].tolist() == ["E", "B", "D", "C"]
    assert planned["least_paid_eur_per_t"].fillna(0).tolist() == [0, 6, 0, 0]
    # Of these the rank, which knows what the other has, and not the gain of what it might not have.
    kept = own_exchanges(saved.assign(allocated_t_per_year=[0.0, 9, 9, 0]), FLOWS, "A")
    assert kept.frame["partner_site_id"].tolist() == ["C", "D", "E", "B"]
    # Of what the firm does not read, that a lead has no joint surplus or is a second choice, nothing follows.
    for unread in ("second_choice", "nobody_gains"):
        told = own_exchanges(
            saved.assign(choice=["first_choice", unread, "first_choice", unread]), FLOWS, "A"
        )
        pd.testing.assert_frame_equal(told.frame, own)


def test_no_price_is_said_to_suit_nobody_where_a_gain_is_unknown_or_the_exchange_is_done() -> None:
    for status in ("done_in_part", "committed_in_part"):
        done = own_exchanges(exchanges().assign(status=status), FLOWS, "A")
        assert done.frame["some_price"].isna().all()  # the two have a price
        assert (done.records["told_high"] == float("inf")).all()
    # What a structure gains is not known: who gives reads of his own gain alone, the structure of nothing.
    to_ess = exchanges().assign(taker_actor_type="ess")
    assert own_exchanges(to_ess, FLOWS, "A").frame["some_price"].tolist() == ["you", "you", "not_you", "you"]
    assert own_exchanges(to_ess, FLOWS, "B").frame["some_price"].isna().all()
    assert own_exchanges(to_ess, FLOWS, "D").frame["some_price"].isna().all()


@pytest.mark.parametrize("firm", ["E02", "E07", "F02", "S02"])
def test_no_row_nor_all_together_tell_an_amount_of_the_other_side(assessment: Assessment, firm: str) -> None:
    exchanges = assessment.exchanges.assign(ask_first=None, status=None)
    own = own_exchanges(exchanges, assessment.flows, firm)
    own.check("Vos échanges")
    told = own.records.groupby(["site_id", "source_sheet", "source_row"])
    told = told.agg(amount=("mass_t_per_year", "first"), low=("told_low", "max"), high=("told_high", "min"))
    assert (told["low"] <= 0.85 * told["amount"]).all() and (told["high"] >= 1.15 * told["amount"]).all()
    # Nothing but two words and the tonnes where all passes follows from the other side.
    seen = own.frame.drop(columns=["passing", "passing_t_per_year", "own_gain_eur_per_year", "some_price"])
    flows = assessment.flows.copy()
    others = flows["site_id"] != firm
    flows.loc[others, "mass_t_per_year"] *= 1.01
    again = own_exchanges(exchanges, flows, firm).frame[seen.columns]
    pd.testing.assert_frame_equal(seen, again)
    whole = own.frame["passing"] == "all"
    # All that F02 has room for would come of changes of contractor, which are no exchanges.
    assert whole.any() == (firm != "F02") and (own.frame["passing_t_per_year"].notna() == whole).all()
    assert set(own.frame["passing"]) <= {"all", "some"}


def test_e02_is_told_its_best_exchange_with_its_tonnes(assessment: Assessment) -> None:
    exchanges = assessment.exchanges.assign(ask_first=None, status=None)
    own = own_exchanges(exchanges, assessment.flows, "E02").frame
    both = ["giver_site_id", "taker_site_id"]
    of_e02 = (assessment.exchanges[both] == "E02").any(axis=1)
    assert own["rank_own"].tolist() == list(range(1, of_e02.sum() + 1))
    first = assessment.exchanges[of_e02].sort_values("rank").iloc[0]
    best = own[own["partner_site_id"].isin(first[both]) & (own["category"] == first["category"])].iloc[0]
    # Its cardboard first serves its own need of it; of its pallets all 9.6 t may leave.
    assert best["passing_t_per_year"] == pytest.approx(9.6)
