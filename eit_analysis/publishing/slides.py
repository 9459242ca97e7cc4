"""A report as slides: cover, answers, one figure each, recommendations."""

from __future__ import annotations

import html
import io
import re

from PIL import Image
from pptx import Presentation
from pptx.enum.text import PP_ALIGN
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Inches, Pt

from eit_analysis.publishing.digest import Digest

WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.6  # inches
PICTURE_TOP, PICTURE_FOOT = 1.6, 1.1
TITLE_ONLY = 5  # of the layouts of python-pptx
MOST_LINES = 6  # a slide


def slides(report: Digest, pictures: list[bytes], context: str) -> bytes:
    """A PPTX file; ``pictures`` are the figures of the report, ``context`` the foot of each slide."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck.core_properties.title, deck.core_properties.language = report.title, "fr"
    _words(deck, report.title, [plain(report.lead)], context)
    answers = [f"{plain(one.question)} {plain(one.answer)}" for one in report.answers]
    if answers:
        _words(deck, "L’essentiel", answers, context)
    for shown, content in zip(report.pictures, pictures, strict=True):
        _picture(deck, plain(shown.heading), plain(shown.caption), content, context)
    cards = [plain(_sentence(card)) for card in report.cards]
    for first in range(0, len(cards), MOST_LINES):
        _words(deck, "Recommandations", cards[first : first + MOST_LINES], context)
    stream = io.BytesIO()
    deck.save(stream)
    return stream.getvalue()


def plain(fragment: str) -> str:
    """The text of a fragment of HTML; its spaces that hold, hold."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", fragment))
    return re.sub(r" (?=[.;])", "", re.sub(r"[ \t\n]+", " ", text)).strip()


def _sentence(card: str) -> str:
    """A recommendation on one line."""
    named = re.sub(r"</dt>", "\u00a0:", re.sub(r"</p>", ".", card, count=1))
    return named.replace("</div>", ".").replace("..", ".")


def _slide(deck: Deck, title: str, context: str) -> Slide:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    head = slide.shapes.title
    head.left, head.top, head.width, head.height = map(Inches, (MARGIN, 0.3, WIDTH - 2 * MARGIN, 1.2))
    head.text_frame.text = title[:1].upper() + title[1:]
    head.text_frame.word_wrap = True
    head.text_frame.paragraphs[0].font.size = Pt(26 if len(title) < 110 else 20)
    head.text_frame.paragraphs[0].font.bold = True
    head.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    _text(slide, [context], HEIGHT - 0.5, 0.4, 10)
    return slide


def _words(deck: Deck, title: str, lines: list[str], context: str) -> None:
    size = 22 if sum(map(len, lines)) < 500 else 15
    _text(_slide(deck, title, context), lines, PICTURE_TOP, HEIGHT - PICTURE_TOP - PICTURE_FOOT, size)


def _picture(deck: Deck, title: str, caption: str, content: bytes, context: str) -> None:
    slide = _slide(deck, title, context)
    with Image.open(io.BytesIO(content)) as image:
        ratio = image.width / image.height
    high = HEIGHT - PICTURE_TOP - PICTURE_FOOT
    wide = min(WIDTH - 2 * MARGIN, high * ratio)
    placed = slide.shapes.add_picture(
        io.BytesIO(content),
        Inches((WIDTH - wide) / 2),
        Inches(PICTURE_TOP),
        Inches(wide),
        Inches(wide / ratio),
    )
    placed._element._nvXxPr.cNvPr.set("descr", f"{title}. {caption}")
    _text(slide, [caption], HEIGHT - PICTURE_FOOT + 0.05, 0.5, 10)


def _text(slide: Slide, lines: list[str], top: float, height: float, size: int) -> None:
    box = slide.shapes.add_textbox(*map(Inches, (MARGIN, top, WIDTH - 2 * MARGIN, height)))
    frame = box.text_frame
    frame.word_wrap = True
    for i, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.text = line[:1].upper() + line[1:]
        paragraph.font.size = Pt(size)
        paragraph.space_after = Pt(size / 2)
