"""What is listed of each exchange: one list of columns for each question."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.reference.compatibility import DONATION
from eit_analysis.synergies.ask.food import is_gift
from eit_analysis.synergies.factor_rows import OPERATORS
from eit_analysis.synergies.free_flows import IN_PART
from eit_analysis.synergies.impacts import INDICATORS, in_proportion
from eit_analysis.synergies.register.meeting import BETWEEN
from eit_analysis.synergies.terms import BREAK_EVEN, with_terms

RANKED = [
    "exchange_site_ids", "category", "output_description", "need_description", "use", "mass_t_per_year",
    "allocated_t_per_year", "joint_surplus_eur_per_year", "distance_km", "score", "rank", "rank_low",
    "rank_high",
]  # fmt: skip
# Eight at most: more would not be in the body of a page.
BY_FLOW = [
    "exchange_site_ids", "output_description", "use", "status", "ask_first", "other_takers", "rank",
]  # fmt: skip
FOLDED, ADVISED, ASKED = 2, 24, 2  # lines of a use, ranks that are advised, questions of a card
OTHERS = ["planned_partner_site_ids", "other_partner_site_ids"]
ASKING = ["ask_first", "other_takers"]
HELD = [
    "exchange_site_ids", "title", "status", "category", "output_description", "use", "taken_t_per_year",
]  # fmt: skip
OWN_USES = [
    "site_id", "category", "output_description", "need_description", "use", "asked_t_per_year",
    "need_replaced_t_per_year", "ask_first",
]  # fmt: skip
UNEATEN = ["site_id", "output_description", "mass_t_per_year", "route"]
# Who gains, at what price and by what cost: they tell of the giver's cost and of the taker's price, for the
# team alone.
TERMS = ["who_gains", "price_low_eur_per_t", "price_high_eur_per_t", "saving_basis", BREAK_EVEN]
SIDES = [
    "exchange_site_ids", "giver_saving_eur_per_year", "taker_worth_eur_per_year", "transport_eur_per_year",
    "fixed_cost_eur_per_year", "joint_surplus_low_eur_per_year", "joint_surplus_eur_per_year",
    "joint_surplus_high_eur_per_year", *TERMS, "choice", "candidate_id",
]  # fmt: skip
# What an actor accepted, kept by the plan or not: for the team.
AGREED = [
    "exchange_site_ids", "output_description", "use", "answer_date", "mass_t_per_year",
    "allocated_t_per_year", "joint_surplus_eur_per_year", "rank",
]  # fmt: skip
CONTRACTORS = [
    "exchange_site_ids", "category", "output_description", "new_route", "diverted_t_per_year", "distance_km",
]  # fmt: skip
RETAINED = [
    "exchange_site_ids", "category", "output_description", "need_description", "use", "allocated_t_per_year",
    "joint_surplus_eur_per_year", "joint_surplus_low_eur_per_year", "joint_surplus_high_eur_per_year", "rank",
    "candidate_id",
]  # fmt: skip
PREPARATION = [
    "exchange_site_ids", "out_flow_id", "in_flow_id", "ask_first", "treatment", "legal_status", "old_route",
    "new_route", "months_in_common", "giver_evidence", "taker_evidence", "confidence",
]  # fmt: skip
REFUSALS = [
    "site_id", "giver_site_id", "taker_site_id", "category", "answered_flow", "refusal_reason", "answer_date",
    "gate", "refused_quality", "refused_km", "closed_pairs", "closed_flows",
]  # fmt: skip
ROBUSTNESS = [
    "exchange_site_ids", "first_rank_percent", "top_ranks_percent", "confidence_factor_percent", "leads_if",
    "rank", "rank_weighted_sum", "rank_topsis",
]  # fmt: skip
UNREGISTERED = [
    "exchange_site_ids", "category", "use", "diverted_t_per_year", "distance_km", "score", "rank",
]  # fmt: skip
GROUPED = ["group_number", "nature", "label", "members", "n_variants", "question_fr"]
STARTS = [
    "start_number", "nature", "label", "category", "part_members", "ask_first", "part_volume_per_year",
    "paying_volume_per_year", "unit", "part_round_km", "saving_eur_per_year", "saving_low_eur_per_year",
    "saving_high_eur_per_year", "worth_starting",
]  # fmt: skip
LOSING = [
    "label", "part_members", "saving_eur_per_year", "group_lacks", "operation_limit_eur", "more_members",
    "part_volume_per_year", "paying_volume_per_year", "unit",
]  # fmt: skip
HOSTS = ["offering_site_id", "site_ids"]
OFFERED = [
    "offering_site_id", "offered", "ask_first", "site_ids", "distance_km", "volume_per_year", "unit",
    "saving_eur_per_year",
]  # fmt: skip
SUPPORTED = [
    "exchange_site_ids", "category", "rank", "top_voters_percent", "voter_rank_best", "voter_rank_worst",
]  # fmt: skip


def ranked(exchanges: pd.DataFrame, team: bool, you: str | None) -> pd.DataFrame:
    """``RANKED``, with what the ``team`` knows of each, or what others read of its ``status``.

    That nobody gains jointly, a rank past the count of those in which both do tells already. A firm, ``you``,
    reads of its own whether some price lets both gain, as :mod:`own_exchanges` may say it.
    """
    if team:
        return exchanges[[*RANKED, "likelihood", "choice"]]
    told = exchanges.assign(status=_status(exchanges))
    return told[RANKED + ["status"] * (you is None)]


def described(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """The exchanges, best first where ranked, with both actors and both descriptions of each.

    ``mass_t_per_year`` is what an exchange would divert alone. Sites at the centre of one commune are not
    known to be at no distance.
    """
    described = flows.set_index("flow_id")["description"]
    first = ["rank", "candidate_id"] if "rank" in exchanges else ["candidate_id"]
    return exchanges.sort_values(first).assign(
        exchange_site_ids=exchanges["giver_site_id"] + " " + exchanges["taker_site_id"],
        output_description=exchanges["out_flow_id"].map(described),
        need_description=exchanges["in_flow_id"].map(described),
        mass_t_per_year=exchanges["diverted_t_per_year"],
        distance_km=exchanges["distance_km"].where(exchanges["distance_km"] > 0),
    )


def served(held: pd.DataFrame, led_away: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """``HELD`` of what is done or committed: ``Assessment.held``, then ``.led_away``, to no need declared."""
    what = flows.set_index("flow_id")["description"]
    away = led_away.rename(columns={"site_ids": "exchange_site_ids"})
    away = away.assign(output_description=away["out_flow_id"].map(what))
    return pd.concat([described(held, flows), away], ignore_index=True)[HELD]


def in_question(own_uses: pd.DataFrame, flows: pd.DataFrame, you: str | None = None) -> pd.DataFrame:
    """``OWN_USES`` of ``ask.exchange.at_home``, most first: tonnes asked about and not taken yet, of all or
    of ``you``.

    A flow that several needs of its firm could take is one row, with the names of all: how much of it would
    go to which nobody said. ``need_replaced_t_per_year`` is what its tonnes would take off them.
    """
    asked = described(own_uses[own_uses["taken_t_per_year"] > 0], flows)
    asked = asked[(asked["site_id"] == you) | (you is None)]
    tonnes = asked["taken_t_per_year"]
    found = asked.assign(asked_t_per_year=tonnes, need_replaced_t_per_year=tonnes * asked["yield_central"])
    by_flow = found.groupby("out_flow_id", sort=False).agg(
        {name: _HOW_TOLD.get(name, "sum" if name.endswith("_t_per_year") else "first") for name in OWN_USES}
    )
    return by_flow.sort_values("asked_t_per_year", ascending=False, kind="stable", ignore_index=True)


def _listed_once(texts: pd.Series) -> str | None:
    told = list(dict.fromkeys(texts.dropna()))
    return french.listed(told) if told else None


def _asked_once(questions: pd.Series) -> str | None:
    return BETWEEN.join(dict.fromkeys(BETWEEN.join(questions.dropna()).split(BETWEEN))) or None


_HOW_TOLD = {"need_description": _listed_once, "use": _listed_once, "ask_first": _asked_once}


def without_gift(flows: pd.DataFrame, passed: pd.DataFrame) -> pd.DataFrame:
    """``UNEATEN`` of the sound food that nobody is found to eat, most first.

    Of ``Assessment.free_flows``, what is sorted and goes today to no people, and of ``passed`` is in no gift.
    """
    given = passed.loc[passed["legal_status"] == DONATION, "out_flow_id"]
    sound = (flows["direction"] == "out") & (flows["category"] == "food") & (flows["quality"] == "clean")
    eaten = (flows["route"] == "reuse") | flows["flow_id"].isin(given) | ~(flows["mass_t_per_year"] > 0)
    left = flows[sound & ~eaten].rename(columns={"description": "output_description"})
    return left.sort_values(["mass_t_per_year", "flow_id"], ascending=[False, True])[UNEATEN]


def contractors(changes: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """What only changes the contractor (``Assessment.contractors``), described, the largest flows first."""
    return described(changes, flows).sort_values(
        ["diverted_t_per_year", "candidate_id"], ascending=[False, True]
    )


def retained(exchanges: pd.DataFrame) -> pd.DataFrame:
    """The exchanges that the plan keeps, with what they change, and their price, at the tonnes it gives."""
    kept = exchanges[exchanges["allocated_t_per_year"] > 0]
    changes = in_proportion(kept, [column for names in INDICATORS.values() for column in names])
    return with_terms(kept.assign(**changes), "allocated_t_per_year")


def at_plan(exchanges: pd.DataFrame) -> pd.DataFrame:
    """All of them, in their order: :func:`retained`, and the others on what each would divert alone."""
    others = exchanges[~(exchanges["allocated_t_per_year"] > 0)]
    return pd.concat([retained(exchanges), others]).loc[exchanges.index]


def by_flow(exchanges: pd.DataFrame) -> pd.DataFrame:
    """Of ranked exchanges, one of each output, best first: what the plan sends most of it to, else the best.

    A reader who finds another taker here than in the plan would call the wrong firm.
    """
    first = exchanges.sort_values(["allocated_t_per_year", "rank"], ascending=[False, True])
    return first.drop_duplicates("out_flow_id").sort_values("rank")


def by_use(exchanges: pd.DataFrame) -> pd.DataFrame:
    """Of :func:`by_flow`, the two best of each use, and ``n_other_givers`` that could serve it too.

    The best of each use comes before the second of any: what many could give for one use, pallets above all,
    is one thing to decide, and would fill the list. Without a joint gain, which the ranks and the count of
    those with one tell, only a gift of food is in it: its ``status``, where it has no other, says so.
    Counted are the exchanges in which both could gain.
    """
    gains = exchanges["choice"] != "nobody_gains"
    givers = exchanges[gains].groupby("use")["giver_site_id"].agg(set)
    first = by_flow(exchanges[gains | is_gift(exchanges)])
    turn = first.groupby("use").cumcount()
    first = first.assign(turn=turn)[turn < FOLDED].sort_values(["turn", "rank"]).drop(columns="turn")
    others = [
        len(set(givers.get(use, ())) - {giver})
        for use, giver in zip(first["use"], first["giver_site_id"], strict=True)
    ]
    return first.assign(n_other_givers=others, status=_status(first))


def _status(exchanges: pd.DataFrame) -> pd.Series:
    """``status``, that nobody gains jointly where there is no other."""
    nobody = exchanges["choice"] == "nobody_gains"
    return exchanges["status"].mask(exchanges["status"].isna() & nobody, "no_joint_gain")


def to_engage(retained: pd.DataFrame, team: bool) -> pd.DataFrame:
    """Of :func:`retained` the new ones to recommend: what an actor accepted, gifts of food, then the others.

    Who said yes waits for an answer, and what can be eaten goes to people first by law (code de
    l'environnement, art. L. 541-15-4). The others for the ``team`` by gain, the surest first
    (:func:`largest_first`), and for anybody else by rank, for that order would tell what they gain; down to
    ``ADVISED``, but for what gains even at its worst: what stands far below is none, and where it was
    accepted it does not head the list: it follows the first of the others.

    What brings less than once more what it takes to set it up is none for any reader, but for a gift; nor
    what would in the room that its taker, by what it gives, has left.
    ``ask_first`` has the first ``ASKED`` questions and how many others there are: all are in the sheet of the
    exchange.
    """
    gain = retained[["joint_surplus_eur_per_year", "room_surplus_eur_per_year"]].min(axis=1)
    trifle = gain < retained["fixed_cost_eur_per_year"]
    exchanges = new(retained[~trifle | is_gift(retained)]).sort_values("rank", kind="stable")
    if team:
        exchanges = largest_first(exchanges)
    yes = exchanges["status"] == "accepted"
    well = (exchanges["rank"] <= ADVISED) | (at_worst(exchanges) > 0) & team
    gift = is_gift(exchanges)
    first = (well & ~yes & ~gift).cumsum() <= 1
    turn = np.select([yes & well, gift, well & first, yes, well], range(5), -1)
    found = exchanges.assign(
        turn=turn,
        ask_first=exchanges["ask_first"].map(_first_asked, na_action="ignore"),
    )[turn >= 0]
    return found.sort_values("turn", kind="stable").drop(columns="turn")


def surest_first(leads: pd.DataFrame) -> pd.DataFrame:
    """Leads, of matter or not, with first what gains even at its worst, the most first; the others in order.

    What pages say first of exchanges is chosen here, so that no two name another.
    """
    return leads.iloc[np.argsort(-at_worst(leads), kind="stable")]


def largest_first(leads: pd.DataFrame) -> pd.DataFrame:
    """Leads to call about: :func:`surest_first`, those that may lose by their central gain.

    A rank weighs other ends than the gain: it would leave out what most of the gain of a plan rests on.
    """
    return surest_first(leads.sort_values("joint_surplus_eur_per_year", ascending=False, kind="stable"))


def at_worst(leads: pd.DataFrame) -> pd.Series:
    """€/year that each gains even at its worst, zero where it may lose, or needs what no cost counts."""
    low = leads["joint_surplus_low_eur_per_year"].astype(float).clip(lower=0.0).fillna(0.0)
    return low.where(leads["uncounted"].isna(), 0.0)


def _first_asked(questions: str) -> str:
    asked = questions.split(BETWEEN)
    others = french.counted(len(asked) - ASKED, "autre question", "autres questions")
    return BETWEEN.join(asked[:ASKED] + [f"puis {others}"] * (len(asked) > ASKED))


def robustness(exchanges: pd.DataFrame, team: bool) -> pd.DataFrame:
    """``ROBUSTNESS``; of one exchange alone nothing: it is the first however it is judged.

    What it takes to come first is said to the ``team`` alone: beside the leads that another audience is not
    counted from, networks or who refuses, the same lead comes first under other conditions.
    """
    told = exchanges[ROBUSTNESS] if team else exchanges[ROBUSTNESS].drop(columns="leads_if")
    return told if len(told) > 1 else told.head(0)


def agreed(exchanges: pd.DataFrame) -> pd.DataFrame:
    """``AGREED`` of what an actor accepted and is not begun, those of the plan first (:func:`at_plan`)."""
    accepted = at_plan(exchanges[exchanges["status"] == "accepted"])
    return accepted.sort_values(["allocated_t_per_year", "rank"], ascending=[False, True])[AGREED]


def new(exchanges: pd.DataFrame) -> pd.DataFrame:
    """The exchanges that are neither done nor committed, not even in part (``other_takers``)."""
    return exchanges[~exchanges["status"].isin(IN_PART.values())]


def sides(exchanges: pd.DataFrame) -> pd.DataFrame:
    """``SIDES`` (:func:`at_plan`); what an operator that pays nothing gains is not counted, and not none."""
    exchanges = at_plan(exchanges)
    uncounted = exchanges["taker_actor_type"].isin(OPERATORS) & (exchanges["taker_worth_eur_per_year"] == 0)
    worth = exchanges["taker_worth_eur_per_year"].mask(uncounted)
    return exchanges.assign(taker_worth_eur_per_year=worth)[SIDES]


def placed(exchanges: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Who gives what to whom and, of each side, ``…_actor_type`` and ``…_commune_code``."""
    known = sites.set_index("site_id")[["actor_type", "commune_code"]]
    ends = [known.reindex(exchanges[f"{end}_site_id"]).add_prefix(f"{end}_") for end in ("giver", "taker")]
    pairs = exchanges[["giver_site_id", "taker_site_id", "category", "output_description"]]
    return pd.concat([part.reset_index(drop=True) for part in (pairs, *ends)], axis=1)


def n_actors(exchanges: pd.DataFrame) -> int:
    """How many actors give or take."""
    return len(set(exchanges["giver_site_id"]) | set(exchanges["taker_site_id"]))
