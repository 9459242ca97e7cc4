"""Next steps, realised tonnes and the fiche of one synergy."""

import numpy as np
import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.change.durations import PASSAGE_COLUMNS
from eit_analysis.config_synergies import Allocation
from eit_analysis.publishing.wording import heading
from eit_analysis.reference.factors import factor_table
from eit_analysis.sheet_content import Asked, Listed, Said, Summed
from eit_analysis.synergies.allocation.joint_plan import allocate
from eit_analysis.synergies.gates import GATES
from eit_analysis.synergies.impacts import INDICATORS, impacts
from eit_analysis.synergies.pooling.costs import cost_table, threshold_table
from eit_analysis.synergies.pooling.groups import POOL_COLUMNS
from eit_analysis.synergies.pooling.thresholds import COLLECTION
from eit_analysis.synergies.register.exchange_sheet import NEXT, QUOTE
from eit_analysis.synergies.register.fiche import JOINED, LISTED, content, fiche
from eit_analysis.synergies.register.links import Methods, is_network
from eit_analysis.synergies.register.reasons import NEAREST_COLUMNS, REASON_COLUMNS, nearest
from eit_analysis.synergies.register.recall import RECALL_COLUMNS, recall
from eit_analysis.synergies.register.steps import NEXT_STEP, next_steps, realisation
from eit_analysis.synergies.substitution import CANDIDATE_COLUMNS
from eit_analysis.synergies.utilities import surplus

SITES = pd.DataFrame(
    {"site_id": ["A", "B", "C"], "name": ["Aa", "Bb", "Cc"], "actor_type": ["firm", "ess", "firm"],
     "commune_name": "Thann"}
)  # fmt: skip


def flow(flow_id, site, direction, category, description, mass, row):
    about = dict.fromkeys([*LISTED["flows"][0], "quality", "waste_code", "source_sheet"]) | {
        "flow_id": flow_id, "site_id": site, "direction": direction, "category": category,
        "description": description, "mass_t_per_year": mass, "source_file": f"{site}.xlsx", "source_row": row,
    }  # fmt: skip
    return about | {"cost_eur_per_t": np.nan}


FLOWS = pd.DataFrame(
    [
        flow("A-1", "A", "out", "wood", "Palettes", 10.0, 4),
        flow("A-2", "A", "out", "wood", "Palettes cassées", 6.0, 5),
        flow("A-3", "A", "out", "paper", "Papiers", 3.0, 6),
        flow("C-1", "C", "out", "paper", "Papiers", 2.0, 4),
        flow("B-1", "B", "in", "wood", "Palettes à réparer", 12.0, 9),
    ]
)
SHARING = pd.DataFrame(
    [("A", "service", "Lavage du linge", "need", 12.0, "t", "A.xlsx", "Mutualisations", 3)],
    columns=["site_id", "nature", "item", "side", "volume_per_year", "unit", "source_file", "source_sheet",
             "source_row"],
)  # fmt: skip


def candidate(out, supply, rank, **changes):
    return dict.fromkeys(CANDIDATE_COLUMNS) | {
        "candidate_id": f"{out}>B-1", "out_flow_id": out, "in_flow_id": "B-1", "giver_site_id": "A",
        "taker_site_id": "B", "category": "wood", "input_category": "wood", "yield_central": 1.0,
        "need_t_per_t": 1.0, "most_of_need": 1.0,
        "supply_t_per_year": supply, "demand_t_per_year": 12.0, "diverted_t_per_year": supply,
        "diverted_low_t_per_year": supply, "diverted_high_t_per_year": supply, "old_route": "landfill",
        "new_route": "reuse", "old_cost_eur_per_t": 100.0, "distance_km": 10.0, "score": 60.0, "rank": rank,
        "rank_low": 1, "rank_high": 2, "confidence": "high", "giver_evidence": "measured",
        "taker_evidence": "declared",
    } | changes  # fmt: skip


