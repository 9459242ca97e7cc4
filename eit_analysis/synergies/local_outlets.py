"""Which outlets of the territory may take each flow: a directory of plants, told apart from who answered.

    better    = step of the new route above today's step in the waste hierarchy
    remaining = tonnes of the flow − Σ tonnes that the joint plan gives to exchanges
    fitting   = remaining × min(1, room of the outlet / Σ remaining of all that is proposed to it)

An outlet does what its kind does (a digester digests), to the families and codes that it lists, where a rule
leads the waste there; a hazardous waste it takes only by a code that it lists. Gates, reach and order of
rules are those of the exchanges (:mod:`substitution`). Outlets are not in the joint plan: they crowd out no
exchange, and are proposed what it leaves. The room of an outlet is what it says to have left; a permitted
capacity only bounds it; a room that nobody told stays unknown, neither none nor endless (``room_basis``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.french import fold_words
from eit_analysis.reference.compatibility import hierarchy_steps
from eit_analysis.reference.factors import MissingFactorError, lookup
from eit_analysis.synergies.checklist import checklists, circumstances
from eit_analysis.synergies.matching.located_flows import ALL_YEAR
from eit_analysis.synergies.substitution import read_outputs, through_gates

NEAREST = 2  # outlets listed for each flow
# What becomes of a waste at an outlet of each kind.
ROUTES = {
    "workshop": "reuse", "recycler": "recycling", "composter": "composting", "digester": "digestion",
    "energy_plant": "energy", "incinerator": "incineration", "landfill": "landfill",
}  # fmt: skip
TOLD = [
    "outlet_id", "outlet_name", "outlet_kind", "commune_code", "room_t_per_year", "room_basis",
    "gate_fee_eur_per_t", "source",
]  # fmt: skip
PAIRS = [
    "out_flow_id", "giver_site_id", "category", "old_route", "new_route", "use", "treatment", "legal_status",
    "rule_id", "distance_km", "supply_t_per_year",
]  # fmt: skip
ABOUT = ["outlet_name", "outlet_kind", "commune_code", "room_basis", "source"]
BRIEF = [
    "category", "giver_site_id", "output_description", "new_route", "outlet_name", "distance_km",
    "mass_t_per_year",
]  # fmt: skip
FULL = [
    "giver_site_id", "out_flow_id", "output_description", "old_route", "new_route", "outlet_name",
    "room_t_per_year", "room_basis", "fee_low_eur_per_t", "fee_high_eur_per_t", "fee_basis", "to_ask",
]  # fmt: skip
ASKED = ["giver_site_id", "output_description", "outlet_name", "question_fr", "certainty", "reference_fr"]
# What the plan leaves of a flow tells what its partners need: for the team alone.
REMAINING, FITTING = ["remaining_t_per_year"], ["fitting_t_per_year"]
# Where the room that an outlet tells is less than that, somebody else must take the rest.
SHORT = {"nothing": "rest", "fee": "rest_fee"}


class LocalOutlets(NamedTuple):
    """What a study knows of its outlets: each table of a function of this module."""

    directory: pd.DataFrame  #: :func:`directory`
    possible: pd.DataFrame  #: :func:`possible`, with fees
    leads: pd.DataFrame  #: :func:`leads`
    left: pd.DataFrame  #: of these, those of flows of which the plan leaves a lot, the most tonnes left first

    def listed(self, team: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What a body lists, and that with room and price: of ``left`` for the team, else of ``leads``.

        The order of tonnes is the team's; others read by family, and in the body one outlet of each flow.
        What can be eaten goes to people first (code de l'environnement, art. L. 541-15-4): only the team,
        which reads what gifts leave of it, is told of its outlets.
        """
        shown = (self.left if team else self.leads[~self.leads["edible"]]).rename(
            columns={"supply_t_per_year": "mass_t_per_year"}
        )
        shown = shown.assign(distance_km=shown["distance_km"].where(shown["distance_km"] > 0))
        brief = shown if team else shown.drop_duplicates("out_flow_id")
        return brief[BRIEF + FITTING * team], shown[FULL + REMAINING * team]

    def asked(
        self, flows: pd.DataFrame, sites: pd.DataFrame, mirrors: pd.DataFrame, items: pd.DataFrame
    ) -> pd.DataFrame:
        """What the law asks of each of the ``leads``, as of an exchange (:mod:`checklist`): ``ASKED``."""
        columns = ["site_id", "actor_type", "commune_code", "naf_code"]
        outlets = self.directory.rename(columns={"outlet_id": "site_id"}).assign(actor_type="outlet")
        known = pd.concat([sites[columns], outlets[columns]], ignore_index=True)
        leads = self.leads.assign(
            candidate_id=self.leads["out_flow_id"] + ">" + self.leads["outlet_id"],
            taker_site_id=self.leads["outlet_id"],
        )
        told = checklists(circumstances(leads, flows, known, mirrors), items)
        return leads[["candidate_id", *ASKED[:3]]].merge(told, on="candidate_id")[ASKED]

    def known(self, team: bool) -> pd.DataFrame:
        """What outlets are and who says so: for the team those that may take some flow, else all.

        Which may take some would tell what a firm that is not listed throws away.
        """
        taking = self.directory["outlet_id"].isin(self.possible["outlet_id"]) | (not team)
        return self.directory.loc[taking, ABOUT].sort_values("outlet_name", ignore_index=True)


