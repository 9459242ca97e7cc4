"""What the annex of a section does not show, named once at its end: tables that are empty or closed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from eit_analysis.publishing.engine import Block
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.layout import Numbered
from eit_analysis.publishing.release.tables import Table


@dataclass(frozen=True)
class Silence:
    """Tables of one section of which nothing is shown: for each reason (:attr:`Table.silence`) their titles.

    The note of a group is what empty tables would have had beneath them: it may say why they are empty.
    """

    groups: tuple[tuple[str, str, tuple[str, ...]], ...]

    def html(self) -> Markup:
        said = Markup("").join(macro("silent", *group) for group in self.groups)
        return Markup('<div class="withheld">{}</div>').format(said)


def gathered(blocks: list[Numbered]) -> Iterator[tuple[int, Block | Silence]]:
    """The blocks of one section, its silent tables gathered at the end.

    Prose under no heading that introduces nothing but silent tables goes with them.
    """
    silent: dict[tuple[str, str], list[str]] = defaultdict(list)
    for prose, shown in _passages(blocks):
        kept = []
        for number, block in shown:
            reason = block.silence if isinstance(block, Table) else ""
            if isinstance(block, Table) and reason:
                titles = silent[reason, block.note if reason == "empty" else ""]
                titles += [block.title] if block.title not in titles else []
            else:
                kept.append((number, block))
        if prose and (kept or not shown or re.search(r"^#", str(prose[1]), flags=re.M)):
            yield prose
        yield from kept
    if silent:
        yield 0, Silence(tuple((*why, tuple(titles)) for why, titles in silent.items()))


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
