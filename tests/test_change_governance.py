"""Micro-projects: who sits where, what falls, what members ask, and the draft of their agreement."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.change import governance
from eit_analysis.change.agreement import SHARES, agreements, articles
from eit_analysis.change.clauses import clauses, member_targets, without_clause
from eit_analysis.change.governance import by_actor_type, by_size, departures, of_member, projects, seats
from eit_analysis.change.progress import moved
from eit_analysis.config_change import Project
from eit_analysis.publishing.release.listings import Listing
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.sheet_content import Said

SITES = pd.DataFrame(
    [
        ("A", "firm", 60),
        ("B", "firm", 20),
        ("C", "firm", 300),
        ("S", "ess", 12),
        ("T", "ess", 5),
        ("V", "public", 40),
    ],
    columns=["site_id", "actor_type", "headcount"],
)
REGISTER = pd.DataFrame(
    [
        ("L1", "Laver ensemble", "pooling", "textile", "A B S", "committed", 0.0, "S"),
        ("L2", "Chutes", "exchange", "wood", "B C", "done", 4.0, "B"),
        ("L3", "Palettes", "exchange", "wood", "A B", "dropped", 0.0, "A"),
        ("L4", "Cartons", "exchange", "cardboard", "C T", "study", 0.0, None),
        ("L5", "Fils", "exchange", "textile", "A S", "lead", 0.0, "A"),
    ],
    columns=[
        "synergy_id",
        "title",
        "kind",
        "category",
        "site_ids",
        "status",
        "realised_t_per_year",
        "carrier",
    ],
)
DAY, TODAY = pd.Timestamp(2026, 12, 31), pd.Timestamp(2027, 1, 10)
LAUNDRY = Project.model_validate(
    {
        "code": "MP1",
        "title": "Le linge",
        "synergies": ["L1", "L5"],
        "members": ["V"],
        "decision_rule": "majority",
        "deadline": date(2027, 3, 31),
        "next_decision": "Choisir la machine",
        "posts_fte": 0.5,
        "funding": [
            {"funder": "Région", "sector": "public", "eur": 6000},
            {"funder": "A", "sector": "private", "eur": 2000},
        ],
        "clauses": [
            {"kind": "social", "text": "Heures", "unit": "h_per_year", "target": 300, "reached": 320,
             "per_member": {"A": 100, "B": 150}},
            {"kind": "environmental", "text": "Tonnes", "unit": "t_per_year", "target": 3},
        ],
    }
)  # fmt: skip


def test_projects_of_the_settings_then_what_is_under_way() -> None:
    table = projects([LAUNDRY], REGISTER, SITES, DAY, TODAY)
    assert list(table["project_code"]) == ["MP1", "L2", "L4"]  # neither a lead nor a dropped one
    laundry = table.iloc[0]
    assert laundry["site_ids"] == "S A B V" and laundry["carrier"] == "S" and laundry["n_members"] == 4
    assert (laundry["funding_public_eur"], laundry["private_funding_eur"]) == (6000, 2000)
    assert table["grant_said"].fillna("").tolist() == ["6\u202f000\u00a0€", "", ""]
    assert governance.means(table)["funders"].fillna("").tolist() == ["Région, A", ""]  # L4 has no means
    assert laundry["families"] == "textile" and laundry["due_date"] == "2027-03-31"
    assert table["realised_t_per_year"].tolist() == [0.0, 4.0, 0.0] and table["n_done"].tolist() == [0, 1, 0]
    assert table["decision_rule"].isna().tolist() == [False, True, True]
    # Effects that ended are no project any longer, and bring nothing to the one that they are of.
    over = REGISTER.assign(end_date=["2026-02-01", "2026-02-01", None, None, None], status="done")
    table = projects([LAUNDRY], over, SITES, DAY, TODAY)
    assert "L2" not in set(table["project_code"]) and table.loc[0, ["n_lines", "n_done"]].tolist() == [2, 1]


def test_a_project_has_the_carrier_that_its_lines_under_way_agree_on() -> None:
    def read(**changed: object) -> pd.Series:
        return projects([LAUNDRY], REGISTER.assign(**changed), SITES, DAY, TODAY).iloc[0]

    # L5 is under way too, and another carries it: nobody is said to carry both.
    assert pd.isna(read(status=["committed", "done", "dropped", "study", "study"])["carrier"])
    # Of what was dropped neither carrier nor members are those of the project.
    dropped = read(status=["dropped", "done", "dropped", "study", "lead"])
    assert (dropped["carrier"], dropped["site_ids"]) == ("A", "A S V")


def test_nothing_moved_is_no_row() -> None:
    assert moved(REGISTER, REGISTER, DAY).empty


@pytest.mark.parametrize("gone", ["A", "S", "V"])
def test_a_project_of_somebody_who_refused_is_left_out(gone: str) -> None:
    sites = SITES[SITES["site_id"] != gone]
    register = REGISTER[[gone not in ids.split() for ids in REGISTER["site_ids"]]]
    assert "MP1" not in set(projects([LAUNDRY], register, sites, DAY, TODAY)["project_code"])


def test_who_sits_where_and_what_falls() -> None:
    table = projects([LAUNDRY], REGISTER, SITES, DAY, TODAY)
    places = seats(table, SITES)
    assert set(places.loc[places["seat"] == "carrier", "site_id"]) == {"S", "B"}
    assert by_actor_type(places).set_index("actor_type")["n_sites"].to_dict() == {
        "firm": 3,
        "ess": 2,
        "public": 1,
    }
    assert by_size(places).set_index("size_class")["n_sites"].to_dict() == {
        "50-249": 1,
        "10-49": 1,
        "250+": 1,
    }
    assert of_member(table, "B")["project_code"].tolist() == ["MP1"] and of_member(table, None).empty
    left = departures(table, places).set_index("site_id")
    # B carries L2: with it A and V of the laundry lose C and T. Of A, C × S, T the pairs A-T and C-S are cut.
    assert left.loc["B", ["n_seats", "n_carried", "n_falling", "pairs_cut"]].tolist() == [2, 1, 1, 2]
    # S carries the laundry: nothing is left of it, and of A, B, C × T the pair A-T is cut.
    assert left.loc["S", ["n_falling", "pairs_cut"]].tolist() == [1, 1]
    # Without C two projects of two are alone: of A, B × S, T the pairs with T are cut.
    assert left.loc["C", ["n_falling", "pairs_cut"]].tolist() == [2, 2]
    assert left.loc["V", ["n_falling", "pairs_cut"]].tolist() == [0, 0]
    assert left.loc["C", "falling"] == "Chutes ; Cartons"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), unique=True, max_size=18))
def test_nobody_cuts_more_pairs_than_there_are(pairs: list[tuple[int, int]]) -> None:
    names = SITES["site_id"].tolist()
    rows = [(f"P{p}", f"P{p}", names[a], "member", SITES["actor_type"][a], "10-49") for a, p in pairs]
    columns = ["project_code", "title", "site_id", "seat", "actor_type", "size_class"]
    places = pd.DataFrame(rows, columns=columns)
    table = pd.DataFrame({"project_code": sorted(set(places["project_code"]))})
    found = departures(table, places)
    assert set(found["site_id"]) == set(places["site_id"]) and (found["pairs_cut"] >= 0).all()
    shuffled = departures(table, places.sample(frac=1, random_state=1)).set_index("site_id")
    same = found.set_index("site_id")[["n_seats", "n_falling", "pairs_cut"]]
    pd.testing.assert_frame_equal(shuffled.loc[same.index, same.columns], same, check_dtype=False)
    n_firms = places.loc[places["actor_type"] == "firm", "site_id"].nunique()
    assert (
        found["pairs_cut"] <= n_firms * places.loc[places["actor_type"] == "ess", "site_id"].nunique()
    ).all()


def test_clauses_against_what_members_want() -> None:
    table = projects([LAUNDRY], REGISTER, SITES, DAY, TODAY)
    asked = clauses([LAUNDRY], table)
    assert asked["clause_state"].tolist() == ["reached", "unknown"]
    assert asked["members_target"].tolist()[0] == 250 and np.isnan(asked["members_target"].iloc[1])
    assert member_targets([LAUNDRY], table)["member_target"].tolist() == [100, 150]
    assert without_clause([LAUNDRY], table, REGISTER).empty
    bare = LAUNDRY.model_copy(update={"clauses": []})
    assert without_clause([bare], table, REGISTER)["project_code"].tolist() == ["MP1"]
    assert clauses([LAUNDRY], table.iloc[1:]).empty


def test_an_agreement_for_each_declared_project() -> None:
    table = projects([LAUNDRY], REGISTER, SITES, DAY, TODAY)
    shares = pd.DataFrame(
        [("L1", 9.0, "A", 60.0, "brings_more", "Linge"), ("L2", 9.0, "B", 50.0, "like_the_others", "Bois")],
        columns=[*SHARES, "title"],
    )
    (draft,) = agreements([LAUNDRY], table, clauses([LAUNDRY], table), shares, team=True)
    facts, _, asked, split, *texts, meeting = draft.parts
    assert split.frame["site_id"].tolist() == ["A"] and split.note.endswith("L1\u00a0: Linge.")
    (alone,) = agreements([LAUNDRY], table, clauses([LAUNDRY], table), shares.head(0), team=True)
    assert alone.parts[3] == Said(reference.sentence("shares_missing"))
    (outside,) = agreements([LAUNDRY], table, clauses([LAUNDRY], table), shares)
    assert outside.parts[3] == Said(reference.sentence("shares_untold"))
    assert (draft.name, draft.title, draft.sites) == ("MP1", "Le linge", ["S", "A", "B", "V"])
    assert len(asked.frame) == 2 and facts.frame["due_date"].iloc[0] == "2027-03-31"
    headings = [article.text.partition(".")[0] for article in texts]
    assert headings.count("Décision") == 1 and {"Partage", "Engagements", "Sortie"} <= set(headings)
    assert len(meeting.questions) == 5
    for rule in ("consensus", "majority", "by_contribution", "carrier"):
        assert len(articles(rule)) == len(texts)


def test_a_title_is_read_by_those_who_may_name_all_whom_it_is_about() -> None:
    """« vers la conserverie » names its carrier as well as a name does."""
    rows = [("L1", "Fruits vers la conserverie", "A", "A C", "denrées (L1)"), ("L2", "Bois", "A", "A B", "")]
    frame = pd.DataFrame(rows, columns=["project_code", "title", "site_id", "seated", "untitled"])
    names = {"A": "Alpha", "B": "Bêta", "C": "Conserverie"}
    consents = {"A": "named", "B": "named", "C": "aggregated"}

    def titles(audience: str) -> list[str]:
        viewer = Viewer(audience, True, names, consents)
        seen = Listing(viewer, "Places", frame, ["project_code"], sites=["site_id"]).seen_by(viewer, {})
        assert not {"seated", "untitled"} & set(seen.frame)
        return seen.frame["title"].tolist()

    assert titles("partners") == ["denrées (L1)", "Bois"]
    assert titles("internal") == ["Fruits vers la conserverie", "Bois"]
    places = seats(projects([LAUNDRY], REGISTER, SITES, DAY, TODAY), SITES)
    assert set(places.loc[places["project_code"] == "MP1", "seated"]) == {"S A B V"}
    assert places["untitled"].str.endswith(")").all()


def test_without_register_nor_projects() -> None:
    table = projects([], REGISTER.head(0), SITES, DAY, TODAY)
    places = seats(table, SITES)
    assert table.empty and places.empty and departures(table, places).empty
    assert (
        clauses([], table).empty
        and agreements([], table, clauses([], table), pd.DataFrame(columns=[*SHARES, "title"])) == []
    )
    assert by_actor_type(places).empty and without_clause([], table, REGISTER).empty
