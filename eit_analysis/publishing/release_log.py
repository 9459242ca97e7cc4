"""What left, to whom, when, from which data: one file a release, added and never changed.

``data/releases/<study>/000012.json`` is the twelfth; the forms that its audit knew lie beside, named by what
they hold. The folder is the team's, and apart from ``data/processed``, which may be made again. What is about
to leave is first written as a file that waits: it becomes the next of the log once the pages are in place, or
at the next start when a kill came between.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.files import write_atomic
from eit_analysis.french import counted
from eit_analysis.publishing.consents import INTERNAL, Actor, Rosters
from eit_analysis.publishing.swap import put_in_place, write_beside
from eit_analysis.publishing.version import Parameters
from eit_analysis.reference import sentence
from eit_analysis.study import Study

HEADER = ("Date", "Vague", "Public", "Diffusé", "Empreinte", "Données", "Paramètres")


@dataclass(frozen=True)
class Record:
    """One release, or one withdrawal, of the pages of an audience."""

    wave: str
    audience: str
    date: str  #: in ISO form
    fingerprint: str  #: of the version (:class:`~eit_analysis.publishing.version.Version`), or of the notice
    data: str = ""  #: its digest, as the version has it
    program: str = ""  #: likewise
    parameters: Parameters = field(default_factory=dict)  #: those given, by page
    #: By page made for this version, the digest of what it is made from.
    made_from: dict[str, str] = field(default_factory=dict)
    pages: dict[str, list[str]] = field(default_factory=dict)  #: by page, the sites that it names
    actors: Rosters = field(default_factory=dict)  #: those of all waves, with their consent of that day
    withdrawn: bool = False  #: whether a notice replaced the pages
    disclosure: dict[str, float] = field(default_factory=dict)  #: the rules that it was held to
    forms: str = ""  #: file of the forms that the audit of this release knew; empty without


class ReleaseLog:
    """The releases of a study, the earliest first."""

    def __init__(self, study: Study) -> None:
        self.folder = study.root / "data" / "releases" / study.name

    def records(self) -> list[Record]:
        """Every release so far.

        Raises
        ------
        InputError
            When one is missing or damaged: what left must not be forgotten.
        """
        records = []
        for number, path in enumerate(sorted(self.folder.glob("[0-9]*.json")), 1):
            if path != self._file(number):
                raise InputError(sentence("log_missing"), file=self._file(number))
            records.append(_read(path))
        return records

    def last(self, wave: str, audience: str) -> Record | None:
        """The last release, or withdrawal, of an audience."""
        own = [record for record in self.records() if (record.wave, record.audience) == (wave, audience)]
        return own[-1] if own else None

    def audiences(self, wave: str) -> list[str]:
        """Those that have pages of a wave, in the order of their first release."""
        last = {record.audience: record for record in self.records() if record.wave == wave}
        return [audience for audience, record in last.items() if not record.withdrawn]

    def forms(self, record: Record) -> pd.DataFrame | None:
        """What `append` was given beside the record."""
        return pd.read_parquet(self.folder / record.forms) if record.forms else None

    def append(self, record: Record, forms: pd.DataFrame | None = None) -> None:
        """Add a release to the log."""
        self.wait(record, forms)
        self.confirm(record)

    def put(
        self, place: Path, files: Mapping[str, bytes], record: Record, forms: pd.DataFrame | None = None
    ) -> None:
        """Give an audience its folder, and log it."""
        write_beside(place, files)
        self.wait(record, forms)
        put_in_place(place)
        self.confirm(record)

    def wait(self, record: Record, forms: pd.DataFrame | None = None) -> None:
        """Write down what is about to be put in place for an audience."""
        content = asdict(record)
        if forms is not None:
            buffer = io.BytesIO()
            forms.to_parquet(buffer)
            content["forms"] = f"{hashlib.sha256(buffer.getvalue()).hexdigest()[:16]}.parquet"
            if not (self.folder / content["forms"]).exists():
                write_atomic(self.folder / content["forms"], buffer.getvalue())
        text = json.dumps(content, ensure_ascii=False, indent=1)
        write_atomic(self._waiting(record), text.encode())

    def confirm(self, record: Record) -> None:
        """Make of a release that waits the next of the log."""
        last = max((int(path.stem) for path in self.folder.glob("[0-9]*.json")), default=0)
        self._waiting(record).rename(self._file(last + 1))

    def waiting(self) -> list[Record]:
        """What a killed run had not confirmed."""
        return [_read(path) for path in sorted(self.folder.glob("waiting-*.json"))]

    def forget(self, record: Record) -> None:
        """Drop what waits and never was put in place."""
        self._waiting(record).unlink()

    def _file(self, number: int) -> Path:
        return self.folder / f"{number:06}.json"

    def _waiting(self, record: Record) -> Path:
        return self.folder / f"waiting-{record.wave}-{record.audience.replace(':', '-', 1)}.json"


def _read(path: Path) -> Record:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        actors = {
            wave: {site: Actor(*actor) for site, actor in sites.items()}
            for wave, sites in content.pop("actors").items()
        }
        return Record(**content, actors=actors)
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(sentence("log_damaged"), file=path) from error


def release_table(records: list[Record]) -> str:
    """What left the team, to whom, when and from which data; the earliest first."""
    rows = [_row(record) for record in records if record.audience != INTERNAL]
    if not rows:
        return "Rien n'a encore été diffusé hors de l'équipe."
    widths = [max(len(row[i]) for row in (HEADER, *rows)) for i in range(len(HEADER))]
    return "\n".join(_line(row, widths) for row in (HEADER, *rows))


def _row(record: Record) -> tuple[str, ...]:
    named = {actor for actors in record.pages.values() for actor in actors}
    what = ", ".join(
        [
            counted(len(record.pages), "rapport", "rapports"),
            counted(len(named), "acteur nommé", "acteurs nommés"),
        ]
    )
    given = (f"{name}={value}" for values in record.parameters.values() for name, value in values.items())
    return (
        date.fromisoformat(record.date).strftime("%d/%m/%Y"), record.wave, record.audience,
        "retrait" if record.withdrawn else what, "" if record.withdrawn else record.fingerprint,
        record.data[:8], " ".join(given),
    )  # fmt: skip


def _line(cells: Sequence[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
