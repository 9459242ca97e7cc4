"""Register: the funnel, what is realised beside what is possible, and the recall of known leads."""

import numpy as np
import pandas as pd
import pytest

from eit_analysis.synergies.pooling import POOL_COLUMNS
from eit_analysis.synergies.register import (
    FUNNEL_COLUMNS,
    RECALL_COLUMNS,
    actors,
    funnel,
    funnel_contributors,
    recall,
    totals,
    totals_contributors,
)
from eit_analysis.synergies.substitution import CANDIDATE_COLUMNS, REJECTED_COLUMNS


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
FLOWS = pd.DataFrame(
    [("A", "wood", "out"), ("A", "cardboard", "out"), ("B", "wood", "in"), ("C", "cardboard", "in")],
    columns=["site_id", "category", "direction"],
)


def passed_table():
    row = dict.fromkeys(CANDIDATE_COLUMNS) | {
        "candidate_id": "A-1>B-1", "out_flow_id": "A-1", "in_flow_id": "B-1", "giver_site_id": "A",
        "taker_site_id": "B", "category": "wood", "yield_central": 0.8, "supply_t_per_year": 10.0,
        "demand_t_per_year": 4.0, "diverted_t_per_year": 5.0,
    }  # fmt: skip
    # A second output of A competes for the same need: the possible tonnage stays 5.
    return pd.DataFrame([row, row | {"candidate_id": "A-2>B-1", "out_flow_id": "A-2"}])


REJECTED = pd.DataFrame([("A-3", "C-1", "A", "C", "cardboard", "receiver")], columns=REJECTED_COLUMNS)
POOLS = pd.DataFrame(
    [("M-1", "collection", "une benne", "", "wood", "A B", 2, 30.0, "t", 20.0, 3.0)], columns=POOL_COLUMNS
)


def test_funnel():
    table = funnel({"2018": REGISTER})
    assert list(table.columns) == FUNNEL_COLUMNS
    assert list(table["n_synergies"]) == [7, 3, 2, 1, 1]
    assert list(table["conversion_percent"])[1:4] == pytest.approx([300 / 7, 200 / 3, 50])
    assert list(table["realised_t_per_year"]) == [0, 0, 0, 5, 0]
    behind = funnel_contributors({"2018": REGISTER})
    assert set(behind.loc[behind["status"] == "done", "site_id"]) == {"A", "B"}


def test_recall_names_what_is_found_and_why_the_rest_is_not():
    table = recall(REGISTER, passed_table(), REJECTED, POOLS, FLOWS).set_index("synergy_id")
    assert list(table.index[table["found"] == "yes"]) == ["S1", "S4"]
    assert table["miss_reason"].dropna().to_dict() == {
        "S2": "gate_receiver", "S3": "one_actor", "S5": "no_group", "S6": "no_output", "S7": "no_answer",
    }  # fmt: skip
    assert table.loc["S1", "potential_t_per_year"] == pytest.approx(5)
    assert np.isnan(table.loc["S4", "potential_t_per_year"])


def test_totals_keep_the_three_measures_apart():
    plan = passed_table().assign(allocated_t_per_year=[5.0, 0.0])
    table = totals(plan, REGISTER, total="Total").set_index(["category", "measure"])["mass_t_per_year"]
    assert (
        table["wood", "potential"] == 10
        and table["wood", "allocated"] == 5
        and table["wood", "realised"] == 5
    )
    assert table["Total", "potential"] == 10 and table["Total", "realised"] == 5
    behind = totals_contributors(plan, REGISTER, 3, 0.85)
    assert set(behind.loc[behind["measure"] == "realised", "site_id"]) == {"A", "B"}
    assert set(behind.loc[behind["measure"] == "allocated", "site_id"]) == {"A"}


def test_empty_register():
    empty = register_table([])
    no_pairs, no_pools = pd.DataFrame(columns=CANDIDATE_COLUMNS), pd.DataFrame(columns=POOL_COLUMNS)
    table = recall(empty, no_pairs, REJECTED.head(0), no_pools, FLOWS.head(0))
    assert table.empty and list(table.columns) == RECALL_COLUMNS
    assert funnel({"2018": empty})["n_synergies"].sum() == 0
    assert actors(empty).empty and funnel({}).empty and funnel_contributors({}).empty
    plan = no_pairs.assign(allocated_t_per_year=pd.Series(dtype=float))
    assert totals(plan, empty, total="Total")["mass_t_per_year"].sum() == 0
    assert totals_contributors(plan, empty, 3, 0.85).empty
