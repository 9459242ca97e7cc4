"""Whether the pages in place are what the data, the parameters and the program give."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from eit_analysis.errors import InputError
from eit_analysis.french import counted
from eit_analysis.publishing.consents import rosters
from eit_analysis.publishing.folder import Files, folder_files
from eit_analysis.publishing.press import Press
from eit_analysis.publishing.release_log import Record, ReleaseLog
from eit_analysis.publishing.version import Version, version_of
from eit_analysis.publishing.workers import Progress
from eit_analysis.reference import sentence
from eit_analysis.study import Study

DERIVED = re.compile(r".*\.(pdf|pptx)|[^/]*\.zip")


@dataclass(frozen=True)
class Verdict:
    """One audience of one wave."""

    wave: str
    audience: str
    fingerprint: str
    #: What is not as it was when the pages were made: data and settings, program, notebooks.
    changed: list[str]
    different: dict[str, str]  #: by file, how it differs; what differs by its date only is the same
    same: int  #: number of files that are the same


def verify(study: Study, audiences: list[str], progress: Progress) -> list[Verdict]:
    """Make the pages of audiences again, in memory, and compare them with those in place.

    Raises
    ------
    InputError
        When an audience has no pages that the log accounts for.
    """
    log = ReleaseLog(study)
    press = Press(study, log, rosters(study), 2, progress)
    records = [_record(study, log, audience) for audience in audiences]
    verdicts = []
    for _, together in groupby(sorted(records, key=_parameters), key=_parameters):
        group = list(together)
        version = version_of(study, press.notebooks, group[0].parameters)
        runs, _ = press.draw(version, [record.audience for record in group], press.notebooks)
        for record in group:
            own = [run for run in runs if run.audience == record.audience]
            made = folder_files(study, record.audience, own, version, {}, {})
            verdicts.append(_verdict(record, version, made, study.reports(record.audience)))
    return verdicts


def _record(study: Study, log: ReleaseLog, audience: str) -> Record:
    record = log.last(study.wave, audience)
    if record is None or record.withdrawn or not study.reports(audience).exists():
        names = {"study": study.name, "wave": study.wave, "audience": audience}
        raise InputError(sentence("verify_no_pages", **names))
    return record


def _parameters(record: Record) -> str:
    return json.dumps(record.parameters, sort_keys=True)


def _verdict(record: Record, version: Version, made: Files, place: Path) -> Verdict:
    there = {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}
    # What is made of these files alone, some of it by a browser, is not made again.
    made, there = ({n: c for n, c in files.items() if not DERIVED.fullmatch(n)} for files in (made, there))
    different = {}
    for name in sorted(made.keys() | there.keys()):
        if name not in there:
            different[name] = "manque"
        elif name not in made:
            different[name] = "est en trop"
        elif _undated(made[name]) != _undated(there[name]):
            different[name] = "diffère"
    same = len(made.keys() | there.keys()) - len(different)
    return Verdict(
        record.wave, record.audience, record.fingerprint, _changed(record, version), different, same
    )


def verdict_lines(verdict: Verdict) -> list[str]:
    """The verdict in French: one sentence, then one line for each file that differs."""
    same = counted(verdict.same, "fichier identique", "fichiers identiques")
    head = f"Vague {verdict.wave}, {verdict.audience}, version {verdict.fingerprint}\u00a0: {same}"
    if not verdict.different:
        return [f"{head}, aucun écart."]
    why = f", car {' et '.join(verdict.changed)} ont changé depuis" if verdict.changed else ""
    lines = [f"  {name} {how}" for name, how in verdict.different.items()]
    return [f"{head}, {counted(len(lines), 'écart', 'écarts')}{why}.", *lines]


def _changed(record: Record, version: Version) -> list[str]:
    found = [
        words
        for words, before, now in (
            ("les données ou les réglages", record.data, version.data),
            ("le programme ou ses bibliothèques", record.program, version.program),
        )
        if before != now
    ]
    if not found and any(version.pages.get(name) != digest for name, digest in record.made_from.items()):
        found.append("les notebooks")
    return found


def _undated(content: bytes) -> bytes:
    """A page without its day: the date of the foot, and that of the reports listed by an index."""
    return re.sub(rb"<p class=\"context\">Publi.*?</p>|<time .*?</time>|Publi\xc3\xa9 le \d.*", b"", content)
