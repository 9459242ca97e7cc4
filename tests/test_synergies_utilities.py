"""Heat, water and gas between sites: the equations by hand, laws, and a plain second way."""

from __future__ import annotations

import dataclasses
import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from eit_analysis import open_study, reference
from eit_analysis.config import StudyConfig
from eit_analysis.config_synergies import Scoring, UtilityFactorOverride
from eit_analysis.errors import InputError
from eit_analysis.settings_file import read_config
from eit_analysis.synergies.answers import ANSWER_COLUMNS
from eit_analysis.synergies.assessment import Assessment
from eit_analysis.synergies.register.meeting import BETWEEN
from eit_analysis.synergies.scoring.criteria import criteria
from eit_analysis.synergies.scoring.ranking import rank
from eit_analysis.synergies.utilities import at_home, matching, surplus
from eit_analysis.synergies.utilities import together as plan
from eit_analysis.synergies.utilities.factors import factor_table
from eit_analysis.synergies.utilities.own_leads import own_leads
from eit_analysis.synergies.utilities.temperature import drawn_share

ROOT = Path(__file__).resolve().parents[1]
FACTORS = reference.load("utility_factors")
NONE = dict.fromkeys(("measured", "declared", "estimated", "inferred"), 0.0)
REACH = {"radius_km": 30.0, "detour_factor": 1.3}
NO_ANSWER = pd.DataFrame(columns=ANSWER_COLUMNS)
COLUMNS = [
    "flow_id", "site_id", "direction", "utility", "description", "energy_mwh_per_year", "volume_m3_per_year",
    "temperature_c", "hours_per_year", "months", "water_quality", "evidence", "supply", "cost_eur_per_unit",
]  # fmt: skip


def table(*rows: dict) -> pd.DataFrame:
    base = dict.fromkeys(COLUMNS, np.nan) | {"evidence": "measured", "months": None, "supply": "unknown"}
    made = [base | {"flow_id": f"{row['site_id']}-U{rank:03d}"} | row for rank, row in enumerate(rows, 1)]
    source = {
        "source_file": "u.xlsx",
        "source_sheet": "Énergie et eau",
        "source_row": range(2, len(made) + 2),
    }
    return pd.DataFrame(made).assign(**source)


def places(*km: float) -> pd.DataFrame:
    """Sites A, B, C… on one meridian, so many great-circle km north of A."""
    degrees = [k / (math.pi * 6371.0088 / 180) for k in km]
    return pd.DataFrame(
        {
            "site_id": list("ABCD"[: len(km)]),
            "latitude": degrees,
            "longitude": 0.0,
            "consent": "named",
            "name": list("ABCD"[: len(km)]),
        }
    )


HEAT = {"utility": "heat", "energy_mwh_per_year": 4000.0, "temperature_c": 90.0, "hours_per_year": 8000.0}
NEED = HEAT | {
    "temperature_c": 60.0,
    "energy_mwh_per_year": 1000.0,
    "hours_per_year": 4000.0,
    "supply": "gas",
}


def out(**changed: object) -> dict:
    return {"site_id": "A", "direction": "out", **HEAT, **changed}


def need(**changed: object) -> dict:
    return {"site_id": "B", "direction": "in", "supply": "gas", **NEED, **changed}


def run(*rows: dict, km: float = 1.0, factors: pd.DataFrame = FACTORS, half: dict = NONE) -> tuple:
    passed, refused = matching.pairs(table(*rows), places(0.0, km / 1.3), factors, **REACH, half_widths=half)
    return unanswered(surplus.with_surplus(passed, factors)), refused


