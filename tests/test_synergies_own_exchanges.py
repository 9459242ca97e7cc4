"""What one firm reads of its exchanges: its own side in full, a class of what the other side declared."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis.synergies.assessment import Assessment
from eit_analysis.synergies.own_exchanges import CLASSES, own_exchanges

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
    fixed = {"category": "wood", "new_route": "reuse", "need_t_per_t": 2.0, "allocated_t_per_year": 0.0}
    asked = ["savoir qui broie", None, None, None]
    return pd.DataFrame(rows).assign(**fixed, taker_worth_eur_per_year=70.0, ask_first=asked)


def test_its_own_side_in_full_and_a_class_of_the_other() -> None:
    own = own_exchanges(exchanges(), FLOWS, "A").frame.set_index("partner_site_id")
    assert list(own["passing"]) == ["all", "some", "little", "most"]  # 100, 20, 6, 30 t for 40
    assert own.loc["B", ["own_t_per_year", "passing_t_per_year", "own_gain_eur_per_year"]].tolist() == [
        20,
        20,
        80,
    ]
    assert own.loc[["C", "D", "E"], ["passing_t_per_year", "own_gain_eur_per_year"]].isna().all(axis=None)
    assert own["ask_first"].dropna().to_dict() == {"B": "savoir qui broie"}
    assert set(own["own_gain_eur_per_t"]) == {4.0} and set(own["own_t_per_year"]) == {20.0}


def test_one_that_takes_reads_what_covers_its_need() -> None:
    own = own_exchanges(exchanges(), FLOWS, "B")
    assert own.frame.loc[0, ["exchange_role", "partner_site_id", "passing"]].tolist() == [
        "takes",
        "A",
        "little",
    ]
    assert own.records.loc[0, ["told_low", "told_high"]].tolist() == [0.0, 25.0]  # 100 t of need, 50 t sent
    assert own_exchanges(exchanges(), FLOWS, None).frame.empty


@pytest.mark.parametrize("firm", ["E02", "E07", "F02", "S02"])
def test_no_row_nor_all_together_tell_an_amount_of_the_other_side(assessment: Assessment, firm: str) -> None:
    exchanges = assessment.exchanges.assign(ask_first=None)
    own = own_exchanges(exchanges, assessment.flows, firm)
    own.check("Vos échanges")
    told = own.records.groupby(["site_id", "source_sheet", "source_row"])
    told = told.agg(amount=("mass_t_per_year", "first"), low=("told_low", "max"), high=("told_high", "min"))
    assert (told["low"] <= 0.85 * told["amount"]).all() and (told["high"] >= 1.15 * told["amount"]).all()
    # Nothing but the class and the tonnes where all passes follows from the other side.
    seen = own.frame.drop(columns=["passing", "passing_t_per_year", "own_gain_eur_per_year"])
    flows = assessment.flows.copy()
    others = flows["site_id"] != firm
    flows.loc[others, "mass_t_per_year"] *= 1.01
    again = own_exchanges(exchanges, flows, firm).frame[seen.columns]
    pd.testing.assert_frame_equal(seen, again)
    whole = own.frame["passing"] == "all"
    # All that F02 has room for would come of changes of contractor, which are no exchanges.
    assert whole.any() == (firm != "F02") and (own.frame["passing_t_per_year"].notna() == whole).all()
    assert set(own.frame["passing"]) <= {name for name, _, _ in CLASSES}


def test_e02_is_told_its_best_exchange_with_its_tonnes(assessment: Assessment) -> None:
    best = own_exchanges(assessment.exchanges.assign(ask_first=None), assessment.flows, "E02").frame.iloc[0]
    of_e02 = (assessment.exchanges[["giver_site_id", "taker_site_id"]] == "E02").any(axis=1)
    assert best["rank"] == assessment.exchanges.loc[of_e02, "rank"].min()
    # Its cardboard first serves its own need of it; of its pallets all 9.6 t may leave.
    assert best["passing_t_per_year"] == pytest.approx(9.6)
