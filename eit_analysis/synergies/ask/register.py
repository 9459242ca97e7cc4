"""What to ask first of an exchange by the register and by what its taker answered before.

    ended     the exchange is what a line did that has stopped
    old_yes   an actor said yes to it in an earlier year, and no line answers it
    extends   the exchange would extend what is done or committed; ``realised`` where that brought a loss, or
              under half of what was promised; ``realised_too`` of another into the same need
    promised  the exchange answers a line under way that promises other tonnes than the plan gives it
    register  a line leads the same flow elsewhere and is under way; ``kept`` where it is done or committed
              and its tonnes are not taken off, as of a collection; ``led`` where they are; ``dropped``
    need      another exchange into the same need answers a line, and the need has not room for both
    price     the taker refused a flow of the same family for its price
    refused   the taker refused another flow of the same giver and family for its quality
    thought   an actor answered that it would perhaps

A reader who is not of the team sees of it what the lines of its own say (``exchange``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.reference.compatibility import FOOD
from eit_analysis.reference.vocabulary import heading
from eit_analysis.synergies.answers import of_takers, refused_for_price, speaking
from eit_analysis.synergies.factor_rows import OPERATORS
from eit_analysis.synergies.free_flows import HELD
from eit_analysis.synergies.register.links import POOLING, is_collection, outputs_named, words
from eit_analysis.synergies.register.steps import LITTLE, shortfalls
from eit_analysis.synergies.standing import ALIVE, unlike
from eit_analysis.synergies.terms import HIGHEST, LOWEST

# What a line may lead elsewhere of a flow: all of it, or under half; without a promise nobody knows.
PARTS, UNKNOWN_PART = ("ce flux", "une part de ce flux"), "tout ou partie de ce flux"
ENDED = "ended"  # the status of what was done and has stopped
Question = tuple[str, str]  # of which candidate, and in what words


def readable(recalled: pd.DataFrame, sites: pd.DataFrame, you: str | None = None) -> pd.DataFrame:
    """The lines of who is not of the team: of one actor, or of actors who all agreed to be named.

    A firm, ``you``, reads those that it is one of.
    """
    agreed = {*sites.loc[sites["consent"] == "named", "site_id"], you}
    lines = recalled["site_ids"].astype("str").str.split().tolist()
    return recalled.loc[[len(line) == 1 or ({*line} <= agreed and you in (None, *line)) for line in lines]]


def ended(recalled: pd.DataFrame, wording: str) -> Iterator[Question]:
    """Lines done that have stopped, of each exchange that answers one: why, before it is begun again."""
    over = recalled[recalled["status"] == ENDED].dropna(subset="candidate_ids")
    for title, names in over[["title", "candidate_ids"]].itertuples(index=False):
        yield from ((name, wording.format(title=title)) for name in names.split())


def realised(exchanges: pd.DataFrame, held: pd.DataFrame, said: pd.Series) -> Iterator[Question]:
    """Lines done or committed, of each exchange that answers one, or that fills its need from the same giver;
    of what disappoints from anybody: more of that would disappoint too."""
    labels = heading("status").labels
    lines = held.assign(told=shortfalls(held).fillna("")).dropna(subset=["candidate_ids"])
    columns = ["title", "status", "candidate_ids", "told"]
    for title, status, names, told in lines[columns].itertuples(index=False):
        for name in names.split():
            wording = said["realised" if told else "extends"]
            yield name, wording.format(title=title, status=labels[status], told=told)
        answers = exchanges["candidate_id"].isin(names.split())
        # What a line takes whole is no exchange any more: its need is still that of others.
        needs = {name.partition(">")[2] for name in names.split()}
        same = exchanges["in_flow_id"].isin(needs) & ~answers
        if not told:  # another flow of the same giver would go on with it
            same &= exchanges["giver_site_id"].isin(exchanges.loc[answers, "giver_site_id"])
        wording = said["realised_too" if told else "extends"]
        for name in exchanges.loc[same, "candidate_id"]:
            yield name, wording.format(title=title, status=labels[status], told=told)


def promised(exchanges: pd.DataFrame, recalled: pd.DataFrame, wording: str) -> Iterator[Question]:
    """Lines under way whose promise is not, but for what masses are known to, what the plan gives to their
    exchanges together: whoever reads the one beside the other asks which of them stands."""
    labels = heading("status").labels
    for line in unlike(exchanges, recalled):
        said = [f"{french.short(line.tonnes)}\u00a0t/an"]
        said += [f"{french.short(line.euros)}\u00a0€/an"] if pd.notna(line.euros) else []
        told, counted = french.listed(said), french.short(line.planned.sum())
        text = wording.format(title=line.title, status=labels[line.status], told=told, counted=counted)
        yield from ((name, text) for name in line.planned.index)


def elsewhere(
    exchanges: pd.DataFrame, recalled: pd.DataFrame, said: pd.Series, team: bool
) -> Iterator[Question]:
    """Lines of the giver and family whose title names the flow, and that this is no answer to.

    A collection gathers what its title names of each, or all of its family; any other line what its title
    names best. Of what is committed or done the tonnes are taken off already (:mod:`free_flows`), of the
    outputs of its exchanges, or of those that it leads to no need (``led_flow_ids``): its carrier knows of
    the rest. Why a line was dropped the ``team`` asks. Whoever takes in the exchanges that answer a
    line, or carries a collection, may name alike what he gives: it is not meant.
    """
    collects = (recalled["kind"] == POOLING) & recalled["title"].map(is_collection).astype(bool)
    held = recalled["status"].isin(HELD)
    kept = held & (collects | recalled["candidate_ids"].isna()) & (recalled["led_flow_ids"] == "")
    dropped = (recalled["status"] == "dropped") & team & ~collects
    wording = np.select([kept, held, dropped], ["kept", "led", "dropped"], "register")
    lines = recalled.assign(collects=collects, wording=wording)
    alive = held | dropped | lines["status"].isin(ALIVE)
    lines = lines[alive & (collects | (lines["kind"] != POOLING))]
    tonnes = lines["promised_t_per_year"].astype(float)
    promises = [f"{french.short(t)}\u00a0t/an promises, " if t > 0 else "" for t in tonnes]
    labels = heading("status").labels
    found = exchanges.assign(description=exchanges["output_description"])
    needs = found["candidate_id"].str.split(">").str[1]
    taker = dict(zip(needs, found["taker_site_id"], strict=True))
    for line, promised in zip(lines.assign(promise=promises).itertuples(index=False), tonnes, strict=True):
        named, own = words(line.title), set(str(line.candidate_ids).split())
        led = {answer.partition(">")[0] for answer in own} | set(str(line.led_flow_ids).split())
        others = {taker.get(answer.partition(">")[2]) for answer in own} | (
            {line.carrier} if line.collects else set()
        )
        families = FOOD if line.category in FOOD else (line.category,)
        status = f"{line.promise}{labels[str(line.status)]}"
        text = said[str(line.wording)]
        givers = set(str(line.site_ids).split()) - others
        meant = found[found["giver_site_id"].isin(givers) & found["category"].isin(families)]
        for _, part in meant.groupby("giver_site_id"):
            about = outputs_named(line.title, part) if line.collects else part
            shared = np.array([len(named & words(what)) for what in about["description"]])
            best = (shared == shared.max()) & (shared > 0)
            asked = about["out_flow_id"].isin(led) if line.wording == "led" else best | line.collects
            for name, mass in about.loc[asked, ["candidate_id", "supply_t_per_year"]].itertuples(index=False):
                if name not in own:
                    share = PARTS[promised < LITTLE * mass] if promised > 0 else UNKNOWN_PART
                    yield name, text.format(title=line.title, status=status, part=share)


def same_need(
    exchanges: pd.DataFrame, recalled: pd.DataFrame, wording: str, team: bool
) -> Iterator[Question]:
    """Lines that another exchange into the same need answers; of an operator the room is asked anyway.

    For the ``team`` not where the need has room for both, with what the line promises: outside it what a need
    has room for is not said, and that it is not asked would say it.
    """
    firms = exchanges[~exchanges["taker_actor_type"].isin(OPERATORS)]
    filled = firms["diverted_t_per_year"] * firms["need_t_per_t"]
    takes = dict(zip(firms["candidate_id"], filled, strict=True))
    lines = recalled[recalled["status"].isin([*ALIVE, *HELD])].dropna(subset=["candidate_ids"])
    columns = ["title", "status", "candidate_ids", "promised_t_per_year"]
    labels, into = heading("status").labels, dict(iter(firms.groupby("in_flow_id")))
    for title, status, names, promised in lines[columns].itertuples(index=False):
        own = names.split()
        for need in dict.fromkeys(name.partition(">")[2] for name in own):
            line = [name for name in own if name.partition(">")[2] == need]
            # What no exchange of the line is known to take may be all.
            known = sum(takes.get(name, math.inf) for name in line)
            for other in into.get(need, firms.head(0)).itertuples(index=False):
                promise = 0.0 if pd.isna(promised) else promised * other.need_t_per_t
                both = max(known, promise) + takes[other.candidate_id]
                if other.candidate_id not in own and not (team and both <= other.demand_t_per_year):
                    yield str(other.candidate_id), wording.format(title=title, status=labels[status])


def agreed(recalled: pd.DataFrame) -> frozenset[str]:
    """The exchanges that a line done or committed without tonnes is of: the taker has said what it takes.

    Of one with tonnes they are taken off already (:mod:`free_flows`), and what is left was not spoken of.
    """
    untold = recalled[["promised_t_per_year", "realised_t_per_year"]].isna().all(axis=1)
    names = recalled.loc[recalled["status"].isin(HELD) & untold, "candidate_ids"].dropna()
    return frozenset(" ".join(names).split())


def priced(exchanges: pd.DataFrame, answers: pd.DataFrame, wording: str) -> Iterator[Question]:
    """What a taker refused for its price tells of the price of its other exchanges of that family."""
    days = refused_for_price(answers)
    columns = ["candidate_id", "taker_site_id", "category", LOWEST, HIGHEST, "who_gains"]
    for name, taker, category, low, high, who in exchanges[columns].itertuples(index=False):
        if (taker, category) in days:
            none = "pas connu" if who == "not_giver" else "aucun"
            range_ = _between(low, high) if low <= high else none
            yield name, wording.format(day=french.day(days[taker, category]), range=range_)


def refused(exchanges: pd.DataFrame, answers: pd.DataFrame, wording: str) -> Iterator[Question]:
    """What a taker refused for its quality of the same giver and family; that flow itself is closed."""
    told = of_takers(answers).dropna(subset="answered_flow")
    told = told[(told["exchange_answer"] == "no") & (told["refusal_reason"] == "quality")]
    keys = ["giver_site_id", "taker_site_id", "category"]
    both = exchanges[["candidate_id", *keys]].merge(told, on=keys)
    for name, flow, day in both[["candidate_id", "answered_flow", "answer_date"]].itertuples(index=False):
        yield name, wording.format(flow=flow, day=french.day(day))


def thought(
    exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, wording: str
) -> Iterator[Question]:
    """Who said « peut-être » last waits for more: nobody would see it beside the exchange."""
    told = speaking(exchanges, answers, flows)
    names = sites.drop_duplicates("site_id").set_index("site_id")["name"]
    perhaps = told[told["exchange_answer"] == "maybe"]
    for name, site, day in perhaps[["candidate_id", "site_id", "answer_date"]].itertuples(index=False):
        yield name, wording.format(who=names.get(site, site), day=french.day(day))


def _between(low: float, high: float) -> str:
    """From which price to which, by who pays: below zero it is the giver, and no price is read there."""
    least, most = (french.short(abs(end)) for end in (low, high))
    if low < 0 < high:
        return f"de {least}\u00a0€/t payés par le donneur à {most}\u00a0€/t payés par le preneur"
    return (
        f"le preneur paie {least} à {most}\u00a0€/t"
        if low >= 0
        else f"le donneur paie {most} à {least}\u00a0€/t"
    )
