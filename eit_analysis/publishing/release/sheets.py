"""Short pages beside a report: one A4 sheet a subject, for those who may read of all its actors."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from eit_analysis.errors import DisclosureError
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.release.released import Released, Seen
from eit_analysis.publishing.release.sentences import Text
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.reference import sentence


@dataclass(frozen=True)
class Sheet:
    """One page.

    Attributes
    ----------
    name : str
        What its file is named after, once made safe.
    title : str
        Heading of the page; it may hold what a respondent wrote, so it leaves with the sheet only.
    sites : frozenset of str or None
        The actors it is about: the sheet leaves when every one of them may be read of. None for the whole
        territory: it leaves to all, its blocks with what each audience may read of them.
    blocks : tuple of Released
        What it shows, each itself released.
    """

    name: str
    title: str
    sites: frozenset[str] | None
    blocks: tuple[Released, ...]


@dataclass(eq=False, repr=False)
class Sheets(Released):
    """The sheets of a report: on its page a list of links, beside it a file each.

    With ``among``, a firm that a sheet is about gets it whoever else it is about: its blocks name only who
    may be named.
    """

    viewer: Viewer
    title: str
    sheets: list[Sheet]
    among: bool = False
    unlisted: int = 0

    def seen_by(self, viewer: Viewer, seen: Seen) -> Sheets:
        kept = [
            replace(sheet, blocks=tuple(block.seen_by(viewer, seen) for block in sheet.blocks))
            for sheet in self.sheets
            if sheet.sites is None
            or viewer.may_list(set(sheet.sites))
            or (self.among and viewer.among(set(sheet.sites)))
        ]
        return replace(self, sheets=kept, unlisted=len(self.sheets) - len(kept))

    @property
    def read(self) -> list[Sheet]:
        """The sheets on which there is anything to read: all may be withheld of one about the territory.

        Of one with tables, a row of one of them: the sentences around them are on the report already.
        """
        tables = [[b for b in sheet.blocks if hasattr(b, "silence")] or sheet.blocks for sheet in self.sheets]
        told = [any(b.says and not getattr(b, "silence", "") for b in blocks) for blocks in tables]
        return [sheet for sheet, anything in zip(self.sheets, told, strict=True) if anything]

    @property
    def says(self) -> bool:
        return bool(self.read) or not (self.sheets or self.unlisted)

    def plain(self) -> str:
        return f"{self.title} ({len(self.read)})"

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        return macro("sheets", self, name)


def sheets_of(
    title: str, sheets: Sequence[tuple[str, str, Collection[str] | None, Sequence[Released]]]
) -> list[Sheet]:
    """Sheets, each ``(name, title, site ids, released objects)``; their names become files, all different.

    Without site ids (None) a sheet is about the whole territory: its title names nobody.

    Raises
    ------
    DisclosureError
        When a sheet names no actor or holds anything that was not released.
    """
    made: dict[str, Sheet] = {}
    for name, heading, sites, blocks in sheets:
        named = sites is None or len(sites)
        if not named or not all(isinstance(block, Released) for block in blocks):
            raise DisclosureError(sentence("sheet_unreleased", title=title))
        safe = re.sub(r"[^\w-]+", "-", name) or "fiche"
        while safe in made:
            safe += "-bis"
        made[safe] = Sheet(safe, heading, None if sites is None else frozenset(sites), tuple(blocks))
    return list(made.values())


@dataclass(eq=False, repr=False)
class Questions(Released):
    """What a meeting has to settle: each question with room to write the answer by hand."""

    viewer: Viewer
    title: str
    questions: list[Text]

    def plain(self) -> str:
        return f"{self.title} ({len(self.questions)})"

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        return macro("questions", self.title, [question.plain() for question in self.questions])
