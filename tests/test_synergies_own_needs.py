"""What a firm could use itself and of which no amount is set aside: wood beside its own boiler."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.synergies.answers import ANSWER_COLUMNS
from eit_analysis.synergies.own_needs import in_boilers, wood_heat

RULES = reference.load("compatibility")
SITES = pd.DataFrame(
    {"site_id": list("AB"), "naf_code": "3109B", "actor_type": "firm", "latitude": 47.0, "longitude": -0.9}
)  # fmt: skip
OFFCUTS = {
    "flow_id": "A-1", "site_id": "A", "direction": "out", "category": "wood", "waste_code": "030105",
    "description": "Chutes de débit hêtre et chêne", "quality": "clean", "route": "energy", "months": None,
    "mass_t_per_year": 69.0, "mass_low_t_per_year": 60.0, "mass_high_t_per_year": 80.0, "evidence": "weighed",
    "cost_eur_per_t": 0.0,
}  # fmt: skip
HEATING = {
    "site_id": "A", "direction": "in", "utility": "heat", "supply": "wood",
    "description": "Chauffage des ateliers", "energy_mwh_per_year": 1665.0, "cost_eur_per_unit": 30.0,
}  # fmt: skip
TOLD = "«\u00a0Chauffage des ateliers\u00a0», 1\u00a0665\u00a0MWh/an à 30\u00a0€/MWh"


def burnt(flow=(), heat=(), sites=SITES, answers=()) -> dict[str, str]:
    flows, utilities = pd.DataFrame([OFFCUTS | dict(flow)]), pd.DataFrame([HEATING | dict(heat)])
    told = pd.DataFrame(answers, columns=ANSWER_COLUMNS)
    return in_boilers(wood_heat(utilities), flows, sites, told, RULES)


def test_raw_wood_could_be_burnt_where_its_giver_heats_with_wood():
    assert burnt() == {"A-1": TOLD}
    assert burnt(heat={"cost_eur_per_unit": None}) == {"A-1": TOLD.split(" à ")[0]}
    unsaid = dict.fromkeys(("energy_mwh_per_year", "description", "cost_eur_per_unit"))
    assert burnt(heat=unsaid) == {"A-1": "besoin sans désignation"}


@pytest.mark.parametrize(
    "changed",
    [
        {"description": "Chutes de panneaux"},
        {"quality": "mixed", "description": "Sciures et copeaux mélangés massif-panneau"},
        {"waste_code": "150103", "description": "Palettes"},
        {"category": "cardboard", "waste_code": "150101", "description": "Cartons"},
        {"site_id": "B"},
    ],
)
def test_neither_panels_nor_pallets_nor_the_wood_of_another_firm(changed):
    """Pallets are a waste until somebody has ended that, and no fuel of an ordinary boiler."""
    assert burnt(changed) == {}


@pytest.mark.parametrize(
    "changed", [{"supply": "gas"}, {"direction": "out"}, {"utility": "biogas"}, {"energy_mwh_per_year": 0.0}]
)
def test_only_a_need_of_heat_from_wood_is_a_boiler(changed):
    assert burnt(heat=changed) == {}


def test_who_said_no_to_its_own_wood_is_not_asked_again():
    no = {"site_id": "A", "giver_site_id": "A", "taker_site_id": "A", "category": "wood",
          "exchange_answer": "no", "answered_flow": OFFCUTS["description"], "refusal_reason": "quality",
          "answer_date": "2025-05-01"}  # fmt: skip
    assert burnt(answers=[no]) == {}
