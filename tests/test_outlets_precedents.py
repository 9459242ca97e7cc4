"""Precedents: the back-off by hand, what is never an analogy, the list and its sources."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.outlets.answer import published_exchanges, receivers
from eit_analysis.outlets.precedents import (
    FAMILIES,
    MOST_RECEIVERS,
    WEIGHT,
    beyond_rules,
    likely_receivers,
)
from eit_analysis.outlets.ranking import OUTLET_COLUMNS

NO_RULE = pd.DataFrame(columns=OUTLET_COLUMNS)
EXCHANGES = st.lists(
    st.tuples(
        st.sampled_from(["100201", "100202", "101304", "170107", "030105", "060314"]),
        st.sampled_from(["2351", "4211", "0111", "2410"]),
        st.sampled_from(sorted(WEIGHT)),
    ),
    min_size=1,
    max_size=12,
)


def table(rows: list[tuple[str, str, str]], hazardous: bool = False) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["waste_code", "receiver_naf_code", "code_certainty"])
    return frame.assign(hazardous=hazardous, byproduct=frame["waste_code"], source="essai", year=2026)


def by_hand(code: str, rows: list[tuple[str, str, str]]) -> dict[str, float]:
    """The equation of the module, one level after the other, on plain dictionaries."""
    likely: dict[str, float] = {}
    for level in ("any", "family", 2, 4, 6):
        counts: dict[str, float] = {}
        for other, receiver, certainty in rows:
            same = (
                level == "any"
                or (level == "family" and FAMILIES[other[:2]] == FAMILIES[code[:2]])
                or (isinstance(level, int) and other[:level] == code[:level])
            )
            if same:
                counts[receiver] = counts.get(receiver, 0.0) + WEIGHT[certainty]
        n, kinds = sum(counts.values()), len(counts)
        if level == "any":
            likely = {receiver: count / n for receiver, count in counts.items()}
        elif kinds:
            likely = {r: (counts.get(r, 0.0) + kinds * p) / (n + kinds) for r, p in likely.items()}
    return likely


@given(EXCHANGES, st.sampled_from(["100201", "100299", "170107", "020304"]))
@settings(max_examples=60)
def test_the_back_off_is_that_of_the_equation(rows, code) -> None:
    told = likely_receivers(code, False, table(rows)).set_index("naf_class_code")
    assert told["likelihood"].to_dict() == pytest.approx(by_hand(code, rows))
    assert told["likelihood"].sum() == pytest.approx(1) and told["likelihood"].is_monotonic_decreasing
    # Another danger teaches nothing.
    assert likely_receivers(code, True, table(rows)).empty


def test_a_precedent_is_of_this_very_code_and_an_analogy_of_its_family() -> None:
    known = table([("100201", "2351", "sure"), ("101304", "4211", "sure"), ("030105", "1621", "sure")])
    ruled = NO_RULE.copy()
    ruled.loc[0, ["naf_division_code", "naf_class_code"]] = ["01", "0111"]
    told = beyond_rules(ruled, likely_receivers("100201", False, known))
    assert dict(zip(told["naf_class_code"], told["basis"], strict=True)) == {
        "2351": "precedent",
        "4211": "analogy",
    }
    assert list(beyond_rules(NO_RULE, likely_receivers("100201", False, known))["basis"]) == ["precedent"]
    assert beyond_rules(NO_RULE, likely_receivers("100202", False, known)).empty
    assert beyond_rules(ruled, likely_receivers("180104", False, known)).empty


def test_nothing_is_guessed_for_what_must_be_destroyed() -> None:
    for code in ("130101", "170601", "170605", "160401", "160307", "070413"):
        assert receivers(code, True, published_exchanges()).empty, code
    for code in ("020109", "020302", "180102"):
        assert receivers(code, False, published_exchanges()).empty, code


def test_no_answer_is_longer_than_one_can_call_and_each_says_its_basis() -> None:
    listed = reference.load("waste_codes")
    for code, hazardous in listed.loc[::7, ["waste_code", "hazardous"]].itertuples(index=False):
        rows = receivers(code, bool(hazardous), published_exchanges())
        behind = rows[rows["basis"] != "rule"]
        assert len(behind) <= MOST_RECEIVERS and behind["like"].notna().all(), code
        assert not set(behind["naf_class_code"]) & set(rows.loc[rows["basis"] == "rule", "naf_class_code"])
        assert rows["source"].notna().all() and rows["year"].notna().all(), code


def test_every_precedent_has_a_source_and_known_codes() -> None:
    rows = reference.load("precedents")
    assert set(rows["waste_code"]) <= set(reference.load("waste_codes")["waste_code"])
    labels = reference.load("labels")
    named = set(labels.loc[labels["column"] == "naf_class_code", "code"])
    assert set(rows["receiver_naf_code"]) | set(rows["giver_naf_code"]) <= named
    assert rows["code_certainty"].isin(list(WEIGHT)).all() and rows["seen"].isin(["yes", "no"]).all()
    assert rows[["source_id", "country", "byproduct", "source"]].notna().all().all()
    assert rows["year"].between(1990, 2026).all()
    # What was seen has an address where it was seen; one source has one title and one address.
    assert rows.loc[rows["seen"] == "yes", "web_page"].str.startswith("http").all()
    assert rows.groupby("source_id")[["source", "web_page", "country"]].nunique().le(1).all().all()
    one = ["source_id", "waste_code", "giver_naf_code", "receiver_naf_code", "byproduct"]
    assert not rows.duplicated(one).any()
    near = {"France", "Belgique", "Pays-Bas", "Luxembourg", "Allemagne", "Suisse", "Autriche", "Espagne"}
    assert set(rows["country"]) <= near | {"Europe"}
