"""Responsible purchase: what the members of a project ask of what they buy together, and what is reached.

reached where what is obtained ≥ the target of the clause; unknown until somebody writes what is obtained.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eit_analysis.config_change import Clause, Project

CLAUSE_COLUMNS = [
    "project_code", "clause", "clause_kind", "site_ids", "clause_unit", "clause_target", "members_target",
    "clause_reached", "clause_state",
]  # fmt: skip
MEMBER_COLUMNS = ["project_code", "clause", "site_id", "clause_unit", "member_target"]


def clauses(declared: Sequence[Project], table: pd.DataFrame) -> pd.DataFrame:
    """One row for each clause of the projects of a table, from :func:`governance.projects`.

    Returns
    -------
    pandas.DataFrame
        Columns ``CLAUSE_COLUMNS``, in hours or tonnes a year by ``clause_unit``. ``members_target`` is the
        sum of the members' own targets, missing where none is stated; ``clause_state`` is ``reached``,
        ``short`` or ``unknown``.
    """
    rows = [
        {
            "project_code": project.code,
            "clause": clause.text,
            "clause_kind": clause.kind,
            "site_ids": members,
            "clause_unit": clause.unit,
            "clause_target": clause.target,
            "members_target": sum(clause.per_member.values()) if clause.per_member else np.nan,
            "clause_reached": clause.reached,
            "clause_state": _state(clause),
        }
        for project, members in _known(declared, table)
        for clause in project.clauses
    ]
    return pd.DataFrame(rows, columns=CLAUSE_COLUMNS).astype({"clause_reached": float})


def _state(clause: Clause) -> str:
    if clause.reached is None:
        return "unknown"
    return "reached" if clause.reached >= clause.target else "short"


def member_targets(declared: Sequence[Project], table: pd.DataFrame) -> pd.DataFrame:
    """What each clause asks of each member; columns ``MEMBER_COLUMNS``."""
    rows = [
        (project.code, clause.text, site, clause.unit, target)
        for project, _ in _known(declared, table)
        for clause in project.clauses
        for site, target in clause.per_member.items()
    ]
    return pd.DataFrame(rows, columns=MEMBER_COLUMNS)


def without_clause(declared: Sequence[Project], table: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """``project_code, title, site_ids`` of those that hold a pooling and ask nothing of what is bought."""
    asked = {project.code for project in declared if project.clauses}
    lines = {project.code: project.synergies for project in declared}
    pooled = set(register.loc[register["kind"] == "pooling", "synergy_id"])
    kept = [
        code not in asked and not pooled.isdisjoint(lines.get(code, [code])) for code in table["project_code"]
    ]
    columns = ["project_code", "title", "site_ids"]
    return table.loc[np.array(kept, dtype=bool), columns].reset_index(drop=True)


def _known(declared: Sequence[Project], table: pd.DataFrame) -> list[tuple[Project, str]]:
    members = dict(zip(table["project_code"], table["site_ids"], strict=True))
    return [(project, members[project.code]) for project in declared if project.code in members]
