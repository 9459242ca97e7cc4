"""Confidence by actor: the weakest of three shares, and nothing more."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eit_analysis.intake.survey.confidence import GRADES, SHARES, confidence, grade
from eit_analysis.intake.survey.response import RESPONSE_TABLES
from eit_analysis.publishing.wording import heading

LINE = ["source_file", "source_sheet", "source_row", "column", "reason_code", "site_id"]


def rows(*found: tuple) -> pd.DataFrame:
    """Rows ``(site, row, evidence, tonnes)`` of one file by site."""
    frame = pd.DataFrame(found, columns=["site_id", "source_row", "evidence", "mass_t_per_year"])
    return frame.assign(source_file=frame["site_id"] + ".xlsx", source_sheet="Flux")


def wave(flows: pd.DataFrame, sites: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    frames = {table: flows.head(0) for table in RESPONSE_TABLES}
    own = rows(*[(site, 2, None, None) for site in sites]).assign(source_sheet="Entreprise")
    return frames | {"flows": flows, "sites": own}


def aside(*found: tuple) -> pd.DataFrame:
    """Lines ``(site, row, reason)`` of the quarantine or of the implausible values."""
    frame = pd.DataFrame(
        [(f"{s}.xlsx", "Flux", row, "Quantité", reason, s) for s, row, reason in found], columns=LINE
    )
    return frame.astype({"source_row": "Int64"})


def cells(**filled: int) -> pd.DataFrame:
    """Cells filled out of a hundred, by site."""
    return pd.DataFrame({"site_id": list(filled), "filled": list(filled.values()), "cells": 100})


def test_the_class_is_that_of_the_smallest_share():
    flows = rows(
        ("E1", 2, "measured", 80.0), ("E1", 3, "declared", 15.0), ("E1", 4, "estimated", 5.0),
        ("E2", 2, "estimated", 30.0), ("E2", 3, "measured", 10.0),
        ("E3", 2, "measured", 1.0),
    )  # fmt: skip
    found = confidence(
        wave(flows, ("E1", "E2", "E3")), cells(E1=95, E2=100, E3=60), aside(), aside()
    ).set_index("site_id")
    assert list(found.index) == ["E2", "E3", "E1"]  # the least sure first
    assert found["confidence_grade"].to_dict() == {"E1": "A", "E2": "D", "E3": "C"}
    assert found["weak_point"].fillna("").to_dict() == {
        "E1": "", "E2": "known_mass_percent", "E3": "filled_percent",
    }  # fmt: skip
    assert found.loc["E1", SHARES].tolist() == pytest.approx([100, 95, 95])
    assert found.loc["E2", "known_mass_percent"] == pytest.approx(25)


def test_a_row_refused_or_marked_is_counted_once():
    flows = rows(*[("E1", row, "measured", 1.0) for row in range(2, 9)])  # 7 rows and that of Entreprise
    quarantine = aside(
        ("E1", 9, "missing_mass"), ("E1", 9, "cell_bad_code"),  # one row set aside, two reasons
        ("E1", 3, "cell_bad_code"),
    )  # fmt: skip
    implausible = aside(("E1", 3, "decimal_slip"), ("E1", 4, "decimal_slip"))
    found = confidence(wave(flows, ("E1",)), cells(E1=100), quarantine, implausible)
    assert found["clean_rows_percent"].tolist() == pytest.approx([100 * 6 / 9])
    assert found["confidence_grade"].tolist() == ["C"]
    assert found["weak_point"].tolist() == ["clean_rows_percent"]


def test_no_mass_is_said_and_does_not_lower_the_class():
    flows = rows(("E1", 2, "estimated", 0.0))
    found = confidence(wave(flows, ("E1",)), cells(E1=100), aside(), aside())
    assert found["known_mass_percent"].isna().all()
    assert found["confidence_grade"].tolist() == ["A"]


def test_an_actor_without_an_answer_has_no_class():
    found = confidence(
        wave(rows(("E1", 2, "measured", 1.0)), ("E1", "E2")), cells(E1=100, E2=100), aside(), aside()
    )
    assert found[["site_id", "confidence_grade"]].values.tolist() == [["E2", "none"], ["E1", "A"]]
    assert pd.isna(found.loc[0, "weak_point"])


def test_a_line_that_is_nobodys_lowers_no_class():
    flows = rows(("E1", 2, "measured", 1.0))
    lost = aside(("E9", 5, "missing_mass")).assign(site_id=None)
    found = confidence(wave(flows, ("E1",)), cells(E1=100), lost, aside())
    assert found["clean_rows_percent"].tolist() == [100]


def test_nobody():
    nothing = wave(rows(), ())
    assert confidence(nothing, cells(), aside(), aside()).empty


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_larger_share_is_never_a_lower_class(one, other):
    low, high = sorted((one, other))
    assert grade(high) <= grade(low)


def test_bounds_and_labels():
    assert [grade(bound) for bound in (100, 90, 89.9, 75, 50, 49.9, 0)] == list("AABBCDD")
    assert set(SHARES) <= set(heading("weak_point").labels)
    assert "none" in heading("confidence_grade").labels
    assert list(GRADES) == sorted(GRADES)
