"""A *fiche de relance* as one page to read or print: no script, no request, everything escaped."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from markupsafe import Markup

from eit_analysis.french import counted, day, fold_words
from eit_analysis.intake.cells.privacy import PRIVATE
from eit_analysis.intake.form import guide
from eit_analysis.intake.relance.fiche import DOUBTFUL, IMPLAUSIBLE, LAW, MISSING, REFUSED, Fiche
from eit_analysis.intake.relance.phrases import PHRASES
from eit_analysis.study import Study
from eit_analysis.templates import environment, permitted

TEMPLATES = Path(__file__).parent / "template"
SECTIONS = (REFUSED, IMPLAUSIBLE, MISSING, LAW, DOUBTFUL)  # of the questions, in their order


def context(study: Study) -> list[str]:
    """Which study and wave a fiche is of; the territory once the study office has named it."""
    territory = study.settings.territory
    known = [] if fold_words(territory) == "a completer" else [territory]
    return [study.settings.title, *known, f"vague {study.wave}"]


def rendered(template: str, study: Study, **fields: Any) -> bytes:
    """The HTML file of one of these templates; only its style sheet is let in, by its hash."""
    css = (TEMPLATES / "relance.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    told = {"context": " · ".join(context(study)), "fictional": study.settings.fictional}
    made = environment(TEMPLATES).get_template(template)
    html = made.render(css=Markup(css), csp=policy, counted=counted, day=day, **told, **fields)
    # A lone surrogate, which some broken files hold, has no place in UTF-8.
    return permitted(html).encode("utf-8", errors="replace")


def page(study: Study, fiche: Fiche) -> bytes:
    """The HTML file of one fiche."""
    sections = [
        (PHRASES[f"title_{kind}"], PHRASES[f"note_{kind}"], [q for q in fiche.questions if q.kind == kind])
        for kind in SECTIONS
    ]
    shown = [section for section in sections if section[2]]
    returned = guide.returns(study.settings)
    return rendered("relance.html.j2", study, fiche=fiche, private=PRIVATE, returned=returned, sections=shown)
