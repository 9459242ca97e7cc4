"""Who rings first, what comes next, and what the sheet of an exchange says."""

from __future__ import annotations

import pandas as pd
import pytest
from test_synergies_register_fiche import CANDIDATES, FLOWS, PLAN, REGISTER, SITES

from eit_analysis import reference
from eit_analysis.publishing.wording import heading
from eit_analysis.reference.dated import in_force
from eit_analysis.reference.stages import lasting
from eit_analysis.sheet_content import Asked, Listed, Said, Summed
from eit_analysis.synergies.checklist import checklists, circumstances
from eit_analysis.synergies.listings import described
from eit_analysis.synergies.register.exchange_sheet import exchange_sheets, first_calls
from eit_analysis.synergies.terms import with_terms

CANDIDATES = CANDIDATES.assign(taker_actor_type="firm")
PLACED = SITES.assign(commune_code="68334", naf_code="2229A")
DESCRIBED = described(
    with_terms(PLAN.assign(legal_status="waste", ask_first="le prix", status="accepted")), FLOWS
).assign(other_takers="1 retenu aussi")


def sheets(exchanges: pd.DataFrame, register: pd.DataFrame = REGISTER) -> list:
    told = circumstances(exchanges, FLOWS, PLACED, reference.load("mirror_entries"))
    asked = checklists(told, in_force(reference.load("checklist")))
    return exchange_sheets(exchanges, asked, register, register, FLOWS, SITES)


@pytest.mark.parametrize(
    ("register", "evidence", "told"),
    [
        (REGISTER, "measured", ["carrier", "B", "A", "agree", "Palettes réparées"]),
        (REGISTER.assign(carrier="A"), "measured", ["carrier", "A", "B", "agree", "Palettes réparées"]),
        # A carrier who is neither of the two rings nobody for them.
        (REGISTER.assign(carrier="C"), "measured", ["study", None, "A B", "agree", "Palettes réparées"]),
        (REGISTER.assign(carrier="C"), "inferred", ["study", None, "A B", "agree", "Palettes réparées"]),
        (REGISTER.assign(carrier="B"), "inferred", ["carrier", "B", "A", "agree", "Palettes réparées"]),
        (REGISTER.assign(status="dropped"), "measured", ["study", None, "A B", "meet", None]),
        (REGISTER.iloc[:0], "estimated", ["study", None, "A B", "meet", None]),
    ],
)
def test_who_rings_whom_and_what_comes_next(register, evidence, told):
    found = first_calls(CANDIDATES.assign(taker_evidence=evidence), register, register)
    columns = ["first_call", "caller_site_id", "called_site_ids", "next_step", "title"]
    rows = found[columns].astype(object).where(found[columns].notna(), None)
    assert rows.to_numpy().tolist() == [told] * 2


def test_the_giver_rings_who_takes_for_a_living_and_else_the_study_both() -> None:
    # Nobody was asked whether he seeks an outlet, or would buy less: the study alone knows of the two.
    for kind, told in {"firm": ["study", None, "A B"], "public": ["study", None, "A B"],
                       "ess": ["giver", "A", "B"], "outlet": ["giver", "A", "B"]}.items():  # fmt: skip
        sure = CANDIDATES.assign(taker_actor_type=kind, giver_evidence="measured", taker_evidence="measured")
        found = first_calls(sure, REGISTER.iloc[:0], REGISTER)
        rows = found[["first_call", "caller_site_id", "called_site_ids"]].astype(object)
        assert rows.where(rows.notna(), None).to_numpy().tolist() == [told] * 2
        # A carrier, or a mass to confirm, comes before.
        assert set(first_calls(sure, REGISTER, REGISTER)["first_call"]) == {"carrier"}
        guessed = first_calls(sure.assign(giver_evidence="inferred"), REGISTER.iloc[:0], REGISTER)
        assert set(guessed["first_call"]) == {"study"} and guessed["caller_site_id"].isna().all()


def test_who_has_not_answered_is_rung_where_the_other_accepted() -> None:
    none, columns = REGISTER.iloc[:0], ["first_call", "caller_site_id", "called_site_ids"]
    sure = CANDIDATES.assign(giver_evidence="measured", taker_evidence="measured")
    for kind, awaited, lines, told in (
        ("firm", "A", none, ["awaited", None, "A"]),
        ("firm", "B", none, ["awaited", None, "B"]),
        # The giver would ring who said yes; a carrier that did rings the other by itself.
        ("ess", "A", none, ["awaited", None, "A"]),
        ("ess", "B", none, ["giver", "A", "B"]),
        ("firm", "B", REGISTER, ["awaited", None, "B"]),
        ("firm", "A", REGISTER, ["carrier", "B", "A"]),
    ):
        found = first_calls(sure.assign(taker_actor_type=kind, awaited_site_id=awaited), lines, lines)
        rows = found[columns].astype(object)
        assert rows.where(rows.notna(), None).to_numpy().tolist() == [told] * 2


