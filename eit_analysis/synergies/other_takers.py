"""Who else could take the output of each exchange, and how far the exchange itself is."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from eit_analysis import french
from eit_analysis.synergies.free_flows import IN_PART


def with_partners(
    exchanges: pd.DataFrame, held: pd.DataFrame, accepted: list[str], unnamed: Collection[str] = ()
) -> pd.DataFrame:
    """The exchanges with how far they are, how many other takers their output has.

    ``status``: ``done_in_part`` or ``committed_in_part`` where the register says so of some of its tonnes
    (``Assessment.held``), for the exchange is of the others; else ``accepted`` for these ``candidate_id``,
    else missing.
    ``other_takers`` counts, in French, the other takers with which both could gain: those that the plan keeps
    for it too, but for the ``unnamed``, of whom nobody reads that they are kept, then the others.
    ``planned_partner_site_ids`` and ``other_partner_site_ids``, for the team, are those, best rank first, by
    whether the plan keeps them for it.
    """
    gaining = exchanges["choice"] != "nobody_gains"
    flow = exchanges["out_flow_id"]
    ranked = exchanges[gaining].sort_values("rank").drop_duplicates(["out_flow_id", "taker_site_id"])
    kept = exchanges[exchanges["allocated_t_per_year"] > 0].groupby("out_flow_id")["taker_site_id"].agg(set)
    whom = ranked.groupby("out_flow_id")["taker_site_id"].agg(list)
    named = {
        planned: [
            " ".join(t for t in whom.get(name, []) if t != own and (t in kept.get(name, ())) == planned)
            for name, own in zip(flow, exchanges["taker_site_id"], strict=True)
        ]
        for planned in (True, False)
    }
    others = {
        planned: pd.Series(told, exchanges.index, dtype="str").replace("", None)
        for planned, told in named.items()
    }
    counts = [_counted(*both, unnamed) for both in zip(named[True], named[False], strict=True)]
    status = held.drop_duplicates("candidate_id").set_index("candidate_id")["status"].map(IN_PART)
    return exchanges.assign(
        status=exchanges["candidate_id"].map({**dict.fromkeys(accepted, "accepted"), **status}).astype("str"),
        other_takers=pd.Series(counts, exchanges.index, dtype="str"),
        planned_partner_site_ids=others[True],
        other_partner_site_ids=others[False],
    )


def _counted(kept: str, others: str, unnamed: Collection[str]) -> str:
    told = [site for site in kept.split() if site not in unnamed]
    rest = len(kept.split()) - len(told) + len(others.split())
    words = [french.counted(len(told), "retenu aussi", "retenus aussi")] * bool(told)
    return ", ".join(words + [french.counted(rest, "possible", "possibles")] * bool(rest)) or "aucun"
