"""What leaves and enters the surveyed sites, where it goes: groupings of the flow table."""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.codes import CATEGORIES
from eit_analysis.errors import UsageError
from eit_analysis.flows.uncertainty import propagation
from eit_analysis.flows.uncertainty.grouping import Cells, Groups, coarser, group, pairs
from eit_analysis.flows.uncertainty.lognormal import moment_interval
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.flows.uncertainty.scaling import together
from eit_analysis.records import TOTAL


def totals(flows: pd.DataFrame, by: str | list[str], total: bool = True) -> Breakdown:
    """M_g = sum of m over group g, with its 95 % interval (see :mod:`propagation`) and share of the whole.

    Parts of one flow (:func:`diversion.divert`) err together.

    Parameters
    ----------
    flows : pandas.DataFrame
        Tidy flows holding the columns ``by``; t/year. :func:`propagation.prepare`, called before, and keys
        that are categories spare many groupings of the same flows the same work.
    by : str or list of str
        The key columns.
    total : bool
        Add a row « Total » and, with several keys, one subtotal per value of the first.

    Returns
    -------
    Breakdown
        ``by``, mass and bounds (t/year), ``share_percent`` (of all rows of ``flows``, not of a subtotal),
        ``n_sites`` with a mass above zero; groups from the heaviest down. Only groups that were answered: an
        absent one is missing, not zero.

    Raises
    ------
    UsageError
        A key is no column of the flows.
    """
    by = [by] if isinstance(by, str) else by
    if unknown := [key for key in [*by, MASS] if key not in flows]:
        near = get_close_matches(unknown[0], map(str, flows.columns), 3)
        raise UsageError(
            f"Les flux n'ont pas de colonne « {unknown[0]} »\u00a0: prenez l'une des leurs, par son nom "
            f"anglais ({', '.join(near or ['category', 'route', 'naf_division', 'commune_code'])}…)\u00a0; "
            'celles qui sont en français (labels="fr") sont à lire, pas à additionner.'
        )
    frame, again = _grouped(flows, by, total), partial(totals, flows, total=total)
    return Breakdown(frame, by, flows, MASS, TOTAL if total else None, regrouped=again)


def _grouped(flows: pd.DataFrame, by: list[str], total: bool) -> pd.DataFrame:
    if flows.empty:
        columns = [*by, MASS, LOW, HIGH, "share_percent", "n_sites"]
        return pd.DataFrame({name: pd.Series(dtype=object if name in by else float) for name in columns})
    known = propagation.prepared(flows)
    groups = group(known, by)
    some = (known[MASS] > 0).to_numpy()  # « néant » was answered, and is nobody's waste
    members = pairs(groups._replace(codes=groups.codes[some]), known.loc[some, "site_id"])
    levels = [by, *([by[:1]] if total and len(by) > 1 else []), *([[]] if total else [])]
    parts = [_level(sums, len(by)) for sums in _cells(known, groups, levels)]
    codes, (mass, low, high) = (np.hstack(part) for part in zip(*parts, strict=True))
    sites = [coarser(members, level).sources() for level in levels]
    order = _heaviest_first(codes, mass)
    whole = known[MASS].sum()
    words = {key: names.append(pd.Index([TOTAL])) for key, names in groups.names.items()}  # code -1, the last
    return pd.DataFrame(
        {
            **{key: words[key].take(own[order]) for key, own in zip(by, codes, strict=True)},
            **{MASS: mass[order], LOW: low[order], HIGH: high[order]},
            "share_percent": 100 * mass[order] / whole if whole else np.nan,
            "n_sites": np.concatenate(sites)[order],
        }
    )


def error_bounds(flows: pd.DataFrame) -> Breakdown:
    """The total when errors are independent, shared inside a source, or go all the same way.

    The second is that of every other table. A ratio or a habit that respondents of different
    sources share moves them together too: the width that is right is between the first and the last, where
    quantiles add, [sum l, sum u] over the bounds of each flow alone.

    Returns
    -------
    Breakdown
        ``errors`` (``independent``, ``shared``, ``common``), mass and bounds (t/year); no row without a flow.
    """
    flows = together(flows, [])
    alone = propagation.propagate(flows.assign(row=range(len(flows))), ["row"])
    rows = [
        propagation.propagate(propagation.prepare(flows, correlation=0.0), []).assign(errors="independent"),
        propagation.propagate(flows, []).assign(errors="shared"),
        alone[[MASS, LOW, HIGH]].sum().to_frame().T.assign(errors="common"),
    ]
    table = pd.concat(rows, ignore_index=True)[["errors", MASS, LOW, HIGH]].head(3 if len(flows) else 0)
    return Breakdown(table, ["errors"], flows.merge(table[["errors"]], how="cross"), MASS)