def test_of_two_lines_the_one_that_has_come_farthest_says_the_next_step():
    again = REGISTER.iloc[[0]].assign(synergy_id="S0", status="lead", title="Idée", carrier=None)
    done = REGISTER.iloc[[0]].assign(synergy_id="S9", status="done", title="Faite")
    for order in ([again, done, REGISTER], [done, REGISTER, again]):
        lines = pd.concat(order, ignore_index=True)
        found = first_calls(CANDIDATES, lines, lines)
        assert set(found["next_step"]) == {"extend"} and set(found["title"]) == {"Faite"}
        # What was done and has ended leaves nothing to weigh, nor a rest to agree on.
        ended = lasting(lines.assign(end_date=lines["status"].map({"done": "2017-06-30"})), 2018)
        left = first_calls(CANDIDATES, lines, ended)
        assert set(left["next_step"]) == {"agree"} and set(left["title"]) == {"Palettes réparées"}
        assert set(first_calls(CANDIDATES, lines, ended.head(0))["next_step"]) == {"meet"}


def test_a_sheet_says_who_how_much_what_to_prepare_who_rings_and_what_to_settle():
    first, second = sheets(DESCRIBED)
    assert (first.name, first.sites) == ("A-2>B-1", ["A", "B"])
    assert first.title == "Palettes cassées, Aa vers Bb" and second.title == "Palettes, Aa vers Bb"
    assert [type(part) for part in first.parts] == [*[Listed] * 4, Said, Summed, Asked]
    exchange, flows, money, call, caution, items, meeting = first.parts
    assert exchange.frame["other_takers"].tolist() == ["1 retenu aussi"]  # the rest of the flow goes there
    assert exchange.frame["allocated_t_per_year"].tolist() == [
        PLAN.set_index("candidate_id").loc["A-2>B-1", "allocated_t_per_year"]
    ]
    # The giver's flow, then the taker's, each walked back to its cell.
    assert flows.frame["site_id"].tolist() == ["A", "B"] and flows.frame["source_row"].tolist() == [5, 9]
    assert [part.team for part in (exchange, flows, money, call)] == [False, False, True, False]
    about = {"joint_surplus_eur_per_year", "price_low_eur_per_t", "saving_basis", "break_even_cost_eur_per_t"}
    assert about <= set(money.frame)
    assert "trajets entiers" in money.note
    assert call.frame[["status", "ask_first", "first_call"]].iloc[0].tolist() == [
        "accepted",
        "le prix",
        "carrier",
    ]
    assert "Rien n'y dit que l'échange est permis" in caution.text
    assert items.frame["question_fr"].str.contains("registre").any() and len(items.frame) < 12
    # Two sites at the centre of one commune are at no known distance.
    near, told = sheets(DESCRIBED.assign(distance_km=0.0))[0].parts[:2]
    assert exchange.frame["distance_km"].tolist() == [10.0] and near.frame["distance_km"].isna().all()
    assert isinstance(told, Said) and told.text.startswith("Même commune")
    assert "sans kilomètre" in told.text
    # Questions of any exchange, then those of its status; two flows of one name are told apart.
    alike = sheets(DESCRIBED.assign(output_description="Palettes"))
    assert [sheet.title for sheet in alike] == ["Palettes, Aa vers Bb", "Palettes, Aa vers Bb (2)"]
    assert meeting.questions[0].startswith("Qui trie")
    assert any("preuves" in question for question in meeting.questions)
    given = DESCRIBED.assign(legal_status="donation")
    assert not any("froid" in question for question in sheets(given)[0].parts[-1].questions)  # pallets
    gift = sheets(given.assign(category="food"))[0].parts[-1]
    assert any("dates" in question for question in gift.questions)
    assert not any("preuves" in question for question in gift.questions)
    assert any("prix" in question for question in meeting.questions)
    assert not any("prix" in question for question in gift.questions)


def test_every_listed_column_has_its_french_words_and_nothing_of_actors_is_in_the_checklist():
    for part in sheets(DESCRIBED)[0].parts:
        for column in getattr(part, "frame", pd.DataFrame()):
            assert heading(column).header
    assert sheets(DESCRIBED.iloc[:0]) == []
    labels = heading("first_call").labels
    assert set(labels) == {"carrier", "study", "giver", "awaited"}
