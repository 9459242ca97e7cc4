"""``_campagne/contacts.csv``: whom to ring in each firm, and when it was written to.

The one file of a study that names people, for its team alone: what is made of it stays in the same folder.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from eit_analysis import spreadsheet_csv
from eit_analysis.errors import InputError
from eit_analysis.files import write_atomic
from eit_analysis.intake.cells.identifiers import CellError, clean_date
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.workbook import read_files

FOLDER, FILE = "_campagne", "contacts.csv"  # a name that begins so is no wave
SITE, NAME, RINGS, SENT, REMINDED = (
    "Identifiant", "Raison sociale", "Appelé par", "Envoyé le", "Relancé le",
)  # fmt: skip
PERSONAL = ["À appeler", "Fonction", "Téléphone", "Courriel", "Note"]
COLUMNS = [SITE, NAME, *PERSONAL, RINGS, SENT, REMINDED]
KEPT = [SITE, NAME, RINGS, SENT, REMINDED]  # of a firm whose contact is forgotten


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
        problem = raw.problem or f"la colonne {SITE} manque à la première ligne, remettez-la"
        raise InputError(problem, file=f"{FOLDER}/{FILE}")
    found = pd.DataFrame(rows[1:], columns=headers, dtype="str").reindex(
        columns=list(dict.fromkeys([*COLUMNS, *filter(None, headers)])), fill_value=""
    )
    for column in (SENT, REMINDED):
        found[column] = [_day(cell, row, column) for row, cell in enumerate(found[column], start=2)]
    return found[found[SITE] != ""].reset_index(drop=True)


def write_contacts(path: Path, contacts: pd.DataFrame) -> None:
    write_atomic(path, spreadsheet_csv.to_bytes(contacts))


def with_actors(contacts: pd.DataFrame, actors: pd.DataFrame) -> pd.DataFrame:
    """A line for each actor (``site_id, name``) that has none yet; lines of the team stay as they are."""
    new = actors[~actors["site_id"].isin(contacts[SITE])]
    lines = new[["site_id", "name"]].set_axis([SITE, NAME], axis=1)
    return pd.concat([contacts, lines], ignore_index=True).fillna("")


def forget(contacts: pd.DataFrame, site_id: str) -> pd.DataFrame:
    """The same without what is known of the people of a firm; that it was written to stays.

    Raises
    ------
    InputError
        When no line is that firm's.
    """
    own = contacts[SITE].str.casefold() == site_id.casefold()
    if not own.any():
        raise InputError(f"aucune ligne n'a l'identifiant {site_id}, corrigez-le", file=f"{FOLDER}/{FILE}")
    left = contacts.copy()
    left.loc[own, [column for column in contacts if column not in KEPT]] = ""
    return left.drop_duplicates(ignore_index=True)


def _day(cell: str, row: int, column: str) -> str:
    try:
        return clean_date(cell)[0] or "" if cell else ""
    except CellError as error:
        problem = f"«\u00a0{cell}\u00a0»\u00a0: {error.finding.message}"
        raise InputError(problem, file=f"{FOLDER}/{FILE}", row=row, column=column) from None
