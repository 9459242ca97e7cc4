"""One call for every page that speaks of the exchanges: the sample, step by step and at once."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import eit_analysis as eit
from eit_analysis import french, reference
from eit_analysis.change import funnel
from eit_analysis.change.sharing import of_lines
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing.release.gate import Release
from eit_analysis.reference.compatibility import HIERARCHY
from eit_analysis.study import open_study
from eit_analysis.synergies import listings, substitution
from eit_analysis.synergies.allocation.joint_plan import allocate
from eit_analysis.synergies.assessment import Assessment
from eit_analysis.synergies.impacts import INDICATORS, in_proportion
from eit_analysis.synergies.offers import bought
from eit_analysis.synergies.other_takers import with_partners
from eit_analysis.synergies.pooling import groups
from eit_analysis.synergies.pooling.thresholds import without_threshold
from eit_analysis.synergies.register import reasons, totals
from eit_analysis.synergies.register.recall import PROMISED
from eit_analysis.synergies.scoring.choice import CHOICES

ROOT = Path(__file__).resolve().parents[1]
METHODS = ROOT / "docs" / "methods"


def test_the_methods_give_the_figures_of_the_sample() -> None:
    study = eit.open_study("thur-doller", root=ROOT)  # prepared, as on the pages
    if not study.has("flows"):
        pytest.skip("the sample study is not cleaned (make data)")
    release = Release(study, "internal", page="methods")
    found, texts = Assessment.of(release), {path.stem: path.read_text() for path in METHODS.glob("*.md")}
    taking = found.plan.exchanges.query("allocated_t_per_year > 0")
    tonnes, gain = taking["allocated_t_per_year"].sum(), found.plan.value
    assert f"{len(taking)} exchanges, {tonnes:,.0f} t and {gain:,.0f} €" in texts["allocation"]
    n, losing = len(found.candidates), (found.candidates["choice"] == "nobody_gains").sum()
    assert f"of {len(found.passed)} possible pairs, {len(found.passed) - n} only" in texts["impacts"]
    assert f"In {losing} of the {n} exchanges" in texts["impacts"]
    assert f"{len(Assessment.judged(release))} cases" in texts["leads"].replace("\n", " ")
    pools, _ = found.pooled(release.sharing(), 15.0)
    crossing, paying = (len(part) for part in (pools.query("kind == 'group'"), groups.numbered(pools)))
    begun = len(groups.starts(pools))
    assert f"Now {crossing} cross" in texts["pooling"] and f"and {paying} one that saves" in texts["pooling"]
    assert f"{begun} distinct parts" in texts["pooling"]


def test_ranks_do_not_change_the_plan(assessment: Assessment) -> None:
    ranks = assessment.ranking[["candidate_id", "score", "rank"]]
    of_ranked = allocate(assessment.candidates.merge(ranks), assessment.allocation).exchanges
    columns = [*assessment.plan.exchanges.columns.drop("choice"), "rank"]
    pd.testing.assert_frame_equal(assessment.exchanges[columns], of_ranked[columns])


def test_the_most_tonnes_count_what_gains_less_than_an_exchange_must(assessment: Assessment) -> None:
    """« Sans regarder le gain » left out what gains 35 € and counted what loses 176 €."""
    asked = assessment.settings.allocation.model_copy(update={"minimum_gain_eur_per_year": 1e9})
    strict = dataclasses.replace(
        assessment, settings=assessment.settings.model_copy(update={"allocation": asked})
    )
    assert not strict.plan.exchanges["allocated_t_per_year"].any()
    tonnes = [one.most.exchanges["allocated_t_per_year"].sum() for one in (strict, assessment)]
    assert tonnes[0] == pytest.approx(tonnes[1]) and tonnes[0] > 0


def test_what_could_be_done_together_is_no_less_than_what_is_kept(assessment: Assessment) -> None:
    """Once what structures pass on was taken off, 60.1 t « au plus » stood beneath 63.5 t that are kept."""
    poor = dataclasses.replace(assessment)
    none = assessment.plan.exchanges.assign(allocated_t_per_year=0.0)
    vars(poor)["most"] = dataclasses.replace(assessment.plan, exchanges=none)
    found = (
        poor.totals(assessment.register)
        .frame.query("category == 'Total'")
        .set_index("measure")["mass_t_per_year"]
    )
    assert found["feasible"] == found["allocated"] > 0


def test_no_family_could_have_less_than_is_kept_and_the_total_is_of_one_plan() -> None:
    """« Au moins 496 t » of wood stood beside 592 t that are kept."""
    kinds = {
        "category": ["wood", "metal", "food"], "input_category": ["wood", "metal", "biowaste"],
        "use": ["a", "b", "c"],
    }  # fmt: skip
    plan = pd.DataFrame(kinds).assign(allocated_t_per_year=[592.0, 340.0, 5.0])
    most = pd.DataFrame(kinds).assign(allocated_t_per_year=[496.0, 690.0, 9.0])

    def tonnes(most: pd.DataFrame, together: bool = False) -> list[float]:
        found = totals.at_least(plan, most, together).set_index("category")["allocated_t_per_year"]
        return found[["wood", "metal", "food"]].tolist()

    assert tonnes(most) == [592, 690, 9]
    # Families that share a need or a use, or the limits of the whole plan, are of one of the two plans.
    assert tonnes(most.assign(use=["a", "a", "c"])) == [592, 340, 9]
    assert tonnes(most.assign(input_category=["biowaste", "metal", "biowaste"])) == [592, 690, 5]
    assert tonnes(most, together=True) == plan["allocated_t_per_year"].tolist()
    assert tonnes(most.assign(allocated_t_per_year=700.0), together=True) == [700.0] * 3


def test_each_step_is_computed_once(assessment: Assessment) -> None:
    assert assessment.plan is assessment.plan
    assert assessment.passed is assessment.passed
    assert repr(assessment).startswith(f"Assessment of {len(assessment.passed)} exchanges")


def test_rules_read_once_say_of_any_masses_what_they_say_when_read_anew(assessment: Assessment) -> None:
    scoring, rules = assessment.settings.scoring, reference.load("compatibility")
    reach, sites = (scoring.radius_km, scoring.detour_factor), assessment.sites
    read = substitution.read_pairs(assessment.flows, sites, rules)
    half = assessment.free_flows.copy()
    half.loc[half.index[::2], list(substitution.MASSES)] = 0.0
    for flows in (assessment.free_flows, half):
        found = substitution.through_gates(substitution.with_masses(read, flows), *reach)
        for table, anew in zip(found, substitution.candidates(flows, sites, rules, *reach), strict=True):
            keys = ["out_flow_id", "in_flow_id"]
            pd.testing.assert_frame_equal(
                table.sort_values(keys, ignore_index=True), anew.sort_values(keys, ignore_index=True)
            )


def test_draws_and_seed_are_those_of_the_study(assessment: Assessment) -> None:
    own = assessment.settings.scoring.model_copy(update={"draws": 50, "seed": 7})
    settings = assessment.settings.model_copy(update={"scoring": own})
    other = dataclasses.replace(assessment, settings=settings)
    again = dataclasses.replace(assessment, settings=settings)
    pd.testing.assert_frame_equal(other.changes, again.changes)
    assert not other.changes.equals(assessment.changes)
    assert other.changes["joint_surplus_eur_per_year"].equals(
        assessment.changes["joint_surplus_eur_per_year"]
    )
    assert (other.ranking["first_rank_percent"] % 2 == 0).all()  # fiftieths


def test_a_change_is_the_sum_of_its_exchanges(assessment: Assessment) -> None:
    for indicator in INDICATORS:
        assessment.change(indicator).check(indicator)
    jobs = assessment.change("jobs")
    # FTE of a tonne: those of the new route less those of the old one, anybody can look them up.
    plan = assessment.plan.exchanges.set_index("candidate_id")
    forms = jobs.forms("jobs").toarray()
    public = (plan["jobs"] / plan["diverted_t_per_year"]).reindex(jobs.records["candidate_id"]).to_numpy()
    behind = np.array(list(jobs.members()))
    assert behind.any(axis=0).all()
    assert forms == pytest.approx(np.where(behind, public, 0.0))
    # The giver's own cost is in the joint surplus: its coefficient is not public.
    assert jobs.of == "allocated_t_per_year" and assessment.change("joint_surplus").of is None


def test_a_change_whose_records_are_not_its_own_is_refused(assessment: Assessment) -> None:
    jobs = assessment.change("jobs")
    largest = jobs.records["jobs"].abs().idxmax()
    wrong = dataclasses.replace(jobs, records=jobs.records.drop(index=largest))
    with pytest.raises(DisclosureError, match="enregistrements"):
        wrong.check("Emplois nets par famille")


def test_every_table_of_the_study_is_what_its_records_give(assessment: Assessment) -> None:
    study = open_study("thur-doller", root=ROOT)
    register, sharing = study.load("synergy_register"), study.load("sharing")
    tonnes = assessment.totals(register)
    pools, shares = assessment.pooled(sharing, radius_km=15.0)
    groups_found = groups.by_group(assessment.numbered(pools), shares, assessment.asked(sharing))
    methods = assessment.methods(pools)
    missed = register.head(9)
    causes = reasons.why_missed(missed, assessment.flows, sharing, methods)
    tables = [
        tonnes,
        totals.overall(tonnes),
        totals.by_category(tonnes),
        groups_found,
        without_threshold(sharing, methods.thresholds),
        substitution.by_gate(assessment.rejected),
        reasons.by_reason(causes),
        funnel.funnel({"2018": register}),
        funnel.stages({"2018": register}),
    ]
    for table in tables:
        table.check(str(table))
        assert (table.forms().data == 1).all()
    # A group whose member is left out is no longer what its shares give.
    with pytest.raises(DisclosureError, match="enregistrements"):
        dataclasses.replace(groups_found, records=groups_found.records.iloc[1:]).check("Groupes")


def test_without_flows_or_with_lots_too_large_nothing_is_retained(assessment: Assessment) -> None:
    none = dataclasses.replace(assessment, flows=assessment.flows.head(0))
    assert none.passed.empty and none.changes.empty
    allocation = assessment.settings.allocation.model_copy(update={"minimum_lot_t": 1e6})
    settings = assessment.settings.model_copy(update={"allocation": allocation})
    plan = dataclasses.replace(assessment, settings=settings).plan.exchanges
    assert len(plan) and not plan["allocated_t_per_year"].any()


def test_no_lead_stands_before_a_higher_use_of_its_flow_nor_a_loss_before_a_gain(
    assessment: Assessment,
) -> None:
    ranked = assessment.ranking
    every = assessment.candidates
    # What the plan keeps comes first, and what it leaves of the same flows and needs is to fall back on.
    kept = assessment.plan.exchanges.query("allocated_t_per_year > 0")["candidate_id"]
    assert set(ranked.head(len(kept))["candidate_id"]) == set(kept)
    assert assessment.exchanges.set_index("candidate_id")["choice"].loc[kept].isin(CHOICES[:2]).all()
    top = ranked[ranked["choice"] != "planned_lower"].head(30)  # lower for want of room above
    assert (top["joint_surplus_eur_per_year"] > 0).all() and top["choice"].isin(CHOICES[:3:2]).all()
    for lead in top.itertuples():
        same = every[(every["out_flow_id"] == lead.out_flow_id) & (every["joint_surplus_eur_per_year"] > 0)]
        higher = same[same["new_route"].map(HIERARCHY) < HIERARCHY[lead.new_route]]
        assert lead.diverted_t_per_year <= lead.supply_t_per_year - higher["diverted_t_per_year"].sum() + 1e-6
    order = ranked.groupby("choice")["rank"].agg(["min", "max"])
    order = order.loc[[choice for choice in CHOICES if choice != "planned_lower" or choice in order.index]]
    assert (order["max"].iloc[:-1].to_numpy() < order["min"].iloc[1:].to_numpy()).all()
    # However weights and values are drawn, none passes from one choice to another.
    assert (ranked["rank_high"] <= ranked["choice"].map(order["max"])).all()


def test_each_flow_has_one_line_with_the_partner_that_the_plan_retains(assessment: Assessment) -> None:
    accepted = ["E18-F02>S02-F04", "E19-F02>E17-F03"]
    exchanges = with_partners(assessment.exchanges, assessment.held, accepted)
    lines = listings.by_flow(exchanges)
    assert set(lines["out_flow_id"]) == set(exchanges["out_flow_id"]) and lines["out_flow_id"].is_unique
    for line in lines.itertuples():
        same = exchanges[exchanges["out_flow_id"] == line.out_flow_id]
        most = same["allocated_t_per_year"].max()
        assert line.rank == same.loc[same["allocated_t_per_year"] == most, "rank"].min()
        gains = same.loc[same["choice"] != "nobody_gains", "joint_surplus_eur_per_year"]
        if line.choice != "nobody_gains":
            others = same[(same["choice"] != "nobody_gains") & (same["taker_site_id"] != line.taker_site_id)]
            both = line.planned_partner_site_ids, line.other_partner_site_ids
            others = others.sort_values("rank")
            for planned, told in zip((True, False), both, strict=True):
                named = [] if pd.isna(told) else told.split()
                kept = others[others["allocated_t_per_year"].gt(0) == planned]
                assert named == kept["taker_site_id"].tolist()
            counts = {
                word: int(n) for n, word in re.findall(r"(\d+)\W+(retenu|possible)", str(line.other_takers))
            }
            n_kept = int(others["allocated_t_per_year"].gt(0).sum())
            said = {"retenu": n_kept, "possible": len(gains) - 1 - n_kept}
            assert counts == {word: n for word, n in said.items() if n}
        else:
            assert line.other_takers == "aucun" and not len(gains)
    # Of who did not agree to be named nobody reads that it is kept: it is one of the others.
    assert exchanges["other_takers"].str.contains("retenu").any()
    quiet = with_partners(assessment.exchanges, assessment.held, accepted, set(exchanges["taker_site_id"]))
    assert not quiet["other_takers"].str.contains("retenu").any()
    assert quiet["other_takers"].eq("aucun").equals(exchanges["other_takers"].eq("aucun"))
    # A gift that is done in part is said to be, and is no new lead; what is only accepted is one.
    status = exchanges.set_index("candidate_id")["status"]
    assert status[accepted].tolist() == ["done_in_part", "accepted"]
    assert set(accepted) & set(listings.new(exchanges)["candidate_id"]) == {accepted[1]}
    # One use takes two lines at most, the first of each before the second of any, and others are counted.
    folded = listings.by_use(exchanges)
    assert folded["use"].value_counts().max() == 2 and folded["out_flow_id"].is_unique
    first = folded.head(folded["use"].nunique())
    assert first["use"].is_unique and first["rank"].is_monotonic_increasing
    # Without a joint gain, only what can be eaten is in it, and it says so unless it is begun.
    gift = (lines["legal_status"] == "donation") & (lines["category"] == "food")
    told = lines[gift | (lines["choice"] != "nobody_gains")]
    assert set(folded["use"]) == set(told["use"]) < set(lines["use"])
    loses = listings.by_use(exchanges.assign(choice="nobody_gains", status=None))
    assert len(loses) and set(loses["status"]) == {"no_joint_gain"}
    assert "no_joint_gain" not in set(folded.loc[folded["choice"] != "nobody_gains", "status"])
    (first,) = folded[folded["use"].str.contains("palettes réutilisées")].head(1).itertuples()
    same = exchanges[(exchanges["use"] == first.use) & (exchanges["choice"] != "nobody_gains")]
    assert first.n_other_givers == len(set(same["giver_site_id"]) - {first.giver_site_id}) > 1
    # What was accepted comes before all where its rank is one that is advised, else after the first of the
    # others; gifts of food between, the others, as far as is said, by what they gain.
    plan = listings.retained(exchanges)
    last = plan["candidate_id"] == plan.loc[plan["rank"].idxmax(), "candidate_id"]
    plan = plan.assign(rank=plan["rank"].mask(last, listings.ADVISED + 1), ask_first=None)
    worst = plan["joint_surplus_low_eur_per_year"]
    low = worst.clip(upper=0)  # none is sure
    plan = plan.assign(joint_surplus_low_eur_per_year=low, uncounted=None, room_surplus_eur_per_year=None)
    advised = listings.to_engage(plan.assign(status=plan["status"].mask(last, "accepted")), True)
    gifts = (advised["category"] == "food") & (advised["legal_status"] == "donation")
    place = int(gifts.sum()) + 1
    assert advised.iloc[place]["rank"] == plan["rank"].max() > listings.ADVISED
    gain = advised["joint_surplus_eur_per_year"]
    assert gain.iloc[place - 1] == gain[~gifts & (advised["rank"] <= listings.ADVISED)].max()
    well = plan["candidate_id"] == advised.loc[~gifts, "candidate_id"].iloc[2]
    assert (
        listings.to_engage(plan.assign(status=plan["status"].mask(well, "accepted")), True).index[0]
        == well.idxmax()
    )
    # What loses in the room that its taker has left is no card for anybody.
    best = plan["joint_surplus_eur_per_year"].idxmax()
    full = plan["room_surplus_eur_per_year"].mask(plan.index == best, -290.0)
    for team in (True, False):
        assert best in listings.to_engage(plan, team).index
        assert best not in listings.to_engage(plan.assign(room_surplus_eur_per_year=full), team).index
    # What gains even at its worst is the team's first, wherever it ranks, and nobody else's.
    plain = plan.assign(status=None)
    by_rank = listings.to_engage(plain, False)
    fourth, third = by_rank[by_rank["category"] != "food"].index[[3, 2]]
    sure = pd.Series({third: 7.0, fourth: 9.0}).reindex(plan.index).fillna(worst.clip(upper=0))
    some = plain.assign(joint_surplus_low_eur_per_year=sure)
    told = [listings.to_engage(some, team) for team in (True, False)]
    heads = [each[each["category"] != "food"].index[0] for each in told]
    assert heads == [fourth, by_rank[by_rank["category"] != "food"].index[0]]
    assert listings.surest_first(some).index[:2].tolist() == [fourth, third]
    # What needs a machine that no cost counts gains nothing for sure.
    bare = some.assign(uncounted=some["uncounted"].mask(some.index == fourth, "machine"))
    assert listings.surest_first(bare).index[0] == third
    # Then what gains most, at the central figures: the largest had no card beside one of 604 €.
    unsure = listings.to_engage(plain, True)
    unsure = unsure[unsure["category"] != "food"]
    assert unsure.index[0] == unsure["joint_surplus_eur_per_year"].idxmax() != by_rank.index[0]
    # What brings less than the fixed cost is a trifle, but for a gift.
    trifles = plan.index[plan["joint_surplus_eur_per_year"] < 500]
    assert len(trifles) and advised.loc[~gifts, "joint_surplus_eur_per_year"].min() >= 500
    given = listings.to_engage(plan.assign(category="food", legal_status="donation"), True)
    assert set(trifles) <= set(given.index)
    # A card has two questions at most, and says how many its sheet has besides.
    many = listings.to_engage(plan.assign(ask_first="un : où\u00a0; deux\u00a0; trois\u00a0; quatre"), True)
    assert set(many["ask_first"]) == {"un : où\u00a0; deux\u00a0; puis 2\u00a0autres questions"}
    two = listings.to_engage(plan.assign(ask_first="un\u00a0; deux"), True)
    assert set(two["ask_first"]) == {"un\u00a0; deux"}
    # The order of one exchange alone is no test of it.
    both = listings.described(exchanges, assessment.flows).head(2)
    assert len(listings.robustness(both, True)) == 2 and listings.robustness(both.head(1), True).empty
    assert "leads_if" in listings.robustness(both, True) and "leads_if" not in listings.robustness(
        both, False
    )
    # That nobody gains jointly is marked for all but a firm: past the count of those in which both do.
    seen = listings.described(exchanges, assessment.flows).assign(status=None)
    nobody, audiences = seen["choice"] == "nobody_gains", ((True, None), (False, None), (False, "E1"))
    team, others, firm = (listings.ranked(seen, *audience) for audience in audiences)
    assert "choice" in team and "status" not in firm
    marked = others["status"].eq("no_joint_gain")
    assert marked.tolist() == nobody.tolist() and 0 < nobody.sum() < len(nobody)
    assert (marked == (others["rank"] > (~nobody).sum())).all()
    rest = advised[(advised["status"] != "accepted") & (advised["category"] != "food")]
    assert rest["rank"].max() <= listings.ADVISED
    assert rest["joint_surplus_eur_per_year"].is_monotonic_decreasing  # none is sure
    others = by_rank[by_rank["category"] != "food"]
    assert others["rank"].is_monotonic_increasing and others["rank"].max() <= listings.ADVISED
    # What a gift is worth to a structure is not counted: not none.
    sides = listings.sides(listings.described(exchanges, assessment.flows))
    gift = sides["exchange_site_ids"] == "E18 S02"
    assert gift.any() and sides.loc[gift, "taker_worth_eur_per_year"].isna().all()
    # Between the two prices is the gain of the tonnes that the plan gives, and not of all that could pass.
    kept = listings.retained(exchanges)
    assert (kept["allocated_t_per_year"] < kept["diverted_t_per_year"]).any()
    room = kept["price_high_eur_per_t"] - kept["price_low_eur_per_t"]
    gain = kept["joint_surplus_eur_per_year"]
    assert (room * kept["allocated_t_per_year"]).to_numpy() == pytest.approx(gain.to_numpy(), abs=1e-6)
    same = sides.set_index("candidate_id")["price_low_eur_per_t"].loc[kept["candidate_id"]]
    assert same.to_numpy() == pytest.approx(kept["price_low_eur_per_t"].to_numpy())
    # What a firm is only asked about is not said to be taken.
    asked = assessment.at_home()
    assert "taken_t_per_year" not in asked and len(asked) and (asked["asked_t_per_year"] > 0).all()
    assert asked["asked_t_per_year"].is_monotonic_decreasing
    # Half of the offcuts of a joiner is what they spare it of planks.
    assert (asked["need_replaced_t_per_year"] <= asked["asked_t_per_year"]).all()


def test_a_flow_that_several_own_needs_could_take_is_told_whole() -> None:
    """A page said « 783 t/an » of 2,350 t of which a maker of concrete asks for three sorts of matter."""
    flows = pd.DataFrame(
        {"flow_id": ["O1", "O2", "I1", "I2"], "description": ["Rebuts", "Palettes", "Sable", "Gravier"]}
    )
    rows = [
        ("O1", "I1", 783.0, "la taille"),
        ("O1", "I2", 783.0, "la taille\u00a0; qui"),
        ("O2", "I1", 900.0, None),
    ]
    uses = pd.DataFrame(rows, columns=["out_flow_id", "in_flow_id", "taken_t_per_year", "ask_first"]).assign(
        site_id="A", giver_site_id="A", taker_site_id="A", category="mineral", use="granulats",
        candidate_id=["1", "2", "3"], diverted_t_per_year=0.0, distance_km=0.0, yield_central=0.9,
    )  # fmt: skip
    asked = listings.in_question(uses, flows)
    assert list(asked) == listings.OWN_USES
    assert asked[["output_description", "need_description", "use"]].to_numpy().tolist() == [
        ["Rebuts", "Sable et Gravier", "granulats"], ["Palettes", "Sable", "granulats"],
    ]  # fmt: skip
    assert asked["asked_t_per_year"].tolist() == [1566.0, 900.0]
    assert asked["need_replaced_t_per_year"].tolist() == pytest.approx([1409.4, 810.0])
    assert asked["ask_first"].iloc[0] == "la taille\u00a0; qui" and pd.isna(asked["ask_first"].iloc[1])
    assert list(listings.in_question(uses, flows, "B")) == listings.OWN_USES  # and no row


def test_an_open_line_that_nothing_answers_says_why(assessment: Assessment) -> None:
    """The decision page asked who leads a pooling for which page 02 proposed no group."""
    sharing = open_study("thur-doller", root=ROOT).load("sharing")
    lines = pd.DataFrame(
        [
            ("S1", "Collecte groupée du carton", "pooling", "cardboard", "E01 E02 E09", "lead"),
            ("S2", "Collecte groupée du verre", "pooling", "glass", "E01 E02", "lead"),
            ("S3", "Collecte groupée du verre", "pooling", "glass", "E01 E02", "done"),
            ("S4", "Vapeur du four", "exchange", "other", "E01 E02", "lead"),
        ],
        columns=["synergy_id", "title", "kind", "category", "site_ids", "status"],
    ).assign(carrier=None, realised_t_per_year=None, **dict.fromkeys(PROMISED))
    told = assessment.unanswered(lines, sharing, 15.0)
    assert told[["synergy_id", "miss_reason"]].to_numpy().tolist() == [["S2", "no_need"]]
    assert told["why_unanswered"].item().startswith("moins de deux de ses acteurs")
    # « L'un de ses acteurs a déjà, seul, le volume » was said of three of four.
    flows = assessment.flows.assign(
        mass_t_per_year=assessment.flows["mass_t_per_year"].mask(
            assessment.flows["category"] == "cardboard", 90
        )
    )
    paper = lines.head(1).assign(site_ids="E01 E02")
    both = pd.concat([paper, lines.iloc[[1]]])
    told = dataclasses.replace(assessment, flows=flows).unanswered(both, sharing.head(0), 15.0)
    assert told["miss_reason"].to_list() == ["crosses_alone", "no_need"]
    assert told["why_unanswered"].iloc[0].startswith("2 de ses 2 acteurs ont déjà, chacun seul, le volume")


def test_the_call_of_the_week_is_for_what_is_worth_most_and_can_be_had(assessment: Assessment) -> None:
    """« Qui appeler lundi ? » named who leads a paper order of a ton that stays under a full one."""
    sharing = open_study("thur-doller", root=ROOT).load("sharing")
    lines = [
        ("S1", "Collecte groupée du verre", "pooling", "glass", "E01 E02", "E01", 9000.0),  # not to be had
        ("S2", "Vapeur du four", "exchange", "other", "E01 E02", "E02", 400.0),
        ("S3", "Eau du four", "exchange", "other", "E01 E02", "E03", 700.0),
        ("S4", "Air du four", "exchange", "other", "E01 E02", None, 800.0),
        ("S5", "Gaz du four", "exchange", "other", "E01 E02", "E05", -5.0),
    ]
    columns = ["synergy_id", "title", "kind", "category", "site_ids", "carrier", "promised_eur_per_year"]
    register = pd.DataFrame(lines, columns=columns).assign(status="lead", realised_t_per_year=None)
    register = register.assign(**{name: None for name in PROMISED if name not in register})
    stays = register.assign(passage="waiting", months_at_stage=[90.0, 9.0, 9.0, 90.0, 90.0])
    stays = stays[["synergy_id", "passage", "months_at_stage"]]

    def called(*stuck: str, team: bool = True) -> list[str]:
        late = register.merge(stays)[["synergy_id", "title", "status", "months_at_stage", "carrier"]]
        late = late[late["synergy_id"].isin(stuck)]
        return assessment.to_call(late, stays, register, sharing, 15.0, team)["synergy_id"].to_list()

    assert called("S1", "S2", "S3", "S4") == ["S3"]
    assert called("S1", "S2", "S4") == ["S2"]  # what is stuck comes first
    assert called("S1", "S4", "S5") == ["S3"]  # none of what is stuck: of all that waits
    assert called("S1", "S4", team=False) == ["S1"]  # others read the longest wait, which tells no gain


def test_sound_food_that_no_gift_would_take_is_listed(assessment: Assessment) -> None:
    free, passed = assessment.free_flows, assessment.passed
    assert listings.without_gift(free, passed).empty
    alone = listings.without_gift(free, passed[passed["legal_status"] != "donation"])
    # Not what is mixed, nor the peelings, which are no food.
    assert alone["site_id"].to_list() == ["E18", "E15", "E19"]
    assert listings.without_gift(free.assign(route="reuse"), passed.head(0)).empty


def test_a_need_of_no_known_amount_sets_nothing_aside_and_is_asked_about(assessment: Assessment) -> None:
    need = assessment.own_uses.iloc[0]["in_flow_id"]
    gone = assessment.flows["flow_id"] == need
    less = dataclasses.replace(assessment, flows=assessment.flows[~gone], unweighed=assessment.flows[gone])
    same = assessment.own_uses["in_flow_id"] == need
    assert less.own_needs == set(assessment.own_uses.loc[same, "out_flow_id"])
    assert not less.own_uses["in_flow_id"].eq(need).any() and assessment.own_needs == frozenset()


def test_what_a_firm_does_not_reuse_itself_is_offered_to_others(assessment: Assessment) -> None:
    """It wrote « non » beside its own flow, as both giver and taker: nobody asks it again."""
    asked = assessment.at_home().iloc[0]
    no = {"site_id": asked["site_id"], "giver_site_id": asked["site_id"], "taker_site_id": asked["site_id"],
          "category": asked["category"], "answered_flow": asked["output_description"],
          "exchange_answer": "no", "refusal_reason": "quality", "answer_date": "2018-05-01"}  # fmt: skip
    told = dataclasses.replace(assessment, answers=pd.DataFrame([no]))
    left = told.at_home()
    same = ["site_id", "output_description"]
    assert len(left) < len(assessment.at_home())
    assert tuple(asked[same]) not in set(left[same].itertuples(index=False, name=None))
    flow = assessment.flows.query(
        "site_id == @asked.site_id and description == @asked.output_description and direction == 'out'"
    )
    free = [each.free_flows.set_index("flow_id")["mass_t_per_year"] for each in (assessment, told)]
    assert (free[1][flow["flow_id"]] > free[0][flow["flow_id"]]).all()
    assert not {*flow["flow_id"]} & told.own_needs
    # It is said among the refusals, and closes nothing besides; a yes would be no exchange that is missing.
    (line,) = told.refusals.to_dict("records")
    assert pd.isna(line["gate"]) and pd.isna(line["closed_flows"])
    yes = pd.DataFrame([no | {"exchange_answer": "yes"}])
    assert dataclasses.replace(assessment, answers=yes).untied.empty


def test_the_members_of_each_part_share_what_it_saves(assessment: Assessment) -> None:
    sharing = open_study("thur-doller", root=ROOT).load("sharing")
    pools, shares = assessment.pooled(sharing, 15.0)
    begun = groups.starts(pools)
    fair, _ = of_lines(assessment.start_games(begun, sharing, 15.0))
    members = groups.members_spared(begun, shares, fair)
    whole = members.groupby("start_number")["shapley_share_eur_per_year"].sum()
    assert whole.to_numpy() == pytest.approx(begun["saving_eur_per_year"].to_numpy(), abs=0.02)
    # Nobody is asked for its time for less than that.
    assert (members["shapley_share_eur_per_year"] >= assessment.meeting_eur - 0.02).all()
    # Nor is anybody paid by the others to come.
    most = members["spared_eur_per_year"].clip(assessment.meeting_eur) + 0.02
    assert (members["shapley_share_eur_per_year"] <= most).all()


def test_an_exchange_is_no_change_of_contractor(assessment: Assessment) -> None:
    parts = (assessment.candidates, assessment.contractors)
    # Whom one gives or sells to what is reused is no contractor: neither one nor the other.
    reused = assessment.passed["old_route"].eq("reuse") & assessment.passed["new_route"].eq("reuse")
    assert {"E01-F05", "S01-F02"} <= set(assessment.passed.loc[reused, "out_flow_id"])
    assert sorted(assessment.passed.loc[~reused, "candidate_id"]) == sorted(pd.concat(parts)["candidate_id"])
    operators = parts[0]["taker_actor_type"].isin(["ess", "outlet"])
    same = parts[0]["old_route"] == parts[0]["new_route"]
    assert not (same & (operators | (parts[0]["new_route"] == "reuse"))).any() and len(parts[1])
    # Pallets that a workshop mends today (E01-F05) are no lead for a firm that would use them as they are.
    assert not parts[0]["out_flow_id"].eq("E01-F05").any()


def test_who_takes_a_flow_already_is_no_change_of_contractor(assessment: Assessment) -> None:
    first, names = assessment.contractors.iloc[0], assessment.sites.set_index("site_id")["name"]
    flows = assessment.flows
    own = flows["contractor"].mask(
        flows["flow_id"] == first["out_flow_id"], names[first["taker_site_id"]].upper()
    )
    left = dataclasses.replace(assessment, flows=flows.assign(contractor=own)).contractors
    assert set(assessment.contractors["candidate_id"]) - set(left["candidate_id"]) == {first["candidate_id"]}


def test_an_accepted_exchange_is_listed_though_nobody_gains(assessment: Assessment) -> None:
    lead = assessment.candidates.query("choice == 'nobody_gains'").iloc[0]
    asked = assessment.flows.set_index("flow_id").loc[lead["out_flow_id"], "description"]
    yes = {"site_id": lead["taker_site_id"], "giver_site_id": lead["giver_site_id"],
           "taker_site_id": lead["taker_site_id"], "category": lead["category"], "answered_flow": asked,
           "exchange_answer": "yes", "refusal_reason": None, "answer_date": "2018-05-01"}  # fmt: skip
    told = dataclasses.replace(assessment, answers=pd.DataFrame([yes]))
    recalled = assessment.register.assign(candidate_ids=None, pooling_ids=None).head(0)
    listed = listings.agreed(told.listed(recalled, team=True))
    assert lead["candidate_id"] not in told.accepted and len(listed) == 1
    said = told.answered(told.listed(recalled, team=True))
    gain = french.short(listed["joint_surplus_eur_per_year"].item())
    names = assessment.sites.set_index("site_id")["name"]
    giver, taker = names[lead["giver_site_id"]], names[lead["taker_site_id"]]
    # « Échanges acceptés : 1 », and no screen named who had said yes.
    named = f"{asked} ({giver}, {taker}, non retenu, gain commun {gain}\u00a0€/an)"
    assert said.to_numpy().tolist() == [["Total", 1, named, 0, "aucun autre"]]
    assert listed["joint_surplus_eur_per_year"].item() < 0


def test_the_plan_holds_no_exchange_at_which_both_lose(assessment: Assessment) -> None:
    plan = assessment.plan.exchanges
    kept = plan[plan["allocated_t_per_year"] > 0]
    # Nor one that brings less than bringing the two together costs, be it accepted.
    brings = in_proportion(plan, ["joint_surplus_eur_per_year"]).iloc[:, 0]
    assert (brings > assessment.meeting_eur - 1e-3).all()
    total = in_proportion(plan, ["joint_surplus_eur_per_year"]).sum().item()
    assert total == pytest.approx(assessment.plan.value) and kept["taker_actor_type"].eq("firm").any()
    # By a plain reading of the plan: who waits for a higher use finds its need full, but for a lot.
    sent = plan.set_index("candidate_id")["allocated_t_per_year"]
    into = (plan["allocated_t_per_year"] * plan["need_t_per_t"]).groupby(plan["in_flow_id"]).sum()
    paying = plan[plan["joint_surplus_eur_per_year"] > assessment.meeting_eur]
    for low in kept.itertuples():
        for high in paying[paying["out_flow_id"] == low.out_flow_id].itertuples():
            if HIERARCHY[high.new_route] < HIERARCHY[low.new_route]:
                lot = 0.0 if sent[high.candidate_id] > 0 else assessment.allocation.minimum_lot_t
                room = high.demand_t_per_year - into[high.in_flow_id]
                assert room <= high.need_t_per_t * lot + 1e-4


def test_the_bounds_of_the_sample_are_the_steps_nearest_to_its_largest_leads(assessment: Assessment) -> None:
    steps = np.array([m * 10.0**e for e in range(7) for m in (1, 2, 5)])
    nearest = lambda value: steps[np.abs(np.log(steps / value)).argmin()]  # noqa: E731
    bounds, leads = assessment.settings.scoring.bounds, assessment.candidates
    gain = leads["joint_surplus_eur_per_year"]
    assert bounds["joint_surplus_eur_per_year"] == [-nearest(-gain.min()), nearest(gain.max())]
    both = leads.loc[gain > 0, "diverted_t_per_year"]
    assert bounds["tonnes_diverted_t_per_year"] == [0, nearest(both.max())]


def test_a_study_gives_its_own_fixed_cost(assessment: Assessment) -> None:
    allocation = assessment.settings.allocation.model_copy(update={"project_cost_eur_per_year": 40.0})
    settings = assessment.settings.model_copy(update={"allocation": allocation})
    other = dataclasses.replace(assessment, settings=settings)
    least = {"minimum_gain_eur_per_year": assessment.meeting_eur}
    assert assessment.allocation.project_cost_eur_per_year == 500
    assert other.allocation == allocation.model_copy(update=least)
    assert set(other.candidates["fixed_cost_high_eur_per_year"]) == {40.0}


REFERENCE = {"factors", "pooling_costs", "schemes", "thresholds"}


def test_every_column_of_a_result_has_its_french_heading(assessment: Assessment) -> None:
    """``labelled`` leaves a column without words as it is, in English."""
    names = [name for name in dir(assessment) if not name.startswith("_") and name not in REFERENCE]
    results = {name: getattr(assessment, name) for name in names}
    frames = {name: found for name, found in results.items() if isinstance(found, pd.DataFrame)}
    assert {"candidates", "leads", "ranking"} <= set(frames)
    english = {name: set(eit.labelled(frame)) & set(frame) for name, frame in frames.items()}
    assert {name: columns for name, columns in english.items() if columns} == {}


def test_what_is_done_is_taken_off_however_far_and_purchases_to_share_ask_of_own_pallets(
    assessment: Assessment,
) -> None:
    scoring = assessment.settings.scoring.model_copy(update={"radius_km": 0.5})
    near = dataclasses.replace(
        assessment, settings=assessment.settings.model_copy(update={"scoring": scoring})
    )
    assert len(near.passed) < len(assessment.passed) / 2
    pd.testing.assert_frame_equal(near.held, assessment.held)
    sharing = pd.DataFrame(
        {"site_id": ["E15", "E15", "E18"], "nature": ["purchase", "service", "purchase"], "side": "need",
         "item": ["Palettes", "Palettes", "Cafés"]}
    )  # fmt: skip
    needs = bought(sharing)
    assert needs[["site_id", "category", "description"]].to_numpy().tolist() == [["E15", "wood", "Palettes"]]
    asked = dataclasses.replace(assessment, unweighed=needs).own_needs
    pallets = assessment.flows.query("site_id == 'E15' and waste_code == '150103' and direction == 'out'")
    assert asked == set(pallets["flow_id"]) != set()
