"""Recall: a lead is found by what it names, and a missed one says every reason why."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.reference.dated import in_force
from eit_analysis.synergies.pooling.costs import cost_table, threshold_table
from eit_analysis.synergies.pooling.thresholds import COLLECTION
from eit_analysis.synergies.register.links import Methods, linked, names_need, words
from eit_analysis.synergies.register.reasons import (
    NEAREST_COLUMNS,
    REASON_COLUMNS,
    crossing_alone,
    nearest,
    why_missed,
)
from eit_analysis.synergies.register.recall import PROMISED, RECALL_COLUMNS, beyond, of_matter, recall

FLOW_COLUMNS = ["flow_id", "site_id", "direction", "category", "description", "waste_code", "mass_t_per_year"]
FLOWS = pd.DataFrame(
    [
        ("A-1", "A", "out", "wood", "Palettes perdues", None, 10.0),
        ("A-2", "A", "out", "wood", "Sciures", None, 3.0),
        ("A-3", "A", "out", "cardboard", "Cartons", None, 4.0),
        ("A-4", "A", "out", "biowaste", "Restes de cantine", None, 2.0),
        ("B-1", "B", "in", "wood", "Palettes à réparer", None, 4.0),
        ("B-2", "B", "out", "wood", "Palettes", None, 40.0),
        ("B-3", "B", "out", "biowaste", "Restes de cantine", None, 1.0),
        ("B-4", "B", "out", "biowaste", "Digestat", None, 900.0),
        ("C-1", "C", "in", "cardboard", "Calage", None, 4.0),
        ("D-1", "D", "in", "wood", "Bois de chauffage", None, 50.0),
    ],
    columns=FLOW_COLUMNS,
)
SHARING = pd.DataFrame(
    [
        ("A", "service", "Blanchisserie des vêtements de travail", "need", 12.0, "t"),
        ("B", "service", "Blanchisserie des vêtements de travail", "need", 9.0, "t"),
        ("A", "service", "Collecte du carton", "need", 30.0, "tournée"),
        ("B", "service", "Collecte du carton", "need", 30.0, "tournée"),
        ("A", "equipment", "Presse à balles", "need", 15.0, "t"),
        ("B", "equipment", "Presse à balles", "need", 27.0, "t"),
        ("A", "purchase", "Papier recyclé", "need", 1.3, "t"),
        ("B", "purchase", "Papier recyclé", "need", 0.2, "t"),
        ("A", "training", "Conduite de chariots (cariste, CACES)", "need", 2.0, "personne"),
        ("B", "training", "Conduite de chariots (cariste, CACES)", "need", 1.0, "personne"),
        ("A", "skill", "Astrologie", "need", 2.0, "séance"),
        ("B", "skill", "Astrologie", "need", 2.0, "séance"),
    ],
    columns=["site_id", "nature", "item", "side", "volume_per_year", "unit"],
)
PAIR = {
    "candidate_id": "A-1>B-1", "out_flow_id": "A-1", "in_flow_id": "B-1", "giver_site_id": "A",
    "taker_site_id": "B", "category": "wood", "use": "reuse", "yield_central": 0.8,
    "need_t_per_t": 0.8, "most_of_need": 1.0,
    "supply_t_per_year": 10.0, "demand_t_per_year": 4.0, "diverted_t_per_year": 5.0,
}  # fmt: skip
PASSED = pd.DataFrame(
    [
        PAIR,
        # Another output of the same two firms competes for the same need, but is no pallet.
        PAIR | {"candidate_id": "A-2>B-1", "out_flow_id": "A-2", "diverted_t_per_year": 3.0},
        PAIR | {"candidate_id": "B-2>D-1", "out_flow_id": "B-2", "giver_site_id": "B", "taker_site_id": "D",
                "in_flow_id": "D-1", "demand_t_per_year": 50.0, "diverted_t_per_year": 40.0},
    ]
)  # fmt: skip
REJECTED = pd.DataFrame(
    [
        ("A-3", "C-1", "A", "C", "cardboard", "quality"),
        ("A-3", "C-2", "A", "C", "cardboard", "reach"),
        ("A-1", "D-1", "A", "D", "wood", "hierarchy"),
    ],
    columns=["out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "category", "gate"],
)
POOLS = pd.DataFrame(
    [
        ("M-1", COLLECTION, "une benne", "", "wood", "A B", 2, 53.0, "t", 36.0, 3.0),
        ("M-2", "service", "une tournée de linge", "blanchisserie", None, "A B", 2, 21.0, "t", 20.0, 3.0),
        ("M-3", "service", "une tournée", "collecte", None, "A B", 2, 60.0, "tournée", 50.0, 3.0),
    ],
    columns=["pooling_id", "nature", "label", "keyword", "category", "members", "n_sites", "volume_per_year",
             "unit", "threshold", "span_km"],
)  # fmt: skip
TAKERS = PASSED.groupby("out_flow_id")["taker_site_id"].agg(frozenset).to_dict()
METHODS = Methods(
    PASSED, REJECTED, POOLS, reference.load("compatibility"), threshold_table(cost_table()), takers=TAKERS
)


def leads(*rows):
    columns = ["synergy_id", "title", "kind", "category", "site_ids", "carrier", "status"]
    frame = pd.DataFrame([(*row, None, "lead")[:7] for row in rows], columns=columns)
    return frame.assign(realised_t_per_year=0.0, **dict.fromkeys(PROMISED))


def lead(title, kind="exchange", category="wood", site_ids="A B"):
    return leads(("S1", title, kind, category, site_ids))


def one(frame, methods=METHODS):
    return recall(frame, FLOWS, SHARING, methods).iloc[0]


def reasons(frame):
    return list(why_missed(frame, FLOWS, SHARING, METHODS)["miss_reason"])


def test_words_of_a_title():
    assert words("Collecte groupée des Papiers recyclés") == {"papier", "recycle"}
    assert words(None) == frozenset()
    assert names_need("Lavage mutualisé des vêtements de travail", "Blanchisserie des vêtements de travail")
    assert names_need("Formation secouristes", "Sauveteur secouriste du travail", "secour")
    # Half of the words are enough.
    assert names_need("Presse partagée", "Presse à balles")
    # "Collecte" stands in any title: it names nothing.
    assert not names_need("Collecte des restes de cantine", "Collecte du carton", "collecte")


def test_an_exchange_keeps_the_pairs_that_its_title_names():
    row = one(lead("Palettes perdues à réparer"))
    assert row["found"] == "yes"
    # Sawdust shares its taker, whose need is of pallets, and is none of the pallets named.
    assert row["candidate_ids"] == "A-1>B-1"
    assert row["potential_t_per_year"] == pytest.approx(5)
    row = one(lead("Sciures pour litière"))
    assert row["candidate_ids"] == "A-2>B-1" and row["potential_t_per_year"] == pytest.approx(3)


def test_without_a_common_word_the_actors_decide():
    row = one(lead("Projet commun"))
    assert row["candidate_ids"] == "A-1>B-1 A-2>B-1"


def test_the_carrier_stands_at_one_end_where_some_pair_allows_it():
    frame = lead("Palettes", site_ids="A B D").assign(carrier="D")
    assert one(frame)["candidate_ids"] == "B-2>D-1"
    assert one(frame.assign(carrier="Z"))["candidate_ids"] == "A-1>B-1 B-2>D-1"


def test_a_pooling_is_found_by_the_wording_of_its_needs():
    row = one(lead("Lavage mutualisé des vêtements de travail", "pooling", "textile"))
    assert (row["found"], row["pooling_ids"]) == ("yes", "M-2") and np.isnan(row["potential_t_per_year"])
    row = one(lead("Collecte groupée du carton", "pooling", "cardboard"))
    assert row["pooling_ids"] == "M-3"


def test_a_collection_has_its_outputs_for_potential():
    row = one(lead("Collecte groupée du bois", "pooling"))
    assert row["pooling_ids"] == "M-1" and row["potential_t_per_year"] == pytest.approx(53)
    assert one(lead("Collecte groupée des palettes", "pooling"))["potential_t_per_year"] == pytest.approx(50)


def test_own_actors_below_the_threshold_are_told_where_a_wider_group_is_found():
    wood = lead("Collecte groupée du bois", "pooling")
    low, high = (METHODS._replace(thresholds=METHODS.thresholds.assign(threshold=t)) for t in (1.0, 1000.0))
    assert not one(wood, low)["falls_short"]  # one of them crosses it alone
    assert one(wood, high)["falls_short"] and one(wood, high)["found"] == "yes"
    assert pd.isna(one(wood, high)["miss_reason"])


def test_a_collection_is_not_found_through_the_collection_of_something_else():
    row = one(lead("Collecte groupée des restes de cantine", "pooling", "biowaste"))
    # 3 t of canteen leftovers; the digestate of B, of the same family, is something else.
    assert (row["found"], row["miss_reason"]) == ("no", "below_threshold")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (lead("Palettes", site_ids="A"), ["one_actor", "other_taker"]),
        (lead("Invendus", category="food", site_ids="Y Z"), ["no_answer"]),
        (lead("Invendus", category="food", site_ids="A Z"), ["silent_actor", "no_output"]),
        (lead("Cartons", category="cardboard", site_ids="A C"), ["gate_reach", "gate_quality"]),
        (lead("Cartons", category="cardboard"), ["no_input"]),
        (lead("Palettes", site_ids="B D").assign(category="biowaste"), ["no_input"]),
        (lead("Presse à balles partagée", "pooling", "cardboard"), ["below_threshold"]),
        (lead("Achat groupé de papier recyclé", "pooling", "paper"), ["crosses_alone", "below_threshold"]),
        (lead("Gardiennage commun", "pooling", "other"), ["no_need"]),
        # By the word of its threshold, where it is one of four long words of the need.
        (lead("Formation cariste commune", "pooling", "other"), ["below_threshold"]),
        (lead("Astrologie partagée", "pooling", "other"), ["no_threshold"]),
        (lead("Palettes", site_ids=None), ["one_actor", "no_answer"]),
    ],
)
def test_every_reason_is_given_the_deepest_first(frame, expected):
    assert reasons(frame) == expected
    assert one(frame, METHODS._replace(passed=PASSED.tail(0)))["miss_reason"] == expected[0]


def test_a_taker_is_told_of_only_where_an_exchange_with_another_is_left():
    palettes = lead("Palettes", site_ids="A")
    assert reasons(palettes) == ["one_actor", "other_taker"]
    # B takes them by an exchange that is served, or only changes the contractor: a pair, and no exchange.
    served = why_missed(palettes, FLOWS, SHARING, METHODS._replace(takers={}))
    assert list(served["miss_reason"]) == ["one_actor"]
    # An actor of the lead is no other taker.
    asked = lead("Cartons", category="cardboard", site_ids="A C")
    own, others = (METHODS._replace(takers={"A-3": frozenset(t)}) for t in ("C", "CD"))
    told = [list(why_missed(asked, FLOWS, SHARING, found)["miss_reason"])[2:] for found in (own, others)]
    assert told == [[], ["other_taker"]]


def test_a_structure_that_declares_no_need_is_why_and_not_what_it_would_sell():
    """Of « Palettes réparées par l'ESAT » the page blamed a caterer, who mends none of the ESAT's scraps."""
    frame = lead("Palettes", site_ids="A B D").assign(carrier="B")
    scraps = pd.DataFrame([("B-2", "D-1", "B", "D", "wood", "receiver")], columns=REJECTED.columns)
    unfound = METHODS._replace(passed=PASSED.head(0), rejected=scraps, takers={})
    flows = FLOWS[FLOWS["flow_id"] != "B-1"]

    def told(declared, structures, sites="A B D"):
        methods = unfound._replace(structures=frozenset(structures))
        return list(why_missed(frame.assign(site_ids=sites), declared, SHARING, methods)["miss_reason"])

    assert told(flows, "B") == ["no_taker_need"]
    assert told(FLOWS, "B") == ["gate_receiver"]  # it declares one
    assert told(flows, "BD") == ["gate_receiver"]  # so does another structure
    assert told(flows, "") == ["gate_receiver"]
    assert told(flows, "B", "B D") == ["gate_receiver"]  # no firm gives any: the structure does
    unfound = unfound._replace(rejected=REJECTED.head(0))
    assert told(flows, "B", "A B") == ["no_input"]  # nobody declares one


def test_what_is_found_again_is_counted_without_networks():
    lines = leads(
        ("S1", "Palettes", "exchange", "wood", "A B"), ("S2", "Chaleur du four", "exchange", "other", "A B")
    )
    pipe = pd.DataFrame({"giver_site_id": ["A"], "taker_site_id": ["B"], "candidate_id": ["H-1>H-2"]})
    seen = [of_matter(recall(lines, FLOWS, SHARING, METHODS._replace(networks=n))) for n in (pipe, None)]
    pd.testing.assert_frame_equal(*seen)
    assert list(seen[0]["synergy_id"]) == ["S1"] and list(seen[0]["found"]) == ["yes"]


def test_what_a_firm_does_not_reuse_itself_is_no_synergy_missed():
    """« Le registre nomme un seul acteur » was said of the line that the page had asked for."""
    recalled = recall(lead("Palettes", site_ids="A").assign(status="dropped"), FLOWS, SHARING, METHODS)
    assert of_matter(recalled).empty
    for kept in ({"status": "lead"}, {"site_ids": "A B"}, {"site_ids": None}, {"kind": "pooling"}):
        assert len(of_matter(recalled.assign(**kept))) == 1


def test_a_pair_that_no_rule_reads():
    unread = METHODS._replace(passed=PASSED.tail(0), rejected=REJECTED.head(0), takers={})
    assert list(why_missed(lead("Palettes"), FLOWS, SHARING, unread)["miss_reason"]) == ["no_rule"]


@pytest.mark.parametrize(
    ("code", "reason"), [(None, "no_code"), ("999999", "no_use"), ("200111", "no_rule")]
)  # fmt: skip
def test_an_output_that_no_rule_reads_is_not_blamed_on_the_needs(code, reason):
    """Both declare the need of linen; of « choses en l'état » without a code no rule says the use."""
    linen = FLOWS.head(2).assign(
        flow_id=["A-9", "B-9"], site_id=["A", "B"], direction=["out", "in"], category="textile",
        description=["Choses en l'état", "Linge hôtelier"], waste_code=[code, None],
    )  # fmt: skip
    frame = lead("Linge de l'hôpital", category="textile")
    flows = pd.concat([FLOWS, linen], ignore_index=True)
    assert list(why_missed(frame, flows, SHARING, METHODS)["miss_reason"]) == [reason]


