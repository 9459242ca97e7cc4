"""Micro-projects of variable geometry: who is in which, who carries it, what falls if one of them leaves.

A project of study.toml gathers lines of the register and further members. A synergy under way, or done, that
no project names is a project of its own, until it ends: nothing says yet how it decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from eit_analysis.config_change import Project
from eit_analysis.french import whole
from eit_analysis.reference.sizes import size_class
from eit_analysis.reference.stages import actors, among, not_begun, stopped
from eit_analysis.reference.vocabulary import heading

UNDER_WAY = ("study", "committed", "done")
FEWEST = 2  # members without whom nothing is shared
PROJECT_COLUMNS = [
    "project_code", "title", "site_ids", "carrier", "n_members", "families", "n_lines", "n_done",
    "realised_t_per_year", "decision_rule", "funders", "funding_public_eur", "private_funding_eur",
    "posts_fte", "next_decision", "due_date", "due_state", "grant_said",
]  # fmt: skip
MEANS = [
    "project_code", "title", "funders", "funding_public_eur", "private_funding_eur", "posts_fte",
    "realised_t_per_year",
]  # fmt: skip
AGENDA = [
    "project_code", "title", "families", "next_decision", "due_date", "decision_rule", "grant_said",
    "carrier", "site_ids",
]  # fmt: skip
OWN_COLUMNS = [
    "project_code", "title", "n_done", "n_lines", "decision_rule", "next_decision", "due_date", "due_state",
    "members",
]  # fmt: skip
SEAT_COLUMNS = ["project_code", "title", "site_id", "seat", "actor_type", "size_class", "untitled", "seated"]
DEPARTURE_COLUMNS = ["site_id", "actor_type", "n_seats", "n_carried", "n_falling", "falling", "pairs_cut"]


def projects(
    declared: Sequence[Project],
    register: pd.DataFrame,
    sites: pd.DataFrame,
    day: pd.Timestamp,
    today: pd.Timestamp,
) -> pd.DataFrame:
    """One row for each micro-project, those of study.toml first.

    A project of one actor is none. One with a line or a member that the tables do not have is left out:
    someone of it refused to be counted by whoever reads.

    Parameters
    ----------
    declared : sequence of Project
        Those of study.toml.
    register, sites : pandas.DataFrame
        Tidy tables.
    day : pandas.Timestamp
        The end of the wave's year: what has ended by then, or begins later, brings no tonnes.
    today : pandas.Timestamp
        When the page is made: a decision due before is ``past`` (``due_state``), else ``ahead``.

    Returns
    -------
    pandas.DataFrame
        Columns ``PROJECT_COLUMNS``; ``site_ids`` are all its members, separated by spaces, and ``families``
        those of its flows, in words. ``carrier`` may be no actor of the study: an authority, in words.
        Without a declared rule, ``decision_rule`` and what follows are missing.
    """
    known, lines = set(sites["site_id"]), _lines(register, day)
    rows = [
        _declared(project, [line for name in project.synergies for line in lines[name]], known)
        for project in declared
        if set(project.synergies) <= set(lines)
    ]
    taken = {name for project in declared for name in project.synergies}
    for name, own in lines.items():
        own = [line for line in own if line["status"] in UNDER_WAY and not line["over"]]
        if own and name not in taken:
            rows.append({"project_code": name, "title": own[0]["title"], **_read(own, known)})
    table = pd.DataFrame(rows, columns=PROJECT_COLUMNS)
    due = pd.to_datetime(table["due_date"])
    state = pd.Series(np.where(due < today.normalize(), "past", "ahead"), dtype=object)
    table["due_state"] = state.where(due.notna(), None)
    members = table["site_ids"].fillna("").astype(str).str.split()
    kept = [len(ids) >= FEWEST and set(ids) <= known for ids in members]
    return table.assign(n_members=members.map(len).astype(int))[np.array(kept, dtype=bool)].reset_index(
        drop=True
    )


def _lines(register: pd.DataFrame, day: pd.Timestamp) -> dict[str, list[dict[str, Any]]]:
    """Lines of each synergy: ``members``, family in words, if ``begun`` and ``over``; no blank but None."""
    words = heading("category").labels
    found: dict[str, list[dict[str, Any]]] = {}
    blank = register.astype(object).where(register.notna(), None)
    blank = blank.assign(over=stopped(register, day), begun=~not_begun(register, day))
    names = [*map(str, blank)]
    for cells in blank.to_numpy(dtype=object):
        line = dict(zip(names, cells, strict=True))
        line["members"] = str(line["site_ids"] or "").split()
        line["family"] = words.get(line["category"], line["category"])
        found.setdefault(str(line["synergy_id"]), []).append(line)
    return found


def _declared(project: Project, lines: list[dict[str, Any]], known: set[str]) -> dict[str, object]:
    money = {
        sector: sum(part.eur for part in project.funding if part.sector == sector)
        for sector in ("public", "private")
    }
    return {
        **_read(lines, known, project.carrier, project.members),
        "project_code": project.code,
        "title": project.title,
        "decision_rule": project.decision_rule,
        "funders": ", ".join(part.funder for part in project.funding) or None,
        "funding_public_eur": money["public"],
        # In words: a list keeps amounts to the team, and this one is on the sheet of the project.
        "grant_said": f"{whole(round(money['public']))}\u00a0€" if money["public"] else None,
        "private_funding_eur": money["private"],
        "posts_fte": project.posts_fte,
        "next_decision": project.next_decision or None,
        "due_date": project.deadline.isoformat() if project.deadline else None,
    }


def _read(
    lines: list[dict[str, Any]], known: set[str], carrier: str = "", further: Sequence[str] = ()
) -> dict[str, object]:
    """What the lines of a project say of it; its carrier, where it is an actor, is its first member.

    Dropped lines and those that are over say nothing of who is in it, unless all are. It has a carrier when
    it declares one, or when those of its lines under way are one; without such lines, those of its leads.
    """
    live = [line for line in lines if line["status"] != "dropped" and not line["over"]] or lines
    going = [line for line in live if line["status"] in UNDER_WAY] or live
    carriers = {line["carrier"] for line in going} - {None}
    carrier = carrier or (carriers.pop() if len(carriers) == 1 else "")
    done = [line for line in lines if line["status"] == "done" and not line["over"]]
    tonnes = [line["realised_t_per_year"] or 0.0 for line in done if line["begun"]]
    named = [site for line in live for site in line["members"]]
    members = dict.fromkeys([*({carrier} & known), *named, *further])
    return {
        "site_ids": " ".join(members),
        "carrier": carrier or None,
        "families": ", ".join(sorted({line["family"] for line in lines} - {None})),
        "n_lines": len(lines),
        "n_done": len(done),
        "realised_t_per_year": float(sum(tonnes)),
    }


def seats(table: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Who sits where: one row for each project and member; from :func:`projects`.

    Returns
    -------
    pandas.DataFrame
        Columns ``SEAT_COLUMNS``; ``seat`` is ``carrier`` or ``member``. A title may tell who sits beside:
        ``seated`` are all members of the project, ``untitled`` what those read who may not name them all.
    """
    kinds = sites[["site_id", "actor_type"]].assign(size_class=size_class(sites["headcount"]))
    found = actors(table, key="project_code").merge(kinds, on="site_id")
    return found.assign(
        seat=np.where(found["carrier"] == found["site_id"], "carrier", "member"),
        untitled=found["families"].replace("", "autre") + " (" + found["project_code"] + ")",
        seated=found["site_ids"],
    )[SEAT_COLUMNS]