CANDIDATES = pd.DataFrame([candidate("A-1", 10.0, 2), candidate("A-2", 6.0, 1)]).assign(choice="first_choice")
PLAN = allocate(
    impacts(CANDIDATES, FLOWS, SITES, factor_table()), Allocation(minimum_lot_t=0), "diverted_t_per_year"
).exchanges
POOLS = (
    pd.DataFrame(
        [("M-1", COLLECTION, "paper", "A C"), ("M-2", "service", None, "A C")],
        columns=["pooling_id", "nature", "category", "members"],
    )
    .reindex(columns=POOL_COLUMNS)
    .assign(group_lacks="no_load")
)
REFUSED = pd.DataFrame(
    [("S3", "A-3", "B-1", "A", "B", "paper", "receiver")],
    columns=["synergy_id", "out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "category", "gate"],
)


def recalled(*rows):
    names = [
        "synergy_id", "title", "kind", "category", "site_ids", "carrier", "status", "realised_t_per_year",
        "found", "potential_t_per_year", "miss_reason", "candidate_ids", "pooling_ids",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names).reindex(columns=RECALL_COLUMNS)


REGISTER = recalled(
    ("S1", "Palettes réparées", "exchange", "wood", "A B", "B", "study", 0.0, "yes", 12.0, None,
     "A-1>B-1 A-2>B-1", None),
    ("S2", "Collecte du papier", "pooling", "paper", "A C", None, "done", 1.0, "yes", 5.0, None, None, "M-1"),
    ("S3", "Calage", "exchange", "paper", "A B", "A", "lead", 0.0, "no", None, "gate_receiver", None, None),
    ("S4", "Lavage du linge", "pooling", "textile", "A C", "C", "done", 0.0, "yes", None, None, None, "M-2"),
    ("S5", "Rien", "exchange", "wood", "A", None, "dropped", 0.0, "no", None, "one_actor", None, None),
)  # fmt: skip
STAYS = pd.DataFrame(
    [("S3", "", "exchange", "", "lead", None, None, None, 40.0, "waiting"),
     ("S1", "", "exchange", "", "lead", "study", None, None, 60.0, "passed"),
     ("S1", "", "exchange", "", "study", None, None, None, 5.0, "waiting")],
    columns=PASSAGE_COLUMNS,
)  # fmt: skip
STEPS = next_steps(REGISTER, CANDIDATES, STAYS)


HELD = pd.DataFrame(columns=["synergy_id", *JOINED])
RULES = reference.load("compatibility"), threshold_table(cost_table())
METHODS = Methods(PLAN, REFUSED, POOLS, *RULES)


def of(name, refused=REFUSED, held=HELD):
    return fiche(name, REGISTER, STEPS, PLAN, refused, POOLS, FLOWS, SHARING, SITES, held, METHODS)


def test_the_next_step_follows_the_stage_and_names_what_blocks_it():
    table = STEPS.set_index("synergy_id")
    assert table["next_step"].to_dict() == {
        "S1": "agree", "S2": "measure_group", "S3": "meet", "S4": "measure_group", "S5": "close",
    }  # fmt: skip
    # Of what is done or dropped nothing is in the way, nor said to be known of none.
    assert table["blocked_by"].dropna().to_dict() == {
        "S1": "none", "S3": "gate_receiver", "S4": "no_tonnes",
    }  # fmt: skip
    assert table.loc["S1", "months_at_stage"] == 5
    # What has ended is not weighed any more.
    ended = next_steps(REGISTER, CANDIDATES, STAYS, {"S2", "S5"}).set_index("synergy_id")["next_step"]
    assert ended[["S2", "S4", "S5"]].tolist() == ["ended_group", "measure_group", "close"]


def test_a_guessed_mass_or_no_carrier_blocks():
    guessed = CANDIDATES.assign(giver_evidence=["estimated", "inferred"])
    assert next_steps(REGISTER, guessed, STAYS).loc[0, "blocked_by"] == "weak_mass"
    # One sound exchange is enough to go on.
    half = CANDIDATES.assign(giver_evidence=["estimated", "measured"])
    assert next_steps(REGISTER, half, STAYS).loc[0, "blocked_by"] == "none"
    # That none gains at all, and that its own actors are too few, the team alone learns.
    losing = guessed.assign(choice="nobody_gains")
    assert next_steps(REGISTER, losing, STAYS, team=True).loc[0, "blocked_by"] == "no_gain"
    assert next_steps(REGISTER, losing, STAYS).loc[0, "blocked_by"] == "weak_mass"
    short = REGISTER.assign(falls_short=REGISTER["synergy_id"].isin(["S1", "S2"]))
    told = next_steps(short, half, STAYS, team=True)["blocked_by"]
    assert told[0] == "below_threshold" and pd.isna(told[1])
    # Where who takes alone would change, no gain is counted, and everybody may know.
    same = CANDIDATES.assign(choice=None)
    assert next_steps(REGISTER, same, STAYS).loc[0, "blocked_by"] == "contractor"
    alone = REGISTER.assign(carrier=None)
    assert next_steps(alone, guessed, STAYS).loc[0, "blocked_by"] == "no_carrier"
    # Who would carry a loss is not sought; that it is one, others do not read.
    told = {team: next_steps(alone, losing, STAYS, team=team).loc[0, "blocked_by"] for team in (True, False)}
    assert told == {True: "no_gain", False: "no_carrier"}


def test_realised_stands_beside_possible():
    table = realisation(REGISTER, PLAN).set_index("synergy_id")
    assert table.loc["S1", "allocated_t_per_year"] == pytest.approx(12)
    assert np.isnan(table.loc["S2", "allocated_t_per_year"])


def test_the_fiche_of_an_exchange():
    found = of("S1")
    assert found["members"][["site_id", "name", "carries"]].values.tolist() == [
        ["A", "Aa", "no"], ["B", "Bb", "yes"],
    ]  # fmt: skip
    assert set(LISTED["exchanges"][0]) <= set(found["exchanges"].columns)
    assert list(found["exchanges"]["candidate_id"]) == ["A-2>B-1", "A-1>B-1"]
    # The heaviest first, and every figure walks back to its cell.
    assert list(found["flows"]["flow_id"]) == ["B-1", "A-1", "A-2"]
    assert list(found["flows"]["source_row"]) == [9, 4, 5]
    assert found["closed"].empty and list(found["closed"].columns) == ["condition", "n_closed"]
    assert found["steps"]["next_step"].tolist() == ["agree"] and found["groups"].empty


def test_the_order_of_the_tables_changes_nothing_in_a_fiche():
    same_rank = PLAN.assign(rank=1)
    needs = pd.concat([SHARING, SHARING.assign(site_id="C"), SHARING.assign(source_row=9)])
    for name in ("S1", "S2", "S4"):
        once, again = (
            fiche(name, REGISTER, STEPS, *(t.iloc[::way] for t in tables), SITES.iloc[::way], HELD, METHODS)
            for way in (1, -1)
            for tables in [(same_rank, REFUSED, POOLS, FLOWS, needs)]
        )
        for part in once:
            pd.testing.assert_frame_equal(once[part], again[part])


def test_the_money_of_a_fiche_counts_each_tonne_once():
    impact = of("S1")["impact"].iloc[0]
    # 16 t offered, 12 t taken: 100 €/t saved, 30 €/t paid by the operator (wood, reuse), trips of 5 t, two
    # exchanges: pallets by their name are stacked, without a code too.
    assert impact["mass_t_per_year"] == pytest.approx(12)
    assert impact["giver_saving_eur_per_year"] == pytest.approx(12 * 100)
    assert impact["taker_worth_eur_per_year"] == pytest.approx(12 * 30)
    assert impact["transport_eur_per_year"] == pytest.approx(12 / 5 * (20 * 2 + 60))
    assert impact["fixed_cost_eur_per_year"] == pytest.approx(2 * 500)
    assert impact["site_ids"] == "A B"  # whom the exchanges join, and not all of the synergy
    for central, low, high in INDICATORS.values():
        assert impact[low] <= impact[central] <= impact[high]


def test_the_fiche_of_a_collection_lists_what_is_collected():
    found = of("S2")
    assert list(found["flows"]["flow_id"]) == ["A-3", "C-1"] and list(found["groups"]["pooling_id"]) == [
        "M-1"
    ]
    assert found["exchanges"].empty and found["impact"].empty and found["closed"].empty
    # A group whose best part is of others tells these actors nothing.
    for part, n in (("A C D", 1), ("A D", 0), ("", 1)):
        pools = POOLS.assign(part_members=part)
        told = fiche("S2", REGISTER, STEPS, PLAN, REFUSED, pools, FLOWS, SHARING, SITES, HELD, METHODS)
        assert len(told["groups"]) == n and len(told["flows"]) == 2
    # Nor does an offer of which no saving is known.
    offer = POOLS.assign(kind="offer", group_lacks=None)
    assert fiche("S2", REGISTER, STEPS, PLAN, REFUSED, offer, FLOWS, SHARING, SITES, HELD, METHODS)[
        "groups"
    ].empty
    # What holds nothing is not listed.
    parts = [part for part in content(found).parts if isinstance(part, Listed) and len(part.frame)]
    told = ["Où elle en est", "Acteurs", "Flux en jeu, déjà réalisé et engagé compris", "Groupes calculés"]
    assert [part.title for part in parts] == told
    assert [part.team for part in parts] == [False, False, False, True]


def test_the_fiche_of_a_pooling_lists_its_needs():
    found = of("S4")
    assert found["needs"][["site_id", "item", "source_row"]].values.tolist() == [["A", "Lavage du linge", 3]]
    assert found["flows"].empty and of("S1")["needs"].empty


def test_a_fiche_says_facts_then_conditions_then_results_then_what_is_to_be_settled():
    sheet = content(of("S1"))
    assert (sheet.name, sheet.title, sheet.sites) == ("S1", "Palettes réparées (étude)", ["A", "B"])
    ended = of("S1") | {"steps": of("S1")["steps"].assign(next_step="ended")}
    assert content(ended).title == "Palettes réparées (étude, terminée)"
    assert [type(part) for part in sheet.parts] == [*[Listed] * 6, Said, Summed, Summed, *[Listed] * 4, Asked]
    said, asked = sheet.parts[6], sheet.parts[-1]
    assert said.n[0] == 2 and asked.questions[0].startswith("Qui trie")
    left = of("S1") | {"exchanges": of("S1")["exchanges"].assign(allocated_t_per_year=0.0)}
    assert content(left).parts[7].text.startswith("La meilleure combinaison n'en retient aucun")
    # What holds nothing says nothing, and a pooling asks its own questions.
    assert not any(isinstance(part, Said) for part in content(of("S4")).parts)
    pooling = of("S4")
    pooling["lead"] = pooling["lead"].assign(status="study")
    assert content(pooling).parts[-1].questions[0].startswith("Qui porte")


@pytest.mark.parametrize("settled", ["done", "dropped"])
def test_nothing_is_to_be_settled_of_what_is_done_or_dropped(settled):
    found = of("S1")
    found["lead"] = found["lead"].assign(status=settled)
    assert not any(isinstance(part, Asked) for part in content(found).parts)


def test_the_fiche_of_a_missed_lead_shows_the_closed_gate():
    found = of("S3")
    assert found["closed"].to_numpy().tolist() == [["receiver", 1]] and found["exchanges"].empty
    assert list(found["flows"]["flow_id"]) == ["B-1", "A-3"]


def test_the_fiche_of_an_open_line_that_nothing_answers_says_why_before_its_next_step():
    """« fixer la première livraison » of sawdust mixed with panel, and no word of the bedding asked clean."""
    found = of("S3")
    lead = found["lead"].assign(miss_reason="gate_quality", status="committed")
    told = [part.text for part in content(found | {"lead": lead}).parts if isinstance(part, Said)]
    assert len(told) == 1 and "tri insuffisant pour l'usage" in told[0]
    for status, why in (("done", "gate_quality"), ("committed", None)):
        lead = lead.assign(miss_reason=why, status=status)
        assert not any(isinstance(part, Said) for part in content(found | {"lead": lead}).parts)


def test_a_fiche_shows_what_is_done_and_no_flow_of_others():
    # What is done is no exchange of the plan any more: its flow is free of nothing.
    done = pd.DataFrame([("S3", "A-3", "B-1")], columns=HELD.columns)
    refused = REFUSED.assign(out_flow_id="A-2", in_flow_id="C-1", taker_site_id="C")
    assert list(of("S3", refused, done)["flows"]["flow_id"]) == ["B-1", "A-3"]
    assert list(of("S3", refused)["flows"]["flow_id"]) == ["A-2"]


def test_a_fiche_shows_the_flows_that_only_change_contractor_or_that_its_title_names():
    nothing = PLAN.head(0), REFUSED.head(0), POOLS, FLOWS, SHARING, SITES, HELD, METHODS
    assert list(fiche("S1", REGISTER, STEPS, *nothing)["flows"]["flow_id"]) == ["B-1", "A-1", "A-2"]
    named = REGISTER.assign(title="Palettes cassées de A", candidate_ids=None)
    assert list(fiche("S1", named, STEPS, *nothing)["flows"]["flow_id"]) == ["A-1", "A-2"]
    assert fiche("S1", named.assign(title="Sciure"), STEPS, *nothing)["flows"].empty


def test_the_fiche_of_what_disappoints_says_what_was_promised_to_the_team_alone():
    less = REGISTER.assign(promised_t_per_year=5.0, realised_eur_per_year=-480.0)
    found = fiche("S2", less, STEPS, PLAN, REFUSED, POOLS, FLOWS, SHARING, SITES, HELD, METHODS)
    told = next(part for part in content(found).parts if part.title == "Moins qu'attendu")
    assert told.team and told.frame["promised_t_per_year"].tolist() == [5.0]
    assert "1\u00a0t/an sur 5 promises et −480\u00a0€/an" in told.frame["ask_first"].iloc[0]
    assert of("S2")["results"].empty and of("S1")["results"].empty


def test_the_fiche_of_a_running_line_says_what_was_promised_and_brought_to_the_team_alone():
    """8 t, 1,200 € and 900 h in the register, and nothing of it on the sheet."""
    told = REGISTER.assign(
        promised_t_per_year=8.0, realised_eur_per_year=1200.0, insertion_hours_per_year=900.0
    )
    found = fiche("S2", told, STEPS, PLAN, REFUSED, POOLS, FLOWS, SHARING, SITES, HELD, METHODS)
    part = next(part for part in content(found).parts if part.title == "Promis et réalisé")
    assert part.team and part.frame.iloc[0, :6].dropna().tolist() == [1.0, 8.0, 1200.0, 900.0]
    assert of("S2")["promises"].empty
    assert "réunir" in heading("next_step").labels["measure"]


HEAT = pd.DataFrame(
    [("A-U1>B-U1", "A-U1", "B-U1", "A", "B", "heat"), ("A-U2>B-U2", "A-U2", "B-U2", "A", "B", "water"),
     ("C-U1>B-U1", "C-U1", "B-U1", "C", "B", "heat")],
    columns=["candidate_id", "out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "utility"],
).assign(
    out_description="Air chaud des fours", in_description="Eau chaude", heat_pump="no", distance_km=0.0,
    delivered_per_year=300.0, gains="yes", out_evidence="estimated", in_evidence="measured",
    **dict.fromkeys(surplus.EMISSIONS, 0.0),
)  # fmt: skip


def test_a_line_of_heat_is_of_the_networks_and_never_of_a_waste():
    """« Chaleur des fours vers un voisin » had mattresses as its flows, and not the heat of the same page."""
    other = flow("A-4", "A", "out", "other", "Chaleur : briques de fours usées", 9.0, 7)
    flows = pd.concat([FLOWS, pd.DataFrame([other])], ignore_index=True)
    line = REGISTER[REGISTER["synergy_id"] == "S3"].assign(title="Chaleur des fours", category="other")
    refused = REFUSED.drop(columns="synergy_id").assign(out_flow_id="A-4", category="other")
    methods = METHODS._replace(passed=refused.head(0), rejected=refused)
    for networks, ids, reason in ((HEAT, "A-U1>B-U1 A-U2>B-U2", None), (None, None, "network")):
        methods = methods._replace(networks=networks)
        seen = recall(line, flows, SHARING, methods)
        told = seen[["candidate_ids", "miss_reason"]].astype(object).where(lambda t: t.notna(), None)
        assert told.iloc[0].tolist() == [ids, reason]
        steps, missed = next_steps(seen, CANDIDATES, STAYS), nearest(seen, refused, flows)
        assert steps["next_step"].tolist() == [QUOTE] and missed.empty
        found = fiche("S3", seen, steps, PLAN, missed, POOLS, flows, SHARING, SITES, HELD, methods)
        assert found["flows"].empty and found["closed"].empty and found["exchanges"].empty
        assert len(found["networks"]) == (2 if networks is not None else 0)
        assert "devis" in content(found).parts[-1].questions[-1]
    # A waste that is burnt for its heat has its family: it stays a waste.
    assert not is_network(line.assign(category="wood")).any()


def test_a_pooling_that_is_missed_says_what_it_had_to_fill():
    told = of("S2")["threshold"].to_numpy().tolist()
    assert told == [["un camion complet de papier par an", 24.0, "t"]] and of("S1")["threshold"].empty
    washed = of("S4")["threshold"].to_numpy().tolist()
    assert washed == [["une tournée de linge par semaine", 20.0, "t"]]


def test_no_such_synergy():
    with pytest.raises(KeyError):
        of("S99")


def test_every_column_and_code_has_its_french_words():
    found = of("S1")
    tables = [
        *(part.frame for part in content(found).parts if isinstance(part, Listed)),
        found["closed"],
        found["lead"],
        STEPS,
        realisation(REGISTER, PLAN),
        pd.DataFrame(columns=PASSAGE_COLUMNS),
    ]
    tables += [pd.DataFrame(columns=c) for c in (NEAREST_COLUMNS, REASON_COLUMNS)]
    for column in {column for table in tables for column in table.columns}:
        assert heading(column).header
    assert set(GATES) <= set(heading("condition").labels)
    steps = {f"{step}{kind}" for step in NEXT_STEP.values() for kind in ("", "_group")}
    assert steps | {*NEXT.values(), QUOTE} == set(heading("next_step").labels)
    told = set(heading("blocked_by").labels)
    assert set(heading("miss_reason").labels) - {"other_taker"} <= told
    assert {"no_carrier", "no_gain", "contractor", "weak_mass", "no_tonnes", "none"} <= told


def test_a_gift_has_no_price_and_is_no_waste_and_heat_has_the_questions_of_its_pipe():
    def settled(title: str, category: str) -> str:
        found = of("S1")
        lead = found["lead"].assign(title=title, category=category)
        return " ".join(content(found | {"lead": lead}).parts[-1].questions)

    food = settled("Dons de biscuits et d'invendus", "food")
    assert "prix" not in food and "Déchet" not in food
    assert "L. 541-15-6" in food and "dates" in food and "trace" in food
    assert "dates" not in settled("Don de mobilier", "wood")
    assert "prix" in settled("Données partagées sur le bois", "wood")
    heat = settled("Chaleur des fours vers un voisin", "other")
    assert "conduite" in heat and "Déchet" not in heat
