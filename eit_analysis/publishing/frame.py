"""What every page has around its content: head, style sheet, title, and the foot that says its sources."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import platform
import re
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
from markupsafe import Markup

from eit_analysis import french, reference
from eit_analysis.errors import InputError
from eit_analysis.publishing import wording
from eit_analysis.publishing.html import TEMPLATES, rendered
from eit_analysis.publishing.release.viewer import INTERNAL, company_of
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study
from eit_analysis.templates import permitted

LARGEST_LOGO = 200_000  # bytes; every page holds it
Imprint = list[tuple[str, Any]]
# Of the variables of a page, those that most leave as they are.
PARTS: dict[str, Any] = {
    "parts": [], "body": "", "left_out": "", "workbook": "", "kind": "", "short": False, "home": "index.html",
    "back": "Tous les rapports de cette vague",
}  # fmt: skip
AUDIENCES = {"internal": "équipe de l'étude", "partners": "partenaires", "public": "tout public"}


def style_sheet(foot: str) -> tuple[str, str]:
    """The style sheet and the content security policy that lets in this sheet and nothing else.

    ``foot`` is printed at the foot of each sheet of paper.
    """
    quoted = "".join(f"\\{ord(character):06x}" for character in foot)  # whatever a name holds
    css = f'{_page_css()}\n@page {{ @bottom-left {{ content: "{quoted}"; font: 8pt Arial, sans-serif; }} }}\n'
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src-elem 'sha256-{digest}'; style-src-attr 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return css, policy


@cache
def _page_css() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def logo(study: Study) -> str:
    """The study's logo as an address that holds it; empty without one.

    Raises
    ------
    InputError
        When the file that study.toml names is missing, larger than ``LARGEST_LOGO`` or no PNG.
    """
    name = study.settings.page.logo
    if not name:
        return ""
    path = study.raw.parent / name
    content = path.read_bytes() if path.is_file() else b""
    if not content.startswith(b"\x89PNG\r\n") or len(content) > LARGEST_LOGO:
        raise InputError(reference.sentence("logo_refused" if content else "logo_missing"), file=path)
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def audience_name(study: Study, audience: str) -> str:
    site = company_of(audience)
    if site is not None and study.has("sites"):
        names = study.load("sites").set_index("site_id")["name"]
        return str(names.get(site, site))
    return french.typeset(AUDIENCES.get(audience, audience))


def frame(study: Study, audience: str, title: str, foot: Imprint, **parts: Any) -> str:
    """A page for an audience; ``parts`` are the variables of ``page.html.j2``."""
    called = audience_name(study, audience)
    printed = [study.settings.territory, title, study.wave, f"pour : {called}"]
    printed += ["données fictives"] if study.settings.fictional else []
    css, policy = style_sheet(french.typeset(" · ".join(part for part in printed if part)))
    page = rendered(
        "page",
        study=study,
        settings=study.settings,
        audience=called,
        csp=policy,
        css=Markup(css),
        title=french.typeset(title),  # of the tab too, which stands before the body
        logo=logo(study),
        imprint=foot,
        **(PARTS | parts),
    )
    head, body = str(page).split("</head>", 1)  # the style sheet has marks of its own
    return permitted(
        head + "</head>" + re.sub(r"(?<=>)\s*[^\s<][^<]*", lambda text: french.typeset(text[0]), body)
    )


def published(day: date) -> Markup:
    """A day in French, which a program reads too."""
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), wording.in_words(day))


def imprint(study: Study, audience: str, version: Version, chosen: str = "") -> Imprint:
    """Date, sources, rules, parameters that were chosen, fingerprint, versions: the foot of every page."""
    rules = study.settings.disclosure
    manifest = study.manifest()
    n_bad = sum(bool(file.get("problem")) for file in manifest["inputs"])
    n_unread = n_bad + len(manifest.get("files_left_alone", ()))
    files = french.counted(len(manifest["inputs"]) - n_bad, "fichier lu", "fichiers lus")
    files += f", {french.counted(n_unread, 'non lu', 'non lus')}" * bool(n_unread)
    share = wording.number(rules.maximum_share * 100, 0)
    least = {"units": rules.minimum_units, "people": rules.minimum_people}
    secrecy = reference.sentence("imprint_secrecy", share=share, **least)
    if audience == INTERNAL:
        secrecy = reference.sentence("imprint_unapplied", rules=secrecy)
    return [
        ("Publié le", published(version.made)),
        ("Sources", reference.sentence("imprint_sources", wave=study.wave, files=files)),
        ("Secret statistique", secrecy),
        ("Arrondis", reference.sentence("imprint_rounding")),
        *([("Paramètres choisis", chosen)] if chosen else []),
        ("Empreinte (données, réglages, paramètres et programme)", version.fingerprint),
        (
            "Versions",
            f"eit-analysis {importlib.metadata.version('eit-analysis')}, Python {platform.python_version()}, "
            f"pandas {pd.__version__}",
        ),
    ]
