"""The action plan: what study.toml may decide, in what order it is read, and who reads which row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from test_config_change import plain, read

from eit_analysis.config_change import JobAction
from eit_analysis.employment.skills import actions
from eit_analysis.errors import DisclosureError, InputError
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.viewer import viewer_of
from eit_analysis.study import Study

ACTION = (
    '[[job_actions]]\noccupation = "Usinage"\nkind = "training"\ntarget = "Tournage"\ntext = "Former"\n'
    'carrier = "E1"\ndeadline = 2019-03-29\n'
)


def action(occupation: str, carrier: str, month: int = 3, **more: object) -> JobAction:
    text = f"Former en {occupation}"
    given = {"kind": "training", "target": "Tournage", "deadline": date(2019, month, 1)} | more
    return JobAction.model_validate({"occupation": occupation, "text": text, "carrier": carrier} | given)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("start = 2019-03-02\nend = 2019-03-01\n", "« Former » finit avant de commencer"),
        ("cost_eur = 900\n", "le coût de l'action « Former » n'a pas de source, donnez cost_source"),
        ("cost_eur = -1\ncost_source = 'devis'\n", "job_actions.1.cost_eur"),
        ("seats = 0\n", "job_actions.1.seats"),
        (ACTION, "2 lignes sont données pour l'action « Former », gardez-en une"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, more: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, ACTION + more)
    assert words in plain(caught.value)
    with pytest.raises(InputError, match="ne dit pas vers quoi elle mène"):
        read(tmp_path, ACTION.replace('target = "Tournage"\n', ""))


PEOPLE = pd.DataFrame({"occupation": ["Usinage"], "site_id": ["E01"], "headcount": [4.0]})
SITES = pd.DataFrame({"site_id": ["E01", "S02"]})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            action("Usinnage", "E01"),
            "nomme le métier « Usinnage » (occupation, pour « Usinage »), que l'étude n'a pas",
        ),
        (action("Usinage", "E99"), "nomme l'acteur « E99 » (carrier), que l'étude n'a pas"),
        (action("Usinage", "AFPA", organiser="S03"), "nomme l'acteur « S03 » (organiser)"),
    ],
)
def test_whom_an_action_names_is_of_the_study(wrong: JobAction, words: str) -> None:
    right = [
        action("Usinage", "E01"),
        action("Usinage", "AFPA"),
        action("Usinage", "Lycée 12", organiser="S02"),
        action("Valorisation de matières", "E01"),  # a trade that nobody has yet
    ]
    actions.known_actions(right, PEOPLE, SITES)
    with pytest.raises(InputError) as caught:
        actions.known_actions([*right, wrong], PEOPLE, SITES)
    assert words in plain(caught.value)
    assert "clé « job_actions » : l'action « Former en" in plain(caught.value)


def test_what_is_decided_comes_first_then_the_occupations_that_wait() -> None:
    decisions = actions.decided([action("B", "Lycée", 9), action("A", "E1", 2)])
    lines = pd.DataFrame({"occupation": list("EDABC"), "posts_said": list("54321"), "who_acts": "places"})
    lines[["gap_verdict", "shortage_chances"]] = "short", 40.0
    plan = actions.plan(decisions, lines, today="2019-03-01")
    assert plan["occupation"].tolist() == ["A", "B", "E", "D", "C"]
    assert plan["posts_said"].tolist() == list("32541")
    assert plan["job_action"].tolist()[2:] == ["Région, France Travail, branche\u00a0: ouvrir des places"] * 3
    assert plan["due_date"].tolist()[:2] == ["01/02/2019, dépassée à ce jour", "2019-09-01"]
    assert plan[["action_carrier", "due_date"]].iloc[2:].isna().all(axis=None)
    led = actions.decided([action("A", "E1", kind="bridge", target="D")])
    at = {"today": "2019-03-01"}
    plan = actions.plan(led, lines, **at)  # for D, where the bridge leads, not for A, which it leaves
    assert plan["occupation"].tolist() == ["D", "E", "A", "B", "C"] and plan["posts_said"][0] == "4"
    idle = lines.assign(gap_verdict=["enough", *["uncertain"] * 4], posts_said=[*"543", "0 (0 à 2)", "1"])
    assert actions.plan(actions.decided([]), idle, **at)["occupation"].tolist() == ["D", "A", "C"]
    unlikely = idle.assign(shortage_chances=[40, 22, 33, 40, 40])  # fewer than one in three
    assert actions.plan(actions.decided([]), unlikely, **at)["occupation"].tolist() == ["C"]
    everyone = [action(f"Métier {n}", "E1", text=f"Action {n}") for n in range(9)]
    assert len(actions.plan(actions.decided(everyone), lines, **at)) == 9  # nothing decided is left out
    assert len(actions.plan(actions.decided([]), lines.head(0), **at)) == 0


def test_sessions_have_their_dates_cost_and_organiser() -> None:
    given = {"start": date(2019, 5, 13), "seats": 6, "cost_eur": 4200, "cost_source": "devis"}
    decisions = actions.decided(
        [action("A", "E1", **given, organiser="Centre"), action("B", "E2"), action("C", "E3", kind="other")]
    )
    rows = actions.sessions(decisions)
    assert rows["organiser"].tolist() == ["Centre", "E2"]  # who carries an action organises it
    assert rows["start_day"].tolist()[0] == "2019-05-13"
    assert rows[["n_action_seats", "published_cost_eur"]].iloc[0].tolist() == [6, 4200]


def test_a_first_screen_tells_sessions_with_dates_and_costs_and_bridges_nobody_decided() -> None:
    given = {"start": date(2019, 5, 13), "cost_eur": 4200, "cost_source": "devis"}
    led = action("Tri", "E2", 6, kind="bridge", target="Usinage", end=date(2019, 5, 20), **given)
    decisions = actions.decided([action("A", "E1", 3), led, action("B", "E3", kind="other")])
    lines = pd.DataFrame({"occupation": ["Usinage", "Tri"], "bridge_said": ["Tri", "Caisse"]})
    said = str(actions.moves(lines, decisions, today="2019-04-01")).replace("\u00a0", " ")
    assert said == (
        "Décidé : passerelle vers « Usinage », du 13/05/2019 au 20/05/2019, 4\u202f200 €, E2 ; formation "
        "« Tournage », d'ici le 01/03/2019, E1 (passée). "
        "Possible, par les compétences : de « Caisse » à « Tri »"
    )
    assert actions.moves(lines.head(0)[["occupation"]], decisions.loc[[1]], today="2019-04-01") is None


def test_an_action_is_read_where_whoever_carries_it_may_be_named(small_study: Study) -> None:
    """E7 refused, E5 accepts aggregates only: their rows are theirs and the team's."""
    carriers = ["E1", "E5", "E7", "Lycée"]
    frame = actions.decided([action(f"M{who}", who, organiser="Centre") for who in carriers])
    release = Release(small_study, "internal", page="x")
    table = release.decisions(frame, "Actions", ["occupation"], ["action_carrier", "organiser"])
    read_by = {
        audience: table.seen_by(viewer_of(small_study, audience), {})
        for audience in ("internal", "partners", "public", "company:E5", "company:E7")
    }
    seen = {audience: [name[1:] for name in own.frame["occupation"]] for audience, own in read_by.items()}
    assert seen == {
        "internal": carriers, "partners": ["E1", "Lycée"], "public": ["Lycée"],
        "company:E5": ["E1", "E5", "Lycée"], "company:E7": ["E1", "E7", "Lycée"],
    }  # fmt: skip
    assert "E1" not in read_by["partners"].frame["action_carrier"].tolist()  # by its name
    assert read_by["partners"].note == "2\u00a0lignes ne sont pas diffusées à ce public."
    with pytest.raises(DisclosureError):
        release.decisions(frame.assign(headcount=3.0), "Actions", ["occupation"], ["action_carrier"])
