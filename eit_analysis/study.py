"""A study: its folder, its parameters, its waves; loading and saving of its tables."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Self

import pandas as pd

from eit_analysis.config import StudyConfig
from eit_analysis.errors import InputError, UsageError
from eit_analysis.reference import sentence
from eit_analysis.reference.exchange import RECEIVED
from eit_analysis.settings_file import read_config
from eit_analysis.settings_template import template

# Registers that list the establishments of a territory; the first that a study has is taken.
ESTABLISHMENTS = ("sirene", "establishment_counts")


def project_root() -> Path:
    """The project folder: the nearest folder upward that holds ``data/raw`` (so notebooks find it too)."""
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "data" / "raw").is_dir():
            return folder
    raise UsageError(sentence("root_missing", here=here))


@dataclass(frozen=True)
class Study:
    """One study opened on one wave.

    Attributes
    ----------
    name : str
        Folder name under ``data/raw``.
    wave : str
        Folder name of the wave; the last by name unless asked otherwise.
    root : pathlib.Path
        The project folder.
    settings : StudyConfig
        What ``study.toml`` says.
    """

    name: str
    wave: str
    root: Path
    settings: StudyConfig

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw" / self.name / self.wave

    @property
    def processed(self) -> Path:
        return self.root / "data" / "processed" / self.name / self.wave

    def reports(self, audience: str) -> Path:
        # A colon is not allowed in a Windows folder name.
        folder = audience.replace(":", "-", 1)
        if not re.fullmatch(r"\w[\w-]*", folder):
            raise UsageError(sentence("audience_no_folder", audience=audience))
        return self.root / "reports" / self.name / self.wave / folder

    def at(self, wave: str) -> Self:
        """The same study, its settings as they were read, on another wave."""
        return replace(self, wave=_known_wave(self.root, self.name, wave))

    def previous(self, table: str) -> str:
        """The last wave before this one that has a table; empty when none has."""
        earlier = [wave for wave in self.waves if wave < self.wave and self.at(wave).has(table)]
        return earlier[-1] if earlier else ""

    @property
    def received(self) -> Path:
        """The folder of the exchange files that other territories sent."""
        return self.root / "data" / "raw" / self.name / RECEIVED

    @property
    def waves(self) -> list[str]:
        return list_waves(self.root, self.name)

    def has(self, table: str) -> bool:
        return (self.processed / f"{table}.parquet").exists()

    @property
    def establishments(self) -> str:
        """The table that lists the establishments of the territory; empty without one."""
        return next((table for table in ESTABLISHMENTS if self.has(table)), "")

    @property
    def unsurveyed(self) -> bool:
        """Whether this wave, once cleaned, has establishments and no answer: then a pre-diagnosis is made."""
        return bool(self.establishments) and self.has("sites") and self.load("sites").empty

    def imported(self, table: str) -> pd.DataFrame | None:
        """A table that only a register gives, None as long as it has not been imported."""
        return self.load(table) if self.has(table) else None

    def load(self, table: str) -> pd.DataFrame:
        """A tidy table of this wave.

        Raises
        ------
        InputError
            When the wave has not been cleaned yet, or its file was harmed since.
        """
        path = self.processed / f"{table}.parquet"
        again = f"lancez « eit clean {self.name} --wave {self.wave} »"
        if not path.exists():
            raise InputError(f"cette table n'existe pas encore, {again}", file=path.name)
        content = path.read_bytes()
        # A register may be imported before the first cleaning.
        cleaned = self.manifest()["tables"] if (self.processed / "manifest.json").exists() else {}
        written = cleaned.get(table, {}).get("sha256")
        if written and written != hashlib.sha256(content).hexdigest():
            raise InputError(f"cette table n'est pas celle du dernier nettoyage, {again}", file=path.name)
        try:
            # Threads cost more than they spare: no table of a study is that large.
            return pd.read_parquet(io.BytesIO(content), use_threads=False)
        except (ValueError, OSError) as error:  # of Arrow
            problem = f"cette table est abîmée, {again} ou importez de nouveau le registre dont elle vient"
            raise InputError(problem, file=path.name) from error

    def manifest(self) -> dict:
        """What cleaning wrote about its inputs (hashes, counts, versions)."""
        path, again = self.processed / "manifest.json", f"lancez « eit clean {self.name} --wave {self.wave} »"
        if not path.exists():
            raise InputError(f"la vague {self.wave} n'a pas été nettoyée, {again}", file=path.name)
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"ce fichier est abîmé, {again}", file=path.name) from error


def list_studies(root: Path) -> list[str]:
    folders = (path for path in (root / "data" / "raw").iterdir() if path.is_dir())
    return sorted(path.name for path in folders if not path.name.startswith("."))


def list_waves(root: Path, name: str) -> list[str]:
    folder = root / "data" / "raw" / name
    found = (p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
    return sorted(name for name in found if name != RECEIVED)


def open_study(name: str, wave: str = "", root: Path | None = None) -> Study:
    """A study opened on a wave: see :func:`prepared.open_study`, which adds the prepared tables."""
    root = root or project_root()
    raw = root / "data" / "raw"
    if Path(name).name != name or name in ("", ".", ".."):
        raise UsageError(sentence("study_no_name", study=name, mend="donnez un nom de dossier de data/raw"))
    if not (raw / name).is_dir():
        known = ", ".join(list_studies(root)) or "aucune"
        mend = "le nom ou créez-la avec « eit new »"
        raise UsageError(sentence("study_unknown", study=name, known=known, mend=mend))
    return Study(name, _known_wave(root, name, wave), root, read_config(raw / name / "study.toml"))


def _known_wave(root: Path, name: str, wave: str) -> str:
    """A wave of a study, the last one where none is asked for."""
    waves = list_waves(root, name)
    if not waves:
        raise UsageError(sentence("study_no_wave", study=name))
    if wave and wave not in waves:
        raise UsageError(sentence("wave_unknown", wave=wave, study=name, known=", ".join(waves)))
    return wave or waves[-1]


def create_study(root: Path, name: str, epcis: Mapping[str, str] | None = None) -> Path:
    """Create the folder of a study, its ``study.toml`` and the folder of its first wave.

    ``epcis``: SIREN and name of the intercommunalities to propose.

    Raises
    ------
    UsageError
        When the name is not a plain folder name or the study exists: nothing is overwritten.
    """
    folder = root / "data" / "raw" / name
    if not re.fullmatch(r"[\w][\w.-]*", name):
        mend = "prenez lettres, chiffres et tirets, sans espace"
        raise UsageError(sentence("study_no_name", study=name, mend=mend))
    if folder.exists():
        raise UsageError(sentence("study_exists", study=name))
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as temporary:
        made = Path(temporary) / name
        (made / str(date.today().year)).mkdir(parents=True)
        (made / "study.toml").write_text(template(name, epcis), encoding="utf-8")
        # Whole or not at all: a kill leaves no half-made study behind.
        made.rename(folder)
    return folder
