"""The exchanges of a study, from its tables to what their joint plan changes: one call for every page.

    matching -> impacts -> terms, choice -> ranks (SMAA-2) -> joint plan -> its changes

Each step is a function of its own module. They meet here, with the settings of the study, so that two pages
never give two figures for the same tonnes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Allocation, StudyConfig
from eit_analysis.reference.factors import factor_table, lookup
from eit_analysis.synergies.allocation.exposed import exposed_side
from eit_analysis.synergies.allocation.frontier import frontier
from eit_analysis.synergies.allocation.joint_plan import JointPlan, allocate
from eit_analysis.synergies.allocation.model import MARGIN
from eit_analysis.synergies.factor_rows import BOUNDS
from eit_analysis.synergies.impacts import impacts
from eit_analysis.synergies.pooling.coalitions import coalition_values
from eit_analysis.synergies.pooling.costs import cost_table
from eit_analysis.synergies.pooling.groups import pooled_for
from eit_analysis.synergies.pooling.schemes import schemes_in_force
from eit_analysis.synergies.pooling.search import FURTHER
from eit_analysis.synergies.pooling.thresholds import Target, targets
from eit_analysis.synergies.pooling.worthwhile import threshold_table
from eit_analysis.synergies.portfolio import change, portfolio
from eit_analysis.synergies.register.links import Methods
from eit_analysis.synergies.register.shared import answered
from eit_analysis.synergies.register.totals import first_hand, totals
from eit_analysis.synergies.scoring.choice import on_what_is_left, with_choice
from eit_analysis.synergies.scoring.criteria import criteria
from eit_analysis.synergies.scoring.ease import with_regulatory_ease
from eit_analysis.synergies.scoring.ranking import RESULT_COLUMNS, Ranking, rank
from eit_analysis.synergies.scoring.willingness import site_willingness, with_willingness
from eit_analysis.synergies.substitution import candidates
from eit_analysis.synergies.terms import changes_contractor, with_terms

Game = tuple[str, str, list[str], np.ndarray | Callable[[int], float]]


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
    """

    flows: pd.DataFrame
    sites: pd.DataFrame
    readiness: pd.DataFrame
    settings: StudyConfig

    def __repr__(self) -> str:
        return f"Assessment of {len(self.passed)} exchanges, {len(self.rejected)} pairs rejected"

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
        """Pairs of an output and an input that pass all gates (``substitution.candidates``)."""
        return self._matched[0]

    @property
    def rejected(self) -> pd.DataFrame:
        """Pairs that a rule reads and a gate stops, with that gate."""
        return self._matched[1]

    @cached_property
    def _matched(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        scoring, rules = self.settings.scoring, reference.load("compatibility")
        reach = scoring.radius_km, scoring.detour_factor
        return candidates(self.flows, self.sites, rules, *reach)

    @cached_property
    def pooling_costs(self) -> pd.DataFrame:
        """The reference costs of pooling, with those that the study replaces."""
        return cost_table(self.settings.pooling_costs)

    @cached_property
    def thresholds(self) -> pd.DataFrame:
        """From which volume an operation is worth its while, at these costs (``worthwhile``)."""
        return threshold_table(self.pooling_costs)

    @cached_property
    def schemes(self) -> pd.DataFrame:
        """The producer schemes in force in the year of the survey (``schemes``)."""
        year = self.sites["reference_year"].max()
        return schemes_in_force(None if pd.isna(year) else int(year))

    def pooled(self, sharing: pd.DataFrame, radius_km: float) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Groups and offers within so many km by road, and the share of each member (``groups.pooled``)."""
        reach = radius_km, self.settings.scoring.detour_factor
        return pooled_for(self.asked(sharing)(), self.sites, self.pooling_costs, *reach)

    def games(
        self, register: pd.DataFrame, sharing: pd.DataFrame, radius_km: float, member: str | None = None
    ) -> tuple[list[Game], list[Game]]:
        """Of each pooling of the register that a group answers (``register.shared``): its identifier, the
        need of the group, the members of the group's best part and what each set of them saves, the same
        object for lines of the same group. Then, of the poolings that projects declare, the same of those of
        the register's own members who are in the group, where they could pool among themselves.

        Only those groups that ``member`` is in, where it is given, and nothing of the register's members: a
        firm reads of no other."""
        reach = radius_km, self.settings.scoring.detour_factor
        costs, asked = self.pooling_costs, self.asked(sharing)()
        pools, _ = pooled_for(asked, self.sites, costs, *reach, further=False)
        lines = answered(register, pools, sharing)
        if member is not None:
            lines = lines[lines["members"].str.split().map(lambda sites: member in sites).astype(bool)]
        # Whoever costs the others more than it brings has nothing to share with them.
        values = {
            pool["pooling_id"]: coalition_values(pool, asked, self.sites, costs, *reach)
            for _, pool in lines.assign(members=lines["part_members"])
            .drop_duplicates("pooling_id")
            .iterrows()
        }
        names = zip(lines["synergy_id"], lines["label"], lines["pooling_id"], strict=True)
        groups = [(line, label, *values[pooling]) for line, label, pooling in names]
        own: list[Game] = []
        # Of those alone that are to have an agreement, whose annex says who gets what.
        declared = {line for project in self.settings.projects for line in project.synergies}
        listed = lines["synergy_id"].isin(declared) & (member is None)
        for _, pool in lines[listed].iterrows():
            within = set(pool["members"].split())
            pool["members"] = " ".join(site for site in pool["site_ids"].split() if site in within)
            with suppress(ValueError):  # they are no group by themselves
                game = coalition_values(pool, asked, self.sites, costs, *reach)
                own.append((pool["synergy_id"], pool["label"], *game))
        return groups, own

    def asked(self, sharing: pd.DataFrame) -> Callable[[], list[Target]]:
        """Makes every threshold with who needs or offers what it applies to (``thresholds.targets``)."""
        return partial(targets, sharing, self.flows, self.thresholds, self.schemes)

    def methods(self, pools: pd.DataFrame) -> Methods:
        """What was found and refused, and by which rules, to compare with the register."""
        rules = reference.load("compatibility"), self.thresholds
        return Methods(self.passed, self.rejected, pools[pools["kind"] != FURTHER], *rules)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """``passed`` with impacts, terms, choice, regulatory ease and willingness of the partners.

        Not among them: what only changes the contractor (:attr:`contractors`).
        """
        scales = reference.load("scoring_scales")
        willing = site_willingness(self.readiness, self.sites, scales)
        exchanges = self._changed[~changes_contractor(self._changed)].reset_index(drop=True)
        stand = with_choice(with_terms(exchanges), self.settings.allocation.minimum_lot_t)
        return with_willingness(with_regulatory_ease(stand, scales), willing)

    @cached_property
    def leads(self) -> pd.DataFrame:
        """``candidates`` as they are ranked: each on the tonnes that no higher option could take."""
        return on_what_is_left(self.candidates)

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
    def ranking(self) -> Ranking:
        """The leads ranked, acceptability of their ranks, and who would prefer each."""
        return rank(self.leads, self.criteria, self.settings.scoring.draws, self.settings.scoring.seed)

    @cached_property
    def plan(self) -> JointPlan:
        """The joint plan of largest joint surplus."""
        return allocate(self.candidates, self.allocation)

    @cached_property
    def most(self) -> JointPlan:
        """The joint plan of most tonnes, whatever the gain."""
        return allocate(self.candidates, self.allocation, "diverted_t_per_year")

    @cached_property
    def exchanges(self) -> pd.DataFrame:
        """The candidates with their ranks and what the plan allocates to each, by ``candidate_id``."""
        ranks = self.ranking.candidates[["candidate_id", "coverage_percent", *RESULT_COLUMNS]]
        return self.plan.exchanges.merge(ranks, on="candidate_id")

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
        """What the plan changes, by category and in all (``breakdown.TOTAL``), with 95 % intervals."""
        scoring = self.settings.scoring
        return portfolio(self.plan.exchanges, self.factors, scoring.draws, scoring.seed)

    @property
    def outcome(self) -> str:
        """``none_possible``, ``none_retained``, ``one_retained`` or ``several_retained``."""
        if self.passed.empty:
            return "none_possible"
        retained = int((self.plan.exchanges["allocated_t_per_year"] > 0).sum())
        return ("none_retained", "one_retained", "several_retained")[min(retained, 2)]

    def frontier(self, other: str) -> pd.DataFrame:
        """Plans that no other plan beats on both the joint surplus and another indicator."""
        points, _ = frontier(self.candidates, self.allocation, (MARGIN, other))
        return points.drop(columns="gap_percent")

    def change(self, indicator: str) -> Breakdown:
        """One indicator of ``impacts.INDICATORS``: its change by category with the exchanges behind it."""
        return change(self.changes, self.plan.exchanges, indicator, self.settings.disclosure)

    def totals(self, register: pd.DataFrame) -> Breakdown:
        """Potential, feasible, retained and (of the register) realised tonnes, by category."""
        most = first_hand(self.most.exchanges, self.sites)
        return totals(self.first_hand, most, register, self.settings.disclosure)
