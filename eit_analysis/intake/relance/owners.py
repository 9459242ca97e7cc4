"""Whose row is whose: a firm only ever sees its own rows; those of nobody go to the study office."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from eit_analysis.intake.cleaning.wave import Cleaned
from eit_analysis.intake.sheets.ledger import places

OFFICE = ""  # owner of the rows whose firm is not known
# How the name of its file begins.
FIRM = re.compile(r"([A-Za-z][\w-]{0,30}?[0-9][A-Za-z0-9-]{0,10})(?=[_ .])")
SITE = re.compile(r"\w[\w-]{0,31}")  # it names a file


@dataclass(frozen=True)
class Owners:
    """Owner of each data row, and of what a file holds outside its data rows.

    A file with rows of several firms, or of an unknown one, has no owner of its own: its headers, titles and
    unknown sheets are shown to the study office only.
    """

    rows: dict[tuple[str, str, int], str]
    files: dict[str, str]

    @property
    def sites(self) -> list[str]:
        return sorted({*self.rows.values(), *self.files.values()} - {OFFICE})

    def of(self, frame: pd.DataFrame) -> pd.Series:
        """Owner of each line of a frame that has the three ``source_`` columns."""
        found = [self.rows.get(place, self.files.get(place[0], OFFICE)) for place in places(frame)]
        return pd.Series(found, index=frame.index, dtype="str")


def table_of_sheet(wave: Cleaned) -> dict[tuple[str, str], str]:
    return {
        (entry["file"], sheet["sheet"]): sheet["table"]
        for entry in wave.manifest["inputs"]
        for sheet in entry["sheets"]
    }


def find_owners(wave: Cleaned) -> Owners:
    """A row belongs to the firm it names, when a sheet Entreprise of the wave describes that firm.

    Where two rows describe one firm differently, they may be two firms: then only the rows of the file whose
    description was kept are shown to it.
    """
    frame = wave.row_sites
    named = dict(zip(places(frame), frame["site_id"].fillna(OFFICE), strict=True))
    table = table_of_sheet(wave)
    declared = {site for place, site in named.items() if table.get(place[:2]) == "sites"}
    homes = dict(zip(wave.tables["sites"]["site_id"], wave.tables["sites"]["source_file"], strict=True))
    conflicts = wave.quarantine[wave.quarantine["reason_code"] == "conflicting_site"]
    disputed = {named.get(place) for place in places(conflicts)}
    rows: dict[tuple[str, str, int], str] = {}
    files: dict[str, set[str]] = {}
    for place, site in named.items():
        known = site in declared and SITE.fullmatch(site)
        own = known and (site not in disputed or homes.get(site) == place[0])
        rows[place] = site if own else OFFICE
        files.setdefault(place[0], set()).add(rows[place])
    alone = {file: next(iter(sites)) for file, sites in files.items() if len(sites) == 1}
    # A file without any row that is read tells its firm by its name alone.
    blank = wave.quarantine.loc[wave.quarantine["reason_code"] == "blank_file", "source_file"]
    unread = wave.corrections.loc[wave.corrections["rule"] == "ignored_unknown_sheet", "source_file"]
    alone |= {file: firm for file in unread if file not in files and (firm := _firm(file)) in declared}
    alone |= {file: firm for file in blank if file not in alone and (firm := _firm(file))}
    return Owners(rows, alone)


def _firm(file: str) -> str:
    begins = FIRM.match(file.rpartition("/")[2])
    return begins[1].upper() if begins else OFFICE
