"""What need not be done again: a cleaning of the same files, pages of the same version.

    clean      ⇔ files of the wave, confirmed layouts, registers, settings and program are those that its
                 tables were made from
    published  ⇔ the last release of the audience was made from the very version of today, and is in place

Nobody keeps a list of what was done: what is on the disk says it, so that a kill at any moment loses nothing.
"""

from __future__ import annotations

from eit_analysis.errors import InputError
from eit_analysis.files import write_atomic
from eit_analysis.intake.registers.canonical import WASTE_REGISTERS
from eit_analysis.intake.sheets.mapping import FILE as MAPPINGS
from eit_analysis.publishing.release_log import ReleaseLog
from eit_analysis.publishing.version import Version, digest, file_digest, program_digest
from eit_analysis.study import Study

MARK = ".cleaned"  # beside the tables; hidden, as it is no part of them


def is_clean(study: Study) -> bool:
    """Whether cleaning the wave would write what is there, as far as `note_clean` was told of it."""
    mark = study.processed / MARK
    if not mark.exists() or mark.read_text(encoding="utf-8") != _cleaned_from(study):
        return False
    try:
        for table in study.manifest()["tables"]:
            study.load(table)
    except InputError:  # harmed since
        return False
    return True


def note_clean(study: Study) -> None:
    """Note what the tables of a wave were just made from."""
    write_atomic(study.processed / MARK, _cleaned_from(study).encode())


def unpublished(study: Study, audiences: list[str], version: Version) -> list[str]:
    """The audiences that this version of the pages is not in place for."""
    log = ReleaseLog(study)
    return [audience for audience in audiences if not _in_place(study, log, audience, version)]


def _cleaned_from(study: Study) -> str:
    """Digest of all that cleaning reads, and of what it wrote."""
    files = [*sorted(study.raw.rglob("*")), study.raw.parent / MAPPINGS]
    files += [study.processed / f"{name}.parquet" for name in WASTE_REGISTERS]
    files += [study.processed / "manifest.json"]
    read = (path for path in files if path.is_file())
    return digest(
        study.wave,
        program_digest(),
        study.settings.model_dump_json(),
        *(f"{path.relative_to(study.root).as_posix()} {file_digest(path)}" for path in read),
    )


def _in_place(study: Study, log: ReleaseLog, audience: str, version: Version) -> bool:
    last = log.last(study.wave, audience)
    if last is None or last.withdrawn or last.made_from != version.pages:
        return False
    index = study.reports(audience) / "index.html"
    return index.exists() and version.fingerprint in index.read_text(encoding="utf-8")
