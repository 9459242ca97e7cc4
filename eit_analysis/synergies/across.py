"""Exchanges between territories: who may be matched with whom, then the matching.

    A and B are matched  ⇔  A shares with B, and B with A

Only actors who agreed to be named are: whoever reads of an exchange learns who the other is. What no two
studies share is never stacked, and an establishment that two studies list is one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from eit_analysis.synergies.nationwide import best_candidates

ALL = "toutes"
SEPARATOR = "/"  # a study, then its own name of a site or a flow


def circles(shares: Mapping[str, Collection[str]]) -> list[tuple[list[str], list[str]]]:
    """Studies with the same partners, and these partners, themselves included; those without any left out.

    Parameters
    ----------
    shares : mapping
        By study, those that it shares with; ``toutes``, all of them.
    """
    agrees = {
        (one, other): ALL in shared or other in shared for one, shared in shares.items() for other in shares
    }
    found: dict[tuple[str, ...], list[str]] = {}
    for one in sorted(shares):
        partners = tuple(b for b in sorted(shares) if b == one or (agrees[one, b] and agrees[b, one]))
        if len(partners) > 1:
            found.setdefault(partners, []).append(one)
    return [(givers, list(partners)) for partners, givers in found.items()]


def stacked(
    tables: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Flows and sites of several studies, of the actors who agreed to be named.

    Parameters
    ----------
    tables : mapping
        By study, its flows and its sites.

    Returns
    -------
    flows, sites : pandas.DataFrame
        ``site_id`` is the row of ``sites``, whose ``own_id``, as ``flow_id``, begins with the ``study``.
    repeated : int
        Establishments (SIRET) that a study before listed; what the others say of them is left out.
    """
    flows, sites, before = [], [], 0
    for study, (own_flows, own_sites) in sorted(tables.items()):
        named = own_sites[own_sites["consent"] == "named"]
        row = pd.Index(named["site_id"]).get_indexer(own_flows["site_id"])
        ids = {"flow_id": study + SEPARATOR + own_flows["flow_id"], "site_id": before + row}
        flows.append(own_flows.assign(**ids)[row >= 0])
        sites.append(named.assign(own_id=study + SEPARATOR + named["site_id"]))
        before += len(named)
    everyone, declared = (_one_table(parts, sorted(tables)) for parts in (sites, flows))
    again = (everyone["siret"].notna() & everyone["siret"].duplicated()).to_numpy()
    first = declared[~again[declared["site_id"]]].reset_index(drop=True)
    return first, everyone.assign(site_id=everyone.index), int(again.sum())


def _one_table(parts: list[pd.DataFrame], studies: list[str]) -> pd.DataFrame:
    """The tables of the studies one under the other, and whose each row is."""
    whose = np.repeat(np.arange(len(studies)), [len(part) for part in parts])
    study = pd.Categorical.from_codes(whose, pd.Index(studies))
    return pd.concat(parts, ignore_index=True).assign(study=study)


def exchanges_across(
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    compatibility: pd.DataFrame,
    shares: Mapping[str, Collection[str]],
    radius_km: float,
    detour_factor: float,
    top: int,
) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
    """For every output of ``stacked`` its ``top`` exchanges of best fit, its own study's among them.

    One circle of studies at a time, which changes no answer: an output has one circle, and is set beside all
    inputs that it may reach.

    Yields
    ------
    pandas.DataFrame, numpy.ndarray
        As those of ``nationwide.best_candidates``, and which of them join two studies.
    """
    outgoing, study = flows["direction"] == "out", sites["study"].cat.codes.to_numpy()
    for givers, takers in circles(shares):
        both = flows[flows["study"].isin(givers) & outgoing | flows["study"].isin(takers) & ~outgoing]
        for part in best_candidates(both, sites, compatibility, radius_km, detour_factor, top):
            yield part, study[part["giver_site_id"]] != study[part["taker_site_id"]]
