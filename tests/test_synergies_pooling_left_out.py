"""What is declared and in no pooling that is listed is told, with its reason."""

import numpy as np
import pandas as pd
import pooling_cases
import pytest
from pooling_cases import SITES, outputs, pooled

from eit_analysis.reference.vocabulary import heading
from eit_analysis.synergies.pooling.costs import cost_table, threshold_table
from eit_analysis.synergies.pooling.left_out import left_out
from eit_analysis.synergies.pooling.thresholds import targets, without_threshold

TABLE = threshold_table(cost_table())


def told(needs=(), offers=(), flows=(), sites=SITES, kinds=("group", "offer")):
    """Reason, unit to ask and threshold of each row left out, by site and item."""
    sides = [pooling_cases.needs(rows, 7_000.0, side)
             for rows, side in ((list(needs), "need"), (list(offers), "offer"))]  # fmt: skip
    sharing = pd.concat(sides, ignore_index=True)
    flows = outputs(list(flows), 100.0)
    pools, _ = pooled(sharing, flows, sites, TABLE, cost_table(), 15.0, 1.0)
    listed = pools[pools["group_lacks"].isna() & pools["kind"].isin(kinds)]
    asked = targets(sharing, flows, TABLE)
    return left_out(sharing, asked, TABLE, pools, listed, sites, 15.0, 1.0).set_index("site_id")


def test_too_far_says_of_which_radius():
    """19 km were too far on a page whose settings say « radius_km = 30 »: that one is of exchanges."""
    assert "rayon des groupes" in heading("left_out").labels["too_far"]


def test_who_crosses_a_threshold_alone_is_told_and_so_is_who_it_leaves_behind():
    """Three firms wanted their hazardous waste collected by one contractor: no page said a word of it."""
    item = "Collecte des déchets dangereux"
    found = told(
        [("A", "service", item, 6.0, "t"), ("B", "service", item, 7.5, "t"), ("C", "service", item, 3, "t")]
    )
    assert found["left_out"].to_dict() == {"A": "enough_alone", "B": "enough_alone", "C": "beside_large"}
    assert found.loc["A", "threshold"] == 5 and "dangereux" in found.loc["A", "common_operation"]


def test_a_price_in_common_with_a_public_buyer_is_asked_by_an_agreement():
    """A printer was told to take its price with a hospital, as if that could choose whom it buys with."""
    power = [
        (site, "purchase", "Électricité", mwh, "MWh")
        for site, mwh in zip("ABD", (310, 4_100, 1_450), strict=True)
    ]
    hospital = SITES.assign(actor_type=["firm", "public", "firm", "firm"])
    reasons = told(power, sites=hospital)["left_out"].to_dict()
    assert reasons == {"A": "beside_large_public", "B": "enough_alone_public", "D": "enough_alone_public"}
    assert told(power)["left_out"].to_dict() == {
        "A": "beside_large",
        "B": "enough_alone",
        "D": "enough_alone",
    }
    for reason in set(reasons.values()):
        assert "groupement de commandes" in heading("left_out").labels[reason]


def test_what_a_service_collects_by_weight_counts_with_the_flows_of_its_family():
    item = "Collecte des films plastiques"
    flows = [("A", "plastic", 38.0), ("B", "plastic", 9.0)]
    found = told([("A", "service", item, 38.0, "t"), ("B", "service", item, 9_000, "kg")], flows=flows)
    assert found["left_out"].to_dict() == {"A": "enough_alone", "B": "beside_large"}
    assert found.loc["B", ["volume_per_year", "unit", "threshold"]].tolist() == [9, "t", 12]


def test_a_need_and_an_offer_in_two_units_are_told_of_each_other():
    """A shredder needed in tonnes, offered in hours."""
    found = told([("A", "equipment", "Broyeur à palettes mobile", 30.0, "t")],
                 [("B", "equipment", "Broyeur à bois", 400.0, "h")])  # fmt: skip
    assert found["left_out"].to_dict() == {"A": "other_unit", "B": "other_unit"}
    assert found["wanted_units"].to_dict() == {"A": "h", "B": "t"}


