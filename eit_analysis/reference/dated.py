"""Which day a wave is of, which rules hold on a day (``from_date`` to ``until_date``), and what changed."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.errors import UsageError

YEARS = 1990, 2100  # that an answer may be of


def in_force(rules: pd.DataFrame, day: str = "") -> pd.DataFrame:
    """The rows in force on a day, ``2018-12-31``; without one, those that nothing ended."""
    until = rules["until_date"].astype(object).fillna("")
    if not day:
        return rules[until == ""].reset_index(drop=True)
    return rules[(rules["from_date"] <= day) & ((until == "") | (day <= until))].reset_index(drop=True)


def changed(rules: pd.DataFrame, then: str, now: str) -> pd.DataFrame:
    """The rows that began between two days, then those that ended and that nothing follows.

    A duty keeps its ``code`` from one row to the next: ``law_change`` is ``ended`` where its last row ended
    too, else ``entered`` where none asked it before, ``replaced`` where another text did, which is
    ``former_text_ref``, or ``amended`` where the same text did otherwise.
    """
    before, after = in_force(rules, then), in_force(rules, now)
    both = pd.concat([before, after]).duplicated([*rules], keep=False).to_numpy()
    left, new = before[~both[: len(before)]], after[~both[len(before) :]]
    between = rules[(rules["from_date"] > then) & (rules["until_date"] < now)]
    new = pd.concat([new, between]).sort_values("from_date", kind="stable")
    last, until = (new.groupby("code")[name].shift() for name in ("text_ref", "until_date"))
    texts = left.drop_duplicates("code", keep="last").set_index("code")["text_ref"]
    former = last.where(until < new["from_date"], new["code"].map(texts))
    end = new.groupby("code")["until_date"].transform("max")
    over = ~new["code"].isin(after["code"]) & (new["until_date"] == end)
    cases = [over, former.isna(), former == new["text_ref"]]
    kinds = np.select(cases, ["ended", "entered", "amended"], "replaced")
    new = new.assign(former_text_ref=former, law_change=kinds)
    gone = left[~left["code"].isin(new["code"])].assign(law_change="ended")
    return pd.concat([new, gone]).sort_values(["from_date", "law_change"], kind="stable", ignore_index=True)


def seen_until(year: int, today: pd.Timestamp, told: pd.Series) -> tuple[pd.Timestamp, str]:
    """The last day that answers of a year tell of, and how it is said.

    The end of the year, or what happened last of what is ``told``, days as ``2018-05-04``; not after today.
    """
    end, last = pd.Timestamp(year, 12, 31), pd.to_datetime(told.dropna().astype(str)).max()
    day = min(last if last > end else end, today)
    return day, f"fin {year}" if day == end else f"au {day:%d/%m/%Y}"


def usual_year(sites: pd.DataFrame) -> float:
    """The median year of the answers, of two in the middle the later; NaN where none tells one.

    Neither one that no form takes nor one to come is counted: 2052, typed for 2025, is no year of answers.
    """
    years = sites["reference_year"].astype(float)
    told = years[years.between(YEARS[0], min(YEARS[1], int(today()[:4])))]
    return float(told.quantile(interpolation="higher"))


def survey_year(sites: pd.DataFrame, wave: str) -> int:
    """Year of the answers, and of the forecast's start: their usual one, else that in the wave's name.

    Raises
    ------
    UsageError
        Neither the answers nor the name tell a year.
    """
    if not np.isnan(year := usual_year(sites)):
        return int(year)
    if named := re.search(r"\d{4}", wave):
        return int(named[0])
    raise UsageError(reference.sentence("wave_undated", wave=wave))


def law_day(sites: pd.DataFrame, wave: str, law_year: int | None = None) -> str:
    """The last day of the wave's own year, ``2018-12-31``, or of another that the study chose."""
    return f"{law_year or survey_year(sites, wave)}-12-31"


def today() -> str:
    """The day of the run, ``2026-07-01``: that of the law which a reader means by today's."""
    return date.today().isoformat()