def unanswered(found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(status=None, answer_date=None, thought=None)


def test_the_annuity_of_a_printed_table() -> None:
    """Twenty years at 4 %: 0.0736, at 6 %: 0.0872 (capital recovery factors of any engineering economics)."""
    found = surplus.annuity(np.array([0.04, 0.06]), np.array([20.0, 20.0]))
    assert found == pytest.approx([0.07358, 0.08718], abs=5e-6)


def test_a_direct_exchange_by_hand() -> None:
    """0.25 MW needed of 0.5 MW, a kilometre away: all of it, 4,000 hours, less nothing."""
    row = run(out(), need())[0].iloc[0]
    assert row["heat_pump"] == "no" and row["hours_in_common"] == 4000
    assert row["delivered_per_year"] == pytest.approx(1000)
    assert row["taken_per_year"] == pytest.approx(1000 + 0.02 * 4000)  # 20 W/m over 1 km are 0.02 MW
    paid = 0.0735818 * (1000 * 1000 + 250 * 150)
    pumps = 1000 * 10 / 1000 * 172
    assert row["joint_surplus_eur_per_year"] == pytest.approx(1000 * 72 / 0.9 - paid - pumps, abs=1)
    assert row["emissions_tco2e_per_year"] == pytest.approx(-239 / 0.9 + 10 * 0.0519, abs=0.01)
    assert row["joint_surplus_low_eur_per_year"] < row["joint_surplus_eur_per_year"]


@pytest.mark.parametrize(
    ("source", "share", "pump"),
    [
        ("Fumées du four", 10 / 165, "no"),  # 180 °C for a need of 160 °C, which takes what is above 170 °C
        ("Vapeur de détente", 1.0, "no"),  # condenses at 180 °C: all of it
    ],
)
def test_steam_is_made_by_the_heat_that_is_warmer_than_it(source: str, share: float, pump: str) -> None:
    wanted = need(temperature_c=160.0, energy_mwh_per_year=1e6, hours_per_year=8000.0)
    row = run(out(temperature_c=180.0, description=source), wanted, km=0.0)[0].iloc[0]
    assert row["heat_pump"] == pump
    # Half a kilometre of pipe loses 10 kW.
    assert row["delivered_per_year"] == pytest.approx((4000 * share / 8000 - 0.01) * 8000)
    hot_water = run(out(temperature_c=180.0, description=source), wanted | {"temperature_c": 90.0}, km=0.0)
    assert hot_water[0]["delivered_per_year"].iloc[0] == pytest.approx(4000 - 80)


def test_a_heat_pump_makes_steam_of_the_first_twenty_kelvins_of_a_condensate() -> None:
    """90 °C: 20 of 75 K, 0.133 MW less 0.01, drawn at 70 °C for 120 + 10: C = 0.5 × 393.15 / 60."""
    wanted = need(temperature_c=120.0, energy_mwh_per_year=1e6, hours_per_year=8000.0)
    row = run(out(temperature_c=90.0, description="Condensats"), wanted, km=0.0)[0].iloc[0]
    performance = 0.5 * 393.15 / 60
    power = (0.5 * 20 / 75 - 0.01) / (1 - 1 / performance)
    assert row["heat_pump"] == "yes" and row["delivered_mw"] == pytest.approx(power)
    colder = run(out(temperature_c=75.0, description="Condensats"), wanted, km=0.0)
    assert colder[0].empty and colder[1]["gate"].tolist() == ["temperature"]


def test_a_giver_that_needs_heat_itself_is_asked_of_it_before_its_neighbour() -> None:
    own = need(site_id="A", temperature_c=55.0, description="Eau chaude des vestiaires")
    found = run(out(), need(description="Séchage"), own)[0]
    assert found["own_heat_need"].tolist() == ["Eau chaude des vestiaires"]
    told = plan.listed(found, found.head(0))["ask_first"].iloc[0]
    assert "chez lui (Eau chaude des vestiaires)" in told and "pompe à chaleur" in told
    # Of any heat one asks the months of both, and who stands in: a year's MWh tell neither.
    assert told.endswith("qui assure l'appoint et le secours")
    # By the invoice of its gas a need is a tenth larger than it is.
    assert "chaleur utile, et non énergie achetée" in told
    alone = run(out(), need())[0]
    assert alone["own_heat_need"].isna().all()
    # It may have other uses than those it declares.
    none = plan.listed(alone, alone.head(0))["ask_first"].iloc[0]
    assert none.startswith("voir si le donneur") and "graisses" not in none
    assert none.split(BETWEEN)[1].startswith("comparer mois par mois")
    water = plan.listed(alone.assign(serves="water"), alone.head(0))
    assert "ask_first" not in water
    of_water = plan.asked_first(alone.assign(serves="water", utility="water"))
    assert of_water.str.startswith("voir si le donneur ne réutiliserait pas d'abord cette eau").all()
    # What an oven of biscuits lets out fouls an exchanger of heat.
    fumes = run(out(description="Fumées des fours à biscuits"), need())[0]
    assert "graisses, poussières" in plan.asked_first(fumes).iloc[0].split(BETWEEN)[1]
    gas = run(out(utility="biogas", temperature_c=np.nan), need(), own)[0]
    assert gas["own_heat_need"].isna().all()


def test_a_site_uses_its_own_heat_and_water_before_others() -> None:
    """80 °C vapour beside a need of 55 °C: 0.5 MW, of which home takes 0.25 for 4,000 h, without a pipe."""
    settings = StudyConfig.model_construct(scoring=Scoring(), evidence_half_width=NONE, utility_factors=[])
    own = need(site_id="A", temperature_c=55.0, description="Lavage")
    rows, sites = table(out(temperature_c=80.0, description="Buées"), own, need()), places(0.0, 0.5)
    home = at_home.reused(rows, sites, FACTORS, NO_ANSWER)
    (row,) = at_home.listed(home).to_dict("records")
    assert (row["site_id"], row["need_description"]) == ("A", "Lavage")
    assert row["delivered_mwh_per_year"] == pytest.approx(1000)
    # A quarter of it is gone; the own need is covered, and asks for nothing more.
    (found,) = plan.possible(rows, sites, settings, NO_ANSWER).to_dict("records")
    assert (found["taker_site_id"], found["out_amount_per_year"]) == ("B", pytest.approx(3000))
    assert pd.isna(found["own_heat_need"])
    # What is too cold is lifted by a heat pump, if at all: that is asked. A « non » offers all to others.
    warm = table(out(temperature_c=60.0), own, need())
    assert at_home.reused(warm, sites, FACTORS, NO_ANSWER).empty
    no = {"site_id": "A", "giver_site_id": "A", "taker_site_id": "A", "category": "other",
          "answered_flow": "Buées", "exchange_answer": "no", "answer_date": "2026-10-05"}  # fmt: skip
    refused = pd.DataFrame([no], columns=ANSWER_COLUMNS)
    assert at_home.reused(rows, sites, FACTORS, refused).empty
    again = plan.possible(rows, sites, settings, refused)
    assert again["out_amount_per_year"].tolist() == [4000.0] and again["own_heat_need"].isna().all()


def test_heat_of_its_own_whose_hours_nobody_told_is_asked_and_kept_for_others() -> None:
    """Air of ovens at 90 °C beside rooms warmed to 45 °C, their hours unsaid, was in no table."""
    settings = StudyConfig.model_construct(scoring=Scoring(), evidence_half_width=NONE, utility_factors=[])
    own = need(site_id="A", temperature_c=45.0, hours_per_year=np.nan, description="Salles")
    rows, sites = table(out(temperature_c=90.0), own, need()), places(0.0, 0.5)
    home = at_home.reused(rows, sites, FACTORS, NO_ANSWER)
    (row,) = at_home.listed(home).to_dict("records")
    assert row["need_description"] == "Salles" and pd.isna(row["delivered_mwh_per_year"])
    assert row["ask_first"].startswith("savoir quand marchent la source et le besoin")
    (found,) = plan.possible(rows, sites, settings, NO_ANSWER).to_dict("records")
    assert (found["taker_site_id"], found["out_amount_per_year"]) == ("B", 4000.0)
    # Where an own need of known hours takes all of it, or it is too cold, nothing is left to ask.
    taken = need(site_id="A", temperature_c=55.0, description="Lavage", energy_mwh_per_year=9000.0)
    taken["hours_per_year"] = 8000.0
    home = at_home.reused(table(out(temperature_c=90.0), own, taken), sites, FACTORS, NO_ANSWER)
    assert home["in_description"].tolist() == ["Lavage"]
    assert "l'échangeur qu'il faut" in at_home.listed(home)["ask_first"].iloc[0]
    assert "ask_first" not in at_home.listed(home.assign(serves="water"))
    cold = table(out(temperature_c=50.0), own)
    assert at_home.reused(cold, sites, FACTORS, NO_ANSWER).empty


def test_water_is_used_again_at_home_where_its_quality_suits_and_once() -> None:
    water = {"utility": "water", "energy_mwh_per_year": np.nan, "water_quality": "grey"}
    needs = [need(site_id="A", volume_m3_per_year=m3, supply="mains", **water) for m3 in (800.0, 500.0)]
    rows, sites = table(out(volume_m3_per_year=1000.0, **water), *needs), places(0.0, 0.5)
    home = at_home.reused(rows, sites, FACTORS, NO_ANSWER)
    assert home["delivered_per_year"].tolist() == pytest.approx([800.0, 200.0])
    left = at_home.left_for_others(rows, home)["volume_m3_per_year"]
    assert left.tolist() == pytest.approx([0.0, 0.0, 300.0])
    asked = rows.assign(water_quality=["grey", "clear", "clear"])
    assert at_home.reused(asked, sites, FACTORS, NO_ANSWER).empty


@pytest.mark.parametrize(
    ("source", "needed", "delivered"),
    [
        # All of it, or what warms from 15 to 88 °C the water of 10,000 MWh of steam: 73 K of 643.
        ({"temperature_c": 88.0, "description": "Condensats de vapeur"}, 60_000.0, 4000.0),
        ({"temperature_c": 88.0, "description": "Condensats de vapeur"}, 10_000.0, 10_000 * 73 / 643),
        # Fumes warm what leaves the degasser at 105 °C: 50 K of the 150 that they have above the air.
        ({"temperature_c": 165.0, "description": "Fumées de chaudière"}, 60_000.0, 4000 / 3),
        ({"temperature_c": 165.0, "description": "Fumées de chaudière"}, 10_000.0, 10_000 * 50 / 643),
        # Nor what is too cold for it, or no steam condensed in.
        ({"temperature_c": 88.0, "description": "Buées"}, 60_000.0, None),
        ({"temperature_c": 88.0, "description": "Condensats d'évaporation"}, 60_000.0, None),
    ],
)
def test_what_is_too_cold_for_steam_warms_the_water_of_its_own_boiler(source, needed, delivered) -> None:
    """410,000 m³ of condensates at 88 °C beside 610,000 MWh of steam were in no table of their firm."""
    settings = StudyConfig.model_construct(scoring=Scoring(), evidence_half_width=NONE, utility_factors=[])
    steam = need(site_id="A", temperature_c=190.0, energy_mwh_per_year=needed, hours_per_year=8000.0)
    rows, sites = table(out(**source), steam, need()), places(0.0, 0.5)
    home = at_home.reused(rows, sites, FACTORS, NO_ANSWER)
    assert home["delivered_per_year"].tolist() == ([] if delivered is None else [pytest.approx(delivered)])
    if delivered is not None:
        assert at_home.listed(home)["ask_first"].str.contains("économiseur").all()
        share = delivered / 4000
        assert home[["out_share", "in_share"]].to_numpy()[0] == pytest.approx([share, delivered / needed])
        # Only the rest is offered to others.
        left = plan.possible(rows, sites, settings, NO_ANSWER)["out_amount_per_year"]
        assert left.tolist() == ([] if share == 1 else [pytest.approx(4000 * (1 - share))])
    # Who makes no steam of its own has no boiler to feed.
    bought = table(out(**source), steam | {"supply": "heat_network"})
    assert at_home.reused(bought, sites, FACTORS, NO_ANSWER).empty


def test_what_a_boiler_or_its_steam_leaves_is_no_steam() -> None:
    """« Fumées de la chaudière vapeur » gave all of their heat to steam, as if they condensed."""
    for name, part in (("Vapeur de détente", 1.0), ("Fumées de la chaudière vapeur", 10 / 165)):
        pair = {"out_temperature_c": [180.0], "in_temperature_c": [160.0], "out_description": [name]}
        assert drawn_share(pd.DataFrame(pair)).tolist() == [pytest.approx(part)]


@pytest.mark.parametrize(("utility", "others"), [("fuel", []), ("biogas", ["B"])])
def test_a_site_burns_what_it_vents_before_it_buys_gas(utility: str, others: list[str]) -> None:
    """Hydrogen was vented beside the gas of the same site's steam: 0.9 of it, at 190 °C, and no question."""
    settings = StudyConfig.model_construct(scoring=Scoring(), evidence_half_width=NONE, utility_factors=[])
    vented = out(utility=utility, temperature_c=np.nan, supply="discharged", description="Hydrogène")
    steam = need(site_id="A", temperature_c=190.0, energy_mwh_per_year=1800.0, description="Vapeur")
    rows, sites = table(vented, steam, need()), places(0.0, 0.5)
    home = at_home.reused(rows, sites, FACTORS, NO_ANSWER)
    (row,) = at_home.listed(home).to_dict("records")
    assert (row["output_description"], row["need_description"]) == ("Hydrogène", "Vapeur")
    assert row["delivered_mwh_per_year"] == pytest.approx(1800) and home["out_share"].tolist() == [0.5]
    # Half is left; only biogas is offered to others as heat.
    assert plan.possible(rows, sites, settings, NO_ANSWER)["taker_site_id"].tolist() == others
    for other in (
        table({**vented, "supply": "unknown"}, steam),
        table(vented, {**steam, "supply": "electricity"}),
    ):
        assert at_home.reused(other, sites, FACTORS, NO_ANSWER).empty


@pytest.mark.parametrize(
    ("fuel", "supply", "burnt"),
    [
        ("Écorces et plaquettes (PCI)", "gas", False),
        ("Écorces et plaquettes (PCI)", "oil", False),
        ("Écorces et plaquettes (PCI)", "wood", True),
        ("Écorces et plaquettes (PCI)", "unknown", True),
        ("Hydrogène", "gas", True),
        ("Solvants usés", "oil", True),
        (None, "gas", True),
    ],
)
def test_a_burner_of_gas_burns_no_bark(fuel: str | None, supply: str, burnt: bool) -> None:
    """Bark replaced the gas of heaters, 36,900 EUR a year and « au pire 0 »: nobody counted the boiler."""
    source = out(utility="fuel", temperature_c=np.nan, hours_per_year=np.nan, description=fuel)
    heaters = need(utility="fuel", temperature_c=np.nan, hours_per_year=np.nan, supply=supply)
    passed, rejected = run(source, heaters, km=5.0)
    assert (len(passed), rejected["gate"].tolist()) == (burnt, [] if burnt else ["burner"])


def test_a_heat_pump_lifts_what_is_too_cold() -> None:
    """From 35 to 60 °C with 10 K at the exchangers: Carnot 333.15 / 35, half of it 4.76."""
    row = run(out(temperature_c=35.0), need(), km=0.5)[0].iloc[0]
    performance = 0.5 * (60 + 273.15) / (60 + 10 - 35)
    assert row["heat_pump"] == "yes" and performance == pytest.approx(4.759, abs=1e-3)
    assert row["electricity_mwh_per_year"] == pytest.approx(1000 / performance)
    kept = row["taken_per_year"] + row["electricity_mwh_per_year"] - 0.01 * 4000
    assert kept == pytest.approx(row["delivered_per_year"])  # what goes in comes out


def test_biogas_heats_in_a_boiler_by_hand() -> None:
    """1,600 MWh of gas are 1,440 of heat: the 1,000 needed take 1,111, whatever the temperature."""
    gas = {"utility": "biogas", "energy_mwh_per_year": 1600.0, "temperature_c": np.nan}
    for degrees in (60.0, 400.0, np.nan):
        row = run(out(**gas), need(temperature_c=degrees))[0].iloc[0]
        assert row["delivered_per_year"] == pytest.approx(1000) and pd.isna(row["heat_pump"])
        assert row["taken_per_year"] == pytest.approx(1000 / 0.9)
        paid = 0.0735818 * (1000 * 200 + 250 * 150) + 1000 * 10 / 1000 * 172
        assert row["joint_surplus_eur_per_year"] == pytest.approx(1000 * 72 / 0.9 - paid, abs=1)
        assert row["emissions_tco2e_per_year"] == pytest.approx(-239 / 0.9 + 10 * 0.0519, abs=0.01)
    # Half of the gas heats half: what burns is never more than there is, nor heat given back as gas.
    half = run(out(**gas | {"energy_mwh_per_year": 500.0}), need())[0].iloc[0]
    assert (half["delivered_per_year"], half["taken_per_year"]) == pytest.approx((450, 500))
    assert list(run(out(**gas), need(hours_per_year=np.nan))[1]["gate"]) == ["unknown"]
    passed, refused = run(out(), need(utility="biogas"))
    assert passed.empty and refused.empty
    # It still goes to who needs gas, to whom it goes whole.
    assert run(out(**gas), need(utility="biogas"))[0]["taken_per_year"].tolist() == [1000.0]


@pytest.mark.parametrize(
    ("given", "wanted", "gate"),
    [
        ({}, {"site_id": "A"}, "same_site"),
        ({}, {"hours_per_year": np.nan}, "unknown"),
        ({"temperature_c": np.nan}, {}, "unknown"),
        ({"energy_mwh_per_year": np.nan}, {}, "unknown"),
        ({"temperature_c": 20.0}, {"temperature_c": 90.0}, "temperature"),
        ({"months": "6 7 8"}, {"months": "1 2"}, "months"),
        ({"energy_mwh_per_year": 10.0}, {}, "loss"),  # 1.25 kW, of which the pipes lose 20
    ],
)
def test_gates(given: dict, wanted: dict, gate: str) -> None:
    passed, refused = run(out(**given), need(**wanted))
    assert passed.empty and list(refused["gate"]) == [gate]


def test_too_far_and_without_a_place() -> None:
    assert list(run(out(), need(), km=31)[1]["gate"]) == ["reach"]
    sites = places(0.0, 1.0).assign(latitude=[0.0, np.nan])
    refused = matching.pairs(table(out(), need()), sites, FACTORS, **REACH, half_widths=NONE)[1]
    assert list(refused["gate"]) == ["unlocated"]


def test_water_is_taken_by_whom_its_quality_suits() -> None:
    water = {"utility": "water", "volume_m3_per_year": 1200.0, "energy_mwh_per_year": np.nan}
    give = out(**water, water_quality="grey", months="1 2 3 4 5 6")
    assert list(run(give, need(**water, water_quality="clear"))[1]["gate"]) == ["water_quality"]
    row = run(give, need(**water, water_quality="grey", supply="mains"))[0].iloc[0]
    assert row["delivered_per_year"] == 600  # 100 m3 a month are needed, six months they can be had
    assert row["taker_saving_eur_per_year"] == pytest.approx(600 * 2.21)


def test_a_price_paid_and_a_discharge_avoided_take_the_place_of_references() -> None:
    row = run(out(cost_eur_per_unit=3.0), need(cost_eur_per_unit=50.0, supply="unknown"))[0].iloc[0]
    assert row["taker_saving_eur_per_year"] == pytest.approx(50_000)
    assert row["giver_saving_eur_per_year"] == pytest.approx(3 * 1080)
    assert np.isnan(row["emissions_tco2e_per_year"])  # nobody said what it replaces
    unknown = run(out(), need(supply="unknown"))[0].iloc[0]
    assert np.isnan(unknown["joint_surplus_eur_per_year"]) and unknown["gains"] == "unknown"


def crowd(seed: int) -> pd.DataFrame:
    """Thirty sources and thirty needs of heat, drawn wide."""
    rng = np.random.default_rng(seed)
    rows = [
        make(
            energy_mwh_per_year=10 ** rng.uniform(0, 5), temperature_c=rng.uniform(10, 200),
            hours_per_year=rng.uniform(100, 8760), supply=rng.choice(["gas", "oil", "electricity"]),
            months=" ".join(str(m) for m in sorted(rng.choice(range(1, 13), rng.integers(1, 13), False))),
            evidence=rng.choice(list(NONE)),
        )
        for make in (out, need)
        for _ in range(30)
    ]  # fmt: skip
    return table(*rows)


@pytest.mark.parametrize("seed", range(4))
def test_heat_is_conserved_and_never_beyond_either_side(seed: int) -> None:
    rows, half = crowd(seed), dict(zip(NONE, (0.05, 0.2, 0.5, 1.0), strict=True))
    passed, refused = matching.pairs(rows, places(0, 0.8), FACTORS, **REACH, half_widths=half)
    found = surplus.with_surplus(passed, FACTORS)
    assert len(found) + len(refused) == 900 and len(found) > 50 and (found["heat_pump"] == "yes").any()
    by_id = rows.set_index("flow_id")["energy_mwh_per_year"]
    lost = 20 / 1000 * found["distance_km"].clip(lower=0.5) * found["hours_in_common"]
    entering = found["taken_per_year"] + found["electricity_mwh_per_year"]
    np.testing.assert_allclose(entering, found["delivered_per_year"] + lost, rtol=1e-9)
    for amount, flow in (("delivered_per_year", "in_flow_id"), ("taken_per_year", "out_flow_id")):
        assert (found[amount] <= found[flow].map(by_id) * (1 + 1e-9)).all()
    for names in (surplus.SURPLUS, surplus.EMISSIONS):
        central, low, high = (found[name] for name in names)
        assert (low <= central + 1e-6).all() and (central <= high + 1e-6).all()


def test_a_longer_pipe_never_brings_more() -> None:
    found = [run(*crowd(9).to_dict("records"), km=km)[0].set_index("candidate_id") for km in (1.0, 2.0, 9.0)]
    brought = pd.concat([f["joint_surplus_eur_per_year"] for f in found], axis=1).dropna().to_numpy()
    assert len(brought) > 30 and (np.diff(brought, axis=1) < 0).all()


def test_the_order_of_rows_changes_nothing() -> None:
    rows = crowd(5)
    frames = [
        surplus.with_surplus(matching.pairs(t, places(0, 2), FACTORS, **REACH, half_widths=NONE)[0], FACTORS)
        for t in (rows, rows.sample(frac=1, random_state=1))
    ]
    pd.testing.assert_frame_equal(*frames)


def test_an_empty_sheet_gives_nothing() -> None:
    passed, refused = matching.pairs(table(out()).head(0), places(0, 1), FACTORS, **REACH, half_widths=NONE)
    assert surplus.with_surplus(passed, FACTORS).empty and refused.empty


def test_every_factor_has_its_source_and_its_order() -> None:
    assert (FACTORS["low"] <= FACTORS["central"]).all() and (FACTORS["central"] <= FACTORS["high"]).all()
    assert FACTORS["source"].notna().all() and not FACTORS.duplicated(["factor", "key"]).any()
    assumed = FACTORS["source"].str.startswith("hypothèse du projet")
    assert (assumed == (FACTORS["authority"] == "assumption")).all()


def own(**changed: object) -> UtilityFactorOverride:
    values = {"factor": "price", "key": "gas", "low": 40.0, "central": 50.0, "high": 60.0, "source": "devis"}
    return UtilityFactorOverride(**{**values, **changed})


def test_a_study_gives_its_own_factors_and_their_source(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    text = 'title = "t"\nterritory = "t"\n[[utility_factors]]\nfactor = "price"\nkey = "gas"\n'
    path.write_text(text + 'low = 40\ncentral = 50\nhigh = 60\nsource = "devis"\n', encoding="utf-8")
    settings = read_config(path)
    found = plan.possible(table(out(), need()), places(0, 0.5), settings, NO_ANSWER)
    assert found["taker_saving_eur_per_year"].tolist() == pytest.approx([1000 * 50 / 0.9])
    factors = factor_table(settings.utility_factors)
    changed = factors[factors["source"] == "devis"]
    assert len(factors) == len(FACTORS) and changed[["factor", "key"]].values.tolist() == [["price", "gas"]]
    assert changed["year"].isna().all() and factor_table()["source"].equals(FACTORS["source"])


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"factor": "prix"}, "inconnu"),
        ({"key": "charbon"}, "gas, oil"),
        ({"factor": "network_life"}, "pas de clé"),
        ({"factor": "boiler_efficiency", "key": "heat", "high": 60.0}, "par 100"),
        ({"factor": "discount_rate", "key": "", "low": 0.0, "central": 0.0, "high": 0.1}, "supérieure à 0"),
        ({"low": 70.0}, "croissantes"),
        ({"source": " "}, "source est vide"),
        (None, "deux fois"),
    ],
)
def test_a_factor_that_cannot_be_is_refused(given: dict | None, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as told:
        factor_table([own()] * 2 if given is None else [own(**given)])
    assert "study.toml" in str(told.value) and "utility_factors" in str(told.value)


def test_an_exchange_of_heat_is_ranked_by_the_same_scales_as_one_of_matter() -> None:
    found = run(out(), need())[0].assign(partner_willingness=4.0)
    scales = criteria({"joint_surplus_eur_per_year": 0.5, "coverage_percent": 0.1, "maturity": 0.2,
                       "tonnes_diverted_t_per_year": 0.1, "partner_willingness": 0.1},
                      {"joint_surplus_eur_per_year": [-20000, 20000]})  # fmt: skip
    (row,) = rank(plan.as_leads(found), scales, 50, 1).to_dict("records")
    gain, share = row["joint_surplus_eur_per_year"], 100 * row["taken_per_year"] / 4000
    assert -20000 < gain < 20000
    # No tonne is diverted; maturity, which nobody judged, stands in the middle of its scale.
    away = 0.5 * (20000 - gain) / 40000 + 0.1 * (100 - share) / 100 + 0.2 * 0.5 + 0.1 * 1 + 0.1 * 0.25
    assert row["score"] == pytest.approx(100 * (1 - away)) and row["choice"] == "first_choice"
    assert plan.as_leads(run(out(), need(), km=9)[0])["choice"].tolist() == ["nobody_gains"]


def test_a_line_loses_where_all_that_answers_it_does(assessment: Assessment) -> None:
    here = dataclasses.replace(assessment, sites=places(0.0, 1.0))
    vars(here)["standing"] = standing = assessment.standing
    pairs = standing.groupby(["giver_site_id", "taker_site_id", "category"])["choice"].agg(set)
    (loses, *_), (gains, *_) = (
        pairs.index[pairs.map(lambda choices, wanted=wanted: choices == {wanted})]
        for wanted in ("nobody_gains", "first_choice")
    )
    rows = [("heat", "Chaleur du four", "A B", "other")]
    rows += [
        (name, "Projet", f"{pair[0]} {pair[1]}", pair[2])
        for name, pair in (("loses", loses), ("gains", gains))
    ]
    lines = pd.DataFrame(rows, columns=["synergy_id", "title", "site_ids", "category"])
    lines = lines.assign(kind="exchange", carrier=None, status="lead")
    told = {km: dataclasses.replace(here, sites=places(0.0, km / 1.3)) for km in (1, 9)}
    for each in told.values():
        vars(each)["standing"] = standing
    pipes = table(out(), need())
    assert {km: each.losing(lines, pipes) for km, each in told.items()} == {
        1: {"loses"},
        9: {"loses", "heat"},
    }
    # What no exchange answers is not known to lose.
    assert told[9].losing(lines[lines["synergy_id"] == "heat"], pipes.head(0)) == set()
    assert told[9].losing(lines.assign(status="dropped"), pipes) == set()


def test_networks_are_ranked_with_the_leads_of_a_study_and_move_no_score(assessment: Assessment) -> None:
    utilities = open_study("thur-doller", root=ROOT).load("utilities")
    both = dataclasses.replace(assessment, utilities=utilities)
    vars(both)["candidates"] = assessment.candidates  # matched once
    ranked, alone = (rank(each.leads, assessment.criteria, 20, 1) for each in (both, assessment))
    found = plan.possible(utilities, assessment.sites, assessment.settings, assessment.answers)
    assert set(ranked["candidate_id"]) == {*alone["candidate_id"], *found["candidate_id"]}
    seen = ranked.set_index("candidate_id").loc[alone["candidate_id"]]
    assert seen["score"].tolist() == alone["score"].tolist() and seen["rank"].is_monotonic_increasing
    # A gain comes before a loss, whatever flows.
    gains = ranked["utility"].notna() & (ranked["joint_surplus_eur_per_year"] > 0)
    assert ranked[gains]["rank"].max() < ranked[ranked["choice"] == "nobody_gains"]["rank"].min()
    assert gains.sum() > 1


def best_by_hand(found: pd.DataFrame) -> float:
    """The best combination by every set of pipes, and of each the best parts by a plain linear programme."""
    worth = found[found["joint_surplus_eur_per_year"] > 0]
    best, n = 0.0, len(worth)
    yearly = worth["joint_surplus_eur_per_year"] + worth["pipe_cost_eur_per_year"]
    shares = [
        np.where(worth[f"{side}_flow_id"] == one, worth[amount] / worth[f"{side}_amount_per_year"], 0)
        for side, amount in (("out", "taken_per_year"), ("in", "delivered_per_year"))
        for one in worth[f"{side}_flow_id"].unique()
    ]
    for laid in itertools.product([0, 1], repeat=n):
        bounds = [(0, b) for b in laid]
        value = linprog(-yearly, A_ub=np.array(shares), b_ub=np.ones(len(shares)), bounds=bounds).fun
        best = max(best, -value - float(np.dot(laid, worth["pipe_cost_eur_per_year"])))
    return best


def test_a_source_that_two_needs_ask_for_is_given_once() -> None:
    """Two needs of 1,000 MWh each and a source of 1,500: one has all, the farther one nothing or the rest."""
    rows = [out(energy_mwh_per_year=1500.0, hours_per_year=4000.0), need(), need(site_id="C")]
    sites = places(0.0, 0.5, 0.8)
    passed, _ = matching.pairs(table(*rows), sites, FACTORS, **REACH, half_widths=NONE)
    found = unanswered(surplus.with_surplus(passed, FACTORS))
    taken = plan.together(found, FACTORS)
    assert found["taken_per_year"].sum() > 1500 and taken["taken_per_year"].sum() <= 1500 * (1 + 1e-9)
    assert taken.iloc[0]["delivered_per_year"] == pytest.approx(1000)
    assert taken["joint_surplus_eur_per_year"].sum() == pytest.approx(best_by_hand(found))


def test_a_need_that_two_could_cover_is_covered_once() -> None:
    """A pool and two sources that would each heat it: one pipe is laid, and the other pair says so."""
    rows = table(out(), out(site_id="C"), need())
    sites, settings = places(0.0, 0.2, 0.5), StudyConfig.model_construct()
    settings = settings.model_copy(update={"scoring": Scoring(), "evidence_half_width": NONE})
    found, taken = plan.exchanges(rows, sites.assign(name=list("xyz")), settings, NO_ANSWER, True)
    assert len(found) == 2 and found["gains"].ne("no").all() and len(taken) == 1
    told = plan.asked_first(found).set_axis(found["candidate_id"])
    other = set(found["candidate_id"]) - set(taken["candidate_id"])
    first = dict(zip(sites["site_id"], "xyz", strict=True))[taken["giver_site_id"].iloc[0]]
    assert told[other.pop()].startswith(f"ne pas l'ajouter à l'échange avec {first}, qui couvre déjà")
    assert "déjà" not in told[taken["candidate_id"].iloc[0]]
    # Half of it each: the second is for the rest.
    half = rows.assign(energy_mwh_per_year=[4e3, 4e3, 8e3], hours_per_year=8000.0)
    found, taken = plan.exchanges(half, sites.assign(name=list("xyz")), settings, NO_ANSWER, True)
    assert len(taken) == 2 and plan.asked_first(taken).str.contains("compter le seul reste").all()
    # Who serves a need is the team's.
    found, _ = plan.exchanges(rows, sites.assign(name=list("xyz")), settings, NO_ANSWER, False)
    assert not plan.asked_first(found).str.contains("déjà").any()


@pytest.mark.parametrize("seed", range(4))
def test_the_best_combination_is_that_of_every_set_of_pipes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        make(site_id=site, hours_per_year=6000.0, energy_mwh_per_year=float(rng.uniform(2000, 20000)))
        for make, sites in ((out, "AB"), (need, "CD"))
        for site in sites
        for _ in range(2)
    ]
    passed, _ = matching.pairs(table(*rows), places(0, 0.2, 0.5, 0.9), FACTORS, **REACH, half_widths=NONE)
    found = unanswered(surplus.with_surplus(passed, FACTORS)).head(9)
    taken = plan.together(found, FACTORS)
    assert len(found) > len(taken) > 0
    assert taken["joint_surplus_eur_per_year"].sum() == pytest.approx(best_by_hand(found), rel=1e-6)
    for side, amount in (("out", "taken_per_year"), ("in", "delivered_per_year")):
        used = (
            taken.groupby(f"{side}_flow_id")[amount].sum()
            / taken.groupby(f"{side}_flow_id")[f"{side}_amount_per_year"].first()
        )
        assert (used <= 1 + 1e-9).all()


