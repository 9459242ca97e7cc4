"""Pages as HTML text: the report of one notebook, the index of an audience, the page of a failure."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import platform
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import mistune
import pandas as pd
from babel.dates import format_date
from markupsafe import Markup

from eit_analysis import french
from eit_analysis.publishing import wording
from eit_analysis.publishing.engine import Block
from eit_analysis.publishing.gathering import Silence, gathered, table_of
from eit_analysis.publishing.html import TEMPLATES
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.sheets import Sheet, Sheets
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import viewer_of
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study
from eit_analysis.tables import sheet_name
from eit_analysis.templates import environment

Imprint = list[tuple[str, Any]]
AUDIENCES = {"internal": "équipe de l'étude", "partners": "partenaires", "public": "tout public"}


@dataclass(frozen=True)
class Page:
    """A page ready to be written: its title, its HTML, the CSV of its tables and its sheets by file name."""

    name: str
    title: str
    html: str
    csvs: dict[str, str]
    sheets: dict[str, str]

    @property
    def files(self) -> dict[str, str]:
        """All of its files, by path within the folder of its audience."""
        return {f"{self.name}.html": self.html, **self.csvs, **self.sheets}


@cache
def style_sheet() -> tuple[str, str]:
    """The style sheet and the content security policy that lets in this sheet and nothing else."""
    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src-elem 'sha256-{digest}'; style-src-attr 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return css, policy


def anchor(text: str) -> str:
    """The name of a section in addresses: ``cout-des-dechets``."""
    return re.sub(r"[^a-z0-9]+", "-", wording.alphabetical(text)).strip("-") or "section"


def audience_name(study: Study, audience: str) -> str:
    if audience.startswith("company:") and study.has("sites"):
        site = audience.removeprefix("company:")
        names = study.load("sites").set_index("site_id")["name"]
        return str(names.get(site, site))
    return AUDIENCES.get(audience, audience)


def _frame(study: Study, audience: str, title: str, imprint: Imprint, **parts: Any) -> str:
    css, policy = style_sheet()
    content = {"contents": [], "quality": "", "quality_sentence": "", "left_out": False}
    content |= {"home": "index.html", "back": "Tous les rapports de cette vague", "short": False}
    page = (
        environment(TEMPLATES)
        .get_template("page.html.j2")
        .render(
            csp=policy,
            css=Markup(css),
            title=title,
            study_title=study.settings.title,
            territory=study.settings.territory,
            wave=study.wave,
            audience=audience_name(study, audience),
            fictional=study.settings.fictional,
            imprint=imprint,
            **(content | parts),
        )
    )
    head, body = page.split("</head>", 1)  # the style sheet has marks of its own
    return head + "</head>" + re.sub(r"(?<=>)[^<]+", lambda text: french.bound(text[0]), body)


def published(day: date) -> Markup:
    """A day in French, which a program reads too."""
    return Markup('<time datetime="{}">{}</time>').format(
        day.isoformat(), format_date(day, "d MMMM y", locale="fr_FR")
    )


def _imprint(study: Study, version: Version) -> Imprint:
    """Date, sources, rules, fingerprint and versions: the foot of every page."""
    rules = study.settings.disclosure
    files = french.counted(len(study.manifest()["inputs"]), "fichier", "fichiers")
    share = wording.number(rules.maximum_share * 100, 0)
    return [
        ("Publié le", published(version.made)),
        (
            "Sources",
            f"questionnaires de la vague {study.wave} ({files})\u00a0; nomenclatures et facteurs publics, "
            "cités dans la documentation du projet",
        ),
        (
            "Secret statistique",
            f"au moins {rules.minimum_units} acteurs par valeur, aucun au-dessus de {share}{wording.NBSP}%, "
            f"au moins {rules.minimum_people} personnes derrière chaque ligne qui en compte\u00a0; une "
            "prévision faite pour elles peut en donner moins",
        ),
        ("Empreinte (données, réglages et programme)", version.fingerprint),
        (
            "Versions",
            f"eit-analysis {importlib.metadata.version('eit-analysis')}, Python {platform.python_version()}, "
            f"pandas {pd.__version__}",
        ),
    ]


def render(study: Study, audience: str, name: str, blocks: list[Block], version: Version) -> Page:
    """One report from the prose and the released objects of its notebook."""
    title, contents, parts, csvs = "", [], [], {}
    sheets: dict[str, str] = {}
    taken: set[str] = set()
    for number, block in gathered(blocks):
        if isinstance(block, Silence):
            parts.append(block.html())
            continue
        if isinstance(block, str):
            for heading in re.findall(r"^# +(.+)$", block, flags=re.M)[:1]:
                title = title or heading.strip()
            markup, sections = _markdown(block, taken)
            contents += sections
            parts.append(markup)
            continue
        if isinstance(block, Sheets):
            parts.append(block.html(name))
            sheets |= {
                f"fiches/{name}-{sheet.name}.html": _sheet(study, audience, name, sheet, version)
                for sheet in block.sheets
            }
            continue
        table = table_of(block)
        csv = None
        if table is not None:
            csv = f"tables/{name}-{number:02d}.csv"
            csvs[csv] = to_csv(table)
        parts.append(block.html(f"b{number}", csv))
    quality, sentence = _quality(study)
    contents.append(("lignes-lues-et-ecartees", "Lignes lues et écartées"))
    html = _frame(
        study,
        audience,
        title or name,
        _imprint(study, version),
        contents=contents,
        body=Markup("\n").join(parts),
        quality=quality,
        quality_sentence=sentence,
        left_out=bool(viewer_of(study, audience).refused),
    )
    return Page(name, title or name, html, csvs, sheets)


def _sheet(study: Study, audience: str, name: str, sheet: Sheet, version: Version) -> str:
    """A short page: what it holds and its imprint, without contents nor the account of the rows read."""
    return _frame(
        study,
        audience,
        sheet.title,
        _imprint(study, version),
        body=Markup("\n").join(block.html(f"b{number}") for number, block in enumerate(sheet.blocks, 1)),
        home=f"../{name}.html",
        back="Le rapport dont cette fiche est tirée",
        short=True,
    )


def _markdown(source: str, taken: set[str]) -> tuple[Markup, list[tuple[str, str]]]:
    """Prose as HTML without its title, and its sections as (anchor, text); raw HTML is escaped."""
    text = re.sub(r"^# +.+$", "", source, flags=re.M)
    html = str(mistune.create_markdown(escape=True, plugins=["table"])(text))
    sections: list[tuple[str, str]] = []

    def identified(match: re.Match[str]) -> str:
        plain = re.sub(r"<[^>]+>", "", match[1])
        name = anchor(plain)
        while name in taken:
            name += "-bis"
        taken.add(name)
        sections.append((name, str(Markup(plain).unescape())))
        return f'<h2 id="{name}">{match[1]}</h2>'

    return Markup(re.sub(r"<h2>(.*?)</h2>", identified, html)), sections


def _quality(study: Study) -> tuple[Markup, str]:
    """What happened to the rows read, table by table: counts about the survey as a whole."""
    counts = ["rows_read", "rows_clean", "rows_quarantined", "rows_merged", "rows_ignored"]
    read = study.manifest()["tables"]
    frame = pd.DataFrame([{"sheet": sheet_name(t), **{c: read[t][c] for c in counts}} for t in read])
    total = frame[counts].sum()
    kept = total["rows_clean"] / total["rows_read"] * 100 if total["rows_read"] else 0.0
    lines = french.counted(int(total["rows_read"]), "ligne lue", "lignes lues")
    aside = french.counted(
        int(total["rows_quarantined"]),
        "ligne inutilisable est gardée en quarantaine avec sa raison",
        "lignes inutilisables sont gardées en quarantaine, chacune avec sa raison",
    )
    sentence = (
        f"Sur {lines}, {wording.number(kept, 0)}{wording.NBSP}% sont utilisées dans les tableaux\u00a0; "
        f"{aside}, rien n'est supprimé."
    )
    title = "Lignes lues, utilisées, mises en quarantaine, fusionnées et ignorées"
    table = Table(viewer_of(study, "public"), title, frame, ["sheet"])
    return table.html("qualite"), sentence


def to_csv(table: Table) -> str:
    """A released table for a French spreadsheet: semicolons, decimal commas, no cell read as a formula."""

    def safe(value: object) -> str:
        if wording.is_missing(value):
            return ""
        if isinstance(value, (float, int)) or hasattr(value, "dtype"):
            return f"{value:.10g}".replace(".", ",")
        text = str(value).replace("\r", " ").replace("\n", " ")
        text = "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text
        return '"' + text.replace('"', '""') + '"'

    printed = Printed(table)
    data = printed.exported
    rows = [printed.header, *data.itertuples(index=False)]
    return "\ufeff" + "\r\n".join(";".join(safe(v) for v in row) for row in rows) + "\r\n"


def index(study: Study, audience: str, entries: list[dict[str, str]], version: Version) -> str:
    """The list of an audience's reports: each with its date, or the reason why it is missing."""
    body = Markup(environment(TEMPLATES).get_template("index.html.j2").render(entries=entries))
    return _frame(study, audience, "Rapports de l'étude", _imprint(study, version), body=body, home="")


