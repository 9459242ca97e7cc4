"""What the indices of all studies told outside the teams, and with what of it a page of one is audited.

``data/releases/indexes.parquet`` has the numbers of all of them, over the amounts of all studies. Whatever
audience an index was for, its numbers are taken to be told (``assumed``): they license none, and no part of
a page is given up for their sake.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.files import write_atomic
from eit_analysis.publishing.release.among_studies import AmongStudies
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.statements import NOTHING, once
from eit_analysis.reference import sentence
from eit_analysis.study import Study

LOG = Path("data", "releases", "indexes.parquet")  # beside the logs of the studies


def told_by_indexes(root: Path) -> pd.DataFrame:
    """All numbers that indices told, as the log of releases has them.

    Raises
    ------
    InputError
        When the log is damaged: what left must not be forgotten.
    """
    try:
        told = pd.read_parquet(root / LOG) if (root / LOG).exists() else NOTHING
    except (ValueError, OSError) as error:
        raise InputError(sentence("log_damaged"), file=root / LOG) from error
    return told.assign(assumed=True)  # those of before 30 November 2026 do not say so


def log_index(root: Path, told: pd.DataFrame) -> None:
    """Add what an index told."""
    write_atomic(root / LOG, once([told_by_indexes(root), told]).to_parquet())


def told_of(study: Study) -> pd.DataFrame:
    """What indices told of the amounts of a study, over these as its pages know them."""
    told = told_by_indexes(study.root)
    cleaned = [wave for wave in study.waves if all(study.at(wave).has(name) for name in ("sites", "flows"))]
    if told.empty or not cleaned:
        return NOTHING
    return AmongStudies(study.name, AudienceTables(study.at(max(cleaned)), "public")).on_its_pages(told)
