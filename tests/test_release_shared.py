"""What several readers know: all actors of a synergy know its tonnes, and they are kept from all others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from brute_force import allowed, audited, published, violations
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.breakdown import Breakdown
from eit_analysis.change import achieved, board, results
from eit_analysis.config import Disclosure
from eit_analysis.publishing.release.disclosure import Limits
from eit_analysis.records import TOTAL
from eit_analysis.reference.stages import wholes
from eit_analysis.synergies.register.totals import totals

TONNES = "realised_t_per_year"
END = pd.Timestamp(2018, 12, 31)


def register(*rows: tuple[str, float, str], category: str = "wood", kind: str = "exchange") -> pd.DataFrame:
    """Synergies done ``(actors, tonnes, category)``."""
    made = pd.DataFrame(rows, columns=["site_ids", TONNES, "category"])
    codes = [f"SY{number:02}" for number in range(len(made))]
    more = {"title": codes, "kind": kind, "status": "done", "status_date": "2017-01-01", "carrier": None}
    return made.assign(synergy_id=codes, **more)


def whole(rows: pd.DataFrame) -> Breakdown:
    """Their tonnes by family and in all; each is named by its code for the attacker."""
    records = wholes(rows, TONNES).assign(flow_id=rows["synergy_id"])
    levels = pd.concat([records, records.assign(category=TOTAL)])
    frame = levels.groupby("category", as_index=False)[TONNES].sum()
    return Breakdown(frame, ["category"], records, TONNES, TOTAL)


members = st.sets(st.sampled_from("ABCDEF"), min_size=1, max_size=4).map(lambda who: " ".join(sorted(who)))
synergies = st.tuples(members, st.floats(-1, 2).map(lambda x: 10**x), st.sampled_from(["wood", "paper"]))


@settings(max_examples=10)
@given(st.lists(synergies, min_size=3, max_size=9), st.integers(0, 7))
def test_no_reader_reckons_a_synergy_that_it_is_not_in(rows: list[tuple], some: int) -> None:
    """Two tables of one register, the second without some of its synergies."""
    every = register(*rows)
    tables = [whole(every), whole(every.drop(index=range(min(some, len(every) - 1))))]
    assert violations(tables, audited(*tables)) == []


APART = [("A B", 5.0, "wood"), ("C D", 4.0, "wood"), ("E F", 3.0, "wood")]


@pytest.mark.parametrize(
    ("rows", "leaves"),
    [
        (APART, True),
        (APART[:2], False),  # four actors, and each reads the other synergy
        ([*APART[:2], ("A E", 3.0, "wood")], False),  # A is in all but one
        ([*APART, ("A C", 3.0, "wood")], True),
        ([*APART, ("A C E", 30.0, "wood")], True),  # more than the others together, less than 85 %
        ([*APART, ("A C E", 90.0, "wood")], False),
        ([("A", 5.0, "wood"), ("A", 4.0, "wood"), ("B", 3.0, "wood")], False),  # of two actors
    ],
)
def test_a_sum_of_synergies_leaves_where_whoever_knows_most_of_them_knows_no_other(rows, leaves) -> None:
    table = whole(register(*rows))
    assert allowed(table).tolist() == [leaves, leaves]
    assert audited(table)[0].tolist() == [leaves, leaves]


def test_equal_parts_of_actors_told_a_synergy_to_those_outside_it() -> None:
    """As page 02 had them: four actors, none of half the sum, and C reads all that A and B have together."""
    rows = register(*APART[:2])
    parts = rows.assign(site_id=rows["site_ids"].str.split()).explode("site_id").reset_index(drop=True)
    parts = parts.assign(**{TONNES: parts[TONNES] / 2})
    frame = pd.DataFrame({"category": ["wood"], TONNES: [9.0]})
    assert allowed(Breakdown(frame, ["category"], parts, TONNES)).tolist() == [True]
    table = whole(rows)
    assert violations([table], [np.array([True, True])], readers=["C"])


def test_an_outsider_is_a_reader_where_every_actor_knows_a_synergy() -> None:
    """All the wood less what each does alone: what A, B and C do together is kept from who knows nothing."""
    rows = register(("A B C", 9.0, "wood"), ("A", 5.0, "wood"), ("B", 4.0, "wood"), ("C", 3.0, "wood"))
    tables = [whole(rows), whole(rows.drop(index=0))]
    shown = audited(*tables)
    assert violations(tables, shown) == [] and shown[0].any() and not shown[1].any()


def test_who_is_in_all_but_one_of_what_two_tables_differ_by_does_not_read_that_one() -> None:
    """All less the first four leaves three synergies, of which Z is in two."""
    rows = [("E F", 1.3), ("G H", 1.1), ("I J", 1.4), ("K L", 1.0), ("A Z", 1.25), ("B Z", 1.0), ("C D", 1.1)]
    every = register(*((who, tonnes, "wood") for who, tonnes in rows))
    tables = [whole(every), whole(every.head(4))]
    assert violations(tables, [np.array([True, True])] * 2, readers=["Z"])
    assert not violations(tables, [np.array([True, True])] * 2, readers=["A", "B", "C", "E", ""])
    shown = audited(*tables)
    assert violations(tables, shown) == [] and shown[0].any() and not shown[1].any()


def test_the_tonnes_of_a_synergy_are_one_amount_on_every_page() -> None:
    rows = register(*APART, ("B E", 7.5, "paper"))
    plan = pd.DataFrame(
        {
            "category": ["wood"], "giver_site_id": ["A"], "taker_site_id": ["B"],
            "diverted_t_per_year": [1.0], "allocated_t_per_year": [1.0],
        }
    )  # fmt: skip
    held = plan.head(0).reindex(columns=[*plan, "synergy_id", "status", "onward", "taken_t_per_year"])
    both = totals(plan, plan, held, rows, Disclosure())
    realised = both.records["measure"] == "realised"
    of_page_02 = Breakdown(
        both.frame[both.frame["measure"] == "realised"], both.keys, both.records[realised],
        both.measure, both.total,
    )  # fmt: skip
    tables = [of_page_02, results.total(results.ledger(rows, END), TONNES), achieved.done(rows)]
    now = board.values(rows, pd.DataFrame(columns=["site_id", "readiness_dimension", "opinion"]), [], [], END)
    tables.append(Breakdown(now.frame, now.keys, now.records[now.records["indicator"] == TONNES], "part"))
    known = [set(published(table).tables[0].variables) for table in tables]
    assert len(known[0]) == 4 and all(own == known[0] for own in known)


def test_an_actor_reads_what_it_knows_whatever_others_may() -> None:
    limits = Limits(Disclosure(), weighted=True, people=False, reader="A")
    assert not limits.refuse({"A B": 5.0, "A C": 4.0})
    assert limits.refuse({"A B": 5.0, "C D": 4.0})
