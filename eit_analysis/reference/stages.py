"""The stages of a synergy, and who takes part in it: what every study reads the register by."""

from __future__ import annotations

import pandas as pd

from eit_analysis.records import SOURCE

STAGES = ("lead", "study", "committed", "done")  # in order; ``dropped`` is outside
OPEN = STAGES[:-1]
RANK = {stage: rank for rank, stage in enumerate(STAGES)}


def actors(register: pd.DataFrame, every: bool = False, key: str = "synergy_id") -> pd.DataFrame:
    """The register with one row per synergy and actor, ``site_id`` added.

    With ``every``, a synergy without actors counts for one, under its own name, so that nothing is left out.
    ``key`` names what the lines of another table are about.
    """
    ids = register["site_ids"].fillna("").astype(str)
    ids = ids.where(ids.str.strip() != "", register[key].astype(str)) if every else ids
    split = register.assign(site_id=ids.str.split()).explode("site_id").dropna(subset="site_id")
    return split.drop_duplicates([key, "site_id"]).reset_index(drop=True)


def among(table: pd.DataFrame, site: str | None) -> pd.Series:
    """Of which lines, of the register or of another table with ``site_ids``, an actor is part."""
    return table["site_ids"].fillna("").astype(str).str.split().map(lambda ids: site in ids).astype(bool)


def equal_parts(register: pd.DataFrame, amount: str) -> pd.DataFrame:
    """One row per synergy and actor: ``amount`` / number of its actors, as nothing says who did what.

    A synergy without actors counts for one, so that nothing is left out; a missing amount is none.
    """
    parts = actors(register, every=True)
    n_actors = parts.groupby("synergy_id")["site_id"].transform("size")
    return parts.assign(**{amount: parts[amount].fillna(0.0) / n_actors})


def wholes(register: pd.DataFrame, amount: str) -> pd.DataFrame:
    """One row per synergy: its ``amount`` with who knows it, all its actors, for ``site_id``.

    It is told apart by its code and not by its row, which moves: what two waves tell alike is one amount. A
    synergy without actors counts for one; a missing amount is none.
    """
    named = register["site_ids"].fillna("").astype(str).str.split()
    members = [
        " ".join(sorted(set(ids))) or code for ids, code in zip(named, register["synergy_id"], strict=True)
    ]
    cells = dict.fromkeys(SOURCE, register["synergy_id"])
    return register.assign(site_id=members, **cells, **{amount: register[amount].fillna(0.0)})


def stopped(register: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Which synergies were dropped, or have effects that ended before a day: all ends that are not later."""
    end = given(register, "end_date")
    return (register["status"] == "dropped") | (end.notna() & ~(pd.to_datetime(end, errors="coerce") >= day))


def ended(register: pd.DataFrame, year: int) -> set[str]:
    """The codes of those that stopped by the end of a year."""
    return set(register.loc[stopped(register, pd.Timestamp(year, 12, 31)), "synergy_id"])


def begins(register: pd.DataFrame) -> pd.Series:
    """When effects begin: the date of the status where the register gives none of its own."""
    return given(register, "start_date").combine_first(given(register, "status_date"))


def not_begun(register: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Which synergies have effects that begin after a day; what is no date is not known to be past."""
    start = begins(register)
    return start.notna() & ~(pd.to_datetime(start, errors="coerce") <= day)


def brings(register: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Which synergies are done, have begun and have not ended, on a day."""
    return (register["status"] == "done") & ~stopped(register, day) & ~not_begun(register, day)


def lasting(register: pd.DataFrame, year: int) -> pd.DataFrame:
    """The lines of a register without those done that bring nothing at the end of a year.

    They stopped by then, or have effects that begin later.
    """
    idle = (register["status"] == "done") & ~brings(register, pd.Timestamp(year, 12, 31))
    return register[~idle].reset_index(drop=True)


def standing(register: pd.DataFrame, year: int) -> pd.DataFrame:
    """The lines of a register without those done that stopped by the end of a year.

    With those done that begin later: they bring nothing to that year (:func:`lasting`), and their tonnes are
    no longer to be had.
    """
    over = (register["status"] == "done") & stopped(register, pd.Timestamp(year, 12, 31))
    return register[~over].reset_index(drop=True)


def given(register: pd.DataFrame, column: str) -> pd.Series:
    """A text column that a register may lack or leave blank."""
    text = register.reindex(columns=[column])[column].astype(object)
    return text.where(text.notna() & (text != ""), None)
