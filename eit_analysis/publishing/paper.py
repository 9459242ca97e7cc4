"""What a browser on this machine prints of pages, and draws of their figures: Chromium, never fetched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from eit_analysis.errors import UsageError
from eit_analysis.reference import sentence

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
WIDE = 1600  # pixels of a figure on a slide
TALLEST = 16_000  # pixels that one picture may have
SECONDS = 120


def browser() -> str:
    """The path of a Chromium found on this machine.

    Raises
    ------
    UsageError
        When there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise UsageError(sentence("browser_missing"))
    return found


def printed(pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Each page as a tagged PDF, with its headings as outline, by the name of the page."""
    with TemporaryDirectory() as folder:
        made = {}
        for name, content in pages.items():
            page, sheet = Path(folder) / f"{name}.html", Path(folder) / f"{name}.pdf"
            page.write_bytes(content)
            options = ["--no-pdf-header-footer", "--generate-pdf-document-outline", f"--print-to-pdf={sheet}"]
            _run(folder, *options, page.as_uri())
            made[name] = sheet.read_bytes()
        return made


def pictures(drawings: Sequence[str]) -> list[bytes]:
    """Each SVG drawing as a PNG, :data:`WIDE` pixels wide."""
    heights = [_height(drawing) for drawing in drawings]
    made: list[bytes] = []
    while len(made) < len(drawings):
        first, last = len(made), len(made) + 1
        while last < len(drawings) and sum(heights[first : last + 1]) <= TALLEST:
            last += 1
        made += _sheet(drawings[first:last], heights[first:last])
    return made


def _sheet(drawings: Sequence[str], heights: Sequence[int]) -> list[bytes]:
    """Drawings one below the other on one page, cut apart again."""
    boxes = "".join(
        f'<div style="height:{height}px">{drawing}</div>'
        for drawing, height in zip(drawings, heights, strict=True)
    )
    style = (
        f"body{{margin:0;width:{WIDE}px;font-family:Arial,Helvetica,sans-serif}}"
        f"svg{{display:block;width:{WIDE}px;height:100%}}"
    )
    with TemporaryDirectory() as folder:
        page, image = Path(folder) / "page.html", Path(folder) / "page.png"
        page.write_text(
            f'<!DOCTYPE html><meta charset="utf-8"><style>{style}</style>{boxes}', encoding="utf-8"
        )
        size = f"--window-size={WIDE},{sum(heights)}"
        _run(folder, "--hide-scrollbars", size, f"--screenshot={image}", page.as_uri())
        made, top = [], 0
        with Image.open(image) as whole:
            for height in heights:
                part = BytesIO()
                whole.crop((0, top, WIDE, top + height)).convert("RGB").save(part, "PNG", optimize=True)
                made.append(part.getvalue())
                top += height
        return made


def _height(drawing: str) -> int:
    box = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', drawing)
    return round(WIDE * float(box[2]) / float(box[1])) if box else WIDE // 2


def _run(folder: str, *arguments: str) -> None:
    # Root may not use the sandbox, as in a container; what is opened holds no script and asks for nothing.
    rooted = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    options = ["--headless", "--disable-gpu", f"--user-data-dir={folder}/profile", *rooted]
    subprocess.run([browser(), *options, *arguments], check=True, capture_output=True, timeout=SECONDS)
