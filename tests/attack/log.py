"""Which releases the log of a study names, and which of them stand in its reports: the rest was not read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path


def releases(root: Path, study: str, wave: str, audiences: Iterable[str]) -> tuple[set[str], set[str]]:
    """By what each told: all releases of a wave to some audiences, and those whose pages are in place."""
    every: set[str] = set()
    last: dict[str, str] = {}
    for path in sorted((root / "data" / "releases" / study).glob("[0-9]*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["wave"] == wave and record["audience"] in audiences:
            last[record["audience"]] = record["forms"]
            every.add(record["forms"])
    return every - {""}, set(last.values()) - {""}