@pytest.mark.parametrize(("low", "high", "sure"), [(-5, 3, 1), (1, 3, 2), (0, 3, 1), (np.nan, np.nan, 1)])
def test_a_gain_is_sure_where_its_interval_is_above_zero(low: float, high: float, sure: int) -> None:
    # Each lead for itself: what others bring makes none surer, nor does what it brings at best.
    taken = pd.DataFrame([[1.0, low, high], [1.0, 2.0, 4.0]], columns=list(surplus.SURPLUS))
    matter = taken.assign(uncounted=None)
    assert plan.n_sure(matter, taken.head(0)) == plan.n_sure(matter.head(0), taken) == (sure, sure)
    assert plan.n_sure(matter, taken) == (2 * sure, 2 * sure)
    assert plan.n_sure(matter.head(0), taken.head(0)) == (0, 0)
    # « En tête : Cartons », at 1,134 €/year at worst beside a shredder of 5,000 € that nothing counts.
    assert plan.n_sure(matter.assign(uncounted=[None, "machine"]), taken.head(0)) == (sure - 1, sure)


def test_where_nobody_gains_nothing_is_laid() -> None:
    found = run(out(), need(), km=9)[0]
    assert (found["joint_surplus_eur_per_year"] < 0).all() and plan.together(found, FACTORS).empty
    assert (plan.listed(found, found.head(0))["planned_share_percent"] == 0).all()
    same = found.assign(distance_km=0.0, gains="both")  # both where a commune has its centre
    assert len(same) and plan.listed(same, same.head(0))["distance_km"].isna().all()


