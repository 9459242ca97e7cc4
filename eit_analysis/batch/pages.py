"""The team's pages of many studies: why one could not be made, and the index of all of them.

The index names no actor and is the team's; that of another audience is of :mod:`outside`. The firms counted
are those of all studies, each once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

import numpy as np
from markupsafe import Markup

from eit_analysis.batch.entries import (
    Entry,
    as_counted,
    bare_study,
    common_needs,
    needs_by_kind,
    read_entry,
    reasons_file,
)
from eit_analysis.batch.measures import measures
from eit_analysis.batch.order import Outcome
from eit_analysis.batch.outside import outside
from eit_analysis.batch.standing import LIMITS, Standing
from eit_analysis.batch.studies_map import STATES, studies_map
from eit_analysis.files import write_atomic
from eit_analysis.french import whole
from eit_analysis.publishing.consents import firm_of
from eit_analysis.publishing.frame import AUDIENCES, frame, published
from eit_analysis.publishing.html import rendered
from eit_analysis.publishing.project_page import (
    FAILED,
    SEVERAL,
    STUDIES,
    index_lock,
    indexes,
    write_project_page,
)
from eit_analysis.publishing.release.viewer import INTERNAL
from eit_analysis.study import list_studies

INDEX = "index.html"
MOST_FIRST = 3  # studies named on the first lines


def explain(outcome: Outcome) -> None:
    """Write the page that says why a study failed, beside its folder of reports; clear that of a good one."""
    root, name = outcome.order.root, outcome.order.name
    place, kept = root / "reports" / f"{name}{FAILED}", reasons_file(root, name)
    if not outcome.failed:
        place.unlink(missing_ok=True)
        kept.unlink(missing_ok=True)
        return
    here = f"{root}{os.sep}"  # of this machine, and of no use to a reader
    reasons = [reason.replace(here, "") for reason in outcome.failed]
    write_atomic(kept, json.dumps(reasons, ensure_ascii=False).encode())
    log = outcome.order.log.relative_to(root).as_posix()
    body = rendered("study_failed", reasons=reasons, log=log, command=outcome.order.command)
    foot = [("Fait le", published(date.today()))]
    study = bare_study(root, name)
    page = frame(study, "internal", "Étude non produite", foot, body=body, back="Toutes les études")
    write_atomic(place, page.encode())


def write_index(
    root: Path,
    progress: Callable[[Iterable], Iterable] = iter,
    standings: Mapping[str, Standing | None] = MappingProxyType({}),
) -> Path:
    """Write the index of all studies of the project, those to take up again first; its path.

    And beside it, for each audience that some of them have pages for, that of these studies, with no more
    than it may read. ``standings`` are where some are known to stand; the tables of the others are read.
    """
    with index_lock(root):
        for left in (root / "data" / "releases").glob(".*.tmp"):  # not of studies at work
            left.unlink()
        names = sorted(list_studies(root), key=as_counted)
        entries = [read_entry(root, name, standings.get(name)) for name in progress(names)]
        audiences = sorted({audience for entry in entries for audience in entry.outside})
        bodies = {audience: outside(root, entries, audience) for audience in audiences}
        others = {f"index-{audience}.html": audience for audience, body in bodies.items() if body}
        for old in indexes(root):
            if old.name not in others:
                old.unlink()
        for name, audience in others.items():
            _write(root, name, audience, entries, bodies[audience])
        called = {name: AUDIENCES.get(audience, audience) for name, audience in others.items()}
        return _write(root, INDEX, INTERNAL, entries, _inside(entries, called))


def _write(root: Path, name: str, audience: str, entries: list[Entry], body: Markup) -> Path:
    known = [entry.settings for entry in entries if entry.settings.territory]
    fictional = bool(known) and all(settings.fictional for settings in known)
    place, team = root / "reports" / name, audience == INTERNAL
    title, of = (f"{STUDIES}, pour l’équipe seule", "Tous les territoires") if team else (STUDIES, SEVERAL)
    write_project_page(place, body, audience=audience, title=title, of=of, fictional=fictional)
    return place


def _inside(entries: list[Entry], others: Mapping[str, str]) -> Markup:
    standings = {entry.name: entry.standing for entry in entries}
    called = {entry.name: entry.called for entry in entries}
    common = common_needs([entry.standing.needs for entry in entries if entry.readable])
    states = {entry.name: entry.state(common) for entry in entries}
    drawing = studies_map({name: one.communes for name, one in standings.items()}, states)
    worst_first = sorted(
        entries, key=lambda entry: (-len(entry.needs(common)), -entry.standing.unknown_t_per_year)
    )
    groups = {
        state: (words[0], [entry for entry in worst_first if states[entry.name] == state])
        for state, words in STATES.items()
    }
    needing, good = (groups[state][1] for state in ("needing", "good"))
    least = min((entry.standing.unknown_t_per_year for entry in needing), default=np.inf)
    losing = [(entry, entry.standing.unknown_t_per_year) for entry in good]
    everyone = set().union(*(one.establishments for one in standings.values()))
    n_firms = len({firm_of(siret) or siret for siret in everyone})
    return rendered(
        "studies",
        groups=groups,
        common=common,
        first=needing[:MOST_FIRST],
        others_to_help=len(needing) - MOST_FIRST,
        losing=[(entry, whole(round(lost))) for entry, lost in losing if lost > least][:MOST_FIRST],
        kinds=needs_by_kind({entry.name: entry.needs(common) for entry in entries}),
        limits=LIMITS,
        audience="",
        measures=[one for one in measures(standings, called) if one[2]],
        called=called,
        unplaced=[entry.called for entry in entries if not entry.standing.communes],
        drawing=Markup(drawing),
        shared=_sharing(standings),
        n_studies=len(entries),
        unread=sum(not entry.readable for entry in entries),
        others=others,
        n_firms=n_firms,
        firms=whole(n_firms),
    )


def _sharing(standings: dict[str, Standing]) -> list[tuple[str, str, int]]:
    """Studies that list the same establishments, and how many, the most first."""
    pairs = [(a, b, len(standings[a].establishments & standings[b].establishments))
             for a, b in combinations(standings, 2)]  # fmt: skip
    return sorted((pair for pair in pairs if pair[2]), key=lambda pair: -pair[2])
