"""Anything that a notebook may show: it knows which of its cells its audience may read.

These objects hold their data until the page is written, because a cell may still have to be withheld when all
tables of an audience are protected together. Only their rendered form, never their frame, reaches a page.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Self

from markupsafe import Markup

from eit_analysis.publishing.html import in_notebook
from eit_analysis.publishing.release.viewer import Viewer

Seen = dict[int, Any]  # tables by their id


class Released:
    """Anything that a notebook may show."""

    viewer: Viewer

    @property
    def says(self) -> bool:
        """Whether its audience reads anything of it: else it has no place on a page."""
        return True

    def plain(self) -> str:
        """In words."""
        raise NotImplementedError

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        """HTML fragment; ``name`` begins its ids, ``link`` is the address of what
        goes with it: a table's file, a figure's table."""
        raise NotImplementedError

    def seen_by(self, viewer: Viewer, seen: Seen) -> Self:
        """What one audience may read of this; ``seen`` keeps each table one and the same over a page.

        That is what it may read of its parts.
        """
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]
        parts = {name: _seen(getattr(self, name), viewer, seen) for name in names}
        return replace(self, **parts)  # type: ignore[type-var]

    def __repr__(self) -> str:
        return f"{type(self).__name__} for {self.viewer.audience}: {self.seen_by(self.viewer, {}).plain()}"

    def _repr_html_(self) -> str:
        """As JupyterLab shows it: what this audience would read."""
        return in_notebook(self.seen_by(self.viewer, {}).html())


def _seen(part: Any, viewer: Viewer, seen: Seen) -> Any:
    if isinstance(part, dict):
        return {name: _seen(one, viewer, seen) for name, one in part.items()}
    if isinstance(part, list | tuple):
        return type(part)(_seen(one, viewer, seen) for one in part)
    return part.seen_by(viewer, seen) if hasattr(part, "seen_by") else part
