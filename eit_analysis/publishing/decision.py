"""One side of paper for those who decide: five figures, three actions, one map."""

from __future__ import annotations

from itertools import chain, zip_longest

from markupsafe import Markup

from eit_analysis.publishing.digest import Digest, thumbnail
from eit_analysis.publishing.frame import frame, imprint
from eit_analysis.publishing.html import TEMPLATES
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study
from eit_analysis.templates import environment

FIGURES, ACTIONS = 5, 3
MAPS = ("commune_map", "partners_map")


def decision(study: Study, audience: str, digests: list[Digest], version: Version) -> str:
    """The page, from what the reports of an audience say; "" where they say nothing to decide upon.

    The first answers of all reports come first, then the second ones, of the report with most answers
    before the others.
    """
    reports = [report for report in digests if report.cards]
    if not reports:
        return ""
    fullest = sorted(reports, key=lambda report: -len(report.answers))
    asked = [*((r, a) for r in reports for a in r.answers[:1])]
    asked += chain.from_iterable(
        [(r, a) for r, a in zip(fullest, rank, strict=True) if a is not None]
        for rank in zip_longest(*(report.answers[1:] for report in fullest))
    )
    kept = asked[:FIGURES]
    answers = [answer for report in reports for of, answer in kept if of is report]
    ranked = zip_longest(*(report.cards for report in reports))
    cards = [card for rank in ranked for card in rank if card is not None][:ACTIONS]
    pictures = [(r.name, p) for r in reports for p in r.pictures if p.kind in MAPS]
    template = environment(TEMPLATES).get_template("decision.html.j2")
    body = template.render(
        answers=answers,
        cards=cards,
        picture=thumbnail("carte", pictures[0][1]) if pictures else "",
        caption=pictures[0][1].heading if pictures else "",
        reports=reports,
    )
    foot = imprint(study, version)
    return frame(study, audience, "Pour décider", foot, body=Markup(body), short=True, kind="decision")
