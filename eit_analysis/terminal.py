"""What a command says: while it works, on the last line of a terminal alone; then its lines and exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

CLEAR = "\r\x1b[K"
DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130  # the last as shells count it: 128 + SIGINT
# What is done once a bar is full, until the next one: nothing of it can be counted.
AFTER = {
    "Lecture": "Contrôles et fiches de relance",
    "Notebooks": "Secret statistique",
    "Pages": "Écriture des pages",
}


def working(words: str = "") -> None:
    """Say what is being done, in place of what was said before; without words, leave the line free."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{CLEAR}{words}{'…' if words else ''}")
        sys.stderr.flush()


def progress(items: Iterable, total: int | None = None, words: str = "") -> Iterator:
    """A progress bar over what can be counted, then what follows it."""
    from tqdm import tqdm

    working()
    yield from tqdm(items, total=total, desc=words, unit="", leave=False, disable=None)
    working(AFTER.get(words, ""))


def say(text: object) -> None:
    working()
    print(text)


def warn(text: str) -> None:
    working()
    print(text, file=sys.stderr)


def note(text: str) -> None:
    """A line of a log, where no terminal shows the bar."""
    if not sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)