def _cells(flows: pd.DataFrame, groups: Groups, levels: list[list[str]]) -> list[Cells]:
    """The sums of each level, coarser than ``groups``; parts of one flow that meet there are one."""
    if "part" in flows:
        joined = [(together(flows, level), level) for level in levels]
        return [propagation.error_cells(rows, group(rows, level)) for rows, level in joined]
    finest = propagation.error_cells(flows, groups)
    return [coarser(finest, level) for level in levels]


def _level(sums: Cells, keys: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes of the keys of each group (-1 for one that this level does not tell apart); M, L and U."""
    codes = np.full((keys, sums.groups.size), -1)
    codes[: len(sums.groups.keys)] = sums.groups.keys
    moments = propagation.group_moments(sums)
    return codes, np.stack([moments[0], *moment_interval(*moments)])


def _heaviest_first(codes: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Order of rows: by weight of the first key, its subtotal after its parts, the grand total at the end.

    Weights to the milligram, then keys: rows of equal mass keep one order whatever the order of the flows.
    """
    subtotal = (codes == -1).any(axis=0)
    parts = ~subtotal
    weight = np.append(np.bincount(codes[0, parts], mass[parts]), -1.0)[codes[0]]
    return np.lexsort([*codes[:0:-1], -mass.round(9), subtotal, codes[0], -weight.round(9)])


def absent_categories(flows: pd.DataFrame) -> pd.DataFrame:
    """The categories of which no flow at all was declared: ``category``, one row each."""
    present = set(flows["category"])
    return pd.DataFrame({"category": [c for c in CATEGORIES if c not in present]}, dtype=object)


def heard(out: pd.DataFrame, sites: pd.DataFrame, year: int) -> tuple[int, int, int]:
    """How many actors of the outflows answered for a year, how many for another or for none that they told,
    and how many others answered that they have no waste (``no_waste``, a later column); outlets apart."""
    sent = sites["site_id"].isin(out["site_id"])
    of_year = (sites["reference_year"] == year).fillna(False).astype(bool)
    told = sites.get("no_waste", pd.Series(index=sites.index, dtype=object)).astype(object) == "yes"
    none = told & ~sent & (sites["actor_type"].astype(object) != "outlet")
    return int((sent & of_year).sum()), int((sent & ~of_year).sum()), int(none.sum())


def recovery_rates(out: pd.DataFrame) -> Breakdown:
    """r_k = M_k / M: share of all tonnes in each kind of recovery, in all recovery, in disposal.

    The unknown stays in the denominator: a rate over the tonnes of known route, shown beside a total, would
    give the tonnes of unknown route, which may be those of a single actor.

    Parameters
    ----------
    out : pandas.DataFrame
        :func:`outgoing`.

    Returns
    -------
    Breakdown
        ``valorised``, ``recovery`` (« Total » for all that is valorised and for everything), mass and bounds,
        ``share_percent`` with ``share_low_percent`` and ``share_high_percent`` (none for the whole), and
        ``n_sites``.
    """
    keys = ["valorised", "recovery"]
    rows = totals(out, keys).frame
    # « Not valorised » and « unknown » hold one kind each: their subtotal would repeat it.
    rows = rows[(rows["recovery"] != TOTAL) | rows["valorised"].isin(["yes", TOTAL])]
    known = propagation.prepared(out)
    kinds, sides = map(propagation.shares, _cells(known, group(known, keys), [keys, keys[:1]]))
    bounds = [kinds, sides.assign(recovery=TOTAL)]
    rows = rows.merge(pd.concat(bounds), how="left", on=keys)
    shares = [f"share{end}_percent" for end in ("", "_low", "_high")]
    return Breakdown(rows[[*keys, MASS, LOW, HIGH, *shares, "n_sites"]], keys, out, MASS, TOTAL)
