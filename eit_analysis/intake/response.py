"""Who answered: actors known, actors who sent an answer, and those who have stopped answering."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from eit_analysis import tables

TOTAL = "Total"
RESPONSE_TABLES = [name for name in tables.TABLES if name not in ("sites", "synergy_register")]

Wave = Mapping[str, pd.DataFrame]


def known_actors(sites: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Actors of the wave, then those of the earlier wave that have left it: ``site_id, actor_type``."""
    gone = earlier[~earlier["site_id"].isin(sites["site_id"])]
    columns = ["site_id", "actor_type"]
    return pd.concat([sites[columns], gone[columns]], ignore_index=True)


def response(sites: pd.DataFrame, wave: Wave) -> pd.DataFrame:
    """What each actor sent back.

    Parameters
    ----------
    sites : pandas.DataFrame
        Actors: ``site_id``.
    wave : mapping of str to pandas.DataFrame
        Tidy tables by name.

    Returns
    -------
    pandas.DataFrame
        ``site_id, sheets_filled`` (of the five that an actor fills beside its own), ``rows_clean`` and
        ``missing_sheets`` (their French names), the least complete first.
    """
    frame = pd.DataFrame({"site_id": sites["site_id"]})
    counts = {
        table: frame["site_id"].map(wave[table]["site_id"].value_counts()).fillna(0)
        for table in RESPONSE_TABLES
    }
    by_table = pd.DataFrame(counts, index=frame.index).astype(int)
    frame["sheets_filled"] = (by_table > 0).sum(axis=1)
    frame["rows_clean"] = by_table.sum(axis=1)
    frame["missing_sheets"] = [
        ", ".join(tables.sheet_name(table) for table in RESPONSE_TABLES if not row[table])
        for row in by_table.to_dict("records")
    ]
    return frame.sort_values(["sheets_filled", "rows_clean"], kind="stable", ignore_index=True)


def response_rate(known: pd.DataFrame, wave: Wave) -> pd.DataFrame:
    """Response rate = actors with at least one usable row beyond *Entreprise* / actors known.

    Parameters
    ----------
    known : pandas.DataFrame
        ``site_id, actor_type``, as `known_actors` gives.
    wave : mapping of str to pandas.DataFrame
        Tidy tables by name.

    Returns
    -------
    pandas.DataFrame
        ``actor_type, n_answered, n_contacted`` (actors), ``response_percent`` (%) and ``mean_sheets_filled``
        (of those who answered), with the total last; empty when no actor is known.
    """
    own = response(known, wave).merge(known, on="site_id")
    own["answered"] = own["rows_clean"] > 0
    own["sheets_filled"] = own["sheets_filled"].where(own["answered"])
    both = pd.concat([own, own.assign(actor_type=TOTAL)])
    rate = both.groupby("actor_type", as_index=False, sort=False, dropna=False).agg(
        n_answered=("answered", "sum"), n_contacted=("answered", "size"),
        mean_sheets_filled=("sheets_filled", "mean"),
    )  # fmt: skip
    rate.insert(3, "response_percent", 100 * rate["n_answered"] / rate["n_contacted"])
    order = [*tables.ACTOR_TYPES, TOTAL]
    return rate.sort_values(
        "actor_type", key=lambda types: types.map(lambda t: order.index(t) if t in order else -1),
        kind="stable", ignore_index=True,
    )  # fmt: skip


def no_longer_answer(wave: Wave, earlier: Wave) -> pd.DataFrame:
    """Actors who answered the earlier wave and not this one: ``site_id, sheets_filled`` (of that wave)."""
    then = response(earlier["sites"], earlier)
    now = set().union(*(wave[table]["site_id"] for table in RESPONSE_TABLES))
    gone = then[(then["rows_clean"] > 0) & ~then["site_id"].isin(now)]
    return gone[["site_id", "sheets_filled"]].sort_values("site_id", ignore_index=True)
