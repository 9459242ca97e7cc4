"""Who answered: the rate with its numerator and denominator, and who stopped."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis.intake.response import (
    RESPONSE_TABLES,
    known_actors,
    no_longer_answer,
    response,
    response_rate,
)


def wave(sites: dict[str, str], **rows: list[str]) -> dict[str, pd.DataFrame]:
    """Actors with their type, and the ids of the rows of each table."""
    frames = {table: pd.DataFrame({"site_id": rows.get(table, [])}, dtype="str") for table in RESPONSE_TABLES}
    frames["sites"] = pd.DataFrame({"site_id": list(sites), "actor_type": list(sites.values())}, dtype="str")
    return frames


EARLIER = wave({"E1": "firm", "E2": "firm", "E3": "ess"}, flows=["E1", "E2", "E2"], skills=["E2", "E3"])
NOW = wave({"E1": "firm", "E3": "ess", "E4": "firm"}, flows=["E1", "E1"], workforce=["E1"])


def test_known_actors_are_those_of_both_waves_once():
    known = known_actors(NOW["sites"], EARLIER["sites"])
    assert known.values.tolist() == [["E1", "firm"], ["E3", "ess"], ["E4", "firm"], ["E2", "firm"]]


def test_the_rate_counts_rows_beyond_entreprise():
    rate = response_rate(known_actors(NOW["sites"], EARLIER["sites"]), NOW).set_index("actor_type")
    assert list(rate.index) == ["firm", "ess", "Total"]
    assert rate.loc["firm", ["n_answered", "n_contacted"]].tolist() == [1, 3]
    assert rate.loc["ess", "response_percent"] == 0
    assert rate.loc["Total", "response_percent"] == 25
    assert rate.loc["firm", "mean_sheets_filled"] == 2  # of those who answered
    assert pd.isna(rate.loc["ess", "mean_sheets_filled"])


def test_an_actor_of_unknown_type_is_counted():
    now = wave({"E1": "firm", "E2": "firm"}, flows=["E1"])
    now["sites"].loc[1, "actor_type"] = None
    rate = response_rate(now["sites"], now)
    assert rate["n_contacted"].tolist() == [1, 1, 2]


def test_who_answered_then_and_not_now():
    assert no_longer_answer(NOW, EARLIER).values.tolist() == [["E2", 2], ["E3", 1]]
    assert no_longer_answer(EARLIER, EARLIER).empty
    first = {table: frame.head(0) for table, frame in EARLIER.items()}
    assert no_longer_answer(NOW, first).empty


def test_response_of_each_actor_names_its_empty_sheets():
    own = response(NOW["sites"], NOW).set_index("site_id")
    assert own.loc["E3", "sheets_filled"] == 0
    assert own.loc["E1", ["sheets_filled", "rows_clean"]].tolist() == [2, 3]
    assert own.loc["E1", "missing_sheets"] == "Mutualisations, Compétences, Changement"


@pytest.mark.parametrize("function", [response, response_rate])
def test_nobody_known(function):
    nothing = {table: frame.head(0) for table, frame in NOW.items()}
    assert function(nothing["sites"], nothing).empty