def directory(outlets: pd.DataFrame | None, sites: pd.DataFrame) -> pd.DataFrame:
    """The outlets imported into a study, with their room, without the actors of the survey (SIRET or name).

    What an actor answered counts, and it is named, or not, as an actor.

    ``room_basis``: ``spare`` (the room left is told), ``permitted`` (only a permitted capacity is, which
    bounds it), ``unknown``.
    """
    if outlets is None:
        return pd.DataFrame(columns=[*TOLD, "accepts", "naf_code", "latitude", "longitude"])
    same = outlets["siret"].isin(sites["siret"].dropna())
    same |= outlets["outlet_name"].map(fold_words).isin(sites["name"].map(fold_words))
    apart = outlets[~same].reset_index(drop=True)
    spare, permitted = apart["spare_t_per_year"], apart["permitted_t_per_year"]
    basis = np.select([spare.notna(), permitted.notna()], ["spare", "permitted"], "unknown")
    return apart.assign(room_t_per_year=spare.fillna(permitted), room_basis=basis)


def possible(
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    outlets: pd.DataFrame,
    compatibility: pd.DataFrame,
    radius_km: float,
    detour_factor: float,
    whatever_today: bool = False,
) -> pd.DataFrame:
    """Every flow that leaves an actor with every outlet (:func:`directory`) that may take it.

    Like a receiver of the survey, an outlet of unknown activity takes no hazardous waste, and an object is
    reused only where it lists its code. ``whatever_today``: also below today's route in the hierarchy.

    Returns
    -------
    pandas.DataFrame
        Columns ``PAIRS`` and ``TOLD``, by flow, then higher in the hierarchy first, then nearer.
    """
    read = read_outputs(flows, sites, compatibility)
    read = read.assign(old_route="unknown") if whatever_today else read
    takers = _takers(outlets)
    # Who lists a family speaks of waste that is not hazardous.
    by_family = read[~read["hazardous"]].merge(
        takers, left_on=["category", "new_route"], right_on=["accepts", "does"]
    )
    by_code = read.merge(takers, left_on=["waste_code", "new_route"], right_on=["accepts", "does"])
    pairs = pd.concat([by_family, by_code.assign(input_waste_code=by_code["waste_code"])], ignore_index=True)
    passed, _ = through_gates(pairs, radius_km, detour_factor)
    found = passed.merge(outlets[TOLD], left_on="in_flow_id", right_on="outlet_id")[PAIRS + TOLD]
    step = hierarchy_steps(found["new_route"], found["category"])
    return found.assign(step=step).sort_values(
        ["out_flow_id", "step", "distance_km", "outlet_id"], ignore_index=True
    ).drop(columns="step")  # fmt: skip


def _takers(outlets: pd.DataFrame) -> pd.DataFrame:
    """One row for each outlet and family or code that it lists, as ``offers.inputs``."""
    room = outlets["room_t_per_year"].astype(float).fillna(np.inf)
    rows = pd.DataFrame(
        {
            "in_flow_id": outlets["outlet_id"],
            "taker_site_id": outlets["outlet_id"],
            "input_waste_code": "",
            "object_asked": "",
            "need_told": "",
            "grades_asked": "",
            "share_met": 1.0,
            "naf_code": outlets["naf_code"].fillna(""),
            "is_intake": True,
            "demand": room, "demand_low": room, "demand_high": room,
            "asked_quality": "unknown",  # a directory states none
            "taker_evidence": "listed",
            "in_months": ALL_YEAR,
            "in_lat": outlets["latitude"].astype(float),
            "in_lon": outlets["longitude"].astype(float),
            "accepts": outlets["accepts"].str.split(),
            "does": outlets["outlet_kind"].map(ROUTES),
        }
    )  # fmt: skip
    return rows.explode("accepts")


