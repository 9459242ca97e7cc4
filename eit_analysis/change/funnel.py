"""From lead to tonnes: how many synergies of the register reached each stage, wave by wave.

conversion to a stage = synergies that reached it / synergies that reached the stage before
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.records import TOTAL
from eit_analysis.reference.stages import RANK, STAGES, actors

FUNNEL_COLUMNS = ["wave", "status", "n_synergies", "conversion_percent"]


def funnel(registers: dict[str, pd.DataFrame]) -> Breakdown:
    """Synergies that reached each stage, wave by wave, with the actors of each.

    A synergy that is done has been a lead, a study and a commitment. A dropped one has reached the stage that
    an earlier wave shows, else it is counted as a lead, the only stage known; it also has a line of its own.

    ``registers`` holds the tidy ``synergy_register`` of each wave, in the order of their names. The breakdown
    is by wave and status; its records by synergy, actor and stage reached.
    """
    rows = []
    records = [pd.DataFrame(columns=["wave", "status", "site_id"])]
    for wave, register, reached in reached_stages(registers):
        before = 0
        for i, stage in enumerate(STAGES):
            here = register[reached >= i]
            rows.append((wave, stage, len(here), 100 * len(here) / before if before else np.nan))
            records.append(actors(here).assign(wave=wave, status=stage))
            before = len(here)
        dropped = register[register["status"] == "dropped"]
        rows.append((wave, "dropped", len(dropped), np.nan))
        records.append(actors(dropped).assign(wave=wave, status="dropped"))
    behind = pd.concat(records, ignore_index=True)[["wave", "status", "site_id"]]
    return Breakdown(pd.DataFrame(rows, columns=FUNNEL_COLUMNS), ["wave", "status"], behind)


def stages(registers: dict[str, pd.DataFrame]) -> Breakdown:
    """The rows of :func:`funnel` for the last wave, without that of dropped synergies."""
    every, last = funnel(registers), max(registers, default="")
    rows = (every.frame["wave"] == last) & (every.frame["status"] != "dropped")
    records = every.records[every.records["wave"] == last].drop(columns="wave")
    return Breakdown(every.frame.loc[rows, FUNNEL_COLUMNS[1:]], ["status"], records)


def by_kind(registers: dict[str, pd.DataFrame]) -> Breakdown:
    """Synergies of the last wave that reached each stage, by kind and in all; no row without a register.

    Returns
    -------
    Breakdown
        ``kind, status, n_synergies``; kinds in alphabetical order, then ``TOTAL``. A synergy without actors
        is a record of its own.
    """
    rows, records = [], [pd.DataFrame(columns=["kind", "status", "site_id"])]
    last = [wave for wave in list(reached_stages(registers))[-1:] if len(wave[1])]
    for _, register, reached in last:
        for kind in [*sorted(register["kind"].dropna().unique()), TOTAL]:
            own = (register["kind"] == kind) | (kind == TOTAL)
            rows += [(kind, stage, int((own & (reached >= rank)).sum())) for stage, rank in RANK.items()]
        records = [actors(register[reached >= RANK[s]], every=True).assign(status=s) for s in STAGES]
    frame = pd.DataFrame(rows, columns=["kind", "status", "n_synergies"])
    behind = pd.concat(records, ignore_index=True)[["kind", "status", "site_id"]]
    return Breakdown(frame, ["kind", "status"], behind, total=TOTAL)


def reached_stages(registers: dict[str, pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame, np.ndarray]]:
    """Each wave with its register and the furthest stage that each synergy is known to have reached."""
    known: dict[str, int] = {}
    for wave in sorted(registers):
        register = registers[wave]
        lines = register[["synergy_id", "status"]].to_numpy(dtype=object).tolist()
        # One taken back to an earlier stage is counted there; only a dropped one is remembered.
        known |= {name: RANK[status] for name, status in lines if status in RANK}
        yield wave, register, np.array([RANK.get(s, known.get(n, 0)) for n, s in lines], dtype=int)