def failure(study: Study, audience: str, name: str, reason: str, version: Version) -> str:
    """An explanatory page in place of a report that could not be made."""
    body = Markup(
        "<p>Ce rapport n'a pas pu être produit aujourd'hui. Le dernier rapport valable, s'il existe, "
        "reste en place à côté de cette page.</p><p><strong>Raison :</strong> {}</p>"
    ).format(reason)
    title = f"Rapport non produit : {name}"
    return _frame(study, audience, title, _imprint(study, version), body=body)


def notice(study: Study, audience: str, day: date, fingerprint: str) -> str:
    """What stands in place of the pages of an audience that were withdrawn."""
    body = Markup(
        "<p>Ce rapport a été retiré : un acteur est revenu sur son accord de diffusion, ou ses données ont "
        "été retirées de l'étude. Il sera remplacé par un rapport refait sans elles. Merci de ne plus "
        "diffuser les copies de l'ancien.</p>"
    )
    imprint = [("Retiré le", published(day)), ("Empreinte", fingerprint)]
    return _frame(study, audience, "Rapport retiré", imprint, body=body, home="")


def dated(page: str, version: Version) -> str:
    """A page of an earlier version, which says on its first line that it could not be made again."""
    page = re.sub(r'<p id="reprise".*?</p>\n', "", page, flags=re.S)
    stamp = re.search(r"<time .*?</time>", page)
    words = Markup(
        '<p id="reprise" class="banner" role="note">Cette page date du {}, comme ses données\u00a0: elle n’a '
        "pas pu être refaite le {}, avec celles de la version {}.</p>\n"
    ).format(Markup(stamp[0] if stamp else ""), published(version.made), version.fingerprint)
    return page.replace('<header class="page">', f'{words}<header class="page">', 1)
