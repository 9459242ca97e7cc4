"""What to ask before a group is brought together: what is known of it beside what it would save.

    ask_first = a line of the register about the same need, with those of the group who are in it
                tonnes that its members give in an exchange of the plan or reuse themselves, and what is left
                how little is above the volume from which it pays: one refusal may do
                what its kind of need always asks (``question_fr`` of ``pooling_thresholds.csv``)

None of them changes what a group saves, nor its rank. They name firms: for the team alone. A group that
falls once those tonnes have left, or that may lose several times what it saves, is none to start with.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from eit_analysis import french
from eit_analysis.reference.nomenclatures import hazardous
from eit_analysis.reference.vocabulary import heading
from eit_analysis.synergies.pooling.thresholds import HAZARDOUS
from eit_analysis.synergies.register.fiche import sheet_words
from eit_analysis.synergies.register.links import grouped
from eit_analysis.synergies.register.steps import BROUGHT, of_promise

NEAR = 1.1  # times the volume from which a group pays
LEAST_T = 0.1
RISKED = 3  # times what a group saves, that it may lose at worst


def with_questions(
    starts: pd.DataFrame,
    shares: pd.DataFrame,
    recalled: pd.DataFrame,
    sharing: pd.DataFrame,
    sites: pd.DataFrame,
    thresholds: pd.DataFrame,
    gone: dict[Any, float],
) -> pd.DataFrame:
    """The parts to start with, ``ask_first``: the questions in French, missing where there is none, and
    ``worth_starting``, ``yes`` or ``no``.

    ``starts`` from ``groups.starts``, ``shares`` from ``groups.pooled``, ``recalled``: the register with what
    answers it (``recall.recall``), ``sharing`` and ``sites`` tidy, ``thresholds`` from
    ``costs.threshold_table``, ``gone`` from :func:`gone_elsewhere`.
    """
    names = sites.drop_duplicates("site_id").set_index("site_id")["name"].to_dict()
    volumes = shares.set_index(["pooling_id", "site_id"])["volume_per_year"].to_dict()
    asked = thresholds.dropna(subset=["question_fr"]).drop_duplicates(["nature", "label_fr"])
    asks = asked.set_index(["nature", "label_fr"])["question_fr"].to_dict()
    said, lines = sheet_words()["ask_group"], _lines(starts, recalled, sharing, names)
    texts: list[str | None] = []
    worth: list[str] = []
    start: Any
    for start in starts.itertuples(index=False):
        left = list(_leaving(start, gone, volumes, names, said))
        told = [*lines.get(start.start_number, []), *left]
        if start.part_volume_per_year < NEAR * start.paying_volume_per_year:
            told.append(said["near"])
        kind = start.nature, str(start.label).partition(" (")[0]
        told += [said["kind"].format(question=asks[kind])] if kind in asks else []
        texts.append("\u00a0; ".join(told) or None)
        falls = any(text.endswith(said["falls"]) for text in left)
        risks = -start.saving_low_eur_per_year > RISKED * start.saving_eur_per_year
        worth.append("no" if falls or risks else "yes")
    return starts.assign(
        ask_first=pd.Series(texts, starts.index, dtype="str"),
        worth_starting=pd.Series(worth, starts.index, dtype="str"),
    )


def _lines(
    starts: pd.DataFrame, recalled: pd.DataFrame, sharing: pd.DataFrame, names: dict[Any, Any]
) -> dict[int, list[str]]:
    """What the register says of each part: its lines that name the need, with any of its members."""
    parts = starts.assign(pooling_id=starts["start_number"], members=starts["part_members"])
    kept = recalled[recalled["status"] != "dropped"]
    held = grouped(kept, parts, sharing, fewest=1)
    labels, said = heading("status").labels, sheet_words()["ask_group", "register"]
    texts: dict[int, list[str]] = {}
    for line in kept.itertuples(index=False):
        own = held[held["synergy_id"] == line.synergy_id]
        status = f"{labels[str(line.status)]} au registre{_brought(line) if line.status == 'done' else ''}"
        for number in own["pooling_id"].unique():
            sites = own.loc[own["pooling_id"] == number, "site_id"]
            members = french.listed([names.get(site, site) for site in sites])
            text = said.format(title=line.title, status=status, members=members)
            texts.setdefault(int(number), []).append(text)
    return texts


def _brought(line: Any) -> str:
    """What a line that is done brought, of what was promised."""
    tonnes, promised, euros = (float(getattr(line, name)) for name in BROUGHT)
    told = [of_promise(tonnes, promised)] * (tonnes > 0)
    told += [f"{french.short(euros)}\u00a0€/an"] * (euros == euros)
    return "\u00a0: " * bool(told) + french.listed(told)


def gone_elsewhere(taken: list[pd.Series], flows: pd.DataFrame) -> dict[Any, float]:
    """Tonnes of each site, family and danger that leave by an exchange, done or planned, or are reused.

    ``taken``: t/year by flow; ``flows`` tidy.
    """
    tonnes = pd.concat(taken).astype(float).groupby(level=0).sum()
    flows = flows[flows["direction"] == "out"]
    mass = flows["flow_id"].map(tonnes).fillna(0.0)
    danger = hazardous(flows["waste_code"])
    return mass.groupby([flows["site_id"], flows["category"], danger]).sum().to_dict()


def _leaving(
    start: Any, gone: dict[Any, float], volumes: dict[Any, float], names: dict[Any, Any], said: pd.Series
) -> Iterator[str]:
    """What members of a collection send elsewhere, and what is left to collect where that is weighed."""
    danger = start.keyword == HAZARDOUS
    members = str(start.part_members).split()
    taken = {site: gone.get((site, start.category, danger), 0.0) for site in members}
    givers = [site for site in members if taken[site] > LEAST_T]
    if not givers:
        return
    tonnes, of = sum(taken[site] for site in givers), french.listed([names.get(s, s) for s in givers])
    text = said["leaving"].format(tonnes=french.short(tonnes), members=of)
    if start.unit == "t":
        left = {site: max(volumes[start.pooling_id, site] - taken[site], 0.0) for site in members}
        text += said["left"].format(tonnes=french.short(sum(left.values())))
        n_left = sum(each > LEAST_T for each in left.values())
        if n_left == 1:
            text += said["one"]
        elif n_left and sum(left.values()) < start.paying_volume_per_year:
            text += said["too_little"]
        if n_left < 2 or sum(left.values()) < start.paying_volume_per_year:
            text += said["falls"]
    yield text
