"""The index of all studies for readers outside the teams: what each audience may read of them side by side.

What an index told stays known: the next one is audited with it, whichever audience had it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from eit_analysis.batch.entries import Entry, common_needs, needs_by_kind
from eit_analysis.batch.measures import OF_WHOM, PER_EMPLOYEE, printed
from eit_analysis.batch.standing import LIMITS, pooled_per_employee
from eit_analysis.batch.studies_map import studies_map
from eit_analysis.batch.together import printed_totals, strictest, told_needs
from eit_analysis.errors import EitError
from eit_analysis.files import write_atomic
from eit_analysis.prepared import open_study
from eit_analysis.publishing.html import rendered
from eit_analysis.publishing.press import told_to
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.statements import NOTHING, once
from eit_analysis.publishing.release_log import ReleaseLog

LOG = Path("data", "releases", "indexes.parquet")  # of all indices, beside the logs of the studies


def outside(root: Path, entries: list[Entry], audience: str) -> Markup:
    """What all studies that an audience reads may say of themselves side by side (:mod:`together`)."""
    studies, told = {}, {}
    for entry in entries:
        waves = entry.outside.get(audience) or [wave for waves in entry.outside.values() for wave in waves]
        try:
            study = open_study(entry.name, max(waves, default=""), root)
            numbers = told_to(ReleaseLog(study), audience)
            if numbers is not None:  # by pages for all, though it has none for this audience
                told[entry.name] = numbers
            elif audience not in entry.outside:
                continue
            studies[entry.name] = AudienceTables(study, audience if audience in entry.outside else "public")
        except EitError:
            continue  # its own page and the index of the team say why
    entries = [entry for entry in entries if entry.name in studies and audience in entry.outside]
    if not entries:
        return Markup("")
    rules = strictest([tables.settings.disclosure for tables in studies.values()])
    listed = [entry.name for entry in entries]
    log = root / LOG
    before = pd.read_parquet(log) if log.exists() else NOTHING
    totals, tells = printed_totals(studies, told, listed, audience, rules, before)
    write_atomic(log, once([before, tells]).to_parquet())
    ratios = {row[0]: tuple(mass / row[-1] for mass in row[1:-1]) for row in totals.itertuples(name=None)}
    needs = told_needs({name: studies[name] for name in listed}, rules, date.today().year)
    common = common_needs(list(needs.values()))
    needs = {name: {k: words for k, words in own.items() if k not in common} for name, own in needs.items()}
    places = {name: studies[name].sites()["commune_code"].dropna().tolist() for name in listed}
    drawing = studies_map(places, dict.fromkeys(listed, "open"))
    return rendered(
        "studies_outside",
        entries=entries,
        audience=audience,
        rows=printed(pooled_per_employee(ratios), 2, "t"),
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
