"""The exchanges of a study, from its tables to what their joint plan changes: one call for every page.

    possible exchanges -> joint plan -> ranks (SMAA-2), those of the plan first; what the plan changes

Each step is a function of its own module. They meet here, with the settings of the study, so that two pages
never give two figures for the same tonnes.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.reference.compatibility import QUALITY_RANK
from eit_analysis.reference.stages import standing
from eit_analysis.remembered import remembered
from eit_analysis.synergies import listings, local_outlets, loss
from eit_analysis.synergies.allocation.exposed import exposed_side
from eit_analysis.synergies.allocation.frontier import frontier
from eit_analysis.synergies.allocation.shadow_prices import scarce_demands
from eit_analysis.synergies.answers import accepted, accepted_on, awaited, old_yes
from eit_analysis.synergies.ask import group as ask_group
from eit_analysis.synergies.ask.exchange import at_home, or_of_team, with_questions
from eit_analysis.synergies.ask.register import ENDED, readable
from eit_analysis.synergies.ask.taker import in_room, uncounted
from eit_analysis.synergies.better_sorted import better_sorted, poorly_sorted
from eit_analysis.synergies.declined import in_brief
from eit_analysis.synergies.free_flows import HELD, TAKEN
from eit_analysis.synergies.local_outlets import LocalOutlets
from eit_analysis.synergies.offers import bought, by_trade
from eit_analysis.synergies.other_takers import with_partners
from eit_analysis.synergies.own_needs import wood_heat
from eit_analysis.synergies.pooling import groups
from eit_analysis.synergies.portfolio import change, portfolio
from eit_analysis.synergies.ranked_exchanges import RankedExchanges
from eit_analysis.synergies.register.links import linked
from eit_analysis.synergies.register.pursued import cases, together
from eit_analysis.synergies.register.totals import at_least, first_hand, totals
from eit_analysis.synergies.unknowns import unknowns
from eit_analysis.synergies.utilities.together import agreed as agreed_networks


class Assessment(RankedExchanges):
    """The exchanges that are possible, their ranks, their joint plan and its changes, each computed once."""

    @classmethod
    def of(cls, release: Any) -> Assessment:
        """The assessment of all that the audience of a release may be counted from."""
        return _of(release, release.exchange_answers())

    @classmethod
    def judged(cls, release: Any) -> pd.DataFrame:
        """What became of the leads of earlier waves, by the register of now and by what was answered then.

        As ``register.pursued.together`` gives it; no lead is found with the answers that judge it.
        """
        answers, now, waves = release.exchange_answers(), release.synergy_register(), []
        for then in [release.at(name) for name in release.registers() if name < release.wave]:
            before = _of(then, answers.head(0))
            told = answers[answers["wave"] == then.wave]
            waves.append(cases(before.candidates, before.flows, before.register, told, now))
        return together(waves)

    def __repr__(self) -> str:
        needs = (self.flows["direction"] == "in").sum()
        return (
            f"Assessment of {len(self.passed)} exchanges, {len(self.rejected)} pairs rejected, {needs} needs"
        )

    @property
    def served(self) -> pd.DataFrame:
        """What is done or committed, in words (``listings.served``)."""
        return listings.served(self.held, self.led_away, self.flows)

    def listed(self, recalled: pd.DataFrame, team: bool, you: str | None = None) -> pd.DataFrame:
        """The exchanges described, with their other partners and what to ask first (``with_questions``).

        ``recalled``: the register with the exchanges that answer its lines; ``team``: who reads is of it;
        ``you``: the firm that is spoken to.
        """
        # One that is accepted and in which nobody gains is in no plan, and was accepted.
        agreed = accepted(self.candidates, self.answers, self.flows) * team
        if self.year is not None:  # of what has ended, why alone is to be asked
            still = recalled["synergy_id"].isin(standing(self.register, self.year)["synergy_id"])
            recalled = recalled.assign(status=recalled["status"].where(still, ENDED))
        away = self.led_away.groupby("synergy_id")["out_flow_id"].agg(" ".join)
        recalled = recalled.assign(led_flow_ids=[away.get(line, "") for line in recalled["synergy_id"]])
        # Outside the team, who is kept is read of those alone who agreed to be named.
        unnamed = set(self.sites.loc[(self.sites["consent"] != "named") & (not team), "site_id"])
        told = listings.described(with_partners(self.exchanges, self.held, agreed, unnamed), self.flows)
        told = told.assign(
            yes_before=old_yes(told, self.answers, self.year),
            room_surplus_eur_per_year=in_room(listings.at_plan(told), self.flows),
        )
        known = recalled, self.answers, self.own_uses, self.sites, reference.load("compatibility")
        about = self.flows, team, self.own_needs, you, self.taken_back
        asked = with_questions(listings.at_plan(told), *known, *about, boilers=self.boilers)
        yes = told[told["status"] == "accepted"], self.answers, self.flows
        return told.assign(
            ask_first=asked["ask_first"] if team else or_of_team(asked["ask_first"]),
            uncounted=uncounted(told),
            answer_date=told["candidate_id"].map(accepted_on(*yes)).astype("str"),
            awaited_site_id=told["candidate_id"].map(awaited(*yes)).astype("str"),
        )

    def at_home(self, you: str | None = None) -> pd.DataFrame:
        """What firms, or ``you``, could reuse themselves (``listings.in_question``), with questions."""
        asked = at_home(self.own_uses, self.flows, self.sites, reference.load("compatibility"), you)
        return listings.in_question(asked, self.flows, you)

    def agreed(self, exchanges: pd.DataFrame) -> pd.DataFrame:
        """What an actor accepted, of matter (:meth:`listed`) then of heat, water and gas."""
        matter = listings.agreed(exchanges)
        if self._networks is None:
            return matter
        return pd.concat([matter, agreed_networks(*self._networks, self.ranking)], ignore_index=True)

    def answered(self, exchanges: pd.DataFrame) -> pd.DataFrame:
        """What the answers did, in one row (``declined.in_brief``)."""
        return in_brief(self.agreed(exchanges), self.refusals, self.sites)

    def to_call(
        self,
        stuck: pd.DataFrame,
        stays: pd.DataFrame,
        register: pd.DataFrame,
        sharing: pd.DataFrame,
        radius_km: float,
        team: bool,
    ) -> pd.DataFrame:
        """The ``stuck`` lines (``progress.stuck``) that are carried; for the ``team``, the one to ring for.

        That one is worth most, by what its best exchange gains, else by what it promises in euros, then the
        oldest: of what is stuck, else of what waits (``stays`` of ``durations.passages``). None that gains
        nothing or that nothing answers (:meth:`unanswered`): there is nothing to exchange nor to order.
        """
        if not team:
            return stuck[stuck["carrier"].notna()]
        waiting = stays[stays["passage"] == "waiting"].drop_duplicates("synergy_id", keep="last")
        lines = register[register["carrier"].notna() & register["synergy_id"].isin(waiting["synergy_id"])]
        idle = self.unanswered(lines, sharing, radius_km)["synergy_id"]
        gains = linked(lines, self.exchanges, self.flows).groupby("synergy_id")["joint_surplus_eur_per_year"]
        promised = lines.set_index("synergy_id")["promised_eur_per_year"].astype(float)
        worth = lines["synergy_id"].map(gains.max().astype(float).combine_first(promised))
        late = lines["synergy_id"].isin(stuck["synergy_id"])
        able = lines.assign(late=late, worth=worth)[~lines["synergy_id"].isin(idle) & ~(worth <= 0)]
        able = able.merge(waiting[["synergy_id", "months_at_stage"]], on="synergy_id")
        order = ["late", "worth", "months_at_stage"]
        return able.sort_values(order, ascending=False, kind="stable")[list(stuck)].head(1)

    def numbered(self, pools: pd.DataFrame) -> pd.DataFrame:
        """The groups of which a part pays (``groups.numbered``), and what their kind always asks."""
        paying = groups.numbered(pools)
        return paying.assign(question_fr=ask_group.of_kind(paying, self.thresholds))

    def offered(
        self, pools: pd.DataFrame, sharing: pd.DataFrame, recalled: pd.DataFrame, team: bool
    ) -> pd.DataFrame:
        """The offers (``groups.offers``) with ``registered``, the line of the register that both are in
        already, which is asked about first; outside the ``team``, one of actors who all agreed to be named.
        """
        found = groups.offers(pools, self.meeting_eur, sharing)
        lines = recalled if team else readable(recalled, self.sites)
        return ask_group.with_registered(found, lines, sharing)

    def starts(
        self, pools: pd.DataFrame, shares: pd.DataFrame, recalled: pd.DataFrame, sharing: pd.DataFrame
    ) -> pd.DataFrame:
        """Whom to start a pooling with (``groups.starts``), and what to ask first (``ask.group``)."""
        planned = self.plan.exchanges.set_index("out_flow_id")["allocated_t_per_year"]
        taken = {"planned": planned, "reused": self.own_uses.set_index("out_flow_id")[TAKEN]}
        for way in HELD:
            taken[way] = self._begun[self._begun["status"] == way].set_index("out_flow_id")[TAKEN]
        gone = ask_group.gone_elsewhere(taken, self.collected_together)
        told = recalled, sharing, self.sites, self.thresholds, gone, self.collected_together
        return ask_group.with_questions(groups.starts(pools), shares, *told)

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
        """What is not known of some flow and is worth knowing, by how much (``unknowns.unknowns``)."""
        free = self.free_flows
        silent = (free["direction"] == "out") & ~free["quality"].isin(list(QUALITY_RANK))
        needed = free[silent | (free["direction"] == "in")]
        by_quality = {
            quality: self.of_free(needed.assign(quality=quality)).candidates
            for quality in QUALITY_RANK
            if silent.any()
        }
        found = unknowns(self.candidates, self.allocation, self.flows, self.factors, by_quality)
        return found[found["knowing_eur_per_year"] > 0]

    def better_sorted(self) -> pd.DataFrame:
        """The pairs that their sorting alone sets aside (``better_sorted.better_sorted``)."""
        poor, clean = poorly_sorted(self.rejected), self.free_flows.assign(quality="clean")
        asked = self.free_flows["direction"] == "in"
        ours = pd.concat([clean[clean["flow_id"].isin(poor["out_flow_id"])], self.free_flows[asked]])
        passed = self.of_free(ours).passed
        return better_sorted(poor, passed, self.flows, reference.load("compatibility"))

    def scarce_demands(self) -> pd.DataFrame:
        """What a tonne more of each capacity that the plan exhausts would bring (``shadow_prices``)."""
        return scarce_demands(self.plan)

    def frontier(self) -> pd.DataFrame:
        """Plans that no other plan beats on both the joint surplus and the emissions avoided."""
        return frontier(self.candidates, self.allocation, self.plan.accepted)

    def change(self, indicator: str) -> Breakdown:
        """One indicator of ``impacts.INDICATORS``: its change by category with the exchanges behind it."""
        return change(self.changes, self.plan.exchanges, indicator, self.settings.disclosure)

    def totals(self, register: pd.DataFrame) -> Breakdown:
        """Potential, feasible, retained and (of the register) committed and realised tonnes, by category.

        The plan of most tonnes counts twice what structures pass on; once that is taken off, the plan that is
        kept may have more of a family.
        """
        limits = self.settings.allocation
        together = limits.exclusive or limits.maximum_projects is not None
        together = bool(together or limits.budget_eur_per_year is not None)
        most = at_least(self.first_hand, first_hand(self.most.exchanges, self.sites), together)
        return totals(self.first_hand, most, self.held, register, self.settings.disclosure)

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
        """What each taker, closed alone, would leave, and who would take each flow (:mod:`loss`)."""
        taken = loss.takers(self.flows, self.sites, self._begun, local.directory)
        # All that leaves today may lose its taker, what is done too; a need has the room that is free.
        leaving = self.flows[self.flows["direction"] == "out"]
        asked = self.free_flows[self.free_flows["direction"] == "in"]
        both, any_route = pd.concat([leaving, asked]), self._pairs.assign(old_route="unknown")
        possible, whatever = (
            loss.options(
                self._candidates(both, pairs)[0],
                self._to_outlets(leaving, local.directory, whatever_today),
                self.sites,
                taken,
            )
            for pairs, whatever_today in ((self._pairs, False), (any_route, True))
        )
        summary, replaced = loss.closures(taken, loss.with_lower(possible, whatever), self.plan.exchanges)
        return summary, loss.left_without(taken, replaced, self.flows, summary)

    def _to_outlets(
        self, flows: pd.DataFrame, directory: pd.DataFrame, whatever_today: bool = False
    ) -> pd.DataFrame:
        rules, scoring = reference.load("compatibility"), self.settings.scoring
        reach = scoring.radius_km, scoring.detour_factor
        return local_outlets.possible(flows, self.sites, directory, rules, *reach, whatever_today)


_assessed = remembered(Assessment)


def _of(release: Any, answers: pd.DataFrame) -> Assessment:
    # Outside the team a rank would tell where the gain of a network, which is the team's, stands.
    utilities = release.utilities() if release.viewer.internal else None
    return _assessed(
        release.remarked(release.flows("both")), by_trade(release.sites()), release.readiness(),
        release.settings,
        release.synergy_register(), answers, utilities,
        pd.concat([release.unweighed(), bought(release.sharing())], ignore_index=True),
        wood_heat(release.utilities()),
    )  # fmt: skip
