"""Balances of a survey: by actor, by family, between two answers, and drawn without losing a tonne."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.flows.balance.balance_paths import (
    UNEXPLAINED,
    from_elsewhere,
    sent_and_received,
    taken_paths,
)
from eit_analysis.flows.balance.kin import own_waste
from eit_analysis.flows.balance.reconciliation import deviations
from eit_analysis.flows.balance.territory_balance import REMAINDER, family_balance, survey_balance
from eit_analysis.flows.uncertainty.lognormal import log_sd
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.publishing import wording
from eit_analysis.tables import CATEGORIES, fields

SITES = pd.DataFrame(
    {
        "site_id": ["E01", "E02", "S01", "F01"],
        "name": ["Scierie du Chêne", "Laiterie", "Ressourcerie", "Méthaniseur du Val"],
        "actor_type": ["firm", None, "ess", "outlet"],
    }
)

_, LOW_END, HIGH_END = REMAINDER


def answers(rows: list[tuple]) -> pd.DataFrame:
    """Flows from (site, direction, family, mass, half-width, route, contractor)."""
    names = ["site_id", "direction", "category", MASS, "half", "route", "contractor"]
    frame = pd.DataFrame(rows, columns=names)
    frame = frame.assign(**{LOW: frame[MASS] - frame["half"], HIGH: frame[MASS] + frame["half"]})
    frame["flow_id"] = [f"{site}-{row:02d}" for row, site in enumerate(frame["site_id"])]
    frame = frame.assign(
        naf_division="10",
        waste_code="unknown",
        description="",
        actor_type=frame["site_id"].map(SITES.set_index("site_id")["actor_type"]),
        source_file="essai.xlsx",
        source_sheet="Flux",
        source_row=range(2, len(frame) + 2),
    )
    kinds = {"site_id": "str", "direction": "str", "category": "str", "route": "str", "contractor": "str"}
    return frame.astype({**kinds, MASS: float, LOW: float, HIGH: float})


def test_an_actor_that_only_takes_has_a_remainder_and_a_firm_has_none():
    flows = answers(
        [("F01", "in", "biowaste", 100, 5, None, None),
         ("F01", "out", "biowaste", 80, 12, "composting", None),
         ("S01", "in", "textile", 10, 2, None, None), ("S01", "out", "textile", 11, 2, "reuse", None),
         ("E01", "in", "wood", 50, 1, None, None), ("E01", "out", "wood", 5, 1, "energy", None),
         ("E02", "out", "biowaste", 30, 3, "unknown", None)]
    )  # fmt: skip
    actors = survey_balance(flows, SITES).actors.set_index("site_id")
    assert actors["verdict"].to_dict() == {
        "E01": "not_verifiable", "E02": "not_verifiable", "F01": "missing_output", "S01": "balanced",
    }  # fmt: skip
    bounds = ["remainder_t_per_year", "remainder_low_t_per_year", "remainder_high_t_per_year"]
    assert actors.loc["F01", bounds].tolist() == pytest.approx([20, 7, 33])  # half-width sqrt(5^2 + 12^2)
    assert actors.loc["E01", bounds].isna().all()
    # What a firm sends out it took in: the laiterie bought 30 t at least, nothing says so of a taker.
    lacking = actors["missing_inputs_t_per_year"]
    assert lacking[["E01", "E02"]].tolist() == [0, 30] and lacking[["F01", "S01"]].isna().all()
    # One side only is a missing answer, not a gap; more out than in is said.
    flows = answers([("F01", "in", "wood", 9, 1, None, None), ("S01", "in", "food", 1, 0.1, None, None),
                     ("S01", "out", "food", 3, 0.1, "reuse", None)])  # fmt: skip
    actors = survey_balance(flows, SITES).actors.set_index("site_id")
    assert actors["verdict"].to_dict() == {"F01": "not_verifiable", "S01": "missing_input"}


def test_family_balance():
    flows = answers(
        [("E01", "out", "biowaste", 60, 3, "digestion", None), ("E02", "out", "biowaste", 40, 4, None, None),
         ("E02", "out", "biowaste", 500, 50, "landfill", None),
         ("F01", "in", "biowaste", 240, 12, None, None),
         ("E01", "out", "wood", 30, 1, "energy", None), ("S01", "in", "wood", 10, 1, None, None),
         ("E01", "out", "glass", 3, 1, "recycling", None), ("S01", "out", "wood", 9, 1, "reuse", None)]
    )  # fmt: skip
    families = survey_balance(flows, SITES).families.set_index("category")
    assert families.index.tolist() == ["biowaste", "wood", "glass"]  # from the heaviest down
    assert families["verdict"].to_dict() == {
        "biowaste": "from_elsewhere", "wood": "to_elsewhere", "glass": "no_taker",
    }  # fmt: skip
    row = families.loc["biowaste"]
    assert row["sent_t_per_year"] == 600 and row["recoverable_t_per_year"] == 100
    assert (
        row["remainder_t_per_year"] == 140
    )  # half-width 13 from 3, 4, 12; what is landfilled is not compared
    assert row["remainder_high_t_per_year"] - 140 == pytest.approx(13)


def test_what_a_surveyed_firm_takes_in_does_not_leave_the_survey():
    """Of 80 t of wood 55 name the sawmill, that takes wood in: 25 may reach the workshop, or leave."""
    flows = answers(
        [("E02", "out", "wood", 55, 1, "recycling", "scierie du chêne"),
         ("E02", "out", "wood", 25, 1, "energy", "Chaufferie"), ("E01", "in", "wood", 380, 9, None, None),
         ("S01", "in", "wood", 9, 1, None, None),
         ("E02", "out", "metal", 30, 1, "recycling", "Scierie du Chêne"),  # a carrier: it takes in no metal
         ("S01", "in", "metal", 2, 1, None, None)]
    )  # fmt: skip
    families = family_balance(flows, SITES).set_index("category")
    assert families["sent_t_per_year"].to_dict() == {"wood": 80, "metal": 30}
    assert families["recoverable_t_per_year"].to_dict() == {"wood": 25, "metal": 30}
    assert families["remainder_t_per_year"].to_dict() == {"wood": -16, "metal": -28}
    flows = flows.assign(evidence="declared")
    out, incoming = (flows[flows["direction"] == side] for side in ("out", "in"))
    released = sent_and_received(out, incoming, SITES, family_balance(flows, SITES)).frame
    assert released.set_index("category")["remainder_t_per_year"].to_dict() == {"wood": -16, "metal": -28}
    assert from_elsewhere(out, incoming, SITES).frame[MASS].tolist() == [0, 11]
    told = wording.heading("verdict").labels["to_elsewhere"]
    assert "enquête" not in told  # a surveyed firm that nobody names may have it


def test_two_answers_about_the_same_tonnes_are_reconciled():
    # The firm names the digester and the digester names the firm: 100 +/- 20 against 110 +/- 10.
    flows = answers(
        [("E02", "out", "biowaste", 100, 20, "digestion", "MÉTHANISEUR DU VAL"),
         ("F01", "in", "biowaste", 110, 10, None, "laiterie"),
         ("E02", "out", "wood", 7, 1, "energy", "Ailleurs")]
    )  # fmt: skip
    found = survey_balance(flows, SITES)
    values = found.balance.flows.set_index("flow")["reconciled_t_per_year"]
    assert (
        values["E02-00"] == values["F01-01"] == pytest.approx((100 / 400 + 110 / 100) / (1 / 400 + 1 / 100))
    )
    assert deviations(found.balance).iloc[0] == pytest.approx(80**0.5 / 1.959964)
    assert found.balance.degrees_of_freedom == 1 and found.suspects.empty
    checked = found.checked.set_index("measurement_status")
    assert checked["n_flows"].to_dict() == {"redundant": 2, "just_determined": 1}
    assert checked.loc["redundant", "share_percent"] == pytest.approx(100 * 210 / 217)


def test_a_wrong_unit_is_named_with_its_cell_one_or_the_other():
    flows = answers([("E02", "out", "biowaste", 0.1, 0.02, "digestion", "Méthaniseur du Val"),
                     ("F01", "in", "biowaste", 100, 5, None, "Laiterie")])  # fmt: skip
    suspects = survey_balance(flows, SITES).suspects
    assert suspects["flow"].tolist() == ["E02-00", "F01-01"]
    assert suspects["alternatives"].tolist() == ["F01-01", "E02-00"]
    assert suspects["suggested_t_per_year"].tolist() == pytest.approx([100, 0.1])
    assert suspects["source_row"].tolist() == [2, 3] and suspects["site_id"].tolist() == ["E02", "F01"]


@pytest.mark.parametrize(("received", "verified"), [(90.0, False), (20.0, True)])
def test_a_total_must_hold_what_is_sent_to_it(received, verified):
    # The taker names nobody: its total may hold arrivals from elsewhere, but not less than what is sent.
    flows = answers(
        [("E01", "out", "wood", 30, 3, "recycling", "Ressourcerie"),
         ("E02", "out", "wood", 40, 3, "recycling", "Ressourcerie"),
         ("S01", "in", "wood", received, 5, None, None)]
    )  # fmt: skip
    found = survey_balance(flows, SITES)
    arrivals = found.balance.flows.set_index("flow").loc["arrivals|S01|wood", "reconciled_t_per_year"]
    assert arrivals == pytest.approx(0 if verified else 20)
    assert found.suspects["flow"].tolist() == (["E01-00", "E02-01", "S01-02"] if verified else [])


def test_names_that_point_to_nobody():
    twins = SITES.assign(name=["Même nom", "Même nom", "Ressourcerie", None])
    flows = answers(
        [("S01", "in", "wood", 5, 1, None, "Même nom"), ("E01", "out", "wood", 5, 1, "reuse", "Ressourcerie"),
         ("S01", "out", "wood", 2, 1, "reuse", "Ressourcerie")]
    )  # fmt: skip
    assert survey_balance(flows, twins).balance.degrees_of_freedom == 0  # itself, or one of two: no check


def test_hostile_tables():
    empty = survey_balance(answers([]), SITES.head(0))
    for frame in (empty.actors, empty.families, empty.checked, empty.suspects):
        assert frame.empty
    assert from_elsewhere(answers([]), answers([]), SITES.head(0)).frame[MASS].tolist() == [0, 0]
    both = ["category", "route"]
    assert taken_paths(answers([]), SITES, both).frame.empty
    zero = answers([("F01", "in", "wood", 0, 0, None, None), ("F01", "out", "wood", 0, 0, "reuse", None)])
    found = survey_balance(zero, SITES)
    assert found.actors["verdict"].tolist() == ["balanced"] and taken_paths(zero, SITES, both).frame.empty
    stranger = answers([("X99", "out", "wood", 4, 1, None, None)])
    assert survey_balance(stranger, SITES).actors["verdict"].tolist() == ["not_verifiable"]


def pallets_and_food() -> pd.DataFrame:
    flows = answers(
        [("S01", "in", "wood", 75, 40, None, None), ("S01", "out", "wood", 56, 30, "reuse", None),
         ("S01", "out", "wood", 16, 1, "energy", None), ("S01", "in", "food", 25, 5, None, None),
         ("S01", "out", "paper", 0.6, 0.1, "recycling", None),
         ("S01", "out", "mixed", 12, 1, "landfill", None)]
    )  # fmt: skip
    return flows.assign(density_unit=["palette", "palette", None, None, None, None])


def test_a_family_goes_to_its_own_outputs_and_own_waste_aside():
    flows = pallets_and_food()
    paths = taken_paths(flows, SITES, ["category", "route"]).frame.set_index(["category", "route"])[MASS]
    assert paths.to_dict() == pytest.approx({
        ("food", UNEXPLAINED): 25, ("wood", "reuse"): 56, ("wood", "energy"): 16, ("wood", UNEXPLAINED): 3,
    })  # fmt: skip
    assert own_waste(flows, SITES)["category"].tolist() == ["paper", "mixed"]
    turned = taken_paths(flows.iloc[::-1], SITES, ["category", "route"]).frame
    pd.testing.assert_frame_equal(turned, taken_paths(flows, SITES, ["category", "route"]).frame)
    # Peelings were vegetables; garden waste was none.
    rest = answers([("S01", "out", "biowaste", mass, 0, "composting", None) for mass in (8, 2)])
    rest = pd.concat([flows, rest.assign(waste_code=["020304", "200201"])], ignore_index=True)
    paths = taken_paths(rest, SITES, ["category", "route"]).frame.set_index(["category", "route"])[MASS]
    assert paths["food"].to_dict() == pytest.approx({"composting": 8, UNEXPLAINED: 17})
    assert own_waste(rest, SITES)[MASS].tolist() == [0.6, 12, 2]
    parts = survey_balance(rest.assign(flow_id=rest.index.astype("str")), SITES).parts
    assert parts.set_index("category").loc["food", "remainder_t_per_year"] == pytest.approx(17)
    # Who receives mixed waste may take wood and paper out of it.
    mixing = pd.concat([flows, answers([("S01", "in", "mixed", 30, 1, None, None)])])
    assert own_waste(mixing, SITES).empty


def test_food_that_never_comes_out_is_not_offset_by_a_bin():
    found = survey_balance(pallets_and_food(), SITES)
    parts = found.parts.set_index("category")
    # A social-economy structure may sell what it received: nobody asked.
    assert parts["verdict"].to_dict() == {"food": "sales_not_asked", "wood": "balanced"}
    assert found.actors["verdict"].tolist() == ["sales_not_asked"]  # the gravest
    assert found.actors["remainder_t_per_year"].tolist() == pytest.approx([28])
    assert found.actors["own_waste_t_per_year"].tolist() == pytest.approx([12.6])
    # The weight of a pallet is wrong on both sides alike.
    apart = survey_balance(pallets_and_food().drop(columns="density_unit"), SITES).parts
    apart = apart.set_index("category").loc["wood"]
    half = parts.loc["wood", "remainder_high_t_per_year"] - 3
    assert half < 0.8 * (apart["remainder_high_t_per_year"] - 3)


def test_a_piece_weighs_what_its_own_family_says_whatever_it_balances_with():
    # Cartons of who sorts mixed waste come of it: a pallet of cartons weighs what it weighs all the same.
    flows = answers(
        [("S01", "in", "mixed", 30, 1, None, None), ("S01", "out", "cardboard", 9, 4, "recycling", None),
         ("S01", "out", "cardboard", 6, 3, "recycling", None), ("S01", "out", "wood", 9, 4, "energy", None)]
    )  # fmt: skip
    counted = flows.assign(density_unit=[None, "palette", "palette", "palette"])
    found, apart = (survey_balance(rows, SITES) for rows in (counted, flows))
    assert found.parts["category"].tolist() == ["mixed"]
    # The cartons are wrong together, and no pallet of wood with them: 2 x 4 x 3 more of variance.
    for told, alone in ((found.parts, apart.parts), (found.actors, apart.actors)):
        squares = [((t[HIGH_END] - t[LOW_END]) / 2).item() ** 2 for t in (told, alone)]
        assert squares[0] - squares[1] == pytest.approx(2 * 4 * 3)


def test_pallets_of_several_actors_are_wrong_together():
    """What is left of 120 t of pallets in and 50 t out, at two actors, beside 60,000 draws of one weight."""
    flows = answers(
        [("S01", "in", "wood", 80, 32, None, None), ("S01", "out", "wood", 50, 20, "reuse", None),
         ("S02", "in", "wood", 40, 16, None, None), ("S01", "in", "textile", 10, 2, None, None)]
    ).assign(density_unit=["palette", "palette", "palette", None])  # fmt: skip
    sites = pd.concat([SITES, SITES[SITES["site_id"] == "S01"].assign(site_id="S02", name="Autre")])
    left = taken_paths(flows, sites, ["route"]).frame.set_index("route").loc[UNEXPLAINED]
    assert left[MASS] == pytest.approx(80)
    # A pallet of wood is known to 37.5 % (0.012 to 0.03 t for 0.024), each flow to 40 % in all.
    weight = log_sd(np.array([0.024]), np.array([0.009]))[0]
    own = np.sqrt(log_sd(np.array([1.0]), np.array([0.4]))[0] ** 2 - weight**2)
    rng = np.random.default_rng(1)
    z, each = rng.standard_normal((60_000, 1)), rng.standard_normal((60_000, 3))
    masses = np.array([80, 50, 40]) * np.exp(weight * z + own * each - (weight**2 + own**2) / 2)
    drawn = masses @ [1, -1, 1] + rng.normal(10, 2 / 1.96, 60_000)
    low, high = left["mass_low_t_per_year"], left["mass_high_t_per_year"]
    assert (high - low) / 2 == pytest.approx(1.96 * drawn.std(), rel=0.05)
    # By hand: 70 t of one weight, then what the flows have of their own. Taken as independent: 41.
    c = weight * 70
    rest = np.array([32, 20, 16]) / 1.96
    alone = (rest**2 - (weight * np.array([80, 50, 40])) ** 2).sum()
    assert (high - low) / 2 == pytest.approx(np.sqrt(1.96**2 * (c**2 + alone) + 2**2), rel=1e-3)
    # Families too: what is received in pallets less what is sent in pallets.
    sent = answers(
        [("E01", "out", "wood", 100, 40, "reuse", None), ("S01", "in", "wood", 80, 32, None, None)]
    )
    pallets = family_balance(sent.assign(density_unit="palette"), SITES).iloc[0]
    assert pallets["remainder_high_t_per_year"] + 20 < 0.6 * np.hypot(40, 32)


rows = st.lists(
    st.tuples(
        st.sampled_from(["E01", "E02", "S01", "F01"]), st.sampled_from(["in", "out"]),
        st.sampled_from(["wood", "biowaste", "food"]), st.integers(0, 1000), st.integers(0, 50),
        st.sampled_from([None, "reuse", "digestion", "landfill"]), st.sampled_from([None, *SITES["name"]]),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=8)
@given(rows)
def test_any_survey_balances_or_says_why(drawn):
    flows = answers(drawn)
    # An exact flow that contradicts another is refused (see balance): every answer keeps some doubt here.
    found = survey_balance(flows.assign(**{LOW: flows[LOW] - 1, HIGH: flows[HIGH] + 1}), SITES)
    assert found.checked["n_flows"].sum() == len(flows)
    assert (found.actors["verdict"] == "not_verifiable").equals(found.actors["remainder_t_per_year"].isna())
    bought = found.balance.flows["flow"].str.startswith("bought")
    assert (found.balance.flows.loc[bought, "status"] == "unobservable").all()


@settings(max_examples=25)
@given(rows)
def test_no_tonne_is_lost_from_the_cells_to_the_drawing(drawn):
    flows = answers(drawn)
    families = family_balance(flows, SITES)
    takes = flows["site_id"].isin(["S01", "F01"])
    out = flows["direction"] == "out"
    bounds = from_elsewhere(flows[out & ~takes], flows[~out & takes], SITES).frame.set_index("bound")[MASS]
    taking = families.dropna(subset="received_t_per_year")
    least = taking["remainder_t_per_year"].clip(lower=0).sum()
    most = (taking["received_t_per_year"] - taking["linked_t_per_year"]).clip(lower=0).sum()
    assert bounds.tolist() == pytest.approx([least, most]) and least <= most + 1e-9
    taken = taken_paths(flows, SITES, ["category", "route"]).records
    own = flows["flow_id"].isin(own_waste(flows, SITES)["flow_id"])
    received, reissued = taken["category"] != UNEXPLAINED, taken["route"] != UNEXPLAINED
    for key, kept, cells in (("category", received, ~out), ("route", reissued, out)):
        drawn_sums = taken[kept].groupby(["site_id", key])[MASS].sum()
        known = flows[cells & takes & ~own].assign(route=flows["route"].fillna("unknown"))
        expected = known.groupby(["site_id", key])[MASS].sum()
        expected = expected[expected > 0]
        assert drawn_sums.to_dict() == pytest.approx(expected.to_dict())


def test_order_of_rows_changes_nothing():
    flows = answers(
        [("E02", "out", "biowaste", 0.1, 0.02, "digestion", "Méthaniseur du Val"),
         ("F01", "in", "biowaste", 100, 5, None, "Laiterie"),
         ("F01", "out", "biowaste", 60, 5, "composting", None)]
    )  # fmt: skip
    one, other = survey_balance(flows, SITES), survey_balance(flows.iloc[::-1], SITES)
    pd.testing.assert_frame_equal(one.actors, other.actors)
    pd.testing.assert_frame_equal(one.families, other.families)
    assert set(one.suspects["flow"]) == set(other.suspects["flow"])


def test_every_column_and_code_has_french_words():
    flows = answers([("E02", "out", "biowaste", 0.1, 0.02, "digestion", "Méthaniseur du Val"),
                     ("F01", "in", "biowaste", 100, 5, None, "Laiterie")])  # fmt: skip
    found = survey_balance(flows, SITES)
    for frame in (found.actors, found.parts, found.families, found.checked, found.suspects):
        assert all(wording.heading(column).header for column in frame.columns)
    for column, codes in {
        "verdict": ["not_verifiable", "balanced", "missing_output", "sales_not_asked", "missing_input",
                    "no_taker", "from_elsewhere", "to_elsewhere"],
        "measurement_status": ["redundant", "just_determined", "exact", "suspect", "process", "loose"],
        "route": [UNEXPLAINED, "process_output"], "site_id": [UNEXPLAINED],
        "category": [UNEXPLAINED, "every"],
    }.items():  # fmt: skip
        assert set(codes) <= set(wording.heading(column).labels)
    assert wording.heading("route").labels[UNEXPLAINED] == "non expliqué"
    assert set(CATEGORIES) <= set(wording.heading("category").labels) and "site_id" in fields("sites")