def test_heat_and_water_stand_in_one_list_with_matter_and_add_up_with_it() -> None:
    found = run(out(), need(), km=0.2)[0]
    taken = plan.together(found, FACTORS)
    gain = taken[list(surplus.SURPLUS)].iloc[0]
    names = {
        "candidate_id": ["x", "y"],
        "category": ["wood", "paper"],
        "use": ["again", "pulp"],
        "exchange_site_ids": "C D",
        "rank": [3, 1],
    }
    texts = {"output_description": "Palettes", "need_description": "Caisses"}
    more, less = gain + 1, gain - 1
    matter = (
        pd.DataFrame(names)
        .assign(**texts, uncounted=None)
        .join(pd.DataFrame([less, more]).reset_index(drop=True))
    )
    ranks = pd.DataFrame({"candidate_id": ["x", "y", *taken["candidate_id"]], "rank": [3, 1, 2]})
    kept = plan.beside(matter, taken, ranks)
    assert kept["lead_kind"].tolist() == ["paper", "heat", "wood"] and kept["rank"].tolist() == [1, 2, 3]
    # What its giver needs heat for is asked before a pipe is priced.
    laid = plan.laid(taken.assign(own_heat_need="Eau de lavage"), ranks)
    assert laid["rank"].tolist() == [2] and "(Eau de lavage)" in laid["ask_first"].iloc[0]
    # Of two that may lose, the card is of the one that gains most, whatever its rank.
    both = pd.concat([taken, taken.assign(candidate_id="most", **{surplus.SURPLUS[0]: gain.iloc[0] + 5})])
    doubtful = both.assign(**{surplus.SURPLUS[1]: -1.0})
    ranked = pd.concat([ranks, pd.DataFrame({"candidate_id": ["most"], "rank": [4]})])
    assert plan.laid(doubtful, ranked)["rank"].tolist() == [4, 2]
    changes = pd.DataFrame([{"category": "Total", **(gain / 2)}])
    told = plan.in_all(matter, changes, taken).set_index("lead_kind")
    assert told["n_exchanges"].to_dict() == {"matter": 2, "heat": 1, "Total": 3}
    for name in surplus.SURPLUS:
        assert told.loc["Total", name] == pytest.approx(1.5 * gain[name])
    assert plan.in_all(matter, changes.assign(**{surplus.SURPLUS[0]: np.nan}), taken)[
        surplus.SURPLUS[0]
    ].isna().tolist() == [True, False, True]  # what is not known of one is not known of both
    assert told.loc["Total", ["top_share_percent", "gains"]].tolist() == [100.0, taken["gains"].iloc[0]]
    assert pd.isna(told.loc["matter", "top_share_percent"])
    # Of an interval that holds zero, that of matter or of all, it is told what it does not say.
    across = told.assign(**{surplus.SURPLUS[1]: [-1.0, 1.0, 1.0]}).reset_index()
    assert plan.unsure(across) and not plan.unsure(across[1:])
    nothing = plan.in_all(matter, changes, taken.head(0)).set_index("lead_kind")
    assert nothing.loc["Total", surplus.SURPLUS[0]] == nothing.loc["matter", surplus.SURPLUS[0]]
    assert plan.beside(matter.head(0), taken.head(0), ranks).empty
    sure = matter.assign(**{surplus.SURPLUS[1]: [1.0, -1.0]})  # what gains at its worst comes first
    assert plan.beside(sure, taken.head(0), ranks)["rank"].tolist() == [3, 1]
    # One use is one decision: what else there is of it waits until each other has had a line.
    many = pd.concat([matter.assign(use="again", rank=[1, 2]), matter.head(1).assign(use="pulp", rank=5)])
    assert plan.beside(many, taken.head(0), ranks)["rank"].tolist() == [1, 5, 2]


