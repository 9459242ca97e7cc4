"""The index of all studies for readers outside the teams: what each audience may read of them side by side.

What an index told stays known: the next one is audited with it, whichever audience had it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from markupsafe import Markup

from eit_analysis.batch.entries import Entry, bare_study, common_needs, needs_by_kind
from eit_analysis.batch.measures import OF_WHOM, PER_EMPLOYEE, printed
from eit_analysis.batch.standing import LIMITS, pooled_per_employee
from eit_analysis.batch.studies_map import studies_map
from eit_analysis.batch.together import printed_totals, strictest, told_needs
from eit_analysis.errors import EitError
from eit_analysis.prepared import open_study
from eit_analysis.publishing.html import rendered
from eit_analysis.publishing.index_log import IndexLog
from eit_analysis.publishing.press import told_to
from eit_analysis.publishing.release.among_studies import AmongStudies
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.viewer import INTERNAL
from eit_analysis.publishing.release_log import ReleaseLog
from eit_analysis.reference.commune_tables import epci_of
from eit_analysis.reference.outlines import communes_of


def outside(root: Path, entries: list[Entry], audience: str) -> Markup:
    """What all studies that an audience reads may say of themselves side by side (:mod:`together`).

    No tonnes while one that told something outside cannot be read: what it told must not be forgotten.
    """
    studies, told, places = {}, {}, {}
    for entry in entries:
        waves = entry.outside.get(audience) or [wave for waves in entry.outside.values() for wave in waves]
        try:
            study = open_study(entry.name, max(waves, default=""), root)
            numbers = told_to(ReleaseLog(study), audience)
            if numbers is not None:  # by pages for all, though it has none for this audience
                told[entry.name] = numbers
            elif audience not in entry.outside:
                continue
            tables = AudienceTables(study, audience if audience in entry.outside else "public")
            places[entry.name], studies[entry.name] = _around(tables), tables
        except EitError:
            continue  # its own page and the index of the team say why
    entries = [entry for entry in entries if entry.name in studies and audience in entry.outside]
    if not entries:
        return Markup("")
    rules = strictest([tables.settings.disclosure for tables in studies.values()])
    listed = [entry.name for entry in entries]
    released = (path.name for path in (root / "data" / "releases").glob("*/"))
    rows = None
    if not any(name not in studies and _told_outside(root, name) for name in released):
        try:
            log = IndexLog(root)
            before = log.names()
            among = {name: AmongStudies(name, tables, before) for name, tables in studies.items()}
            totals, tells = printed_totals(among, told, listed, audience, rules, log.told())
            log.add(tells, among.values())
            ratios = {r[0]: tuple(mass / r[-1] for mass in r[1:-1]) for r in totals.itertuples(name=None)}
            rows = printed(pooled_per_employee(ratios), 2, "t")
        except EitError:
            pass  # as above
    needs = told_needs({name: studies[name] for name in listed}, rules, date.today().year)
    common = common_needs(list(needs.values()))
    needs = {name: {k: words for k, words in own.items() if k not in common} for name, own in needs.items()}
    drawing = studies_map({name: places[name] for name in listed}, dict.fromkeys(listed, "open"))
    return rendered(
        "studies_outside",
        entries=entries,
        audience=audience,
        unsaid=rows is None,
        rows=rows or [],
        title=PER_EMPLOYEE,
        of=OF_WHOM[PER_EMPLOYEE],
        behind={},
        left=[],
        common=common,
        needs=needs,
        kinds=needs_by_kind(needs),
        limits=LIMITS,
        called={entry.name: entry.called for entry in entries},
        drawing=Markup(drawing),
    )


def _told_outside(root: Path, name: str) -> bool:
    """Whether a study told something to others than its team; so it is taken, where nobody can say."""
    try:
        return any(record.audience != INTERNAL for record in ReleaseLog(bare_study(root, name)).records())
    except EitError:
        return True


def _around(study: AudienceTables) -> list[str]:
    """The communes of the *intercommunalité* that most actors are in: their own would place a newcomer."""
    names = epci_of(study.sites()["commune_code"]).dropna()
    return communes_of(set(names.mode()[:1]))["commune_code"].tolist() if len(names) else []
