"""The press: what every page of a study is made with, and each audience's new version put in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from eit_analysis.config import Disclosure
from eit_analysis.errors import InputError
from eit_analysis.publishing.consents import Rosters
from eit_analysis.publishing.folder import Files, folder_files, page_files
from eit_analysis.publishing.index_log import IndexLog
from eit_analysis.publishing.notebooks import find_notebooks
from eit_analysis.publishing.one_page import Job, Run
from eit_analysis.publishing.project_page import index_lock
from eit_analysis.publishing.release.names import Names, allowed, ordinary
from eit_analysis.publishing.release.statements import Statements, from_frame, once
from eit_analysis.publishing.release.viewer import INTERNAL, company_of
from eit_analysis.publishing.release_log import Record, ReleaseLog
from eit_analysis.publishing.report import make_pages
from eit_analysis.publishing.version import Version, data_digest
from eit_analysis.publishing.workers import Progress
from eit_analysis.reference import sentence
from eit_analysis.study import Study

PACKED = (".xlsx", ".zip")  # they hold the same tables


@dataclass(frozen=True)
class Press:
    """What every page of a study is made with."""

    study: Study  #: on the wave of the pages
    log: ReleaseLog  #: what left before
    now: Rosters  #: the actors of all waves and what they agree to
    jobs: int  #: processes at a time
    progress: Progress  #: wraps what is waited for
    forms: tuple[str, ...] = ()  #: what is made of the pages besides (``FORMS`` of the folder)

    @property
    def notebooks(self) -> list[Path]:
        return find_notebooks(self.study, [])

    def names(self, past: list[Rosters]) -> Names:
        """By what the actors, of today and of these releases, would be known."""
        return Names(self.now, past, self._ordinary)

    @cached_property
    def _ordinary(self) -> Callable[[str], bool]:
        return ordinary(self.study)

    def unsearched(self, audiences: list[str]) -> str:
        """The sentence that tells the team whose name, shut to an audience, no text can be searched for."""
        called = {site: word for word, site in self.names([]).ordinary}
        called |= {s: a.name for _, wave in sorted(self.now.items()) for s, a in wave.items() if s in called}
        may_name = [allowed(self.study, audience, self.now) for audience in audiences if audience != INTERNAL]
        shut = sorted(site for site in called if any(site not in named for named in may_name))
        firms = ", ".join(f"{called[site]} ({site})" for site in shut)
        return firms and sentence("names_unsearched", firms=firms)

    def draw(
        self, version: Version, audiences: list[str], own: list[Path]
    ) -> tuple[list[Run], dict[str, pd.DataFrame]]:
        """Every page of the audiences, in memory; for the team those of its ``own`` notebooks.

        And, by audience outside the team, the numbers that it is told.
        """
        names = self.names([record.actors for record in self.log.records()])
        may_name = {audience: allowed(self.study, audience, self.now) for audience in audiences}
        job = Job(self.study, version, names, may_name)
        known = self._open_to_all(version)
        return make_pages(
            job, audiences, self.notebooks, own, self._known_to, known, self.jobs, self.progress
        )

    def _known_to(self, audience: str) -> list[Statements]:
        told = [told_to(self.log, audience), self._by_indexes]
        return [from_frame(frame) for frame in told if frame is not None and len(frame)]

    @cached_property
    def _by_indexes(self) -> pd.DataFrame:
        return IndexLog(self.study.root).told_of(self.study)

    def _open_to_all(self, version: Version) -> bool:
        """Whether the log holds what all may read of this very version, every page of it."""
        return any(
            (record.wave, record.made_from) == (self.study.wave, version.pages)
            for record in self.log.records()
            if record.audience != INTERNAL and company_of(record.audience) is None
        )

    def publish(self, audiences: list[str], asked: list[Path], version: Version) -> list[Run]:
        """Give each audience of one wave a new version; the runs that failed."""
        carried = self._carried(version, {path.stem for path in self.notebooks if path not in asked})
        own = [path for path in self.notebooks if f"{path.stem}.html" not in carried]
        indexes = IndexLog(self.study.root)
        known = indexes.content()
        runs, told = self.draw(version, audiences, own)
        if data_digest(self.study) != version.data:
            raise InputError(sentence("tables_changed"), file=self.study.processed)
        folders = []
        for audience in audiences:
            made = [run for run in runs if run.audience == audience]
            kept = carried if audience == INTERNAL else {}
            folders.append((*self._folder(audience, made, version, kept), told.get(audience)))
        with index_lock(self.study.root):  # an index is audited with these pages, or these with the index
            if indexes.content() != known and set(audiences) != {INTERNAL}:
                raise InputError(sentence("index_made_meanwhile"), file=indexes.file)
            for files, record, numbers in folders:
                self.log.put(self.study.reports(record.audience), files, record, numbers)
        return sorted((run for run in runs if run.error), key=lambda run: (run.audience, run.name))

    def _carried(self, version: Version, unasked: set[str]) -> Files:
        """Files of the team's pages that were not asked for and would be the same if made again."""
        last = self.log.last(self.study.wave, INTERNAL)
        files: Files = {}
        if last is not None:
            for name in unasked:
                if last.made_from.get(name) == version.pages[name]:
                    files |= page_files(self.study.reports(INTERNAL), name)
            old, new = last.fingerprint.encode(), version.fingerprint.encode()
            files = {n: c.replace(old, new) if n.endswith(".html") else c for n, c in files.items()}
        return files

    def _folder(
        self, audience: str, runs: list[Run], version: Version, carried: Files
    ) -> tuple[Files, Record]:
        """What an audience gets, and what the log says of it."""
        last = self.log.last(self.study.wave, audience)
        good = {run.name: self._last_good(audience, run.name, last) for run in runs if not run.files}
        files = folder_files(self.study, audience, runs, version, good, carried, self.forms)
        named = {run.name: sorted(run.named) for run in runs if run.files}
        made = named.keys() | {Path(name).stem for name in carried}
        named |= {name: last.pages.get(name, []) for name, kept in good.items() if last and kept}
        record = Record(
            wave=self.study.wave,
            audience=audience,
            date=version.made.isoformat(),
            fingerprint=version.fingerprint,
            data=version.data,
            program=version.program,
            parameters=version.parameters,
            made_from={name: digest for name, digest in version.pages.items() if name in made},
            pages={} if audience == INTERNAL else dict(sorted(named.items())),
            actors=self.now,
            disclosure=self.study.settings.disclosure.model_dump(),
        )
        return files, record

    def _last_good(self, audience: str, name: str, last: Record | None) -> Files:
        """The last good page of a notebook that failed, if all of it may still be read.

        Whoever took its consent back has had the pages withdrawn; what is left is that study.toml may no
        longer let the audience read names, or that its rules of disclosure are stricter now.
        """
        if last is not None and last.withdrawn:
            return {}
        files = page_files(self.study.reports(audience), name)
        if audience == INTERNAL:
            return files
        rules = last.disclosure if last is not None else {}
        if not rules or not Disclosure.model_validate(rules).as_strict_as(self.study.settings.disclosure):
            return {}
        names, may_name = self.names([]), allowed(self.study, audience, self.now)
        texts = (text.decode() for name, text in files.items() if not name.endswith(PACKED))
        return {} if any(names.found(text) - may_name for text in texts) else files


def told_to(log: ReleaseLog, audience: str) -> pd.DataFrame | None:
    """All that an audience, wider ones and all firms alike were told of a study before, of all waves."""
    told = []
    # What a killed run put in place is not in the log yet.
    for record in {record.forms: record for record in (*log.records(), *log.waiting())}.values():
        frame = log.forms(record)
        if frame is not None and not _reads(audience, record.audience):
            frame = frame[~frame["private"]] if "private" in frame else None
        if frame is not None and len(frame):
            told.append(frame.drop(columns="private", errors="ignore"))
    return once(told) if told else None


def _reads(audience: str, other: str) -> bool:
    """Whether the readers of an audience are taken to have read the pages of another."""
    return audience == other or (other != INTERNAL and company_of(other) is None)
