"""A *fiche de relance* as one page to read or print: no script, no request, everything escaped."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from markupsafe import Markup

from eit_analysis.french import counted, fold_words
from eit_analysis.intake.cells.privacy import PRIVATE
from eit_analysis.intake.form import guide
from eit_analysis.intake.relance.fiche import Fiche
from eit_analysis.intake.relance.wave_cells import DOUBTFUL, IMPLAUSIBLE, LAW, MISSING, REFUSED
from eit_analysis.study import Study
from eit_analysis.templates import environment, permitted

TEMPLATES = Path(__file__).parent / "template"
# Sections of the questions, in their order: kind, title, what the reader should know.
SECTIONS = (
    (REFUSED, "À corriger", "Ces cases, ou les réponses à leur sujet, n'ont pas pu être utilisées."),
    (
        IMPLAUSIBLE,
        "À confirmer ou corriger",
        "Ces valeurs surprennent. Une quantité ou un coût n'est compté qu'une fois confirmé ou corrigé.",
    ),
    (MISSING, "À compléter", "Ces cases sont vides alors que l'étude en a besoin."),
    (LAW, "Ce que la loi demande", "Vos réponses ne disent pas si c'est fait. Répondez en quelques mots, ou "
     "«\u00a0NC\u00a0»."),
    (DOUBTFUL, "Lectures à vérifier", "Ces cases pouvaient se lire de plusieurs façons\u00a0: voici ce que "
     "nous avons compris. Si c'est juste, vous n'avez rien à répondre."),
)  # fmt: skip


@cache
def style_sheet() -> tuple[str, str]:
    """The style sheet, and the policy that lets in nothing but it, by its hash."""
    css = (TEMPLATES / "relance.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return css, policy


def context(study: Study) -> list[str]:
    """Which study and wave a fiche is of; the territory once the study office has named it."""
    territory = study.settings.territory
    known = [] if fold_words(territory) == "a completer" else [territory]
    return [study.settings.title, *known, f"vague {study.wave}"]


def page(study: Study, fiche: Fiche) -> bytes:
    """The HTML file of one fiche."""
    css, policy = style_sheet()
    sections = [
        (title, note, [question for question in fiche.questions if question.kind == kind])
        for kind, title, note in SECTIONS
    ]
    template = environment(TEMPLATES).get_template("relance.html.j2")
    html = template.render(
        css=Markup(css),
        csp=policy,
        fiche=fiche,
        context=" · ".join(context(study)),
        private=PRIVATE,
        fictional=study.settings.fictional,
        returned=guide.returns(study.settings),
        sections=[section for section in sections if section[2]],
        counted=counted,
    )
    # A lone surrogate, which some broken files hold, has no place in UTF-8.
    return permitted(html).encode("utf-8", errors="replace")
