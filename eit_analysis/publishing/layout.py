"""Body and annex: what a reader needs first, then the tables and the method, section by section.

A notebook is written in sections (``## Where it goes``). What stands in one before ``### Annexe`` is its
body, what follows its annex, at the end of the page. A table too large for the body goes to the annex by
itself, as does the table of each figure; a figure that is not worth drawing gives way to its finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from eit_analysis.publishing.engine import Block
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.release.figure import Figure
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.sentences import Absent, Text
from eit_analysis.publishing.release.tables import Table

MOST_ROWS, MOST_COLUMNS = 8, 8  # of a table in the body
Numbered = tuple[int, Block]  # a block with its place in the notebook, from 1


@dataclass
class Section:
    """One section of a page."""

    #: Empty for what precedes the first heading, and where sections are named that were left out.
    title: str = ""
    finding: Text | None = None  #: what it found: the rest of its heading
    body: list[Numbered] = field(default_factory=list)
    annex: list[Numbered] = field(default_factory=list)


def arranged(blocks: list[Block]) -> list[Section]:
    """The sections of a page, each with its body and its annex.

    A section of which the body would be prose alone has an annex only. One that says that it has nothing to
    show is left out; those left out for one reason are named where the first of them stood.
    """
    placed: set[int] = set()
    return [_laid_out(section, placed) for section in _present(_divided(blocks))]


def in_body(table: Table) -> bool:
    """Whether a table is small enough to be read in passing, and shown at all."""
    withheld = table.hidden
    rows = len(withheld) - withheld.sum() + withheld.any()
    return not table.silence and rows <= MOST_ROWS and table.frame.shape[1] <= MOST_COLUMNS


def _divided(blocks: list[Block]) -> list[Section]:
    """Sections as they are written."""
    sections = [Section()]
    part = sections[-1].body
    for number, block in enumerate(blocks, 1):
        if isinstance(block, Released):
            part.append((number, block))
            continue
        for text in re.split(r"^(?=## |### Annexe$)", block, flags=re.M):
            heading, _, prose = text.partition("\n")
            if heading.startswith("## "):
                sections.append(Section(heading.removeprefix("## ").strip()))
                part = sections[-1].body
            elif heading == "### Annexe":
                part = sections[-1].annex
            else:
                prose = text
            if prose.strip():
                part.append((number, prose))
    return sections


def _present(sections: list[Section]) -> Iterator[Section]:
    """Sections less those of which a block says that they have nothing to show."""
    absent = [next((b for _, b in [*s.body, *s.annex] if isinstance(b, Absent)), None) for s in sections]
    left_out: dict[str, tuple[str, ...]] = {}
    for section, block in zip(sections, absent, strict=True):
        if block is not None:
            left_out[block.why] = (*left_out.get(block.why, ()), section.title)
    for section, block in zip(sections, absent, strict=True):
        if block is None:
            yield section
        elif section.title == left_out[block.why][0]:
            yield Section(body=[(0, replace(block, titles=left_out[block.why]))])


def _laid_out(section: Section, placed: set[int]) -> Section:
    """A section with every block where it belongs; ``placed`` are the tables that the page has, by id."""
    made = Section(section.title)

    def place(part: list[Numbered], number: int, block: Block) -> None:
        if isinstance(block, Table):
            if id(block) in placed:
                return
            placed.add(id(block))
        part.append((number, block))

    for number, block in section.body:
        for shown in _shown(block):
            if isinstance(shown, Text) and section.title and not made.finding and not _shows(made):
                made.finding = shown
            elif isinstance(shown, Table) and (shown is not block or not in_body(shown)):
                place(made.annex, number, shown)
            else:
                place(made.body, number, shown)
    prose_alone = section.title and not made.finding and not _shows(made)
    if prose_alone:
        made.body, made.annex = [], [*made.body, *made.annex]
    for number, block in section.annex:
        for shown in _shown(block):
            place(made.annex, number, shown)
    return made


def _shown(block: Block) -> list[Block]:
    """What a block comes to: of a figure its drawing, or else its finding, and its table."""
    if isinstance(block, Figure):
        instead = _shown(block.finding) if block.finding else []
        return [*([block] if block.drawable else instead), block.table]
    return [] if isinstance(block, Released) and not block.says else [block]


def _shows(section: Section) -> bool:
    """Whether anything but prose is in the body."""
    return any(isinstance(block, Released) for _, block in section.body)


def silence(groups: Iterable[tuple[str, str, list[str]]]) -> Markup:
    """Tables of one section of which nothing is shown: for each reason (:attr:`Table.silence`) their titles.

    The note of a group is what empty tables would have had beneath them: it may say why they are empty.
    """
    said = Markup("").join(macro("silent", *group) for group in groups)
    return Markup('<div class="withheld">{}</div>').format(said)


def gathered(blocks: list[Numbered]) -> Iterator[Numbered]:
    """The blocks of one section, its silent tables gathered at the end, as they are said.

    Prose under no heading that introduces nothing but silent tables goes with them.
    """
    silent: dict[tuple[str, str], list[str]] = defaultdict(list)
    for prose, shown in _passages(blocks):
        kept = []
        for number, block in shown:
            reason = block.silence if isinstance(block, Table) else ""
            if isinstance(block, Table) and reason:
                titles = silent[reason, block.note if reason in ("empty", "unread") else ""]
                titles += [block.title] if block.title not in titles else []
            else:
                kept.append((number, block))
        if prose and (kept or not shown or re.search(r"^#", str(prose[1]), flags=re.M)):
            yield prose
        yield from kept
    if silent:
        yield 0, silence((*why, titles) for why, titles in silent.items())


def _passages(blocks: list[Numbered]) -> Iterator[tuple[Numbered | None, list[Numbered]]]:
    """Each prose with what follows it until the next; what precedes any prose is alone."""
    prose: Numbered | None = None
    shown: list[Numbered] = []
    for number, block in blocks:
        if isinstance(block, str):
            yield prose, shown
            prose, shown = (number, block), []
        else:
            shown.append((number, block))
    yield prose, shown
