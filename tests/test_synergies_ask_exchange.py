"""What is asked before a lead is called, each question beside a case worked by hand, and who may read it."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.reference.dated import in_force
from eit_analysis.synergies.answers import ANSWER_COLUMNS, old_yes, refused_for_price
from eit_analysis.synergies.ask.exchange import at_home, or_of_team, with_questions
from eit_analysis.synergies.ask.taker import in_room
from eit_analysis.synergies.pooling.schemes import covering, free
from eit_analysis.synergies.register.meeting import BETWEEN, sheet_words

EXCHANGES = pd.DataFrame(
    [
        ("A-1>D-1", "A", "D", "biowaste", "Pâtes et brisures impropres", "to_digest", -62.0, -45.0),
        ("A-2>D-1", "A", "D", "biowaste", "Épluchures", "to_digest", -62.0, -45.0),
        ("B-1>D-1", "B", "D", "biowaste", "Brisures de biscuits", "to_digest", 20.0, 10.0),
        ("B-2>N-1", "B", "N", "wood", "Palettes", "as_they_are", 0.0, 30.0),
    ],
    columns=["candidate_id", "giver_site_id", "taker_site_id", "category", "output_description", "rule_id",
             "price_low_eur_per_t", "price_high_eur_per_t"],
).assign(
    in_flow_id=lambda t: t["candidate_id"].str.split(">").str[1],
    out_flow_id=lambda t: t["candidate_id"].str.split(">").str[0],
    new_route="digestion", price_to_confirm=False, usually_charged=False, price_unsorted=False,
    diverted_t_per_year=8.0, allocated_t_per_year=0.0, full_trip_t=8.0,
    spoils_share_of_year=0.0, old_route="landfill", old_cost_eur_per_t=90.0,
    supply_t_per_year=216.0, demand_t_per_year=216.0, need_t_per_t=1.0,
    taker_actor_type=["outlet", "outlet", "outlet", "firm"],
    use="", most_of_need=1.0, yield_central=1.0, supposed_cost_eur_per_t=None, break_even_cost_eur_per_t=None,
    taker_price_eur_per_t=None, taker_worth_eur_per_year=0.0, joint_surplus_eur_per_year=100.0,
    treatment="tri, lavage", legal_status="waste", who_gains=["giver", "giver", "not_giver", "both_free"]
)  # fmt: skip
SITES = pd.DataFrame(
    {"site_id": list("ABDN"), "name": ["Alpha", "Bravo", "Delta", "November"],
     "naf_code": ["1072Z", "1072Z", "3821Z", None],
     "actor_type": ["firm", "firm", "outlet", "firm"], "consent": ["named"] * 3 + ["aggregated"]}
)  # fmt: skip
RULES = pd.DataFrame(
    {"rule_id": ["to_digest", "as_they_are"], "receiver_naf_codes": ["3821", None],
     "delivered_quality": None, "proving_needs": None}
)  # fmt: skip
FEED = {
    "synergy_id": "S1", "title": "Brisures pour l'alimentation animale", "kind": "exchange",
    "category": "food", "site_ids": "A", "status": "study", "candidate_ids": None,
    "realised_t_per_year": None, "promised_t_per_year": None, "realised_eur_per_year": None,
    "promised_eur_per_year": None, "carrier": None, "led_flow_ids": "",
}  # fmt: skip
PRICE = ("D", "B", "D", "biowaste", "", "no", "price", "2018-05-04")
LATER = ("D", "A", "D", "biowaste", "", "yes", None, "2018-09-10")


FLOWS = pd.DataFrame(
    {"flow_id": ["A-1", "A-2", "B-1", "B-2"], "waste_code": ["020304", None, None, "030105"],
     "site_id": list("AABB"), "direction": "out", "contractor": None, "description": "Restes"}
)  # fmt: skip
ROOM = sheet_words()["ask_first", "room"]
OWN = pd.DataFrame({"site_id": ["N"], "in_flow_id": ["N-1"]})
NONE = OWN.head(0)


def asked(
    line=None,
    answers=(),
    rules=RULES,
    team=True,
    exchanges=EXCHANGES,
    own=NONE,
    sites=SITES,
    flows=FLOWS,
    room=False,
    **more,
) -> dict[str, str]:
    register = pd.DataFrame([line] if line else [], columns=list(FEED))
    told = pd.DataFrame(answers, columns=ANSWER_COLUMNS)
    found = with_questions(exchanges, register, told, own, sites, rules, flows, team, **more)
    # Of every operator the room is asked: elsewhere than in its own test it is left out.
    texts = found.set_index("candidate_id")["ask_first"].dropna()
    texts = (
        texts if room else texts.map(lambda told: BETWEEN.join(t for t in told.split(BETWEEN) if t != ROOM))
    )
    return texts[texts != ""].to_dict()


def test_what_is_done_and_disappoints_is_recalled_before_it_is_extended():
    done = FEED | {
        "status": "done",
        "candidate_ids": "A-1>D-1",
        "site_ids": "A D",
        "realised_t_per_year": 3.4,
    }
    found = asked(done | {"promised_t_per_year": 10.0, "realised_eur_per_year": -480.0})
    text = found.pop("A-1>D-1")
    assert FEED["title"] in text and "preneur" not in text
    # So does what would fill the same need of that taker, and nothing else.
    assert set(found) == {"A-2>D-1", "B-1>D-1"} and all("au même preneur" in one for one in found.values())
    assert text.replace("\u2212", "-").endswith("3,4\u00a0t/an sur 10 promises et -480\u00a0€/an")
    for changed, told in (
        ({"realised_eur_per_year": -1.0}, "moins qu'attendu"), ({"promised_t_per_year": 6.0}, "la suite"),
        ({}, "(réalisée au registre), dont ce serait la suite"),
        ({"promised_t_per_year": 7.0, "status": "committed"}, "(engagée au registre), dont ce serait"),
    ):  # fmt: skip
        assert told in asked(done | changed)["A-1>D-1"]
        # Others read on the same page what these two do together; not what it brought.
        outside = asked(done | changed, team=False)["A-1>D-1"]
        assert outside.endswith("dont ce serait la suite") and "t/an" not in outside
        assert asked(done | changed, team=False, sites=SITES.assign(consent="aggregated")) == {}
    assert asked(done | {"kind": "pooling"}) == {}
    # The line may take its own flow whole, which is then no exchange any more: its taker still disappointed.
    gone = asked(done | {"candidate_ids": "Z-1>D-1", "promised_t_per_year": 10.0})
    assert set(gone) == {"A-1>D-1", "A-2>D-1", "B-1>D-1"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"promised_t_per_year": 3.0}, "en promet 3\u00a0t/an, quand le calcul en compte 8"),
        (
            {"promised_t_per_year": 3.0, "promised_eur_per_year": 900.0},
            "promet 3\u00a0t/an et 900\u00a0€/an, quand",
        ),
        ({"promised_t_per_year": 80.0, "status": "lead"}, "en promet 80\u00a0t/an"),
        ({"promised_t_per_year": 8.5}, None),  # within what masses are known to
        ({"promised_t_per_year": 3.0, "status": "committed"}, None),  # its tonnes are taken off already
        ({}, None),
    ],
)
def test_a_line_under_way_that_promises_other_tonnes_says_so_beside_the_same_exchange(more, told):
    planned = EXCHANGES.assign(allocated_t_per_year=[8.0, 0.0, 0.0, 0.0])
    line = FEED | {"candidate_ids": "A-1>D-1"} | more
    text = asked(line, exchanges=planned).get("A-1>D-1", "")
    assert (told or "promet") in text if told else "promet" not in text
    assert "promet" not in asked(line, exchanges=planned, team=False).get("A-1>D-1", "")
    # The exchanges of one line are told of together.
    both = EXCHANGES.assign(allocated_t_per_year=[8.0, 4.0, 0.0, 0.0])
    found = asked(line | {"candidate_ids": "A-1>D-1 A-2>D-1", "promised_t_per_year": 12.5}, exchanges=both)
    assert not any("promet" in text for text in found.values())


def test_an_operator_is_asked_first_for_room_beside_what_it_receives_already():
    found = asked(FEED, room=True, team=False)
    assert list(found) == ["A-1>D-1", "A-2>D-1", "B-1>D-1"]
    assert found["A-1>D-1"].startswith(ROOM) and found["A-2>D-1"] == ROOM
    assert asked(room=True, you="D")["B-1>D-1"].startswith("dire si vous avez de la place")
    # Not of the very exchange that the register says is agreed.
    lines = [
        FEED | {"status": status, "candidate_ids": "A-1>D-1", "promised_t_per_year": None}
        for status in ("committed", "lead")
    ]
    found = [asked(line, room=True).get("A-1>D-1", "") for line in lines]
    assert [ROOM in text for text in found] == [False, True]
    # What is beyond the tonnes of that line was not spoken of.
    done = FEED | {"status": "done", "candidate_ids": "A-1>D-1", "realised_t_per_year": 3.4}
    for tonnes in ({}, {"promised_t_per_year": 10.0, "realised_eur_per_year": -480.0}):
        assert ROOM in asked(done | tonnes, room=True)["A-1>D-1"]


def test_what_a_structure_gives_tells_how_much_of_its_need_is_left():
    """Its 45 pallets a week and its planks, 71.8 t, leave of its 74.9 t a room of 3.1 t at most: the page
    kept 66.3 t. Rags cut with a yield of 0.75 took a third more than they weigh."""
    pallets = EXCHANGES.tail(1).assign(taker_actor_type="ess", yield_central=0.8)
    rows = [
        ("N-1", "N", "in", "wood", None, 74.88),
        ("N-2", "N", "out", "wood", "reuse", 56.16),
        ("N-3", "N", "out", "wood", "energy", 15.6),
        ("N-4", "N", "out", "cardboard", "reuse", 90.0),
    ]
    columns = ["flow_id", "site_id", "direction", "category", "route", "mass_t_per_year"]

    def told(rows, exchanges=pallets, **more):
        flows = pd.concat([FLOWS, pd.DataFrame(rows, columns=columns)], ignore_index=True)
        return asked(exchanges=exchanges, flows=flows, room=True, **more)["B-2>N-1"].split(BETWEEN)

    first, *others = told(rows)
    assert ROOM not in others and "encore de la place\u00a0:" in first
    assert first.endswith("71,8\u00a0t/an des 74,9 demandées, et en laisse au plus 3,1\u00a0t/an")
    assert told(rows, you="N", team=False)[0].startswith("dire si vous avez encore de la place")
    # Partners read no figure of one firm, nor does the giver.
    assert told(rows, team=False) == told(rows, you="B", team=False) == [ROOM]
    rags = told([rows[0], ("N-2", "N", "out", "wood", "reuse", 45.0)], pallets.assign(yield_central=0.75))
    assert "60\u00a0t/an des 74,9 demandées, et en laisse au plus 14,9" in rags[0]
    # No word where what it gives is little of its need, or may come from another one.
    for few in ([rows[0], rows[2]], [*rows, ("N-5", "N", "in", "wood", None, 20.0)]):
        assert told(few) == [ROOM]
    # A firm makes what it sells of what it buys, too.
    assert not any("place" in text for text in asked(exchanges=EXCHANGES.tail(1), room=True).values())


def test_the_team_reads_what_would_be_gained_in_the_room_that_is_left():
    """« gain commun 604 €/an » stood beside a taker with room for 2.8 t of the 14.6: it loses 290 € there."""
    one = EXCHANGES.tail(1).assign(
        taker_actor_type="ess", diverted_t_per_year=14.6, allocated_t_per_year=14.6, need_t_per_t=1.0,
        joint_surplus_eur_per_year=604.0, fixed_cost_eur_per_year=500.0,
    )  # fmt: skip
    rows = [("N-1", "N", "in", "wood", None, 18.0), ("N-2", "N", "out", "wood", "reuse", 15.2)]
    columns = ["flow_id", "site_id", "direction", "category", "route", "mass_t_per_year"]
    flows = pd.concat([FLOWS, pd.DataFrame(rows, columns=columns)], ignore_index=True)
    gain = in_room(one, flows)
    assert gain.tolist() == pytest.approx([1104 * 2.8 / 14.6 - 500])
    known = one.assign(room_surplus_eur_per_year=gain)
    assert "gain commun de ce tonnage\u00a0: −288\u00a0€/an" in asked(exchanges=known, flows=flows)["B-2>N-1"]
    assert "gain" not in str(asked(exchanges=known, flows=flows, team=False, you="N"))
    # With room for all it is the gain itself, and where nothing tells of the room it is missing.
    flows.loc[flows["flow_id"] == "N-1", "mass_t_per_year"] = 30.0
    assert in_room(one, flows).tolist() == pytest.approx([604.0])
    assert in_room(one, FLOWS).isna().all()


def test_why_what_was_done_has_stopped_is_asked_before_it_is_begun_again():
    over = FEED | {"status": "ended", "candidate_ids": "A-1>D-1", "site_ids": "A D"}
    for team in (True, False):
        (told,) = asked(over, team=team).items()
        assert told[0] == "A-1>D-1" and FEED["title"] in told[1] and told[1].endswith("s'est arrêtée")
    assert asked(over, team=False, sites=SITES.assign(consent="aggregated")) == {}


def test_a_yes_of_an_earlier_year_that_gave_nothing_is_asked_about():
    """« déjà acceptée le 17/09/2018 » of one that had said yes to the same giver and family in 2015."""
    yes = [("D", "A", "D", "biowaste", "", "yes", None, day) for day in ("2015-12-01", "2018-09-17")]
    answers = pd.DataFrame(yes, columns=ANSWER_COLUMNS)
    known = EXCHANGES.assign(status=["accepted", None, "accepted", None])
    days = old_yes(known, answers, 2018)
    assert days.tolist()[:1] == ["2015-12-01"] and days.isna().tolist()[1:] == [True] * 3
    assert old_yes(known, answers.tail(1), 2018).isna().all() and old_yes(known, answers, None).isna().all()
    told = asked(exchanges=known.assign(yes_before=days))
    assert told["A-1>D-1"] == "savoir pourquoi le oui du 01/12/2015, à cette famille, n'a encore rien donné"
    assert asked(exchanges=known.assign(yes_before=days), team=False) == {}
    done = FEED | {"status": "done", "candidate_ids": "A-1>D-1", "site_ids": "A D"}
    assert "encore rien" not in asked(done, exchanges=known.assign(yes_before=days))["A-1>D-1"]


def test_a_firm_whose_own_need_has_no_known_amount_is_asked_of_it_first():
    (name, text), *others = asked(own_needs=frozenset({"B-2"})).items()
    assert (name, others) == ("B-2>N-1", []) and "donneur" in text
    # What a firm that is not named needs is for the team.
    assert asked(own_needs=frozenset({"B-2"}), team=False, sites=SITES.assign(consent="aggregated")) == {}


@pytest.mark.parametrize(
    ("naf", "description", "told"),
    [
        ("5510Z", "Linge plat réformé", True),
        ("86.10Z", "Draps usagés", True),
        ("8710A", "Blouses et serviettes", True),
        ("9601A", "Linge", True),
        ("5610A", "Rideaux", False),
        ("1392Z", "Linge de maison", False),
    ],
)
def test_whose_the_linen_of_a_hotel_or_clinic_is_is_asked(naf, description, told):
    sites = SITES.assign(naf_code=["1072Z", naf, "3821Z", None])
    linen, flows = EXCHANGES.tail(1).assign(category="textile"), FLOWS.assign(description=description)
    text = asked(exchanges=linen, flows=flows, sites=sites).get("B-2>N-1", "")
    assert ("savoir à qui est ce linge" in text) is told
    text = asked(exchanges=linen, flows=flows, sites=sites, you="B", team=False).get("B-2>N-1", "")
    assert ("dire à qui est votre linge" in text) is told
    # What a firm does that is not named is for the team.
    closed = sites.assign(consent="aggregated")
    assert asked(exchanges=linen, flows=flows, sites=closed, team=False) == {}


@pytest.mark.parametrize(
    ("route", "more", "words"),
    [
        ("recycling", {}, "si le donneur brûle déjà"),
        ("energy", {"you": "B", "team": False}, "si vous brûlez déjà"),
        ("reuse", {}, None),
        ("recycling", {"team": False}, None),
        ("recycling", {"you": "N", "team": False}, None),
    ],
)
def test_of_wood_that_leaves_one_asks_first_whether_its_giver_burns_it(route, more, words):
    """Offcuts of beech went to litter from workshops that declare a boiler: nobody asked about it."""
    sites = SITES.assign(latitude=47.0, longitude=-0.9)
    masses = dict.fromkeys(("mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"), 9.0)
    wood = FLOWS.assign(
        category="wood", quality="clean", evidence="weighed", route="energy", cost_eur_per_t=0.0,
        months=None, description="Chutes de hêtre", **masses,
    )  # fmt: skip
    heat = {"site_id": ["B"], "description": "Ateliers", "energy_mwh_per_year": 665.0}
    boilers, rules = pd.DataFrame(heat).assign(cost_eur_per_unit=30.0), reference.load("compatibility")
    given = EXCHANGES.tail(1).assign(new_route=route)
    found = asked(exchanges=given, sites=sites, flows=wood, rules=rules, boilers=boilers, **more)
    told = {name for name, text in found.items() if "665\u00a0MWh/an à 30\u00a0€/MWh" in text}
    assert told == ({"B-2>N-1"} if words else set())
    assert words is None or words in found["B-2>N-1"].split(BETWEEN)[0]


def test_whose_the_pallets_of_a_trader_are_and_whether_they_are_soiled_is_asked():
    pallets = FLOWS.assign(waste_code=["020304", "150110", "150103", "150103"])
    sites, last = SITES.assign(naf_code=["1072Z", "4711F", "3821Z", None]), EXCHANGES.tail(1)
    # What a factory throws away as lost may hold some of CHEP or EPAL.
    lost = pallets.assign(description="Palettes perdues")
    told = asked(flows=lost, exchanges=last, sites=SITES.assign(consent="named"))
    assert told["B-2>N-1"].startswith("savoir si des palettes louées (CHEP)")
    told = asked(flows=pallets, exchanges=last, sites=sites)["B-2>N-1"]
    assert "à qui sont" in told and "CHEP" not in told
    assert "vos palettes" in asked(flows=pallets, exchanges=last, sites=sites, you="B")["B-2>N-1"]
    beside = pallets.assign(site_id="B")
    assert "souillées" in asked(flows=beside, exchanges=last)["B-2>N-1"]
    # What a firm that is not named throws away is for the team.
    closed = SITES.assign(consent="aggregated")
    assert asked(flows=beside, exchanges=last, sites=closed, team=False) == {}


def test_of_wood_for_a_boiler_one_asks_whether_it_is_raw_unless_it_is_burnt_there_already():
    fuel = RULES.assign(proving_needs=[None, "fuel"])
    assert list(asked(rules=fuel)) == ["B-2>N-1"] and "classe A" in asked(rules=fuel)["B-2>N-1"]
    assert "vous les acceptez" in asked(rules=fuel, you="N")["B-2>N-1"]
    line = FEED | {"category": "wood", "status": "committed", "candidate_ids": "B-2>N-1"}
    assert "classe A" not in asked(line, rules=fuel)["B-2>N-1"]


@pytest.mark.parametrize(
    ("naf", "code", "quality", "route", "told"),
    [
        ("1072Z", "020601", "clean", "digestion", True),
        ("10.51A", "020599", "clean", "composting", True),
        ("1072Z", "020601", "clean", "recycling", False),
        ("1072Z", "020601", "mixed", "digestion", False),
        ("1051A", "020502", "clean", "digestion", False),
        ("1013A", "020304", "clean", "digestion", False),
    ],
)
def test_what_animals_could_eat_is_offered_to_them_before_it_is_digested(naf, code, quality, route, told):
    sites = SITES.assign(naf_code=[naf, "2562B", "3821Z", None])
    flows = FLOWS.assign(waste_code=code, quality=quality)
    found = asked(exchanges=EXCHANGES.head(1).assign(new_route=route), sites=sites, flows=flows)
    assert ("68/2013" in found.get("A-1>D-1", "")) == told


def test_of_a_wet_feed_one_asks_how_much_water_it_is():
    whey, dairy = FLOWS.assign(waste_code="020501"), EXCHANGES.assign(category="biowaste")
    for use, told in (("lactosérum en alimentation des porcs", True), ("biogaz et digestat", False)):
        texts = asked(flows=whey, exchanges=dairy.assign(use=use)).values()
        assert any("matière sèche" in text for text in texts) is told
    bread = asked(flows=FLOWS.assign(waste_code="020601"), exchanges=dairy.assign(use="alimentation animale"))
    assert not any("matière sèche" in text for text in bread.values())


@pytest.mark.parametrize(
    ("code", "text", "naf", "first", "cold"),
    [
        ("020501", "Fromages déclassés", "1051C", "savoir si c'est encore mangeable", False),
        ("200108", "Repas non servis", "5629B", "savoir si ces repas restent au froid", True),
        ("200108", "Surplus du midi", "5629B", "savoir si ces repas restent au froid", True),
        ("200108", "Plats cuisinés invendus", "4711F", "savoir si ces repas restent au froid", True),
        ("200108", "Pain de la veille", "4711F", "savoir si le preneur est habilité", False),
    ],
)
def test_a_gift_of_food_is_asked_first_whether_it_may_be_eaten_and_by_whom(code, text, naf, first, cold):
    """Cheese coded 02 05 01, « impropres à la consommation », was asked of its price and its rinds first."""
    given = EXCHANGES.tail(1).assign(category="food", legal_status="donation", break_even_cost_eur_per_t=97.0)
    given = given.assign(old_cost_eur_per_t=None, supposed_cost_eur_per_t=120.0, new_route="reuse")
    flows = FLOWS.assign(waste_code=code, description=text)
    sites = SITES.assign(naf_code=["1072Z", naf, "3821Z", None])
    told = asked(exchanges=given, flows=flows, sites=sites)["B-2>N-1"]
    assert told.startswith(first) and ("48 heures" in told) is cold
    assert "habilité à l'aide alimentaire" in told.split("120\u00a0€/t")[0]
    assert "vous êtes habilité" in asked(exchanges=given, flows=flows, sites=sites, you="N")["B-2>N-1"]
    sold = asked(exchanges=given.assign(legal_status="by_product"), flows=flows, sites=sites)["B-2>N-1"]
    assert "habilité" not in sold and "mangeable" not in sold and "froid" not in sold


def test_of_food_that_is_sold_off_one_asks_at_what_price_it_would_be_taken():
    """Downgraded tomatoes at nearly the price of the first choice were a lead of 82,300 € a year."""
    shop = EXCHANGES.tail(1).assign(new_route="reuse", category="food")
    for name, family, told in (
        ("Tomates déclassées", "food", True), ("Pommes hors calibre", "food", True),
        ("Pommes", "food", False), ("Cartons déclassés", "cardboard", False),
    ):  # fmt: skip
        found = asked(exchanges=shop.assign(category=family), flows=FLOWS.assign(description=name))
        assert ("ce qui est déclassé" in found.get("B-2>N-1", "")) is told


@pytest.mark.parametrize(
    ("given", "need", "told"),
    [
        ("Tomates déclassées", "Fruits et légumes locaux", True),
        ("Fromages déclassés", "Denrées pour l'épicerie", True),
        ("Tomates", "Tomates et concombres", False), ("Fruits et légumes", "Fruits et légumes", False),
    ],
)  # fmt: skip
def test_of_one_food_for_a_need_of_many_one_asks_what_part_of_it(given, need, told):
    """60 t of downgraded tomatoes in the 180 t of fruit and vegetables of a shop: a third of its shelf."""
    food = EXCHANGES.tail(1).assign(category="food", new_route="reuse")
    row = {"flow_id": "N-1", "site_id": "N", "direction": "in", "description": need, "category": "food"}
    flows = pd.concat([FLOWS.assign(description=given), pd.DataFrame([row])], ignore_index=True)
    text = asked(exchanges=food, flows=flows).get("B-2>N-1", "")
    assert ("qu'un seul produit" in text) is told


def test_of_downgraded_fruit_for_who_sells_it_one_asks_the_class_and_what_it_throws_away():
    food = EXCHANGES.tail(1).assign(category="food", new_route="reuse")
    rows = [
        {"flow_id": "N-1", "direction": "in", "description": "Fruits et légumes locaux", "category": "food"},
        {"flow_id": "N-2", "direction": "out", "description": "Légumes abîmés", "category": "biowaste"},
        {"flow_id": "N-3", "direction": "out", "description": "Os et suifs", "category": "biowaste"},
    ]
    flows = pd.concat(
        [FLOWS.assign(description="Tomates déclassées"), pd.DataFrame(rows).assign(site_id="N")],
        ignore_index=True,
    )
    for naf, n in (("4711D", 1), ("1039B", 0)):
        shop = SITES.assign(naf_code=naf)
        text = asked(exchanges=food, flows=flows, sites=shop).get("B-2>N-1", "")
        assert (text.count("norme de commercialisation"), text.count("Légumes abîmés")) == (n, 1)
        assert "Os et suifs" not in text
    # What another throws away is for the team and for those who agreed to be named.
    hidden = SITES.assign(naf_code="4711D", consent="aggregated")
    assert "abîmés" not in str(asked(exchanges=food, flows=flows, sites=hidden, team=False))


def test_of_used_packaging_a_maker_of_food_is_asked_for_its_hygiene():
    reused = EXCHANGES.tail(1).assign(new_route="reuse")
    for naf, code, told in (
        ("1039A", "150103", True),
        ("2222Z", "150103", True),
        ("1721A", "150103", True),
        ("2229A", "150103", False),
        ("1039A", "030105", False),
    ):
        sites = SITES.assign(naf_code=["1072Z", "2562B", "3821Z", naf])
        texts = asked(exchanges=reused, sites=sites, flows=FLOWS.assign(waste_code=code))
        assert ("hygiène" in texts.get("B-2>N-1", "")) == told
    you = asked(
        exchanges=reused, flows=FLOWS.assign(waste_code="150103"), sites=sites.assign(naf_code="11"), you="N"
    )
    assert "vous demandez" in you["B-2>N-1"]
    # What a firm makes that is not named is for the team.
    assert "hygiène" not in str(
        asked(
            exchanges=reused,
            flows=FLOWS.assign(waste_code="150103"),
            sites=SITES.assign(naf_code="1039A"),
            team=False,
        )
    )


def test_of_used_linen_who_works_food_is_asked_for_its_hygiene():
    wiped = {"category": "textile", "use": "chiffons d'essuyage de linge réformé", "new_route": "recycling"}
    rags, linen = EXCHANGES.tail(1).assign(**wiped), FLOWS.assign(waste_code="200111")
    for naf, changed, told in (
        ("1051A", {}, True),
        ("5610A", {}, True),
        ("2453Z", {}, False),
        ("1051A", {"use": "isolant thermique ou acoustique en fibres"}, False),
        ("1051A", {"use": "vente d'occasion de vêtements et de linge", "new_route": "reuse"}, True),
    ):
        sites = SITES.assign(naf_code=["1072Z", "2562B", "3821Z", naf])
        texts = asked(exchanges=rags.assign(**changed), sites=sites, flows=linen)
        assert ("hygiène" in texts.get("B-2>N-1", "")) == told


def test_at_home_one_asks_what_it_takes_and_nothing_of_a_neighbour():
    """Dross in the own melt: nothing said that it takes a furnace of its own."""
    dross = EXCHANGES.head(1).assign(
        giver_site_id="N", taker_site_id="N", category="metal", new_route="recycling",
        treatment="pressage à chaud, four rotatif",
    )  # fmt: skip
    made = RULES.assign(delivered_quality=["clean", None])
    for rules, you, told in (
        (made, None, "savoir qui ferait, chez le preneur ou pour lui : pressage à chaud, four rotatif"),
        (made, "N", "savoir qui ferait, chez vous ou pour vous : pressage à chaud, four rotatif"),
        (RULES, None, None),
    ):
        (text,) = at_home(dross, FLOWS, SITES, rules, you)["ask_first"]
        assert (text.replace("\u00a0", " ") if told else None if pd.isna(text) else text) == told
    assert at_home(dross.head(0), FLOWS, SITES, made, None).empty


def test_what_fills_no_lorry_in_a_year_is_a_stop_of_a_round():
    small = EXCHANGES.assign(
        diverted_t_per_year=[7.9, 7.9, 8.0, 7.9], spoils_share_of_year=[0.0, 0.5, 0.0, 0.0]
    )
    found = asked(exchanges=small)
    assert set(found) == {"A-1>D-1", "B-2>N-1"} and "tournée" in found["A-1>D-1"]
    assert "tournée" not in str(asked(exchanges=small.assign(legal_status="donation")))
    assert asked(exchanges=small, team=False) == {}
    # What the plan keeps of it is what travels.
    kept = EXCHANGES.assign(diverted_t_per_year=11.5, allocated_t_per_year=[5.4, 0.0, 11.5, 8.0])
    assert set(asked(exchanges=kept)) == {"A-1>D-1"}


def test_a_firm_reads_by_its_own_amount_alone_that_no_lorry_is_filled():
    amounts = {"supply_t_per_year": [7.9, 20.0, 7.9, 20.0], "demand_t_per_year": 4.0, "need_t_per_t": 1.0}
    small = EXCHANGES.assign(diverted_t_per_year=4.0, **amounts)
    more = small.assign(demand_t_per_year=10.0), small.assign(need_t_per_t=0.5)
    told = [(small, True, None), (small, False, "A"), (small, False, "D"), (small, False, None)]
    told += [(each, False, "D") for each in more]
    read = [
        [n for n, text in asked(exchanges=e, team=team, you=you).items() if "tournée" in text]
        for e, team, you in told
    ]
    # The 4 t of the taker are not told to who gives 20 t, nor the 7.9 t of a giver to who takes 8 t or more.
    assert read == [list(small["candidate_id"]), ["A-1>D-1"], list(small["candidate_id"][:3]), [], [], []]


def test_who_fetches_something_from_the_giver_already_may_take_both_at_once():
    comes = FLOWS.assign(contractor=["DELTA", None, None, "Delta"], description=["Pâtes", "", "", "Palettes"])
    found = asked(exchanges=EXCHANGES.assign(diverted_t_per_year=3.0), flows=comes)
    assert "déjà chez le donneur (Pâtes)" in found["A-2>D-1"] and "(Palettes)" in found["B-1>D-1"]
    assert "tournée" not in found["A-2>D-1"]
    # The flow itself is another question, and so is who comes to somebody else.
    assert "déjà chez" not in found["A-1>D-1"] + found["B-2>N-1"] and "tournée" in found["A-1>D-1"]
    assert "déjà chez" not in str(asked(flows=comes, team=False))


def test_of_what_a_shop_does_not_sell_one_asks_first_who_takes_it_out_of_its_packaging():
    shop = SITES.assign(naf_code=["4711F", "1072Z", "3821Z", None])
    found = asked(exchanges=EXCHANGES.assign(price_to_confirm=True), sites=shop)
    assert found["A-1>D-1"].startswith("savoir si ces denrées sont encore emballées")
    assert not any("emballées" in found[name] for name in ("B-1>D-1", "B-2>N-1"))
    assert "vos denrées" in asked(sites=shop, you="A", team=False)["A-2>D-1"]
    assert asked(sites=shop, flows=FLOWS.assign(waste_code="200125")) == {}
    assert asked(sites=shop, exchanges=EXCHANGES.assign(new_route="reuse")) == {}


def test_of_sound_food_that_is_digested_one_asks_first_who_would_eat_it():
    food, sound = EXCHANGES.assign(category="food"), FLOWS.assign(quality=["clean", "mixed", "clean", None])
    assert list(asked(exchanges=food, flows=sound)) == ["A-1>D-1", "B-1>D-1"]
    assert asked(exchanges=food, flows=sound)["A-1>D-1"].startswith("appeler une association")
    assert asked(exchanges=food.assign(new_route="reuse"), flows=sound) == {}


@pytest.mark.parametrize(
    ("code", "quality", "year", "words"),
    [
        ("170107", "mixed", 2023, ("point de reprise, transport", "plâtre")),
        ("170107", "clean", 2023, ("point de reprise, transport",)),
        ("170107", "mixed", 2022, ("plâtre",)),
        ("170504", "mixed", 2023, ()),
        ("170904", "mixed", 2023, ("plâtre",)),
    ],
)
def test_of_rubble_one_asks_who_takes_it_for_nothing_and_what_is_mixed_in(code, quality, year, words):
    rubble = FLOWS.assign(waste_code=["020304", None, None, code], quality=quality, category="mineral")
    schemes = in_force(reference.load("producer_schemes"), f"{year}-12-31")
    covered = covering(rubble, schemes).map(schemes.set_index("scheme")["label_fr"])
    back = dict(zip(rubble["flow_id"], covered, strict=True))
    mineral = EXCHANGES.tail(1).assign(category="mineral", new_route="recycling")
    text = asked(flows=rubble, exchanges=mineral, taken_back=back).get("B-2>N-1", "")
    assert [word in text for word in ("point de reprise, transport", "plâtre")] == [
        word in words for word in ("point de reprise, transport", "plâtre")
    ]
    # A point of return is no collection: who shares one saves what it costs.
    assert not free(rubble.assign(mass_t_per_year=100.0), schemes).any()


@pytest.mark.parametrize(
    ("code", "description", "oils", "told"),
    [
        ("120101", "Copeaux d'acier", False, True),
        ("120103", "Tournures d'aluminium", False, True),
        ("120102", "", False, True),
        ("120101", "Acier", True, True),
        ("120101", "Acier", False, False),
        ("120101", "Chutes de tôle", True, False),
        ("170405", "Ferraille", True, False),
    ],
)
def test_of_swarf_one_asks_what_cutting_oil_is_left_in_it(code, description, oils, told):
    metal = EXCHANGES.tail(1).assign(category="metal", new_route="recycling")
    beside = FLOWS.assign(
        waste_code=["020304", None, "120109" if oils else None, code],
        description=["Restes", "Restes", "Huile de coupe", description],
    )
    assert ("huile de coupe" in asked(exchanges=metal, flows=beside).get("B-2>N-1", "")) is told


@pytest.mark.parametrize(
    ("code", "description", "said"),
    [
        ("120102", "Chutes d'acier (tôles, tubes)", ["ce que c'est"]),
        ("120104", "Découpes d'aluminium", ["ce que c'est"]),
        ("120102", "Chutes et copeaux", ["huile de coupe"]),
        ("120101", "Chutes d'acier (tôles, tubes)", []),
    ],
)
def test_of_pieces_by_name_and_fines_by_code_one_asks_which(code, description, said):
    """145 t of sheet and tube offcuts were asked of as « ces copeaux », by a code that contradicts them."""
    metal = EXCHANGES.tail(1).assign(category="metal", new_route="recycling")
    beside = FLOWS.assign(waste_code=code, description=description)
    text = asked(exchanges=metal, flows=beside).get("B-2>N-1", "")
    assert [words for words in ("ce que c'est", "huile de coupe") if words in text] == said


def test_of_unsold_goods_one_asks_who_would_take_them_as_they_are():
    clothes = EXCHANGES.tail(1).assign(category="textile", new_route="recycling")
    unsold = FLOWS.assign(description=["Restes", "Restes", "Restes", "Vêtements invendus"])
    assert asked(exchanges=clothes, flows=unsold)["B-2>N-1"].startswith("savoir si ces invendus sont neufs")
    assert "vos invendus" in asked(exchanges=clothes, flows=unsold, you="B", team=False)["B-2>N-1"]
    assert asked(exchanges=clothes.assign(new_route="reuse"), flows=unsold) == {}
    assert asked(exchanges=clothes.assign(category="food"), flows=unsold) == {}
    assert asked(exchanges=clothes, flows=FLOWS) == {}


@pytest.mark.parametrize(
    ("description", "treatment", "actor", "told"),
    [
        ("Planches de palettes", "broyage, bois non traité seulement", "firm", True),
        ("Planches de palettes", "broyage, bois non traité seulement", "public", True),
        ("Planches de palettes", "broyage, bois non traité seulement", "outlet", False),
        ("Planches de palettes", "mélange aux plaquettes, sans broyage", "firm", False),
        ("Plaquettes de scierie", "broyage, bois non traité seulement", "firm", False),
        ("Bois broyé", "broyage, bois non traité seulement", "firm", False),
    ],
)
def test_who_shreds_whole_wood_is_asked_once(description, treatment, actor, told):
    wood = EXCHANGES.tail(1).assign(treatment=treatment, taker_actor_type=actor)
    pallets = FLOWS.assign(description=description)
    text = asked(exchanges=wood, flows=pallets).get("B-2>N-1", "")
    assert text.count(f"ou pour lui\u00a0: {treatment}") == told
    made = RULES.assign(delivered_quality="clean")  # asked anyway of a firm
    text = asked(exchanges=wood, flows=pallets, rules=made).get("B-2>N-1", "")
    assert text.count("ou pour lui") == 1


def test_of_textiles_made_into_fibres_the_composition_is_asked():
    textiles = EXCHANGES.tail(1).assign(treatment="tri, effilochage puis nappage")
    assert "enduits ou apprêtés" in asked(exchanges=textiles)["B-2>N-1"]
    assert asked(exchanges=textiles.assign(treatment="tri, coupe et mise en sac")) == {}


@pytest.mark.parametrize(
    ("description", "told"),
    [("Sciures et copeaux secs", True), ("Copeaux secs", False), ("Sciures", False)],
)
def test_of_a_mixture_one_asks_what_part_of_it_suits(description, told):
    chips = EXCHANGES.iloc[[3]].assign(rule_id="wood_mulch_030105")
    flows = FLOWS.assign(description=description)
    text = asked(exchanges=chips, flows=flows).get("B-2>N-1", "")
    assert ("quelle part" in str(text) and "Sciures" in str(text)) is told


def test_of_what_is_a_part_at_most_of_a_need_one_asks_what_part():
    """200 t of sand in a need of 900 t: a fifth of it, once a tenth of the sand is lost."""
    sand = EXCHANGES.iloc[[3]].assign(most_of_need=0.2, yield_central=0.9, need_t_per_t=0.9)
    assert "s'arrête à 20\u00a0% de la masse du besoin" in asked(exchanges=sand)["B-2>N-1"]
    assert "s'arrête" not in str(asked())


@pytest.mark.parametrize(("description", "told"), [("Palettes perdues cassées", True), ("Palettes", False)])
def test_of_broken_pallets_one_asks_what_part_can_be_mended(description, told):
    pallets = EXCHANGES.iloc[[3]].assign(new_route="reuse", rule_id="wood_pallet_reuse")
    flows = FLOWS.assign(waste_code="150103", description=description)
    assert ("réparable" in asked(exchanges=pallets, flows=flows)["B-2>N-1"]) is told


def test_who_is_not_of_the_team_and_has_nothing_to_ask_is_sent_to_it():
    told = or_of_team(pd.Series(["savoir", None]))
    assert told.tolist() == ["savoir", "voir l'équipe de l'étude"]


@pytest.mark.parametrize(
    ("code", "rule", "told"),
    [("030105", "wood_carpentry_030105", True), ("150103", "wood_carpentry_150103", False),
     ("030105", "wood_mulch_030105", False)],
)  # fmt: skip
def test_of_offcuts_used_as_they_are_one_asks_the_sizes(code, rule, told):
    wood = EXCHANGES.iloc[[3]].assign(new_route="reuse", rule_id=rule, output_description="Chutes de chêne")
    flows = FLOWS.assign(waste_code=code, description="Chutes de chêne")
    assert ("les dimensions" in str(asked(exchanges=wood, flows=flows))) is told


@pytest.mark.parametrize(("route", "n"), [("reuse", 1), ("recycling", 0)])
def test_of_offcuts_of_metal_used_as_they_are_one_asks_the_alloy_and_the_sections(route, n):
    offcuts = EXCHANGES.tail(1).assign(category="metal", new_route=route, giver_site_id="N")
    for text in (
        asked(exchanges=offcuts).get("B-2>N-1", ""),
        str(at_home(offcuts, FLOWS, SITES, RULES, None)["ask_first"].iloc[0]),
    ):
        assert text.count("sections et les longueurs") == n


def test_the_firm_that_reads_is_spoken_to():
    own = {"own": OWN, "sites": SITES.assign(consent="named")}
    assert "preneur" in asked(**own, you="B")["B-2>N-1"]
    text = asked(**own, you="N")["B-2>N-1"]
    assert "vous" in text and "preneur" not in text


def test_a_line_that_leads_the_same_flow_elsewhere_is_asked_of_first():
    # What is food in the register may be biowaste in the survey; another flow or giver is not meant.
    (name, text), *others = asked(FEED).items()
    assert (name, others) == ("A-1>D-1", []) and FEED["title"] in text and "étude" in text
    # Four tonnes that are promised of 216 are a part of the flow.
    assert "mener tout ou partie de ce flux" in text
    assert "mener une part de ce flux" in asked(FEED | {"promised_t_per_year": 4.0})["A-1>D-1"]
    assert "mener ce flux" in asked(FEED | {"promised_t_per_year": 200.0})["A-1>D-1"]
    # What the register gave up is asked why, by the team.
    assert "ne s'est pas faite" in asked(FEED | {"status": "dropped"})["A-1>D-1"]
    assert asked(FEED | {"status": "dropped"}, team=False, sites=SITES.assign(consent="named")) == {}
    for changed in (
        {"kind": "pooling"}, {"category": "wood"}, {"candidate_ids": "A-1>D-1"},
        {"title": "Chaleur fatale"},
    ):  # fmt: skip
        assert asked(FEED | changed) == {}, changed
    # What its giver gives to the same need besides would go on with it.
    going_on = asked(FEED | {"status": "done", "candidate_ids": "A-2>D-1"})
    assert set(going_on) == {"A-1>D-1", "A-2>D-1"} and all("la suite" in one for one in going_on.values())
    # Whoever carries what is done to another taker knows of the rest of that very output, whatever its name.
    led = FEED | {"status": "done", "candidate_ids": "A-1>X-9", "title": "Tout autre intitulé"}
    assert {name for name, text in asked(led).items() if "au pilote de" in text} == {"A-1>D-1"}
    # So does whoever carries what is taken off, to no need that was declared.
    away = FEED | {"status": "done", "led_flow_ids": "A-2", "title": "Tout autre intitulé"}
    assert {name for name, text in asked(away).items() if "au pilote de" in text} == {"A-2>D-1"}
    # Of two outputs of a giver, the one that the title names best is meant.
    both = EXCHANGES.assign(output_description=["Chutes de caisses", "Caisses et palettes", "", ""])
    chips = FEED | {"title": "Chutes de caisses à la chaufferie", "status": "dropped"}
    assert list(asked(chips, exchanges=both)) == ["A-1>D-1"]
    # What is done and not found has none of its tonnes taken off; a collection never has.
    assert "déduites" in asked(FEED | {"status": "done"})["A-1>D-1"]
    round_ = FEED | {"kind": "pooling", "title": "Collecte groupée des restes", "site_ids": "A B"}
    assert set(asked(round_)) == {"A-1>D-1", "A-2>D-1", "B-1>D-1"}
    assert set(asked(round_ | {"title": "Collecte des épluchures", "carrier": "B"})) == {"A-2>D-1"}
    assert "déduites" in asked(round_ | {"status": "done", "candidate_ids": None})["B-1>D-1"]


def test_a_line_that_serves_the_same_need_is_asked_of_first():
    same = EXCHANGES.assign(in_flow_id="N-1", taker_actor_type="firm", demand_t_per_year=15.0)
    line = FEED | {"title": "Chutes au voisin", "category": "wood", "candidate_ids": "B-2>N-1"}
    for status in ("lead", "study", "committed", "done"):
        found = asked(line | {"status": status}, exchanges=same)
        others = {name for name, text in found.items() if "même besoin" in text}
        assert others == {"A-1>D-1", "A-2>D-1", "B-1>D-1"}
    # Two of 8 t have room in 16: unless the line promises more, or nobody knows what it takes.
    wide = same.assign(demand_t_per_year=16.0)
    assert asked(line, exchanges=wide) == {}
    for more in ({"promised_t_per_year": 9.0}, {"candidate_ids": "X-1>N-1 B-2>N-1"}):
        assert set(asked(line | more, exchanges=wide)) == {"A-1>D-1", "A-2>D-1", "B-1>D-1"}
    # Who is not of the team would read of it what room the need has.
    named = SITES.assign(consent="named")
    assert asked(line | {"site_ids": "B N"}, exchanges=wide, team=False, sites=named) != {}
    # Nor of what was dropped, of another need, nor of an operator, who is asked for its room.
    assert asked(line | {"status": "dropped"}, exchanges=same) == {}
    assert asked(line, exchanges=EXCHANGES.assign(taker_actor_type="firm")) == {}
    assert asked(line, exchanges=same.assign(taker_actor_type="ess")) == {}
    assert asked(line | {"site_ids": "A N"}, exchanges=same, team=False) == {}


def test_the_sign_of_a_price_against_the_market_is_asked_of_by_the_team():
    doubtful = EXCHANGES.assign(price_to_confirm=[True, False, False, False])
    assert "sens du prix" in asked(exchanges=doubtful)["A-1>D-1"]
    assert asked(exchanges=doubtful, team=False) == {}
    # What is so of all such matter tells nothing of the taker's price: everybody reads it.
    usual = EXCHANGES.assign(usually_charged=[True, False, False, False])
    assert "sens du prix" in asked(exchanges=usual, team=False)["A-1>D-1"] and asked(exchanges=usual) == {}


def test_at_what_price_the_unsorted_is_asked_of_by_the_team():
    mixed = EXCHANGES.assign(price_unsorted=[True, False, False, False])
    assert "à quel prix" in asked(exchanges=mixed)["A-1>D-1"] and asked(exchanges=mixed, team=False) == {}


def test_of_a_gift_the_tax_that_is_not_in_the_gain_is_asked():
    gifts = EXCHANGES.assign(legal_status=["donation", "waste", "waste", "waste"])
    (name, text), *others = asked(exchanges=gifts).items()
    assert (name, others) == ("A-1>D-1", []) and "238 bis" in text


def test_who_throws_away_what_would_serve_its_need_is_asked_of_that_before_anything_else():
    named = RULES.assign(receiver_naf_codes=["3821", "1624"])
    (name, text), *others = asked(rules=named, own=OWN).items()
    first, then = text.split("\u00a0; ")
    assert (name, others) == ("B-2>N-1", []) and "jette" in first and "activité" in then
    # Of who did not agree to be named, nobody else reads what it throws away.
    assert asked(own=OWN, team=False) == {}
    assert "jette" in asked(own=OWN, team=False, sites=SITES.assign(consent="named"))["B-2>N-1"]


def test_the_grade_and_the_format_that_nobody_was_asked_come_first_beside_what_they_would_change():
    worked = EXCHANGES.assign(category="plastic", new_route="recycling")
    # A digester or a recycler takes every grade: of the firm alone the grade is asked.
    (name, text), *others = asked(exchanges=worked, own=OWN).items()
    assert (name, others) == ("B-2>N-1", []) and text.startswith("savoir la nuance") and "jette" in text
    pallets = EXCHANGES.assign(new_route="reuse", rule_id="wood_pallet_direct")
    codes = pd.DataFrame(
        {
            "flow_id": [*FLOWS["flow_id"], "D-1", "N-1"],
            "waste_code": "150103",
            "site_id": list("AABBDN"),
            "direction": "out",
            "contractor": None,
            "description": "Palettes",
        }
    )
    found = asked(exchanges=pallets, flows=codes, team=False)
    assert list(found) == list(EXCHANGES["candidate_id"]) and all("format" in text for text in found.values())
    assert asked(exchanges=pallets) == {}
    # Of who takes them apart: whether their wood does.
    apart = pallets.assign(rule_id="wood_carpentry_150103")
    found = asked(exchanges=apart, flows=codes, team=False)
    assert all("bois" in text and "format" not in text for text in found.values())


def test_what_a_giver_said_nothing_of_is_asked_by_the_team_and_of_itself():
    blank = EXCHANGES.assign(old_route="unknown", old_cost_eur_per_t=[None, 0.0, 90.0, 90.0])
    (name, text), *others = asked(exchanges=blank).items()
    # Neither where it goes nor what it costs: an avoided bill is a guess. Of a known cost, where it goes.
    assert name == "A-1>D-1" and "supposé" in text
    assert all(told.startswith("savoir ce que devient la matière, dont") for _, told in others) and others
    assert asked(exchanges=blank, team=False) == {}
    own = asked(exchanges=blank, team=False, you="A")  # its own blank
    assert list(own) == ["A-1>D-1", "A-2>D-1"] and "vous" in own["A-1>D-1"]
    assert own["A-2>D-1"].startswith("dire ce que devient la matière, dont l'exutoire n'est pas déclaré")


@pytest.mark.parametrize(
    ("supposed", "least", "told"),
    [(122.5, 57.92, "supposé (123 €/t, plus de gain sous 58 €/t)"), (40.0, None, "supposé (40 €/t)"),
     (-30.0, None, "supposé (-30 €/t)"), (None, None, "supposé")],
)  # fmt: skip
def test_what_the_giver_pays_is_asked_wherever_it_is_supposed(supposed, least, told):
    """372 t of cheese were saved at a reference of 122.5 €/t where neighbours pay 6 and 42: nobody asked."""
    known = {"supposed_cost_eur_per_t": supposed, "break_even_cost_eur_per_t": least}
    food = EXCHANGES.head(1).assign(old_route="digestion", old_cost_eur_per_t=None, **known)
    sorted_, shop = FLOWS.assign(quality="clean"), SITES.assign(naf_code="4711F")
    texts = asked(exchanges=food.assign(category="food"), flows=sorted_, sites=shop)["A-1>D-1"].split(BETWEEN)
    place = [n for n, text in enumerate(texts) if "ce que le donneur paie" in text]
    # After who would eat it, which the law puts first; before the rest where the gain hangs on it.
    assert place == ([1] if least else [2]) and len(texts) == 3
    said = texts[place[0]].replace("\u00a0", " ").replace("\u2212", "-")
    assert said.endswith(f"le coût évité est {told}")
    # Another's blank is not told; its own is, without what the other would take it for.
    assert asked(exchanges=food, team=False) == {}
    assert "payez" not in str(asked(exchanges=food, team=False, you="D"))
    own = asked(exchanges=food, team=False, you="A")["A-1>D-1"]
    assert own.startswith("dire ce que vous payez") and "€/t" not in own
    # Both blanks are one question, in its place.
    both = asked(exchanges=food.assign(old_route="unknown"))["A-1>D-1"]
    assert "ce qu'elle coûte" in both and BETWEEN not in both
    assert asked(exchanges=food.assign(old_cost_eur_per_t=122.5)) == {}


def test_who_takes_in_a_line_is_not_asked_of_what_he_gives():
    # A would take the scraps of B, and its own are named alike.
    brought = EXCHANGES.tail(1).assign(candidate_id="B-1>A-9", taker_site_id="A", category="food")
    both = pd.concat([EXCHANGES, brought], ignore_index=True)
    line = FEED | {"site_ids": "A B", "candidate_ids": "B-1>A-9"}
    assert set(asked(line, exchanges=both)) == {"B-1>D-1"}
    assert set(asked(line | {"candidate_ids": None}, exchanges=both)) == {"A-1>D-1", "B-1>D-1"}


def test_who_is_not_of_the_team_reads_the_lines_of_the_giver_or_of_those_who_agreed_and_no_refusal():
    promised = FEED | {"promised_t_per_year": 4.0}
    assert "4\u00a0t/an promises, étude" in asked(promised)["A-1>D-1"]
    assert "promises" not in asked(promised, team=False)["A-1>D-1"]
    assert set(asked(FEED, team=False)) == {"A-1>D-1"}
    assert asked(FEED | {"site_ids": "A N"}, [PRICE], team=False) == {}
    # Whose actors may all be named is in the register that he reads; a firm reads its own lines alone.
    both = FEED | {"site_ids": "A B"}
    assert (
        set(asked(both, [PRICE], team=False))
        == set(asked(both, team=False, you="A"))
        == {"A-1>D-1", "B-1>D-1"}
    )
    assert asked(both, team=False, you="N") == {}
    assert set(asked(FEED | {"site_ids": "A B"}, team=True)) == {"A-1>D-1", "B-1>D-1"}


def test_an_activity_that_nobody_stated_is_asked_where_the_rule_names_any():
    assert asked() == {}
    named = RULES.assign(receiver_naf_codes=["3821", "1624"])
    assert list(asked(rules=named)) == ["B-2>N-1"]


def test_who_would_treat_is_asked_of_a_firm_whose_need_supposes_it_done():
    # The digester sorts itself: what it declares to take in is what arrives.
    made = RULES.assign(delivered_quality=["clean", "clean"])
    assert {name: "tri, lavage" in text for name, text in asked(rules=made).items()} == {"B-2>N-1": True}
    product = EXCHANGES.assign(legal_status="end_of_waste")
    assert list(asked(exchanges=product)) == ["B-2>N-1"] and asked() == {}


@pytest.mark.parametrize(
    ("answers", "day"),
    [
        ([PRICE], "2018-05-04"),
        ([LATER, PRICE], None),
        ([PRICE, (*LATER[:7], "2018-01-01")], "2018-05-04"),
        ([PRICE, ("B", *PRICE[1:])], "2018-05-04"),
        ([("B", *PRICE[1:])], None),  # a giver's price
        ([(*PRICE[:6], "contract", PRICE[7])], None),
        ([PRICE, (*PRICE[:4], "Autre", "no", "price", "2018-06-01")], "2018-06-01"),
    ],
)
def test_a_price_that_a_taker_refused_is_recalled_until_it_says_otherwise(answers, day):
    told = refused_for_price(pd.DataFrame(answers, columns=ANSWER_COLUMNS))
    assert told == ({("D", "biowaste"): day} if day else {})
    texts = asked(answers=answers)
    assert set(texts) == ({"A-1>D-1", "A-2>D-1", "B-1>D-1"} if day else set())
    if day:
        assert texts["A-1>D-1"].endswith("ici\u00a0: le donneur paie 45 à 62\u00a0€/t")
        for low, high, told in (
            (0.0, 30.0, "le preneur paie 0 à 30\u00a0€/t"),
            (-11.0, 172.0, "de 11\u00a0€/t payés par le donneur à 172\u00a0€/t payés par le preneur"),
        ):
            priced = EXCHANGES.assign(price_low_eur_per_t=low, price_high_eur_per_t=high)
            assert asked(answers=answers, exchanges=priced)["A-1>D-1"].endswith(told)
        # What a digester gains is not known: no price that suits both is not known to be none.
        assert texts["B-1>D-1"].endswith("pas connu")
        of_firm = EXCHANGES.assign(who_gains=["giver", "giver", "none", "both_free"])
        assert asked(answers=answers, exchanges=of_firm)["B-1>D-1"].endswith("aucun")


def test_a_town_is_asked_who_treats_what_it_would_use():
    """Who crushes the slag for its trenches, and who pays the leaching tests, was asked of firms alone."""
    made = RULES.assign(delivered_quality="clean")
    exchange = EXCHANGES.tail(1).assign(treatment="criblage et analyses de lixiviation")
    for actor, n in (("firm", 1), ("public", 1), ("ess", 0)):
        town = SITES.assign(actor_type=actor)
        text = asked(exchanges=exchange, rules=made, sites=town).get("B-2>N-1", "")
        assert text.count("analyses de lixiviation") == n


@pytest.mark.parametrize(
    ("treatment", "actor", "told"),
    [
        ("séchage et dosage", "firm", True), ("boues séchées, criblage", "public", True),
        ("déshydratation, contrôle des chlorures", "firm", True),
        ("séchage et dosage", "outlet", False), ("stockage à sec", "firm", False),
    ],
)  # fmt: skip
def test_of_what_a_firm_would_dry_one_asks_how_wet_it_is_and_who_dries_it(treatment, actor, told):
    """18,500 t of brine sludge went into a kiln, its drying costed as a crushing, and neither was asked."""
    sludge = EXCHANGES.tail(1).assign(treatment=treatment, taker_actor_type=actor)
    text = asked(exchanges=sludge, sites=SITES.assign(actor_type=actor), room=False).get("B-2>N-1", "")
    assert ("l'humidité de ce qui est cédé" in text, f"pour lui\u00a0: {treatment}" in text) == (told, told)
    # Its water decides, before what its own landfill would cost it less.
    paid = sludge.assign(break_even_cost_eur_per_t=6.0)
    landfill = FLOWS.assign(contractor="Alvéole interne")
    text = asked(exchanges=paid, sites=SITES.assign(actor_type=actor), flows=landfill)["B-2>N-1"]
    assert text.startswith("compter ce que coûterait le séchage") is told and "exutoire" in text
    home = at_home(sludge.assign(giver_site_id="N"), FLOWS, SITES, RULES, None)["ask_first"].iloc[0]
    assert ("l'humidité" in str(home)) == (treatment != "stockage à sec")


def test_of_boxes_made_padding_one_asks_who_has_the_machine():
    """A maker of furniture that buys padding at 900 €/t had no question beside its own clean boxes."""
    boxes = EXCHANGES.tail(1).assign(category="cardboard", treatment="perforation par un broyeur à carton")
    home = at_home(boxes.assign(giver_site_id="N"), FLOWS, SITES, RULES, None)["ask_first"].iloc[0]
    for text in (asked(exchanges=boxes).get("B-2>N-1", ""), str(home)):
        assert text.count("ou pour lui\u00a0: perforation") == text.count("perforation") == 1


@pytest.mark.parametrize(
    ("contractor", "cost", "told"),
    [
        ("Décharge interne", 24.0, True), ("Bravo", 24.0, True), ("Décharge interne", -24.0, False),
        ("Décharge interne", None, False), ("Internet Recyclage", 24.0, False), (None, 24.0, False),
    ],
)  # fmt: skip
def test_of_the_giver_s_own_outlet_one_asks_what_would_really_be_avoided(contractor, cost, told):
    """444,000 € a year of an internal landfill, mostly fixed, were saved whole and nobody asked."""
    exchange = EXCHANGES.tail(1).assign(old_cost_eur_per_t=cost)
    flows = FLOWS.assign(contractor=contractor)
    for team, you, words in ((True, None, "il est au donneur"), (False, "B", "votre propre exutoire")):
        assert (words in str(asked(exchanges=exchange, flows=flows, team=team, you=you))) == told
    assert asked(exchanges=exchange, flows=flows, team=False) == {}


@pytest.mark.parametrize(
    ("code", "category", "actor", "told"),
    [
        ("200201", "biowaste", "firm", True), ("020103", "biowaste", "public", True),
        ("200201", "biowaste", "outlet", False), ("200201", "wood", "firm", False),
        ("020304", "biowaste", "firm", False),
    ],
)  # fmt: skip
def test_of_garden_waste_one_asks_what_it_holds_and_who_chips_it(code, category, actor, told):
    """80 t of green waste to mulch the beds of a greenhouse: the only lead without a question."""
    green = EXCHANGES.tail(1).assign(category=category, new_route="recycling", taker_actor_type=actor)
    flows = FLOWS.assign(waste_code=code)
    text = asked(exchanges=green, flows=flows, team=False, room=False).get("B-2>N-1", "")
    assert ("part de branches, graines" in text) is told
    home = at_home(green.assign(giver_site_id="N"), flows, SITES, RULES, None)["ask_first"].iloc[0]
    assert ("part de branches, graines" in str(home)) is (told or actor == "outlet")


@pytest.mark.parametrize(
    ("code", "naf", "told"), [("100908", "2361Z", True), ("101008", "2363Z", True),
                              ("170101", "2361Z", False), ("100908", "4211Z", False)],
)  # fmt: skip
def test_of_foundry_sand_for_concrete_one_asks_its_clay_and_carbon(code, naf, told):
    """3,400 t of green sand, the first lead of a study, into concrete: only its sizes were asked."""
    sand = EXCHANGES.tail(1).assign(category="mineral", new_route="recycling")
    flows = FLOWS.assign(waste_code=code)
    text = asked(exchanges=sand, flows=flows, sites=SITES.assign(naf_code=naf), team=False, you="N")
    assert ("perte au feu" in text.get("B-2>N-1", "")) is told


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([("quality", "2026-06-15")], True), ([("price", "2026-06-15")], False),
        ([("quality", "2026-06-15"), (None, "2026-07-01")], False),
    ],
)  # fmt: skip
def test_what_a_taker_refused_of_the_same_giver_for_its_quality_is_recalled(answers, told):
    """A maker of concrete refused the fines of a foundry: beside the sand of the same, nothing said so."""
    sand = EXCHANGES.tail(1).assign(category="mineral")
    rows = [
        ("N", "B", "N", "mineral", "Fines", "no" if reason else "yes", reason, day) for reason, day in answers
    ]
    text = asked(answers=rows, exchanges=sand).get("B-2>N-1", "")
    assert ("« Fines » du même donneur (15/06/2026)" in text) is told
    assert asked(answers=rows, exchanges=sand, team=False) == {}
    for other in ({"giver_site_id": "A"}, {"taker_site_id": "D"}, {"category": "wood"}):
        assert "Fines" not in str(asked(answers=rows, exchanges=sand.assign(**other)))


def test_of_scrap_for_a_foundry_the_grade_is_asked():
    """Balls and liners of a mill, of chromium or manganese steel, went to a foundry of grey iron unasked."""
    scrap = EXCHANGES.tail(1).assign(category="metal", new_route="recycling")
    for naf, n in (("2451Z", 1), ("2410Z", 0)):
        text = asked(exchanges=scrap, sites=SITES.assign(naf_code=naf)).get("B-2>N-1", "")
        assert text.count("nuance de ce métal") == n


def test_of_street_furniture_for_a_foundry_one_asks_its_paint():
    scrap = EXCHANGES.tail(1).assign(category="metal", new_route="recycling")
    sites = SITES.assign(naf_code=["1072Z", "8411Z", "3821Z", "2451Z"])
    for text, told in (("Ferrailles et mobilier urbain", True), ("Ferrailles", False)):
        flows = FLOWS.assign(waste_code="200140", description=text)
        assert ("est peint" in asked(exchanges=scrap, flows=flows, sites=sites)["B-2>N-1"]) is told


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("030105", "Chutes de caisses d'expédition", True),
        ("150103", "Caisses bois", True),
        ("150103", "Palettes cassées", False),
        ("200138", "Bois de classe A", False),
    ],
)
def test_of_wood_that_is_shredded_one_asks_the_class_before_the_price(code, text, told):
    wood = EXCHANGES.tail(1).assign(new_route="recycling", rule_id=f"wood_platform_{code}")
    flows = FLOWS.assign(waste_code=code, description=text)
    found = asked(exchanges=wood.assign(price_to_confirm=True), flows=flows)["B-2>N-1"]
    assert found.startswith("savoir la classe de ce bois") is told and "sens du prix" in found


@pytest.mark.parametrize(
    ("naf", "code", "text", "told"),
    [
        ("2229A", "070213", "Carottes", "propre fabrication"),
        ("2451Z", "100908", "Sable à vert", "propre fabrication"),
        ("2451Z", "070213", "Carottes", None),
        ("3101Z", "200138", "Bois de meubles", "L. 541-10-1, 10°"),
        ("3101Z", "030105", "Chutes de meubles", None),
    ],
)
def test_what_its_maker_or_the_producers_of_furniture_could_take_back_is_asked(naf, code, text, told):
    mineral = EXCHANGES.head(1).assign(category="other", new_route="recycling")
    flows = FLOWS.assign(waste_code=code, description=text)
    asked_of = asked(exchanges=mineral, flows=flows, sites=SITES.assign(naf_code=[naf, None, "3821Z", None]))
    assert (told in asked_of["A-1>D-1"]) if told else asked_of == {}


def test_of_minerals_a_need_of_a_size_asks_the_grading_and_a_kiln_its_analyses():
    mineral = EXCHANGES.head(1).assign(category="mineral", new_route="recycling")
    need = {"flow_id": "D-1", "site_id": "D", "direction": "in", "waste_code": None, "contractor": None}
    for words, told in (("Tout-venant 0/31,5", True), ("Tout-venant", False)):
        flows = pd.concat([FLOWS, pd.DataFrame([need | {"description": words}])], ignore_index=True)
        assert ("granulométrie" in str(asked(exchanges=mineral, flows=flows))) is told
    kiln = SITES.assign(naf_code=["1072Z", None, "2351Z", None])
    assert asked(exchanges=mineral, sites=kiln)["A-1>D-1"].startswith("demander au cimentier")
    assert "vous analysez" in asked(exchanges=mineral, sites=kiln, you="D", team=False)["A-1>D-1"]


def test_who_said_perhaps_last_is_called_back_by_the_team():
    perhaps = ("D", "A", "D", "biowaste", "", "maybe", None, "2018-05-04")
    found = asked(answers=[perhaps])
    assert set(found) == {"A-1>D-1", "A-2>D-1"}
    assert "rappeler Delta" in found["A-1>D-1"] and "(04/05/2018)" in found["A-1>D-1"]
    assert asked(answers=[perhaps, LATER]) == {} == asked(answers=[perhaps], team=False)


@pytest.mark.parametrize(
    ("naf", "code", "description", "quality", "told"),
    [
        ("2013B", "150102", "Big bags vides", "clean", True), ("2229A", "150102", "Big bags", "clean", False),
        ("1051C", "150102", "Sacs souillés", "clean", True), ("1051C", "150101", "Cartons", "soiled", True),
        ("2013B", "150103", "Palettes", "clean", False), ("2013B", "150110", "Fûts", "soiled", False),
        ("2013B", "170203", "Tuyaux", "soiled", False),
    ],
)  # fmt: skip
def test_of_packaging_that_may_be_soiled_one_asks_first_what_it_held(naf, code, description, quality, told):
    """Soiled bags of a chlorine plant went to fuel: that they may be hazardous was on the sheet alone."""
    bags = EXCHANGES.tail(1).assign(category="plastic", new_route="energy")
    flows = FLOWS.assign(waste_code=code, description=description, quality=quality)
    sites = SITES.assign(naf_code=naf, consent="named")
    for team, you, words in (
        (True, None, "savoir ce qu'ont contenu ces"),
        (False, None, "savoir ce qu'ont contenu ces"),
        (False, "B", "dire ce qu'ont contenu vos emballages"),
    ):
        text = asked(exchanges=bags, flows=flows, sites=sites, team=team, you=you).get("B-2>N-1", "")
        assert text.startswith(words) is told
    hidden = asked(exchanges=bags, flows=flows, sites=sites.assign(consent="none"), team=False)
    assert "contenu" not in str(hidden)


@pytest.mark.parametrize(
    ("naf", "code", "route", "treatment", "told"),
    [
        ("8610Z", "150101", "reuse", "tri par format", (True, True)),
        ("8710A", "150104", "reuse", "lavage et redressage", (True, True)),
        ("4711D", "150101", "reuse", "tri par format", (False, True)),
        ("8610Z", "150101", "reuse", "perforation par un broyeur à carton", (False, False)),
        ("8610Z", "150101", "recycling", "mise en balles", (False, False)),
        ("8610Z", "150103", "reuse", "contrôle visuel", (False, False)),
    ],
)
def test_of_packaging_used_again_one_asks_its_formats_and_what_care_lets_out(
    naf, code, route, treatment, told
):
    """Cartons of a hospital went on as boxes: nobody asked their sizes, nor from which ward they come."""
    boxes = EXCHANGES.tail(1).assign(category="cardboard", new_route=route, treatment=treatment)
    flows, sites = FLOWS.assign(waste_code=code, description="Emballages"), SITES.assign(naf_code=naf)
    text = asked(exchanges=boxes, flows=flows, sites=sites).get("B-2>N-1", "")
    assert ("soins, pharmacie" in text, "étiquettes à masquer" in text) == told
    home = at_home(boxes.assign(giver_site_id="N"), flows, sites, RULES, None)["ask_first"].iloc[0]
    assert "à masquer" not in str(home)


@pytest.mark.parametrize(
    ("description", "cost", "team", "told"),
    [
        ("Mobilier de bureau", 90.0, True, (True, True, False)),
        ("Mobilier de bureau", None, True, (True, True, False)),
        ("Mobilier de bureau", -110.0, True, (True, False, False)),
        ("Mobilier de bureau", 0.0, True, (True, False, False)),
        ("Mobilier de bureau", 90.0, False, (True, False, False)),
        ("Ferrailles et mobilier urbain", -110.0, True, (False, False, True)),
    ],
)
def test_no_cost_is_said_to_fall_of_what_is_sold(description, cost, team, told):
    """Street furniture sold at 110 €/t: « le coût évité serait plus faible » meant nothing."""
    scrap = EXCHANGES.tail(1).assign(category="metal", new_route="recycling", old_cost_eur_per_t=cost)
    flows = FLOWS.assign(description=description, waste_code="200140")
    text = asked(exchanges=scrap, flows=flows, team=team).get("B-2>N-1", "")
    assert ("L. 541-10-1" in text, "plus faible" in text, "R. 543-240" in text) == told
    back = asked(exchanges=scrap, flows=FLOWS, team=team, taken_back={"B-2": "un éco-organisme"})
    assert ("plus faible" in back["B-2>N-1"]) is (team and not (cost or 1) <= 0 and cost != 0)


@pytest.mark.parametrize(
    ("actor", "naf", "code", "category", "told"),
    [
        ("ess", "4779Z", "unknown", "metal", True), ("ess", "8899B", "200140", "metal", True),
        ("ess", "8899B", "120101", "metal", False), ("ess", "4779Z", "200108", "biowaste", False),
        ("firm", "2511Z", "200140", "metal", False),
    ],
)  # fmt: skip
def test_who_mends_used_goods_is_asked_of_its_contracts(actor, naf, code, category, told):
    """Scrap of a reuse workshop, maybe under its contracts for furniture or appliances, went to a foundry."""
    scrap = EXCHANGES.tail(1).assign(category=category, new_route="recycling")
    sites = SITES.assign(actor_type=actor, naf_code=naf)
    flows = FLOWS.assign(waste_code=code)
    assert ("éco-organisme" in asked(exchanges=scrap, flows=flows, sites=sites).get("B-2>N-1", "")) is told
    own = asked(exchanges=scrap, flows=flows, sites=sites, team=False, you="B").get("B-2>N-1", "")
    assert ("un de vos contrats" in own) is told


def test_at_home_too_one_asks_the_oil_of_swarf_and_for_padding_whether_there_is_a_machine():
    """180 t of chips for the own melt: their cutting oil was asked of a neighbour's alone."""
    chips = EXCHANGES.tail(1).assign(giver_site_id="N", category="metal", new_route="recycling")
    flows = FLOWS.assign(description="Copeaux de fonte", waste_code="120101")
    assert "huile de coupe" in at_home(chips, flows, SITES, RULES, None)["ask_first"].iloc[0]
    pad = chips.assign(category="cardboard", treatment="perforation par un broyeur à carton")
    told = at_home(pad, flows, SITES, RULES, "N")["ask_first"].iloc[0]
    assert "si vous avez déjà un broyeur" in told and "10\u00a0000\u00a0€" in told


