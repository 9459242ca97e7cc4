"""Outlets of the territory and closures: figures reckoned by hand, candidates found again by plain loops."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eit_analysis import open_study, reference
from eit_analysis.reference.compatibility import HIERARCHY, QUALITY_RANK
from eit_analysis.reference.designation_words import told
from eit_analysis.reference.distance import haversine_km
from eit_analysis.reference.factors import factor_table
from eit_analysis.reference.nomenclatures import is_hazardous
from eit_analysis.synergies import local_outlets, loss

# Three firms and a workshop on one meridian, 0.09° (10.0 km) apart.
SITES = pd.DataFrame(
    {
        "site_id": ["A", "B", "C", "S"],
        "name": ["Ajonc", "Bruyère", "Callune", "Atelier du Sorbier"],
        "siret": [None, None, None, "00000000000018"],
        "naf_code": ["2562B", "1310Z", "2222Z", "8810C"],
        "actor_type": ["firm", "firm", "firm", "ess"],
        "latitude": [47.80, 47.89, 47.98, 47.80],
        "longitude": 7.1,
    }
)
FLOWS = pd.DataFrame(
    [
        # Pallets burnt today; solvents burnt today; cardboard recycled today, by two contractors.
        ("A-1", "A", "wood", "150103", 40.0, "clean", "energy", "Bennes du Lutin"),
        ("A-2", "A", "chemical", "140603", 10.0, "soiled", "incineration", "Bennes du Lutin"),
        ("B-1", "B", "wood", "150103", 30.0, "clean", "energy", "Compost et Cie"),
        ("C-1", "C", "cardboard", "150101", 20.0, "clean", "recycling", "unknown"),
    ],
    columns=["flow_id", "site_id", "category", "waste_code", "mass", "quality", "route", "contractor"],
).assign(direction="out", evidence="declared", cost_eur_per_t=np.nan, months=None, description="x")
FLOWS = FLOWS.assign(**{f"mass{b}_t_per_year": FLOWS["mass"] for b in ("", "_low", "_high")})
# The workshop is planned to mend 25 t of the pallets of A, of the 30 t that it needs.
PLAN = pd.DataFrame(
    {
        "out_flow_id": ["A-1", "B-1"], "in_flow_id": "S-1", "taker_site_id": "S",
        "category": "wood", "new_route": "reuse", "need_t_per_t": 1.0, "most_of_need": 1.0,
        "demand_t_per_year": 30.0, "allocated_t_per_year": [25.0, 0.0], "diverted_t_per_year": 30.0,
    }
)  # fmt: skip


# Of them it mends 25 t today; what is committed is not taken yet.
HELD = pd.DataFrame(
    {
        "out_flow_id": ["A-1", "A-1", "B-1"], "taker_site_id": "S", "status": ["done", "done", "committed"],
        "category": "wood", "new_route": "reuse", "taken_t_per_year": [20.0, 5.0, 9.0],
    }
)  # fmt: skip


def outlet(name, kind, accepts, latitude, spare=None, permitted=None, fee=None, naf=None, siret=None):
    return {
        "outlet_id": f"study {name}", "outlet_name": name, "outlet_kind": kind, "accepts": accepts,
        "naf_code": naf, "siret": siret, "commune_code": "68063", "latitude": latitude, "longitude": 7.1,
        "permitted_t_per_year": permitted, "spare_t_per_year": spare, "gate_fee_eur_per_t": fee,
        "source": "test",
    }  # fmt: skip


def listed(*outlets):
    numbers = dict.fromkeys(["permitted_t_per_year", "spare_t_per_year", "gate_fee_eur_per_t"], "float64")
    return local_outlets.directory(pd.DataFrame(outlets).astype(numbers), SITES)


BROYAGE = outlet("Broyage", "recycler", "wood cardboard", 47.80, permitted=900.0)
MENUISERIE = outlet("Menuiserie", "workshop", "150103", 47.89, spare=12.0, fee=-15.0)


def possible(outlets, flows=FLOWS, radius_km=30.0):
    rules = reference.load("compatibility")
    return local_outlets.possible(flows, SITES, outlets, rules, radius_km, 1.3)


def pairs_of(found):
    return dict(
        zip(zip(found["out_flow_id"], found["outlet_name"], strict=True), found["new_route"], strict=True)
    )


def test_an_outlet_takes_what_its_kind_does_to_what_it_lists():
    found = possible(listed(BROYAGE, MENUISERIE))
    # The workshop lists the code of the pallets, so it may reuse them as objects; no rule shreds solvents.
    assert pairs_of(found) == {
        ("A-1", "Menuiserie"): "reuse", ("A-1", "Broyage"): "recycling",
        ("B-1", "Menuiserie"): "reuse", ("B-1", "Broyage"): "recycling",
        ("C-1", "Broyage"): "recycling",
    }  # fmt: skip
    assert found["room_basis"].tolist() == ["spare", "permitted"] * 2 + ["permitted"]
    assert found["distance_km"].round(1).tolist() == [13.0, 0.0, 0.0, 13.0, 26.0]
    # 26 km by road are out of a reach of 25.
    assert ("C-1", "Broyage") not in pairs_of(possible(listed(BROYAGE), radius_km=25.0))


def test_a_hazardous_waste_goes_only_to_a_known_activity_that_lists_its_code():
    family, code = "chemical", "140603"
    cases = [(family, "3822Z", 0), (code, None, 0), (code, "3832Z", 0), (code, "3822Z", 1)]
    for accepts, naf, n in cases:
        found = possible(listed(outlet("Ondine", "recycler", accepts, 47.8, naf=naf)), FLOWS[1:2])
        assert len(found) == n, (accepts, naf)


def test_a_full_outlet_takes_nothing_and_an_unknown_room_is_neither_none_nor_endless():
    assert possible(listed(BROYAGE | {"permitted_t_per_year": 0.0})).empty
    silent = possible(listed(BROYAGE | {"permitted_t_per_year": None}))
    assert set(silent["room_basis"]) == {"unknown"} and silent["room_t_per_year"].isna().all()


def test_who_answered_the_survey_is_not_an_outlet_a_second_time():
    again = outlet("Sorbier", "workshop", "150103", 47.8, siret="00000000000018")
    named = outlet("ATELIER DU  SORBIER", "workshop", "150103", 47.8)
    assert listed(again, named, BROYAGE)["outlet_name"].tolist() == ["Broyage"]


def test_leads_are_above_todays_route_for_what_the_plan_leaves_and_say_what_is_not_known():
    factors = factor_table([])
    pairs = local_outlets.with_fees(possible(listed(BROYAGE, MENUISERIE)), factors)
    leads = local_outlets.leads(pairs, FLOWS, 1.0)
    # By the size of the flow, which is the giver's own: what the plan leaves would tell of its partners.
    assert leads["out_flow_id"].tolist() == ["A-1", "A-1", "B-1", "B-1"]
    left = local_outlets.left(leads, PLAN, 1.0)
    # Cardboard is recycled today: another recycler would only be another contractor.
    told = left[["out_flow_id", "outlet_name", "remaining_t_per_year", "fitting_t_per_year",
                 "fee_low_eur_per_t", "to_ask"]]  # fmt: skip
    usual = factors[(factors["factor"] == "treatment_cost") & (factors["route"] == "recycling")]
    low = usual.loc[usual["category"] == "wood", "low"].item()
    assert told.to_numpy().tolist() == [
        # The joiner has room for 12 of 45, shared: who takes the rest is asked.
        ["B-1", "Menuiserie", 30.0, 8.0, -15.0, "rest"], ["B-1", "Broyage", 30.0, 30.0, low, "room_fee"],
        ["A-1", "Menuiserie", 15.0, 4.0, -15.0, "rest"], ["A-1", "Broyage", 15.0, 15.0, low, "room_fee"],
    ]  # fmt: skip
    # Each of 12 and 10 would fit alone, and both do not; 7 and 5 do.
    for given, asked in (([30.0, 18.0], "rest"), ([35.0, 23.0], "nothing")):
        most = local_outlets.left(leads, PLAN.assign(allocated_t_per_year=given), 1.0)
        of_joiner = most[most["outlet_name"] == "Menuiserie"]
        assert of_joiner["to_ask"].tolist() == [asked] * 2
        assert of_joiner["fitting_t_per_year"].sum() <= 12.0 + 1e-9
    assert set(local_outlets.left(leads, PLAN, 20.0)["out_flow_id"]) == {"B-1"}
    assert local_outlets.left(leads, PLAN.assign(allocated_t_per_year=[40.0, 30.0]), 1.0).empty


def test_who_is_not_of_the_team_reads_nothing_that_the_plan_changes():
    pairs = local_outlets.with_fees(possible(listed(BROYAGE, MENUISERIE)), factor_table([]))
    leads = local_outlets.leads(pairs, FLOWS, 1.0)
    read = []
    for tonnes in ([0.0, 0.0], [40.0, 30.0], [25.0, 3.0]):
        left = local_outlets.left(leads, PLAN.assign(allocated_t_per_year=tonnes), 1.0)
        local = local_outlets.LocalOutlets(listed(BROYAGE, MENUISERIE), pairs, leads, left)
        read.append(pd.concat(local.listed(team=False), axis=1))
        nobody = local._replace(possible=pairs.head(0))
        assert local.known(team=False).equals(nobody.known(team=False)) and len(local.known(team=False)) == 2
        assert len(nobody.known(team=True)) == 0 < len(local.known(team=True))
        assert "remaining_t_per_year" in local.listed(team=True)[1]
    assert all(table.equals(read[0]) for table in read)
    assert not {"remaining_t_per_year", "fitting_t_per_year"} & set(read[0])
    # Nor where to send what can be eaten: it is given first.
    eaten = local_outlets.leads(pairs.assign(category="food"), FLOWS, 1.0)
    local = local_outlets.LocalOutlets(listed(BROYAGE), pairs, eaten, left)
    assert eaten["edible"].all() and local.listed(team=False)[1].empty and len(local.listed(team=True)[1])


def closed(*outlets):
    local = listed(*outlets)
    nearby = possible(local)
    taken = loss.takers(FLOWS, SITES, HELD, local)
    summary, replaced = loss.closures(taken, loss.options(PLAN, nearby, SITES, taken), PLAN)
    return summary.set_index("closing"), replaced


def test_what_a_closure_leaves():
    summary, replaced = closed(BROYAGE, MENUISERIE)
    amounts = summary[[c for c in loss.SUMMARY if c.endswith("t_per_year")]]
    assert amounts.to_numpy().tolist() == [
        # 15 t of pallets, for the workshop mends 25 of the 40 already: all to the workshop, whose plan is
        # undone with their collection; nobody takes the solvents.
        [25.0, 15.0, 0.0, 0.0, 0.0, 10.0],
        # 25 t that the workshop takes today, done: 12 to the joiner, 13 to who collects the others today,
        # whose room is to be asked for; nothing of what is only planned, nor committed.
        [25.0, 0.0, 12.0, 13.0, 0.0, 0.0],
        # 30 t: the workshop has 5 left beside the plan, the joiner 12, the shredder the rest.
        [30.0, 5.0, 12.0, 0.0, 13.0, 0.0],
    ]
    assert summary.index.tolist() == ["Bennes du Lutin", "Atelier du Sorbier", "Compost et Cie"]
    assert summary["closing_role"].tolist() == ["contractor", "taker", "contractor"]
    assert summary["n_flows_lost"].tolist() == [2, 1, 1]
    # The workshop reuses what the collector burns: to go to him is to go down, and it is said of that flow.
    down = replaced[replaced["goes_down"] == "yes"]
    assert down[["closing", "out_flow_id", "replacement"]].to_numpy().tolist() == [
        ["Atelier du Sorbier", "A-1", "Bennes du Lutin"]
    ]
    by_hand = replaced[replaced["closing"] == "Compost et Cie"].set_index("replacement")
    assert by_hand["replaced_t_per_year"].round(6).to_dict() == {
        "Atelier du Sorbier": 5.0, "Menuiserie": 12.0, "Broyage": 13.0,
    }  # fmt: skip


def test_who_takes_a_flow_today_by_contract_and_by_an_exchange_loses_it_whole_and_once():
    """5 of 12 t were offered again to who had them, and went nowhere when he stopped."""
    own = HELD.query("status == 'done'").assign(taker_site_id="A")
    flows = FLOWS.replace({"contractor": {"Bennes du Lutin": "AJONC"}})
    taken = loss.takers(flows, SITES, own, listed(BROYAGE))
    lost = taken[taken["out_flow_id"] == "A-1"].set_index("closing_role")["lost_t_per_year"]
    assert lost.to_dict() == {"taker": 25.0, "contractor": 40.0}
    # What goes elsewhere whole is not his to lose.
    whole = HELD.head(1).assign(taken_t_per_year=40.0)
    taken = loss.takers(FLOWS, SITES, whole, listed(BROYAGE))
    assert taken.loc[taken["out_flow_id"] == "A-1", "closing_role"].tolist() == ["taker"]


def test_who_declares_no_need_and_takes_is_a_taker_and_his_tonnes_are_not_the_contractors():
    """46 t of pallets mended by a workshop that had declared no need were left to their collector."""
    away = HELD.head(1).drop(columns="new_route")
    for taker in ("S", None):
        led = pd.concat([HELD.head(0), away.assign(taker_site_id=taker)], ignore_index=True)
        taken = loss.takers(FLOWS, SITES, led, listed(BROYAGE))
        pallets = taken[taken["out_flow_id"] == "A-1"].set_index("closing")["lost_t_per_year"]
        # Who takes them is not always known: they are not the contractor's all the same.
        known = {"Atelier du Sorbier": 20.0} if taker else {}
        assert pallets.to_dict() == {**known, "Bennes du Lutin": 20.0}
    # Of what becomes of them nothing is said: nor whether another would do worse.
    led = led.assign(taker_site_id="S")
    taken = loss.takers(FLOWS, SITES, led, listed(BROYAGE))
    options = loss.options(PLAN, possible(listed(BROYAGE)), SITES, taken)
    replaced = loss.closures(taken, options, PLAN)[1].set_index("closing")
    assert replaced.loc[["Atelier du Sorbier"], "goes_down"].isna().all()


def test_a_lost_flow_goes_as_high_as_it_can_and_no_more_than_two_can_exchange():
    """Food went to a digester where a charity had room, and 4.9 t where the months in common let 2.1."""
    both = pd.concat([PLAN.head(1)] * 2, ignore_index=True).assign(
        taker_site_id=["L", "H"], in_flow_id=["L-1", "H-1"], new_route=["energy", "reuse"],
        allocated_t_per_year=0.0, diverted_t_per_year=[30.0, 2.1],
    )  # fmt: skip
    sites = pd.DataFrame({"site_id": ["L", "H"], "name": ["Low", "High"]})
    lost = {"taker": "gone", "closing": "Gone", "closing_role": "contractor", "out_flow_id": "A-1"}
    taken = pd.DataFrame([lost | {"lost_t_per_year": 10.0, "step": 9.0}])
    nearby = possible(listed(BROYAGE)).head(0)
    _, replaced = loss.closures(taken, loss.options(both, nearby, sites, taken), both)
    tonnes = dict(zip(replaced["replacement"], replaced["replaced_t_per_year"], strict=True))
    assert tonnes == pytest.approx({"High": 2.1, "Low": 7.9})


def test_a_share_of_a_need_that_a_closure_leaves_is_of_the_whole_need():
    """Fines, half of a need of 30 t at most: beside 20 t that stay they had half of 10 t, and have 10."""
    both = pd.concat([PLAN.head(1)] * 2, ignore_index=True).assign(
        out_flow_id=["A-1", "B-1"], most_of_need=[0.5, 1.0], allocated_t_per_year=[0.0, 20.0],
        diverted_t_per_year=[15.0, 30.0],
    )  # fmt: skip
    lost = {"taker": "gone", "closing": "Gone", "closing_role": "contractor", "out_flow_id": "A-1"}
    taken = pd.DataFrame([lost | {"lost_t_per_year": 40.0, "step": 9.0}])
    nearby = possible(listed(BROYAGE)).head(0)
    for stays, share, tonnes in ((20.0, 0.5, 10.0), (5.0, 0.5, 15.0), (20.0, 0.2, 6.0)):
        plan = both.assign(allocated_t_per_year=[0.0, stays], most_of_need=[share, 1.0])
        _, replaced = loss.closures(taken, loss.options(plan, nearby, SITES, taken), plan)
        assert replaced["replaced_t_per_year"].tolist() == pytest.approx([tonnes])
    # Other fines that stay fill the same share.
    plan = both.assign(allocated_t_per_year=[0.0, 12.0], most_of_need=0.5)
    _, replaced = loss.closures(taken, loss.options(plan, nearby, SITES, taken), plan)
    assert replaced["replaced_t_per_year"].tolist() == pytest.approx([3.0])


def test_who_is_barred_by_todays_better_outlet_alone_may_take_what_it_leaves(assessment):
    """« 96 000 t/an seraient sans preneur » : pigs 14 km away asked for 3,000, and eat what nobody dries."""
    whey = {"flow_id": "A-1", "site_id": "A", "direction": "out", "description": "Lactosérum", "mass": 96.0,
            "waste_code": "020501", "quality": "clean", "route": "reuse", "contractor": "Lys"}  # fmt: skip
    need = {"flow_id": "B-1", "site_id": "B", "direction": "in", "description": "Lactosérum pour porcs",
            "mass": 3.0}  # fmt: skip
    flows = pd.DataFrame([whey, need]).assign(category="food", cost_eur_per_t=np.nan, months=None)
    flows = flows.assign(
        evidence="declared", **{f"mass{end}_t_per_year": flows["mass"] for end in ("", "_low", "_high")}
    )
    sites = SITES.head(2).assign(naf_code=["1051C", "0146Z"], reference_year=2025, consent="named")
    nothing = {name: getattr(assessment, name).head(0) for name in ("register", "readiness")}
    found = replace(assessment, flows=flows, sites=sites, **nothing)
    assert found.rejected["gate"].tolist() == ["hierarchy"]
    summary, replaced = found.closures(found.local_outlets(None, sites))
    amounts = summary[["lost_t_per_year", "by_exchange_t_per_year", "unreplaced_t_per_year"]]
    eaten = 3.0 / 0.97  # tonnes sent, of which that need takes the yield
    assert amounts.to_numpy().tolist() == [pytest.approx([96.0, eaten, 96.0 - eaten], abs=1e-6)]
    assert replaced[["replacement", "goes_down"]].iloc[0].tolist() == ["Bruyère", "yes"]


def test_a_lower_use_takes_what_nobody_takes_as_high_and_of_the_outlet_that_stops_alone():
    lost = {"closing_role": "contractor", "out_flow_id": "A-1", "lost_t_per_year": 10.0, "step": 1.0}
    taken = pd.DataFrame([
        lost | {"taker": "gone", "closing": "Gone"},
        lost | {"taker": "S", "closing": "Atelier", "closing_role": "taker", "step": 0.0},
    ])  # fmt: skip
    option = {"out_flow_id": "A-1", "need_t_per_t": 1.0, "most_of_need": 1.0, "most_t_per_year": np.inf}
    high = pd.DataFrame([
        option | {"taker": "R", "replacement": "Recycler", "replacement_kind": "outlet_to_ask", "place": "R",
                  "room_t_per_year": 4.0, "step": 1.0, "below": False},
    ])  # fmt: skip
    burns = {"taker": "E", "replacement": "Boiler", "replacement_kind": "exchange", "place": "E-1",
             "room_t_per_year": 5.0, "step": 2.0}  # fmt: skip
    again = {"replacement_kind": "exchange", "step": 2.0}  # another rule of who takes it as high already
    lower = pd.concat([high.assign(**again), pd.DataFrame([option | burns])], ignore_index=True)
    possible = loss.with_lower(high, lower)
    _, replaced = loss.closures(taken, possible, PLAN.head(0))
    named = replaced[["closing", "replacement", "replaced_t_per_year", "goes_down"]]
    # The recycler first, whatever its kind; who is sent it beside the contractor loses no contractor.
    assert sorted(named.to_numpy().tolist()) == [
        ["Atelier", "Recycler", 4.0, "yes"], ["Gone", "Boiler", 5.0, "yes"], ["Gone", "Recycler", 4.0, "no"]
    ]  # fmt: skip
    full = high.assign(room_t_per_year=10.0)
    _, replaced = loss.closures(taken, loss.with_lower(full, lower), PLAN.head(0))
    assert set(replaced["replacement"]) == {"Recycler"}


def test_an_outlet_of_a_lower_step_is_found_where_todays_is_no_bar():
    burner = outlet("Chaufferie", "energy_plant", "wood", 47.8, spare=50.0)
    flows = FLOWS.head(1).assign(route="recycling", waste_code="030105", description="Chutes de bois")
    rules = reference.load("compatibility")
    for whatever, n in ((False, 0), (True, 1)):
        found = local_outlets.possible(flows, SITES, listed(burner), rules, 30.0, 1.3, whatever)
        assert len(found) == n


def test_what_finds_nobody_is_named_flow_by_flow():
    local = listed(BROYAGE, MENUISERIE)
    taken = loss.takers(FLOWS, SITES, HELD, local)
    summary, replaced = loss.closures(taken, loss.options(PLAN, possible(local), SITES, taken), PLAN)
    named = loss.left_without(taken, replaced, FLOWS.assign(description="Solvants"), summary)
    nobody = named[named["replacement_kind"] == "none"]
    assert nobody[["closing", "replaced_t_per_year"]].to_numpy().tolist() == [["Bennes du Lutin", 10.0]]
    sums = named.groupby("closing")["replaced_t_per_year"].sum()
    assert sums.to_dict() == pytest.approx(summary.set_index("closing")["lost_t_per_year"].to_dict())


def test_a_contractor_who_bears_the_name_of_an_outlet_does_not_replace_himself():
    summary, replaced = closed(BROYAGE | {"outlet_name": "COMPOST ET CIE"}, MENUISERIE)
    assert "COMPOST ET CIE" not in set(replaced.loc[replaced["closing"] == "Compost et Cie", "replacement"])
    assert summary.loc["Compost et Cie", "unreplaced_t_per_year"] == 13.0


def test_without_outlets_nor_plan_all_is_lost_and_nothing_crashes():
    nothing = local_outlets.directory(None, SITES)
    nearby = local_outlets.with_fees(possible(nothing), factor_table([]))
    leads = local_outlets.leads(nearby, FLOWS, 1.0)
    assert nearby.empty and leads.empty and local_outlets.left(leads, PLAN, 1.0).empty
    taken = loss.takers(FLOWS, SITES, HELD.head(0), nothing)
    summary, replaced = loss.closures(taken, loss.options(PLAN.head(0), nearby, SITES, taken), PLAN.head(0))
    assert summary["unreplaced_t_per_year"].tolist() == [50.0, 30.0] and replaced.empty
    assert loss.closures(taken.head(0), loss.options(PLAN, nearby, SITES, taken), PLAN)[0].empty


@pytest.fixture(scope="module")
def sample():
    study = open_study("thur-doller")
    if not study.has("outlets"):
        pytest.skip("the outlets of the sample study are not imported (make data)")
    return study


def test_no_closure_of_the_sample_loses_what_is_only_planned(assessment):
    without = assessment.local_outlets(None, assessment.sites)
    summary, replaced = assessment.closures(without)
    done = assessment.held[assessment.held["status"] == "done"]
    names = assessment.sites.set_index("site_id")["name"]
    by_taker = done.groupby(done["taker_site_id"].map(names))["taken_t_per_year"].sum()
    lost = summary[summary["closing_role"] == "taker"].set_index("closing")["lost_t_per_year"]
    assert len(lost) and lost.to_dict() == pytest.approx(by_taker[by_taker > 0].to_dict(), abs=1e-6)
    # What is done is offered to others too.
    assert replaced.loc[replaced["closing"].isin(lost.index), "replaced_t_per_year"].sum() > 0


def test_the_outlets_of_the_sample_are_found_again_by_plain_loops(sample):
    flows, sites = sample.flows("out"), sample.sites()
    flows = flows[flows["waste_code"].fillna("unknown") != "unknown"]
    outlets, scoring = local_outlets.directory(sample.load("outlets"), sites), sample.settings.scoring
    rules = reference.load("compatibility").fillna("").to_dict("records")
    places = sites.set_index("site_id")[["latitude", "longitude"]]
    others = reference.pairs("rule_designations", "rule_id", "other_words")
    refused = {rule: set(words.split()) for rule, words in others.items()}
    expected = set()
    for flow, plant in itertools.product(flows.to_dict("records"), outlets.to_dict("records")):
        danger, code = bool(is_hazardous(flow["waste_code"])), flow["waste_code"]
        accepted, naf = plant["accepts"].split(), plant["naf_code"]
        naf = "" if pd.isna(naf) else naf
        by_code = code in accepted
        by_family = flow["category"] in accepted and not danger
        there = np.array([[*places.loc[flow["site_id"]], plant["latitude"], plant["longitude"]]], dtype=float)
        if math.isnan(there.sum()) or not (by_code or by_family) or plant["room_t_per_year"] == 0:
            continue
        if haversine_km(*there.T)[0] * scoring.detour_factor > scoring.radius_km:
            continue
        for rule in rules:
            prefix, objects = rule["waste_code_prefix"], rule["input_waste_codes"].split()
            receivers, allowed = rule["receiver_naf_codes"].split(), rule["hazardous_allowed"] == 1
            reads = code.startswith(prefix) if prefix else rule["category"] and not objects
            known = naf.startswith(tuple(receivers)) if naf else not allowed
            handed_on = by_code and code in objects and (receivers or not naf.startswith("38"))
            if (
                reads
                and rule["category"] in ("", flow["category"])
                and rule["route"] == local_outlets.ROUTES[plant["outlet_kind"]]
                and QUALITY_RANK.get(flow["quality"], 1) <= QUALITY_RANK[rule["worst_quality"]]
                and (allowed or not danger)
                and HIERARCHY[rule["route"]] <= HIERARCHY.get(flow["route"], 3)
                and (known or not receivers)
                and (handed_on or not objects)
                and flow["mass_high_t_per_year"] > 0
                # Planks are no pallets, whatever their code.
                and refused.get(rule["rule_id"], set()).isdisjoint(told(flow["description"]).split())
            ):
                expected.add((flow["flow_id"], plant["outlet_id"]))
    assert len(expected) > 100
    found = local_outlets.possible(
        flows, sites, outlets, reference.load("compatibility"), scoring.radius_km, scoring.detour_factor
    )
    assert set(zip(found["out_flow_id"], found["outlet_id"], strict=True)) == expected


def test_a_closure_that_leaves_all_is_told_apart_from_one_that_leaves_a_part():
    """« 7 000 t/an sur 7 000 t/an » said the same amount twice."""
    amounts = pd.DataFrame({"lost_t_per_year": [9.0, 4.0], "unreplaced_t_per_year": [9.0, 1.0]})
    assert loss.all_left(amounts) and not loss.all_left(amounts.tail(1))