def test_work_clothes_hired_and_washed_are_a_need_of_laundry():
    """An offer of laundry in tonnes was said to be wanted by nobody, beside clothes washed for 74 persons."""
    found = told([("A", "service", "Location vêtements de travail (lavage)", 74.0, "personnes")],
                 [("B", "service", "Blanchisserie (ESAT)", 60.0, "t")])  # fmt: skip
    assert found["left_out"].to_dict() == {"A": "other_unit", "B": "other_unit"}
    assert found["wanted_units"].to_dict() == {"A": "t", "B": "personnes"}
    # Two things of which no threshold is known by its name are none the less two.
    found = told(
        [("A", "service", "Coursier", 74.0, "personnes")], [("B", "service", "Conciergerie", 60.0, "h")]
    )
    assert "other_unit" not in set(found["left_out"])


@pytest.mark.parametrize(
    ("nature", "need", "offer", "reason"),
    [
        # One general word of two made the hours of who takes furniture apart an offer of three other rounds.
        ("service", ("Collecte des cartons", 4.0, "t"), "Collecte et démontage de mobilier", "nobody_near"),
        ("service", ("Collecte des déchets dangereux", 3.0, "t"), "Collecte de mobilier", "nobody_near"),
        ("service", ("Collecte des biodéchets", 5.0, "t"), "Collecte et vente de meubles", "nobody_near"),
        ("equipment", ("Pont élévateur poids lourd", 40.0, "pesées"), "Pont bascule", "no_threshold"),
        ("service", ("Lavage de bouteilles", 60.0, "bouteilles"), "Lavage des bouteilles", "other_unit"),
    ],
)
def test_one_general_word_of_two_makes_no_offer_of_a_need(nature, need, offer, reason):
    """« Offert et demandé dans deux unités » hid why a need had no group."""
    found = told([("A", nature, *need)], [("B", nature, offer, 400.0, "h")])
    assert found.loc["A", "left_out"] == reason


@pytest.mark.parametrize(
    ("nature", "item"), [("skill", "Maintenance des automatismes"), ("service", "Espaces verts")]
)
def test_people_travel_to_work_as_to_a_training(nature, item):
    """A technician was too far, at 17 to 23 km, from four firms that asked for nearly all of his hours."""
    assert told([("C", nature, item, 580.0, "h")], [("A", nature, item, 600.0, "h")]).empty  # 22 km
    both = told([("A", nature, item, 700.0, "h"), ("C", nature, item, 700.0, "h")])
    assert set(both["left_out"]) == {"no_gain"}  # and no more that nobody is near


def test_nobody_is_asked_for_another_unit_by_an_offer_that_is_out_of_reach():
    """A press was asked in two units, though its offer stood 34 km off."""
    found = told([("A", "equipment", "Broyeur à palettes mobile", 30.0, "t")],
                 [("D", "equipment", "Broyeur à bois", 400.0, "h")])  # fmt: skip
    assert found["left_out"].to_dict() == {"A": "nobody_near", "D": "not_needed"}


def test_each_other_reason():
    needs = [
        ("A", "training", "CACES", 2.0, "personne"), ("B", "training", "CACES", 1.0, "personne"),
        ("C", "training", "Anglais", 3.0, "jours"), ("D", "service", "Nettoyage", np.nan, "h"),
        ("E", "training", "CACES", 2.0, "personne"),
    ]  # fmt: skip
    reasons = told(needs)["left_out"].to_dict()
    assert reasons == {
        "A": "too_little", "B": "too_little", "C": "no_threshold", "D": "no_volume", "E": "unlocated",
    }  # fmt: skip
    room = [("A", "space", "Salle de réunion", 10.0, "h")]
    assert told([], room)["left_out"].to_dict() == {"A": "not_needed"}
    far = told([("D", "space", "Salle de réunion", 9.0, "h")], room)["left_out"].to_dict()
    assert far == {"D": "nobody_near", "A": "too_far"}


def test_nothing_declared_is_in_no_table_and_nothing_listed_is_told_to_be_left_out():
    needs = [("A", "training", "CACES", 3.0, "personne"), ("B", "training", "CACES", 3.0, "personne")]
    assert told(needs).empty
    met = told(
        [("A", "space", "Salle de réunion", 10.0, "h")], [("B", "space", "Salle de réunion", 20.0, "h")]
    )
    assert met.empty