def test_a_firm_reads_its_own_leads_and_of_the_other_that_it_has_enough() -> None:
    rows = table(out(cost_eur_per_unit=2.0), need(site_id="B"), need(site_id="C"), out(site_id="D"))
    sites = places(0, 0.2, 80, 0.1)
    settings = StudyConfig.model_construct(scoring=Scoring(), evidence_half_width=NONE)
    gives = own_leads(rows, sites, settings, NO_ANSWER, "A")
    assert gives.frame[["partner_site_id", "exchange_role", "lead_kind"]].values.tolist() == [
        ["B", "gives", "heat"]
    ]
    assert gives.frame["own_saving_eur_per_year"].tolist() == [8000.0]  # 4,000 MWh at 2 €
    takes = own_leads(rows, sites, settings, NO_ANSWER, "B")
    assert sorted(takes.frame["partner_site_id"]) == ["A", "D"]
    assert takes.frame["own_saving_eur_per_year"].tolist() == pytest.approx([1000 * 72 / 0.9] * 2)
    assert (takes.records["told_low"] == 0.8 * takes.records["amount_per_year"]).all()
    takes.check("Vos pistes")
    # The words of a row do not move with what the other declared, as long as there is a row.
    other = rows.assign(energy_mwh_per_year=rows["energy_mwh_per_year"] * [1.1, 1, 1, 1.1])
    pd.testing.assert_frame_equal(own_leads(other, sites, settings, NO_ANSWER, "B").frame, takes.frame)
    assert own_leads(rows, sites, settings, NO_ANSWER, None).frame.empty
    # Who may not be named is in no lead: a neighbour would know him by any words.
    unnamed = sites.assign(consent=["named", "aggregated", "named", "named"])
    assert own_leads(rows, unnamed, settings, NO_ANSWER, "A").frame.empty