def test_the_nearest_pairs_are_between_the_actors_first_and_stopped_late():
    frame = leads(
        ("S1", "Bois", "exchange", "wood", "A B"), ("S2", "Cartons", "exchange", "cardboard", "A C")
    )
    table = nearest(frame, REJECTED, FLOWS)
    assert list(table.columns) == NEAREST_COLUMNS
    assert table[["synergy_id", "gate"]].values.tolist() == [
        ["S1", "hierarchy"], ["S2", "reach"], ["S2", "quality"],
    ]  # fmt: skip


def test_what_a_structure_would_sell_is_not_why_nothing_comes_to_it():
    """« L'activité du preneur… » was of the firm of the line, which buys no planks of the workshop."""
    pairs = [("A-1", "D-1", "A", "D", "wood", "hierarchy"), ("D-2", "A-9", "D", "A", "wood", "receiver")]
    refused = pd.DataFrame(pairs, columns=REJECTED.columns)
    planks = FLOWS.iloc[[0]].assign(flow_id="D-2", site_id="D", description="Palettes refaites")
    boards = FLOWS.iloc[[4]].assign(flow_id="A-9", site_id="A")
    flows, line = (
        pd.concat([FLOWS, planks, boards], ignore_index=True),
        lead("Palettes", "exchange", "wood", "A D"),
    )
    known = METHODS._replace(passed=PASSED.head(0), rejected=refused, takers={})
    for structures, gates in ((frozenset("D"), ["hierarchy"]), (frozenset(), ["hierarchy", "receiver"])):
        told = why_missed(line, flows, SHARING, known._replace(structures=structures))
        assert list(told["miss_reason"]) == [f"gate_{gate}" for gate in gates]
        between = nearest(line, refused, flows, structures).query("taker_site_id in ['A', 'D']")
        assert list(between["gate"])[: len(gates)] == gates


