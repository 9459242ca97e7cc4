"""A cleaning and its files: tables, logs, *fiches de relance*, the manifest that vouches for them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from eit_analysis.errors import CONTROLS
from eit_analysis.files import all_or_none, write_atomic
from eit_analysis.french import counted
from eit_analysis.intake.cleaning.wave import Cleaned, clean_wave
from eit_analysis.intake.output import json_bytes, write_files
from eit_analysis.intake.relance.fiches import write_sheets
from eit_analysis.intake.sheets.ledger import FINDING
from eit_analysis.intake.survey.quality import unread
from eit_analysis.reference import sentence
from eit_analysis.study import Study
from eit_analysis.tables import TABLES

FILES_NAMED = 5  # in one line, of those that gave flows by another sheet: any other may be an answer


def write_tables(study: Study, cleaned: Cleaned) -> None:
    """Write the tables and the logs, then the manifest that vouches for them.

    Only these files are written: a table imported from a register stays as it is.
    """
    manifest = copy.deepcopy(cleaned.manifest)
    frames = cleaned.tables | {
        "register_conflicts": cleaned.reconciled.conflicts,
        "row_sites": cleaned.row_sites,
        "unread_flows": cleaned.unread_flows,
    }
    logs = {
        name: lambda name=name: getattr(cleaned, name).drop(columns=FINDING)
        for name in ("implausible", "corrections", "quarantine")
    }
    digests = write_files(study, frames, logs)
    for table in cleaned.tables:
        # A run refuses tables that a killed cleaning left of two different ages.
        manifest["tables"][table]["sha256"] = digests[table]
    write_atomic(study.processed / "manifest.json", json_bytes(manifest))


def write_cleaned(study: Study, cleaned: Cleaned) -> int:
    """Write the tables and logs, then a *fiche de relance* for each firm; the number of questions asked."""
    write_tables(study, cleaned)
    return write_sheets(study, cleaned)


def clean(study: Study, progress: Callable[[Iterable], Iterable] = iter) -> Iterator[str]:
    """Clean a wave and write all of it, or nothing; then what was done, in French lines for a terminal.

    Raises
    ------
    InputError
        When the wave has no usable row.
    """
    cleaned = clean_wave(study, progress)
    with all_or_none():
        questions = write_cleaned(study, cleaned)
    for line in summary(study, cleaned, questions):
        yield CONTROLS.sub(" ", line)


def summary(study: Study, cleaned: Cleaned, questions: int) -> list[str]:
    """What became of the rows of a wave, what firms are asked, where the files are, what was not read."""
    folder = study.processed.relative_to(study.root).as_posix()
    doubtful = counted(
        len(cleaned.implausible), "valeur invraisemblable gardée", "valeurs invraisemblables gardées"
    )
    return [
        f"Vague {study.wave}\u00a0: {', '.join(_counts(cleaned.manifest))}.",
        f"{doubtful}, {counted(questions, 'question', 'questions')} aux acteurs dans {folder}/relances/",
        sentence("clean_files", folder=folder),
        *_left_aside(cleaned),
    ]


def _counts(manifest: dict[str, Any]) -> Iterator[str]:
    rows = {
        name: sum(counts[f"rows_{name}"] for counts in manifest["tables"].values())
        for name in ("read", "clean", "quarantined", "merged", "ignored")
    }
    files = len(manifest["inputs"])
    lost = sum(entry["problem"] is not None for entry in manifest["inputs"])
    yield counted(files - lost, "fichier lu", "fichiers lus") + (f" sur {files}" if lost else "")
    yield counted(rows["read"], "ligne", "lignes")
    yield "dont " + counted(rows["clean"], "utilisée", "utilisées")
    lost_rows = {TABLES[name]: counts["rows_quarantined"] for name, counts in manifest["tables"].items()}
    where = ", ".join(f"{sheet}\u00a0: {count}" for sheet, count in lost_rows.items() if count)
    yield counted(rows["quarantined"], "en quarantaine", "en quarantaine") + (f" ({where})" if where else "")
    yield counted(rows["merged"], "doublon fusionné", "doublons fusionnés")
    yield counted(rows["ignored"], "ignorée", "ignorées") + " (titres, totaux, vides, sans réponse, retirées)"


def _left_aside(cleaned: Cleaned) -> Iterator[str]:
    """One line for each file and sheet that gave no row at all, each unknown sheet and column.

    The same column of several sheets is named once.
    """
    lost = unread(cleaned.manifest, cleaned.quarantine.assign(site_id=None))
    places = lost[["source_file", "source_sheet", "source_message"]].fillna("")
    for file, sheet, message in places.itertuples(index=False):
        yield f"Non lu\u00a0: {file}{f', feuille {sheet}' if sheet else ''}\u00a0: {message}."
    answering = {*cleaned.tables["flows"]["source_file"]}
    for what, name in (("sheet", "source_sheet"), ("column", "column")):
        unknown = cleaned.corrections[cleaned.corrections["rule"] == f"ignored_unknown_{what}"]
        for text, rows in unknown.groupby(name):
            first = rows.iloc[0]
            files = sorted(dict.fromkeys(rows["source_file"]), key=lambda file: file in answering)
            named = max(FILES_NAMED, sum(file not in answering for file in files))
            where = ", ".join(files[:named])
            if (more := len(files) - named) > 0:
                where += f", et {counted(more, 'autre fichier', 'autres fichiers')}"
            if what == "column":
                where = f"{first['source_file']}, feuille {first['source_sheet']}"
            if what == "column" and len(rows) > 1:
                where += f", et {counted(len(rows) - 1, 'autre feuille', 'autres feuilles')}"
            yield sentence(f"clean_{what}_aside", title=text, where=where)
