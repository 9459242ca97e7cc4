"""One attack: the folders that an audience holds, of every wave and release, read and put into one system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import eit_analysis as eit
from eit_analysis.config import Disclosure

from .concentration import read_holders
from .crossing import read_crossings
from .drawings import of_drawings
from .knowledge import Known, Universe
from .layout import Cell, Reading, hidden, is_amount
from .log import releases
from .pages import Page, read_folder
from .reading import read_table
from .rounding import number, significant
from .rule import Result, attack
from .size_class import read_classes
from .survey import add_study


@dataclass
class Read:
    """What is understood of some published folders."""

    readings: list[Reading] = field(default_factory=list)
    drawn: list[Cell] = field(default_factory=list)
    sentences: list[tuple[str, str]] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)
    withheld: int = 0
    logged: set[str] = field(default_factory=set)  # releases that the logs name
    placed: set[str] = field(default_factory=set)  # those whose pages were read

    @property
    def missed(self) -> int:
        """Earlier releases that were not read: what they bound by themselves is taken for new."""
        return len(self.logged - self.placed)

    @property
    def cells(self) -> list[Cell]:
        return [cell for reading in self.readings for cell in reading.cells] + self.drawn

    @property
    def coverage(self) -> float:
        """Share of the numbers of amounts that were understood, ends of intervals and counts set apart."""
        used, missed = self.numbers["in the system"], self.numbers["unread"]
        return used / (used + missed) if used + missed else 1.0

    def unread(self) -> list[str]:
        return sorted({f"{r.table.title}: {u}" for r in self.readings if r.table.title for u in r.unread})

    def add(self, other: Read) -> None:
        self.readings += other.readings
        self.drawn += other.drawn
        self.sentences += other.sentences
        self.numbers += other.numbers
        self.withheld += other.withheld


def folders_of(audience: str) -> list[str]:
    """What a reader of an audience holds: its own pages and those of wider audiences."""
    if audience == "public":
        return ["public"]
    return [audience.replace(":", "-", 1), *(["partners"] if audience != "partners" else []), "public"]


def is_exact(page: Page) -> bool:
    """Whether amounts are printed to their last digit: more than three significant ones in one of ten."""
    digits = [
        significant(row[place])
        for table in page.tables
        for place, header in enumerate(table.headers)
        if is_amount(header)
        for row in table.rows
        if place < len(row) and number(row[place]) is not None
    ]
    return sum(count > 3 for count in digits) > len(digits) / 10


def read_pages(page: Page, universes: list[Universe], known: Known, firm: str = "") -> Read:
    """Every table of a page, or of a folder, as far as it is understood; of a firm's, its own rows first."""
    read, truth, exact = Read(sentences=page.sentences), known.truth, is_exact(page)
    outgoing = next(u for u in universes if u.name.endswith(" out"))
    pools = next((u for u in universes if u.name.endswith(" pools")), None)
    own = [u.of(firm) for u in universes if firm in u.owner]
    for table in page.tables:
        reading = read_table(table, universes, truth, exact)
        # A number of a firm's own is that of others too, once in a while.
        mine = read_table(table, own, truth, exact) if own else reading
        if mine.numbers["in the system"] >= max(reading.numbers["in the system"], 1):
            reading = mine
        if holders := read_holders(table, outgoing, known):
            reading = Reading(table, outgoing.name, cells=holders)
            reading.numbers["in the system"] = 2 * len(table.rows)
        if classes := read_classes(table, outgoing):
            reading = Reading(table, outgoing.name, cells=classes)
            reading.numbers["in the system"] = 2 * len(classes)
        reading.cells += read_crossings(table, pools, known)
        read.readings.append(reading)
        read.withheld += hidden(table)
        read.numbers += reading.numbers
    # Numbers printed to the tenth digit are finer than any length.
    read.drawn = [] if exact else of_drawings(page.drawings, read.readings, truth)
    return read


class Attacker:
    """Who keeps all that was published to some audiences, release after release."""

    def __init__(self, audiences: Iterable[str]) -> None:
        self.known = Known()
        self.held = {audience: Read() for audience in audiences}
        self.last: dict[str, Read] = {}
        self.earlier: dict[str, list[Cell]] = {audience: [] for audience in self.held}
        self.releases = 0
        self.results: dict[tuple, list[tuple[frozenset, Result]]] = {}

    def receive(self, root: Path, study: str, waves: list[str]) -> None:
        """One release: the reports as they are now, and the data that they were made from."""
        self.releases += 1
        tag = f"r{self.releases}"
        add_study(self.known, eit.open_study(study, root=root), tag, waves)
        self.last = {audience: Read() for audience in self.held}
        self.earlier = {audience: read.cells for audience, read in self.held.items()}
        for wave in waves:
            universes = [u for u in self.known.universes if u.name.startswith(f"{tag} {wave} ")]
            folders = {folder for audience in self.held for folder in folders_of(audience)}
            for folder in sorted(folders):
                page = read_folder(root / "reports" / study / wave / folder)
                firm = folder.removeprefix("company-") if folder.startswith("company-") else ""
                read = read_pages(page, universes, self.known, firm)
                for audience in self.held:
                    if folder in folders_of(audience):
                        self.held[audience].add(read)
                        self.last[audience].add(read)
            for audience, read in self.held.items():
                told = [folder.replace("-", ":", 1) for folder in folders_of(audience)]
                logged, placed = releases(root, study, wave, told)
                read.logged |= logged
                read.placed |= placed

    def attack(self, audience: str, rules: Disclosure | None = None) -> Result:
        """A company's pages have one reader; those of partners and of the public, every firm."""
        insiders = [audience.partition(":")[2]] if ":" in audience else None
        cells, earlier = self.held[audience].cells, self.earlier[audience]
        # Two audiences that read the same numbers derive the same, of as many parts or of more.
        told = (
            tuple(insiders or ()),
            repr(rules),
            *(_content(c for c in of if c.interval) for of in (cells, earlier)),
        )
        parts = _content(cells)
        for those, result in self.results.get(told, []):
            if parts <= those:
                return result
        result = attack(cells, self.known, rules, insiders, earlier)
        self.results.setdefault(told, []).append((parts, result))
        return result


def _content(cells: Iterable[Cell]) -> frozenset:
    """What some cells say, whatever their tables are called."""
    found = set()
    for one in cells:
        forms = [form for form in (one.form, one.whole) if form is not None]
        said = tuple(part.tobytes() for form in forms for part in (form.variables, form.coefficients))
        found.add((said, one.interval, one.people, one.kind, one.measure))
    return frozenset(found)