def test_a_group_with_one_actor_of_the_lead_does_not_answer_it():
    laundry = lead("Blanchisserie des vêtements", "pooling", "textile", "A B")
    assert one(laundry)["pooling_ids"] == "M-2"
    other = METHODS._replace(pools=POOLS.assign(members="A C"))
    assert one(laundry, other)["found"] == "no"


def test_an_actor_who_has_the_very_threshold_needs_no_group():
    thresholds = METHODS.thresholds.assign(threshold=1.3)
    paper = lead("Achat groupé de papier recyclé", "pooling", "paper")
    found = why_missed(paper, FLOWS, SHARING, METHODS._replace(thresholds=thresholds))
    assert list(found["miss_reason"]) == ["crosses_alone", "below_threshold"]
    assert crossing_alone(paper, FLOWS, SHARING, METHODS._replace(thresholds=thresholds)).to_dict() == {
        "S1": 1
    }


def test_a_collection_asked_for_in_rounds_is_of_rounds_and_not_of_the_tonnes_of_its_family():
    """« L'un de ses acteurs a déjà, seul, le volume » was said of 5, 4 and 6 rounds where 50 are wanted."""
    line = lead("Collecte groupée des déchets dangereux", "pooling", "chemical", "A B D")
    oil = ("A-8", "A", "out", "chemical", "Huile de vidange", "130205", 7.8)
    paint = ("B-8", "B", "out", "chemical", "Peinture", "080111", 4.0)
    flows = pd.concat([FLOWS, pd.DataFrame([oil, paint], columns=FLOW_COLUMNS)], ignore_index=True)

    def told(rounds, schemes=None):
        about = ["service", "Collecte des déchets dangereux", "need"]
        asked = [(site, *about, n, "tournée") for site, n in rounds.items()]
        needs = pd.concat([SHARING, pd.DataFrame(asked, columns=SHARING.columns)], ignore_index=True)
        found = METHODS._replace(pools=POOLS.head(0), schemes=schemes)
        return list(
            why_missed(line, flows, needs, found).query("miss_reason != 'silent_actor'")["miss_reason"]
        )

    assert told({"A": 5.0, "B": 4.0, "D": 6.0}) == ["below_threshold"]
    assert told({"A": 60.0, "B": 4.0, "D": 6.0}) == ["crosses_alone", "below_threshold"]
    # Who alone counts rounds is not counted in tonnes.
    assert told({"A": 5.0}) == told({"B": 5.0}) == ["no_need"]
    # What is collected for nothing is no volume to do it alone with, nor does it vanish from the sum.
    schemes = in_force(reference.load("producer_schemes"), "2026-12-31")
    assert told({}) == ["crosses_alone", "below_threshold"]
    assert told({}, schemes) == ["no_group"]


