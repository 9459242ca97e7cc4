"""The report of one notebook as HTML text, with the tables and sheets beside it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain, count

import mistune
import pandas as pd
from markupsafe import Markup

from eit_analysis import french, spreadsheet_csv
from eit_analysis.publishing import wording
from eit_analysis.publishing.engine import Block
from eit_analysis.publishing.frame import frame, imprint
from eit_analysis.publishing.gathering import Silence, gathered, table_of
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.sheets import Sheet, Sheets
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import INTERNAL, viewer_of
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study
from eit_analysis.tables import sheet_name

LONGEST_NAME = 60  # characters of a title in the name of its file


@dataclass(frozen=True)
class Page:
    """A page ready to be written: its title, its HTML, the CSV of its tables and its sheets by file name."""

    name: str
    title: str
    html: str
    csvs: dict[str, str]
    sheets: dict[str, str]

    @property
    def files(self) -> dict[str, str]:
        """All of its files, by path within the folder of its audience."""
        return {f"{self.name}.html": self.html, **self.csvs, **self.sheets}


def anchor(text: str) -> str:
    """The name of a section in addresses: ``cout-des-dechets``."""
    return re.sub(r"[^a-z0-9]+", "-", wording.alphabetical(text)).strip("-") or "section"


def render(study: Study, audience: str, name: str, blocks: list[Block], version: Version) -> Page:
    """One report from the prose and the released objects of its notebook."""
    title, contents, parts = "", [], []
    csvs: dict[str, str] = {}
    sheets: dict[str, str] = {}
    taken: set[str] = set()
    for number, block in gathered(blocks):
        if isinstance(block, Silence):
            parts.append(block.html())
            continue
        if isinstance(block, str):
            for heading in re.findall(r"^# +(.+)$", block, flags=re.M)[:1]:
                title = title or heading.strip()
            markup, sections = _markdown(block, taken)
            contents += sections
            parts.append(markup)
            continue
        if isinstance(block, Sheets):
            parts.append(block.html(name))
            sheets |= {
                f"fiches/{name}-{sheet.name}.html": _sheet(study, audience, name, sheet, version)
                for sheet in block.sheets
            }
            continue
        table = table_of(block)
        csv = table_file(name, table.title, csvs) if table is not None else None
        parts.append(block.html(f"b{number}", csv))
        # A table of which only the total is said has no file.
        if table is not None and csv and csv in parts[-1]:
            csvs[csv] = to_csv(table)
    quality, sentence = _quality(study)
    contents.append(("lignes-lues-et-ecartees", "Lignes lues et écartées"))
    html = frame(
        study,
        audience,
        title or name,
        imprint(study, version, version.chosen(name) if audience == INTERNAL else ""),
        contents=contents,
        body=Markup("\n").join(parts),
        quality=quality,
        quality_sentence=sentence,
        left_out=bool(viewer_of(study, audience).refused),
    )
    return Page(name, title or name, html, csvs, sheets)


def _sheet(study: Study, audience: str, name: str, sheet: Sheet, version: Version) -> str:
    """A short page: what it holds and its imprint, without contents nor the account of the rows read."""
    return frame(
        study,
        audience,
        sheet.title,
        imprint(study, version, version.chosen(name) if audience == INTERNAL else ""),
        body=Markup("\n").join(block.html(f"b{number}") for number, block in enumerate(sheet.blocks, 1)),
        home=f"../{name}.html",
        back="Le rapport dont cette fiche est tirée",
        short=True,
    )


def _markdown(source: str, taken: set[str]) -> tuple[Markup, list[tuple[str, str]]]:
    """Prose as HTML without its title, and its sections as (anchor, text); raw HTML is escaped."""
    text = re.sub(r"^# +.+$", "", source, flags=re.M)
    html = str(mistune.create_markdown(escape=True, plugins=["table"])(text))
    sections: list[tuple[str, str]] = []

    def identified(match: re.Match[str]) -> str:
        plain = re.sub(r"<[^>]+>", "", match[1])
        name = anchor(plain)
        while name in taken:
            name += "-bis"
        taken.add(name)
        sections.append((name, str(Markup(plain).unescape())))
        return f'<h2 id="{name}">{match[1]}</h2>'

    return Markup(re.sub(r"<h2>(.*?)</h2>", identified, html)), sections


def _quality(study: Study) -> tuple[Markup, str]:
    """What happened to the rows read, table by table: counts about the survey as a whole."""
    counts = ["rows_read", "rows_clean", "rows_quarantined", "rows_merged", "rows_ignored"]
    read = study.manifest()["tables"]
    frame = pd.DataFrame([{"sheet": sheet_name(t), **{c: read[t][c] for c in counts}} for t in read])
    total = frame[counts].sum()
    kept = total["rows_clean"] / total["rows_read"] * 100 if total["rows_read"] else 0.0
    lines = french.counted(int(total["rows_read"]), "ligne lue", "lignes lues")
    aside = french.counted(
        int(total["rows_quarantined"]),
        "ligne inutilisable est gardée en quarantaine avec sa raison",
        "lignes inutilisables sont gardées en quarantaine, chacune avec sa raison",
    )
    sentence = (
        f"Sur {lines}, {wording.number(kept, 0)}{wording.NBSP}% sont utilisées dans les tableaux\u00a0; "
        f"{aside}, rien n'est supprimé."
    )
    title = "Lignes lues, utilisées, mises en quarantaine, fusionnées et ignorées"
    table = Table(viewer_of(study, "public"), title, frame, ["sheet"])
    return table.html("qualite"), sentence


def table_file(page: str, title: str, taken: Collection[str]) -> str:
    """The file of a table, named after its title; no other page has it, nor another table of this one.

    What the title adds in brackets, such as its level, is left out: it would be cut in two.
    """
    title = re.sub(r" \(.*\)$", "", title)
    stem = f"tables/{page}-{french.file_words(title, LONGEST_NAME) or 'tableau'}"
    names = chain([stem], (f"{stem}-{rank}" for rank in count(2)))
    return next(name for name in (f"{stem}.csv" for stem in names) if name not in taken)


def to_csv(table: Table) -> str:
    """A released table as a file: French words, numbers with ten digits, or as printed for outsiders."""
    printed = Printed(table)
    data = printed.exported.map(lambda v: float(f"{v:.10g}") if hasattr(v, "__float__") else v)
    return spreadsheet_csv.to_bytes(data.set_axis(printed.header, axis=1)).decode()
