"""The draft of the annex of an agreement: for each micro-project its members, shares, duties and exit.

The articles are rows of ``reference/agreement_articles.csv``, by the rule of decision of the project; what
members have to fill in is left blank in them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from eit_analysis import reference
from eit_analysis.config_change import Project
from eit_analysis.reference.stages import among
from eit_analysis.sheet_content import Asked, Listed, Part, Said, SheetContent, Summed

MADE_OF = ["project_code", "carrier", "decision_rule", "due_date", "due_state", "next_decision", "members"]
HEADED = ["project_code", "title", "site_ids", "decision_rule"]
SHARED = "Partage calculé entre membres du registre, et ce que le registre dit réalisé"
MONEY = ["project_code", "funding_public_eur"]
CLAUSES = ["clause", "clause_kind", "clause_unit", "clause_target", "clause_state"]
SHARES = ["synergy_id", "realised_eur_per_year", "site_id", "share_percent", "share_reason"]
# What the members have to say before they sign.
OPEN = tuple(reference.load("agreement_questions")["question_fr"])


def agreements(
    declared: Sequence[Project],
    table: pd.DataFrame,
    asked: pd.DataFrame,
    shares: pd.DataFrame,
    member: str | None = None,
    team: bool = False,
) -> list[SheetContent]:
    """The draft of each project that study.toml declares; of those of one ``member``, where it is given.

    A project that is only a line of the register has no agreement to write yet. ``table`` is from
    :func:`governance.projects`, ``asked`` from :func:`clauses.clauses`, ``shares`` from
    :func:`sharing.of_members`: the ``team`` alone reads them.
    """
    pairs = [(project.code, line) for project in declared for line in project.synergies]
    lines = pd.DataFrame(pairs, columns=["project_code", "synergy_id"], dtype=object)
    ruled = table.dropna(subset="decision_rule")
    if member is not None:
        ruled = ruled[among(ruled, member)]
    facts, money = ruled.assign(members=ruled["site_ids"])[MADE_OF], ruled[MONEY]
    own = shares.merge(lines, on="synergy_id")
    terms, split = (dict(iter(rows.groupby("project_code"))) for rows in (asked, own))
    told = {rule: [*map(Said, articles(rule))] for rule in ruled["decision_rule"].astype(str).unique()}
    made = []
    for row, (code, title, site_ids, rule) in enumerate(ruled[HEADED].astype(str).to_numpy().tolist()):
        parts = [
            Listed("Membres, pilote et décision", facts[row : row + 1], ["carrier", "members"]),
            Summed("Financement public", money[row : row + 1]),
            Summed("Clauses", terms.get(code, asked[:0])[CLAUSES]),
            _shared(split.get(code, own[:0]), team),
            *told[rule],
            Asked("À fixer ensemble", OPEN),
        ]
        made.append(SheetContent(code, title, site_ids.split(), parts))
    return made


def _shared(own: pd.DataFrame, team: bool) -> Part:
    """The share of each member of the poolings in what these members would save, or why it is not told."""
    if own.empty or not team:
        return Said(reference.sentence("shares_missing" if team else "shares_untold"))
    # The table has the codes of the poolings, for its width.
    called = (own["synergy_id"] + "\u00a0: " + own["title"] + ".").drop_duplicates()
    note = " ".join([reference.sentence("shares_of_members"), *called])
    return Listed(SHARED, own[SHARES], ["site_id"], team=True, keys=["synergy_id", "site_id"], note=note)


def articles(rule: str) -> list[str]:
    """The articles that go with a rule of decision, in their order."""
    rows = reference.load("agreement_articles")
    chosen = rows[rows["rule"].isna() | (rows["rule"] == rule)]
    return [f"{title}. {text}" for title, text in zip(chosen["title_fr"], chosen["text_fr"], strict=True)]
