"""The studies of a project as an index reads them: their pages, why one has none, and where each stands."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from eit_analysis.batch.standing import Standing, standing
from eit_analysis.config import StudyConfig
from eit_analysis.errors import EitError
from eit_analysis.prepared import open_study
from eit_analysis.publishing.frame import audience_name
from eit_analysis.publishing.project_page import FAILED
from eit_analysis.publishing.release.viewer import INTERNAL
from eit_analysis.settings_file import read_config
from eit_analysis.study import Study, list_waves

UNREADABLE = "Aucune table lisible"  # a kind of need


@dataclass(frozen=True)
class Entry:
    """A study in the index."""

    name: str
    settings: StudyConfig  #: title, territory and whether it is fictional, as far as they can be read
    waves: dict[str, list[tuple[str, str]]]  #: its pages by wave, as (words, path)
    reasons: list[str]  #: why it could not be made, as its own page says; kept beside the log of the batch
    standing: Standing  #: empty, with what is wrong as its only need, where its tables cannot be read

    @property
    def called(self) -> str:
        """The territory, which readers of many know better than titles, and the study's own name."""
        return f"{self.settings.territory} ({self.name})" if self.settings.territory else self.name

    @property
    def readable(self) -> bool:
        return UNREADABLE not in self.standing.needs

    def needs(self, common: Mapping[str, str]) -> dict[str, str]:
        """What it lacks, by kind, but for what all studies lack and why it could not be made."""
        said = {*common, UNREADABLE} if self.failed else set(common)
        return {kind: words for kind, words in self.standing.needs.items() if kind not in said}

    @property
    def outside(self) -> dict[str, list[str]]:
        """The waves that each audience outside the team, but for single firms, has pages of."""
        found: dict[str, list[str]] = {}
        for wave, pages in self.waves.items():
            for _, path in pages:
                audience = Path(path).parts[2]
                if audience != INTERNAL and not audience.startswith("company-"):
                    found.setdefault(audience, []).append(wave)
        return found

    @property
    def failed(self) -> str:
        """Path of the page that says why it could not be made; "" without."""
        return f"{self.name}{FAILED}" if self.reasons else ""

    def state(self, common: Mapping[str, str]) -> str:
        return "failed" if self.failed else "needing" if self.needs(common) else "good"


def read_entry(root: Path, name: str, stands: Standing | None = None) -> Entry:
    """A study of the project, with what can be read of it; where it stands, if that is not known yet."""
    bare = bare_study(root, name)
    waves: dict[str, list[tuple[str, str]]] = {}
    for wave in list_waves(root, name):
        study = replace(bare, wave=wave)
        for path in sorted((root / "reports" / name / wave).glob("[!.]*/index.html")):
            words = audience_name(study, path.parent.name.replace("company-", "company:", 1))
            waves.setdefault(wave, []).append((words, path.relative_to(root / "reports").as_posix()))
    kept = reasons_file(root, name)
    reasons = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []
    try:
        found = stands or standing(open_study(name, root=root), date.today().year)
    except EitError as error:
        found = Standing(needs={UNREADABLE: " ; ".join(reasons) or str(error)})
    return Entry(name, bare.settings, waves, reasons, found)


def common_needs(needs: list[dict[str, str]]) -> dict[str, str]:
    """What each of several studies lacks alike, by kind: it tells none of them from the others."""
    shared = set.intersection(*(set(own.items()) for own in needs)) if len(needs) > 2 else set()
    return dict(sorted(shared))


def needs_by_kind(needs: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """By kind of need, studies without any table first, then the most frequent, what it is by study."""
    kinds = Counter(kind for own in needs.values() for kind in own)
    ordered = sorted(kinds, key=lambda kind: (kind != UNREADABLE, -kinds[kind]))
    return {kind: {name: own[kind] for name, own in needs.items() if kind in own} for kind in ordered}


def as_counted(name: str) -> list[tuple[str, int]]:
    """The order of names that end in numbers: 2 before 10."""
    return [(words, int(digits or 0)) for words, digits in re.findall(r"(\D*)(\d*)", name)]


def reasons_file(root: Path, name: str) -> Path:
    """Why a study failed, as data."""
    return root / "data" / "batch" / f"{name}.json"


def bare_study(root: Path, name: str) -> Study:
    """A study with no more than its title, its territory ("" where nobody can read it) and whether it is
    fictional."""
    try:
        known = read_config(root / "data" / "raw" / name / "study.toml")
        settings = StudyConfig(title=known.title, territory=known.territory, fictional=known.fictional)
    except EitError:
        settings = StudyConfig(title=name, territory="")
    return Study(name, "", root, settings)
