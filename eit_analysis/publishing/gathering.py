"""What a section does not show, named once at its end: empty tables, and tables closed to its readers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from eit_analysis.publishing.engine import Block
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.release.figure import Figure
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.tables import Table


@dataclass(frozen=True)
class Silence:
    """The titles of tables of which nothing is shown for one reason (see :attr:`Table.silence`).

    ``note`` is what empty tables would have had beneath them: it may say why they are empty.
    """

    reason: str
    note: str
    titles: tuple[str, ...]

    def html(self) -> Markup:
        return macro("silent", self.reason, self.note, self.titles)


def table_of(block: Block) -> Table | None:
    """The table that a block shows or draws, if any."""
    if isinstance(block, Figure):
        return block.table
    return block if isinstance(block, Table) else None


def gathered(blocks: list[Block]) -> Iterator[tuple[int, Block | Silence]]:
    """The blocks of a page with their numbers (from 1), silent tables gathered at the end of each section.

    Prose under no heading that introduces nothing but silent tables goes with them.
    """
    silent: dict[tuple[str, str], list[str]] = defaultdict(list)
    for prose, shown in _passages(blocks):
        quiet = {number: table.silence for number, block in shown if (table := table_of(block))}
        kept = [(number, block) for number, block in shown if not quiet.get(number)]
        if prose is not None:
            if re.search(r"^##? ", str(prose[1]), flags=re.M):
                yield from _told(silent)
            if kept or not shown or re.search(r"^#+ ", str(prose[1]), flags=re.M):
                yield prose
        yield from kept
        for number, block in shown:
            table = table_of(block)
            if table and quiet[number]:
                titles = silent[quiet[number], table.note if quiet[number] == "empty" else ""]
                titles += [table.title] if table.title not in titles else []
    yield from _told(silent)


def _passages(
    blocks: list[Block],
) -> Iterator[tuple[tuple[int, str] | None, list[tuple[int, Released]]]]:
    """Each prose with what follows it until the next; what precedes any prose is alone."""
    prose: tuple[int, str] | None = None
    shown: list[tuple[int, Released]] = []
    for number, block in enumerate(blocks, 1):
        if isinstance(block, str):
            yield prose, shown
            prose, shown = (number, block), []
        else:
            shown.append((number, block))
    yield prose, shown


def _told(silent: dict[tuple[str, str], list[str]]) -> Iterator[tuple[int, Silence]]:
    for (reason, note), titles in silent.items():
        yield 0, Silence(reason, note, tuple(titles))
    silent.clear()
