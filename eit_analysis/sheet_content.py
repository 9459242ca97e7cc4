"""What a short page says, part by part, before anything of it is released.

An analysis fills it, and :mod:`publishing.release.sheets` shows each part by the rule for its kind: two kinds
of sheets have one form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class Listed:
    """Rows about actors, named in the columns ``sites``; the first ``most`` of them; the ``team``'s alone.

    Those of the team are told apart by their ``keys``, the first column by default, and may have a note.
    """

    title: str
    frame: pd.DataFrame
    sites: list[str]
    most: int | None = None
    team: bool = False
    keys: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, eq=False)
class Summed:
    """Rows about no actor, named by their first column."""

    title: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class Said:
    """A sentence; where it quotes ``{n}``, a count with its noun in the singular and the plural."""

    text: str
    n: tuple[int, str, str] | None = None


@dataclass(frozen=True)
class Asked:
    """Questions of a meeting, with room to write beneath each."""

    title: str
    questions: Sequence[str]


Part = Listed | Summed | Said | Asked


@dataclass(frozen=True, eq=False)
class SheetContent:
    """One sheet: what its file is named after, its title, the actors it is about, and what it says in order.

    Tables without rows are left out.
    """

    name: str
    title: str
    sites: Sequence[str]
    parts: Sequence[Part]
