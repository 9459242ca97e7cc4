"""One attack: the folders that an audience holds, of every wave and release, read and put into one system."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import eit_analysis as eit
from eit_analysis.config import Disclosure

from .knowledge import Known
from .layout import Cell, Reading, hidden
from .pages import Page, read_folder
from .reading import read_table
from .rounding import number, significant
from .rule import Result, attack
from .survey import add_study

AMOUNT = re.compile(r"\((t|€|kg|personnes|ETP|h)\b|\(%\)")


@dataclass
class Release:
    """One state of a study whose reports were published: its project folder, and the data at that time."""

    name: str
    root: Path
    study: str
    waves: list[str]


@dataclass
class Read:
    """What the attacker holds and understands."""

    cells: list[Cell] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)
    withheld: int = 0

    def coverage(self) -> float:
        """Share of the numbers of amounts that it understood, intervals and repeated counts set apart."""
        used, missed = self.numbers["in the system"], self.numbers["unread"]
        return used / (used + missed) if used + missed else 1.0

    def unread(self) -> list[str]:
        return sorted({f"{r.table.title}: {u}" for r in self.readings if r.table.title for u in r.unread})


def folders_of(audience: str) -> list[str]:
    """What a reader of an audience holds: its own pages and those of wider audiences."""
    wider = {"public": ["public"], "partners": ["partners", "public"]}
    return wider.get(audience, [audience.replace(":", "-", 1), "partners", "public"])


def is_exact(page: Page) -> bool:
    """Whether amounts are printed with more than three significant digits somewhere."""
    return any(
        AMOUNT.search(header) and number(row[place]) is not None and significant(row[place]) > 3
        for table in page.tables
        for place, header in enumerate(table.headers)
        if not header.endswith("(%)")
        for row in table.rows
        if place < len(row)
    )


def read_release(known: Known, release: Release, audience: str) -> Read:
    """Every folder of a release that the audience holds, understood as far as it goes."""
    read = Read()
    truth = known.truth
    for wave in release.waves:
        universes = [u for u in known.universes if u.name.startswith(f"{release.name} {wave} ")]
        for folder in folders_of(audience):
            page = read_folder(release.root / "reports" / release.study / wave / folder)
            exact = is_exact(page)
            for table in page.tables:
                reading = read_table(table, universes, truth, exact)
                read.readings.append(reading)
                read.cells += reading.cells
                read.withheld += hidden(table)
                if any(AMOUNT.search(header) for header in table.headers):
                    read.numbers += reading.numbers
    return read


def campaign(releases: list[Release], audience: str, rules: Disclosure | None = None) -> tuple[Result, Read]:
    """The attack on all that an audience was given, release after release.

    A company's pages are its own reader's; every firm reads those of partners and of the public.
    """
    known, read = Known(), Read()
    for release in releases:
        add_study(known, eit.open_study(release.study, root=release.root), release.name, release.waves)
    for release in releases:
        part = read_release(known, release, audience)
        read.cells += part.cells
        read.readings += part.readings
        read.numbers += part.numbers
        read.withheld += part.withheld
    insiders = [audience.partition(":")[2]] if ":" in audience else None
    return attack(read.cells, known, rules, insiders), read
