"""``_campagne/contacts.csv``: whom to ring in each firm, and when it was written to.

The one file of a study that names people, for its team alone: what is made of it stays in the same folder.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.intake.cells.identifiers import CellError, clean_date, in_capitals
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.workbook import read_files
from eit_analysis.reference import sentence

FOLDER, FILE = "_campagne", "contacts.csv"  # a name that begins so is no wave
SITE, NAME, WAVE = "Identifiant", "Raison sociale", "Vague"
RINGS, SENT, REMINDED = "Appelé par", "Envoyé le", "Relancé le"
PERSONAL = ["À appeler", "Fonction", "Téléphone", "Courriel", "Note"]
COLUMNS = [SITE, NAME, *PERSONAL, RINGS, WAVE, SENT, REMINDED]
KEPT = [SITE, NAME, RINGS, WAVE, SENT, REMINDED]  # of a firm whose contact is forgotten


def read_contacts(path: Path) -> pd.DataFrame:
    """The file as texts, days as ``2026-06-30``; columns of the team's own stay, after ours.

    Raises
    ------
    InputError
        When it has no column *Identifiant*, or a day cannot be read.
    """
    if not path.exists():
        return pd.DataFrame(columns=COLUMNS, dtype="str")
    raw = next(read_files([path], path.parent))
    rows = [
        [clean_text(cell).removeprefix("'") for cell in row]
        for row in (raw.sheets[0].rows if raw.sheets else [])
    ]
    known = {header_key(name): name for name in COLUMNS}
    headers = [known.get(header_key(cell), cell) for cell in rows[0]] if rows else []
    if raw.problem or SITE not in headers:
        raise InputError(raw.problem or sentence("contacts_no_identifier"), file=f"{FOLDER}/{FILE}")
    for name in headers:
        if headers.count(name) > 1:
            raise InputError(sentence("contacts_twice", title=name), file=f"{FOLDER}/{FILE}")
    found = pd.DataFrame(rows[1:], columns=headers, dtype="str").reindex(
        columns=list(dict.fromkeys([*COLUMNS, *filter(None, headers)])), fill_value=""
    )
    for column in (SENT, REMINDED):
        found[column] = [_day(cell, row, column) for row, cell in enumerate(found[column], start=2)]
    found[SITE] = found[SITE].map(in_capitals)
    return found[found[SITE] != ""].reset_index(drop=True)


def of_wave(contacts: pd.DataFrame, wave: str) -> pd.DataFrame:
    """The lines of a wave; one that names none is of all."""
    return contacts[contacts[WAVE].isin(["", wave])]


def with_actors(contacts: pd.DataFrame, actors: pd.DataFrame, wave: str) -> pd.DataFrame:
    """A line of the wave for each actor (``site_id, name``) without one; the others stay as they are."""
    new = actors[~actors["site_id"].isin(of_wave(contacts, wave)[SITE])]
    lines = new[["site_id", "name"]].set_axis([SITE, NAME], axis=1).assign(**{WAVE: wave})
    return pd.concat([contacts, lines], ignore_index=True).fillna("")


def forget(contacts: pd.DataFrame, site_id: str) -> pd.DataFrame:
    """The same without what is known of the people of a firm; that it was written to stays.

    Raises
    ------
    InputError
        When no line is that firm's.
    """
    own = contacts[SITE] == in_capitals(site_id)
    if not own.any():
        raise InputError(sentence("contacts_unknown", site=site_id), file=f"{FOLDER}/{FILE}")
    left = contacts.copy()
    left.loc[own, [column for column in contacts if column not in KEPT]] = ""
    return left.drop_duplicates(ignore_index=True)


def _day(cell: str, row: int, column: str) -> str:
    try:
        return clean_date(cell)[0] or "" if cell else ""
    except CellError as error:
        problem = f"«\u00a0{cell}\u00a0»\u00a0: {error.finding.message}"
        raise InputError(problem, file=f"{FOLDER}/{FILE}", row=row, column=column) from None