def test_nothing_comes_near_where_nothing_is_missed_or_refused():
    for missed, refused in ((lead("x").head(0), REJECTED), (lead("Bois"), REJECTED.head(0))):
        table = nearest(missed, refused, FLOWS)
        assert table.empty and list(table.columns) == NEAREST_COLUMNS


def test_beyond_is_what_no_line_speaks_of_best_first():
    ranked = PASSED.assign(rank=[1, 3, 2])
    recalled = recall(lead("Sciures"), FLOWS, SHARING, METHODS)
    assert list(beyond(ranked, recalled)["candidate_id"]) == ["A-1>B-1", "B-2>D-1"]
    unheard = recall(lead("Copeaux"), FLOWS, SHARING, METHODS).assign(candidate_ids=None)
    # A line between A and B that nothing answers may well speak of what A could give B of that family.
    assert list(beyond(ranked, unheard)["candidate_id"]) == ["B-2>D-1"]
    of_others = unheard.assign(site_ids="A C")
    assert list(beyond(ranked, of_others)["candidate_id"]) == ["A-1>B-1", "B-2>D-1", "A-2>B-1"]
    assert beyond(ranked, recalled.head(0)).empty  # without a register, nothing is beyond it


def test_nothing_to_recall():
    table = recall(lead("x").head(0), FLOWS, SHARING, METHODS)
    assert table.empty and list(table.columns) == RECALL_COLUMNS
    nothing = METHODS._replace(passed=PASSED.head(0), rejected=REJECTED.head(0), pools=POOLS.head(0))
    table = recall(lead("Palettes"), FLOWS.head(0), SHARING.head(0), nothing)
    assert table.loc[0, ["found", "miss_reason"]].tolist() == ["no", "no_answer"]
    assert list(why_missed(lead("x").head(0), FLOWS, SHARING, METHODS).columns) == REASON_COLUMNS


@settings(max_examples=12)
@given(st.permutations(range(3)), st.sampled_from(["A B", "B A", "A B D", "D"]), st.text(max_size=12))
def test_order_and_hostile_titles_change_nothing(order, sites, title):
    frame = lead(title, site_ids=sites)
    shuffled = METHODS._replace(passed=PASSED.iloc[list(order)])
    backwards = frame.assign(site_ids=" ".join(reversed(sites.split())))
    mine = recall(frame, FLOWS, SHARING, METHODS)
    for other in (recall(frame, FLOWS, SHARING, shuffled), recall(backwards, FLOWS, SHARING, METHODS)):
        pd.testing.assert_frame_equal(other.drop(columns="site_ids"), mine.drop(columns="site_ids"))
        # Found by something, or missed for a reason: never neither, never both.
        assert (mine["found"] == "yes").tolist() == mine["miss_reason"].isna().tolist()
    ids = set(linked(frame, PASSED, FLOWS)["candidate_id"])
    assert ids <= set(PASSED["candidate_id"])
