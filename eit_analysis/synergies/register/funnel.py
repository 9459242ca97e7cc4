"""From lead to tonnes: how many synergies of the register reached each stage, wave by wave.

conversion to a stage = synergies that reached it / synergies that reached the stage before
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from eit_analysis.synergies.register.actors import actors

STAGES = ("lead", "study", "committed", "done")
FUNNEL_COLUMNS = ["wave", "status", "n_synergies", "conversion_percent", "realised_t_per_year"]


def funnel(registers: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Synergies that reached each stage, wave by wave.

    A synergy that is done has been a lead, a study and a commitment. A dropped one has reached the stage that
    an earlier wave shows, else it is counted as a lead, the only stage known; it also stands on a line of its
    own.

    Parameters
    ----------
    registers : dict of str to pandas.DataFrame
        Tidy ``synergy_register`` by wave; the waves follow one another by name.

    Returns
    -------
    pandas.DataFrame
        Columns ``FUNNEL_COLUMNS``; ``realised_t_per_year`` sums the tonnes of those that stand there now.
    """
    rows = []
    for wave, register, reached in _reached(registers):
        before = 0
        for i, stage in enumerate(STAGES):
            here = int((reached >= i).sum())
            now = register.loc[register["status"] == stage, "realised_t_per_year"]
            rows.append((wave, stage, here, 100 * here / before if before else np.nan, now.sum()))
            before = here
        dropped = register[register["status"] == "dropped"]
        rows.append((wave, "dropped", len(dropped), np.nan, dropped["realised_t_per_year"].sum()))
    return pd.DataFrame(rows, columns=FUNNEL_COLUMNS)


def funnel_contributors(registers: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per wave, stage reached and actor: who stands behind each line of :func:`funnel`."""
    rows = [pd.DataFrame(columns=["wave", "status", "site_id"])]
    for wave, register, reached in _reached(registers):
        rows += [
            actors(register[reached >= i]).assign(wave=wave, status=stage) for i, stage in enumerate(STAGES)
        ]
        rows.append(actors(register[register["status"] == "dropped"]).assign(wave=wave, status="dropped"))
    return pd.concat(rows, ignore_index=True)[["wave", "status", "site_id"]]


def _reached(registers: dict[str, pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame, np.ndarray]]:
    """Each wave with its register and the furthest stage that each synergy is known to have reached."""
    rank = {stage: i for i, stage in enumerate(STAGES)}
    known: dict[str, int] = {}
    for wave in sorted(registers):
        register = registers[wave]
        lines = list(zip(register["synergy_id"], register["status"], strict=True))
        # One taken back to an earlier stage stands there; only a dropped one is remembered.
        known |= {name: rank[status] for name, status in lines if status in rank}
        yield wave, register, np.array([rank.get(s, known.get(n, 0)) for n, s in lines], dtype=int)
