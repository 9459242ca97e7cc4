"""What was answered to exchanges of heat, water or gas: a row of the family « autre », as of matter.

A refusal closes its exchange, a yes is its ``status`` and is served first (:mod:`together`), a « peut-être »
is recalled. Which flow an answer names is read in the sheet of energy and water.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.synergies.answers import accepted_on, awaited, not_refused, refusing
from eit_analysis.synergies.ask import remarks
from eit_analysis.synergies.ask.register import thought
from eit_analysis.synergies.declined import PAIR
from eit_analysis.synergies.register.meeting import BETWEEN, sheet_words
from eit_analysis.synergies.substitution import REJECTED_COLUMNS
from eit_analysis.synergies.untied import NO_NETWORK

FAMILY = "other"


def as_flows(utilities: pd.DataFrame) -> pd.DataFrame:
    """What is offered and needed, in the columns by which an answer finds its flow."""
    return utilities[["flow_id", "site_id", "direction", "description"]].assign(category=FAMILY)


def with_answers(
    passed: pd.DataFrame, utilities: pd.DataFrame, answers: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """The pairs of :func:`matching.pairs` that nobody refused last.

    With ``status`` (``accepted``, else missing), ``answer_date``, the day of that, ``awaited_site_id``, who
    has not answered then, ``thought``, whom to recall, and what was written of either flow: for the team.
    """
    flows, wording = as_flows(utilities), sheet_words()["ask_first", "thought"]
    still = not_refused(passed.assign(category=FAMILY), answers, flows)
    day = still["candidate_id"].map(accepted_on(still, answers, flows)).astype("str")
    # Who does not use its heat itself, it has said, is not asked again why.
    told = refusing(still.assign(taker_site_id=still["giver_site_id"]), answers, flows)["candidate_id"]
    perhaps: dict[str, list[str]] = {}
    for name, text in thought(still, answers, flows, sites, wording):
        perhaps.setdefault(name, []).append(text)
    recalled = {name: BETWEEN.join(texts) for name, texts in perhaps.items()}
    return still.drop(columns="category").assign(
        own_heat_need=still["own_heat_need"].mask(still["candidate_id"].isin(told)),
        status=day.mask(day.notna(), "accepted"),
        answer_date=day,
        awaited_site_id=still["candidate_id"].map(awaited(still, answers, flows)).astype("str"),
        thought=still["candidate_id"].map(recalled).astype("str"),
        wrote_of_out=remarks.on_flows(utilities, still["out_flow_id"]),
        wrote_of_in=remarks.on_flows(utilities, still["in_flow_id"]),
    )


def kept_apart(passed: pd.DataFrame, rejected: pd.DataFrame, still: pd.DataFrame) -> pd.DataFrame:
    """What keeps the other pairs, ``rejected`` by a gate of networks or refused: ``REJECTED_COLUMNS``."""
    no = passed[~passed["candidate_id"].isin(still["candidate_id"])].assign(gate=PAIR)
    return pd.concat([rejected.assign(gate=NO_NETWORK), no]).assign(category=FAMILY)[REJECTED_COLUMNS]
