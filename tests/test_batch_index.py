"""The index of many studies: what is pooled, what is needed, and where each stands."""

from __future__ import annotations

import numpy as np
import pytest

from eit_analysis.batch.pooled_means import pooled_means
from eit_analysis.batch.standing import Standing, pooled_done, pooled_per_employee
from eit_analysis.batch.studies_map import studies_map

SCHOOLS = np.array([28, 8, -3, 7, -1, 1, 18, 12]), np.array([15, 10, 16, 11, 9, 11, 10, 18])


def test_eight_schools_are_one_and_spread_measures_stay_apart() -> None:
    """Rubin (1981), Gelman et al., section 5.5: a common effect of 7.7, standard error 4.1."""
    means, errors = pooled_means(*SCHOOLS)
    assert means == pytest.approx(np.full(8, 7.69), abs=0.01)
    assert errors == pytest.approx(np.full(8, 4.07), abs=0.01)
    apart, errors = pooled_means(np.array([0.0, 100.0, 200.0]), np.array([1.0, 1.0, 30.0]))
    assert apart[:2] == pytest.approx([0, 100], abs=0.1)
    assert 100 < apart[2] < 200  # hardly known: drawn to the others
    assert errors[2] < 30
    assert pooled_means(np.array([1.0, 5.0]), np.array([2.0, 2.0]))[0].tolist() == [1.0, 5.0]


def test_indicators_hold_those_that_are_known_and_keep_their_order() -> None:
    known = {
        "a": Standing((2.0, 1.8, 2.2), n_leads=10, n_done=1),
        "b": Standing((4.0, 1.0, 16.0), n_leads=2, n_done=2),
        "c": Standing((2.1, 1.9, 2.3), n_leads=40, n_done=8),
        "d": Standing(None),
    }
    tonnes = pooled_per_employee({name: one.per_employee for name, one in known.items()})
    assert tonnes.index.tolist() == ["a", "b", "c"]
    assert tonnes.loc["b", "pooled"] < 3 < tonnes.loc["b", "raw"]
    assert (tonnes["low"] < tonnes["pooled"]).all()
    done = pooled_done(known)
    assert done.loc["b", "raw"] == 100
    assert done.loc["b", "pooled"] < 100
    assert pooled_per_employee({"d": None}).empty
    assert pooled_done({}).empty


def test_a_mark_for_each_study_with_a_known_commune() -> None:
    places = {"ici": ["68334", "68334"], "nulle-part": ["00000"]}
    drawing = studies_map(places, {"ici": "failed", "nulle-part": "good"})
    assert drawing.count('<a href="#etudes-ici">') == 1
    assert "nulle-part" not in drawing
    assert "À reprendre" in drawing
    assert studies_map({"nulle-part": []}, {"nulle-part": "good"}) == ""
