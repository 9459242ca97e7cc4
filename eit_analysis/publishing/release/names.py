"""Words by which a reader would know an actor, found in what is about to leave.

Words that pages print whoever answered are none: in a sentence, a firm's name that is one of them tells
nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from eit_analysis.publishing.consents import Rosters, binding
from eit_analysis.publishing.release.viewer import viewer_of
from eit_analysis.reference.vocabulary import actor_headers
from eit_analysis.study import Study

PACKAGE = Path(__file__).parents[2]


def folded(text: str) -> str:
    """Text without case, each run of spaces being one, apostrophes straight."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", text).replace("\u2019", "'").casefold()


def ordinary(study: Study) -> Callable[[str], bool]:
    """Whether a name cannot be looked for in the prose of a study's pages.

    Either it has no two letters in a row, or it stands, whole, in what pages are made of: the sentences and
    references of this package, the study's title, territory and communes; and its notebooks, but there in
    lower case only, because an analyst may write the name of a firm in one.
    """
    notebooks = (path.read_text(encoding="utf-8") for path in (study.root / "notebooks").glob("*.ipynb"))
    texts = (_package(), folded(" | ".join(_places(study))), _plain(" | ".join(notebooks)))

    @cache  # of all actors, in long texts
    def is_ordinary(name: str) -> bool:
        word = folded(name)
        return not re.search(r"[^\W\d_]{2}", word) or any(_stands(word, text) for text in texts)

    return is_ordinary


def _places(study: Study) -> list[str]:
    waves = [wave.load("sites") for wave in map(study.at, study.waves) if wave.has("sites")]
    communes = [str(name) for sites in waves if "commune_name" in sites for name in sites["commune_name"]]
    return [study.settings.title, study.settings.territory, *communes]


@cache
def _package() -> str:
    """Texts of the package: its references and templates, and the sentences of its modules."""
    code = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    sentences = re.findall(r'(?<!")"([^"\n]+)"(?!")', "\n".join(code))
    others = [p.read_text(encoding="utf-8-sig") for p in PACKAGE.rglob("*") if p.suffix in (".csv", ".j2")]
    return folded(_plain(" | ".join([*sentences, *(re.sub(r"<[^>]*>", " ", text) for text in others)])))


def _plain(source: str) -> str:
    """Text of a program as it is read, without its escapes."""
    return re.sub(r"\\(?:u[0-9a-f]{4}|.)", " ", source)


class Names:
    """Names, SIRET and site ids of all actors that any wave, or any release, has known.

    A name that is an ordinary word of the pages, and a site id that is only digits or only letters, would be
    found everywhere: they are looked for in the columns of tables that hold actors, and nowhere else. A name
    that an actor of today bears is no longer that of one who left.

    Parameters
    ----------
    now : dict
        The actors of today.
    past : list of dict
        Those of releases.
    ordinary : callable
        Whether a name is a word of the pages (:func:`ordinary`).
    """

    def __init__(self, now: Rosters, past: list[Rosters], ordinary: Callable[[str], bool]) -> None:
        names, sirets = _words(now, past, "name"), _words(now, past, "siret")
        self.ordinary = {(word, site) for word, site in names if ordinary(word)}
        self.words = (names - self.ordinary) | sirets
        sites = {site for rosters in (now, *past) for actors in rosters.values() for site in actors}
        self.ids = {s for s in sites if re.search(r"[^\W\d]", s) and re.search(r"\d", s)}
        self.cells = self.ordinary | {(folded(site), site) for site in sites - self.ids}

    def found(self, text: str) -> set[str]:
        """Sites that a page, or a table in CSV, lets a reader recognise.

        A table in CSV is one of its page, where the columns of actors are told from the others.
        """
        visible, readable = _texts(text)
        listed = set(_listed(text))
        return {
            site for word, site in self.words if _stands(word, readable)
        } | {
            # E12 is not in E01-E12, the twelfth flow of E01, nor in a colour.
            site for site in self.ids if _stands(site, visible, apart="#-")
        } | {site for word, site in self.cells if word in listed}  # fmt: skip


def _stands(word: str, text: str, apart: str = "") -> bool:
    """Whether a text has a word, no part of another, nor after one of the signs ``apart``.

    Not by an expression: one that looks behind reads the text letter by letter.
    """
    at = text.find(word)
    while at >= 0:
        before, after = text[max(at - 1, 0) : at], text[at + len(word) : at + len(word) + 1]
        if not (re.match(r"\w", before) or (before and before in apart) or re.match(r"\w", after)):
            return True
        at = text.find(word, at + 1)
    return False


def _texts(text: str) -> tuple[str, str]:
    """What is seen of a file, and folded with what is read aloud of it or shown on demand."""
    if not text.startswith("<!DOCTYPE"):
        return text, folded(text)
    body = re.sub(r"<style\b.*?</style>", " ", text, flags=re.S)
    aloud = re.findall(r' (?:alt|aria-label|title)="([^"]*)"', body)
    visible = html.unescape(re.sub(r"<[^>]*>", " | ", body))
    return visible, folded(" | ".join([visible, *map(html.unescape, aloud)]))


def _listed(page: str) -> Iterator[str]:
    """The actors that the rows of a page's tables name, total rows left out."""
    for table in re.findall(r"<table.*?</table>", page, flags=re.S):
        headers = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
        actors = [i for i, header in enumerate(headers) if html.unescape(header) in actor_headers()]
        for row in re.findall(r"<tr>(.*?)</tr>", table, flags=re.S)[1:] if actors else []:
            cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
            for cell in (folded(html.unescape(cells[i])) for i in actors):
                yield from {cell, *cell.split(", "), *cell.split()}


def _words(now: Rosters, past: list[Rosters], of: str) -> set[tuple[str, str]]:
    """The names, or the SIRET, of the actors of today and of those of before whose word nobody bears now."""
    words, *earlier = (
        {
            (folded(word), site)
            for wave in known.values()
            for site, actor in wave.items()
            if (word := getattr(actor, of)).strip()
        }
        for known in (now, *past)
    )
    borne = {word for word, _ in words}
    return words.union(pair for pairs in earlier for pair in pairs if pair[0] not in borne)


def allowed(study: Study, audience: str, known: Rosters) -> set[str]:
    """Sites of any wave that an audience may read the names of."""
    viewer = viewer_of(study, audience)
    agreed = {site for site, consent in binding(known, study.wave).items() if consent == "named"}
    return (agreed if viewer.named else set()) | {viewer.company or ""}
