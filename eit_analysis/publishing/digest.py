"""What a page says in short, read from its HTML: its answers, recommendations and figures.

The index and the decision page are made of it. They hold what the pages let their audience read, word for
word, also of pages that an earlier version made.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

UNKNOWN = ("On ne le sait pas", "Non connu")  # how an answer begins that is none
REFUSED = "n’a pas accepté d’être compté"  # what a page says that leaves somebody out
WORDS_PER_MINUTE = 200  # read with attention
# A question is of one term: cards may stand before the answers.
ANSWER = re.compile(
    r'<div>\s*<dt>((?:(?!</dt>).)*)</dt>\s*<dd class="answer">(.*?)</dd>(.*?)</div>', re.S
)  # fmt: skip
DETAIL = re.compile(r"<dd>(.*?)</dd>", re.S)
CARD = re.compile(r'<li>\s*<p class="action">.*?</dl>\s*</li>', re.S)
FIGURE = re.compile(
    r'<figure data-kind="(\w*)">\s*<figcaption([^>]*)>(.*?)</figcaption>.*?(<svg.*?</svg>)'
    r'.*?<p class="caption">(.*?)(?:<a\b.*?)?</p>.*?</figure>', re.S
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A figure: what draws it, its finding (or that of its section) and caption in HTML, its drawing."""

    kind: str
    heading: Markup
    svg: Markup
    caption: Markup


@dataclass(frozen=True)
class Answer:
    """A question of a first screen, its answer, and what qualifies it."""

    question: Markup
    answer: Markup
    details: list[Markup]

    @property
    def personal(self) -> bool:
        """Whether it is about the firm that reads."""
        return re.search(r"\b(vous|votre|vos)\b", self.question, flags=re.I) is not None

    @property
    def known(self) -> bool:
        """Whether it answers."""
        return not self.answer.startswith(UNKNOWN)

    @property
    def urgency(self) -> int:
        """How soon who decides asks it: 3 a cost, 2 what public money brought, 1 what is gained, else 0."""
        asked = (r"\bcoût", r"\bargent public\b", r"\bgagne\b")
        found = [re.search(pattern, self.question, flags=re.I) is not None for pattern in asked]
        return len(asked) - found.index(True) if any(found) else 0

    @property
    def to_decide(self) -> bool:
        """Whether it says what there is to decide in the projects, and who decides."""
        return re.search(r"\bdécider\b", self.question, flags=re.I) is not None


@dataclass(frozen=True)
class Digest:
    """A report in short."""

    name: str  #: its file without suffix
    title: str  #: its heading
    lead: Markup  #: its first paragraph
    day: date | None  #: when it was published
    answers: list[Answer]  #: of its first screen
    cards: list[Markup]  #: its recommendations, each an item of a list
    first: Markup  #: the first of them in a few words
    pictures: list[Picture]  #: figures of its body, in their order
    minutes: int  #: what its body takes to read
    figures: int  #: how many figures it has, those of its annex too
    tables: int  #: how many tables it has
    beside: list[str]  #: paths of the files that it leads to
    fewer: bool = False  #: whether it leaves out somebody who refused to be counted


def digest(name: str, page: str) -> Digest:
    """A report in short, from its page."""
    content = page.partition("</head>")[2]
    body = content.partition('<div class="annex">')[0]
    heading = re.search(r"<h1>(.*?)</h1>", body, flags=re.S)
    lead = re.search(r'<div class="body">\s*<p>(.*?)</p>', body, flags=re.S)
    stamp = re.search(r'<time datetime="([0-9-]+)"', content)
    first = next(iter(re.findall(r'<p class="action">(.*?)</p>', body)), "")
    words = re.sub(r"<svg.*?</svg>|<[^>]*>", " ", body, flags=re.S).split()
    return Digest(
        name,
        html.unescape(heading[1].strip()) if heading else name,
        Markup(lead[1] if lead else ""),
        date.fromisoformat(stamp[1]) if stamp else None,
        [
            Answer(Markup(question), Markup(answer), [Markup(text) for text in DETAIL.findall(rest)])
            for question, answer, rest in ANSWER.findall(body)
        ],
        [Markup(card) for card in CARD.findall(body)],
        Markup(first),
        [picture for section in body.split("<h2 ")[1:] for picture in _pictures(section)],
        max(1, round(len(words) / WORDS_PER_MINUTE)),
        content.count("<figure data-kind"),
        content.count("<table"),
        beside(page),
        REFUSED in body,
    )


def _pictures(section: str) -> list[Picture]:
    said = re.search(r'<span class="said">(.*?)</span>', section, flags=re.S)
    made = []
    for kind, style, heading, svg, caption in FIGURE.findall(section):
        if said and "measure" in style:
            heading, caption = said[1], f"{heading}. {caption}"
        made.append(Picture(kind, Markup(heading), Markup(svg), Markup(caption)))
    return made


def beside(page: str) -> list[str]:
    """Paths of the tables, sheets and exchange files that a page leads to."""
    found = re.findall(r'href="((?:tables|fiches|echange)/[^"#?]+)"', page)
    return sorted({html.unescape(name) for name in found})


def thumbnail(name: str, picture: Picture, spoken: bool = False) -> Markup:
    """A drawing again, its ids its own: an ornament of which nothing is read aloud, unless ``spoken``."""
    told = ". ".join(re.findall(r"<(?:title|desc)\b[^>]*>(.*?)</", str(picture.svg), flags=re.S))
    svg = re.sub(r"<(title|desc)\b.*?</\1>", "", str(picture.svg), flags=re.S)
    role = f' role="img" aria-label="{told.replace(chr(34), "&quot;")}"' if spoken else ' aria-hidden="true"'
    svg = re.sub(r' role="img" aria-labelledby="[^"]*"', lambda _: role, svg)
    svg = re.sub(r'((?:\bid="|url\(#|href="#))', rf"\g<1>{name}-", svg)
    return Markup(svg.replace('class="drawing"', 'class="thumbnail"'))
