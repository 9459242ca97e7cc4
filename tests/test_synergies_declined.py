"""Refusals: what each closes equals a plain reading of the answers one by one, and a later answer reopens."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.reference.distance import haversine_km
from eit_analysis.synergies.answers import ANSWER_COLUMNS, accepted, accepted_on, awaited
from eit_analysis.synergies.declined import closing, lessons, without_declined
from eit_analysis.synergies.substitution import REJECTED_COLUMNS
from eit_analysis.synergies.untied import UNTIED_COLUMNS, untied

KM = float(haversine_km(0.0, 7.0, 1.0, 7.0))  # of a degree of latitude
PLACES = {"A": 0.0, "B": 0.1, "C": 0.2, "X": 0.0, "Y": 0.05}
SITES = pd.DataFrame(
    {"site_id": list(PLACES), "latitude": PLACES.values(), "longitude": 7.0, "name": list(PLACES)}
)
FLOWS = pd.DataFrame(
    [
        ("A-1", "A", "wood", "Palettes", "clean"),
        ("A-2", "A", "wood", "Chutes", "soiled"),
        ("B-1", "B", "wood", "Palettes", "unknown"),
        ("C-1", "C", "wood", "Palettes", "soiled"),
        ("C-2", "C", "paper", "Archives", "clean"),
    ],
    columns=["flow_id", "site_id", "category", "description", "quality"],
).assign(direction="out")
RANK = {"clean": 0, "unknown": 1, "soiled": 2}
DETOUR = 1.3


def road_km(giver: str, taker: str) -> float:
    return DETOUR * KM * abs(PLACES[giver] - PLACES[taker])


def exchanges() -> pd.DataFrame:
    rows = [
        (f"{flow}>{taker}", flow, f"{taker}-i", giver, taker, family, road_km(giver, taker))
        for flow, giver, family in FLOWS[["flow_id", "site_id", "category"]].itertuples(index=False)
        for taker in "XY"
    ]
    ends = ["giver_site_id", "taker_site_id", "category"]
    return pd.DataFrame(rows, columns=["candidate_id", "out_flow_id", "in_flow_id", *ends, "distance_km"])


def answers(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=ANSWER_COLUMNS)


def closed(told: pd.DataFrame) -> dict[str, str]:
    passed, rejected = exchanges(), pd.DataFrame(columns=REJECTED_COLUMNS)
    taught = lessons(told, FLOWS, SITES, DETOUR)
    still, shut = without_declined(passed, rejected, told, taught, FLOWS)
    assert len(still) + len(shut) == len(passed) and list(shut.columns) == REJECTED_COLUMNS
    assert closing(taught, told, passed, FLOWS, SITES)["exchange_answer"].eq("no").all()
    return dict(zip(shut["out_flow_id"] + ">" + shut["taker_site_id"], shut["gate"], strict=True))


def by_plain_reading(told: pd.DataFrame) -> dict[str, str]:
    """Each exchange beside each answer, in words of the head of the module."""
    # As they are dated, each later than those before.
    rows = told.astype(object).where(told.notna(), None).to_dict("records")
    about = FLOWS.set_index("flow_id").to_dict("index")

    def speaks(row, flow):
        return row["answered_flow"] in (None, about[flow]["description"])

    def replaced(place):
        row = rows[place]
        keys = ["site_id", "giver_site_id", "taker_site_id", "category"]
        return any(
            all(row[key] == other[key] for key in keys)
            and other["answered_flow"] in (None, row["answered_flow"])
            for other in rows[place + 1 :]
        )  # fmt: skip

    def ranks(row):
        wanted = (row["giver_site_id"], row["category"])
        own = [flow for flow in about.values() if (flow["site_id"], flow["category"]) == wanted]
        return [RANK[one["quality"]] for one in own if row["answered_flow"] in (None, one["description"])]

    def named(row):
        wanted = (row["giver_site_id"], row["category"])
        own = [one["description"] for one in about.values() if (one["site_id"], one["category"]) == wanted]
        return {text for text in own if row["answered_flow"] in (None, text)}

    def would_close(row, rank, distance, kinds):
        if row["refusal_reason"] == "material":
            return row["answered_flow"] is None or not kinds.isdisjoint(named(row))
        if row["refusal_reason"] == "quality":
            worst = max(ranks(row), default=None)
            return None not in (worst, rank) and rank >= worst and not kinds.isdisjoint(named(row))
        away = road_km(row["giver_site_id"], row["taker_site_id"])
        return row["refusal_reason"] == "too_far" and distance >= 0.9 * away - 1e-6

    found = {}
    for pair in exchanges().to_dict("records"):
        flow, ends = pair["out_flow_id"], (pair["giver_site_id"], pair["taker_site_id"], pair["category"])
        giver, taker, family = ends
        last = {}
        for row in rows:
            if (row["giver_site_id"], row["taker_site_id"], row["category"]) == ends and speaks(row, flow):
                last[row["site_id"]] = row["exchange_answer"]
        gates = {"declined_pair"} if "no" in last.values() else set()
        for place, row in enumerate(rows):
            lesson = row["site_id"] == row["taker_site_id"] == taker and row["category"] == family
            if not lesson or row["exchange_answer"] != "no" or replaced(place):
                continue
            again = any(
                later["exchange_answer"] != "no" and not replaced(place + 1 + n)
                and later["site_id"] == later["taker_site_id"] == taker and later["category"] == family
                and would_close(row, max(ranks(later), default=None), road_km(later["giver_site_id"], taker),
                                named(later))
                for n, later in enumerate(rows[place + 1 :])
            )  # fmt: skip
            kind = {about[flow]["description"]}
            if not again and would_close(row, RANK[about[flow]["quality"]], road_km(giver, taker), kind):
                gates |= {{"material": "declined_material", "quality": "declined_quality"}.get(
                    row["refusal_reason"], "declined_distance"
                )}  # fmt: skip
        for gate in ("declined_pair", "declined_material", "declined_quality", "declined_distance"):
            if gate in gates:
                found[f"{flow}>{taker}"] = gate
                break
    return found


TOLD = st.tuples(
    st.booleans(), st.sampled_from("ABC"), st.sampled_from("XY"), st.sampled_from(["wood", "paper"]),
    st.sampled_from([None, "Palettes", "Chutes", "Archives"]), st.sampled_from(["yes", "maybe", "no", "no"]),
    st.sampled_from(["material", "quality", "too_far", "price", None]),
)  # fmt: skip


@settings(max_examples=15)
@given(st.lists(TOLD, min_size=2, max_size=8))
def test_what_is_closed_is_what_a_plain_reading_closes(rows):
    days = [f"2018-01-{day:02d}" for day in range(1, len(rows) + 1)]
    told = answers(
        *((row[2] if row[0] else row[1], *row[1:], day) for row, day in zip(rows, days, strict=True))
    )
    assert closed(told) == by_plain_reading(told)


def test_a_reason_that_is_not_general_closes_its_exchange_alone():
    told = answers(("A", "A", "X", "wood", "palettes", "no", "material", "2018-02-01"),
                   ("Y", "B", "Y", "wood", None, "no", "price", "2018-02-01"))  # fmt: skip
    # What a giver says teaches nothing of the taker; the designation is read whatever its case.
    assert closed(told) == {"A-1>X": "declined_pair", "B-1>Y": "declined_pair"}
    assert lessons(told, FLOWS, SITES, DETOUR).empty


@pytest.mark.parametrize(
    ("reason", "others"),
    [
        ("material", {"A-1": "declined_material", "A-2": "declined_material", "C-1": "declined_material"}),
        # Of unknown quality, which counts as mixed: what is soiled is refused too, what is clean is not, nor
        # are offcuts by who refused pallets.
        ("quality", {"C-1": "declined_quality"}),
        ("too_far", {"C-1": "declined_distance"}),
    ],
)
def test_what_a_taker_says_in_general_closes_what_is_like_it(reason, others):
    told = answers(("X", "B", "X", "wood", None, "no", reason, "2018-02-01"))
    assert closed(told) == {"B-1>X": "declined_pair"} | {f"{flow}>X": gate for flow, gate in others.items()}
    (line,) = closing(lessons(told, FLOWS, SITES, DETOUR), told, exchanges(), FLOWS, SITES).to_dict("records")
    assert line["closed_pairs"] == len(others)
    about = FLOWS.set_index("flow_id").loc[list(others)]
    assert line["closed_flows"].split("\u00a0; ") == [
        *(about["description"] + " (" + about["site_id"] + ", X)")
    ]
    if reason == "too_far":
        assert line["refused_km"] == pytest.approx(1.3 * 11.119, abs=1e-3)


@pytest.mark.parametrize(
    ("codes", "others"), [({}, {"A-1", "C-1"}), ({"A-2": "150103"}, {"A-1", "A-2", "C-1"})]
)
def test_a_matter_refused_by_its_name_closes_that_matter_and_not_the_family(codes, others):
    """Panel offcuts refused took the pallets that a workshop asks for, which are another matter."""
    flows = FLOWS.assign(waste_code=FLOWS["flow_id"].map({"B-1": "150103"} | codes).fillna("unknown"))
    told = answers(("X", "B", "X", "wood", "palettes", "no", "material", "2018-02-01"))
    taught = lessons(told, flows, SITES, DETOUR)
    none = pd.DataFrame(columns=REJECTED_COLUMNS)
    _, shut = without_declined(exchanges(), none, told, taught, flows)
    assert set(shut.loc[shut["gate"] == "declined_material", "out_flow_id"]) == others


def test_what_a_firm_does_not_reuse_itself_teaches_nothing_of_what_others_give():
    told = answers(*(("A", "A", "A", "wood", None, "no", reason, "2018-02-01")
                     for reason in ("material", "quality", "too_far")))  # fmt: skip
    assert closed(told) == {} and lessons(told, FLOWS, SITES, DETOUR).empty


@pytest.mark.parametrize(("away", "shut"), [(0.095, True), (0.085, False)])
def test_who_finds_a_way_too_far_does_not_go_nearly_as_far(away, shut, monkeypatch):
    """A dairy at 20 km was too far; one 100 m nearer was proposed."""
    monkeypatch.setitem(PLACES, "A", away)
    told = answers(("X", "B", "X", "wood", None, "no", "too_far", "2018-02-01"))
    assert ("A-1>X" in closed(told)) == shut


def test_a_later_answer_reopens_and_only_as_far_as_it_reaches():
    no = ("X", "B", "X", "wood", None, "no", "too_far", "2018-02-01")
    assert "C-1>X" in closed(answers(no, ("X", "A", "X", "wood", None, "yes", None, "2018-03-01")))
    assert closed(answers(no, ("X", "C", "X", "wood", None, "maybe", None, "2018-03-01"))) == {
        "B-1>X": "declined_pair"
    }
    assert closed(answers(no, ("X", "B", "X", "wood", None, "yes", None, "2018-03-01"))) == {}
    # Whichever row comes first in the file; an earlier yes reopens nothing.
    assert closed(answers(("X", "B", "X", "wood", None, "yes", None, "2018-03-01"), no)) == {}
    assert "B-1>X" in closed(answers(no, ("X", "B", "X", "wood", None, "yes", None, "2018-01-01")))
    # One yes does not speak for the other actor.
    assert "B-1>X" in closed(answers(no, ("B", "B", "X", "wood", None, "yes", None, "2018-03-01")))


def test_a_yes_counts_until_its_actor_says_otherwise():
    yes, other = ("X", "A", "X", "wood", None, "yes", None, "2018-02-01"), ("A", "A", "X", "wood", "Chutes")
    assert accepted(exchanges(), answers(yes), FLOWS) == ["A-1>X", "A-2>X"]
    assert accepted(exchanges(), answers((*other, "yes", None, "2018-01-01")), FLOWS) == ["A-2>X"]
    later = answers(yes, (*other, "yes", None, "2018-03-01"))
    assert accepted_on(exchanges(), later, FLOWS) == {"A-1>X": "2018-02-01", "A-2>X": "2018-03-01"}
    assert accepted(exchanges(), answers(yes, (*yes[:5], "maybe", None, "2018-03-01")), FLOWS) == []
    # Who has said nothing is awaited; nobody is where both spoke, or none said yes.
    assert awaited(exchanges(), answers(yes), FLOWS) == {"A-1>X": "A", "A-2>X": "A"}
    for said in ("yes", "maybe"):
        both = answers(yes, ("A", *yes[1:5], said, None, "2018-03-01"))
        assert awaited(exchanges(), both, FLOWS) == {}
    assert awaited(exchanges(), answers((*yes[:5], "maybe", None, "2018-03-01")), FLOWS) == {}
    assert accepted(exchanges().head(0), answers(yes), FLOWS) == accepted(exchanges(), answers(), FLOWS) == []


@pytest.mark.parametrize(
    ("taker", "family", "flow", "gate"),
    [
        ("X", "wood", None, None), ("X", "wood", "PALETTES", None), ("X", "wood", "Chutes", "reach"),
        ("Y", "wood", "Palettes", "contractor"), ("Y", "wood", "Chutes", "no_rule"),
        ("X", "wood", "Sciure", "no_output"), ("X", "glass", None, "no_output"),
    ],
)  # fmt: skip
def test_a_yes_that_is_tied_to_no_exchange_is_listed_with_what_stops_it(taker, family, flow, gate):
    pairs = exchanges().query("giver_site_id == 'A'").set_index("candidate_id", drop=False)
    possible, passed = pairs.loc[["A-1>X"]], pairs.loc[["A-1>X", "A-1>Y"]]
    stopped = pairs.loc[["A-2>X", "A-2>X"]].assign(gate=["quality", "reach"])[REJECTED_COLUMNS]
    yes = (taker, "A", taker, family, flow, "yes", None, "2018-02-01")
    found = untied(answers(yes), possible, passed, stopped, FLOWS)
    assert list(found.columns) == UNTIED_COLUMNS
    assert found["gate"].tolist() == ([gate] if gate else [])
    # Perhaps is said as well; a no is among the refusals, and the last word of an actor counts.
    again = (*yes[:5], "maybe", None, "2018-03-01"), (*yes[:5], "no", None, "2018-04-01")
    assert len(untied(answers(yes, again[0]), possible, passed, stopped, FLOWS)) == len(found)
    assert untied(answers(yes, *again), possible, passed, stopped, FLOWS).empty


def test_no_answer_closes_nothing_and_no_exchange_is_closed_by_answers():
    assert closed(answers()) == {}
    told = answers(("X", "B", "X", "wood", None, "no", "quality", "2018-02-01"))
    none, taught = exchanges().head(0), lessons(told, FLOWS, SITES, DETOUR)
    parts = without_declined(none, pd.DataFrame(columns=REJECTED_COLUMNS), told, taught, FLOWS)
    assert [len(part) for part in parts] == [0, 0]