def test_of_sand_for_concrete_what_decides_is_asked_first():
    """Nine questions as a chain: the quality that its taker refused was the last, its clay the sixth."""
    sand = EXCHANGES.tail(1).assign(category="mineral", new_route="recycling", price_to_confirm=True)
    rows = [("N", "B", "N", "mineral", "Fines", "no", "quality", "2026-06-15")]
    more = {"flows": FLOWS.assign(waste_code="100908"), "sites": SITES.assign(naf_code="2361Z")}
    first, then, *_ = asked(answers=rows, exchanges=sand, **more)["B-2>N-1"].split(BETWEEN)
    assert "« Fines »" in first and "l'argile" in then
    # Why its maker does not use it again is asked once.
    foundry = SITES.assign(naf_code="2451Z")
    again = asked(exchanges=sand, flows=more["flows"], sites=foundry, own_needs=frozenset({"B-2"}))
    assert again["B-2>N-1"].count("savoir pourquoi le donneur") == 1


def test_no_question_is_cut_in_two() -> None:
    """Cards show the first questions of a line, and count the others by what stands between them."""
    told = {
        (kind, name): text for (kind, name), text in sheet_words().items() if kind in ("ask_first", "ask_you")
    }
    assert len(told) > 50 and not [key for key, text in told.items() if BETWEEN in text]


