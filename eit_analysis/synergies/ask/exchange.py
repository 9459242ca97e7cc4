"""What to ask before two actors are brought together: what is known of an exchange beside its calculation.

    ask_first = what to ask of the waste and its giver (``giver``), of its taker (``taker``), of the
                register and of what was refused before (``register``), first what decides
                how much a structure receives already, by what it gives (of the team's and of its own alone)
                what producers may take back (``producers``), and what the giver does with it today and
                pays, where it did not declare it (``paid``; of the team's and of its own alone)
                a price at which the taker pays for what one is charged for; of who may read no price, of all
                that one is usually charged for
                at what price the taker, who pays for sorted matter, takes it mixed (of the team's alone)
                tonnes that fill no lorry in a year, but for what is fetched anyway (of the team's, and of its
                own to whose own amount fills none: another's would be told a bound)
                a need of the giver for the same matter, for which nothing of it is set aside; its boiler that
                could burn the wood, where that is not reused (of the team's and of its own alone)
                what a gift of food may bring its giver beside the gain
                what respondents wrote beside what they declared (``remarks``, of the team's alone)

None of them closes an exchange or moves its rank: each is a question to settle first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.reference.compatibility import DONATION
from eit_analysis.reference.stages import given
from eit_analysis.synergies.ask import containers, food, giver, paid, producers, register, remarks, taker
from eit_analysis.synergies.factor_rows import own_outlet
from eit_analysis.synergies.free_flows import HELD
from eit_analysis.synergies.own_needs import in_boilers
from eit_analysis.synergies.register.links import POOLING
from eit_analysis.synergies.register.meeting import BETWEEN, sheet_words
from eit_analysis.synergies.register.steps import BROUGHT

SUPPLY, DEMAND = "supply_t_per_year", "demand_t_per_year"
WHEREVER = ("shape", "oily", "rubble")  # what is asked of the waste, at home too


def with_questions(
    exchanges: pd.DataFrame,
    recalled: pd.DataFrame,
    answers: pd.DataFrame,
    own_uses: pd.DataFrame,
    sites: pd.DataFrame,
    rules: pd.DataFrame,
    flows: pd.DataFrame,
    team: bool,
    own_needs: frozenset[str] = frozenset(),
    you: str | None = None,
    taken_back: Mapping[str, str] = MappingProxyType({}),
    boilers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The exchanges with ``ask_first``: the questions in French, missing where there is none.

    Of ``Assessment.exchanges``, described (``listings.described``), the register with the exchanges that
    answer each line (``recall.recall``), tidy ``exchange_answers``, what firms should first reuse themselves
    (``free_flows.set_aside``), tidy sites, rows of ``compatibility.csv`` and tidy flows. Who is not of the
    study's ``team`` reads no refusal nor what another left blank, of what firms throw away or make that of
    those who agreed to be named, and of the lines those of the giver alone or of actors who all agreed, which
    a firm reads where it is one of them: the title of another might tell of somebody else. ``own_needs`` are
    outputs that a need of their own firm could take (``Assessment.own_needs``); who reads and takes, ``you``,
    is spoken to. ``taken_back`` says how a producer scheme takes an output (``Assessment.taken_back``),
    ``boilers`` are the needs of heat that wood supplies (``Assessment.boilers``), of which a firm reads its
    own alone.
    """
    burnt: dict[str, str] = {}
    receives = taker.filled(exchanges, flows, team).where(team | (exchanges["taker_site_id"] == you))
    if boilers is not None:
        heat = boilers[(boilers["site_id"] == you) | team]
        burnt = in_boilers(heat, flows, sites, answers, rules)
    givers, declared, known = exchanges["out_flow_id"].isin(own_needs), flows, sites
    if not team:
        answers = answers.head(0)
        agreed = set(sites.loc[sites["consent"] == "named", "site_id"])
        own_uses = own_uses[own_uses["site_id"].isin(agreed)]
        givers &= exchanges["giver_site_id"].isin(agreed)
        declared = flows[flows["site_id"].isin(agreed)]
        known = sites[sites["site_id"].isin(agreed) | (sites["site_id"] == you)]
        recalled = register.readable(recalled, sites, you).assign(promised_t_per_year=np.nan)
    held = recalled[recalled["status"].isin(HELD) & (recalled["kind"] != POOLING)]
    if not team:  # what they brought is the team's
        held = held.assign(**dict.fromkeys(BROUGHT, np.nan))
    said = sheet_words().loc["ask_first"]
    extended = [*register.realised(exchanges, held, said)]
    idle = given(exchanges, "yes_before").where(team & ~exchanges["candidate_id"].isin(dict(extended)))
    asked: dict[str, list[str]] = defaultdict(list)
    of_own = team | (exchanges["giver_site_id"] == you)
    waste = giver.of_waste(exchanges, flows, sites)
    before = containers.of_givers(exchanges, declared, known)
    before |= {name: waste.pop(name) for name in ("packaged", "unsold", "wood_class")}
    of_giver: dict[str, pd.Series | np.ndarray] = {
        **waste,
        "glued": waste["glued"] & of_own,
        "own_outlet": own_outlet(exchanges, flows, sites) & of_own,
        **giver.of_pallet_givers(exchanges, declared, sites),
        "linen": giver.of_linen(exchanges, flows, known),
        "feed": giver.of_feed(exchanges, flows, known),
        "unweighed_use": givers & ~waste["remade"],  # the same is asked
    }
    treated = taker.of_treatment(exchanges, flows, sites, rules, register.agreed(recalled))
    receives, structure = receives.where(treated["room"]), exchanges["taker_actor_type"] == "ess"
    of_taker: dict[str, pd.Series | np.ndarray] = {
        # A structure has little room; whether it has some left is the first thing to know, for all who read.
        "place": treated["room"] & receives.isna() & structure,
        "room": treated.pop("room") & ~structure,
        "fuel": treated.pop("fuel"),
        "unpriced": paid.unpriced(exchanges) & (team | (exchanges["taker_site_id"] == you)),
        **taker.of_takers(exchanges, flows, known),
        "own_use": exchanges["in_flow_id"].isin(own_uses["in_flow_id"]),
        **treated,
    }
    # Of wood that is not reused, whether its giver burns it in its own boiler.
    wood = exchanges["out_flow_id"].where(exchanges["new_route"].isin(["recycling", "energy"]))
    comes = giver.fetched_already(exchanges, flows.head(len(flows) * team), sites)
    eaten = {"eaten": of_giver.pop("eaten"), **food.of_gifts(exchanges, flows, known)}
    decides = {name: of_taker.pop(name) for name in ("entitled", "moisture", "place")}
    for name, text in (
        *_told(exchanges, remarks.on_flows(flows, exchanges["out_flow_id"]), "{told}"),
        *_told(exchanges, remarks.on_flows(flows, exchanges["in_flow_id"]), "{told}"),
        *_put(exchanges, eaten, "giver_site_id", you),
        *_put(exchanges, decides, "taker_site_id", you),
        *_told_to(exchanges, receives, "filled", "taker_site_id", you),
        *paid.asked(paid.hanging(exchanges[of_own]), team),
        *_put(exchanges, before, "giver_site_id", you),
        *register.refused(exchanges, answers, said["refused"]),
        *_put(exchanges, {"clay": of_taker.pop("clay")}, "taker_site_id", you),
        *_told_to(exchanges, wood.map(burnt), "own_boiler", "giver_site_id", you),
        *producers.asked(exchanges, flows, known, taken_back, team, you),
        *_told(exchanges, giver.mixed(exchanges, flows), said["mixed"]),
        *register.ended(recalled, said["ended"]),
        *extended,
        *_told(exchanges, idle.map(french.day, na_action="ignore"), said["old_yes"]),
        *register.promised(exchanges, recalled.head(len(recalled) * team), said["promised"]),
        *_of_those(exchanges[exchanges["price_to_confirm" if team else "usually_charged"]], said["sign"]),
        *_of_those(exchanges[exchanges["price_unsorted"] & team], said["unsorted"]),
        *_told(exchanges, comes, said["trip"]),
        *_of_those(exchanges[_less_than_a_trip(exchanges, team, you) & comes.isna()], said["round"]),
        *paid.asked(exchanges[of_own], team),
        *_put(exchanges, of_giver, "giver_site_id", you),
        *_put(exchanges, of_taker, "taker_site_id", you),
        *_told(exchanges, taker.part(exchanges), said["part"]),
        *_told(exchanges, food.thrown(exchanges, declared), said["thrown"]),
        *register.elsewhere(exchanges, recalled, said, team),
        *register.same_need(exchanges, recalled, said["need"], team),
        *_of_those(exchanges[exchanges["legal_status"] == DONATION], said["gift"]),
        *register.priced(exchanges, answers, said["price"]),
        *register.thought(exchanges, answers, flows, sites, said["thought"]),
    ):
        asked[name].append(text)
    texts = {name: BETWEEN.join(dict.fromkeys(each)) for name, each in asked.items()}
    return exchanges.assign(ask_first=exchanges["candidate_id"].map(texts).astype("str"))


