"""The sections of a page as HTML, with the files of their tables and sheets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import count

import mistune
from IPython.display import HTML
from markupsafe import Markup

from eit_analysis.publishing import wording
from eit_analysis.publishing.engine import Block
from eit_analysis.publishing.frame import Imprint, frame, imprint
from eit_analysis.publishing.html import in_notebook, rendered
from eit_analysis.publishing.layout import Numbered, Section, arranged, gathered
from eit_analysis.publishing.release.exchange_file import ExchangeFile
from eit_analysis.publishing.release.figure import Figure
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.sheets import Sheet, Sheets
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import INTERNAL
from eit_analysis.publishing.table_files import table_file, to_csv
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study


@dataclass(frozen=True)
class DrawnSection:
    """One section as it is drawn; ``body`` or ``annex`` may be empty."""

    anchor: str
    title: str
    finding: str
    body: Markup
    annex: Markup

    @property
    def shown(self) -> bool:
        """Whether it stands in the body, be it with its heading alone."""
        return bool(self.body or self.finding)


@dataclass
class Drawing:
    """A page being drawn: what its blocks leave beside it."""

    study: Study
    audience: str
    name: str
    version: Version | None  # of a page that is only looked at, none
    places: dict[int, str] = field(default_factory=dict)  # of tables, by their id
    texts: dict[str, str] = field(default_factory=dict)  # of tables and sheets, by path
    tables: list[Printed] = field(default_factory=list)  # as its files hold them
    packed: dict[str, dict[str, str]] = field(default_factory=dict)  # exchange files

    def parts(self, blocks: list[Block]) -> list[DrawnSection]:
        """The sections of a page, drawn."""
        sections = arranged(blocks)
        made: list[DrawnSection] = []
        self.places |= _places(sections)
        for section in sections:
            made.append(self._part(section, anchor(section.title, {part.anchor for part in made})))
        return made

    def _part(self, section: Section, anchor: str) -> DrawnSection:
        finding = section.finding.plain().rstrip(" .") if section.finding else ""
        # As a plain text: what is put into a Markup is escaped.
        annex = re.sub(r"(</?h)3", r"\g<1>4", str(self._drawn(gathered(section.annex))))
        return DrawnSection(anchor, section.title, finding, self._drawn(section.body), Markup(annex))

    def _drawn(self, blocks: Iterable[Numbered]) -> Markup:
        return Markup("\n").join(self._block(number, block) for number, block in blocks)

    def _block(self, number: int, block: Block) -> Markup:
        if isinstance(block, Markup):
            return block
        if isinstance(block, str):
            untitled = re.sub(r"^# +.+$", "", block, flags=re.M)
            html = str(mistune.create_markdown(escape=True, plugins=["table"])(untitled))
            return Markup(re.sub(r"<em>([^<]+)</em>(?=\s:)", r"<dfn>\1</dfn>", html))
        if isinstance(block, Table):
            return self._table(block)
        if isinstance(block, Figure):
            return block.html(f"f{number}", self.places.get(id(block.table)))
        if isinstance(block, Sheets):
            if self.version is not None:
                foot = self.foot(self.version)
                for sheet in block.read:
                    self.texts[f"fiches/{self.name}-{sheet.name}.html"] = _sheet(self, sheet, foot)
            return block.html(self.name)
        if isinstance(block, ExchangeFile):
            if block.leaves and self.version is not None:
                self.packed[block.path] = block.members()
            return block.html(self.name, block.path)
        return block.html(f"b{number}")

    def foot(self, version: Version) -> Imprint:
        """The foot of the page and of its sheets; what parameters were chosen is said to the team alone."""
        chosen = version.chosen(self.name) if self.audience == INTERNAL else ""
        return imprint(self.study, self.audience, version, chosen)

    def _table(self, table: Table) -> Markup:
        csv = table_file(self.name, table.title, self.texts)
        html = table.html(self.places[id(table)], csv)
        # A table of which only the total is said has no file.
        if csv in html:
            self.tables.append(Printed(table.filed))
            self.texts[csv] = to_csv(self.tables[-1])
        return html


def preview(release: Release, *blocks: Block) -> HTML:
    """How a page would show these blocks of a notebook to the audience of a release, body then annex.

    Prose is Markdown, as in a cell of text: ``"## Ma question"`` begins a section, ``"### Annexe"`` its
    annex.
    """
    seen: Seen = {}
    shown = [b if isinstance(b, str) else b.seen_by(release.viewer, seen) for b in blocks]
    drawing = Drawing(release.study, release.viewer.audience, release.page, None)
    unsaid = dict.fromkeys(("body", "workbook", "left_out", "contact"), "")
    return HTML(in_notebook(rendered("parts", parts=drawing.parts(shown), **unsaid)))


def anchor(text: str, taken: Collection[str]) -> str:
    """The name of a section in addresses, ``cout-des-dechets``; no other one has it."""
    stem = re.sub(r"[^a-z0-9]+", "-", wording.alphabetical(text)).strip("-") or "section"
    return next(name for name in (stem + "-bis" * again for again in count()) if name not in taken)


def _places(sections: list[Section]) -> dict[int, str]:
    """The address of each table within the page, by the table's id."""
    placed: list[Numbered] = [item for section in sections for item in (*section.body, *section.annex)]
    return {id(block): f"t{number}" for number, block in placed if isinstance(block, Table)}


def _sheet(page: Drawing, sheet: Sheet, foot: Imprint) -> str:
    """A short page: what it holds and its imprint, without contents nor the account of the rows read."""
    body = Markup("\n").join(block.html(f"b{number}") for number, block in enumerate(sheet.blocks, 1))
    return frame(
        page.study,
        page.audience,
        sheet.title,
        foot,
        body=body,
        home=f"../{page.name}.html",
        back="Le rapport dont cette fiche est tirée",
        short=True,
    )
