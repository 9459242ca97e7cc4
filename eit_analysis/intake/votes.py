"""The votes of a workshop: which points each participant gives each criterion of the score.

``data/raw/<study>/votes.csv`` lies beside ``study.toml``: the waves hold survey files, and cleaning looks
nowhere else. Columns ``Participant``, ``Rôle``, ``Critère`` and ``Points`` (or ``Poids``), in any order; a
row for each participant and criterion, the criterion by its French label or its name in ``study.toml``. A
criterion that a participant leaves out has no points from them.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.sheets.workbook import read_files
from eit_analysis.reference.vocabulary import heading
from eit_analysis.study import Study

FILE = "votes.csv"
# Column of the table: header as asked for, and the words by which it is recognised.
HEADERS = {
    "participant": ("Participant", {"participant", "participants", "votant"}),
    "role": ("Rôle", {"role", "roles", "college"}),
    "criterion": ("Critère", {"critere", "criteres"}),
    "points": ("Points", {"points", "point", "poids"}),
}
TITLES = ", ".join(title for title, _ in HEADERS.values())
COLUMNS = ["participant", "role", "criterion", "points", "source_row"]


def study_votes(study: Study) -> pd.DataFrame:
    """The votes of a study, empty where there is no file: no workshop has voted yet."""
    path = study.raw.parent / FILE
    return read_votes(path) if path.exists() else pd.DataFrame(columns=COLUMNS)


def read_votes(path: Path) -> pd.DataFrame:
    """Read a file of votes: UTF-8 or cp1252, cells separated by semicolons or commas.

    Returns
    -------
    pandas.DataFrame
        ``participant, role, criterion`` (as in ``study.toml``)``, points, source_row`` (from 1).

    Raises
    ------
    InputError
        A column that is missing, a criterion that is unknown or given twice, points that are no number, or
        negative, or all zero for someone.
    """

    def wrong(problem: str, row: int | None = None, column: str = "") -> InputError:
        return InputError(problem, file=path.name, row=row, column=HEADERS[column][0] if column else None)

    raw = next(read_files([path], path.parent))
    if raw.refusal:
        # The advice of the reader is about questionnaires.
        why = raw.refusal.sentence
        raise wrong(f"{why}\u00a0; enregistrez en CSV une ligne par vote, sous les en-têtes {TITLES}")
    rows = [[clean_text(cell) for cell in row] for row in raw.sheets[0].rows]
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if not filled:
        raise wrong("ce fichier est vide, écrivez une ligne par vote")
    places = _places(filled[0][1], path.name)
    labels = heading("criterion").labels
    # By name and by label, with and without the unit that ends it.
    names = {fold_words(text): c for c, label in labels.items() for text in (c, label, label.split(" (")[0])}
    votes: dict[tuple[str, str], dict] = {}
    participants: dict[str, str] = {}
    for number, row in filled[1:]:
        cells = {column: row[place] for column, place in places.items()}
        if not cells["participant"]:
            raise wrong("il manque, écrivez qui vote", number, "participant")
        if fold_words(cells["criterion"]) not in names:
            known = ", ".join(sorted(labels.values()))
            problem = f"« {cells['criterion']} » n'est pas un critère, choisissez parmi\u00a0: {known}"
            raise wrong(problem, number, "criterion")
        # One person is one voter, however the name is typed from row to row.
        participant = participants.setdefault(fold_words(cells["participant"]), cells["participant"])
        criterion = names[fold_words(cells["criterion"])]
        if (participant, criterion) in votes:
            before = votes[participant, criterion]["source_row"]
            problem = f"« {participant} » a déjà voté sur ce critère à la ligne {before}, gardez-en une seule"
            raise wrong(problem, number, "criterion")
        points = parse_number(cells["points"])
        if points.problem or points.value is None:
            advice = "écrivez un nombre, 0 si le critère ne compte pas"
            problem = f"« {cells['points']} » n'est pas un nombre de points, {advice}"
            raise wrong(problem, number, "points")
        if points.value < 0:
            raise wrong("le nombre de points est négatif, écrivez 0 ou plus", number, "points")
        votes[participant, criterion] = {
            "participant": participant, "role": cells["role"], "criterion": criterion, "points": points.value,
            "source_row": number,
        }  # fmt: skip
    table = pd.DataFrame(list(votes.values()), columns=COLUMNS)
    if table.empty:
        raise wrong("aucun vote sous les en-têtes, écrivez-en au moins un")
    total = table.groupby("participant", sort=False)["points"].sum()
    if (total <= 0).any():
        silent = str(total.index[total <= 0][0])
        first = int(table.loc[table["participant"] == silent, "source_row"].iloc[0])
        raise wrong(f"« {silent} » ne donne aucun point, corrigez ou retirez ses lignes", first, "points")
    return table


def _places(header: list[str], file: str) -> dict[str, int]:
    folded = [fold_words(text) for text in header]
    places = {}
    for column, (title, words) in HEADERS.items():
        found = [place for place, text in enumerate(folded) if text in words]
        if len(found) != 1:
            problem = "manque" if not found else "est là plusieurs fois"
            raise InputError(
                f"la colonne « {title} » {problem}, écrivez en première ligne\u00a0: {TITLES}", file=file
            )
        places[column] = found[0]
    return places
