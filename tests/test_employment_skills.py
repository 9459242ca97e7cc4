"""Skills: which gaps press, how they are trained for, where bridges lead, what occupations become."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.employment.skills import mobility, skill_gaps, training
from eit_analysis.intake.registers.files import read_register
from eit_analysis.publishing import wording

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
NORMS = reference.load("training")
COLUMNS = ["site_id", "skill", "rome_code", "current_level", "required_level", "headcount"]


def declared(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype({"headcount": float})


SMALL = declared(
    ("A", "Souder", "H1", 1, 3, 4),
    ("B", "souder ", "H1", 3, 3, 9),
    ("B", "Trier", "H2", 0, 1, 6),
    ("C", "Trier", "H2", 0, 1, 2),
    ("C", "Classer", None, 0, 2, 3),
    ("C", "Rêver", "H1", 0, 0, 50),
    ("C", "Souder", "H1", 0, 0, 50),
)
WORKFORCE = pd.DataFrame(
    [("H1", 10.0, 4.0), ("H1", 30.0, 2.0), ("H2", 5.0, np.nan), ("H3", 40.0, 0.0)],
    columns=["rome_code", "headcount", "hiring_difficulty"],
)


def test_critical_gaps_by_hand() -> None:
    """Souder: 4 × 2 levels, one firm of two lacks it, difficulty (10 × 4 + 30 × 2) / 40 = 2.5 of 4."""
    table = skill_gaps.critical_gaps(skill_gaps.prepare(SMALL, {}), WORKFORCE).frame.set_index("skill")
    weld = table.loc["Souder"]
    assert weld["hiring_difficulty"] == 2.5
    assert weld["criticality_percent"] == pytest.approx(100 * (1 / 2 + 2.5 / 4) / 2)
    assert weld["critical_gap"] == pytest.approx(8 * (1 / 2 + 2.5 / 4) / 2)
    # Nobody said how hard H2 is: the mean of all people rated, 100 / 80, stands for it, and is not printed.
    assert np.isnan(table.loc["Trier", "hiring_difficulty"])
    assert table.loc["Trier", "critical_gap"] == pytest.approx(8 * (1 + 1.25 / 4) / 2)
    assert "Rêver" not in table.index
    assert table["critical_gap"].is_monotonic_decreasing


def planned(ready: pd.DataFrame) -> pd.DataFrame:
    return training.volumes(skill_gaps.critical_gaps(ready, WORKFORCE), ready, NORMS).frame


def test_plan_by_hand() -> None:
    """Trier: 8 people × 1 level × 21 h; one session; 3 months and 21 h at 70 h a month."""
    ready = skill_gaps.prepare(SMALL, {})
    table = planned(ready).set_index("skill")
    pressing = skill_gaps.critical_gaps(ready, WORKFORCE).frame["skill"]
    assert [*table.index] == [*pressing]
    row = table.loc["Trier"]
    assert row[["to_train", "n_sites", "n_sessions", "n_shared_sessions"]].tolist() == [8, 2, 1, 1]
    alone = table.loc[table["n_sites"] == 1, "n_shared_sessions"]
    assert len(alone) and alone.isna().all()  # nobody to share with
    hours = row[["training_hours_low", "training_hours", "training_hours_high"]].tolist()
    assert hours == [8 * 14, 8 * 21, 8 * 35]
    months = row[["lead_time_months_low", "lead_time_months", "lead_time_months_high"]].tolist()
    assert months == pytest.approx([2 + 14 / 105, 3 + 21 / 70, 6 + 35 / 35])


def test_large_firms_fill_sessions_of_their_own_and_small_ones_meet() -> None:
    four = [("A", 1, 20), ("B", 1, 4), ("C", 1, 5), ("D", 2, 1)]
    rows = skill_gaps.prepare(declared(*((site, "x", "H", 0, gap, people) for site, gap, people in four)), {})
    table = training.sessions(rows, NORMS)
    assert table["members"].tolist() == ["A", "A", "B C", "D"]
    assert table["session_people"].tolist() == [10, 10, 9, 1]
    assert table["session_hours"].tolist() == [21, 21, 21, 42]


gaps = st.lists(
    st.tuples(
        st.sampled_from("ABCDE"), st.sampled_from(["x", "y"]), st.just("H"), st.integers(0, 4),
        st.integers(0, 4), st.sampled_from([1, 2.5, 7, 31]),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=40)
@given(gaps)
def test_everyone_has_one_seat_and_no_session_is_too_large(rows) -> None:
    ready = skill_gaps.prepare(declared(*rows), {})
    table = training.sessions(ready, NORMS)
    lacking = ready[ready["to_train"] > 0]
    wanted = np.ceil(lacking.groupby(["skill", "level_gap", "site_id"])["to_train"].sum())
    together = ["skill", "level_gap"]
    seated = table.groupby(together)["session_people"].sum()
    assert seated.to_dict() == wanted.groupby(together).sum().to_dict()
    assert (table["session_people"] <= 10).all()
    groups = table.groupby(["skill", "level_gap"])["session_people"]
    assert (groups.size() == np.ceil(groups.sum() / 10)).all()
    assert (groups.max() - groups.min()).le(1).all()
    plan = planned(ready)
    assert (plan["training_hours_low"] <= plan["training_hours"]).all()
    assert (plan["lead_time_months_low"] <= plan["lead_time_months"]).all()
    assert plan["n_sessions"].sum() == len(table)


def test_nothing_to_train_is_said() -> None:
    ready = skill_gaps.prepare(declared(("A", "x", "H", 3, 3, 5)), {})
    table = training.sessions(ready, NORMS)
    assert (len(table), len(planned(ready))) == (0, 0)
    assert skill_gaps.critical_gaps(ready, WORKFORCE.head(0)).frame.empty


def test_norms_are_ordered_and_sourced() -> None:
    values = NORMS[["low", "central", "high"]].to_numpy()
    assert (np.diff(values, axis=1) > 0).all()
    assert (values > 0).all()
    assert NORMS["source"].str.startswith("hypothèse du projet").all()


LINKS = pd.DataFrame(
    [
        ("O", "1"),
        ("O", "2"),
        ("O", "9"),
        ("D", "1"),
        ("D", "2"),
        ("D", "3"),
        ("D", "9"),
        ("X", "1"),
        ("O", "77"),
    ],
    columns=["rome_code", "skill_code"],
)
ROME_SKILLS = pd.DataFrame(
    [
        ("1", "Trier", "6"),
        ("1", "Trier", "9"),
        ("2", "Peser", "6"),
        ("3", "Broyer", "6"),
        ("9", "Chimie", "5"),
    ],
    columns=["skill_code", "skill", "section_code"],
)


NOWHERE = pd.DataFrame({"occupation": [], "site_id": []})


def test_rome_bridge_by_hand() -> None:
    """O has 2 of the 3 core skills of D; a sector is no skill, 77 is a job title, X is not in the study."""
    required = mobility.rome_requirements(LINKS, ROME_SKILLS, {"O": "Tri", "D": "Broyage"})
    assert len(required) == 5
    table = mobility.bridges(required, NOWHERE).frame.set_index(["origin", "destination"])
    there = table.loc[("Tri", "Broyage")]
    assert there["bridge_percent"] == pytest.approx(200 / 3)
    assert there["missing_skills"] == "Broyer"
    assert table.loc[("Broyage", "Tri"), "bridge_percent"] == 100


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside the project")
def test_rome_as_published_leads_from_the_counter_to_the_shelves() -> None:
    """ROME 3.47: D1106 (food sales) has 13 of the 15 core skills of D1507 (shelf filling)."""
    links, known = (
        read_register("rome", DATA / "rome" / name, frozenset()).frame
        for name in ("correspondances.csv", "competences.csv")
    )
    required = mobility.rome_requirements(
        links, known, {"D1106": "Vente", "D1507": "Rayon", "M1203": "Compta"}
    )
    table = mobility.bridges(required, NOWHERE).frame.set_index(["origin", "destination"])
    assert table.loc[("Vente", "Rayon"), ["shared_skills", "destination_skills"]].tolist() == [13, 15]
    assert "Contrôler le balisage" in table.loc[("Vente", "Rayon"), "missing_skills"]
    assert "Compta" not in table.reset_index()[["origin", "destination"]].to_numpy()


@pytest.mark.parametrize(
    "column",
    sorted(
        {
            *training.SESSION_COLUMNS, "lacking_sites_percent",
            "criticality_percent", "critical_gap", "training_hours", "training_hours_low",
            "training_hours_high",
            "n_sessions", "n_shared_sessions", "lead_time_months", "lead_time_months_low",
            "lead_time_months_high", "norm",
        }
    ),
)  # fmt: skip
def test_every_column_is_named(column) -> None:
    assert wording.heading(column).header != column
