"""Rings of three equal those that loops over all triples of exchanges find."""

from __future__ import annotations

from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.publishing.wording import heading
from eit_analysis.synergies.rings import OF_EACH, RING_COLUMNS, rings


def exchanges(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame([(g, t, use, "wood", 2.0, gain) for g, t, use, gain in rows], columns=OF_EACH)


def by_loops(rows: list[tuple]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one, two, three in permutations(rows, 3):
        closed = one[1] == two[0] and two[1] == three[0] and three[1] == one[0]
        sites = (one[0], two[0], three[0])
        apart = len(set(sites)) == 3 and len({one[2], two[2], three[2]}) == 3
        gains = min(row[3] for row in (one, two, three)) > 0
        if closed and apart and gains and min(sites) == one[0]:
            gain = one[3] + two[3] + three[3]
            found[" ".join(sites)] = max(gain, found.get(" ".join(sites), gain))
    return found


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.sampled_from(["mend", "shred", "dry"]),
            st.integers(-5, 50).map(float),
        ).filter(lambda row: row[0] != row[1]),
        max_size=14,
    )
)  # fmt: skip
def test_the_rings_are_those_of_plain_loops(rows):
    found = rings(exchanges(*rows))
    gains = dict(zip(found["ring_site_ids"], found["joint_surplus_eur_per_year"], strict=True))
    assert gains == pytest.approx(by_loops(rows))
    assert list(found.columns) == RING_COLUMNS
    assert found["joint_surplus_eur_per_year"].is_monotonic_decreasing


def test_like_for_like_and_what_loses_make_no_ring():
    ring = [("A", "B", "mend", 5.0), ("B", "C", "shred", 6.0), ("C", "A", "dry", 7.0)]
    (found,) = rings(exchanges(*ring)).to_dict("records")
    assert found == {"ring_site_ids": "A B C", "ring_categories": "bois, bois, bois", "mass_t_per_year": 6.0,
                     "joint_surplus_eur_per_year": 18.0}  # fmt: skip
    assert rings(exchanges(*ring[:2], ("C", "A", "mend", 7.0))).empty
    assert rings(exchanges(*ring[:2], ("C", "A", "dry", 0.0))).empty
    assert rings(exchanges(*ring[:2], ("C", "A", "dry", float("nan")))).empty


def test_every_column_has_a_french_name():
    assert all(heading(column).header for column in RING_COLUMNS)