def test_a_lead_that_a_fifth_less_of_the_other_would_condemn_is_not_listed() -> None:
    settings = StudyConfig.model_construct(scoring=Scoring(), evidence_half_width=NONE)
    sites = places(0, 0.2)

    def gain(**changed: float) -> float:
        found = plan.possible(table(out(), need(**changed)), sites, settings, NO_ANSWER)
        return float(found[surplus.SURPLUS[0]].iloc[0])

    below, least = 1.0, 1e6  # MWh: from which it pays at central costs, to a hundredth
    while least > 1.01 * below:
        middle = (below * least) ** 0.5
        below, least = (middle, least) if gain(energy_mwh_per_year=middle) <= 0 else (below, middle)
    for share, listed in ((1.05, 0), (1.2, 0), (1.3, 1)):
        rows = table(out(), need(energy_mwh_per_year=share * least))
        assert len(own_leads(rows, sites, settings, NO_ANSWER, "A").frame) == listed
    # A source that a pump would have to lift, were it a fifth less hot: its temperature is not told either.
    for degrees, listed in ((72.0, 0), (120.0, 1)):
        rows = table(*(side(energy_mwh_per_year=1400.0) for side in (out, need)))
        rows.loc[0, "temperature_c"] = degrees
        assert len(own_leads(rows, sites, settings, NO_ANSWER, "B").frame) == listed


