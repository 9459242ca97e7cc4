"""One side of paper for those who decide: five figures, what to decide, three actions, one map."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import zip_longest

from markupsafe import Markup

from eit_analysis import reference
from eit_analysis.publishing.digest import Answer, Digest, thumbnail
from eit_analysis.publishing.frame import frame, imprint
from eit_analysis.publishing.html import rendered
from eit_analysis.publishing.release.viewer import INTERNAL, company_of
from eit_analysis.publishing.version import Version
from eit_analysis.reference.vocabulary import heading
from eit_analysis.study import Study

FIGURES, ACTIONS = 5, 3
KEPT = ("Publié", "Sources", "Empreinte")
PARTNERS = "partners_map"
MAPS = ("commune_map", PARTNERS)
TONNES = "t/an"
RANK = re.compile(r"\s;\srang\s\d+")  # away from its page nothing is said of those before
STAKE = "<dt>Enjeu</dt>"
GAIN = re.compile(r"gain commun (\d[\d\s]*)\s€/an")
AHEAD = "mise en avant à ce titre"  # of an exchange that an actor accepted
YOU = "Vous"  # the question of a page to the firm that reads, and by page what it is about
YOURS = {
    "01_flow_diagnosis": Markup("Vos déchets"),
    "02_synergy_scoring": Markup("Vos échanges"),
    "03_employment_skills_forecast": Markup("Vos emplois"),
    "04_change_governance": Markup("Vos projets"),
    "06_obligations_scenarios": Markup("Vos obligations"),
}


def decision(study: Study, audience: str, digests: list[Digest], version: Version) -> str:
    """The page, from what the reports of an audience say; "" where they say nothing to decide upon.

    The first answers of all reports that recommend come first, then what waste costs and what public money
    brought, then the second ones, as reports are ordered, then those of the other reports; what is not known
    is left to them. A firm's own page has instead all that its reports say of itself. Of actions each report
    gives its first, then its second, so that each kind has one; exchanges whose gain is read do so by it, but
    for one that an actor accepted, for here is room for one. Of these, for who is no firm, meetings of
    which he may not read the stake come last, after a check of what no figure of the page counts. A copy of
    a report adds what that did not answer or advise.
    """
    digests = _told_once(digests)
    reports, others = ([r for r in digests if bool(r.cards) == acting] for acting in (True, False))
    to_decide = [answer for report in digests for answer in report.answers if answer.to_decide]
    if not reports and not to_decide:
        return ""
    own = [answer for report in digests for answer in report.answers if answer.personal]
    title = "Votre page, pour une réunion" if own else "Pour décider"
    cards = _actions(reports, bool(own))
    maps = [picture for report in reports for picture in report.pictures if picture.kind in MAPS]
    maps.sort(key=lambda picture: (picture.kind == PARTNERS) != bool(own))
    committee = [] if own else to_decide
    others.sort(key=lambda report: report.name.startswith("00"))  # how the survey went says least
    told = own or _answers(reports, FIGURES)
    told += [] if own else _answers(others, FIGURES - len(told))
    answers = {id(answer) for answer in told}
    quoted = answers | {id(part) for part in (*committee, *cards, *maps[:1])}
    body = rendered(
        "decision",
        answers=[_asked(r.name, answer) for r in digests for answer in r.answers if id(answer) in answers],
        own=bool(own),
        committee=committee,
        team=audience == INTERNAL,
        cards=[Markup(RANK.sub("", card)) for card in cards],
        of_tonnes=sum(TONNES in card for card in cards) > 1,
        picture=thumbnail("carte", maps[0], spoken=True) if maps else "",
        caption=Markup("Tout le territoire. " * bool(own)) + maps[0].heading if maps else "",
        reports=[r for r in digests if quoted & {id(part) for part in (*r.answers, *r.cards, *r.pictures)}],
        seen=_seen(study, audience),
    )
    # The rest of the imprint is on the reports, and here it would take a second side.
    foot = [(term, text) for term, text in imprint(study, audience, version) if term.startswith(KEPT)]
    return frame(study, audience, title, foot, body=body, short=True, kind="decision")


def _asked(page: str, answer: Answer) -> Answer:
    """An answer away from its page: « Vous » is of what it tells; of its share a firm reads there why."""
    if "votre part" in answer.question:
        return replace(answer, question=answer.question.replace(", et pourquoi", ""), details=[])
    return replace(answer, question=YOURS.get(page, answer.question)) if answer.question == YOU else answer


def _told_once(digests: list[Digest]) -> list[Digest]:
    """Reports as they were ordered, without what an earlier one answers or advises.

    The project's own come before an analyst's. A card is known by its action
    and its actors, whatever the stake that other settings give it.
    """
    asked: set[tuple[Markup, Markup]] = set()
    advised: set[str] = set()
    kept = {}
    for report in sorted(digests, key=lambda report: report.name not in YOURS):
        # What is said to « Vous » is of its page: only the same words repeat it.
        answers = [((a.question, a.answer if a.question == YOU else Markup()), a) for a in report.answers]
        cards = [(RANK.sub("", card).partition(STAKE)[0], card) for card in report.cards]
        kept[report.name] = replace(
            report,
            answers=[answer for key, answer in answers if key not in asked],
            cards=[card for key, card in cards if key not in advised],
        )
        asked |= {key for key, answer in answers if answer.known}
        advised |= {key for key, _ in cards}
    return [kept[report.name] for report in digests]


def _seen(study: Study, audience: str) -> str:
    """What others read of the firm that reads, by what it agreed to; "" for anybody else."""
    firm = company_of(audience)
    if firm is None or not study.has("sites"):
        return ""
    consent = study.load("sites").set_index("site_id")["consent"].get(firm)
    least = study.settings.disclosure.minimum_units
    told = reference.sentence(f"seen_{consent}", units=least) if isinstance(consent, str) else ""
    abroad = consent == "named" and study.settings.exchange.shares_with
    return told + (" " + reference.sentence("seen_abroad") if abroad else "")


def _actions(reports: list[Digest], own: bool) -> list[Markup]:
    ranked = zip_longest(*(_largest_first(report.cards) for report in reports))
    cards = [card for rank in ranked for card in rank if card is not None][:ACTIONS]
    check = heading("action").labels["check"].capitalize()
    return sorted(cards, key=lambda card: not own and STAKE not in card and check not in card)


def _largest_first(cards: list[Markup]) -> list[Markup]:
    """The cards of a report, those that tell the gain of an exchange by it, in the places that they had."""
    gains = {
        place: int(re.sub(r"\s", "", told[1]))
        for place, card in enumerate(cards)
        if AHEAD not in card and (told := GAIN.search(card))
    }
    ordered = dict(zip(gains, sorted(gains, key=lambda place: gains[place], reverse=True), strict=True))
    return [cards[ordered.get(place, place)] for place in range(len(cards))]


def _answers(reports: list[Digest], most: int) -> list[Answer]:
    later = zip_longest(*(report.answers[1:] for report in reports))
    firsts = [answer for report in reports for answer in report.answers[:1]]
    seconds = [answer for rank in later for answer in rank if answer is not None]
    asked = [*firsts, *sorted(seconds, key=lambda answer: answer.urgency, reverse=True)]
    told = [answer for answer in asked if answer.known and not answer.to_decide]
    kept = {id(answer) for answer in told[:most]}
    return [answer for report in reports for answer in report.answers if id(answer) in kept]
