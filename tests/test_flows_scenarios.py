"""What if, emissions and targets: small territories by hand, laws for any scenario, one off the raw cells."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_flow_report_by_hand import rows_named

from eit_analysis import flows, reference
from eit_analysis.config_flows import FlowStep, WasteTarget
from eit_analysis.errors import InputError, UsageError
from eit_analysis.flows import diversion, emissions, outcomes, target_gaps, target_scope, targets
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.gate import Release
from eit_analysis.reference.factors import factor_table
from eit_analysis.reference.packaging import packaging
from eit_analysis.settings_file import read_config
from eit_analysis.study import open_study as bare_study

ROOT = Path(__file__).resolve().parents[1]
FACTORS = factor_table()
YEARS = [2025]  # of which the tax of a landfill is known whatever the plant: 65 EUR/t
SITES = pd.DataFrame(
    {
        "site_id": ["E1", "E2", "E3"],
        "naf_code": "1310Z",
        "commune_code": "68334",
        "commune_name": "Thann",
        "actor_type": "firm",
    }
)
ROWS = [
    ("E1", "biowaste", "200108", 40, "landfill", 100, "clean", "Benne"),
    ("E2", "biowaste", "200108", 20, "landfill", None, "mixed", "Benne"),
    ("E2", "mixed", "200301", 50, "landfill", 120, "mixed", "Benne"),
    ("E3", "wood", "150103", 30, "recycling", 20, "clean", "Bois"),
    ("E3", "chemical", "140603", 10, "incineration", 500, "soiled", "Liquides"),
    ("E1", "mineral", "170101", 500, "landfill", 10, "clean", "Benne"),
    ("E1", "cardboard", None, 8, "unknown", None, "unknown", None),
]
COLUMNS = ["site_id", "category", "waste_code", MASS, "route", "cost_eur_per_t", "quality", "contractor"]


def outflows(rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=COLUMNS).astype({MASS: float, "cost_eur_per_t": float})
    table = table.assign(
        flow_id=[f"f{i}" for i in range(len(table))],
        direction="out",
        description="",
        months=None,
        evidence="measured",
        source_file="a.xlsx",
        source_sheet="Flux",
        source_row=range(2, len(table) + 2),
        **{LOW: table[MASS] / 1.1, HIGH: table[MASS] * 1.1},
    )
    return flows.outgoing(flows.prepared(table, SITES, reference.load("waste_codes"), 0.5))


OUT = outflows(ROWS)


def step(kind: str, **said: object) -> FlowStep:
    return FlowStep.model_validate({"name": "S", "kind": kind, **said})


DIVERT = step("divert", category="biowaste", from_route="landfill", to_route="digestion", share=0.5)


def by_route(parts: pd.DataFrame, scenario: str = "S") -> dict[str, float]:
    frame = outcomes.by_route(parts).frame
    return frame[frame["scenario"] == scenario].set_index("route")[MASS].to_dict()


def effects(table: pd.DataFrame, column: str = "effect_change") -> dict[str, float]:
    return table[table["scenario"] == "S"].set_index("effect")[column].to_dict()


def test_half_of_the_biowaste_goes_to_digestion():
    parts = diversion.what_if(OUT, [DIVERT])
    assert by_route(parts) == pytest.approx(
        {"landfill": 580, "digestion": 30, "recycling": 30, "incineration": 10, "unknown": 8}
    )
    factors = FACTORS.set_index(["factor", "category", "route"])["central"]
    to, back = (factors["emissions_impact", "biowaste", r] for r in ("digestion", "landfill"))
    new, old = (factors["emissions_avoided", "biowaste", r] for r in ("digestion", "landfill"))
    found = effects(outcomes.changes(parts, FACTORS, YEARS).frame)
    # Half of 40 t at 100 EUR and half of 20 t at the reference of a landfill, 138, for 122.5 at a digester.
    assert found == pytest.approx(
        {
            "cost": 30 * 122.5 - 20 * 100 - 10 * 138,
            "tax": -30 * 65,
            "impact": 30 * (to - back) / 1000,
            "spared": -30 * (new - old) / 1000,
            "direct_jobs": 30 * (0.7 - 0.1) / 1000,
        }
    )
    rates = outcomes.recovery(parts).frame.set_index(["scenario", "valorised"])["share_percent"]
    assert rates["today", "yes"] == pytest.approx(100 * 30 / 658)
    assert rates["S", "yes"] == pytest.approx(100 * 60 / 658)


def test_each_kind_of_step():
    def after(*steps: FlowStep) -> dict[str, float]:
        return by_route(diversion.what_if(OUT, steps))

    sorted_out = step("sort", category="mixed", to_category="cardboard", to_route="recycling", share=0.2)
    assert after(sorted_out)["recycling"] == pytest.approx(40)
    # Hazardous waste is no cleaner for being sorted; nothing else is sent to its new route.
    assert after(step("sort", category="chemical", to_route="recycling"))["incineration"] == pytest.approx(10)
    assert after(step("close", contractor="Bois")) == pytest.approx(
        {"landfill": 610, "recycling": 0, "energy": 30, "incineration": 10, "unknown": 8}
    )
    # Steel does not burn: its recycler closed, it has a landfill below, and another once that has closed.
    steel = outflows(
        [("E1", "metal", "120101", 850, *ROWS[0][4:]), ("E2", "glass", "150107", 10, *ROWS[0][4:])]
    )
    for route in ("recycling", "landfill"):
        parts = diversion.what_if(
            steel.assign(route=route, contractor="Fer"), [step("close", contractor="Fer")]
        )
        assert by_route(parts)["landfill"] == pytest.approx(860)
    assert after(step("close", contractor="Benne", to_route="energy"))["energy"] == pytest.approx(610)
    assert after(step("lose", site_id="E3"))["gone"] == pytest.approx(40)
    # Steps of one name follow one another: half of the biowaste, then half of what is left.
    assert after(DIVERT, DIVERT)["digestion"] == pytest.approx(45)


def test_a_higher_tax_is_paid_by_what_pays_it():
    """Concrete (17 01 01) goes to landfills for inert waste, which pay nothing."""
    parts = diversion.what_if(OUT, [step("tax", from_route="landfill", rise_eur_per_t=20.0)])
    found = effects(outcomes.changes(parts, FACTORS, YEARS).frame)
    assert found == pytest.approx({"cost": 2200, "tax": 2200, "impact": 0, "spared": 0, "direct_jobs": 0})


def test_the_tax_of_a_scenario_is_that_of_the_last_year_at_the_prices_of_the_first():
    """Of a wave of 2018, a tonne pays 69 EUR in 2026: 17 to 41, and 20 more, are less than is due."""
    mixed = OUT[(OUT["category"] == "mixed") & (OUT["route"] == "landfill")]
    parts = diversion.what_if(mixed, [step("tax", from_route="landfill", rise_eur_per_t=20.0)])
    levels = outcomes.levels(parts, FACTORS, [2018, 2026]).frame.set_index(["effect", "scenario"])["value"]
    mass = mixed[MASS].sum()
    assert mass and levels["tax"].tolist() == pytest.approx([69 * mass, 89 * mass])


def test_a_lost_firm_takes_its_costs_and_emissions_with_it():
    parts = diversion.what_if(OUT, [step("lose", site_id="E3")])
    found = effects(outcomes.changes(parts, FACTORS, YEARS).frame)
    assert found["cost"] == pytest.approx(-30 * 20 - 10 * 500)
    rates = outcomes.recovery(parts).frame.set_index(["scenario", "valorised"])["share_percent"]
    assert rates["S", "yes"] == 0 and rates["S", "no"] == pytest.approx(100 * 610 / 618)


ROUTES = ["reuse", "recycling", "composting", "digestion", "energy", "incineration", "landfill"]
FAMILIES = ["", "biowaste", "mixed", "wood", "mineral"]
STEPS = st.one_of(
    st.builds(
        lambda to, share, category, frm: step(
            "divert", to_route=to, share=share, category=category, from_route=frm
        ),
        st.sampled_from(ROUTES),
        st.floats(0.01, 1),
        st.sampled_from(FAMILIES),
        st.sampled_from(["", *ROUTES]),
    ),
    st.builds(
        lambda to, share: step("sort", category="biowaste", to_route=to, share=share),
        st.sampled_from(ROUTES),
        st.floats(0.01, 1),
    ),
    st.sampled_from(
        [step("close", contractor=name) for name in ("Benne", "Bois", "Liquides")]
        + [step("lose", site_id=name) for name in ("E1", "E2")]
        + [step("tax", from_route="landfill", rise_eur_per_t=7.0)]
    ),
)
ROW = st.builds(
    lambda site, like, mass: (site, *like[1:3], mass, *like[4:]),
    st.sampled_from(["E1", "E2", "E3"]),
    st.sampled_from(ROWS),
    st.floats(0.1, 1e5),
)


@settings(max_examples=20)
@given(st.lists(ROW, min_size=1, max_size=6), st.lists(STEPS, min_size=1, max_size=4))
def test_no_scenario_makes_or_loses_mass(rows, steps):
    """Of each flow: what stays, moves and is gone is what was declared, whatever the steps."""
    out = outflows(rows)
    parts = diversion.what_if(out, steps)
    for _, own in parts.groupby("scenario"):
        masses = own.groupby("flow_id")[[MASS, "part"]].sum().loc[out["flow_id"]]
        assert masses[MASS].to_numpy() == pytest.approx(out[MASS].to_numpy())
        assert masses["part"].to_numpy() == pytest.approx(1)
    assert (parts["part"] > 0).all()
    # What an actor stated of the old route is not said of the new one.
    assert parts.loc[parts["moved"] == "yes", "cost_eur_per_t"].isna().all()


@settings(max_examples=2)
@given(st.lists(STEPS, min_size=1, max_size=3))
def test_a_change_is_the_difference_of_two_levels(steps):
    parts = diversion.what_if(OUT, steps)
    levels = outcomes.levels(parts, FACTORS, YEARS)
    changes = outcomes.changes(parts, FACTORS, YEARS)
    values = levels.frame.set_index(["effect", "scenario"])["value"].unstack()
    for effect, change in effects(changes.frame).items():
        assert change == pytest.approx(values.loc[effect, "S"] - values.loc[effect, "today"], abs=1e-6)
    for table in (levels, changes, outcomes.by_route(parts), outcomes.recovery(parts)):
        table.check("tableau")
        inside = table.frame.filter(regex=r"^(value|mass|effect_change)").to_numpy(dtype=float)[:, :3]
        assert (inside[:, 1] <= inside[:, 0] + 1e-6).all() and (inside[:, 0] <= inside[:, 2] + 1e-6).all()


def test_what_a_scenario_moves_paid_the_tax_that_it_pays_today():
    """Fines at 140 EUR/t of nobody known, and slag at 70 of one who takes rubble at 10, paid or might."""
    rows = [
        ("E1", "mineral", None, 190, "landfill", 140, "soiled", None),
        ("E2", "mineral", None, 820, "landfill", 70, "clean", "Fosse"),
        ("E3", "mineral", None, 500, "landfill", 10, "clean", "Fosse"),
        ("E3", "mineral", None, 500, "landfill", 12, "clean", None),
    ]
    parts = diversion.what_if(outflows(rows), [step("divert", category="mineral", from_route="landfill",
                                                    to_route="recycling", share=0.4)])  # fmt: skip
    tax = outcomes.changes(parts, FACTORS, YEARS).frame.set_index("effect").loc["tax"]
    levels = outcomes.levels(parts, FACTORS, YEARS).frame.set_index(["effect", "scenario"])["value"]
    assert tax["effect_change"] == pytest.approx(-0.4 * levels["tax", "today"])
    assert tax["effect_change_high"] < 0  # the fines surely paid
    assert levels["tax", "S"] - levels["tax", "today"] == pytest.approx(tax["effect_change"])


def test_a_flow_in_two_parts_is_one_mass():
    """Its parts err together: the interval of all tonnes is that of today."""
    parts = diversion.what_if(OUT, [DIVERT])
    whole = outcomes.by_route(parts.assign(everything="all"), "everything").frame.set_index("scenario")
    assert whole.loc["S", [LOW, HIGH]].tolist() == pytest.approx(whole.loc["today", [LOW, HIGH]].tolist())


def test_parts_of_a_flow_err_together_in_every_sum():
    """By eit.flows.divert too: a total knows no more of tonnes for half of them going elsewhere."""
    half = flows.divert(flows.divert(OUT, "digestion", 0.5, "biowaste"), "recycling", 0.3)
    assert len(half) > len(OUT)
    for by in ("site_id", "category", ["site_id", "category"]):
        pd.testing.assert_frame_equal(flows.totals(half, by).frame, flows.totals(OUT, by).frame)
    pd.testing.assert_frame_equal(flows.error_bounds(half).frame, flows.error_bounds(OUT).frame)
    whole, split = (flows.recovery_rates(out.assign(recovery="material", valorised="yes")).frame.round(9)
                    for out in (OUT, half))  # fmt: skip
    pd.testing.assert_frame_equal(split, whole)
    # A lone flow in three parts has its own interval back, in the family and in the total of all families.
    lone = flows.totals(half[half["flow_id"] == "f0"], ["category", "route"]).frame
    assert lone[[LOW, HIGH]].iloc[-1].tolist() == pytest.approx(
        flows.totals(OUT.iloc[:1], "category").frame[[LOW, HIGH]].iloc[-1].tolist()
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"share": 1.2}, "de 0 à 1"), ({"share": -0.1}, "de 0 à 1"), ({"share": float("nan")}, "de 0 à 1"),
        ({"to_route": "nowhere"}, "« nowhere » n'est pas un exutoire"),
        ({"to_route": ""}, "to_route"), ({"to_route": "gone"}, "« gone » n'est pas un exutoire"),
        ({"from_route": "landfil"}, "« landfil » n'est pas un exutoire"),
        ({"category": "bio"}, "« bio » n'est pas une famille de flux"),
    ],
)  # fmt: skip
def test_what_no_step_could_say_is_not_diverted(said, words):
    with pytest.raises(UsageError) as refused:
        flows.divert(OUT, **{"to_route": "digestion", **said})
    told = str(refused.value).replace("\u00a0", " ")
    assert words in told and told.endswith(".") and "\n" not in told
    # Nothing and all are shares: all tonnes stay.
    for share in (0, 1):
        assert flows.divert(OUT, "digestion", share)[MASS].sum() == pytest.approx(OUT[MASS].sum())


def test_half_of_the_landfilled_textile_from_the_raw_cells():
    """Textile of E12 (1.3 t a month), E13 (3.2 t) and E14 (620 kg) in 2018, at 115, 115 and 120 EUR/t."""
    told = [
        (str(row["identifiant"]), str(row["quantite"]), str(row["unite"]), str(row["cout (€/t)"]))
        for row in rows_named("2018", "Flux", "identifiant")
        if row["exutoire actuel"] == "stockage" and row["code dechet"] == "040222"
    ]
    assert sorted(told) == [
        ("E12", "1.3", "t", "115"), ("E13", "3.2", "t", "115"), ("E14", "620", "kg", "120"),
    ]  # fmt: skip
    survey = bare_study("thur-doller", "2018", ROOT)
    if not survey.has("flows"):
        pytest.skip("the sample study is not cleaned (make data)")
    tables = (survey.load("flows"), survey.load("sites"), reference.load("waste_codes"))
    out = flows.outgoing(flows.prepared(*tables, 0.5))
    half = step("divert", category="textile", from_route="landfill", to_route="recycling", share=0.5)
    parts = diversion.what_if(out, [half])
    # 12 x (1.3 + 3.2 + 0.62) = 61.44 t, half of it 30.72 t.
    today, after = by_route(parts, "today"), by_route(parts)
    assert today["landfill"] - after["landfill"] == pytest.approx(30.72)
    assert after["recycling"] - today["recycling"] == pytest.approx(30.72)
    found = effects(outcomes.changes(parts, FACTORS, YEARS).frame)
    # Half of 15.6 x 115 + 38.4 x 115 + 7.44 x 120 = 7,102.8 EUR no longer paid, 30.72 t at 120 EUR instead.
    assert found["cost"] == pytest.approx(3686.4 - 3551.4)
    assert found["tax"] == pytest.approx(-30.72 * 65)
    # 412 kg of CO2 a tonne in a landfill, 250 recycled; 100 and 1,500 spared; 0.1 and 15 jobs per 1,000 t.
    assert found["impact"] == pytest.approx(30.72 * (250 - 412) / 1000)
    assert found["spared"] == pytest.approx(30.72 * (1500 - 100) / 1000)
    assert found["direct_jobs"] == pytest.approx(30.72 * (15 - 0.1) / 1000)


def test_both_accounts_are_kept_apart_and_tonnes_without_a_factor_are_said():
    """Of 8 t of unknown destination: neither emitted nor spared, though the table has a mean factor."""
    impact, spared = (
        emissions.emitted(OUT, FACTORS, account, "route").frame.set_index("route")
        for account in ("impact", "spared")
    )
    # Biowaste 692, mixed 412, mineral 11 kg a tonne in a landfill; 226, 216 and nothing spared.
    assert impact.loc["landfill", "impact_tco2e_per_year"] == pytest.approx(41.52 + 20.6 + 5.5)
    assert spared.loc["landfill", "spared_tco2e_per_year"] == pytest.approx(13.56 + 10.8)
    assert "unknown" not in impact.index and "unknown" not in spared.index
    covered = emissions.covered(OUT, FACTORS).frame.set_index("factor_known")[MASS]
    assert covered[["yes", "no"]].tolist() == pytest.approx([650, 8])
    for table, name in ((impact, "impact"), (spared, "spared")):
        bounds = table[[f"{name}{end}_tco2e_per_year" for end in ("_low", "", "_high")]].to_numpy()
        assert (np.diff(bounds, axis=1) >= 0).all() and (bounds >= 0).all()
    first = emissions.heaviest(OUT, FACTORS, 2)
    assert first[["site_id", "category"]].to_numpy().tolist() == [["E1", "biowaste"], ["E2", "mixed"]]
    assert first["impact_tco2e_per_year"].tolist() == pytest.approx([27.68, 20.6])


def test_a_recycler_that_closes_shows_in_the_material_share():
    """30 t of wood of 658 t are burned for energy instead: still recovered, no longer as material."""
    parts = diversion.what_if(OUT, [step("close", contractor="Bois")])
    tables = outcomes.recovery(parts), outcomes.changes(parts, FACTORS, YEARS), outcomes.as_material(parts)
    brief = outcomes.in_brief(*(table.frame for table in tables)).set_index("scenario")
    assert brief["recovered_percent"].tolist() == pytest.approx([100 * 30 / 658] * 2)
    assert brief["as_material_percent"].tolist() == pytest.approx([100 * 30 / 658, 0])
    assert tables[2].frame.groupby("scenario")["share_percent"].sum().tolist() == pytest.approx([100, 100])


def test_a_change_without_a_sure_sign_is_not_told_as_one():
    changed = pd.DataFrame(
        [("A", "cost", -230, -2900, 2500), ("A", "tax", -610, -900, -300), ("A", "impact", 0, 0, 0)],
        columns=[*outcomes.KEYS, *outcomes.CHANGES],
    )
    shares = pd.DataFrame({"scenario": ["today", "A", "B"], "share_percent": [50.0, 51.0, 45.0]})
    shares = shares.assign(valorised="yes", as_material="yes")
    row = outcomes.in_brief(shares, changed, shares).set_index("scenario").loc["A"]
    names = [outcomes.BRIEF[effect] for effect in ("cost", "tax", "impact")]
    assert row[names].tolist() == pytest.approx([np.nan, -610, 0], nan_ok=True)
    # A heading tells the scenario that moves most, wherever it stands; none where none moves anything.
    assert outcomes.leading(shares) == "B" and outcomes.leading(shares.head(1)) == ""


def test_the_tonnes_that_a_scenario_touches_are_counted_once():
    parts = diversion.what_if(OUT, [DIVERT, step("close", contractor="Bois")])
    moved = parts[parts["moved"] == "yes"]
    assert outcomes.concerned(parts, FACTORS)[MASS].tolist() == pytest.approx([moved[MASS].sum()])
    assert outcomes.concerned(parts.query("scenario == 'today'"), FACTORS).empty


def test_what_leaves_an_unknown_outlet_changes_emissions_by_nothing_that_is_known():
    """8 t of unknown destination to recycling: a bill, no emissions nor jobs before, so no change of them."""
    only = step("divert", category="cardboard", to_route="recycling")
    both = step("divert", to_route="recycling", from_route="landfill")
    parts = diversion.what_if(OUT, [only])
    changes = outcomes.changes(parts, FACTORS, YEARS).frame.set_index("effect")[outcomes.CHANGES]
    assert changes.loc[["impact", "spared", "direct_jobs"]].isna().all(axis=None)
    assert changes.loc[["cost", "tax"]].notna().all(axis=None)
    assert outcomes.concerned(parts, FACTORS)[outcomes.LEFT_OUT].tolist() == [8]
    lost = outcomes.levels(diversion.what_if(OUT.tail(1), [only]), FACTORS, YEARS).frame
    assert lost.set_index("effect").loc["impact", "value"].isna().all()
    # Beside known outlets it is left out of the sums, and its tonnes are said.
    parts = diversion.what_if(OUT, [only, both])
    assert outcomes.changes(parts, FACTORS, YEARS).frame[outcomes.CHANGES].notna().all(axis=None)
    assert outcomes.concerned(parts, FACTORS)[outcomes.LEFT_OUT].tolist() == [8]
    assert outcomes.concerned(diversion.what_if(OUT, [both]), FACTORS)[outcomes.LEFT_OUT].isna().all()


def test_a_sum_does_not_pass_zero_where_no_rate_does():
    """Burning pays from nothing to the full rate; with the error of the mass the half-width passes zero."""
    sums = pd.DataFrame(
        {"value": [5.0, -5.0, 1.0], "value_low": [-1.0, -9.0, -1.0], "value_high": [9.0, 2.0, 3.0]},
        list("ABC"),
    )
    rates = np.array([[0.0, 1.0, 2.0], [-2.0, -1.0, 0.0], [-1.0, 0.0, 1.0]])
    held = outcomes._as_signed(sums, np.array(list("ABC")), rates)
    assert held[["value_low", "value_high"]].to_numpy().tolist() == [[0, 9], [-9, 0], [-1, 3]]


def test_the_scenarios_to_tell_first_surely_change_the_bill():
    changed = pd.DataFrame(
        [("A", -230, -2900, 2500), ("B", 12_000, 9000, 15_000), ("C", -92_000, -99_000, -80_000)],
        columns=["scenario", *outcomes.CHANGES],
    ).assign(effect="cost")
    assert outcomes.established(changed, 2) == ["C", "B"]
    # What moves tonnes comes before a tax that only rises.
    emitted = pd.DataFrame({"scenario": ["B"], "effect": "impact", outcomes.CHANGES[0]: 8.7})
    assert outcomes.established(pd.concat([changed, emitted]), 2) == ["B", "C"]


def test_what_each_step_supposes_is_told_without_naming_anybody():
    steps = [DIVERT, step("close", contractor="Bois"), step("lose", site_id="E3")]
    steps.append(step("tax", from_route="landfill", rise_eur_per_t=20.0))
    rows = diversion.assumptions(steps).set_index("flow_step")
    told = ["category", "old_route", "new_route", "moved_percent", "price_taken"]
    assert rows.loc["divert", told].tolist() == ["biowaste", "landfill", "digestion", 50, "reference"]
    assert rows["price_taken"].tolist() == ["reference", "reference", "none", "risen"]
    assert rows.loc["tax", "eur_per_t_rise"] == 20 and rows.loc["close", "new_route"] == "next"
    assert rows["old_route"][["close", "lose"]].tolist() == ["own"] * 2  # and no outlet of another closes
    assert not rows.isin(["Bois", "E3"]).any(axis=None)


def test_a_change_is_printed_to_two_digits():
    for value, text in ((8.717809, "8,7"), (0.034054, "0,034"), (-23347.3, "−23\u00a0000"), (0.0, "0")):
        assert wording.cell(value, "effect_change") == text
        assert wording.measured(value, "effect_change", False) == text


SHARES = ["share_low_percent", "share_percent", "share_high_percent"]
BURIED = [(12, "landfill"), (80, "recycling"), (8, "unknown")]
UNSAID = [(60, "recycling"), (30, "incineration"), (20, "unknown")]
ANSWERS = {"recycling": ["yes"], "landfill": ["no"], "unknown": ["yes", "no"]}
AIMS = targets.targets(
    [WasteTarget(title="Plan", indicator="landfill_t_per_year", value=105.0, year=2031, text="t", source="s")]
)


def test_how_far_from_what_is_aimed_at():
    """Neither the solvent, hazardous, nor the concrete, inert, is in the 148 t of which 65 % is aimed at."""
    table = targets.measured(OUT, AIMS)
    table.check("objectifs")
    rows = table.frame.set_index(["aim", "reading"])
    # Of 8 t nobody said where they go.
    for reading, mass in (("least", 30), ("most", 38)):
        found = rows.loc[("material", reading), [MASS, "concerned_t_per_year"]]
        assert found.tolist() == pytest.approx([mass, 148])
    assert rows.loc[("wood", "said"), "share_percent"] == 100
    gaps = target_gaps.gaps(table.frame, AIMS).set_index("target")
    assert gaps.loc["material_2025", "gap_t_per_year"] == pytest.approx(0.65 * 148 - 34)
    assert gaps.loc["Plan", "gap_t_per_year"] == pytest.approx(114 - 105)
    assert gaps.loc["municipal_landfill_2035", "gap_t_per_year"] == pytest.approx(110 - 14)
    assert gaps["attainment"][["material_2025", "wood_2025", "Plan"]].tolist() == ["missed", "met", "open"]
    for names in (["gap_low_t_per_year", "gap_t_per_year", "gap_high_t_per_year"], SHARES):
        assert (np.diff(gaps[names].to_numpy(dtype=float), axis=1) >= 0).all()
    # A cut since 2010 needs the tonnes of 2010: nothing is said of it.
    assert not gaps.index.str.startswith("landfill_cut").any()


def test_a_target_that_is_past_stays_where_none_follows():
    """65 % of matter in 2025, missed, was in the annex of a study of 2026; packaging has another in 2030."""
    of_years = [(2019, 2020, 2025), (2025, 2025, 2025), (2026, 2025, 2030), (2031, 2025, 2030)]
    for year, *expected in of_years:
        due = targets.coming(AIMS, year).set_index("aim")["year"]
        assert due.index.is_unique and due[["material", "packaging"]].tolist() == expected


def test_a_target_inside_what_nobody_said_is_not_decided():
    """60 t recycled, 30 t burned, 20 t of unknown destination: from 55 % to 73 %, for 65 %."""
    rows = [("E1", "paper", "200101", mass, route, None, "clean", None) for mass, route in UNSAID]
    shown = targets.measured(outflows(rows), AIMS).frame
    gap = target_gaps.gaps(shown, AIMS).set_index("target").loc["material_2025"]
    assert gap["attainment"] == "open" and gap["share_percent"] == pytest.approx(50 * (60 + 80) / 110)
    assert gap["gap_low_t_per_year"] < 0.65 * 110 - 80 and gap["gap_high_t_per_year"] > 0.65 * 110 - 60
    # One end of the range alone decides or says nothing: 55 % at least, 73 % at most.
    marks = {"Au moins 50": 50.0, "Au moins 65": 65.0, "Au moins 80": 80.0}
    aims = AIMS[AIMS["target"] == "material_2025"].merge(pd.DataFrame({"title": marks}), how="cross")
    aims = aims.assign(target=[*marks], target_value=[*marks.values()]).drop(columns="title")
    for reading, expected in (("least", ["met", "", ""]), ("most", ["", "", "missed"])):
        half = target_gaps.gaps(shown[shown["reading"] == reading], aims).set_index("target")
        assert half["attainment"].fillna("").tolist() == expected and half["reading"].eq(reading).all()
        assert half["gap_t_per_year"].isna().all() and half[SHARES].notna().all(axis=None)
    assert gap["reading"] == "both"


@pytest.mark.parametrize(
    ("reading", "mark", "expected"),
    [("least", 8.0, "missed"), ("least", 30.0, ""), ("most", 50.0, "met"), ("most", 8.0, "")],
)
def test_twelve_percent_at_least_misses_eight_at_most(reading: str, mark: float, expected: str) -> None:
    """« 12 % au moins, pour 8 % visés » stood without a verdict."""
    rows = [("E1", "paper", "200101", mass, route, None, "clean", None) for mass, route in BURIED]
    aim = AIMS[AIMS["indicator"] == "landfill_percent"].head(1).assign(target_value=mark)
    aim["waste_code_prefixes"] = None
    shown = targets.measured(outflows(rows), aim).frame
    gap = target_gaps.gaps(shown[shown["reading"] == reading], aim)
    assert gap["attainment"].fillna("").tolist() == [expected]


def test_the_one_flow_of_which_a_target_hangs_is_named():
    """85 % for 65 %, but 40 % without the heaviest; of two halves of it none decides alone."""
    aim = AIMS[AIMS["target"] == "material_2025"]
    left = [("E1", "paper", "200101", 60, "landfill"), ("E2", "wood", "150103", 40, "recycling")]
    for masses, decided in (([300], 1), ([150, 150], 0)):
        rows = [*left, *(("E3", "metal", "200140", mass, "recycling") for mass in masses)]
        found = target_gaps.hinging(outflows([(*row, None, "clean", None) for row in rows]), aim)
        assert found[["site_id", MASS]].to_numpy().tolist() == [["E3", 300]] * decided
    assert target_gaps.hinging(OUT.head(0), AIMS).empty


def test_every_flow_of_which_a_target_hangs_is_named():
    """A second flow without which the rate is undecided was not said; nor what is buried, where it misses."""
    aim = AIMS[AIMS["target"] == "material_2025"]
    for route, masses in (("recycling", [300, 280, 5]), ("landfill", [300, 5])):
        rows = [("E1", "paper", "200101", 200, "landfill"), ("E2", "wood", "150103", 100, "recycling")]
        rows = rows if route == "recycling" else [("E2", "wood", "150103", 400, "recycling")]
        rows += [("E3", "metal", "200140", mass, route) for mass in masses]
        out = outflows([(*row, None, "clean", None) for row in rows])
        found = target_gaps.hinging(out, aim)
        every = [
            mass
            for flow, mass in out[["flow_id", MASS]].sort_values(MASS, ascending=False).to_numpy()
            if _attained(out[out["flow_id"] != flow], aim) != _attained(out, aim)
        ]
        assert found[MASS].tolist() == every == {"recycling": [300, 280], "landfill": [300]}[route]


def test_the_flows_without_which_an_open_target_would_be_decided_are_named():
    """« Ne peut être tranché », but missed without 8,500 t of whey: no open target was tried."""
    aim = AIMS[AIMS["target"] == "material_2025"]
    for unsaid in (0, 10):
        rows = [("E1", "paper", "200101", 100, "recycling"), ("E2", "wood", "150103", 70, "landfill"),
                ("E2", "wood", "150103", 2, "landfill"), ("E3", "metal", "200140", 30, "recycling"),
                ("E3", "metal", "200140", unsaid, "unknown")]  # fmt: skip
        out = outflows([(*row, None, "clean", None) for row in rows])
        found = target_gaps.hinging(out, aim)
        each = zip(out["flow_id"], out[MASS], strict=True)
        assert found[MASS].tolist() == [
            m for flow, m in each if _attained(out[out["flow_id"] != flow], aim) != "open"
        ]
        assert found["attainment"].eq("open").all() and len(found) == 3


def _attained(out: pd.DataFrame, aim: pd.DataFrame) -> str:
    return target_gaps.gaps(targets.measured(out, aim).frame, aim)["attainment"].iloc[0]


def test_a_mix_counts_as_packaging_only_where_it_is_called_so():
    rows = [
        ("E1", "cardboard", "150101", 30, "recycling", None, "clean", None),
        ("E1", "cardboard", "150101", 5, "unknown", None, "clean", None),
        ("E1", "mixed", "150106", 10, "landfill", None, "mixed", None),
        ("E1", "mixed", "150106", 60, "landfill", None, "mixed", None),
        ("E1", "mixed", "150106", 20, "recycling", None, "mixed", None),
    ]
    names = ["Cartons", "Cartons", "Emballages souillés", "Déchets d'activité en mélange", "DIB"]
    out = outflows(rows).assign(description=names)
    found = targets.measured(out, AIMS).frame.set_index(["aim", "reading"])["share_percent"]
    assert found["packaging", "least"] == pytest.approx(100 * 30 / (30 + 5 + 10 + 60))
    assert found["packaging", "most"] == pytest.approx(100 * (30 + 5 + 20) / (30 + 5 + 10 + 20))
    # All of it is waste whatever it is made of.
    assert found["material", "least"] == pytest.approx(100 * 50 / 125)


def test_a_by_product_that_is_used_is_no_waste_and_no_liquid_is_landfilled():
    """Animal tissues to a renderer made 83.9 % of 61 %; 456 t of whey, of no known route, were buried."""
    rows = [
        ("E1", "biowaste", "020202", 700, "recycling", None, "clean", None),
        ("E1", "biowaste", "020202", 20, "digestion", None, "clean", None),
        ("E1", "biowaste", None, 400, "unknown", None, "clean", None),
        ("E2", "paper", "200101", 80, "recycling", None, "clean", None),
        ("E2", "mixed", "200301", 60, "landfill", None, "mixed", None),
    ]
    out = outflows(rows).assign(description=["Abats", "Abats", "Lactosérum", "Papier", "DIB"])
    buried = AIMS[AIMS["aim"] == "municipal_landfill"].assign(waste_code_prefixes=None)
    found = targets.measured(out, pd.concat([AIMS[AIMS["aim"] == "material"], buried]))
    found = found.frame.set_index(["aim", "reading"])[[MASS, "concerned_t_per_year"]]
    assert found.loc[("material", "least")].tolist() == pytest.approx([100, 560])
    assert found.loc[("material", "most")].tolist() == pytest.approx([500, 560])
    assert found.loc[("municipal_landfill", "said")].tolist() == pytest.approx([60, 560])


@pytest.mark.parametrize(
    ("naf", "cost", "route", "both"),
    [("10", -12, "reuse", True), ("10", 6, "reuse", False), ("47", -12, "reuse", False),
     ("10", -12, "digestion", False)],
)  # fmt: skip
def test_what_a_food_industry_sells_of_its_residues_is_waste_or_not(naf, cost, route, both):
    """89 % of 65 %, met; without 96,000 t of whey, sold to a maker of powders, nobody can tell."""
    rows = [("E1", "food", None, 90, route, cost, "clean", None)]
    rows += [("E2", "paper", "200101", 10, "landfill", None, "clean", None)]
    out = outflows(rows).assign(description=["Lactosérum doux", "Papier"], naf_division=[naf, "47"])
    found = targets.measured(out, AIMS[AIMS["aim"] == "material"]).frame
    expected = {"least": 0, "most": 90} if both else {"said": 90}
    assert found.set_index("reading")["share_percent"].to_dict() == pytest.approx(expected)
    scopes = target_scope.told(out).frame.set_index("target_scope")[MASS]
    assert scopes.get("sold_perhaps", 0) == (90 if both else 0)


@pytest.mark.parametrize(
    ("name", "code", "taker", "route", "feeds"),
    [
        ("Drêches", "020701", None, "reuse", True),
        ("Pâtes et rebuts de cuisson", "020601", "Aliments du Bétail Fictif", "recycling", True),
        ("Pulpes", "020304", "Éleveurs voisins", "recycling", True),
        ("Pulpes", "020304", None, "recycling", False),  # nobody says so
        ("Drêches", "020701", None, "digestion", False),
        ("Cartons", "150101", "Éleveurs voisins", "reuse", False),
    ],
)
def test_plant_matter_that_is_said_to_feed_animals_is_no_waste(name, code, taker, route, feeds):
    """Directive 2008/98/EC, art. 2, § 2, e: 380 t of spent grain were in the rate, and animal tissues not."""
    rows = [("E1", "biowaste", code, 90, route, None, "clean", None)]
    rows += [("E2", "mixed", "200301", 10, "landfill", None, "mixed", None)]
    out = outflows(rows).assign(description=[name, "DIB"], contractor=[taker, None])
    found = targets.measured(out, AIMS[AIMS["aim"] == "material"]).frame["concerned_t_per_year"]
    assert found.tolist() == pytest.approx([10 if feeds else 100])


def test_soiled_packaging_is_of_the_material_of_its_family():
    """Drums of plastic that are burned were in the rate of packaging and not in that of its plastic."""
    rows = [
        ("E1", "plastic", "150102", 60, "recycling", None, "clean", None),
        ("E1", "plastic", "150110", 20, "incineration", None, "soiled", None),
        ("E1", "chemical", "150110", 20, "incineration", None, "soiled", None),
    ]
    found = targets.measured(outflows(rows), AIMS).frame.set_index("aim")["share_percent"]
    assert found[["packaging", "plastic"]].tolist() == pytest.approx([60, 75])


def test_packaging_without_a_code_is_counted_by_its_name_or_leaves_a_range():
    """« Bois : 0 %, non atteint », where 264 t of pallets without a code were recycled."""
    rows = [
        ("E1", "wood", "150103", 100, "energy", None, "clean", None),
        ("E1", "wood", None, 264, "recycling", None, "clean", None),
        ("E2", "wood", None, 500, "energy", None, "clean", None),
        ("E1", "plastic", "150102", 60, "recycling", None, "clean", None),
        ("E2", "plastic", None, 20, "landfill", None, "clean", None),
        ("E2", "plastic", None, 40, "recycling", None, "clean", None),
        ("E3", "mixed", None, 30, "landfill", None, "mixed", None),
    ]
    names = ["Palettes", "Palettes HS", "Chutes de chêne", "Films", "Caisses PSE", "Films et housses", "DIB"]
    out = outflows(rows).assign(description=names)
    found = targets.measured(out, AIMS).frame.set_index(["aim", "reading"])["share_percent"]
    assert found["wood", "said"] == pytest.approx(100 * 264 / 364)
    # A film may be of farming: it is packaging or not.
    assert found["plastic"].to_list() == pytest.approx([100 * 60 / 80, 100 * 100 / 120])
    assert found["packaging", "least"] == pytest.approx(100 * (264 + 60) / (364 + 80))
    told = target_scope.told(out)
    told.check("laissé de côté")
    tonnes = told.frame.set_index("target_scope")[MASS]
    assert tonnes[["packaging_named", "packaging_perhaps", "coded", "Total"]].tolist() == pytest.approx(
        [284, 40, 690, 1014]
    )


@pytest.mark.parametrize(
    ("family", "code", "name", "found"),
    [
        ("wood", None, "Cagettes et plateaux", ("yes", "150103")),
        ("paper", None, "Emballages papier", ("yes", "150101")),
        ("plastic", None, "Film complexe, laizes", ("perhaps", "150102")),
        ("cardboard", None, "Chutes de caisses", ("perhaps", "150101")),
        ("cardboard", "030308", "Caisses rebutées", ("no", "030308")),  # its code says what it is
        ("wood", None, "Chutes de débit", ("no", "")),
        ("plastic", None, "Purges sans emballage", ("no", "")),
        ("plastic", None, "Big bags déchirés", ("perhaps", "150102")),
        ("food", None, "Barquettes de fruits invendues", ("no", "")),
        ("mixed", None, "Emballages en mélange", ("yes", "150106")),
        ("mixed", None, "Benne de palettes et gravats", ("perhaps", "150106")),
        ("mixed", "150106", "Palettes et films", ("perhaps", "150106")),
        ("wood", "150103", "Modèles en bois", ("perhaps", "150103")),
        ("cardboard", "150101", "Cartons petit modèle", ("yes", "150101")),
    ],
)
def test_what_a_name_says_of_packaging(family, code, name, found):
    out = outflows([("E1", family, code, 9, "landfill", None, "clean", None)]).assign(description=name)
    assert packaging(out)[["packaging", "code"]].iloc[0].to_list() == [*found]


@pytest.mark.parametrize(
    ("family", "code", "name", "naf", "scope"),
    [
        ("mineral", "010102", "Stériles de découverte", "2370Z", "extraction"),
        ("mineral", None, "Fines de lavage du grès", "0812Z", "extraction"),
        ("mineral", None, "Fines de dépoussiérage", "2451Z", None),  # of a foundry
        ("mineral", "010413", "Boues de sciage", "2370Z", None),  # of a stonemason
        ("biowaste", "020106", "Fumier de volailles", "0147Z", "manure"),
        ("biowaste", None, "Lisier en excédent", "0146Z", "manure"),
        ("biowaste", "020103", "Écarts de champ", "0113Z", None),
    ],
)
def test_neither_extraction_waste_nor_spread_manure_is_in_the_rate_of_matter(family, code, name, naf, scope):
    """Directive 2008/98/EC, art. 2, § 1, f, § 2, b and d: 22,000 t of spoil made 63.9 % of 51.9 %."""
    rows = [("E1", family, code, 90, "reuse", None, "clean", None)]
    rows += [("E2", "mixed", "200301", 10, "landfill", None, "mixed", None)]
    out = outflows(rows).assign(description=[name, "DIB"], naf_division=[naf[:2], "47"])
    found = targets.measured(out, AIMS[AIMS["aim"] == "material"]).frame["concerned_t_per_year"]
    assert found.tolist() == pytest.approx([10 if scope else 100])
    told = set(target_scope.told(out).frame["target_scope"])
    assert told == {"coded", "Total", *[scope] * bool(scope)}
    # Composted or digested, manure is a waste again.
    digested = set(target_scope.told(out.assign(route="digestion")).frame["target_scope"])
    assert digested == {"coded", "Total", *[scope] * (scope == "extraction")}


def test_a_mineral_that_may_be_inert_leaves_the_rate_of_matter_open():
    """Sand for a quarry fill was untaxed as inert, and not inert for the target."""
    rows = [("E1", "mixed", "200301", 60, "recycling", None, "mixed", None)]
    rows += [("E2", "mineral", None, 40, "landfill", 58.0, "clean", None)]
    found = targets.measured(outflows(rows), AIMS[AIMS["aim"] == "material"]).frame
    assert dict(zip(found["reading"], found["share_percent"], strict=True)) == {"least": 60, "most": 100}


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.floats(1, 100), st.sampled_from(["recycling", "landfill", "unknown"])),
        min_size=1,
        max_size=4,
    )
)
def test_no_answer_to_what_is_not_said_leaves_the_range(mixes):
    """Each mix may be packaging or not, each unknown destination a recycler or a landfill."""
    sure = [("E1", "cardboard", "150101", 40, "recycling", None, "clean", None)]
    rows = sure + [("E1", "mixed", "150106", mass, route, None, "mixed", None) for mass, route in mixes]
    found = targets.measured(outflows(rows), AIMS).frame.set_index(["aim", "reading"])["share_percent"]
    answers = [[("no", 0), *((yes, mass) for yes in ANSWERS[route])] for mass, route in mixes]
    shares = []
    for answer in itertools.product(*answers):
        does = 40 + sum(mass for yes, mass in answer if yes == "yes")
        shares.append(100 * does / (40 + sum(mass for _, mass in answer)))
    assert found["packaging"][["least", "most"]].tolist() == pytest.approx([min(shares), max(shares)])


def test_earth_that_is_not_declared_clean_leaves_the_rate_of_matter_open_whatever_its_route():
    """3,050 t of earth reused, « mélangé », were left out as inert by their code alone."""

    def read(quality: str) -> dict[str, float]:
        rows = [
            ("E1", "mixed", "200301", 50, route, None, "mixed", None) for route in ("recycling", "landfill")
        ]
        rows.append(("E2", "mineral", "170504", 300, "reuse", None, quality, None))
        found = targets.measured(outflows(rows), AIMS[AIMS["aim"] == "material"]).frame
        return dict(zip(found["reading"], found["share_percent"], strict=True))

    assert read("clean") == {"said": 50}
    assert read("mixed") == {"least": 50, "most": 87.5}


def test_targets_do_not_depend_on_the_order_of_flows_and_hold_without_any():
    there, back = (targets.measured(rows, AIMS).frame for rows in (OUT, OUT[::-1]))
    pd.testing.assert_frame_equal(there, back)
    assert targets.measured(OUT.head(0), AIMS).frame.empty
    for steps in ([], [DIVERT]):
        none = diversion.what_if(OUT.head(0), steps)
        assert outcomes.recovery(none).frame.empty and outcomes.by_route(none).frame.empty
        assert outcomes.changes(none, FACTORS, YEARS).frame.empty


def test_every_target_has_its_text_and_says_whether_it_was_seen():
    rows = reference.load("waste_targets")
    assert rows.groupby("aim")["title"].nunique().eq(1).all()
    # Regulation (EU) 2025/40, art. 52, 70 and 71: it applies, and the directive ends, on 12 August 2026.
    for day, text in (("2026-08-11", "94/62/CE, art. 6"), ("2026-08-12", "2025/40, art. 52")):
        aims = targets.targets(day=day).fillna({"waste_code_prefixes": ""})
        packaging = aims[aims["waste_code_prefixes"].str.startswith("1501")]
        assert aims["target"].is_unique and set(aims["target"]) == set(rows["target"])
        assert packaging["text_ref"].str.contains(text).all() and len(packaging) == 12
    assert rows.groupby("target")[["aim", "target_value", "year"]].nunique().eq(1).all(axis=None)
    assert (
        rows.groupby("aim")[["indicator", "waste_code_prefixes"]].nunique(dropna=False).eq(1).all(axis=None)
    )
    assert rows[["text_ref", "source", "applies_to"]].notna().all(axis=None)
    assert set(rows["seen"]) == {"yes", "no"} and rows["target_value"].between(0, 100).all()
    left = targets.unmeasured(AIMS)
    assert (rows["indicator"].isin(targets.COUNTED) | rows["target"].isin(left["target"])).all()
    cuts = rows["indicator"].isin(["landfill_cut_percent", targets.PER_VALUE])
    assert cuts.equals(rows["base_year"].notna())
    cut = left[left["base_year"].notna()]
    assert cut["target"].tolist() == ["landfill_cut_2020", "landfill_cut_2025", "per_value_2030"]
    assert cut["to_know"].str.contains("en 2010.*que l'enquête ne demande pas").all()
    assert cut["to_know"].str.contains("valeur ajoutée").tolist() == [False, False, True]
    # Art. L. 541-1, I: what fills a quarry is recovered, and what cannot be recycled is not told.
    other = left[left["base_year"].isna()].set_index("target")["to_know"]
    assert "remblai" in other["building_2020"] and "valorisation matière" in other["residual_2025"]
    spelt = targets.sources(AIMS).set_index("target")["waste_code_prefixes"]
    assert spelt["municipal_2025"] == "20 et 15\u00a001" and pd.isna(spelt["material_2020"])
    codes = reference.load("waste_codes")["waste_code"]
    for prefix in " ".join(rows["waste_code_prefixes"].dropna()).split():
        assert codes.str.startswith(prefix).any()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('kind = "divert"\nshare = 0.5', "demande aussi to_route"),
        ('kind = "divert"\nto_route = "compost"', "« compost » n'est pas un exutoire"),
        ('kind = "divert"\nto_route = "energy"\ncategory = "bois"', "« bois » n'est pas une famille"),
        ('kind = "divert"\nto_route = "energy"\nsite_id = "E1"', "« site_id » ne dit rien"),
        ('kind = "divert"\nto_route = "energy"\nroute = "x"', "route"),
        ('kind = "divert"\nto_route = "energy"\nshare = 1.5', "share"),
        ('kind = "sort"\ncategory = "mixed"\nto_route = "recycling"', "demande aussi to_category"),
        ('kind = "close"', "demande aussi contractor"),
        ('kind = "tax"\nfrom_route = "recycling"\nrise_eur_per_t = 5.0', "la taxe se relève sur"),
        ('kind = "burn"', "kind"),
    ],
)
def test_a_scenario_that_says_too_little_or_too_much_is_refused(tmp_path, lines, words):
    file = tmp_path / "study.toml"
    head = 'title = "a"\nterritory = "b"\n[[scenarios.flows]]\nname = "S"\n'
    file.write_text(head + lines, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_config(file)
    told = str(caught.value).replace("\u00a0", " ")
    assert words in told and "study.toml" in told and "\n" not in told


def test_a_step_that_touches_nothing_is_named():
    known, wrong = step("close", contractor="Bois"), step("close", contractor="Bios")
    lost = step("lose", site_id="E9")
    assert diversion.idle(OUT, [DIVERT, wrong, known, lost]) == [wrong, lost]
    assert diversion.idle(OUT.head(0), [DIVERT]) == [DIVERT]
    entering = pd.DataFrame({"site_id": ["E9"]})
    only, other = diversion.idle_names([lost, lost, wrong], entering)
    assert only.startswith("S (cet acteur ne cède rien") and other == "S"


def test_what_the_department_collects_apart():
    """SINOE, Haut-Rhin: 100 t of 400 are residual in 2017; of the years until the wave's, the last one."""
    published = pd.DataFrame(
        [
            ("68", 2017, "07A", 100.0),
            ("68", 2017, "07E", 300.0),
            ("68", 2019, "07A", 1.0),
            ("67", 2017, "07A", 9.0),
        ],
        columns=["department_code", "year", "waste_type_code", MASS],
    ).assign(department="Haut-Rhin")
    found = targets.collected_apart(published, pd.Series(["68334", None]), 2018)
    assert found.to_numpy().tolist() == [["Haut-Rhin", 2017, 75.0]]
    assert targets.collected_apart(published, pd.Series(["01004"]), 2018).empty


