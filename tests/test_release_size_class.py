"""The class of a total that the p % rule closes: how large it is, and nobody's part of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.size_class import classes, size_class
from eit_analysis.records import TOTAL

MASS = "mass_t_per_year"
LADDER = {1.0, 2.0, 5.0}


def total(*masses: float) -> Breakdown:
    """The total of what firms declared, of one family."""
    records = pd.DataFrame({"site_id": [f"E{n:02d}" for n in range(len(masses))], MASS: masses})
    records = records.assign(category="wood", source_file="a.xlsx", source_row=range(len(masses)))
    frame = pd.DataFrame({"category": ["wood", TOTAL], MASS: [sum(masses)] * 2, "n_sites": len(masses)})
    return Breakdown(frame, ["category"], records, MASS, TOTAL)


def leaves(content: Breakdown) -> list[bool]:
    publication = Publication()
    publication.add(classes(content, Disclosure())[1])
    return publication.shown(0)[:-1].tolist()


@given(st.floats(1e-3, 1e9))
def test_a_class_holds_its_value_between_two_neighbours(value: float) -> None:
    low, high = size_class(value)
    assert low <= value < high
    assert high / low == pytest.approx(2.0) or high / low == pytest.approx(2.5)
    assert {round(end / 10 ** np.floor(np.log10(end * (1 + 1e-9))), 6) for end in (low, high)} <= LADDER


def test_of_a_total_of_which_one_of_many_has_most_the_class_is_told() -> None:
    masses = [9_126.0, 2_812.0, 415.0, *(90.0 + n for n in range(8))]
    frame, _ = classes(total(*masses), Disclosure())
    assert frame.to_dict("records") == [
        {
            "category": TOTAL,
            "n_sites": 11,
            "class_low_t_per_year": 10_000.0,
            "class_high_t_per_year": 20_000.0,
        }
    ]
    assert leaves(total(*masses)) == [True]


def test_where_a_class_would_tell_a_part_it_is_withheld() -> None:
    """From 5,000 to 10,000 t: who has 3,000 knows that another has 7,000 at most, and it has 6,500."""
    masses = [6_500.0, 3_000.0, 100.0, 100.0, 100.0]
    assert len(classes(total(*masses), Disclosure())[0]) == 1
    assert leaves(total(*masses)) == [False]


@given(st.lists(st.floats(0, 4).map(lambda x: 10**x), min_size=3, max_size=12))
def test_no_reader_of_a_class_bounds_a_part_whatever_was_declared(masses: list[float]) -> None:
    content = total(*masses)
    frame, _ = classes(content, Disclosure())
    if not len(frame) or not leaves(content)[0]:
        return
    low, high = frame[["class_low_t_per_year", "class_high_t_per_year"]].to_numpy()[0]
    for reader in [None, *range(len(masses))]:
        own = 0.0 if reader is None else masses[reader]
        others = [mass for who, mass in enumerate(masses) if who != reader]
        for mass in others:
            # Nothing is known of the others but that they are not below zero.
            assert high - own >= 1.15 * mass * (1 - 1e-6)
            assert len(others) > 1 or max(low - own, 0.0) <= 0.85 * mass
        rest = sum(others)
        assert high - own >= 1.15 * rest * (1 - 1e-6) or low - own <= 0.85 * rest * (1 + 1e-6)


@pytest.mark.parametrize(
    "masses",
    [
        pytest.param([50.0, 60.0], id="two actors"),
        pytest.param([900.0, 30.0, 20.0, 10.0], id="one has over 85 %"),
        pytest.param([100.0, 90.0, 80.0, 70.0], id="its number may be told"),
    ],
)
def test_of_other_totals_no_class_is_made(masses: list[float]) -> None:
    assert not len(classes(total(*masses), Disclosure())[0])