def of_member(table: pd.DataFrame, site: str | None) -> pd.DataFrame:
    """The projects that one actor is a member of; columns ``OWN_COLUMNS``.

    Not those that no project declares: the register tells its own lines, and nothing else is known of them.
    """
    own = table.assign(members=table["site_ids"]).loc[among(table, site), OWN_COLUMNS]
    own = own.dropna(subset="decision_rule")
    return own.reset_index(drop=True)


def agenda(table: pd.DataFrame) -> pd.DataFrame:
    """The projects that have something to decide, the earliest first; from :func:`projects`."""
    planned = table.dropna(subset="next_decision")
    return planned.sort_values("due_date", kind="stable", ignore_index=True)


def means(table: pd.DataFrame) -> pd.DataFrame:
    """Money, posts and tonnes of the projects that have some; columns ``MEANS``, from :func:`projects`."""
    amounts = table[MEANS[3:]].astype(float).fillna(0.0)
    given = amounts.where(amounts > 0)[MEANS[3:-1]]  # who declares no money nor post has declared no zero
    return table[MEANS].assign(**given)[(amounts > 0).any(axis=1)].reset_index(drop=True)


def bridges(leaving: pd.DataFrame) -> pd.DataFrame:
    """Who alone links firms and structures of the social economy, the most pairs first.

    The rows of :func:`departures` that cut a pair.
    """
    cutting = leaving[leaving["pairs_cut"] > 0]
    return cutting.sort_values("pairs_cut", ascending=False, kind="stable", ignore_index=True)


