"""What a version of the pages is made from, in one fingerprint: data, program, notebooks and parameters."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

from eit_analysis.study import Study

PACKAGE = Path(__file__).parents[1]
Parameters = dict[str, dict[str, Any]]  # by page


@dataclass(frozen=True)
class Version:
    """The pages of one wave made at once."""

    made: date  #: the one thing that is not in the fingerprint
    data: str  #: digest of the files of the study
    program: str  #: digest of the code with the libraries that it runs on
    pages: dict[str, str]  #: digest of what each page alone is made from
    parameters: Parameters  #: those given for this version, by page

    @property
    def fingerprint(self) -> str:
        """Sixteen figures, the same on every page of the version."""
        return digest(*sorted(self.pages.values()))[:16]

    def chosen(self, page: str) -> str:
        """The parameters given for a page: ``rows = 6``."""
        return ", ".join(f"{name} = {value}" for name, value in self.parameters.get(page, {}).items())


def version_of(study: Study, notebooks: list[Path], parameters: Parameters) -> Version:
    """The version that these notebooks and parameters give of the study as it stands today.

    Raises
    ------
    InputError
        When a table of a wave is missing, damaged, or of another cleaning.
    """
    data, code = data_digest(study), program_digest()
    pages = {
        path.stem: digest(
            data, code, study.wave, path.stem, file_digest(path),
            json.dumps(parameters.get(path.stem, {}), sort_keys=True),
        )
        for path in notebooks
    }  # fmt: skip
    return Version(date.today(), data, code, pages, parameters)


def data_digest(study: Study) -> str:
    """Digest of all that notebooks may read of a study: the tables and logs of its waves, its settings.

    And the files that other territories sent.
    """
    found: dict[str, str] = {}
    for wave in (study.at(name) for name in study.waves):
        files = {path.name: path for path in _plain_files(wave.processed)}
        tables = {name.removesuffix(".parquet") for name in files if name.endswith(".parquet")}
        tables |= {name.removesuffix(".manifest.json") for name in files if name.endswith(".manifest.json")}
        for table in sorted(
            tables | (wave.manifest()["tables"].keys() if "manifest.json" in files else set())
        ):
            wave.load(table)
        found |= {f"{wave.wave}/{name}": file_digest(path) for name, path in files.items()}
    settings = study.root / "data" / "raw" / study.name
    found |= {
        f"{study.received.name}/{path.name}": file_digest(path) for path in _plain_files(study.received)
    }
    found |= {
        path.name: file_digest(path)
        for path in _plain_files(settings)
        if path.suffix in (".toml", ".csv", ".png")
    }
    return digest(*(f"{name} {content}" for name, content in sorted(found.items())))


@cache
def program_digest() -> str:
    """Digest of this package's files and of the versions of what it depends on."""
    files = sorted(p for p in PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    names = sorted(re.split(r"[^\w.-]", name)[0] for name in requires("eit-analysis") or [])
    return digest(
        platform.python_version(),
        *(f"{name} {version(name)}" for name in names),
        *(f"{path.relative_to(PACKAGE).as_posix()} {file_digest(path)}" for path in files),
    )


def _plain_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]


def file_digest(path: Path) -> str:
    """SHA-256 of the content of a file, as 64 hexadecimal figures."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(*texts: str) -> str:
    """SHA-256 of texts one under the other, as 64 hexadecimal figures."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
