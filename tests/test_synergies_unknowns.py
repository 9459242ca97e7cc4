"""Value of information: known by hand where a plan made again with the answer differs, else none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eit_analysis.config_synergies import Allocation
from eit_analysis.publishing.wording import heading
from eit_analysis.reference.factors import factor_table, lookup
from eit_analysis.synergies.unknowns import COLUMNS, WEIGHTS, unknowns

FACTORS = factor_table()
FIXED, LOADING = 500.0, 60.0 / 8.0  # €/year, €/t of loose wood: an hour at the gate for each 8 t
SETTINGS = Allocation(project_cost_eur_per_year=FIXED)


def flow(name: str, mass: tuple[float, float, float], site: str) -> dict:
    low, central, high = mass
    return {
        "flow_id": name, "site_id": site, "category": "wood", "description": name, "mass_t_per_year": central,
        "mass_low_t_per_year": low, "mass_high_t_per_year": high, "waste_code": "030105",
    }  # fmt: skip


def exchange(out: str, into: str, rate: float, supply: float, demand: float, **known) -> dict:
    """An exchange with an operator at no distance that brings ``rate`` €/t before the fixed cost."""
    tonnes = min(supply, demand)
    return {
        "candidate_id": f"{out}>{into}", "out_flow_id": out, "in_flow_id": into, "category": "wood",
        "giver_site_id": out, "taker_site_id": into, "use": "panneaux", "treatment": "broyage",
        "rule_id": "R1", "input_category": "wood", "old_route": "landfill", "new_route": "recycling",
        "distance_km": 0.0,
        "spoils_share_of_year": 0.0, "yield_central": 1.0, "need_t_per_t": 1.0,
        "most_of_need": 1.0, "loaded_as": "loose_wood", "rated_as": "wood", "replaces": "wood",
        "downgraded": False,
        "supply_t_per_year": supply, "demand_t_per_year": demand,
        "diverted_t_per_year": tonnes, "giver_evidence": "measured", "taker_evidence": "measured",
        "old_cost_eur_per_t": rate + LOADING, "taker_price_eur_per_t": 0.0, "taker_actor_type": "outlet",
        "margin_eur_per_year": rate * tonnes, "joint_surplus_eur_per_year": rate * tonnes - FIXED,
    } | known  # fmt: skip


def told(exchanges: list[dict], flows: list[dict], by_quality=None) -> dict[tuple[str, str], dict]:
    found = unknowns(pd.DataFrame(exchanges), SETTINGS, pd.DataFrame(flows), FACTORS, by_quality or {})
    assert list(found.columns) == COLUMNS and found["knowing_eur_per_year"].is_monotonic_decreasing
    return {(row["flow_id"], row["unknown"]): row for row in found.to_dict("records")}


def values(row: dict) -> list[float]:
    return [row[f"{name}_eur_per_year"] for name in ("knowing", "gain_worst", "gain_best")]


def test_a_mass_is_worth_what_the_plan_made_again_brings():
    # 2, 10 or 40 t at 100 €/t: 40 t bring 3,500 € and not 500; 2 t do not pay the 500 € of the exchange,
    # which as it stands would lose 300.
    rows = [exchange("A", "X", 100.0, 10.0, 99.0, giver_evidence="estimated")]
    row = told(rows, [flow("A", (2.0, 10.0, 40.0), "E01")])["A", "mass"]
    assert row["site_id"] == "E01"
    assert values(row) == pytest.approx([0.13 * 3000 + 0.13 * 300, -500.0, 3000.0], abs=0.01)


def test_what_was_measured_declared_or_changes_nothing_is_not_asked():
    assert told([exchange("A", "X", 100.0, 10.0, 99.0)], [flow("A", (0.0, 10.0, 40.0), "E01")]) == {}
    # The need is full after 5 t, whatever the giver has beyond.
    guessed = exchange("A", "X", 200.0, 10.0, 5.0, giver_evidence="estimated")
    assert told([guessed], [flow("A", (5.0, 10.0, 40.0), "E01")]) == {}


def test_without_an_exchange_nothing_is_asked():
    none = pd.DataFrame([exchange("A", "X", 1.0, 1.0, 1.0)]).head(0)
    assert unknowns(none, SETTINGS, pd.DataFrame([flow("A", (1.0, 1.0, 1.0), "E01")]), FACTORS, {}).empty


def test_the_room_that_a_flow_leaves_is_another_s():
    """Held as it is, a plan would lose all that the first brings; made again, it has the second instead."""
    worked = {"category": "plastic", "input_category": "plastic", "taker_actor_type": "firm"}
    flows = [flow(name, (10.0, 10.0, 10.0), "E01") for name in "AB"]
    alone = exchange("A", "X", 300.0, 10.0, 10.0, **worked)
    other = exchange("B", "X", 200.0, 10.0, 10.0)
    assert values(told([alone], flows)["A", "grade"]) == [FIXED / 2, -2500.0, 0.0]
    assert values(told([alone, other], flows)["A", "grade"]) == [(1500.0 + FIXED) / 2, -1000.0, 0.0]
    # What has no place in the plan is asked for nothing.
    assert ("B", "grade") not in told([alone, other | worked], flows)


def test_an_option_of_the_law_that_does_not_suit_holds_the_next_one_back_no_more():
    suits = exchange("A", "X", 300.0, 10.0, 99.0, new_route="reuse", rule_id="wood_pallet_direct")
    below = exchange("A", "Y", 200.0, 10.0, 99.0)
    given, need = (flow(name, (10.0, 10.0, 10.0), "E01") | {"waste_code": "150103"} for name in "AX")
    row = told([suits, below], [given, need])["A", "format"]
    # Who takes pallets apart is asked whether their wood does.
    apart = suits | {"rule_id": "wood_carpentry_150103"}
    assert values(told([apart, below], [given, need])["A", "timber"]) == values(row)
    assert values(row) == [(1500.0 + FIXED) / 2, -1000.0, 0.0]


def test_an_undeclared_cost_is_asked_with_the_bounds_of_its_factor():
    bounds = lookup(FACTORS, "treatment_cost", "wood", "landfill")
    costs = np.array([bounds[b] for b in ("low", "central", "high")], dtype=float)
    rate = costs[1] - LOADING
    silent = exchange("A", "X", rate, 10.0, 99.0, old_cost_eur_per_t=np.nan)
    gains = np.maximum((costs - LOADING) * 10 - FIXED, 0)
    row = told([silent], [flow("A", (10.0, 10.0, 10.0), "E01")])["A", "cost"]
    assert values(row)[1:] == pytest.approx([gains[0] - gains[1], gains[2] - gains[1]], abs=0.01)


def test_a_quality_is_worth_knowing_where_it_shuts_an_exchange_or_opens_another():
    known = exchange("A", "X", 100.0, 10.0, 99.0)  # 500 € when not soiled
    better = exchange("A", "Y", 200.0, 10.0, 99.0)  # 1,500 € when clean
    by_quality = {
        "clean": pd.DataFrame([known, better]), "mixed": pd.DataFrame([known]),
        "soiled": pd.DataFrame([known]).head(0),
    }  # fmt: skip
    row = told([known], [flow("A", (10.0, 10.0, 10.0), "E01")], by_quality)["A", "quality"]
    # Clean: 1,500 € and not the 500 of the plan as it is. Soiled: nothing, and not the 500 € of a vain one.
    assert values(row) == pytest.approx([(1000 + 500) / 3, -500.0, 1000.0], abs=0.01)


def test_the_weights_keep_mean_and_variance_of_the_law_whose_interval_it_is():
    ends = np.array([-1.96, 0.0, 1.96])
    assert WEIGHTS.sum() == 1 and WEIGHTS @ ends == pytest.approx(0)
    assert WEIGHTS @ ends**2 == pytest.approx(1.0, abs=0.005)


def test_the_sample_tells_what_to_ask_of_whom(assessment):
    found = assessment.unknowns()
    assert set(found["unknown"]) <= set(heading("unknown").labels) == {
        "mass", "cost", "price", "quality", "grade", "format", "timber",
    }  # fmt: skip
    assert (found["gain_worst_eur_per_year"] <= found["gain_best_eur_per_year"]).all() and len(found)
    assert all(heading(column).header for column in COLUMNS)


@pytest.mark.parametrize("giver", ["E12-F01", "E18-F04"])
def test_a_need_met_in_part_already_is_as_large_whatever_the_quality_of_what_it_may_take(assessment, giver):
    quality = assessment.flows["quality"].mask(assessment.flows["flow_id"] == giver, "unknown")
    changed = replace(assessment, flows=assessment.flows.assign(quality=quality))
    clean = changed.of_free(changed.free_flows.assign(quality="clean"))
    both = pd.concat([changed.candidates, clean.candidates])
    assert giver in set(clean.candidates["out_flow_id"])
    assert (both.groupby("in_flow_id")["demand_t_per_year"].nunique() == 1).all()
    assert len(changed.unknowns())
