"""An actor takes its consent back, or leaves: what named or counted it is withdrawn, in every wave."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from eit_analysis.errors import UsageError
from eit_analysis.publishing import notices
from eit_analysis.publishing.consents import Rosters, taken_back
from eit_analysis.publishing.release.viewer import INTERNAL, company_of, viewer_of
from eit_analysis.publishing.release_log import Record, ReleaseLog
from eit_analysis.study import Study

Place = tuple[str, str]  # wave and audience
SAYS = {
    "aggregated": "n'accepte plus d'être nommé",
    "none": "n'accepte plus aucune diffusion",
    "": "n'est plus dans les données de l'étude",
}


def withdraw(study: Study, log: ReleaseLog, now: Rosters, say: Callable[[str], None]) -> None:
    """Replace by a notice the pages of every wave and outside audience that show somebody too much.

    The same goes for a folder that no release of the log accounts for: nothing tells whom it names. What was
    withdrawn stays so whatever fails later, until it is made again.
    """
    records = [record for record in log.records() if record.audience != INTERNAL]
    last = {(record.wave, record.audience): record for record in records}
    unknown = [place for place in _in_place(study) if place not in last]
    due = list(unknown)
    back: dict[str, str] = {}
    for (wave, audience), record in last.items():
        if record.withdrawn:
            continue
        own = company_of(audience)
        left = taken_back(record.actors, now, study.waves)
        left = {actor: consent for actor, consent in left.items() if actor != own or not consent}
        if left:
            due.append((wave, audience))
            back |= left
    for actor, consent in sorted(back.items()):
        say(_sentence(actor, consent, records))
    if unknown:
        where = ", ".join(f"{audience} (vague {wave})" for wave, audience in unknown)
        say(f"Le journal des diffusions ne sait pas qui est nommé dans les pages de {where}.")
    if due:
        say("Les pages en place qui en dépendent sont retirées, puis refaites là où elles peuvent l'être.")
    for wave, audience in due:
        _withdraw(replace(study, wave=wave), audience, log)


def to_make_again(study: Study, log: ReleaseLog) -> dict[str, list[str]]:
    """Audiences by wave that read a notice, where they may have pages again."""
    last = {(record.wave, record.audience): record for record in log.records()}
    found: dict[str, list[str]] = defaultdict(list)
    for (wave, audience), record in last.items():
        if record.withdrawn and wave in study.waves and _known(study.at(wave), audience):
            found[wave].append(audience)
    return found


def _known(study: Study, audience: str) -> bool:
    if not (study.processed / "manifest.json").exists() or not study.reports(audience).exists():
        return False
    try:
        viewer_of(study, audience)
    except UsageError:  # a firm that left, or an audience that study.toml no longer has
        return False
    return True


def _in_place(study: Study) -> list[Place]:
    found = []
    for index in sorted((study.root / "reports" / study.name).glob("*/*/index.html")):
        wave, folder = index.parts[-3:-1]
        if folder != INTERNAL and not folder.startswith("."):
            firm = folder.startswith("company-") and folder not in study.settings.audiences
            found.append((wave, folder.replace("company-", "company:", 1) if firm else folder))
    return found


def _withdraw(study: Study, audience: str, log: ReleaseLog) -> None:
    place, today = study.reports(audience), date.today()
    record = Record(study.wave, audience, today.isoformat(), f"retrait-{today.isoformat()}", withdrawn=True)
    if not place.exists() or (company_of(audience) and not _known(study, audience)):
        # The folder of a firm that left would name it.
        shutil.rmtree(place, ignore_errors=True)
        log.append(record)
        return
    notice = notices.notice(study, audience, today, record.fingerprint).encode()
    pages = {path.name for path in place.glob("*.html")} | {"index.html"}
    log.put(place, dict.fromkeys(sorted(pages), notice), record)


def _sentence(actor: str, consent: str, records: list[Record]) -> str:
    """Who takes what back, and which pages that are out name or count it."""
    named, counted = defaultdict(set), defaultdict(set)
    name = actor
    for record in records:
        known = [sites[actor] for sites in record.actors.values() if actor in sites]
        if company_of(record.audience) == actor or not known:
            continue
        name = known[-1].name
        for page, sites in record.pages.items():
            if actor in sites:
                named[record.wave, record.audience].add(page)
            elif any(one.consent != "none" for one in known):
                counted[record.wave, record.audience].add(page)
    where = []
    for wave, audience in sorted(named.keys() | counted.keys()):
        pages = named[wave, audience], counted[wave, audience] - named[wave, audience]
        told = [
            f"{verb} dans {', '.join(sorted(p))}"
            for verb, p in zip(("nommé", "compté"), pages, strict=True)
            if p
        ]
        where.append(f"vague {wave}, {audience}\u00a0: {' et '.join(told)}")
    out = "\u00a0; ".join(where) or "aucune"
    return f"{name} ({actor}) {SAYS[consent]}. Pages déjà diffusées, qu'on ne peut rappeler\u00a0: {out}."
