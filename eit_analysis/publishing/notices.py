"""Pages that are no report: the index of an audience, what failed, was withdrawn or could not be remade."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from eit_analysis.publishing import wording
from eit_analysis.publishing.digest import Answer, Digest, thumbnail
from eit_analysis.publishing.frame import frame, imprint, published
from eit_analysis.publishing.html import rendered
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study

FIRST = 3
BEGIN = "Par quoi commencer"


@dataclass(frozen=True)
class Entry:
    """A report in the index of its audience, or the reason why it is missing."""

    title: str
    report: Digest | None  #: what it says, of its last good version where it failed
    failed: str  #: path of the page that says why it failed; "" where it did not
    paths: Collection[str]  #: all files of the audience

    @property
    def date(self) -> str:
        day = self.report.day if self.report else None
        return wording.in_words(day) if day else ""

    @property
    def answers(self) -> list[Answer]:
        """The first that it answers; of a report that tells a firm of itself, these: others are of all.

        Where nothing is known, the first that says so, and what is lacking.
        """
        asked = self.report.answers if self.report else []
        told = [answer for answer in asked if answer.known] or asked[:1]
        return [answer for answer in told if answer.personal] or told[:FIRST]

    @property
    def first(self) -> Markup:
        """The first of its recommendations, where none of its answers says with what to begin."""
        begun = any(answer.question.startswith(BEGIN) for answer in self.answers)
        return Markup("") if begun or not self.report else self.report.first

    @property
    def picture(self) -> Markup | str:
        shown = self.report.pictures if self.report else []
        return thumbnail(self.report.name, shown[0]) if self.report and shown else ""

    @property
    def sheets(self) -> int:
        return sum(path.startswith("fiches/") for path in self.report.beside) if self.report else 0

    @property
    def downloads(self) -> list[tuple[str, str]]:
        """Files of the whole report: path and what it is."""
        name = self.report.name if self.report else ""
        offered = {f"tables/{name}.xlsx": "Tableaux (XLSX)", f"{name}.pdf": "Imprimé (PDF)"}
        offered |= {f"{name}.pptx": "Diapositives (PPTX)"}
        return [(path, words) for path, words in offered.items() if path in self.paths]


def index(study: Study, audience: str, entries: list[Entry], version: Version, archive: str) -> str:
    """The reports of an audience, each with what it answers, or the reason why it is missing.

    ``archive`` is the file that holds them all.
    """
    decides = any("decision.html" in entry.paths for entry in entries)
    body = rendered("index", entries=entries, archive=archive, decision=decides)
    return frame(
        study, audience, "Rapports de l'étude", imprint(study, audience, version), body=body, home=""
    )


def failure(study: Study, audience: str, name: str, reason: str, version: Version) -> str:
    """An explanatory page in place of a report that could not be made."""
    body = Markup(
        "<p>Ce rapport n'a pas pu être produit aujourd'hui. Le dernier rapport valable, s'il existe, "
        "reste en place à côté de cette page.</p><p><strong>Raison :</strong> {}</p>"
    ).format(reason)
    title = f"Rapport non produit : {name}"
    return frame(study, audience, title, imprint(study, audience, version), body=body)


def notice(study: Study, audience: str, day: date, fingerprint: str) -> str:
    """What stands in place of the pages of an audience that were withdrawn."""
    body = Markup(
        "<p>Ce rapport a été retiré : il peut nommer ou compter un acteur qui ne l'accepte pas ou plus. Il "
        "sera remplacé dès qu'il aura été refait. Merci de ne plus diffuser les copies de l'ancien.</p>"
    )
    foot = [("Retiré le", published(day)), ("Empreinte", fingerprint)]
    return frame(study, audience, "Rapport retiré", foot, body=body, home="")


def dated(page: str, version: Version) -> str:
    """A page of an earlier version, which says on its first line that it could not be made again."""
    page = re.sub(r'<aside id="reprise".*?</aside>\n', "", page, flags=re.S)
    stamp = re.search(r"<time .*?</time>", page)
    words = Markup(
        '<aside id="reprise" class="banner" aria-label="Date de la page">Cette page date du {}, comme ses '
        "données\u00a0: elle n’a pas pu être refaite le {}, avec celles de la version {}.</aside>\n"
    ).format(Markup(stamp[0] if stamp else ""), published(version.made), version.fingerprint)
    return page.replace('<header class="page">', f'{words}<header class="page">', 1)
