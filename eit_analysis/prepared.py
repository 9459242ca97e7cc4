"""The tables of a study as an analyst takes them up: described, weighed, in French words on demand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from eit_analysis import reference, study
from eit_analysis.config import StudyConfig
from eit_analysis.employment import workforce
from eit_analysis.errors import UsageError
from eit_analysis.flows import dimensions
from eit_analysis.records import SOURCE
from eit_analysis.reference.findings import setting_aside
from eit_analysis.reference.vocabulary import labelled

DIRECTIONS = {"out": dimensions.outgoing, "in": dimensions.incoming, "both": dimensions.counted}


class PreparedTables:
    """The tables of one wave by name; ``labels="fr"`` gives French headers with units, and codes as words.

    A study gives every row; a release gives the same tables without the actors who refused its audience.

    Attributes
    ----------
    least : tuple of int
        People and actors below which something is not named on its own; none for the team.
    """

    settings: StudyConfig
    least: tuple[int, int] = (0, 0)

    def load(self, table: str) -> pd.DataFrame:
        """A tidy table as cleaning wrote it."""
        raise NotImplementedError

    def has(self, table: str) -> bool:
        """Whether cleaning, or an import, has written this table."""
        raise NotImplementedError

    def sites(self, labels: str = "") -> pd.DataFrame:
        """The actors who answered, one row each."""
        return self._worded(self.load("sites"), labels)

    def flows(self, direction: str = "out", labels: str = "") -> pd.DataFrame:
        """The flows in t/year with the sector, commune, hazard, recovery and cost of each.

        Parameters
        ----------
        direction : str
            ``out``: what leaves the actors, without what treatment plants pass on, which would count twice;
            ``in``: what enters; ``both``: either, of outlets too; all three without masses that are
            implausible; ``all``: every row.
        labels : str
            ``fr`` for French words.

        Returns
        -------
        pandas.DataFrame
            See :func:`flows.dimensions.prepared`.
        """
        described = dimensions.prepared(
            self.load("flows"),
            self.load("sites"),
            reference.load("waste_codes"),
            self.settings.shared_error_correlation,
            self.load("implausible") if self.has("implausible") else None,
        )
        if direction != "all":
            if direction not in DIRECTIONS:
                ways = ", ".join(DIRECTIONS)
                raise UsageError(f"« {direction} » n'est pas un sens de flux\u00a0: écrivez {ways} ou all.")
            described = DIRECTIONS[direction](described)
        return self._worded(described, labels)

    def unweighed(self) -> pd.DataFrame:
        """The outflows declared without a mass to count: it cannot be read, or no firm has confirmed it."""
        aside = dimensions.set_aside(self.flows("all"))
        return pd.concat([self.load("unread_flows"), aside], ignore_index=True)

    def to_confirm(self) -> pd.DataFrame:
        """The outflows of which a mass or a cost is implausible, with what its cell says and why it is."""
        doubted = dimensions.doubted(self.flows("all"))
        if doubted.empty:
            return doubted.assign(raw_value="", message="")
        marks = setting_aside(self.load("implausible")).query("column in @dimensions.ASIDE")
        return doubted.merge(marks[[*SOURCE, "raw_value", "message"]], on=SOURCE)

    def workforce(self, labels: str = "") -> pd.DataFrame:
        """People by site, occupation, age band and contract; occupations named by the most frequent label.

        Outside the team, occupations of very few people or actors are one (``least``).
        """
        return self._worded(workforce.prepare(self.load("workforce"), *self.least), labels)

    def utilities(self, labels: str = "") -> pd.DataFrame:
        """Heat, water, biogas and fuel that leave an actor or that it needs."""
        return self._worded(self.load("utilities"), labels)

    def sharing(self, labels: str = "") -> pd.DataFrame:
        """Purchases, services, equipment, space, skills and training that actors offer or need."""
        return self._worded(self.load("sharing"), labels)

    def skills(self, labels: str = "") -> pd.DataFrame:
        """Skills by site, with the level that people have and the level required."""
        return self._worded(self.load("skills"), labels)

    def readiness(self, labels: str = "") -> pd.DataFrame:
        """Answers on change, by site, role and item."""
        return self._worded(self.load("readiness"), labels)

    def synergy_register(self, labels: str = "") -> pd.DataFrame:
        """Leads and synergies with their actors, status and tonnes realised."""
        return self._worded(self.load("synergy_register"), labels)

    @staticmethod
    def _worded(frame: pd.DataFrame, labels: str) -> pd.DataFrame:
        if labels not in ("", "fr"):
            raise UsageError(f'« {labels} » n\'est pas une langue connue\u00a0: écrivez labels="fr".')
        return labelled(frame) if labels else frame


@dataclass(frozen=True, repr=False)
class Study(study.Study, PreparedTables):
    """One study opened on one wave, with its tables prepared."""

    def __repr__(self) -> str:
        return f"Study {self.name}, wave {self.wave} of {', '.join(self.waves)}"

    def _repr_html_(self) -> str:
        rows = [(table, len(self.load(table))) for table in sorted(self.manifest()["tables"])]
        listed = pd.DataFrame(rows, columns=["table", "lignes"]).to_html(index=False, border=0)
        return f"<p><strong>{self.name}</strong>, vague {self.wave}</p>{listed}"


def open_study(name: str, wave: str = "", root: Path | None = None) -> Study:
    """A study opened on a wave, its last one by default.

    Parameters
    ----------
    name : str
        Folder of ``data/raw``.
    wave : str
        Folder of the wave.
    root : pathlib.Path or None
        The project folder; by default the nearest one upward that holds ``data/raw``.

    Raises
    ------
    UsageError
        When the study or the wave does not exist; the sentence lists those that do.
    InputError
        When ``study.toml`` is missing or wrong.
    """
    return Study(**vars(study.open_study(name, wave, root)))


def list_studies(root: Path | None = None) -> list[str]:
    """Names of the studies of the project, in alphabetical order."""
    return study.list_studies(root or study.project_root())
