"""The poolings that are possible, at the costs and within the reach that a study has, and what they save."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.dated import in_force
from eit_analysis.reference.stages import OPEN
from eit_analysis.reference.vocabulary import heading
from eit_analysis.remembered import remembered
from eit_analysis.synergies.free_flows import free, structures_of
from eit_analysis.synergies.pooling.calls import to_call
from eit_analysis.synergies.pooling.coalitions import MOST, bounded_values, sharers_by_need
from eit_analysis.synergies.pooling.costs import threshold_table
from eit_analysis.synergies.pooling.grades import of_common_grade
from eit_analysis.synergies.pooling.groups import numbered, offers, pooled, starts
from eit_analysis.synergies.pooling.left_out import left_out
from eit_analysis.synergies.pooling.schemes import covering
from eit_analysis.synergies.pooling.search import FURTHER
from eit_analysis.synergies.pooling.thresholds import Target, targets
from eit_analysis.synergies.possible_exchanges import PossibleExchanges
from eit_analysis.synergies.register.games import Game, answered, games
from eit_analysis.synergies.register.links import Methods
from eit_analysis.synergies.register.reasons import crossing_alone
from eit_analysis.synergies.register.recall import of_matter, recall

Told = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]


class PossiblePoolings(PossibleExchanges):
    """What actors could share, beside what they could exchange."""

    @cached_property
    def thresholds(self) -> pd.DataFrame:
        """From which volume an operation is worth its while, at these costs (``costs.threshold_table``)."""
        return threshold_table(self.pooling_costs)

    @cached_property
    def collected_together(self) -> pd.DataFrame:
        """The flows that may share a lorry with others of their family (``grades.of_common_grade``).

        Without what a line that is done takes of them; what is bought is as it was declared.
        """
        done = self._begun[self._begun["status"] == "done"].assign(in_flow_id=None)
        return of_common_grade(free(self.flows, done), self.factors)

    @cached_property
    def schemes(self) -> pd.DataFrame:
        """The producer schemes in force in the year of the survey, those of today where it tells none."""
        return in_force(reference.load("producer_schemes"), f"{self.year}-12-31" if self.year else "")

    @property
    def collected_free(self) -> pd.DataFrame:
        """Of :attr:`schemes`, what is collected for nothing, ``free_scheme``, with its ``text_ref``."""
        collect = self.schemes.dropna(subset="free_from_t").rename(columns={"label_fr": "free_scheme"})
        return collect[["free_scheme", "text_ref"]]

    @property
    def taken_back(self) -> dict[str, str]:
        """How a producer scheme takes each output that one covers, by flow, in French."""
        how = self.schemes.set_index("scheme")["label_fr"]
        told = covering(self.flows, self.schemes).map(how).to_numpy()
        return {flow: text for flow, text in zip(self.flows["flow_id"], told, strict=True) if text == text}

    def pooled(
        self, sharing: pd.DataFrame, radius_km: float, every: bool = True
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Groups and offers within so many km by road, and the share of each member (``groups.pooled``)."""
        reach = radius_km, self.settings.scoring.detour_factor
        return _pooled(*self._told(sharing), self.sites, self.pooling_costs, *reach, every)

    def left_out(self, sharing: pd.DataFrame, pools: pd.DataFrame, radius_km: float) -> pd.DataFrame:
        """What is declared and in none of the groups, parts and offers that are listed (``left_out``)."""
        whole = pd.concat([numbered(pools), offers(pools, self.meeting_eur, sharing)])["pooling_id"]
        begun = starts(pools)
        listed = pd.concat(
            [pools[pools["pooling_id"].isin(whole)], begun.assign(members=begun["part_members"])]
        )
        within = self.sites, radius_km, self.settings.scoring.detour_factor
        return left_out(sharing, self.asked(sharing)(), self.thresholds, pools, listed, *within)

    def calls(self, left: pd.DataFrame, sharing: pd.DataFrame, offered: pd.DataFrame) -> pd.DataFrame:
        """Who should call each other though no group is proposed, of :meth:`left_out` (``calls``)."""
        return to_call(left, self.asked(sharing)(), self.sites, offered)

    def unanswered(self, register: pd.DataFrame, sharing: pd.DataFrame, radius_km: float) -> pd.DataFrame:
        """The open lines of matter or pooling that no exchange answers, nor a group that pays, nor an offer:
        ``synergy_id, title, miss_reason`` and ``why_unanswered``, the same in French, with how many
        actors where several have alone what a group should: for the team, who reads of single ones."""
        pools, _ = self.pooled(sharing, radius_km, every=False)
        lines = of_matter(register[register["status"].isin(OPEN)])
        methods = self.methods(pools[pools["group_lacks"].isna()])
        told = recall(lines, self.flows, sharing, methods)
        told = told[told["found"] == "no"].reset_index(drop=True)
        alone = crossing_alone(told[told["miss_reason"] == "crosses_alone"], self.flows, sharing, methods)
        labels, n_alone = heading("miss_reason").labels, told["synergy_id"].map(alone).fillna(0).astype(int)
        why = [
            reference.sentence("cross_alone", n=n, actors=len(sites.split())) if n > 1 else labels[reason]
            for reason, sites, n in zip(told["miss_reason"], told["site_ids"], n_alone, strict=True)
        ]
        return told[["synergy_id", "title", "miss_reason"]].assign(why_unanswered=pd.Series(why, dtype="str"))

    def games(
        self, register: pd.DataFrame, sharing: pd.DataFrame, radius_km: float, member: str | None = None
    ) -> tuple[list[Game], list[Game]]:
        """What members of poolings of the register save together (``register.games``)."""
        reach = radius_km, self.settings.scoring.detour_factor
        asked, costs = self.asked(sharing)(), self.pooling_costs
        pools, _ = self.pooled(sharing, radius_km, every=False)
        declared = {line for project in self.settings.projects for line in project.synergies}
        return games(answered(register, pools, sharing), asked, self.sites, costs, reach, declared, member)

    def start_games(self, starts: pd.DataFrame, sharing: pd.DataFrame, radius_km: float) -> list[Game]:
        """What members of each part to start with (``groups.starts``) save together, by its number.

        Of ``coalitions.MOST`` members at most: of more, not every set is reckoned. Each gets its time first,
        and beyond it nobody more than it stops paying.
        """
        reach = radius_km, self.settings.scoring.detour_factor
        sharers_of = sharers_by_need(self.asked(sharing)(), self.sites, self.pooling_costs, *reach)
        few = starts[starts["part_members"].str.count(" ") < MOST]
        parts = few.assign(members=few["part_members"], kind="group")
        return [
            (part["start_number"], part["label"], *bounded_values(part, sharers_of, self.meeting_eur))
            for _, part in parts.iterrows()
        ]

    def asked(self, sharing: pd.DataFrame) -> Callable[[], list[Target]]:
        """Makes every threshold with who needs or offers what it applies to (``thresholds.targets``)."""
        return partial(targets, *self._told(sharing))

    def alone(self, sharing: pd.DataFrame, site: str | None) -> pd.DataFrame:
        """What a site needs too little of to order alone: its volume and each threshold, nobody else's."""
        columns = ["common_operation", "volume_per_year", "unit", "threshold"]
        rows = [
            (target.threshold.label, volume, target.threshold.unit, target.threshold.least)
            for target in self.asked(sharing)()
            for volume in target.needs.loc[target.needs.index == site, "volume"]
            if volume < target.threshold.least < np.inf
        ]
        return pd.DataFrame(rows, columns=columns).assign(site_id=site)

    def _told(self, sharing: pd.DataFrame) -> Told:
        return sharing, self.collected_together, self.thresholds, self.schemes

    def methods(self, pools: pd.DataFrame) -> Methods:
        """What is found and refused of all that is declared, and by which rules, beside the register."""
        rules = reference.load("compatibility"), self.thresholds
        taking = self.candidates.groupby("out_flow_id")["taker_site_id"]
        takers = {str(flow): frozenset(sites) for flow, sites in taking}
        structures, own = frozenset(structures_of(self.sites)), pools[pools["kind"] != FURTHER]
        return Methods(*self._declared, own, *rules, self.networks, takers, structures, self.schemes)


@remembered
def _pooled(
    sharing: pd.DataFrame,
    flows: pd.DataFrame,
    thresholds: pd.DataFrame,
    schemes: pd.DataFrame,
    sites: pd.DataFrame,
    costs: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
    every: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    asked = targets(sharing, flows, thresholds, schemes)
    return pooled(asked, sites, costs, radius_km, detour_factor, every)
