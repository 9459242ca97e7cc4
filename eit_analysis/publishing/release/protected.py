"""An analysis as one audience may get it: checked, by its level, rounded, with what it tells.

It is grouped before anything is hidden: of the levels of a table, an audience gets the finest that still
shows most.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import itemgetter

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.derived import Derived
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.disclosure import Cell, judge
from eit_analysis.publishing.release.numbers import of_breakdown, of_derived
from eit_analysis.publishing.release.rounding import Rounded, rounded
from eit_analysis.publishing.release.statements import Statements
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.records import Facts, actors_behind, known_by
from eit_analysis.reference import sentence
from eit_analysis.reference.levels import raised, regrouped

NEARLY = 0.8  # of what the level that shows most does: less, and an audience gets a coarser one


def finest(breakdown: Breakdown, rules: Disclosure) -> Breakdown:
    """The finest level of which the rules let through nearly as much as of any other.

    From one level to the next goes the key that shows most by it: not all pairs of levels are tried.
    """
    levels = [(let_through(breakdown, rules), breakdown)]
    while coarser := _coarser(levels[-1][1]):
        levels.append(max(((let_through(c, rules), c) for c in coarser), key=itemgetter(0)))
    most = max(shown for shown, _ in levels)
    return next(level for shown, level in levels if shown >= NEARLY * most)


def let_through(breakdown: Breakdown, rules: Disclosure) -> float:
    """How much the primary rules let through of the rows that are no totals."""
    judged = judge(breakdown, rules)
    depth = max((len(cell.key) for cell in judged.cells), default=0)
    rows = zip(judged.cells, judged.shut, strict=True)
    return sum(cell.size for cell, shut in rows if len(cell.key) == depth and not shut)


def _coarser(breakdown: Breakdown) -> list[Breakdown]:
    """The same table with one key a level higher, for each that has one."""
    if breakdown.regrouped is None:
        return []
    higher = [raised(breakdown.keys, key, breakdown.records.columns) for key in breakdown.keys]
    return [breakdown.regrouped(keys) for keys in higher if keys]


@dataclass(frozen=True, eq=False)
class Protected:
    """What of an analysis may be read, before it is audited with all else."""

    content: Breakdown | Derived  #: the analysis, by the level of its keys that the audience gets
    title: str  #: its title, which says the level
    frame: pd.DataFrame  #: the table as it leaves
    told: Statements | None = None  #: what its rows tell; None for the team, from whom nothing is kept
    #: The coarser key that stands for one that was asked for.
    levels: dict[str, str] = field(default_factory=dict)
    #: By column of shares, which rows are its whole together.
    parts: dict[str, list[np.ndarray]] = field(default_factory=dict)


def protected(content: Breakdown | Derived, title: str, viewer: Viewer, rules: Disclosure) -> Protected:
    """An analysis as an audience may get it.

    Raises
    ------
    DisclosureError
        When it is not what its records give, or counts an actor who refused this audience; for a derived one,
        when a parent shares no key with it, or when a row comes from no parent.
    """
    if isinstance(content, Derived):
        return _derived(content, title, viewer, rules)
    levels: dict[str, str] = {}
    if isinstance(content, Breakdown) and not viewer.internal:
        asked = content.keys
        content = finest(content.outside() if content.team else content, rules)
        levels = {own: level for own, level in zip(asked, content.keys, strict=True) if own != level}
        title = regrouped(title, levels.values())
    check(content, title, viewer)
    if viewer.internal:
        return Protected(content, title, content.frame)
    keys = list(content.keys)
    shown = rounded(content.frame, keys, content.measure, content.wholes(), content.drawn)
    told, cells = _told(content, shown, viewer, rules)
    reader = _reader(content, viewer)
    own = np.array(
        [bool(c.weights) and all(reader in known_by(unit) for unit in c.weights) for c in cells], dtype=bool
    )
    # A firm reads what is its own as it declared it; its exact share would tell the whole.
    amounts = [wording.heading(str(name)).unit != "%" for name in content.frame]
    frame = shown.frame.mask(np.outer(own, amounts), content.frame)
    return Protected(content, title, frame, told, levels, content.parts())


def _derived(content: Derived, title: str, viewer: Viewer, rules: Disclosure) -> Protected:
    for parent in content.parents:
        if not set(parent.keys) & set(content.keys):
            raise DisclosureError(sentence("derived_key", title=title))
        check(parent, title, viewer)
    if not all(content.behind):
        raise DisclosureError(f"« {title} »\u00a0: une ligne ne vient d'aucun des tableaux dont il dérive.")
    content.check(title)
    if viewer.internal:
        return Protected(content, title, content.frame)
    shown = rounded(content.frame, list(content.keys), None)
    content = replace(content, parents=[by_firm(parent, viewer) for parent in content.parents])
    # Where it declares all that it prints, the rows of the parents tell nothing by themselves.
    apart = content.declares(shown.steps)
    parents = [
        _told(parent, None if apart else Rounded(parent.frame, {}), viewer, rules)[0]
        for parent in content.parents
    ]
    return Protected(content, title, shown.frame, of_derived(content, parents, shown))


def check(content: Breakdown, title: str, viewer: Viewer) -> None:
    """Refuse what is no breakdown, is not what its records give, or counts whom it may not."""
    if not isinstance(content, Breakdown):
        raise DisclosureError(sentence("breakdown_wanted", title=title))
    content.check(title)
    refused = viewer.refused & actors_behind(content.units[1])
    if refused:
        raise DisclosureError(sentence("breakdown_refused", title=title, actor=min(refused)))


def _told(
    content: Breakdown, shown: Rounded | None, viewer: Viewer, rules: Disclosure
) -> tuple[Statements, list[Cell]]:
    """What a breakdown tells as it is shown, and the cells behind its rows."""
    reader, content = _reader(content, viewer), by_firm(content, viewer)
    judged = judge(content, rules, reader)
    return of_breakdown(content, judged, shown), judged.cells


def _reader(content: Breakdown, viewer: Viewer) -> str | None:
    return viewer.company if "site_id" in content.keys else viewer.reader


def by_firm(content: Breakdown, viewer: Viewer) -> Breakdown:
    """The same sums with the sites of a firm as one actor: of all of them it knows what it declared.

    But for a table of sites one by one.
    """
    if not viewer.firms or "site_id" in content.keys:
        return content

    def joined(records: pd.DataFrame) -> pd.DataFrame:
        units = {unit: viewer.unit(unit) for unit in records["site_id"].unique()}
        return records.assign(declared_by=records["site_id"], site_id=records["site_id"].map(units))

    def facts() -> Facts:
        found = content.facts()  # type: ignore[misc]
        return replace(found, records=joined(found.records))

    return replace(content, records=joined(content.records), facts=facts if content.facts else None)


def known_before(told: Statements, viewer: Viewer) -> Statements:
    """What was told before, by the firms as they are known today."""
    if not viewer.firms:
        return told
    firms = np.array([viewer.unit(who) for who in told.system.firms], dtype=object)
    return replace(told, system=replace(told.system, firms=firms))
