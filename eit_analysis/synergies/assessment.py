"""The exchanges of a study, from its tables to what their joint plan changes: one call for every page.

    matching -> what is free -> impacts -> terms, choice -> ranks (SMAA-2) -> joint plan -> its changes

Each step is a function of its own module. They meet here, with the settings of the study, so that two pages
never give two figures for the same tonnes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Allocation, StudyConfig
from eit_analysis.reference.compatibility import QUALITY_RANK
from eit_analysis.reference.dated import in_force
from eit_analysis.reference.factors import factor_table, lookup
from eit_analysis.reference.stages import lasting
from eit_analysis.synergies import listings, local_outlets, loss
from eit_analysis.synergies.allocation.exposed import exposed_side
from eit_analysis.synergies.allocation.frontier import frontier
from eit_analysis.synergies.allocation.joint_plan import JointPlan, allocate, with_accepted
from eit_analysis.synergies.ask_first import with_questions
from eit_analysis.synergies.declined import ANSWER_COLUMNS, accepted, lessons, without_declined
from eit_analysis.synergies.factor_rows import BOUNDS
from eit_analysis.synergies.free_flows import free, held, set_aside
from eit_analysis.synergies.impacts import impacts
from eit_analysis.synergies.likelihood import with_likelihood
from eit_analysis.synergies.local_outlets import LocalOutlets
from eit_analysis.synergies.lots import lots
from eit_analysis.synergies.pooling.costs import cost_table, threshold_table
from eit_analysis.synergies.pooling.groups import pooled
from eit_analysis.synergies.pooling.search import FURTHER
from eit_analysis.synergies.pooling.thresholds import Target, targets
from eit_analysis.synergies.portfolio import change, portfolio
from eit_analysis.synergies.register.games import Game, answered, games
from eit_analysis.synergies.register.links import Methods
from eit_analysis.synergies.register.pursued import cases, together
from eit_analysis.synergies.register.totals import first_hand, totals
from eit_analysis.synergies.scoring.choice import on_what_is_left, with_choice
from eit_analysis.synergies.scoring.criteria import criteria
from eit_analysis.synergies.scoring.ranking import RESULT_COLUMNS, rank
from eit_analysis.synergies.scoring.willingness import (
    site_willingness,
    with_regulatory_ease,
    with_willingness,
)
from eit_analysis.synergies.substitution import own_uses, read_pairs, through_gates, with_masses
from eit_analysis.synergies.terms import changes_contractor, with_terms
from eit_analysis.synergies.unknowns import unknowns


@dataclass(frozen=True, eq=False, repr=False)
class Assessment:
    """The exchanges that are possible, their ranks, their joint plan and its changes, each computed once.

    Attributes
    ----------
    flows, sites, readiness : pandas.DataFrame
        Tidy tables.
    settings : StudyConfig
        ``study.toml``: sections ``[scoring]`` (with its ``draws`` and ``seed``), ``[allocation]``,
        ``[disclosure]`` and ``[[factors]]``.
    register : pandas.DataFrame
        Tidy ``synergy_register``.
    answers : pandas.DataFrame, optional
        What actors answered to exchanges proposed to them: a refusal closes some, and the plan keeps what was
        accepted where that costs little (:mod:`declined`).
    """

    flows: pd.DataFrame
    sites: pd.DataFrame
    readiness: pd.DataFrame
    settings: StudyConfig
    register: pd.DataFrame
    answers: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=ANSWER_COLUMNS))

    @classmethod
    def of(cls, release: Any) -> Assessment:
        """The assessment of all that the audience of a release may be counted from."""
        return cls(
            release.flows("both"), release.sites(), release.readiness(), release.settings,
            release.synergy_register(), release.exchange_answers(),
        )  # fmt: skip

    @classmethod
    def judged(cls, release: Any) -> pd.DataFrame:
        """What became of the leads of earlier waves, by the register of now and by what was answered then.

        As ``register.pursued.together`` gives it; no lead is found with the answers that judge it.
        """
        answers, now, waves = release.exchange_answers(), release.synergy_register(), []
        for then in [release.at(name) for name in release.registers() if name < release.wave]:
            before = replace(cls.of(then), answers=answers.head(0))
            told = answers[answers["wave"] == then.wave]
            waves.append(cases(before.candidates, before.flows, before.register, told, now))
        return together(waves)

    def __repr__(self) -> str:
        return f"Assessment of {len(self.passed)} exchanges, {len(self.rejected)} pairs rejected"

    @property
    def year(self) -> int | None:
        """The year of the answers, none where they do not tell it."""
        year = self.sites["reference_year"].max()
        return None if pd.isna(year) else int(year)

    @cached_property
    def factors(self) -> pd.DataFrame:
        """The reference factors, with those that the study replaces; the fixed cost also by its plan."""
        table = factor_table(self.settings.factors)  # type: ignore[arg-type]  # read only, never written
        given = self.settings.allocation.project_cost_eur_per_year
        if given is not None:
            fixed = table["factor"] == "exchange_cost"
            table.loc[fixed, BOUNDS] = given
            table.loc[fixed, "source"] = "study.toml, [allocation]"
            table.loc[fixed, "year"] = pd.NA
        return table

    @cached_property
    def allocation(self) -> Allocation:
        """``[allocation]`` of the study with the fixed cost that its factors give."""
        cost = lookup(self.factors, "exchange_cost")["central"]
        return self.settings.allocation.model_copy(update={"project_cost_eur_per_year": float(cost)})

    @property
    def passed(self) -> pd.DataFrame:
        """Pairs of an output and an input that pass all gates (``substitution.candidates``), on what is free.

        What is done, committed or reused by its own firm (:attr:`held`, :attr:`own_uses`) is taken off.
        """
        return self._matched[0]

    @property
    def rejected(self) -> pd.DataFrame:
        """Pairs that a rule reads and a gate stops, with that gate."""
        return self._matched[1]

    @cached_property
    def held(self) -> pd.DataFrame:
        """The exchanges done or committed, says the register, with their tonnes (``free_flows.held``).

        Not what lasts no longer at the end of the survey's year.
        """
        lines = self.register if self.year is None else lasting(self.register, self.year)
        return held(lines, self._declared[0], self.flows, self.sites)

    @cached_property
    def own_uses(self) -> pd.DataFrame:
        """What firms should first ask themselves to reuse (``free_flows.set_aside``), after :attr:`held`."""
        left = with_masses(self._pairs, free(self.flows, self.held))
        return set_aside(own_uses(left), self.register)

    @cached_property
    def _pairs(self) -> pd.DataFrame:
        """What the rules read of all that is declared, once; masses alone change then."""
        return read_pairs(self.flows, self.sites, reference.load("compatibility"))

    @cached_property
    def _declared(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self._candidates(self.flows)

    @cached_property
    def free_flows(self) -> pd.DataFrame:
        """The flows without what is done, committed or reused by their own firm (``free_flows.free``)."""
        return free(self.flows, self.held, self.own_uses)

    @cached_property
    def _matched(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self._candidates(self.free_flows)

    def _candidates(self, flows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What passes and what does not of the flows with these masses, after what was answered."""
        reach = self.settings.scoring.radius_km, self.settings.scoring.detour_factor
        passed, rejected = through_gates(with_masses(self._pairs, flows), *reach)
        if self.answers.empty:
            return passed, rejected
        return without_declined(passed, rejected, self.answers, self.lessons, self.flows)

    @cached_property
    def lessons(self) -> pd.DataFrame:
        """What refusals teach of each taker, until a later answer of his (``declined.lessons``)."""
        return lessons(self.answers, self.flows, self.sites, self.settings.scoring.detour_factor)

    @cached_property
    def pooling_costs(self) -> pd.DataFrame:
        """The reference costs of pooling, with those that the study replaces."""
        return cost_table(self.settings.pooling_costs)

    @cached_property
    def thresholds(self) -> pd.DataFrame:
        """From which volume an operation is worth its while, at these costs (``costs.threshold_table``)."""
        return threshold_table(self.pooling_costs)

    @cached_property
    def schemes(self) -> pd.DataFrame:
        """The producer schemes in force in the year of the survey, those of today where it tells none."""
        return in_force(reference.load("producer_schemes"), f"{self.year}-12-31" if self.year else "")

    def pooled(self, sharing: pd.DataFrame, radius_km: float) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Groups and offers within so many km by road, and the share of each member (``groups.pooled``)."""
        reach = radius_km, self.settings.scoring.detour_factor
        return pooled(self.asked(sharing)(), self.sites, self.pooling_costs, *reach)

    def games(
        self, register: pd.DataFrame, sharing: pd.DataFrame, radius_km: float, member: str | None = None
    ) -> tuple[list[Game], list[Game]]:
        """What members of poolings of the register save together (``register.games``)."""
        reach = radius_km, self.settings.scoring.detour_factor
        asked, costs = self.asked(sharing)(), self.pooling_costs
        pools, _ = pooled(asked, self.sites, costs, *reach, every=False)
        declared = {line for project in self.settings.projects for line in project.synergies}
        return games(answered(register, pools, sharing), asked, self.sites, costs, reach, declared, member)

    def asked(self, sharing: pd.DataFrame) -> Callable[[], list[Target]]:
        """Makes every threshold with who needs or offers what it applies to (``thresholds.targets``)."""
        return partial(targets, sharing, self.flows, self.thresholds, self.schemes)

    def methods(self, pools: pd.DataFrame) -> Methods:
        """What is found and refused of all that is declared, and by which rules, beside the register."""
        rules = reference.load("compatibility"), self.thresholds
        return Methods(*self._declared, pools[pools["kind"] != FURTHER], *rules)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """``passed`` with impacts, terms, choice, likelihood, regulatory ease, willingness of the partners.

        Not among them: what only changes the contractor (:attr:`contractors`).
        """
        scales = reference.load("scoring_scales")
        willing = site_willingness(self.readiness, self.sites, scales)
        exchanges = self._changed[~changes_contractor(self._changed)].reset_index(drop=True)
        stand = with_choice(with_terms(exchanges), self.settings.allocation.minimum_lot_t)
        stand = with_likelihood(stand, self.flows, self.sites, reference.load("compatibility"))
        return with_willingness(with_regulatory_ease(stand, scales), willing)

    @cached_property
    def leads(self) -> pd.DataFrame:
        """``candidates`` as they are ranked: each on the tonnes that no higher option could take."""
        return on_what_is_left(self.candidates)

    def local_outlets(self, outlets: pd.DataFrame | None, surveyed: pd.DataFrame) -> LocalOutlets:
        """The outlets imported into the study, what each may take, and the leads that the plan leaves.

        ``surveyed``: every actor of the survey, also who may not be counted here: none of them is an outlet.
        """
        listed = local_outlets.directory(outlets, surveyed)
        pairs = self._to_outlets(self.free_flows, listed)
        pairs, least_t = local_outlets.with_fees(pairs, self.factors), self.settings.allocation.minimum_lot_t
        leads = local_outlets.leads(pairs, self.flows, least_t)
        left = local_outlets.left(leads, self.plan.exchanges, least_t)
        return LocalOutlets(listed, pairs, leads, left)

    def closures(self, local: LocalOutlets) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What each taker, closed alone, would leave, and what would replace it (``loss.closures``)."""
        taken = loss.takers(self.flows, self.sites, self.held, local.directory)
        # All that leaves today may lose its taker, what is done too; a need has the room that is free.
        leaving = self.flows[self.flows["direction"] == "out"]
        asked = self.free_flows[self.free_flows["direction"] == "in"]
        passed, _ = self._candidates(pd.concat([leaving, asked]))
        possible = loss.options(passed, self._to_outlets(leaving, local.directory), self.sites)
        return loss.closures(taken, possible, self.plan.exchanges)

    def _to_outlets(self, flows: pd.DataFrame, directory: pd.DataFrame) -> pd.DataFrame:
        rules, scoring = reference.load("compatibility"), self.settings.scoring
        reach = scoring.radius_km, scoring.detour_factor
        return local_outlets.possible(flows, self.sites, directory, rules, *reach)

    @property
    def contractors(self) -> pd.DataFrame:
        """Of ``passed``, what an operator would do as another does today (``terms.changes_contractor``)."""
        return self._changed[changes_contractor(self._changed)].reset_index(drop=True)

    @cached_property
    def _changed(self) -> pd.DataFrame:
        return impacts(self.passed, self.flows, self.sites, self.factors)

    @cached_property
    def criteria(self) -> pd.DataFrame:
        """The criteria with the weights and bounds of the study."""
        return criteria(self.settings.scoring.weights, self.settings.scoring.bounds)

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """The leads ranked (``ranking.rank``)."""
        return rank(self.leads, self.criteria, self.settings.scoring.draws, self.settings.scoring.seed)

    def lots(self) -> pd.DataFrame:
        """Exchanges that pay together and none alone, in loads worth a lorry (``lots.lots``)."""
        detour = self.settings.scoring.detour_factor
        return lots(self.candidates, self.sites, self.factors, self.pooling_costs, detour)

    @cached_property
    def plan(self) -> JointPlan:
        """The joint plan of largest joint surplus, but for what it yields to acceptances."""
        return with_accepted(self.candidates, self.allocation, self.accepted)

    @cached_property
    def accepted(self) -> list[list[str]]:
        """The leads that an actor said yes to and in which both could gain, answer by answer."""
        gaining = self.candidates["choice"] != "nobody_gains"
        return accepted(self.candidates[gaining], self.answers, self.flows)

    @cached_property
    def most(self) -> JointPlan:
        """The joint plan of most tonnes, whatever the gain."""
        return allocate(self.candidates, self.allocation, "diverted_t_per_year")

    @cached_property
    def exchanges(self) -> pd.DataFrame:
        """The candidates with their ranks and what the plan allocates to each, by ``candidate_id``."""
        ranks = self.ranking[["candidate_id", "coverage_percent", *RESULT_COLUMNS]]
        return self.plan.exchanges.merge(ranks, on="candidate_id")

    def listed(self, recalled: pd.DataFrame, team: bool) -> pd.DataFrame:
        """The exchanges described, with their other partners and what to ask first (``with_questions``).

        ``recalled``: the register with the exchanges that answer its lines; ``team``: who reads is of it.
        """
        agreed = [name for group in self.accepted for name in group] * team
        told = listings.described(listings.with_partners(self.exchanges, self.held, agreed), self.flows)
        return with_questions(told, recalled, self.answers, self.sites, reference.load("compatibility"), team)

    @cached_property
    def first_hand(self) -> pd.DataFrame:
        """The exchanges of the plan, what a structure passes on being counted when it arrives."""
        return first_hand(self.plan.exchanges, self.sites)

    @cached_property
    def exposed(self) -> pd.DataFrame:
        """The exchanges of the plan with those tonnes, in the name of one side (``exposed.exposed_side``)."""
        once = self.plan.exchanges.assign(allocated_t_per_year=self.first_hand["allocated_t_per_year"])
        return exposed_side(once, "allocated_t_per_year", self.settings.disclosure)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """What the plan changes, by category and in all (``records.TOTAL``), with 95 % intervals."""
        scoring = self.settings.scoring
        return portfolio(self.plan.exchanges, self.factors, scoring.draws, scoring.seed)

    def unknowns(self) -> pd.DataFrame:
        """What is not known of some flow, by what knowing it would be worth (``unknowns.unknowns``)."""
        silent = (self.flows["direction"] == "out") & ~self.flows["quality"].isin(list(QUALITY_RANK))
        needed = self.flows[silent | (self.flows["direction"] == "in")]
        by_quality = {
            quality: replace(self, flows=needed.assign(quality=quality)).candidates
            for quality in QUALITY_RANK
            if silent.any()
        }
        return unknowns(self.plan.exchanges, self.flows, self.factors, by_quality)

    def frontier(self) -> pd.DataFrame:
        """Plans that no other plan beats on both the joint surplus and the emissions avoided."""
        return frontier(self.candidates, self.allocation, self.plan.accepted)

    def change(self, indicator: str) -> Breakdown:
        """One indicator of ``impacts.INDICATORS``: its change by category with the exchanges behind it."""
        return change(self.changes, self.plan.exchanges, indicator, self.settings.disclosure)

    def totals(self, register: pd.DataFrame) -> Breakdown:
        """Potential, feasible, retained and (of the register) committed and realised tonnes, by category."""
        most = first_hand(self.most.exchanges, self.sites)
        return totals(self.first_hand, most, self.held, register, self.settings.disclosure)
