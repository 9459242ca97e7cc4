"""Opinions on change: what a score is, which groups are told, what changed, what stands in the way."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp
from scipy.stats import norm, wilcoxon

from eit_analysis import reference
from eit_analysis.change import answers, elsewhere, evolution, obstacles, opinions, progress
from eit_analysis.errors import UsageError
from eit_analysis.records import TOTAL
from eit_analysis.reference import dated
from eit_analysis.reference.intervals import holm

ITEMS = reference.load("readiness_items").set_index("code")["statement_fr"]
SITES = pd.DataFrame({"site_id": [f"E{i}" for i in range(1, 41)], "headcount": [5.0, 30, 120, 400] * 10})


def asked(*rows: tuple[str, str, str, float | None]) -> pd.DataFrame:
    """Answers (site, role, code of the statement, answer)."""
    table = pd.DataFrame(rows, columns=["site_id", "respondent_role", "item", "answer"])
    return table.assign(item=table["item"].map(ITEMS), answer=table["answer"].astype(float))


def test_every_statement_has_a_code_of_its_dimension_and_every_dimension_an_action() -> None:
    items = reference.load("readiness_items")
    assert items["code"].is_unique and items["statement_fr"].is_unique
    assert (items["code"].str.split("_").str[0] == items["readiness_dimension"]).all()
    assert items.groupby("readiness_dimension").size().ge(3).all()
    assert set(items["readiness_dimension"]) == set(answers.DIMENSIONS)
    actions = reference.load("readiness_actions")
    assert actions["readiness_dimension"].tolist() == list(answers.DIMENSIONS)
    assert actions.notna().all(axis=None) and items.notna().all(axis=None)


def test_a_statement_is_known_by_its_words_or_its_code() -> None:
    table = pd.DataFrame(
        {"item": ["TRUST_1", " je fais confiance aux autres  Entreprises du territoire.", "Autre"]}
    )
    assert answers.coded(table)["item_code"].fillna("").tolist() == ["trust_1", "trust_1", ""]
    assert answers.unlisted(table) == ["Autre"]


def test_a_score_is_the_mean_of_what_was_answered_of_half_at_least() -> None:
    people = answers.respondents(
        asked(
            ("E1", "QSE", "need_1", 5), ("E1", "QSE", "need_2", 4), ("E1", "QSE", "need_3", None),
            ("E2", "QSE", "need_1", 1), ("E3", "QSE", "need_1", 2), ("E3", "QSE", "need_3", 3),
            ("E4", None, "need_1", 3), ("E4", None, "need_2", 3),
        ),
        SITES,
    ).set_index("site_id")  # fmt: skip
    # E2 answered one of three.
    assert people["score"].to_dict() == {"E1": 4.5, "E3": 2.5, "E4": 3.0}
    assert people["opinion"].to_dict() == {"E1": "agree", "E3": "disagree", "E4": "mixed"}
    assert people.loc["E4", "respondent_role"] == "non renseigné" and people.loc["E1", "size_class"] == "1-9"


def crowd(seed: int, n_sites: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for site in SITES["site_id"].head(n_sites):
        for role in ("direction", "QSE", "RH", "maintenance")[: int(rng.integers(1, 5))]:
            rows += [(site, role, code, float(rng.integers(1, 6))) for code in ITEMS.index]
    return answers.respondents(asked(*rows), SITES)


def test_the_shares_of_a_group_add_up_and_its_counts_are_all_who_answered() -> None:
    people = crowd(1)
    for by in ("", "respondent_role", "size_class"):
        content = opinions.distribution(people, by)
        content.check("essai")
        within = list(content.keys[:-1])
        assert content.frame.groupby(within)["share_percent"].sum().round(9).eq(100).all()
        assert content.frame["respondents"].sum() == len(people)
    with pytest.raises(UsageError, match="respondent_role ou size_class"):
        opinions.distribution(people, "commune")


def known_classes(people: pd.DataFrame, told: list[pd.DataFrame], by: list[str], own: list[int]) -> int:
    """How many people's class follows from the counts told, for who knows some of them (``own``).

    y_pc in {0, 1}, one class for each person: a class is known when the other value is impossible.
    """
    n, k = len(people), len(answers.CLASSES)
    rows, sizes = [], []
    for table, name in zip(told, by, strict=True):
        for line in table.itertuples():
            members = np.ones(n, dtype=bool) if not name else (people[name] == getattr(line, name)).to_numpy()
            row = np.zeros((n, k))
            row[members, answers.CLASSES.index(line.opinion)] = 1
            rows.append(row.ravel())
            sizes.append(line.respondents)
    once = np.kron(np.eye(n), np.ones(k))
    matrix, right = np.vstack([*rows, once]), np.append(sizes, np.ones(n))
    truth = np.zeros((n, k))
    truth[np.arange(n), people["opinion"].map(answers.CLASSES.index)] = 1
    # Of people in the same groups and of the same mind, one is as well known as another: each is asked once.
    alike: dict[bytes, list[int]] = {}
    for person in sorted(set(range(n)) - set(own)):
        columns = matrix[: len(rows), person * k : (person + 1) * k]
        alike.setdefault(columns.tobytes() + truth[person].tobytes(), []).append(person)
    bounds, found = LinearConstraint(matrix, right, right), 0
    for first, *others in alike.values():
        low, high = np.zeros(n * k), np.ones(n * k)
        high[first * k + int(truth[first].argmax())] = 0
        for one in own:
            low[one * k : (one + 1) * k] = high[one * k : (one + 1) * k] = truth[one]
        solved = milp(np.zeros(n * k), constraints=bounds, integrality=np.ones(n * k), bounds=(low, high))
        found += (1 + len(others)) * (solved.status == 2)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_no_answer_of_one_person_follows_from_what_is_told(seed: int) -> None:
    """By an integer programme: not for an outsider, a respondent, nor an actor who asked all its own."""
    everybody = crowd(seed, n_sites=6 + 3 * seed)
    for dimension in ("trust", "openness"):
        people = everybody[everybody["readiness_dimension"] == dimension].reset_index(drop=True)
        told, by = [], []
        for name in ("", "respondent_role"):
            kept = opinions.grouped(people, name)
            told.append(opinions.distribution(kept, name).frame)
            by.append(name and f"told_{name}")
            if name and len(kept):
                people[f"told_{name}"] = kept[name]
                told[-1] = told[-1].rename(columns={name: f"told_{name}"})
        firms = [people.index[people["site_id"] == site].tolist() for site in people["site_id"].unique()]
        for own in ([], [0], [len(people) - 1], *firms) if any(map(len, told)) else ():
            assert known_classes(people, told, by, own) == 0


def test_the_programme_sees_a_group_of_one_mind() -> None:
    people = pd.DataFrame(
        {"opinion": ["agree"] * 4 + ["mixed"], "site_id": list("ABCDE"), "readiness_dimension": "need"}
    )
    told = opinions.distribution(people).frame
    assert known_classes(people, [told], [""], []) == 0
    assert known_classes(people, [told], [""], [4]) == 4
    assert opinions.grouped(people, "").empty


def test_like_minded_and_small_groups_are_told_together() -> None:
    roles = ["a"] * 6 + ["b"] * 9 + ["c"] * 6 + ["d"] * 9
    views = ["agree"] * 6 + ["agree", "mixed", "disagree"] * 3 + ["mixed", "disagree"] * 3
    views += ["agree", "mixed", "disagree"] * 3
    people = pd.DataFrame(
        {"respondent_role": roles, "opinion": views, "site_id": [f"E{i}" for i in range(30)]}
    ).assign(readiness_dimension="need")
    kept = opinions.grouped(people, "respondent_role")
    sizes = kept["respondent_role"].value_counts().to_dict()
    assert sizes == {"autres fonctions": 12, "b": 9, "d": 9}
    # A class of two actors would be withheld, and be the rest of its group: nothing is told by role any more.
    few = people.assign(site_id=people["site_id"].where(people["opinion"] != "disagree", "E0"))
    assert opinions.grouped(few, "").empty
    two = people.assign(site_id=[f"{role}{i % 2}" for i, role in enumerate(roles)])
    assert opinions.grouped(two, "respondent_role").empty and len(opinions.grouped(two, "")) == 30
    assert opinions.grouped(people, "respondent_role", 0, 0)["respondent_role"].tolist() == roles


def test_a_dimension_is_the_least_agreed_only_where_all_are_told() -> None:
    people = pd.DataFrame({"readiness_dimension": ["need", "trust", "capacity"]})
    assert opinions.all_told(people, people)
    assert not opinions.all_told(people, people.head(2))  # the third may be less agreed
    assert not opinions.all_told(people.head(1), people.head(1))  # one is no least
    assert not opinions.all_told(people.head(0), people.head(0))


def test_what_is_fragile_is_what_fewer_than_half_agree_on() -> None:
    people = pd.concat(
        [
            pd.DataFrame({"readiness_dimension": d, "opinion": ["agree"] * n + ["mixed"] * (10 - n)})
            for d, n in (("need", 5), ("trust", 3), ("capacity", 4))
        ]
    ).assign(site_id=[f"E{i % 10}" for i in range(30)])
    weak = opinions.fragile(people)
    weak.check("essai")
    assert weak.frame["readiness_dimension"].tolist() == ["trust", "capacity"]
    assert weak.frame["agree_percent"].tolist() == [30, 40]
    # Where nothing is fragile the page names the least shared of all.
    firm = opinions.fragile(people[people["readiness_dimension"] == "need"])
    every = opinions.fragile(people, 101)
    # Of four people one makes a quarter: nothing is said of them.
    few = people.groupby("readiness_dimension").head(4)
    assert opinions.fragile(few).frame.empty and opinions.fragile(few, 101).frame.empty
    assert firm.frame.empty and every.frame["readiness_dimension"].tolist() == ["trust", "capacity", "need"]


def test_the_interval_of_a_median_covers_the_median_of_all_actors() -> None:
    """95 % asked of intervals over actors drawn from a thousand; colleagues think alike."""
    rng = np.random.default_rng(7)
    mood = rng.normal(3, 0.6, 1000)
    whole = np.median(np.concatenate([m + rng.normal(0, 0.6, 3) for m in mood]))
    covered = []
    for _ in range(150):
        chosen = rng.choice(1000, 25, replace=False)
        people = pd.DataFrame({"site_id": np.repeat(chosen, 3), "score": np.repeat(mood[chosen], 3)})
        people["score"] += rng.normal(0, 0.6, 75)
        people = people.assign(readiness_dimension="need", respondent_role="QSE", size_class="10-49")
        row = opinions.medians(people, draws=400).iloc[0]
        covered.append(row["median_low95"] <= whole <= row["median_high95"])
    assert 0.90 <= np.mean(covered) <= 1.0


def test_medians_are_told_in_all_then_by_role_and_by_size() -> None:
    people = crowd(3)
    table = opinions.medians(people, draws=50).set_index(opinions.MEDIAN_KEYS)
    own = people[(people["readiness_dimension"] == "need") & (people["respondent_role"] == "direction")]
    row = table.loc["need", "direction", TOTAL]
    assert (row["n_respondents"], row["median_score"]) == (len(own), own["score"].median())
    assert row["median_low95"] <= row["median_score"] <= row["median_high95"]
    whole = table.xs((TOTAL, TOTAL), level=[1, 2])["n_respondents"].to_dict()
    for level in (1, 2):
        parts = table[table.index.get_level_values(level) != TOTAL]
        assert parts.groupby(level=0)["n_respondents"].sum().to_dict() == whole


def test_holm_corrects_as_in_a_worked_example() -> None:
    """Four tests, 0.01, 0.04, 0.03 and 0.005: 0.03, 0.06, 0.06, 0.02 (the usual worked example)."""
    found = holm(pd.Series([0.01, 0.04, 0.03, 0.005]))
    np.testing.assert_allclose(found, [0.03, 0.06, 0.06, 0.02])


def test_the_signed_rank_test_is_that_of_hollander_and_wolfe() -> None:
    """Hamilton depression scale, nine patients: V = 40, p = 0.03906 on two sides (R, wilcox.test)."""
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    assert evolution._p(after - before) == pytest.approx(0.03906, abs=5e-6)


def test_the_power_is_that_of_simulated_surveys() -> None:
    rng = np.random.default_rng(3)
    change = rng.normal(0, 1.0, 25)
    change = (change - change.mean()) / change.std(ddof=1)
    stated = evolution.power(change, shift=0.6)
    found = np.mean([wilcoxon(rng.normal(0.6, 1.0, 25)).pvalue < 0.05 for _ in range(400)])
    assert stated == pytest.approx(found, abs=0.06)
    after = norm.cdf(np.sqrt(2) * 0.6)
    assert stated == pytest.approx(norm.cdf(np.sqrt(75) * (after - 0.5) - 1.959964), abs=1e-6)


def waves(shift: float, n_sites: int = 20) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(5)
    rows = [
        (site, role, code, float(rng.integers(1, 5)))
        for site, role, code in product(SITES["site_id"].head(n_sites), ("direction", "QSE"), ITEMS.index)
    ]
    before = asked(*rows)
    return before, before.assign(answer=(before["answer"] + shift).clip(1, 5))


def test_a_change_is_found_between_the_same_respondents_and_statements_alone() -> None:
    before, after = waves(1.0)
    table = evolution.evolution(before, after, SITES)
    assert table["evolution"].eq("up").all() and table["score_change"].round(9).eq(1).all()
    assert evolution.evolution(after, before, SITES)["evolution"].eq("down").all()
    # Newcomers of another mind, and a statement asked only once, change nothing.
    strange = asked(*[("E39", "RH", code, 1.0) for code in ITEMS.index])
    fewer = before[before["item"] != ITEMS["need_2"]]
    again = evolution.evolution(fewer, pd.concat([after, strange]), SITES)
    assert again["score_change"].round(9).eq(1).all()
    assert again.set_index("readiness_dimension").loc["need", "n_items"] == 2
    assert evolution.evolution(before, before, SITES)["evolution"].eq("unclear").all()
    assert evolution.evolution(*waves(1.0, n_sites=5), SITES).empty
    nobody = before.astype({"site_id": "str", "respondent_role": "str", "item": "str"}).head(0)
    assert evolution.evolution(nobody, after, SITES).empty  # a first wave


THIRTY = asked(*[(f"E{i % 6 + 1}", "QSE", code, 1.0 + i % 5) for i, code in enumerate([*ITEMS.index] * 2)])


@cache
def opinions_in(order: tuple[int, ...]) -> pd.DataFrame:
    keys = ["site_id", "respondent_role", "readiness_dimension"]
    return answers.respondents(THIRTY.iloc[list(order)], SITES).sort_values(keys, ignore_index=True)


@settings(max_examples=40)
@given(st.permutations(range(30)))
def test_the_order_of_answers_is_nothing(order: list[int]) -> None:
    pd.testing.assert_frame_equal(opinions_in(tuple(range(30))), opinions_in(tuple(order)))


def test_a_lead_is_held_back_when_all_its_actors_that_answered_trust_little() -> None:
    people = pd.DataFrame({"site_id": ["A", "A", "B", "C"], "score": [1.0, 2.0, 2.5, 4.0]})
    people = people.assign(readiness_dimension="trust")
    leads = pd.DataFrame(
        [
            ("1", "x", "lead", "A B"),
            ("2", "x", "lead", "A C"),
            ("3", "x", "done", "A B"),
            ("4", "x", "lead", "A D"),
        ],
        columns=["synergy_id", "title", "status", "site_ids"],
    )
    table = obstacles.untrusting(leads, people)
    assert table[["synergy_id", "lowest_trust", "highest_trust"]].values.tolist() == [["1", 1.5, 2.5]]


def test_what_moved_and_what_is_stuck() -> None:
    columns = ["synergy_id", "title", "status", "carrier", "site_ids", "realised_t_per_year"]
    before = pd.DataFrame(
        [
            (f"{i}", "t", status, "A", "A B", 0.0)
            for i, status in enumerate(("lead", "study", "dropped", "done"))
        ],
        columns=columns,
    )
    after = pd.DataFrame(
        [(f"{i}", "t", status, None if i == 4 else "A", "A B", 1.0)
         for i, status in enumerate(("done", "lead", "lead", "done", "lead"))],
        columns=columns,
    )  # fmt: skip
    day = pd.Timestamp(2018, 12, 31)
    changes = progress.moved(before, after, day)
    assert changes[["synergy_id", "move"]].values.tolist() == [
        ["0", "forward"], ["1", "back"], ["2", "taken_up"], ["4", "new"],
    ]  # fmt: skip
    # Only what is done and lasts brings tonnes.
    assert changes["realised_t_per_year"].fillna(-1).tolist() == [1, -1, -1, -1]
    over = progress.moved(before, after.assign(end_date="2018-06-30"), day)
    assert over["realised_t_per_year"].isna().all() and over["move"].tolist() == changes["move"].tolist()
    stays = pd.DataFrame(
        [("1", "lead", "waiting", 30.0), ("2", "lead", "waiting", 24.0), ("4", "lead", "waiting", 60.0),
         ("0", "lead", "passed", 40.0)],
        columns=["synergy_id", "status", "passage", "months_at_stage"],
    )  # fmt: skip
    # The one that nobody carries comes after the one that somebody does.
    assert progress.stuck(stays, after, 24)["synergy_id"].tolist() == ["1", "4"]
    assert progress.moved(before.head(0), before.head(0), day).empty


@pytest.mark.parametrize(
    ("done", "of", "low", "high"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_the_interval_of_a_share_is_that_of_newcombe(done: int, of: int, low: float, high: float) -> None:
    """Newcombe 1998, table I, method 3 (score without continuity correction)."""
    assert elsewhere.wilson(done, of) == pytest.approx((low, high), abs=0.006)


def test_published_approaches_have_a_source_and_no_more_done_than_leads() -> None:
    table = elsewhere.published()
    assert len(table) >= 25 and table["approach"].is_unique
    pages = reference.load("published_approaches")["web_page"]
    assert table["source"].notna().all() and pages.str.startswith("http").all()
    assert (table["n_done"].fillna(0) <= table["n_leads"].fillna(np.inf)).all()
    assert (table["first_year"].fillna(0) <= table["last_year"].fillna(9999)).all()
    shares = elsewhere.realised_shares().set_index("approach")["share_percent"]
    # Sicoval 1 of 37, PNSI 138 of 588, Ulsan 13 of 40, as their pages say.
    assert shares["Sicoval, essai ACTIF"] == pytest.approx(100 / 37)
    assert shares["Ulsan"] == pytest.approx(100 * 13 / 40)
    assert shares["Programme national de synergies inter-entreprises (PNSI)"] == pytest.approx(13800 / 588)


def test_a_firm_sees_the_synergies_that_it_is_part_of_its_own_first() -> None:
    register = pd.DataFrame(
        [
            ("1", "x", "lead", "B", "A B"),
            ("2", "y", "lead", "A", "A C"),
            ("3", "z", "done", "A", "B C"),
            ("4", "w", "study", None, "A C"),
            ("5", "v", "lead", None, "A"),
            ("6", "u", "done", None, "A B"),
        ],
        columns=["synergy_id", "title", "status", "carrier", "site_ids"],
    )
    stays = pd.DataFrame(
        [("1", "waiting", 40.0), ("2", "passed", 9.0), ("4", "waiting", 13.0), ("5", "waiting", 24.5)],
        columns=["synergy_id", "passage", "months_at_stage"],
    )
    mine = progress.own(stays, register, "A", 24)
    assert mine[["synergy_id", "is_carrier"]].values.tolist() == [
        ["2", "yes"], ["1", "no"], ["5", "no"], ["4", "no"], ["6", "no"],
    ]  # fmt: skip
    assert mine["months_at_stage"].fillna(0).tolist() == [0, 40, 24.5, 13, 0]
    assert mine["members"].tolist() == ["A C", "A B", "A", "A C", "A B"]
    # What an open one waits for is its members' matter, whoever carries it; what is done waits for nothing.
    assert mine["waits_for"].fillna("").tolist() == ["", "decision", "both", "carrier", ""]
    assert all(progress.own(stays, *of, 24).empty for of in ((register, None), (register.head(0), "A")))


def test_a_study_stands_beside_the_others_and_far_from_those_its_interval_does_not_touch() -> None:
    """27 leads of which 10 are done, 37 % (22 to 56): apart from Sicoval's 1 of 37 alone."""
    register = pd.DataFrame({"status_date": ["2018-03-01"] * 27})
    waves = {"2015": register.assign(status_date="2014-05-02"), "2018": register.assign(status_date="?")}
    funnel = pd.DataFrame({"status": ["lead", "study", "done"], "n_synergies": [27.0, 21.0, 10.0]})
    here_too = elsewhere.placed(waves, 2018)
    table = here_too(funnel)
    here = table.set_index("approach").loc[elsewhere.HERE]
    assert (round(here["share_low_percent"]), round(here["share_high_percent"])) == (22, 56)
    assert elsewhere.apart(table) == ["Sicoval, essai ACTIF"]
    assert here[["first_year", "last_year"]].tolist() == [2014, 2018]
    # As page 05 prints it, by kind and in all.
    kinds = pd.concat([funnel.assign(kind="exchange", n_synergies=3.0), funnel.assign(kind="Total")])
    assert here_too(kinds).equals(table)
    # Who does not read all of it reads the others alone; so does a study without leads.
    others = elsewhere.realised_shares()
    for less in (funnel[:2], funnel[1:], funnel.head(0), funnel.assign(n_synergies=0.0)):
        assert here_too(less).equals(others)
    assert (
        elsewhere.placed({}, 2018)(funnel)
        .set_index("approach")
        .loc[[elsewhere.HERE]]["first_year"]
        .isna()
        .all()
    )


