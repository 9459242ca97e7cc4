"""The account of jobs and people: the published one of Grand Est, and laws of the waterfall."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.employment.forecast.account import GAP, OPENINGS, account
from eit_analysis.errors import InputError
from eit_analysis.settings_file import read_config

# Thousands of people, 2019-2030: DARES and France Stratégie, Les métiers en 2030 : quelles perspectives de
# recrutement en région ? (January 2023), as the OREF's « Les métiers en 2030 en Grand Est » (April 2023)
# gives them.
GRAND_EST = {"departures": 615.0, "leaving_the_region": 13.9, "created": 76.1, "lost": -93.5}
YOUNG, PUBLISHED_DEFICIT = 575.8, 36.7


def test_the_published_account_of_grand_est() -> None:
    table = account(GRAND_EST, {"young": YOUNG}).set_index("account_step")
    assert table.loc[OPENINGS, "step_people"] == pytest.approx(611.5)
    gap = table.loc[GAP, "step_people"]
    assert gap == pytest.approx(35.7)
    assert abs(gap - PUBLISHED_DEFICIT) <= 1.1
    # Published numbers have no draws: no interval is invented for them.
    assert table[["step_people_low80", "step_people_high80"]].isna().all(axis=None)


def test_the_steps_stand_in_the_order_of_a_waterfall() -> None:
    table = account(GRAND_EST, {"young": YOUNG, "mobility": 20.0}).set_index("account_step")["step_people"]
    assert table.index.tolist() == [*GRAND_EST, OPENINGS, "young", "mobility", GAP]
    assert (table["young"], table["mobility"]) == (-YOUNG, -20)
    assert table[list(GRAND_EST)].sum() == pytest.approx(table[OPENINGS])
    assert table[OPENINGS] + table["young"] + table["mobility"] == pytest.approx(table[GAP])


def test_without_entrants_there_is_no_gap() -> None:
    table = account(GRAND_EST, {})
    assert table["account_step"].tolist()[-1] == OPENINGS


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.integers(-500, 500), min_size=7, max_size=7), min_size=1, max_size=4),
    st.lists(st.lists(st.integers(0, 500), min_size=7, max_size=7), min_size=1, max_size=3),
)
def test_means_add_up_and_bounds_are_those_of_the_summed_draws(
    opening: list[list[int]], coming: list[list[int]]
) -> None:
    opened = {f"o{i}": np.array(draws) for i, draws in enumerate(opening)}
    came = {f"e{i}": np.array(draws) for i, draws in enumerate(coming)}
    table = account(opened, came).set_index("account_step")
    gap = np.sum(opening, axis=0) - np.sum(coming, axis=0)
    flows = table.drop(index=[OPENINGS, GAP])["step_people"]
    assert flows.sum() == pytest.approx(table.loc[GAP, "step_people"]) == pytest.approx(gap.mean())
    if np.ptp(gap):
        bounds = table.loc[GAP, ["step_people_low80", "step_people_high80"]].tolist()
        # The 10 % quantile of seven draws lies between the first and the second, the 90 % one mirrors it.
        assert bounds == [np.sort(gap)[0], np.sort(gap)[-1]]


def test_errors_that_go_together_cancel() -> None:
    """Bounds added up would give a wide gap; the draws know that these two steps are one and the same."""
    draws = np.random.default_rng(0).normal(100, 10, 1000)
    table = account({"departures": draws}, {"mobility": draws}).set_index("account_step")
    assert np.isfinite(table.loc["departures", "step_people_low80"])
    assert table.loc[GAP, "step_people"] == pytest.approx(0, abs=1e-9)
    assert np.isnan(table.loc[GAP, "step_people_low80"])


ENTRANTS = """
[[scenarios.entrants]]
origin = "training"
low = 0.01
central = 0.02
high = 0.03
source = "Onisep"
"""


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("low = 0.01", "low = 0.05", "croissantes"),
        ('source = "Onisep"', 'source = " "', "source"),
        ('source = "Onisep"\n', "", "obligatoire"),
        ('"training"', '"ailleurs"', "origin"),
        ("central = 0.02", "centre = 0.02", "inconnue"),
        ("high = 0.03", "high = inf", "high"),
        ("low = 0.01", "low = -0.01", "low"),
        ("central = 0.02", "central = 25.0", "central"),
    ],
)
def test_a_wrong_entrant_is_refused_in_one_sentence(tmp_path: Path, old: str, new: str, word: str) -> None:
    file = tmp_path / "study.toml"
    file.write_text(f'title = "a"\nterritory = "b"\n{ENTRANTS}', encoding="utf-8")
    assert read_config(file).scenarios.entrants[0].central == 0.02
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=word) as caught:
        read_config(file)
    assert "\n" not in str(caught.value) and "scenarios.entrants" in str(caught.value)