def with_fees(pairs: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The pairs with what the outlet asks for a tonne (€/t, below zero where it buys), low and high.

    ``fee_basis``: ``declared`` in the directory, else ``reference``, the treatment cost of the family by that
    route; missing where neither is known.
    """
    kinds = pairs[["category", "new_route"]].drop_duplicates()
    usual = [(*kind, *_usual(factors, *kind)) for kind in kinds.itertuples(index=False)]
    columns = ["category", "new_route", "fee_low_eur_per_t", "fee_high_eur_per_t"]
    bounds = pairs.merge(pd.DataFrame(usual, columns=columns), on=columns[:2], how="left")
    asked = pairs["gate_fee_eur_per_t"].to_numpy(dtype=float)
    ends = {name: np.where(np.isnan(asked), bounds[name].astype(float), asked) for name in columns[2:]}
    basis = pd.Series(np.where(np.isnan(asked), "reference", "declared"), pairs.index, dtype="str")
    return pairs.assign(**ends, fee_basis=basis.where(~np.isnan(ends[columns[2]])))


def _usual(factors: pd.DataFrame, category: str, route: str) -> tuple[float, float]:
    try:
        row = lookup(factors, "treatment_cost", category, route)
    except MissingFactorError:
        return np.nan, np.nan
    return float(row["low"]), float(row["high"])


def leads(pairs: pd.DataFrame, flows: pd.DataFrame, least_t: float) -> pd.DataFrame:
    """The first ``NEAREST`` outlets of each flow above today's route: they depend on nobody else's flows.

    The higher in the hierarchy come first, then the nearer. To the same route at another operator only the
    contractor would change: no lead. A flow below ``least_t``, the smallest lot in t/year, is not listed.

    The ``pairs`` (:func:`possible`, with fees) with ``output_description``, ``edible`` (sound food) and
    ``to_ask`` (``room``, ``fee``, ``room_fee``, ``nothing``: what the directory does not tell), the largest
    flows first.
    """
    old, new = (hierarchy_steps(pairs[route], pairs["category"]) for route in ("old_route", "new_route"))
    listed = pairs[(new < old) & (pairs["supply_t_per_year"] >= least_t)]
    first = listed.groupby("out_flow_id").head(NEAREST)
    asks = {
        (False, False): "nothing", (True, False): "room", (False, True): "fee", (True, True): "room_fee",
    }  # fmt: skip
    unknown = zip(first["room_basis"] != "spare", first["fee_basis"] != "declared", strict=True)
    about = flows.drop_duplicates("flow_id").set_index("flow_id")
    sound = first["out_flow_id"].map(about["quality"]) == "clean"
    return first.assign(
        output_description=first["out_flow_id"].map(about["description"]),
        edible=sound & (first["category"] == "food"),
        to_ask=pd.Series([asks[case] for case in unknown], first.index, dtype="str"),
    ).sort_values(["supply_t_per_year", "out_flow_id"], ascending=[False, True], kind="stable")


def left(leads: pd.DataFrame, exchanges: pd.DataFrame, least_t: float) -> pd.DataFrame:
    """The leads of flows of which the joint plan leaves a lot or more (``remaining_t_per_year``).

    The most tonnes left come first. ``fitting_t_per_year`` are those that the room holds, shared in
    proportion between the flows proposed to it, all where nobody told it; where a room that is told holds
    less, ``to_ask`` has the values of ``SHORT``.
    """
    taken = exchanges.groupby("out_flow_id")["allocated_t_per_year"].sum()
    given = leads["out_flow_id"].map(taken).astype(float).fillna(0)
    remaining = (leads["supply_t_per_year"] - given).round(9)
    found = leads.assign(remaining_t_per_year=remaining)[remaining >= least_t]
    left_over = found["remaining_t_per_year"]
    proposed = left_over.groupby(found["outlet_id"]).transform("sum")
    fitting = left_over * (found["room_t_per_year"].astype(float) / proposed).fillna(1.0).clip(upper=1.0)
    short = found["to_ask"].replace(SHORT).where(fitting < left_over, found["to_ask"])
    return found.assign(fitting_t_per_year=fitting, to_ask=short).sort_values(
        ["remaining_t_per_year", "out_flow_id"], ascending=[False, True], kind="stable"
    )