def test_every_statement_has_its_own_share() -> None:
    table = asked(*[(f"E{i}", "QSE", "trust_2", 4.0 if i < 4 else 3.0) for i in range(1, 11)])
    row = opinions.by_item(table).iloc[0]
    assert row["item_code"] == "trust_2" and row["n_respondents"] == 10 and row["agree_percent"] == 30


@pytest.mark.parametrize(
    ("dates", "today", "day", "said"),
    [
        ([None, "2018-05-04"], "2026-01-01", "2018-12-31", "fin 2018"),
        ([], "2018-06-01", "2018-06-01", "au 01/06/2018"),
        # A register told of in spring holds more than the year that tonnes are of.
        (["2019-03-03", "2017-01-01"], "2026-01-01", "2019-03-03", "au 03/03/2019"),
        (["2019-03-03"], "2019-02-01", "2019-02-01", "au 01/02/2019"),
    ],
)
def test_what_is_told_is_seen_until_its_last_day(dates, today, day, said):
    told = pd.Series(dates, dtype=object)
    assert dated.seen_until(2018, pd.Timestamp(today), told) == (pd.Timestamp(day), said)


def test_a_carrier_is_sought_where_nothing_is_stuck() -> None:
    lines = [("Y1", "lead", None), ("Y2", "done", None), ("Y3", "study", "A"), ("Y4", "committed", None)]
    register = pd.DataFrame(lines, columns=["synergy_id", "status", "carrier"]).assign(
        title="", site_ids="A B"
    )
    none = pd.DataFrame(columns=progress.STUCK_COLUMNS)
    assert progress.unled(register, none, 3)["synergy_id"].tolist() == ["Y1", "Y4"]
    assert progress.unled(register, none, 1)["synergy_id"].tolist() == ["Y1"]
    assert progress.unled(register, none.assign(synergy_id=["Y1"]), 3).empty