def or_of_team(questions: pd.Series) -> pd.Series:
    """``ask_first`` for who is not of the team: where no question is left, the team is to be asked.

    Whether it has one or not: to say so of those alone would tell what it is about.
    """
    return questions.where(questions.notna(), sheet_words()["ask_first", "team"])


def at_home(
    own_uses: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, rules: pd.DataFrame, you: str | None
) -> pd.DataFrame:
    """What firms could reuse themselves (``free_flows.set_aside``), with ``ask_first``: does it suit what
    they use, and have they what it takes. Nobody else is in it: no lorry, no price, no room of an operator.
    """
    kinds = sites.drop_duplicates("site_id").set_index("site_id")["actor_type"]
    own_uses = own_uses.assign(taker_actor_type=own_uses["taker_site_id"].map(kinds))
    treated = taker.of_treatment(own_uses, flows, sites, rules, frozenset())
    waste = giver.of_waste(own_uses, flows, sites)
    questions: dict[str, pd.Series | np.ndarray] = {name: waste[name] for name in WHEREVER}
    questions |= {**taker.of_takers(own_uses, flows, sites), "treatment": treated["treatment"]}
    asked: dict[str, list[str]] = defaultdict(list)
    for name, text in _put(own_uses, questions, "taker_site_id", you):
        asked[name].append(text)
    texts = {name: BETWEEN.join(each) for name, each in asked.items()}
    return own_uses.assign(ask_first=own_uses["candidate_id"].map(texts).astype("str"))


