"""What each actor has agreed to, over all waves, and who has taken back what."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from stdnum.fr import siren

from eit_analysis.study import Study
from eit_analysis.tables import TABLES

INTERNAL = "internal"  # the team, which keeps nothing from itself
STRICTER = ("named", "aggregated", "none")


class Actor(NamedTuple):
    """An actor as one wave has it; ``rows`` are its answers beside who it is, once counted by `census`."""

    name: str
    siret: str
    consent: str
    rows: int = 0


Rosters = dict[str, dict[str, Actor]]  # by wave and site id


def rosters(study: Study) -> Rosters:
    """The actors of every cleaned wave."""
    waves = [study.at(wave) for wave in study.waves]
    found: Rosters = {}
    for wave in waves:
        if wave.has("sites"):
            columns = wave.load("sites")[["site_id", "name", "siret", "consent"]].itertuples(index=False)
            found[wave.wave] = {
                str(site): Actor(str(name), siret if isinstance(siret, str) else "", str(consent))
                for site, name, siret, consent in columns
            }
    return found


def census(study: Study) -> Rosters:
    """The actors of every cleaned wave, with the number of rows that each has in its tables."""
    known = rosters(study)
    for wave, actors in known.items():
        opened = study.at(wave)
        tables = [opened.load(name) for name in TABLES if name != "sites" and opened.has(name)]
        rows = Counter(site for table in tables if "site_id" in table for site in table["site_id"])
        known[wave] = {site: actor._replace(rows=rows[site]) for site, actor in actors.items()}
    return known


def firm_of(siret: object) -> str:
    """The SIREN of the firm that an establishment is of; "" where its SIRET does not tell."""
    number = siret[:9] if isinstance(siret, str) else ""
    return number if number.strip("0") and siren.is_valid(number) else ""


def same_firms(known: Rosters) -> dict[str, str]:
    """By site of a firm that has several, the first of them: who works for one knows them all."""
    firms: dict[str, set[str]] = {}
    for actors in known.values():
        for site, actor in actors.items():
            if firm := firm_of(actor.siret):
                firms.setdefault(firm, set()).add(site)
    return {site: min(sites) for sites in firms.values() if len(sites) > 1 for site in sites}


def strictness(consent: str) -> int:
    return STRICTER.index(consent) if consent in STRICTER else len(STRICTER)


def binding(known: Rosters, wave: str) -> dict[str, str]:
    """By site of any wave, the stricter of what it said in this wave and of what it said last."""
    last = {site: actor.consent for _, actors in sorted(known.items()) for site, actor in actors.items()}
    here = {site: actor.consent for site, actor in known.get(wave, {}).items()}
    return {site: max(consent, here.get(site, consent), key=strictness) for site, consent in last.items()}


def taken_back(before: Rosters, now: Rosters, waves: list[str]) -> dict[str, str]:
    """Who may be shown less, in the reports of one wave or another, than when they were made.

    Of the ``waves`` of the study, one that is only waiting to be cleaned again has lost nobody.

    Returns
    -------
    dict of str to str
        By site, the consent that binds now; empty when it has left a wave, be it that of its rows only who
        it is remains.
    """
    back: dict[str, str] = {}
    for wave, actors in before.items():
        was, binds = binding(before, wave), binding(now, wave)
        back |= {s: binds[s] for s in was.keys() & binds.keys() if strictness(binds[s]) > strictness(was[s])}
        if wave in now or wave not in waves:
            left = now.get(wave, {})
            gone = {s for s, actor in actors.items() if s not in left or (actor.rows and not left[s].rows)}
            back |= {site: "" for site in gone if was[site] != STRICTER[-1]}
    return back
