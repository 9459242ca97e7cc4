"""What to ask before two actors are brought together: what is known of an exchange beside its calculation.

    ask_first = who would eat sound food, before it is fed to animals, composted or digested
                who takes out of its packaging what a shop does not sell, before it is composted or digested
                who would take unsold goods as they are, before they are recycled
                a producer scheme that takes the waste back for nothing
                what the same exchange, done already, brought where that is a loss or under half of what was
                promised, else that the exchange would extend what is done or committed (of the team's alone)
                what the giver declared neither of: where the flow goes, what that costs (of the team's and
                of its own alone)
                a price at which the taker pays for what one is charged for; of who may read no price, of all
                that one is usually charged for
                at what price the taker, who pays for sorted matter, takes it mixed (of the team's alone)
                what else the taker fetches from the same giver already (of the team's alone)
                tonnes that fill no lorry in a year, but for what is fetched anyway (of the team's, and of its
                own to whose own amount fills none: another's would be told a bound)
                what is mixed into rubble that is to be crushed, and whether glued panels are into wood for a
                boiler (of the team's and of its own alone), what cutting oil is left in swarf, and of what
                grade is scrap for a foundry
                whose the pallets of a trader are, and whether those beside soiled packaging are soiled
                whether an operator has room beside what it receives already, which may be all it declares
                what nobody was asked and the plan asks first: the grade of a plastic, the format of pallets
                and what their wood may replace; of used packaging at a maker of food, its hygiene
                what the taker throws away itself, that could serve the same need
                a need of the giver for the same matter, of an amount that nobody read
                a treatment that the need of a firm supposes done (end of waste, a quality delivered, or whole
                wood shredded)
                an activity of the taker that nobody stated, where the rule names activities
                a line of the register that leads the same flow elsewhere: under way, or done or committed
                where its tonnes are not taken off, as of a collection; one to the same need of a firm
                of wood for a boiler, whether it is raw, how wet and of what size
                of what animals could eat, who would feed them before it is composted or digested
                what a gift of food may bring its giver beside the gain
                a refusal of the taker for its price, of a flow of the same family

None of them closes an exchange or moves its rank: each is a question to settle first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.reference.compatibility import DONATION, FOOD
from eit_analysis.reference.vocabulary import heading
from eit_analysis.synergies.ask_giver import fetched_already, of_waste, whole
from eit_analysis.synergies.declined import refused_for_price
from eit_analysis.synergies.factor_rows import OPERATORS
from eit_analysis.synergies.free_flows import HELD
from eit_analysis.synergies.likelihood import asked_of_feed, asked_of_pallets, asked_of_takers
from eit_analysis.synergies.register.links import POOLING, is_collection, outputs_named, words
from eit_analysis.synergies.register.meeting import sheet_words
from eit_analysis.synergies.register.steps import LITTLE, shortfalls
from eit_analysis.synergies.terms import HIGHEST, LOWEST

ALIVE = ("lead", "study")
SUPPLY, DEMAND = "supply_t_per_year", "demand_t_per_year"
# What a line may lead elsewhere of a flow: all of it, or under half; without a promise nobody knows.
PARTS, UNKNOWN_PART = ("ce flux", "une part de ce flux"), "tout ou partie de ce flux"
BETWEEN = "\u00a0; "  # two questions of one exchange
Question = tuple[str, str]  # of which candidate, and in what words


def with_questions(
    exchanges: pd.DataFrame,
    recalled: pd.DataFrame,
    answers: pd.DataFrame,
    own_uses: pd.DataFrame,
    sites: pd.DataFrame,
    rules: pd.DataFrame,
    flows: pd.DataFrame,
    team: bool,
    unweighed: frozenset[str] = frozenset(),
    you: str | None = None,
    taken_back: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """The exchanges with ``ask_first``: the questions in French, missing where there is none.

    Of ``Assessment.exchanges``, described (``listings.described``), the register with the exchanges that
    answer each line (``recall.recall``), tidy ``exchange_answers``, what firms should first reuse themselves
    (``free_flows.set_aside``), tidy sites, rows of ``compatibility.csv`` and tidy flows. Who is not of the
    study's ``team`` reads no refusal nor what another left blank, of what firms throw away or make that of
    those who agreed to be named, and of the lines those of the giver alone or of actors who all agreed, which
    a firm reads where it is one of them: the title of another might tell of somebody else. ``unweighed`` are
    outputs that a need of their own firm, of no known amount, could take (``Assessment.unweighed_uses``); who
    reads and takes, ``you``, is spoken to. ``taken_back`` says how a producer scheme takes an output
    (``Assessment.taken_back``).
    """
    givers, declared, known = exchanges["out_flow_id"].isin(unweighed), flows, sites
    if not team:
        answers = answers.head(0)
        agreed = set(sites.loc[sites["consent"] == "named", "site_id"])
        own_uses = own_uses[own_uses["site_id"].isin(agreed)]
        givers &= exchanges["giver_site_id"].isin(agreed)
        declared = flows[flows["site_id"].isin(agreed)]
        known = sites[sites["site_id"].isin(agreed) | (sites["site_id"] == you)]
        lines = recalled["site_ids"].astype("str").str.split().tolist()
        told = [len(line) == 1 or ({*line} <= {*agreed, you} and you in (None, *line)) for line in lines]
        recalled = recalled.loc[told].assign(promised_t_per_year=np.nan)
    held = recalled[recalled["status"].isin(HELD) & (recalled["kind"] != POOLING) & team]
    said = sheet_words().loc["ask_first"]
    asked: dict[str, list[str]] = defaultdict(list)
    blank = (
        (exchanges["old_route"] == "unknown")
        & exchanges["old_cost_eur_per_t"].isna()
        & (team | (exchanges["giver_site_id"] == you))
    )
    of_giver = of_waste(exchanges, flows, sites)
    comes = fetched_already(exchanges, flows.head(len(flows) * team), sites)
    back = exchanges["out_flow_id"].map(dict(taken_back))
    for name, text in (
        *_of_the_giver(exchanges, {name: of_giver[name] for name in ("eaten", "packaged", "unsold")}, you),
        *_told(exchanges, back, said["taken_back"]),
        *_realised(held, said),
        *_of_those(exchanges[exchanges["price_to_confirm" if team else "usually_charged"]], said["sign"]),
        *_of_those(exchanges[exchanges["price_unsorted"] & team], said["unsorted"]),
        *_told(exchanges, comes, said["trip"]),
        *_of_those(exchanges[_less_than_a_trip(exchanges, team, you) & comes.isna()], said["round"]),
        *_of_the_giver(
            exchanges,
            {
                "rubble": of_giver["rubble"],
                "oily": of_giver["oily"],
                "alloy": of_giver["alloy"],
                "glued": of_giver["glued"] & (team | (exchanges["giver_site_id"] == you)),
                "today": blank,
                **asked_of_pallets(exchanges, declared, sites),
                "feed": asked_of_feed(exchanges, flows, known),
                "unweighed_use": givers,
            },
            you,
        ),
        *_of_the_taker(
            exchanges,
            own_uses,
            sites,
            rules,
            asked_of_takers(exchanges, flows, known),
            whole(exchanges, flows),
            _agreed(recalled),
            you,
        ),
        *_elsewhere(exchanges, recalled, said),
        *_same_need(exchanges, recalled, said["need"]),
        *_of_those(exchanges[exchanges["legal_status"] == DONATION], said["gift"]),
        *_priced(exchanges, answers, said["price"]),
    ):
        asked[name].append(text)
    texts = {name: BETWEEN.join(dict.fromkeys(each)) for name, each in asked.items()}
    return exchanges.assign(ask_first=exchanges["candidate_id"].map(texts).astype("str"))


def _of_those(exchanges: pd.DataFrame, text: str) -> Iterator[Question]:
    return ((name, text) for name in exchanges["candidate_id"])


def _told(exchanges: pd.DataFrame, what: pd.Series, wording: str) -> Iterator[Question]:
    """What is told of each of them, where anything is."""
    for name, told in zip(exchanges["candidate_id"], what, strict=True):
        if isinstance(told, str):
            yield name, wording.format(told=told)


def _realised(held: pd.DataFrame, said: pd.Series) -> Iterator[Question]:
    """Lines done or committed, of each exchange that answers one: more of what disappoints would too."""
    labels = heading("status").labels
    lines = held.assign(told=shortfalls(held).fillna("")).dropna(subset=["candidate_ids"])
    columns = ["title", "status", "candidate_ids", "told"]
    for title, status, names, told in lines[columns].itertuples(index=False):
        for name in names.split():
            wording = said["realised" if told else "extends"]
            yield name, wording.format(title=title, status=labels[status], told=told)


def _elsewhere(exchanges: pd.DataFrame, recalled: pd.DataFrame, said: pd.Series) -> Iterator[Question]:
    """Lines of the giver and family whose title names the flow, and that this is no answer to.

    A collection gathers what its title names of each, or all of its family. Of what is committed or done, and
    found, the tonnes are taken off already (:mod:`free_flows`): those lines alone that take none off. Whoever
    takes in the exchanges that answer a line, or carries a collection, may name alike what he gives: it is
    not meant.
    """
    collects = (recalled["kind"] == POOLING) & recalled["title"].map(is_collection).astype(bool)
    kept = recalled["status"].isin(HELD) & (collects | recalled["candidate_ids"].isna())
    lines = recalled.assign(collects=collects, wording=kept.map({True: "kept", False: "register"}))
    lines = lines[(kept | lines["status"].isin(ALIVE)) & (collects | (lines["kind"] != POOLING))]
    tonnes = lines["promised_t_per_year"].astype(float)
    promises = [f"{french.short(t)}\u00a0t/an promises, " if t > 0 else "" for t in tonnes]
    labels = heading("status").labels
    found = exchanges.assign(description=exchanges["output_description"])
    needs = found["candidate_id"].str.split(">").str[1]
    taker = dict(zip(needs, found["taker_site_id"], strict=True))
    for line, promised in zip(lines.assign(promise=promises).itertuples(index=False), tonnes, strict=True):
        named, own = words(line.title), set(str(line.candidate_ids).split())
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
            for name, what, mass in about[["candidate_id", "description", SUPPLY]].itertuples(index=False):
                if name not in own and (line.collects or named & words(what)):
                    share = PARTS[promised < LITTLE * mass] if promised > 0 else UNKNOWN_PART
                    yield name, text.format(title=line.title, status=status, part=share)


def _same_need(exchanges: pd.DataFrame, recalled: pd.DataFrame, wording: str) -> Iterator[Question]:
    """Lines that another exchange into the same need answers; of an operator the room is asked anyway."""
    firms = exchanges[~exchanges["taker_actor_type"].isin(OPERATORS)]
    needs = firms.groupby("in_flow_id")["candidate_id"].agg(list)
    lines = recalled[recalled["status"].isin([*ALIVE, *HELD])].dropna(subset=["candidate_ids"])
    labels = heading("status").labels
    for title, status, names in lines[["title", "status", "candidate_ids"]].itertuples(index=False):
        own = names.split()
        for need in dict.fromkeys(name.partition(">")[2] for name in own):
            for name in needs.get(need, []):
                if name not in own:
                    yield name, wording.format(title=title, status=labels[status])


def _less_than_a_trip(exchanges: pd.DataFrame, team: bool, you: str | None) -> pd.Series:
    """Which exchanges fill no lorry in a year: to who is not of the team, by the own amount alone."""
    fetched = (exchanges["spoils_share_of_year"] > 0) | (exchanges["legal_status"] == DONATION)
    tonnes = exchanges["diverted_t_per_year"]
    if not team:
        taken = exchanges[DEMAND] / exchanges["need_t_per_t"]
        tonnes = taken.where(exchanges["taker_site_id"] == you).fillna(np.inf)
        tonnes = exchanges[SUPPLY].where(exchanges["giver_site_id"] == you, tonnes)
    return (tonnes < exchanges["full_trip_t"]) & ~fetched


def _agreed(recalled: pd.DataFrame) -> frozenset[str]:
    """The exchanges that a line done or committed is of: there the taker has said what it takes."""
    names = recalled.loc[recalled["status"].isin(HELD), "candidate_ids"].dropna()
    return frozenset(" ".join(names).split())


def _of_the_giver(
    exchanges: pd.DataFrame, asked: Mapping[str, pd.Series | np.ndarray], you: str | None
) -> Iterator[Question]:
    """Of what becomes of it today, of its pallets, and of what it needs itself, nobody knowing how much."""
    said = sheet_words()
    for question, where in asked.items():
        for name, site in exchanges.loc[where, ["candidate_id", "giver_site_id"]].itertuples(index=False):
            yield name, said["ask_you" if site == you else "ask_first", question]


def _of_the_taker(
    exchanges: pd.DataFrame,
    own_uses: pd.DataFrame,
    sites: pd.DataFrame,
    rules: pd.DataFrame,
    of_takers: Mapping[str, np.ndarray],
    shreds: pd.Series,
    agreed: frozenset[str],
    you: str | None,
) -> Iterator[Question]:
    """A firm or a town declares no treatment that makes of a waste what it uses, an operator no room left."""
    taker = sites.drop_duplicates("site_id").set_index("site_id").reindex(exchanges["taker_site_id"])
    rule = rules.set_index("rule_id")[["delivered_quality", "receiver_naf_codes", "proving_needs"]]
    rule = rule.reindex(exchanges["rule_id"]).fillna("")
    made, named = (rule[["delivered_quality", "receiver_naf_codes"]] != "").to_numpy().T
    fuel = rule["proving_needs"].str.contains("fuel").to_numpy(dtype=bool)
    made |= (exchanges["legal_status"] == "end_of_waste").to_numpy()
    new = ~exchanges["candidate_id"].isin(agreed)
    operator = exchanges["taker_actor_type"].isin(OPERATORS)
    asked = {
        "room": operator & new,
        "fuel": fuel & new,
        **of_takers,
        "own_use": exchanges["in_flow_id"].isin(own_uses["in_flow_id"]),
        "treatment": (made & ~taker["actor_type"].isin(OPERATORS).to_numpy()) | (shreds & ~operator),
        "activity": named & (taker["naf_code"].fillna("") == "").to_numpy(),
    }
    said, columns = sheet_words(), ["candidate_id", "taker_site_id", "treatment"]
    for question, where in asked.items():
        for name, site, treatment in exchanges[where][columns].itertuples(index=False):
            yield name, said["ask_you" if site == you else "ask_first", question].format(treatment=treatment)


def _priced(exchanges: pd.DataFrame, answers: pd.DataFrame, wording: str) -> Iterator[Question]:
    """What a taker refused for its price tells of the price of its other exchanges of that family."""
    days = refused_for_price(answers)
    columns = ["candidate_id", "taker_site_id", "category", LOWEST, HIGHEST, "who_gains"]
    for name, taker, category, low, high, who in exchanges[columns].itertuples(index=False):
        if (taker, category) in days:
            none = "pas connu" if who == "not_giver" else "aucun"
            range_ = _between(low, high) if low <= high else none
            yield name, wording.format(day=french.day(days[taker, category]), range=range_)


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