def _of_those(exchanges: pd.DataFrame, text: str) -> Iterator[register.Question]:
    return ((name, text) for name in exchanges["candidate_id"])


def _told(exchanges: pd.DataFrame, what: pd.Series, wording: str) -> Iterator[register.Question]:
    """What is told of each of them, where anything is."""
    for name, told in zip(exchanges["candidate_id"], what, strict=True):
        if isinstance(told, str):
            yield name, wording.format(told=told)


def _told_to(
    exchanges: pd.DataFrame, what: pd.Series, question: str, side: str, you: str | None
) -> Iterator[register.Question]:
    """What is told of each of them, where anything is, in the words for the team, or for who is on that
    ``side``."""
    said, own = sheet_words(), exchanges[side] == you
    for those, words in ((own, "ask_you"), (~own, "ask_first")):
        yield from _told(exchanges[those], what[those], said[words, question])


def _less_than_a_trip(exchanges: pd.DataFrame, team: bool, you: str | None) -> pd.Series:
    """Which exchanges fill no lorry in a year, by what the plan keeps of those it has; to who is not of the
    team, by the own amount alone."""
    fetched = (exchanges["spoils_share_of_year"] > 0) | (exchanges["legal_status"] == DONATION)
    kept = exchanges["allocated_t_per_year"]
    tonnes = kept.where(kept > 0, exchanges["diverted_t_per_year"])
    if not team:
        taken = exchanges[DEMAND] / exchanges["need_t_per_t"]
        tonnes = taken.where(exchanges["taker_site_id"] == you).fillna(np.inf)
        tonnes = exchanges[SUPPLY].where(exchanges["giver_site_id"] == you, tonnes)
    return (tonnes < exchanges["full_trip_t"]) & ~fetched


def _put(
    exchanges: pd.DataFrame, asked: Mapping[str, pd.Series | np.ndarray], side: str, you: str | None
) -> Iterator[register.Question]:
    """Each question of those it is asked of, in the words for the team, or for who is on that ``side``."""
    said, columns = sheet_words(), ["candidate_id", side, "treatment"]
    for question, where in asked.items():
        for name, site, treatment in exchanges.loc[where, columns].itertuples(index=False):
            yield name, said["ask_you" if site == you else "ask_first", question].format(treatment=treatment)
