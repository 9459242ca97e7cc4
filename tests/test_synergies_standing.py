"""What the gain of the plan stands on: known answers."""

import pandas as pd
import pytest

from eit_analysis.publishing.wording import heading
from eit_analysis.synergies.standing import reserves, standing

# One sand of 289 of 348, of which the register promises 1,500 of 3,400 t.
RETAINED = pd.DataFrame(
    {
        "candidate_id": ["S>B", "P>C", "T>M", "W>R"],
        "allocated_t_per_year": [3400.0, 10.0, 75.0, 4.0],
        "joint_surplus_eur_per_year": [3000.0, 400.0, 600.0, 0.0],
        "likelihood": ["likely", "likely", "possible", "possible"],
        # Nobody declared what the first saves, nor the fourth, which gains nothing.
        "giver_saving_eur_per_year": [500.0, 900.0, 700.0, 80.0],
        "supposed_cost_eur_per_t": [122.5, None, None, 20.0],
        "ask_first": ["savoir pourquoi", None, None, None],
        "uncounted": [None, None, "drying", "machine"],
    },
    index=[7, 3, 9, 1],
)
LINE = {
    "title": "Sables", "status": "study", "candidate_ids": "S>B", "promised_t_per_year": 1700.0,
    "promised_eur_per_year": None,
}  # fmt: skip


def told(*lines: dict, retained: pd.DataFrame = RETAINED) -> pd.DataFrame:
    return standing(retained, pd.DataFrame(list(lines), columns=list(LINE))).set_index("rests_on")


def test_the_gain_of_a_plan_is_told_apart_by_what_its_leads_are_worth():
    # Of the first something is to ask: likely or not, that is a reserve.
    table = told()
    assert list(table.index) == [
        "likely",
        "possible",
        "uncertain",
        "to_check",
        "top",
        "supposed_cost",
        "as_promised",
        "drying",
        "machine",
    ]
    assert list(table.index) == [code for code in heading("rests_on").labels if code in table.index]
    assert table["joint_surplus_eur_per_year"].tolist() == [400, 600, 0, 3000, 3000, 500, 4000, 600, 0]
    assert table["share_percent"].tolist() == [10, 15, 0, 75, 75, 12.5, 100, 15, 0]
    assert table["n_exchanges"].tolist() == [1, 2, 0, 1, 1, 1, 0, 1, 1]
    assert told(retained=RETAINED.head(0))["share_percent"].isna().all()


@pytest.mark.parametrize(
    ("more", "gain"),
    [
        ({}, 1500),  # half of the tonnes, half of the gain
        ({"promised_eur_per_year": 900.0}, 900),  # less than half of it
        (
            {"promised_eur_per_year": 2000.0},
            1500,
        ),  # its half is not what it promises, but no tonne brings more
        ({"promised_t_per_year": 3300.0}, 3000),  # within what masses are known to
        ({"promised_t_per_year": 9000.0}, 3000),  # more than the plan has
        ({"status": "done"}, 3000),  # its tonnes are taken off already
        ({"candidate_ids": None}, 3000),
    ],
)
def test_a_line_under_way_that_promises_less_says_what_the_gain_would_be(more, gain):
    row = told(LINE | more).loc["as_promised"]
    assert row["joint_surplus_eur_per_year"] == 1000 + gain
    assert row["n_exchanges"] == (gain < 3000)
    assert row["share_percent"] == (1000 + gain) / 40


def test_exchanges_of_one_line_share_its_promise():
    # 3,400 + 10 t of the two for 341 promised: each keeps a tenth.
    row = told(LINE | {"candidate_ids": "S>B P>C", "promised_t_per_year": 341.0}).loc["as_promised"]
    assert row["joint_surplus_eur_per_year"] == pytest.approx(600 + 0.1 * 3400)
    assert row["n_exchanges"] == 2


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({}, ["top", "supposed_cost", "as_promised"]),
        ({"promised_t_per_year": 2900.0}, ["top", "supposed_cost", "as_promised"]),  # 441 of 4,000 less
        ({"promised_t_per_year": 3050.0}, ["top", "supposed_cost"]),  # 309 of 4,000 less
        ({"status": "done"}, ["top", "supposed_cost"]),
    ],
)
def test_a_lead_that_carries_the_gain_and_a_smaller_promise_are_said_beside_it(more, kept):
    found = " ".join(reserves(told(LINE | more).reset_index()))
    assert [name for name in ("top", "supposed_cost", "as_promised") if f"{{{name}}}" in found] == kept
    # 600 of 4,000 of a matter that somebody may have to dry; a machine whose lead gains nothing is not said.
    assert "{drying}" in found and "{machine}" not in found
    declared = RETAINED.assign(supposed_cost_eur_per_t=None, uncounted=None)
    assert "{supposed_cost}" not in " ".join(reserves(told(LINE | more, retained=declared).reset_index()))
    assert reserves(told(retained=declared.assign(joint_surplus_eur_per_year=1.0)).reset_index()) == []
    assert reserves(told(retained=RETAINED.head(0)).reset_index()) == []