def test_nobody_lays_a_pipe_of_heat_over_nineteen_kilometres():
    """Air of a kiln heated the steam of a chemist 19 km away: 341,000 of the 478,000 € of a page."""
    great = {"energy_mwh_per_year": 42000.0}
    for kilometres, gates in ((8.0, []), (19.0, ["reach"])):
        passed, refused = run(out(**great), need(**great), km=kilometres)
        assert len(passed) == 1 - len(gates) and list(refused["gate"]) == gates


def test_who_refuses_heat_is_offered_it_no_more_until_it_says_otherwise() -> None:
    """Answered as of the family « autre », and of that source alone where the answer names one."""
    settings = StudyConfig(title="t", territory="t")
    no = ("B", "A", "B", "other", None, "no", "other", "2026-03-01")
    later = ("B", "A", "B", "other", None, "maybe", None, "2026-05-01")
    named = (*no[:4], "Une autre source", *no[5:])
    of_matter = (*no[:3], "wood", *no[4:])
    for answers, n in (([], 1), ([no], 0), ([no, later], 1), ([named], 1), ([of_matter], 1)):
        told = pd.DataFrame(answers, columns=ANSWER_COLUMNS)
        assert len(plan.possible(table(out(), need()), places(0, 0.5), settings, told)) == n


