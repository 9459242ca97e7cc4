"""Words by which a reader would know an actor, found in what is about to leave."""

from __future__ import annotations

import html
import re

from eit_analysis.publishing.consents import Rosters, binding
from eit_analysis.publishing.release.viewer import viewer_of
from eit_analysis.study import Study


def _folded(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]+", " ", text).casefold()


class Names:
    """Names, SIRET and site ids of all actors that any wave, or any release, has known.

    A site id that is only digits or only letters is not looked for: it would be found everywhere. A name that
    an actor of today bears is no longer that of one who left.
    """

    def __init__(self, now: Rosters, past: list[Rosters]) -> None:
        self.words = _words(now)
        borne = {word for word, _ in self.words}
        self.words |= {pair for rosters in past for pair in _words(rosters) if pair[0] not in borne}
        sites = {site for rosters in (now, *past) for actors in rosters.values() for site in actors}
        self.ids = {s for s in sites if re.search(r"[^\W\d]", s) and re.search(r"\d", s)}

    def found(self, text: str) -> set[str]:
        """Sites that a page, or a table in CSV, lets a reader recognise."""
        readable = _folded(html.unescape(text))
        visible = re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.S)
        return {
            site for word, site in self.words
            if word in readable and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", readable)
        } | {
            # E12 is not in E01-E12, the twelfth flow of E01, nor in a colour.
            site for site in self.ids
            if site in visible and re.search(rf"(?<![\w#-]){re.escape(site)}(?!\w)", visible)
        }  # fmt: skip


def _words(known: Rosters) -> set[tuple[str, str]]:
    actors = [(site, actor) for wave in known.values() for site, actor in wave.items()]
    return {(_folded(word), site) for site, a in actors for word in (a.name, a.siret) if word.strip()}


def allowed(study: Study, audience: str, known: Rosters) -> set[str]:
    """Sites of any wave that an audience may read the names of."""
    viewer = viewer_of(study, audience)
    agreed = {site for site, consent in binding(known, study.wave).items() if consent == "named"}
    return (agreed if viewer.named else set()) | {viewer.company or ""}
