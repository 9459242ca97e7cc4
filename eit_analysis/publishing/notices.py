"""Pages that are no report: the index of an audience, what failed, was withdrawn or could not be remade."""

from __future__ import annotations

import re
from datetime import date

from markupsafe import Markup

from eit_analysis.publishing.frame import frame, imprint, published
from eit_analysis.publishing.html import TEMPLATES
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study
from eit_analysis.templates import environment


def index(study: Study, audience: str, entries: list[dict[str, str]], version: Version) -> str:
    """The list of an audience's reports: each with its date, or the reason why it is missing."""
    body = Markup(environment(TEMPLATES).get_template("index.html.j2").render(entries=entries))
    return frame(study, audience, "Rapports de l'étude", imprint(study, version), body=body, home="")


def failure(study: Study, audience: str, name: str, reason: str, version: Version) -> str:
    """An explanatory page in place of a report that could not be made."""
    body = Markup(
        "<p>Ce rapport n'a pas pu être produit aujourd'hui. Le dernier rapport valable, s'il existe, "
        "reste en place à côté de cette page.</p><p><strong>Raison :</strong> {}</p>"
    ).format(reason)
    title = f"Rapport non produit : {name}"
    return frame(study, audience, title, imprint(study, version), body=body)


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
    page = re.sub(r'<p id="reprise".*?</p>\n', "", page, flags=re.S)
    stamp = re.search(r"<time .*?</time>", page)
    words = Markup(
        '<p id="reprise" class="banner" role="note">Cette page date du {}, comme ses données\u00a0: elle n’a '
        "pas pu être refaite le {}, avec celles de la version {}.</p>\n"
    ).format(Markup(stamp[0] if stamp else ""), published(version.made), version.fingerprint)
    return page.replace('<header class="page">', f'{words}<header class="page">', 1)
