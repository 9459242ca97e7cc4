"""Words that pages print whoever answered: in a sentence, a firm's name that is one of them tells nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from eit_analysis.study import Study

PACKAGE = Path(__file__).parents[1]


def folded(text: str) -> str:
    """Text without case, each run of spaces being one, apostrophes straight."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", text).replace("\u2019", "'").casefold()


def ordinary(study: Study) -> Callable[[str], bool]:
    """Whether a name cannot be looked for in the prose of a study's pages.

    Either it has no two letters in a row, or it stands, whole, in what pages are made of: the sentences and
    references of this package, the study's title, territory and communes; and its notebooks, but there in
    lower case only, because an analyst may write the name of a firm in one.
    """
    notebooks = (path.read_text(encoding="utf-8") for path in (study.root / "notebooks").glob("*.ipynb"))
    texts = (_package(), folded(" | ".join(_places(study))), _plain(" | ".join(notebooks)))

    def is_ordinary(name: str) -> bool:
        word = folded(name)
        whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        return not re.search(r"[^\W\d_]{2}", word) or any(word in t and whole.search(t) for t in texts)

    return is_ordinary


def _places(study: Study) -> list[str]:
    waves = [wave.load("sites") for wave in map(study.at, study.waves) if wave.has("sites")]
    communes = [str(name) for sites in waves if "commune_name" in sites for name in sites["commune_name"]]
    return [study.settings.title, study.settings.territory, *communes]


@cache
def _package() -> str:
    """Texts of the package: its references and templates, and the sentences of its modules."""
    code = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    sentences = re.findall(r'(?<!")"([^"\n]+)"(?!")', "\n".join(code))
    others = [p.read_text(encoding="utf-8-sig") for p in PACKAGE.rglob("*") if p.suffix in (".csv", ".j2")]
    return folded(_plain(" | ".join([*sentences, *(re.sub(r"<[^>]*>", " ", text) for text in others)])))


def _plain(source: str) -> str:
    """Text of a program as it is read, without its escapes."""
    return re.sub(r"\\(?:u[0-9a-f]{4}|.)", " ", source)
