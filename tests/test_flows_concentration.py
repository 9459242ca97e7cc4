"""Who weighs most: three sites by hand, and nobody when nothing weighs."""

import pandas as pd
import pytest

from eit_analysis.flows import concentration

MASS = "mass_t_per_year"


def flows_of(rows: list[tuple]) -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=["site_id", MASS]).astype({MASS: float})
    bounds = {"mass_low_t_per_year": 0.9 * flows[MASS], "mass_high_t_per_year": 1.1 * flows[MASS]}
    return flows.assign(contractor=None, evidence="declared", **bounds)


FLOWS = flows_of([("B", 50), ("A", 30), ("C", 60), ("A", 60)])


def test_who_holds_the_tonnage():
    # A 90, C 60, B 50 of 200: A alone is under 50 %, A and C hold 75 %.
    held = concentration.holders(FLOWS, (45, 50, 75, 80))
    counts = held.frame.set_index("threshold_percent")["n_sites"]
    assert counts.to_dict() == {45: 1, 50: 2, 75: 2, 80: 3}
    assert held.records.groupby("threshold_percent")["site_id"].agg(list)[75] == ["A", "C"]


def test_shares_add_up_from_the_heaviest_down():
    rows = concentration.ranked(FLOWS).frame
    assert rows["site_id"].tolist() == ["A", "C", "B"] and rows["rank"].tolist() == [1, 2, 3]
    assert rows["cumulative_percent"].tolist() == pytest.approx([45, 75, 100])


def test_nobody_weighs():
    for flows in (FLOWS.head(0), flows_of([("A", 0)])):
        assert concentration.holders(flows).frame.empty
    assert concentration.ranked(FLOWS.head(0)).frame.empty


def test_a_place_is_a_third_of_nine_sites_at_least():
    ten = flows_of([(f"E{n}", 100 - n) for n in range(10)])
    assert [concentration.third(ten, f"E{n}") for n in range(10)] == [1, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert concentration.third(ten, "E10") == concentration.third(ten, None) == 0
    assert concentration.third(ten.head(8), "E1") == 0
    # No amount of another decides more than the order.
    assert concentration.third(ten.assign(**{MASS: ten[MASS] ** 2}), "E4") == 2


def rated(rows: list[tuple]) -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=["description", "recovery", MASS]).astype({MASS: float})
    valorised = flows["recovery"].map({"material": "yes", "disposal": "no"})
    bounds = {"mass_low_t_per_year": 0.98 * flows[MASS], "mass_high_t_per_year": 1.02 * flows[MASS]}
    sites = [f"E{n}" for n in range(len(flows))]
    return flows.assign(site_id=sites, valorised=valorised, contractor=None, evidence="measured", **bounds)


def test_one_flow_decides_a_rate():
    """Of 100 t, 70 recovered: 40 in one flow, 30 of 60 without it, and 70 of 85 without sludge."""
    rest = [("Boues", "disposal", 15), ("Sables", "disposal", 15), ("Cartons", "material", 30)]
    flows = rated([("Stériles", "material", 40), *rest])
    row, other = concentration.deciding(flows).to_dict("records")
    assert row.pop("share_percent") == pytest.approx(50)
    assert row == {"valorised": "yes", "site_id": "E0", "description": "Stériles", MASS: 40}
    assert other.pop("share_percent") == pytest.approx(100 * 70 / 85)
    assert other == {"valorised": "no", "site_id": "E1", "description": "Boues", MASS: 15}


def test_the_flow_that_raises_a_rate_is_told_with_the_one_that_lowers_it():
    """Without sand a rate was told higher, and not that it was as much lower without whey (« 87.4 % »)."""
    rest = [("Cartons", "material", 1)] * 20 + [("Boues", "disposal", 1)] * 20
    flows = rated([("Lactosérum", "material", 30), ("Sables", "unknown", 32), *rest])
    told = concentration.deciding(flows).set_index("valorised")
    assert told["description"].to_dict() == {"no": "Sables", "yes": "Lactosérum"}  # 49.0 %, of 102 t
    assert told["share_percent"].tolist() == pytest.approx([100 * 50 / 70, 100 * 20 / 72])


def test_no_flow_decides_a_rate_that_many_make():
    many = rated([("Cartons", "material", 1)] * 700 + [("Boues", "disposal", 1)] * 300)
    alone, nothing = rated([("Cartons", "material", 5)]), rated([("Boues", "disposal", 5)] * 3)
    for flows in (many, alone, nothing, nothing.head(0)):
        assert concentration.deciding(flows).empty
