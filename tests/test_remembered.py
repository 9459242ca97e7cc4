"""Results kept: made once of the same tables, anew of any others."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis.config import Disclosure
from eit_analysis.remembered import MOST, remembered

TABLE = pd.DataFrame({"site_id": ["E1", "E2"], "mass_t_per_year": [1.0, 2.0]})


@pytest.mark.parametrize(
    "other",
    [
        (TABLE.iloc[::-1], Disclosure(), 1.0),
        (TABLE.assign(mass_t_per_year=[1.0, 2.5]), Disclosure(), 1.0),
        (TABLE.rename(columns={"site_id": "name"}), Disclosure(), 1.0),
        (TABLE.astype({"mass_t_per_year": int}), Disclosure(), 1.0),
        (TABLE, Disclosure(minimum_units=4), 1.0),
        (TABLE, Disclosure(), 2.0),
    ],
)
def test_the_same_tables_settings_and_numbers_make_one_result(other: tuple) -> None:
    made: list[tuple] = []

    @remembered
    def make(*given: object, **named: object) -> int:
        made.append(given)
        return len(made)

    assert [make(TABLE, Disclosure(), 1.0), make(TABLE.copy(), Disclosure(), 1.0)] == [1, 1]
    assert [make(*other), make(*other), make(TABLE, Disclosure(), 1.0)] == [2, 2, 1]
    assert [make(TABLE, radius_km=1), make(TABLE, radius_km=1), make(radius_km=TABLE)] == [3, 3, 4]
    # No more than the last are kept.
    assert MOST == 2 and make(*other) == 5
