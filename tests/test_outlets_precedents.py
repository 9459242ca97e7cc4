"""Precedents: the back-off by hand, what is never an analogy, the list and its sources."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.outlets.answer import by_merit, published_exchanges, receivers
from eit_analysis.outlets.precedents import (
    FAMILIES,
    MOST_RECEIVERS,
    WEIGHT,
    beyond_rules,
    likely_receivers,
)

EXCHANGES = st.lists(
    st.tuples(
        st.sampled_from(["100201", "100202", "101304", "170107", "030105", "060314"]),
        st.sampled_from(["2351", "4211", "0111", "2410"]),
        st.sampled_from(sorted(WEIGHT)),
    ),
    min_size=1,
    max_size=12,
)


def table(rows: list[tuple[str, str, str]]) -> list[dict[str, object]]:
    names = ["waste_code", "receiver_naf_code", "code_certainty"]
    return [{**dict(zip(names, row, strict=True)), "hazardous": False, "byproduct": row[0]} for row in rows]


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
    told = {one.naf_class_code: one.likelihood for one in likely_receivers(code, False, table(rows))}
    assert told == pytest.approx(by_hand(code, rows)) and sum(told.values()) == pytest.approx(1)
    assert list(told.values()) == sorted(told.values(), reverse=True)
    # Another danger teaches nothing.
    assert likely_receivers(code, True, table(rows)) == []


def test_words_put_first_who_took_what_is_called_alike_and_name_nobody_else() -> None:
    rows = table([("030105", "1621", "sure"), ("030105", "0147", "sure"), ("030105", "0147", "sure")])
    for row, called in zip(rows, ["chutes de panneaux", "sciures de bois", "sciures de bois"], strict=True):
        row["byproduct"] = called

    def told(designation: str) -> list[str]:
        return [one.naf_class_code for one in likely_receivers("030105", False, rows, designation)]

    assert told("") == told("Sciure") == ["0147", "1621"]
    assert told("Chutes de panneaux plaqués") == ["1621", "0147"]


def test_a_precedent_is_of_this_very_code_and_an_analogy_of_its_family() -> None:
    known = table([("100201", "2351", "sure"), ("101304", "4211", "sure"), ("030105", "1621", "sure")])

    def told(code: str, named: set[str]) -> dict[str, str]:
        return {
            one.naf_class_code: basis
            for one, basis in beyond_rules(named, likely_receivers(code, False, known))
        }

    assert told("100201", {"0111"}) == {"2351": "precedent", "4211": "analogy"}
    assert told("100201", {"2351"}) == {"4211": "analogy"}
    assert told("100201", set()) == {"2351": "precedent"}
    assert told("100202", set()) == {} and told("180104", {"0111"}) == {}


def test_an_analogy_is_of_the_same_material() -> None:
    """Swarf is no coffee grounds and frying oil no leather, whatever the chapter or the sub-chapter."""
    rows = table([("200108", "0113", "sure"), ("200140", "2442", "sure"), ("200110", "1512", "sure")])
    for code, kept in (("120101", {"2442": "analogy"}), ("200125", {"0113": "analogy"})):
        told = beyond_rules({"3832"}, likely_receivers(code, False, rows))
        assert {one.naf_class_code: basis for one, basis in told} == kept


def test_nothing_is_guessed_for_what_must_be_destroyed() -> None:
    for code in ("130101", "170601", "170605", "160401", "160307", "070413"):
        assert receivers(code, True, published_exchanges()) == [], code
    for code in ("020109", "020302", "180102"):
        assert receivers(code, False, published_exchanges()) == [], code


def test_no_answer_is_longer_than_one_can_call_and_each_says_its_basis() -> None:
    listed = reference.load("waste_codes")
    for code, hazardous in listed.loc[::7, ["waste_code", "hazardous"]].itertuples(index=False):
        rows = receivers(code, bool(hazardous), published_exchanges())
        behind = [row for row in rows if row["basis"] != "rule"]
        assert rows[len(rows) - len(behind) :] == behind and len(behind) <= MOST_RECEIVERS
        assert all(row["like"] and row["outlet_score"] is None for row in behind), code
        named = {row["naf_class_code"] for row in rows if row["basis"] == "rule"}
        assert not named & {row["naf_class_code"] for row in behind}
        assert all(row["source"] and row["year"] for row in rows), code
        called = [row["naf_class_code"] or row["naf_division_code"] for row in by_merit(rows)]
        assert len(called) == len(set(called))
        merits = [row["merit"] for row in by_merit(rows) if row["basis"] == "rule"]
        assert merits == sorted(merits, reverse=True)


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