PARTS = diversion.what_if(OUT, [DIVERT, step("tax", from_route="landfill", rise_eur_per_t=20.0)])
TABLES = {
    "emitted": emissions.emitted(OUT, FACTORS, "impact", ["category", "route"]),
    "covered": emissions.covered(OUT, FACTORS),
    "routes": outcomes.by_route(PARTS),
    "recovery": outcomes.recovery(PARTS),
    "material": outcomes.as_material(PARTS),
    "levels": outcomes.levels(PARTS, FACTORS, YEARS),
    "changes": outcomes.changes(PARTS, FACTORS, YEARS),
    "unrated": outcomes.changes(
        diversion.what_if(OUT, [step("divert", category="cardboard", to_route="recycling")]), FACTORS, YEARS
    ),
    "targets": targets.measured(OUT, AIMS),
    "scope": target_scope.told(
        OUT.assign(description=OUT["category"].map({"cardboard": "Caisses"}).fillna("unknown"))
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_leaves_through_the_gate(name, small_study):
    """As sums of the flows' records, for the team and, audited, for partners."""
    for audience in ("internal", "partners"):
        table = Release(small_study, audience, "essai").table(TABLES[name], name)
        assert len(table.frame)


@pytest.mark.parametrize("name", ["levels", "changes"])
def test_a_number_of_a_scenario_is_a_public_multiple_of_tonnes_or_of_a_stated_bill(name):
    table = TABLES[name]
    records, coefficients = table.records, table.coefficients()
    bill = (records["cost_before_eur_per_t"] * records["declared_t_per_year"]).fillna(0.0)
    billed = np.isclose(records["declared_value"].abs(), bill.abs()) & (records["effect"] == "cost")
    assert np.allclose(records.loc[~billed, "declared_value"], records.loc[~billed, "declared_t_per_year"])
    # Of a bill, the part of the flow that stays or moves; of tonnes, that part times a public rate.
    assert np.allclose(np.abs(coefficients[billed]), records.loc[billed, "part"])
    jobs = (records["effect"] == "direct_jobs").to_numpy()
    assert (np.abs(coefficients[jobs]) < 0.1).all() and jobs.any() and billed.any()


def test_whey_that_is_used_again_spares_by_its_dry_matter() -> None:
    """96,000 t of whey spared 147,000 tCO2e by the mean of all food: 97 % of a study's figure."""
    whey = pd.DataFrame(
        {"category": "food", "route": ["reuse", "reuse", "recycling"], "waste_code": None,
         "description": ["Lactosérum doux", "Yaourts", "Lactosérum doux"]}
    )  # fmt: skip
    rates = emissions.rated(whey, factor_table(), "spared")["rate_per_t"].tolist()
    assert rates == pytest.approx([0.09, 1.53, 0.25])


def test_minerals_of_no_demolition_spare_a_quarry_alone() -> None:
    """Sand and limestone spared what the steel of demolished concrete does, 53 kg/t."""
    codes = ["100908", "170101", None, "100908"]
    route = ["recycling", "recycling", "recycling", "landfill"]
    sand = pd.DataFrame({"category": "mineral", "route": route, "waste_code": codes, "description": "Sable"})
    spared, caused = (
        emissions.rated(sand, factor_table(), account)["rate_per_t"].tolist()
        for account in ("spared", "impact")
    )
    assert spared == pytest.approx([0.004, 0.053, 0.053, 0]) and caused[:2] == pytest.approx([0.02, 0.026])