def answered(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=ANSWER_COLUMNS)


@pytest.mark.parametrize(("named", "by"), [("Air du four", "A"), (None, "B"), ("AIR DU FOUR", "AB")])
def test_a_yes_to_heat_is_taken_with_the_flow_named_or_not_and_from_either_side(named: str, by: str) -> None:
    """« Le donneur ne déclare pas ce flux en sortie » was said of what stands on the sheet of energy."""
    settings, rows = StudyConfig(title="t", territory="t"), table(out(description="Air du four"), need())
    told = answered(*((site, "A", "B", "other", named, "yes", None, f"2026-03-0{day}")
                      for day, site in enumerate(by, 1)))  # fmt: skip
    found, taken = plan.exchanges(rows, places(0, 0.5), settings, told, team=True)
    assert found[plan.ANSWERED].values.tolist() == [["accepted", f"2026-03-0{len(by)}"]]
    assert plan.listed(found, taken)["status"].tolist() == ["accepted"]
    ranks = pd.DataFrame({"candidate_id": found["candidate_id"], "rank": [1]})
    assert plan.laid(taken, ranks)["status"].tolist() == ["accepted"]
    assert plan.agreed(found, taken, ranks)["exchange_site_ids"].tolist() == ["A B"]
    # Who is not of the team reads nothing of it.
    found, taken = plan.exchanges(rows, places(0, 0.5), settings, told, team=False)
    assert "status" not in plan.listed(found, taken) and plan.laid(taken, ranks)["status"].isna().all()


def test_whoever_would_perhaps_take_heat_is_recalled_and_a_no_after_a_yes_closes() -> None:
    settings, rows = StudyConfig(title="t", territory="t"), table(out(), need())
    maybe = ("B", "A", "B", "other", None, "maybe", None, "2026-03-01")
    found, taken = plan.exchanges(rows, places(0, 0.5), settings, answered(maybe), team=True)
    told = plan.listed(found, taken)
    assert told["ask_first"].str.contains("rappeler B").all() and "status" not in told
    other = ("A", "A", "B", "other", None, "no", None, "2026-03-02")
    assert plan.possible(rows, places(0, 0.5), settings, answered(maybe, other)).empty


def test_what_was_accepted_is_served_before_what_brings_more() -> None:
    """One source that two needs ask for: the plan alone would give all of it to the nearer one."""
    settings = StudyConfig(title="t", territory="t")
    asked = {"energy_mwh_per_year": 3000.0}
    rows = table(out(hours_per_year=4000.0), need(**asked), need(site_id="C", **asked))
    yes = answered(("C", "A", "C", "other", None, "yes", None, "2026-03-01"))
    given = [
        plan.exchanges(rows, places(0, 0.3, 0.5), settings, told, team=True)[1] for told in (NO_ANSWER, yes)
    ]
    first = [taken.set_index("taker_site_id")["taken_per_year"] for taken in given]
    assert first[0].idxmax() == "B" and first[1].idxmax() == "C"


def test_an_answer_about_a_network_is_tied_to_it_or_says_what_stops_it(assessment: Assessment) -> None:
    rows = table(out(description="Air du four"), need(), need(site_id="C", temperature_c=400.0))
    sites = assessment.sites
    ids = dict(zip("ABC", sites["site_id"], strict=False))
    rows = rows.assign(site_id=rows["site_id"].map(ids))
    near = sites.assign(latitude=48.0, longitude=-2.0)
    here = dataclasses.replace(assessment, utilities=rows, sites=near)
    for taker, flow, answer, gates in (
        ("B", "air du four", "yes", []),
        ("B", None, "maybe", []),
        ("C", "Air du four", "yes", ["no_network"]),
        ("D", "Air du four", "yes", ["no_rule"]),
        ("B", "Autre air", "yes", ["no_output"]),
    ):
        site = ids.get(taker, sites["site_id"].iloc[5])
        row = (site, ids["A"], site, "other", flow, answer, None, "2026-03-01")
        told = dataclasses.replace(here, answers=answered(row))
        once = {name: getattr(assessment, name) for name in ("_matched", "candidates", "_at_home")}
        vars(told).update(once)  # no answer is about matter
        assert told.untied["gate"].tolist() == gates, (taker, flow)
