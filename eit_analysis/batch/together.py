"""Several studies read together: what an index for readers outside the teams may print of each.

    T_j = sum of x over the records of study j;      a reader has all T_j, and the pages of all studies

A firm that has sites in two territories reads as one: what it declared in the one helps it to subtract in the
other. What an establishment declared alike to two studies is one amount, so that two territories that overlap
are not subtracted one from the other (:mod:`among_studies`). What all pages told before is known; what the
index adds to it is audited with it, by the strictest rules of all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from eit_analysis.batch.standing import needs
from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.errors import EitError
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW
from eit_analysis.publishing.release.among_studies import MASS, PEOPLE, AmongStudies, firms_of
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.disclosure import judge
from eit_analysis.publishing.release.protected import protected
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.statements import NOTHING, from_frame, once
from eit_analysis.publishing.release.viewer import Viewer


def printed_totals(
    studies: Mapping[str, AmongStudies],
    told: Mapping[str, pd.DataFrame],
    listed: Collection[str],
    audience: str,
    rules: Disclosure,
    before: pd.DataFrame = NOTHING,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tonnes put out and people of the actors who put them out, by study, as an audience may read them.

    Parameters
    ----------
    studies : mapping
        By name, from its tables as the audience is given them, and those of earlier waves.
    told : mapping
        By study, the numbers that its pages told the audience (frames of the log of releases).
    listed : collection of str
        The studies that the index lists; of the others it is known what they told.
    rules : Disclosure
        The strictest of all of them.
    before : pandas.DataFrame
        What earlier indices told (:meth:`IndexLog.told`).

    Returns
    -------
    printed : pandas.DataFrame
        By study: mass and bounds (t/year) and ``headcount``, rounded. Left out are studies of which one of
        the two is withheld, or where somebody declares flows and no headcount: a total of the others would
        tell theirs beside that of the pages.
    told : pandas.DataFrame
        What it tells, as the log of releases has it: taken to be told, so that it licenses nothing.
    """
    flows, people, known, renamed = [], [], [], before
    for name, study in studies.items():
        renamed = study.by_todays_names(renamed)
        if name in told:  # be it not listed or without a ratio: its firms may be those of another
            known.append(from_frame(study.among_studies(told[name])))
        if name in listed and len(study.persons) and study.persons[PEOPLE].notna().all():
            flows.append(study.tonnes)
            people.append(study.persons)
    if not flows:
        return pd.DataFrame(columns=[MASS, LOW, HIGH, PEOPLE], dtype=float), NOTHING
    viewer = Viewer(audience, named=False, names={}, consents={})
    mass = totals(pd.concat(flows, ignore_index=True), "study", total=False)
    records = pd.concat(people, ignore_index=True)
    counted = records.groupby("study", as_index=False).agg(headcount=(PEOPLE, "sum"))
    contents = [
        Breakdown(mass.frame.drop(columns="share_percent"), ["study"], mass.records, MASS, shares={}),
        Breakdown(counted, ["study"], records, PEOPLE, people=True, shares={}),
    ]
    known.append(from_frame(once([before, renamed])))
    together, printed = Publication(earlier=known), []
    tables = [protected(content, "Études", viewer, rules) for content in contents]
    numbers = [together.add(table.told) for table in tables if table.told is not None]
    for table, number in zip(tables, numbers, strict=True):
        printed.append(table.frame.set_index("study")[together.shown(number)[: len(table.frame)]])
    both = printed[0][[MASS, LOW, HIGH]].join(printed[1][[PEOPLE]], how="inner").sort_index()
    tells = together.told().drop(columns="private").assign(assumed=True)
    defines = tells["relation"] & (tells[["low", "high"]] == 0).all(axis=1)  # a ratio of a page: says nothing
    return both, tells[~defines]


def told_needs(
    studies: Mapping[str, AudienceTables], rules: Disclosure, year: int
) -> dict[str, dict[str, str]]:
    """By study what it lacks (`standing.needs`), by kind, in words that tell no amount.

    A need is told as a count of actors is: of as many firms as the rules want behind it, or not at all.
    """
    words, rows = {}, [pd.DataFrame(columns=["study", "need", "site_id"], dtype="str")]
    for name, study in studies.items():
        try:
            lacking = list(needs(study, study.wave, year, study.flows("out")))
        except EitError:
            continue  # its own page and the index of the team say why
        own = firms_of(study.sites(), name)["firm"].to_dict()
        for kind, said, sites in lacking:
            words[name, kind] = said
            firms = [own.get(site, site) for site in sites.astype(str)]
            rows.append(pd.DataFrame({"study": name, "need": kind, "site_id": firms}))
    records = pd.concat(rows, ignore_index=True)
    named = records[["study", "need"]].drop_duplicates(ignore_index=True)
    content = Breakdown(named, ["study", "need"], records)
    closed = judge(content, rules).shut
    told: dict[str, dict[str, str]] = {name: {} for name in studies}
    for name, kind in named[~closed].itertuples(index=False, name=None):
        told[name][kind] = words[name, kind]
    return told


def strictest(rules: list[Disclosure]) -> Disclosure:
    """Rules as strict as each of these."""
    return Disclosure(
        minimum_units=max(one.minimum_units for one in rules),
        maximum_share=min(one.maximum_share for one in rules),
        minimum_people=max(one.minimum_people for one in rules),
    )