def by_actor_type(places: pd.DataFrame) -> pd.DataFrame:
    """How many actors of each type sit in a project; from :func:`seats`."""
    return _seated(places, "actor_type")


def by_size(places: pd.DataFrame) -> pd.DataFrame:
    """How many firms of each size sit in a project; from :func:`seats`."""
    return _seated(places[places["actor_type"] == "firm"], "size_class")


def _seated(places: pd.DataFrame, key: str) -> pd.DataFrame:
    """For the team alone: who is named elsewhere, taken from these counts, would tell of the others."""
    counts = places.groupby(key)["site_id"].nunique().rename("n_sites").reset_index()
    return counts.sort_values("n_sites", ascending=False, ignore_index=True)


def departures(table: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """What falls if one actor leaves; from :func:`projects` and :func:`seats`.

    A project falls when it loses its carrier, or when fewer than ``FEWEST`` members are left. An actor is a
    bridge when firms and structures of the social economy that projects link would be linked no more:

        pairs cut = pairs (firm, structure) of one component - those left without it and what falls with it

    Returns
    -------
    pandas.DataFrame
        Columns ``DEPARTURE_COLUMNS``, those whose leaving costs most first. ``falling`` are titles.
    """
    rows = []
    names, actor = np.unique(places["site_id"].astype(str), return_inverse=True)
    project = np.unique(places["project_code"].astype(str), return_inverse=True)[1]
    carries, left_alone = (places["seat"] == "carrier").to_numpy(), np.bincount(project) - 1 < FEWEST
    title = places["title"].to_numpy(dtype=object)
    kinds = places.drop_duplicates("site_id").set_index("site_id")["actor_type"]
    kind = kinds.reindex(names).to_numpy(dtype=object)
    whole = _components(actor, project, len(names))
    for number, site in enumerate(names):
        here = actor == number
        falls = here & (carries | left_alone[project])
        others = np.where(np.arange(len(names)) == number, "", kind)
        left = ~here & ~np.isin(project, project[falls])
        cut = _pairs(whole, others) - _pairs(_components(actor[left], project[left], len(names)), others)
        counts = (int(seats.sum()) for seats in (here, here & carries, falls))
        rows.append((site, kind[number], *counts, " ; ".join(title[falls]) or None, cut))
    found = pd.DataFrame(rows, columns=DEPARTURE_COLUMNS)
    worst = ["n_falling", "pairs_cut", "n_seats"]
    return found.sort_values(worst, ascending=False, kind="stable", ignore_index=True)


def _components(actor: np.ndarray, project: np.ndarray, n: int) -> np.ndarray:
    """Shape (n,): a number for each actor, the same for those that chains of projects link."""
    size = n + int(project.max(initial=-1)) + 1
    graph = csr_array((np.ones(len(actor)), (actor, n + project)), shape=(size, size))
    return connected_components(graph, directed=False)[1][:n]


def _pairs(label: np.ndarray, kind: np.ndarray) -> int:
    """Pairs of a firm and a structure of one component."""
    size = label.max(initial=0) + 1
    count = [np.bincount(label[kind == each], minlength=size) for each in ("firm", "ess")]
    return int(count[0] @ count[1])