@pytest.mark.parametrize(
    ("naf", "code", "description", "category", "route", "words"),
    [
        ("4621Z", "150101", "Cartons", "cardboard", "reuse", "produits phytosanitaires"),
        ("2351Z", "150101", "Cartons et sacs papier", "cardboard", "recycling", "ciment"),
        ("2451Z", "150103", "Palettes", "wood", "reuse", "sable"),
        ("1051C", "150101", "Cartons", "cardboard", "reuse", "sans gras"),
        ("4711D", "200101", "Cartons", "cardboard", "recycling", "sans gras"),
        ("5629B", "150101", "Cartons", "cardboard", "recycling", "sans gras"),
        ("2594Z", "150103", "Palettes", "wood", "reuse", "tachés d'huile de coupe"),
        ("2562B", "150101", "Cartons", "cardboard", "reuse", "tachés d'huile de coupe"),
        ("1051C", "150103", "Palettes cassées", "wood", "energy", "le réemploi passe avant"),
        (
            "2013B",
            "150103",
            "Palettes perdues et caisses bois",
            "wood",
            "reuse",
            "quelle part est de caisses",
        ),
        ("2361Z", "170405", "Fers à béton", "metal", "recycling", "du béton"),
    ],
)
def test_what_packaging_bore_and_what_is_not_a_pallet_is_asked(
    naf, code, description, category, route, words
):
    """Pallets of a foundry, cartons of a dairy, bags of a cement works went on without a question."""
    last = EXCHANGES.tail(1).assign(category=category, new_route=route)
    flows = FLOWS.assign(waste_code=code, description=description)
    told = asked(exchanges=last, flows=flows, sites=SITES.assign(naf_code=naf))["B-2>N-1"]
    assert words in told
    plain = flows.assign(description="Palettes" if category == "wood" else "Divers")
    other = SITES.assign(naf_code="1812Z")
    quiet = asked(exchanges=last.assign(new_route="reuse"), flows=plain, sites=other).get("B-2>N-1", "")
    assert words not in quiet


