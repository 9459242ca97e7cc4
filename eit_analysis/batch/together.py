"""Several studies read together: what an index for readers outside the teams may print of each.

    T_j = sum of x over the records of study j;      a reader has all T_j, and the pages of all studies

A firm that has sites in two territories is one (SIREN), and reads as one: what it declared in the one helps
it to subtract in the other. An establishment that two studies list is one as well (SIRET): what it declared
alike in both is one amount, so that two territories that overlap are not subtracted one from the other. What
all pages told before is known; what the index adds to it is audited with it, by the strictest rules of all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from eit_analysis.batch.standing import needs
from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.errors import EitError
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.publishing.consents import firm_of
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.disclosure import judge
from eit_analysis.publishing.release.protected import protected
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.statements import (
    NOTHING,
    Statements,
    amounts_of,
    from_frame,
)
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.records import known_by

PEOPLE = "headcount"
ESTABLISHMENT = "source_file"  # of records told apart by establishment and family instead of their cell


def printed_totals(
    studies: Mapping[str, AudienceTables],
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
        By study, its tables as the audience is given them, and those of earlier waves.
    told : mapping
        By study, the numbers that its pages told the audience (frames of the log of releases).
    listed : collection of str
        The studies that the index lists; of the others it is known what they told.
    rules : Disclosure
        The strictest of all of them.
    before : pandas.DataFrame
        What earlier indices told (the second frame returned).

    Returns
    -------
    printed : pandas.DataFrame
        By study: mass and bounds (t/year) and ``headcount``, rounded. Left out are studies of which one of
        the two is withheld, or where somebody declares flows and no headcount: a total of the others would
        tell theirs beside that of the pages.
    told : pandas.DataFrame
        What it tells, as the log of releases has it.
    """
    flows, people, known = [], [], []
    for name, study in studies.items():
        same: list[tuple[pd.DataFrame, pd.DataFrame, str]] = []
        own = pd.DataFrame(columns=["firm", "establishment"])
        for wave in study.waves("flows").values():  # its pages of earlier ones may tell of the same amounts
            sites, leaving = wave.sites(), wave.flows("out")
            firms = _firms(sites, name)
            own = pd.concat([firms, own[~own.index.isin(firms.index)]])
            sites = sites[sites["site_id"].isin(leaving["site_id"])]
            tonnes = _by_firm(leaving, firms, leaving["category"], name)
            persons = _by_firm(sites, firms, "", name)
            same += [(leaving, tonnes, MASS), (sites, persons, PEOPLE)]
        if name in told:  # be it not listed or without a ratio: its firms may be those of another
            known.append(_known(told[name], name, own, same))
        if name in listed and len(sites) and sites[PEOPLE].notna().all():
            flows.append(tonnes)
            people.append(persons)
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
    # No page knew what an index told: none of its parts is given up for its sake, and it licenses nothing.
    known.append(from_frame(before.assign(assumed=True)))
    together, printed = Publication(earlier=known), []
    tables = [protected(content, "Études", viewer, rules) for content in contents]
    numbers = [together.add(table.told) for table in tables if table.told is not None]
    for table, number in zip(tables, numbers, strict=True):
        printed.append(table.frame.set_index("study")[together.shown(number)[: len(table.frame)]])
    both = printed[0][[MASS, LOW, HIGH]].join(printed[1][[PEOPLE]], how="inner").sort_index()
    return both, together.told().drop(columns="private")


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
        own = _firms(study.sites(), name)["firm"].to_dict()
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


def _firms(sites: pd.DataFrame, study: str) -> pd.DataFrame:
    """By site, its ``firm`` (SIREN) and ``establishment`` (SIRET): itself, where these tell no firm."""
    known = zip(sites["site_id"].astype(str), sites["siret"].map(firm_of), sites["siret"], strict=True)
    found = {site: (firm, siret) if firm else [f"{study}/{site}".replace(" ", "_")] * 2
             for site, firm, siret in known}  # fmt: skip
    return pd.DataFrame.from_dict(found, "index", columns=["firm", "establishment"])


def _by_firm(records: pd.DataFrame, own: pd.DataFrame, what: pd.Series | str, study: str) -> pd.DataFrame:
    """The records of a study, each of a firm, told apart by establishment and what it is of."""
    sites = own.reindex(records["site_id"].astype(str))
    return records.assign(
        site_id=sites["firm"].to_numpy(), study=study, source_row=0, source_sheet=what,
        **{ESTABLISHMENT: sites["establishment"].to_numpy()},
    )  # fmt: skip


def _known(
    told: pd.DataFrame, study: str, own: pd.DataFrame, same: list[tuple[pd.DataFrame, pd.DataFrame, str]]
) -> Statements:
    """What a study told, over the firms and amounts of all studies."""
    amounts: dict[int, int] = {}
    for before, after, column in same:
        values = np.nan_to_num(after[column].to_numpy(dtype=float))
        names = (amounts_of(records, values).variables for records in (before, after))
        amounts |= dict(zip(*names, strict=True))
    apart = pd.util.hash_pandas_object(told[["variable"]].assign(study=study), index=False).to_numpy()
    variable = [amounts.get(old, new) for old, new in zip(told["variable"], apart, strict=True)]
    firms = own["firm"].to_dict()
    alone = study.replace(" ", "_")
    firm = [" ".join(firms.get(one, f"{alone}/{one}") for one in known_by(who)) for who in told["firm"]]
    return from_frame(told.assign(variable=np.array(variable, dtype=np.uint64), firm=firm))
