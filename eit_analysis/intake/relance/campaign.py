"""Where a survey stands: for each firm what was sent, received, asked and answered; whom to ring first."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd

from eit_analysis import spreadsheet_csv, tables
from eit_analysis.files import all_or_none, write_atomic
from eit_analysis.french import counted
from eit_analysis.intake.cells.identifiers import firm_of_file
from eit_analysis.intake.output import read_log
from eit_analysis.intake.relance import contacts as team
from eit_analysis.intake.relance.fiche import DOUBTFUL
from eit_analysis.intake.relance.fiche_page import rendered
from eit_analysis.intake.relance.fiches import put
from eit_analysis.intake.sheets.ledger import SOURCE
from eit_analysis.intake.survey.quality import attributed
from eit_analysis.intake.survey.response import CONTACTED_FILE, read_contacted
from eit_analysis.reference import sentence
from eit_analysis.reference.findings import codes
from eit_analysis.study import Study

TABLE, PAGE = "suivi.csv", "suivi.html"  # of the folder of the contacts
ANSWERED = re.compile(r"= (.*), (.*), ligne ([0-9]+), colonne .*", re.S)
# From who is to be rung first to who has answered all.
SILENT, ASKED, UNREAD = "sans retour", "questions sans réponse", "reçu, rien de compté"
UNSENT, DONE = "à envoyer", "complet"
STATES = (SILENT, ASKED, UNREAD, UNSENT, DONE)
HEADERS = {
    "site_id": "Identifiant", "name": "Raison sociale", "state": "État", "sent_date": "Envoyé le",
    "reminded_date": "Relancé le", "received_date": "Déposé le", "rows_read": "Lignes lues",
    "rows_used": "Lignes comptées", "asked": "Questions en attente", "later": "Questions à venir",
    "answered": "Cases répondues", "answered_date": "Répondu le",
}  # fmt: skip


def campaign(study: Study, contacts: pd.DataFrame) -> pd.DataFrame:
    """The columns of ``HEADERS`` for each actor of a wave, whom to ring first on top; it names no person.

    ``received_date`` and ``answered_date`` are the days of the files in the folder of the wave; ``asked`` and
    ``later`` count questions of the last *fiche*, without the readings that need no answer; ``answered`` the
    cells that an answer serves, several where it serves several lines.
    """
    frame = (
        team.of_wave(contacts, study.wave)
        .groupby(team.SITE, as_index=False, sort=False)
        .agg({team.NAME: "first", team.SENT: "max", team.REMINDED: "max"})
    )
    frame.columns = pd.Index(["site_id", "name", "sent_date", "reminded_date"])
    found, of = _received(study), frame["site_id"].map
    for column, name in (("received_date", "rows_read"), ("answered_date", "answered")):
        lines = found[name]
        days = lines["source_file"].map({file: _day(study.raw / file) for file in set(lines["source_file"])})
        frame[column] = of(days.groupby(lines["site_id"]).max()).astype(object).fillna("")
    for column, lines in found.items():
        frame[column] = of(lines["site_id"].value_counts()).fillna(0).astype(int)
    # A scan, or a table that nobody could be given, has no row: its name says whose it is.
    frame["received_date"] = frame["received_date"].replace("", None).fillna(of(_named(study))).fillna("")
    frame["state"] = SILENT
    frame.loc[frame["sent_date"] == "", "state"] = UNSENT
    frame.loc[frame["received_date"] != "", "state"] = UNREAD
    frame.loc[frame["rows_used"] > 0, "state"] = DONE
    frame.loc[frame["asked"] > 0, "state"] = ASKED
    ranked = frame.assign(
        rank=frame["state"].map(STATES.index), open=-frame["asked"] - frame["later"]
    ).sort_values(["rank", "sent_date", "open"], kind="stable", ignore_index=True)
    return ranked[list(HEADERS)]


def _received(study: Study) -> dict[str, pd.DataFrame]:
    """What a wave holds of each firm, a line each with its ``site_id``, by the column that counts it."""
    none = pd.DataFrame(columns=["site_id", "source_file"], dtype="str")
    found = dict.fromkeys(("rows_read", "rows_used", "asked", "later", "answered"), none)
    if not study.has("row_sites"):
        return found
    rows = study.load("row_sites").dropna(subset="site_id")
    used = [own[["site_id"]] for name in tables.TABLES if "site_id" in (own := study.load(name))]
    found |= {"rows_read": rows, "rows_used": pd.concat(used), "answered": _answers(study, rows)}
    questions = put(study)
    questions = questions[questions["kind"] != DOUBTFUL]
    now = questions["file"] != ""
    return found | {"asked": questions[now], "later": questions[~now]}


def _named(study: Study) -> pd.Series:
    """By the identifier that their names begin with, the last day of the files of a wave."""
    manifest = study.manifest() if study.has("sites") else {}
    files = [*(one["file"] for one in manifest.get("inputs", [])), *manifest.get("files_left_alone", [])]
    named = pd.DataFrame({"site_id": map(firm_of_file, files), "day": [_day(study.raw / f) for f in files]})
    return named[named["site_id"] != ""].groupby("site_id")["day"].max()


def _answers(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """The answers put in a cell: the firm of its row (of its file, once withdrawn), and their own file."""
    log = read_log(study, "corrections")
    log = log[log["rule"].isin(codes(group="answer")) & log["clean_value"].str.startswith("= ")]
    # What a firm wrote itself may begin so, and names no cell.
    named = log["clean_value"].str.extract(ANSWERED).set_axis(SOURCE, axis=1).dropna()
    cells, log = named.astype({"source_row": int}), log.loc[named.index]
    return attributed(cells, rows)[["site_id"]].assign(source_file=log["source_file"])


def _day(path: Path) -> str:
    return date.fromtimestamp(path.stat().st_mtime).isoformat() if path.exists() else ""


def write_campaign(study: Study, forgotten: str = "") -> list[str]:
    """Write the table and the page of the team; what to say of them, which names nobody.

    ``contacts.csv`` gets a line for each actor that has none, and loses the people of ``forgotten``.
    """
    folder = study.raw.parent / team.FOLDER
    contacts = team.read_contacts(folder / team.FILE)
    if forgotten:
        contacts = team.forget(contacts, forgotten)
    actors = read_contacted(study.raw.parent / CONTACTED_FILE)
    if study.has("sites"):
        actors = pd.concat([actors, study.load("sites")[["site_id", "name"]]]).drop_duplicates("site_id")
    contacts = team.with_actors(contacts, actors, study.wave)
    followed = campaign(study, contacts)
    shown = page(study, followed, contacts)
    with all_or_none():
        write_atomic(folder / team.FILE, spreadsheet_csv.to_bytes(contacts))
        write_atomic(folder / TABLE, spreadsheet_csv.to_bytes(followed.rename(columns=HEADERS)))
        write_atomic(folder / PAGE, shown)
    place = folder.relative_to(study.root).as_posix()
    return [
        headline(followed),
        sentence("campaign_page", place=place, page=PAGE),
        sentence("campaign_table", place=place, table=TABLE, contacts=team.FILE),
    ]


def headline(followed: pd.DataFrame) -> str:
    """How many answered, and how many questions are open."""
    states = followed["state"].value_counts()
    back = len(followed) - states.get(SILENT, 0) - states.get(UNSENT, 0)
    return (
        f"{counted(len(followed), 'acteur', 'acteurs')}\u00a0: "
        f"{counted(back, 'retour reçu', 'retours reçus')}, "
        f"{states.get(SILENT, 0)} sans retour, {states.get(UNSENT, 0)} à envoyer\u00a0; "
        f"{counted(int(followed['asked'].sum()), 'question en attente', 'questions en attente')}, "
        f"{counted(int(followed['answered'].sum()), 'case répondue', 'cases répondues')}."
    )


def page(study: Study, followed: pd.DataFrame, contacts: pd.DataFrame) -> bytes:
    """The page of the team: the table, and whom to ring in each firm."""
    people = {site: lines.to_dict("records") for site, lines in contacts.groupby(team.SITE)}
    rows, said = followed.to_dict("records"), headline(followed)
    return rendered("suivi.html.j2", study, headline=said, rows=rows, people=people)
