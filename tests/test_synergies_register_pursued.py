"""What became of earlier leads: who is a case, what is said of few, and scores with a known answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eit_analysis.publishing.wording import heading
from eit_analysis.reference.intervals import enough, wilson
from eit_analysis.synergies.answers import ANSWER_COLUMNS
from eit_analysis.synergies.register.pursued import (
    CASE_COLUMNS,
    CLASS_COLUMNS,
    ENOUGH,
    HALF_WIDTH,
    SCORE_COLUMNS,
    by_class,
    cases,
    score,
    together,
    verdict,
)

FLOWS = pd.DataFrame(
    [("A-1", "Palettes"), ("A-2", "Chutes"), ("B-1", "Palettes"), ("C-1", "Palettes"), ("X-1", "Besoin")],
    columns=["flow_id", "description"],
).assign(site_id=lambda all_: all_["flow_id"].str[0], direction="out", category="wood")
CANDIDATES = pd.DataFrame(
    [("A-1", "A", 60.0, "likely"), ("A-2", "A", 30.0, "possible"), ("B-1", "B", 10.0, "uncertain"),
     ("C-1", "C", 55.0, "likely")],
    columns=["out_flow_id", "giver_site_id", "likelihood_percent", "likelihood"],
)  # fmt: skip
CANDIDATES["candidate_id"] = CANDIDATES["out_flow_id"] + ">X-1"
CANDIDATES[["in_flow_id", "taker_site_id", "category"]] = ["X-1", "X", "wood"]


def register(**status: str) -> pd.DataFrame:
    rows = [(line, "Bois", "exchange", "wood", f"{line[0]} X", "X", stage) for line, stage in status.items()]
    columns = ["synergy_id", "title", "kind", "category", "site_ids", "carrier", "status"]
    return pd.DataFrame(rows, columns=columns)


def answers(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(
        [(site, giver, "X", "wood", flow, answer, None, day) for site, giver, flow, answer, day in rows],
        columns=ANSWER_COLUMNS,
    )


def judged(then: pd.DataFrame, told: pd.DataFrame, now: pd.DataFrame) -> dict[str, tuple]:
    found = cases(CANDIDATES, FLOWS, then, told, now)
    assert list(found.columns) == CASE_COLUMNS
    columns = ["case_basis", "likelihood_percent", "pursued"]
    return {row["case"]: tuple(row[c] for c in columns) for row in found.to_dict("records")}


@pytest.mark.parametrize(
    ("now", "outcome"), [("lead", 0), ("dropped", 0), ("study", 1), ("committed", 1), ("done", 1)]
)
def test_a_line_is_judged_by_its_likeliest_exchange_and_its_stage_of_now(now, outcome):
    found = judged(register(A="lead"), answers(), register(A=now))
    assert found == {"A": ("register", 60.0, outcome)}


def test_no_case_is_what_was_already_pursued_has_left_the_register_or_has_no_exchange():
    then = register(A="study", B="lead", D="lead")
    assert judged(then, answers(), register(A="done", D="done")) == {}


def test_an_answered_exchange_is_a_case_unless_its_line_is_one():
    told = answers(("X", "A", None, "no", "2016-01-01"), ("X", "B", None, "yes", "2016-01-01"))
    found = judged(register(A="lead"), told, register(A="done"))
    assert found == {"A": ("register", 60.0, 1.0), "B X wood": ("answer", 10.0, 1.0)}


def test_one_no_outweighs_a_yes_a_perhaps_decides_nothing_and_the_last_answer_counts():
    told = answers(
        ("A", "A", None, "yes", "2016-01-01"), ("X", "A", None, "no", "2016-01-02"),
        ("X", "B", None, "maybe", "2016-01-01"),
        ("X", "C", None, "no", "2016-01-01"), ("X", "C", None, "yes", "2016-02-01"),
    )  # fmt: skip
    found = judged(register(), told, register())
    assert found == {"A X wood": ("answer", 60.0, 0.0), "C X wood": ("answer", 55.0, 1.0)}


def test_an_answer_about_one_flow_is_judged_by_the_chance_of_that_flow():
    told = answers(("X", "A", "CHUTES", "yes", "2016-01-01"))
    assert judged(register(), told, register()) == {"A X wood": ("answer", 30.0, 1.0)}


def table(*groups: tuple[str, float, int, int]) -> pd.DataFrame:
    rows = [(name, percent, float(n < hits)) for name, percent, hits, number in groups for n in range(number)]
    found = pd.DataFrame(rows, columns=["likelihood", "likelihood_percent", "pursued"])
    return found.assign(case=found.index.astype(str), case_basis="answer")[CASE_COLUMNS]


def test_shares_and_scores_of_a_known_case():
    found = table(("likely", 60.0, 15, 25), ("possible", 50.0, 2, 10))
    classes = by_class(found).set_index("likelihood")
    assert list(classes["n_cases"]) == [25, 10, 0, 35] and list(classes["n_pursued"]) == [15, 2, 0, 17]
    assert classes.loc["likely", "pursued_percent"] == 60.0
    ends = classes.loc["likely", ["pursued_low_percent", "pursued_high_percent"]]
    # Wilson's equation with p = 0.6, n = 25, z = 1.96, by hand.
    assert list(ends) == pytest.approx([40.7, 76.6], abs=0.05)
    # 10 are too few: the share is not told, and 11 are missing for ± 20 points.
    assert np.isnan(classes.loc["possible", "pursued_percent"]) and classes.loc["possible", "n_more"] == 11
    told = score(found).iloc[0]
    assert verdict(score(found)) == "better"
    # (15 × 0.16 + 10 × 0.36 + 10 × 0.25) / 35, and (17/35)(18/35)
    assert told["brier"] == pytest.approx(8.5 / 35) and told["brier_base_rate"] == pytest.approx(306 / 1225)


def test_nothing_is_said_of_too_few():
    few = table(("likely", 60.0, 10, ENOUGH - 1))
    assert score(few)[["brier", "brier_base_rate"]].isna().all(axis=None) and score(few).loc[0, "n_more"] == 1
    assert by_class(few)["pursued_percent"].isna().all()
    # As many of both, all at 60 %: 0.26 against 0.25.
    assert verdict(score(few)) == "too_few"
    assert verdict(score(table(("likely", 60.0, 15, 30)))) == "no_better"
    nobody = together([])
    assert list(by_class(nobody)["n_more"]) == [ENOUGH] * 4 and score(nobody).loc[0, "n_cases"] == 0


def test_enough_is_the_fewest_whose_interval_is_that_narrow_whatever_the_share():
    def widest(n: int) -> float:
        return max((high - low) / 2 for low, high in (wilson(k, n) for k in range(n + 1)))

    assert widest(ENOUGH) <= 100 * HALF_WIDTH < widest(ENOUGH - 1)
    assert ENOUGH == enough(HALF_WIDTH) == 21 and enough(0.1) == 93


def test_a_lead_of_two_waves_is_judged_once_by_the_first():
    one, two = table(("likely", 60.0, 1, 1)), table(("possible", 40.0, 0, 1))
    assert list(together([one, two])["likelihood"]) == ["likely"]


def test_every_column_has_a_french_name():
    assert all(heading(column).header for column in {*CLASS_COLUMNS, *SCORE_COLUMNS, "case_basis"})
