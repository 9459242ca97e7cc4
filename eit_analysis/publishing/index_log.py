"""What the indices of all studies told outside the teams, and with what of it a page of one is audited.

``data/releases/indexes.parquet`` has the numbers of all of them, over the amounts of all studies, and
``index_amounts.parquet`` what each study knew these amounts by. Whatever audience an index was for, its
numbers are taken to be told (``assumed``): no part of a page is given up for their sake.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.files import write_atomic
from eit_analysis.publishing.release.among_studies import NO_NAMES, AmongStudies
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.statements import NOTHING, once
from eit_analysis.reference import sentence
from eit_analysis.study import Study


class IndexLog:
    """What the indices of a project told, beside the logs of its studies."""

    def __init__(self, root: Path) -> None:
        folder = root / "data" / "releases"
        self.file, self._names = folder / "indexes.parquet", folder / "index_amounts.parquet"

    def content(self) -> bytes:
        """What tells whether an index was made meanwhile."""
        return self.file.read_bytes() if self.file.exists() else b""

    def told(self) -> pd.DataFrame:
        """All numbers that indices told, as the log of releases has them.

        Raises
        ------
        InputError
            When the log is damaged: what left must not be forgotten.
        """
        return _read(self.file, NOTHING).assign(assumed=True)  # older ones do not say so

    def names(self) -> pd.DataFrame:
        """What amounts were known by (`among_studies.NAMES`); raises as ``told``."""
        told = _read(self.file, NOTHING)
        if not self._names.exists() and len(told) and told["assumed"].all():  # older ones have none
            raise InputError(sentence("log_missing"), file=self._names)
        return _read(self._names, NO_NAMES)

    def add(self, told: pd.DataFrame, studies: Iterable[AmongStudies]) -> None:
        """Add what an index told."""
        names = pd.concat([self.names(), *(study.today for study in studies if study.changed)])
        write_atomic(self._names, names.to_parquet(index=False))
        write_atomic(self.file, once([self.told(), told]).to_parquet())

    def told_of(self, study: Study) -> pd.DataFrame:
        """What indices told of the amounts of a study, over these as its pages know them."""
        told = self.told()
        cleaned = [wave for wave in study.waves if all(map(study.at(wave).has, ("sites", "flows")))]
        if told.empty or not cleaned:
            return NOTHING
        tables = AudienceTables(study.at(max(cleaned)), "public")
        return AmongStudies(study.name, tables, self.names()).on_its_pages(told)


def _read(path: Path, nothing: pd.DataFrame) -> pd.DataFrame:
    try:
        return pd.read_parquet(path) if path.exists() else nothing
    except (ValueError, OSError) as error:
        raise InputError(sentence("log_damaged"), file=path) from error