def test_who_throws_away_cutting_oil_is_asked_whether_it_is_on_its_pallets():
    """Nobody asked of the pallets of a screw works, for a maker of packaging, whether oil is on them."""
    last = EXCHANGES.tail(1).assign(new_route="reuse")
    flows = FLOWS.assign(site_id="B", waste_code=["120109", None, None, "150103"], description="Palettes")
    told = asked(exchanges=last, flows=flows)["B-2>N-1"]
    assert told.startswith("savoir si ces emballages sont tachés d'huile")
    burnt = asked(exchanges=last.assign(new_route="energy"), flows=flows)["B-2>N-1"]
    hidden = asked(exchanges=last, flows=flows, sites=SITES.assign(consent="none"), team=False)
    assert "huile" not in burnt + str(hidden)


@pytest.mark.parametrize(
    ("price", "gain", "worth", "kind", "told"),
    [
        (None, 3000.0, 3100.0, "firm", True),
        (None, 3000.0, 2500.0, "firm", False),  # the giver's saving alone is a gain
        (80.0, 3000.0, 3100.0, "firm", False),
        (None, -50.0, 3100.0, "firm", False),
        (None, 3000.0, 3100.0, "ess", False),
    ],
)
def test_a_gain_that_rests_on_a_price_nobody_declared_asks_it_of_its_taker(price, gain, worth, kind, told):
    """3,168 EUR of pallets rested on the price of a taker that had left it blank: its sheet said nothing."""
    one = EXCHANGES.tail(1).assign(
        taker_price_eur_per_t=price, taker_worth_eur_per_year=worth, joint_surplus_eur_per_year=gain,
        taker_actor_type=kind,
    )  # fmt: skip
    assert ("le prix est supposé" in str(asked(exchanges=one))) is told
    assert ("vous payez aujourd'hui" in str(asked(exchanges=one, team=False, you="N"))) is told
    # It tells what it gains: neither the giver nor others read it.
    assert "supposé" not in str(asked(exchanges=one, team=False, you="B"))
    assert "supposé" not in str(asked(exchanges=one, team=False))
