"""What a page does not show, named once: empty or closed tables by section, and sections about nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from eit_analysis.publishing.engine import Block
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.release.figure import Figure
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.sentences import Absent
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

    Prose under no heading that introduces nothing but silent tables goes with them. Sections left out for one
    reason are named where the first of them stood.
    """
    silent: dict[tuple[str, str], list[str]] = defaultdict(list)
    for prose, shown in _passages(_present(blocks)):
        quiet = {number: table.silence for number, block in shown if (table := table_of(block))}
        kept = [(number, block) for number, block in shown if not quiet.get(number)]
        if prose is not None:
            headings = re.findall(r"^#+(?= )", prose[1], flags=re.M) if isinstance(prose[1], str) else ["#"]
            if any(len(level) < 3 for level in headings):
                yield from _told(silent)
            if kept or not shown or headings:
                yield prose
        yield from kept
        for number, block in shown:
            table = table_of(block)
            if table and quiet[number]:
                titles = silent[quiet[number], table.note if quiet[number] == "empty" else ""]
                titles += [table.title] if table.title not in titles else []
    yield from _told(silent)


def _present(blocks: list[Block]) -> list[tuple[int, Block]]:
    """The blocks with their numbers, less the sections of which one says that it has nothing to show."""
    sections: list[tuple[str, list[tuple[int, Block]]]] = [("", [])]
    for number, block in enumerate(blocks, 1):
        heading = re.search(r"^## +(.+)$", block, flags=re.M) if isinstance(block, str) else None
        if heading:
            sections.append((heading[1].strip(), []))
        sections[-1][1].append((number, block))
    left_out: dict[str, tuple[str, ...]] = {}
    kept: list[tuple[int, Block]] = []
    for title, own in sections:
        absent = next((block for _, block in own if isinstance(block, Absent)), None)
        if absent is None or not title:
            kept += own
            continue
        if absent.why not in left_out:
            kept.append((0, absent))
        left_out[absent.why] = (*left_out.get(absent.why, ()), title)
    return [(n, replace(b, titles=left_out.get(b.why, ())) if isinstance(b, Absent) else b) for n, b in kept]


def _passages(
    blocks: list[tuple[int, Block]],
) -> Iterator[tuple[tuple[int, Block] | None, list[tuple[int, Released]]]]:
    """Each prose with what follows it until the next; what precedes any prose is alone.

    Sections left out are as good as a heading.
    """
    prose: tuple[int, Block] | None = None
    shown: list[tuple[int, Released]] = []
    for number, block in blocks:
        if isinstance(block, str | Absent):
            yield prose, shown
            prose, shown = (number, block), []
        else:
            shown.append((number, block))
    yield prose, shown


def _told(silent: dict[tuple[str, str], list[str]]) -> Iterator[tuple[int, Silence]]:
    for (reason, note), titles in silent.items():
        yield 0, Silence(reason, note, tuple(titles))
    silent.clear()
