"""What sets of members save together, of the poolings of the register that a group answers.

    v(S) = what the members S save by pooling among themselves, €/year (:mod:`pooling.coalitions`)

for the members of the best part of the group that calculation found, and apart from it for the register's own
members who are in that group. Of the groups that answer a line, it is the one whose best part has most of its
actors, two at least; others whom it brings in would be members too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

import numpy as np
import pandas as pd

from eit_analysis.synergies.pooling.coalitions import coalition_values, sharers_by_need
from eit_analysis.synergies.pooling.thresholds import Target
from eit_analysis.synergies.register.links import grouped

FEWEST = 2  # actors of a line, for a group to be one of theirs
# Identifier of the line, need of the group, members, and what each set of them saves.
Game = tuple[str, str, list[str], np.ndarray | Callable[[int], float]]


def answered(register: pd.DataFrame, pools: pd.DataFrame, sharing: pd.DataFrame) -> pd.DataFrame:
    """One row for each pooling of the register that is not dropped and that a group answers.

    Returns
    -------
    pandas.DataFrame
        ``synergy_id, site_ids`` and the columns of ``pools`` (of ``pooling.pooled``); no group of which the
        saving is not known.
    """
    lines = register[register["status"] != "dropped"].fillna({"site_ids": ""})
    known = pools[(pools["kind"] == "group") & pools["saving_eur_per_year"].notna()]
    held = grouped(lines, known, sharing)[["synergy_id", "pooling_id"]].drop_duplicates()
    found = lines[["synergy_id", "site_ids"]].merge(held, on="synergy_id").merge(known, on="pooling_id")
    pairs = zip(found["site_ids"].astype(str), found["part_members"].astype(str), strict=True)
    n = np.array([len({*own.split()} & {*part.split()}) for own, part in pairs], dtype=int)
    best = found.assign(n=n)[n >= FEWEST]
    best = best.sort_values(["synergy_id", "n", "pooling_id"], ascending=[True, False, True])
    return best.drop_duplicates("synergy_id").drop(columns="n").reset_index(drop=True)


def games(
    lines: pd.DataFrame,
    asked: Sequence[Target],
    sites: pd.DataFrame,
    costs: pd.DataFrame,
    reach: tuple[float, float],
    declared: Collection[str],
    member: str | None = None,
) -> tuple[list[Game], list[Game]]:
    """The games of the groups, and those of the register's own members.

    ``lines`` are poolings of the register and the group that answers each (:func:`answered`), ``asked`` of
    :func:`pooling.thresholds.targets`, ``reach`` kilometres by road and road distance over great-circle
    distance, ``declared`` the lines that projects declare, ``member`` the only firm that reads.

    The first are of each line, the same object for lines of the same group; only of groups that ``member`` is
    in. The second are of each declared line whose own members could pool among themselves; none for a firm,
    which reads of no other.
    """
    if member is not None:
        lines = lines[lines["members"].str.split().map(lambda names: member in names).astype(bool)]
    sharers_of = sharers_by_need(asked, sites, costs, *reach)
    # Whoever costs the others more than it brings has nothing to share with them.
    values = {
        pool["pooling_id"]: coalition_values(pool, sharers_of)
        for _, pool in lines.assign(members=lines["part_members"]).drop_duplicates("pooling_id").iterrows()
    }
    names = zip(lines["synergy_id"], lines["label"], lines["pooling_id"], strict=True)
    groups = [(line, label, *values[pooling]) for line, label, pooling in names]
    own: list[Game] = []
    # Of those alone that are to have an agreement, whose annex says who gets what.
    listed = lines["synergy_id"].isin(list(declared)) & (member is None)
    for _, pool in lines[listed].iterrows():
        within = set(pool["members"].split())
        pool["members"] = " ".join(site for site in pool["site_ids"].split() if site in within)
        with suppress(ValueError):  # they are no group by themselves
            game = coalition_values(pool, sharers_of)
            own.append((pool["synergy_id"], pool["label"], *game))
    return groups, own
