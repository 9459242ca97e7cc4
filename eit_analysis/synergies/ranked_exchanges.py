"""The possible exchanges ranked, and their joint plan of largest gain: the ranks put first what it keeps."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from eit_analysis.reference.stages import OPEN
from eit_analysis.synergies.allocation.joint_plan import JointPlan, allocate, with_accepted
from eit_analysis.synergies.answers import accepted
from eit_analysis.synergies.lots import lots
from eit_analysis.synergies.possible_poolings import PossiblePoolings
from eit_analysis.synergies.register.links import linked, piped
from eit_analysis.synergies.scoring.choice import on_what_is_left, planned_first
from eit_analysis.synergies.scoring.criteria import criteria
from eit_analysis.synergies.scoring.ranking import RESULT_COLUMNS, rank
from eit_analysis.synergies.scoring.willingness import with_willingness
from eit_analysis.synergies.utilities.together import as_leads, possible
from eit_analysis.synergies.utilities.together import exchanges as network_exchanges


class RankedExchanges(PossiblePoolings):
    """What is possible in a study, ranked and planned, each computed once."""

    @cached_property
    def criteria(self) -> pd.DataFrame:
        """The criteria with the weights and bounds of the study."""
        return criteria(self.settings.scoring.weights, self.settings.scoring.bounds)

    @cached_property
    def leads(self) -> pd.DataFrame:
        """``candidates`` as they are ranked: each on the tonnes that no higher option could take.

        With the exchanges of heat, water and gas of ``utilities`` (``utilities.together.as_leads``); what the
        plan keeps, of matter or of these, is ``planned`` (``scoring.choice``).
        """
        leads, allocated = on_what_is_left(self.candidates), self.plan.exchanges["allocated_t_per_year"]
        planned = self.plan.exchanges.loc[allocated > 0, "candidate_id"]
        if self._networks is not None:
            found, taken = self._networks
            networks = with_willingness(as_leads(found), self._willing)
            leads = pd.concat([leads, networks], ignore_index=True) if len(networks) else leads
            planned = pd.concat([planned, taken["candidate_id"]])
        return planned_first(leads, planned)

    @cached_property
    def _networks(self) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        """The exchanges of heat, water and gas, and those taken together; None where ``utilities`` is."""
        if self.utilities is None:
            return None
        return network_exchanges(self.utilities, self.sites, self.settings, self.answers, team=True)

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """The leads ranked (``ranking.rank``)."""
        return rank(self.leads, self.criteria, self.settings.scoring.draws, self.settings.scoring.seed)

    @cached_property
    def plan(self) -> JointPlan:
        """The joint plan of largest joint surplus beside what actors accepted."""
        return with_accepted(self.candidates, self.allocation, self.accepted)

    def lots(self) -> pd.DataFrame:
        """Exchanges beside the plan that pay together and none alone, in lorry loads (``lots.lots``)."""
        detour = self.settings.scoring.detour_factor
        return lots(self.plan.exchanges, self.sites, self.factors, self.pooling_costs, detour)

    @cached_property
    def standing(self) -> pd.DataFrame:
        """``passed`` with the ``choice`` of each of the candidates."""
        choice = self.candidates.set_index("candidate_id")["choice"]
        return self.passed.assign(choice=self.passed["candidate_id"].map(choice))

    def losing(self, register: pd.DataFrame, utilities: pd.DataFrame) -> set[str]:
        """The open lines of which all exchanges found, of matter or of ``utilities``, gain nobody."""
        register = register[register["status"].isin(OPEN)]
        if register.empty:
            return set()
        networks = as_leads(possible(utilities, self.sites, self.settings, self.answers))
        found = pd.concat([linked(register, self.standing, self.flows), piped(register, networks)])
        loses = found["choice"].eq("nobody_gains").groupby(found["synergy_id"]).all()
        return set(loses.index[loses])

    @cached_property
    def accepted(self) -> list[str]:
        """The leads that an actor said yes to and in which both could gain, by ``candidate_id``."""
        gaining = self.candidates["choice"] != "nobody_gains"
        return accepted(self.candidates[gaining], self.answers, self.flows)

    @cached_property
    def most(self) -> JointPlan:
        """The joint plan of most tonnes, whatever the gain: also less than an exchange must bring."""
        any_gain = self.allocation.model_copy(update={"minimum_gain_eur_per_year": 0.0})
        return allocate(self.candidates, any_gain, "diverted_t_per_year")

    @cached_property
    def exchanges(self) -> pd.DataFrame:
        """The candidates with their ranks and what the plan allocates to each, by ``candidate_id``."""
        ranks = self.ranking[["candidate_id", "choice", "coverage_percent", *RESULT_COLUMNS]]
        return self.plan.exchanges.drop(columns="choice").merge(ranks, on="candidate_id")
