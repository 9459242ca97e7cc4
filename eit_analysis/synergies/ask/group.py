"""What to ask before a group is brought together: what is known of it beside what it would save.

    ask_first = a line of the register about the same need, with those of the group who are in it, or about
                a collection of the same family with others
                who takes it from all of its members today, where it is one contractor, at what it pays; else
                when the contracts of those who take it end
                tonnes that its members give in an exchange, done or planned, or reuse, and what is left
                (of a collection, what is done is taken off before)
                who asked for such a collection, in it or left out of it
                how little is above the volume from which it pays: one refusal may do
                in how many sessions more people than one holds are trained
                what members buy, in euros, where their tonnes and prices say another amount
                the agreement that a public buyer among them needs
                what its kind of need always asks (``question_fr`` of ``pooling_thresholds.csv``)

None of them changes what a group saves. They name firms: for the team alone. A group of which a line in the
register lost money, and of which one contractor takes all already, comes after the others. One that falls
once those tonnes have left is none to start with, and one that pays with but one of its two declared volumes
is counted with that said (:func:`doubts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.reference.nomenclatures import hazardous
from eit_analysis.reference.vocabulary import heading
from eit_analysis.synergies.ask.purchases import amounts_disagree, under_public_law
from eit_analysis.synergies.pooling.thresholds import COLLECTION, HAZARDOUS, keyword_in
from eit_analysis.synergies.register.links import POOLING, grouped, is_collection, words
from eit_analysis.synergies.register.meeting import BETWEEN, sheet_words
from eit_analysis.synergies.register.steps import BROUGHT, of_promise

NEAR = 1.1  # times the volume from which a group pays
LEAST_T = 0.1
TRAINING = "training"


def with_questions(
    starts: pd.DataFrame,
    shares: pd.DataFrame,
    recalled: pd.DataFrame,
    sharing: pd.DataFrame,
    sites: pd.DataFrame,
    thresholds: pd.DataFrame,
    gone: pd.DataFrame,
    flows: pd.DataFrame,
) -> pd.DataFrame:
    """The parts to start with, ``ask_first``: the questions in French, missing where there is none, and
    ``worth_starting``: ``yes``, ``no``, or ``unsure`` where it pays with one of two declared volumes only.

    ``starts`` from ``groups.starts``, ``shares`` from ``groups.pooled``, ``recalled``: the register with what
    answers it (``recall.recall``), ``sharing`` and ``sites`` tidy, ``thresholds`` from
    ``costs.threshold_table``, ``gone`` from :func:`gone_elsewhere`, ``flows`` those that are collected.
    """
    names = sites.drop_duplicates("site_id").set_index("site_id")["name"].to_dict()
    volumes = shares.set_index(["pooling_id", "site_id"])["volume_per_year"].to_dict()
    asks = of_kind(starts, thresholds)
    lots = thresholds.drop_duplicates(["nature", "label_fr"]).set_index(["nature", "label_fr"])["lot"]
    said, (lines, lost) = sheet_words()["ask_group"], _lines(starts, recalled, sharing, names)
    texts: list[str | None] = []
    worth: list[str] = []
    refuted: list[bool] = []
    start: Any
    for start in starts.itertuples():
        left = list(_leaving(start, _of_need(start, gone, sharing), volumes, names, said))
        taken, one = list(_who_takes(start, flows, said)), said["contractor"].partition("{")[0]
        refuted.append(start.start_number in lost and any(text.startswith(one) for text in taken))
        told = [said["refuted"]] * refuted[-1] + [*lines.get(start.start_number, []), *left]
        told += _who_asked(start, sharing, thresholds, names, said)
        told += taken
        if start.part_volume_per_year < NEAR * start.paying_volume_per_year:
            told.append(said["near"])
        other = "".join(amounts_disagree(start, volumes, sharing, flows, names, said))
        told += [other] if other else []
        kind = start.nature, str(start.label).partition(" (")[0]
        if start.nature == TRAINING and start.part_volume_per_year > (lot := lots.get(kind, np.inf)):
            n = int(np.ceil(start.part_volume_per_year / lot))
            told.append(said["sessions"].format(n=n, lot=int(lot)))
        told += [asks[start.Index]] if pd.notna(asks[start.Index]) else []
        told += under_public_law(start, sites, names, said["public_buyer"])
        texts.append("\u00a0; ".join(told) or None)
        falls, unsure = any(text.endswith(said["falls"]) for text in left), said["amounts_fall"] in other
        worth.append("no" if falls else "unsure" if unsure else "yes")
    found = starts.assign(
        ask_first=pd.Series(texts, starts.index, dtype="str"),
        worth_starting=pd.Series(worth, starts.index, dtype="str"),
    )
    order = np.argsort(refuted, kind="stable")
    return found.iloc[order].assign(start_number=range(1, len(found) + 1))


def of_kind(groups: pd.DataFrame, thresholds: pd.DataFrame) -> pd.Series:
    """What the kind of need of each group always asks, missing where nothing: it names no firm."""
    asked = thresholds.dropna(subset=["question_fr"]).drop_duplicates(["nature", "label_fr"])
    kinds = pd.MultiIndex.from_arrays([groups["nature"], groups["label"].str.split(" (", regex=False).str[0]])
    asks = asked.set_index(["nature", "label_fr"])["question_fr"].reindex(kinds)
    return asks.set_axis(groups.index)


def doubts(starts: pd.DataFrame) -> str:
    """What is to be said beside the number of groups: why some of these (``worth_starting``) may fall.

    ``{unsure}`` stands for the first that hangs on which volume is right.
    """
    said, told = sheet_words()["ask_group"], set(starts["worth_starting"])
    return "".join(said[f"doubt_{code}"] for code in ("no", "unsure") if code in told)


def in_title(groups: pd.DataFrame, others: pd.DataFrame, starts: pd.DataFrame) -> str:
    """What a title says after how many ``groups`` gain: whether they could lose, and ``{few}``, the others.

    ``starts``, of the team alone, have the savings at worst.
    """
    if not len(groups):
        return ""
    said, lose = sheet_words()["ask_group"], starts["saving_low_eur_per_year"] < 0
    at_worst = "worst_all" if lose.all() else "worst_some" if lose.any() else "worst_none"
    return said[at_worst if len(lose) else "quoted"] + said["title_few"] * bool(len(others))


def _lines(
    starts: pd.DataFrame, recalled: pd.DataFrame, sharing: pd.DataFrame, names: dict[Any, Any]
) -> tuple[dict[int, list[str]], set[int]]:
    """What the register says of each part: its lines that name the need, with any of its members.

    And of which parts such a line, done, lost money.
    """
    parts = starts.assign(pooling_id=starts["start_number"], members=starts["part_members"])
    kept = recalled[recalled["status"] != "dropped"]
    held = grouped(kept, parts, sharing, fewest=1)
    labels, said = heading("status").labels, sheet_words()["ask_group"]
    texts: dict[int, list[str]] = {}
    lost: set[int] = set()
    line: Any
    for line in kept.itertuples(index=False):
        own = held[held["synergy_id"] == line.synergy_id]
        status = f"{labels[str(line.status)]} au registre{_brought(line) if line.status == 'done' else ''}"
        for number in own["pooling_id"].unique():
            sites = own.loc[own["pooling_id"] == number, "site_id"]
            members = french.listed([names.get(site, site) for site in sites])
            text = said["register"].format(title=line.title, status=status, members=members)
            texts.setdefault(int(number), []).append(text)
            if line.status == "done" and line.realised_eur_per_year < 0:
                lost.add(int(number))
        if line.kind == POOLING and is_collection(line.title):
            like = starts.loc[starts["category"] == line.category, "start_number"]
            for number in like[~like.isin(own["pooling_id"])]:
                text = said["register_near"].format(title=line.title, status=status)
                texts.setdefault(int(number), []).append(text)
    return texts, lost


def with_registered(offers: pd.DataFrame, recalled: pd.DataFrame, sharing: pd.DataFrame) -> pd.DataFrame:
    """Offers with ``registered``: the line that who offers and who is served are in already; asked first."""
    kept, said = recalled[recalled["status"] != "dropped"], sheet_words()["ask_group", "registered"]
    pairs = offers.assign(members=offers["offering_site_id"] + " " + offers["site_ids"].astype("str"))
    held = grouped(kept, pairs, sharing).drop_duplicates("pooling_id").set_index("pooling_id")["synergy_id"]
    labels, lines = heading("status").labels, kept.set_index("synergy_id")
    told = {
        name: f"« {lines['title'][line]} » ({labels[lines['status'][line]]})" for name, line in held.items()
    }
    known = offers["pooling_id"].map(told).astype("str")
    before = known.map(lambda line: said.format(line=line) + BETWEEN, "ignore").fillna("")
    return offers.assign(registered=known, ask_first=before + offers["ask_first"])


def _brought(line: Any) -> str:
    """What a line that is done brought, of what was promised."""
    tonnes, promised, euros = (float(getattr(line, name)) for name in BROUGHT)
    told = [of_promise(tonnes, promised)] * (tonnes > 0)
    told += [f"{french.short(euros)}\u00a0€/an"] * (euros == euros)
    return "\u00a0: " * bool(told) + french.listed(told)


def gone_elsewhere(taken: dict[str, pd.Series], flows: pd.DataFrame) -> pd.DataFrame:
    """Tonnes that leave by an exchange, done, committed or planned, or are reused, in the order of ``taken``.

    ``taken``: t/year by flow, of each way; ``flows`` tidy. A row for each output and way, with its ``way``,
    ``gone_t`` and ``danger``.
    """
    out = flows[flows["direction"] == "out"]
    out = out.assign(danger=hazardous(out["waste_code"]))[
        ["flow_id", "site_id", "category", "description", "danger"]
    ]
    parts = [
        out.assign(way=way, gone_t=out["flow_id"].map(tonnes.astype(float).groupby(level=0).sum()))
        for way, tonnes in taken.items()
    ]
    gone = pd.concat(parts, ignore_index=True)
    return gone[gone["gone_t"] > 0]


def _of_need(start: Any, gone: pd.DataFrame, sharing: pd.DataFrame) -> pd.DataFrame:
    """What its members send elsewhere of what it collects, or of what its machine would treat."""
    own = gone[gone["site_id"].isin(str(start.part_members).split())]
    if start.nature == COLLECTION:
        own = own[own["way"] != "done"]
    if start.nature != "equipment":
        return own[(own["category"] == start.category) & (own["danger"] == (start.keyword == HAZARDOUS))]
    asked = sharing[(sharing["nature"] == start.nature) & sharing["site_id"].isin(own["site_id"])]
    items = [item for item in asked["item"] if keyword_in(start.keyword, item) is not None]
    named = frozenset[str]().union(*map(words, items))
    return own.loc[np.array([bool(named & words(text)) for text in own["description"]], dtype=bool)]


def _leaving(
    start: Any, gone: pd.DataFrame, volumes: dict[Any, float], names: dict[Any, Any], said: pd.Series
) -> Iterator[str]:
    """What members send elsewhere, and what is left to collect or to treat where that is weighed."""
    members = str(start.part_members).split()
    if start.unit == "t":  # of what else they hold, nothing is to be taken off here
        most = gone["site_id"].map({site: volumes[start.pooling_id, site] for site in members}).astype(float)
        share = most / gone.groupby("site_id")["gone_t"].transform("sum")
        gone = gone.assign(gone_t=gone["gone_t"] * share.clip(upper=1.0))
    taken = gone.groupby("site_id")["gone_t"].sum()
    if not (taken > LEAST_T).any():
        return
    ways = []
    for way, rows in gone.groupby("way", sort=False):
        of = rows.groupby("site_id")["gone_t"].sum()
        of = of[of > LEAST_T]
        if len(of):
            who = french.listed([names.get(s, s) for s in of.index])
            ways.append(said[way].format(tonnes=french.one_decimal(of.sum()), members=who))
    text = said["leaving"].format(ways=french.listed(ways))
    if start.unit == "t":
        left = {site: max(volumes[start.pooling_id, site] - taken.get(site, 0.0), 0.0) for site in members}
        text += said["left"].format(tonnes=french.one_decimal(sum(left.values())))
        n_left = sum(each > LEAST_T for each in left.values())
        if n_left == 1:
            text += said["one"]
        elif n_left and sum(left.values()) < start.paying_volume_per_year:
            text += said["too_little"]
        if n_left < 2 or sum(left.values()) < start.paying_volume_per_year:
            text += said["falls"]
    yield text


def _who_takes(start: Any, flows: pd.DataFrame, said: pd.Series) -> Iterator[str]:
    """The one contractor of what a collection would take, where each member names that one alone."""
    part = set(str(start.part_members).split())
    own = flows[(flows["direction"] == "out") & (flows["category"] == start.category)]
    own = own[own["site_id"].isin(part) & (hazardous(own["waste_code"]) == (start.keyword == HAZARDOUS))]
    # What its own firm uses again has none, and of what it gives away it may not name one.
    own = own[own["contractor"].notna() & (own["contractor"] != "unknown")]
    if set(own["site_id"]) == part and own["contractor"].nunique() == 1:
        paid = -own["cost_eur_per_t"].astype(float)
        ends = dict.fromkeys(map(french.short, (paid.min(), paid.max())))
        pays = said["pays"].format(price=" à ".join(ends)) if paid.min() > 0 else ""
        yield said["contractor"].format(contractor=own["contractor"].iloc[0], pays=pays)
    elif len(own):
        yield said["contracts"]


def _who_asked(
    start: Any, sharing: pd.DataFrame, thresholds: pd.DataFrame, names: dict[Any, Any], said: pd.Series
) -> Iterator[str]:
    """Who asked for a common collection of this family: members, and those within reach who are none.

    Where the need is that service itself, all did.
    """
    if start.nature != COLLECTION:
        return
    like = thresholds[(thresholds["nature"] == "service") & (thresholds["category"] == start.category)]
    keywords = like["item_keyword"].dropna().unique()
    items = sharing["item"].map(lambda item: any(keyword_in(word, item) is not None for word in keywords))
    asked = sharing[items.astype(bool) & (sharing["nature"] == "service") & (sharing["side"] == "need")]
    part = str(start.part_members).split()
    near = [site for site in str(start.members).split() if site not in part]
    for code, sites in (("asked", part), ("left_out", near)):
        who = [names.get(site, site) for site in sites if site in set(asked["site_id"])]
        if who:
            yield said[code].format(members=french.listed(who))
