"""Answers of yes, or perhaps, that are tied to no exchange that is possible: said, with why, and not lost."""

from __future__ import annotations

import pandas as pd

from eit_analysis.synergies.answers import KEYS, flows_about, last_answers
from eit_analysis.synergies.gates import GATES

UNTIED_COLUMNS = ["site_id", *KEYS, "answered_flow", "exchange_answer", "answer_date", "gate"]
# Beside the gates: nothing but the contractor would change; no rule joins the two; no such flow is declared.
CONTRACTOR, NO_RULE, NO_OUTPUT = "contractor", "no_rule", "no_output"
NO_NETWORK = "no_network"  # a gate of heat, water and gas, whichever (``utilities.matching.GATES``)


def untied(
    answers: pd.DataFrame,
    candidates: pd.DataFrame,
    passed: pd.DataFrame,
    rejected: pd.DataFrame,
    flows: pd.DataFrame,
) -> pd.DataFrame:
    """The last answers that are not no and speak of none of the ``candidates``, the latest first.

    Parameters
    ----------
    answers, flows : pandas.DataFrame
        Tidy ``exchange_answers`` of any wave, and tidy flows, with those of heat, water and gas.
    candidates, passed, rejected : pandas.DataFrame
        As ``possible_exchanges`` gives them, with networks and what a firm could reuse itself: what passes
        and is no candidate only changes the contractor.

    Returns
    -------
    pandas.DataFrame
        ``UNTIED_COLUMNS``. ``gate``: the farthest that stops a pair of the two, else why there is none.
    """
    told = last_answers(answers)
    told = told[told["exchange_answer"] != "no"].sort_values("answer_date", ascending=False, kind="stable")
    out = flows[flows["direction"] == "out"]
    stops = []
    for row in told[["giver_site_id", "category", "answered_flow", "taker_site_id"]].itertuples():
        about = flows_about(row[:4], out)["flow_id"]
        of_pair = [
            pairs[(pairs["taker_site_id"] == row.taker_site_id) & pairs["out_flow_id"].isin(about)]
            for pairs in (candidates, passed, rejected)
        ]
        stops.append(_stop(len(about) > 0, *of_pair))
    return told.assign(gate=pd.Series(stops, told.index, dtype="object")).dropna(subset="gate")[
        UNTIED_COLUMNS
    ]


def _stop(
    declared: bool, candidates: pd.DataFrame, passed: pd.DataFrame, rejected: pd.DataFrame
) -> str | None:
    """What stops the pairs of an answer, None where one of them is possible."""
    if len(candidates):
        return None
    if len(passed):
        return CONTRACTOR
    if len(rejected):
        return max(rejected["gate"], key=(NO_NETWORK, *GATES).index)
    return NO_RULE if declared else NO_OUTPUT