def test_who_is_only_in_a_variant_or_beside_an_offer_not_worth_listing_is_told_so():
    needs = [("A", "training", "CACES", 3.0, "personne"), ("B", "training", "CACES", 3.0, "personne")]
    assert set(told(needs, kinds=())["left_out"]) == {"variant"}
    room = "space", "Salle de réunion"
    met = told([("A", *room, 10.0, "h")], [("B", *room, 20.0, "h")], kinds=())
    assert set(met["left_out"]) == {"small_offer"}
    assert "rayon des groupes" in heading("left_out").labels["takers_too_far"]


def test_an_offer_whose_takers_are_out_of_reach_is_not_said_to_be_too_small():
    """A warehouse of 140 m² was « trop petite »: 40 m² were asked near it, and 266 m² a few km too far."""
    room = "space", "Entrepôt"
    near, far = ("B", *room, 40.0, "m2"), ("C", *room, 120.0, "m2")
    offer = [("A", *room, 140.0, "m2")]
    assert told([near, far], offer, kinds=())["left_out"]["A"] == "takers_too_far"
    assert told([near], offer, kinds=())["left_out"]["A"] == "small_offer"
    assert told([near, far], [("A", *room, 30.0, "m2")], kinds=())["left_out"]["A"] == "small_offer"


def test_a_purchase_without_a_volume_in_euros_is_its_yearly_cost():
    """Three firms were asked for the euros of protective equipment that they had written as its cost."""
    item, cleaning = "Équipements de protection individuelle", "Produits d'entretien"
    rows = [
        ("A", "purchase", item, 1150.0, "personnes"), ("B", "purchase", item, 12.0, "personnes"),
        ("C", "purchase", cleaning, np.nan, None), ("D", "purchase", "Palettes", 26_000.0, "palettes"),
    ]  # fmt: skip
    costs = [310_000.0, 8_000.0, 14_000.0, 247_000.0]
    sharing = pooling_cases.needs(rows, np.nan).assign(cost_eur_per_year=costs)
    asked = targets(sharing, outputs([], np.nan), TABLE)
    (gloves,) = [t for t in asked if "individuelle" in t.threshold.keyword]
    assert gloves.needs["volume"].to_dict() == {"A": 310_000.0, "B": 8_000.0}
    assert gloves.declared[["declared", "one"]].to_numpy().tolist() == [[310_000.0, 1.0], [8_000.0, 1.0]]
    assert without_threshold(sharing, TABLE).frame.empty
    pools, _ = pooled(sharing, outputs([], np.nan), SITES, TABLE, cost_table(), 15.0, 1.0)
    found = left_out(sharing, asked, TABLE, pools, pools.head(0), SITES, 15.0, 1.0).set_index("site_id")
    assert found["left_out"].to_dict() == {
        "A": "enough_alone", "B": "beside_large", "C": "nobody_near", "D": "enough_alone"
    }  # fmt: skip
    assert found.loc["A", ["volume_per_year", "unit", "threshold"]].tolist() == [310_000.0, "€", 10_000.0]
    assert found.loc["D", "unit"] == "unité"  # a purchase that has a threshold in its own unit keeps it
    # Without a cost nothing is known of it in euros: that is the unit to ask.
    silent = without_threshold(sharing.assign(cost_eur_per_year=np.nan), TABLE).frame
    assert silent[["wanted_units", "n_needs"]].to_numpy().tolist() == [["€", 2]]


@pytest.mark.parametrize(
    ("people", "reasons"),
    [
        # 9 people are a session of 6 and 3 more: with 5 and 4 of neighbours they fill two others.
        ((9.0, 5.0, 4.0), "rest"),
        ((9.0, 1.0, 1.0), "enough_alone"),  # 3 + 1 + 1 fill none
        ((12.0, 5.0, 4.0), "enough_alone"),  # two whole sessions leave nobody
    ],
)
def test_what_a_full_session_leaves_may_fill_another_with_that_of_neighbours(people, reasons):
    """« Groupes : aucun » of 18 drivers of lift trucks in three firms, which are three sessions of six."""
    rows = [(site, "training", "CACES cariste", n, "personne") for site, n in zip("ABC", people, strict=True)]
    assert told(rows, kinds=())["left_out"]["A"] == reasons
