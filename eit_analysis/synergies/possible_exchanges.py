"""The exchanges that are possible: matched, on what is free, with what each would change and who would gain.

matching -> what is free -> impacts -> terms, choice -> candidates
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Self

import numpy as np
import pandas as pd

from eit_analysis import french, reference
from eit_analysis.config import StudyConfig
from eit_analysis.config_synergies import Allocation
from eit_analysis.reference.dated import usual_year
from eit_analysis.reference.factors import factor_table, lookup
from eit_analysis.reference.stages import standing
from eit_analysis.synergies.answers import ANSWER_COLUMNS, not_refused
from eit_analysis.synergies.declined import closing, lessons, without_declined
from eit_analysis.synergies.factor_rows import BOUNDS
from eit_analysis.synergies.free_flows import free, held, led, led_away, set_aside, unlike
from eit_analysis.synergies.impacts import impacts
from eit_analysis.synergies.likelihood import with_likelihood
from eit_analysis.synergies.listings import REFUSALS
from eit_analysis.synergies.own_needs import could_take
from eit_analysis.synergies.pooling.costs import cost_table, meeting_eur
from eit_analysis.synergies.scoring.choice import with_choice
from eit_analysis.synergies.scoring.willingness import (
    site_willingness,
    with_regulatory_ease,
    with_willingness,
)
from eit_analysis.synergies.substitution import own_uses, read_pairs, through_gates, with_masses
from eit_analysis.synergies.terms import changes_contractor, with_terms
from eit_analysis.synergies.untied import untied
from eit_analysis.synergies.utilities.answered import as_flows
from eit_analysis.synergies.utilities.together import answered, possible


@dataclass(frozen=True, eq=False, repr=False)
class PossibleExchanges:
    """The exchanges that the tables of a study and its settings make possible, each step computed once.

    Attributes
    ----------
    flows, sites, readiness : pandas.DataFrame
        Tidy tables; flows of both directions: without a need there is no exchange.
    settings : StudyConfig
        ``study.toml``: sections ``[scoring]`` (with its ``draws`` and ``seed``), ``[allocation]``,
        ``[disclosure]`` and ``[[factors]]``.
    register : pandas.DataFrame
        Tidy ``synergy_register``.
    answers : pandas.DataFrame, optional
        What actors answered to exchanges proposed to them: a refusal closes some, and the plan serves first
        what was accepted (:mod:`declined`).
    utilities : pandas.DataFrame, optional
        Tidy table, where the exchanges of heat, water and gas are to be ranked with those of matter.
    unweighed : pandas.DataFrame, optional
        What was declared without a mass to count (``Prepared.unweighed``, ``offers.bought``).
    boilers : pandas.DataFrame, optional
        The needs of heat that wood supplies (``own_needs.wood_heat``).
    """

    flows: pd.DataFrame
    sites: pd.DataFrame
    readiness: pd.DataFrame
    settings: StudyConfig
    register: pd.DataFrame
    answers: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=ANSWER_COLUMNS))
    utilities: pd.DataFrame | None = None
    unweighed: pd.DataFrame | None = None
    boilers: pd.DataFrame | None = None

    @property
    def year(self) -> int | None:
        """The year of the answers, none where they do not tell it."""
        year = usual_year(self.sites)
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
    def pooling_costs(self) -> pd.DataFrame:
        """The reference costs of pooling, with those that the study replaces."""
        return cost_table(self.settings.pooling_costs)

    @property
    def meeting_eur(self) -> float:
        """What a group takes of a member's time a year, and an exchange once (``costs.meeting_eur``)."""
        return meeting_eur(self.pooling_costs)

    @cached_property
    def allocation(self) -> Allocation:
        """``[allocation]`` of the study with the fixed cost that its factors give, and the least gain."""
        given = self.settings.allocation
        least = given.minimum_gain_eur_per_year
        costs = {
            "project_cost_eur_per_year": float(lookup(self.factors, "exchange_cost")["central"]),
            "minimum_gain_eur_per_year": self.meeting_eur if least is None else least,
        }
        return given.model_copy(update=costs)

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

        Not what has stopped by the end of the survey's year; what was done since is no longer free either.
        """
        return held(self._lasting, self._anywhere, self.flows, self.sites)

    @cached_property
    def led_away(self) -> pd.DataFrame:
        """What such lines lead where no need is declared (``free_flows.led_away``)."""
        return led_away(self._lasting, self.held, self.flows, self.sites)

    @property
    def _lasting(self) -> pd.DataFrame:
        return self.register if self.year is None else standing(self.register, self.year)

    @property
    def _begun(self) -> pd.DataFrame:
        return pd.concat([self.held, self.led_away], ignore_index=True)

    @cached_property
    def own_uses(self) -> pd.DataFrame:
        """What firms should first ask themselves to reuse (``free_flows.set_aside``), after :attr:`held`."""
        return set_aside(self._at_home, self.register, self._led)

    @cached_property
    def _at_home(self) -> pd.DataFrame:
        """What firms could reuse themselves of what the register leaves, led elsewhere or not, and did not
        answer no to."""
        found = own_uses(with_masses(self._pairs, free(self.flows, self._begun)))
        return not_refused(found, self.answers, self.flows)

    @cached_property
    def _led(self) -> dict[str, float]:
        """What is not for its own firm: led to somebody else (t/year), or unlike what it needs (all)."""
        lines = led(self.register, self._anywhere, self.flows, self.sites)
        return lines | dict.fromkeys(unlike(self._at_home, self.flows), np.inf)

    @cached_property
    def own_needs(self) -> frozenset[str]:
        """Outputs that a need of their own firm could take, and of which nothing is set aside for it.

        The need is of no known amount or of another format, or an open line leads the output elsewhere.
        """
        asked = self.flows.head(0) if self.unweighed is None else self.unweighed
        needs, rules = asked[asked["direction"] == "in"], reference.load("compatibility")
        found = could_take(needs, self.flows, self.sites, self.answers, rules)
        led = set(self._at_home["out_flow_id"]) & {*self._led} - {*self.own_uses["out_flow_id"]}
        return frozenset(found) | led

    @cached_property
    def _pairs(self) -> pd.DataFrame:
        """What the rules read of all that is declared, once; masses alone change then."""
        return read_pairs(self.flows, self.sites, reference.load("compatibility"))

    @cached_property
    def _declared(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self._candidates(self.flows)

    @cached_property
    def _anywhere(self) -> pd.DataFrame:
        """The pairs that pass of all that is declared, at any distance: what takes place is within reach."""
        lines = self.register["site_ids"].fillna("").astype("str").str.split()
        named = self._pairs[["giver_site_id", "taker_site_id"]].isin(set(lines.explode())).all(axis=1)
        return self._candidates(self.flows, self._pairs[named], np.inf)[0]

    @cached_property
    def free_flows(self) -> pd.DataFrame:
        """The flows without what is done, committed or reused by their own firm (``free_flows.free``)."""
        return free(self.flows, self._begun, self.own_uses)

    def of_free(self, free_flows: pd.DataFrame) -> Self:
        """The same study of these flows, of which nothing is taken that is not taken already."""
        other = replace(self, flows=free_flows)
        vars(other)["free_flows"] = free_flows
        return other

    @cached_property
    def _matched(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self._answered(*self._unanswered)

    @cached_property
    def _unanswered(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self._gated(with_masses(self._pairs, self.free_flows))

    def _candidates(
        self, flows: pd.DataFrame, pairs: pd.DataFrame | None = None, radius_km: float | None = None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What passes and what does not of the flows with these masses, after what was answered."""
        read = with_masses(self._pairs if pairs is None else pairs, flows)
        return self._answered(*self._gated(read, radius_km))

    def _gated(self, read: pd.DataFrame, radius_km: float | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
        scoring = self.settings.scoring
        radius_km = scoring.radius_km if radius_km is None else radius_km
        return through_gates(read, radius_km, scoring.detour_factor)

    def _answered(self, passed: pd.DataFrame, rejected: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        if self.answers.empty:
            return passed, rejected
        return without_declined(passed, rejected, self.answers, self.lessons, self.flows)

    @cached_property
    def lessons(self) -> pd.DataFrame:
        """What refusals teach of each taker, until a later answer of his (``declined.lessons``)."""
        return lessons(self.answers, self.flows, self.sites, self.settings.scoring.detour_factor)

    @property
    def refusals(self) -> pd.DataFrame:
        """The refusals that stand, and what each closes (``declined.closing``)."""
        passed, _ = self._unanswered
        return closing(self.lessons, self.answers, passed, self.flows, self.sites)[REFUSALS]

    @property
    def untied(self) -> pd.DataFrame:
        """The other answers that are tied to no exchange that is possible (``untied.untied``)."""
        ours = pd.concat([self.candidates, self._at_home])
        rejected, flows = [self.rejected], [self.flows]
        if self.utilities is not None:
            networks, stopped = answered(self.utilities, self.sites, self.settings, self.answers)
            ours = pd.concat([ours, networks])
            rejected, flows = [*rejected, stopped], [*flows, as_flows(self.utilities)]
        return untied(self.answers, ours, self.passed, pd.concat(rejected), pd.concat(flows))

    @cached_property
    def networks(self) -> pd.DataFrame | None:
        """The exchanges of heat, water and gas that pass the gates; None where :attr:`utilities` is."""
        if self.utilities is None:
            return None
        return possible(self.utilities, self.sites, self.settings, self.answers)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """``passed`` with impacts, terms, choice, likelihood, regulatory ease, willingness of the partners.

        Not among them: what only changes the contractor (:attr:`contractors`).
        """
        exchanges = self._changed[~changes_contractor(self._changed)].reset_index(drop=True)
        stand = with_choice(with_terms(exchanges), self.settings.allocation.minimum_lot_t)
        stand = with_likelihood(stand, self.flows, self.sites, reference.load("compatibility"))
        return with_willingness(with_regulatory_ease(stand, reference.load("scoring_scales")), self._willing)

    @cached_property
    def _willing(self) -> pd.DataFrame:
        return site_willingness(self.readiness, self.sites, reference.load("scoring_scales"))

    @property
    def contractors(self) -> pd.DataFrame:
        """Of ``passed``, what an operator would do as another does today (``terms.changes_contractor``).

        Not what the giver says that this very operator takes already, nor what is reused today: whom one
        gives or sells to is no contractor, and may be that operator.
        """
        changed = self._changed[changes_contractor(self._changed)]
        stated = self.flows.reindex(columns=["flow_id", "contractor"]).set_index("flow_id")["contractor"]
        names = self.sites.set_index("site_id")["name"]
        today, taker = (
            ids.map(called.map(french.fold_words, na_action="ignore"))
            for ids, called in ((changed["out_flow_id"], stated), (changed["taker_site_id"], names))
        )
        reused = changed["old_route"] == "reuse"
        return changed[(today.isna() | (today != taker)) & ~reused].reset_index(drop=True)

    @cached_property
    def _changed(self) -> pd.DataFrame:
        return impacts(self.passed, self.flows, self.sites, self.factors)
